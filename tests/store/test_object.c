/*
 * Custom objects where several are at it: the limit, the account's end.
 */
#include "fixture.h"

#include "base/limits.h"
#include "domain/account.h"
#include "domain/object.h"

#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)

static const struct str names[] = { { "colors:write", 12 } };
static struct uid ada;
static char id[32];

static struct object_place
place(bool own)
{
	return (struct object_place){ .uid = ada, .name = STR("colors"),
		.own = own };
}

static void
account(void)
{
	fx_config->objects_names = (struct list){ names, COUNT(names) };
	ada = fx_account("ada@example.org", NULL, NULL, true);
}

static enum err
create(bool own)
{
	const struct object_place p = place(own);
	struct str text;
	enum err e;

	e = object_create(fx, &p, STR("{\"a\":1}"), &text);
	if (e == ERR_OK)
		snprintf(id, sizeof(id), "%.24s", text.p + 7);
	return e;
}

static int
create_one(int i, void *arg)
{
	(void)arg;
	return create(i % 2 == 0) == ERR_OK ? 0 :
	    fx->err.code == ERR_OBJECTS_FULL ? 1 : 2;
}

static int
count(const int *results, int n, int what)
{
	int i, k = 0;

	for (i = 0; i < n; i++)
		k += results[i] == what;
	return k;
}

/* S-121: the last places are given once. */
static void
test_s121_the_limit_holds_when_many_create_at_once(void **state)
{
	int results[12], i;

	(void)state;
	account();
	for (i = 0; i < LIMIT_OBJECTS - 5; i++) {
		assert_int_equal(create(true), ERR_OK);
		fx_next();
	}
	fx_parallel(12, create_one, NULL, results);
	assert_int_equal(count(results, 12, 0), 5);
	assert_int_equal(count(results, 12, 1), 7);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"),
	    LIMIT_OBJECTS);
}

static int
merge_one(int i, void *arg)
{
	const struct object_place p = place(true);
	char body[32];
	struct str text;

	(void)arg;
	snprintf(body, sizeof(body), "{\"w%d\":%d}", i, i);
	return (int)object_update(fx, &p, str_of(id), STR_NONE, str_of(body),
	    &text);
}

/* S-121: each on a connection of its own. */
static void
test_s121_parallel_merges_lose_nothing(void **state)
{
	int results[16], i;
	char member[32];

	(void)state;
	account();
	assert_int_equal(create(true), ERR_OK);
	fx_parallel(16, merge_one, NULL, results);
	assert_int_equal(count(results, 16, ERR_OK), 16);
	for (i = 0; i < 16; i++) {
		snprintf(member, sizeof(member), "\"w%d\":%d", i, i);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_custom_object WHERE LOCATE('%s', data) > 0", member),
		    1);
	}
	assert_int_equal(fx_number("SELECT version FROM dw_custom_object"),
	    17);
}

/* S-121: they go with their account, and come to none that is gone. */
static void
test_s121_records_go_with_their_account(void **state)
{
	struct str text;
	struct object_place p;

	(void)state;
	account();
	assert_int_equal(create(true), ERR_OK);
	fx_next();
	assert_int_equal(account_delete(fx, ada), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"),
	    0);
	assert_int_equal(create(true), ERR_TOKEN_UNKNOWN);
	assert_int_equal(create(false), ERR_USER_UNKNOWN);
	p = place(false);
	assert_int_equal(object_list(fx, &p, &text), ERR_USER_UNKNOWN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"),
	    0);
}

/* By setting, as some clients of the documented API expect it. */
static void
test_empty_list_is_1057_by_setting(void **state)
{
	struct object_place p;
	struct str text;

	(void)state;
	account();
	p = place(true);
	assert_int_equal(object_list(fx, &p, &text), ERR_OK);
	assert_str(text, "{\"data\":[],\"Count\":0}");
	fx_config->compat_empty_list_1057 = true;
	assert_int_equal(object_list(fx, &p, &text), ERR_OBJECT_UNKNOWN);
	assert_int_equal(create(true), ERR_OK);
	assert_int_equal(object_list(fx, &p, &text), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_s121_the_limit_holds_when_many_create_at_once),
		T(test_s121_parallel_merges_lose_nothing),
		T(test_s121_records_go_with_their_account),
		T(test_empty_list_is_1057_by_setting),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("custom objects", tests,
	    fixture_open, fixture_close);
}
