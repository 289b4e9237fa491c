/*
 * Each statement of signing in by a link or a code fails in turn: all or
 * nothing.  Needs a program that was built with --enable-faults; skipped
 * otherwise.
 */
#include "faults.h"

#include "domain/one_touch.h"
#include "domain/passwordless.h"

#define ADA		"ada@example.org"
#define NEW		"mira@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define NUMBER		"+12025550142"
#define GUID		"b7Kq-9fXz_2mWd4RtLp8aQ"

static char secret[64], number[8];
static struct uid ada;

/* Flows */

static enum err
ask(void)
{
	const struct passwordless_ask a = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA) };

	return passwordless_ask(fx, &a);
}

static enum err
enter(void)
{
	const struct passwordless p = { .token = str_of(secret),
		.welcome_template = STR("x"),
		.session = { .kind = SESSION_API } };
	struct login_result r;

	return passwordless_by_link(fx, &p, &r);
}

static enum err
enter_code(void)
{
	const struct passwordless p = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .code = str_of(secret),
		.session = { .kind = SESSION_API } };
	struct login_result r;

	return passwordless_by_code(fx, &p, &r);
}

static enum err
enter_wrong(void)
{
	const struct passwordless p = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .code = STR("12x"),
		.session = { .kind = SESSION_API } };
	struct login_result r;

	/* The lease of a try that failed before is over. */
	fx_sql("UPDATE dw_failure SET in_flight = 0");
	return passwordless_by_code(fx, &p, &r);
}

static enum err
touch(void)
{
	const struct one_touch_ask a = { .guid = STR(GUID),
		.email = STR(NEW), .name = STR("Mira") };
	struct str shown;
	enum err e;

	e = one_touch_ask(fx, &a, &shown);
	if (e == ERR_OK)
		snprintf(number, sizeof(number), "%s", shown.p);
	return e;
}

static enum err
touch_phone(void)
{
	const struct phone_asking a = { .phone = STR(NUMBER) };

	return one_touch_ask_phone(fx, &a, STR("Mira"));
}

static enum err
confirm(void)
{
	const struct one_touch_answer a = { .token = str_of(secret),
		.number = str_of(number), .welcome_template = STR("x") };

	return one_touch_confirm(fx, &a);
}

static enum err
confirm_code(void)
{
	const struct one_touch_answer a = { .email = STR(NEW),
		.code = str_of(secret), .number = str_of(number) };

	return one_touch_confirm(fx, &a);
}

static enum err
confirm_wrong(void)
{
	const struct one_touch_answer a = { .token = str_of(secret),
		.number = STR("x") };

	return one_touch_confirm(fx, &a);
}

static enum err
refuse(void)
{
	return one_touch_refuse(fx, str_of(secret));
}

static enum err
touch_code(void)
{
	const struct one_touch_code k = { .phone = STR(NUMBER),
		.code = str_of(secret), .welcome_template = STR("x"),
		.session = { .kind = SESSION_API } };
	struct login_result r;

	return one_touch_by_code(fx, &k, &r);
}

/* What is there before */

static void
keep(const char *template, const char *before)
{
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word(template, before).p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
site(void)
{
	fx_config->passwordless_email = STR("link");
	fx_config->one_touch_email = STR("link");
	fx_config->passwordless_phone = fx_config->one_touch_phone = true;
	fx_config->login_phone = true;
}

static void
account(void)
{
	site();
	ada = fx_account(ADA, PASSWORD, NULL, true);
}

static void
asked(void)
{
	account();
	assert_int_equal(ask(), ERR_OK);
	keep("passwordless", "vtoken=");
}

static void
unproven(void)
{
	site();
	ada = fx_account(ADA, PASSWORD, "ada", false);
	assert_int_equal(ask(), ERR_OK);
	keep("passwordless", "vtoken=");
}

static void
stopped(void)
{
	asked();
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = true;
}

static void
asked_code(void)
{
	account();
	fx_config->passwordless_email = STR("code");
	assert_int_equal(ask(), ERR_OK);
	keep("passwordless", "code:\n\n ");
}

static void
touched_new(void)
{
	site();
	assert_int_equal(touch(), ERR_OK);
	keep("one-touch", "vtoken=");
}

static void
touched_code(void)
{
	site();
	fx_config->one_touch_email = STR("code");
	assert_int_equal(touch(), ERR_OK);
	keep("one-touch", "code:\n\n ");
}

static void
touched_phone(void)
{
	site();
	assert_int_equal(touch_phone(), ERR_OK);
	keep("one-touch.sms", "signing in is ");
}

static void
nearly_blocked(void)
{
	int i;

	asked_code();
	fx_config->login_lock = STR("block");
	for (i = 0; i < 9; i++)
		assert_int_equal(enter_wrong(), ERR_EMAIL_CODE_INVALID);
}

static const struct flow flows[] = {
	{ "ask", account, ask, .repeated = ERR_OK, .once_more = true },
	{ "enter", asked, enter, .repeated = ERR_PASSWORDLESS_USED },
	{ "enter, first proof", unproven, enter,
	    .repeated = ERR_PASSWORDLESS_USED },
	{ "enter, stopped", stopped, enter, .good = ERR_PIN_REQUIRED,
	    .repeated = ERR_PASSWORDLESS_USED },
	{ "enter by code", asked_code, enter_code,
	    .repeated = ERR_EMAIL_CODE_USED },
	{ "the wrong code that blocks", nearly_blocked, enter_wrong,
	    .good = ERR_EMAIL_CODE_INVALID,
	    .repeated = ERR_ACCOUNT_BLOCKED, .once_more = true },
	{ "one touch", site, touch, .repeated = ERR_GUID_USED },
	{ "one touch by phone", site, touch_phone, .repeated = ERR_OK,
	    .once_more = true },
	{ "confirm", touched_new, confirm,
	    .repeated = ERR_ONE_TOUCH_USED },
	{ "confirm by code", touched_code, confirm_code,
	    .repeated = ERR_EMAIL_CODE_USED },
	{ "confirm, wrong number", touched_new, confirm_wrong,
	    .good = ERR_VALIDATION, .repeated = ERR_ONE_TOUCH_USED },
	{ "refuse", touched_new, refuse, .repeated = ERR_ONE_TOUCH_USED },
	{ "one touch by code", touched_phone, touch_code,
	    .repeated = ERR_PHONE_CODE_USED },
};

/* S-145: what must hold at any time. */
static void
check_invariants(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account a"
	    " LEFT JOIN dw_identifier i USING (uid) WHERE i.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier i"
	    " LEFT JOIN dw_account a USING (uid) WHERE a.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_device_login d"
	    " LEFT JOIN dw_account a USING (uid)"
	    " WHERE d.state = 1 AND a.uid IS NULL"), 0);
}

static const struct faults all = {
	.flows = flows, .n = COUNT(flows), .always = check_invariants
};

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
	faults_walk(&all, "commit-lost", faults_lost);
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
	return cmocka_run_group_tests_name("faults of links and codes", tests,
	    fixture_open, fixture_close);
}
