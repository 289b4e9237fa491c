/*
 * Signed requests: api-conventions-and-errors.md §12.
 */
#include "unit_arena.h"

#include "codec/text.h"
#include "crypto/keys_internal.h"
#include "crypto/signature.h"

#define SECRET	STR("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
#define WHEN	STR("2026-1-5 7:20:42")
#define URL	"https://id.example.test/identity/v2/manage/account/" \
	"0123456789abcdef0123456789abcdef/reauth/2fa" \
	"?apikey=11111111-2222-3333-4444-555555555555"
#define BODY	"{\"secondfactorvalidationtoken\":" \
	"\"00112233-4455-6677-8899-aabbccddeeff\"}"
#define WITH_BODY	"rupnvIco3Hf/RC0+1PdSOONp3celpGYQ/rbGU5kR5qk="
#define WITHOUT		"kS95OdycqijFX5meMn1XJ8XsY+byyVFsP3CiNZaHt3o="

static bool
fits(const char *url, const char *body, struct str digest)
{
	const struct signed_text t = { WHEN, str_of(url), str_of(body) };

	return signature_fits(arena, SECRET, &t, digest);
}

static struct str
mac(const char *text)
{
	unsigned char out[32];

	hmac_sha256(SECRET, str_of(text), out);
	return base64_encode(arena, out, sizeof(out));
}

static void
test_published_vectors_fit(void **state)
{
	(void)state;
	assert_true(fits(URL, BODY, STR(WITH_BODY)));
	assert_true(fits(URL, "", STR(WITHOUT)));
	assert_true(fits(URL, "{}", STR(WITHOUT)));
	assert_false(fits(URL, BODY, STR(WITHOUT)));
	assert_false(fits(URL, "", STR(WITH_BODY)));
	assert_false(fits(URL "0", BODY, STR(WITH_BODY)));
	assert_false(fits(URL, BODY " ", STR(WITH_BODY)));
	assert_false(fits(URL, BODY, STR("")));
	assert_false(fits(URL, BODY, STR("AAAA")));
}

/* Each leaves other characters as they are; the blank is '+' or %20. */
static void
test_every_dialect_of_the_sdks_fits(void **state)
{
	static const char url[] = "https://id.example.test/a?q=x%20y'~(!)*";
	static const char head[] = "2026-1-5 7:20:42:"
	    "https%3a%2f%2fid.example.test%2fa%3fq%3d";
	static const char *const ends[] = { "x+y%27%7e(!)*",
		"x+y%27%7e(%21)*", "x%2520y%27%7e%28%21%29*",
		"x%20y'~(!)*" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ends); i++)
		assert_true(fits(url, "", mac(str_printf(arena, "%s%s", head,
		    ends[i]).p)));
	assert_true(fits(url, "", mac(str_printf(arena, "%s%s:", head,
	    ends[0]).p)));
	assert_false(fits(url, "", mac(str_printf(arena, "%s%s:undefined",
	    head, ends[0]).p)));
	assert_false(fits(url, "", mac("2026-1-5 7:20:42:undefined")));
}

static void
test_times_of_all_sdks_are_read(void **state)
{
	static const struct { const char *text; int64_t at_s; } good[] = {
		{ "2026-1-5 7:20:42", 1767597642 },
		{ "2026-01-05 07:20:42", 1767597642 },
		{ "2026-1-5 7:20:42 AM", 1767597642 },
		{ "2026-1-5 7:20:42 PM", 1767640842 },
		{ "2026-1-5 12:00:00 AM", 1767571200 },
		{ "2026-1-5 12:00:00 PM", 1767614400 }
	};
	static const char *const bad[] = { "", "soon", "2026-1-5",
		"2026-13-5 7:20:42", "2026-2-30 7:20:42", "2026-1-5 24:00:00",
		"2026-1-5 13:00:00 PM", "2026-1-5 0:00:00 AM",
		"2026-1-5 7:20:42 XM", "2026-1-5 7:20", "2026-1-5 7:20:420" };
	int64_t at_s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		assert_true(signature_time(str_of(good[i].text), &at_s));
		assert_int_equal(at_s, good[i].at_s);
	}
	for (i = 0; i < COUNT(bad); i++)
		assert_false(signature_time(str_of(bad[i]), &at_s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_vectors_fit),
		cmocka_unit_test(test_every_dialect_of_the_sdks_fits),
		cmocka_unit_test(test_times_of_all_sdks_are_read),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
