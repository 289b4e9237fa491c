/*
 * Random secrets that are handed out, and what the database keeps of them.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include "base/secret.h"
#include "base/str.h"

struct arena;

#define TOKEN_HASH	32

/* 128 random bits as a lower-case GUID: API tokens. */
struct str token_guid(struct arena *a, unsigned char hash_out[TOKEN_HASH]);
/* Of bits that were made elsewhere, such as a MAC's. */
struct str token_guid_of(struct arena *a, const unsigned char bits[16],
    unsigned char hash_out[TOKEN_HASH]);
/* 256 random bits as base64url: links and page sessions. */
struct str token_link(struct arena *a, unsigned char hash_out[TOKEN_HASH]);
/* SHA-256 of the 16 or 32 bytes behind the text; false: not of that form. */
MUST_CHECK bool token_guid_hash(struct str s, unsigned char out[TOKEN_HASH]);
MUST_CHECK bool token_link_hash(struct str s, unsigned char out[TOKEN_HASH]);
/* A typed code: blanks and hyphens dropped, full-width digits to ASCII.
 * False: not n digits. */
MUST_CHECK bool code_clean(struct arena *a, struct str s, size_t n,
    struct str *out);

#endif
