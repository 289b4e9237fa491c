/*
 * Policy and consents in the database: who was first, what one transaction
 * holds, what waits and goes.
 */
#include "consent_file.h"

#include "domain/account.h"
#include "domain/privacy.h"
#include "domain/registration.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define DAY_S		86400

static struct uid ada;

static void
set_policy(const char *mode)
{
	static const struct str versions[] = { { "1@2020-01-01", 12 } };

	fx_config->privacy_mode = str_of(mode);
	fx_config->privacy_versions = (struct list){ versions, 1 };
	fx_config->sott_required = false;
}

static enum err
accept_by(struct str token)
{
	struct session s;
	struct json *out;
	enum err e;

	e = session_check(fx, SESSION_LIMITED, token, &s);
	return e != ERR_OK ? e : privacy_accept(fx, &s, STR_NONE,
	    STR("API"), &out);
}

static int
accept_once(int i, void *arg)
{
	(void)i;
	return accept_by(str_of(arg)) == ERR_OK;
}

static int64_t
count(const int *results, int n)
{
	int64_t total = 0;
	int i;

	for (i = 0; i < n; i++)
		total += results[i];
	return total;
}

/* A limited session becomes a full one with the acceptance, and but once. */
static void
test_50_acceptances_at_once_are_one_s_137(void **state)
{
	int results[50];
	char token[64];

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	set_policy("strict");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_PRIVACY_OUTSTANDING);
	snprintf(token, sizeof(token), "%s", fx->err.token.p);
	assert_int_equal(fx_check(SESSION_API, str_of(token)),
	    ERR_PRIVACY_OUTSTANDING);
	assert_int_equal(fx_check(SESSION_PAGE, str_of(token)),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 0);
	fx_parallel(50, accept_once, token, results);
	assert_int_equal(count(results, 50), 1);
	fx_next();
	assert_int_equal(fx_check(SESSION_API, str_of(token)), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_privacy_acceptance"), 1);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'privacy_accepted'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
}

static void
test_an_account_without_identifiers_has_no_profile(void **state)
{
	struct session_tokens t;
	struct json *out;

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	set_policy("moderated");
	t = fx_session(ada, SESSION_API);
	fx_sql("DELETE FROM dw_identifier");
	assert_int_equal(accept_by(t.access_token), ERR_NO_PROFILE);
	assert_int_equal(privacy_history(fx, ada, &out), ERR_NO_PROFILE);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_privacy_acceptance"), 0);
}

static enum err
register_waiting(const char *email)
{
	const struct registration r = {
		.email = str_of(email), .password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_API }
	};
	struct registration_result out;

	fx_config->sott_required = false;
	return registration_create(fx, &r, &out);
}

static enum err
go_on(const char *token, const char *event)
{
	const struct consent_continue g = { .token = str_of(token),
		.in = consent_answer(event, true),
		.session = { .kind = SESSION_API } };
	struct consent_result out;

	return consent_go_on(fx, &g, &out);
}

/* S-048: nobody replaces what was proven, though its consents are missing. */
static void
test_s048_a_proven_account_that_waits_is_not_replaced(void **state)
{
	int64_t first;

	(void)state;
	consent_file("Register");
	assert_int_equal(register_waiting(ADA), ERR_CONSENT_OUTSTANDING);
	fx_sql("UPDATE dw_account SET email_verified_s = created_s");
	fx_sql("UPDATE dw_identifier SET verified_s = created_s");
	first = fx_number("SELECT CRC32(uid) FROM dw_account");
	fx_pass(3600);
	fx_next();
	assert_int_equal(register_waiting(ADA), ERR_CONSENT_OUTSTANDING);
	assert_int_equal(fx_number("SELECT CRC32(uid) FROM dw_account"),
	    first);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_tombstone"), 0);
}

/* registration.unverified_ttl_days, in every flow. */
static void
test_what_was_never_finished_is_removed(void **state)
{
	static const char *const flows[] = { "required", "optional",
		"disabled" };
	int64_t gone = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(flows); i++) {
		fixture_begin(NULL);
		consent_file("Register");
		fx_config->registration_verification = str_of(flows[i]);
		assert_int_equal(register_waiting(ADA),
		    ERR_CONSENT_OUTSTANDING);
		assert_int_equal(fx_number("SELECT state FROM dw_account"),
		    ACCOUNT_UNFINISHED);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_outbox"), 0);
		fx_account("bea@example.org", PASSWORD, NULL, true);
		fx_pass(6 * DAY_S);
		assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
		assert_int_equal(gone, 0);
		fx_pass(2 * DAY_S);
		assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
		assert_int_equal(gone, 1);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_account"), 1);
	}
}

/* Where nobody is asked to verify, a finished account stays for ever. */
static void
test_a_finished_account_is_not_removed(void **state)
{
	char token[64];
	int64_t gone = 0;

	(void)state;
	consent_file("Register");
	fx_config->registration_verification = STR("disabled");
	assert_int_equal(register_waiting(ADA), ERR_CONSENT_OUTSTANDING);
	snprintf(token, sizeof(token), "%s", fx->err.token.p);
	assert_int_equal(go_on(token, "Register"), ERR_OK);
	assert_int_equal(fx_number("SELECT state FROM dw_account"),
	    ACCOUNT_ACTIVE);
	fx_sql("UPDATE dw_account SET logins = 0");
	fx_pass(30 * DAY_S);
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 0);
}

static int
wait_once(int i, void *arg)
{
	(void)i;
	return register_waiting(arg) == ERR_CONSENT_OUTSTANDING;
}

/* S-137, F-29: also where nothing but the keys decides. */
static void
test_50_registrations_that_wait_are_one_s_137_f_29(void **state)
{
	static const char *const flows[] = { "required", "optional",
		"disabled" };
	char address[] = ADA;
	int results[50];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(flows); i++) {
		fixture_begin(NULL);
		consent_file("Register");
		fx_config->registration_verification = str_of(flows[i]);
		fx_parallel(50, wait_once, address, results);
		assert_int_equal(count(results, 50), 50);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_account"), 1);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_identifier"), 1);
	}
}

struct switched { char token[64]; };

static int
go_once(int i, void *arg)
{
	(void)i;
	return go_on(((struct switched *)arg)->token, "Login") == ERR_OK;
}

static void
test_50_uses_of_a_consent_token_are_one_s_030(void **state)
{
	struct switched s;
	int results[50];

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	consent_file("Login");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_CONSENT_OUTSTANDING);
	snprintf(s.token, sizeof(s.token), "%s", fx->err.token.p);
	fx_parallel(50, go_once, &s, results);
	assert_int_equal(count(results, 50), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_consent_log"),
	    1);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 1);
}

/* One account, 50 changes at once: the last log is what the account has. */
static int
change_once(int i, void *arg)
{
	struct consent_input in = consent_answer("Login", i % 2 == 0);
	struct json *out;

	(void)arg;
	return consent_submit(fx, ada, &in, &out) == ERR_OK;
}

static void
test_50_submissions_at_once_all_count(void **state)
{
	int results[50];

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	consent_file("Login");
	fx_parallel(50, change_once, NULL, results);
	assert_int_equal(count(results, 50), 50);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_consent_log"),
	    50);
	/* Terms once; news at most once. */
	assert_int_equal(fx_number("SELECT (LENGTH(consent_profile) -"
	    " LENGTH(REPLACE(consent_profile, '\"terms\"', ''))) DIV 7"
	    " FROM dw_account"), 1);
	assert_true(fx_number("SELECT (LENGTH(consent_profile) -"
	    " LENGTH(REPLACE(consent_profile, '\"news\"', ''))) DIV 6"
	    " FROM dw_account") <= 1);
}

static void
test_a_stranger_of_another_purpose_opens_nothing_s_029(void **state)
{
	char token[64];

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	consent_file("Login");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_CONSENT_OUTSTANDING);
	snprintf(token, sizeof(token), "%s", fx->err.token.p);
	fx_sql("UPDATE dw_ticket SET purpose = 1");
	assert_int_equal(go_on(token, "Login"), ERR_CONSENT_TOKEN_INVALID);
	/* A registration's, whose account is gone. */
	fx_sql("UPDATE dw_ticket SET purpose = 11");
	fx_sql("DELETE FROM dw_account");
	assert_int_equal(go_on(token, "Login"), ERR_CONSENT_TOKEN_INVALID);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
}

static void
test_deleting_an_account_takes_all_of_it(void **state)
{
	struct consent_input in = consent_answer("Login", true);
	struct session_tokens t;
	struct json *out;

	(void)state;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	set_policy("moderated");
	consent_file("Login");
	t = fx_session(ada, SESSION_API);
	assert_int_equal(accept_by(t.access_token), ERR_OK);
	assert_int_equal(consent_submit(fx, ada, &in, &out), ERR_OK);
	assert_int_equal(account_delete(fx, ada), ERR_OK);
	assert_int_equal(fx_number("SELECT (SELECT COUNT(*) FROM"
	    " dw_privacy_acceptance) + (SELECT COUNT(*) FROM"
	    " dw_consent_log)"), 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
		T(test_50_acceptances_at_once_are_one_s_137),
		T(test_an_account_without_identifiers_has_no_profile),
		T(test_s048_a_proven_account_that_waits_is_not_replaced),
		T(test_what_was_never_finished_is_removed),
		T(test_a_finished_account_is_not_removed),
		T(test_50_registrations_that_wait_are_one_s_137_f_29),
		T(test_50_uses_of_a_consent_token_are_one_s_030),
		T(test_50_submissions_at_once_all_count),
		T(test_a_stranger_of_another_purpose_opens_nothing_s_029),
		T(test_deleting_an_account_takes_all_of_it),
	};
	int failed;

	if (fixture_absent())
		return 77;
	failed = cmocka_run_group_tests_name("consents", tests, fixture_open,
	    fixture_close);
	consent_file_end();
	return failed;
}
