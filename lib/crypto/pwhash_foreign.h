/*
 * Hashes of other systems, between pwhash.c, this and their tests.
 */
#ifndef CRYPTO_PWHASH_FOREIGN_H
#define CRYPTO_PWHASH_FOREIGN_H

#include "base/str.h"

#define FOREIGN_SALT_MAX	64
#define FOREIGN_TAG_MAX		96

struct foreign_scheme;

/* What such a string says. */
struct foreign {
	const struct foreign_scheme *scheme;
	int64_t cost;		/* rounds, or their logarithm; scrypt's N */
	int64_t r, p;		/* scrypt's */
	const char *setting;	/* crypt(3)'s */
	unsigned char salt[FOREIGN_SALT_MAX], tag[FOREIGN_TAG_MAX];
	size_t salt_len, tag_len;
};

/* The scheme that its beginning names, or NULL. */
const char *foreign_name(struct str s);
/* False: none of them, malformed, or beyond its bounds (S-006). */
MUST_CHECK bool foreign_parse(struct arena *a, struct str s,
    struct foreign *out);
/*
 * Run it as its maker did.  *partial_out: it is the password's, but not all
 * that was typed was compared (72 bytes of bcrypt, outer blanks of
 * WordPress).  False: no memory.
 */
MUST_CHECK bool foreign_compare(struct arena *a, const struct foreign *f,
    struct str password, bool *same_out, bool *partial_out);

#endif
