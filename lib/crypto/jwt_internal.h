/* Bare signatures, for published test vectors. */
#ifndef CRYPTO_JWT_INTERNAL_H
#define CRYPTO_JWT_INTERNAL_H

#include "crypto/jwt.h"

#define JWT_SIGNATURE	64	/* bytes, of either algorithm */

/* ES256: r and s, 32 bytes each (RFC 7518 §3.4); EdDSA: RFC 8032. */
struct str jwt_signature(struct arena *a, const struct jwt_key *k,
    struct str text);
MUST_CHECK bool jwt_signature_valid(const struct jwt_key *k, struct str text,
    struct str signature);

#endif
