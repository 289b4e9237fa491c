/*
 * SOTTs.  A text as it comes; a text sealed with the right key as the SDKs do
 * it ("=" in front), so that what is inside meets the grammar; and a payload
 * of our own format with its right MAC ("!" in front).
 */
#include "fuzz.h"

#include <openssl/evp.h>

#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/sott.h"

const char fuzz_name[] = "sott";

#define NOW	1930809600	/* 2031-03-09 08:00 */
#define PAYLOAD	37

static struct ctx ctx;

static void
set_up(void)
{
	struct arena *process = arena_new();

	ctx_init(&ctx, process, fuzz_config(process, "[site]\n"
	    "url = https://example.com\n"));
	ctx.keys = keys_new(process, ctx.config);
	ctx.now_s = NOW;
}

static bool
accepted(struct arena *a, struct str token, unsigned char hash[32],
    int64_t *end_s)
{
	static const unsigned char blank[32];
	enum err e;

	memset(hash, 0, 32);
	*end_s = 77;
	ctx.arena = a;
	e = sott_check(&ctx, token, hash, end_s);
	if (e != ERR_OK) {
		/* No refusal can be told from another. */
		claim(e == ERR_SOTT_INVALID);
		claim(*end_s == 77 && memcmp(hash, blank, 32) == 0);
		return false;
	}
	claim(token.len <= LIMIT_SOTT);
	claim(*end_s >= NOW);
	claim(*end_s <= NOW + ctx.config->sott_max_minutes * 60 +
	    2 * ctx.config->sott_skew_s);
	return true;
}

/* PKCS#7 when it is to be padded; else as many whole blocks as there are. */
static struct str
seal(struct arena *a, struct str plain, bool padded)
{
	static unsigned char key[32];
	static bool have;
	static const unsigned char salt[8];
	unsigned char out[512], sum[16];
	EVP_CIPHER_CTX *e = EVP_CIPHER_CTX_new();
	struct str text;
	int n, end;

	if (!have)
		must(PKCS5_PBKDF2_HMAC(FUZZ_SECRET, sizeof(FUZZ_SECRET) - 1,
		    salt, 8, 10000, EVP_sha1(), 32, key) == 1);
	have = true;
	plain = str_sub(plain, 0, padded ? 256 : plain.len / 16 * 16);
	plain = str_sub(plain, 0, 256);
	must(e != NULL && EVP_EncryptInit_ex(e, EVP_aes_256_cbc(), NULL, key,
	    (const unsigned char *)"tu89geji340t89u2") == 1);
	must(EVP_CIPHER_CTX_set_padding(e, padded) == 1);
	must(EVP_EncryptUpdate(e, out, &n, (const unsigned char *)plain.p,
	    (int)plain.len) == 1);
	must(EVP_EncryptFinal_ex(e, out + n, &end) == 1);
	EVP_CIPHER_CTX_free(e);
	text = base64_encode(a, out, (size_t)(n + end));
	must(EVP_Digest(text.p, text.len, sum, NULL, EVP_md5(), NULL) == 1);
	return str_printf(a, "%.*s*%s", STR_FMT(text),
	    hex_encode(a, sum, 16).p);
}

/* time#KEY#time, where blanks around are none and the key is the site's. */
static void
claim_plain(struct arena *a, struct str plain)
{
	struct str rest = plain, start, key;
	size_t i;

	claim(str_split(&rest, '#', &start) && str_split(&rest, '#', &key));
	claim(str_ieq(key, STR(FUZZ_KEY)));
	claim(start.len >= 12 && start.len <= 19);
	claim(rest.len >= 12 && rest.len <= 19);
	start = str_printf(a, "%.*s%.*s", STR_FMT(start), STR_FMT(rest));
	for (i = 0; i < start.len; i++)
		claim(strchr("0123456789/-: ", start.p[i]) != NULL);
}

static void
judge_legacy(struct arena *a, struct str plain)
{
	unsigned char hash[32], other[32];
	struct str token;
	int64_t end_s;

	token = seal(a, plain, true);
	if (accepted(a, token, hash, &end_s)) {
		claim_plain(a, plain);
		/* Decoded once too often or too seldom, it is the same. */
		claim(accepted(a, percent_encode(a, token), other, &end_s) &&
		    memcmp(hash, other, 32) == 0);
		claim(!accepted(a, str_lower(a, token), other, &end_s));
	}
	/* Padding and all from outside: nothing that is no token passes. */
	token = seal(a, plain, false);
	if (accepted(a, token, hash, &end_s))
		claim(fuzz_contains(str_lower(a, plain), STR(FUZZ_KEY)));
}

static int64_t
number(struct str s, size_t at)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return (int64_t)v;
}

static void
judge_own(struct arena *a, struct str s)
{
	unsigned char raw[PAYLOAD + 32], hash[32], want[32];
	int64_t end_s, from_s, to_s, skew_s = ctx.config->sott_skew_s;
	int64_t max_s = ctx.config->sott_max_minutes * 60;
	uint32_t key = keys_number(ctx.keys);
	struct str payload, text, token;
	size_t at;
	bool ok;

	if (s.len < PAYLOAD + 1)
		return;
	memcpy(raw, s.p, PAYLOAD);
	/* The key's number, where the input has dots. */
	if (memcmp(raw + 1, "....", 4) == 0)
		for (at = 0; at < 4; at++)
			raw[1 + at] = (unsigned char)(key >> (24 - 8 * at));
	payload = (struct str){ (const char *)raw, PAYLOAD };
	MAC(ctx.keys, KEY_SOTT, raw + PAYLOAD, STR("dw1"), payload,
	    STR(FUZZ_KEY));
	text = base64url_encode(a, raw, sizeof(raw));
	token = str_printf(a, "dw1.%.*s", STR_FMT(text));
	ok = accepted(a, token, hash, &end_s);
	from_s = number(payload, 5);
	to_s = number(payload, 13);
	if (ok) {
		claim(raw[0] == 1 && from_s <= to_s);
		claim(from_s <= NOW + skew_s && to_s >= NOW - skew_s);
		claim(from_s >= NOW - skew_s - max_s);
		sha256(token.p, token.len, want);
		claim(memcmp(hash, want, 32) == 0);
		/* Any other character anywhere: refused. */
		at = (unsigned char)s.p[PAYLOAD] % token.len;
		((char *)(uintptr_t)token.p)[at] ^= 1;
		claim(!accepted(a, token, hash, &end_s));
	}
}

/* What we make, both ways, we take. */
static void
judge_made(struct arena *a, struct str s)
{
	int64_t minutes = s.len > 0 ? (signed char)s.p[0] : 0;
	int64_t end_s, until_s;
	unsigned char hash[32];

	ctx.arena = a;
	claim(accepted(a, sott_make(&ctx, NOW, minutes, &end_s), hash,
	    &until_s));
	claim(until_s == end_s + ctx.config->sott_skew_s);
	claim(accepted(a, sott_make_legacy(&ctx, NOW, minutes, &end_s), hash,
	    &until_s));
	claim(until_s == end_s + ctx.config->sott_skew_s);
	claim(end_s > NOW && end_s <= NOW + ctx.config->sott_max_minutes *
	    60);
}

void
fuzz_one(struct arena *a, struct str s)
{
	unsigned char hash[32];
	int64_t end_s;

	if (ctx.config == NULL)
		set_up();
	accepted(a, s, hash, &end_s);
	if (str_starts(s, STR("=")))
		judge_legacy(a, str_sub(s, 1, SIZE_MAX));
	else if (str_starts(s, STR("!")))
		judge_own(a, str_sub(s, 1, SIZE_MAX));
	else
		judge_made(a, s);
}
