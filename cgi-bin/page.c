#include "page.h"

#include "base/config.h"
#include "codec/url.h"
#include "domain/form.h"
#include "response.h"
#include "route.h"
#include "serve_page.h"

struct template_place
page_place(const struct http *h)
{
	const struct config *cfg = h->ctx->config;

	return (struct template_place){
		str_present(cfg->templates_site_dir) ?
		    cfg->templates_site_dir.p : NULL,
		cfg->templates_dir.p
	};
}

const char *
page_language(struct http *h)
{
	struct template_place at = page_place(h);

	return template_language(h->ctx->arena, &at,
	    h->ctx->client.language).p;
}

/* ---- the form's token ---- */

/*
 * A browser holds a Strict cookie back when its visitor comes from another
 * site, a mail's link for one.  A second cookie serves such an arrival, so
 * that the forms in other tabs stay good.
 */
static struct str
browser_of(struct http *h)
{
	enum http_cookie which = COOKIE_FORM;
	struct str value;

	value = http_cookie(h, COOKIE_FORM);
	if (value.p == NULL)
		value = http_cookie(h, COOKIE_FORM_ARRIVED);
	if (value.p != NULL)
		return value;
	if (str_ieq(http_header(h, "sec-fetch-site"), STR("cross-site")))
		which = COOKIE_FORM_ARRIVED;
	value = form_browser(h->ctx);
	response_cookie(h, which, value, 0);
	return value;
}

static struct str
handle_of(const struct http *h)
{
	return h->has_session ? uid_hex(h->ctx->arena, h->session.handle) :
	    STR_NONE;
}

static bool
from_ourselves(const struct http *h)
{
	struct str origin = h->ctx->config->site_origin, s;

	s = http_header(h, "sec-fetch-site");
	if (s.p != NULL)
		return str_ieq(s, STR("same-origin"));
	s = http_header(h, "origin");
	if (s.p != NULL)
		return str_ieq(s, origin);
	s = http_header(h, "referer");
	return s.p != NULL && str_istarts(s, origin) &&
	    (s.len == origin.len || s.p[origin.len] == '/');
}

enum err
page_form_check(struct http *h)
{
	struct str token = http_form(h, "form_token"), session = STR_NONE;
	struct ctx *c = h->ctx;

	if (!from_ourselves(h))
		return err_set(c, ERR_FORM_EXPIRED, NULL,
		    "the form was sent from elsewhere");
	if ((h->route->need & NEED_PAGE) != 0)
		session = handle_of(h);
	if (token.p == NULL ||
	    (!form_token_good(c, http_cookie(h, COOKIE_FORM), session, token) &&
	    !form_token_good(c, http_cookie(h, COOKIE_FORM_ARRIVED), session,
	    token)))
		return err_set(c, ERR_FORM_EXPIRED, NULL,
		    "the form's token is not of this browser");
	return ERR_OK;
}

/* ---- what every page has ---- */

struct str
page_return(struct http *h, struct str wanted)
{
	struct str out;

	if (!str_present(wanted) ||
	    !url_return(h->ctx->arena, h->ctx->config, wanted, &out))
		return STR_NONE;
	return out;
}

/* An address of this origin as a path, which the judge takes again. */
static struct str
as_carried(const struct http *h, struct str judged)
{
	struct str origin = h->ctx->config->site_origin;

	return str_starts(judged, origin) && judged.len > origin.len &&
	    judged.p[origin.len] == '/' ?
	    str_sub(judged, origin.len, SIZE_MAX) : judged;
}

static struct str
wanted_return(struct http *h)
{
	struct str wanted = http_form(h, "return");

	if (wanted.p == NULL)
		wanted = http_query(h, "return");
	if (wanted.p == NULL)
		wanted = h->protected_uri;
	return as_carried(h, page_return(h, wanted));
}

enum err
page_account(struct http *h, const struct account **out)
{
	struct account *a;
	enum err e;

	if (h->account == NULL) {
		a = ARENA_NEW(h->ctx->arena, struct account);
		e = account_get(h->ctx, h->session.uid, a);
		if (e != ERR_OK)
			return e;
		h->account = a;
	}
	*out = h->account;
	return ERR_OK;
}

static void
set_who(struct http *h, struct values *v)
{
	const struct account *a;

	values_flag(v, "signed_in", h->has_session);
	values_set(v, "who", STR(""));
	if (!h->has_session || page_account(h, &a) != ERR_OK)
		return;
	if (a->n_emails > 0)
		values_set(v, "who", a->emails[0].given);
	else if (a->phone.p != NULL)
		values_set(v, "who", a->phone);
}

static struct str
or_empty(struct str s)
{
	return s.p != NULL ? s : STR("");
}

struct values *
page_values(struct http *h)
{
	const struct config *cfg = h->ctx->config;
	struct values *v = values_new(h->ctx->arena);
	struct str browser = browser_of(h), home = cfg->site_home_url;

	if (!str_present(home))
		home = str_printf(h->ctx->arena, "%.*s/",
		    STR_FMT(cfg->site_base));
	values_set(v, "lang", str_of(page_language(h)));
	values_set_url(v, "base", cfg->site_base);
	values_set(v, "site_name", cfg->site_name);
	values_set_url(v, "home_url", home);
	values_set_url(v, "privacy_url", or_empty(cfg->site_privacy_url));
	values_set(v, "style_version",
	    or_empty(style_version(h, "doorward.css", false)));
	values_set(v, "site_style_version",
	    or_empty(style_version(h, "site.css", true)));
	values_set(v, "form_token", form_token(h->ctx, browser, STR_NONE));
	values_set(v, "account_form_token", form_token(h->ctx, browser,
	    handle_of(h)));
	values_set(v, "return_to", or_empty(wanted_return(h)));
	values_set(v, "request_id", str_of(h->ctx->request_id));
	values_set(v, "error", STR(""));
	values_flag(v, "email_optional", false);	/* of _email.html */
	set_who(h, v);
	return v;
}

/* ---- words for people ---- */

static const struct { enum err code; const char *text; } texts[] = {
	{ ERR_LOGIN_REFUSED, "That address and password do not match." },
	{ ERR_LOGIN_SUSPENDED, "There were too many attempts. Wait a while, "
	    "or choose a new password by mail." },
	{ ERR_ACCOUNT_BLOCKED, "This account is blocked." },
	{ ERR_LOGIN_DISABLED, "Sign-in is disabled for this account." },
	{ ERR_PHONE_MISSING, "Enter your phone number." },
	{ ERR_PHONE_MALFORMED, "This does not look like a phone number. Begin "
	    "with + and the country's code." },
	{ ERR_PHONE_TAKEN, "This number belongs to an account." },
	{ ERR_PHONE_CODE_INVALID, "This code is not valid. Check it, or ask "
	    "for a new one." },
	{ ERR_PHONE_CODE_USED, "This code has been used already." },
	{ ERR_PHONE_CODE_EXPIRED, "This code has expired. Ask for a new "
	    "one." },
	{ ERR_PHONE_VERIFIED, "This number is confirmed already." },
	{ ERR_PHONE_NOT_PENDING, "No number waits to be confirmed." },
	{ ERR_NO_PHONE, "There is no number to confirm or to remove." },
	{ ERR_SMS_OFF, "No text messages can be sent at present." },
	{ ERR_SMS_FAILED, "No message can be sent to this number." },
	{ ERR_SMS_LIMIT, "Too many messages were asked for. Try again "
	    "later." },
	{ ERR_SMS_QUOTA, "No more text messages can be sent today." },
	{ ERR_CODE_LIMIT, "Too many codes were asked for. Try again "
	    "later." },
	{ ERR_IDENTIFIER_MISSING, "Enter your email address or user name." },
	{ ERR_EMAIL_MISSING, "Enter your email address." },
	{ ERR_EMAIL_OR_PHONE, "Enter your email address." },
	{ ERR_EMAIL_MALFORMED, "This does not look like an email address." },
	{ ERR_EMAIL_TAKEN, "An account with this address exists." },
	{ ERR_EMAIL_NOT_ADMITTED, "This address cannot be used here." },
	{ ERR_EMAIL_DOMAIN, "Addresses of this domain cannot be used here." },
	{ ERR_EMAIL_NOT_OWN, "This is no confirmed address of your "
	    "account." },
	{ ERR_EMAIL_VERIFICATION_OFF, "Addresses cannot be added here." },
	{ ERR_NO_VERIFIED_EMAIL, "Confirm the address that you have first." },
	{ ERR_LAST_EMAIL, "This is your only address. Add another one "
	    "first." },
	{ ERR_IDENTIFIER_KEPT, "Something confirmed to sign in with must "
	    "remain, and there is a limit to how many addresses you have." },
	{ ERR_DELETE_LINK_INVALID, "This link is not valid." },
	{ ERR_NO_PASSWORD, "Sign out and in again first, so that we know it "
	    "is you." },
	{ ERR_USERNAME_MISSING, "Enter a user name." },
	{ ERR_USERNAME_TAKEN, "This user name is taken." },
	{ ERR_USERNAME_SYNTAX, "A user name has 1 to 32 characters and no "
	    "spaces." },
	{ ERR_USERNAME_FORMAT, "Use letters, digits, dots, hyphens and "
	    "underscores; it may not look like an address or a number." },
	{ ERR_PASSWORD_MISSING, "Enter a password." },
	{ ERR_PASSWORD_WEAK, "This password is too easy to guess. Choose "
	    "another." },
	{ ERR_PASSWORD_REUSED, "You have used this password before. Choose "
	    "another." },
	{ ERR_PASSWORD_BREACHED, "This password is known from a data breach, "
	    "so others may know it too. Choose another." },
	{ ERR_PASSWORD_IS_BREACHED, "Your password is known from a data "
	    "breach, so others may know it too. We have sent a message to "
	    "your address: choose a new password by it." },
	{ ERR_PASSWORD_RESET_REQUIRED, "Choose a new password first. We have "
	    "sent a message to your address." },
	{ ERR_OLD_PASSWORD, "This is not your present password." },
	{ ERR_PIN_MISSING, "Enter a PIN." },
	{ ERR_OLD_PIN, "This is not your present PIN." },
	{ ERR_PIN_WRONG, "This PIN is not right." },
	{ ERR_PIN_SESSION_INVALID, "A PIN is not enough here any more. Sign "
	    "in with all that you have." },
	{ ERR_PIN_SESSION_EXPIRED, "Your PIN alone was enough for a while; "
	    "that is over. Sign in with all that you have." },
	{ ERR_PIN_NONE, "This account has no PIN." },
	{ ERR_PIN_TOKEN_INVALID, "This took too long. Please sign in again." },
	{ ERR_PIN_TOKEN_EXPIRED, "This took too long. Please sign in again." },
	{ ERR_PIN_LINK_USED, "This link has been used already." },
	{ ERR_LOCKED_QUESTION, "There were too many attempts. Answer your "
	    "security questions as well." },
	{ ERR_ANSWER_REFUSED, "The answers are not right." },
	{ ERR_ANSWER_WRONG, "The answers are not right." },
	{ ERR_QUESTION_UNKNOWN, "There is no such question." },
	{ ERR_STEP_UP, "Your sign-in was too long ago for this." },
	{ ERR_PRIVACY_NOT_ACCEPTED, "Accept the privacy policy to go on." },
	{ ERR_PRIVACY_VERSION, "The privacy policy has changed meanwhile. "
	    "Please read it again." },
	{ ERR_CONSENT_INVALID, "This is needed to go on." },
	{ ERR_CONSENT_TOKEN_INVALID, "This cannot go on. Sign in again." },
	{ ERR_CONSENT_TOKEN_EXPIRED, "This took too long. Sign in again." },
	{ ERR_SESSION_LIMIT, "You are signed in in too many places. Sign out "
	    "somewhere else first." },
	{ ERR_LINK_INVALID, "This link is not valid." },
	{ ERR_TICKET_INVALID, "This link is not valid." },
	{ ERR_LINK_USED, "This link has been used already." },
	{ ERR_LINK_EXPIRED, "This link has expired." },
	{ ERR_PASSWORDLESS_USED, "This link has been used already." },
	{ ERR_ONE_TOUCH_USED, "This link has been used already." },
	{ ERR_PASSWORDLESS_OFF, "No message can be sent for this. Sign in in "
	    "another way." },
	{ ERR_DEVICE_USED, "This sign-in has been answered already, or a newer "
	    "one has taken its place." },
	{ ERR_DEVICE_APPROVED, "You have confirmed this sign-in already." },
	{ ERR_EMAIL_CODE_INVALID, "This code is not valid. Check it, or ask "
	    "for a new one." },
	{ ERR_EMAIL_CODE_USED, "This code has been used already." },
	{ ERR_EMAIL_CODE_EXPIRED, "This code has expired. Ask for a new "
	    "one." },
	{ ERR_PARAMETER, "Something is missing. Check what you entered." },
	{ ERR_FORM_EXPIRED, "This form was open for too long. Please send it "
	    "again." },
	{ ERR_LOCKED_CAPTCHA, "There were too many attempts. Pass this check "
	    "against robots as well." },
	{ ERR_CAPTCHA, "The check against robots was not passed. Please try "
	    "again." },
	{ ERR_REGISTRATION_OFF, "New accounts cannot be made at present." },
	{ ERR_RATE_LIMITED, "That was a bit much at once. Wait a moment and "
	    "try again." },
	{ ERR_MAIL_LIMIT, "Too many messages were asked for. Try again "
	    "later." },
	{ ERR_BUSY, "There is much to do just now. Try again in a moment." },
	{ ERR_UNAVAILABLE, "The service cannot answer now. Try again in a "
	    "few minutes." },
	{ ERR_NOT_FOUND_PATH, "There is nothing at this address." },
	{ ERR_METHOD, "This address cannot be used in this way." },
	{ ERR_UNDER_AGE, "You are under the minimum age of this site." },
	{ ERR_BIRTH_DATE, "Enter a date such as 12/31/1990." },
	{ ERR_AREA_SIGN_IN, "Sign in to see this." },
	{ ERR_AREA_REFUSED, "This is not open to you." },
	{ ERR_AREA_UNVERIFIED, "Confirm your email address to see this." },
	{ ERR_AREA_FACTOR, "This needs a second factor besides your "
	    "password, which you have not given." },
	{ ERR_MISDIRECTED, "This address is not this site's." }
};

const char *
page_error_text(struct http *h, enum err e)
{
	const struct err_field *f = h->ctx->err.fields;
	size_t i;

	if (e == ERR_VALIDATION && f != NULL)
		return f->message;
	for (i = 0; i < COUNT(texts); i++)
		if (texts[i].code == e)
			return texts[i].text;
	return "Something went wrong here. Try again later.";
}

enum err
page_login_first(struct http *h)
{
	struct str back;

	if ((h->route->need & NEED_FORM) != 0)
		return response_redirect(h, STR("/login"));
	back = str_printf(h->ctx->arena, "%.*s%.*s",
	    STR_FMT(h->ctx->config->site_base), STR_FMT(h->path));
	return response_redirect(h, url_with(h->ctx->arena, STR("/login"),
	    "return", back));
}

/* ---- errors ---- */

static const struct {
	const char *path;
	enum err (*show)(struct http *, int, enum err);
} forms[] = {
	{ "/signup", show_signup },
	{ "/check-mail", show_check_mail },
	{ "/verify", show_verify },
	{ "/login", show_signin },
	{ "/passwordless", show_passwordless },
	{ "/passwordless/code", show_passwordless_code },
	{ "/passwordless/link", show_passwordless_link },
	{ "/forgot", show_forgot },
	{ "/reset", show_reset },
	{ "/accept", show_accept },
	{ "/account/profile", show_profile },
	{ "/pin", show_pin_prompt },
	{ "/forgot-pin", show_forgot_pin },
	{ "/reset-pin", show_reset_pin },
	{ "/account/pin", show_pin },
	{ "/account/questions", show_questions },
	{ "/account/password", show_password },
	{ "/account/address/add", show_address_add },
	{ "/account/address/remove", show_address_remove },
	{ "/account/address/primary", show_address_primary },
	{ "/undo", show_undo },
	{ "/account/username", show_username },
	{ "/account/sessions", show_sessions },
	{ "/account/delete", show_delete },
	{ "/delete", show_deletion },
	{ "/verify-phone", show_verify_phone },
	{ "/verify-phone/again", show_verify_phone },
	{ "/account/phone", show_own_phone },
	{ "/account/phone/code", show_own_phone },
	{ "/account/phone/again", show_own_phone },
	{ "/account/phone/remove", show_own_phone },
	{ "/one-touch", show_one_touch },
	{ "/login/pin", show_pin_login },
	{ "/smart", show_smart },
	{ "/smart/confirm", show_smart_confirm }
};

/* Errors that say nothing about what was entered have a page of their own. */
static bool
is_ours(enum err e)
{
	return e == ERR_INTERNAL || e == ERR_UNAVAILABLE || e == ERR_CONFIG ||
	    e == ERR_METHOD || e == ERR_NOT_FOUND_PATH ||
	    e == ERR_MISDIRECTED || e == ERR_NOT_FOUND || e == ERR_CONFLICT ||
	    e == ERR_BODY_TOO_LARGE || e == ERR_QUERY_TOO_LONG ||
	    e == ERR_BAD_REQUEST || e == ERR_RETRY;
}

enum err
page_problem(struct http *h, enum err e)
{
	struct values *v;
	size_t i;

	for (i = 0; h->route != NULL && !is_ours(e) && i < COUNT(forms); i++)
		if (strcmp(h->route->path, forms[i].path) == 0)
			return forms[i].show(h, h->status, e);
	/* The database may be what failed: nothing more is asked of it. */
	h->has_session = false;
	v = page_values(h);
	values_set(v, "error", str_of(page_error_text(h, e)));
	values_flag(v, "not_found", e == ERR_NOT_FOUND_PATH);
	return response_page(h, h->status, "error.html", v);
}
