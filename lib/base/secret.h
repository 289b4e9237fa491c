/*
 * Passwords, keys, tokens and codes in memory.  A secret has no printf form,
 * is compared in constant time, and is wiped by its owner.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "str.h"

struct secret {
	unsigned char *p;	/* NULL: absent */
	size_t len;
};

/* Copies into the arena, which wipes it at the end of the request. */
struct secret secret_copy(struct arena *a, const void *p, size_t len);
bool secret_present(const struct secret *s);
/* Constant time in the content; lengths may show. */
bool secret_equal(const void *a, size_t alen, const void *b, size_t blen);
void secret_wipe(void *p, size_t len);
/* What functions that have returned left on the stack below the caller,
 * libraries' copies among it (S-134). */
void secret_wipe_stack(void);
/* The bytes as text, borrowed: for the functions that consume a secret. */
struct str secret_view(const struct secret *s);

#endif
