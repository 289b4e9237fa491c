#include "text.h"

#include "base/arena.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
hex_value(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* One byte from two hex digits at p, or -1. */
static int
hex_byte(const char *p)
{
	int hi = hex_value(p[0]), lo = hex_value(p[1]);

	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

struct str
hex_encode(struct arena *a, const void *p, size_t len)
{
	const unsigned char *from = p;
	char *to;
	size_t i;

	must(len < SIZE_MAX / 4);
	to = arena_alloc(a, 2 * len + 1);
	for (i = 0; i < len; i++) {
		to[2 * i] = hex_digits[from[i] >> 4];
		to[2 * i + 1] = hex_digits[from[i] & 15];
	}
	return (struct str){ to, 2 * len };
}

bool
hex_decode(struct arena *a, struct str s, struct str *out)
{
	char *to;
	size_t i;
	int b;

	if (s.p == NULL || s.len % 2 != 0)
		return false;
	to = arena_alloc(a, s.len / 2 + 1);
	for (i = 0; i < s.len / 2; i++) {
		b = hex_byte(s.p + 2 * i);
		if (b < 0)
			return false;
		to[i] = (char)b;
	}
	*out = (struct str){ to, s.len / 2 };
	return true;
}

static struct str
encode64(struct arena *a, const unsigned char *p, size_t len,
    const char *alphabet, bool pad)
{
	size_t i, k = 0, rest;
	uint32_t v;
	char *to;

	must(len < SIZE_MAX / 4);
	to = arena_alloc(a, (len + 2) / 3 * 4 + 1);
	for (i = 0; i < len; i += 3) {
		rest = len - i;
		v = (uint32_t)p[i] << 16;
		v |= rest > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		v |= rest > 2 ? (uint32_t)p[i + 2] : 0;
		to[k++] = alphabet[v >> 18];
		to[k++] = alphabet[v >> 12 & 63];
		if (rest > 1)
			to[k++] = alphabet[v >> 6 & 63];
		else if (pad)
			to[k++] = '=';
		if (rest > 2)
			to[k++] = alphabet[v & 63];
		else if (pad)
			to[k++] = '=';
	}
	return (struct str){ to, k };
}

static int
value64(char ch, const char *alphabet)
{
	const char *at = ch != '\0' ? strchr(alphabet, ch) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

/* s holds no padding.  Unused bits must be zero: one text for one value. */
static bool
decode64(struct arena *a, struct str s, const char *alphabet,
    struct str *out)
{
	uint32_t acc = 0;
	unsigned bits = 0;
	size_t i, n = 0;
	char *to;
	int v;

	if (s.p == NULL || s.len % 4 == 1)
		return false;
	to = arena_alloc(a, s.len / 4 * 3 + 3);
	for (i = 0; i < s.len; i++) {
		v = value64(s.p[i], alphabet);
		if (v < 0)
			return false;
		acc = (acc << 6 | (uint32_t)v) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			to[n++] = (char)(acc >> bits & 0xff);
		}
	}
	if ((acc & ((1u << bits) - 1)) != 0)
		return false;
	*out = (struct str){ to, n };
	return true;
}

struct str
base64_encode(struct arena *a, const void *p, size_t len)
{
	return encode64(a, p, len, base64_alphabet, true);
}

bool
base64_decode(struct arena *a, struct str s, struct str *out)
{
	size_t pad;

	if (s.len % 4 != 0)
		return false;
	for (pad = 0; pad < 2 && pad < s.len; pad++)
		if (s.p[s.len - 1 - pad] != '=')
			break;
	s.len -= pad;
	return decode64(a, s, base64_alphabet, out);
}

struct str
base64url_encode(struct arena *a, const void *p, size_t len)
{
	return encode64(a, p, len, base64url_alphabet, false);
}

bool
base64url_decode(struct arena *a, struct str s, struct str *out)
{
	return decode64(a, s, base64url_alphabet, out);
}

/* RFC 3629 §4 */
bool
utf8_next(struct str *rest, uint32_t *code_out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)rest->p;
	uint32_t code;
	size_t n, i;

	if (rest->len == 0)
		return false;
	n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > rest->len)
		return false;
	code = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return false;
	rest->p += n;
	rest->len -= n;
	*code_out = code;
	return true;
}

bool
utf8_valid(struct str s)
{
	uint32_t code;

	while (utf8_next(&s, &code))
		;
	return s.len == 0;
}

size_t
utf8_length(struct str s)
{
	size_t n = 0;
	uint32_t code;

	while (utf8_next(&s, &code))
		n++;
	return n;
}

bool
utf8_has_control(struct str s)
{
	uint32_t code;

	while (utf8_next(&s, &code))
		if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
			return true;
	return false;
}

struct str
utf8_cut(struct str s, size_t n)
{
	struct str rest = s;
	uint32_t code;

	while (n > 0 && utf8_next(&rest, &code))
		n--;
	return str_sub(s, 0, s.len - rest.len);
}

bool
percent_decode(struct arena *a, struct str s, bool plus, struct str *out)
{
	size_t i, n = 0;
	char *to;
	int b;

	to = arena_alloc(a, s.len + 1);
	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '+' && plus) {
			to[n++] = ' ';
		} else if (s.p[i] != '%') {
			to[n++] = s.p[i];
		} else {
			b = s.len - i > 2 ? hex_byte(s.p + i + 1) : -1;
			if (b < 0)
				return false;
			to[n++] = (char)b;
			i += 2;
		}
	}
	*out = (struct str){ to, n };
	return true;
}

static bool
is_unreserved(unsigned char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' ||
	    ch == '_' || ch == '~';
}

struct str
percent_encode(struct arena *a, struct str s)
{
	static const char upper[] = "0123456789ABCDEF";
	unsigned char ch;
	size_t i, n = 0;
	char *to;

	must(s.len < SIZE_MAX / 4);
	to = arena_alloc(a, 3 * s.len + 1);
	for (i = 0; i < s.len; i++) {
		ch = (unsigned char)s.p[i];
		if (is_unreserved(ch)) {
			to[n++] = (char)ch;
			continue;
		}
		to[n++] = '%';
		to[n++] = upper[ch >> 4];
		to[n++] = upper[ch & 15];
	}
	return (struct str){ to, n };
}

bool
guid_decode(struct str s, unsigned char b[16])
{
	unsigned char got[16];
	size_t i, n = 0;
	int v;

	if (s.len != 36)
		return false;
	for (i = 0; i < 36; i += 2) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.p[i] != '-')
				return false;
			i++;
		}
		v = hex_byte(s.p + i);
		if (v < 0)
			return false;
		got[n++] = (unsigned char)v;
	}
	memcpy(b, got, sizeof(got));
	return true;
}

bool
guid_valid(struct str s)
{
	unsigned char b[16];

	return guid_decode(s, b);
}

struct str
guid_encode(struct arena *a, const unsigned char b[16])
{
	struct str hex = hex_encode(a, b, 16);

	return str_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex.p, hex.p + 8,
	    hex.p + 12, hex.p + 16, hex.p + 20);
}
