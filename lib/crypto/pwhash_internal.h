/*
 * Between pwhash.c, its faster engine, and their tests.
 */
#ifndef CRYPTO_PWHASH_INTERNAL_H
#define CRYPTO_PWHASH_INTERNAL_H

#include "base/str.h"

#define PHC_SALT_MIN	8
#define PHC_SALT_MAX	48
#define PHC_TAG_MIN	16
#define PHC_TAG_MAX	64
#define PHC_MEMORY_MAX	262144	/* KiB */
#define PHC_PASSES_MAX	10
#define PHC_LANES_MAX	8

/* What a PHC string of argon2 says. */
struct phc {
	bool id;		/* argon2id, else argon2i */
	int64_t version;	/* 16 or 19 */
	int64_t memory_kib, passes, lanes;
	unsigned char salt[PHC_SALT_MAX], tag[PHC_TAG_MAX];
	size_t salt_len, tag_len;
};

MUST_CHECK bool phc_parse(struct arena *a, struct str s, struct phc *out);
/*
 * Off the front of a string: this word; a number and the letter behind it;
 * and the whole of it as base64 without padding.  False: not so.
 */
bool hash_take_word(struct str *s, struct str word);
MUST_CHECK bool hash_take_number(struct str *s, char end, int64_t min,
    int64_t max, int64_t *out);
MUST_CHECK bool hash_take_bytes(struct arena *a, struct str s, size_t min,
    size_t max, unsigned char *out, size_t *len);

/*
 * Working memory that is kept from hash to hash: mapping and populating it
 * anew costs more than half of a run.  Its content is given up after each
 * run, so that the kernel may take the pages back when memory is short.
 * NULL: no memory.
 */
unsigned char *hash_region(size_t size);
void hash_region_done(void);

/* Simultaneous runs that this machine bears; root is "" but in tests. */
int64_t hash_parallel(const char *root, int64_t memory_kib);

/* libsodium, loaded on first use.  False: not there. */
MUST_CHECK bool sodium_load(void);
/* argon2id, version 19, one lane, 16 bytes of salt.  False: no memory. */
MUST_CHECK bool sodium_argon2id(struct str password,
    const unsigned char salt[16], int64_t memory_kib, int64_t passes,
    unsigned char *out, size_t len);
/* True when the last run worked in hash_region(). */
bool sodium_reuses(void);

#endif
