/* Deleting one's own account. */
#include "serve_page.h"

#include "base/config.h"
#include "domain/account_delete.h"
#include "domain/password.h"
#include "page.h"
#include "response.h"

const struct field in_deletion_page[] = {
	PAGE_TICKET,
	{ "email", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, email), "Address that the code was sent to" },
	{ "code", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, code), "Code of the mail" },
	{ .name = NULL }
};

static bool
by_code(const struct http *h)
{
	return str_eq(h->ctx->config->account_delete_by, STR("code"));
}

/* ---- asking ---- */

enum err
show_delete(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool password = page_confirm(h, v, &e);

	page_summary(h, v, e, password);
	if (e == ERR_EMAIL_NOT_OWN)
		values_set(v, "error", STR("Confirm your email address "
		    "first: the message that deletes the account goes "
		    "there."));
	return response_page(h, status, "delete-ask.html", v);
}

enum err
serve_delete_form(struct http *h, const void *in)
{
	(void)in;
	return show_delete(h, 200, ERR_OK);
}

static enum err
show_code(struct http *h, int status, struct str sent_to, enum err e)
{
	struct values *v = page_values(h);

	page_mailed_code(h, v, sent_to, e);
	return response_page(h, status, "delete-code.html", v);
}

enum err
serve_delete_page(struct http *h, const void *arg)
{
	static const struct deletion plain;
	const struct in_page *in = arg;
	struct attempt_secret old = { in->password, page_key(h, in) };
	struct values *v;
	struct str sent_to;
	enum err e;

	e = password_confirm(h->ctx, &h->session, &old);
	if (e == ERR_OK)
		e = deletion_ask(h->ctx, h->session.uid, &plain, &sent_to);
	if (e != ERR_OK)
		return e;
	if (by_code(h))
		return show_code(h, 200, sent_to, ERR_OK);
	v = page_values(h);
	values_set(v, "sent_to", sent_to);
	return response_page(h, 200, "delete-sent.html", v);
}

/* ---- confirming: looking is not doing ---- */

static enum err
show_link(struct http *h, int status, struct str vtoken, struct str address,
    enum err e)
{
	struct values *v = page_values(h);

	page_ticket(h, v, vtoken, address);
	page_summary(h, v, e, false);
	return response_page(h, status, "delete.html", v);
}

enum err
show_deletion(struct http *h, int status, enum err e)
{
	struct str vtoken = http_form(h, "vtoken"), address;

	if (e == ERR_DELETE_LINK_INVALID || e == ERR_LINK_EXPIRED ||
	    e == ERR_LINK_INVALID)
		return show_link(h, status, STR(""), STR(""), e);
	if (vtoken.p != NULL &&
	    deletion_peek(h->ctx, vtoken, &address) == ERR_OK)
		return show_link(h, status, vtoken, address, e);
	if (!by_code(h))
		return show_link(h, status, STR(""), STR(""),
		    e != ERR_OK ? e : ERR_DELETE_LINK_INVALID);
	return show_code(h, status, page_sent_to(h, "email"), e);
}

enum err
serve_deletion_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct str address;
	enum err e;

	if (!str_present(in->vtoken))
		return by_code(h) ? show_deletion(h, 200, ERR_OK) :
		    response_redirect(h, STR("/account/delete"));
	e = deletion_peek(h->ctx, in->vtoken, &address);
	return e != ERR_OK ? e :
	    show_link(h, 200, in->vtoken, address, ERR_OK);
}

enum err
serve_deletion_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	enum err e;

	if (str_present(in->vtoken))
		e = deletion_by_link(h->ctx, in->vtoken);
	else if (!str_present(in->email))
		e = ERR_EMAIL_MISSING;
	else if (!str_present(in->code))
		e = ERR_EMAIL_CODE_INVALID;
	else
		e = deletion_by_code(h->ctx, in->email, in->code);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/login?done=deleted"));
}
