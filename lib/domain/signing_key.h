/*
 * The keys that sign access tokens.  Their public parts are published before
 * they sign and until the last token that they signed has ended; the private
 * ones are sealed under the master secret, so that all machines have them and
 * a copy of the database alone signs nothing.
 */
#ifndef DOMAIN_SIGNING_KEY_H
#define DOMAIN_SIGNING_KEY_H

#include "base/config.h"
#include "crypto/jwt.h"

#define SIGNING_KEYS_MAX	16
#define SIGNING_KEYS_AGE_S	300	/* how long others may keep the set;
					 * never over jwt.publish_ahead_s */

enum signing_key_state { SIGNING_KEY_NEXT, SIGNING_KEY_SIGNS,
	SIGNING_KEY_EARLIER, SIGNING_KEY_OVER };
struct signing_key {
	struct uid kid;
	enum signing_key_state state;	/* all but the last are published */
	int64_t created_s, signs_s;
	int64_t needed_s;	/* when its last token ends; 0: it has none */
	struct json *jwk;	/* public */
	struct str sealed;
};
/* Newest first. */
MUST_CHECK enum err signing_key_list(struct ctx *c, struct signing_key **out,
    size_t *n_out);
/* RFC 7517 §5: those that are published. */
MUST_CHECK enum err signing_key_set(struct ctx *c, struct json **out);
/* The same, to verify with. */
MUST_CHECK enum err signing_key_public(struct ctx *c, struct jwt_key **out,
    size_t *n_out);
/*
 * The one that signs now a token that ends then: the key stays published for
 * as long.  ERR_ENDPOINT_OFF: there is none; ERR_INTERNAL: the master secret
 * does not open it.
 */
MUST_CHECK enum err signing_key_use(struct ctx *c, int64_t ends_s,
    struct jwt_key *out);

/*
 * A fresh key of jwt.algorithm.  It signs after jwt.publish_ahead_s, and at
 * once where no other does, or when it must.  ERR_CONFLICT: too many keys.
 */
MUST_CHECK enum err signing_key_rotate(struct ctx *c, bool at_once,
    struct signing_key *out);
/* Of a key that somebody else may know: no token of it counts any more.
 * ERR_NOT_FOUND. */
MUST_CHECK enum err signing_key_drop(struct ctx *c, struct uid kid);
/* Seal all of them under the master secret of another configuration, which
 * holds the present one among its earlier secrets. */
MUST_CHECK enum err signing_key_reseal(struct ctx *c,
    const struct config *with);

#endif
