#include "str.h"

#include <stdarg.h>
#include <strings.h>

#include "arena.h"

#define SHORT	128	/* most texts that are printed fit at once */

bool
str_ieq(struct str a, struct str b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++) {
		/* NOLINTNEXTLINE: where p is NULL, len is 0 */
		unsigned char x = (unsigned char)a.p[i];
		unsigned char y = (unsigned char)b.p[i];

		if (x >= 'A' && x <= 'Z')
			x += 32;
		if (y >= 'A' && y <= 'Z')
			y += 32;
		if (x != y)
			return false;
	}
	return true;
}

struct str
str_sub(struct str s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (struct str){ s.p == NULL ? NULL : s.p + from, len };
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    str_eq((struct str){ s.p, prefix.len }, prefix);
}

bool
str_istarts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	    str_ieq(str_sub(s, 0, prefix.len), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	    str_eq(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

bool
str_has(struct str s, char ch)
{
	return s.len > 0 && memchr(s.p, ch, s.len) != NULL;
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 &&
	    (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
		s.len--;
	return s;
}

struct str
str_dup(struct arena *a, struct str s)
{
	char *p;

	if (s.p == NULL)
		return STR_NONE;
	p = arena_alloc(a, s.len + 1);
	if (s.len > 0)
		memcpy(p, s.p, s.len);
	return (struct str){ p, s.len };
}

const char *
str_cstr(struct arena *a, struct str s)
{
	return str_dup(a, s).p;
}

struct str
str_lower(struct arena *a, struct str s)
{
	struct str d;
	char *p;
	size_t i;

	d = str_dup(a, s);
	p = (char *)(uintptr_t)d.p;
	for (i = 0; i < d.len; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 32;
	return d;
}

struct str
str_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	p = arena_alloc(a, SHORT);
	va_start(ap, fmt);
	n = vsnprintf(p, SHORT, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if (n < SHORT)
		return (struct str){ p, (size_t)n };
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}

/* FNV-1a, with its upper bits folded in. */
uint32_t
str_hash(struct str s)
{
	uint32_t n = 2166136261u;
	size_t i;

	for (i = 0; i < s.len; i++)
		n = (n ^ (unsigned char)(s.p[i] | 0x20)) * 16777619u;
	return n ^ n >> 16;
}

/* printf costs more than all else that most lines of text need. */
size_t
str_put_int(char *at, int64_t n)
{
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[STR_INT], *p = digits + sizeof(digits);
	size_t len;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		*--p = '-';
	len = (size_t)(digits + sizeof(digits) - p);
	memcpy(at, p, len);
	return len;
}

bool
str_split(struct str *rest, char sep, struct str *part_out)
{
	const char *at;

	if (rest->p == NULL)
		return false;
	at = rest->len > 0 ? memchr(rest->p, sep, rest->len) : NULL;
	if (at == NULL) {
		*part_out = *rest;
		*rest = STR_NONE;
		return true;
	}
	*part_out = (struct str){ rest->p, (size_t)(at - rest->p) };
	*rest = str_sub(*rest, part_out->len + 1, SIZE_MAX);
	return true;
}

bool
str_to_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
	int64_t n = 0;
	size_t i;

	if (s.len == 0 || s.len > 18)
		return false;
	for (i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (s.p[i] - '0');
	}
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}
