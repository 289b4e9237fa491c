/*
 * ALTCHA as values: what is made is solved by a client of a few lines, and
 * what is altered is refused.  Interoperation with altcha-lib, providers and
 * single use are tests over HTTP.
 */
#include "unit.h"

#include "altcha_solve.h"
#include "base/config.h"
#include "base/ctx.h"
#include "crypto/altcha.h"
#include "crypto/keys.h"
#include "domain/captcha.h"

#define NOW	1930809600	/* 2031-03-09 08:00 */

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;

static struct secret
master(const char *hex)
{
	return secret_copy(arena, hex, strlen(hex));
}

static void
set_masters(const char *now, const char *before)
{
	cfg.keys_master = master(now);
	cfg.keys_previous_master = before != NULL ? master(before) :
	    (struct secret){ NULL, 0 };
	ctx.keys = keys_new(arena, &cfg);
}

static struct str
solved(const char *purpose)
{
	return altcha_solve(arena, altcha_challenge(&ctx, str_of(purpose)));
}

static enum err
check(struct str answer, const char *purpose)
{
	unsigned char id[32];
	int64_t expires_s;

	return altcha_check(&ctx, answer, str_of(purpose), id, &expires_s);
}

static void
assert_refused(struct str answer, const char *purpose, const char *why)
{
	assert_int_equal(check(answer, purpose), ERR_MALFORMED);
	assert_has(ctx.err.note, why);
}

/* S-025 */
static void
test_s025_an_answer_names_its_challenge_and_its_end(void **state)
{
	unsigned char a[32], b[32], c[32];
	struct str answer = solved("register");
	int64_t expires_s = 0;

	(void)state;
	assert_true(str_present(answer));
	assert_int_equal(altcha_check(&ctx, answer, STR("register"), a,
	    &expires_s), ERR_OK);
	assert_int_equal(expires_s, NOW + 600);
	assert_int_equal(altcha_check(&ctx, answer, STR_NONE, b, &expires_s),
	    ERR_OK);
	assert_memory_equal(a, b, 32);
	assert_int_equal(altcha_check(&ctx, solved("register"),
	    STR("register"), c, &expires_s), ERR_OK);
	assert_memory_not_equal(a, c, 32);
}

/* S-025 */
static void
test_s025_an_answer_ends_and_is_for_one_purpose(void **state)
{
	struct str answer = solved("register");

	(void)state;
	assert_refused(answer, "forgot_email", "another purpose");
	ctx.now_s = NOW + 599;
	assert_int_equal(check(answer, "register"), ERR_OK);
	ctx.now_s = NOW + 600;
	assert_refused(answer, "register", "expired");
}

/* S-025: made cheaper in the hour before the cost was raised. */
static void
test_s025_the_cost_is_that_of_today(void **state)
{
	struct str answer = solved("register");

	(void)state;
	cfg.captcha_altcha_cost = 200;
	assert_refused(answer, "register", "cost of today");
}

/* S-134: a rotation of the master secret breaks no form that is open. */
static void
test_an_answer_outlives_a_rotation_and_no_other_sites_counts(void **state)
{
	struct str answer = solved("register");

	(void)state;
	set_masters(UNIT_OTHER_MASTER, UNIT_MASTER);
	assert_int_equal(check(answer, "register"), ERR_OK);
	set_masters(UNIT_OTHER_MASTER, NULL);
	assert_refused(answer, "register", "not a challenge of ours");
}

/* S-025: half of the key is public. */
static void
test_s025_what_is_not_solved_is_refused(void **state)
{
	struct json *challenge = altcha_challenge(&ctx, STR("register"));
	struct json *other = altcha_challenge(&ctx, STR("register"));
	unsigned char key[32] = { 0 };
	struct str prefix;

	(void)state;
	prefix = altcha_bytes(arena, json_get(challenge, "parameters"),
	    "keyPrefix");
	assert_int_equal(prefix.len, 16);
	memcpy(key, prefix.p, 16);
	assert_refused(altcha_answer(arena, challenge,
	    (struct str){ (const char *)key, 32 }), "register", "not solved");
	json_set(other, "parameters", json_get(challenge, "parameters"));
	assert_refused(altcha_solve(arena, other), "register",
	    "not a challenge of ours");
}

static struct str
encoded(const char *text)
{
	return base64_encode(arena, text, strlen(text));
}

static void
test_texts_that_are_no_answer_are_refused(void **state)
{
	static const char *const texts[] = { "", "{", "null", "[]", "1",
		"{\"challenge\":{},\"solution\":{}}",
		"{\"challenge\":{\"parameters\":{}},\"solution\":[]}",
		"{\"challenge\":{\"parameters\":[[[[[]]]]]},\"solution\":{}}",
		"{\"challenge\":1,\"challenge\":2}" };
	struct str answer = solved("register");
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		assert_refused(encoded(texts[i]), "register", "not readable");
	assert_refused(encoded("{\"challenge\":{\"parameters\":{}},"
	    "\"solution\":{}}"), "register", "not a challenge of ours");
	assert_refused(str_sub(answer, 1, SIZE_MAX), "register",
	    "not readable");
	assert_refused(str_printf(arena, "%s%0*d", answer.p, 4096, 0),
	    "register", "not readable");
}

/* What may be demanded is what the configuration knows. */
static void
test_every_operation_can_be_listed(void **state)
{
	static const char *const all[] = { CAPTCHA_REGISTER,
		CAPTCHA_FORGOT_EMAIL, CAPTCHA_FORGOT_PHONE,
		CAPTCHA_CHANGE_PASSWORD,
		CAPTCHA_UPDATE_PROFILE, CAPTCHA_AVAILABILITY, CAPTCHA_LOGIN,
		CAPTCHA_UNLOCK, CAPTCHA_PASSWORDLESS, CAPTCHA_ONE_TOUCH,
		CAPTCHA_SMART };
	struct json *j;
	size_t i, n = 0;

	(void)state;
	cfg.captcha_provider = STR("altcha");
	while (captcha_operations[n] != NULL)
		n++;
	assert_int_equal(n, COUNT(all));
	for (i = 0; i < COUNT(all); i++) {
		assert_int_equal(captcha_challenge(&ctx, str_of(all[i]), &j),
		    ERR_OK);
		assert_false(captcha_demanded(&ctx, all[i]));
		cfg.captcha_on.n = 1;
		cfg.captcha_on.items = &(const struct str){ all[i],
			strlen(all[i]) };
		assert_true(captcha_demanded(&ctx, all[i]));
		cfg.captcha_provider = STR("off");
		assert_false(captcha_demanded(&ctx, all[i]));
		cfg.captcha_provider = STR("altcha");
		cfg.captcha_on.n = 0;
	}
	assert_int_equal(captcha_challenge(&ctx, STR("other"), &j),
	    ERR_PARAMETER);
}

static int
reset(void **state)
{
	(void)state;
	arena_reset(arena);
	memset(&cfg, 0, sizeof(cfg));
	cfg.captcha_altcha_cost = 100;
	cfg.captcha_altcha_tries = 10;
	cfg.captcha_lifetime_s = 600;
	ctx_init(&ctx, arena, &cfg);
	set_masters(UNIT_MASTER, NULL);
	ctx.now_s = NOW;
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_s025_an_answer_names_its_challenge_and_its_end),
		CLAIM(test_s025_an_answer_ends_and_is_for_one_purpose),
		CLAIM(test_s025_the_cost_is_that_of_today),
		CLAIM(
		test_an_answer_outlives_a_rotation_and_no_other_sites_counts),
		CLAIM(test_s025_what_is_not_solved_is_refused),
		CLAIM(test_texts_that_are_no_answer_are_refused),
		CLAIM(test_every_operation_can_be_listed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
