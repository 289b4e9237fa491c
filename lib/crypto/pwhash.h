/*
 * Password hashing: argon2id as PHC strings (RFC 9106), one interface over
 * two engines, and a machine-wide limit of simultaneous runs.
 */
#ifndef CRYPTO_PWHASH_H
#define CRYPTO_PWHASH_H

#include "base/ctx.h"
#include "base/err.h"

#define PWHASH_MAX	256	/* bytes of a PHC string with its NUL */

/* Once per process; chooses the engine and opens the slots file in state.dir
 * (created 0600).  ERR_CONFIG when state.dir cannot be used. */
MUST_CHECK enum err pwhash_init(const struct config *cfg);
const char *pwhash_engine(void);

/*
 * password is normalised already (codec/identifier.h).  Waits for a slot at
 * most 5 s, then ERR_BUSY.
 */
MUST_CHECK enum err pwhash_make(struct ctx *c, struct str password,
    char out[PWHASH_MAX]);
/*
 * ERR_OK, ERR_MISMATCH, ERR_BUSY, ERR_MALFORMED (a string of no known or no
 * admitted kind).  *weaker_out: weaker than the setting, so hash anew.
 */
MUST_CHECK enum err pwhash_verify(struct ctx *c, const char *phc,
    struct str password, bool *weaker_out);
/* The cost of a verification for an account that is not there. */
MUST_CHECK enum err pwhash_dummy(struct ctx *c, struct str password);
/* A slot of its own scope for tests: how many runs since the start. */
unsigned long pwhash_runs(void);

#endif
