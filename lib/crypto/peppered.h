/*
 * Hashes of secrets that are too short to withstand a search: PINs and
 * security answers.  A MAC under a key of the site goes before argon2id, so
 * that the table alone is of no use.
 */
#ifndef CRYPTO_PEPPERED_H
#define CRYPTO_PEPPERED_H

#include "pwhash.h"

/* The key's number in 8 hex digits, and a PHC string. */
#define PEPPERED_MAX	(PWHASH_MAX + 8)

/* what: the secret's kind, such as "pin". */
MUST_CHECK enum err peppered_make(struct ctx *c, const char *what,
    struct str secret, char out[PEPPERED_MAX]);
/* ERR_OK, ERR_MISMATCH, ERR_BUSY; ERR_MALFORMED: not readable, or made under
 * a master secret that is no longer configured. */
MUST_CHECK enum err peppered_verify(struct ctx *c, const char *what,
    const char *stored, struct str secret);
/* The cost of a verification where nothing is stored. */
MUST_CHECK enum err peppered_dummy(struct ctx *c, struct str secret);

#endif
