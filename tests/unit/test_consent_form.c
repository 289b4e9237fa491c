/*
 * The file of the consent forms, and which form counts.
 */
#include "unit.h"

#include "base/clock.h"
#include "domain/consent_form.h"

static struct arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define OPTION	"{\"id\":\"news\",\"text\":\"News?\"}"
#define FORM(event, version, start) \
	"{\"event\":\"" event "\",\"version\":" version ",\"start\":\"" \
	start "\",\"options\":[" OPTION "]}"

static struct consent_forms
parsed(const char *text)
{
	struct consent_forms f = { .n = 0 };
	const char *error = NULL;

	if (!consent_forms_parse(arena, str_of(text), &f, &error))
		fail_msg("%s: %s", error, text);
	return f;
}

static void
test_the_example_of_the_documentation_is_good(void **state)
{
	const char *top = getenv("top_srcdir"), *error = NULL;
	struct consent_forms f = { .n = 0 };
	int64_t then = 0;
	struct str file;

	(void)state;
	file = str_printf(arena, "%s/docs/consent-forms.json",
	    top != NULL ? top : ".");
	if (!consent_forms_read(arena, file.p, &f, &error))
		fail_msg("%s", error);
	assert_true(f.n > 2);
	assert_true(clock_from_iso(STR("2026-06-01"), &then));
	assert_non_null(consent_form_live(&f, STR("Register"), false, then));
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    then)->version, 1);
	assert_true(clock_from_iso(STR("2027-01-01T09:00:00Z"), &then));
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    then)->version, 2);
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    then - 1)->version, 1);
}

static void
test_of_the_forms_that_have_begun_the_last_counts(void **state)
{
	struct consent_forms f = parsed("{\"forms\":["
	    FORM("Login", "3", "2026-03-01") ","
	    FORM("Login", "1", "2026-02-01") ","
	    FORM("Login", "2", "2026-04-01T10:00:00.000Z") "]}");
	int64_t t;

	(void)state;
	assert_true(clock_from_iso(STR("2026-02-01"), &t));
	assert_null(consent_form_live(&f, STR("Login"), false, t - 1));
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    t)->version, 1);
	assert_true(clock_from_iso(STR("2026-04-01T09:59:59Z"), &t));
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    t)->version, 3);
	assert_int_equal(consent_form_live(&f, STR("Login"), false,
	    t + 1)->version, 2);
	assert_null(consent_form_live(&f, STR("Login"), true, t));
	assert_null(consent_form_live(&f, STR("login"), false, t));
	assert_non_null(consent_form_version(&f, STR("Login"), false, 2));
	assert_null(consent_form_version(&f, STR("Login"), false, 4));
}

static void
test_options_are_read_as_they_stand(void **state)
{
	struct consent_forms f = parsed("{\"forms\":[{\"event\":"
	    "\"Registration\",\"isCustom\":false,\"version\":7,\"start\":"
	    "\"2020-01-01\",\"options\":[{\"id\":\"a.b-c_D9\",\"title\":"
	    "\"T\",\"text\":\"X \\u00e9\",\"strict\":true}," OPTION "]}]}");
	const struct consent_option *o = f.forms[0].options;

	(void)state;
	assert_str(f.forms[0].event, "Register");
	assert_str(o[0].id, "a.b-c_D9");
	assert_str(o[0].title, "T");
	assert_str(o[0].text, "X \303\251");
	assert_true(o[0].strict);
	assert_str(o[1].title, "");
	assert_false(o[1].strict);
	assert_ptr_equal(consent_form_option(&f.forms[0], STR("news")),
	    &o[1]);
	assert_null(consent_form_option(&f.forms[0], STR("News")));
	assert_int_equal(parsed("{\"forms\":[]}").n, 0);
}

#define WITH_OPTIONS(o)	"{\"forms\":[" FORM("Login", "1", "2020-01-01") \
	",{\"event\":\"X\",\"version\":1,\"start\":\"2020-01-01\"," \
	"\"options\":[" o "]}]}"

static void
test_faults_are_named_by_their_place(void **state)
{
	static const struct { const char *text, *error; } bad[] = {
		{ "", "the text is not JSON" },
		{ "{\"forms\":[}", "the text is not JSON" },
		{ "{\"forms\":[],\"forms\":[]}", "a member twice" },
		{ "\"\xff\"", "not UTF-8" },
		{ "[]", "an object was expected" },
		{ "{}", "forms: a list was expected" },
		{ "{\"forms\":[],\"more\":1}", "more: no such member" },
		{ "{\"forms\":[5]}", "forms[0]: an object" },
		{ "{\"forms\":[{}]}", "forms[0].event: 1 to 64" },
		{ "{\"forms\":[{\"event\":\"a b\"}]}", "forms[0].event: " },
		{ "{\"forms\":[{\"event\":\"Login\",\"isCustom\":true}]}",
		    "forms[0].isCustom: this event is built in" },
		{ "{\"forms\":[{\"event\":\"X\",\"isCustom\":1}]}",
		    "forms[0].isCustom: true or false" },
		{ "{\"forms\":[{\"event\":\"X\",\"version\":0}]}",
		    "forms[0].version: a whole number" },
		{ "{\"forms\":[{\"event\":\"X\",\"version\":1.5}]}",
		    "forms[0].version: " },
		{ "{\"forms\":[" FORM("X", "1", "2026-02-30") "]}",
		    "forms[0].start: a date was expected" },
		{ "{\"forms\":[" FORM("X", "1", "01/02/2026") "]}",
		    "forms[0].start: " },
		{ "{\"forms\":[" FORM("X", "1", "2026-01-01") ","
		    FORM("X", "1", "2026-01-02") "]}",
		    "forms[1].version: another form" },
		{ "{\"forms\":[" FORM("X", "1", "2026-01-01") ","
		    FORM("X", "2", "2026-01-01") "]}",
		    "forms[1].start: another form" },
		{ WITH_OPTIONS(""), "forms[1].options: a list of at least" },
		{ WITH_OPTIONS("5"), "forms[1].options[0]: an object" },
		{ WITH_OPTIONS("{}"), "forms[1].options[0].id: 1 to 64" },
		{ WITH_OPTIONS("{\"id\":\"a b\"}"), "options[0].id: " },
		{ WITH_OPTIONS("{\"id\":\"a\"}"), "options[0].text: a text" },
		{ WITH_OPTIONS("{\"id\":\"a\",\"text\":\"a\\nb\"}"),
		    "options[0].text: a text of one line" },
		{ WITH_OPTIONS("{\"id\":\"a\",\"text\":\"b\",\"title\":5}"),
		    "options[0].title: a text" },
		{ WITH_OPTIONS("{\"id\":\"a\",\"text\":\"b\","
		    "\"strict\":\"yes\"}"), "options[0].strict: true" },
		{ WITH_OPTIONS("{\"id\":\"a\",\"text\":\"b\","
		    "\"Strict\":true}"), "options[0].Strict: no such" },
		{ WITH_OPTIONS(OPTION "," OPTION),
		    "forms[1].options[1].id: another option" },
	};
	struct consent_forms f;
	const char *error;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		error = NULL;
		if (consent_forms_parse(arena, str_of(bad[i].text), &f,
		    &error))
			fail_msg("accepted: %s", bad[i].text);
		assert_has(error, bad[i].error);
	}
}

static void
test_a_file_that_is_none_is_named(void **state)
{
	struct consent_forms f;
	const char *error = NULL;

	(void)state;
	assert_false(consent_forms_read(arena, "/nonexistent/forms.json", &f,
	    &error));
	assert_has(error, "/nonexistent/forms.json: No such file");
	assert_false(consent_forms_read(arena, "/", &f, &error));
	assert_has(error, "/: ");
}

static void
test_dates_are_of_iso_8601(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-1-01",
		"2026-13-01", "2026-01-32", "2025-02-29", "2026-01-01T",
		"2026-01-01T10:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T10:00:00", "2026-01-01 10:00:00Z",
		"2026-01-01T10:00:00+01:00", "20260101", "-026-01-01" };
	int64_t t = 7;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (clock_from_iso(str_of(bad[i]), &t))
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(t, 7);
	assert_false(clock_from_iso(STR_NONE, &t));
	assert_true(clock_from_iso(STR("1970-01-02"), &t));
	assert_int_equal(t, 86400);
	assert_true(clock_from_iso(STR("2026-01-05T07:10:42.999Z"), &t));
	assert_str(clock_iso(arena, t), "2026-01-05T07:10:42.000Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_the_example_of_the_documentation_is_good),
		cmocka_unit_test(
		    test_of_the_forms_that_have_begun_the_last_counts),
		cmocka_unit_test(test_options_are_read_as_they_stand),
		cmocka_unit_test(test_faults_are_named_by_their_place),
		cmocka_unit_test(test_a_file_that_is_none_is_named),
		cmocka_unit_test(test_dates_are_of_iso_8601),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
