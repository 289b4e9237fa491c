#include "unit_arena.h"

#include "codec/text.h"

static void
test_base64_rfc4648_section_10(void **state)
{
	static const char *const plain[] = { "", "f", "fo", "foo", "foob",
		"fooba", "foobar" };
	static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v",
		"Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
	struct str s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(plain); i++) {
		assert_str(base64_encode(arena, plain[i], strlen(plain[i])),
		    coded[i]);
		assert_true(base64_decode(arena, str_of(coded[i]), &s));
		assert_str(s, plain[i]);
	}
}

static void
test_base64url_has_its_own_alphabet_and_no_padding(void **state)
{
	static const unsigned char raw[] = { 0xfb, 0xff, 0xbf, 0xfe };
	struct str s;

	(void)state;
	assert_str(base64url_encode(arena, raw, 4), "-_-__g");
	assert_str(base64_encode(arena, raw, 4), "+/+//g==");
	assert_true(base64url_decode(arena, STR("-_-__g"), &s));
	assert_int_equal(s.len, 4);
	assert_memory_equal(s.p, raw, 4);
	assert_false(base64url_decode(arena, STR("-_-__g=="), &s));
	assert_false(base64url_decode(arena, STR("+/+//g"), &s));
	assert_false(base64_decode(arena, STR("-_-__g=="), &s));
}

/* One text for one value: a token has no second spelling. */
static void
test_base64_refuses_every_second_spelling(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "Zh==",
		"Zm9=", "Zm9v=", "====", "=", "Zg==Zg==", "Zm 9", "Zm9v\n",
		"Z===", "Zm9v Zm9", "\xc3\xa9v9" };
	static const char *const bad_url[] = { "Z", "Zh", "Zm9", "Zm9vZ",
		"Zg\n", "Zg " };
	struct str s = STR("kept");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (base64_decode(arena, str_of(bad[i]), &s))
			fail_msg("accepted %s", bad[i]);
	for (i = 0; i < COUNT(bad_url); i++)
		if (base64url_decode(arena, str_of(bad_url[i]), &s))
			fail_msg("accepted %s", bad_url[i]);
	assert_false(base64url_decode(arena, (struct str){ "Zg\0v", 4 }, &s));
	assert_str(s, "kept");
}

static void
test_base64_returns_all_bytes_at_every_length(void **state)
{
	unsigned char raw[257];
	struct str s, back;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (unsigned char)(i * 151 + 7);
	for (len = 0; len <= sizeof(raw); len++) {
		s = base64_encode(arena, raw, len);
		assert_true(base64_decode(arena, s, &back));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.p, raw, len);
		s = base64url_encode(arena, raw, len);
		assert_true(base64url_decode(arena, s, &back));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.p, raw, len);
	}
}

static void
test_hex_takes_both_cases_and_nothing_else(void **state)
{
	static const char *const bad[] = { "0", "0g", "0x00", " 00", "00 ",
		"0 ", "+1", "-1" };
	struct str s;
	size_t i;

	(void)state;
	assert_str(hex_encode(arena, "\x00\x7f\xab\xff", 4), "007fabff");
	assert_true(hex_decode(arena, STR("007fABff"), &s));
	assert_int_equal(s.len, 4);
	assert_memory_equal(s.p, "\x00\x7f\xab\xff", 4);
	assert_true(hex_decode(arena, STR(""), &s));
	assert_int_equal(s.len, 0);
	assert_false(hex_decode(arena, STR_NONE, &s));
	for (i = 0; i < COUNT(bad); i++)
		if (hex_decode(arena, str_of(bad[i]), &s))
			fail_msg("accepted %s", bad[i]);
}

/* RFC 3629 §3, §10 and the Unicode standard's table 3-7. */
static void
test_utf8_refuses_overlongs_surrogates_and_what_is_cut(void **state)
{
	static const char *const bad[] = { "\x80", "\xbf", "\xc0\x80",
		"\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf8\x88\x80\x80\x80", "\xff", "\xfe", "a\xe2\x82",
		"\xf0\x9f\x98", "\xe2\x28\xa1" };
	static const char *const good[] = { "", "a", "\x7f", "\xc2\x80",
		"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (utf8_valid(str_of(bad[i])))
			fail_msg("accepted number %zu", i);
	for (i = 0; i < COUNT(good); i++)
		if (!utf8_valid(str_of(good[i])))
			fail_msg("refused number %zu", i);
	assert_true(utf8_valid((struct str){ "a\0b", 3 }));
}

static void
test_utf8_next_yields_each_code_point(void **state)
{
	struct str s = STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x9a\x80");
	static const uint32_t want[] = { 'a', 0xe9, 0x20ac, 0x1f680 };
	uint32_t code;
	size_t i;

	(void)state;
	assert_int_equal(utf8_length(s), 4);
	for (i = 0; i < COUNT(want); i++) {
		assert_true(utf8_next(&s, &code));
		assert_int_equal(code, want[i]);
	}
	assert_false(utf8_next(&s, &code));
}

static void
test_utf8_cut_never_splits_a_character(void **state)
{
	struct str s = STR("\xf0\x9f\x9a\x80\xc3\xa9z");

	(void)state;
	assert_str(utf8_cut(s, 0), "");
	assert_str(utf8_cut(s, 1), "\xf0\x9f\x9a\x80");
	assert_str(utf8_cut(s, 2), "\xf0\x9f\x9a\x80\xc3\xa9");
	assert_str(utf8_cut(s, 9), "\xf0\x9f\x9a\x80\xc3\xa9z");
}

static void
test_utf8_controls_are_c0_del_and_c1(void **state)
{
	(void)state;
	assert_true(utf8_has_control(STR("a\tb")));
	assert_true(utf8_has_control((struct str){ "a\0", 2 }));
	assert_true(utf8_has_control(STR("a\x7f")));
	assert_true(utf8_has_control(STR("a\xc2\x80")));
	assert_true(utf8_has_control(STR("a\xc2\x9f")));
	assert_false(utf8_has_control(STR("a \xc2\xa0\xe2\x80\x8d")));
}

static void
test_percent_is_decoded_once_and_strictly(void **state)
{
	static const char *const bad[] = { "%", "a%4", "%zz", "%4g", "%%41",
		"%-1" };
	struct str s;
	size_t i;

	(void)state;
	assert_true(percent_decode(arena, STR("a+b%2Bc%2500%e2%82%AC"), true,
	    &s));
	assert_str(s, "a b+c%00\xe2\x82\xac");
	assert_true(percent_decode(arena, STR("a+b"), false, &s));
	assert_str(s, "a+b");
	for (i = 0; i < COUNT(bad); i++)
		if (percent_decode(arena, str_of(bad[i]), true, &s))
			fail_msg("accepted %s", bad[i]);
}

/* F-05: the plus sign of an address survives a link. */
static void
test_percent_encode_leaves_unreserved_alone(void **state)
{
	struct str s;

	(void)state;
	assert_str(percent_encode(arena, STR("ada+shop@example.org")),
	    "ada%2Bshop%40example.org");
	assert_str(percent_encode(arena, STR("AZaz09-._~")), "AZaz09-._~");
	assert_str(percent_encode(arena, STR(" /?#&=\"<>\r\n\xc3\xa9")),
	    "%20%2F%3F%23%26%3D%22%3C%3E%0D%0A%C3%A9");
	assert_true(percent_decode(arena, percent_encode(arena,
	    STR("ada+shop@example.org")), true, &s));
	assert_str(s, "ada+shop@example.org");
}

static void
test_guid_has_one_layout(void **state)
{
	static const char *const bad[] = { "",
		"00010203-0405-0607-0809-0a0b0c0d0e0",
		"00010203-0405-0607-0809-0a0b0c0d0e0ff",
		"{0010203-0405-0607-0809-0a0b0c0d0e0}",
		"00010203040506070809-0a0b0c0d0e0f---",
		"0001020-30405-0607-0809-0a0b0c0d0e0f",
		"00010203-0405-0607-0809-0a0b0c0d0e0g",
		"00010203-0405-0607-0809 0a0b0c0d0e0f" };
	unsigned char b[16], back[16];
	size_t i;

	(void)state;
	for (i = 0; i < 16; i++)
		b[i] = (unsigned char)i;
	assert_str(guid_encode(arena, b),
	    "00010203-0405-0607-0809-0a0b0c0d0e0f");
	assert_true(guid_decode(STR("00010203-0405-0607-0809-0A0B0C0D0E0F"),
	    back));
	assert_memory_equal(b, back, 16);
	memset(back, 9, sizeof(back));
	for (i = 0; i < COUNT(bad); i++)
		if (guid_valid(str_of(bad[i])) ||
		    guid_decode(str_of(bad[i]), back))
			fail_msg("accepted %s", bad[i]);
	assert_int_equal(back[0], 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64_rfc4648_section_10),
		cmocka_unit_test(
		    test_base64url_has_its_own_alphabet_and_no_padding),
		cmocka_unit_test(test_base64_refuses_every_second_spelling),
		cmocka_unit_test(test_base64_returns_all_bytes_at_every_length),
		cmocka_unit_test(test_hex_takes_both_cases_and_nothing_else),
		cmocka_unit_test(
		    test_utf8_refuses_overlongs_surrogates_and_what_is_cut),
		cmocka_unit_test(test_utf8_next_yields_each_code_point),
		cmocka_unit_test(test_utf8_cut_never_splits_a_character),
		cmocka_unit_test(test_utf8_controls_are_c0_del_and_c1),
		cmocka_unit_test(test_percent_is_decoded_once_and_strictly),
		cmocka_unit_test(test_percent_encode_leaves_unreserved_alone),
		cmocka_unit_test(test_guid_has_one_layout),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
