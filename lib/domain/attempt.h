/*
 * Trying a secret of an account that is known already: counted before it is
 * compared, and with the failures of its sign-in.
 */
#ifndef DOMAIN_ATTEMPT_H
#define DOMAIN_ATTEMPT_H

#include "account.h"
#include "captcha.h"
#include "limit.h"

/* The name that its failures are counted with. */
struct str attempt_name(const struct account *a);
/* What came along that may open a lock (login.lock). */
struct attempt_key {
	const struct json *answers;	/* to security questions; or NULL */
	const struct captcha_answer *captcha;	/* or NULL */
	const char *operation;	/* of that; NULL: CAPTCHA_LOGIN */
	bool person;	/* the CAPTCHA was judged in this call, and right */
	bool opened;	/* out: a lock; nothing is reserved then */
};
/* A secret as it was typed, with the key. */
struct attempt_secret {
	struct secret typed;
	struct attempt_key key;
};
/*
 * limit_attempt said that the name is locked.  ERR_OK: the key opened it;
 * else what was said, or what is wrong with the key.  own: who is signed in;
 * NULL: whoever has the name, known or not.
 */
MUST_CHECK enum err attempt_open(struct ctx *c, const struct identifier *id,
    const struct account *own, struct attempt_key *key, enum err locked);
/* captcha_demand() of the key's operation.  An answer counts once, so it is
 * judged once in a call: what was demanded opens a lock, too. */
MUST_CHECK enum err attempt_demand(struct ctx *c, struct attempt_key *key);

/* Inside the transaction that counts a wrong one: does login.lock say that
 * the account be blocked, and is the name locked now? */
MUST_CHECK enum err attempt_blocks(struct ctx *c, const char *counted_for,
    struct str name, bool *blocks_out);

/* Errors of limit_attempt and attempt_open. */
MUST_CHECK enum err attempt_begin(struct ctx *c, const struct account *a,
    struct attempt_key *key);
/* Inside a transaction: a wrong one; with login.lock = block the last of
 * them blocks the account. */
MUST_CHECK enum err attempt_failed(struct ctx *c, const struct account *a);
/* Settle it, and return e; with ERR_OK for e what the settling returns.  A
 * wrong one (e is the answer to it) leaves its event in the audit. */
MUST_CHECK enum err attempt_right(struct ctx *c, const struct account *a,
    const struct attempt_key *key);
MUST_CHECK enum err attempt_wrong(struct ctx *c, const struct account *a,
    const char *event, enum err e);
MUST_CHECK enum err attempt_void(struct ctx *c, const struct account *a,
    const struct attempt_key *key, enum err e);
/* Is the account locked by failures, by whatever name?  *until_s_out 0: no. */
MUST_CHECK enum err attempt_locked(struct ctx *c, const struct account *a,
    int64_t *until_s_out);
/* Inside a transaction: forget the failures of all its names. */
MUST_CHECK enum err attempt_clear(struct ctx *c, const struct account *a);

#endif
