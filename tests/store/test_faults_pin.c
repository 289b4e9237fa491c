/*
 * Each statement of what sets, changes and resets PINs and security answers
 * fails in turn: all or nothing.  Needs a program that was built with
 * --enable-faults; skipped otherwise.
 */
#include "fixture.h"

#include <unistd.h>

#include "codec/json.h"
#include "db/db.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/phone.h"
#include "domain/pin.h"
#include "domain/pin_session.h"
#include "domain/profile.h"
#include "domain/question.h"
#include "domain/registration.h"
#include "domain/unlock.h"

#ifdef DW_FAULTS

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define PIN		"482915"
#define OTHER		"730264"
#define ANSWERS		"{\"school\":\"Hill House\",\"pet\":\"Rex\"}"
#define NUMBER		"+12025550142"
#define STEPS_MAX	80

static const struct question asked_for[] = {
	{ { "school", 6 }, { "School?", 7 } }, { { "pet", 3 }, { "Pet?", 4 } }
};
static char fault_path[128], secret[64];
static struct uid ada;
static struct session mine;

static void
set_fault(int n, const char *kind)
{
	FILE *f = fopen(fault_path, "w");

	assert_non_null(f);
	if (n > 0)
		fprintf(f, "%d %s\n", n, kind);
	assert_int_equal(fclose(f), 0);
}

/* Did the fault happen? */
static bool
fired(void)
{
	FILE *f = fopen(fault_path, "r");
	bool empty;

	assert_non_null(f);
	empty = fgetc(f) == EOF;
	fclose(f);
	return empty;
}

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
	struct secret from = fx_secret(PIN), to = fx_secret(OTHER);

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

static const struct flow {
	const char *name;
	void (*before)(void);
	enum err (*run)(void);
	enum err repeated;		/* what a second run answers */
} flows[] = {
	{ "complete a sign-in", stopped, complete, ERR_PIN_TOKEN_INVALID },
	{ "log in", with_pin, log_in, ERR_OK },
	{ "set one's own", account, set_own, ERR_PIN_WRONG },
	{ "change", with_pin, change, ERR_OLD_PIN },
	{ "forgot", with_pin, forgot, ERR_OK },
	{ "reset", asked, reset, ERR_PIN_LINK_USED },
	{ "forgot, by phone", with_number, forgot_by_phone, ERR_OK },
	{ "reset by phone", asked_by_phone, reset_by_phone,
	    ERR_PHONE_CODE_USED },
	{ "reset by answers", answered, reset_by_answers, ERR_OK },
	{ "password by answers", answered, password_by_answers,
	    ERR_PASSWORD_REUSED },
	{ "end a PIN session", with_pin, end_session, ERR_OK },
	{ "answer", account, answer, ERR_OK },
	{ "update", account, update, ERR_OK },
	{ "unlock", locked, unlock, ERR_NOT_LOCKED },
	{ "sign up", account, sign_up, ERR_OK },
};

/* All that the flows may change, but for counters of tries, last times of
 * use, and the audit. */
static int64_t
fingerprint(void)
{
	return fx_number("SELECT CONV(LEFT(MD5(CONCAT_WS('/',"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(uid), state,"
	    " generation, profile_version, logins, pin_changed_s,"
	    " pin_skipped_s) ORDER BY uid), '') FROM dw_account),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc), '') FROM dw_password),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc), '') FROM dw_pin),"
	    "(SELECT COALESCE(GROUP_CONCAT(phc ORDER BY phc), '')"
	    " FROM dw_security_answer),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation) ORDER BY token_hash), '') FROM dw_session),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation) ORDER BY token_hash), '') FROM dw_pin_session),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(id), used_s)"
	    " ORDER BY id), '') FROM dw_ticket),"
	    "(SELECT COALESCE(SUM(suspended_until_s), 0) FROM dw_failure),"
	    "(SELECT COUNT(*) FROM dw_outbox))), 15), 16, 10)");
}

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

struct step {
	const struct flow *flow;
	int64_t before;
	enum err e;
};

static void
begin(void)
{
	fixture_begin(NULL);
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = fx_config->pin_login = true;
	fx_config->pin_ask_on_registration = true;
	fx_config->questions_enabled = fx_config->questions_reset = true;
	fx_config->questions_attempts = 10;
	fx_config->questions = (struct questions){ asked_for,
		COUNT(asked_for) };
}

/* One run of a flow whose n-th statement fails; false past its last. */
static bool
walk_step(struct step *s, const char *kind, int n)
{
	begin();
	s->flow->before();
	s->before = fingerprint();
	fx_config->test_fault_file = str_of(fault_path);
	set_fault(n, kind);
	s->e = s->flow->run();
	if (fired()) {
		assert_false(db_in_tx(fx));
		check_invariants();
		return true;
	}
	set_fault(0, kind);
	assert_int_equal(s->e, ERR_OK);
	assert_int_not_equal(fingerprint(), s->before);
	check_invariants();
	fx_next();
	assert_int_equal(s->flow->run(), s->flow->repeated);
	return false;
}

static void
walk(const char *kind, void (*judge)(const struct step *s))
{
	struct step s;
	size_t i;
	int n;

	for (i = 0; i < COUNT(flows); i++) {
		s.flow = &flows[i];
		for (n = 1; walk_step(&s, kind, n); n++) {
			assert_true(n < STEPS_MAX);
			judge(&s);
		}
		print_message("%s: %s at each of %d places\n",
		    flows[i].name, kind, n - 1);
		assert_true(n > 1);
	}
}

/* S-141: refused, nothing half done, and the next try is good. */
static void
judge_error(const struct step *s)
{
	assert_int_not_equal(s->e, ERR_OK);
	assert_int_equal(fingerprint(), s->before);
	fx_next();
	assert_int_equal(s->flow->run(), ERR_OK);
}

/* S-138: run again from the start, and then done once. */
static void
judge_repeated(const struct step *s)
{
	assert_int_equal(s->e, ERR_OK);
	assert_int_not_equal(fingerprint(), s->before);
	fx_next();
	assert_int_equal(s->flow->run(), s->flow->repeated);
}

/* S-139, S-140: the answer follows the truth; a mail may be asked for once
 * more, and what cannot be known is not called done. */
static void
judge_lost(const struct step *s)
{
	if (s->e == ERR_OK) {
		judge_repeated(s);
		return;
	}
	assert_int_equal(s->e, ERR_UNAVAILABLE);
	if (s->flow->run != forgot && s->flow->run != forgot_by_phone)
		judge_error(s);
}

static void
test_s141_a_failing_statement_leaves_all_as_it_was(void **state)
{
	(void)state;
	walk("error", judge_error);
}

static void
test_s138_a_deadlock_at_any_statement_is_retried(void **state)
{
	(void)state;
	walk("deadlock", judge_repeated);
}

static void
test_s140_a_lost_connection_at_any_statement_is_replaced(void **state)
{
	(void)state;
	walk("lost", judge_lost);
}

static void
test_s139_a_commit_in_doubt_is_resolved(void **state)
{
	(void)state;
	walk("commit-lost", judge_lost);
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
	int failed;

	if (fixture_absent())
		return 77;
	snprintf(fault_path, sizeof(fault_path), "/tmp/doorward-fault-%d",
	    (int)getpid());
	set_fault(0, "");
	failed = cmocka_run_group_tests_name("faults of PINs", tests,
	    fixture_open, fixture_close);
	unlink(fault_path);
	return failed;
}

#else

int
main(void)
{
	puts("built without --enable-faults: skipped");
	return 77;
}

#endif
