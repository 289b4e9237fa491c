#include "fixture.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/site.h"
#include "store/store.h"
#include "store/store_site.h"

#define NEWEST	4	/* schema file */

/* A statement that locks the row of its number. */
static enum err
lock_row(struct ctx *c, int64_t n)
{
	return db_exec(c, STMT_SCHEMA_ADD, ARGS(db_int(n), db_int(1)), NULL);
}

static void
kill_connection(void)
{
	fx_sql("KILL CONNECTION %lld", (long long)fx_number(
	    "SELECT MAX(ID) FROM information_schema.PROCESSLIST "
	    "WHERE DB = DATABASE() AND ID <> CONNECTION_ID()"));
	clock_sleep_ms(50);
}

static void
drop_rows(void)
{
	fx_sql("DELETE FROM dw_schema_version WHERE version > %d",
	    NEWEST);
}

/* S-140, F-54 */
static void
test_s140_a_connection_that_died_idle_is_replaced_unseen(void **state)
{
	(void)state;
	assert_int_equal(lock_row(fx, 100), ERR_OK);
	kill_connection();
	db_idle(fx->db);
	assert_int_equal(lock_row(fx, 101), ERR_OK);
	kill_connection();
	assert_int_equal(site_schema_check(fx), ERR_CONFIG);	/* 101 */
	drop_rows();
	assert_int_equal(site_schema_check(fx), ERR_OK);
}

struct run { int runs; int fail; };

static enum err
killed_tx(struct ctx *c, void *arg)
{
	struct run *r = arg;
	enum err e;

	e = lock_row(c, 102);
	if (e == ERR_OK && r->runs++ == 0)
		kill_connection();
	return e == ERR_OK ? lock_row(c, 103) : e;
}

/* S-138, S-140 */
static void
test_s138_a_transaction_whose_connection_died_runs_again_whole(void **state)
{
	struct run r = { 0 };

	(void)state;
	assert_int_equal(db_tx(fx, killed_tx, &r, NULL), ERR_OK);
	assert_int_equal(r.runs, 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_schema_version "
	    "WHERE version IN (102, 103)"), 2);
	assert_false(db_in_tx(fx));
	drop_rows();
}

static enum err
crossing_tx(struct ctx *c, void *arg)
{
	int i = *(int *)arg;
	enum err e;

	e = lock_row(c, 200 + i);
	clock_sleep_ms(150);
	return e == ERR_OK ? lock_row(c, 201 - i) : e;
}

static int
crossing(int i, void *arg)
{
	(void)arg;
	return db_tx(fx, crossing_tx, &i, NULL) == ERR_OK ? 0 : 1;
}

/* S-138: two that wait for each other. */
static void
test_s138_a_real_deadlock_ends_with_both_done(void **state)
{
	int results[2];

	(void)state;
	assert_int_equal(lock_row(fx, 200), ERR_OK);
	assert_int_equal(lock_row(fx, 201), ERR_OK);
	fx_parallel(2, crossing, NULL, results);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
	drop_rows();
}

static enum err
never_tx(struct ctx *c, void *arg)
{
	struct run *r = arg;
	enum err e;

	r->runs++;
	e = lock_row(c, 300);
	return e == ERR_OK ? ERR_RETRY : e;
}

static void
test_s138_three_repeats_then_unavailable_and_nothing_done(void **state)
{
	struct run r = { 0 };

	(void)state;
	assert_int_equal(db_tx(fx, never_tx, &r, NULL), ERR_UNAVAILABLE);
	assert_int_equal(r.runs, 4);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_schema_version "
	    "WHERE version = 300"), 0);
}

static enum err
refused_tx(struct ctx *c, void *arg)
{
	enum err e;

	(void)arg;
	e = lock_row(c, 301);
	return e == ERR_OK ? ERR_USER_UNKNOWN : e;
}

static void
test_a_refusal_rolls_back_and_is_kept(void **state)
{
	(void)state;
	assert_int_equal(db_tx(fx, refused_tx, NULL, NULL),
	    ERR_USER_UNKNOWN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_schema_version "
	    "WHERE version = 301"), 0);
}

/* S-140: no host answers. */
static void
test_s140_no_server_is_told_within_three_seconds(void **state)
{
	static const struct str nowhere[] = { { "/nonexistent/a", 14 },
		{ "/nonexistent/b", 14 } };
	struct list kept = fx_config->database_hosts;
	int64_t from = clock_mono_ms();

	(void)state;
	db_close(fx->db);
	fx_config->database_hosts = (struct list){ nowhere, 2 };
	assert_int_equal(lock_row(fx, 400), ERR_UNAVAILABLE);
	assert_true(clock_mono_ms() - from < 3000);
	fx_config->database_hosts = kept;
	assert_int_equal(lock_row(fx, 400), ERR_OK);
	drop_rows();
}

/* ---- migrations ---- */

static const char *
schema_dir(void)
{
	const char *top = getenv("top_srcdir");

	return str_printf(fx->arena, "%s/schema", top != NULL ? top : ".").p;
}

static const char *const tables[] = { "account", "identifier", "password",
	"password_history", "session", "refresh_token", "ticket", "failure",
	"meter", "outbox", "audit", "mark", "tombstone",
	"pending_identifier", "held_identifier", "pin", "pin_session",
	"security_answer", "privacy_acceptance", "consent_log", "import",
	"custom_object", "device_login", "signing_key" };

static void
forget_from(size_t k)
{
	size_t i;

	for (i = k; i < COUNT(tables); i++)
		fx_sql("DROP TABLE IF EXISTS dw_%s", tables[i]);
	fx_sql("DELETE FROM dw_schema_version");
}

static int64_t
tables_there(void)
{
	return fx_number("SELECT COUNT(*) FROM information_schema.TABLES "
	    "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> "
	    "'dw_schema_version'");
}

/* S-142: what a kill behind any statement leaves. */
static void
test_s142_a_migration_goes_on_where_it_was_killed(void **state)
{
	int64_t from, to;
	size_t k;

	(void)state;
	for (k = 0; k <= COUNT(tables); k++) {
		forget_from(k);
		db_close(fx->db);
		assert_int_equal(site_migrate(fx, schema_dir(), &from, &to),
		    ERR_OK);
		assert_int_equal(from, 0);
		assert_int_equal(to, NEWEST);
		assert_int_equal(tables_there(), COUNT(tables));
	}
	assert_int_equal(site_migrate(fx, schema_dir(), &from, &to), ERR_OK);
	assert_int_equal(from, NEWEST);
}

static int
migrate(int i, void *arg)
{
	int64_t from, to;

	(void)i;
	(void)arg;
	return site_migrate(fx, schema_dir(), &from, &to) == ERR_OK &&
	    to == NEWEST ? 0 : 1;
}

static void
test_s142_four_migrators_at_once_make_one_schema(void **state)
{
	int results[4], i;

	(void)state;
	forget_from(0);
	fx_parallel(4, migrate, NULL, results);
	for (i = 0; i < 4; i++)
		assert_int_equal(results[i], 0);
	assert_int_equal(tables_there(), COUNT(tables));
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_schema_version"),
	    NEWEST);
}

/* One holds the lock for longer than an answer may take elsewhere. */
static int
hold_or_migrate(int i, void *arg)
{
	bool locked = false;

	if (i > 0) {
		clock_sleep_ms(500);
		return migrate(i, arg);
	}
	if (store_server_lock(fx, STR("dw_migrate"), &locked) != ERR_OK ||
	    !locked)
		return 1;
	clock_sleep_ms(11000);
	return store_server_unlock(fx, STR("dw_migrate")) == ERR_OK ? 0 : 1;
}

static void
test_s142_a_migration_waits_for_what_takes_long(void **state)
{
	int results[2];

	(void)state;
	forget_from(0);
	fx_parallel(2, hold_or_migrate, NULL, results);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
	assert_int_equal(tables_there(), COUNT(tables));
}

static void
test_s142_a_newer_schema_is_refused(void **state)
{
	int64_t from, to;

	(void)state;
	assert_int_equal(lock_row(fx, NEWEST + 1), ERR_OK);
	assert_int_equal(site_migrate(fx, schema_dir(), &from, &to),
	    ERR_CONFIG);
	assert_int_equal(site_schema_check(fx), ERR_CONFIG);
	drop_rows();
}

/* S-011: no collation of the database decides anything. */
static void
test_s011_every_table_names_its_character_sets(void **state)
{
	(void)state;
	fx_sql("ALTER DATABASE CHARACTER SET latin1 COLLATE "
	    "latin1_swedish_ci");
	forget_from(0);
	assert_int_equal(migrate(0, NULL), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM "
	    "information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND "
	    "COLLATION_NAME IS NOT NULL AND COLLATION_NAME NOT IN "
	    "('utf8mb4_bin', 'ascii_bin')"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
		T(test_s140_a_connection_that_died_idle_is_replaced_unseen),
		T(test_s138_a_transaction_whose_connection_died_runs_again_whole),
		T(test_s138_a_real_deadlock_ends_with_both_done),
		T(test_s138_three_repeats_then_unavailable_and_nothing_done),
		T(test_a_refusal_rolls_back_and_is_kept),
		T(test_s140_no_server_is_told_within_three_seconds),
		T(test_s142_a_migration_goes_on_where_it_was_killed),
		T(test_s142_four_migrators_at_once_make_one_schema),
		T(test_s142_a_migration_waits_for_what_takes_long),
		T(test_s142_a_newer_schema_is_refused),
		T(test_s011_every_table_names_its_character_sets)
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
