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

struct http {
	struct ctx *ctx;

	/* What came in. */
	struct str method;		/* upper case as sent */
	bool head;			/* HEAD: answered like GET, no body */
	struct str path;		/* below the base path, decoded once */
	struct str query_string;	/* raw */
	struct pairs query, form;	/* form: of a form-encoded body */
	struct pairs headers;		/* lower-case names with hyphens */
	struct pairs cookies;
	struct str body;		/* raw, bounded */
	bool body_truncated;		/* shorter than announced */
	struct json *json;		/* of a JSON body; NULL when none */
	bool https;			/* as the client sees it */
	int redirect_status;		/* REDIRECT_STATUS of an error document */

	/* What the router and the guard found out. */
	const struct route *route;
	struct str path_values[4];	/* {name} segments, in order */
	bool has_session;		/* bearer token or page session is good */
	struct session session;
	struct str page_cookie;		/* value of the session cookie, or absent */
	bool has_secret;		/* the call carries the API secret */

	/* What goes out. */
	int status;
	struct str content_type;
	struct pairs out_headers;	/* through response.h only */
	size_t out_headers_cap;
	struct str out_body;
};

/* Caseless; absent: STR_NONE.  name in lower case. */
struct str http_header(const struct http *h, const char *name);
struct str http_query(const struct http *h, const char *name);

#endif
