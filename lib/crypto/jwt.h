/*
 * Signed tokens: JWS in compact form (RFC 7515) by ES256 or EdDSA with
 * Ed25519, their keys as JWK (RFC 7517), and the claims of our own access
 * tokens (RFC 7519, profile of RFC 9068).  The rules of RFC 8725: a key is
 * found by its kid alone, it has one algorithm, and the header must name just
 * that one; keys and addresses of keys in a header are not looked at; what is
 * critical is not understood, and refused.  Nothing here reads a database.
 */
#ifndef CRYPTO_JWT_H
#define CRYPTO_JWT_H

#include "base/config.h"
#include "base/ctx.h"
#include "codec/json.h"

struct evp_pkey_st;

#define JWT_SKEW_S	60	/* of the clocks of several machines */
#define JWT_SCALAR	32	/* bytes of a private key, of either kind */

enum jwt_algorithm { JWT_ES256, JWT_EDDSA };

struct jwt_key {
	struct str kid;
	enum jwt_algorithm algorithm;
	struct evp_pkey_st *pkey;	/* of the arena */
};

/* "ES256" or "EdDSA"; false: no other is known here. */
MUST_CHECK bool jwt_algorithm_read(struct str name,
    enum jwt_algorithm *out);
/* A fresh key: its public JWK, and the private part as raw bytes. */
struct json *jwk_make(struct arena *a, enum jwt_algorithm algorithm,
    struct str kid, struct secret *scalar_out);
/*
 * The public key of a JWK.  False unless it has a kid, is for signatures, and
 * alg, kty and crv agree on one of the two algorithms; or when it is no point
 * of P-256.  (What is none of Ed25519 verifies nothing.)  kid is borrowed from
 * the JWK.
 */
MUST_CHECK bool jwk_read(struct arena *a, const struct json *jwk,
    struct jwt_key *out);
/* The same, with the private part that belongs to it: it can sign. */
MUST_CHECK bool jwk_read_private(struct arena *a, const struct json *jwk,
    struct str scalar, struct jwt_key *out);

struct str jwt_sign(struct arena *a, const struct jwt_key *k,
    const char *typ, const struct json *claims);

/*
 * A signature by one of the keys; nothing more is said of the payload.
 * ERR_MALFORMED for every failure, with the reason in the note.
 * *header_out may be NULL; the payload is raw bytes of the arena.
 */
MUST_CHECK enum err jws_verify(struct ctx *c, struct str token,
    const struct jwt_key *keys, size_t n, struct json **header_out,
    struct str *payload_out);

/* What an access token must say. */
struct jwt_expected {
	struct str issuer;
	struct list audiences;	/* it names one of them */
};
struct jwt_claims {
	struct uid sub, sid;	/* account, session */
	int64_t iat, exp;
	struct json *all;
};
/*
 * An access token of ours at c->now_s: signature, typ, iss, aud, exp, iat,
 * sub, sid.  Whether the session still lives is not known here.
 * ERR_MALFORMED for every failure, with the reason in the note.
 */
MUST_CHECK enum err jwt_verify(struct ctx *c, struct str token,
    const struct jwt_key *keys, size_t n, const struct jwt_expected *want,
    struct jwt_claims *out);

#endif
