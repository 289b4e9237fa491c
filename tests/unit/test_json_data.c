/*
 * JSON that is kept as it came: one spelling, and shallow merging.
 */
#include "unit_arena.h"

#include "codec/json_data.h"

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static struct str
canonical(const char *text)
{
	struct str member;

	if (json_data_check(str_of(text), 16, 1000, &member) != JSON_FINE)
		fail_msg("refused: %s", text);
	return json_data_canonical(arena, str_of(text));
}

/* S-116, C1: keys keep order and case, numbers their digits. */
static void
test_canonical_keeps_what_means_something(void **state)
{
	static const struct { const char *text, *want; } t[] = {
		{ " { \"b\" : 1 ,\t\"a\":\n[ 2 , { } ] } ",
		    "{\"b\":1,\"a\":[2,{}]}" },
		{ "{\"A\":1,\"a\":2}", "{\"A\":1,\"a\":2}" },
		{ "{\"n\":[1.10,1e5,1E+5,-0,-0.0,123456789012345678901234]}",
		    "{\"n\":[1.10,1e5,1E+5,-0,-0.0,"
		    "123456789012345678901234]}" },
		{ "{\"n\":1e999}", "{\"n\":1e999}" },
		{ "{\"s\":\"a b\\/\\u0041\\u00e9\\u20ac\"}",
		    "{\"s\":\"a b/A\xc3\xa9\xe2\x82\xac\"}" },
		{ "{\"s\":\"\\ud83d\\uDE80\\u007f\"}",
		    "{\"s\":\"\xf0\x9f\x9a\x80\x7f\"}" },
		{ "{\"s\":\"\\u0022\\u005C\\u000a\\b\\f\\r\\t\\u001F\"}",
		    "{\"s\":\"\\\"\\\\\\n\\b\\f\\r\\t\\u001f\"}" },
		{ "{\"\\u0061\":null,\"\":true}", "{\"a\":null,\"\":true}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		struct str s = canonical(t[i].text);

		assert_str(s, t[i].want);
		assert_true(s.len <= strlen(t[i].text));
		assert_str(canonical(s.p), t[i].want);
	}
}

/* S-116 */
static void
test_check_is_the_gate_but_for_large_numbers(void **state)
{
	static const struct { const char *text; enum json_fault want; } t[] = {
		{ "{\"a\":1,\"\\u0061\":1}", JSON_DUPLICATE },
		{ "{\"a\":01}", JSON_SYNTAX }, { "{\"a\":1.}", JSON_SYNTAX },
		{ "{\"a\":\"\\u0000\"}", JSON_NUL },
		{ "{\"a\":\"\xff\"}", JSON_UTF8 },
		{ "{\"a\":[[1]]}", JSON_DEPTH },
		{ "{\"a\":1,\"b\":2,\"c\":[3]}", JSON_MEMBERS },
		{ "{\"a\":99999999999999999999}", JSON_FINE },
	};
	struct str member;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_int_equal(json_data_check(str_of(t[i].text), 2, 3,
		    &member), t[i].want);
	assert_int_equal(json_data_check(STR("{\"x\":1,\"y\":\"\xff\"}"), 2,
	    3, &member), JSON_UTF8);
	assert_str(member, "y");
}

static void
test_members_stand_as_they_are_written(void **state)
{
	struct json_member *m;
	struct str s = canonical("{\"a,\\\"}\":\"x,}]\",\"b\":[{\"c\":[1,2]},"
	    "\"]\"],\"d\":{},\"e\":-1.5}");

	(void)state;
	assert_int_equal(json_data_members(arena, s, &m), 4);
	assert_str(m[0].name, "\"a,\\\"}\"");
	assert_str(m[0].value, "\"x,}]\"");
	assert_str(m[1].value, "[{\"c\":[1,2]},\"]\"]");
	assert_str(m[2].value, "{}");
	assert_str(m[3].name, "\"e\"");
	assert_str(m[3].value, "-1.5");
	assert_str(json_data_object(arena, m, 4), s.p);
	m[0].value = m[3].value = STR_NONE;
	assert_str(json_data_object(arena, m, 4),
	    "{\"b\":[{\"c\":[1,2]},\"]\"],\"d\":{}}");
	assert_int_equal(json_data_members(arena, STR("{}"), &m), 0);
	assert_str(json_data_object(arena, m, 0), "{}");
}

/* C4: shallow; a null is a value; order and case stay. */
static void
test_merge_is_shallow_and_loses_nothing(void **state)
{
	static const struct { const char *old, *more, *want; } t[] = {
		{ "{\"a\":1,\"b\":{\"x\":1},\"c\":[1]}",
		    "{\"b\":{\"y\":2},\"d\":3}",
		    "{\"a\":1,\"b\":{\"y\":2},\"c\":[1],\"d\":3}" },
		{ "{\"a\":1}", "{\"a\":null,\"A\":2}",
		    "{\"a\":null,\"A\":2}" },
		{ "{}", "{\"a\":1}", "{\"a\":1}" },
		{ "{\"a\":1}", "{}", "{\"a\":1}" },
		{ "{}", "{}", "{}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_str(json_data_merge(arena, canonical(t[i].old),
		    canonical(t[i].more)), t[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_canonical_keeps_what_means_something),
		TEST(test_check_is_the_gate_but_for_large_numbers),
		TEST(test_members_stand_as_they_are_written),
		TEST(test_merge_is_shallow_and_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
