/*
 * Purpose keys: HKDF-SHA-256 (RFC 5869) from the master secret, one for each
 * use, so that one leak opens one thing.  Number 1 comes from keys.master,
 * number 0 from keys.previous_master (read only).
 */
#ifndef CRYPTO_KEYS_H
#define CRYPTO_KEYS_H

#include "base/config.h"
#include "base/str.h"

enum key_purpose { KEY_CODE, KEY_LIMIT, KEY_CSRF, KEY_OUTBOX, KEY_SOTT,
	KEY_DECOY, KEY_LOG, KEY_SEAL, KEY_PURPOSES };

struct keys;

/* a lives as long as the process. */
struct keys *keys_new(struct arena *a, const struct config *cfg);
/* Identifies the master secret (first 4 bytes of a MAC): kept with rows. */
uint32_t keys_number(const struct keys *k);

/* HMAC-SHA-256 under a purpose key over length-prefixed parts. */
void mac_parts(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, unsigned char out[32]);
#define MAC(k, purpose, out, ...) \
	mac_parts((k), (purpose), (const struct str[]){ __VA_ARGS__ }, \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), \
	    (out))
void sha256(const void *p, size_t len, unsigned char out[32]);

/*
 * AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D).  The sealed text
 * is key number, nonce, ciphertext, tag; context is the associated data.
 */
struct str aead_seal(struct arena *a, const struct keys *k,
    enum key_purpose purpose, struct str context, struct str plain);
/* False: altered, wrong context, or an unknown key number. */
MUST_CHECK bool aead_open(struct arena *a, const struct keys *k,
    enum key_purpose purpose, struct str context, struct str sealed,
    struct str *plain_out);

#endif
