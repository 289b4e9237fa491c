#include "account_delete.h"

#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "base/clock.h"
#include "base/config.h"
#include "codec/url.h"
#include "limit.h"
#include "outbox.h"
#include "store/store_account.h"
#include "store/store_registration.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define DELETE_PAGE	"/delete"
#define DELETE_MAIL	"delete-account"	/* also kind of limit */
#define DELETED_MAIL	"account-deleted"
#define DAY_S		86400

static bool
by_code(const struct ctx *c)
{
	return str_eq(c->config->account_delete_by, STR("code"));
}

/* Going */

/* To nobody's account: it must outlive this one. */
static enum err
say_goodbye(struct ctx *c, const struct account *a, size_t i)
{
	int64_t days = c->config->account_hold_days;
	struct outbox_mail m = {
		.template = DELETED_MAIL, .to = a->emails[i].given,
		.values = account_notice(c, a)
	};

	values_set(m.values, "free_from", days == 0 ? STR("") :
	    str_sub(clock_iso(c->arena, c->now_s + days * DAY_S), 0, 10));
	return outbox_add_mail(c, &m);
}

enum err
account_delete_own(struct ctx *c, const struct account *a, const char *why)
{
	enum err e;
	size_t i;

	e = account_hold(c, a);
	if (e == ERR_OK)
		e = store_account_delete(c, a->uid, c->now_s);
	for (i = 0; i < a->n_emails && e == ERR_OK; i++)
		if (a->emails[i].verified_s != 0)
			e = say_goodbye(c, a, i);
	return e != ERR_OK ? e : audit_add(c, "account_deleted", a->uid, why);
}

enum err
account_is_gone(struct ctx *c, struct uid uid)
{
	struct store_account row;
	enum err e;

	e = store_account_by_uid(c, uid, &row);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

/* Asking: A6 */

struct asking {
	struct uid uid;
	const struct deletion *in;
	struct str base;
	struct str sent_to;
};

static enum err
make_secret(struct ctx *c, const struct asking *q, const struct ticket *t,
    struct outbox_mail *m)
{
	struct str url, secret, code = STR("");
	enum err e;

	url = url_with(c->arena, q->base, "vtype", STR("deleteuser"));
	if (by_code(c)) {
		e = ticket_make_code(c, t, &code);
		url = url_with(c->arena, url, "email", m->to);
	} else {
		e = ticket_make_link(c, t, &secret);
		if (e == ERR_OK)
			url = url_with(c->arena, url, "vtoken", secret);
	}
	if (e != ERR_OK)
		return e;
	values_set(m->values, "code", code);
	values_set(m->values, "link", url);
	values_set_url(m->values, "href", url);
	mail_set_life(c, m->values, t->expires_s - c->now_s);
	return outbox_add_mail(c, m);
}

static enum err
send(struct ctx *c, const struct asking *q, const struct account *a,
    const struct account_email *to)
{
	const struct config *cfg = c->config;
	struct ticket t = {
		.purpose = TICKET_DELETE_ACCOUNT, .uid = a->uid,
		.generation = a->generation, .address = to->canonical,
		.expires_s = c->now_s + (by_code(c) ?
		    cfg->lifetime_email_code_s : cfg->lifetime_delete_link_s)
	};
	struct outbox_mail m = {
		.template = DELETE_MAIL, .variant = q->in->email_template,
		.to = to->given, .uid = a->uid, .expires_s = t.expires_s,
		.values = account_notice(c, a)
	};

	return make_secret(c, q, &t, &m);
}

static enum err
ask_tx(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	const struct account_email *to;
	struct account a;
	enum err e;

	e = account_lock(c, q->uid, &a);
	if (e != ERR_OK)
		return e;
	to = account_proven_email(&a);
	if (to == NULL)
		return err_set(c, ERR_EMAIL_NOT_OWN, NULL,
		    "no proven address");
	q->sent_to = to->given;
	e = limit_mail(c, DELETE_MAIL, to->canonical);
	if (e == ERR_OK)
		e = send(c, q, &a, to);
	return e != ERR_OK ? e : audit_add(c, "deletion_asked", a.uid, "");
}

/* The ticket came with the mail. */
static enum err
ask_in_doubt(struct ctx *c, void *arg)
{
	const struct asking *q = arg;
	int64_t created_s = 0;
	enum err e;

	e = ticket_pending(c, TICKET_DELETE_ACCOUNT, q->uid, &created_s);
	return e == ERR_OK && created_s < c->now_s ? ERR_NOT_FOUND : e;
}

enum err
deletion_ask(struct ctx *c, struct uid uid, const struct deletion *d,
    struct str *sent_to_out)
{
	struct asking q = { .uid = uid, .in = d };
	enum err e;

	e = link_base(c, d->url, DELETE_PAGE, &q.base);
	if (e == ERR_OK)
		e = store_tx(c, ask_tx, &q, ask_in_doubt);
	if (e == ERR_OK && sent_to_out != NULL)
		*sent_to_out = q.sent_to;
	return e;
}

/* Confirming: A7 */

struct confirming {
	struct str token;		/* a link; else a code */
	struct str address;		/* of the code, canonical */
	struct ticket ticket;
	struct account account;
	struct str given;
};

/* The ticket goes with the account, so a used one is an unknown one. */
static enum err
link_error(struct ctx *c, enum err e)
{
	return e == ERR_LINK_INVALID || e == ERR_LINK_USED ?
	    err_set(c, ERR_DELETE_LINK_INVALID, NULL, "no such link") : e;
}

static enum err
consume(struct ctx *c, struct confirming *f)
{
	if (f->token.p == NULL)
		return ticket_consume_code(c, TICKET_DELETE_ACCOUNT,
		    f->address);
	return link_error(c, ticket_consume_link(c, TICKET_DELETE_ACCOUNT,
	    f->token, &f->ticket));
}

static enum err
stale(struct ctx *c, const struct confirming *f, const char *why)
{
	return err_set(c, f->token.p != NULL ? ERR_DELETE_LINK_INVALID :
	    ERR_EMAIL_CODE_INVALID, NULL, "%s", why);
}

/* The secret must rest on what still is; blocking raised the generation. */
static enum err
judge_owner(struct ctx *c, struct confirming *f, enum err found)
{
	const struct account *a = &f->account;
	const struct account_email *m;

	if (found == ERR_NOT_FOUND || (found == ERR_OK &&
	    a->generation != f->ticket.generation))
		return stale(c, f, "the account is gone or has changed");
	if (found != ERR_OK)
		return found;
	m = account_email_of(a, f->ticket.address);
	if (m == NULL || m->verified_s == 0)
		return stale(c, f, "the address is no longer the account's");
	f->given = m->given;
	return ERR_OK;
}

static enum err
confirm_tx(struct ctx *c, void *arg)
{
	struct confirming *f = arg;
	enum err e;

	e = consume(c, f);
	if (e == ERR_OK)
		e = judge_owner(c, f, account_lock(c, f->ticket.uid,
		    &f->account));
	return e != ERR_OK ? e : account_delete_own(c, &f->account,
	    f->token.p != NULL ? "link" : "code");
}

static enum err
confirm_in_doubt(struct ctx *c, void *arg)
{
	const struct confirming *f = arg;

	return account_is_gone(c, f->ticket.uid);
}

enum err
deletion_by_link(struct ctx *c, struct str token)
{
	struct confirming f = { .token = token };

	return store_tx(c, confirm_tx, &f, confirm_in_doubt);
}

/* Where the site says who is known, it says so here, too. */
static enum err
judge_unknown(struct ctx *c, struct str canonical, enum err e)
{
	struct store_holder h;
	enum err found;

	if (e != ERR_EMAIL_CODE_INVALID ||
	    !c->config->compat_reveal_account_existence)
		return e;
	found = store_holder(c, IDENTIFIER_EMAIL, canonical, &h);
	if (found == ERR_NOT_FOUND)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown address");
	return found != ERR_OK ? found : e;
}

enum err
deletion_by_code(struct ctx *c, struct str email, struct str code)
{
	struct confirming f = { .token = STR_NONE };
	struct identifier id;
	enum err e;

	e = identifier_email(c->arena, email,
	    c->config->login_fold_local_part, &id);
	if (e != ERR_OK)
		return err_set(c, e, "email", "malformed address");
	e = limit_source(c);
	if (e != ERR_OK)
		return e;
	f.address = id.canonical;
	e = ticket_try_code(c, TICKET_DELETE_ACCOUNT, f.address, code,
	    &f.ticket);
	if (e == ERR_OK)
		return store_tx(c, confirm_tx, &f, confirm_in_doubt);
	e = ticket_code_refused(c, TICKET_DELETE_ACCOUNT, e);
	return judge_unknown(c, f.address, e);
}

enum err
deletion_peek(struct ctx *c, struct str token, struct str *email_out)
{
	struct confirming f = { .token = token };
	enum err e;

	e = link_error(c, ticket_peek_link(c, TICKET_DELETE_ACCOUNT, token,
	    &f.ticket));
	if (e == ERR_OK)
		e = judge_owner(c, &f, account_get(c, f.ticket.uid,
		    &f.account));
	if (e == ERR_OK)
		*email_out = f.given;
	return e;
}
