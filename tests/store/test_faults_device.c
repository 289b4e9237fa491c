/*
 * Each statement of smart login and of signing in by PIN fails in turn: all
 * or nothing.  Needs a program that was built with --enable-faults; skipped
 * otherwise.
 */
#include "faults.h"

#include "domain/pin.h"
#include "domain/pin_login.h"
#include "domain/smart_login.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define GUID		"b7Kq-9fXz_2mWd4RtLp8aQ"
#define PIN		"482915"

static char secret[64], number[8], token[64];

/* Flows */

static enum err
ask(void)
{
	const struct smart_asking a = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .guid = STR(GUID),
		.session = { .kind = SESSION_API } };
	struct str shown;
	enum err e;

	e = smart_login_ask(fx, &a, &shown);
	if (e == ERR_OK)
		snprintf(number, sizeof(number), "%s", shown.p);
	return e;
}

static enum err
confirm(void)
{
	const struct smart_answer a = { .token = str_of(secret),
		.number = str_of(number), .welcome_template = STR("x") };
	bool first;

	return smart_login_confirm(fx, &a, &first);
}

static enum err
confirm_wrong(void)
{
	const struct smart_answer a = { .token = str_of(secret),
		.number = STR("x") };
	bool first;

	return smart_login_confirm(fx, &a, &first);
}

static enum err
refuse(void)
{
	return smart_login_refuse(fx, str_of(secret));
}

/* Never too early. */
static enum err
ping(void)
{
	const struct device_ping p = { .guid = STR(GUID),
		.session = { .kind = SESSION_API } };
	struct login_result r;

	fx_sql("UPDATE dw_device_login SET pinged_s = 0");
	return device_login_ping(fx, &p, &r);
}

static enum err
by_pin(void)
{
	const struct pin_login l = { .token = str_of(token),
		.pin = fx_secret(PIN), .session = { .kind = SESSION_API } };
	struct login_result r;

	return pin_login(fx, &l, &r);
}

/* What is there before */

static void
asked_of(bool verified)
{
	fx_config->smart_login_enabled = true;
	fx_account(ADA, PASSWORD, "ada", verified);
	assert_int_equal(ask(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("smart-login", "vtoken=").p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
account(void)
{
	fx_config->smart_login_enabled = true;
	fx_account(ADA, PASSWORD, NULL, true);
}

static void
asked(void)
{
	asked_of(true);
}

static void
unproven(void)
{
	asked_of(false);
}

static void
confirmed(void)
{
	asked();
	fx_next();
	assert_int_equal(confirm(), ERR_OK);
}

static void
stopped(void)
{
	confirmed();
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = true;
}

static void
with_pin(void)
{
	struct secret pin = fx_secret(PIN);
	struct session_tokens t;
	struct uid uid;

	fx_config->pin_enabled = fx_config->pin_login = true;
	uid = fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(pin_set_own(fx, uid, &pin), ERR_OK);
	t = fx_session(uid, SESSION_API);
	snprintf(token, sizeof(token), "%s", t.pin_token.p);
	fx_sql("DELETE FROM dw_outbox");
}

static const struct flow flows[] = {
	{ "ask", account, ask, .repeated = ERR_GUID_USED },
	{ "confirm", asked, confirm, .repeated = ERR_DEVICE_APPROVED },
	{ "confirm, first proof", unproven, confirm,
	    .repeated = ERR_DEVICE_APPROVED },
	{ "confirm, wrong number", asked, confirm_wrong,
	    .good = ERR_VALIDATION, .repeated = ERR_DEVICE_USED },
	{ "refuse", asked, refuse, .repeated = ERR_DEVICE_USED },
	{ "ping", confirmed, ping, .repeated = ERR_DEVICE_GONE },
	{ "ping, stopped", stopped, ping, .good = ERR_PIN_REQUIRED,
	    .repeated = ERR_DEVICE_GONE },
	{ "sign in by PIN", with_pin, by_pin, .repeated = ERR_OK },
};

/* A device was given a session, or nothing. */
static void
check_invariants(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_device_login d"
	    " LEFT JOIN dw_account a USING (uid)"
	    " WHERE d.state = 1 AND a.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session")
	    >= fx_number("SELECT COUNT(*) FROM dw_refresh_token"), 1);
	assert_in_range(fx_number("SELECT COALESCE(MAX(tries), 0)"
	    " FROM dw_pin_session"), 0, 1);
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
	return cmocka_run_group_tests_name("faults of devices and PINs", tests,
	    fixture_open, fixture_close);
}
