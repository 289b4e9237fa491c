/*
 * Which origins may read, and what every answer carries.
 */
#include "web_ask.h"

#include "cors.h"
#include "response.h"

#define THING	"/identity/v2/auth/thing"
#define ORIGIN	"Access-Control-Allow-Origin"
#define SITE	"[site]\nurl = http://localhost:8080\n"
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, set_up, \
	web_tear_down)

static int
set_up(void **state)
{
	web_set_up(state);
	web_configure(SITE "[cors]\norigins = https://app.example.com "
	    "https://app.example.com:8443\n");
	return 0;
}

static struct answer
from(const char *method, const char *uri, const char *origin)
{
	return web_ask(method, uri, NULL, WITH(str_printf(web_arena,
	    "HTTP_ORIGIN=%s", origin).p));
}

static void
test_listed_origin_may_read_S_100(void **state)
{
	struct answer a;

	(void)state;
	a = from("GET", THING, "https://app.example.com");
	assert_str(web_header(&a, ORIGIN), "https://app.example.com");
	assert_str(web_header(&a, "Vary"), "Origin");
	assert_null(web_header(&a, "Access-Control-Allow-Credentials").p);
	/* Errors are to be read as well. */
	a = from("GET", THING "?flag=x", "https://app.example.com:8443");
	assert_int_equal(a.status, 400);
	assert_str(web_header(&a, ORIGIN), "https://app.example.com:8443");
}

static void
test_other_origins_may_not_S_100(void **state)
{
	static const char *const origins[] = { "null", "*", "",
		"https://app.example.com.evil.example",
		"https://evil-app.example.com", "https://app.example.co",
		"http://app.example.com", "https://app.example.com:443",
		"https://app.example.com/", "https://example.com" };
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(origins); i++) {
		a = from("GET", THING, origins[i]);
		assert_int_equal(a.status, 200);
		assert_null(web_header(&a, ORIGIN).p);
		assert_str(web_header(&a, "Vary"), "Origin");
	}
}

static void
test_management_and_pages_are_never_shared_S_100(void **state)
{
	static const char *const uris[] = { "/identity/v2/manage/thing",
		"/api/v2/access_token/thing", "/page",
		"/identity/v2/authx" };
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(uris); i++) {
		a = from("OPTIONS", uris[i], "https://app.example.com");
		assert_null(web_header(&a, ORIGIN).p);
		assert_null(web_header(&a,
		    "Access-Control-Allow-Methods").p);
		a = from("GET", uris[i], "https://app.example.com");
		assert_null(web_header(&a, ORIGIN).p);
	}
}

/* S-100 */
static void
test_preflight_needs_no_key_and_lasts_ten_minutes(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("OPTIONS", THING, NULL, WITH("HTTP_X_DOORWARD_APIKEY=",
	    "HTTP_ORIGIN=https://app.example.com",
	    "HTTP_ACCESS_CONTROL_REQUEST_METHOD=PUT"));
	assert_int_equal(a.status, 204);
	assert_int_equal(a.body.len, 0);
	assert_null(web_header(&a, "Content-Type").p);
	assert_str(web_header(&a, ORIGIN), "https://app.example.com");
	assert_str(web_header(&a, "Access-Control-Max-Age"), "600");
	assert_has(web_header(&a, "Access-Control-Allow-Headers").p,
	    "Authorization");
	assert_str(web_header(&a, "Access-Control-Allow-Methods"),
	    "GET, POST, PUT, DELETE, OPTIONS");
	a = from("OPTIONS", "/identity/v2/none", "https://app.example.com");
	assert_int_equal(a.status, 404);
}

static void
test_every_api_answer_has_its_headers_S_103(void **state)
{
	static const char *const uris[] = { THING, THING "?flag=x",
		"/identity/v2/none", "/identity/v2/auth/broken" };
	struct answer a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(uris); i++) {
		a = web_ask("GET", uris[i], NULL, NULL);
		assert_str(web_header(&a, "Cache-Control"), "no-store");
		assert_str(web_header(&a, "X-Content-Type-Options"),
		    "nosniff");
		assert_str(web_header(&a, "Content-Type"),
		    "application/json; charset=utf-8");
		assert_str(web_header(&a, "Referrer-Policy"), "no-referrer");
		assert_str(web_header(&a, "Cross-Origin-Resource-Policy"),
		    "same-origin");
		assert_int_equal(web_header(&a, "X-Request-Id").len, 32);
		assert_null(web_header(&a, "Strict-Transport-Security").p);
		assert_non_null(a.json);
	}
}

/* S-097, S-103 */
static void
test_https_site_pins_https_and_its_cookies(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/page", NULL, NULL);
	assert_str(web_header(&a, "Set-Cookie"), "doorward=value; Path=/; "
	    "HttpOnly; SameSite=Lax; Max-Age=60");
	web_configure("[site]\nurl = https://login.example.com\n");
	/* F-50: whatever the inner connection was. */
	a = web_ask("GET", "/page", NULL, WITH("HTTP_HOST=login.example.com",
	    "HTTP_X_FORWARDED_PROTO=http"));
	assert_str(web_header(&a, "Set-Cookie"), "__Host-doorward=value; "
	    "Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
	assert_str(web_header(&a, "Strict-Transport-Security"),
	    "max-age=31536000");
}

static void
test_pages_have_a_strict_content_policy_S_102(void **state)
{
	struct answer a;

	(void)state;
	web_configure(SITE "[urls]\nallow = https://app.example.com/docs "
	    "myapp://callback\n");
	a = web_ask("GET", "/page", NULL, NULL);
	assert_str(web_header(&a, "Content-Security-Policy"),
	    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
	    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
	    "form-action 'self' https://app.example.com myapp:");
	assert_str(web_header(&a, "Cross-Origin-Opener-Policy"),
	    "same-origin");
	assert_str(web_header(&a, "Referrer-Policy"), "same-origin");
	a = web_ask("GET", "/nowhere", NULL, NULL);
	assert_non_null(web_header(&a, "Content-Security-Policy").p);
}

static void
test_success_hides_the_words_that_clients_search(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/api/v2/access_token/thing", NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=" UNIT_SECRET));
	assert_int_equal(a.status, 200);
	assert_null(strstr(a.body.p, "description"));
	assert_null(strstr(a.body.p, "Description"));
	assert_null(strstr(a.body.p, "errorCode"));
	assert_str(web_text(&a, "errorCode"),
	    "a description and a Description");
}

/* S-132 */
static void
test_error_envelope_is_complete_in_both_spellings(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/identity/v2/manage/thing", NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=" UNIT_KEY));
	assert_int_equal(a.status, 401);
	assert_str(web_header(&a, "WWW-Authenticate"),
	    "Bearer realm=\"api\"");
	assert_int_equal(json_length(a.json), 5);
	assert_int_equal(json_int(json_get(a.json, "ErrorCode")), 902);
	assert_true(web_text(&a, "Message").len > 0);
	assert_true(web_text(&a, "Description").len > 0);
	assert_int_equal(json_type(json_get(a.json, "IsProviderError")),
	    JSON_BOOL);
	assert_int_equal(json_type(json_get(a.json,
	    "ProviderErrorResponse")), JSON_NULL);
	a = web_ask("GET", "/api/v2/access_token/thing", NULL, NULL);
	assert_int_equal(a.code, 923);
	assert_int_equal(json_int(json_get(a.json, "errorCode")), 923);
	assert_str(web_text(&a, "message"), web_text(&a, "Message").p);
	assert_str(web_text(&a, "description"),
	    web_text(&a, "Description").p);
}

static void
test_suspension_tells_its_end_and_sets_no_cookie(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("POST", "/identity/v2/auth/failing", NULL, NULL);
	assert_int_equal(a.status, 403);
	assert_int_equal(a.code, 1198);
	assert_int_equal(web_text(&a, "Data/LoginLockedTimeout").len, 24);
	assert_str(web_header(&a, "Retry-After"), "77");
	assert_null(web_header(&a, "Set-Cookie").p);
	assert_null(strstr(a.body.p, "because"));
}

static void
test_internal_failure_tells_its_request_id_alone_S_132(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/identity/v2/auth/broken", NULL, NULL);
	assert_int_equal(a.status, 500);
	assert_int_equal(a.code, 950);
	assert_has(web_text(&a, "Description").p,
	    web_header(&a, "X-Request-Id").p == NULL ? "?" :
	    str_cstr(web_arena, web_header(&a, "X-Request-Id")));
	assert_null(strstr(a.body.p, "secret_table"));
	assert_null(strstr(a.body.p, "row of x"));
}

/* S-113 */
static void
test_redirect_stays_below_the_base_path(void **state)
{
	struct answer a;

	(void)state;
	web_configure("[site]\nurl = http://localhost:8080/auth\n");
	a = web_ask("GET", "/auth/page", NULL, NULL);
	assert_str(web_header(&a, "Location"), "/auth/there");
	assert_int_equal(a.status, 303);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_listed_origin_may_read_S_100),
		TEST(test_other_origins_may_not_S_100),
		TEST(test_management_and_pages_are_never_shared_S_100),
		TEST(test_preflight_needs_no_key_and_lasts_ten_minutes),
		TEST(test_every_api_answer_has_its_headers_S_103),
		TEST(test_https_site_pins_https_and_its_cookies),
		TEST(test_pages_have_a_strict_content_policy_S_102),
		TEST(test_success_hides_the_words_that_clients_search),
		TEST(test_error_envelope_is_complete_in_both_spellings),
		TEST(test_suspension_tells_its_end_and_sets_no_cookie),
		TEST(test_internal_failure_tells_its_request_id_alone_S_132),
		TEST(test_redirect_stays_below_the_base_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
