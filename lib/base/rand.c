#include "rand.h"

#include <errno.h>
#include <sys/random.h>

static bool
kernel_source(void *p, size_t len)
{
	unsigned char *to = p;
	ssize_t n;

	while (len > 0) {
		n = getrandom(to, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static bool (*source)(void *, size_t) = kernel_source;

void
rand_set_source(bool (*fn)(void *p, size_t len))
{
	source = fn != NULL ? fn : kernel_source;
}

void
rand_bytes(void *p, size_t len)
{
	must(source(p, len));
}

uint32_t
rand_below(uint32_t n)
{
	uint32_t v, limit;

	must(n > 0);
	limit = UINT32_MAX - UINT32_MAX % n;
	do
		rand_bytes(&v, sizeof(v));
	while (v >= limit);
	return v % n;
}

void
rand_digits(char *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (char)('0' + rand_below(10));
	out[n] = '\0';
}
