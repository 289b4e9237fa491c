#include "fixture.h"

#include <sys/mman.h>

#include "base/clock.h"
#include "domain/site.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"

/* Of all processes. */
struct shared {
	volatile bool over;
	volatile int64_t removed;
};

static int64_t
rows(void)
{
	return fx_number("SELECT (SELECT COUNT(*) FROM dw_meter)"
	    " + (SELECT COUNT(*) FROM dw_mark)"
	    " + (SELECT COUNT(*) FROM dw_session)"
	    " + (SELECT COUNT(*) FROM dw_audit)");
}

/* Rows whose time is over. */
static void
fill(void)
{
	fx_sql("INSERT INTO dw_meter (id, n, last_s, expires_s)"
	    " SELECT UNHEX(SHA2(seq, 256)), 1, 1, 1 + seq %% 1000"
	    " FROM seq_1_to_30000");
	fx_sql("INSERT INTO dw_mark (id, n, expires_s)"
	    " SELECT UNHEX(SHA2(seq, 256)), 1, 1 + seq %% 1000"
	    " FROM seq_1_to_20000");
	fx_sql("INSERT INTO dw_session (token_hash, kind, uid, generation,"
	    " family, handle, created_s, auth_s, seen_s, expires_s)"
	    " SELECT UNHEX(SHA2(seq, 256)), 1, UNHEX(MD5(seq %% 5000)), 1,"
	    " UNHEX(MD5(seq)), UNHEX(MD5(seq)), 1, 1, 1, 2 + seq %% 1000"
	    " FROM seq_1_to_20000");
	fx_sql("INSERT INTO dw_audit (id, at_s, event)"
	    " SELECT UNHEX(MD5(seq)), 1 + seq %% 1000, 'login'"
	    " FROM seq_1_to_30000");
}

/* The first sweeps, the others sign in until they have done. */
static int
sweep_or_sign_in(int i, void *arg)
{
	struct shared *s = arg;
	int64_t removed = 0, round;
	int failed = 0, done = 0;

	while (i == 0 && !s->over) {
		round = 0;
		if (site_clean(fx, 0, 1000, &round) != ERR_OK)
			failed++;
		removed += round;
		s->removed = removed;
		s->over = failed > 0 || removed >= 100000;
		fx_next();
	}
	while (i > 0 && !s->over) {
		if (fx_login(ADA, PASSWORD) != ERR_OK)
			failed++;
		done++;
		fx_next();
	}
	return failed > 99 ? 100 : failed + (i > 0 && done < 10 ? 1 : 0);
}

/* S-143: nobody who signs in meanwhile is refused. */
static void
test_s143_sweeping_100000_rows_hurts_no_login(void **state)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int results[4], i;

	(void)state;
	assert_true(s != MAP_FAILED);
	fx_account(ADA, PASSWORD, NULL, true);
	fill();
	assert_true(rows() >= 100000);
	fx_parallel(4, sweep_or_sign_in, s, results);
	for (i = 0; i < 4; i++)
		assert_int_equal(results[i], 0);
	assert_true(s->removed >= 100000);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"
	    " WHERE expires_s < 2000"), 0);
	munmap(s, sizeof(*s));
}

static int
sweep(int i, void *arg)
{
	int64_t removed = 0;

	(void)i;
	(void)arg;
	if (site_clean(fx, 0, 60000, &removed) != ERR_OK)
		return 100;
	return removed == 0 ? 0 : removed == 20000 ? 1 : 50;
}

/* S-143: one at a time, and what is not over stays. */
static void
test_s143_one_sweeper_at_a_time_takes_what_is_over(void **state)
{
	int results[5], i, total = 0;

	(void)state;
	fx_sql("INSERT INTO dw_mark (id, n, expires_s)"
	    " SELECT UNHEX(SHA2(seq, 256)), 1, 1 FROM seq_1_to_20000");
	fx_sql("INSERT INTO dw_mark (id, n, expires_s)"
	    " VALUES (UNHEX(SHA2('x', 256)), 1, %lld)",
	    (long long)fx->now_s + 60);
	fx_parallel(5, sweep, NULL, results);
	for (i = 0; i < 5; i++)
		total += results[i];
	assert_int_equal(total, 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_mark"), 1);
}

static void
put_mark(int i)
{
	fx_sql("INSERT INTO dw_mark (id, n, expires_s)"
	    " VALUES (UNHEX(SHA2('%d', 256)), 1, 1)", i);
}

static int64_t
swept(int64_t every_s, int64_t budget_ms)
{
	int64_t removed = 0;

	assert_int_equal(site_clean(fx, every_s, budget_ms, &removed),
	    ERR_OK);
	return removed;
}

/* On a busy site there is an occasion many times a second. */
static void
test_sweeping_pauses_once_it_came_to_its_end(void **state)
{
	(void)state;
	put_mark(1);
	assert_int_equal(swept(0, 60000), 1);
	put_mark(2);
	assert_int_equal(swept(600, 60000), 0);
	assert_int_equal(swept(0, 0), 0);	/* not to its end */
	assert_int_equal(swept(0, 60000), 1);
	put_mark(3);
	assert_int_equal(swept(600, 60000), 0);
	assert_int_equal(swept(0, 60000), 1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s143_sweeping_100000_rows_hurts_no_login),
	T(test_s143_one_sweeper_at_a_time_takes_what_is_over),
	T(test_sweeping_pauses_once_it_came_to_its_end),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("clean", tests, fixture_open,
	    fixture_close);
}
