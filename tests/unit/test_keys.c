#include "wycheproof.h"

#include "base/config.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/keys_internal.h"

static struct str
hex(const char *s)
{
	struct str out;

	if (!hex_decode(arena, str_of(s), &out))
		fail_msg("not hex: %s", s);
	return out;
}

static void
assert_bytes(const void *p, size_t len, const char *want)
{
	assert_str(hex_encode(arena, p, len), want);
}

static struct keys *
keys_of(const char *master, const char *previous)
{
	struct config cfg = { 0 };

	cfg.keys_master = secret_copy(arena, master, strlen(master));
	if (previous != NULL)
		cfg.keys_previous_master = secret_copy(arena, previous,
		    strlen(previous));
	return keys_new(arena, &cfg);
}

static void
test_sha256_fips_180_2_vectors(void **state)
{
	unsigned char out[32];

	(void)state;
	sha256("abc", 3, out);
	assert_bytes(out, 32, "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
	sha256("", 0, out);
	assert_bytes(out, 32, "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
}

static void
test_hmac_rfc4231_cases_1_2_and_6(void **state)
{
	unsigned char out[32];
	struct str key = hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	char long_key[131];

	(void)state;
	hmac_sha256(key, STR("Hi There"), out);
	assert_bytes(out, 32, "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7");
	hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
	assert_bytes(out, 32, "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(long_key, 0xaa, sizeof(long_key));
	hmac_sha256((struct str){ long_key, sizeof(long_key) },
	    STR("Test Using Larger Than Block-Size Key - Hash Key First"),
	    out);
	assert_bytes(out, 32, "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

static void
test_hkdf_rfc5869_cases_1_and_3(void **state)
{
	unsigned char out[42];
	struct str ikm = hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");

	(void)state;
	assert_true(hkdf_sha256(ikm, hex("000102030405060708090a0b0c"),
	    hex("f0f1f2f3f4f5f6f7f8f9"), out, sizeof(out)));
	assert_bytes(out, 42, "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a"
	    "5a4c5db02d56ecc4c5bf34007208d5b887185865");
	assert_true(hkdf_sha256(ikm, STR(""), STR(""), out, sizeof(out)));
	assert_bytes(out, 42, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1"
	    "879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

/* The AES-256 cases 13 to 16 of the GCM specification (McGrew, Viega). */
static void
test_aes_gcm_specification_cases_14_and_16(void **state)
{
	unsigned char out[60 + AEAD_TAG];
	struct str key = hex("feffe9928665731c6d6a8f9467308308"
	    "feffe9928665731c6d6a8f9467308308");
	struct str plain = hex("d9313225f88406e5a55909c5aff5269a86a7a953"
	    "1534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
	    "b16aedf5aa0de657ba637b39");
	struct str aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
	unsigned char zero[32] = { 0 };

	(void)state;
	aes_gcm_seal(zero, zero, STR(""), (struct str){ (char *)zero, 16 },
	    out);
	assert_bytes(out, 32, "cea7403d4d606b6e074ec5d3baf39d18"
	    "d0d1c8a799996bf0265b98b5d48ab919");
	aes_gcm_seal((const unsigned char *)key.p,
	    (const unsigned char *)hex("cafebabefacedbaddecaf888").p, aad,
	    plain, out);
	assert_bytes(out, 76, "522dc1f099567d07f47f37a32a84427d643a8cdc"
	    "bfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
	    "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
}

static void
test_purposes_have_different_keys(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	unsigned char out[KEY_PURPOSES][32];
	int i, j;

	(void)state;
	for (i = 0; i < KEY_PURPOSES; i++) {
		MAC(k, (enum key_purpose)i, out[i], STR("x"));
		for (j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j], 32);
	}
}

/* Reckoned apart from this code: HKDF and HMAC as their RFCs say. */
static void
test_mac_is_hmac_of_length_prefixed_parts_under_hkdf_key(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	unsigned char key[32], want[32], got[32];

	(void)state;
	assert_true(hkdf_sha256(hex(UNIT_MASTER), STR(""),
	    STR("doorward/code"), key, sizeof(key)));
	hmac_sha256((struct str){ (char *)key, sizeof(key) },
	    (struct str){ "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\0", 18 }, want);
	MAC(k, KEY_CODE, got, STR("ab"), STR(""));
	assert_memory_equal(got, want, 32);
}

static void
test_parts_that_join_to_the_same_text_differ(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	unsigned char a[32], b[32], d[32];

	(void)state;
	MAC(k, KEY_CODE, a, STR("ab"), STR("c"));
	MAC(k, KEY_CODE, b, STR("a"), STR("bc"));
	MAC(k, KEY_CODE, d, STR("abc"));
	assert_memory_not_equal(a, b, 32);
	assert_memory_not_equal(a, d, 32);
	MAC(k, KEY_CODE, b, STR("ab"), STR("c"));
	assert_memory_equal(a, b, 32);
}

static void
test_sealed_text_opens_to_what_was_sealed(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	struct str sealed, again, plain;
	char big[5000];

	(void)state;
	memset(big, 'x', sizeof(big));
	sealed = aead_seal(arena, k, KEY_SEAL, STR("row 7"),
	    (struct str){ big, sizeof(big) });
	again = aead_seal(arena, k, KEY_SEAL, STR("row 7"),
	    (struct str){ big, sizeof(big) });
	assert_int_equal(sealed.len, 4 + 12 + sizeof(big) + 16);
	assert_false(str_eq(sealed, again));
	assert_null(memmem(sealed.p, sealed.len, big, 16));
	assert_true(aead_open(arena, k, KEY_SEAL, STR("row 7"), sealed,
	    &plain));
	assert_true(str_eq(plain, (struct str){ big, sizeof(big) }));
	sealed = aead_seal(arena, k, KEY_SEAL, STR_NONE, STR_NONE);
	assert_true(aead_open(arena, k, KEY_SEAL, STR(""), sealed, &plain));
	assert_int_equal(plain.len, 0);
}

static void
test_sealed_text_with_any_bit_changed_or_cut_stays_shut(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	struct str sealed, plain = STR_NONE;
	unsigned char *p;
	size_t i;

	(void)state;
	sealed = aead_seal(arena, k, KEY_OUTBOX, STR("ctx"), STR("secret"));
	p = (unsigned char *)(uintptr_t)sealed.p;
	for (i = 0; i < sealed.len * 8; i++) {
		p[i / 8] ^= (unsigned char)(1u << i % 8);
		assert_false(aead_open(arena, k, KEY_OUTBOX, STR("ctx"),
		    sealed, &plain));
		p[i / 8] ^= (unsigned char)(1u << i % 8);
	}
	for (i = 0; i < sealed.len; i++)
		assert_false(aead_open(arena, k, KEY_OUTBOX, STR("ctx"),
		    str_sub(sealed, 0, i), &plain));
	assert_false(aead_open(arena, k, KEY_OUTBOX, STR("ctx"), STR_NONE,
	    &plain));
	assert_null(plain.p);
	assert_true(aead_open(arena, k, KEY_OUTBOX, STR("ctx"), sealed,
	    &plain));
}

static void
test_sealed_text_is_bound_to_purpose_and_context(void **state)
{
	struct keys *k = keys_of(UNIT_MASTER, NULL);
	struct str sealed, plain = STR_NONE;

	(void)state;
	sealed = aead_seal(arena, k, KEY_SEAL, STR("account 1"), STR("s"));
	assert_false(aead_open(arena, k, KEY_SEAL, STR("account 2"), sealed,
	    &plain));
	assert_false(aead_open(arena, k, KEY_OUTBOX, STR("account 1"),
	    sealed, &plain));
	assert_null(plain.p);
}

/* S-133 */
static void
test_previous_master_is_read_and_never_written_with(void **state)
{
	struct keys *old = keys_of(UNIT_MASTER, NULL);
	struct keys *both = keys_of(UNIT_OTHER_MASTER, UNIT_MASTER);
	struct keys *new = keys_of(UNIT_OTHER_MASTER, NULL);
	struct str sealed, plain;
	unsigned char a[32], b[32];
	const struct str part = STR("x");

	(void)state;
	assert_int_not_equal(keys_number(old), keys_number(new));
	assert_int_equal(keys_number(both), keys_number(new));
	sealed = aead_seal(arena, old, KEY_SEAL, STR("c"), STR("plain"));
	assert_true(aead_open(arena, both, KEY_SEAL, STR("c"), sealed,
	    &plain));
	assert_str(plain, "plain");
	assert_false(aead_open(arena, new, KEY_SEAL, STR("c"), sealed,
	    &plain));
	sealed = aead_seal(arena, both, KEY_SEAL, STR("c"), STR("plain"));
	assert_true(aead_open(arena, new, KEY_SEAL, STR("c"), sealed,
	    &plain));
	MAC(old, KEY_SOTT, a, part);
	assert_true(mac_parts_by_number(both, keys_number(old), KEY_SOTT,
	    &part, 1, b));
	assert_memory_equal(a, b, 32);
	assert_false(mac_parts_by_number(new, keys_number(old), KEY_SOTT,
	    &part, 1, b));
}

/* S-133 */
static void
test_s133_names_of_rows_and_old_macs_outlive_rotations(void **state)
{
	struct keys *old = keys_of(UNIT_MASTER, NULL);
	struct keys *new = keys_of(UNIT_OTHER_MASTER, UNIT_MASTER);
	struct keys *other = keys_of(UNIT_OTHER_MASTER, NULL);
	uint32_t numbers[1 + KEYS_EARLIER_MAX];
	unsigned char a[32], b[32];

	(void)state;
	MAC_LASTING(old, KEY_LIMIT, a, STR("x"), STR("y"));
	MAC_LASTING(new, KEY_LIMIT, b, STR("x"), STR("y"));
	assert_memory_equal(a, b, 32);
	MAC_LASTING(other, KEY_LIMIT, b, STR("x"), STR("y"));
	assert_memory_not_equal(a, b, 32);
	MAC(old, KEY_CSRF, a, STR("x"), STR("y"));
	MAC(new, KEY_CSRF, b, STR("x"), STR("y"));
	assert_memory_not_equal(a, b, 32);
	assert_true(MAC_MATCH(new, KEY_CSRF, a, STR("x"), STR("y")));
	assert_true(MAC_MATCH(new, KEY_CSRF, b, STR("x"), STR("y")));
	assert_false(MAC_MATCH(other, KEY_CSRF, a, STR("x"), STR("y")));
	assert_false(MAC_MATCH(old, KEY_CSRF, b, STR("x"), STR("y")));
	assert_false(MAC_MATCH(new, KEY_CODE, a, STR("x"), STR("y")));
	assert_false(MAC_MATCH(new, KEY_CSRF, a, STR("xy")));
	a[31] ^= 1;
	assert_false(MAC_MATCH(new, KEY_CSRF, a, STR("x"), STR("y")));
	assert_int_equal(keys_numbers(new, numbers), 2);
	assert_int_equal(numbers[0], keys_number(other));
	assert_int_equal(numbers[1], keys_number(old));
}

static bool
run_hmac(struct json_object *g, struct json_object *t)
{
	unsigned char out[32];
	struct str tag = hex(text(t, "tag"));

	assert_int_equal(number(g, "tagSize"), tag.len * 8);
	hmac_sha256(hex(text(t, "key")), hex(text(t, "msg")), out);
	if ((memcmp(out, tag.p, tag.len) == 0) != is_valid(t))
		fail_msg("tcId %d", number(t, "tcId"));
	return true;
}

static bool
run_hkdf(struct json_object *g, struct json_object *t)
{
	unsigned char out[255 * 32 + 1];
	size_t size = (size_t)number(t, "size");
	struct str okm = hex(text(t, "okm"));
	bool ok;

	(void)g;
	assert_true(size <= sizeof(out));
	ok = hkdf_sha256(hex(text(t, "ikm")), hex(text(t, "salt")),
	    hex(text(t, "info")), out, size);
	if (ok != is_valid(t) || (ok && memcmp(out, okm.p, size) != 0))
		fail_msg("tcId %d", number(t, "tcId"));
	return true;
}

static bool
run_gcm(struct json_object *g, struct json_object *t)
{
	struct str key = hex(text(t, "key")), iv = hex(text(t, "iv"));
	struct str aad = hex(text(t, "aad")), msg = hex(text(t, "msg"));
	struct str ct = hex(text(t, "ct")), tag = hex(text(t, "tag"));
	struct str sealed;
	unsigned char *out;

	/* We have one key size, one nonce size and whole tags. */
	if (number(g, "keySize") != 256 || number(g, "ivSize") != 96 ||
	    number(g, "tagSize") != 128)
		return false;
	sealed.p = arena_alloc(arena, ct.len + tag.len + 1);
	sealed.len = ct.len + tag.len;
	out = (unsigned char *)(uintptr_t)sealed.p;
	memcpy(out, ct.p, ct.len);
	memcpy(out + ct.len, tag.p, tag.len);
	out = arena_alloc(arena, sealed.len + 1);
	if (aes_gcm_open((const unsigned char *)key.p,
	    (const unsigned char *)iv.p, aad, sealed, out) != is_valid(t))
		fail_msg("tcId %d", number(t, "tcId"));
	if (!is_valid(t))
		return true;
	assert_memory_equal(out, msg.p, msg.len);
	aes_gcm_seal((const unsigned char *)key.p,
	    (const unsigned char *)iv.p, aad, msg, out);
	assert_memory_equal(out, sealed.p, sealed.len);
	return true;
}

static void
test_s150_hmac_sha256_wycheproof(void **state)
{
	(void)state;
	each("hmac_sha256_test.json", run_hmac, 174);
}

static void
test_s150_hkdf_sha256_wycheproof(void **state)
{
	(void)state;
	each("hkdf_sha256_test.json", run_hkdf, 86);
}

static void
test_s150_aes_256_gcm_wycheproof(void **state)
{
	(void)state;
	each("aes_gcm_test.json", run_gcm, 66);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_fips_180_2_vectors),
		cmocka_unit_test(test_hmac_rfc4231_cases_1_2_and_6),
		cmocka_unit_test(test_hkdf_rfc5869_cases_1_and_3),
		cmocka_unit_test(test_aes_gcm_specification_cases_14_and_16),
		cmocka_unit_test(test_purposes_have_different_keys),
		cmocka_unit_test(
		    test_mac_is_hmac_of_length_prefixed_parts_under_hkdf_key),
		cmocka_unit_test(test_parts_that_join_to_the_same_text_differ),
		cmocka_unit_test(test_sealed_text_opens_to_what_was_sealed),
		cmocka_unit_test(
		    test_sealed_text_with_any_bit_changed_or_cut_stays_shut),
		cmocka_unit_test(
		    test_sealed_text_is_bound_to_purpose_and_context),
		cmocka_unit_test(
		    test_previous_master_is_read_and_never_written_with),
		cmocka_unit_test(
		    test_s133_names_of_rows_and_old_macs_outlive_rotations),
		cmocka_unit_test(test_s150_hmac_sha256_wycheproof),
		cmocka_unit_test(test_s150_hkdf_sha256_wycheproof),
		cmocka_unit_test(test_s150_aes_256_gcm_wycheproof),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
