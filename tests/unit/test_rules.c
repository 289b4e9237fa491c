#include "unit_arena.h"

#include "codec/rules.h"

static struct rules
rules(const char *text)
{
	const char *error = NULL;
	struct rules r;

	if (!rules_read(arena, str_of(text), &r, &error))
		fail_msg("%s: %s", text, error);
	return r;
}

static bool
reads(const char *text)
{
	const char *error = NULL;
	struct rules r;
	bool fine = rules_read(arena, str_of(text), &r, &error);

	assert_int_equal(fine, error == NULL);
	return fine;
}

static size_t
faults(const char *text, const char *value)
{
	const char *out[RULES_MAX + 3];
	struct rules r = rules(text);

	return rules_judge(arena, &r, str_of(value), out);
}

static void
test_the_documented_rules_are_read(void **state)
{
	struct rules r;

	(void)state;
	r = rules("required|valid_email|min_length[8]|max_length[32]|"
	    "matches[password]");
	assert_true(r.required && r.is_email);
	assert_int_equal(r.min_length, 8);
	assert_int_equal(r.max_length, 32);
	assert_str(r.matches, "password");
	assert_int_equal(r.n, 1);
	r = rules("exact_length[5]|Numeric");
	assert_int_equal(r.exact_length, 5);
	assert_true(r.is_number && !r.required);
	r = rules("");
	assert_int_equal(r.n, 0);
	assert_null(r.matches.p);
	r = rules(" required | alpha |");
	assert_true(r.required);
	assert_int_equal(r.n, 1);
}

static void
test_each_rule_refuses_what_it_names(void **state)
{
	static const char *const t[][3] = {
		{ "min_length[2]", "ab", "a" },
		{ "max_length[2]", "\xf0\x9f\x98\x80\xc3\xa9", "abc" },
		{ "exact_length[2]", "ab", "abc" },
		{ "greater_than[17]", "18", "17" },
		{ "greater_than[-3]", "-2", "-3" },
		{ "less_than[100]", "99", "a" },
		{ "valid_email", "ada@example.com", "ada@" },
		{ "valid_url", "https://example.com/x", "javascript:x" },
		{ "alpha", "Ada", "Ada1" },
		{ "alpha_numeric", "Ada1", "Ada-1" },
		{ "alpha_dash", "Ada-1_", "Ada 1" },
		{ "numeric", "0123", "-1" },
		{ "integer", "-1", "1.5" },
		{ "decimal", "-1.5", "1,5" },
		{ "is_natural", "0", "-1" },
		{ "is_natural_no_zero", "010", "00" },
		{ "custom_validation[^[A-Z]{2}\\d+$###Like AB12.]", "AB12",
		  "ab12" },
		{ "custom_validation[a|b###One of two.]", "b", "c" },
		{ "custom_validation[[\\w\\]-]###x]", "]", "!" },
		{ "custom_validation[^[\\^a]$###x]", "^", "b" },
		{ "custom_validation[^\\(?\\d+\\)?$###x]", "(12)", "(12" "]" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		if (faults(t[i][0], t[i][1]) != 0)
			fail_msg("%s refuses %s", t[i][0], t[i][1]);
		if (faults(t[i][0], t[i][2]) != 1)
			fail_msg("%s takes %s", t[i][0], t[i][2]);
	}
	assert_int_equal(faults("min_length[3]|numeric", "a"), 2);
}

/* A rule that is read otherwise than it was written is none. */
static void
test_what_cannot_be_judged_is_refused(void **state)
{
	static const char *const t[] = {
		"unheard_of", "min_length", "min_length[]", "min_length[x]",
		"min_length[-1]", "min_length[0]", "min_length[1000000]",
		"required[1]", "min_length[8", "greater_than[x]",
		"custom_validation[^a$]", "custom_validation[###x]",
		"custom_validation[a###]", "custom_validation[(?=a)###x]",
		"custom_validation[(a)\\1###x]", "custom_validation[a*?###x]",
		"custom_validation[\\bx###x]", "custom_validation[[a###x]",
		"custom_validation[a{1001}###x]",
		"custom_validation[(a{40}){40}###x]",
		"custom_validation[[[:alpha:]]###x]",
		"custom_validation[(###x]", "custom_validation[\\###x]"
	};
	char many[33 * 6 + 1] = "", wide[400];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		if (reads(t[i]))
			fail_msg("%s is taken", t[i]);
	for (i = 0; i < 33; i++)
		memcpy(many + 6 * i, "alpha|", 7);
	assert_false(reads(many));
	many[32 * 6] = '\0';
	assert_true(reads(many));
	snprintf(wide, sizeof(wide), "custom_validation[%0257d###x]", 0);
	assert_false(reads(wide));
}

static void
test_hints_are_all_that_is_asked(void **state)
{
	const char *out[RULES_MAX + 3];
	struct rules r = rules("min_length[1]|max_length[9]|"
	    "custom_validation[^A###Begin with A.]|alpha");

	(void)state;
	assert_int_equal(rules_hints(arena, &r, out), 4);
	assert_string_equal(out[0], "Use at least 1 character.");
	assert_string_equal(out[1], "Use at most 9 characters.");
	assert_string_equal(out[2], "Begin with A.");
}

/* The kind of pattern that keeps a matcher busy for ever. */
static void
test_a_hostile_text_costs_no_time(void **state)
{
	char text[1001];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[1000] = '\0';
	assert_int_equal(faults("custom_validation[^(a+)+$###x]", text), 0);
	text[999] = '!';
	assert_int_equal(faults("custom_validation[^(a+)+$###x]", text), 1);
	assert_int_equal(faults("custom_validation[^(a|aa)*$###x]", text), 1);
	assert_int_equal(faults("custom_validation[^(a*)*b###x]", text), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_the_documented_rules_are_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_each_rule_refuses_what_it_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_what_cannot_be_judged_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_hints_are_all_that_is_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    test_a_hostile_text_costs_no_time, set_up, tear_down)
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
