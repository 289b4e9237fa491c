/*
 * Each statement of what sets, changes and resets PINs and security answers
 * fails in turn: all or nothing.  Needs a program that was built with
 * --enable-faults; skipped otherwise.
 */
#include "faults.h"

#include "codec/json.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/phone.h"
#include "domain/pin.h"
#include "domain/pin_session.h"
#include "domain/profile.h"
#include "domain/question.h"
#include "domain/registration.h"
#include "domain/unlock.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define PIN		"482915"
#define OTHER		"730264"
#define ANSWERS		"{\"school\":\"Hill House\",\"pet\":\"Rex\"}"
#define NUMBER		"+12025550142"

static const struct question asked_for[] = {
	{ { "school", 6 }, { "School?", 7 } }, { { "pet", 3 }, { "Pet?", 4 } }
};
static char secret[64];
static struct uid ada;
static struct session mine;

static struct json *
json_of(const char *text)
{
	enum json_fault fault;

	return json_parse(fx->arena, str_of(text), &fault);
}

/* Flows */

static enum err
complete(void)
{
	struct pin_completion k = { .token = str_of(secret),
		.pin = fx_secret(PIN), .session = { .kind = SESSION_API } };
	struct login_result r;

	return pin_complete(fx, &k, &r);
}

static enum err
log_in(void)
{
	return fx_login(ADA, PASSWORD);
}

static enum err
set_own(void)
{
	struct secret pin = fx_secret(PIN);

	return pin_set_own(fx, ada, &pin);
}

static enum err
change(void)
{
	struct attempt_secret from = { .typed = fx_secret(PIN) };
	struct secret to = fx_secret(OTHER);

	return pin_change(fx, &mine, &from, &to);
}

static enum err
confirm_with_answers(void)
{
	struct attempt_secret old = { .typed = fx_secret(PASSWORD),
		.key = { .answers = json_of(ANSWERS) } };

	mine.auth_s = 0;
	return password_confirm(fx, &mine, &old);
}

static enum err
change_wrong(void)
{
	struct attempt_secret from = { .typed = fx_secret("599134") };
	struct secret to = fx_secret(OTHER);

	/* The lease of a try that failed before is over. */
	fx_sql("UPDATE dw_failure SET in_flight = 0");
	return pin_change(fx, &mine, &from, &to);
}

static enum err
forgot(void)
{
	struct pin_forgot f = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA) };

	return pin_forgot(fx, &f);
}

static enum err
reset(void)
{
	struct pin_reset r = { .token = str_of(secret),
		.pin = fx_secret(OTHER) };

	return pin_reset(fx, &r);
}

static enum err
forgot_by_phone(void)
{
	const struct phone_asking ask = { .phone = STR(NUMBER) };

	return phone_forgot_pin(fx, &ask);
}

static enum err
reset_by_phone(void)
{
	struct pin_reset r = { .kind = IDENTIFIER_PHONE,
		.identifier = STR(NUMBER), .code = str_of(secret),
		.pin = fx_secret(OTHER) };

	return pin_reset(fx, &r);
}

static enum err
reset_by_answers(void)
{
	struct pin_reset r = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .answers = json_of(ANSWERS),
		.pin = fx_secret(OTHER) };

	return pin_reset(fx, &r);
}

static enum err
password_by_answers(void)
{
	struct password_reset r = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .answers = json_of(ANSWERS),
		.password = fx_secret("amber-kettle-20") };
	struct password_reset_result out;

	return password_reset(fx, &r, &out);
}

static enum err
end_session(void)
{
	return pin_session_end(fx, str_of(secret));
}

static enum err
answer(void)
{
	return question_set(fx, ada, fx->now_s, json_of(ANSWERS));
}

static enum err
update(void)
{
	struct profile_update u = { .body = json_of(
	    "{\"PINInfo\":{\"PIN\":\"" PIN "\"},"
	    "\"SecurityQuestionAnswer\":" ANSWERS "}"),
	    .auth_s = fx->now_s };
	struct json *profile;

	return profile_update(fx, ada, &u, &profile);
}

static enum err
unlock(void)
{
	const struct unlock u = { .answers = json_of(ANSWERS) };

	return unlock_account(fx, ada, &u);
}

static enum err
sign_up(void)
{
	struct registration r = {
		.from_page = true, .email = STR("eve@example.org"),
		.password = fx_secret(PASSWORD),
		.body = json_of("{\"PINInfo\":{\"PIN\":\"" PIN "\"},"
		    "\"SecurityQuestionAnswer\":" ANSWERS "}"),
		.session = { .kind = SESSION_API }
	};
	struct registration_result out;

	return registration_create(fx, &r, &out);
}

/* What is there before */

static void
account(void)
{
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = fx_config->pin_login = true;
	fx_config->pin_ask_on_registration = true;
	fx_config->questions_enabled = fx_config->questions_reset = true;
	fx_config->questions_attempts = 10;
	fx_config->questions = (struct questions){ asked_for,
		COUNT(asked_for) };
	ada = fx_account(ADA, PASSWORD, NULL, true);
}

static void
stopped(void)
{
	account();
	assert_int_equal(log_in(), ERR_PIN_REQUIRED);
	snprintf(secret, sizeof(secret), "%s", fx->err.token.p);
}

static void
with_pin(void)
{
	struct session_tokens t;

	account();
	assert_int_equal(set_own(), ERR_OK);
	t = fx_session(ada, SESSION_API);
	snprintf(secret, sizeof(secret), "%s", t.pin_token.p);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token,
	    &mine), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
}

static void
asked(void)
{
	with_pin();
	assert_int_equal(forgot(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("reset-pin", "vtoken=").p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
with_number(void)
{
	with_pin();
	fx_config->login_phone = true;
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " verified_s, created_s) SELECT 3, '" NUMBER "', uid,"
	    " '" NUMBER "', 1, 1 FROM dw_account");
	fx_sql("UPDATE dw_account SET phone_verified_s = 1");
}

static void
asked_by_phone(void)
{
	with_number();
	assert_int_equal(forgot_by_phone(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("reset-pin.sms", "PIN is ").p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
answered(void)
{
	with_pin();
	assert_int_equal(answer(), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
}

static void
locked(void)
{
	int i;

	answered();
	fx_config->login_lock = STR("question");
	for (i = 0; i < 10; i++)
		assert_int_equal(fx_login(ADA, "wrong"), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, "wrong"), ERR_LOCKED_QUESTION);
}

static void
nearly_blocked(void)
{
	int i;

	with_pin();
	fx_config->login_lock = STR("block");
	for (i = 0; i < 9; i++)
		assert_int_equal(fx_login(ADA, "wrong"), ERR_LOGIN_REFUSED);
}

static const struct flow flows[] = {
	{ "complete a sign-in", stopped, complete,
	    .repeated = ERR_PIN_TOKEN_INVALID },
	{ "log in", with_pin, log_in, .repeated = ERR_OK },
	{ "set one's own", account, set_own, .repeated = ERR_OLD_PIN },
	{ "change", with_pin, change, .repeated = ERR_OLD_PIN },
	{ "forgot", with_pin, forgot, .repeated = ERR_OK, .once_more = true },
	{ "reset", asked, reset, .repeated = ERR_PIN_LINK_USED },
	{ "forgot, by phone", with_number, forgot_by_phone, .repeated = ERR_OK,
	    .once_more = true },
	{ "reset by phone", asked_by_phone, reset_by_phone,
	    .repeated = ERR_PHONE_CODE_USED },
	{ "reset by answers", answered, reset_by_answers, .repeated = ERR_OK },
	{ "password by answers", answered, password_by_answers,
	    .repeated = ERR_PASSWORD_REUSED },
	{ "end a PIN session", with_pin, end_session, .repeated = ERR_OK },
	{ "answer", account, answer, .repeated = ERR_OK },
	{ "update", account, update, .repeated = ERR_OK },
	{ "unlock", locked, unlock, .repeated = ERR_NOT_LOCKED },
	{ "confirm, locked", locked, confirm_with_answers,
	    .repeated = ERR_OK, .alone = true },
	{ "the wrong one that blocks", nearly_blocked, change_wrong,
	    .good = ERR_OLD_PIN, .repeated = ERR_ACCOUNT_BLOCKED,
	    .once_more = true },
	{ "sign up", account, sign_up, .repeated = ERR_OK },
};

/* S-145: what must hold at any time. */
static void
check_invariants(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account a"
	    " LEFT JOIN dw_pin p USING (uid)"
	    " WHERE (a.pin_changed_s <> 0) <> (p.uid IS NOT NULL)"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_pin_session s"
	    " LEFT JOIN dw_pin p USING (uid) WHERE p.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " (SELECT uid FROM dw_security_answer GROUP BY uid"
	    " HAVING COUNT(*) <> 2) AS half"), 0);
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
	return cmocka_run_group_tests_name("faults of PINs", tests,
	    fixture_open, fixture_close);
}
