/*
 * One request and its answer, as the handlers see them.
 */
#ifndef CGI_HTTP_H
#define CGI_HTTP_H

#include "base/ctx.h"
#include "codec/form.h"
#include "codec/json.h"
#include "codec/template.h"
#include "domain/session.h"

struct route;

/* Who wants to know whether an address is open: nobody, this is a request for
 * ourselves; a web server that hands on our answer; one that takes no more
 * than yes or no from it; or the same, with the error document that it shows
 * after a no. */
enum asked_by { ASKED_BY_NOBODY, ASKED_BY_SERVER, ASKED_FOR_VERDICT,
	ASKED_BY_DOCUMENT };

struct http {
	struct ctx *ctx;

	/* What came in. */
	struct str method;		/* upper case as sent */
	bool head;			/* HEAD: answered like GET, no body */
	struct str path;		/* below the base path, decoded once,
					 * no slash at its end but for "/" */
	struct str query_string;	/* raw */
	struct str target;		/* path and query as asked, raw */
	struct pairs query, form;	/* form: of a form-encoded body */
	struct pairs headers;		/* lower-case names with hyphens */
	struct pairs cookies;
	struct str host;		/* lower case, with its port */
	struct str body;		/* raw, bounded */
	int64_t body_announced;		/* Content-Length; -1: none */
	bool body_truncated;		/* shorter than announced */
	bool body_left;			/* some of it was not read */
	struct json *json;		/* an object: of a JSON body, or made of
					 * a form (texts); NULL when none */
	bool https;			/* as the client sees it */
	int redirect_status;		/* of an error document */
	struct str protected_uri;	/* of a 401 error document: the address
					 * that was asked for; else absent */

	/* Of a guard's request. */
	struct asked {
		enum asked_by by;
		struct str uri;		/* raw, as the visitor sent it */
		struct str redirected;	/* raw, after the server's rewriting */
		struct str file;	/* decoded: where the server looks */
		struct str method;	/* of the visitor */
		bool doubtful;		/* a variable stands twice */
		bool hides;		/* the server keeps Variable-... */
		bool needs_user;	/* the server takes nobody */
		bool machine;		/* JSON, and no sign-in page */
	} asked;

	/* What the router and the guard found out. */
	const struct route *route;
	struct str path_values[4];	/* {name} segments, in order */
	bool has_session;		/* a good one, of whatever kind */
	const struct account *account;	/* once read: page_account, or a row
					 * WITH_ACCOUNT */
	struct session session;
	struct str token;		/* bearer token as sent, or absent */
	struct str page_cookie;		/* session cookie, or absent */
	bool has_secret;		/* the call carries the API secret, or
					 * was signed with it */
	bool has_primary;		/* api.secret, not the one before */
	struct str fields;		/* fields=, judged; absent: the whole */

	/* What goes out. */
	int status;
	struct str content_type;
	struct pairs out_headers;	/* through response.h only */
	size_t out_headers_cap;
	struct str out_body;
	const char *policy_more, *policy_style;	/* what a page adds to its
				 * content policy, and to its style-src */
	bool bare;			/* a guard's yes or no: no headers but
				 * those that it sets, no type, no body */
	enum err outcome;		/* for the log */
};

/* Caseless; absent or empty: STR_NONE.  name in lower case. */
struct str http_header(const struct http *h, const char *name);
struct str http_query(const struct http *h, const char *name);
/* A text of the form or of the JSON object. */
struct str http_form(const struct http *h, const char *name);
/* Does the body have it, of whatever type, and not empty? */
bool http_given(const struct http *h, const char *name);

/* Our cookies; a cookie that stands twice counts as absent. */
enum http_cookie {
	COOKIE_SESSION,		/* Lax: links from other sites may find it */
	COOKIE_FORM,		/* Strict: binds forms to the browser */
	COOKIE_FORM_ARRIVED,	/* the same for one who comes from another
				 * site, whose browser holds the first back */
	COOKIE_BROWSER,		/* Strict: who signed in with it before */
	COOKIE_DEVICE,		/* Strict: waits for an answer elsewhere */
	COOKIE_PIN		/* Lax: with it a PIN is enough */
};
struct str http_cookie(const struct http *h, enum http_cookie which);
/* "__Host-..." on https; plain on a loopback demo (S-097). */
const char *http_cookie_name(const struct http *h, enum http_cookie which);

#endif
