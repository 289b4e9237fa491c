#include "unit_arena.h"

#include "base/limits.h"
#include "codec/form.h"

static struct pairs
parse(const char *text)
{
	struct pairs p = { NULL, 0 };

	assert_int_equal(form_parse(arena, str_of(text), 16, &p), FORM_FINE);
	return p;
}

static void
test_form_keeps_order_and_decodes_once(void **state)
{
	struct pairs p;

	(void)state;
	p = parse("b=%2531&a=x+y%2Bz&&c&=d&e=f=g");
	assert_int_equal(p.n, 5);
	assert_str(p.items[0].name, "b");
	assert_str(p.items[0].value, "%31");
	assert_str(p.items[1].value, "x y+z");
	assert_str(p.items[2].name, "c");
	assert_str(p.items[2].value, "");
	assert_str(p.items[3].name, "");
	assert_str(p.items[4].value, "f=g");
	assert_int_equal(parse("").n, 0);
	assert_int_equal(parse("&&&").n, 0);
}

/* Java's client writes such characters as they are. */
static void
test_form_takes_raw_at_sign_colon_and_slash(void **state)
{
	struct pairs p;

	(void)state;
	p = parse("emailId=ada@example.org&url=https://example.org/a?b");
	assert_str(pairs_get(&p, "emailid", NULL), "ada@example.org");
	assert_str(pairs_get(&p, "URL", NULL), "https://example.org/a?b");
}

/* F-56: never the text before the NUL. */
static void
test_form_faults_are_told_apart(void **state)
{
	static const struct { const char *text; enum form_fault want; } t[] = {
		{ "email=ada%40example.org%00x", FORM_NUL },
		{ "em%00ail=x", FORM_NUL },
		{ "a=%", FORM_ESCAPE },
		{ "a=%4", FORM_ESCAPE },
		{ "%zz=1", FORM_ESCAPE },
		{ "a=%ff", FORM_UTF8 },
		{ "a=\xc3", FORM_UTF8 },
		{ "%ed%a0%80=1", FORM_UTF8 },
		{ "1&2&3&4", FORM_FINE },
		{ "1&2&3&4&5", FORM_MANY },
	};
	struct pairs p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		p = (struct pairs){ NULL, 77 };
		assert_int_equal(form_parse(arena, str_of(t[i].text), 4, &p),
		    t[i].want);
		if (t[i].want != FORM_FINE)
			assert_int_equal(p.n, 77);
	}
	assert_int_equal(form_parse(arena, (struct str){ "a=\0", 3 }, 4, &p),
	    FORM_NUL);
}

/* S-119: a name that stands twice with two values is a conflict. */
static void
test_names_are_caseless_and_two_values_are_a_conflict(void **state)
{
	struct pairs p;
	bool conflict;

	(void)state;
	p = parse("ApiKey=1&apikey=1&x=1&X=2");
	assert_str(pairs_get(&p, "APIKEY", &conflict), "1");
	assert_false(conflict);
	assert_str(pairs_get(&p, "x", &conflict), "1");
	assert_true(conflict);
	assert_null(pairs_get(&p, "y", &conflict).p);
	assert_false(conflict);
}

static void
test_absent_differs_from_empty(void **state)
{
	struct pairs p;

	(void)state;
	p = parse("a=");
	assert_non_null(pairs_get(&p, "a", NULL).p);
	assert_int_equal(pairs_get(&p, "a", NULL).len, 0);
	assert_null(pairs_get(&p, "b", NULL).p);
}

static void
test_cookies_are_split_as_clients_and_servers_write_them(void **state)
{
	struct pairs p;

	(void)state;
	p = cookie_parse(arena, STR("a=1; b=x=y;c=3, d=4; e=1,2; bare; f="));
	assert_str(cookie_get(&p, "a"), "1");
	assert_str(cookie_get(&p, "b"), "x=y");
	assert_str(cookie_get(&p, "c"), "3");
	assert_str(cookie_get(&p, "d"), "4");
	assert_str(cookie_get(&p, "e"), "1,2");
	assert_str(cookie_get(&p, "f"), "");
	assert_null(cookie_get(&p, "bare").p);
	assert_null(cookie_get(&p, "A").p);
	assert_int_equal(cookie_parse(arena, STR_NONE).n, 0);
	assert_int_equal(cookie_parse(arena, STR("")).n, 0);
}

/* A neighbour site may have planted the second one. */
static void
test_cookie_that_stands_twice_counts_as_absent(void **state)
{
	struct pairs p;

	(void)state;
	p = cookie_parse(arena, STR("s=good; t=1; s=evil"));
	assert_null(cookie_get(&p, "s").p);
	assert_str(cookie_get(&p, "t"), "1");
	p = cookie_parse(arena, STR("s=good; s=good"));
	assert_null(cookie_get(&p, "s").p);
}

static void
test_too_many_cookies_count_as_none(void **state)
{
	struct pairs p;
	char text[8 * (LIMIT_COOKIES + 2)];
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < LIMIT_COOKIES; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "c%zu=1; ",
		    i);
	p = cookie_parse(arena, str_of(text));
	assert_int_equal(p.n, LIMIT_COOKIES);
	snprintf(text + n, sizeof(text) - n, "c0=2");
	assert_int_equal(cookie_parse(arena, str_of(text)).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form_keeps_order_and_decodes_once),
		cmocka_unit_test(test_form_takes_raw_at_sign_colon_and_slash),
		cmocka_unit_test(test_form_faults_are_told_apart),
		cmocka_unit_test(
		    test_names_are_caseless_and_two_values_are_a_conflict),
		cmocka_unit_test(test_absent_differs_from_empty),
		cmocka_unit_test(
		    test_cookies_are_split_as_clients_and_servers_write_them),
		cmocka_unit_test(
		    test_cookie_that_stands_twice_counts_as_absent),
		cmocka_unit_test(test_too_many_cookies_count_as_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
