/* Phone numbers: H1 to H7, W2, I5, A8, A9. */
#include "serve.h"

#include "captcha.h"
#include "domain/phone.h"
#include "response.h"

static const struct reply reply_receipt[] = {
	{ "AccountSid", REPLY_TEXT, 0, NULL },
	{ "Sid", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_posted_sms[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_OBJECT, REPLY_OPTIONAL, reply_receipt },
	{ NULL, 0, 0, NULL }
};

enum err
serve_posted_sms(struct http *h)
{
	struct json *j = json_new_object(h->ctx->arena);
	struct json *data = json_new_object(h->ctx->arena);
	struct phone_receipt receipt;

	phone_receipt(h->ctx, &receipt);
	json_set_str(data, "AccountSid", receipt.account_sid);
	json_set_str(data, "Sid", receipt.sid);
	json_set_bool(j, "IsPosted", true);
	json_set(j, "Data", data);
	return response_json(h, j);
}

static struct phone_asking
asking(const struct in_phone *in)
{
	return (struct phone_asking){ .phone = in->phone,
		.template = in->template, .voice = in->voice };
}

#define CODE_ERRORS \
	ERR_PHONE_CODE_INVALID, ERR_PHONE_CODE_USED, ERR_PHONE_CODE_EXPIRED

#define PHONE(flags) \
	{ "phone", "phoneid", IN_BODY, FIELD_PLUS | (flags), FIELD_TEXT, \
	  ERR_PHONE_MISSING, 0, 0, AT(in_phone, phone), \
	  "Phone number in international form" }
#define TEMPLATE \
	{ "smstemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_phone, template), \
	  "Variant of the text message" }
#define WELCOME \
	{ "smstemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_phone, template), \
	  "Send a welcome message, of this variant" }
#define VOICE(places) \
	{ "isvoiceotp", NULL, places, 0, FIELD_BOOL, 0, 0, 0, \
	  AT(in_phone, voice), "A call instead of a text message" }
#define CODE(places) \
	{ "otp", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_phone, code), "Code of the message" }
#define END	{ .name = NULL }

/* ---- H1 = RG8 ---- */

const struct field in_phone_exists[] = {
	{ "phone", "phoneid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, 0,
	  AT(in_phone, phone), "Phone number in international form" },
	CAPTCHA_FIELDS(in_phone, IN_QUERY),
	END
};
const enum err errors_phone_exists[] = { ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_ENDPOINT_OFF,
	ERR_CAPTCHA, ERR_OK };

enum err
serve_phone_exists(struct http *h, const void *arg)
{
	const struct in_phone *in = arg;
	bool exists;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_AVAILABILITY, &in->captcha);
	if (e == ERR_OK)
		e = account_phone_exists(h->ctx, in->phone, &exists);
	return e != ERR_OK ? e : response_flag(h, "IsExist", exists);
}

/* ---- H2 ---- */

const struct field in_phone_change[] = {
	PHONE(FIELD_REQUIRED), TEMPLATE, VOICE(IN_QUERY), END
};
const enum err errors_phone_change[] = { ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PHONE_TAKEN,
	ERR_CODE_LIMIT, SMS_ERRORS, ERR_OK };

enum err
serve_phone_change(struct http *h, const void *in)
{
	struct phone_asking ask = asking(in);
	bool sent;
	enum err e;

	e = phone_change(h->ctx, h->session.uid, &ask, &sent);
	if (e != ERR_OK)
		return e;
	return sent ? serve_posted_sms(h) :
	    response_flag(h, "IsPosted", true);
}

/* ---- H3 ---- */

const enum err errors_phone_remove[] = { ERR_NO_PHONE, ERR_IDENTIFIER_KEPT,
	ERR_OK };

enum err
serve_phone_remove(struct http *h, const void *in)
{
	enum err e;

	(void)in;
	e = phone_remove(h->ctx, h->session.uid);
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}

/* ---- H4 ---- */

const struct field in_phone_prove[] = {
	PHONE(FIELD_REQUIRED), CODE(IN_QUERY | IN_BODY), WELCOME,
	NO_VOICE, ANSWERS(in_phone, 0),
	CAPTCHA_FIELDS(in_phone, IN_QUERY | IN_BODY), END
};
const enum err errors_phone_prove[] = { CODE_ERRORS, ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PHONE_UNKNOWN,
	ERR_PHONE_VERIFIED, ERR_LOGIN_SUSPENDED, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, ERR_LOCKED_CAPTCHA, ERR_CAPTCHA,
	ERR_LOCKED_QUESTION, ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN,
	ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING, ERR_PIN_REQUIRED,
	ERR_OK };

enum err
serve_phone_prove(struct http *h, const void *arg)
{
	const struct in_phone *in = arg;
	const struct phone_proof p = {
		.phone = in->phone, .code = in->code,
		.welcome_template = in->template,
		.answers = in->answers, .captcha = &in->captcha,
		.session = { .kind = SESSION_API }
	};
	struct login_result out;
	enum err e;

	e = phone_prove(h->ctx, &p, &out);
	if (e != ERR_OK)
		return e;
	return response_json(h, serve_session_json(h, out.profile,
	    &out.tokens));
}

/* ---- H5 ---- */

const struct field in_phone_prove_own[] = {
	CODE(IN_QUERY | IN_BODY), WELCOME, NO_VOICE, END
};
const enum err errors_phone_prove_own[] = { CODE_ERRORS, ERR_NO_PHONE,
	ERR_PHONE_NOT_PENDING, ERR_PHONE_LOGIN_OFF, ERR_PHONE_TAKEN, ERR_OK };

enum err
serve_phone_prove_own(struct http *h, const void *arg)
{
	const struct in_phone *in = arg;
	enum err e;

	e = phone_prove_own(h->ctx, h->session.uid, in->code, in->template);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

/* ---- H6, H7 ---- */

const struct field in_phone_resend[] = {
	PHONE(FIELD_REQUIRED), TEMPLATE, VOICE(IN_QUERY | IN_BODY),
	END
};
const enum err errors_phone_resend[] = { ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PHONE_UNKNOWN,
	ERR_PHONE_VERIFIED, ERR_ACCOUNT_BLOCKED, SMS_ERRORS, ERR_OK };
const struct field in_phone_resend_own[] = {
	PHONE(0), TEMPLATE, VOICE(IN_QUERY | IN_BODY), END
};
const enum err errors_phone_resend_own[] = { ERR_PHONE_MALFORMED,
	ERR_PHONE_LOGIN_OFF, ERR_NO_PHONE, ERR_PHONE_NOT_PENDING,
	ERR_PHONE_VERIFIED, ERR_CODE_LIMIT, SMS_ERRORS, ERR_OK };

enum err
serve_phone_resend(struct http *h, const void *in)
{
	struct phone_asking ask = asking(in);
	enum err e;

	e = phone_resend(h->ctx, &ask);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

enum err
serve_phone_resend_own(struct http *h, const void *in)
{
	struct phone_asking ask = asking(in);
	enum err e;

	e = phone_resend_own(h->ctx, h->session.uid, &ask);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

/* ---- W2 ---- */

const struct field in_forgot_phone[] = {
	PHONE(FIELD_REQUIRED), TEMPLATE, VOICE(IN_QUERY),
	CAPTCHA_FIELDS(in_phone, IN_QUERY | IN_BODY), END
};
const enum err errors_forgot_phone[] = { ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PASSWORD_LOGIN_OFF,
	ERR_PHONE_UNKNOWN, ERR_PHONE_UNVERIFIED, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, SMS_ERRORS, ERR_CAPTCHA, ERR_OK };

enum err
serve_forgot_phone(struct http *h, const void *arg)
{
	const struct in_phone *in = arg;
	struct phone_asking ask = asking(in);
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_FORGOT_PHONE, &in->captcha);
	if (e == ERR_OK)
		e = phone_forgot(h->ctx, &ask);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

/* ---- I5 ---- */

const struct field in_forgot_pin_phone[] = {
	PHONE(FIELD_REQUIRED), TEMPLATE, VOICE(IN_QUERY | IN_BODY), END
};
const enum err errors_forgot_pin_phone[] = { ERR_PIN_OFF, ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PHONE_UNKNOWN,
	ERR_PHONE_UNVERIFIED, ERR_PIN_NONE, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, SMS_ERRORS, ERR_OK };

enum err
serve_forgot_pin_phone(struct http *h, const void *in)
{
	struct phone_asking ask = asking(in);
	enum err e;

	e = phone_forgot_pin(h->ctx, &ask);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

/* ---- A8, A9 ---- */

const struct field in_phone_delete_ask[] = {
	TEMPLATE, VOICE(IN_QUERY), END
};
const enum err errors_phone_delete_ask[] = { ERR_NO_PHONE,
	ERR_PHONE_UNVERIFIED, ERR_CODE_LIMIT, SMS_ERRORS, ERR_OK };
const struct field in_phone_delete[] = { CODE(IN_BODY), NO_ANSWERS, END };
const enum err errors_phone_delete[] = { CODE_ERRORS, ERR_NO_PHONE, ERR_OK };

enum err
serve_phone_delete_ask(struct http *h, const void *in)
{
	struct phone_asking ask = asking(in);
	enum err e;

	e = phone_delete_ask(h->ctx, h->session.uid, &ask);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

enum err
serve_phone_delete(struct http *h, const void *arg)
{
	const struct in_phone *in = arg;
	enum err e;

	e = phone_delete(h->ctx, h->session.uid, in->code);
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}
