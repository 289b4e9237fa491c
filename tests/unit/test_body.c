/*
 * From form, JSON, query and headers to a row's fields.
 */
#include "web_ask.h"

#define THING	"/identity/v2/auth/thing"
#define ITEM	"/identity/v2/auth/item/1"
#define DATA	"/identity/v2/auth/of/1/data"
#define FORM	WITH("CONTENT_TYPE=application/x-www-form-urlencoded")
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, web_set_up, \
	web_tear_down)

static int64_t
code(const char *body)
{
	return web_ask("POST", THING, body, NULL).code;
}

/* S-116 */
static void
test_json_that_is_none_has_the_methods_code(void **state)
{
	static const char *const bad[] = { "{", "{\"a\":}", "x", "{}x", "{,}",
		"{\"a\" \"b\"}", "[1", "'a'", "\xef\xbb\xbf{}" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_int_equal(code(bad[i]), 965);
		assert_int_equal(web_ask("PUT", THING, bad[i], NULL).code,
		    1079);
		assert_int_equal(web_ask("DELETE", ITEM, bad[i],
		    WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD)).code, 1084);
	}
	assert_int_equal(code(""), 965);
	assert_int_equal(web_ask("PUT", THING, NULL, NULL).code, 1079);
	assert_int_equal(web_served, 0);
}

/* S-116 */
static void
test_json_of_wrong_shape_is_1090(void **state)
{
	static const char *const bad[] = { "[]", "1", "true", "null", "\"\"",
		"{\"a\":\"\xff\"}", "{\"a\":\"\\ud800\"}",
		"{\"a\":1,\"a\":1}", "{\"any\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]"
		"]]]}" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (code(bad[i]) != 1090)
			fail_msg("%s: %lld", bad[i], (long long)code(bad[i]));
	assert_int_equal(web_served, 0);
}

/* S-116 */
static void
test_two_spellings_with_two_values_are_1090(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, "{\"password\":\"a\",\"Password\":\"b\"}",
	    NULL);
	assert_int_equal(a.code, 1090);
	assert_has(web_text(&a, "Description").p, "assword");
	assert_int_equal(code("{\"text\":\"a\",\"words\":\"b\"}"), 1090);
	a = web_ask("POST", THING, "{\"password\":\"a\",\"PASSWORD\":\"a\"}",
	    NULL);
	assert_str(web_text(&a, "secret"), "a");
	assert_false(json_bool(json_get(a.json, "secret_in_tree")));
	/* Data keeps its case. */
	assert_int_equal(code("{\"any\":{\"a\":1,\"A\":2}}"), 0);
}

/* A body that is data: its members are nobody's business here. */
static void
test_data_is_handed_on_as_it_came(void **state)
{
	static const char *const bodies[] = { "{\"a\":1, \"A\":2}",
		"{\"access_token\":\"x\"}", "[1]", " {", "\"\"", "{\xff}" };
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		a = web_ask("POST", DATA, bodies[i], NULL);
		assert_int_equal(a.status, 200);
		assert_str(web_text(&a, "body"), bodies[i]);
		assert_false(json_bool(json_get(a.json, "parsed")));
	}
	assert_int_equal(web_ask("POST", DATA, "{\"a\":1}", FORM).code, 0);
	assert_int_equal(web_ask("POST", DATA, "a=1", FORM).code, 1035);
	assert_int_equal(web_ask("POST", DATA, "{}",
	    WITH("CONTENT_TYPE=text/plain")).code, 1083);
}

static void
test_data_missing_or_too_large_has_codes_of_its_own(void **state)
{
	static const char fits[] = "{\"a\":\"0123456789012345678901234567890"
	    "1\"}", over[] = "{\"a\":\"01234567890123456789012345678901"
	    "2\"}";
	struct answer a;

	(void)state;
	assert_int_equal(strlen(fits), 40);
	assert_int_equal(web_ask("POST", DATA, "", NULL).code, 1035);
	assert_int_equal(web_ask("PUT", DATA "/1", "", NULL).code, 1079);
	assert_int_equal(web_ask("POST", DATA, fits, NULL).status, 200);
	a = web_ask("POST", DATA, over, NULL);
	assert_int_equal(a.code, 1035);
	assert_int_equal(a.status, 400);
	/* Without a length it is found out as it is read. */
	a = web_ask("PUT", DATA "/1", over, WITH("CONTENT_LENGTH="));
	assert_int_equal(a.code, 1035);
	assert_int_equal(web_served, 1);
}

/* As a published sample writes it. */
static void
test_blanks_around_a_members_name_do_not_count(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, "{\"password \":\"a\"}", NULL);
	assert_str(web_text(&a, "secret"), "a");
	assert_false(json_bool(json_get(a.json, "secret_in_tree")));
	assert_int_equal(code("{\"password\":\"a\",\"password \":\"b\"}"),
	    1090);
}

/* S-116, S-117, F-56: what no text may hold is refused, and the field is
 * named. */
static void
test_bytes_that_are_no_text_name_their_field(void **state)
{
	static const char *const bodies[] = {
		"{\"x\":{\"y\":\":\"},\"text\":\"ada\\u0000x\"}",
		"{\"a\":\"\\\\\",\"text\" : [\"\\\"\",\"\\u0000\"]}",
		"{\"number\":1,\"text\":\"ada\xff\"}",
		"{\"number\":1,\"text\":{\"x\":\"\\udc00\"}}",
	};
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++) {
		a = web_ask("POST", THING, bodies[i], NULL);
		assert_int_equal(a.code, 1090);
		assert_has(web_text(&a, "Description").p, "text");
	}
	a = web_ask("POST", THING, "number=1&text=ada%00x", FORM);
	assert_int_equal(a.code, 958);
	assert_has(web_text(&a, "Description").p, "text");
	assert_int_equal(web_served, 0);
}

/* S-099 */
static void
test_content_types_beside_json_and_form_are_1083(void **state)
{
	static const char *const bad[] = { "text/plain", "text/json",
		"multipart/form-data; boundary=x", "application/xml",
		"application/json; charset=iso-8859-1",
		"application/x-www-form-urlencoded; charset=utf-16" };
	static const char *const good[] = { "application/json",
		"Application/JSON; Charset=\"UTF-8\"", "application/json;",
		"application/json; charset=utf-8; x=y" };
	struct str type;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		type = str_printf(web_arena, "CONTENT_TYPE=%s", bad[i]);
		assert_int_equal(web_ask("POST", THING, "{}",
		    WITH(type.p)).code, 1083);
	}
	assert_int_equal(web_served, 0);
	for (i = 0; i < COUNT(good); i++) {
		type = str_printf(web_arena, "CONTENT_TYPE=%s", good[i]);
		assert_int_equal(web_ask("POST", THING, "{}",
		    WITH(type.p)).status, 200);
	}
}

/* A published client declares forms and sends JSON. */
static void
test_json_in_a_declared_form_is_json(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, " \r\n{\"text\":\"a\"}", FORM);
	assert_str(web_text(&a, "text"), "a");
	a = web_ask("POST", THING, "{\"text\":\"a\"}",
	    WITH("CONTENT_TYPE="));
	assert_str(web_text(&a, "text"), "a");
	assert_int_equal(web_ask("POST", THING, "text=a",
	    WITH("CONTENT_TYPE=")).code, 1083);
	assert_int_equal(web_ask("POST", THING, "text=a",
	    WITH("CONTENT_TYPE=application/json")).code, 965);
}

static void
test_form_fields_are_read(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, "TEXT=a+b&Password=p%26q&flag=True&"
	    "number=7&any=x&plus=c+d", FORM);
	assert_int_equal(a.status, 200);
	assert_str(web_text(&a, "text"), "a b");
	assert_str(web_text(&a, "secret"), "p&q");
	assert_true(json_bool(json_get(a.json, "flag")));
	assert_int_equal(json_int(json_get(a.json, "number")), 7);
	assert_str(web_text(&a, "any"), "x");
	assert_str(web_text(&a, "plus"), "c d");
	assert_false(json_bool(json_get(a.json, "secret_in_tree")));
	assert_int_equal(web_ask("POST", THING, "text=a&Text=b", FORM).code,
	    908);
	assert_int_equal(web_ask("POST", THING, "text=%4", FORM).code, 958);
	assert_int_equal(web_ask("PUT", THING, "text=%ff", FORM).code, 1081);
	assert_int_equal(web_ask("DELETE", ITEM, "text=%ff",
	    WITH("CONTENT_TYPE=application/x-www-form-urlencoded",
	    "HTTP_AUTHORIZATION=Bearer " WEB_GOOD)).code, 1082);
}

static void
test_optional_body_may_be_none_or_empty(void **state)
{
	static const char *const bodies[] = { "", "{}", "\"\"", "null" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bodies); i++)
		assert_int_equal(web_ask("DELETE", ITEM, bodies[i],
		    WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD)).status, 200);
	assert_int_equal(web_ask("DELETE", ITEM, "",
	    WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD,
	    "CONTENT_TYPE=application/x-www-form-urlencoded")).status, 200);
}

/* S-118: each field against each wrong type. */
static void
test_wrong_type_names_its_field_S_118(void **state)
{
	static const char *const fields[] = { "text", "Password", "flag",
		"number", "line" };
	static const char *const values[] = { "1", "\"1\"", "true", "[1]",
		"{}", "1.5", "1e3", "99999999999999999999" };
	static const char right[5][8] = {
		{ 0, 1, 0, 0, 0, 0, 0, 0 }, { 0, 1, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 1, 0, 0, 0, 0, 0 }, { 1, 0, 0, 0, 0, 0, 0, 0 },
		{ 0, 1, 0, 0, 0, 0, 0, 0 },
	};
	struct answer a;
	struct str body;
	size_t f, v;

	(void)state;
	for (f = 0; f < COUNT(fields); f++) {
		for (v = 0; v < COUNT(values); v++) {
			body = str_printf(web_arena, "{\"%s\":%s}",
			    fields[f], values[v]);
			a = web_ask("POST", THING, body.p, NULL);
			if (a.code != (right[f][v] ? 0 : 1090))
				fail_msg("%s: %lld", body.p,
				    (long long)a.code);
			if (a.code != 0 && v < 7)
				assert_has(web_text(&a, "Description").p,
				    fields[f]);
		}
	}
}

static void
test_null_and_empty_are_absent(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, "{\"text\":null,\"flag\":null,"
	    "\"number\":null,\"Password\":null,\"any\":null}", NULL);
	assert_int_equal(a.status, 200);
	assert_null(web_text(&a, "text").p);
	a = web_ask("GET", THING "?text=&flag=&number=&TEXT", NULL, NULL);
	assert_int_equal(a.status, 200);
	assert_int_equal(code("{\"text\":\"\",\"words\":\"b\"}"), 0);
}

static void
test_query_booleans_and_numbers(void **state)
{
	static const struct { const char *s; int flag; } cases[] = {
		{ "true", 1 }, { "TRUE", 1 }, { "1", 1 }, { "false", 0 },
		{ "False", 0 }, { "0", 0 }, { "undefined", 0 }, { "null", 0 },
		{ "yes", -1 }, { "2", -1 }, { "on", -1 },
	};
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		a = web_ask("GET", str_printf(web_arena, THING "?flag=%s",
		    cases[i].s).p, NULL, NULL);
		if (cases[i].flag < 0) {
			assert_int_equal(a.code, 908);
			assert_has(web_text(&a, "Description").p, "flag");
		} else {
			assert_int_equal(json_bool(json_get(a.json, "flag")),
			    cases[i].flag);
		}
	}
	assert_int_equal(web_ask("GET", THING "?number=-1", NULL, NULL).code,
	    908);
	assert_int_equal(web_ask("GET", THING "?number=1x", NULL, NULL).code,
	    908);
	a = web_ask("GET", THING "?number=10", NULL, NULL);
	assert_int_equal(json_int(json_get(a.json, "number")), 10);
}

static void
test_junk_words_count_as_absent_where_declared(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING "?line=undefined&text=undefined", NULL,
	    NULL);
	assert_null(web_text(&a, "line").p);
	assert_str(web_text(&a, "text"), "undefined");
}

/* A published client does not encode: the plus of an address is a blank. */
static void
test_blanks_become_plus_where_declared(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING "?plus=a+b@example.com&text=a+b", NULL,
	    NULL);
	assert_str(web_text(&a, "plus"), "a+b@example.com");
	assert_str(web_text(&a, "text"), "a b");
	a = web_ask("GET", THING "?plus=+12025550101", NULL, NULL);
	assert_str(web_text(&a, "plus"), "+12025550101");
	a = web_ask("POST", THING, "{\"plus\":\"a b\"}", NULL);
	assert_str(web_text(&a, "plus"), "a b");
}

/* S-120 */
static void
test_limits_and_lines_are_kept(void **state)
{
	struct answer a;

	(void)state;
	assert_int_equal(code("{\"text\":\"0123456789\"}"), 0);
	a = web_ask("POST", THING, "{\"text\":\"0123456789a\"}", NULL);
	assert_int_equal(a.code, 1090);
	assert_has(web_text(&a, "Description").p, "text");
	assert_int_equal(web_ask("GET", THING "?text=0123456789a", NULL,
	    NULL).code, 908);
	assert_int_equal(code("{\"text\":\"a\\nb\"}"), 0);
	assert_int_equal(code("{\"line\":\"a\\nb\"}"), 1090);
	assert_int_equal(code("{\"line\":\"a\\u0085b\"}"), 1090);
}

/* S-119: header, then query, then body. */
static void
test_first_of_header_query_body_counts_S_119(void **state)
{
	static const char *const body = "{\"sott\":\"body\",\"text\":\"b\"}";
	struct answer a;

	(void)state;
	a = web_ask("POST", THING "?sott=query&text=q", body,
	    WITH("HTTP_X_LOGINRADIUS_SOTT=header"));
	assert_str(web_text(&a, "sott"), "header");
	assert_str(web_text(&a, "text"), "q");
	a = web_ask("POST", THING "?sott=query", body,
	    WITH("HTTP_X_LOGINRADIUS_SOTT="));
	assert_str(web_text(&a, "sott"), "query");
	a = web_ask("POST", THING "?sott=", body, NULL);
	assert_str(web_text(&a, "sott"), "body");
	a = web_ask("POST", THING, body, WITH("HTTP_X_LOGINRADIUS_SOTT=lr",
	    "HTTP_X_DOORWARD_SOTT=ours"));
	assert_str(web_text(&a, "sott"), "ours");
}

static void
test_projection_trims_the_profile_alone(void **state)
{
	static const char uri[] = "/identity/v2/auth/profile";
	struct answer a;

	(void)state;
	a = web_ask("GET", uri, NULL, NULL);
	assert_str(web_text(&a, "Data/Profile/FirstName"), "Ada");
	a = web_ask("GET", str_printf(web_arena, "%s?fields=uid", uri).p,
	    NULL, NULL);
	assert_str(web_text(&a, "Data/Profile/Uid"), "u");
	assert_null(web_text(&a, "Data/Profile/FirstName").p);
	assert_str(web_text(&a, "Data/access_token"), "t");
	a = web_ask("GET", str_printf(web_arena,
	    "%s?Fields=Profile/Uid,access_token&fields=FirstName", uri).p,
	    NULL, NULL);
	assert_str(web_text(&a, "Data/Profile/FirstName"), "Ada");
	assert_str(web_text(&a, "Data/Profile/Uid"), "u");
	a = web_ask("GET", str_printf(web_arena, "%s?fields=access_token",
	    uri).p, NULL, NULL);
	assert_int_equal(json_length(json_get(json_get(a.json, "Data"),
	    "Profile")), 0);
	web_served = 0;
	a = web_ask("GET", str_printf(web_arena, "%s?fields=a(b", uri).p,
	    NULL, NULL);
	assert_int_equal(a.code, 908);
	assert_int_equal(web_served, 0);
	a = web_ask("GET", str_printf(web_arena, "%s?fields=&fields=*",
	    uri).p, NULL, NULL);
	assert_str(web_text(&a, "Data/Profile/FirstName"), "Ada");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_json_that_is_none_has_the_methods_code),
		TEST(test_json_of_wrong_shape_is_1090),
		TEST(test_data_is_handed_on_as_it_came),
		TEST(test_data_missing_or_too_large_has_codes_of_its_own),
		TEST(test_two_spellings_with_two_values_are_1090),
		TEST(test_blanks_around_a_members_name_do_not_count),
		TEST(test_bytes_that_are_no_text_name_their_field),
		TEST(test_content_types_beside_json_and_form_are_1083),
		TEST(test_json_in_a_declared_form_is_json),
		TEST(test_form_fields_are_read),
		TEST(test_optional_body_may_be_none_or_empty),
		TEST(test_wrong_type_names_its_field_S_118),
		TEST(test_null_and_empty_are_absent),
		TEST(test_query_booleans_and_numbers),
		TEST(test_junk_words_count_as_absent_where_declared),
		TEST(test_blanks_become_plus_where_declared),
		TEST(test_limits_and_lines_are_kept),
		TEST(test_first_of_header_query_body_counts_S_119),
		TEST(test_projection_trims_the_profile_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
