#include "serve.h"

#include "base/limits.h"
#include "captcha.h"
#include "domain/login.h"
#include "response.h"

/* LG5: which texts risk rules would send.  There are no such rules yet. */
#define RISK_TEXT(name) \
	{ name, NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0, 64, 0, \
	  "Of risk rules: without effect until there are some" }
#define RISK_FIELDS \
	RISK_TEXT("rbabrowseremailtemplate"), \
	RISK_TEXT("rbabrowsersmstemplate"), \
	RISK_TEXT("rbacityemailtemplate"), \
	RISK_TEXT("rbacitysmstemplate"), \
	RISK_TEXT("rbacountryemailtemplate"), \
	RISK_TEXT("rbacountrysmstemplate"), \
	RISK_TEXT("rbaipemailtemplate"), \
	RISK_TEXT("rbaipsmstemplate"), \
	RISK_TEXT("rbadeviceemailtemplate"), \
	RISK_TEXT("rbadevicesmstemplate"), \
	RISK_TEXT("rbaoneclickemailtemplate"), \
	RISK_TEXT("rbaotpsmstemplate"), \
	{ "passworddelegation", NULL, IN_QUERY, FIELD_DISCARD, FIELD_BOOL, 0, \
	  0, 0, 0, "Without effect: passwords are compared here alone" }, \
	{ "passworddelegationapp", NULL, IN_QUERY, FIELD_DISCARD, \
	  FIELD_TEXT, 0, 0, 256, 0, "Without effect" }

/* All but the name. */
#define LOGIN_REST \
	{ "password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET, \
	  ERR_PASSWORD_MISSING, ERR_BODY_SHAPE, LIMIT_BODY, \
	  AT(in_login, password), "Password" }, \
	{ "verificationurl", NULL, IN_QUERY, FIELD_JUNK, FIELD_TEXT, 0, \
	  ERR_URL_NOT_ADMITTED, LIMIT_URL, AT(in_login, verification_url), \
	  "Page that a verification mail leads to" }, \
	EMAIL_TEMPLATE(in_login, "that"), \
	{ "isrememberme", "rememberme", IN_QUERY | IN_BODY, 0, FIELD_BOOL, 0, \
	  0, 0, AT(in_login, remember), "Kept with the session" }, \
	{ "loginurl", NULL, IN_QUERY, FIELD_DISCARD, FIELD_TEXT, 0, 0, \
	  LIMIT_URL, 0, "Without effect" }, \
	SMS_FIELDS(in_login, "Variant of a verification's text message"), \
	RISK_FIELDS, \
	{ "options", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, 256, \
	  AT(in_login, options), "PreventVerificationSms" }, \
	{ "securityanswer", NULL, IN_BODY, 0, FIELD_JSON, 0, 0, 0, \
	  AT(in_login, answers), "Answers to security questions by their " \
	  "ids, where error 1148 asks for them" }, \
	CAPTCHA_FIELDS(in_login, IN_QUERY | IN_BODY)

const struct field in_login_email[] = {
	{ "email", "emailid", IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, ERR_BODY_SHAPE, 0, AT(in_login, identifier),
	  "Email address" },
	LOGIN_REST,
	{ .name = NULL }
};
const struct field in_login_username[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_USERNAME_MISSING, ERR_BODY_SHAPE, 0, AT(in_login, identifier),
	  "User name" },
	LOGIN_REST,
	{ .name = NULL }
};
const struct field in_login_phone[] = {
	{ "phone", "phoneid", IN_BODY, FIELD_REQUIRED | FIELD_PLUS,
	  FIELD_TEXT, ERR_PHONE_MISSING, ERR_BODY_SHAPE, 0,
	  AT(in_login, identifier), "Phone number" },
	LOGIN_REST,
	{ .name = NULL }
};
const enum err errors_login_phone[] = { ERR_PHONE_LOGIN_OFF,
	ERR_PHONE_MISSING, ERR_PHONE_MALFORMED, ERR_PHONE_UNVERIFIED,
	ERR_LOGIN_REFUSED, ERR_LOGIN_SUSPENDED, ERR_ACCOUNT_BLOCKED,
	ERR_LOGIN_DISABLED, ERR_PASSWORD_LOGIN_OFF, ERR_PASSWORD_MISSING,
	ERR_URL_NOT_ADMITTED, ERR_USER_UNKNOWN, SMS_ERRORS,
	ERR_PASSWORD_IS_BREACHED, ERR_PASSWORD_RESET_REQUIRED,
	ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING,
	ERR_LOCKED_CAPTCHA, ERR_CAPTCHA, ERR_LOCKED_QUESTION,
	ERR_ANSWER_REFUSED, ERR_QUESTION_UNKNOWN, ERR_VALIDATION,
	ERR_PIN_REQUIRED, ERR_OK };
const enum err errors_login[] = { ERR_LOGIN_REFUSED, ERR_LOGIN_SUSPENDED,
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_EMAIL_UNVERIFIED,
	ERR_PASSWORD_IS_BREACHED, ERR_PASSWORD_RESET_REQUIRED,
	ERR_EMAIL_MALFORMED, ERR_EMAIL_LOGIN_OFF, ERR_USERNAME_OFF,
	ERR_PASSWORD_LOGIN_OFF, ERR_PASSWORD_MISSING, ERR_IDENTIFIER_MISSING,
	ERR_URL_NOT_ADMITTED, ERR_USER_UNKNOWN, ERR_MAIL_LIMIT,
	ERR_PRIVACY_OUTSTANDING, ERR_CONSENT_OUTSTANDING,
	ERR_LOCKED_CAPTCHA, ERR_CAPTCHA, ERR_LOCKED_QUESTION,
	ERR_ANSWER_REFUSED,
	ERR_QUESTION_UNKNOWN, ERR_VALIDATION, ERR_PIN_REQUIRED, ERR_OK };

static enum err
login(struct http *h, enum identifier_kind kind, const struct in_login *in)
{
	struct login_result out;
	struct login l = {
		.kind = kind,
		.identifier = in->identifier,
		.password = in->password,
		.verification_url = in->verification_url,
		.email_template = in->email_template,
		.answers = in->answers,
		.captcha = &in->captcha,
		.sms_template = in->sms_template,
		.voice = in->voice,
		.prevent_verification_sms = serve_has_option(in->options,
		    STR("PreventVerificationSms")),
		.session = { .kind = SESSION_API, .remember = in->remember }
	};
	enum err e;

	e = login_by_password(h->ctx, &l, &out);
	if (e != ERR_OK)
		return e;
	return response_json(h, serve_session_json(h, out.profile,
	    &out.tokens));
}

enum err
serve_login_email(struct http *h, const void *in)
{
	return login(h, IDENTIFIER_EMAIL, in);
}

enum err
serve_login_username(struct http *h, const void *in)
{
	return login(h, IDENTIFIER_USERNAME, in);
}

enum err
serve_login_phone(struct http *h, const void *in)
{
	return login(h, IDENTIFIER_PHONE, in);
}
