/*
 * The number of an account, which has one at most.
 */
#ifndef STORE_STORE_PHONE_H
#define STORE_STORE_PHONE_H

#include "base/ctx.h"
#include "base/err.h"

/* Nothing when there is none. */
MUST_CHECK enum err store_phone_drop(struct ctx *c, struct uid uid,
    int64_t now_s);
/* The account's own number was proven. */
MUST_CHECK enum err store_phone_proven(struct ctx *c, struct uid uid,
    struct str canonical, int64_t now_s);
/* verified_s of the account, beside that of its identifier. */
MUST_CHECK enum err store_phone_note(struct ctx *c, struct uid uid,
    int64_t verified_s, int64_t now_s);

#endif
