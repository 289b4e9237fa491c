/*
 * Accounts in bulk, and each statement of an import failing in turn: started
 * again, it ends with every account once and every refusal told once.
 */
#include "faults.h"

#include "domain/account_export.h"
#include "domain/account_import.h"
#include "store/store_import.h"
#include "store/store_tx.h"

#define ADA	"ada@example.org"
#define HASH	"$2y$10$v719Zyb/5DiglXjaGmtVoO.58ZfZLBkfIyjXnYyIbWYYFsofeucua"

/* Rows in bulk */

struct bulk { size_t n, twin; };

static struct uid
numbered(size_t i)
{
	struct uid u = { .b = { 7, (unsigned char)(i >> 8),
		(unsigned char)i } };

	return u;
}

static enum err
bulk_tx(struct ctx *c, void *arg)
{
	const struct bulk *b = arg;
	struct store_new_identifier *list;
	size_t i;

	list = ARENA_ARRAY(c->arena, struct store_new_identifier, b->n);
	for (i = 0; i < b->n; i++)
		list[i] = (struct store_new_identifier){
			.kind = 1, .uid = numbered(i), .position = 3,
			.verified_s = (int64_t)i, .created_s = 1,
			.given = str_printf(c->arena, "u%zu@example.org", i),
			.canonical = str_printf(c->arena, "u%zu@example.org",
			    b->twin != 0 && i == b->twin ? i - 1 : i),
			.label = i % 2 == 0 ? STR("") :
			    STR("\xc3\xbc \xf0\x9f\x9a\x80")
		};
	return store_import_identifiers(c, list, b->n);
}

static void
test_many_rows_arrive_as_they_are(void **state)
{
	struct bulk b = { .n = 1000 };

	(void)state;
	assert_int_equal(store_tx(fx, bulk_tx, &b, NULL), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"),
	    1000);
	assert_int_equal(fx_number("SELECT SUM(verified_s) FROM"
	    " dw_identifier"), 999 * 1000 / 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE position = 3 AND given = CAST(canonical AS CHAR)"
	    " AND label = IF(verified_s %% 2 = 0, '',"
	    " CONVERT(X'C3BC20F09F9A80' USING utf8mb4))"), 1000);
}

/* The rows before it go as well. */
static void
test_one_twin_among_many_rows_is_a_conflict(void **state)
{
	struct bulk b = { .n = 1000, .twin = 500 };

	(void)state;
	assert_int_equal(store_tx(fx, bulk_tx, &b, NULL), ERR_CONFLICT);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"), 0);
	b.twin = 0;
	assert_int_equal(store_tx(fx, bulk_tx, &b, NULL), ERR_OK);
}

static void
test_one_row_and_none(void **state)
{
	struct bulk b = { .n = 0 };

	(void)state;
	assert_int_equal(store_tx(fx, bulk_tx, &b, NULL), ERR_OK);
	b.n = 1;
	assert_int_equal(store_tx(fx, bulk_tx, &b, NULL), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"), 1);
}

/* Imports */

static const char *const file[] = {
	"{\"emails\":[{\"address\":\"one@example.org\"}],\"password\":"
	    "{\"hash\":\"" HASH "\",\"history\":[{\"hash\":\"" HASH "\","
	    "\"retired_ms\":1}]}}",
	"{",
	"{\"emails\":[{\"address\":\"" ADA "\"}]}",
	"",
	"{\"emails\":[{\"address\":\"two@example.org\"}],\"username\":"
	    "\"two\",\"phone\":{\"number\":\"+12025550143\"}}",
	"{\"emails\":[{\"address\":\"ONE@example.org\"}]}",
	"{\"emails\":[{\"address\":\"three@example.org\"}],"
	    "\"uid\":\"0123456789abcdef0123456789abcdef\"}",
	"{\"object\":\"colors\",\"uid\":\"0123456789abcdef0123456789abcdef\","
	    "\"id\":\"0123456789abcdef01234567\",\"data\":{\"a\":1.50}}",
	"{\"object\":\"colors\",\"uid\":\"77777777777777777777777777777777\","
	    "\"data\":{}}"
};

/* A report of one byte for each refusal. */
static struct { int64_t line[32]; int64_t n; } told;

static enum err
keep(void *arg, const struct import_refusal *list, size_t n,
    int64_t *bytes_io)
{
	size_t i;

	(void)arg;
	assert_true(*bytes_io <= told.n);
	told.n = *bytes_io;
	for (i = 0; i < n; i++)
		told.line[told.n++] = list[i].line;
	*bytes_io = told.n;
	return ERR_OK;
}

static enum err
take(struct account_import *m)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < COUNT(file) && e == ERR_OK; i++)
		e = account_import_line(fx, m, str_of(file[i]), false);
	return e != ERR_OK ? e : account_import_end(fx, m);
}

static enum err
import(void)
{
	struct import_options o = { .keep = keep };
	struct account_import *m;
	enum err e;

	e = account_import_begin(fx, fx->arena, &o, str_of(file[0]), &m);
	if (e != ERR_OK)
		return e;
	e = take(m);
	account_import_free(m);
	return e;
}

static void
before(void)
{
	static struct str names[] = { { "colors:write", 12 } };

	told.n = 0;
	fx_config->login_username = true;
	fx_config->objects_names = (struct list){ names, COUNT(names) };
	fx_account(ADA, NULL, NULL, true);
}

static bool audit_lost;		/* a duplicate is taken for its own row */

static void
judge_whole(const struct step *s)
{
	(void)s;
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"), 4);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"), 6);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE kind = 3 AND canonical = '+12025550143'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_password"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_import"), 0);
	if (!audit_lost)
		assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
		    " WHERE event = 'accounts_imported'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"
	    " WHERE HEX(id) = '0123456789ABCDEF01234567'"
	    " AND data = '{\"a\":1.50}' AND hidden = 0"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"),
	    1);
	assert_int_equal(told.n, 4);
	assert_int_equal(told.line[0], 2);
	assert_int_equal(told.line[1], 3);
	assert_int_equal(told.line[2], 6);
	assert_int_equal(told.line[3], 9);
}

static void
test_an_import_takes_what_is_good_and_tells_the_rest(void **state)
{
	(void)state;
	before();
	assert_int_equal(import(), ERR_OK);
	judge_whole(NULL);
}

/* Export, page by page */

static int64_t lines;
static size_t stop_after;
static char last[40];

static bool
take_line(void *arg, struct str text)
{
	const char *uid = strstr(text.p, "\"uid\":\"");

	(void)arg;
	assert_non_null(uid);
	assert_true(strncmp(uid + 7, last, 32) > 0);
	memcpy(last, uid + 7, 32);
	return ++lines != (int64_t)stop_after;
}

static enum err
export(void)
{
	struct export_options o = { .line = take_line };
	struct uid after = { { 0 } };
	bool more = true;
	enum err e = ERR_OK;

	lines = 0;
	memset(last, 0, sizeof(last));
	while (more && e == ERR_OK)
		e = account_export_page(fx, &o, &after, &more);
	return e;
}

static void
test_an_export_has_every_account_once_in_order(void **state)
{
	(void)state;
	assert_int_equal(export(), ERR_OK);
	assert_int_equal(lines, 0);
	fx_sql("INSERT INTO dw_account (uid, profile_id, created_s,"
	    " modified_s, profile) SELECT UNHEX(MD5(seq)),"
	    " UNHEX(MD5(seq)), 1, 1, '{}' FROM seq_1_to_1500");
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " created_s) SELECT 1, CONCAT('u', seq, '@example.org'),"
	    " UNHEX(MD5(seq)), CONCAT('u', seq, '@example.org'), 1"
	    " FROM seq_1_to_1499");
	stop_after = 0;
	assert_int_equal(export(), ERR_OK);
	/* The last one has no identifier any more: it was being deleted. */
	assert_int_equal(lines, 1499);
	stop_after = 700;
	assert_int_equal(export(), ERR_DELIVERY);
	assert_int_equal(lines, 700);
}

#ifdef DW_FAULTS

/* A part may be there already. */
static void
judge_part(const struct step *s)
{
	(void)s;
}

static const struct flow flow = { "import", before, import, .good = ERR_OK };
static const struct faults all = {
	.flows = &flow, .n = 1, .refused = judge_part, .done = judge_whole
};

static void
test_s141_a_failing_statement_breaks_an_import_off(void **state)
{
	(void)state;
	faults_walk(&all, "error", faults_refused);
}

static void
test_s138_a_deadlock_during_an_import_is_retried(void **state)
{
	(void)state;
	faults_walk(&all, "deadlock", faults_repeated);
}

static void
test_s140_an_import_goes_on_behind_a_lost_connection(void **state)
{
	(void)state;
	faults_walk(&all, "lost", faults_lost);
}

static void
test_s139_a_batch_in_doubt_is_taken_once(void **state)
{
	(void)state;
	faults_walk(&all, "commit-lost", faults_lost);
	faults_walk(&all, "commit-blind", faults_blind);
}

static void
judge_duplicate(struct step *s)
{
	if (s->e == ERR_OK)
		faults_repeated(s);
	else
		faults_refused(s);
}

/* A name that is taken between two looks, and free at the next. */
static void
test_a_conflict_that_nothing_explains_is_tried_again(void **state)
{
	(void)state;
	audit_lost = true;
	faults_walk(&all, "duplicate", judge_duplicate);
	audit_lost = false;
}

#endif

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
		T(test_many_rows_arrive_as_they_are),
		T(test_one_twin_among_many_rows_is_a_conflict),
		T(test_one_row_and_none),
		T(test_an_import_takes_what_is_good_and_tells_the_rest),
		T(test_an_export_has_every_account_once_in_order),
#ifdef DW_FAULTS
		T(test_s141_a_failing_statement_breaks_an_import_off),
		T(test_s138_a_deadlock_during_an_import_is_retried),
		T(test_s140_an_import_goes_on_behind_a_lost_connection),
		T(test_s139_a_batch_in_doubt_is_taken_once),
		T(test_a_conflict_that_nothing_explains_is_tried_again),
#endif
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("import", tests, fixture_open,
	    fixture_close);
}
