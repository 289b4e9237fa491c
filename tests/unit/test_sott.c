/*
 * The tokens are those of api-registration-login.md §3.3 and
 * api-conventions-and-errors.md §13, made with the published SDK's routine.
 */
#include "unit.h"

#include <openssl/evp.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/rand.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/sott.h"

#define TOKEN_A	"MOSjRBq/PR1cCcfFoF+Txkk4O0sqRD19ihojNcuVOeRasZe9oYuPf9OD" \
	"FRPUbfMcJk498QaBcweBbOPIJ9z8+QRVhg3qKoenIWK2cQ61QoE=" \
	"*5ac66e11f84490d94b59d002481d702d"
#define TOKEN_B	"aIaqUhGfDSJh+sIlMMMrxsyTi4MUUol3giOOh+GRq2FiYad5Wg2TVipY" \
	"EEfM0kMGsCmXnQ9ZTa3XZIjqhHSQhnZP96Nfh94lBxPZYeToC/4=" \
	"*5b3a2e853a47edeafe9b29086c95bfa7"
#define TOKEN_C	"nSN9RKm+EzeMS9drwmLwhhOC1oJQIVtVibydP9L2kzqpuXeKFxH/evtR" \
	"C9fxsAn1/r7xucUobYvQzIEzjBzofBRDxXFqWuAeqoAcr0p+Nsc=" \
	"*4f7bd8d39a52db3f2faa1bb72e436d11"
#define TOKEN_D	"UHO9fhyhUPnLATrQguLkkncmc/mbjoKbVN9MvFSGlD85J82ZIcCRVRzJ" \
	"RP3j96cF9PdeshPVveq//KeYJBbYmzK9uaojaG2q1bK8oaHQ7uo=" \
	"*2aa6efe15d22de1012e29b8b5c075b13"
#define TOKEN_E	"7N1DUVlO2343ftJ2l5RQB4rKbHLLfqch+AcQ1povKXObnjBX0bmrzFJY" \
	"Vlmu3N1ki++Wp8zw7kW3wyEg6CgKbK5p5aoSiBUK10PhRMcgt10=" \
	"*ee3939ecdda2e676d8fb81d312297fa5"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
/* Copies of what a fresh process has; each test starts from them. */
static struct config plain_cfg;

static int64_t
at(int year, int month, int day, int hour, int minute, int second)
{
	struct clock_parts p = { year, month, day, hour, minute, second };
	int64_t t;

	assert_true(clock_from_utc(&p, &t));
	return t;
}

static enum err
check_at(struct str token, int64_t now_s)
{
	unsigned char hash[32];
	int64_t end_s;

	ctx.now_s = now_s;
	return sott_check(&ctx, token, hash, &end_s);
}

static void
assert_good(const char *token, int64_t now_s)
{
	if (check_at(str_of(token), now_s) != ERR_OK)
		fail_msg("refused: %s: %s", token, ctx.err.note);
}

static void
assert_refused(const char *token, int64_t now_s)
{
	if (check_at(str_of(token), now_s) != ERR_SOTT_INVALID)
		fail_msg("not refused: %s", token);
}

/* Both ends are inside, one second more is not. */
static void
assert_window(const char *token, int64_t from_s, int64_t to_s)
{
	assert_refused(token, from_s - 1);
	assert_good(token, from_s);
	assert_good(token, to_s);
	assert_refused(token, to_s + 1);
}

/* The same steps as the SDK's, for texts that no maker would write. */
static struct str
seal_blocks(const char *plain, const char *secret, int pad)
{
	static const unsigned char salt[8];
	unsigned char key[32], out[256], sum[16];
	EVP_CIPHER_CTX *e = EVP_CIPHER_CTX_new();
	struct str text;
	int n, end;

	assert_int_equal(PKCS5_PBKDF2_HMAC(secret, (int)strlen(secret), salt,
	    8, 10000, EVP_sha1(), 32, key), 1);
	assert_int_equal(EVP_EncryptInit_ex(e, EVP_aes_256_cbc(), NULL, key,
	    (const unsigned char *)"tu89geji340t89u2"), 1);
	assert_int_equal(EVP_CIPHER_CTX_set_padding(e, pad), 1);
	assert_int_equal(EVP_EncryptUpdate(e, out, &n,
	    (const unsigned char *)plain, (int)strlen(plain)), 1);
	assert_int_equal(EVP_EncryptFinal_ex(e, out + n, &end), 1);
	EVP_CIPHER_CTX_free(e);
	text = base64_encode(arena, out, (size_t)(n + end));
	assert_int_equal(EVP_Digest(text.p, text.len, sum, NULL, EVP_md5(),
	    NULL), 1);
	return str_printf(arena, "%s*%s", text.p,
	    hex_encode(arena, sum, 16).p);
}

static struct str
seal_as(const char *plain, const char *secret)
{
	return seal_blocks(plain, secret, 1);
}

static struct str
with_new_md5(struct str base64)
{
	unsigned char sum[16];

	assert_int_equal(EVP_Digest(base64.p, base64.len, sum, NULL,
	    EVP_md5(), NULL), 1);
	return str_printf(arena, "%.*s*%s", STR_FMT(base64),
	    hex_encode(arena, sum, 16).p);
}

static void
test_vectors_a_b_c_hold_in_their_window(void **state)
{
	int64_t from = at(2031, 3, 9, 7, 0, 2), to = at(2031, 3, 9, 7, 20, 2);

	(void)state;
	assert_window(TOKEN_A, from, to);
	assert_window(TOKEN_B, from, to);
	assert_window(TOKEN_C, from, to);
}

/* F-90 */
static void
test_vectors_d_e_of_the_months_end_are_repaired(void **state)
{
	(void)state;
	assert_window(TOKEN_D, at(2031, 1, 31, 23, 52, 4),
	    at(2031, 2, 1, 0, 12, 4));
	assert_window(TOKEN_E, at(2031, 12, 31, 23, 52, 4),
	    at(2032, 1, 1, 1, 2, 4));
}

/* F-90, with its own dates. */
static void
test_f90_month_end_as_told_and_other_ends_before_start(void **state)
{
	struct str jan, dec;

	(void)state;
	jan = seal_as("2026/1/31 23:55:00#" UNIT_KEY "#2026/1/1 0:05:00",
	    UNIT_SECRET);
	assert_window(jan.p, at(2026, 1, 31, 23, 50, 0),
	    at(2026, 2, 1, 0, 10, 0));
	dec = seal_as("2026/12/31 23:55:00#" UNIT_KEY "#2027/12/1 0:05:00",
	    UNIT_SECRET);
	assert_window(dec.p, at(2026, 12, 31, 23, 50, 0),
	    at(2027, 1, 1, 1, 0, 0));
	/* Other month, other year, a repaired span over an hour, a date
	 * that the next month does not have. */
	assert_refused(seal_as("2026/3/1 0:10:00#" UNIT_KEY
	    "#2026/2/28 23:50:00", UNIT_SECRET).p, at(2026, 3, 1, 0, 10, 0));
	assert_refused(seal_as("2026/1/1 0:10:00#" UNIT_KEY
	    "#2025/1/1 0:20:00", UNIT_SECRET).p, at(2026, 1, 1, 0, 10, 0));
	assert_refused(seal_as("2026/1/20 0:10:00#" UNIT_KEY
	    "#2026/1/1 0:20:00", UNIT_SECRET).p, at(2026, 1, 20, 0, 10, 0));
	assert_refused(seal_as("2026/1/31 0:10:00#" UNIT_KEY
	    "#2026/1/30 0:20:00", UNIT_SECRET).p, at(2026, 1, 31, 0, 10, 0));
}

static void
test_conventions_vector(void **state)
{
	(void)state;
	cfg.api_key = STR("11111111-2222-3333-4444-555555555555");
	cfg.api_secret = secret_copy(arena,
	    "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", 36);
	assert_window("aB9hAp+5sR9nsnpuWSp5m1u6zEQsvJcPFlIQSezyGXNdsCTHVIS6"
	    "CXZqJ91xpwt5Ci+kKIQB5cvHjOGga7o568zSlQHPqgoDZS41NFMDzD4="
	    "*4ee406d05dc90bf0cf8b00ece4029c19", at(2026, 1, 5, 7, 5, 42),
	    at(2026, 1, 5, 7, 25, 42));
}

/* The negatives of §3.3. */
static void
test_published_negative_vectors(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0);
	struct str a = STR(TOKEN_A), left = str_sub(a, 0, 108);
	struct str swapped;
	char *p;

	(void)state;
	assert_good(TOKEN_A, now);
	p = (char *)(uintptr_t)str_dup(arena, a).p;
	p[a.len - 1] = 'e';
	assert_refused(p, now);
	p = (char *)(uintptr_t)str_dup(arena, left).p;
	p[40] = p[40] == 'A' ? 'B' : 'A';
	assert_refused(with_new_md5(str_of(p)).p, now);
	assert_refused(str_dup(arena, str_sub(a, 0, 100)).p, now);
	assert_refused(str_printf(arena, "%.*s%.*s",
	    STR_FMT(str_sub(a, 70, SIZE_MAX)),
	    STR_FMT(str_sub(a, 0, 70))).p, now);
	swapped = str_printf(arena, "%.*s%.*s", 54, left.p + 54, 54, left.p);
	assert_refused(with_new_md5(swapped).p, now);
	assert_refused(TOKEN_A "\n", now);
	assert_refused(" " TOKEN_A, now);
	assert_refused("", now);
	cfg.api_secret = secret_copy(arena,
	    "5b0d6c7e-1f2a-4b3c-8d9e-0a1b2c3d4e50", 36);
	assert_refused(TOKEN_A, now);
}

/* S-042: every single-bit flip of the text is refused, and alike. */
static void
test_s042_every_bit_flip_of_the_token_is_refused_alike(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0);
	struct str token = str_dup(arena, STR(TOKEN_A));
	char *p = (char *)(uintptr_t)token.p;
	size_t i;

	(void)state;
	for (i = 0; i < token.len * 8; i++) {
		p[i / 8] ^= (char)(1u << i % 8);
		if (check_at(token, now) != ERR_SOTT_INVALID)
			fail_msg("bit %zu: %s", i, p);
		p[i / 8] ^= (char)(1u << i % 8);
	}
	assert_good(p, now);
}

/* The same where the attacker mends the sum, and for our own format. */
static void
test_s042_every_bit_flip_of_the_content_is_refused_alike(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0), end_s;
	struct str raw, own;
	const char *note = NULL;
	char *p;
	size_t i;

	(void)state;
	assert_true(base64_decode(arena, str_sub(STR(TOKEN_A), 0, 108), &raw));
	p = (char *)(uintptr_t)raw.p;
	for (i = 0; i < raw.len * 8; i++) {
		p[i / 8] ^= (char)(1u << i % 8);
		assert_int_equal(check_at(with_new_md5(base64_encode(arena,
		    raw.p, raw.len)), now), ERR_SOTT_INVALID);
		if (note != NULL)
			assert_string_equal(ctx.err.note, note);
		note = ctx.err.note;
		p[i / 8] ^= (char)(1u << i % 8);
	}
	own = sott_make(&ctx, now, 10, &end_s);
	assert_int_equal(check_at(own, now), ERR_OK);
	p = (char *)(uintptr_t)own.p;
	for (i = 0; i < own.len * 8; i++) {
		p[i / 8] ^= (char)(1u << i % 8);
		assert_int_equal(check_at(own, now), ERR_SOTT_INVALID);
		p[i / 8] ^= (char)(1u << i % 8);
	}
}

static void
test_s042_grammar_is_strict(void **state)
{
	static const char *const texts[] = {
		"2031/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02 ",
		" 2031/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02#",
		"2031/3/9 7:05:02##" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3-9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031.3.9 7:05:02#" UNIT_KEY "#2031.3.9 7:15:02",
		"31/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/003/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9  7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9 7:05#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:60:02",
		"2031/2/29 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9 +7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
		"2031/3/9 7:05:02#" UNIT_KEY "0#2031/3/9 7:15:02",
		"2031/3/9 7:05:02#8f3c1d52-7b1e-4c55-9a0e-2f6d8e41b7aa"
		    "#2031/3/9 7:15:02",
		"2031/3/9 7:05:02##2031/3/9 7:15:02                       ",
		"2031/3/9 7:05:02 UTC                                      "
	};
	int64_t now = at(2031, 3, 9, 7, 10, 0);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		if (check_at(seal_as(texts[i], UNIT_SECRET), now) !=
		    ERR_SOTT_INVALID)
			fail_msg("not refused: %s", texts[i]);
	assert_good(seal_as("2031-03-09 7:5:2#" UNIT_KEY
	    "#2031/03/9 07:15:2", UNIT_SECRET).p, now);
}

/* A right text in whole blocks, with a last block that is no padding. */
static void
test_s042_padding_is_judged(void **state)
{
	const char *plain = "2031/3/9 7:5:2#9f3c1d52-7b1e-4c55-9a0e-2f6d8e41b7"
	    "#2031/3/9 7:9:2";
	int64_t now = at(2031, 3, 9, 7, 5, 0);
	struct str bad;

	(void)state;
	cfg.api_key = STR("9f3c1d52-7b1e-4c55-9a0e-2f6d8e41b7");
	assert_int_equal(strlen(plain), 64);
	assert_good(seal_as(plain, UNIT_SECRET).p, now);
	bad = str_printf(arena, "%sxxxxxxxxxxxxxxxx", plain);
	assert_refused(seal_blocks(bad.p, UNIT_SECRET, 0).p, now);
	bad = str_printf(arena, "%s\x01\x01\x01\x01\x01\x01\x01\x01\x01"
	    "\x01\x01\x01\x01\x01\x01\x10", plain);
	assert_refused(seal_blocks(bad.p, UNIT_SECRET, 0).p, now);
}

static void
test_span_is_cut_at_max_minutes(void **state)
{
	struct str t = seal_as("2031/3/9 7:00:00#" UNIT_KEY
	    "#2031/6/9 7:00:00", UNIT_SECRET);
	unsigned char hash[32];
	int64_t end_s;

	(void)state;
	assert_window(t.p, at(2031, 3, 9, 6, 55, 0), at(2031, 3, 9, 8, 5, 0));
	ctx.now_s = at(2031, 3, 9, 7, 0, 0);
	assert_int_equal(sott_check(&ctx, t, hash, &end_s), ERR_OK);
	assert_int_equal(end_s, at(2031, 3, 9, 8, 5, 0));
	cfg.sott_max_minutes = 129600;
	cfg.sott_skew_s = 0;
	assert_window(t.p, at(2031, 3, 9, 7, 0, 0), at(2031, 6, 7, 7, 0, 0));
}

/* F-27: in the query raw, encoded once and twice, and in the header. */
static void
test_f27_transport_damage_is_undone_and_counted_as_one(void **state)
{
	unsigned char want[32], hash[32];
	struct str a = STR(TOKEN_A), spelled[4];
	int64_t end_s;
	size_t i;
	char *p;

	(void)state;
	spelled[0] = a;
	spelled[1] = percent_encode(arena, a);	/* as decoded once */
	spelled[2] = str_dup(arena, a);		/* '+' made a blank */
	p = (char *)(uintptr_t)spelled[2].p;
	for (i = 0; i < a.len; i++)
		if (p[i] == '+')
			p[i] = ' ';
	spelled[3] = str_printf(arena, "%.*s%%2a%s", 108, a.p, a.p + 109);
	sha256(a.p, a.len, want);
	ctx.now_s = at(2031, 3, 9, 7, 10, 0);
	for (i = 0; i < COUNT(spelled); i++) {
		if (sott_check(&ctx, spelled[i], hash, &end_s) != ERR_OK)
			fail_msg("refused: %s", spelled[i].p);
		assert_memory_equal(hash, want, 32);
	}
	assert_refused(percent_encode(arena, percent_encode(arena, a)).p,
	    ctx.now_s);
	assert_refused(TOKEN_A "%", ctx.now_s);
	assert_refused(TOKEN_A "%0A", ctx.now_s);
	assert_refused("%00" TOKEN_A, ctx.now_s);
}

static void
test_previous_secret_is_still_accepted(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0);

	(void)state;
	cfg.api_previous_secret = cfg.api_secret;
	cfg.api_secret = secret_copy(arena,
	    "7d41a09c-6e25-4f83-b1d0-93c8e52f6a17", 36);
	assert_good(TOKEN_A, now);
	assert_good(seal_as("2031/3/9 7:05:02#" UNIT_KEY "#2031/3/9 7:15:02",
	    "7d41a09c-6e25-4f83-b1d0-93c8e52f6a17").p, now);
	cfg.api_previous_secret = (struct secret){ NULL, 0 };
	assert_refused(TOKEN_A, now);
}

static void
test_legacy_format_can_be_switched_off(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0), end_s;

	(void)state;
	cfg.sott_legacy = false;
	assert_refused(TOKEN_A, now);
	assert_int_equal(check_at(sott_make(&ctx, now, 10, &end_s), now),
	    ERR_OK);
}

static void
test_made_legacy_token_is_the_published_one(void **state)
{
	int64_t end_s;

	(void)state;
	assert_str(sott_make_legacy(&ctx, at(2031, 3, 9, 7, 5, 2), 10,
	    &end_s), TOKEN_A);
	assert_int_equal(end_s, at(2031, 3, 9, 7, 15, 2));
}

static void
test_made_token_holds_in_its_window_and_never_repeats(void **state)
{
	int64_t start = at(2031, 3, 9, 7, 5, 2), end_s;
	struct str t = sott_make(&ctx, start, 10, &end_s);

	(void)state;
	assert_true(str_starts(t, STR("dw1.")));
	assert_int_equal(end_s, start + 600);
	assert_window(t.p, start - 300, end_s + 300);
	assert_false(str_eq(t, sott_make(&ctx, start, 10, &end_s)));
	/* A legacy text cannot begin so. */
	assert_refused("dw1.", start);
	assert_refused("dw1." TOKEN_A, start);
}

static void
test_minutes_are_clamped(void **state)
{
	int64_t end_s;

	(void)state;
	sott_make(&ctx, 1000, 61, &end_s);
	assert_int_equal(end_s, 1000 + 3600);
	sott_make(&ctx, 1000, -5, &end_s);
	assert_int_equal(end_s, 1000 + 60);
	sott_make_legacy(&ctx, 1000, INT64_MAX, &end_s);
	assert_int_equal(end_s, 1000 + 3600);
}

/* A lowered sott.max_minutes binds tokens that were made before. */
static void
test_own_token_is_bound_to_key_master_and_setting(void **state)
{
	int64_t start = at(2031, 3, 9, 7, 0, 0), end_s;
	struct str t = sott_make(&ctx, start, 60, &end_s);
	struct config other = cfg;

	(void)state;
	cfg.sott_max_minutes = 10;
	assert_window(t.p, start - 300, start + 900);
	cfg.api_key = STR("4d41a09c-6e25-4f83-b1d0-93c8e52f6a17");
	assert_refused(t.p, start);
	cfg.api_key = other.api_key;
	other.keys_previous_master = other.keys_master;
	other.keys_master = secret_copy(arena, UNIT_OTHER_MASTER, 64);
	ctx.keys = keys_new(arena, &other);
	assert_good(t.p, start);
	other.keys_previous_master = (struct secret){ NULL, 0 };
	ctx.keys = keys_new(arena, &other);
	assert_refused(t.p, start);
}

/* S-042: no derivation but the first, however many tokens are bad. */
static void
test_s042_flood_costs_no_derivation(void **state)
{
	int64_t now = at(2031, 3, 9, 7, 10, 0), ms;
	struct str left = str_dup(arena, str_sub(STR(TOKEN_A), 0, 108));
	char *p = (char *)(uintptr_t)left.p;
	int i;

	(void)state;
	assert_good(TOKEN_A, now);
	ms = clock_mono_ms();
	for (i = 0; i < 1000; i++) {
		p[20] = (char)('0' + i % 10);	/* is none */
		assert_refused(with_new_md5(left).p, now);
	}
	/* 1000 derivations are 20 million rounds of SHA-1: over 2 s. */
	assert_true(clock_mono_ms() - ms < 1000);
}

/* S-149: whatever bytes come, it is the one refusal. */
static void
test_noise_is_refused(void **state)
{
	char noise[600];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		size_t n = rand_below(sizeof(noise));

		rand_bytes(noise, n);
		if (i % 2 == 0 && n > 40)
			memcpy(noise + n - 33, "*5ac66e11f84490d94b59d002", 25);
		assert_int_equal(check_at((struct str){ noise, n }, 1000),
		    ERR_SOTT_INVALID);
		if (i % 500 == 0)
			arena_reset(ctx.arena);
	}
}

static int
reset(void **state)
{
	(void)state;
	cfg = plain_cfg;
	arena_reset(ctx.arena);
	ctx_init(&ctx, ctx.arena, &cfg);
	ctx.keys = keys_new(arena, &cfg);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	ctx.arena = arena_new();
	plain_cfg.api_key = STR(UNIT_KEY);
	plain_cfg.api_secret = secret_copy(arena, UNIT_SECRET, 36);
	plain_cfg.keys_master = secret_copy(arena, UNIT_MASTER, 64);
	plain_cfg.sott_legacy = true;
	plain_cfg.sott_max_minutes = 60;
	plain_cfg.sott_skew_s = 300;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(ctx.arena);
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_vectors_a_b_c_hold_in_their_window),
		CLAIM(test_vectors_d_e_of_the_months_end_are_repaired),
		CLAIM(test_f90_month_end_as_told_and_other_ends_before_start),
		CLAIM(test_conventions_vector),
		CLAIM(test_published_negative_vectors),
		CLAIM(test_s042_every_bit_flip_of_the_token_is_refused_alike),
		CLAIM(test_s042_every_bit_flip_of_the_content_is_refused_alike),
		CLAIM(test_s042_grammar_is_strict),
		CLAIM(test_s042_padding_is_judged),
		CLAIM(test_span_is_cut_at_max_minutes),
		CLAIM(test_f27_transport_damage_is_undone_and_counted_as_one),
		CLAIM(test_previous_secret_is_still_accepted),
		CLAIM(test_legacy_format_can_be_switched_off),
		CLAIM(test_made_legacy_token_is_the_published_one),
		CLAIM(test_made_token_holds_in_its_window_and_never_repeats),
		CLAIM(test_minutes_are_clamped),
		CLAIM(test_own_token_is_bound_to_key_master_and_setting),
		CLAIM(test_s042_flood_costs_no_derivation),
		CLAIM(test_noise_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
