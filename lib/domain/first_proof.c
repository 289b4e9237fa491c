#include "first_proof.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "session.h"
#include "store/store_account.h"
#include "store/store_password.h"
#include "store/store_phone.h"
#include "store/store_registration.h"
#include "ticket.h"

enum err
account_strip(struct ctx *c, const struct account *a,
    enum identifier_kind kind, struct str canonical)
{
	enum err e;

	e = store_password_delete(c, a->uid);
	if (e == ERR_OK)
		e = store_account_strip(c, a->uid, kind, canonical,
		    c->now_s);
	return e != ERR_OK ? e : audit_add(c, "account_stripped", a->uid,
	    "first proof of the address");
}

static enum err
strip(struct ctx *c, struct account *a, enum identifier_kind kind,
    struct str canonical)
{
	enum err e = ERR_OK;

	if (c->config->login_drop_unverified_credentials)
		e = account_strip(c, a, kind, canonical);
	if (e == ERR_OK)
		e = session_end_all(c, a->uid, NULL, NULL);
	return e != ERR_OK ? e : ticket_void_all(c, a->uid);
}

enum err
first_proof(struct ctx *c, struct account *a, enum identifier_kind kind,
    struct str canonical, bool *first_out)
{
	bool phone = kind == IDENTIFIER_PHONE;
	bool first = (phone ? a->phone_verified_s : a->email_verified_s) == 0;
	enum err e = ERR_OK;

	if (first)
		e = strip(c, a, kind, canonical);
	if (e == ERR_OK)
		e = phone ? store_phone_proven(c, a->uid, canonical,
		    c->now_s) : store_account_email_proven(c, a->uid,
		    canonical, c->now_s);
	if (e == ERR_OK && first)
		e = account_get(c, a->uid, a);
	if (e == ERR_OK)
		*first_out = first;
	return e;
}
