#include "unit.h"

#include "base/config.h"
#include "base/ctx.h"
#include "codec/identifier.h"
#include "domain/common_passwords.h"
#include "domain/password.h"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;

static int
setup(void **state)
{
	static const struct str words[] = { { "Bridgework", 10 } };

	(void)state;
	arena = arena_new();
	cfg = (struct config){
		.password_min_length = 8, .password_max_length = 128,
		.site_name = STR("Harbour Club"),
		.site_words = { words, COUNT(words) }
	};
	ctx_init(&ctx, arena, &cfg);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static enum err
judge_with(const char *password, const struct str *words, size_t n)
{
	struct secret typed = secret_copy(arena, password, strlen(password));
	struct str normal = STR_NONE;
	enum err e;

	ctx.err = (struct err_detail){ .code = ERR_OK };
	e = password_judge(&ctx, &typed, words, n, &normal);
	if ((e == ERR_OK) != (normal.p != NULL))
		fail_msg("normal form and %s", err_name(e));
	return e;
}

static enum err
judge(const char *password)
{
	return judge_with(password, NULL, 0);
}

static const char *
repeated(const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, arena, n * strlen(s) + 1);
	while (n-- > 0)
		buf_cstr(&b, s);
	return buf_view(&b).p;
}

static void
test_password_that_is_absent_or_empty_is_missing(void **state)
{
	struct secret none = { NULL, 0 };
	struct str normal;

	(void)state;
	assert_int_equal(password_judge(&ctx, &none, NULL, 0, &normal),
	    ERR_PASSWORD_MISSING);
	assert_int_equal(judge(""), ERR_PASSWORD_MISSING);
}

static void
assert_invalid(const char *password)
{
	if (judge(password) != ERR_VALIDATION)
		fail_msg("\"%s\": %s", password, err_name(ctx.err.code));
	assert_string_equal(ctx.err.field, "password");
	assert_string_equal(ctx.err.fields->name, "password");
}

/* S-002 */
static void
test_s002_length_is_counted_in_code_points(void **state)
{
	static const char rocket[] = "\xf0\x9f\x9a\x80";
	const char *odd = "\xf0\x9f\x9a\x80" "bcdhijx";

	(void)state;
	assert_int_equal(judge(odd), ERR_OK);
	assert_invalid(odd + 4);
	assert_int_equal(judge(str_printf(arena, "x%s",
	    repeated(rocket, 127)).p), ERR_OK);
	assert_invalid(str_printf(arena, "x%s", repeated(rocket, 128)).p);
	assert_invalid(repeated("a", 129));
	assert_invalid(repeated("seven bridges ", 100));
	assert_invalid("hunter\x01" "2two");
}

static void
test_password_minimum_follows_the_setting(void **state)
{
	(void)state;
	cfg.password_min_length = 15;
	assert_invalid("cobalt-meadow7");
	assert_int_equal(judge("cobalt-meadow71"), ERR_OK);
}

/* S-003, F-09: blanks count and stay. */
static void
test_f09_password_is_taken_as_typed(void **state)
{
	static const char typed[] = " seven  bridges ";
	struct secret s = secret_copy(arena, typed, strlen(typed));
	struct str normal;

	(void)state;
	assert_int_equal(password_judge(&ctx, &s, NULL, 0, &normal), ERR_OK);
	assert_str(normal, typed);
}

/* F-10 */
static void
test_f10_composed_and_decomposed_letters_are_one_password(void **state)
{
	static const char nfd[] = "Bru\xcc\x88" "cken-u\xcc\x88" "ber-Ol";
	struct secret s = secret_copy(arena, nfd, strlen(nfd));
	struct str normal;

	(void)state;
	assert_int_equal(password_judge(&ctx, &s, NULL, 0, &normal), ERR_OK);
	assert_str(normal, "Br\xc3\xbc" "cken-\xc3\xbc" "ber-Ol");
}

/* F-07 */
static void
test_f07_password_may_hold_four_byte_characters(void **state)
{
	(void)state;
	assert_int_equal(judge("Ada \xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd"
	    "\xe2\x80\x8d\xf0\x9f\x9a\x80 flies"), ERR_OK);
}

/* S-004 */
static void
test_s004_list_has_ten_thousand_that_fit_the_length_rule(void **state)
{
	(void)state;
	assert_true(common_passwords_count() >= 10000);
}

static void
test_s004_common_passwords_are_refused_in_any_case(void **state)
{
	static const char *const common[] = { "password", "PassWord",
		"12345678", "QWERTYUIOP", "iloveyou", "Trustno1", "p@ssw0rd",
		"baseball", "!qaz2wsx",
		/* full-width letters are the same to who types them */
		"\xef\xbd\x90\xef\xbd\x81ssword" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(common); i++) {
		if (judge(common[i]) != ERR_PASSWORD_WEAK)
			fail_msg("%s: %s", common[i],
			    err_name(ctx.err.code));
	}
}

/* Every entry is found, the first and the last among them. */
static void
test_s004_every_entry_of_the_list_is_found(void **state)
{
	static const char text[] =
#include "domain/common_passwords.inc"
	    ;
	struct str rest = { text, sizeof(text) - 1 }, line, before = STR("");
	size_t n = 0;

	(void)state;
	while (str_split(&rest, '\n', &line) && line.len > 0) {
		if (!password_is_common(line))
			fail_msg("%.*s", STR_FMT(line));
		if (line.len < 8)
			fail_msg("%.*s is short", STR_FMT(line));
		if (strncmp(before.p, line.p, before.len) > 0)
			fail_msg("%.*s is out of order", STR_FMT(line));
		before = line;
		n++;
	}
	assert_int_equal(n, common_passwords_count());
}

static void
test_s004_what_is_not_on_the_list_is_not_found(void **state)
{
	static const char *const rare[] = { "passwore", "passwordy",
		"cobalt-meadow-71", "~~~~~~~y", "!!!!!!!a", "zzzzzzzy",
		"passwor" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rare); i++)
		if (password_is_common(str_of(rare[i])))
			fail_msg("%s", rare[i]);
}

static void
test_s004_repeated_pieces_and_runs_are_common(void **state)
{
	static const char *const weak[] = { "aaaaaaaa", "abcabcabc",
		"12341234", "abcdefgh", "87654321", "7890123456",
		"2109876543", "\xd0\xb0\xd0\xb1\xd0\xb2\xd0\xb3"
		"\xd0\xb4\xd0\xb5\xd0\xb6\xd0\xb7" };
	static const char *const fine[] = { "aaaaaaab", "abcdefgi",
		"12341235" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(weak); i++)
		if (!password_is_common(str_of(weak[i])))
			fail_msg("%s", weak[i]);
	for (i = 0; i < COUNT(fine); i++)
		if (password_is_common(str_of(fine[i])))
			fail_msg("%s", fine[i]);
}

static void
test_s004_words_of_the_site_are_refused(void **state)
{
	(void)state;
	assert_int_equal(judge("bridgeWORK"), ERR_PASSWORD_WEAK);
	assert_int_equal(judge("HarbourClub"), ERR_PASSWORD_WEAK);
	assert_int_equal(judge("harbour-club"), ERR_PASSWORD_WEAK);
	assert_int_equal(judge("harbour-club-71-oak"), ERR_OK);
}

static void
test_s004_words_of_the_account_are_refused(void **state)
{
	const struct str words[] = { STR("Mira.Quist@Example.com"),
		STR("quistmira"), STR("Miranda"), STR("Quistgaard"),
		STR("Miranda Quistgaard"), STR_NONE, STR("04-21-1990") };
	static const char *const weak[] = { "mira.quist@example.com",
		"MIRA.QUIST@EXAMPLE.COM", "QuistMira", "quistgaard",
		"MirandaQuistgaard", "miranda.quistgaard", "my mira.quist 7",
		"mira.quist", "04/21/1990", "04211990" };
	static const char *const fine[] = { "miranda-oak-71",
		"xmira.quist9oak", "quistgaard1" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(weak); i++)
		if (judge_with(weak[i], words, COUNT(words)) !=
		    ERR_PASSWORD_WEAK)
			fail_msg("%s", weak[i]);
	for (i = 0; i < COUNT(fine); i++)
		if (judge_with(fine[i], words, COUNT(words)) != ERR_OK)
			fail_msg("%s", fine[i]);
}

/* Short ones would forbid half the language. */
static void
test_s004_words_under_four_characters_may_be_part_of_it(void **state)
{
	const struct str words[] = { STR("ada@example.com"), STR("Ada") };

	(void)state;
	assert_int_equal(judge_with("ada loves oaks", words, COUNT(words)),
	    ERR_OK);
}

static void
test_s004_a_name_of_no_letters_forbids_nothing(void **state)
{
	const struct str words[] = { STR("----"), STR("!!!!!") };

	(void)state;
	assert_int_equal(judge_with("?!#$%&()=;", words, COUNT(words)),
	    ERR_OK);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	T(test_password_that_is_absent_or_empty_is_missing),
	T(test_s002_length_is_counted_in_code_points),
	T(test_password_minimum_follows_the_setting),
	T(test_f09_password_is_taken_as_typed),
	T(test_f10_composed_and_decomposed_letters_are_one_password),
	T(test_f07_password_may_hold_four_byte_characters),
	T(test_s004_list_has_ten_thousand_that_fit_the_length_rule),
	T(test_s004_common_passwords_are_refused_in_any_case),
	T(test_s004_every_entry_of_the_list_is_found),
	T(test_s004_what_is_not_on_the_list_is_not_found),
	T(test_s004_repeated_pieces_and_runs_are_common),
	T(test_s004_words_of_the_site_are_refused),
	T(test_s004_words_of_the_account_are_refused),
	T(test_s004_words_under_four_characters_may_be_part_of_it),
	T(test_s004_a_name_of_no_letters_forbids_nothing),
	};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
