#include "serve.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/password.h"
#include "response.h"

/* ---- W1 ---- */

#define FORGOT_REST \
	{ "resetpasswordurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0, \
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_forgot, reset_url), \
	  "Page that the mailed link leads to; must be on the allow-list" }, \
	EMAIL_TEMPLATE(in_forgot, "the"), \
	CAPTCHA_FIELDS(in_forgot, IN_QUERY | IN_BODY), \
	{ .name = NULL }

const struct field in_forgot_email[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_forgot, identifier),
	  "Email address" },
	FORGOT_REST
};
const struct field in_forgot_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_forgot, identifier),
	  "User name" },
	FORGOT_REST
};
const enum err errors_forgot[] = { ERR_IDENTIFIER_MISSING,
	ERR_EMAIL_MALFORMED, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
	ERR_USERNAME_OFF, ERR_URL_NOT_ADMITTED, ERR_PASSWORD_LOGIN_OFF,
	ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED,
	ERR_NO_PASSWORD, ERR_EMAIL_UNVERIFIED, ERR_MAIL_LIMIT, ERR_CAPTCHA,
	ERR_OK };

static enum err
forgot(struct http *h, enum identifier_kind kind,
    const struct in_forgot *in)
{
	struct password_forgot f = {
		.kind = kind,
		.identifier = in->identifier,
		.reset_url = in->reset_url,
		.email_template = in->email_template
	};
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_FORGOT_EMAIL, &in->captcha);
	if (e == ERR_OK)
		e = password_forgot(h->ctx, &f);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

enum err
serve_forgot_email(struct http *h, const void *in)
{
	return forgot(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_forgot_username(struct http *h, const void *in)
{
	return forgot(h, IDENTIFIER_USERNAME, in);
}

/* ---- W3, W4, W5 ---- */

#define RESET_REST \
	{ "password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET, \
	  ERR_PASSWORD_MISSING, 0, LIMIT_BODY, \
	  AT(in_reset, password), "New password" }, \
	{ "welcomeemailtemplate", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, \
	  0, 64, AT(in_reset, welcome_template), \
	  "Send a welcome mail, of this variant" }, \
	{ "resetpasswordemailtemplate", NULL, IN_BODY, FIELD_LINE, \
	  FIELD_TEXT, 0, 0, 64, AT(in_reset, confirm_template), \
	  "Variant of the confirmation's text" }, \
	NO_ANSWERS, \
	{ .name = NULL }
#define RESET_CODE \
	{ "otp", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_reset, code), "Code of the mail" }

const struct field in_reset_token[] = {
	{ "resettoken", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 256,
	  AT(in_reset, token), "Secret of the mailed link" },
	RESET_REST
};
const struct field in_reset_email[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_EMAIL_MISSING, 0, 0, AT(in_reset, identifier),
	  "Email address" },
	RESET_CODE,
	RESET_REST
};
const struct field in_reset_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_reset, identifier),
	  "User name" },
	RESET_CODE,
	RESET_REST
};
const struct field in_reset_phone[] = {
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, 0, 0,
	  AT(in_reset, identifier), "Phone number" },
	{ "resetpasswordsmstemplate", "smstemplate", IN_BODY, FIELD_LINE,
	  FIELD_TEXT, 0, 0, 64, AT(in_reset, confirm_sms_template),
	  "Variant of the confirming text message" },
	NO_VOICE,
	RESET_CODE,
	RESET_REST
};
const enum err errors_reset_phone[] = { ERR_PHONE_CODE_INVALID,
	ERR_PHONE_CODE_USED, ERR_PHONE_CODE_EXPIRED, ERR_PHONE_LOGIN_OFF,
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PASSWORD_LOGIN_OFF,
	ERR_PASSWORD_MISSING, ERR_VALIDATION, ERR_PASSWORD_WEAK,
	ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED, ERR_ACCOUNT_BLOCKED,
	ERR_OK };
const enum err errors_reset[] = { ERR_TICKET_INVALID, ERR_LINK_USED,
	ERR_LINK_EXPIRED, ERR_PASSWORD_MISSING, ERR_VALIDATION,
	ERR_PASSWORD_WEAK, ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED,
	ERR_ACCOUNT_BLOCKED, ERR_OK };
const enum err errors_reset_code[] = { ERR_EMAIL_CODE_INVALID,
	ERR_EMAIL_CODE_USED, ERR_EMAIL_CODE_EXPIRED, ERR_EMAIL_MALFORMED,
	ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT, ERR_USERNAME_OFF,
	ERR_PASSWORD_LOGIN_OFF, ERR_PASSWORD_MISSING, ERR_VALIDATION,
	ERR_PASSWORD_WEAK, ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED,
	ERR_ACCOUNT_BLOCKED, ERR_OK };

static enum err
reset(struct http *h, enum identifier_kind kind, const struct in_reset *in)
{
	struct password_reset_result out = { 0 };
	struct password_reset r = {
		.token = in->token,
		.kind = kind,
		.identifier = in->identifier,
		.code = in->code,
		.password = in->password,
		.welcome_template = in->welcome_template,
		.confirm_template = in->confirm_template,
		.confirm_sms_template = in->confirm_sms_template
	};
	enum err e;

	if (h->ctx->config->password_login_on_reset)
		r.session.kind = SESSION_API;
	e = password_reset(h->ctx, &r, &out);
	if (e != ERR_OK)
		return e;
	return serve_posted(h, out.has_session, out.profile, &out.tokens);
}

enum err
serve_reset_token(struct http *h, const void *in)
{
	return reset(h, 0, in);
}

enum err
serve_reset_email(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_reset_username(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_reset_phone(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_PHONE, in);
}

/* ---- W10 ---- */

const struct field in_change[] = {
	{ "oldpassword", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PASSWORD_MISSING, 0, LIMIT_BODY, AT(in_change, old_password),
	  "Present password" },
	{ "newpassword", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PASSWORD_MISSING, 0, LIMIT_BODY,
	  AT(in_change, new_password), "New password" },
	ANSWERS(in_change, 0),
	CAPTCHA_FIELDS(in_change, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
const enum err errors_change[] = { ERR_OLD_PASSWORD, ERR_LOGIN_SUSPENDED,
	ERR_LOCKED_CAPTCHA, ERR_LOCKED_QUESTION, ERR_ANSWER_WRONG,
	ERR_QUESTION_UNKNOWN,
	ERR_NO_PASSWORD, ERR_PASSWORD_MISSING, ERR_VALIDATION,
	ERR_PASSWORD_WEAK, ERR_PASSWORD_REUSED, ERR_PASSWORD_BREACHED,
	ERR_ACCOUNT_BLOCKED, ERR_CAPTCHA, ERR_OK };

enum err
serve_password_change(struct http *h, const void *arg)
{
	const struct in_change *in = arg;
	struct session_tokens rotated = { 0 };
	struct attempt_secret old = { in->old_password, {
		.answers = in->answers, .captcha = &in->captcha,
		.operation = CAPTCHA_CHANGE_PASSWORD } };
	enum err e;

	e = attempt_demand(h->ctx, &old.key);
	if (e == ERR_OK)
		e = password_change(h->ctx, &h->session, &old,
		    &in->new_password, &rotated);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
