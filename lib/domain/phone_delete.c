/*
 * Deleting one's own account by a code that went to its number.
 */
#include "phone.h"

#include "account_delete.h"
#include "account_internal.h"
#include "audit.h"
#include "limit.h"
#include "store/store_tx.h"

#define DELETE_SMS	"delete-account"

static enum err
judge_number(struct ctx *c, const struct account *a)
{
	if (a->phone.p == NULL)
		return err_set(c, ERR_NO_PHONE, NULL, "none");
	return a->phone_verified_s != 0 ? ERR_OK :
	    err_set(c, ERR_PHONE_UNVERIFIED, NULL, "not verified");
}

/* A8 */

struct asking {
	struct uid uid;
	const struct phone_asking *in;
};

static enum err
ask_tx(struct ctx *c, void *arg)
{
	const struct asking *q = arg;
	struct phone_code m = {
		.purpose = TICKET_DELETE_ACCOUNT_PHONE,
		.template = DELETE_SMS, .variant = q->in->template,
		.uid = q->uid, .voice = q->in->voice
	};
	struct account a;
	enum err e;

	e = account_lock(c, q->uid, &a);
	if (e == ERR_OK)
		e = judge_number(c, &a);
	if (e != ERR_OK)
		return e;
	m.number = a.phone;
	m.generation = a.generation;
	e = phone_send_own_code(c, &m);
	return e != ERR_OK ? e : audit_add(c, "deletion_asked", a.uid, "sms");
}

/* The ticket came with the message. */
static enum err
ask_in_doubt(struct ctx *c, void *arg)
{
	const struct asking *q = arg;
	int64_t created_s = 0;
	enum err e;

	e = ticket_pending(c, TICKET_DELETE_ACCOUNT_PHONE, q->uid,
	    &created_s);
	return e == ERR_OK && created_s < c->now_s ? ERR_NOT_FOUND : e;
}

enum err
phone_delete_ask(struct ctx *c, struct uid uid,
    const struct phone_asking *in)
{
	struct asking q = { .uid = uid, .in = in };

	return phone_of_session(c, store_tx(c, ask_tx, &q, ask_in_doubt));
}

/* A9 */

struct confirming {
	struct uid uid;
	struct str number;
	struct ticket ticket;
};

static enum err
confirm_tx(struct ctx *c, void *arg)
{
	const struct confirming *f = arg;
	struct account a;
	enum err e;

	e = account_lock(c, f->uid, &a);
	if (e == ERR_OK)
		e = ticket_consume_code(c, TICKET_DELETE_ACCOUNT_PHONE,
		    f->number);
	if (e != ERR_OK)
		return e;
	if (a.phone.p == NULL || !str_eq(a.phone, f->number) ||
	    a.generation != f->ticket.generation)
		return err_set(c, ERR_PHONE_CODE_INVALID, NULL,
		    "the account has changed");
	return account_delete_own(c, &a, "sms");
}

static enum err
confirm_in_doubt(struct ctx *c, void *arg)
{
	const struct confirming *f = arg;

	return account_is_gone(c, f->uid);
}

enum err
phone_delete(struct ctx *c, struct uid uid, struct str code)
{
	struct confirming f = { .uid = uid };
	struct account a;
	enum err e;

	e = account_get(c, uid, &a);
	if (e == ERR_OK && a.phone.p == NULL)
		e = err_set(c, ERR_NO_PHONE, NULL, "none");
	if (e == ERR_OK)
		e = limit_source(c);
	if (e != ERR_OK)
		return phone_of_session(c, e);
	f.number = a.phone;
	e = ticket_try_code(c, TICKET_DELETE_ACCOUNT_PHONE, f.number, code,
	    &f.ticket);
	if (e == ERR_OK && !uid_eq(f.ticket.uid, uid))
		e = err_set(c, ERR_PHONE_CODE_INVALID, NULL,
		    "of another account");
	if (e == ERR_OK)
		e = store_tx(c, confirm_tx, &f, confirm_in_doubt);
	e = ticket_code_refused(c, TICKET_DELETE_ACCOUNT_PHONE, e);
	return phone_of_session(c, e);
}
