/* Deleting one's own account. */
#include "serve.h"

#include "base/limits.h"
#include "domain/account_delete.h"
#include "response.h"

const struct reply reply_delete_accepted[] = {
	{ "IsDeleteRequestAccepted", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};

/* ---- A6 ---- */

const struct field in_delete[] = {
	{ "deleteurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_delete, url),
	  "Page that the mailed link leads to; must be on the allow-list" },
	EMAIL_TEMPLATE(in_delete, "the"),
	{ .name = NULL }
};
const enum err errors_delete[] = { ERR_EMAIL_NOT_OWN, ERR_URL_NOT_ADMITTED,
	ERR_MAIL_LIMIT, ERR_OK };

enum err
serve_delete_ask(struct http *h, const void *arg)
{
	const struct in_delete *in = arg;
	const struct deletion d = {
		.url = in->url, .email_template = in->email_template
	};
	enum err e;

	e = deletion_ask(h->ctx, h->session.uid, &d, NULL);
	return e != ERR_OK ? e : response_flag(h, "IsDeleteRequestAccepted",
	    true);
}

/* ---- A7 ---- */

#define LINK(places) \
	{ "deletetoken", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, \
	  256, AT(in_deletion, token), "Secret of the mailed link" }
#define CODE(places) \
	{ "otp", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_deletion, code), "Code of the mail" }, \
	{ "email", "emailid", places, FIELD_REQUIRED | FIELD_PLUS, \
	  FIELD_TEXT, 0, ERR_EMAIL_MALFORMED, 0, AT(in_deletion, email), \
	  "Address that the code was sent to" }
const struct field in_delete_link_query[] = {
	LINK(IN_QUERY),
	{ .name = NULL }
};
const struct field in_delete_link[] = {
	LINK(IN_BODY),
	{ .name = NULL }
};
const enum err errors_delete_link[] = { ERR_DELETE_LINK_INVALID,
	ERR_LINK_EXPIRED, ERR_OK };
const struct field in_delete_code_query[] = {
	CODE(IN_QUERY),
	{ .name = NULL }
};
const struct field in_delete_code[] = {
	CODE(IN_BODY),
	{ .name = NULL }
};
const enum err errors_delete_code[] = { ERR_EMAIL_CODE_INVALID,
	ERR_EMAIL_CODE_USED, ERR_EMAIL_CODE_EXPIRED, ERR_EMAIL_MALFORMED,
	ERR_USER_UNKNOWN, ERR_OK };

enum err
serve_delete_link(struct http *h, const void *arg)
{
	const struct in_deletion *in = arg;
	enum err e;

	e = deletion_by_link(h->ctx, in->token);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

enum err
serve_delete_code(struct http *h, const void *arg)
{
	const struct in_deletion *in = arg;
	enum err e;

	e = deletion_by_code(h->ctx, in->email, in->code);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
