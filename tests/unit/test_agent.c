#include "unit.h"

#include "codec/agent.h"

static void
is(const char *ua, const char *browser, const char *os, const char *device,
    const char *type)
{
	struct agent a = agent_read(str_of(ua));

	assert_string_equal(a.browser, browser);
	assert_string_equal(a.os, os);
	assert_string_equal(a.device, device);
	assert_string_equal(a.type, type);
}

static void
test_browsers_are_told_from_those_that_they_resemble(void **state)
{
	(void)state;
	is("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
	    "Firefox/128.0", "Firefox", "Linux", "PC", "Desktop");
	is("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
	    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Chrome",
	    "Windows", "PC", "Desktop");
	is("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
	    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 "
	    "Edg/126.0.0.0", "Edge", "Windows", "PC", "Desktop");
	is("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like "
	    "Gecko) Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0", "Opera",
	    "Windows", "PC", "Desktop");
	is("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
	    "605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
	    "Safari", "macOS", "Mac", "Desktop");
	is("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 "
	    "(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Chrome",
	    "ChromeOS", "PC", "Desktop");
}

static void
test_phones_and_tablets_are_told_apart(void **state)
{
	(void)state;
	is("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) "
	    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
	    "Mobile/15E148 Safari/604.1", "Safari", "iOS", "iPhone",
	    "Mobile");
	is("Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/"
	    "605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 "
	    "Safari/604.1", "Chrome", "iOS", "iPad", "Tablet");
	is("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, "
	    "like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome",
	    "Android", "", "Mobile");
	is("Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 "
	    "(KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 "
	    "Safari/537.36", "Samsung Internet", "Android", "", "Tablet");
	is("okhttp/4.12.0", "okhttp", "unknown", "", "Mobile");
}

static void
test_what_says_nothing_is_unknown(void **state)
{
	(void)state;
	is("", "unknown", "unknown", "", "Desktop");
	is("x", "unknown", "unknown", "", "Desktop");
	is("curl/7.88.1", "curl", "unknown", "", "Desktop");
	assert_string_equal(agent_read(STR_NONE).browser, "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_browsers_are_told_from_those_that_they_resemble),
		cmocka_unit_test(test_phones_and_tablets_are_told_apart),
		cmocka_unit_test(test_what_says_nothing_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
