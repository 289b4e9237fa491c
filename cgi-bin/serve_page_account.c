/* One's own account. */
#include "serve_page.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/password.h"
#include "domain/profile.h"
#include "page.h"
#include "response.h"

const struct field in_password_page[] = {
	{ "password", NULL, IN_BODY, FIELD_REQUIRED, FIELD_SECRET,
	  ERR_OLD_PASSWORD, ERR_OLD_PASSWORD, LIMIT_BODY,
	  AT(in_page, password), "Present password" },
	PAGE_NEW_PASSWORD,
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

enum err
serve_account_page(struct http *h, const void *in)
{
	const struct json *name;
	const struct account *a;
	struct values *v;
	struct json *profile;
	enum err e;

	(void)in;
	e = page_account(h, &a);
	if (e != ERR_OK)
		return e;
	profile = profile_json(h->ctx, a);
	name = json_get(profile, "FullName");
	v = page_values(h);
	page_done(h, v);
	page_addresses(h, v, a);
	page_secrets(h, v, a);
	page_phone_facts(h, v, a);
	page_facts(h, v, profile);
	e = page_consents(h, v, a);
	if (e != ERR_OK)
		return e;
	values_set(v, "name", json_type(name) == JSON_STRING ?
	    json_string(name) : STR(""));
	values_set(v, "created", str_sub(clock_iso(h->ctx->arena,
	    a->created_s), 0, 10));
	values_flag(v, "home_elsewhere",
	    str_present(h->ctx->config->site_home_url));
	return response_page(h, 200, "account.html", v);
}

enum err
show_password(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool old = e == ERR_OLD_PASSWORD;
	bool wrong = page_is_password_error(h, e);

	wrong |= page_lock(h, v, CAPTCHA_CHANGE_PASSWORD, NULL, &e);
	page_input(h, v, "password", STR(""), old, e);
	page_new_password(h, v, false, page_is_password_error(h, e), e);
	if (e == ERR_OK)
		values_flag(v, "password_focus", true);
	page_summary(h, v, e, old || wrong);
	return response_page(h, status, "password.html", v);
}

enum err
serve_password_form(struct http *h, const void *in)
{
	(void)in;
	return show_password(h, 200, ERR_OK);
}

enum err
serve_password_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct session_tokens rotated = { 0 };
	struct attempt_secret old = { in->password, page_key(h, in) };
	enum err e;

	old.key.operation = CAPTCHA_CHANGE_PASSWORD;
	e = attempt_demand(h->ctx, &old.key);
	if (e == ERR_OK)
		e = password_change(h->ctx, &h->session, &old,
		    &in->new_password, &rotated);
	if (e != ERR_OK)
		return e;
	if (str_present(rotated.access_token))
		page_session(h, &rotated, h->session.remember);
	return response_redirect(h, STR("/account?done=password"));
}
