/*
 * What a row needs is enforced before its handler, in the documented order.
 */
#include "web_ask.h"

#include "guard.h"

#define THING	"/identity/v2/auth/thing"
#define ITEM	"/identity/v2/auth/item/1"
#define MANAGE	"/identity/v2/manage/thing"
#define SECRET	"HTTP_X_LOGINRADIUS_APISECRET=" UNIT_SECRET
#define OTHER	"c7e1f0a4-93b2-4d58-8e6f-1a2b7c9d0e53"
#define BEARER	"HTTP_AUTHORIZATION=Bearer " WEB_GOOD
#define NO_KEY	"HTTP_X_DOORWARD_APIKEY="
#define LOCAL	"[site]\nurl = http://localhost:8080\n"
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, web_set_up, \
	web_tear_down)

static void
expect(struct answer a, int status, int64_t code)
{
	if (a.status != status || a.code != code)
		fail_msg("%d %lld: %s", a.status, (long long)a.code,
		    a.body.p);
}

static void
test_api_key_is_found_in_every_documented_place(void **state)
{
	(void)state;
	expect(web_ask("GET", THING, NULL, WITH(NO_KEY)), 400, 922);
	expect(web_ask("GET", THING "?apikey=", NULL, WITH(NO_KEY)), 400,
	    922);
	expect(web_ask("GET", THING "?apikey=abc", NULL, WITH(NO_KEY)), 400,
	    920);
	expect(web_ask("GET", THING "?apikey=" UNIT_SECRET, NULL,
	    WITH(NO_KEY)), 403, 901);
	expect(web_ask("GET", THING "?apiKey=" UNIT_KEY, NULL, WITH(NO_KEY)),
	    200, 0);
	expect(web_ask("GET", THING "?key=" UNIT_KEY, NULL, WITH(NO_KEY)),
	    200, 0);
	expect(web_ask("GET", THING "?client_id=" UNIT_KEY, NULL,
	    WITH(NO_KEY)), 200, 0);
	expect(web_ask("GET", THING, NULL, WITH(NO_KEY,
	    "HTTP_X_LOGINRADIUS_APIKEY=9F3C1D52-7B1E-4C55-9A0E-2F6D8E41B7AA")
	    ), 200, 0);
	expect(web_ask("GET", THING "?apikey=abc", NULL, NULL), 200, 0);
	assert_int_equal(web_served, 5);
}

/* The secret is no substitute where signatures are strict. */
static void
test_signatures_are_preferred_or_strict_by_setting_S_043(void **state)
{
	(void)state;
	web_configure(LOCAL "[api]\nsignature = preferred\n");
	expect(web_ask("GET", MANAGE, NULL, NULL), 400, 1209);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET)), 200, 0);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_DIGEST=SHA-256=x")), 400, 1210);
	web_configure(LOCAL "[api]\nsignature = strict\n");
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET)), 400, 1207);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_DIGEST=SHA-256=x", "HTTP_X_REQUEST_EXPIRES=soon")), 400,
	    1211);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_DIGEST=SHA-256=x",
	    "HTTP_X_REQUEST_EXPIRES=2020-01-01 00:00:00")), 403, 1212);
	expect(web_ask("GET", THING, NULL, NULL), 200, 0);
	assert_int_equal(web_served, 2);
}

static void
test_api_secret_comes_by_header_alone_on_manage_S_043(void **state)
{
	(void)state;
	expect(web_ask("GET", MANAGE, NULL, NULL), 400, 923);
	expect(web_ask("GET", MANAGE "?apisecret=" UNIT_SECRET, NULL, NULL),
	    400, 923);
	expect(web_ask("GET", MANAGE, NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=abc")), 400, 921);
	expect(web_ask("GET", MANAGE, NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=" UNIT_KEY)), 401, 902);
	expect(web_ask("GET", MANAGE, NULL, WITH(NO_KEY, SECRET)), 400, 922);
	assert_int_equal(web_served, 0);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET)), 200, 0);
	expect(web_ask("GET", "/api/v2/access_token/thing?secret="
	    UNIT_SECRET "&key=" UNIT_KEY, NULL, WITH(NO_KEY)), 200, 0);
	web_configure(LOCAL "[compat]\nsecret_in_query = all");
	expect(web_ask("GET", MANAGE "?apisecret=" UNIT_SECRET, NULL, NULL),
	    200, 0);
	web_configure(LOCAL "[compat]\nsecret_in_query = off");
	expect(web_ask("GET", "/api/v2/access_token/thing?secret="
	    UNIT_SECRET, NULL, NULL), 400, 923);
}

static void
test_secret_from_a_browser_is_refused_S_043(void **state)
{
	(void)state;
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_ORIGIN=http://localhost:8080")), 403, 1143);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_SEC_FETCH_SITE=cross-site")), 403, 1143);
	/* The answer does not tell whether it was right. */
	expect(web_ask("GET", MANAGE, NULL, WITH("HTTP_ORIGIN=null",
	    "HTTP_X_DOORWARD_APISECRET=" UNIT_KEY)), 403, 1143);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_SEC_FETCH_SITE=none")), 200, 0);
}

static void
test_previous_secret_serves_until_the_rotation_is_over(void **state)
{
	(void)state;
	web_configure(LOCAL "[api]\nprevious_secret = " OTHER "\n");
	expect(web_ask("GET", MANAGE, NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=" OTHER)), 200, 0);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET)), 200, 0);
	expect(web_ask("GET", MANAGE, NULL,
	    WITH("HTTP_X_DOORWARD_APISECRET=" WEB_OLD)), 401, 902);
}

static void
test_disabled_key_and_foreign_callers_are_refused(void **state)
{
	(void)state;
	web_configure(LOCAL "[api]\nallowed_ips = 198.51.100.0/24\n");
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET)), 403, 1206);
	expect(web_ask("GET", MANAGE, NULL, NULL), 403, 1206);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "HTTP_X_ORIGIN_IP=198.51.100.7")), 403, 1206);
	expect(web_ask("GET", MANAGE, NULL, WITH(SECRET,
	    "REMOTE_ADDR=198.51.100.7", "HTTP_X_ORIGIN_IP=203.0.113.5")),
	    200, 0);
	expect(web_ask("GET", THING, NULL, NULL), 200, 0);
	web_configure(LOCAL "[api]\nenabled = off\n");
	expect(web_ask("GET", THING, NULL, NULL), 403, 901);
}

/* S-096: header over query over body; the other copies are ignored. */
static void
test_bearer_token_is_taken_from_the_first_place_S_096(void **state)
{
	(void)state;
	expect(web_ask("GET", ITEM, NULL, NULL), 400, 1060);
	expect(web_ask("GET", ITEM, NULL, WITH(BEARER)), 200, 0);
	expect(web_ask("GET", ITEM, NULL, WITH("HTTP_AUTHORIZATION=bearer  "
	    WEB_GOOD)), 200, 0);
	expect(web_ask("GET", ITEM "?Access_Token=" WEB_GOOD, NULL, NULL),
	    200, 0);
	expect(web_ask("GET", ITEM "?access_token=other", NULL,
	    WITH(BEARER)), 200, 0);
	expect(web_ask("GET", ITEM "?access_token=" WEB_GOOD, NULL,
	    WITH("HTTP_AUTHORIZATION=Bearer other")), 403, 905);
	expect(web_ask("GET", ITEM "?access_token=" WEB_GOOD, NULL,
	    WITH("HTTP_AUTHORIZATION=Basic eDp5")), 200, 0);
	expect(web_ask("GET", ITEM, "{\"access_token\":\"" WEB_GOOD "\"}",
	    NULL), 400, 1060);
	expect(web_ask("DELETE", ITEM, "{\"Access_Token\":\"" WEB_GOOD "\"}",
	    NULL), 200, 0);
	expect(web_ask("DELETE", ITEM "?access_token=other",
	    "{\"access_token\":\"" WEB_GOOD "\"}", NULL), 403, 905);
	web_configure(LOCAL "[compat]\naccess_token_in_query = off\n"
	    "access_token_in_body = off\n");
	expect(web_ask("GET", ITEM "?access_token=" WEB_GOOD, NULL, NULL),
	    400, 1060);
	expect(web_ask("DELETE", ITEM, "{\"access_token\":\"" WEB_GOOD "\"}",
	    NULL), 400, 1060);
}

static void
test_token_that_is_not_good_reaches_no_handler(void **state)
{
	(void)state;
	expect(web_ask("GET", ITEM, NULL, WITH("HTTP_AUTHORIZATION=Bearer x")
	    ), 403, 905);
	expect(web_ask("GET", ITEM, NULL, WITH("HTTP_AUTHORIZATION=Bearer "
	    WEB_OLD)), 403, 906);
	expect(web_ask("GET", ITEM, NULL,
	    WITH("HTTP_AUTHORIZATION=Bearer down")), 503, 503);
	assert_int_equal(web_served, 0);
}

static void
test_page_session_means_nothing_to_the_api_S_099(void **state)
{
	(void)state;
	expect(web_ask("GET", ITEM, NULL, WITH("HTTP_COOKIE=doorward="
	    WEB_GOOD)), 400, 1060);
}

static void
test_get_that_acts_refuses_head_and_navigation_S_037(void **state)
{
	static const char act[] = "/identity/v2/auth/act";
	struct answer a;

	(void)state;
	a = web_ask("HEAD", act, NULL, WITH(BEARER));
	assert_int_equal(a.status, 405);
	assert_str(web_header(&a, "Allow"), "GET, OPTIONS");
	expect(web_ask("GET", act, NULL, WITH(BEARER,
	    "HTTP_SEC_FETCH_MODE=navigate")), 400, 400);
	assert_int_equal(web_served, 0);
	expect(web_ask("GET", act, NULL, WITH(BEARER,
	    "HTTP_SEC_FETCH_MODE=cors")), 200, 0);
	/* The handler judges the token itself. */
	expect(web_ask("GET", act, NULL, WITH("HTTP_AUTHORIZATION=Bearer x")
	    ), 200, 0);
	expect(web_ask("GET", act, NULL, NULL), 400, 1060);
}

/* S-141 */
static void
test_checks_come_in_the_documented_order(void **state)
{
	(void)state;
	/* Path before key, size before key, key before body, body before
	 * token, token before fields. */
	expect(web_ask("GET", "/identity/v2/none", NULL, WITH(NO_KEY)), 404,
	    404);
	expect(web_ask("POST", THING, "{", WITH(NO_KEY,
	    "CONTENT_LENGTH=70000")), 413, 413);
	expect(web_ask("POST", THING, "{", WITH(NO_KEY)), 400, 922);
	expect(web_ask("DELETE", ITEM, "{", NULL), 400, 1084);
	expect(web_ask("DELETE", ITEM, "{\"text\":1}", NULL), 400, 1060);
	expect(web_ask("DELETE", ITEM, "{\"text\":1}", WITH(BEARER)), 400,
	    1090);
}

/* S-108 */
static void
test_plain_http_is_refused_but_on_loopback_S_108(void **state)
{
	(void)state;
	expect(web_ask("GET", THING, NULL, NULL), 200, 0);
	web_configure("[site]\nurl = https://login.example.com\n"
	    "[proxy]\ntrusted = 192.0.2.99\n");
	expect(web_ask("GET", THING, NULL, NULL), 403, 403);
	expect(web_ask("GET", THING, NULL,
	    WITH("HTTP_X_FORWARDED_PROTO=https")), 403, 403);
	expect(web_ask("GET", THING, NULL, WITH("HTTPS=on")), 200, 0);
	expect(web_ask("GET", THING, NULL, WITH("REQUEST_SCHEME=https")),
	    200, 0);
	expect(web_ask("GET", THING, NULL, WITH("HTTPS=off")), 403, 403);
	expect(web_ask("GET", THING, NULL, WITH("REMOTE_ADDR=192.0.2.99",
	    "HTTP_X_FORWARDED_PROTO=https")), 200, 0);
	expect(web_ask("GET", THING, NULL, WITH("REMOTE_ADDR=192.0.2.99",
	    "HTTPS=on", "HTTP_X_FORWARDED_PROTO=http")), 403, 403);
}

static void
test_pages_answer_to_the_sites_host_alone_S_035(void **state)
{
	(void)state;
	assert_int_equal(web_ask("GET", "/page", NULL, NULL).status, 303);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=evil.example")).status, 421);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=localhost")).status, 421);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=localhost:8080.evil.example")).status, 421);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=")).status, 421);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_X_FORWARDED_HOST=evil.example")).status, 303);
	expect(web_ask("GET", THING, NULL, WITH("HTTP_HOST=evil.example")),
	    200, 0);
	web_configure("[site]\nurl = https://login.example.com\n");
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=Login.Example.com")).status, 303);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=login.example.com:443")).status, 303);
	assert_int_equal(web_ask("GET", "/page", NULL,
	    WITH("HTTP_HOST=login.example.com:80")).status, 421);
}

static void
test_private_page_leads_to_the_login_page(void **state)
{
	struct answer a;

	(void)state;
	a = web_ask("GET", "/private", NULL, NULL);
	assert_int_equal(a.status, 303);
	assert_str(web_header(&a, "Location"), "/login");
	a = web_ask("GET", "/private", NULL, WITH("HTTP_COOKIE=doorward=x"));
	assert_str(web_header(&a, "Location"), "/login");
	/* S-097: two cookies of one name are none. */
	a = web_ask("GET", "/private", NULL, WITH("HTTP_COOKIE=doorward="
	    WEB_GOOD "; doorward=" WEB_OLD));
	assert_str(web_header(&a, "Location"), "/login");
	assert_int_equal(web_served, 0);
	a = web_ask("GET", "/private", NULL, WITH("HTTP_COOKIE=doorward="
	    WEB_GOOD));
	assert_str(web_header(&a, "Location"), "/there");
	/* Never fail open. */
	a = web_ask("GET", "/private", NULL,
	    WITH("HTTP_COOKIE=doorward=down"));
	assert_int_equal(a.status, 503);
}

static void
test_form_that_is_not_ours_reaches_no_handler_S_101(void **state)
{
	static const char form[] =
	    "CONTENT_TYPE=application/x-www-form-urlencoded";

	(void)state;
	assert_int_equal(web_ask("POST", "/page", "username=a",
	    WITH(form)).status, 403);
	assert_int_equal(web_ask("POST", "/page", "", WITH(form)).status,
	    403);
	assert_int_equal(web_ask("POST", "/page", NULL, NULL).status, 403);
	assert_int_equal(web_ask("POST", "/page",
	    "{\"form_token\":\"ours\",\"username\":\"a\"}", NULL).status,
	    400);
	assert_int_equal(web_served, 0);
	assert_int_equal(web_ask("POST", "/page",
	    "form_token=ours&username=a", WITH(form)).status, 303);
}

static void
test_rate_is_counted_for_each_source(void **state)
{
	struct ctx *c;
	int64_t now = 1000000;
	int i;

	(void)state;
	web_configure(LOCAL "[limits]\nrequests_per_s = 5\n");
	c = web_ctx();
	c->client.network = STR("203.0.113.77");
	for (i = 0; i < 10; i++)
		assert_int_equal(guard_rate(c, now), ERR_OK);
	assert_int_equal(guard_rate(c, now), ERR_RATE_LIMITED);
	assert_int_equal(guard_rate(c, now + 199), ERR_RATE_LIMITED);
	assert_int_equal(guard_rate(c, now + 200), ERR_OK);
	assert_int_equal(guard_rate(c, now + 200), ERR_RATE_LIMITED);
	c->client.network = STR("203.0.113.78");
	assert_int_equal(guard_rate(c, now + 200), ERR_OK);
	c->client.network = STR("203.0.113.77");
	for (i = 0; i < 10; i++)
		assert_int_equal(guard_rate(c, now + 100000), ERR_OK);
	assert_int_equal(guard_rate(c, now + 100000), ERR_RATE_LIMITED);
}

static void
test_flood_is_answered_429_with_retry_after(void **state)
{
	struct answer a;
	int i;

	(void)state;
	web_configure(LOCAL "[limits]\nrequests_per_s = 1\n");
	for (i = 0; i < 3; i++)
		a = web_ask("GET", THING, NULL,
		    WITH("REMOTE_ADDR=203.0.113.79"));
	expect(a, 429, 429);
	assert_str(web_header(&a, "Retry-After"), "1");
	/* A back end is counted by the visitors that it speaks for. */
	for (i = 0; i < 5; i++)
		expect(web_ask("GET", THING, NULL, WITH(SECRET,
		    "REMOTE_ADDR=203.0.113.79", str_printf(web_arena,
		    "HTTP_X_ORIGIN_IP=198.51.100.%d", i).p)), 200, 0);
	expect(web_ask("GET", THING, NULL, WITH("REMOTE_ADDR=203.0.113.79",
	    "HTTP_X_ORIGIN_IP=198.51.100.9",
	    "HTTP_X_DOORWARD_APISECRET=" OTHER)), 429, 429);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_api_key_is_found_in_every_documented_place),
		TEST(test_signatures_are_preferred_or_strict_by_setting_S_043),
		TEST(test_api_secret_comes_by_header_alone_on_manage_S_043),
		TEST(test_secret_from_a_browser_is_refused_S_043),
		TEST(test_previous_secret_serves_until_the_rotation_is_over),
		TEST(test_disabled_key_and_foreign_callers_are_refused),
		TEST(test_bearer_token_is_taken_from_the_first_place_S_096),
		TEST(test_token_that_is_not_good_reaches_no_handler),
		TEST(test_page_session_means_nothing_to_the_api_S_099),
		TEST(test_get_that_acts_refuses_head_and_navigation_S_037),
		TEST(test_checks_come_in_the_documented_order),
		TEST(test_plain_http_is_refused_but_on_loopback_S_108),
		TEST(test_pages_answer_to_the_sites_host_alone_S_035),
		TEST(test_private_page_leads_to_the_login_page),
		TEST(test_form_that_is_not_ours_reaches_no_handler_S_101),
		TEST(test_rate_is_counted_for_each_source),
		TEST(test_flood_is_answered_429_with_retry_after),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
