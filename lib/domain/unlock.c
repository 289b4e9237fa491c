#include "unlock.h"

#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "limit.h"
#include "store/store_tx.h"

static enum err
unlock_tx(struct ctx *c, void *arg)
{
	const struct account *a = arg;
	enum err e;

	e = attempt_clear(c, a);
	return e != ERR_OK ? e : audit_add(c, "account_unlocked", a->uid,
	    "");
}

enum err
unlock_account(struct ctx *c, struct uid uid, const struct unlock *in)
{
	struct attempt_key key = { .answers = in->answers,
		.captcha = in->captcha, .operation = CAPTCHA_UNLOCK };
	struct account a;
	int64_t until_s;
	enum err e;

	e = attempt_demand(c, &key);
	if (e == ERR_OK)
		e = account_get(c, uid, &a);
	if (e == ERR_OK)
		e = attempt_locked(c, &a, &until_s);
	if (e == ERR_OK && until_s == 0)
		return err_set(c, ERR_NOT_LOCKED, NULL, "not locked");
	if (e == ERR_OK)
		e = attempt_open(c, NULL, &a, &key, limit_locked(c, until_s));
	return e != ERR_OK ? e : store_tx(c, unlock_tx, &a,
	    store_tx_repeatable);
}
