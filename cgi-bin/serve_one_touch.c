/* One-touch sign-in: LG17 to LG20. */
#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/one_touch.h"
#include "response.h"

#define END	{ .name = NULL }
#define NAME \
	{ "name", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 256, \
	  AT(in_one_touch, name), "First name, for a new account" }
#define CAPTCHA CAPTCHA_FIELDS(in_one_touch, IN_QUERY | IN_BODY)

/* ---- LG17 ---- */

const struct field in_one_touch_email[] = {
	{ "clientguid", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 128,
	  AT(in_one_touch, guid), "16 to 128 random characters that the "
	  "device chooses, and pings with (LG25)" },
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_EMAIL_MISSING, 0, 0, AT(in_one_touch, email),
	  "Email address" },
	NAME,
	{ "redirecturl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_one_touch, url),
	  "Page that the mailed link leads to; must be on the allow-list" },
	{ "onetouchloginemailtemplate", NULL, IN_QUERY,
	  FIELD_LINE | FIELD_JUNK, FIELD_TEXT, 0, 0, 64,
	  AT(in_one_touch, email_template), "Variant of the mail's text" },
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK,
	  FIELD_TEXT, 0, 0, 64, AT(in_one_touch, welcome_template),
	  "Send a welcome mail for a new account, of this variant" },
	CAPTCHA, END
};
static const struct reply reply_number[] = {
	{ "Number", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_one_touch[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_OBJECT, 0, reply_number },
	{ NULL, 0, 0, NULL }
};
const enum err errors_one_touch_email[] = { ERR_ONE_TOUCH_OFF, ERR_GUID_USED,
	ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, ERR_EMAIL_NOT_ADMITTED,
	ERR_EMAIL_DOMAIN, ERR_URL_NOT_ADMITTED, ERR_MAIL_LIMIT, ERR_CAPTCHA,
	ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED,
	ERR_EMAIL_UNVERIFIED, ERR_OK };

enum err
serve_one_touch_email(struct http *h, const void *arg)
{
	const struct in_one_touch *in = arg;
	const struct one_touch_ask a = {
		.guid = in->guid, .email = in->email, .name = in->name,
		.url = in->url, .email_template = in->email_template,
		.welcome_template = in->welcome_template
	};
	struct json *j = json_new_object(h->ctx->arena);
	struct json *data = json_new_object(h->ctx->arena);
	struct str number;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_ONE_TOUCH, &in->captcha);
	if (e == ERR_OK)
		e = one_touch_ask(h->ctx, &a, &number);
	if (e != ERR_OK)
		return e;
	json_set_str(data, "Number", number);
	json_set_bool(j, "IsPosted", true);
	json_set(j, "Data", data);
	return response_json(h, j);
}

/* ---- LG18, LG19 ---- */

#define PHONE \
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS, \
	  FIELD_TEXT, ERR_PHONE_MISSING, 0, 0, AT(in_one_touch, phone), \
	  "Phone number" }

const struct field in_one_touch_phone[] = {
	PHONE, NAME, SMS_FIELDS(in_one_touch, "Variant of the text message"),
	CAPTCHA, END
};
#define PHONE_ERRORS \
	ERR_ONE_TOUCH_OFF, ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, \
	ERR_PHONE_LOGIN_OFF
const enum err errors_one_touch_phone[] = { PHONE_ERRORS, SMS_ERRORS,
	ERR_CAPTCHA, ERR_PHONE_UNKNOWN, ERR_PHONE_UNVERIFIED,
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_OK };

enum err
serve_one_touch_phone(struct http *h, const void *arg)
{
	const struct in_one_touch *in = arg;
	const struct phone_asking a = {
		.phone = in->phone, .template = in->sms_template,
		.voice = in->voice
	};
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_ONE_TOUCH, &in->captcha);
	if (e == ERR_OK)
		e = one_touch_ask_phone(h->ctx, &a, in->name);
	return e != ERR_OK ? e : serve_posted_sms(h);
}

const struct field in_one_touch_phone_code[] = {
	PHONE,
	{ "otp", NULL, IN_QUERY | IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0,
	  64, AT(in_one_touch, code), "Code of the message" },
	{ "smstemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, FIELD_TEXT,
	  0, 0, 64, AT(in_one_touch, welcome_template),
	  "Send a welcome message for a new account, of this variant" },
	NO_VOICE, ANSWERS(in_one_touch, 0), CAPTCHA, END
};
#define LOCK_ERRORS \
	ERR_LOGIN_SUSPENDED, ERR_LOCKED_CAPTCHA, ERR_LOCKED_QUESTION, \
	ERR_ACCOUNT_BLOCKED
const enum err errors_one_touch_phone_code[] = { PHONE_ERRORS,
	ERR_PHONE_CODE_INVALID, ERR_PHONE_CODE_USED, ERR_PHONE_CODE_EXPIRED,
	LOCK_ERRORS, ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN, ERR_CAPTCHA,
	ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING, ERR_PIN_REQUIRED,
	ERR_OK };

enum err
serve_one_touch_phone_code(struct http *h, const void *arg)
{
	const struct in_one_touch *in = arg;
	const struct one_touch_code k = {
		.phone = in->phone, .code = in->code,
		.answers = in->answers, .captcha = &in->captcha,
		.welcome_template = in->welcome_template,
		.session = { .kind = SESSION_API }
	};
	struct login_result out;
	enum err e;

	e = one_touch_by_code(h->ctx, &k, &out);
	return e != ERR_OK ? e : response_json(h, serve_session_json(h,
	    out.profile, &out.tokens));
}

/* ---- LG20 ---- */

#define CONFIRM_REST(places) \
	{ "number", NULL, places, FIELD_LINE, FIELD_TEXT, 0, 0, 16, \
	  AT(in_one_touch, number), \
	  "What the waiting device shows; see one_touch.number" }, \
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_one_touch, welcome_template), \
	  "Send a welcome mail for a new account, of this variant" }, END
#define LINK(places) \
	{ "verificationtoken", "vtoken", places, FIELD_REQUIRED, FIELD_TEXT, \
	  0, 0, 256, AT(in_one_touch, token), "Secret of the mailed link" }
#define CODE(places) \
	{ "otp", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_one_touch, code), "Code of the mail" }, \
	{ "email", "emailid", places, FIELD_REQUIRED | FIELD_PLUS, \
	  FIELD_TEXT, ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, 0, \
	  AT(in_one_touch, email), "Email address" }

const struct field in_one_touch_link_query[] = {
	LINK(IN_QUERY), CONFIRM_REST(IN_QUERY)
};
const struct field in_one_touch_link[] = {
	LINK(IN_BODY), CONFIRM_REST(IN_BODY)
};
const struct field in_one_touch_code_query[] = {
	CODE(IN_QUERY), CAPTCHA_FIELDS(in_one_touch, IN_QUERY),
	CONFIRM_REST(IN_QUERY)
};
const struct field in_one_touch_code[] = {
	CODE(IN_BODY), ANSWERS(in_one_touch, 0), CAPTCHA,
	CONFIRM_REST(IN_BODY)
};
const enum err errors_one_touch_link[] = { ERR_ONE_TOUCH_OFF,
	ERR_TICKET_INVALID, ERR_ONE_TOUCH_USED, ERR_LINK_EXPIRED,
	ERR_VALIDATION, ERR_SMART_OFF, ERR_DEVICE_APPROVED, ERR_DEVICE_USED,
	ERR_OK };
const enum err errors_one_touch_code[] = { ERR_ONE_TOUCH_OFF,
	ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, ERR_EMAIL_CODE_OFF,
	ERR_EMAIL_CODE_INVALID, ERR_EMAIL_CODE_USED, ERR_EMAIL_CODE_EXPIRED,
	ERR_ONE_TOUCH_USED, ERR_LINK_EXPIRED, ERR_VALIDATION, LOCK_ERRORS,
	ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN, ERR_CAPTCHA, ERR_OK };

enum err
serve_one_touch_code(struct http *h, const void *arg)
{
	const struct in_one_touch *in = arg;
	const struct one_touch_answer a = {
		.email = in->email, .code = in->code,
		.number = in->number,
		.answers = in->answers, .captcha = &in->captcha,
		.welcome_template = in->welcome_template
	};
	struct json *j = json_new_object(h->ctx->arena);
	enum err e;

	e = one_touch_confirm(h->ctx, &a);
	if (e != ERR_OK)
		return e;
	json_set_bool(j, "IsPosted", true);
	json_set_bool(j, "IsVerified", true);
	return response_json(h, j);
}
