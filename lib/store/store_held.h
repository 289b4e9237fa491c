/*
 * Identifiers of deleted accounts, by a MAC, that nobody may have for a
 * while.
 */
#ifndef STORE_STORE_HELD_H
#define STORE_STORE_HELD_H

#include "base/ctx.h"
#include "base/err.h"

MUST_CHECK enum err store_held_put(struct ctx *c, const unsigned char id[32],
    int64_t expires_s);
/* 0 when it is not held. */
MUST_CHECK enum err store_held_until(struct ctx *c,
    const unsigned char id[32], int64_t *expires_s_out);
/* Is anything held after this time? */
MUST_CHECK enum err store_held_any(struct ctx *c, int64_t now_s,
    bool *any_out);

#endif
