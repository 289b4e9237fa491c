/*
 * The primitives behind keys.h with every input in the caller's hand: for
 * published test vectors, and for the few files of this folder that need a
 * key by its number.
 */
#ifndef CRYPTO_KEYS_INTERNAL_H
#define CRYPTO_KEYS_INTERNAL_H

#include "crypto/keys.h"

#define AEAD_NONCE	12
#define AEAD_TAG	16

void hmac_sha256(struct str key, struct str text, unsigned char out[32]);
/* RFC 5869.  False when len is over 255 * 32. */
MUST_CHECK bool hkdf_sha256(struct str ikm, struct str salt, struct str info,
    unsigned char *out, size_t len);
/* out has plain.len + AEAD_TAG bytes. */
void aes_gcm_seal(const unsigned char key[32],
    const unsigned char nonce[AEAD_NONCE], struct str aad, struct str plain,
    unsigned char *out);
/* sealed is ciphertext and tag; out has sealed.len - AEAD_TAG bytes. */
MUST_CHECK bool aes_gcm_open(const unsigned char key[32],
    const unsigned char nonce[AEAD_NONCE], struct str aad, struct str sealed,
    unsigned char *out);

/* As mac_parts, under the master secret of that number; false: unknown. */
MUST_CHECK bool mac_parts_by_number(const struct keys *k, uint32_t number,
    enum key_purpose purpose, const struct str *parts, size_t n,
    unsigned char out[32]);

#endif
