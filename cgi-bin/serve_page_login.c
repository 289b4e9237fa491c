/* Signing in and out. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/login.h"
#include "page.h"
#include "response.h"

const struct field in_signin[] = {
	{ "identifier", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_page, identifier),
	  "Email address or user name" },
	{ "password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_PASSWORD_MISSING, ERR_LOGIN_REFUSED, LIMIT_BODY,
	  AT(in_page, password), "Password" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

enum err
show_signin(struct http *h, int status, enum err e)
{
	const struct config *cfg = h->ctx->config;
	struct values *v = page_values(h);
	bool name = e == ERR_IDENTIFIER_MISSING;
	bool password = e == ERR_PASSWORD_MISSING, locked;
	struct str typed = page_typed(h, "identifier");

	locked = page_lock(h, v, CAPTCHA_LOGIN, &typed, &e);
	page_done(h, v);
	page_identifier(h, v, typed, name, e);
	page_input(h, v, "password", STR(""), password, e);
	values_flag(v, "remember", http_form(h, "remember").p != NULL);
	values_flag(v, "registration", cfg->registration_enabled);
	page_passwordless(h, v);
	values_flag(v, "by_smart", cfg->smart_login_enabled);
	values_flag(v, "by_pin", page_has_pin(h));
	if (e == ERR_OK)
		values_flag(v, "identifier_focus", true);
	else if (!name)
		values_flag(v, "password_focus", true);
	page_summary(h, v, e, name || password || locked);
	return response_page(h, status, "login.html", v);
}

enum err
serve_signin_form(struct http *h, const void *in)
{
	(void)in;
	if (h->has_session && h->protected_uri.p == NULL)
		return response_redirect(h, STR("/account"));
	return show_signin(h, 200, ERR_OK);
}

enum err
serve_signin(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	bool remember = http_form(h, "remember").p != NULL;
	struct login_result out;
	struct login l = {
		.identifier = in->identifier,
		.password = in->password,
		.browser = http_cookie(h, COOKIE_BROWSER),
		.answers = page_answers(h),
		.captcha = &in->captcha,
		.session = { .kind = SESSION_PAGE, .remember = remember,
		    .replaces = h->page_cookie }
	};
	enum err e;

	e = login_by_password(h->ctx, &l, &out);
	if (e == ERR_EMAIL_UNVERIFIED)
		return show_sent(h, str_has(in->identifier, '@') ?
		    in->identifier : STR(""), false);
	if (e == ERR_PHONE_UNVERIFIED)
		return show_phone_sent(h, page_is_phone(h, in->identifier) ?
		    in->identifier : STR(""));
	/* A name of no form at all is a name that nobody has (S-016). */
	if (e == ERR_EMAIL_MALFORMED || e == ERR_USERNAME_SYNTAX ||
	    e == ERR_USERNAME_FORMAT || e == ERR_USERNAME_OFF ||
	    e == ERR_EMAIL_LOGIN_OFF)
		e = ERR_LOGIN_REFUSED;
	return e != ERR_OK ? page_stopped(h, e) : page_enter(h, &out.tokens,
	    remember, "/account");
}

enum err
serve_logout_form(struct http *h, const void *in)
{
	(void)in;
	if (!h->has_session)
		return response_redirect(h, STR("/login"));
	return response_page(h, 200, "signout.html", page_values(h));
}

enum err
page_signed_out(struct http *h)
{
	response_session_cookie(h, STR_NONE, 0);
	response_cookie(h, COOKIE_PIN, STR_NONE, 0);
	response_header(h, "Clear-Site-Data", STR("\"cache\",\"cookies\""));
	return response_redirect(h, STR("/login?done=signed-out"));
}

enum err
serve_logout(struct http *h, const void *in)
{
	enum err e = ERR_OK;

	(void)in;
	if (h->page_cookie.p != NULL)
		e = session_end(h->ctx, SESSION_PAGE, h->page_cookie, true);
	if (e != ERR_OK && e != ERR_TOKEN_UNKNOWN)
		return e;
	return page_signed_out(h);
}
