#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/profile.h"
#include "domain/verification.h"
#include "response.h"

/* ---- A1 ---- */

const struct field in_read[] = {
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK,
	  FIELD_TEXT, 0, 0, 64, AT(in_welcome, email_template),
	  "Send the welcome mail, of this variant, unless it was sent before" },
	{ "emailtemplate", NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0,
	  64, 0, "Without effect" },
	{ "verificationurl", NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0,
	  LIMIT_URL, 0, "Without effect" },
	{ .name = NULL }
};

enum err
serve_account_read(struct http *h, const void *arg)
{
	const struct in_welcome *in = arg;
	enum err e;

	e = welcome_on_read(h->ctx, h->session.uid, in->email_template);
	if (e != ERR_OK)
		return e;
	return h->fields.p == NULL ?
	    response_json_text(h, profile_text(h->ctx, h->account)) :
	    response_json(h, profile_json(h->ctx, h->account));
}

/* ---- A2 ---- */

const struct field in_update[] = {
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_update, verification_url),
	  "Page that a verification mail leads to" },
	EMAIL_TEMPLATE(in_update, "that"),
	{ "nullsupport", NULL, IN_QUERY | IN_BODY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_update, null_support), "null members overwrite" },
	{ "options", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, 256,
	  AT(in_update, options),
	  "preventverificationemail, preventverificationsms" },
	SMS_FIELDS(in_update, "Variant of a text message"),
	CAPTCHA_FIELDS(in_update, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
const enum err errors_update[] = { ERR_VALIDATION, ERR_BIRTH_DATE,
	ERR_CUSTOM_FIELD, ERR_UNDER_AGE, ERR_EMAIL_EXISTS_ALREADY,
	ERR_REGISTRATION_DATA, ERR_USERNAME_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_TAKEN, ERR_EMAIL_NOT_ADMITTED,
	ERR_EMAIL_DOMAIN, ERR_EMAIL_VERIFICATION_OFF, ERR_NO_VERIFIED_EMAIL,
	ERR_MAIL_LIMIT, ERR_USERNAME_TAKEN,
	ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT, ERR_USERNAME_OFF,
	ERR_ADDRESS_TYPE_REPEATED, ERR_ADDRESS_TYPE_MISSING,
	ERR_PHONE_TYPE_REPEATED, ERR_PHONE_TYPE_MISSING, ERR_PASSWORD_WEAK,
	ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED, ERR_QUESTIONS_OFF,
	ERR_QUESTION_UNKNOWN, ERR_STEP_UP, ERR_URL_NOT_ADMITTED,
	ERR_ACCOUNT_BLOCKED, ERR_CAPTCHA,
	ERR_PHONE_LOGIN_OFF, ERR_PHONE_MALFORMED, ERR_PHONE_TAKEN,
	SMS_ERRORS, ERR_CODE_LIMIT, ERR_OK };

enum err
serve_account_update(struct http *h, const void *arg)
{
	const struct in_update *in = arg;
	struct profile_update u = {
		.body = h->json,
		.null_support = in->null_support,
		.verification_url = in->verification_url,
		.email_template = in->email_template,
		.prevent_verification_email = serve_has_option(in->options,
		    STR("preventverificationemail")),
		.sms_template = in->sms_template,
		.voice = in->voice,
		.prevent_verification_sms = serve_has_option(in->options,
		    STR("preventverificationsms")),
		.auth_s = h->session.auth_s
	};
	struct json *profile, *j;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_UPDATE_PROFILE, &in->captcha);
	if (e == ERR_OK)
		e = profile_update(h->ctx, h->session.uid, &u, &profile);
	if (e != ERR_OK)
		return e;
	j = json_new_object(h->ctx->arena);
	json_set_bool(j, "IsPosted", true);
	json_set(j, "Data", profile);
	return response_json(h, j);
}

/* ---- N1 ---- */

const struct field in_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_exists, name), "New user name" },
	{ .name = NULL }
};
const enum err errors_username[] = { ERR_USERNAME_MISSING,
	ERR_USERNAME_TAKEN, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
	ERR_USERNAME_OFF, ERR_VALIDATION, ERR_OK };

enum err
serve_username_set(struct http *h, const void *arg)
{
	const struct in_exists *in = arg;
	enum err e;

	e = account_set_username(h->ctx, h->session.uid, in->name);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
