/* Signing in without a password: the mail or message, link and code. */
#include "serve_page.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/passwordless.h"
#include "page.h"
#include "response.h"

const struct field in_passwordless_ask[] = {
	{ "identifier", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_page, identifier),
	  "Email address, user name or phone number" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};
const struct field in_passwordless_enter[] = {
	PAGE_TICKET,
	{ .name = NULL }
};
const struct field in_passwordless_code[] = {
	{ "identifier", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_page, identifier),
	  "As typed where the code was asked for" },
	{ "code", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, AT(in_page, code),
	  "Code of the message" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

/* ---- what there is ---- */

static bool
mail_is(const struct http *h, const char *how)
{
	return str_eq(h->ctx->config->passwordless_email, str_of(how));
}

static bool
by_phone(const struct http *h)
{
	return h->ctx->config->passwordless_phone &&
	    h->ctx->config->login_phone;
}

static bool
is_on(const struct http *h)
{
	return !mail_is(h, "off") || by_phone(h);
}

/* Numbers get codes whatever mails carry. */
static bool
takes_codes(const struct http *h)
{
	return mail_is(h, "code") || by_phone(h);
}

void
page_passwordless(struct http *h, struct values *v)
{
	values_flag(v, "passwordless", is_on(h));
	values_flag(v, "mails", !mail_is(h, "off"));
	values_flag(v, "mails_link", mail_is(h, "link"));
	values_flag(v, "texts", by_phone(h));
}

static bool
set_identifier(struct http *h, struct values *v, enum err e)
{
	bool wrong = e == ERR_IDENTIFIER_MISSING || page_is_phone_error(e) ||
	    e == ERR_EMAIL_MALFORMED || page_is_username_error(e) ||
	    e == ERR_PASSWORDLESS_OFF;
	struct str typed = page_asked(h, "identifier");

	if (!str_present(typed))
		typed = page_asked(h, "email");
	if (!str_present(typed))
		typed = page_asked(h, "username");
	page_identifier(h, v, typed, wrong, e);
	if (mail_is(h, "off")) {
		values_flag(v, "by_email", false);
		values_flag(v, "by_username", false);
	}
	values_flag(v, "by_phone", by_phone(h));
	return wrong;
}

/* ---- asking ---- */

enum err
show_passwordless(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool wrong = set_identifier(h, v, e);

	page_passwordless(h, v);
	if (e == ERR_OK)
		values_flag(v, "identifier_focus", true);
	wrong |= page_captcha(h, v, CAPTCHA_PASSWORDLESS, e);
	page_summary(h, v, e, wrong);
	return response_page(h, status, "passwordless.html", v);
}

enum err
serve_passwordless_form(struct http *h, const void *in)
{
	(void)in;
	if (h->has_session)
		return response_redirect(h, STR("/account"));
	return is_on(h) ? show_passwordless(h, 200, ERR_OK) :
	    response_redirect(h, STR("/login"));
}

static enum err
show_code(struct http *h, int status, struct str sent_to, enum err e)
{
	struct str typed = page_typed(h, "identifier");
	bool code = page_is_code_error(e), name, locked;
	struct values *v = page_values(h);

	locked = page_lock(h, v, CAPTCHA_LOGIN, &typed, &e);
	name = set_identifier(h, v, e);
	values_set(v, "sent_to", sent_to);
	values_flag(v, "sent_sms", page_is_phone(h, sent_to));
	page_input(h, v, "code", STR(""), code, e);
	if (!name)
		values_flag(v, "code_focus", true);
	values_flag(v, "remember", http_form(h, "remember").p != NULL);
	page_summary(h, v, e, name || code || locked);
	return response_page(h, status, "passwordless-code.html", v);
}

enum err
serve_passwordless_ask(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct phone_asking number = { .phone = in->identifier };
	const struct passwordless_ask a = {
		.identifier = in->identifier,
		.return_url = page_return(h, http_form(h, "return"))
	};
	bool phone = page_is_phone(h, in->identifier);
	struct values *v;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_PASSWORDLESS, &in->captcha);
	if (e == ERR_OK)
		e = phone ? passwordless_ask_phone(h->ctx, &number) :
		    passwordless_ask(h->ctx, &a);
	if (e != ERR_OK)
		return e;
	if (phone || mail_is(h, "code"))
		return show_code(h, 200, in->identifier, ERR_OK);
	v = page_values(h);
	values_set(v, "sent_to", in->identifier);
	return response_page(h, 200, "passwordless-sent.html", v);
}

/* ---- the code ---- */

enum err
show_passwordless_code(struct http *h, int status, enum err e)
{
	return show_code(h, status, page_sent_to(h, "identifier"), e);
}

enum err
serve_passwordless_code_form(struct http *h, const void *in)
{
	(void)in;
	if (h->has_session)
		return response_redirect(h, STR("/account"));
	return takes_codes(h) ? show_passwordless_code(h, 200, ERR_OK) :
	    response_redirect(h, STR("/passwordless"));
}

static struct session_options
page_session_of(struct http *h)
{
	return (struct session_options){ .kind = SESSION_PAGE,
		.remember = http_form(h, "remember").p != NULL,
		.replaces = h->page_cookie };
}

static enum err
enter(struct http *h, enum err e, const struct login_result *out)
{
	return e != ERR_OK ? page_stopped(h, e) : page_enter(h, &out->tokens,
	    http_form(h, "remember").p != NULL, "/account");
}

enum err
serve_passwordless_page_code(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct passwordless p = {
		.kind = page_identifier_kind(h, in->identifier),
		.identifier = in->identifier, .code = in->code,
		.answers = page_answers(h), .captcha = &in->captcha,
		.browser = http_cookie(h, COOKIE_BROWSER),
		.session = page_session_of(h)
	};
	struct login_result out;

	if (!str_present(in->code))
		return ERR_EMAIL_CODE_INVALID;
	return enter(h, passwordless_by_code(h->ctx, &p, &out), &out);
}

/* ---- the link: looking is not doing ---- */

static struct str
when_text(struct http *h, int64_t at_s)
{
	struct str iso = clock_iso(h->ctx->arena, at_s);

	return str_printf(h->ctx->arena, "%.10s %.5s UTC", iso.p, iso.p + 11);
}

/* Somebody else is signed in here: that is not ended in silence (S-039). */
static bool
is_other(const struct http *h, const struct passwordless_link *l)
{
	return h->has_session && !uid_eq(h->session.uid, l->uid);
}

static enum err
show_link(struct http *h, int status, struct str vtoken,
    const struct passwordless_link *l, enum err e)
{
	struct values *v = page_values(h);

	page_ticket(h, v, vtoken, l != NULL ? l->email : STR(""));
	values_set(v, "asked_from", l != NULL ? l->from : STR(""));
	values_set(v, "asked_when", l != NULL && l->asked_s > 0 ?
	    when_text(h, l->asked_s) : STR(""));
	values_flag(v, "other", l != NULL && is_other(h, l));
	values_flag(v, "remember", http_form(h, "remember").p != NULL);
	page_summary(h, v, e, false);
	return response_page(h, status, "passwordless-link.html", v);
}

enum err
show_passwordless_link(struct http *h, int status, enum err e)
{
	struct err_detail why = h->ctx->err;
	struct str vtoken = http_form(h, "vtoken");
	struct passwordless_link l;

	if (vtoken.p != NULL &&
	    passwordless_peek(h->ctx, vtoken, &l) == ERR_OK) {
		h->ctx->err = why;
		return show_link(h, status, vtoken, &l, e);
	}
	return show_link(h, status, STR(""), NULL, e);
}

enum err
serve_passwordless_landing(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct passwordless_link l;
	enum err e;

	if (!str_present(in->vtoken))
		return serve_passwordless_code_form(h, arg);
	e = passwordless_peek(h->ctx, in->vtoken, &l);
	return e != ERR_OK ? e : show_link(h, 200, in->vtoken, &l, ERR_OK);
}

/*
 * A browser may hold the session's cookie back when somebody comes from a
 * mail, and send it with the form: then the page is shown once more, with
 * what it could not know.
 */
enum err
serve_passwordless_enter(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct passwordless p = {
		.token = in->vtoken,
		.browser = http_cookie(h, COOKIE_BROWSER),
		.session = page_session_of(h)
	};
	struct passwordless_link l;
	struct login_result out;
	enum err e;

	e = passwordless_peek(h->ctx, in->vtoken, &l);
	if (e == ERR_OK && is_other(h, &l) &&
	    http_form(h, "instead").p == NULL)
		return show_link(h, 200, in->vtoken, &l, ERR_OK);
	return enter(h, passwordless_by_link(h->ctx, &p, &out), &out);
}
