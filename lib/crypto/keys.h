/*
 * Purpose keys: HKDF-SHA-256 (RFC 5869) from the master secret, one for each
 * use, so that one leak opens one thing.  keys.master makes what is new;
 * those of keys.previous_master read what is older.
 */
#ifndef CRYPTO_KEYS_H
#define CRYPTO_KEYS_H

#include "base/config.h"
#include "base/str.h"

enum key_purpose { KEY_CODE, KEY_LIMIT, KEY_CSRF, KEY_OUTBOX, KEY_SOTT,
	KEY_DECOY, KEY_LOG, KEY_SEAL, KEY_CAPTCHA, KEY_PEPPER, KEY_REFRESH,
	KEY_ACCESS, KEY_SIGNING, KEY_PURPOSES };

struct keys;

/* a lives as long as the process. */
struct keys *keys_new(struct arena *a, const struct config *cfg);
/* Identifies the master secret (first 4 bytes of a MAC): kept with rows. */
uint32_t keys_number(const struct keys *k);
/* Those of all master secrets, the present one first; returns how many. */
size_t keys_numbers(const struct keys *k, uint32_t out[1 + KEYS_EARLIER_MAX]);

/* HMAC-SHA-256 under a purpose key over length-prefixed parts. */
void mac_parts(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, unsigned char out[32]);
#define MAC(k, purpose, out, ...) \
	mac_parts((k), (purpose), (const struct str[]){ __VA_ARGS__ }, \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), \
	    (out))
/*
 * Under the oldest master secret there is: for names of rows, which must be
 * found again after a rotation.
 */
void mac_parts_lasting(const struct keys *k, enum key_purpose purpose,
    const struct str *parts, size_t n, unsigned char out[32]);
#define MAC_LASTING(k, purpose, out, ...) \
	mac_parts_lasting((k), (purpose), (const struct str[]){ __VA_ARGS__ }, \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), \
	    (out))
/* Was it made of these parts, under any of the master secrets?  mac has 32
 * bytes; constant time in them. */
MUST_CHECK bool mac_parts_match(const struct keys *k,
    enum key_purpose purpose, const struct str *parts, size_t n,
    const void *mac);
#define MAC_MATCH(k, purpose, mac, ...) \
	mac_parts_match((k), (purpose), (const struct str[]){ __VA_ARGS__ }, \
	    sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str), \
	    (mac))
void sha256(const void *p, size_t len, unsigned char out[32]);
/* For the lists that are kept by it, and nothing else. */
void sha1(const void *p, size_t len, unsigned char out[20]);

/*
 * AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D).  The sealed text
 * is key number, nonce, ciphertext, tag; context is the associated data.
 */
struct str aead_seal(struct arena *a, const struct keys *k,
    enum key_purpose purpose, struct str context, struct str plain);
/* Is the sealed text's key number that of one of our master secrets? */
bool aead_key_known(const struct keys *k, struct str sealed);
/* False: altered, wrong context, or an unknown key number. */
MUST_CHECK bool aead_open(struct arena *a, const struct keys *k,
    enum key_purpose purpose, struct str context, struct str sealed,
    struct str *plain_out);

#endif
