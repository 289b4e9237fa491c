#include "fixture.h"

#include "domain/account.h"
#include "domain/area.h"
#include "domain/role.h"

#define RULES	"/members signed_in; /members/open anyone; " \
		"/members/board role:board|chair; " \
		"/members/both role:a role:b; " \
		"/members/verified verified; /members/vault factor:10"

static struct area_answer answer;

static void
rules(void)
{
	const char *wrong;

	assert_true(areas_read(fx->arena, STR(RULES), &fx_config->areas,
	    &wrong));
}

static enum err
ask(enum session_kind kind, struct str token, const char *path)
{
	struct area_ask a = { .n_paths = 1, .kind = kind, .token = token };

	a.paths[0] = str_of(path);
	answer = (struct area_answer){ .signed_in = false };
	return area_check(fx, &a, &answer);
}

static struct uid
ada(void)
{
	rules();
	return fx_account("Ada@Example.org", NULL, "ada", true);
}

static struct str
fact(const char *name)
{
	size_t i;

	for (i = 0; i < answer.facts.n; i++)
		if (str_eq(answer.facts.items[i].name, str_of(name)))
			return answer.facts.items[i].value;
	return STR_NONE;
}

static void
give(struct uid uid, const char *role)
{
	bool changed;

	assert_int_equal(role_add(fx, uid, str_of(role), &changed), ERR_OK);
}

/* S-091, S-114 */
static void
test_s091_the_guard_reads_one_row_and_writes_none(void **state)
{
	struct uid uid = ada();
	struct str api = fx_session(uid, SESSION_API).access_token;
	struct str page = fx_session(uid, SESSION_PAGE).access_token;
	unsigned before;
	int i;

	(void)state;
	give(uid, "board");
	for (i = 0; i < 4; i++) {
		fx_pass(70);
		before = fx->statements;
		assert_int_equal(ask(SESSION_API, api, "/members/board"),
		    ERR_OK);
		assert_int_equal(fx->statements - before, 1);
	}
	assert_str(answer.user, uid_hex(fx->arena, uid).p);
	assert_str(fact("DOORWARD_ROLES"), "board");
	assert_int_equal(answer.facts.n, 1);
	/* A page session that can idle out is kept awake. */
	before = fx->statements;
	assert_int_equal(ask(SESSION_PAGE, page, "/members"), ERR_OK);
	assert_int_equal(fx->statements - before, 2);
	before = fx->statements;
	assert_int_equal(ask(SESSION_PAGE, page, "/members"), ERR_OK);
	assert_int_equal(fx->statements - before, 1);
	before = fx->statements;
	assert_int_equal(ask(SESSION_PAGE, page, "/other"), ERR_AREA_REFUSED);
	assert_int_equal(ask(SESSION_PAGE, STR_NONE, "/members"),
	    ERR_AREA_SIGN_IN);
	assert_int_equal(ask(SESSION_PAGE, STR("x"), "/members"),
	    ERR_AREA_SIGN_IN);
	assert_int_equal(fx->statements, before);
}

static void
test_s114_each_rule_lets_in_whom_it_names(void **state)
{
	struct uid uid = ada(), bea;
	struct str t = fx_session(uid, SESSION_PAGE).access_token, other;

	(void)state;
	bea = fx_account("bea@example.org", NULL, NULL, false);
	other = fx_session(bea, SESSION_PAGE).access_token;
	assert_int_equal(ask(SESSION_PAGE, t, "/members/board"),
	    ERR_AREA_REFUSED);
	give(uid, "chair");
	give(uid, "a");
	assert_int_equal(ask(SESSION_PAGE, t, "/members/board/x"), ERR_OK);
	assert_int_equal(ask(SESSION_PAGE, other, "/members/board/x"),
	    ERR_AREA_REFUSED);
	assert_int_equal(ask(SESSION_PAGE, t, "/members/both"),
	    ERR_AREA_REFUSED);
	give(uid, "b");
	assert_int_equal(ask(SESSION_PAGE, t, "/members/both"), ERR_OK);
	assert_int_equal(ask(SESSION_PAGE, t, "/members/verified"), ERR_OK);
	assert_int_equal(ask(SESSION_PAGE, other, "/members/verified"),
	    ERR_AREA_UNVERIFIED);
	assert_int_equal(ask(SESSION_PAGE, other, "/members/open"), ERR_OK);
	assert_true(answer.signed_in);
	assert_int_equal(ask(SESSION_PAGE, STR_NONE, "/members/open"), ERR_OK);
	assert_false(answer.signed_in);
}

static void
test_a_second_factor_counts_for_so_many_minutes(void **state)
{
	struct str t = fx_session(ada(), SESSION_API).access_token;

	(void)state;
	assert_int_equal(ask(SESSION_API, t, "/members/vault"),
	    ERR_AREA_FACTOR);
	fx_sql("UPDATE dw_session SET factor_s = %lld",
	    (long long)fx->now_s - 599);
	assert_int_equal(ask(SESSION_API, t, "/members/vault"), ERR_OK);
	fx_sql("UPDATE dw_session SET factor_s = %lld",
	    (long long)fx->now_s - 600);
	assert_int_equal(ask(SESSION_API, t, "/members/vault"),
	    ERR_AREA_FACTOR);
}

static void
test_s114_every_address_of_one_request_must_be_open(void **state)
{
	struct area_ask a = { .n_paths = 2, .kind = SESSION_API };

	(void)state;
	a.token = fx_session(ada(), SESSION_API).access_token;
	a.paths[0] = STR("/members/open");
	a.paths[1] = STR("/members/board");
	assert_int_equal(area_check(fx, &a, &answer), ERR_AREA_REFUSED);
	a.paths[1] = STR("/elsewhere");
	assert_int_equal(area_check(fx, &a, &answer), ERR_AREA_REFUSED);
	a.paths[1] = STR("/members");
	assert_int_equal(area_check(fx, &a, &answer), ERR_OK);
	a.token = STR_NONE;
	a.kind = SESSION_PAGE;
	assert_int_equal(area_check(fx, &a, &answer), ERR_AREA_SIGN_IN);
}

static void
test_s093_what_ended_is_refused_at_once(void **state)
{
	struct uid uid = ada();
	struct session_tokens api = fx_session(uid, SESSION_API);
	struct str page = fx_session(uid, SESSION_PAGE).access_token;
	struct str limited = fx_session(uid, SESSION_LIMITED).access_token;

	(void)state;
	assert_int_equal(ask(SESSION_API, limited, "/members"),
	    ERR_AREA_REFUSED);
	assert_int_equal(ask(SESSION_API, api.refresh_token, "/members"),
	    ERR_AREA_TOKEN);
	assert_int_equal(ask(SESSION_PAGE, api.access_token, "/members"),
	    ERR_AREA_SIGN_IN);
	assert_int_equal(ask(SESSION_API, page, "/members"), ERR_AREA_TOKEN);
	assert_int_equal(session_end(fx, SESSION_API, api.access_token,
	    false), ERR_OK);
	assert_int_equal(ask(SESSION_API, api.access_token, "/members"),
	    ERR_AREA_TOKEN);
	assert_int_equal(ask(SESSION_API, api.access_token, "/members/open"),
	    ERR_AREA_TOKEN);
	assert_int_equal(ask(SESSION_PAGE, page, "/members"), ERR_OK);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED), ERR_OK);
	assert_int_equal(ask(SESSION_PAGE, page, "/members"),
	    ERR_AREA_SIGN_IN);
	assert_int_equal(ask(SESSION_PAGE, page, "/members/open"), ERR_OK);
	assert_false(answer.signed_in);
}

static void
test_s093_a_session_is_over_after_its_time(void **state)
{
	struct uid uid = ada();
	struct str api = fx_session(uid, SESSION_API).access_token;
	struct str page = fx_session(uid, SESSION_PAGE).access_token;

	(void)state;
	fx_pass(899);
	assert_int_equal(ask(SESSION_API, api, "/members"), ERR_OK);
	fx_pass(1);
	assert_int_equal(ask(SESSION_API, api, "/members"), ERR_AREA_TOKEN);
	assert_int_equal(ask(SESSION_PAGE, page, "/members"), ERR_OK);
	fx_pass(fx_config->lifetime_page_idle_s);
	assert_int_equal(ask(SESSION_PAGE, page, "/members"),
	    ERR_AREA_SIGN_IN);
}

static void
test_the_application_is_told_what_was_chosen(void **state)
{
	static const struct str chosen[] = { { "uid", 3 }, { "email", 5 },
		{ "username", 8 }, { "name", 4 }, { "phone", 5 },
		{ "signed_in_s", 11 } };
	struct uid uid = ada(), bea;
	struct str t = fx_session(uid, SESSION_PAGE).access_token, other;

	(void)state;
	fx_config->guard_facts = (struct list){ chosen, COUNT(chosen) };
	fx_sql("UPDATE dw_account SET profile = '{\"FirstName\":\"Ada\","
	    "\"LastName\":\"Roe\"}'");
	give(uid, "board");
	assert_int_equal(ask(SESSION_PAGE, t, "/members"), ERR_OK);
	assert_str(fact("DOORWARD_UID"), uid_hex(fx->arena, uid).p);
	assert_str(fact("DOORWARD_EMAIL"), "Ada@Example.org");
	assert_str(fact("DOORWARD_USERNAME"), "ada");
	assert_str(fact("DOORWARD_NAME"), "Ada Roe");
	assert_null(fact("DOORWARD_PHONE").p);
	assert_null(fact("DOORWARD_ROLES").p);
	assert_int_equal(fact("DOORWARD_SIGNED_IN_S").len, 10);

	fx_config->guard_remote_user = STR("email");
	assert_int_equal(ask(SESSION_PAGE, t, "/members"), ERR_OK);
	assert_str(answer.user, "Ada@Example.org");
	fx_config->guard_remote_user = STR("username");
	assert_int_equal(ask(SESSION_PAGE, t, "/members"), ERR_OK);
	assert_str(answer.user, "ada");

	/* An address that nobody has confirmed is nobody's name. */
	bea = fx_account("bea@example.org", NULL, NULL, false);
	other = fx_session(bea, SESSION_PAGE).access_token;
	assert_int_equal(ask(SESSION_PAGE, other, "/members"),
	    ERR_AREA_REFUSED);
	fx_config->guard_remote_user = STR("email");
	assert_int_equal(ask(SESSION_PAGE, other, "/members"),
	    ERR_AREA_UNVERIFIED);
	assert_int_equal(ask(SESSION_PAGE, other, "/members/open"), ERR_OK);
	assert_false(answer.signed_in);
	assert_int_equal(answer.facts.n, 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s091_the_guard_reads_one_row_and_writes_none),
	T(test_s114_each_rule_lets_in_whom_it_names),
	T(test_a_second_factor_counts_for_so_many_minutes),
	T(test_s114_every_address_of_one_request_must_be_open),
	T(test_s093_what_ended_is_refused_at_once),
	T(test_s093_a_session_is_over_after_its_time),
	T(test_the_application_is_told_what_was_chosen),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("the guard", tests, fixture_open,
	    fixture_close);
}
