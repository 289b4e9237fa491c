#include "fixture.h"

#include "base/clock.h"
#include "crypto/pwhash.h"
#include "domain/limit.h"
#include "domain/login.h"

#define PASSWORD	"cobalt-meadow-71"

/* How many passwords this process compares in two tries. */
static int
two_wrong_logins(int i, void *arg)
{
	unsigned long before = pwhash_runs();
	enum err e;

	(void)i;
	e = fx_login(arg, "not the password");
	if (e == ERR_LOGIN_REFUSED)
		e = fx_login(arg, "not this one either");
	if (e != ERR_LOGIN_REFUSED && e != ERR_LOGIN_SUSPENDED)
		return 100;
	return (int)(pwhash_runs() - before);
}

static int
sum(const int *results, int n)
{
	int total = 0, i;

	for (i = 0; i < n; i++)
		total += results[i];
	return total;
}

/* S-021: a burst cannot pass the check before the count is written. */
static void
test_s021_200_parallel_wrong_passwords_cost_10_comparisons(void **state)
{
	char address[] = "ada@example.org";
	int results[100];

	(void)state;
	fx_account(address, PASSWORD, NULL, true);
	fx_parallel(100, two_wrong_logins, address, results);
	assert_int_equal(sum(results, 100), 10);
	assert_int_equal(fx_login(address, PASSWORD), ERR_LOGIN_SUSPENDED);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'login_refused'"), 10);
}

/* S-016, S-021: names that nobody has count alike. */
static void
test_s021_unknown_names_are_suspended_by_the_same_count(void **state)
{
	char address[] = "nobody@example.org";
	int results[40];

	(void)state;
	fx_parallel(40, two_wrong_logins, address, results);
	assert_int_equal(sum(results, 40), 10);
	assert_int_equal(fx_login(address, PASSWORD), ERR_LOGIN_SUSPENDED);
}

static int
right_login(int i, void *arg)
{
	const int *wrong = arg;

	return fx_login("ada@example.org", i < *wrong ? "not the password" :
	    PASSWORD) == ERR_OK;
}

/* S-021, F-15 */
static void
test_s021_f15_parallel_right_logins_are_never_refused(void **state)
{
	int results[22], wrong;

	(void)state;
	fx_config->login_max_failures = 3;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	for (wrong = 0; wrong <= 2; wrong += 2) {
		fx_parallel(20 + wrong, right_login, &wrong, results);
		assert_int_equal(sum(results, 20 + wrong), 20);
	}
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
	assert_int_equal(fx_number("SELECT MAX(suspended_until_s)"
	    " FROM dw_failure"), 0);
}

static void
try_wrong(const char *email, int times)
{
	while (times-- > 0)
		assert_int_equal(fx_login(email, "not the password"),
		    ERR_LOGIN_REFUSED);
}

/* S-021: a success clears the failures of its own source alone. */
static void
test_s021_a_success_clears_its_own_source_alone(void **state)
{
	int i;

	(void)state;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	for (i = 0; i < 3; i++) {
		fx->client.network = STR("192.0.2.66");
		try_wrong("ada@example.org", 3);
		fx->client.network = STR("198.51.100.7");
		try_wrong("ada@example.org", i == 2 ? 1 : 3);
		assert_int_equal(fx_login("ada@example.org", i == 2 ?
		    "not the password" : PASSWORD), i == 2 ?
		    ERR_LOGIN_SUSPENDED : ERR_OK);
		assert_int_equal(fx_number("SELECT failures FROM dw_failure"),
		    i == 2 ? 10 : 3 * (i + 1));
	}
}

/* S-016: right and wrong, known and unknown: one answer, nothing hashed. */
static void
test_s016_while_suspended_nothing_is_compared(void **state)
{
	unsigned long runs;

	(void)state;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	try_wrong("ada@example.org", 10);
	try_wrong("eve@example.org", 10);
	runs = pwhash_runs();
	assert_int_equal(fx_login("ada@example.org", PASSWORD),
	    ERR_LOGIN_SUSPENDED);
	assert_in_range(fx->err.until_s, fx->now_s + 899, fx->now_s + 901);
	assert_int_equal(fx_login("ada@example.org", "wrong"),
	    ERR_LOGIN_SUSPENDED);
	assert_int_equal(fx_login("eve@example.org", "wrong"),
	    ERR_LOGIN_SUSPENDED);
	assert_int_equal(pwhash_runs(), runs);
}

/* S-023: timed, and longer each time, up to the maximum. */
static void
test_s023_suspensions_end_and_double(void **state)
{
	static const int64_t length_s[] = { 900, 1800, 3600, 7200, 10000,
		10000 };
	size_t i;

	(void)state;
	fx_config->login_suspend_max_s = 10000;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	for (i = 0; i < COUNT(length_s); i++) {
		try_wrong("ada@example.org", 10);
		assert_int_equal(fx_login("ada@example.org", PASSWORD),
		    ERR_LOGIN_SUSPENDED);
		fx_pass(length_s[i] - 5);
		assert_int_equal(fx_login("ada@example.org", PASSWORD),
		    ERR_LOGIN_SUSPENDED);
		fx_pass(6);
	}
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
	try_wrong("ada@example.org", 10);
	assert_int_equal(fx_login("ada@example.org", PASSWORD),
	    ERR_LOGIN_SUSPENDED);
	fx_pass(901);	/* a success makes the next suspension the first */
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
}

static void
test_failures_are_forgotten_after_their_window(void **state)
{
	(void)state;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	try_wrong("ada@example.org", 9);
	fx_pass(901);
	try_wrong("ada@example.org", 9);
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
	try_wrong("ada@example.org", 9);	/* and by a success */
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
}

/* S-145: an attempt of a process that was killed is free again. */
static void
test_s145_a_reservation_ends_with_its_lease(void **state)
{
	int64_t began_ms = clock_mono_ms();

	(void)state;
	fx_config->login_max_failures = 1;
	assert_int_equal(limit_attempt(fx, "x", STR("ada")), ERR_OK);
	assert_int_equal(limit_attempt(fx, "x", STR("ada")), ERR_BUSY);
	assert_in_range(clock_mono_ms() - began_ms, 4500, 5600);
	assert_int_equal(limit_attempt(fx, "x", STR("eve")), ERR_OK);
	fx_pass(31);
	assert_int_equal(limit_attempt(fx, "x", STR("ada")), ERR_OK);
	assert_int_equal(limit_settle(fx, "x", STR("ada"), LIMIT_VOID),
	    ERR_OK);
	assert_int_equal(limit_attempt(fx, "x", STR("ada")), ERR_OK);
}

/* S-022: one source over many names; another source is not meant. */
static void
test_s022_a_source_is_counted_over_all_names(void **state)
{
	char address[64];
	int i;

	(void)state;
	fx_config->login_max_failures_per_source = 12;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	for (i = 0; i < 12; i++) {
		snprintf(address, sizeof(address), "u%d@example.org", i);
		try_wrong(address, 1);
	}
	assert_int_equal(fx_login("ada@example.org", PASSWORD),
	    ERR_RATE_LIMITED);
	assert_true(fx->err.until_s > fx->now_s);
	fx->client.network = STR("192.0.2.8");
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
	fx_pass(901);
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
}

/* S-022: signing in to an account of one's own clears no source. */
static void
test_s022_a_success_does_not_clear_the_source(void **state)
{
	(void)state;
	fx_config->login_max_failures_per_source = 4;
	fx_account("ada@example.org", PASSWORD, NULL, true);
	try_wrong("eve@example.org", 3);
	assert_int_equal(fx_login("ada@example.org", PASSWORD), ERR_OK);
	try_wrong("eve@example.org", 1);
	assert_int_equal(fx_login("ada@example.org", PASSWORD),
	    ERR_RATE_LIMITED);
}

static void
test_a_meter_grants_its_maximum_in_each_window(void **state)
{
	int round, i;

	(void)state;
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 3; i++)
			assert_int_equal(limit_meter(fx, "calls", STR("a"),
			    3, 60), ERR_OK);
		assert_int_equal(limit_meter(fx, "calls", STR("a"), 3, 60),
		    ERR_RATE_LIMITED);
		assert_in_range(fx->err.until_s, fx->now_s + 58,
		    fx->now_s + 61);
		fx_pass(61);
	}
	assert_int_equal(limit_meter(fx, "other", STR("a"), 3, 60), ERR_OK);
	assert_int_equal(limit_meter(fx, "calls", STR("b"), 3, 60), ERR_OK);
}

static int
one_mail(int i, void *arg)
{
	(void)i;
	return limit_mail(fx, arg, STR("ada@example.org")) == ERR_OK;
}

/* S-024 */
static void
test_s024_50_parallel_mails_to_one_address_are_metered(void **state)
{
	char kind[] = "reset-password", other[] = "verify-email";
	int results[50];

	(void)state;
	fx_config->mail_per_hour = 3;
	fx_parallel(50, one_mail, kind, results);
	assert_int_equal(sum(results, 50), 3);
	fx_pass(3601);
	fx_config->mail_gap_s = 60;
	fx_parallel(50, one_mail, kind, results);
	assert_int_equal(sum(results, 50), 1);
	fx_parallel(50, one_mail, other, results);
	assert_int_equal(sum(results, 50), 1);
}

/* S-024: what the hour refuses does not use up the day. */
static void
test_s024_refused_mails_do_not_use_up_the_day(void **state)
{
	int hour, i, sent = 0;

	(void)state;
	fx_config->mail_per_hour = 3;
	fx_config->mail_per_day = 10;
	for (hour = 0; hour < 5; hour++) {
		for (i = 0; i < 20; i++)
			sent += limit_mail(fx, "reset-password",
			    STR("ada@example.org")) == ERR_OK;
		fx_pass(3601);
	}
	assert_int_equal(sent, 10);
}

static void
test_s024_one_source_causes_20_mails_an_hour(void **state)
{
	int i, sent = 0;

	(void)state;
	fx_config->mail_per_hour_source = 20;
	for (i = 0; i < 30; i++)
		sent += limit_mail(fx, "reset-password", str_printf(fx->arena,
		    "u%d@example.org", i)) == ERR_OK;
	assert_int_equal(sent, 20);
	fx->client.network = STR("192.0.2.8");
	assert_int_equal(limit_mail(fx, "reset-password",
	    STR("v@example.org")), ERR_OK);
}

static void
test_is_login_locked_while_it_is_suspended(void **state)
{
	int64_t until_s = -1;

	(void)state;
	assert_int_equal(limit_suspended(fx, LIMIT_FOR_LOGIN,
	    STR("eve@example.org"), &until_s), ERR_OK);
	assert_int_equal(until_s, 0);
	try_wrong("eve@example.org", 10);
	assert_int_equal(limit_suspended(fx, LIMIT_FOR_LOGIN,
	    STR("eve@example.org"), &until_s), ERR_OK);
	assert_true(until_s > fx->now_s);
	assert_int_equal(limit_clear(fx, LIMIT_FOR_LOGIN,
	    STR("eve@example.org")), ERR_OK);
	try_wrong("eve@example.org", 1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s021_200_parallel_wrong_passwords_cost_10_comparisons),
	T(test_s021_unknown_names_are_suspended_by_the_same_count),
	T(test_s021_f15_parallel_right_logins_are_never_refused),
	T(test_s021_a_success_clears_its_own_source_alone),
	T(test_s016_while_suspended_nothing_is_compared),
	T(test_s023_suspensions_end_and_double),
	T(test_failures_are_forgotten_after_their_window),
	T(test_s145_a_reservation_ends_with_its_lease),
	T(test_s022_a_source_is_counted_over_all_names),
	T(test_s022_a_success_does_not_clear_the_source),
	T(test_a_meter_grants_its_maximum_in_each_window),
	T(test_s024_50_parallel_mails_to_one_address_are_metered),
	T(test_s024_refused_mails_do_not_use_up_the_day),
	T(test_s024_one_source_causes_20_mails_an_hour),
	T(test_is_login_locked_while_it_is_suspended),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("limit", tests, fixture_open,
	    fixture_close);
}
