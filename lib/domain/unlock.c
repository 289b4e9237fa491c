#include "unlock.h"

#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "limit.h"
#include "question.h"
#include "store/store_tx.h"

/* By the lock that the account has: what was sent must open it. */
static enum err
prove(struct ctx *c, const struct account *a, int64_t until_s,
    const struct unlock *in)
{
	enum err e = limit_locked(c, until_s);

	if (e == ERR_LOCKED_QUESTION && in->answers != NULL)
		return question_prove_own(c, a, in->answers);
	if (e == ERR_LOCKED_CAPTCHA && captcha_given(c, in->captcha))
		return captcha_check(c, CAPTCHA_UNLOCK, in->captcha);
	return e;
}

static enum err
unlock_tx(struct ctx *c, void *arg)
{
	const struct account *a = arg;
	enum err e;

	e = attempt_clear(c, a);
	return e != ERR_OK ? e : audit_add(c, "account_unlocked", a->uid,
	    "");
}

/* Clearing twice is clearing. */
static enum err
repeatable(struct ctx *c, void *arg)
{
	(void)c;
	(void)arg;
	return ERR_NOT_FOUND;
}

enum err
unlock_account(struct ctx *c, struct uid uid, const struct unlock *in)
{
	struct account a;
	int64_t until_s;
	enum err e;

	e = account_get(c, uid, &a);
	if (e == ERR_OK)
		e = attempt_locked(c, &a, &until_s);
	if (e == ERR_OK && until_s == 0)
		return err_set(c, ERR_NOT_LOCKED, NULL, "not locked");
	if (e == ERR_OK)
		e = prove(c, &a, until_s, in);
	return e != ERR_OK ? e : store_tx(c, unlock_tx, &a, repeatable);
}
