#include "uid.h"

#include "arena.h"
#include "rand.h"

struct uid
uid_new(int64_t now_ms)
{
	struct uid u;
	int i;

	for (i = 0; i < 6; i++)
		u.b[i] = (unsigned char)((uint64_t)now_ms >> (40 - 8 * i));
	rand_bytes(u.b + 6, sizeof(u.b) - 6);
	return u;
}

bool
uid_eq(struct uid a, struct uid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

int
uid_order(struct uid a, struct uid b)
{
	return memcmp(a.b, b.b, sizeof(a.b));
}

bool
uid_is_zero(struct uid u)
{
	static const struct uid zero;

	return uid_eq(u, zero);
}

static int
hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

bool
uid_parse(struct str s, struct uid *out)
{
	struct uid u;
	size_t i;

	if (s.len != 32)
		return false;
	for (i = 0; i < 16; i++) {
		int hi = hex_digit(s.p[2 * i]);
		int lo = hex_digit(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		u.b[i] = (unsigned char)(hi << 4 | lo);
	}
	*out = u;
	return true;
}

struct str
uid_hex(struct arena *a, struct uid u)
{
	static const char digits[] = "0123456789abcdef";
	char *p;
	size_t i;

	p = arena_alloc(a, 33);
	for (i = 0; i < 16; i++) {
		p[2 * i] = digits[u.b[i] >> 4];
		p[2 * i + 1] = digits[u.b[i] & 15];
	}
	return (struct str){ p, 32 };
}
