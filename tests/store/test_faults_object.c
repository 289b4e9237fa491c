/*
 * Each statement of what makes, changes and deletes custom objects fails in
 * turn: all or nothing, and the audit with it.  Needs a program that was
 * built with --enable-faults; skipped otherwise.
 */
#include "faults.h"

#include "domain/object.h"

static const struct str names[] = { { "colors:write", 12 } };
static struct uid ada;
static char id[32];

static struct object_place
owner(void)
{
	return (struct object_place){ .uid = ada, .name = STR("colors"),
		.own = true };
}

static void
account(void)
{
	fx_config->objects_names = (struct list){ names, COUNT(names) };
	ada = fx_account("ada@example.org", NULL, NULL, true);
}

static void
keep_id(struct str text)
{
	assert_true(str_starts(text, STR("{\"Id\":\"")));
	snprintf(id, sizeof(id), "%.24s", text.p + 7);
}

static enum err
create(void)
{
	const struct object_place p = owner();
	struct str text;
	enum err e;

	e = object_create(fx, &p, STR("{\"a\":1,\"b\":[1.50]}"), &text);
	if (e == ERR_OK)
		keep_id(text);
	return e;
}

static enum err
change(const char *body, const char *type)
{
	const struct object_place p = owner();
	struct str text;

	return object_update(fx, &p, str_of(id), str_of(type), str_of(body),
	    &text);
}

static enum err
merge(void)
{
	return change("{\"b\":2,\"c\":3}", NULL);
}

static enum err
replace(void)
{
	return change("{\"c\":3}", "replace");
}

static enum err
drop(void)
{
	const struct object_place p = owner();

	return object_delete(fx, &p, str_of(id));
}

static void
with_one(void)
{
	account();
	assert_int_equal(create(), ERR_OK);
	fx_sql("UPDATE dw_custom_object SET created_s = 1, modified_s = 1");
	fx_sql("DELETE FROM dw_audit");
}

static int64_t
rows(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_custom_object");
}

static bool
holds(const char *data)
{
	return fx_number("SELECT COUNT(*) FROM dw_custom_object"
	    " WHERE data = '%s'", data) == 1;
}

/* ---- faults ---- */

static int64_t
look(void)
{
	return fx_number("SELECT CONV(LEFT(MD5(CONCAT_WS('/', (SELECT"
	    " COALESCE(GROUP_CONCAT(CONCAT_WS(',', version, modified_s = 1,"
	    " data) ORDER BY id), '') FROM dw_custom_object), (SELECT"
	    " COUNT(*) FROM dw_audit WHERE event LIKE 'object%%'))), 15),"
	    " 16, 10)");
}

/* A record and its audit are one; nothing is done twice. */
static void
done(const struct step *s)
{
	assert_int_not_equal(look(), s->before);
	if (s->flow->run == create)
		assert_int_equal(rows(), 1);
	if (s->flow->run == merge)
		assert_true(holds("{\"a\":1,\"b\":2,\"c\":3}"));
	if (s->flow->run == replace)
		assert_true(holds("{\"c\":3}"));
	if (s->flow->run == drop)
		assert_int_equal(rows(), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event LIKE 'object%%'"), 1);
}

static const struct flow flows[] = {
	{ "create", account, create, ERR_OK, ERR_OK, 0, 0, { 0 } },
	{ "merge", with_one, merge, ERR_OK, ERR_OK, 0, 0, { 0 } },
	{ "replace", with_one, replace, ERR_OK, ERR_OK, 0, 0, { 0 } },
	{ "drop", with_one, drop, ERR_OK, ERR_OBJECT_UNKNOWN, 0, 0, { 0 } },
};
static const struct faults all = { .flows = flows, .n = COUNT(flows),
	.look = look, .done = done };

static void
test_s141_a_failing_statement_leaves_all_as_it_was(void **state)
{
	(void)state;
	faults_walk(&all, "error", faults_refused);
}

static void
test_s138_a_deadlock_at_any_statement_is_retried(void **state)
{
	(void)state;
	faults_walk(&all, "deadlock", faults_repeated);
}

static void
test_s140_a_lost_connection_at_any_statement_is_replaced(void **state)
{
	(void)state;
	faults_walk(&all, "lost", faults_lost);
}

static void
test_s139_a_commit_in_doubt_is_resolved(void **state)
{
	(void)state;
	faults_walk(&all, "commit-lost", faults_repeated);
	faults_walk(&all, "commit-blind", faults_blind);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s141_a_failing_statement_leaves_all_as_it_was),
	T(test_s138_a_deadlock_at_any_statement_is_retried),
	T(test_s140_a_lost_connection_at_any_statement_is_replaced),
	T(test_s139_a_commit_in_doubt_is_resolved),
	};

	if (faults_absent())
		return 77;
	return cmocka_run_group_tests_name("faults of custom objects", tests,
	    fixture_open, fixture_close);
}
