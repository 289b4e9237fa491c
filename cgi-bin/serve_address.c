/* Adding and removing email addresses; the welcome mail. */
#include "serve.h"

#include "base/limits.h"
#include "domain/address.h"
#include "domain/verification.h"
#include "response.h"

const struct reply reply_deleted[] = {
	{ "IsDeleted", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};

/* ---- E4 ---- */

const struct field in_address_add[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_EMAIL_MISSING, 0, 0, AT(in_address, email),
	  "The new address" },
	{ "type", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 64,
	  AT(in_address, type),
	  "What kind it is, such as Primary; Secondary without it" },
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_address, url),
	  "Page that the mailed link leads to; must be on the allow-list" },
	EMAIL_TEMPLATE(in_address, "the"),
	{ .name = NULL }
};
const enum err errors_address_add[] = { ERR_EMAIL_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_TYPE_MISSING, ERR_EMAIL_NOT_ADMITTED,
	ERR_EMAIL_DOMAIN,
	ERR_EMAIL_VERIFICATION_OFF, ERR_URL_NOT_ADMITTED,
	ERR_NO_VERIFIED_EMAIL, ERR_EMAIL_TAKEN, ERR_IDENTIFIER_KEPT,
	ERR_MAIL_LIMIT, ERR_OK };

enum err
serve_address_add(struct http *h, const void *arg)
{
	const struct in_address *in = arg;
	const struct address_new n = {
		.email = in->email, .type = in->type, .url = in->url,
		.email_template = in->email_template
	};
	enum err e;

	e = address_add(h->ctx, h->session.uid, &n);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

/* ---- E5 ---- */

const struct field in_address_remove[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_EMAIL_MISSING, 0, 0, AT(in_address, email),
	  "One of one's addresses" },
	{ .name = NULL }
};
const enum err errors_address_remove[] = { ERR_EMAIL_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_NOT_OWN, ERR_LAST_EMAIL,
	ERR_IDENTIFIER_KEPT, ERR_OK };

enum err
serve_address_remove(struct http *h, const void *arg)
{
	const struct in_address *in = arg;
	enum err e;

	e = address_remove(h->ctx, h->session.uid, in->email);
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}

/* ---- A4 ---- */

const struct field in_welcome[] = {
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK,
	  FIELD_TEXT, 0, 0, 64, AT(in_welcome, email_template),
	  "Variant of the mail's text" },
	{ .name = NULL }
};
const enum err errors_welcome[] = { ERR_EMAIL_NOT_OWN, ERR_MAIL_LIMIT,
	ERR_OK };

enum err
serve_welcome(struct http *h, const void *arg)
{
	const struct in_welcome *in = arg;
	enum err e;

	e = welcome_again(h->ctx, h->session.uid, in->email_template);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
