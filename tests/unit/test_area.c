/*
 * The guard without a server: which rule an address falls under, and what is
 * read of a server's question.
 */
#include "web_ask.h"

#include "base/roles.h"
#include "domain/area.h"

#define SITE	"[site]\nurl = http://localhost:8080\n"
#define RULES	"/ signed_in; /Members signed_in; /members/open anyone; " \
		"/members/board role:board|chair role:staff verified; " \
		"/members/vault factor:10; /with%20blank/\xc3\x9c " \
		"verified; /index.php anyone"

/* Rules */

static const struct area *
rule(const char *raw)
{
	struct str path;

	if (!area_path(web_arena, str_of(raw), true, &path))
		return NULL;
	return area_find(web_ctx(), path);
}

static void
assert_rule(const char *raw, const char *want)
{
	const struct area *a = rule(raw);

	if (a == NULL)
		fail_msg("%s has no rule", raw);
	if (!str_eq(a->path, str_of(want)))
		fail_msg("%s falls under %s", raw, a->path.p);
}

static void
test_s114_the_longest_rule_decides_however_the_address_is_spelt(void **state)
{
	static const char *const board[] = { "/members/board",
		"/members/board/", "/members/board/x/y", "//members/board",
		"/members//board", "/./members/./board", "/members/%62oard",
		"/%6Dembers/board", "/members/open/../board",
		"/members/open/%2e%2E/board", "/members/open/.%2e/board",
		"/x/../members/board", "/MEMBERS/Board", "/members/BOARD/x",
		"/members/board/%2e" };
	size_t i;

	(void)state;
	web_configure(SITE "[guard]\nrules = " RULES);
	for (i = 0; i < COUNT(board); i++)
		assert_rule(board[i], "/members/board");
	assert_rule("/members", "/Members");
	assert_rule("/members/", "/Members");
	assert_rule("/members/boarding", "/Members");
	assert_rule("/members/board.html", "/Members");
	assert_rule("/members/board%2ehtml", "/Members");
	assert_rule("/members/open/x", "/members/open");
	assert_rule("/membership", "");
	assert_rule("/", "");
	assert_rule("/members/%2562oard", "/Members");
	assert_rule("/with%20blank/%c3%9c/x", "/with blank/\xc3\x9c");
	assert_rule("/WITH%20blank/%c3%bc/x", "/with blank/\xc3\x9c");
	assert_rule("/with%20blank/u%cc%88/x", "/with blank/\xc3\x9c");
}

static void
test_s114_what_could_be_read_in_two_ways_has_no_rule(void **state)
{
	static const char *const odd[] = { "", "members", "*",
		"/members%2fboard", "/members/open%2F..%2fboard",
		"/members\\board", "/members%5Cboard", "/members/%",
		"/members/%4", "/members/%zz", "/members/%00",
		"/members/a%0ab", "/members/\x01", "/members/%7f",
		"/members/%ff", "/members/%c0%af", "/..", "/../members",
		"/members/../../x", "/%2e%2e/x" };
	struct str path;
	size_t i;

	(void)state;
	web_configure(SITE "[guard]\nrules = " RULES);
	for (i = 0; i < COUNT(odd); i++)
		if (rule(odd[i]) != NULL)
			fail_msg("%s has a rule", odd[i]);
	/* What the server has decoded is not decoded again. */
	assert_true(area_path(web_arena, STR("/members/%62oard"), false,
	    &path));
	assert_str(path, "/members/%62oard");
	/* A letter that folds to a slash makes no part of a path. */
	assert_null(rule("/members\xef\xbc\x8fopen"));
}

static void
test_what_no_rule_names_has_none(void **state)
{
	(void)state;
	web_configure(SITE "[guard]\nrules = /members signed_in");
	assert_non_null(rule("/members/x"));
	assert_null(rule("/"));
	assert_null(rule("/membersx"));
	assert_null(rule("/other"));
	web_configure(SITE);
	assert_null(rule("/members"));
}

static void
test_rules_are_read_with_all_their_words(void **state)
{
	const struct area *a;

	(void)state;
	web_configure(SITE "[guard]\nrules = " RULES);
	a = rule("/members/board");
	assert_int_equal(a->n_roles, 2);
	assert_str(a->roles[0], "board|chair");
	assert_str(a->roles[1], "staff");
	assert_true(a->verified && !a->anyone);
	assert_int_equal(rule("/members/vault")->factor_s, 600);
	assert_true(rule("/members/open")->anyone);
	assert_false(rule("/members")->anyone || rule("/members")->verified);
}

static void
assert_wrong(const char *rules, const char *part)
{
	struct areas areas;
	const char *wrong = NULL;

	assert_false(areas_read(web_arena, str_of(rules), &areas, &wrong));
	assert_non_null(wrong);
	assert_has(wrong, part);
}

static void
test_a_wrong_rule_is_refused_with_its_reason(void **state)
{
	struct areas areas;
	const char *wrong;
	struct buf b;
	int i;

	(void)state;
	assert_wrong("members signed_in", "path");
	assert_wrong("/a/../b signed_in", "path");
	assert_wrong("/a//b signed_in", "path");
	assert_wrong("/a/%2e/b signed_in", "path");
	assert_wrong("/a%zz signed_in", "path");
	assert_wrong("/a%00 signed_in", "path");
	assert_wrong("/a* signed_in", "path");
	assert_wrong("/a", "word");
	assert_wrong("/a nobody", "anyone");
	assert_wrong("/a anyone verified", "anyone");
	assert_wrong("/a factor:0", "factor");
	assert_wrong("/a factor:x", "factor");
	assert_wrong("/a role:", "role");
	assert_wrong("/a role:a|", "role");
	assert_wrong("/a role:a,b", "role");
	assert_wrong("/a role:1", "role");
	assert_wrong("/a signed_in; /A/ anyone", "two rules");
	assert_true(areas_read(web_arena, STR(" ; /a  signed_in ;; "),
	    &areas, &wrong));
	assert_int_equal(areas.n, 1);
	buf_init(&b, web_arena, 65536);
	for (i = 0; i <= AREAS_MAX; i++)
		buf_printf(&b, "/a%d anyone;", i);
	assert_wrong(buf_view(&b).p, "too many");
}

static void
test_roles_are_found_whole(void **state)
{
	(void)state;
	assert_true(roles_have(STR("a b.c d"), STR("b.c")));
	assert_false(roles_have(STR("a b.c d"), STR("b")));
	assert_false(roles_have(STR("a b"), STR("a b")));
	assert_false(roles_have(STR(""), STR("a")));
	assert_false(roles_have(STR("a  b"), STR("")));
}

/* Questions */

#define VERDICT		"DOORWARD_GUARD=verdict"
#define COOKIE		"HTTP_COOKIE=doorward=" WEB_GOOD
#define BEARER		"HTTP_AUTHORIZATION=Bearer " WEB_GOOD
#define DOCUMENT	"REDIRECT_STATUS=401", "PATH_INFO=/page"
#define HTML		"HTTP_ACCEPT=text/html,*/*"

static void
with_rules(void)
{
	web_configure(SITE "[guard]\nrules = /members signed_in");
}

static void
test_a_verdict_is_yes_or_no_and_nothing_else(void **state)
{
	struct answer a;

	(void)state;
	with_rules();
	a = web_ask("GET", "/members/x?a=1&a=2", NULL, WITH(VERDICT, COOKIE));
	assert_int_equal(a.status, 200);
	assert_str(web_header(&a, "Variable-REMOTE_USER"), "0b9d5c3e");
	assert_str(web_header(&a, "Variable-DOORWARD_ROLES"), "board staff");
	assert_str(web_header(&a, "Cache-Control"), "private, no-cache");
	assert_null(web_header(&a, "X-Request-Id").p);
	assert_null(web_header(&a, "Set-Cookie").p);
	a = web_ask("GET", "/members/x", NULL, WITH(VERDICT, HTML));
	assert_int_equal(a.status, 401);
	assert_null(web_header(&a, "Location").p);
	assert_null(web_header(&a, "WWW-Authenticate").p);
	assert_null(web_header(&a, "Variable-REMOTE_USER").p);
	assert_int_equal(a.body.len, 0);
	a = web_ask("GET", "/members/open", NULL, WITH(VERDICT));
	assert_int_equal(a.status, 200);
	assert_null(web_header(&a, "Variable-REMOTE_USER").p);
}

static void
test_s114_every_spelling_must_be_open(void **state)
{
	static const char *const more[] = { "REDIRECT_URI=/other",
		"REDIRECT_URI=/members/%2f", "DOCUMENT_URI=/other",
		"DOCUMENT_URI=/members/../other", "DOCUMENT_URI=" };
	size_t i;

	(void)state;
	with_rules();
	for (i = 0; i < COUNT(more); i++)
		assert_int_equal(web_ask("GET", "/members/x", NULL,
		    WITH(VERDICT, COOKIE, more[i])).status, 401);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    COOKIE, "CONTEXT_DOCUMENT_ROOT=/srv/www", "CONTEXT_PREFIX=",
	    "SCRIPT_FILENAME=/srv/www/other/x")).status, 401);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    COOKIE, "CONTEXT_DOCUMENT_ROOT=/srv/m/", "CONTEXT_PREFIX="
	    "/members/", "SCRIPT_FILENAME=/srv/m/x")).status, 200);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    COOKIE, "REDIRECT_URI=/members/x?q", "DOCUMENT_URI=/members/x"))
	    .status, 200);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    COOKIE, "DOCUMENT_URI=/members/x", "DOCUMENT_URI=/members/y"))
	    .status, 401);
	assert_int_equal(web_ask("GET", NULL, NULL, WITH(VERDICT, COOKIE))
	    .status, 401);
}

static void
test_facts_are_told_only_where_they_are_kept_back(void **state)
{
	struct answer a;

	(void)state;
	with_rules();
	a = web_ask("GET", "/members/x", NULL, WITH(VERDICT, COOKIE,
	    "FCGI_APACHE_ROLE=ACCESS_CHECKER"));
	assert_int_equal(a.status, 200);
	assert_null(web_header(&a, "Variable-REMOTE_USER").p);
	assert_null(web_header(&a, "Variable-DOORWARD_ROLES").p);
	a = web_ask("GET", "/members/x", NULL, WITH(VERDICT, COOKIE,
	    "FCGI_APACHE_ROLE=ACCESS_CHECKER", "DOORWARD_FACTS=hidden"));
	assert_str(web_header(&a, "Variable-REMOTE_USER"), "0b9d5c3e");
	/* A server that lets nobody in without a name. */
	assert_int_equal(web_ask("GET", "/members/open", NULL, WITH(VERDICT,
	    "FCGI_APACHE_ROLE=AUTHENTICATOR")).status, 401);
}

static void
test_the_error_document_says_why_and_whereto(void **state)
{
	struct answer a;

	(void)state;
	with_rules();
	a = web_ask("GET", "/members/x?a=1", NULL, WITH(DOCUMENT, HTML));
	assert_int_equal(a.status, 303);
	assert_str(web_header(&a, "Location"),
	    "/login?return=%2Fmembers%2Fx%3Fa%3D1");
	a = web_ask("GET", "/members/x", NULL, WITH(DOCUMENT, HTML,
	    "REDIRECT_REQUEST_METHOD=POST"));
	assert_int_equal(a.status, 401);
	assert_str(web_header(&a, "WWW-Authenticate"), "Bearer realm=\"api\"");
	a = web_ask("GET", "/members/x", NULL, WITH(DOCUMENT,
	    "HTTP_AUTHORIZATION=Bearer old"));
	assert_int_equal(a.status, 401);
	assert_str(web_header(&a, "WWW-Authenticate"),
	    "Bearer realm=\"api\", error=\"invalid_token\"");
	a = web_ask("GET", "/members/x", NULL, WITH(DOCUMENT,
	    "HTTP_AUTHORIZATION=Bearer down", HTML));
	assert_int_equal(a.status, 503);
	a = web_ask("GET", "/other", NULL, WITH(DOCUMENT, HTML));
	assert_int_equal(a.status, 403);
	a = web_ask("GET", "/members/x", NULL, WITH(DOCUMENT, HTML,
	    "REDIRECT_URL=/other"));
	assert_int_equal(a.status, 403);
	/* Refused by somebody else: no way in, and no loop. */
	a = web_ask("GET", "/members/x", NULL, WITH(DOCUMENT, HTML, COOKIE));
	assert_int_equal(a.status, 403);
	assert_null(web_header(&a, "Variable-REMOTE_USER").p);
	assert_null(web_header(&a, "Location").p);
}

static void
test_an_error_page_says_what_the_server_found(void **state)
{
	static const struct { const char *was; int status; } t[] = {
		{ "REDIRECT_STATUS=403", 403 }, { "REDIRECT_STATUS=404", 404 },
		{ "REDIRECT_STATUS=405", 405 }, { "REDIRECT_STATUS=410", 404 },
		{ "REDIRECT_STATUS=413", 413 }, { "REDIRECT_STATUS=416", 400 },
		{ "REDIRECT_STATUS=500", 500 }, { "REDIRECT_STATUS=503", 503 },
		{ "REDIRECT_STATUS=200", 404 }
	};
	size_t i;

	(void)state;
	with_rules();
	for (i = 0; i < COUNT(t); i++) {
		assert_int_equal(web_ask("GET", "/members/x", NULL,
		    WITH(t[i].was, "PATH_INFO=/login", COOKIE)).status,
		    t[i].status);
		/* What is ours is shown as ever. */
		assert_int_equal(web_ask("GET", "/page", NULL,
		    WITH(t[i].was)).status, 303);
	}
}

static void
test_who_looks_at_pages_is_sent_to_sign_in_and_nobody_else(void **state)
{
	static const struct { const char *more; int status; } t[] = {
		{ HTML, 303 }, { "HTTP_ACCEPT=*/*", 401 },
		{ "HTTP_ACCEPT=application/json, text/html;q=0.1", 303 },
		{ "HTTP_ACCEPT=", 401 },
		{ "HTTP_SEC_FETCH_MODE=navigate", 303 },
		{ "HTTP_SEC_FETCH_MODE=cors", 401 },
		{ "HTTP_SEC_FETCH_MODE=no-cors", 401 }
	};
	size_t i;

	(void)state;
	with_rules();
	for (i = 0; i < COUNT(t); i++)
		assert_int_equal(web_ask("GET", "/members/x", NULL,
		    WITH(DOCUMENT, t[i].more)).status, t[i].status);
	assert_int_equal(web_ask("HEAD", "/members/x", NULL, WITH(DOCUMENT,
	    HTML)).status, 303);
	assert_int_equal(web_ask("POST", "/members/x", "{}", WITH(DOCUMENT,
	    HTML)).status, 401);
}

static void
test_tokens_need_https_and_cookies_their_host(void **state)
{
	(void)state;
	web_configure("[site]\nurl = https://example.com\n[guard]\n"
	    "rules = /members signed_in\n[state]\ndir = /nonexistent");
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(DOCUMENT,
	    "HTTP_HOST=example.com", BEARER)).code, 403);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    "HTTP_HOST=example.com", BEARER)).status, 401);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    "HTTP_HOST=api.example.net", "HTTPS=on", BEARER)).status, 200);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(DOCUMENT,
	    "HTTP_HOST=api.example.net", "HTTPS=on", HTML)).status, 421);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    "HTTP_HOST=example.com", "HTTP_COOKIE=__Host-doorward=" WEB_GOOD,
	    "HTTPS=on")).status, 200);
	assert_int_equal(web_ask("GET", "/members/x", NULL, WITH(VERDICT,
	    "HTTP_HOST=example.com", "HTTP_COOKIE=doorward=" WEB_GOOD,
	    "HTTPS=on")).status, 401);
}

static void
test_without_rules_nothing_is_open_and_all_is_as_before(void **state)
{
	(void)state;
	assert_int_equal(web_ask("GET", "/page", NULL, WITH(
	    "SCRIPT_FILENAME=/a", "SCRIPT_FILENAME=/b", "REDIRECT_URL=/x",
	    "REDIRECT_URL=/y")).status, 303);
	assert_int_equal(web_ask("GET", "/private/x", NULL, WITH(DOCUMENT,
	    HTML)).status, 303);
	assert_int_equal(web_ask("GET", "/page", NULL, WITH(
	    "HTTP_DOORWARD_GUARD=verdict")).status, 303);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, web_set_up, web_tear_down)
	const struct CMUnitTest tests[] = {
	T(test_s114_the_longest_rule_decides_however_the_address_is_spelt),
	T(test_s114_what_could_be_read_in_two_ways_has_no_rule),
	T(test_what_no_rule_names_has_none),
	T(test_rules_are_read_with_all_their_words),
	T(test_a_wrong_rule_is_refused_with_its_reason),
	T(test_roles_are_found_whole),
	T(test_a_verdict_is_yes_or_no_and_nothing_else),
	T(test_s114_every_spelling_must_be_open),
	T(test_facts_are_told_only_where_they_are_kept_back),
	T(test_the_error_document_says_why_and_whereto),
	T(test_an_error_page_says_what_the_server_found),
	T(test_who_looks_at_pages_is_sent_to_sign_in_and_nobody_else),
	T(test_tokens_need_https_and_cookies_their_host),
	T(test_without_rules_nothing_is_open_and_all_is_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
