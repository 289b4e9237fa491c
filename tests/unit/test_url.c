#include "unit.h"

#include "codec/url.h"

static struct arena *arena;

static const struct str allowed[] = {
	{ "https://app.example.org/docs", 28 },
	{ "https://APP2.example.org:443", 28 },
	{ "https://port.example.org:8443/", 30 },
	{ "http://127.0.0.1:9000", 21 },
	{ "http://[::1]:9000/cb", 20 },
	{ "http://plain.example.org", 24 },
	{ "com.example.app:/cb", 19 },
	{ "myapp://auth", 12 },
	{ "anyapp://", 9 },
	{ "https://my-app_1.example.org", 28 },
	{ "https://query.example.org/?a=1", 30 },
	{ "https://bad host.example.org", 28 },
	{ "javascript:alert(1)", 19 },
};
static struct config site;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	site.site_origin = STR("https://example.com");
	site.site_base = STR("/auth");
	site.urls_allow = (struct list){ allowed, COUNT(allowed) };
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
assert_admitted(const char *url)
{
	struct str out;

	if (!url_admitted(arena, &site, str_of(url)))
		fail_msg("refused %s", url);
	if (!url_return(arena, &site, str_of(url), &out))
		fail_msg("return refused %s", url);
	assert_str(out, url);
}

static void
assert_refused(struct str url)
{
	struct str out = STR("kept");

	if (url_admitted(arena, &site, url))
		fail_msg("admitted %.*s", STR_FMT(url));
	if (url_return(arena, &site, url, &out))
		fail_msg("return admitted %.*s", STR_FMT(url));
	assert_str(out, "kept");
}

/* F-23 */
static void
test_allow_list_is_compared_part_by_part(void **state)
{
	static const char *const bad[] = {
		"https://app.example.org/docss",
		"https://app.example.org.evil.example/docs",
		"https://app.example.org\\@evil.example/docs",
		"/\\evil.example",
		"//evil.example",
		"https://evil.example\\.app.example.org/docs",
		"https://app.example.org/docs/../admin",
		"https://app.example.org:443@evil.example/docs",
		"https://app.example.org/docs\r\nX: https://evil.example",
		"https://app.example.org/docs\r\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_refused(str_of(bad[i]));
	assert_admitted("https://app.example.org/docs?x=1");
	assert_admitted("https://app.example.org/docs/a");
}

static void
test_equal_addresses_are_admitted_however_they_are_written(void **state)
{
	static const char *const good[] = {
		"https://app.example.org/docs",
		"https://app.example.org/docs/",
		"https://app.example.org/docs#top",
		"https://app.example.org/docs?next=//evil.example",
		"https://app.example.org/docs?u=https://evil.example/%0d%0a",
		"https://app.example.org/docs?a[]=1",
		"HTTPS://App.Example.ORG:443/docs",
		"https://app.example.org/x/../docs/a",
		"https://app.example.org/./docs",
		"https://app.example.org/docs/%C3%A9;v=1",
		"https://app.example.org/docs/%2e/x",
		"https://app2.example.org",
		"https://app2.example.org/",
		"https://app2.example.org?x",
		"https://app2.example.org#/route",
		"https://port.example.org:8443/any",
		"https://my-app_1.example.org/x",
		"https://example.com/auth",
		"https://example.com/auth/login?x=1",
		"http://127.0.0.1:9000/cb",
		"http://[::1]:9000/cb",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_admitted(good[i]);
}

static void
test_other_schemes_hosts_ports_and_paths_are_refused(void **state)
{
	static const char *const bad[] = {
		"", "x", "docs", "?x", "#x", ":", "://", "https:", "https:/",
		"https://", "https:///", "https://?", "https://#",
		"https:app2.example.org", "https:/app2.example.org",
		"https:///app2.example.org", "http://app2.example.org",
		"https://app2.example.org:80", "https://app2.example.org:",
		"https://app2.example.org:0443",
		"https://app2.example.org:+443",
		"https://app2.example.org:443x",
		"https://app2.example.org:65979",
		"https://app2.example.org:4430", "https://port.example.org/",
		"https://port.example.org:8444/", "https://app2.example.org.",
		"https://.app2.example.org", "https://app2..example.org",
		"https://x.app2.example.org", "https://app2.example.orgg",
		"https://app2.example.or", "https://[app2.example.org]",
		"https://APP.example.org/Docs", "https://app.example.org/",
		"https://app.example.org", "https://app.example.org/docs%2fx",
		"https://app.example.org/docs/..%2f..%2fadmin",
		"https://app.example.org/docs/%2e%2e/admin",
		"https://app.example.org/docs/%2E./admin",
		"https://app.example.org/docs/..;/admin",
		"https://app.example.org/docs/%2e%2e;x/admin",
		"https://app.example.org/docs/%252e%252e/admin",
		"https://app.example.org/docs/%5c../admin",
		"https://app.example.org/docs/%00",
		"https://app.example.org/docs/%0a",
		"https://app.example.org/docs/%zz",
		"https://app.example.org/docs/%4",
		"https://app.example.org/docs/[x]",
		"https://app.example.org/docs|",
		"https://app.example.org/docs/\"><script>",
		"https://app.example.org/docs/\xc3\xa9",
		"https://\xd0\xb0pp2.example.org", "https://app2.ex%61mple.org",
		"https://app2.example.org%00.evil.example",
		"https://app2.example.org%2f.evil.example",
		"https://user@app2.example.org",
		"https://user:pw@app2.example.org",
		"https://@app2.example.org", "https://:@app2.example.org",
		"https://evil.example/@app2.example.org",
		"https://evil.example?@app2.example.org",
		"https://evil.example#@app2.example.org",
		"https://evil.example/https://app2.example.org",
		"https://example.com/", "https://example.com/authx",
		"https://example.com/auth/../x", "http://example.com/auth",
		"http://127.0.0.1/", "http://127.0.0.1:9001/",
		"https://127.0.0.1:9000", "http://127.1:9000",
		"http://2130706433:9000", "http://0x7f.0.0.1:9000",
		"http://localhost:9000", "http://[::1]/cb",
		"http://[0:0:0:0:0:0:0:1]:9000/cb", "http://[::1%25lo]:9000/cb",
		"http://plain.example.org/", "http://plain.example.org",
		"https://query.example.org/?a=1", "https://query.example.org/",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_refused(str_of(bad[i]));
}

static void
test_app_schemes_need_their_entry(void **state)
{
	static const char *const good[] = { "com.example.app:/cb",
		"COM.example.app:/cb/x?y=1", "myapp://auth",
		"myapp://auth/done", "anyapp://whatever/x", "anyapp:///x" };
	static const char *const bad[] = { "com.example.app://cb",
		"com.example.app:/cbx", "com.example.app:cb",
		"com.example.app:", "com.example.app:/cb/../x",
		"myapp://auth2", "myapp://Auth", "myapp:/auth", "myapp://",
		"myapp://x@auth", "otherapp://auth", "anyapp:/x", "anyapp:x",
		"1app://auth", "my app://auth", "anyapp://x:1/y", "anyapp://:",
		"anyapp://[::1/x", "anyapp://[x]/y" };
	static const char *const never[] = { "javascript:alert(1)",
		"JavaScript:alert(1)", "javascript://auth/%0aalert(1)",
		"data:text/html,x", "vbscript:x", "file:///etc/passwd",
		"blob:https://app2.example.org/x", "about:blank",
		"view-source:https://app2.example.org", "intent://x",
		"mailto:a@example.com", "filesystem:https://example.com/x" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_admitted(good[i]);
	for (i = 0; i < COUNT(bad); i++)
		assert_refused(str_of(bad[i]));
	for (i = 0; i < COUNT(never); i++)
		assert_refused(str_of(never[i]));
}

/*
 * S-036: every single byte that may not stand in an address, at every place
 * of an admitted one.
 */
static void
test_no_foreign_byte_passes_anywhere(void **state)
{
	static const char url[] = "https://app.example.org/docs/a?b#c";
	static const char foreign[] = "\x00\x01\t\n\x0b\r\x1b \"<>\\^`{|}\x7f"
	    "\x80\xa0\xc2\xe3\xff";
	char text[sizeof(url) + 1];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(url); i++) {
		for (k = 0; k < sizeof(foreign) - 1; k++) {
			memcpy(text, url, i);
			text[i] = foreign[k];
			memcpy(text + i + 1, url + i, sizeof(url) - i);
			assert_refused((struct str){ text, sizeof(url) });
		}
	}
}

/* S-036: ways to make a reader take another host for the listed one. */
static void
test_no_other_host_passes_in_disguise(void **state)
{
	static const char *const evil[] = { "evil.example", "127.0.0.1",
		"[::1]", "evil.example:443", "xn--pp-oia.example.org",
		"app2-example.org", "example.org", "2130706433", "0x7f000001",
		"evilapp2.example.org" };
	static const char *const shapes[] = { "https://E", "https://E/",
		"https://E/app2.example.org", "https://E?app2.example.org",
		"https://E#app2.example.org", "https://E#@app2.example.org",
		"https://app2.example.org@E", "https://app2.example.org:x@E",
		"https://app2.example.org%40E", "https://app2.example.org&E",
		"https://app2.example.org%2eE", "https://app2.example.org,E",
		"https://app2.example.org;E", "https://app2.example.org|E",
		"https://app2.example.org\\E", "https://app2.example.org\\@E",
		"https://app2.example.org\\.E", "https://app2.example.org E",
		"https://app2.example.org\tE", "https://app2.example.org\nE",
		"https://app2.example.org%00E", "https://app2.example.org%09E",
		"https://app2.example.org%0aE", "https://app2.example.org%20E",
		"https://app2.example.org%23@E",
		"https://app2.example.org%2f@E",
		"https://app2.example.org%3f@E",
		"https://app2.example.org%5c@E",
		"https://app2.example.org:443:443@E",
		"https://app2.example.org::443@E", "https://app2.example.org.E",
		"https://app2.example.org-E", "https://app2.example.orgE",
		"https://app2.example.org\xe3\x80\x82" "E",
		"https://app2.example.org\xef\xbc\x8f" "E",
		"https://E\xef\xbc\xa0" "app2.example.org",
		"https://E\\app2.example.org", "https://E%2fapp2.example.org",
		"https://E%5capp2.example.org", "https://E%23app2.example.org",
		"https://E%00.app2.example.org", "https://E\t.app2.example.org",
		"https:E", "https:/E", "https:///E", "https:////E",
		"https:\\\\E", "https:\\/E", "https:/\\E", "https://\\E",
		"https://\tE", "\thttps://E", " https://E", "ht\ntps://E",
		"h\tttps://E", "\x01https://E", "https\t://E", "https :// E",
		"//E", "///E", "////E", "/\\E", "\\/E", "\\\\E", "/\t/E",
		"/\n/E", "/\r\n/E", "/ /E", "/\\/E", "/%09/\\E", "/.//E",
		"/..//E", "/././/E", "/a/..//E", "/%2e//E", "/%2e%2e//E",
		"/;/..//../\\E", "/%5cE", "/%2f%2fE", "/%2fE", "E", "@E",
		":E", "http://E", "http:E", "//E@app2.example.org",
		"//app2.example.org@E", "//E\\@app2.example.org",
		"https:https://E", "https://https://E", "https://[E]",
		"https://[app2.example.org]@E", "https://[::E]",
		"javascript://app2.example.org/%0aE",
		"javascript:https://app2.example.org/E", "data:https://E",
		"https://app2.example.org/../\\E",
		"https://app2.example.org/\\E",
		"https://app2.example.org/%2f%2fE",
		"https://app2.example.org/%5cE",
	};
	struct str rest, front;
	size_t i, k, n = 0;

	(void)state;
	for (i = 0; i < COUNT(shapes); i++) {
		for (k = 0; k < COUNT(evil); k++) {
			rest = str_of(shapes[i]);
			str_split(&rest, 'E', &front);
			assert_refused(str_printf(arena, "%.*s%s%.*s",
			    STR_FMT(front), evil[k], (int)rest.len,
			    rest.p != NULL ? rest.p : ""));
			n++;
		}
	}
	assert_true(n >= 800);
}

static void
assert_return(const char *url, const char *want)
{
	struct str out;

	if (!url_return(arena, &site, str_of(url), &out))
		fail_msg("refused %s", url);
	assert_str(out, want);
	assert_false(url_admitted(arena, &site, str_of(url)));
}

static void
test_return_paths_are_joined_below_the_sites_origin(void **state)
{
	(void)state;
	assert_return("/", "https://example.com/");
	assert_return("/shop?x=1#y", "https://example.com/shop?x=1#y");
	assert_return("/a/../b", "https://example.com/a/../b");
	assert_return("/shop?to=//evil.example",
	    "https://example.com/shop?to=//evil.example");
}

static void
test_addresses_over_the_limit_are_refused(void **state)
{
	char text[2100];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://app2.example.org/", 25);
	assert_true(url_admitted(arena, &site, (struct str){ text, 2048 }));
	assert_refused((struct str){ text, 2049 });
	text[0] = '/';
	text[1] = 'a';
	assert_refused((struct str){ text, 2049 });
}

static void
test_parameters_are_added_before_the_fragment(void **state)
{
	static const char *const t[][2] = {
		{ "https://a.example/x",
		    "https://a.example/x?vtoken=a%2B%26b" },
		{ "https://a.example", "https://a.example?vtoken=a%2B%26b" },
		{ "https://a.example/?", "https://a.example/?vtoken=a%2B%26b" },
		{ "https://a.example/?q=1",
		    "https://a.example/?q=1&vtoken=a%2B%26b" },
		{ "https://a.example/?q=1&",
		    "https://a.example/?q=1&vtoken=a%2B%26b" },
		{ "https://a.example/#f?x",
		    "https://a.example/?vtoken=a%2B%26b#f?x" },
		{ "https://a.example/?q=1#f",
		    "https://a.example/?q=1&vtoken=a%2B%26b#f" },
		{ "com.example.app:/cb",
		    "com.example.app:/cb?vtoken=a%2B%26b" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_str(url_with(arena, str_of(t[i][0]), "vtoken",
		    STR("a+&b")), t[i][1]);
}

static void
test_site_addresses_come_from_the_configuration(void **state)
{
	(void)state;
	assert_str(url_site(arena, &site, "/login"),
	    "https://example.com/auth/login");
}

static void
test_split_names_the_parts(void **state)
{
	struct url_parts p;

	(void)state;
	assert_true(url_split(arena,
	    STR("HTTPS://Example.COM:8443/a/./b?c=d#e"), &p));
	assert_str(p.scheme, "https");
	assert_str(p.host, "example.com");
	assert_str(p.port, "8443");
	assert_str(p.path, "/a/b");
	assert_str(p.query, "c=d");
	assert_true(url_split(arena, STR("http://[::1]:80"), &p));
	assert_str(p.host, "[::1]");
	assert_null(p.port.p);
	assert_str(p.path, "/");
	assert_null(p.query.p);
	assert_false(url_split(arena, STR("myapp://x"), &p));
	assert_false(url_split(arena, STR("/x"), &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allow_list_is_compared_part_by_part),
		cmocka_unit_test(
		    test_equal_addresses_are_admitted_however_they_are_written),
		cmocka_unit_test(
		    test_other_schemes_hosts_ports_and_paths_are_refused),
		cmocka_unit_test(test_app_schemes_need_their_entry),
		cmocka_unit_test(test_no_foreign_byte_passes_anywhere),
		cmocka_unit_test(test_no_other_host_passes_in_disguise),
		cmocka_unit_test(
		    test_return_paths_are_joined_below_the_sites_origin),
		cmocka_unit_test(test_addresses_over_the_limit_are_refused),
		cmocka_unit_test(test_parameters_are_added_before_the_fragment),
		cmocka_unit_test(
		    test_site_addresses_come_from_the_configuration),
		cmocka_unit_test(test_split_names_the_parts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
