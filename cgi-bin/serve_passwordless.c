/* Signing in without a password: LG4, LG10 to LG16. */
#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/passwordless.h"
#include "response.h"

#define END	{ .name = NULL }
#define GATE_ERRORS \
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_PRIVACY_OUTSTANDING, \
	ERR_CONSENT_OUTSTANDING, ERR_PIN_REQUIRED
#define LOCK_ERRORS \
	ERR_LOGIN_SUSPENDED, ERR_LOCKED_CAPTCHA, ERR_LOCKED_QUESTION
#define USERNAME_ERRORS \
	ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT, ERR_USERNAME_OFF

static enum err
answer(struct http *h, enum err e, const struct login_result *out)
{
	return e != ERR_OK ? e : response_json(h, serve_session_json(h,
	    out->profile, &out->tokens));
}

/* ---- LG10, LG11 ---- */

#define ASK_REST \
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0, \
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_passwordless, url), \
	  "Page that the mailed link leads to; must be on the allow-list" }, \
	{ "passwordlesslogintemplate", NULL, IN_QUERY, \
	  FIELD_LINE | FIELD_JUNK, FIELD_TEXT, 0, 0, 64, \
	  AT(in_passwordless, email_template), "Variant of the mail's text" }, \
	{ "oneclicksignin", NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0, \
	  0, 0, "Without effect" }, \
	CAPTCHA_FIELDS(in_passwordless, IN_QUERY), END

const struct field in_passwordless_email[] = {
	{ "email", "emailid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_IDENTIFIER_MISSING, ERR_EMAIL_MALFORMED, 0,
	  AT(in_passwordless, identifier), "Email address" },
	ASK_REST
};
const struct field in_passwordless_username[] = {
	{ "username", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_passwordless, identifier),
	  "User name" },
	ASK_REST
};
#define ASK_ERRORS \
	ERR_PASSWORDLESS_OFF, ERR_IDENTIFIER_MISSING, ERR_URL_NOT_ADMITTED, \
	ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, \
	ERR_EMAIL_UNVERIFIED, ERR_MAIL_LIMIT, ERR_CAPTCHA
const enum err errors_passwordless_email[] = { ASK_ERRORS,
	ERR_EMAIL_MALFORMED, ERR_OK };
const enum err errors_passwordless_username[] = { ASK_ERRORS,
	USERNAME_ERRORS, ERR_OK };

static enum err
ask(struct http *h, enum identifier_kind kind,
    const struct in_passwordless *in)
{
	const struct passwordless_ask a = {
		.kind = kind, .identifier = in->identifier, .url = in->url,
		.email_template = in->email_template
	};
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_PASSWORDLESS, &in->captcha);
	if (e == ERR_OK)
		e = passwordless_ask(h->ctx, &a);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

enum err
serve_passwordless_email(struct http *h, const void *in)
{
	return ask(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_passwordless_username(struct http *h, const void *in)
{
	return ask(h, IDENTIFIER_USERNAME, in);
}

/* ---- LG12 ---- */

#define WELCOME(places) \
	{ "welcomeemailtemplate", NULL, places, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_passwordless, welcome_template), \
	  "Send a welcome mail after the first proof of the address, of " \
	  "this variant" }
#define FACTOR_TEXT(name) \
	{ name, NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0, LIMIT_URL, \
	  0, "Of second factors: without effect" }
#define LINK(places) \
	{ "verificationtoken", "vtoken", places, FIELD_REQUIRED, FIELD_TEXT, \
	  0, 0, 256, AT(in_passwordless, token), \
	  "Secret of the mailed link" }, \
	WELCOME(IN_QUERY), FACTOR_TEXT("smstemplate2fa"), \
	FACTOR_TEXT("emailtemplate2fa"), FACTOR_TEXT("duoredirecturi"), END

const struct field in_passwordless_link_query[] = { LINK(IN_QUERY) };
const struct field in_passwordless_link[] = { LINK(IN_BODY) };
const enum err errors_passwordless_link[] = { ERR_PASSWORDLESS_OFF,
	ERR_TICKET_INVALID, ERR_PASSWORDLESS_USED, ERR_LINK_EXPIRED,
	GATE_ERRORS, ERR_OK };

enum err
serve_passwordless_link(struct http *h, const void *arg)
{
	const struct in_passwordless *in = arg;
	const struct passwordless p = {
		.token = in->token, .welcome_template = in->welcome_template,
		.session = { .kind = SESSION_API }
	};
	struct login_result out;

	return answer(h, passwordless_by_link(h->ctx, &p, &out), &out);
}

/* ---- LG13, LG14, LG16 ---- */

#define CODE(about) \
	{ "otp", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_passwordless, code), about }
#define ANSWER_FIELDS \
	ANSWERS(in_passwordless, 0), \
	CAPTCHA_FIELDS(in_passwordless, IN_QUERY | IN_BODY)

const struct field in_passwordless_email_code[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_passwordless, identifier),
	  "Email address" },
	CODE("Code of the mail"), WELCOME(IN_QUERY | IN_BODY),
	ANSWER_FIELDS, END
};
const struct field in_passwordless_username_code[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_passwordless, identifier),
	  "User name" },
	CODE("Code of the mail"), WELCOME(IN_QUERY | IN_BODY),
	ANSWER_FIELDS, END
};
const struct field in_passwordless_phone_code[] = {
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, 0, 0,
	  AT(in_passwordless, identifier), "Phone number" },
	CODE("Code of the message"),
	{ "smstemplate", NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0, 64,
	  0, "Without effect: the number was welcomed when it was proven" },
	FACTOR_TEXT("emailtemplate2fa"), NO_VOICE, ANSWER_FIELDS, END
};
#define MAIL_CODE_ERRORS \
	ERR_PASSWORDLESS_OFF, ERR_IDENTIFIER_MISSING, ERR_EMAIL_CODE_OFF, \
	ERR_EMAIL_CODE_INVALID, ERR_EMAIL_CODE_USED, \
	ERR_EMAIL_CODE_EXPIRED, LOCK_ERRORS, ERR_ANSWER_REFUSED, \
	ERR_QUESTION_UNKNOWN, ERR_CAPTCHA, GATE_ERRORS
const enum err errors_passwordless_email_code[] = { MAIL_CODE_ERRORS,
	ERR_EMAIL_MALFORMED, ERR_OK };
const enum err errors_passwordless_username_code[] = { MAIL_CODE_ERRORS,
	USERNAME_ERRORS, ERR_OK };
const enum err errors_passwordless_phone_code[] = { ERR_PASSWORDLESS_OFF,
	ERR_PHONE_CODE_INVALID, ERR_PHONE_CODE_USED, ERR_PHONE_CODE_EXPIRED,
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF,
	LOCK_ERRORS, ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN, ERR_CAPTCHA,
	GATE_ERRORS, ERR_OK };

static enum err
by_code(struct http *h, enum identifier_kind kind,
    const struct in_passwordless *in)
{
	const struct passwordless p = {
		.kind = kind, .identifier = in->identifier, .code = in->code,
		.answers = in->answers, .captcha = &in->captcha,
		.welcome_template = in->welcome_template,
		.session = { .kind = SESSION_API }
	};
	struct login_result out;

	return answer(h, passwordless_by_code(h->ctx, &p, &out), &out);
}

enum err
serve_passwordless_email_code(struct http *h, const void *in)
{
	return by_code(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_passwordless_username_code(struct http *h, const void *in)
{
	return by_code(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_passwordless_phone_code(struct http *h, const void *in)
{
	return by_code(h, IDENTIFIER_PHONE, in);
}

/* ---- LG15 ---- */

#define NUMBER(places) \
	{ "phone", "phoneid", places, FIELD_REQUIRED | FIELD_PLUS, \
	  FIELD_TEXT, ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, 0, \
	  AT(in_passwordless, identifier), "Phone number" }, \
	SMS_FIELDS(in_passwordless, "Variant of the text message")
const struct field in_passwordless_phone_query[] = {
	NUMBER(IN_QUERY), CAPTCHA_FIELDS(in_passwordless, IN_QUERY), END
};
const struct field in_passwordless_phone[] = {
	NUMBER(IN_QUERY | IN_BODY),
	CAPTCHA_FIELDS(in_passwordless, IN_QUERY | IN_BODY), END
};
const enum err errors_passwordless_phone[] = { ERR_PASSWORDLESS_OFF,
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF,
	ERR_PHONE_UNKNOWN, ERR_PHONE_UNVERIFIED, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, SMS_ERRORS, ERR_CAPTCHA, ERR_OK };

enum err
serve_passwordless_phone(struct http *h, const void *arg)
{
	const struct in_passwordless *in = arg;
	const struct phone_asking a = {
		.phone = in->identifier, .template = in->sms_template,
		.voice = in->voice
	};
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_PASSWORDLESS, &in->captcha);
	if (e == ERR_OK)
		e = passwordless_ask_phone(h->ctx, &a);
	return e != ERR_OK ? e : serve_posted_sms(h);
}
