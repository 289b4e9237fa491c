#include "secret.h"

#include <openssl/crypto.h>

#include "arena.h"

#define STACK_WIPED	(48 * 1024)	/* deeper than a request goes */

struct secret
secret_copy(struct arena *a, const void *p, size_t len)
{
	struct secret s;

	s.p = arena_alloc(a, len + 1);
	s.len = len;
	if (len > 0)
		memcpy(s.p, p, len);
	return s;
}

bool
secret_present(const struct secret *s)
{
	return s->p != NULL && s->len > 0;
}

bool
secret_equal(const void *a, size_t alen, const void *b, size_t blen)
{
	return alen == blen && CRYPTO_memcmp(a, b, alen) == 0;
}

void
secret_wipe(void *p, size_t len)
{
	if (p != NULL)
		explicit_bzero(p, len);
}

struct str
secret_view(const struct secret *s)
{
	return (struct str){ (const char *)s->p, s->len };
}

__attribute__((noinline)) void
secret_wipe_stack(void)
{
	unsigned char room[STACK_WIPED];

	secret_wipe(room, sizeof(room));
}
