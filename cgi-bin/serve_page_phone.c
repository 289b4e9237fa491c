/* Phone numbers: proven after signing up, and one's own. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/password.h"
#include "domain/phone.h"
#include "page.h"
#include "response.h"

const struct field in_phone_page[] = {
	{ "phone", NULL, IN_BODY, FIELD_PLUS, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, phone), "Phone number" },
	{ "code", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, AT(in_page, code),
	  "Code of the message" },
	{ .name = NULL }
};
const struct field in_verify_phone[] = {
	{ "phone", NULL, IN_BODY, FIELD_PLUS, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, phone), "Phone number" },
	{ "code", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, AT(in_page, code),
	  "Code of the message" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

bool
page_is_phone_error(enum err e)
{
	return e == ERR_PHONE_MISSING || e == ERR_PHONE_MALFORMED ||
	    e == ERR_PHONE_TAKEN || e == ERR_SMS_FAILED;
}

bool
page_is_phone(struct http *h, struct str typed)
{
	struct identifier id;

	return h->ctx->config->login_phone && str_present(typed) &&
	    phone_read(h->ctx, typed, &id) == ERR_OK;
}

void
page_number(struct http *h, struct values *v, bool optional, enum err e)
{
	page_input(h, v, "phone", page_typed(h, "phone"),
	    page_is_phone_error(e), e);
	values_flag(v, "phone_optional", optional);
	values_set(v, "home_code", h->ctx->config->login_phone_country);
}

/* ---- after signing up ---- */

static enum err
show_code(struct http *h, int status, struct str number, bool again,
    enum err e)
{
	struct values *v = page_values(h);
	struct str typed = page_typed(h, "phone");
	bool code = page_is_code_error(e), locked;

	locked = page_lock(h, v, CAPTCHA_LOGIN, &typed, &e);
	values_set(v, "sent_to", number);
	values_flag(v, "sent_again", again);
	page_number(h, v, false, e);
	page_input(h, v, "code", STR(""), code, e);
	if (!page_is_phone_error(e))
		values_flag(v, "code_focus", true);
	page_summary(h, v, e, code || page_is_phone_error(e) || locked);
	return response_page(h, status, "verify-phone.html", v);
}

enum err
show_phone_sent(struct http *h, struct str number)
{
	return show_code(h, 200, number, false, ERR_OK);
}

enum err
show_verify_phone(struct http *h, int status, enum err e)
{
	return show_code(h, status, page_sent_to(h, "phone"), false, e);
}

enum err
serve_verify_phone_form(struct http *h, const void *in)
{
	(void)in;
	return h->ctx->config->login_phone ? show_verify_phone(h, 200,
	    ERR_OK) : response_redirect(h, STR("/login"));
}

enum err
serve_verify_phone(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct phone_proof p = {
		.phone = in->phone, .code = in->code,
		.answers = page_answers(h), .captcha = &in->captcha,
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie }
	};
	struct login_result out;
	enum err e;

	if (str_present(in->phone) && !str_present(in->code))
		return ERR_PHONE_CODE_INVALID;
	e = phone_prove(h->ctx, &p, &out);
	return e != ERR_OK ? page_stopped(h, e) : page_enter(h, &out.tokens,
	    false, "/account?done=phone");
}

enum err
serve_verify_phone_again(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct phone_asking ask = { .phone = in->phone };
	enum err e;

	e = phone_resend(h->ctx, &ask);
	return e != ERR_OK ? e : show_code(h, 200, in->phone, true, ERR_OK);
}

/* ---- one's own ---- */

static struct str
waiting(const struct account *a)
{
	size_t i;

	for (i = 0; i < a->n_pending; i++)
		if (a->pending[i].kind == IDENTIFIER_PHONE)
			return a->pending[i].canonical;
	return STR("");
}

static struct str
own(const struct account *a)
{
	return a->phone.p != NULL ? a->phone : STR("");
}

void
page_phone_facts(struct http *h, struct values *v, const struct account *a)
{
	values_flag(v, "with_phone", h->ctx->config->login_phone);
	values_set(v, "phone", own(a));
	values_flag(v, "phone_verified", a->phone_verified_s != 0);
	values_set(v, "phone_waits", waiting(a));
}

/* A number is a way back into the account (S-046). */
static enum err
judge_fresh(struct http *h)
{
	return session_is_fresh(h->ctx, &h->session) ? ERR_OK :
	    err_set(h->ctx, ERR_STEP_UP, NULL, "the sign-in is too old");
}

static enum err
show(struct http *h, int status, bool sent, enum err e)
{
	struct values *v = page_values(h);
	const struct account *a;
	bool open, code = page_is_code_error(e);
	struct str waits;
	enum err read;

	read = page_account(h, &a);
	if (read != ERR_OK)
		return read;
	waits = waiting(a);
	open = a->phone.p != NULL && a->phone_verified_s == 0;
	if (waits.len == 0 && open)
		waits = a->phone;
	values_set(v, "number", own(a));
	values_flag(v, "number_open", open);
	values_set(v, "waits", waits);
	values_flag(v, "sent", sent);
	values_flag(v, "stale", !session_is_fresh(h->ctx, &h->session));
	values_flag(v, "removable", a->phone.p != NULL ||
	    waits.len > 0);
	page_number(h, v, false, e);
	page_input(h, v, "code", STR(""), code, e);
	if (e == ERR_OK)
		values_flag(v, waits.len > 0 ? "code_focus" : "phone_focus",
		    true);
	page_summary(h, v, e, code || page_is_phone_error(e));
	return response_page(h, status, "phone.html", v);
}

enum err
show_own_phone(struct http *h, int status, enum err e)
{
	return show(h, status, false, e);
}

enum err
serve_own_phone_form(struct http *h, const void *in)
{
	(void)in;
	if (!h->ctx->config->login_phone)
		return response_redirect(h, STR("/account"));
	return show(h, 200, str_eq(http_query(h, "done"), STR("sent")),
	    ERR_OK);
}

enum err
serve_own_phone(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct phone_asking ask = { .phone = in->phone };
	bool sent = false;
	enum err e;

	e = judge_fresh(h);
	if (e == ERR_OK)
		e = phone_change(h->ctx, h->session.uid, &ask, &sent);
	if (e != ERR_OK)
		return e;
	return response_redirect(h, sent ? STR("/account/phone?done=sent") :
	    STR("/account?done=phone"));
}

enum err
serve_own_phone_code(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	enum err e;

	e = phone_prove_own(h->ctx, h->session.uid, in->code, STR_NONE);
	return e != ERR_OK ? e :
	    response_redirect(h, STR("/account?done=phone"));
}

enum err
serve_own_phone_again(struct http *h, const void *in)
{
	const struct phone_asking ask = { .phone = STR_NONE };
	enum err e;

	(void)in;
	e = phone_resend_own(h->ctx, h->session.uid, &ask);
	return e != ERR_OK ? e :
	    response_redirect(h, STR("/account/phone?done=sent"));
}

enum err
serve_own_phone_remove(struct http *h, const void *in)
{
	enum err e;

	(void)in;
	e = judge_fresh(h);
	if (e == ERR_OK)
		e = phone_remove(h->ctx, h->session.uid);
	return e != ERR_OK ? e :
	    response_redirect(h, STR("/account?done=phone"));
}
