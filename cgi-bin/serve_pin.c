#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/pin.h"
#include "domain/pin_login.h"
#include "domain/pin_session.h"
#include "response.h"

/* ---- I1 ---- */

const struct field in_pin_set[] = {
	{ "pin", NULL, IN_BODY, 0, FIELD_SECRET, 0, 0, LIMIT_BODY,
	  AT(in_pin_set, pin), "New PIN" },
	{ "skipped", NULL, IN_BODY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_pin_set, skip),
	  "Go on without a PIN, where the site lets people" },
	{ "pinauthtoken", NULL, IN_QUERY | IN_BODY, FIELD_REQUIRED,
	  FIELD_TEXT, 0, ERR_PIN_TOKEN_INVALID, 64, AT(in_pin_set, token),
	  "Token of error 1243" },
	{ .name = NULL }
};
const enum err errors_pin_set[] = { ERR_PIN_OFF, ERR_PIN_MISSING,
	ERR_PIN_TOKEN_INVALID, ERR_PIN_TOKEN_EXPIRED, ERR_VALIDATION,
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_LOGIN_REFUSED, ERR_OK };

enum err
serve_pin_set(struct http *h, const void *arg)
{
	const struct in_pin_set *in = arg;
	struct login_result out;
	struct pin_completion k = {
		.token = in->token, .pin = in->pin, .skip = in->skip,
		.session = { .kind = SESSION_API }
	};
	enum err e;

	e = pin_complete(h->ctx, &k, &out);
	return e != ERR_OK ? e : response_json(h, serve_session_json(h,
	    out.profile, &out.tokens));
}

/* ---- I2 ---- */

const struct field in_pin_change[] = {
	{ "oldpin", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PIN_MISSING, 0, LIMIT_BODY, AT(in_pin_change, old_pin),
	  "Present PIN" },
	{ "newpin", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PIN_MISSING, 0, LIMIT_BODY, AT(in_pin_change, new_pin),
	  "New PIN" },
	ANSWERS(in_pin_change, 0),
	CAPTCHA_FIELDS(in_pin_change, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
const enum err errors_pin_change[] = { ERR_PIN_OFF, ERR_PIN_NONE,
	ERR_PIN_MISSING, ERR_OLD_PIN, ERR_VALIDATION, ERR_LOGIN_SUSPENDED,
	ERR_LOCKED_CAPTCHA, ERR_CAPTCHA, ERR_LOCKED_QUESTION,
	ERR_ANSWER_WRONG, ERR_QUESTION_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_OK };

enum err
serve_pin_change(struct http *h, const void *arg)
{
	const struct in_pin_change *in = arg;
	struct attempt_secret old = { in->old_pin, {
		.answers = in->answers, .captcha = &in->captcha } };
	enum err e;

	e = pin_change(h->ctx, &h->session, &old, &in->new_pin);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

/* ---- I3, I4 ---- */

#define FORGOT_REST \
	{ "resetpinurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0, \
	  ERR_RESET_PIN_URL, LIMIT_URL, AT(in_forgot, reset_url), \
	  "Page that the mailed link leads to; must be on the allow-list" }, \
	EMAIL_TEMPLATE(in_forgot, "the"), \
	{ .name = NULL }

const struct field in_pin_forgot_email[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_EMAIL_MISSING, 0, 0, AT(in_forgot, identifier),
	  "Email address" },
	FORGOT_REST
};
const struct field in_pin_forgot_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_forgot, identifier),
	  "User name" },
	FORGOT_REST
};
const enum err errors_pin_forgot_email[] = { ERR_PIN_OFF, ERR_EMAIL_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF, ERR_QUESTIONS_BY_USERNAME,
	ERR_RESET_PIN_URL, ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, ERR_PIN_NONE, ERR_MAIL_LIMIT, ERR_OK };
const enum err errors_pin_forgot_username[] = { ERR_PIN_OFF,
	ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
	ERR_USERNAME_OFF, ERR_RESET_PIN_URL, ERR_USER_UNKNOWN,
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_PIN_NONE,
	ERR_MAIL_LIMIT, ERR_OK };

static enum err
forgot(struct http *h, enum identifier_kind kind,
    const struct in_forgot *in)
{
	struct pin_forgot f = {
		.kind = kind,
		.identifier = in->identifier,
		.reset_url = in->reset_url,
		.email_template = in->email_template
	};
	enum err e;

	e = pin_forgot(h->ctx, &f);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

enum err
serve_pin_forgot_email(struct http *h, const void *in)
{
	return forgot(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_pin_forgot_username(struct http *h, const void *in)
{
	return forgot(h, IDENTIFIER_USERNAME, in);
}

/* ---- I6 to I12 ---- */

#define EMAIL_FIELD \
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT, \
	  ERR_EMAIL_MISSING, 0, 0, AT(in_pin_reset, identifier), \
	  "Email address" }
#define USERNAME_FIELD \
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, \
	  ERR_USERNAME_MISSING, 0, 0, AT(in_pin_reset, identifier), \
	  "User name" }
#define PHONE_FIELD \
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT, \
	  ERR_PHONE_MISSING, 0, 0, AT(in_pin_reset, identifier), \
	  "Phone number" }
#define PIN_FIELD \
	{ "pin", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET, \
	  ERR_PIN_MISSING, 0, LIMIT_BODY, AT(in_pin_reset, pin), "New PIN" }
#define CODE_FIELD \
	{ "otp", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_pin_reset, code), "Code of the message" }, \
	NO_ANSWERS
#define ANSWER_FIELD	ANSWERS(in_pin_reset, FIELD_REQUIRED)

const struct field in_pin_reset_token[] = {
	{ "resettoken", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 256,
	  AT(in_pin_reset, token), "Secret of the mailed link" },
	PIN_FIELD,
	{ .name = NULL }
};
const struct field in_pin_reset_email[] = {
	EMAIL_FIELD, CODE_FIELD, PIN_FIELD, { .name = NULL }
};
const struct field in_pin_reset_username[] = {
	USERNAME_FIELD, CODE_FIELD, PIN_FIELD, { .name = NULL }
};
const struct field in_pin_reset_phone[] = {
	PHONE_FIELD, CODE_FIELD, PIN_FIELD, { .name = NULL }
};
const struct field in_pin_answer_email[] = {
	EMAIL_FIELD, ANSWER_FIELD, PIN_FIELD, { .name = NULL }
};
const struct field in_pin_answer_phone[] = {
	PHONE_FIELD, ANSWER_FIELD, PIN_FIELD, { .name = NULL }
};
const struct field in_pin_answer_username[] = {
	USERNAME_FIELD, ANSWER_FIELD, PIN_FIELD,
	{ .name = NULL }
};
const enum err errors_pin_reset_token[] = { ERR_PIN_OFF, ERR_PIN_MISSING,
	ERR_VALIDATION, ERR_TICKET_INVALID, ERR_PIN_LINK_USED,
	ERR_LINK_EXPIRED, ERR_PIN_NONE, ERR_ACCOUNT_BLOCKED, ERR_OK };
#define CODE_ERRORS \
	ERR_PIN_OFF, ERR_PIN_MISSING, ERR_VALIDATION, \
	ERR_EMAIL_CODE_INVALID, ERR_EMAIL_CODE_USED, \
	ERR_EMAIL_CODE_EXPIRED, ERR_PIN_NONE, ERR_ACCOUNT_BLOCKED
#define ANSWER_ERRORS \
	ERR_PIN_OFF, ERR_PIN_MISSING, ERR_VALIDATION, ERR_QUESTIONS_OFF, \
	ERR_QUESTION_UNKNOWN, ERR_ANSWER_REFUSED, ERR_PIN_NONE, \
	ERR_ACCOUNT_BLOCKED
#define BY_EMAIL_ERRORS \
	ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF, \
	ERR_QUESTIONS_BY_USERNAME
#define BY_USERNAME_ERRORS \
	ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT, \
	ERR_USERNAME_OFF
#define BY_PHONE_ERRORS \
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF
const enum err errors_pin_reset_email[] = { CODE_ERRORS, BY_EMAIL_ERRORS,
	ERR_OK };
const enum err errors_pin_reset_username[] = { CODE_ERRORS,
	BY_USERNAME_ERRORS, ERR_OK };
const enum err errors_pin_reset_phone[] = { ERR_PIN_OFF, ERR_PIN_MISSING,
	ERR_VALIDATION, ERR_PHONE_CODE_INVALID, ERR_PHONE_CODE_USED,
	ERR_PHONE_CODE_EXPIRED, ERR_PIN_NONE, ERR_ACCOUNT_BLOCKED,
	BY_PHONE_ERRORS, ERR_OK };
const enum err errors_pin_answer_email[] = { ANSWER_ERRORS, BY_EMAIL_ERRORS,
	ERR_OK };
const enum err errors_pin_answer_username[] = { ANSWER_ERRORS,
	BY_USERNAME_ERRORS, ERR_OK };
const enum err errors_pin_answer_phone[] = { ANSWER_ERRORS, BY_PHONE_ERRORS,
	ERR_OK };

static enum err
reset(struct http *h, enum identifier_kind kind,
    const struct in_pin_reset *in)
{
	struct pin_reset r = {
		.token = in->token,
		.kind = kind,
		.identifier = in->identifier,
		.code = in->code,
		.answers = in->answers,
		.pin = in->pin
	};
	enum err e;

	e = pin_reset(h->ctx, &r);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

enum err
serve_pin_reset_token(struct http *h, const void *in)
{
	return reset(h, 0, in);
}

enum err
serve_pin_reset_email(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_pin_reset_username(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_pin_reset_phone(struct http *h, const void *in)
{
	return reset(h, IDENTIFIER_PHONE, in);
}

/* ---- LG9 ---- */

const struct field in_pin_login[] = {
	{ "session_token", NULL, IN_QUERY | IN_BODY, FIELD_REQUIRED,
	  FIELD_TEXT, ERR_PIN_SESSION_INVALID, ERR_PIN_SESSION_INVALID, 64,
	  AT(in_pin_login, token), "Token of an earlier full sign-in" },
	{ "pin", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PIN_MISSING, 0, LIMIT_BODY, AT(in_pin_login, pin), "PIN" },
	ANSWERS(in_pin_login, 0),
	CAPTCHA_FIELDS(in_pin_login, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
const enum err errors_pin_login[] = { ERR_PIN_OFF, ERR_PIN_LOGIN_OFF,
	ERR_PIN_SESSION_INVALID, ERR_PIN_SESSION_EXPIRED, ERR_PIN_MISSING,
	ERR_PIN_WRONG, ERR_LOGIN_SUSPENDED, ERR_LOCKED_CAPTCHA,
	ERR_LOCKED_QUESTION, ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN,
	ERR_CAPTCHA, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED,
	ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING, ERR_OK };

enum err
serve_pin_login(struct http *h, const void *arg)
{
	const struct in_pin_login *in = arg;
	const struct pin_login l = {
		.token = in->token, .pin = in->pin, .answers = in->answers,
		.captcha = &in->captcha, .session = { .kind = SESSION_API }
	};
	struct login_result out;
	enum err e;

	e = pin_login(h->ctx, &l, &out);
	return e != ERR_OK ? e : response_json(h, serve_session_json(h,
	    out.profile, &out.tokens));
}

/* ---- I13 ---- */

const struct field in_pin_session[] = {
	{ "session_token", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT, 0,
	  ERR_PIN_SESSION_INVALID, 64, AT(in_pin_session, token),
	  "Token of the PIN session" },
	{ .name = NULL }
};
const enum err errors_pin_session[] = { ERR_PIN_SESSION_INVALID,
	ERR_PIN_SESSION_EXPIRED, ERR_OK };

enum err
serve_pin_session_end(struct http *h, const void *arg)
{
	const struct in_pin_session *in = arg;
	enum err e;

	e = pin_session_end(h->ctx, in->token);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}
