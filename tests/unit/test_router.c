/*
 * Which row serves a request.
 */
#include "web_ask.h"

#include "router.h"

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, web_set_up, \
	web_tear_down)
#define GOOD	WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD)

static void
test_path_matches_in_any_case_and_values_keep_theirs(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/Identity/V2/AUTH/Item/AbC/", NULL, GOOD);
	assert_int_equal(a.status, 200);
	assert_str(web_text(&a, "value"), "AbC");
}

static void
test_unknown_path_is_404_in_the_form_of_its_side(void **state)
{
	static const char *const api[] = { "/identity", "/identity/v2/x",
		"/api/v2/y", "/v2/manage", "/CIAM/appinfo" };
	static const char *const pages[] = { "/nowhere", "/identityx",
		"/apiary", "/" };
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(api); i++) {
		a = web_ask("GET", api[i], NULL, NULL);
		assert_int_equal(a.status, 404);
		assert_int_equal(a.code, 404);
	}
	for (i = 0; i < COUNT(pages); i++) {
		a = web_ask("GET", pages[i], NULL, NULL);
		assert_int_equal(a.status, 404);
		assert_str(web_header(&a, "Content-Type"),
		    "text/html; charset=utf-8");
	}
}

static void
test_value_segment_takes_exactly_one(void **state)
{
	(void)state;
	assert_int_equal(web_ask("GET", "/identity/v2/auth/item", NULL,
	    GOOD).status, 404);
	assert_int_equal(web_ask("GET", "/identity/v2/auth/item/a/b", NULL,
	    GOOD).status, 404);
}

static struct answer
ask_of(const char *path)
{
	return web_ask("PUT", str_printf(web_arena, "/identity/v2/auth/of/%s",
	    path).p, "{}", NULL);
}

/* S-110, F-52: decoded once, and never a path of another shape. */
static void
test_values_of_a_path_are_decoded_once(void **state)
{
	struct answer a;

	(void)state;
	a = ask_of("Ab%20c/DATA/%7Bid%7d%2e/");
	assert_str(web_text(&a, "owner"), "Ab c");
	assert_str(web_text(&a, "value"), "{id}.");
	a = ask_of("%C3%A9/data/%2541");
	assert_str(web_text(&a, "owner"), "\xc3\xa9");
	assert_str(web_text(&a, "value"), "%41");
	a = ask_of("a/%64ata/b");
	assert_str(web_text(&a, "value"), "b");
	assert_int_equal(web_served, 3);
}

static void
test_values_of_a_wrong_form_reach_no_row(void **state)
{
	static const struct { const char *path; int status; } t[] = {
		{ "a/data/b%2Fc", 404 }, { "a%2fdata/b", 404 },
		{ "a/data//b", 404 }, { "/data/b", 404 },
		{ "a/data/..", 400 }, { "a/data/%2e%2e", 400 },
		{ "a/data/b%00", 400 }, { "a/data/b%0a", 400 },
		{ "a/data/%ff", 400 }, { "a/data/%c3", 400 },
		{ "a/data/%4", 400 }, { "a/data/%zz", 400 },
	};
	char path[1200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		if (ask_of(t[i].path).status != t[i].status)
			fail_msg("%s: %d", t[i].path, ask_of(t[i].path).status);
	memset(path, 'x', sizeof(path));
	memcpy(path, "a/data/", 7);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(ask_of(path).status, 414);
	assert_int_equal(web_served, 0);
	path[900] = '\0';
	assert_int_equal(ask_of(path).status, 200);
}

static void
test_wrong_method_is_405_with_allow(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/identity/v2/auth/login", NULL, NULL);
	assert_int_equal(a.status, 405);
	assert_int_equal(a.code, 405);
	assert_str(web_header(&a, "Allow"), "POST, OPTIONS");
	a = web_ask("PATCH", "/identity/v2/auth/thing", NULL, NULL);
	assert_int_equal(a.status, 405);
	assert_str(web_header(&a, "Allow"), "GET, HEAD, POST, PUT, OPTIONS");
	assert_int_equal(web_ask("post", "/identity/v2/auth/thing", "{}",
	    NULL).status, 405);
	assert_int_equal(web_ask("", "/identity/v2/auth/thing", NULL,
	    NULL).status, 405);
}

static void
test_head_is_answered_like_get_without_a_body(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("HEAD", "/identity/v2/auth/thing", NULL, NULL);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body.len, 0);
	a = web_ask("HEAD", "/identity/v2/auth/login", NULL, NULL);
	assert_int_equal(a.status, 405);
	assert_int_equal(a.body.len, 0);
}

static void
test_row_is_chosen_by_the_field_that_is_there(void **state)
{
	static const char login[] = "/identity/v2/auth/login";
	struct answer a;

	(void)state;
	a = web_ask("POST", login, "{\"Email\":\"a\"}", NULL);
	assert_str(web_text(&a, "row"), "email");
	a = web_ask("POST", login, "{\"UserName\":\"b\"}", NULL);
	assert_str(web_text(&a, "row"), "name");
	a = web_ask("POST", login, "{\"username\":\"b\",\"email\":\"a\"}",
	    NULL);
	assert_str(web_text(&a, "row"), "email");
	a = web_ask("POST", login, "{\"username\":\"b\",\"email\":\"\"}",
	    NULL);
	assert_str(web_text(&a, "row"), "name");
	a = web_ask("POST", login, "{\"username\":\"b\",\"email\":null}",
	    NULL);
	assert_str(web_text(&a, "row"), "name");
	a = web_ask("POST", login, "{\"phone\":\"1\"}", NULL);
	assert_int_equal(a.code, 1032);
	assert_has(web_text(&a, "Description").p, "email");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_path_matches_in_any_case_and_values_keep_theirs),
		TEST(test_unknown_path_is_404_in_the_form_of_its_side),
		TEST(test_value_segment_takes_exactly_one),
		TEST(test_values_of_a_path_are_decoded_once),
		TEST(test_values_of_a_wrong_form_reach_no_row),
		TEST(test_wrong_method_is_405_with_allow),
		TEST(test_head_is_answered_like_get_without_a_body),
		TEST(test_row_is_chosen_by_the_field_that_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
