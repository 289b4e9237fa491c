/*
 * From the server's variables to a request: paths, headers, lengths, and who
 * the client is.
 */
#include "web_ask.h"

#include "base/limits.h"
#include "request.h"
#include "source.h"

#define THING	"/identity/v2/auth/thing"
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, web_set_up, \
	web_tear_down)

/* S-110 */
static void
test_path_is_decoded_once_segment_by_segment(void **state)
{
	static const struct {
		const char *raw, *path;
		enum err e;
	} cases[] = {
		{ "/", "/", ERR_OK },
		{ "/a/b", "/a/b", ERR_OK },
		{ "/a/b/", "/a/b", ERR_OK },
		{ "/a/%62c", "/a/bc", ERR_OK },
		{ "/a/%3F", "/a/?", ERR_OK },
		{ "/a/%252F", "/a/%2F", ERR_OK },
		{ "/a/%25", "/a/%", ERR_OK },
		{ "/a/b+c", "/a/b+c", ERR_OK },
		{ "/a/%C3%A9", "/a/\xc3\xa9", ERR_OK },
		{ "/a/b%2Fc", NULL, ERR_NOT_FOUND_PATH },
		{ "/a//b", NULL, ERR_NOT_FOUND_PATH },
		{ "//a", NULL, ERR_NOT_FOUND_PATH },
		{ "/a//", NULL, ERR_NOT_FOUND_PATH },
		{ "/a/../b", NULL, ERR_BAD_REQUEST },
		{ "/a/./b", NULL, ERR_BAD_REQUEST },
		{ "/a/%2e%2e/b", NULL, ERR_BAD_REQUEST },
		{ "/a/..", NULL, ERR_BAD_REQUEST },
		{ "/a/%00", NULL, ERR_BAD_REQUEST },
		{ "/a/%0a", NULL, ERR_BAD_REQUEST },
		{ "/a/%7f", NULL, ERR_BAD_REQUEST },
		{ "/a/%zz", NULL, ERR_BAD_REQUEST },
		{ "/a/%4", NULL, ERR_BAD_REQUEST },
		{ "/a/%ff", NULL, ERR_BAD_REQUEST },
		{ "/a/%c0%af", NULL, ERR_BAD_REQUEST },
		{ "a", NULL, ERR_BAD_REQUEST },
		{ "", NULL, ERR_BAD_REQUEST },
		{ "*", NULL, ERR_BAD_REQUEST },
	};
	struct str path;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		path = STR_NONE;
		if (request_path(web_arena, str_of(cases[i].raw), &path) !=
		    cases[i].e)
			fail_msg("%s", cases[i].raw);
		if (cases[i].e == ERR_OK)
			assert_str(path, cases[i].path);
	}
}

/* S-110, F-52: the same answer for every spelling of an id with a slash. */
static void
test_encoded_slash_reaches_no_handler(void **state)
{
	static const char *const uris[] = {
		"/identity/v2/auth/item/ab%2Fcd",
		"/identity/v2/auth/item/ab/cd",
		"/identity/v2/auth/item/%2e%2e%2f",
		"/identity/v2/auth/item/",
	};
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(uris); i++) {
		a = web_ask("GET", uris[i], NULL,
		    WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD));
		assert_int_equal(a.status, 404);
		assert_int_equal(a.code, 404);
	}
	a = web_ask("GET", "/identity/v2/auth/item/%252F", NULL,
	    WITH("HTTP_AUTHORIZATION=Bearer " WEB_GOOD));
	assert_int_equal(a.status, 200);
	assert_str(web_text(&a, "value"), "%2F");
	assert_int_equal(web_served, 1);
}

static void
test_path_too_long_is_414(void **state)
{
	struct str uri;

	(void)state;
	uri = str_printf(web_arena, THING "/%01100d", 0);
	assert_int_equal(web_ask("GET", uri.p, NULL, NULL).status, 414);
	uri = str_printf(web_arena, THING "?a=%08200d", 0);
	assert_int_equal(web_ask("GET", uri.p, NULL, NULL).status, 414);
}

static void
test_base_path_is_removed_and_required(void **state)
{
	(void)state;
	web_configure("[site]\nurl = http://localhost:8080/auth");
	assert_int_equal(web_ask("GET", "/auth" THING, NULL, NULL).status,
	    200);
	assert_int_equal(web_ask("GET", "/%61uth" THING, NULL, NULL).status,
	    200);
	assert_int_equal(web_ask("GET", THING, NULL, NULL).status, 404);
	assert_int_equal(web_ask("GET", "/authx" THING, NULL, NULL).status,
	    404);
}

static void
test_path_info_serves_where_there_is_no_request_uri(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", NULL, NULL, WITH("SCRIPT_NAME=/x/doorward.fcgi",
	    "PATH_INFO=" THING "/"));
	assert_int_equal(a.status, 200);
	a = web_ask("GET", NULL, NULL, WITH("PATH_INFO=/a/\xff"));
	assert_int_equal(a.status, 400);
	/* Decoded by the server: never again. */
	a = web_ask("GET", NULL, NULL, WITH("HTTP_AUTHORIZATION=Bearer "
	    WEB_GOOD, "PATH_INFO=/identity/v2/auth/item/%41"));
	assert_str(web_text(&a, "value"), "%41");
	web_configure("[site]\nurl = http://localhost:8080/auth");
	a = web_ask("GET", NULL, NULL, WITH("SCRIPT_NAME=/auth",
	    "PATH_INFO=" THING));
	assert_int_equal(a.status, 200);
}

/* An access checker's error document names the protected address. */
static void
test_error_document_401_is_routed_by_path_info(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/private/report.pdf", NULL,
	    WITH("REDIRECT_STATUS=401", "SCRIPT_NAME=/auth",
	    "PATH_INFO=/page"));
	assert_int_equal(a.status, 303);
	a = web_ask("GET", "/private/report.pdf", NULL,
	    WITH("REDIRECT_STATUS=401", "SCRIPT_NAME=/page"));
	assert_int_equal(a.status, 303);
	a = web_ask("GET", "/page", NULL, WITH("REDIRECT_STATUS=200",
	    "PATH_INFO=/private"));
	assert_int_equal(a.status, 303);
	assert_str(web_header(&a, "Location"), "/there");
}

static void
test_target_in_absolute_form_brings_its_host(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "http://localhost:8080" THING, NULL, NULL);
	assert_int_equal(a.status, 200);
	a = web_ask("GET", "http://evil.example/page", NULL, NULL);
	assert_int_equal(a.status, 421);
	a = web_ask("GET", "http://evil.example", NULL, NULL);
	assert_int_equal(a.status, 404);
}

/* S-109 */
static void
test_header_given_twice_is_refused_unless_alike(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING, NULL, WITH("HTTP_AUTHORIZATION=Bearer a",
	    "HTTP_AUTHORIZATION=Bearer b"));
	assert_int_equal(a.status, 400);
	a = web_ask("GET", THING, NULL, WITH("HTTP_COOKIE=a=b",
	    "HTTP_COOKIE=a=c"));
	assert_int_equal(a.status, 400);
	a = web_ask("GET", THING, NULL, WITH("HTTP_X_DOORWARD_APIKEY="
	    UNIT_KEY, "HTTP_X_DOORWARD_APIKEY=x"));
	assert_int_equal(a.status, 400);
	a = web_ask("GET", THING, NULL, WITH("REMOTE_ADDR=192.0.2.1",
	    "REMOTE_ADDR=192.0.2.2"));
	assert_int_equal(a.status, 400);
	a = web_ask("GET", THING, NULL, WITH("HTTP_COOKIE=a=b",
	    "HTTP_COOKIE=a=b"));
	assert_int_equal(a.status, 200);
}

/* S-109, S-117 */
static void
test_header_too_long_or_with_controls_is_refused(void **state)
{
	struct str cookie;

	(void)state;
	cookie = str_printf(web_arena, "HTTP_COOKIE=a=%08200d", 0);
	assert_int_equal(web_ask("GET", THING, NULL, WITH(cookie.p)).status,
	    400);
	assert_int_equal(web_ask("GET", THING, NULL,
	    WITH("HTTP_ORIGIN=https://a.example\r\nX: y")).status, 400);
}

/* S-109: httpoxy, and whatever else the environment holds. */
static void
test_unlisted_variables_are_not_read(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING, NULL, WITH("HTTP_PROXY=http://evil.example",
	    "PATH_TRANSLATED=/etc/passwd", "REMOTE_USER=root",
	    "REDIRECT_REMOTE_USER=root", "noequals", "=", "HTTP_X="));
	assert_int_equal(a.status, 200);
}

/* S-107 */
static void
test_authorization_comes_through_any_number_of_redirects(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/identity/v2/auth/item/1", NULL,
	    WITH("REDIRECT_HTTP_AUTHORIZATION=Bearer " WEB_GOOD));
	assert_str(web_text(&a, "token"), WEB_GOOD);
	a = web_ask("GET", "/identity/v2/auth/item/1", NULL,
	    WITH("REDIRECT_REDIRECT_HTTP_AUTHORIZATION=Bearer " WEB_GOOD,
	    "HTTP_AUTHORIZATION="));
	assert_str(web_text(&a, "token"), WEB_GOOD);
	a = web_ask("GET", "/identity/v2/auth/item/1", NULL,
	    WITH("HTTP_AUTHORIZATION="));
	assert_int_equal(a.code, 1060);
}

/* S-111. */
static void
test_length_is_plain_decimal_within_the_limit(void **state)
{
	static const char *const bad[] = { "-1", "+5", "0x10", "1e3", " 5",
		"5 ", "5,5" };
	struct str length;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		length = str_printf(web_arena, "CONTENT_LENGTH=%s", bad[i]);
		assert_int_equal(web_ask("POST", THING, "{}",
		    WITH(length.p)).status, 400);
	}
	assert_int_equal(web_ask("POST", THING, "{}",
	    WITH("CONTENT_LENGTH=65537")).status, 413);
	assert_int_equal(web_ask("POST", THING, "{}",
	    WITH("CONTENT_LENGTH=99999999999999999999999")).status, 413);
	assert_int_equal(web_served, 0);
	assert_int_equal(web_ask("POST", THING, "{}",
	    WITH("CONTENT_LENGTH=")).status, 200);
	assert_int_equal(web_ask("POST", THING, "{}",
	    WITH("CONTENT_LENGTH=0")).status, 200);
}

/* S-111 */
static void
test_unannounced_body_stops_at_the_limit(void **state)
{
	struct str body;

	(void)state;
	body = str_printf(web_arena, "{\"any\":\"%0*d\"}", LIMIT_BODY - 10,
	    0);
	assert_int_equal(body.len, LIMIT_BODY);
	assert_int_equal(web_ask("POST", THING, body.p,
	    WITH("CONTENT_LENGTH=")).status, 200);
	body = str_printf(web_arena, "{\"any\":\"%0*d\"}", LIMIT_BODY - 9, 0);
	assert_int_equal(web_ask("POST", THING, body.p,
	    WITH("CONTENT_LENGTH=")).status, 413);
}

/* S-111: A published client counts characters where bytes are due. */
static void
test_body_shorter_than_announced_is_refused(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", THING, "{}", WITH("CONTENT_LENGTH=3"));
	assert_int_equal(a.code, 965);
	a = web_ask("PUT", THING, "{}", WITH("CONTENT_LENGTH=3"));
	assert_int_equal(a.code, 1079);
	a = web_ask("DELETE", "/identity/v2/auth/item/1", "{}",
	    WITH("CONTENT_LENGTH=3"));
	assert_int_equal(a.code, 1084);
	a = web_ask("POST", THING, "a=b", WITH("CONTENT_LENGTH=4",
	    "CONTENT_TYPE=application/x-www-form-urlencoded"));
	assert_int_equal(a.code, 958);
	a = web_ask("POST", THING, "", WITH("CONTENT_LENGTH=4"));
	assert_int_equal(a.code, 965);
	assert_int_equal(web_served, 0);
}

static void
test_body_of_a_get_is_ignored(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING, "\"\"",
	    WITH("CONTENT_TYPE=application/x-www-form-urlencoded"));
	assert_int_equal(a.status, 200);
	a = web_ask("GET", THING, "{", WITH("CONTENT_TYPE=text/plain"));
	assert_int_equal(a.status, 200);
}

/* S-119 */
static void
test_query_name_with_two_values_is_908(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING "?text=a&TEXT=b", NULL, NULL);
	assert_int_equal(a.code, 908);
	a = web_ask("GET", THING "?text=a&words=b", NULL, NULL);
	assert_int_equal(a.code, 908);
	a = web_ask("GET", THING "?text=a&text=a&words=a", NULL, NULL);
	assert_int_equal(a.status, 200);
	a = web_ask("GET", THING "?text=&Text=b", NULL, NULL);
	assert_str(web_text(&a, "text"), "b");
	a = web_ask("GET", THING "?fields=a&fields=b", NULL, NULL);
	assert_int_equal(a.status, 200);
}

static void
test_unreadable_query_names_the_parameter(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING "?a=1&text=%00", NULL, NULL);
	assert_int_equal(a.code, 908);
	assert_has(web_text(&a, "Description").p, "text");
	assert_int_equal(web_ask("GET", THING "?text=%ff", NULL, NULL).code,
	    908);
	assert_int_equal(web_ask("GET", THING "?text=%4", NULL, NULL).code,
	    908);
}

/* S-022 */
static void
test_source_is_an_address_or_a_64(void **state)
{
	static const struct { const char *in, *text, *network; } cases[] = {
		{ "192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ " 192.0.2.7:4711", "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ "2001:DB8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6",
		  "2001:db8:1:2::/64" },
		{ "[2001:db8::1]:443", "2001:db8::1", "2001:db8::/64" },
	};
	static const char *const bad[] = { "", "x", "192.0.2", "192.0.2.256",
		"192.0.2.7.evil.example", "unknown", "::g", "[::1" };
	struct source s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_true(source_parse(str_of(cases[i].in), &s));
		assert_str(source_text(web_arena, &s), cases[i].text);
		assert_str(source_network(web_arena, &s), cases[i].network);
	}
	for (i = 0; i < COUNT(bad); i++)
		assert_false(source_parse(str_of(bad[i]), &s));
}

static void
test_source_list_knows_networks(void **state)
{
	static const struct str items[] = { { "10.0.0.0/8", 10 },
		{ "192.0.2.128/25", 14 }, { "2001:db8::/32", 13 },
		{ "::1", 3 } };
	static const struct list l = { items, COUNT(items) };
	static const struct { const char *s; bool in; } cases[] = {
		{ "10.255.0.1", true }, { "11.0.0.1", false },
		{ "192.0.2.128", true }, { "192.0.2.127", false },
		{ "2001:db8:ffff::1", true }, { "2001:db9::1", false },
		{ "::1", true }, { "::2", false }, { "0.0.0.1", false },
	};
	struct source s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_true(source_parse(str_of(cases[i].s), &s));
		assert_int_equal(source_listed(&l, &s), cases[i].in);
	}
}

/* S-108: forged entries stand left of what a trusted proxy wrote. */
static void
test_client_is_the_rightmost_address_that_is_no_proxy(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING, NULL,
	    WITH("HTTP_X_FORWARDED_FOR=198.51.100.1"));
	assert_str(web_text(&a, "address"), "192.0.2.1");
	web_configure("[site]\nurl = http://localhost:8080\n"
	    "[proxy]\ntrusted = 192.0.2.0/24");
	a = web_ask("GET", THING, NULL, WITH(
	    "HTTP_X_FORWARDED_FOR=198.51.100.1, 203.0.113.9, 192.0.2.44"));
	assert_str(web_text(&a, "address"), "203.0.113.9");
	a = web_ask("GET", THING, NULL, WITH(
	    "HTTP_X_FORWARDED_FOR=198.51.100.1, nonsense"));
	assert_str(web_text(&a, "address"), "192.0.2.1");
	a = web_ask("GET", THING, NULL, WITH(
	    "HTTP_X_FORWARDED_FOR=198.51.100.1",
	    "HTTP_X_FORWARDED_FOR=198.51.100.2"));
	assert_int_equal(a.status, 200);
	assert_str(web_text(&a, "address"), "192.0.2.1");
	a = web_ask("GET", THING, NULL, WITH("REMOTE_ADDR=203.0.113.1",
	    "HTTP_X_FORWARDED_FOR=198.51.100.1"));
	assert_str(web_text(&a, "address"), "203.0.113.1");
}

/* S-108 */
static void
test_origin_ip_is_believed_with_the_secret_only(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", THING, NULL, WITH("HTTP_X_ORIGIN_IP=198.51.100.1",
	    "HTTP_X_ORIGIN_USER_AGENT=Other"));
	assert_str(web_text(&a, "address"), "192.0.2.1");
	a = web_ask("GET", THING, NULL, WITH("HTTP_X_ORIGIN_IP=198.51.100.1",
	    "HTTP_X_LOGINRADIUS_APISECRET=" UNIT_KEY));
	assert_str(web_text(&a, "address"), "192.0.2.1");
	a = web_ask("GET", THING, NULL, WITH("HTTP_X_ORIGIN_IP=2001:db8::9",
	    "HTTP_X_ORIGIN_USER_AGENT=Other",
	    "HTTP_X_LOGINRADIUS_APISECRET=" UNIT_SECRET));
	assert_str(web_text(&a, "address"), "2001:db8::9");
	assert_str(web_text(&a, "network"), "2001:db8::/64");
	assert_str(web_text(&a, "agent"), "Other");
	/* A proxy passes on what a visitor sends. */
	web_configure("[site]\nurl = http://localhost:8080\n"
	    "[proxy]\ntrusted = 192.0.2.0/24");
	a = web_ask("GET", THING, NULL, WITH("HTTP_X_ORIGIN_IP=198.51.100.1",
	    "HTTP_X_FORWARDED_FOR=203.0.113.9"));
	assert_str(web_text(&a, "address"), "203.0.113.9");
}

static void
test_user_agent_is_cut_and_made_printable(void **state)
{
	struct answer a;
	struct str agent;

	(void)state;
	a = web_ask("GET", THING, NULL, WITH("HTTP_USER_AGENT=a\xff" "b"));
	assert_str(web_text(&a, "agent"), "a?b");
	agent = str_printf(web_arena, "HTTP_USER_AGENT=%0511d\xc3\xa9", 0);
	a = web_ask("GET", THING, NULL, WITH(agent.p));
	assert_int_equal(web_text(&a, "agent").len, 511);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_path_is_decoded_once_segment_by_segment),
		TEST(test_encoded_slash_reaches_no_handler),
		TEST(test_path_too_long_is_414),
		TEST(test_base_path_is_removed_and_required),
		TEST(test_path_info_serves_where_there_is_no_request_uri),
		TEST(test_error_document_401_is_routed_by_path_info),
		TEST(test_target_in_absolute_form_brings_its_host),
		TEST(test_header_given_twice_is_refused_unless_alike),
		TEST(test_header_too_long_or_with_controls_is_refused),
		TEST(test_unlisted_variables_are_not_read),
		TEST(test_authorization_comes_through_any_number_of_redirects),
		TEST(test_length_is_plain_decimal_within_the_limit),
		TEST(test_unannounced_body_stops_at_the_limit),
		TEST(test_body_shorter_than_announced_is_refused),
		TEST(test_body_of_a_get_is_ignored),
		TEST(test_query_name_with_two_values_is_908),
		TEST(test_unreadable_query_names_the_parameter),
		TEST(test_source_is_an_address_or_a_64),
		TEST(test_source_list_knows_networks),
		TEST(test_client_is_the_rightmost_address_that_is_no_proxy),
		TEST(test_origin_ip_is_believed_with_the_secret_only),
		TEST(test_user_agent_is_cut_and_made_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
