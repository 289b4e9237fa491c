#include "serve.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/registration.h"
#include "response.h"

const struct reply reply_session[] = {
	{ "Profile", REPLY_PROFILE, 0, NULL },
	{ "access_token", REPLY_GUID, 0, NULL },
	{ "refresh_token", REPLY_GUID, REPLY_NULLABLE, NULL },
	{ "expires_in", REPLY_TIME, 0, NULL },
	{ "session_token", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "session_expires_in", REPLY_TIME, REPLY_OPTIONAL, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_posted[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_exists[] = {
	{ "IsExist", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_posted_session[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_OBJECT, REPLY_OPTIONAL, reply_session },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_posted_profile[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_PROFILE, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_profile[] = {
	{ "", REPLY_PROFILE, 0, NULL },
	{ NULL, 0, 0, NULL }
};

struct json *
serve_session_json(struct http *h, struct json *profile,
    const struct session_tokens *t)
{
	struct arena *a = h->ctx->arena;
	struct json *j = json_new_object(a);

	json_set(j, "Profile", profile);
	json_set_str(j, "access_token", t->access_token);
	json_set_str(j, "refresh_token", t->refresh_token);
	json_set_str(j, "expires_in", clock_iso(a, t->expires_s));
	if (t->pin_token.p != NULL) {
		json_set_str(j, "session_token", t->pin_token);
		json_set_str(j, "session_expires_in", clock_iso(a,
		    t->pin_expires_s));
	}
	return j;
}

enum err
serve_posted(struct http *h, bool has_session, struct json *profile,
    const struct session_tokens *t)
{
	struct json *j = json_new_object(h->ctx->arena);

	json_set_bool(j, "IsPosted", true);
	if (has_session)
		json_set(j, "Data", serve_session_json(h, profile, t));
	return response_json(h, j);
}

struct str
serve_source(const struct http *h)
{
	struct str platform = str_trim(http_header(h, "x-platform"));

	if (str_present(h->ctx->client.referer))
		return h->ctx->client.referer;
	if (str_ieq(platform, STR("Android")))
		return STR("Android");
	return str_ieq(platform, STR("iOS")) ? STR("iOS") : STR("API");
}

bool
serve_has_option(struct str options, struct str wanted)
{
	struct str part;

	while (str_split(&options, ',', &part))
		if (str_ieq(str_trim(part), wanted))
			return true;
	return false;
}

/* ---- RG1, RG3, RG4 ---- */

/* The SOTT stands first: RG4 takes the rest. */
const struct field in_register[] = {
	{ "Sott", NULL, IN_HEADER | IN_QUERY, FIELD_PLUS, FIELD_TEXT, 0,
	  ERR_SOTT_INVALID, 4 * LIMIT_SOTT, AT(in_register, sott),
	  "Proof that somebody with the API secret allowed this call" },
	{ "Email", NULL, IN_BODY, 0, FIELD_JSON, 0, 0, 0,
	  AT(in_register, email),
	  "Array of {Type, Value}, one of them Primary; or one address" },
	{ "UserName", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0,
	  ERR_USERNAME_SYNTAX, LIMIT_USERNAME * 4, AT(in_register, username),
	  "User name, where the site has them" },
	{ "Password", NULL, IN_BODY, 0, FIELD_SECRET, 0, 0, LIMIT_BODY,
	  AT(in_register, password), "Password; required" },
	{ "AcceptPrivacyPolicy", NULL, IN_BODY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_register, accept_policy), "Accept the present privacy policy" },
	{ "Consents", NULL, IN_BODY, 0, FIELD_JSON, 0, 0, 0,
	  AT(in_register, consents),
	  "{Events: [{Event, IsCustom}], Data: [{ConsentOptionId, "
	  "IsAccepted}]}" },
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_register, verification_url),
	  "Page that the mailed link leads to; must be on the allow-list" },
	EMAIL_TEMPLATE(in_register, "the"),
	{ "welcomeemailtemplate", NULL, IN_QUERY,
	  FIELD_LINE | FIELD_JUNK, FIELD_TEXT, 0,
	  0, 64, AT(in_register, welcome_template),
	  "Send a welcome mail, of this variant" },
	{ "options", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, 256,
	  AT(in_register, options),
	  "PreventVerificationEmail, PreventVerificationSms" },
	{ "PhoneId", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0,
	  AT(in_register, phone),
	  "Phone number in international form, where the site has them" },
	SMS_FIELDS(in_register, "Variant of the text message"),
	CAPTCHA_FIELDS(in_register, IN_QUERY | IN_BODY),
	{ .name = NULL }
};
#define ERRORS_REGISTER ERR_CAPTCHA, \
	ERR_REGISTRATION_OFF, ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, \
	ERR_EMAIL_REPEATED, ERR_EMAIL_TWO_PRIMARY, ERR_EMAIL_TYPE_MISSING, \
	ERR_EMAIL_TAKEN, ERR_EMAIL_NOT_ADMITTED, ERR_EMAIL_DOMAIN, \
	ERR_USERNAME_OFF, ERR_USERNAME_TAKEN, ERR_USERNAME_SYNTAX, \
	ERR_USERNAME_FORMAT, ERR_PASSWORD_MISSING, ERR_PASSWORD_WEAK, \
	ERR_PASSWORD_BREACHED, \
	ERR_VALIDATION, ERR_BIRTH_DATE, ERR_UNDER_AGE, ERR_CUSTOM_FIELD, \
	ERR_REGISTRATION_DATA, ERR_USERNAME_MISSING, \
	ERR_ADDRESS_TYPE_REPEATED, ERR_ADDRESS_TYPE_MISSING, \
	ERR_PHONE_TYPE_REPEATED, ERR_PHONE_TYPE_MISSING, \
	ERR_URL_NOT_ADMITTED, ERR_MAIL_LIMIT, ERR_PHONE_LOGIN_OFF, \
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PHONE_TAKEN, \
	SMS_ERRORS, ERR_PRIVACY_NOT_ACCEPTED, ERR_CONSENT_INVALID, \
	ERR_CONSENT_OUTSTANDING, ERR_QUESTIONS_OFF, \
	ERR_QUESTION_UNKNOWN, ERR_PIN_MISSING, ERR_OK
const enum err errors_register[] = { ERR_SOTT_MISSING, ERR_SOTT_INVALID,
	ERRORS_REGISTER };
const enum err errors_register_captcha[] = { ERR_ENDPOINT_OFF,
	ERRORS_REGISTER };

struct addresses {
	struct http *h;
	struct str primary;
	bool has_primary;
	const struct json *seen[REGISTRATION_MORE];
	struct registration_more all[REGISTRATION_MORE];
	size_t n, n_more, first;	/* first: the primary one */
};

static enum err
email_shape(struct http *h, const char *why)
{
	return err_set(h->ctx, ERR_BODY_SHAPE, "Email", "%s", why);
}

static enum err
add_address(struct addresses *at, const struct json *item)
{
	const struct json *value, *type;
	bool primary;
	size_t i;

	value = json_get_fold(item, "Value");
	type = json_get_fold(item, "Type");
	if (json_type(item) != JSON_OBJECT ||
	    json_type(value) != JSON_STRING || (type != NULL &&
	    json_type(type) != JSON_STRING && json_type(type) != JSON_NULL))
		return email_shape(at->h, "an item is not {Type, Value}");
	for (i = 0; i < at->n; i++)
		if (str_ieq(json_string(at->seen[i]), json_string(value)))
			return err_set(at->h->ctx, ERR_EMAIL_REPEATED,
			    "Email", "listed twice");
	primary = json_type(type) == JSON_STRING &&
	    str_ieq(json_string(type), STR("Primary"));
	if (primary && at->has_primary)
		return err_set(at->h->ctx, ERR_EMAIL_TWO_PRIMARY, "Email",
		    "two primary addresses");
	if (at->n > 0 && json_type(type) != JSON_STRING)
		return err_set(at->h->ctx, ERR_EMAIL_TYPE_MISSING, "Email",
		    "no type");
	if (primary || at->n == 0) {
		at->primary = json_string(value);
		at->first = at->n;
	}
	at->all[at->n] = (struct registration_more){ json_string(value),
	    json_type(type) == JSON_STRING ? str_trim(json_string(type)) :
	    STR("Secondary") };
	at->has_primary = at->has_primary || primary;
	at->seen[at->n++] = value;
	return ERR_OK;
}

/* The primary one is proven by the registration's mail, the others later. */
static void
set_further(struct addresses *at)
{
	size_t i;

	for (i = 0; i < at->n; i++)
		if (i != at->first)
			at->all[at->n_more++] = at->all[i];
}

static enum err
read_addresses(struct http *h, const struct json *email,
    struct addresses *at)
{
	enum err e = ERR_OK;
	size_t i, n;

	*at = (struct addresses){ .h = h };
	if (email == NULL || json_type(email) == JSON_NULL)
		return ERR_OK;
	if (json_type(email) == JSON_STRING) {
		at->primary = json_string(email);
		return ERR_OK;
	}
	if (json_type(email) != JSON_ARRAY)
		return email_shape(h, "neither an array nor a text");
	n = json_length(email);
	if (n > COUNT(at->seen))
		return email_shape(h, "too many items");
	for (i = 0; i < n && e == ERR_OK; i++)
		e = add_address(at, json_at(email, i));
	set_further(at);
	return e;
}

/* Without a proof nobody is told what is wrong with an address. */
static enum err
misread(struct http *h, const struct in_register *in, bool by_captcha,
    enum err e)
{
	struct err_detail why = h->ctx->err;
	enum err proof = ERR_OK;

	if (by_captcha)
		proof = captcha_check(h->ctx, CAPTCHA_REGISTER, &in->captcha);
	else if (h->ctx->config->sott_required && in->sott.p == NULL)
		proof = ERR_SOTT_MISSING;
	if (proof != ERR_OK)
		return proof;
	h->ctx->err = why;
	return e;
}

/* *out stays NULL when none were sent. */
static enum err
read_consents(struct http *h, const struct json *j,
    const struct consent_input **out)
{
	struct consent_input *in;

	if (json_type(j) == JSON_NULL)
		return ERR_OK;
	if (json_type(j) != JSON_OBJECT)
		return err_set(h->ctx, ERR_BODY_SHAPE, "Consents",
		    "Consents has the wrong type");
	in = ARENA_NEW(h->ctx->arena, struct consent_input);
	*out = in;
	return consent_input_read(h->ctx, json_get_fold(j, "Events"),
	    json_get_fold(j, "Data"), in);
}

static enum err
create(struct http *h, const struct in_register *in, bool by_captcha)
{
	struct registration_result out = { 0 };
	const struct consent_input *consents = NULL;
	struct addresses at;
	struct registration r;
	enum err e;

	e = read_addresses(h, in->email, &at);
	if (e == ERR_OK)
		e = read_consents(h, in->consents, &consents);
	if (e != ERR_OK)
		return misread(h, in, by_captcha, e);
	r = (struct registration){
		.by_captcha = by_captcha,
		.captcha = &in->captcha,
		.sott = in->sott,
		.email = at.primary,
		.email_label = STR("Primary"),
		.more = at.all,
		.n_more = at.n_more,
		.phone = in->phone,
		.username = in->username,
		.password = in->password,
		.body = h->json,
		.verification_url = in->verification_url,
		.email_template = in->email_template,
		.welcome_template = in->welcome_template,
		.prevent_verification_email = serve_has_option(in->options,
		    STR("PreventVerificationEmail")),
		.sms_template = in->sms_template,
		.voice = in->voice,
		.prevent_verification_sms = serve_has_option(in->options,
		    STR("PreventVerificationSms")),
		.source = serve_source(h),
		.session = { .kind = SESSION_API },
		.accept_policy = in->accept_policy,
		.consents = consents
	};
	e = registration_create(h->ctx, &r, &out);
	if (e != ERR_OK)
		return e;
	return serve_posted(h, out.has_session, out.profile, &out.tokens);
}

enum err
serve_register(struct http *h, const void *in)
{
	return create(h, in, false);
}

enum err
serve_register_captcha(struct http *h, const void *in)
{
	return create(h, in, true);
}

/* ---- RG5 = E6 ---- */

const struct field in_resend[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS, FIELD_TEXT,
	  ERR_EMAIL_MISSING, 0, 0, AT(in_resend, email), "Address" },
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0,
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_resend, verification_url),
	  "Page that the mailed link leads to" },
	EMAIL_TEMPLATE(in_resend, "the"),
	{ .name = NULL }
};
const enum err errors_resend[] = { ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED,
	ERR_EMAIL_VERIFICATION_OFF, ERR_URL_NOT_ADMITTED, ERR_USER_UNKNOWN,
	ERR_EMAIL_VERIFIED, ERR_MAIL_LIMIT, ERR_OK };

enum err
serve_resend(struct http *h, const void *arg)
{
	const struct in_resend *in = arg;
	enum err e;

	e = verification_resend(h->ctx, in->email, in->verification_url,
	    in->email_template);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

/* ---- RG6 = E1, RG7 = N2 ---- */

const struct field in_email_exists[] = {
	{ "email", NULL, IN_QUERY, FIELD_REQUIRED | FIELD_PLUS, FIELD_TEXT, 0,
	  ERR_EMAIL_MALFORMED, 0, AT(in_exists, name), "Address" },
	CAPTCHA_FIELDS(in_exists, IN_QUERY),
	{ .name = NULL }
};
const enum err errors_email_exists[] = { ERR_EMAIL_MALFORMED,
	ERR_ENDPOINT_OFF, ERR_CAPTCHA, ERR_OK };
const struct field in_username_exists[] = {
	{ "username", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, ERR_USERNAME_SYNTAX, 0, AT(in_exists, name),
	  "User name" },
	CAPTCHA_FIELDS(in_exists, IN_QUERY),
	{ .name = NULL }
};
const enum err errors_username_exists[] = { ERR_USERNAME_MISSING,
	ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT, ERR_USERNAME_OFF,
	ERR_ENDPOINT_OFF, ERR_CAPTCHA, ERR_OK };

enum err
serve_email_exists(struct http *h, const void *arg)
{
	const struct in_exists *in = arg;
	bool exists;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_AVAILABILITY, &in->captcha);
	if (e == ERR_OK)
		e = account_email_exists(h->ctx, in->name, &exists);
	return e != ERR_OK ? e : response_flag(h, "IsExist", exists);
}

enum err
serve_username_exists(struct http *h, const void *arg)
{
	const struct in_exists *in = arg;
	bool exists;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_AVAILABILITY, &in->captcha);
	if (e == ERR_OK)
		e = account_username_exists(h->ctx, in->name, &exists);
	return e != ERR_OK ? e : response_flag(h, "IsExist", exists);
}

/* ---- E2, E3 ---- */

#define WELCOME	\
	{ "welcomeemailtemplate", NULL, IN_QUERY | IN_BODY, \
	  FIELD_LINE | FIELD_JUNK, \
	  FIELD_TEXT, 0, 0, 64, AT(in_verify, welcome_template), \
	  "Send a welcome mail, of this variant" }, \
	{ "url", NULL, IN_QUERY, FIELD_LINE | FIELD_JUNK, FIELD_TEXT, 0, 0, \
	  LIMIT_URL, AT(in_verify, url), \
	  "Page on which it was done: kept in the audit, never gone to" }

const struct field in_verify_link[] = {
	{ "verificationtoken", "vtoken", IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  0, ERR_LINK_INVALID, 256, AT(in_verify, token),
	  "Secret of the mailed link" },
	WELCOME,
	{ .name = NULL }
};
const enum err errors_verify_link[] = { ERR_LINK_INVALID, ERR_LINK_USED,
	ERR_LINK_EXPIRED, ERR_EMAIL_TAKEN, ERR_ACCOUNT_BLOCKED, ERR_OK };
#define CODE(places) \
	{ "otp", NULL, places, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 64, \
	  AT(in_verify, code), "Code of the mail" }, \
	{ "email", "emailid", places, FIELD_PLUS, FIELD_TEXT, 0, 0, 0, \
	  AT(in_verify, email), \
	  "Address that the code was sent to; this or uuid is needed" }, \
	{ "uuid", "uid", places, FIELD_LINE, FIELD_TEXT, 0, 0, 64, \
	  AT(in_verify, uid), "Uid of the account that the code is for" }
const struct field in_verify_code_query[] = {
	CODE(IN_QUERY),
	WELCOME,
	{ .name = NULL }
};
const struct field in_verify_code[] = {
	CODE(IN_BODY),
	WELCOME,
	{ .name = NULL }
};
const enum err errors_verify_code[] = { ERR_EMAIL_CODE_OFF,
	ERR_EMAIL_CODE_INVALID, ERR_EMAIL_CODE_USED, ERR_EMAIL_CODE_EXPIRED,
	ERR_EMAIL_OR_PHONE, ERR_EMAIL_MALFORMED, ERR_EMAIL_TAKEN,
	ERR_LOGIN_SUSPENDED, ERR_ACCOUNT_BLOCKED, ERR_OK };

static enum err
verify(struct http *h, const struct in_verify *in,
    enum err (*op)(struct ctx *, const struct verification *,
    struct verification_result *))
{
	struct verification_result out = { 0 };
	struct verification v = {
		.token = in->token,
		.email = in->email,
		.uid = in->uid,
		.code = in->code,
		.url = in->url,
		.welcome_template = in->welcome_template
	};
	enum err e;

	if (h->ctx->config->registration_login_on_verification)
		v.session.kind = SESSION_API;
	e = op(h->ctx, &v, &out);
	if (e != ERR_OK)
		return e;
	return serve_posted(h, out.has_session, out.profile, &out.tokens);
}

enum err
serve_verify_link(struct http *h, const void *arg)
{
	return verify(h, arg, verification_by_link);
}

enum err
serve_verify_code(struct http *h, const void *arg)
{
	return verify(h, arg, verification_by_code);
}
