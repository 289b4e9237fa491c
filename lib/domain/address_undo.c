/*
 * Taking a change of the primary address back.  The link went to the address
 * that lost, and is good whatever was done to the account since.
 */
#include "address.h"

#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "codec/url.h"
#include "session.h"
#include "store/store_account.h"
#include "store/store_pending.h"
#include "store/store_tx.h"
#include "ticket.h"

#define UNDO_PAGE	"/undo"
#define UNDO_S		(72 * 3600)

enum err
address_undo_link(struct ctx *c, const struct account *a,
    const struct account_email *m, struct str *link_out)
{
	const struct ticket t = {
		.purpose = TICKET_UNDO_EMAIL, .uid = a->uid,
		.generation = a->generation, .address = m->canonical,
		.data = m->given, .expires_s = c->now_s + UNDO_S
	};
	struct str secret;
	enum err e;

	*link_out = STR("");
	if (m->verified_s + UNDO_S > c->now_s &&
	    m->verified_s != a->email_verified_s)
		return ERR_OK;
	e = ticket_make_link(c, &t, &secret);
	if (e == ERR_OK)
		*link_out = url_with(c->arena, url_site(c->arena, c->config,
		    UNDO_PAGE), "vtoken", secret);
	return e;
}

struct undoing {
	struct str token;
	struct ticket ticket;
	struct account account;
};

/* It may have been removed, and be somebody's by now. */
static enum err
bring_back(struct ctx *c, const struct undoing *u)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_EMAIL, .uid = u->ticket.uid,
		.canonical = u->ticket.address, .given = u->ticket.data,
		.label = STR("Secondary"), .position = 1,
		.verified_s = c->now_s, .created_s = c->now_s
	};
	enum err e;

	if (account_email_of(&u->account, u->ticket.address) != NULL)
		return ERR_OK;
	e = identifier_make_way(c, i.kind, i.canonical);
	if (e == ERR_OK)
		e = identifier_claim(c, &i);
	return e == ERR_CONFLICT ? err_set(c, ERR_EMAIL_TAKEN, "email",
	    "somebody else has the address") : e;
}

/* Whoever made the change is out, with all that was attached since. */
static enum err
put_out(struct ctx *c, const struct undoing *u)
{
	struct uid uid = u->ticket.uid;
	enum err e;

	e = store_attached_drop_since(c, uid, u->ticket.expires_s - UNDO_S,
	    u->ticket.address, c->now_s);
	if (e == ERR_OK)
		e = store_pending_drop_all(c, uid);
	if (e == ERR_OK)
		e = ticket_void_all(c, uid);
	return e != ERR_OK ? e : session_end_all(c, uid, NULL, NULL);
}

static enum err
undo_tx(struct ctx *c, void *arg)
{
	struct undoing *u = arg;
	enum err e;

	e = ticket_consume_link(c, TICKET_UNDO_EMAIL, u->token, &u->ticket);
	if (e == ERR_OK)
		e = account_lock(c, u->ticket.uid, &u->account);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_LINK_INVALID, NULL, "account is gone");
	if (e == ERR_OK && u->account.state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (e == ERR_OK)
		e = bring_back(c, u);
	if (e == ERR_OK)
		e = put_out(c, u);
	if (e == ERR_OK)
		e = store_email_promote(c, u->ticket.uid, u->ticket.address);
	if (e == ERR_OK)
		e = store_account_email_proven(c, u->ticket.uid,
		    u->ticket.address, c->now_s);
	return e != ERR_OK ? e : audit_add(c, "email_undone", u->ticket.uid,
	    "");
}

/* A used link says that its effect is there. */
static enum err
undo_in_doubt(struct ctx *c, void *arg)
{
	const struct undoing *u = arg;
	struct ticket t;
	enum err e;

	e = ticket_peek_link(c, TICKET_UNDO_EMAIL, u->token, &t);
	if (e == ERR_LINK_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err
address_undo(struct ctx *c, struct str token)
{
	struct undoing u = { .token = token };

	return store_tx(c, undo_tx, &u, undo_in_doubt);
}

enum err
address_undo_peek(struct ctx *c, struct str token, struct str *email_out)
{
	struct ticket t;
	enum err e;

	e = ticket_peek_link(c, TICKET_UNDO_EMAIL, token, &t);
	if (e == ERR_OK)
		*email_out = t.data;
	return e;
}
