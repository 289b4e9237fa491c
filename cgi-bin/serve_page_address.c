/* One's addresses and user name. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "codec/url.h"
#include "domain/address.h"
#include "domain/password.h"
#include "page.h"
#include "response.h"

#define PASSWORD	\
	{ "password", NULL, IN_BODY, 0, FIELD_SECRET, 0, ERR_OLD_PASSWORD, \
	  LIMIT_BODY, AT(in_page, password), "Present password" }, \
	CAPTCHA_FIELDS(in_page, IN_BODY)

const struct field in_address_link[] = {
	{ "email", NULL, IN_QUERY, 0, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, email), "One of one's addresses" },
	{ .name = NULL }
};
const struct field in_address_page[] = {
	{ "email", NULL, IN_BODY, FIELD_REQUIRED | FIELD_LINE, FIELD_TEXT,
	  ERR_EMAIL_MISSING, 0, 0, AT(in_page, email), "Email address" },
	PASSWORD,
	{ .name = NULL }
};
const struct field in_username_page[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED | FIELD_LINE, FIELD_TEXT,
	  ERR_USERNAME_MISSING, 0, 0, AT(in_page, username), "User name" },
	{ .name = NULL }
};
const struct field in_undo_page[] = {
	{ "vtoken", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_LINK_INVALID, ERR_LINK_INVALID, 256, AT(in_page, vtoken),
	  "Secret of the mailed link" },
	{ .name = NULL }
};
const struct field in_delete_page[] = {
	PASSWORD,
	{ .name = NULL }
};

/* ---- pieces ---- */

bool
page_confirm(struct http *h, struct values *v, enum err *e)
{
	bool wrong = *e == ERR_OLD_PASSWORD;

	values_flag(v, "ask_password", !session_is_fresh(h->ctx,
	    &h->session));
	page_input(h, v, "password", STR(""), wrong, *e);
	return page_lock(h, v, CAPTCHA_LOGIN, NULL, e) || wrong;
}

static void
add_waiting(struct values *v, const struct account_pending *p)
{
	struct values *one;

	if (p->kind != IDENTIFIER_EMAIL)
		return;
	one = values_add(v, "emails");
	values_set(one, "given", p->given);
	values_flag(one, "primary", false);
	values_flag(one, "verified", false);
	values_flag(one, "promotable", false);
	values_flag(one, "removable", true);
	values_flag(one, "waiting", true);
	values_flag(one, "wants_primary", str_eq(p->label, STR("Primary")));
}

void
page_addresses(struct http *h, struct values *v, const struct account *a)
{
	const struct account_email *m;
	struct values *one;
	size_t i;

	values_list(v, "emails");
	for (i = 0; i < a->n_emails; i++) {
		m = &a->emails[i];
		one = values_add(v, "emails");
		values_set(one, "given", m->given);
		values_flag(one, "primary", i == 0 && a->n_emails > 1);
		values_flag(one, "verified", m->verified_s != 0);
		values_flag(one, "promotable", i > 0 && m->verified_s != 0);
		values_flag(one, "removable", a->n_emails > 1 ||
		    a->phone_verified_s != 0);
		values_flag(one, "waiting", false);
		values_flag(one, "wants_primary", false);
	}
	for (i = 0; i < a->n_pending; i++)
		add_waiting(v, &a->pending[i]);
	values_flag(v, "addresses_open", !str_eq(
	    h->ctx->config->registration_verification, STR("disabled")));
	values_flag(v, "with_username", h->ctx->config->login_username);
	values_set(v, "username", str_present(a->username) ? a->username :
	    STR(""));
}

/* ---- add ---- */

static bool
is_email_error(enum err e)
{
	return page_is_email_error(e) || e == ERR_IDENTIFIER_KEPT ||
	    e == ERR_NO_VERIFIED_EMAIL || e == ERR_EMAIL_VERIFICATION_OFF;
}

enum err
show_address_add(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool email = is_email_error(e), password = page_confirm(h, v, &e);

	page_input(h, v, "email", page_asked(h, "email"), email, e);
	values_flag(v, "want_primary", http_form(h, "primary").p != NULL);
	if (e == ERR_OK)
		values_flag(v, "email_focus", true);
	page_summary(h, v, e, email || password);
	return response_page(h, status, "address-add.html", v);
}

enum err
serve_address_add_form(struct http *h, const void *in)
{
	(void)in;
	return show_address_add(h, 200, ERR_OK);
}

enum err
serve_address_add_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct address_new n = { .email = in->email };
	struct attempt_secret old = { in->password, page_key(h, in) };
	enum err e;

	if (http_form(h, "primary").p != NULL)
		n.type = STR("Primary");
	e = password_confirm(h->ctx, &h->session, &old);
	if (e == ERR_OK)
		e = address_add(h->ctx, h->session.uid, &n);
	if (e != ERR_OK)
		return e;
	if (!str_eq(h->ctx->config->account_add_email_by, STR("code")))
		return response_redirect(h,
		    STR("/account?done=email-added"));
	return response_redirect(h, url_with(h->ctx->arena,
	    STR("/verify?sent=yes"), "email", in->email));
}

/* ---- remove, make primary ---- */

static enum err
show_change(struct http *h, int status, const char *page, enum err e)
{
	struct values *v = page_values(h);
	bool password = page_confirm(h, v, &e);

	values_set(v, "email", page_asked(h, "email"));
	if (e == ERR_OK)
		values_flag(v, "password_focus", true);
	page_summary(h, v, e, password);
	return response_page(h, status, page, v);
}

enum err
show_address_remove(struct http *h, int status, enum err e)
{
	return show_change(h, status, "address-remove.html", e);
}

enum err
show_address_primary(struct http *h, int status, enum err e)
{
	return show_change(h, status, "address-primary.html", e);
}

enum err
serve_address_remove_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;

	return str_present(in->email) ? show_address_remove(h, 200, ERR_OK) :
	    response_redirect(h, STR("/account"));
}

enum err
serve_address_primary_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;

	return str_present(in->email) ? show_address_primary(h, 200, ERR_OK) :
	    response_redirect(h, STR("/account"));
}

enum err
serve_address_remove_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct attempt_secret old = { in->password, page_key(h, in) };
	enum err e;

	e = password_confirm(h->ctx, &h->session, &old);
	if (e == ERR_OK)
		e = address_remove(h->ctx, h->session.uid, in->email);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=email-removed"));
}

enum err
serve_address_primary_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct attempt_secret old = { in->password, page_key(h, in) };
	enum err e;

	e = password_confirm(h->ctx, &h->session, &old);
	if (e == ERR_OK)
		e = address_make_primary(h->ctx, h->session.uid, in->email);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=email-primary"));
}

/* ---- undo: looking is not doing ---- */

static enum err
show_undo_of(struct http *h, int status, struct str vtoken,
    struct str address, enum err e)
{
	struct values *v = page_values(h);

	page_ticket(h, v, vtoken, address);
	page_summary(h, v, e, false);
	return response_page(h, status, "undo.html", v);
}

enum err
show_undo(struct http *h, int status, enum err e)
{
	struct str vtoken = http_form(h, "vtoken"), address;

	if (vtoken.p != NULL &&
	    address_undo_peek(h->ctx, vtoken, &address) == ERR_OK)
		return show_undo_of(h, status, vtoken, address, e);
	return show_undo_of(h, status, STR(""), STR(""),
	    e != ERR_OK ? e : ERR_LINK_INVALID);
}

enum err
serve_undo_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct str address;
	enum err e;

	if (!str_present(in->vtoken))
		return ERR_LINK_INVALID;
	e = address_undo_peek(h->ctx, in->vtoken, &address);
	return e != ERR_OK ? e :
	    show_undo_of(h, 200, in->vtoken, address, ERR_OK);
}

enum err
serve_undo_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	enum err e;

	e = address_undo(h->ctx, in->vtoken);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/forgot?done=undone"));
}

/* ---- user name ---- */

enum err
show_username(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool wrong = page_is_username_error(e);
	const struct account *a;
	struct str name = page_typed(h, "username");

	if (e == ERR_OK && page_account(h, &a) == ERR_OK &&
	    str_present(a->username))
		name = a->username;
	page_input(h, v, "username", name, wrong, e);
	if (e == ERR_OK)
		values_flag(v, "username_focus", true);
	page_summary(h, v, e, wrong);
	return response_page(h, status, "username.html", v);
}

enum err
serve_username_form(struct http *h, const void *in)
{
	(void)in;
	return h->ctx->config->login_username ?
	    show_username(h, 200, ERR_OK) :
	    response_redirect(h, STR("/account"));
}

enum err
serve_username_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	enum err e;

	e = account_set_username(h->ctx, h->session.uid, in->username);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=username"));
}
