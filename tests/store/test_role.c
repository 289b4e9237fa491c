#include "fixture.h"

#include "domain/account.h"
#include "domain/role.h"

static struct uid ada;

static struct str
roles(void)
{
	struct account a;

	fx_next();
	assert_int_equal(account_get(fx, ada, &a), ERR_OK);
	return a.roles;
}

static bool
add(const char *name)
{
	bool changed;

	assert_int_equal(role_add(fx, ada, str_of(name), &changed), ERR_OK);
	return changed;
}

static bool
take(const char *name)
{
	bool changed;

	assert_int_equal(role_remove(fx, ada, str_of(name), &changed),
	    ERR_OK);
	return changed;
}

static void
test_roles_are_sorted_and_there_once_s131(void **state)
{
	(void)state;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	assert_str(roles(), "");
	assert_true(add("staff"));
	assert_true(add("admin"));
	assert_true(add("staff2"));
	assert_true(add("Zoo"));
	assert_false(add("staff"));
	assert_str(roles(), "Zoo admin staff staff2");
	assert_true(take("staff"));
	assert_false(take("staff"));
	assert_str(roles(), "Zoo admin staff2");
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'role_added'"), 4);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'role_removed' AND detail = 'staff'"), 1);
}

static void
test_a_role_has_a_name_of_letters_digits_and_a_few_marks(void **state)
{
	static const char *const bad[] = { "", "1st", "a b", "-a", "a,b",
		"ä", "a\"", "a=b", "a+b",
		"a2345678901234567890123456789012345678901234567890123456789"
		"01234x" };
	bool changed;
	size_t i;

	(void)state;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(role_add(fx, ada, str_of(bad[i]), &changed),
		    ERR_ROLE_MALFORMED);
	assert_true(add("a.b-c_D9"));
	assert_true(add("a2345678901234567890123456789012345678901234567890"
	    "12345678901234"));
	assert_int_equal(role_add(fx, uid_new(1), STR("staff"), &changed),
	    ERR_NOT_FOUND);
}

static void
test_roles_end_where_their_room_ends(void **state)
{
	enum err e = ERR_OK;
	bool changed;
	char name[64];
	int n;

	(void)state;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	for (n = 0; e == ERR_OK && n < 100; n++) {
		snprintf(name, sizeof(name), "r%02d.%050d", n, n);
		e = role_add(fx, ada, str_of(name), &changed);
	}
	assert_int_equal(e, ERR_ROLE_MALFORMED);
	assert_true(roles().len > 1900 && roles().len <= ROLES_MAX);
}

static int
one_of_many(int i, void *arg)
{
	char name[16];
	bool changed;

	(void)arg;
	snprintf(name, sizeof(name), "role%02d", i);
	return role_add(fx, ada, str_of(name), &changed) == ERR_OK && changed;
}

static void
test_parallel_changes_lose_no_role(void **state)
{
	int results[12], i;

	(void)state;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	fx_parallel(12, one_of_many, NULL, results);
	for (i = 0; i < 12; i++)
		assert_int_equal(results[i], 1);
	assert_str(roles(), "role00 role01 role02 role03 role04 role05 role06"
	    " role07 role08 role09 role10 role11");
}

static void
test_members_are_listed_page_by_page(void **state)
{
	struct uid after = { { 0 } }, bea;
	struct role_member *rows;
	bool changed, ada_first;
	size_t n;

	(void)state;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	(void)fx_account("none@example.org", NULL, NULL, true);
	bea = fx_account("bea@example.org", NULL, NULL, true);
	assert_true(add("staff"));
	assert_int_equal(role_add(fx, bea, STR("guest"), &changed), ERR_OK);
	assert_int_equal(role_members(fx, after, 1, &rows, &n), ERR_OK);
	assert_int_equal(n, 1);
	/* By Uid: of one millisecond either may come first. */
	ada_first = uid_eq(rows[0].uid, ada);
	assert_true(uid_eq(rows[0].uid, ada_first ? ada : bea));
	assert_str(rows[0].roles, ada_first ? "staff" : "guest");
	assert_int_equal(role_members(fx, rows[0].uid, 5, &rows, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_true(uid_eq(rows[0].uid, ada_first ? bea : ada));
	assert_str(rows[0].roles, ada_first ? "guest" : "staff");
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_roles_are_sorted_and_there_once_s131),
	T(test_a_role_has_a_name_of_letters_digits_and_a_few_marks),
	T(test_roles_end_where_their_room_ends),
	T(test_parallel_changes_lose_no_role),
	T(test_members_are_listed_page_by_page),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("roles", tests, fixture_open,
	    fixture_close);
}
