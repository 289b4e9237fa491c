/*
 * S17: what a front end may know of the site before anybody signs in.  Public:
 * nothing here that a visitor could not find out by trying.
 */
#include "serve.h"

#include "base/buf.h"
#include "base/config.h"
#include "domain/privacy.h"
#include "domain/schema.h"
#include "response.h"

static const struct reply reply_question[] = {
	{ "QuestionId", REPLY_TEXT, 0, NULL },
	{ "Question", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_asked[] = {
	{ "Questions", REPLY_ARRAY, 0, reply_question },
	{ "SecurityQuestionCount", REPLY_INT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_lock[] = {
	{ "LoginLockedType", REPLY_TEXT, 0, NULL },
	{ "MaximumFailedLoginAttempts", REPLY_INT, 0, NULL },
	{ "SuspendConfiguration", REPLY_OBJECT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_option[] = {
	{ "value", REPLY_TEXT, 0, NULL },
	{ "text", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_form_field[] = {
	{ "type", REPLY_TEXT, 0, NULL },
	{ "name", REPLY_TEXT, 0, NULL },
	{ "display", REPLY_TEXT, 0, NULL },
	{ "rules", REPLY_TEXT, 0, NULL },
	{ "permission", REPLY_TEXT, 0, NULL },
	{ "options", REPLY_ARRAY, 0, reply_option },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_appinfo[] = {
	{ "AppName", REPLY_TEXT, 0, NULL },
	{ "ApiRequestSigningConfig", REPLY_OBJECT, 0, NULL },
	{ "EmailVerificationFlow", REPLY_TEXT, 0, NULL },
	{ "OTPEmailVerification", REPLY_BOOL, 0, NULL },
	{ "TemplateVerificationTypes", REPLY_OBJECT, 0, NULL },
	{ "IsEmailLogin", REPLY_BOOL, 0, NULL },
	{ "IsPhoneLogin", REPLY_BOOL, 0, NULL },
	{ "IsUserNameLogin", REPLY_BOOL, 0, NULL },
	{ "IsPasswordLogin", REPLY_BOOL, 0, NULL },
	{ "IsRegistration", REPLY_BOOL, 0, NULL },
	{ "IsLoginOnEmailVerification", REPLY_BOOL, 0, NULL },
	{ "IsLogoutOnEmailVerification", REPLY_BOOL, 0, NULL },
	{ "IsRememberMe", REPLY_BOOL, 0, NULL },
	{ "IsSecurityQuestion", REPLY_BOOL, 0, NULL },
	{ "SecurityQuestions", REPLY_OBJECT, 0, reply_asked },
	{ "LoginLockedConfiguration", REPLY_OBJECT, 0, reply_lock },
	{ "OptionalRecaptchaConfiguration", REPLY_OBJECT, 0, NULL },
	{ "IsPINAuthentication", REPLY_BOOL, 0, NULL },
	{ "IsAgeRestriction", REPLY_BOOL, 0, NULL },
	{ "MinimumAge", REPLY_INT, 0, NULL },
	{ "PasswordMinLength", REPLY_INT, 0, NULL },
	{ "PasswordMaxLength", REPLY_INT, 0, NULL },
	{ "PrivacyPolicyConfiguration", REPLY_OBJECT, 0, NULL },
	{ "IsConsent", REPLY_BOOL, 0, NULL },
	{ "IsVoiceOTP", REPLY_BOOL, 0, NULL },
	{ "RegistrationFormSchema", REPLY_ARRAY, 0, reply_form_field },
	{ NULL, 0, 0, NULL }
};

static const char *const type_names[] = {
	[SCHEMA_TEXT] = "string", [SCHEMA_LINES] = "text",
	[SCHEMA_EMAIL] = "email", [SCHEMA_TEL] = "tel",
	[SCHEMA_URL] = "url", [SCHEMA_DATE] = "date",
	[SCHEMA_NUMBER] = "number", [SCHEMA_SELECT] = "option",
	[SCHEMA_CHECK] = "multi", [SCHEMA_HIDDEN] = "hidden"
};

static struct json *
signing_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a);

	json_set_bool(j, "IsEnabled", !str_eq(cfg->api_signature,
	    STR("off")));
	json_set_str(j, "Mode", cfg->api_signature);
	return j;
}

static const char *
by(struct str way)
{
	return str_eq(way, STR("code")) ? "OTP" : "MAGICLINK";
}

static struct json *
types_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a);

	json_set_cstr(j, "Registration", by(cfg->registration_verify_by));
	json_set_cstr(j, "ForgotPassword", by(cfg->password_reset_by));
	json_set_cstr(j, "ForgotPIN", by(cfg->pin_reset_by));
	json_set_cstr(j, "AddEmail", by(cfg->account_add_email_by));
	json_set_cstr(j, "DeleteUser", by(cfg->account_delete_by));
	return j;
}

static struct json *
questions_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a), *list = json_new_array(a), *one;
	size_t i;

	for (i = 0; cfg->questions_enabled && i < cfg->questions.n; i++) {
		one = json_new_object(a);
		json_set_str(one, "QuestionId", cfg->questions.items[i].id);
		json_set_str(one, "Question", cfg->questions.items[i].text);
		json_append(list, one);
	}
	json_set(j, "Questions", list);
	json_set_int(j, "SecurityQuestionCount", cfg->questions_count);
	return j;
}

static struct json *
lock_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a), *s = json_new_object(a);

	json_set_str(j, "LoginLockedType", cfg->login_lock);
	json_set_int(j, "MaximumFailedLoginAttempts",
	    cfg->login_max_failures);
	json_set_int(s, "SuspendEffectivePeriodInSeconds",
	    cfg->login_suspend_s);
	json_set(j, "SuspendConfiguration", s);
	return j;
}

static struct json *
captcha_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a), *apis = json_new_object(a);
	bool on = !str_eq(cfg->captcha_provider, STR("off"));
	size_t i;

	for (i = 0; on && i < cfg->captcha_on.n; i++)
		json_set_bool(apis, str_cstr(a, cfg->captcha_on.items[i]),
		    true);
	json_set_bool(j, "IsEnabled", on);
	json_set_str(j, "Provider", cfg->captcha_provider);
	json_set_str(j, "SiteKey", cfg->captcha_site_key);
	json_set(j, "Apis", apis);
	return j;
}

static enum err
privacy_json(struct ctx *c, struct json **out)
{
	struct json *j = json_new_object(c->arena);
	struct str version = STR_NONE;
	enum err e;

	e = privacy_judge(c, STR_NONE, &version);
	if (e != ERR_OK && e != ERR_PRIVACY_NONE)
		return e;
	json_set_bool(j, "IsEnabled", !str_eq(c->config->privacy_mode,
	    STR("off")));
	json_set_str(j, "Mode", c->config->privacy_mode);
	json_set_str(j, "Version", version);
	json_set_str(j, "Url", c->config->site_privacy_url);
	*out = j;
	return ERR_OK;
}

/* As a rule string says it, but for patterns. */
static struct str
rules_text(struct arena *a, const struct rules *r)
{
	struct buf b;

	buf_init(&b, a, 1024);
	if (r->required)
		buf_cstr(&b, "required|");
	if (r->is_email)
		buf_cstr(&b, "valid_email|");
	if (r->min_length > 0)
		buf_printf(&b, "min_length[%lld]|", (long long)r->min_length);
	if (r->max_length > 0)
		buf_printf(&b, "max_length[%lld]|", (long long)r->max_length);
	if (r->exact_length > 0)
		buf_printf(&b, "exact_length[%lld]|",
		    (long long)r->exact_length);
	if (str_present(r->matches))
		buf_printf(&b, "matches[%.*s]|", STR_FMT(r->matches));
	return str_sub(buf_view(&b), 0, b.len > 0 ? b.len - 1 : 0);
}

static struct json *
field_json(struct arena *a, const struct schema_field *f)
{
	struct json *j = json_new_object(a), *list, *one;
	size_t i;

	json_set_cstr(j, "type", type_names[f->type]);
	json_set_cstr(j, "name", f->path);
	json_set_str(j, "display", f->label);
	json_set_str(j, "rules", rules_text(a, &f->rules));
	json_set_cstr(j, "permission", f->writable ? "w" : "r");
	list = json_new_array(a);
	for (i = 0; i < f->n_options; i++) {
		one = json_new_object(a);
		json_set_str(one, "value", f->option[i].value);
		json_set_str(one, "text", f->option[i].text);
		json_append(list, one);
	}
	json_set(j, "options", list);
	return j;
}

static struct json *
form_json(struct ctx *c)
{
	const struct schema *s = schema_of(c);
	struct json *list = json_new_array(c->arena);
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->field[i].at_signup)
			json_append(list, field_json(c->arena, &s->field[i]));
	return list;
}

static void
add_switches(struct json *j, const struct config *cfg)
{
	const struct { const char *name; bool on; } switches[] = {
		{ "OTPEmailVerification", str_eq(cfg->registration_verify_by,
		    STR("code")) },
		{ "IsEmailLogin", cfg->login_email },
		{ "IsPhoneLogin", cfg->login_phone },
		{ "IsUserNameLogin", cfg->login_username },
		{ "IsPasswordLogin", cfg->login_password },
		{ "IsRegistration", cfg->registration_enabled },
		{ "IsLoginOnEmailVerification",
		    cfg->registration_login_on_verification },
		{ "IsLogoutOnEmailVerification",
		    cfg->registration_logout_on_verification },
		{ "IsRememberMe", true },
		{ "IsSecurityQuestion", cfg->questions_enabled },
		{ "IsPINAuthentication", cfg->pin_enabled },
		{ "IsAgeRestriction", cfg->registration_minimum_age > 0 },
		{ "IsConsent", str_present(cfg->consent_file) },
		{ "IsVoiceOTP", cfg->sms_voice }
	};
	size_t i;

	for (i = 0; i < COUNT(switches); i++)
		json_set_bool(j, switches[i].name, switches[i].on);
}

enum err
serve_appinfo(struct http *h, const void *in)
{
	const struct config *cfg = h->ctx->config;
	struct arena *a = h->ctx->arena;
	struct json *j = json_new_object(a), *privacy;
	enum err e;

	(void)in;
	e = privacy_json(h->ctx, &privacy);
	if (e != ERR_OK)
		return e;
	json_set_str(j, "AppName", cfg->site_name);
	json_set(j, "ApiRequestSigningConfig", signing_json(a, cfg));
	json_set_str(j, "EmailVerificationFlow",
	    cfg->registration_verification);
	json_set(j, "TemplateVerificationTypes", types_json(a, cfg));
	add_switches(j, cfg);
	json_set(j, "SecurityQuestions", questions_json(a, cfg));
	json_set(j, "LoginLockedConfiguration", lock_json(a, cfg));
	json_set(j, "OptionalRecaptchaConfiguration", captcha_json(a, cfg));
	json_set_int(j, "MinimumAge", cfg->registration_minimum_age);
	json_set_int(j, "PasswordMinLength", cfg->password_min_length);
	json_set_int(j, "PasswordMaxLength", cfg->password_max_length);
	json_set(j, "PrivacyPolicyConfiguration", privacy);
	json_set(j, "RegistrationFormSchema", form_json(h->ctx));
	return response_json(h, j);
}
