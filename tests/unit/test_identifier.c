#include "unit_arena.h"

#include "base/limits.h"
#include "codec/identifier.h"
#include "codec/text.h"

#define E_ACUTE		"\xc3\xa9"		/* composed */
#define E_AND_ACUTE	"e\xcc\x81"		/* decomposed */
#define SHARP_S		"\xc3\x9f"
#define DOTLESS_I	"\xc4\xb1"
#define KELVIN		"\xe2\x84\xaa"
#define FULLWIDTH_ANA	"\xef\xbd\x81\xef\xbd\x8e\xef\xbd\x81"
#define ASTRONAUT	"\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd\xe2\x80\x8d" \
			"\xf0\x9f\x9a\x80"

static const char *
email(const char *s)
{
	struct identifier id = { .kind = 0 };

	if (identifier_email(arena, str_of(s), true, &id) != ERR_OK)
		return "";
	assert_int_equal(id.kind, IDENTIFIER_EMAIL);
	assert_str(id.given, s);
	assert_int_equal(strlen(id.canonical.p), id.canonical.len);
	return id.canonical.p;
}

/* S-010, F-01, F-06 */
static void
test_equal_addresses_share_one_canonical_form(void **state)
{
	static const char *const t[][2] = {
		{ "ada@example.org", "ada@example.org" },
		{ "Ada@Example.org", "ada@example.org" },
		{ "ADA@EXAMPLE.ORG", "ada@example.org" },
		{ "ada+shop@example.org", "ada+shop@example.org" },
		{ "a.d.a@example.org", "a.d.a@example.org" },
		{ "ada@b\xc3\xbc" "cher.example",
		    "ada@xn--bcher-kva.example" },
		{ "ada@B\xc3\x9c" "CHER.example",
		    "ada@xn--bcher-kva.example" },
		{ "ada@bu\xcc\x88" "cher.example",
		    "ada@xn--bcher-kva.example" },
		{ "ada@XN--BCHER-KVA.Example", "ada@xn--bcher-kva.example" },
		{ "ada@fa" SHARP_S ".example", "ada@xn--fa-hia.example" },
		{ "R" E_AND_ACUTE "n\xc3\x89@example.org",
		    "r" E_ACUTE "n" E_ACUTE "@example.org" },
		{ "!#$%&'*+-/=?^_`{|}~@example.org",
		    "!#$%&'*+-/=?^_`{|}~@example.org" },
		{ "a@r3---sn.example.com", "a@r3---sn.example.com" },
		{ "1@2.3.example", "1@2.3.example" },
		{ "azAZ09@az-AZ09.example", "azaz09@az-az09.example" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_string_equal(email(t[i][0]), t[i][1]);
}

/* S-010, S-011, S-012, F-02: twins that are two people. */
static void
test_unequal_addresses_stay_apart(void **state)
{
	static const char *const t[][2] = {
		{ "ana@example.org", "an\xc3\xa1@example.org" },
		{ "ana@example.org", FULLWIDTH_ANA "@example.org" },
		{ "ana@example.org", "a.na@example.org" },
		{ "ana@example.org", "ana+x@example.org" },
		{ "mike@example.org", "m" DOTLESS_I "ke@example.org" },
		{ "mike@example.org", "m\xc4\xb0ke@example.org" },
		{ "strasse@example.org", "stra" SHARP_S "e@example.org" },
		{ "ada@fass.example", "ada@fa" SHARP_S ".example" },
		{ "sam@example.org", "\xc5\xbf" "am@example.org" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		assert_string_not_equal(email(t[i][0]), "");
		assert_string_not_equal(email(t[i][1]), "");
		assert_string_not_equal(email(t[i][0]), email(t[i][1]));
	}
}

static void
test_canonical_address_of_itself_is_itself(void **state)
{
	static const char *const t[] = { "Ada@Example.org",
		"\xc3\x89l\xc4\xb0" "as@B\xc3\x9c" "CHER.example",
		"\xe1\xba\x9e@example.org", KELVIN "@example.org",
		"\xe1\xbe\xbc@example.org", "\xce\x91\xcd\x85@example.org" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		assert_string_not_equal(email(t[i]), "");
		assert_string_equal(email(email(t[i])), email(t[i]));
	}
}

static void
test_local_part_keeps_its_case_where_the_site_says_so(void **state)
{
	struct identifier id;

	(void)state;
	assert_int_equal(identifier_email(arena, STR("A" E_AND_ACUTE
	    "@Example.org"), false, &id), ERR_OK);
	assert_str(id.canonical, "A" E_ACUTE "@example.org");
}

static void
test_what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = { "", "@", "a", "a@", "@example.org",
		"a@example", "a@localhost", "a@.org", "a@example.",
		"a@example.org.", "a@example..org", "a@b@example.org",
		".a@example.org", "a.@example.org", "a..b@example.org",
		" a@example.org", "a @example.org", "a@example.org ",
		"a@ example.org", "a b@example.org", "a\t@example.org",
		"a@example.org\n", "a@exa\rmple.org", "\"a\"@example.org",
		"a,b@example.org", "a;b@example.org", "a<b@example.org",
		"a(b)@example.org", "a\\@example.org", "Ada <a@example.org>",
		"a@[127.0.0.1]", "a@127.0.0.1", "a@1.2", "a@-x.org",
		"a@x-.org", "a@bad_host.com", "a@exa$mple.org", "a@ex%61.org",
		"a@xn--a.example", "a@xn--.example", "a\xff@example.org",
		"a\xc2\xa0" "b@example.org", "a\xe2\x80\x8b@example.org",
		"a\xc2\x85@example.org", "a@ex\xe2\x80\xaeorg.org",
		"a@\xe2\x84\x80.example", "a@b\xef\xbc\x8f" "c.example",
		"a@\xf0\x9f\x92\xa9.example", "a\xe2\x80\xa8@example.org",
		"a@ex\xc2\xad", "a@example.org\xef\xbc\xa0" "x" };
	struct identifier id = { .kind = 9 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (identifier_email(arena, str_of(bad[i]), true, &id) !=
		    ERR_EMAIL_MALFORMED)
			fail_msg("accepted %s", bad[i]);
	assert_int_equal(identifier_email(arena, STR_NONE, true, &id),
	    ERR_EMAIL_MALFORMED);
	assert_int_equal(identifier_email(arena,
	    (struct str){ "a\0b@example.org", 15 }, true, &id),
	    ERR_EMAIL_MALFORMED);
	assert_int_equal(identifier_email(arena,
	    (struct str){ "ab@exam\0ple.org", 15 }, true, &id),
	    ERR_EMAIL_MALFORMED);
	assert_int_equal(id.kind, 9);
}

static struct str
filled(size_t len, const char *end)
{
	char *p = arena_alloc(arena, len + 1);
	size_t i, n = strlen(end);

	memset(p, 'a', len);
	for (i = 20; i + 1 < len - n; i += 20)
		p[i] = '.';
	memcpy(p + len - n, end, n);
	return (struct str){ p, len };
}

/* F-08: an address of 254 bytes is one. */
static void
test_address_lengths_end_at_rfc5321_limits(void **state)
{
	char label[128];
	struct str local, domain;

	(void)state;
	local = filled(64, "a");
	assert_string_not_equal(email(str_printf(arena, "%s@example.org",
	    local.p).p), "");
	local = filled(65, "a");
	assert_string_equal(email(str_printf(arena, "%s@example.org",
	    local.p).p), "");
	local = filled(64, "a");
	domain = filled(254 - 65, ".example");
	assert_string_not_equal(email(str_printf(arena, "%s@%s", local.p,
	    domain.p).p), "");
	domain = filled(255 - 65, ".example");
	assert_string_equal(email(str_printf(arena, "%s@%s", local.p,
	    domain.p).p), "");
	memset(label, 'x', 64);
	label[63] = '\0';
	assert_string_not_equal(email(str_printf(arena, "a@%s.org",
	    label).p), "");
	label[63] = 'x';
	label[64] = '\0';
	assert_string_equal(email(str_printf(arena, "a@%s.org", label).p),
	    "");
}

/* F-06: the spelling given for the local part, ASCII for the domain. */
static void
test_envelope_has_the_local_part_as_given(void **state)
{
	(void)state;
	assert_str(identifier_mailbox(arena,
	    STR("Ada+X@B\xc3\xbc" "cher.Example")),
	    "Ada+X@xn--bcher-kva.example");
	assert_null(identifier_mailbox(arena, STR("no address")).p);
	assert_null(identifier_mailbox(arena, STR("a@bad_host.com")).p);
}

static enum err
username(const char *s, const char **canonical)
{
	struct identifier id;
	enum err e;

	e = identifier_username(arena, str_of(s), &id);
	if (e == ERR_OK) {
		assert_int_equal(id.kind, IDENTIFIER_USERNAME);
		assert_str(id.given, s);
		*canonical = id.canonical.p;
	}
	return e;
}

/* S-013, RFC 8265 §3.3 */
static void
test_user_names_are_case_mapped(void **state)
{
	static const char *const t[][2] = {
		{ "ana", "ana" }, { "Ana", "ana" }, { "a", "a" },
		{ "Ada.Lovelace_1-2", "ada.lovelace_1-2" },
		{ FULLWIDTH_ANA, "ana" }, { "1ana", "1ana" },
		{ "Ren" E_AND_ACUTE, "ren" E_ACUTE },
		{ "REN\xc3\x89", "ren" E_ACUTE },
		{ "stra" SHARP_S "e", "stra" SHARP_S "e" },
		{ "\xce\xa3\xce\xbf\xcf\x86\xce\xaf\xce\xb1",
		    "\xcf\x83\xce\xbf\xcf\x86\xce\xaf\xce\xb1" },
		{ "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
		    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" },
		{ "\xe0\xa4\xa8\xe0\xa5\x81\xe0\xa4\xaa",
		    "\xe0\xa4\xa8\xe0\xa5\x81\xe0\xa4\xaa" },
		{ "\xe7\x8e\x8b\xe4\xbc\x9f", "\xe7\x8e\x8b\xe4\xbc\x9f" },
		{ "\xd7\xa9-1.2", "\xd7\xa9-1.2" },
		{ "\xd7\xa9\xd6\xb7", "\xd7\xa9\xd6\xb7" },
	};
	const char *got = "";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		assert_int_equal(username(t[i][0], &got), ERR_OK);
		assert_string_equal(got, t[i][1]);
		assert_int_equal(username(t[i][1], &got), ERR_OK);
		assert_string_equal(got, t[i][1]);
	}
}

/* F-02: a blank behind the name does not make a second Ana. */
static void
test_user_names_of_wrong_length_or_with_blanks_are_syntax(void **state)
{
	static const char *const bad[] = { "", "ana ", " ana", "a na", "a\tna",
		"ana\n", "ana\xc2\xa0", "ana\xe3\x80\x80", "ana\xe2\x80\xa8",
		"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzy" };
	const char *got = "";
	char text[4 * 33 + 1];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (username(bad[i], &got) != ERR_USERNAME_SYNTAX)
			fail_msg("%s is not a matter of syntax", bad[i]);
	assert_int_equal(username("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzy", &got),
	    ERR_OK);
	/* 32 characters of four bytes are the most. */
	for (i = 0; i < 33; i++)
		memcpy(text + 4 * i, "\xf0\xa0\x80\x80", 4);
	text[4 * 33] = '\0';
	assert_int_equal(username(text, &got), ERR_USERNAME_SYNTAX);
	text[4 * 32] = '\0';
	assert_int_equal(username(text, &got), ERR_OK);
}

/* S-013, F-03, F-07: kinds do not overlap. */
static void
test_user_names_that_could_be_another_kind_are_format(void **state)
{
	static const char *const bad[] = { "ada@example.org", "@ada", "a@b",
		"ada\xef\xbc\xa0" "x", "12345", "+12025550104", "+ada",
		"555-0104", "1.2_3-4", "0044-7700-900123",
		"0123456789abcdef0123456789abcdef",
		"ABCDEFABCDEFABCDEFABCDEFABCDEFAB",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93",
		"\xd9\xa1\xd9\xa2\xd9\xa3", ASTRONAUT, ".ada", "_ada", "-ada",
		"a/b", "a\\b", "a'b", "a\"b", "a<b", "a&b", "a%b", "a:b",
		"a\x01", "a\x7f", "a\xc2\x80", "a\xff", "a\xe2\x80\x8b",
		"a\xe2\x80\x8d", "a\xc2\xad", "a\xef\xbb\xbf", "a\xe2\x80\xae",
		"\xef\xac\x81", "\xe2\x91\xa0" "a", "\xc2\xaa", "x\xc2\xb2",
		"\xe3\x85\xa4", "\xe1\x85\x9f", "\xd9\x80" "a",
		"\xcc\x81" "a", "a\xef\xbf\xbe",
		"\xd7\xa9" "a", "a\xd7\xa9", "1\xd7\xa9",
		"\xd7\xa9" "a\xd7\xa9", "\xdf\xba\xdf\x8a",
		"\xea\xb0\x80\xe3\x80\xae", "\xea\xb0\x80\xe3\x80\xaf",
		"\xe3\x80\xb1", "\xe3\x80\xb5", "\xe3\x80\xbb",
		"a1\xd9\xa0", "a0\xe0\xa5\xa7",
		"a1\xd9\xa1", "\xd8\xa7\xd9\xa1\xdb\xb1" };
	const char *got = "";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (username(bad[i], &got) != ERR_USERNAME_FORMAT)
			fail_msg("number %zu is not a matter of format: %s", i,
			    bad[i]);
	assert_int_equal(username("0123456789abcdef0123456789abcde", &got),
	    ERR_OK);
}

static const char *
phone(const char *s)
{
	struct identifier id = { .kind = 0 };
	enum err e;

	e = identifier_phone(arena, str_of(s), &id);
	if (e != ERR_OK) {
		assert_int_equal(e, ERR_PHONE_MALFORMED);
		return "";
	}
	assert_int_equal(id.kind, IDENTIFIER_PHONE);
	assert_str(id.given, s);
	return id.canonical.p;
}

/* S-014, F-04 */
static void
test_phone_numbers_have_one_spelling(void **state)
{
	static const char *const t[][2] = {
		{ "+447700900123", "+447700900123" },
		{ "+44 (0)7700 900123", "+447700900123" },
		{ "+44 07700 900123", "+447700900123" },
		{ "+44-7700-900.123", "+447700900123" },
		{ "00447700900123", "+447700900123" },
		{ "00 44 7700 900123", "+447700900123" },
		{ " 447700900123", "+447700900123" },
		{ " +447700900123", "+447700900123" },
		{ " 00447700900123", "+447700900123" },
		{ "+447700900123 ", "+447700900123" },
		{ "+1 (202) 555-0104", "+12025550104" },
		{ "+15550104417", "+15550104417" },
		{ "+39 06 1234567", "+39061234567" },
		{ "+39 (06) 1234567", "+39061234567" },
		{ "+2250102030405", "+2250102030405" },
		{ "+49 30 901820", "+4930901820" },
		{ "+79123456789", "+79123456789" },
		{ "+2908123", "+2908123" },
		{ "+491234567890123", "+491234567890123" },
		{ "+49 (0) 1234567890123", "+491234567890123" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		if (strcmp(phone(t[i][0]), t[i][1]) != 0)
			fail_msg("%s became \"%s\"", t[i][0],
			    phone(t[i][0]));
		assert_string_equal(phone(t[i][1]), t[i][1]);
	}
}

/* S-014: impossible numbers. */
static void
test_impossible_phone_numbers_are_refused(void **state)
{
	static const char *const bad[] = { "", "+", "00", " ", "+1", "ada",
		"07700900123", "447700900123", "0447700900123",
		"+4477009001234567",
		"+49123456789012345678901234567890", "+49123", "+1202555010",
		"+120255501041",
		"+10255501041", "+11255501041", "+7912345678", "+999123456789",
		"+800123456789", "+979123456789", "+2101234567",
		"+0447700900123", "000447700900123", "++447700900123",
		"+44+7700900123", "+44 (7700 900123", "+44 7700) 900123",
		"+44 ((0))7700 900123", "+44007700900123", "+44770090012x",
		"+44 7700 900123 ext 4", "+44 7700 900123x4",
		"+44 7700 900123#", "+44/7700900123", "+44\t7700900123",
		"+44\xc2\xa0" "7700900123", "  447700900123",
		"\xef\xbc\x8b" "447700900123",
		"+\xef\xbc\x94\xef\xbc\x94" "7700900123", "tel:+447700900123",
		"+44                                                          "
		    "    7700900123" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (*phone(bad[i]) != '\0')
			fail_msg("accepted %s as %s", bad[i], phone(bad[i]));
	assert_int_equal(identifier_phone(arena, STR_NONE,
	    &(struct identifier){ .kind = 0 }), ERR_PHONE_MALFORMED);
}

static const char *
password(const char *s)
{
	struct str out;

	assert_int_equal(password_normalise(arena, str_of(s), &out), ERR_OK);
	return out.p;
}

/* S-003, F-09, F-10: RFC 8265 §4.2 */
static void
test_passwords_are_normalised_and_nothing_else(void **state)
{
	static const char *const t[][2] = {
		{ " seven  bridges ", " seven  bridges " },
		{ "Bru\xcc\x88" "cken-u\xcc\x88" "ber-O\xcc\x88l",
		    "Br\xc3\xbc" "cken-\xc3\xbc" "ber-\xc3\x96l" },
		{ "Br\xc3\xbc" "cken-\xc3\xbc" "ber-\xc3\x96l",
		    "Br\xc3\xbc" "cken-\xc3\xbc" "ber-\xc3\x96l" },
		{ "a\xc2\xa0" "b\xe3\x80\x80" "c\xe2\x80\x83" "d", "a b c d" },
		{ "PassWord", "PassWord" },
		{ "\xef\xac\x81", "\xef\xac\x81" },
		{ FULLWIDTH_ANA, FULLWIDTH_ANA },
		{ "stra" SHARP_S "e", "stra" SHARP_S "e" },
		{ ASTRONAUT, ASTRONAUT },
		{ "\xcc\x81", "\xcc\x81" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_string_equal(password(t[i][0]), t[i][1]);
	assert_string_not_equal(password("\xef\xac\x81"), password("fi"));
}

/* S-002: nothing is cut. */
static void
test_long_passwords_are_whole_or_refused(void **state)
{
	char text[LIMIT_PASSWORD_INPUT + 2];
	struct str out = STR("kept");

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(password_normalise(arena, (struct str){ text,
	    LIMIT_PASSWORD_INPUT + 1 }, &out), ERR_TOO_LONG);
	assert_str(out, "kept");
	assert_int_equal(password_normalise(arena, (struct str){ text,
	    LIMIT_PASSWORD_INPUT }, &out), ERR_OK);
	assert_int_equal(out.len, LIMIT_PASSWORD_INPUT);
}

/* F-56 */
static void
test_passwords_with_controls_are_refused(void **state)
{
	static const char *const bad[] = { "", "a\x01", "\t", "a\nb", "a\x7f",
		"a\xc2\x85", "a\xff", "\xed\xa0\x80" };
	struct str out = STR("kept");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(password_normalise(arena, str_of(bad[i]),
		    &out), ERR_MALFORMED);
	assert_int_equal(password_normalise(arena, (struct str){ "pass\0x",
	    6 }, &out), ERR_MALFORMED);
	assert_str(out, "kept");
}

static void
test_fold_makes_texts_alike_that_people_take_for_one(void **state)
{
	(void)state;
	assert_str(text_fold(arena, STR(FULLWIDTH_ANA)), "ana");
	assert_str(text_fold(arena, STR("STRASSE")), "strasse");
	assert_str(text_fold(arena, STR("Stra" SHARP_S "e")), "strasse");
	assert_str(text_fold(arena, STR("\xef\xac\x81N" E_AND_ACUTE)),
	    "fin" E_ACUTE);
	assert_str(text_fold(arena, STR("")), "");
	assert_null(text_fold(arena, STR_NONE).p);
	assert_str(text_fold(arena, STR("A\xff")), "A\xff");
	/* The longest that one character becomes. */
	assert_int_equal(text_fold(arena, STR("\xef\xb7\xba\xef\xb7\xba")).len,
	    66);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_addresses_share_one_canonical_form),
		cmocka_unit_test(test_unequal_addresses_stay_apart),
		cmocka_unit_test(test_canonical_address_of_itself_is_itself),
		cmocka_unit_test(
		    test_local_part_keeps_its_case_where_the_site_says_so),
		cmocka_unit_test(test_what_is_no_address_is_refused),
		cmocka_unit_test(test_address_lengths_end_at_rfc5321_limits),
		cmocka_unit_test(test_envelope_has_the_local_part_as_given),
		cmocka_unit_test(test_user_names_are_case_mapped),
		cmocka_unit_test(
		    test_user_names_of_wrong_length_or_with_blanks_are_syntax),
		cmocka_unit_test(
		    test_user_names_that_could_be_another_kind_are_format),
		cmocka_unit_test(test_phone_numbers_have_one_spelling),
		cmocka_unit_test(test_impossible_phone_numbers_are_refused),
		cmocka_unit_test(
		    test_passwords_are_normalised_and_nothing_else),
		cmocka_unit_test(test_long_passwords_are_whole_or_refused),
		cmocka_unit_test(test_passwords_with_controls_are_refused),
		cmocka_unit_test(
		    test_fold_makes_texts_alike_that_people_take_for_one),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
