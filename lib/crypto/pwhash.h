/*
 * Password hashing: argon2id as PHC strings (RFC 9106), one interface over
 * two engines, and a machine-wide limit of simultaneous runs.  The hashes of
 * other systems are compared, never made.
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
/*
 * The same for a password as it was typed: a hash that another system made
 * is compared with each spelling of it (codec/identifier.h).  partial: not
 * all of it was compared, so that it may not be hashed anew (S-006), and
 * weaker is false.
 */
struct pwhash_verdict {
	bool weaker, partial;
};
MUST_CHECK enum err pwhash_verify_typed(struct ctx *c, const char *phc,
    struct str typed, struct pwhash_verdict *out);
/*
 * A hash that another system made: bcrypt, phpass, WordPress's bcrypt,
 * sha-crypt, Django's PBKDF2 and scrypt, scrypt and argon2 as PHC strings,
 * salted SHA; also behind "{CRYPT}" or Django's name of the scheme.  *out is
 * what to store.  ERR_MALFORMED; the note tells why.
 */
MUST_CHECK enum err pwhash_admit(struct ctx *c, struct str given,
    struct str *out);
/* The cost of a verification for an account that is not there. */
MUST_CHECK enum err pwhash_dummy(struct ctx *c, struct str password);
/* For tests, since the start: how many runs; and what argon2 did in them, in
 * KiB times passes. */
unsigned long pwhash_runs(void);
int64_t pwhash_work(void);

#endif
