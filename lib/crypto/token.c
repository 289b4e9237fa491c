/*
 * Tokens carry bare random bits, so a plain SHA-256 keeps them (a fast hash
 * of 128 bits cannot be searched).
 */
#include "token.h"

#include "base/arena.h"
#include "base/rand.h"
#include "codec/text.h"
#include "crypto/keys.h"

#define GUID_BYTES	16
#define LINK_BYTES	32
#define LINK_CHARS	43
#define CODE_MAX	16

struct str
token_guid(struct arena *a, unsigned char hash_out[TOKEN_HASH])
{
	unsigned char b[GUID_BYTES];
	struct str s;

	rand_bytes(b, sizeof(b));
	sha256(b, sizeof(b), hash_out);
	s = guid_encode(a, b);
	secret_wipe(b, sizeof(b));
	return s;
}

struct str
token_guid_of(struct arena *a, const unsigned char bits[GUID_BYTES],
    unsigned char hash_out[TOKEN_HASH])
{
	sha256(bits, GUID_BYTES, hash_out);
	return guid_encode(a, bits);
}

struct str
token_link(struct arena *a, unsigned char hash_out[TOKEN_HASH])
{
	unsigned char b[LINK_BYTES];
	struct str s;

	rand_bytes(b, sizeof(b));
	sha256(b, sizeof(b), hash_out);
	s = base64url_encode(a, b, sizeof(b));
	secret_wipe(b, sizeof(b));
	return s;
}

bool
token_guid_hash(struct str s, unsigned char out[TOKEN_HASH])
{
	unsigned char b[GUID_BYTES];

	if (!guid_decode(s, b))
		return false;
	sha256(b, sizeof(b), out);
	secret_wipe(b, sizeof(b));
	return true;
}

bool
token_link_hash(struct str s, unsigned char out[TOKEN_HASH])
{
	struct arena *scratch;
	struct str raw;
	bool ok;

	if (s.len != LINK_CHARS)
		return false;
	scratch = arena_new();
	ok = base64url_decode(scratch, s, &raw) && raw.len == LINK_BYTES;
	if (ok)
		sha256(raw.p, raw.len, out);
	arena_free(scratch);
	return ok;
}

/* What people and their keyboards put between digits. */
static size_t
filler(struct str s)
{
	static const char *const fillers[] = {
		" ", "\t", "-",
		"\xc2\xa0",		/* no-break space */
		"\xe2\x80\xaf",		/* narrow no-break space */
		"\xe3\x80\x80",		/* ideographic space */
		"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92",
		"\xe2\x80\x93",		/* hyphens and dashes */
		"\xe2\x88\x92",		/* minus sign */
		"\xef\xbc\x8d"		/* full-width hyphen */
	};
	size_t i;

	for (i = 0; i < COUNT(fillers); i++)
		if (str_starts(s, str_of(fillers[i])))
			return strlen(fillers[i]);
	return 0;
}

/* U+FF10 to U+FF19 are EF BC 90 to EF BC 99. */
static size_t
digit(struct str s, char *out)
{
	if (s.p[0] >= '0' && s.p[0] <= '9') {
		*out = s.p[0];
		return 1;
	}
	if (s.len >= 3 && s.p[0] == '\xef' && s.p[1] == '\xbc' &&
	    (unsigned char)s.p[2] >= 0x90 && (unsigned char)s.p[2] <= 0x99) {
		*out = (char)('0' + ((unsigned char)s.p[2] - 0x90));
		return 3;
	}
	return 0;
}

bool
code_clean(struct arena *a, struct str s, size_t n, struct str *out)
{
	char digits[CODE_MAX];
	size_t have = 0, step;
	bool ok;

	must(n > 0 && n <= CODE_MAX);
	for (; s.len > 0; s = str_sub(s, step, SIZE_MAX)) {
		step = filler(s);
		if (step > 0)
			continue;
		if (have == n || (step = digit(s, &digits[have])) == 0)
			break;
		have++;
	}
	ok = s.len == 0 && have == n;
	if (ok)
		*out = str_dup(a, (struct str){ digits, n });
	secret_wipe(digits, sizeof(digits));
	return ok;
}
