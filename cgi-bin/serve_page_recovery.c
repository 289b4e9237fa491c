/* A forgotten password. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/password.h"
#include "domain/phone.h"
#include "page.h"
#include "response.h"

const struct field in_forgot_page[] = {
	{ "identifier", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_page, identifier),
	  "Email address or user name" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};
const struct field in_reset_page[] = {
	PAGE_RESET,
	PAGE_NEW_PASSWORD,
	{ .name = NULL }
};

static bool
by_code(const struct http *h)
{
	return str_eq(h->ctx->config->password_reset_by, STR("code"));
}

/* Numbers get codes whatever mails carry. */
static bool
takes_codes(const struct http *h)
{
	return by_code(h) || h->ctx->config->login_phone;
}

static bool
set_identifier(struct http *h, struct values *v, enum err e)
{
	bool wrong = e == ERR_IDENTIFIER_MISSING ||
	    page_is_phone_error(e) || e == ERR_EMAIL_MALFORMED ||
	    page_is_username_error(e);
	struct str typed;

	typed = page_asked(h, "identifier");
	if (!str_present(typed))
		typed = page_asked(h, "email");
	if (!str_present(typed))
		typed = page_asked(h, "username");
	page_identifier(h, v, typed, wrong, e);
	return wrong;
}

/* ---- forgot ---- */

/* One form, so one answer: whichever of the two demands it. */
static const char *
asks_for(const struct http *h)
{
	return captcha_demanded(h->ctx, CAPTCHA_FORGOT_EMAIL) ?
	    CAPTCHA_FORGOT_EMAIL : CAPTCHA_FORGOT_PHONE;
}

enum err
show_forgot(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool wrong = set_identifier(h, v, e);

	if (e == ERR_OK)
		values_flag(v, "identifier_focus", true);
	wrong |= page_captcha(h, v, asks_for(h), e);
	page_summary(h, v, e, wrong);
	page_done(h, v);
	return response_page(h, status, "forgot.html", v);
}

enum err
serve_forgot_form(struct http *h, const void *in)
{
	(void)in;
	return show_forgot(h, 200, ERR_OK);
}

static enum err
show_code(struct http *h, int status, struct str sent_to, enum err e)
{
	struct values *v = page_values(h);
	bool name = set_identifier(h, v, e);
	bool password = page_is_password_error(h, e);
	bool code = page_is_code_error(e);

	page_new_password(h, v, false, password, e);
	page_input(h, v, "code", password ? page_typed(h, "code") : STR(""),
	    code, e);
	values_set(v, "sent_to", sent_to);
	values_flag(v, "sent_sms", page_is_phone(h, sent_to));
	if (e == ERR_OK)
		values_flag(v, "code_focus", true);
	page_summary(h, v, e, name || password || code);
	return response_page(h, status, "reset-code.html", v);
}

enum err
serve_forgot_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct password_forgot f = {
		.identifier = in->identifier,
		.return_url = page_return(h, http_form(h, "return"))
	};
	const struct phone_asking ask = { .phone = in->identifier };
	bool phone = page_is_phone(h, in->identifier);
	struct values *v;
	enum err e;

	e = captcha_demand(h->ctx, asks_for(h), &in->captcha);
	if (e == ERR_OK)
		e = phone ? phone_forgot(h->ctx, &ask) :
		    password_forgot(h->ctx, &f);
	if (e != ERR_OK)
		return e;
	if (phone || by_code(h))
		return show_code(h, 200, in->identifier, ERR_OK);
	v = page_values(h);
	values_set(v, "sent_to", in->identifier);
	return response_page(h, 200, "forgot-sent.html", v);
}

/* ---- reset ---- */

static enum err
show_link(struct http *h, int status, struct str vtoken, struct str address,
    enum err e)
{
	struct values *v = page_values(h);
	bool password = page_is_password_error(h, e);

	page_ticket(h, v, vtoken, address);
	page_new_password(h, v, false, password, e);
	if (e == ERR_OK)
		values_flag(v, "new_password_focus", true);
	page_summary(h, v, e, password);
	return response_page(h, status, "reset.html", v);
}

enum err
show_reset(struct http *h, int status, enum err e)
{
	struct str vtoken = http_form(h, "vtoken"), address;

	if (e == ERR_LINK_INVALID || e == ERR_LINK_USED ||
	    e == ERR_LINK_EXPIRED || e == ERR_TICKET_INVALID ||
	    e == ERR_ACCOUNT_BLOCKED)
		return show_link(h, status, STR(""), STR(""), e);
	if (vtoken.p != NULL &&
	    password_reset_peek(h->ctx, vtoken, &address) == ERR_OK)
		return show_link(h, status, vtoken, address, e);
	if (takes_codes(h))
		return show_code(h, status, page_sent_to(h, "identifier"), e);
	return show_link(h, status, STR(""), STR(""),
	    e != ERR_OK ? e : ERR_LINK_INVALID);
}

enum err
serve_reset_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct str address;
	enum err e;

	if (!str_present(in->vtoken))
		return takes_codes(h) ? show_reset(h, 200, ERR_OK) :
		    response_redirect(h, STR("/forgot"));
	e = password_reset_peek(h->ctx, in->vtoken, &address);
	return e != ERR_OK ? e :
	    show_link(h, 200, in->vtoken, address, ERR_OK);
}

enum err
serve_reset_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct password_reset_result out = { 0 };
	struct password_reset r = {
		.token = in->vtoken,
		.identifier = in->identifier,
		.code = in->code,
		.password = in->new_password
	};
	enum err e;

	if (!str_present(in->vtoken)) {
		if (!str_present(in->identifier))
			return ERR_IDENTIFIER_MISSING;
		if (!str_present(in->code))
			return ERR_EMAIL_CODE_INVALID;
		r.kind = page_identifier_kind(h, in->identifier);
	}
	if (h->ctx->config->password_login_on_reset) {
		r.session.kind = SESSION_PAGE;
		r.session.replaces = h->page_cookie;
	}
	e = password_reset(h->ctx, &r, &out);
	if (e != ERR_OK)
		return e;
	if (out.has_session)
		return page_enter(h, &out.tokens, false,
		    "/account?done=reset");
	/* A session of that account has ended with all the others. */
	return page_signin_after(h, "reset");
}
