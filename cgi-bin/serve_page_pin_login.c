/* Signing in by PIN, in a browser that has the token of a full sign-in. */
#include "serve_page.h"

#include "base/config.h"
#include "captcha.h"
#include "domain/pin_login.h"
#include "domain/pin_session.h"
#include "page.h"
#include "response.h"

const struct field in_pin_login_page[] = {
	{ "pin", NULL, IN_BODY, 0, FIELD_SECRET, 0, ERR_PIN_WRONG, LIMIT_BODY,
	  AT(in_page, pin), "PIN" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

bool
page_has_pin(struct http *h)
{
	const struct config *cfg = h->ctx->config;

	return cfg->pin_enabled && cfg->pin_login &&
	    http_cookie(h, COOKIE_PIN).p != NULL;
}

/* No PIN helps here any more: the whole sign-in is due. */
static bool
is_over(enum err e)
{
	return e == ERR_PIN_SESSION_INVALID || e == ERR_PIN_SESSION_EXPIRED ||
	    e == ERR_PIN_LOGIN_OFF || e == ERR_PIN_OFF;
}

static enum err
instead(struct http *h, int status, enum err e)
{
	response_cookie(h, COOKIE_PIN, STR_NONE, 0);
	return show_signin(h, status, e);
}

enum err
show_pin_login(struct http *h, int status, enum err e)
{
	struct err_detail why = h->ctx->err;
	struct str token = http_cookie(h, COOKIE_PIN), name;
	bool wrong = e == ERR_PIN_WRONG || e == ERR_PIN_MISSING, locked;
	struct values *v;
	enum err found;

	if (is_over(e))
		return instead(h, status, e);
	found = pin_login_peek(h->ctx, token, &name);
	if (found != ERR_OK)
		return is_over(found) ? instead(h, status, found) : found;
	h->ctx->err = why;
	v = page_values(h);
	locked = page_lock(h, v, CAPTCHA_PIN, &name, &e);
	values_set(v, "name", name);
	page_input(h, v, "pin", STR(""), wrong, e);
	values_flag(v, "pin_focus", true);
	values_flag(v, "pin_letters", h->ctx->config->pin_alphanumeric);
	page_summary(h, v, e, wrong || locked);
	return response_page(h, status, "pin-login.html", v);
}

enum err
serve_pin_login_form(struct http *h, const void *in)
{
	(void)in;
	if (h->has_session)
		return response_redirect(h, STR("/account"));
	if (!page_has_pin(h))
		return response_redirect(h, STR("/login"));
	return show_pin_login(h, 200, ERR_OK);
}

/* "Not on this browser any more". */
static enum err
forget(struct http *h)
{
	enum err e;

	e = pin_session_end(h->ctx, http_cookie(h, COOKIE_PIN));
	if (e != ERR_OK && !is_over(e))
		return e;
	response_cookie(h, COOKIE_PIN, STR_NONE, 0);
	return response_redirect(h, STR("/login"));
}

enum err
serve_pin_login_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct pin_login l = {
		.token = http_cookie(h, COOKIE_PIN), .pin = in->pin,
		.answers = page_answers(h), .captcha = &in->captcha,
		.browser = http_cookie(h, COOKIE_BROWSER),
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie }
	};
	struct login_result out;
	enum err e;

	if (http_form(h, "forget").p != NULL)
		return forget(h);
	e = pin_login(h->ctx, &l, &out);
	return e != ERR_OK ? page_stopped(h, e) :
	    page_enter(h, &out.tokens, false, "/account");
}
