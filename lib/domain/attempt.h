/*
 * Trying a secret of an account that is known already: counted before it is
 * compared, and with the failures of its sign-in.
 */
#ifndef DOMAIN_ATTEMPT_H
#define DOMAIN_ATTEMPT_H

#include "account.h"
#include "limit.h"

/* The name that its failures are counted with. */
struct str attempt_name(const struct account *a);
/* Errors of limit_attempt. */
MUST_CHECK enum err attempt_begin(struct ctx *c, const struct account *a);
/* Settle it, and return e; with ERR_OK for e what the settling returns.  A
 * wrong one (e is the answer to it) leaves its event in the audit. */
MUST_CHECK enum err attempt_right(struct ctx *c, const struct account *a);
MUST_CHECK enum err attempt_wrong(struct ctx *c, const struct account *a,
    const char *event, enum err e);
MUST_CHECK enum err attempt_void(struct ctx *c, const struct account *a,
    enum err e);
/* Is the account locked by failures, by whatever name?  *until_s_out 0: no. */
MUST_CHECK enum err attempt_locked(struct ctx *c, const struct account *a,
    int64_t *until_s_out);
/* Inside a transaction: forget the failures of all its names. */
MUST_CHECK enum err attempt_clear(struct ctx *c, const struct account *a);

#endif
