/* Smart login: a device asks, another one answers, the first one collects. */
#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/one_touch.h"
#include "domain/smart_login.h"
#include "response.h"

/* ---- LG21 to LG23 ---- */

#define ASK_REST \
	{ "clientguid", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, \
	  128, AT(in_smart_ask, guid), \
	  "The device's own name for this sign-in: 16 to 128 random " \
	  "characters, a secret" }, \
	{ "redirecturl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0, \
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_smart_ask, url), \
	  "Page that the link leads to; must be on the allow-list" }, \
	{ "smartloginemailtemplate", "emailtemplate", IN_QUERY, \
	  FIELD_LINE | FIELD_JUNK, FIELD_TEXT, 0, 0, 64, \
	  AT(in_smart_ask, email_template), "Variant of the mail's text" }, \
	{ "smstemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_smart_ask, sms_template), \
	  "Variant of the text message" }, \
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_smart_ask, welcome_template), \
	  "Welcome mail, where the link is the first proof of the address" }, \
	{ "isrememberme", "rememberme", IN_QUERY, 0, FIELD_BOOL, 0, 0, 0, \
	  AT(in_smart_ask, remember), "Kept with the session" }, \
	NO_VOICE, \
	CAPTCHA_FIELDS(in_smart_ask, IN_QUERY)

const struct field in_smart_email[] = {
	{ "email", "emailid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_IDENTIFIER_MISSING, 0, 0,
	  AT(in_smart_ask, identifier), "Email address" },
	ASK_REST,
	{ .name = NULL }
};
const struct field in_smart_username[] = {
	{ "username", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_smart_ask, identifier),
	  "User name" },
	ASK_REST,
	{ .name = NULL }
};
const struct field in_smart_phone[] = {
	{ "phone", "phoneid", IN_QUERY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, 0, 0, AT(in_smart_ask, identifier),
	  "Phone number" },
	ASK_REST,
	{ .name = NULL }
};
static const struct reply reply_number[] = {
	{ "Number", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_smart_ask[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_OBJECT, 0, reply_number },
	{ NULL, 0, 0, NULL }
};
#define ASK_ERRORS \
	ERR_SMART_OFF, ERR_GUID_USED, ERR_URL_NOT_ADMITTED, \
	ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, \
	ERR_CAPTCHA
const enum err errors_smart_email[] = { ASK_ERRORS, ERR_IDENTIFIER_MISSING,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF, ERR_EMAIL_UNVERIFIED,
	ERR_MAIL_LIMIT, ERR_OK };
const enum err errors_smart_username[] = { ASK_ERRORS,
	ERR_IDENTIFIER_MISSING, ERR_USERNAME_OFF, ERR_USERNAME_SYNTAX,
	ERR_USERNAME_FORMAT, ERR_EMAIL_UNVERIFIED, ERR_MAIL_LIMIT, ERR_OK };
const enum err errors_smart_phone[] = { ASK_ERRORS, ERR_PHONE_MISSING,
	ERR_PHONE_MALFORMED, ERR_PHONE_LOGIN_OFF, ERR_PHONE_UNVERIFIED,
	ERR_SMS_OFF, ERR_SMS_FAILED, ERR_SMS_LIMIT, ERR_SMS_QUOTA, ERR_OK };

static enum err
posted(struct http *h, struct str number)
{
	struct json *j = json_new_object(h->ctx->arena);
	struct json *data = json_new_object(h->ctx->arena);

	json_set_bool(j, "IsPosted", true);
	json_set_str(data, "Number", number);
	json_set(j, "Data", data);
	return response_json(h, j);
}

static enum err
ask(struct http *h, enum identifier_kind kind, const struct in_smart_ask *in)
{
	const struct smart_asking a = {
		.kind = kind, .identifier = in->identifier,
		.guid = in->guid, .url = in->url,
		.email_template = in->email_template,
		.sms_template = in->sms_template,
		.welcome_template = in->welcome_template,
		.session = { .kind = SESSION_API, .remember = in->remember }
	};
	struct str number;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_SMART, &in->captcha);
	if (e == ERR_OK)
		e = smart_login_ask(h->ctx, &a, &number);
	return e != ERR_OK ? e : posted(h, number);
}

enum err
serve_smart_email(struct http *h, const void *in)
{
	return ask(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_smart_username(struct http *h, const void *in)
{
	return ask(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_smart_phone(struct http *h, const void *in)
{
	return ask(h, IDENTIFIER_PHONE, in);
}

/* ---- LG24 ---- */

#define CONFIRM_FIELDS(places) \
	{ "verificationtoken", "vtoken", places, FIELD_REQUIRED, FIELD_TEXT, \
	  0, 0, 256, AT(in_smart_confirm, token), \
	  "Secret of the link" }, \
	{ "number", NULL, places, FIELD_LINE, FIELD_TEXT, 0, 0, 16, \
	  AT(in_smart_confirm, number), \
	  "What the waiting device shows; see smart_login.number" }, \
	{ "welcomeemailtemplate", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_smart_confirm, welcome_template), \
	  "Welcome mail, where the link is the first proof of the address" }, \
	{ .name = NULL }

const struct field in_smart_confirm_query[] = { CONFIRM_FIELDS(IN_QUERY) };
const struct field in_smart_confirm[] = {
	CONFIRM_FIELDS(IN_QUERY | IN_BODY)
};
const struct reply reply_confirmed[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "IsVerified", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const enum err errors_smart_confirm[] = { ERR_SMART_OFF, ERR_TICKET_INVALID,
	ERR_LINK_EXPIRED, ERR_DEVICE_APPROVED, ERR_DEVICE_USED,
	ERR_VALIDATION, ERR_ONE_TOUCH_OFF, ERR_ONE_TOUCH_USED, ERR_OK };

static enum err
confirmed(struct http *h, enum err e)
{
	struct json *j = json_new_object(h->ctx->arena);

	if (e != ERR_OK)
		return e;
	json_set_bool(j, "IsPosted", true);
	json_set_bool(j, "IsVerified", true);
	return response_json(h, j);
}

static enum err
confirm_smart(struct http *h, const struct smart_answer *a)
{
	bool first;

	return confirmed(h, smart_login_confirm(h->ctx, a, &first));
}

static enum err
confirm_one_touch(struct http *h, const struct smart_answer *a)
{
	const struct one_touch_answer o = { .token = a->token,
		.number = a->number,
		.welcome_template = a->welcome_template };

	return confirmed(h, one_touch_confirm(h->ctx, &o));
}

/* Either path takes the links of either family. */
enum err
serve_smart_confirm(struct http *h, const void *arg)
{
	const struct in_smart_confirm *in = arg;
	const struct smart_answer a = {
		.token = in->token, .number = in->number,
		.welcome_template = in->welcome_template
	};

	return one_touch_is(h->ctx, in->token) ?
	    confirm_one_touch(h, &a) : confirm_smart(h, &a);
}

enum err
serve_one_touch_link(struct http *h, const void *arg)
{
	const struct in_one_touch *in = arg;
	const struct smart_answer a = {
		.token = in->token, .number = in->number,
		.welcome_template = in->welcome_template
	};

	return smart_login_is(h->ctx, in->token) ?
	    confirm_smart(h, &a) : confirm_one_touch(h, &a);
}

/* ---- LG25 ---- */

#define PING_FIELDS(places) \
	{ "clientguid", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 128, \
	  AT(in_ping, guid), "The device's own name for this sign-in" }, \
	{ .name = NULL }

const struct field in_ping_query[] = { PING_FIELDS(IN_QUERY) };
const struct field in_ping[] = { PING_FIELDS(IN_QUERY | IN_BODY) };
const enum err errors_ping[] = { ERR_SMART_OFF, ERR_DEVICE_WAITING,
	ERR_DEVICE_GONE, ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING,
	ERR_PIN_REQUIRED, ERR_OK };

enum err
serve_ping(struct http *h, const void *arg)
{
	const struct in_ping *in = arg;
	const struct device_ping p = {
		.guid = in->guid, .session = { .kind = SESSION_API }
	};
	struct login_result out;
	enum err e;

	e = device_login_ping(h->ctx, &p, &out);
	return e != ERR_OK ? e : response_json(h, serve_session_json(h,
	    out.profile, &out.tokens));
}
