#include "unit_arena.h"

#include "base/rand.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/token.h"

/* Bytes 0, 1, 2, ... so that what comes out can be written down. */
static bool
counting_source(void *p, size_t len)
{
	unsigned char *b = p;
	size_t i;

	for (i = 0; i < len; i++)
		b[i] = (unsigned char)i;
	return true;
}

static void
assert_hash_of_counting(const unsigned char *hash, size_t n)
{
	unsigned char raw[32], want[32];

	counting_source(raw, n);
	sha256(raw, n, want);
	assert_memory_equal(hash, want, 32);
}

static void
test_guid_carries_128_bits_and_hash_is_of_the_bytes(void **state)
{
	unsigned char hash[TOKEN_HASH], again[TOKEN_HASH];
	struct str s;

	(void)state;
	rand_set_source(counting_source);
	s = token_guid(arena, hash);
	rand_set_source(NULL);
	assert_str(s, "00010203-0405-0607-0809-0a0b0c0d0e0f");
	assert_hash_of_counting(hash, 16);
	assert_true(token_guid_hash(s, again));
	assert_memory_equal(hash, again, TOKEN_HASH);
	assert_true(token_guid_hash(
	    STR("00010203-0405-0607-0809-0A0B0C0D0E0F"), again));
	assert_memory_equal(hash, again, TOKEN_HASH);
}

static void
test_link_carries_256_bits_and_hash_is_of_the_bytes(void **state)
{
	unsigned char hash[TOKEN_HASH], again[TOKEN_HASH];
	struct str s;

	(void)state;
	rand_set_source(counting_source);
	s = token_link(arena, hash);
	rand_set_source(NULL);
	assert_str(s, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
	assert_hash_of_counting(hash, 32);
	assert_true(token_link_hash(s, again));
	assert_memory_equal(hash, again, TOKEN_HASH);
}

/* S-028: what is kept is a hash; two tokens never share one. */
static void
test_tokens_differ_from_each_other(void **state)
{
	unsigned char a[TOKEN_HASH], b[TOKEN_HASH];
	struct str s, t;

	(void)state;
	s = token_guid(arena, a);
	t = token_guid(arena, b);
	assert_false(str_eq(s, t));
	assert_memory_not_equal(a, b, TOKEN_HASH);
	s = token_link(arena, a);
	t = token_link(arena, b);
	assert_false(str_eq(s, t));
	assert_memory_not_equal(a, b, TOKEN_HASH);
}

static void
test_other_forms_are_refused_and_leave_the_hash_alone(void **state)
{
	static const char *const guids[] = {
		"", "00010203", "000102030405060708090a0b0c0d0e0f",
		"00010203-0405-0607-0809-0a0b0c0d0e0g",
		"{0010203-0405-0607-0809-0a0b0c0d0e0}",
		"00010203-0405-0607-0809-0a0b0c0d0e0f "
	};
	static const char *const links[] = {
		"", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9", /* spare bits */
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+",
		" AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
	};
	unsigned char hash[TOKEN_HASH] = { 7 }, was[TOKEN_HASH] = { 7 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(guids); i++)
		assert_false(token_guid_hash(str_of(guids[i]), hash));
	for (i = 0; i < COUNT(links); i++)
		assert_false(token_link_hash(str_of(links[i]), hash));
	assert_false(token_guid_hash(STR_NONE, hash));
	assert_false(token_link_hash(STR_NONE, hash));
	assert_memory_equal(hash, was, TOKEN_HASH);
}

/* F-21 */
static void
test_code_is_read_through_blanks_hyphens_and_full_width_digits(void **state)
{
	static const char *const spellings[] = {
		"123456", "123 456", "123-456", " 1 2 3 4 5 6 ",
		"123\xc2\xa0" "456", "123\xe2\x80\x93" "456", "123\t456",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93"
		"\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96",
		"\xef\xbc\x91\x32\xef\xbc\x93\xe3\x80\x80\x34\x35\x36"
	};
	struct str out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(spellings); i++) {
		assert_true(code_clean(arena, str_of(spellings[i]), 6, &out));
		assert_str(out, "123456");
	}
}

static void
test_code_of_other_characters_or_length_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "12345", "1234567", "12345a",
		"1234567890123456789012345678901234567890123456789012345",
		"123.456", "+123456",
		"123456\xef\xbc", "\xef\xbc\x9a" "12345", "--- ---",
		"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6"
	};
	struct str out = STR_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++)
		assert_false(code_clean(arena, str_of(wrong[i]), 6, &out));
	assert_false(code_clean(arena, (struct str){ "123\0456", 7 }, 6,
	    &out));
	assert_false(code_clean(arena, STR_NONE, 6, &out));
	assert_null(out.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_guid_carries_128_bits_and_hash_is_of_the_bytes),
		cmocka_unit_test(
		    test_link_carries_256_bits_and_hash_is_of_the_bytes),
		cmocka_unit_test(test_tokens_differ_from_each_other),
		cmocka_unit_test(
		    test_other_forms_are_refused_and_leave_the_hash_alone),
		cmocka_unit_test(
	    test_code_is_read_through_blanks_hyphens_and_full_width_digits),
		cmocka_unit_test(
		    test_code_of_other_characters_or_length_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
