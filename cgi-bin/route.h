/*
 * The route table is the API: one row an operation, and everything that a
 * client must know stands in it.  Router, guard, body parser, OpenAPI and the
 * tests' coverage all read the same rows.
 */
#ifndef CGI_ROUTE_H
#define CGI_ROUTE_H

#include "http.h"

enum method { GET, POST, PUT, DELETE };

enum field_type { FIELD_TEXT, FIELD_SECRET, FIELD_BOOL, FIELD_INT,
	FIELD_JSON };		/* FIELD_JSON: any value, as it stands */

/* Where a field may stand; the first of header, query, body counts. */
#define IN_HEADER	1u	/* X-Doorward-NAME, else X-LoginRadius-NAME */
#define IN_QUERY	2u
#define IN_BODY		4u

#define FIELD_REQUIRED	1u
#define FIELD_PLUS	2u	/* blanks were '+': addresses, numbers, SOTT */
#define FIELD_LINE	4u	/* one line: controls are refused */
#define FIELD_JUNK	16u	/* "undefined" and "null" in a query: absent */
#define FIELD_DISCARD	8u	/* documented, accepted, without effect */

struct field {
	const char *name;	/* as documented; compared caseless */
	const char *alias;	/* one more spelling, or NULL */
	unsigned in, flags;
	enum field_type type;
	enum err missing;	/* when required and absent; 0: ERR_PARAMETER */
	enum err malformed;	/* 0: ERR_PARAMETER; in a body ERR_BODY_SHAPE */
	size_t max;		/* bytes; 0: LIMIT_TEXT */
	size_t offset;		/* in the row's struct; see the macros */
	const char *help;
};
/* Types in the struct: TEXT struct str, SECRET struct secret, BOOL bool,
 * INT int64_t, JSON struct json *. */
#define AT(type, member)	.offset = offsetof(struct type, member)

/* What an answer holds, for OpenAPI and for the tests that compare. */
enum reply_type { REPLY_TEXT, REPLY_GUID, REPLY_TIME, REPLY_BOOL, REPLY_INT,
	REPLY_OBJECT, REPLY_PROFILE, REPLY_ARRAY };
#define REPLY_NULLABLE	1u
#define REPLY_OPTIONAL	2u
struct reply {
	const char *name;	/* NULL ends the list; "": the whole answer */
	enum reply_type type;
	unsigned flags;
	const struct reply *of;	/* members of an object, or of its items */
};

#define NEED_KEY	1u	/* API key: 922, 920, 901 */
#define NEED_SECRET	2u	/* API secret: 923, 921, 902, 1206 */
#define NEED_TOKEN	4u	/* bearer token: 1060, 905, 906 */
#define NEED_PAGE	8u	/* page session, else to the login page */
#define NEED_FORM	16u	/* our own form: CSRF token, Origin */
#define NEED_ACTION	32u	/* GET that acts: no HEAD, no navigation */
#define IS_PAGE		64u	/* HTML; not in /identity */
#define TOKEN_ENDED_OK	128u	/* the handler judges the token itself */
#define BODY_OPTIONAL	256u	/* none, {}, "" and null are fine */
#define TOKEN_LIMITED_OK 1024u	/* also of a sign-in that stopped for the
				 * privacy policy */
#define TOKEN_BY_HEADER	2048u	/* not from the query; see compat */
#define WITH_ACCOUNT	4096u	/* of the token, and whether it is locked, in
				 * h->account */
#define ANY_SCHEME	512u	/* plain http will do: holds no secret */
#define BODY_DATA	8192u	/* JSON that the handler reads itself, from
				 * h->body */

struct route {
	const char *id;		/* "LG1": the reference's name */
	enum method method;
	const char *path;	/* lower case; {name} takes one segment */
	const char *when;	/* the field of query or body that must not be
				 * empty ("access_token": or the header that
				 * carries it), or NULL.  Rows of one method
				 * and path are tried in order; when none fits
				 * the first one counts, and names what is
				 * missing */
	enum err (*serve)(struct http *h, const void *in);
	unsigned need;
	const struct field *fields;	/* ends with name NULL */
	size_t in_size;		/* of the struct that the fields fill */
	const struct reply *reply;	/* NULL: a page */
	size_t body_max;	/* 0: LIMIT_BODY */
	const char *summary;
	const enum err *errors;	/* beyond the generic ones; ends ERR_OK */
	const char *const *html; /* templates of a page, for the checks */
	const char *unless;	/* a field that must be empty, or NULL */
};

/* The rows of pages stand in routes_pages.h, which routes.c includes inside
 * its table; their handlers and fields are declared in serve_page.h. */
extern const struct route routes[];
extern const size_t routes_count;

#endif
