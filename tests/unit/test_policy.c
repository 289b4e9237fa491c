#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/ctx.h"
#include "domain/dictionary.h"
#include "domain/password.h"
#include "domain/password_rules.h"

#define STRANGERS	200000u	/* texts that no list has */

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;

static int
setup(void **state)
{
	const char *top = getenv("top_srcdir");

	(void)state;
	arena = arena_new();
	cfg = (struct config){
		.password_min_length = 8, .password_max_length = 128,
		.password_dictionary = true, .password_preset = STR("none"),
		.password_dictionary_file = str_printf(arena,
		    "%s/lib/domain/dictionary.bloom", top != NULL ? top : ".")
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

/* The dictionary */

static void
test_dictionary_has_what_leaked_and_words_of_languages(void **state)
{
	static const char *const entries[] = { "sunshine12", "liverpool123",
		"geburtstag", "krankenhaus", "congratulations",
		"qwerty123456", "desarrollo", "aujourd'hui",
		/* a letter beyond ASCII, folded */
		"verst\xc3\xa4ndnis" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(entries); i++)
		if (!dictionary_has(&ctx, str_of(entries[i])))
			fail_msg("%s", entries[i]);
}

/* Letters of a fixed sequence (Marsaglia, Xorshift RNGs, 2003). */
static struct str
stranger(uint64_t *x)
{
	char text[13];
	size_t i;

	for (i = 0; i < sizeof(text) - 1; i++) {
		*x ^= *x << 13;
		*x ^= *x >> 7;
		*x ^= *x << 17;
		text[i] = (char)('a' + *x % 26);
	}
	return str_printf(arena, "%.12s", text);
}

static void
test_dictionary_takes_one_stranger_in_a_thousand_for_an_entry(void **state)
{
	uint64_t x = 0x9e3779b97f4a7c15u;
	struct err_detail none = ctx.err;
	unsigned hits = 0, i;

	(void)state;
	for (i = 0; i < STRANGERS; i++)
		hits += dictionary_has(&ctx, stranger(&x));
	printf("# dictionary: %u of %u strangers taken for entries\n", hits,
	    STRANGERS);
	assert_in_range(hits, STRANGERS / 5000, STRANGERS / 1000);
	assert_int_equal(ctx.err.code, none.code);
}

static void
test_dictionary_says_how_much_it_has(void **state)
{
	int64_t n;

	(void)state;
	assert_int_equal(dictionary_check(&ctx, &n), ERR_OK);
	assert_in_range(n, 250000, 500000);
}

static struct str
file_of(const char *text, size_t len, off_t size)
{
	char path[] = "/tmp/doorward-dictionary.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
	return str_printf(arena, "%s", path);
}

/* A file that is damaged must not lock people out. */
static void
test_dictionary_that_is_none_holds_nothing(void **state)
{
	static const char good[] = "doorward bloom 1 5             \n";
	static const char other[] = "doorward bloom 2 5             \n";
	struct str files[] = {
		STR("/nowhere/dictionary.bloom"), file_of(good, 32, 32),
		file_of(other, 32, 32 + (1 << 19)), file_of("", 0, 0),
		file_of("", 0, 32 + (1 << 19)), STR_NONE
	};
	int64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(files); i++) {
		cfg.password_dictionary_file = files[i];
		assert_false(dictionary_has(&ctx, STR("sunshine12")));
		assert_int_equal(ctx.err.code, ERR_OK);
		assert_int_equal(dictionary_check(&ctx, &n), ERR_CONFIG);
		ctx.err = (struct err_detail){ .code = ERR_OK };
		if (files[i].p != NULL)
			unlink(files[i].p);
	}
}

static enum err
judge(const char *password)
{
	struct secret typed = secret_copy(arena, password, strlen(password));
	struct str normal;

	ctx.err = (struct err_detail){ .code = ERR_OK };
	return password_judge(&ctx, &typed, NULL, 0, &normal);
}

static void
test_s004_dictionary_passwords_are_refused_in_any_case(void **state)
{
	(void)state;
	assert_int_equal(judge("SunShine12"), ERR_PASSWORD_WEAK);
	assert_int_equal(judge("Verst\xc3\x84ndnis"), ERR_PASSWORD_WEAK);
	assert_int_equal(judge("cobalt-meadow-71"), ERR_OK);
	cfg.password_dictionary = false;
	assert_int_equal(judge("sunshine12"), ERR_OK);
	cfg.password_preset = STR("strong");
	assert_int_equal(judge("Sunshine12!"), ERR_OK);
	assert_int_equal(judge("Liverpool123"), ERR_VALIDATION);
}

/* The rules */

static size_t
complaints(void)
{
	const struct err_field *f;
	size_t n = 0;

	for (f = ctx.err.fields; f != NULL; f = f->next, n++)
		assert_string_equal(f->name, "password");
	return n;
}

#define SAID	"Use what we said."

/* The reader of the string has tests of its own. */
static void
test_rules_are_judged_beside_the_settings(void **state)
{
	static const struct sample {
		const char *rules, *password, *message;	/* NULL: accepted */
	} samples[] = {
	{ "", "cobalt-meadow-71", NULL },
	{ "required|min_length[12]", "cobalt-mead", "Use at least 12 "
	  "characters." },
	{ "min_length[12]", "cobalt-meado", NULL },
	{ "min_length[2]", "cobalt7", "Use at least 8 characters." },
	{ "exact_length[12]", "cobalt-mead", "Use at least 12 characters." },
	{ "exact_length[12]", "cobalt-meadow-71", NULL },
	{ "alpha_numeric", "cobalt-meadow",
	  "Use only the letters A to Z and digits." },
	{ "matches[confirmpassword]", "cobalt-meadow-71", NULL },
	{ "custom_validation[[\\d\\]]###" SAID "]", "cobalt meado]", NULL },
	{ "custom_validation[[\\d\\]]###" SAID "]", "cobalt-meadow", SAID }
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(samples); i++) {
		cfg.password_rules = str_of(samples[i].rules);
		if (judge(samples[i].password) != (samples[i].message !=
		    NULL ? ERR_VALIDATION : ERR_OK))
			fail_msg("%s: \"%s\" gives %s", samples[i].rules,
			    samples[i].password, err_name(ctx.err.code));
		if (samples[i].message == NULL)
			continue;
		assert_int_equal(complaints(), 1);
		assert_string_equal(ctx.err.fields->message,
		    samples[i].message);
	}
}

static void
test_rules_that_fail_are_all_told(void **state)
{
	(void)state;
	cfg.password_preset = STR("medium");
	assert_int_equal(judge("cobalt"), ERR_VALIDATION);
	assert_int_equal(complaints(), 4);
	assert_int_equal(judge("Cobalt-meadow-71"), ERR_OK);
}

/* S-002: at least 64 characters, whatever the rules say. */
static void
test_s002_rules_never_cap_a_password_below_64(void **state)
{
	static const char *const caps[] = { "max_length[20]",
		"exact_length[8]", "max_length[64]", "min_length[6]|"
		"max_length[6]" };
	char text[66] = "xanthic-";
	size_t i;

	(void)state;
	for (i = 8; i < 65; i++)
		text[i] = (char)('a' + i * 7 % 26);
	for (i = 0; i < COUNT(caps); i++) {
		cfg.password_rules = str_of(caps[i]);
		text[64] = '\0';
		assert_int_equal(judge(text), ERR_OK);
	}
	text[64] = 'q';
	assert_int_equal(judge(text), ERR_VALIDATION);
	assert_string_equal(ctx.err.fields->message,
	    "Use at most 64 characters.");
}

/* No rule means something else than its author wrote. */
static void
test_rules_that_cannot_be_read_stop_the_start(void **state)
{
	static const char *const bad[] = { "upper_case", "min_length[65]",
		"exact_length[65]", "alpha[3]",
		"custom_validation[^(?=.*[A-Z]).+$###x]" };
	struct password_policy p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		cfg.password_rules = str_of(bad[i]);
		if (password_policy_read(&ctx, &p) != ERR_CONFIG)
			fail_msg("%s is taken", bad[i]);
		assert_has(ctx.err.note, "password.rules");
	}
}

static void
test_presets_ask_for_at_least_so_much(void **state)
{
	struct password_policy p;

	(void)state;
	cfg.password_dictionary = false;
	cfg.password_history = 1;
	cfg.password_preset = STR("very_strong");
	assert_int_equal(password_policy_read(&ctx, &p), ERR_OK);
	assert_int_equal(p.history, 3);
	assert_int_equal(p.expires_days, 30);
	assert_true(p.dictionary);
	cfg.password_history = 9;
	cfg.password_expires_days = 7;
	cfg.password_rules = STR("min_length[11]");
	assert_int_equal(password_policy_read(&ctx, &p), ERR_OK);
	assert_int_equal(p.history, 9);
	assert_int_equal(p.expires_days, 7);
	assert_int_equal(p.rules.min_length, 11);
	cfg.password_preset = STR("standard");
	assert_int_equal(judge("cobalt-meadow"), ERR_VALIDATION);
	assert_int_equal(complaints(), 1);
	assert_string_equal(ctx.err.fields->message, "Use a digit.");
}

static size_t
hints_of(const char **hints)
{
	struct password_policy p;

	assert_int_equal(password_policy_read(&ctx, &p), ERR_OK);
	return password_rules_hints(&ctx, &p, hints);
}

static void
test_hints_tell_every_rule(void **state)
{
	const char *hints[RULES_MAX + 3];

	(void)state;
	cfg.password_preset = STR("weak");
	cfg.password_rules = STR("min_length[9]|custom_validation[[.]###" SAID
	    "]");
	assert_int_equal(hints_of(hints), 4);
	assert_string_equal(hints[0], "Use at least 9 characters.");
	assert_string_equal(hints[1], "Use a letter.");
	assert_string_equal(hints[2], "Use a digit.");
	assert_string_equal(hints[3], SAID);
	cfg.password_rules = STR("max_length[70]");
	assert_int_equal(hints_of(hints), 4);
	assert_string_equal(hints[1], "Use at most 70 characters.");
}

/* What backtracks elsewhere: (a*)*b, and the like. */
static void
test_s002_a_pattern_takes_bounded_time(void **state)
{
	char text[129];
	int64_t start;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[128] = '\0';
	cfg.password_rules = STR("custom_validation[^(a*)*(a|a)*(a|aa)+b$###"
	    SAID "]");
	start = clock_mono_ms();
	assert_int_equal(judge(text), ERR_VALIDATION);
	assert_in_range(clock_mono_ms() - start, 0, 500);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	T(test_dictionary_has_what_leaked_and_words_of_languages),
	T(test_dictionary_takes_one_stranger_in_a_thousand_for_an_entry),
	T(test_dictionary_says_how_much_it_has),
	T(test_dictionary_that_is_none_holds_nothing),
	T(test_s004_dictionary_passwords_are_refused_in_any_case),
	T(test_rules_are_judged_beside_the_settings),
	T(test_rules_that_fail_are_all_told),
	T(test_s002_rules_never_cap_a_password_below_64),
	T(test_rules_that_cannot_be_read_stop_the_start),
	T(test_presets_ask_for_at_least_so_much),
	T(test_hints_tell_every_rule),
	T(test_s002_a_pattern_takes_bounded_time),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
