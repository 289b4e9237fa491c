/*
 * Rows of the keys that sign access tokens.
 */
#ifndef STORE_STORE_SIGNING_KEY_H
#define STORE_STORE_SIGNING_KEY_H

#include "base/ctx.h"
#include "base/err.h"

struct store_signing_key {
	struct uid kid;
	struct str jwk, sealed;
	int64_t created_s, signs_s, needed_s;
};
/* The one that signs last first. */
MUST_CHECK enum err store_signing_keys(struct ctx *c, size_t max,
    struct store_signing_key **out, size_t *n_out);
MUST_CHECK enum err store_signing_key_insert(struct ctx *c,
    const struct store_signing_key *k);
/* A token of it ends then.  ERR_NOT_FOUND: the key is gone. */
MUST_CHECK enum err store_signing_key_needed(struct ctx *c, struct uid kid,
    int64_t until_s);
/* Only if it is sealed so still. */
MUST_CHECK enum err store_signing_key_reseal(struct ctx *c, struct uid kid,
    struct str before, struct str sealed);
/* ERR_NOT_FOUND */
MUST_CHECK enum err store_signing_key_drop(struct ctx *c, struct uid kid);

#endif
