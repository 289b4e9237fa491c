/*
 * SOTT: a text that its maker got from somebody who knows the API secret.
 * Two formats: that of the published SDKs (AES-256-CBC under a PBKDF2 key,
 * fixed IV, MD5 trailer), and our own, "dw1." and an HMAC.
 */
#ifndef CRYPTO_SOTT_H
#define CRYPTO_SOTT_H

#include "base/ctx.h"
#include "base/err.h"

/* Our format; life in minutes is clamped to sott.max_minutes. */
struct str sott_make(struct ctx *c, int64_t start_s, int64_t minutes,
    int64_t *end_s_out);
/* The SDKs' format, for S15 and clients that read it. */
struct str sott_make_legacy(struct ctx *c, int64_t start_s, int64_t minutes,
    int64_t *end_s_out);
/*
 * ERR_OK, or ERR_SOTT_INVALID for every failure alike.
 * hash_out  SHA-256 of the token's canonical text, for counting its uses
 * end_s_out until when the count must be kept
 */
MUST_CHECK enum err sott_check(struct ctx *c, struct str token,
    unsigned char hash_out[32], int64_t *end_s_out);
/* The same hash of a token that may be none. */
void sott_hash(struct ctx *c, struct str token, unsigned char out[32]);

#endif
