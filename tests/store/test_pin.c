#include "fixture.h"

#include "codec/json.h"
#include "crypto/pwhash.h"
#include "domain/account.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/pin.h"
#include "domain/pin_session.h"
#include "domain/question.h"
#include "domain/registration.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define PIN		"482915"
#define OTHER		"730264"
#define ANSWERS		"{\"school\":\"Hill House\",\"pet\":\"Rex\"}"

static const struct question asked[] = {
	{ { "school", 6 }, { "What was your first school called?", 34 } },
	{ { "pet", 3 }, { "What was your first pet called?", 31 } },
	{ { "street", 6 }, { "In which street did you grow up?", 32 } }
};

static int
begin(void **state)
{
	fixture_begin(state);
	fx_config->pin_enabled = fx_config->pin_ask_on_login = true;
	fx_config->pin_required = fx_config->pin_login = true;
	fx_config->questions_enabled = fx_config->questions_reset = true;
	fx_config->questions = (struct questions){ asked, COUNT(asked) };
	return 0;
}

static struct json *
json_of(const char *text)
{
	enum json_fault fault;

	return json_parse(fx->arena, str_of(text), &fault);
}

/* The token with which a sign-in goes on. */
static struct str
stopped(void)
{
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_PIN_REQUIRED);
	assert_true(str_present(fx->err.token));
	return fx->err.token;
}

static enum err
complete(struct str token, const char *pin, struct session_tokens *out)
{
	struct pin_completion k = { .token = token, .pin = fx_secret(pin),
		.session = { .kind = SESSION_API } };
	struct login_result r;
	enum err e;

	e = pin_complete(fx, &k, &r);
	if (e == ERR_OK && out != NULL)
		*out = r.tokens;
	return e;
}

static struct session
with_pin(struct uid *uid_out)
{
	struct session_tokens t;
	struct session s;
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);

	assert_int_equal(complete(stopped(), PIN, &t), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	if (uid_out != NULL)
		*uid_out = uid;
	return s;
}

static enum err
change(const struct session *s, const char *old, const char *new)
{
	struct attempt_secret from = { .typed = fx_secret(old) };
	struct secret to = fx_secret(new);

	return pin_change(fx, s, &from, &to);
}

static void
answer(struct uid uid)
{
	assert_int_equal(question_set(fx, uid, fx->now_s, json_of(ANSWERS)),
	    ERR_OK);
}

static void
test_s028_neither_pin_nor_answer_is_stored_as_it_is(void **state)
{
	struct uid uid;

	(void)state;
	with_pin(&uid);
	answer(uid);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_pin WHERE"
	    " phc REGEXP '^[0-9a-f]{8}[$]argon2id[$]'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_security_answer"
	    " WHERE phc REGEXP '^[0-9a-f]{8}[$]argon2id[$]'"), 2);
	/* Without the site's key the hash tells nothing of the PIN. */
	assert_int_equal(fx_number("SELECT LENGTH(phc) > 60 FROM dw_pin"), 1);
}

static void
test_a_continuation_passes_no_other_step_of_the_gate(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	struct str token = stopped();

	(void)state;
	fx_sql("UPDATE dw_account SET state = 3");
	assert_int_equal(complete(token, PIN, NULL), ERR_LOGIN_DISABLED);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_pin"), 0);
	fx_sql("UPDATE dw_account SET state = 1");
	assert_int_equal(complete(token, PIN, NULL), ERR_OK);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 1);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED), ERR_OK);
}

static void
test_a_token_dies_with_a_change_of_the_password(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	struct str token = stopped();

	(void)state;
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	assert_int_equal(complete(token, PIN, NULL), ERR_PIN_TOKEN_INVALID);
}

static void
test_whoever_has_a_pin_is_not_overwritten_by_an_old_token(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	struct str token = stopped();
	struct secret pin = fx_secret(OTHER);

	(void)state;
	assert_int_equal(pin_set_own(fx, uid, &pin), ERR_OK);
	assert_int_equal(pin_set_own(fx, uid, &pin), ERR_OLD_PIN);
	assert_int_equal(complete(token, PIN, NULL), ERR_PIN_TOKEN_INVALID);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

static void
test_asked_at_the_first_sign_in_alone_by_setting(void **state)
{
	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_config->pin_ask_on_first_login_only = true;
	stopped();
	fx_sql("UPDATE dw_account SET logins = 1");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

/* api-user-password §8: PIN change, PIN reset, change of the password. */
static void
test_what_ends_which_sessions(void **state)
{
	struct uid uid;
	struct session s = with_pin(&uid);
	struct session_tokens other = fx_session(uid, SESSION_API);
	struct attempt_secret from = { .typed = fx_secret(PASSWORD) };
	struct secret to = fx_secret("amber-kettle-20");
	struct session_tokens rotated;

	(void)state;
#define ALIVE	"SELECT COUNT(*) FROM dw_pin_session p JOIN dw_account a" \
	" USING (uid) WHERE p.generation = a.generation"
	assert_true(str_present(other.pin_token));
	assert_int_equal(fx_number(ALIVE), 2);
	assert_int_equal(change(&s, PIN, OTHER), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, other.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number(ALIVE), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token r"
	    " JOIN dw_account a USING (uid)"
	    " WHERE r.generation = a.generation"), 2);
	assert_int_equal(password_change(fx, &s, &from, &to, &rotated),
	    ERR_OK);
	assert_int_equal(fx_number(ALIVE), 0);
}

static int
race_to_complete(int i, void *arg)
{
	const struct str *token = arg;

	(void)i;
	switch (complete(*token, PIN, NULL)) {
	case ERR_OK:
		return 1;
	case ERR_PIN_TOKEN_INVALID:
		return 2;
	default:
		return 0;
	}
}

static void
count_results(const int *results, int n, int want)
{
	int i, won = 0;

	for (i = 0; i < n; i++) {
		assert_int_not_equal(results[i], 0);
		won += results[i] == 1;
	}
	assert_int_equal(won, want);
}

static void
test_of_fifty_uses_of_one_token_one_counts(void **state)
{
	struct str token;
	int results[50];

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	token = stopped();
	fx_parallel(50, race_to_complete, &token, results);
	count_results(results, 50, 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	assert_int_equal(fx_mails("pin-changed"), 1);
}

static int
race_to_guess(int i, void *arg)
{
	const struct session *s = arg;
	unsigned long before = pwhash_runs();
	enum err e;

	(void)i;
	e = change(s, "599134", OTHER);
	if (e != ERR_OLD_PIN && e != ERR_LOGIN_SUSPENDED && e != ERR_BUSY)
		return 0;
	return pwhash_runs() == before ? 2 : 1;
}

/* S-008, S-021: no burst gets more tries than there are. */
static void
test_s008_of_fifty_guesses_at_once_five_are_compared(void **state)
{
	struct session s = with_pin(NULL);
	int results[50], i, compared = 0;

	(void)state;
	fx_config->login_max_failures = 100;
	fx_config->login_max_failures_per_source = 1000;
	fx_parallel(50, race_to_guess, &s, results);
	for (i = 0; i < 50; i++) {
		assert_int_not_equal(results[i], 0);
		compared += results[i] == 1;
	}
	assert_int_equal(compared, PIN_TRIES);
	assert_int_equal(fx_number("SELECT failures FROM dw_pin"), 5);
	assert_int_equal(change(&s, PIN, OTHER), ERR_OLD_PIN);
}

static int
race_to_change(int i, void *arg)
{
	enum err e;

	e = change(arg, PIN, i % 2 == 0 ? OTHER : "915037");
	return e == ERR_OK ? 1 : e == ERR_OLD_PIN ? 2 : 0;
}

static void
test_one_of_many_parallel_changes_wins(void **state)
{
	struct session s = with_pin(NULL);
	int results[5];

	(void)state;
	fx_parallel(5, race_to_change, &s, results);
	count_results(results, 5, 1);
	assert_int_equal(fx_mails("pin-changed"), 2);
}

static enum err
prove(const char *email, const char *answers)
{
	struct identifier id;
	struct account a;

	assert_int_equal(identifier_email(fx->arena, str_of(email), true,
	    &id), ERR_OK);
	return question_prove(fx, &id, json_of(answers), &a);
}

static int
race_to_answer(int i, void *arg)
{
	(void)i;
	return prove(arg, "{\"school\":\"x\",\"pet\":\"y\"}") ==
	    ERR_ANSWER_REFUSED;
}

/* S-049: the tries of one account, whoever it is. */
static void
test_s049_three_wrong_answers_close_the_way_for_a_day(void **state)
{
	static char nobody[] = "nobody@example.org", owner[] = ADA;
	struct uid uid;
	int results[50], i;

	(void)state;
	with_pin(&uid);
	answer(uid);
	assert_int_equal(prove(ADA, ANSWERS), ERR_OK);
	fx_parallel(50, race_to_answer, owner, results);
	for (i = 0; i < 50; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(prove(ADA, ANSWERS), ERR_ANSWER_REFUSED);
	fx_parallel(3, race_to_answer, nobody, results);
	fx_pass(86401);
	assert_int_equal(prove(ADA, ANSWERS), ERR_OK);
}

/* S-017: as many hashes and statements for who is not there. */
static void
test_s017_strangers_cost_what_wrong_answers_cost(void **state)
{
	unsigned long runs[3];
	unsigned statements[3];
	const char *who[] = { ADA, "eve@example.org", "nobody@example.org" };
	struct uid uid;
	size_t i;

	(void)state;
	with_pin(&uid);
	answer(uid);
	fx_account("eve@example.org", PASSWORD, NULL, true);
	for (i = 0; i < COUNT(who); i++) {
		fx_next();
		runs[i] = pwhash_runs();
		assert_int_equal(prove(who[i], "{\"school\":\"x\"}"),
		    ERR_ANSWER_REFUSED);
		runs[i] = pwhash_runs() - runs[i];
		statements[i] = fx->statements;
	}
	assert_int_equal(runs[0], 2);
	assert_int_equal(runs[1], runs[0]);
	assert_int_equal(runs[2], runs[0]);
	assert_int_equal(statements[1], statements[0]);
	assert_int_equal(statements[2], statements[0]);
}

static void
test_an_answer_is_the_same_in_other_letters(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);

	(void)state;
	assert_int_equal(question_set(fx, uid, fx->now_s,
	    json_of("{\"school\":\"Stra\xc3\x9f""e 7\",\"pet\":\" REX \"}")),
	    ERR_OK);
	assert_int_equal(prove(ADA,
	    "{\"school\":\"STRASSE 7\",\"pet\":\"\xef\xbd\x92"
	    "ex\"}"), ERR_OK);
	assert_int_equal(question_set(fx, uid, fx->now_s - 600,
	    json_of(ANSWERS)), ERR_STEP_UP);
}

static void
test_modes_that_are_off_are_named(void **state)
{
	const struct question **list;
	size_t n;

	(void)state;
	fx_config->login_email = false;
	assert_int_equal(question_list(fx, IDENTIFIER_EMAIL, STR(ADA), &list,
	    &n), ERR_QUESTIONS_BY_USERNAME);
	fx_config->login_username = false;
	assert_int_equal(question_list(fx, IDENTIFIER_EMAIL, STR(ADA), &list,
	    &n), ERR_EMAIL_LOGIN_OFF);
	assert_int_equal(question_list(fx, IDENTIFIER_USERNAME, STR("ada"),
	    &list, &n), ERR_USERNAME_OFF);
}

/* Made under a master secret that is gone: wrong, and a reset helps. */
static void
test_a_hash_under_a_lost_key_is_nobodys(void **state)
{
	struct session s = with_pin(NULL);

	(void)state;
	fx_sql("UPDATE dw_pin SET phc = CONCAT('00000000', SUBSTR(phc, 9))");
	assert_int_equal(change(&s, PIN, OTHER), ERR_OLD_PIN);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s028_neither_pin_nor_answer_is_stored_as_it_is),
	T(test_a_continuation_passes_no_other_step_of_the_gate),
	T(test_a_token_dies_with_a_change_of_the_password),
	T(test_whoever_has_a_pin_is_not_overwritten_by_an_old_token),
	T(test_asked_at_the_first_sign_in_alone_by_setting),
	T(test_what_ends_which_sessions),
	T(test_of_fifty_uses_of_one_token_one_counts),
	T(test_s008_of_fifty_guesses_at_once_five_are_compared),
	T(test_one_of_many_parallel_changes_wins),
	T(test_s049_three_wrong_answers_close_the_way_for_a_day),
	T(test_s017_strangers_cost_what_wrong_answers_cost),
	T(test_an_answer_is_the_same_in_other_letters),
	T(test_modes_that_are_off_are_named),
	T(test_a_hash_under_a_lost_key_is_nobodys),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("pin", tests, fixture_open,
	    fixture_close);
}
