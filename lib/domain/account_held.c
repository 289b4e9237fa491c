#include "account_held.h"

#include "audit.h"
#include "base/config.h"
#include "crypto/keys.h"
#include "store/store_account.h"
#include "store/store_held.h"

#define DAY_S	86400

static void
held_id(struct ctx *c, int64_t kind, struct str canonical,
    unsigned char out[32])
{
	MAC_LASTING(c->keys, KEY_LIMIT, out, STR("held"),
	    str_printf(c->arena, "%lld", (long long)kind), canonical);
}

enum err
identifier_held(struct ctx *c, int64_t kind, struct str canonical,
    bool *held_out)
{
	unsigned char id[32];
	int64_t until_s = 0;
	enum err e = ERR_OK;

	if (c->config->account_hold_days > 0) {
		held_id(c, kind, canonical, id);
		e = store_held_until(c, id, &until_s);
	}
	if (e == ERR_OK)
		*held_out = until_s > c->now_s;
	return e;
}

/*
 * The insert comes first: it waits for a deletion that is under way, and
 * what is read after it shows what that one left.
 */
enum err
identifier_claim(struct ctx *c, const struct store_new_identifier *i)
{
	bool held = false;
	enum err e;

	e = store_identifier_insert(c, i);
	if (e == ERR_OK)
		e = identifier_held(c, i->kind, i->canonical, &held);
	if (e != ERR_OK || !held)
		return e;
	e = store_identifier_drop(c, i->kind, i->canonical, i->uid);
	return e != ERR_OK ? e : ERR_CONFLICT;
}

bool
holder_is_unproven(const struct ctx *c, int64_t kind,
    const struct store_holder *h)
{
	struct str flow = kind == IDENTIFIER_PHONE ?
	    c->config->registration_phone_verification :
	    c->config->registration_verification;

	return str_eq(flow, STR("required")) && h->email_verified_s == 0 &&
	    h->phone_verified_s == 0 && h->logins == 0 &&
	    h->state == ACCOUNT_ACTIVE;
}

/* Judged again under the lock: it may have been proven meanwhile. */
enum err
identifier_make_way(struct ctx *c, int64_t kind, struct str canonical)
{
	struct store_holder h;
	enum err e;

	e = store_holder(c, kind, canonical, &h);
	if (e != ERR_OK || !holder_is_unproven(c, kind, &h))
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = store_account_lock(c, h.uid);
	if (e == ERR_OK)
		e = store_holder(c, kind, canonical, &h);
	if (e != ERR_OK || !holder_is_unproven(c, kind, &h))
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = store_account_delete(c, h.uid, c->now_s);
	return e != ERR_OK ? e : audit_add(c, "registration_replaced", h.uid,
	    "");
}

static enum err
hold(struct ctx *c, int64_t kind, struct str canonical)
{
	unsigned char id[32];

	held_id(c, kind, canonical, id);
	return store_held_put(c, id,
	    c->now_s + c->config->account_hold_days * DAY_S);
}

enum err
account_hold(struct ctx *c, const struct account *a)
{
	enum err e = ERR_OK;
	size_t i;

	if (c->config->account_hold_days == 0)
		return ERR_OK;
	for (i = 0; i < a->n_emails && e == ERR_OK; i++)
		e = hold(c, IDENTIFIER_EMAIL, a->emails[i].canonical);
	if (e == ERR_OK && a->username.p != NULL)
		e = hold(c, IDENTIFIER_USERNAME, a->username);
	if (e == ERR_OK && a->phone.p != NULL)
		e = hold(c, IDENTIFIER_PHONE, a->phone);
	return e;
}
