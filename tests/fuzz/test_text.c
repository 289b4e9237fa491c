/*
 * Small text forms, tokens and codes.  Decoders are strict: there is one
 * spelling, so what was decoded and is encoded again is the text itself.
 */
#include "fuzz.h"

#include <unistr.h>

#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/token.h"

const char fuzz_name[] = "text";

static void
judge_base64(struct arena *a, struct str s)
{
	struct str out;

	if (base64_decode(a, s, &out))
		claim(str_eq(base64_encode(a, out.p, out.len), s));
	claim(base64_decode(a, base64_encode(a, s.p, s.len), &out));
	claim(str_eq(out, s));
	if (base64url_decode(a, s, &out))
		claim(str_eq(base64url_encode(a, out.p, out.len), s));
	claim(base64url_decode(a, base64url_encode(a, s.p, s.len), &out));
	claim(str_eq(out, s));
}

static void
judge_hex(struct arena *a, struct str s)
{
	struct str out;

	if (hex_decode(a, s, &out))
		claim(str_ieq(hex_encode(a, out.p, out.len), s));
	claim(hex_decode(a, hex_encode(a, s.p, s.len), &out));
	claim(str_eq(out, s));
}

static void
judge_percent(struct arena *a, struct str s)
{
	struct str out, text = percent_encode(a, s);

	claim(percent_decode(a, text, true, &out) && str_eq(out, s));
	claim(percent_decode(a, text, false, &out) && str_eq(out, s));
	if (percent_decode(a, s, false, &out)) {
		claim(out.len <= s.len);
		claim(str_has(s, '%') || str_eq(out, s));
	}
}

/* libunistring is the second opinion. */
static void
judge_utf8(struct str s)
{
	const uint8_t *p = (const uint8_t *)s.p;
	struct str rest = s, cut;
	bool valid = utf8_valid(s);
	uint32_t code;
	ucs4_t other;
	size_t n;
	int step;

	claim(valid == (u8_check(p, s.len) == NULL));
	for (n = 0; utf8_next(&rest, &code); n++) {
		step = u8_mbtouc(&other, p, s.len - (size_t)(p -
		    (const uint8_t *)s.p));
		claim(other == code);
		p += step;
		claim((const char *)p == rest.p);
	}
	claim(valid == (rest.len == 0));
	claim(utf8_length(s) == n);
	cut = utf8_cut(s, n / 2);
	claim(utf8_valid(cut) && utf8_length(cut) == n / 2);
}

static void
judge_guid(struct arena *a, struct str s)
{
	unsigned char b[16], hash[TOKEN_HASH], want[TOKEN_HASH];
	struct str raw;

	claim(guid_valid(s) == guid_decode(s, b));
	claim(token_guid_hash(s, hash) == guid_valid(s));
	if (guid_decode(s, b)) {
		claim(str_ieq(guid_encode(a, b), s));
		sha256(b, sizeof(b), want);
		claim(memcmp(hash, want, sizeof(want)) == 0);
	}
	if (token_link_hash(s, hash)) {
		claim(base64url_decode(a, s, &raw) && raw.len == 32);
		sha256(raw.p, raw.len, want);
		claim(memcmp(hash, want, sizeof(want)) == 0);
	}
}

static void
judge_code(struct arena *a, struct str s)
{
	struct str out, again;
	size_t n, i, taken = 0;

	for (n = 1; n <= 16; n++) {
		if (!code_clean(a, s, n, &out))
			continue;
		taken++;
		claim(out.len == n);
		for (i = 0; i < n; i++)
			claim(out.p[i] >= '0' && out.p[i] <= '9');
		claim(code_clean(a, out, n, &again) && str_eq(again, out));
	}
	claim(taken <= 1);
}

void
fuzz_one(struct arena *a, struct str s)
{
	judge_base64(a, s);
	judge_hex(a, s);
	judge_percent(a, s);
	judge_utf8(s);
	judge_guid(a, s);
	judge_code(a, s);
}
