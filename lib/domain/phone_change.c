/*
 * Changing and removing the number of an account, by its owner.  A new one
 * waits beside the old one until a code that went to it comes back; the
 * unique key decides then whose it is.
 */
#include "phone.h"

#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "limit.h"
#include "store/store_pending.h"
#include "store/store_phone.h"
#include "store/store_registration.h"
#include "store/store_tx.h"

#define HOUR_S	3600
#define CHANGED	"phone-changed"		/* template of mail and message */

static const struct account_pending *
waiting(const struct account *a)
{
	size_t i;

	for (i = 0; i < a->n_pending; i++)
		if (a->pending[i].kind == IDENTIFIER_PHONE)
			return &a->pending[i];
	return NULL;
}

/* Asking: H2 */

static struct phone_code
change_code(struct ctx *c, struct uid uid, int64_t generation,
    struct str number)
{
	return (struct phone_code){
		.purpose = TICKET_CHANGE_PHONE, .template = PHONE_SMS,
		.number = number, .uid = uid,
		.address = uid_hex(c->arena, uid), .generation = generation
	};
}

enum err
phone_send_change_code(struct ctx *c, struct uid uid, int64_t generation,
    struct str number, struct str variant, bool voice)
{
	struct phone_code m = change_code(c, uid, generation, number);

	m.variant = variant;
	m.voice = voice;
	return phone_send_code(c, &m);
}

/* One code of an account is live at a time, so a second change voids the
 * first (S-046). */
enum err
phone_await(struct ctx *c, struct uid uid, struct str number)
{
	const struct store_pending p = {
		.kind = IDENTIFIER_PHONE, .canonical = number,
		.given = number, .label = STR(""), .created_s = c->now_s
	};
	enum err e;

	e = store_pending_drop_kind(c, uid, IDENTIFIER_PHONE);
	return e != ERR_OK ? e : store_pending_put(c, uid, &p);
}

static enum err
send_change(struct ctx *c, const struct account *a, struct str number,
    const struct phone_asking *in)
{
	struct phone_code m = change_code(c, a->uid, a->generation, number);

	m.variant = in->template;
	m.voice = in->voice;
	return phone_send_own_code(c, &m);
}

/* The account's mails, and the number that was: the old way to reach the
 * owner must hear of it, not the new one. */
static enum err
tell_of_change(struct ctx *c, const struct account *a)
{
	enum err e = ERR_OK;

	if (a->phone.p != NULL && a->phone_verified_s != 0)
		e = phone_tell(c, a->phone, CHANGED, STR_NONE);
	return e != ERR_OK ? e : account_tell(c, a, CHANGED, STR_NONE);
}

/* a is as before. */
static enum err
put_number(struct ctx *c, const struct account *a, struct str number,
    int64_t verified_s)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_PHONE, .uid = a->uid, .canonical = number,
		.given = number, .label = STR(""), .verified_s = verified_s,
		.created_s = c->now_s
	};
	enum err e;

	e = store_phone_drop(c, a->uid, c->now_s);
	if (e == ERR_OK && verified_s != 0)
		e = identifier_make_way(c, i.kind, number);
	if (e == ERR_OK)
		e = identifier_claim(c, &i);
	if (e == ERR_CONFLICT)
		return err_set(c, ERR_PHONE_TAKEN, "phone",
		    "the number is an account's");
	if (e == ERR_OK)
		e = store_phone_note(c, a->uid, verified_s, c->now_s);
	if (e == ERR_OK)
		e = store_pending_drop_kind(c, a->uid, IDENTIFIER_PHONE);
	if (e == ERR_OK)
		e = tell_of_change(c, a);
	return e != ERR_OK ? e : audit_add(c, "phone_changed", a->uid,
	    a->phone.p != NULL ? "" : "first");
}

static enum err
judge_free(struct ctx *c, const struct account *a, struct str number)
{
	struct store_holder h;
	enum err e;

	e = store_holder(c, IDENTIFIER_PHONE, number, &h);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if ((uid_eq(h.uid, a->uid) && h.verified_s == 0) ||
	    holder_is_unproven(c, IDENTIFIER_PHONE, &h))
		return ERR_OK;
	return err_set(c, ERR_PHONE_TAKEN, "phone",
	    "the number is an account's");
}

static enum err
resend_verification(struct ctx *c, const struct account *a,
    const struct phone_asking *in)
{
	const struct phone_code m = {
		.purpose = TICKET_VERIFY_PHONE, .template = PHONE_SMS,
		.variant = in->template, .number = a->phone, .uid = a->uid,
		.generation = a->generation, .voice = in->voice
	};

	return phone_send_own_code(c, &m);
}

enum err
phone_change_within(struct ctx *c, struct account *a,
    const struct identifier *number, const struct phone_asking *in,
    bool *sent_out)
{
	bool own = a->phone.p != NULL && str_eq(a->phone, number->canonical);
	enum err e;

	*sent_out = false;
	e = judge_free(c, a, number->canonical);
	if (e != ERR_OK)
		return e;
	if (phone_flow_is(c, "disabled")) {
		if (own)
			return ERR_OK;
		e = put_number(c, a, number->canonical, 0);
		if (e == ERR_OK) {
			a->phone = number->canonical;
			a->phone_verified_s = 0;
		}
		return e;
	}
	*sent_out = true;
	if (own)
		return resend_verification(c, a, in);
	e = send_change(c, a, number->canonical, in);
	if (e == ERR_OK)
		e = phone_await(c, a->uid, number->canonical);
	return e != ERR_OK ? e : audit_add(c, "phone_change_asked", a->uid,
	    "");
}

struct changing {
	struct uid uid;
	const struct phone_asking *in;
	struct identifier number;
	bool sent;
};

static enum err
change_tx(struct ctx *c, void *arg)
{
	struct changing *g = arg;
	struct account a;
	enum err e;

	e = account_lock(c, g->uid, &a);
	return e != ERR_OK ? e : phone_change_within(c, &a, &g->number,
	    g->in, &g->sent);
}

/* The account has the number, or waits for it since now. */
static enum err
change_in_doubt(struct ctx *c, void *arg)
{
	const struct changing *g = arg;
	const struct account_pending *p;
	struct account a;
	enum err e;

	e = account_get(c, g->uid, &a);
	if (e != ERR_OK)
		return e;
	p = waiting(&a);
	if (p != NULL && p->created_s >= c->now_s &&
	    str_eq(p->canonical, g->number.canonical))
		return ERR_OK;
	return !g->sent && a.phone.p != NULL &&
	    str_eq(a.phone, g->number.canonical) ? ERR_OK : ERR_NOT_FOUND;
}

/* Who asks after the numbers of others is counted as for H1. */
static enum err
count_look_up(struct ctx *c, enum err e)
{
	struct err_detail why = c->err;
	enum err counted;

	if (e != ERR_PHONE_TAKEN)
		return e;
	counted = limit_meter(c, "exists", c->client.network,
	    c->config->availability_per_hour, HOUR_S);
	if (counted != ERR_OK)
		return counted;
	c->err = why;
	return e;
}

enum err
phone_change(struct ctx *c, struct uid uid, const struct phone_asking *in,
    bool *sent_out)
{
	struct changing g = { .uid = uid, .in = in };
	enum err e;

	e = phone_read(c, in->phone, &g.number);
	if (e == ERR_OK)
		e = count_look_up(c, store_tx(c, change_tx, &g,
		    change_in_doubt));
	if (e == ERR_OK)
		*sent_out = g.sent;
	return phone_of_session(c, e);
}

/* Resending: H7 */

struct resending {
	struct uid uid;
	const struct phone_asking *in;
	struct str number;		/* absent: whichever waits */
	enum ticket_purpose purpose;
};

static enum err
resend_tx(struct ctx *c, void *arg)
{
	struct resending *r = arg;
	const struct account_pending *p;
	struct account a;
	enum err e;

	e = account_lock(c, r->uid, &a);
	if (e != ERR_OK)
		return e;
	p = waiting(&a);
	if (p == NULL && a.phone.p == NULL)
		return err_set(c, ERR_NO_PHONE, NULL, "none");
	r->purpose = TICKET_CHANGE_PHONE;
	if (p != NULL && (r->number.p == NULL ||
	    str_eq(p->canonical, r->number)))
		return send_change(c, &a, p->canonical, r->in);
	r->purpose = TICKET_VERIFY_PHONE;
	if (a.phone.p == NULL || (r->number.p != NULL &&
	    !str_eq(a.phone, r->number)))
		return err_set(c, ERR_PHONE_NOT_PENDING, NULL,
		    "not a number of this account");
	if (a.phone_verified_s != 0)
		return err_set(c, ERR_PHONE_VERIFIED, NULL, "verified");
	return resend_verification(c, &a, r->in);
}

/* The ticket came with the message. */
static enum err
resend_in_doubt(struct ctx *c, void *arg)
{
	const struct resending *r = arg;
	int64_t created_s = 0;
	enum err e;

	e = ticket_pending(c, r->purpose, r->uid, &created_s);
	return e == ERR_OK && created_s < c->now_s ? ERR_NOT_FOUND : e;
}

enum err
phone_resend_own(struct ctx *c, struct uid uid,
    const struct phone_asking *in)
{
	struct resending r = { .uid = uid, .in = in };
	struct identifier id;
	enum err e;

	if (!c->config->login_phone)
		return err_set(c, ERR_PHONE_LOGIN_OFF, NULL, "off");
	if (str_present(in->phone)) {
		e = phone_read(c, in->phone, &id);
		if (e != ERR_OK)
			return e;
		r.number = id.canonical;
	}
	return phone_of_session(c, store_tx(c, resend_tx, &r,
	    resend_in_doubt));
}

/* Proving: H5 */

struct proving {
	struct uid uid;
	enum ticket_purpose purpose;
	struct str address;		/* of the ticket */
	struct str number;
	struct str welcome_template;
	struct ticket ticket;
};

static enum err
find_unproven(struct ctx *c, struct proving *v)
{
	const struct account_pending *p;
	struct account a;
	enum err e;

	e = account_get(c, v->uid, &a);
	if (e != ERR_OK)
		return e;
	p = waiting(&a);
	if (p != NULL) {
		v->purpose = TICKET_CHANGE_PHONE;
		v->number = p->canonical;
		v->address = uid_hex(c->arena, a.uid);
		return ERR_OK;
	}
	if (a.phone.p == NULL)
		return err_set(c, ERR_NO_PHONE, NULL, "none");
	if (a.phone_verified_s != 0)
		return err_set(c, ERR_PHONE_NOT_PENDING, NULL, "verified");
	v->purpose = TICKET_VERIFY_PHONE;
	v->number = v->address = a.phone;
	return ERR_OK;
}

static enum err
stale(struct ctx *c)
{
	return err_set(c, ERR_PHONE_CODE_INVALID, NULL,
	    "the number is no longer the one that waits");
}

static enum err
prove_waiting(struct ctx *c, const struct proving *v, const struct account *a)
{
	const struct account_pending *p = waiting(a);

	if (p == NULL || !str_eq(p->canonical, v->ticket.data))
		return stale(c);
	return put_number(c, a, p->canonical, c->now_s);
}

static enum err
prove_present(struct ctx *c, const struct account *a, const struct proving *v)
{
	enum err e;

	if (a->phone.p == NULL || !str_eq(a->phone, v->ticket.data))
		return stale(c);
	e = store_phone_proven(c, a->uid, a->phone, c->now_s);
	return e != ERR_OK ? e : audit_add(c, "phone_verified", a->uid, "");
}

static enum err
prove_tx(struct ctx *c, void *arg)
{
	struct proving *v = arg;
	struct account a;
	enum err e;

	e = account_lock(c, v->uid, &a);
	if (e == ERR_OK && a.generation != v->ticket.generation)
		return stale(c);
	if (e == ERR_OK)
		e = ticket_consume_code(c, v->purpose, v->address);
	if (e == ERR_OK)
		e = v->purpose == TICKET_CHANGE_PHONE ?
		    prove_waiting(c, v, &a) : prove_present(c, &a, v);
	if (e != ERR_OK)
		return e;
	a.phone = v->number;
	return phone_welcome(c, &a, v->welcome_template);
}

/* A used code says that its effect is there. */
static enum err
prove_in_doubt(struct ctx *c, void *arg)
{
	const struct proving *v = arg;
	enum err e;

	e = ticket_code_state(c, v->purpose, v->address);
	if (e == ERR_PHONE_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err
phone_prove_own(struct ctx *c, struct uid uid, struct str code,
    struct str welcome_template)
{
	struct proving v = { .uid = uid,
		.welcome_template = welcome_template };
	enum err e;

	if (!c->config->login_phone)
		return err_set(c, ERR_PHONE_LOGIN_OFF, NULL, "off");
	e = find_unproven(c, &v);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e != ERR_OK)
		return phone_of_session(c, e);
	e = ticket_try_code(c, v.purpose, v.address, code, &v.ticket);
	if (e == ERR_OK && !uid_eq(v.ticket.uid, uid))
		e = stale(c);
	if (e == ERR_OK)
		return phone_of_session(c, store_tx(c, prove_tx, &v,
		    prove_in_doubt));
	return ticket_code_refused(c, v.purpose, e);
}

/* Removing: H3 */

static enum err
judge_removal(struct ctx *c, const struct account *a)
{
	if (a->phone.p == NULL && waiting(a) == NULL)
		return err_set(c, ERR_NO_PHONE, NULL, "none");
	if (a->phone.p != NULL && a->n_emails == 0 && a->username.p == NULL)
		return err_set(c, ERR_IDENTIFIER_KEPT, NULL,
		    "the only identifier");
	return ERR_OK;
}

static enum err
remove_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	struct account a;
	enum err e;

	e = account_lock(c, *uid, &a);
	if (e == ERR_OK)
		e = judge_removal(c, &a);
	if (e == ERR_OK)
		e = store_pending_drop_kind(c, a.uid, IDENTIFIER_PHONE);
	if (e != ERR_OK || a.phone.p == NULL)
		return e;
	e = store_phone_drop(c, a.uid, c->now_s);
	if (e == ERR_OK)
		e = tell_of_change(c, &a);
	return e != ERR_OK ? e : audit_add(c, "phone_removed", a.uid, "");
}

static enum err
remove_in_doubt(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	struct account a;
	enum err e;

	e = account_get(c, *uid, &a);
	return e == ERR_OK && (a.phone.p != NULL || waiting(&a) != NULL) ?
	    ERR_NOT_FOUND : e;
}

enum err
phone_remove(struct ctx *c, struct uid uid)
{
	return phone_of_session(c, store_tx(c, remove_tx, &uid,
	    remove_in_doubt));
}
