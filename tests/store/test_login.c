#include "fixture.h"

#include "crypto/pwhash.h"
#include "domain/browser.h"
#include "domain/login.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define WRONG		"not the password"

static enum err
log_in(enum identifier_kind kind, const char *name, const char *password,
    struct login_result *out)
{
	struct login in = {
		.kind = kind, .identifier = str_of(name),
		.password = fx_secret(password),
		.session = { .kind = SESSION_API }
	};

	return login_by_password(fx, &in, out);
}

/* By our pages, with the mark that a browser brings along. */
static enum err
log_in_page(const char *name, const char *password, struct str mark,
    struct str *mark_out)
{
	struct login in = {
		.identifier = str_of(name), .browser = mark,
		.password = fx_secret(password),
		.session = { .kind = SESSION_PAGE }
	};
	struct login_result r;
	enum err e;

	e = login_by_password(fx, &in, &r);
	if (e == ERR_OK && mark_out != NULL)
		*mark_out = r.tokens.browser;
	return e;
}

static int64_t
audits(const char *event)
{
	return fx_number("SELECT COUNT(*) FROM dw_audit WHERE event = '%s'",
	    event);
}

static void
test_a_right_password_gives_a_session_and_the_profile(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	struct login_result r;
	struct account a;

	(void)state;
	assert_int_equal(log_in(IDENTIFIER_EMAIL, "ADA@Example.ORG",
	    PASSWORD, &r), ERR_OK);
	assert_true(uid_eq(r.uid, uid));
	assert_int_equal(fx_check(SESSION_API, r.tokens.access_token),
	    ERR_OK);
	assert_true(json_bool(json_get(r.profile, "FirstLogin")));
	assert_int_equal(json_int(json_get(r.profile, "NoOfLogins")), 1);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_int_equal(a.logins, 1);
	assert_int_equal(a.last_login_s, fx->now_s);
	assert_int_equal(audits("login"), 1);
	assert_int_equal(log_in(IDENTIFIER_EMAIL, ADA, PASSWORD, &r),
	    ERR_OK);
	assert_false(json_bool(json_get(r.profile, "FirstLogin")));
}

/* S-023: whoever guesses shuts nobody out of his own browser. */
static void
test_s023_a_known_browser_has_failures_of_its_own(void **state)
{
	struct str mark, eves;
	int i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_account("eve@example.org", PASSWORD, NULL, true);
	assert_int_equal(log_in_page(ADA, PASSWORD, STR_NONE, &mark), ERR_OK);
	assert_int_equal(log_in_page("eve@example.org", PASSWORD, STR_NONE,
	    &eves), ERR_OK);
	for (i = 0; i < 10; i++)
		assert_int_equal(log_in_page(ADA, WRONG, STR_NONE, NULL),
		    ERR_LOGIN_REFUSED);
	assert_int_equal(log_in_page(ADA, PASSWORD, STR_NONE, NULL),
	    ERR_LOGIN_SUSPENDED);
	assert_int_equal(log_in_page(ADA, PASSWORD, mark, &mark), ERR_OK);
	/* Another's mark helps nobody, nor does one that was altered. */
	assert_int_equal(log_in_page(ADA, PASSWORD, eves, NULL),
	    ERR_LOGIN_SUSPENDED);
	assert_int_equal(log_in_page(ADA, PASSWORD, str_sub(mark, 0,
	    mark.len - 1), NULL), ERR_LOGIN_SUSPENDED);
	/* Its own tries are as few as everybody's. */
	for (i = 0; i < 10; i++)
		assert_int_equal(log_in_page(ADA, WRONG, mark, NULL),
		    ERR_LOGIN_REFUSED);
	assert_int_equal(log_in_page(ADA, PASSWORD, mark, NULL),
	    ERR_LOGIN_SUSPENDED);
}

/* S-023, S-007: a mark ends with the sessions, and by its age. */
static void
test_s023_a_mark_is_void_after_a_change_and_half_a_year(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	struct browser b;
	struct str mark;
	int i;

	(void)state;
	assert_int_equal(log_in_page(ADA, PASSWORD, STR_NONE, &mark), ERR_OK);
	assert_true(browser_read(fx, mark, &b));
	assert_true(uid_eq(b.uid, uid));
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	for (i = 0; i < 10; i++)
		assert_int_equal(log_in_page(ADA, WRONG, mark, NULL),
		    ERR_LOGIN_REFUSED);
	assert_int_equal(log_in_page(ADA, PASSWORD, mark, NULL),
	    ERR_LOGIN_SUSPENDED);
	fx_pass(BROWSER_LIFE_S);
	assert_false(browser_read(fx, mark, &b));
}

/* S-050: a sign-in from an unknown browser is told to the owner. */
static void
test_s050_the_owner_is_told_of_an_unknown_browser(void **state)
{
	struct str mark, mail;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_account("eve@example.org", PASSWORD, NULL, true);
	assert_int_equal(log_in_page(ADA, PASSWORD, STR_NONE, &mark), ERR_OK);
	assert_int_equal(fx_mails("new-browser"), 0);	/* the first of all */
	assert_int_equal(log_in_page(ADA, PASSWORD, mark, &mark), ERR_OK);
	assert_int_equal(fx_mails("new-browser"), 0);
	assert_int_equal(log_in_page(ADA, WRONG, STR_NONE, NULL),
	    ERR_LOGIN_REFUSED);
	assert_int_equal(fx_mails("new-browser"), 0);
	assert_int_equal(log_in_page(ADA, PASSWORD, STR_NONE, NULL), ERR_OK);
	assert_int_equal(fx_mails("new-browser"), 1);
	mail = fx_mail("new-browser");
	assert_non_null(strstr(mail.p, "192.0.2.7"));
	assert_null(strstr(mail.p, PASSWORD));
	assert_int_equal(log_in_page("eve@example.org", PASSWORD, mark, NULL),
	    ERR_OK);
	assert_int_equal(log_in_page("eve@example.org", PASSWORD, mark, NULL),
	    ERR_OK);
	assert_int_equal(fx_mails("new-browser"), 2);
}

static void
test_a_login_runs_8_statements(void **state)
{
	struct login_result r;
	unsigned before;
	int i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	for (i = 0; i < 2; i++) {
		before = fx->statements;
		assert_int_equal(log_in(IDENTIFIER_EMAIL, ADA, PASSWORD,
		    &r), ERR_OK);
		assert_int_equal(fx->statements - before, 8);
	}
}

/* S-016, S-017: one answer, at one cost. */
static void
test_s016_s017_unknown_and_wrong_are_alike(void **state)
{
	static const char *const names[] = { ADA, "nopass@example.org",
		"nobody@example.org" };
	unsigned statements[3], before;
	unsigned long runs;
	size_t i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_account("nopass@example.org", NULL, NULL, true);
	for (i = 0; i < COUNT(names); i++) {
		before = fx->statements;
		runs = pwhash_runs();
		assert_int_equal(fx_login(names[i], WRONG),
		    ERR_LOGIN_REFUSED);
		assert_int_equal(pwhash_runs() - runs, 1);
		assert_null(fx->err.field);
		statements[i] = fx->statements - before;
	}
	assert_int_equal(statements[0], statements[1]);
	assert_int_equal(statements[0], statements[2]);
	fx_config->compat_reveal_account_existence = true;
	assert_int_equal(fx_login("nobody@example.org", WRONG),
	    ERR_USER_UNKNOWN);
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
}

/* S-016: what else speaks against it is told after the right password. */
static void
test_s016_the_state_is_told_to_whom_knows_the_password(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);

	(void)state;
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_ACCOUNT_BLOCKED);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_LOGIN_DISABLED),
	    ERR_OK);
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_LOGIN_DISABLED);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
	assert_int_equal(audits("login_refused"), 4);
}

/* Right answers are given back even when the gate says no. */
static void
test_a_refusal_by_the_gate_is_no_failure(void **state)
{
	struct uid uid = fx_account(ADA, PASSWORD, NULL, true);
	int i;

	(void)state;
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	for (i = 0; i < 12; i++)
		assert_int_equal(fx_login(ADA, PASSWORD),
		    ERR_ACCOUNT_BLOCKED);
	assert_int_equal(fx_number("SELECT failures + in_flight"
	    " FROM dw_failure"), 0);
}

static void
test_user_names_sign_in_where_they_exist(void **state)
{
	struct login_result r;

	(void)state;
	fx_account(ADA, PASSWORD, "ada.roe", true);
	assert_int_equal(log_in(IDENTIFIER_USERNAME, "Ada.Roe", PASSWORD,
	    &r), ERR_OK);
	assert_int_equal(log_in(0, "ada.roe", PASSWORD, &r), ERR_OK);
	assert_int_equal(log_in(0, ADA, PASSWORD, &r), ERR_OK);
	assert_int_equal(log_in(IDENTIFIER_USERNAME, "no such@name", WRONG,
	    &r), ERR_LOGIN_REFUSED);
	fx_config->login_username = false;
	assert_int_equal(log_in(IDENTIFIER_USERNAME, "ada.roe", PASSWORD,
	    &r), ERR_USERNAME_OFF);
	fx_config->login_email = false;
	assert_int_equal(log_in(IDENTIFIER_EMAIL, ADA, PASSWORD, &r),
	    ERR_EMAIL_LOGIN_OFF);
	fx_config->login_password = false;
	assert_int_equal(log_in(IDENTIFIER_EMAIL, ADA, PASSWORD, &r),
	    ERR_PASSWORD_LOGIN_OFF);
}

static void
test_what_is_missing_or_malformed_is_named(void **state)
{
	struct login in = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .session = { .kind = SESSION_API } };
	struct login_result r;

	(void)state;
	assert_int_equal(login_by_password(fx, &in, &r),
	    ERR_PASSWORD_MISSING);
	assert_int_equal(log_in(IDENTIFIER_EMAIL, "", PASSWORD, &r),
	    ERR_IDENTIFIER_MISSING);
	assert_int_equal(log_in(IDENTIFIER_EMAIL, "not an address",
	    PASSWORD, &r), ERR_EMAIL_MALFORMED);
	in.password = fx_secret(PASSWORD);
	in.verification_url = STR("https://evil.example/verify");
	assert_int_equal(login_by_password(fx, &in, &r),
	    ERR_URL_NOT_ADMITTED);
}

/* S-002, S-005: over 1 KiB nothing is hashed. */
static void
test_s002_what_can_be_no_password_costs_no_hash(void **state)
{
	unsigned long runs = pwhash_runs();
	char longer[1100];

	(void)state;
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(fx_login(ADA, longer), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, "tab\tin it"), ERR_LOGIN_REFUSED);
	assert_int_equal(pwhash_runs(), runs);
}

/* S-003, F-10 */
static void
test_s003_f10_composed_and_decomposed_letters_are_one(void **state)
{
	(void)state;
	fx_account(ADA, "Br\xc3\xbc" "cken-bau-7", NULL, true);
	assert_int_equal(fx_login(ADA, "Bru\xcc\x88" "cken-bau-7"), ERR_OK);
	assert_int_equal(fx_login(ADA, " Br\xc3\xbc" "cken-bau-7"),
	    ERR_LOGIN_REFUSED);
}

static int
right_login(int i, void *arg)
{
	(void)i;
	return fx_login(arg, PASSWORD) == ERR_OK;
}

/* S-001 */
static void
test_s001_a_login_strengthens_a_weak_hash(void **state)
{
	char address[] = ADA;
	int results[8], i;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_config->password_argon2_passes = 2;
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_number("SELECT phc LIKE '%%t=1%%'"
	    " FROM dw_password"), 1);
	fx_parallel(8, right_login, address, results);
	for (i = 0; i < 8; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(fx_number("SELECT phc LIKE '%%t=2%%'"
	    " FROM dw_password"), 1);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

/* NIST SP 800-63B-4 §3.2.2 */
static void
test_after_100_wrong_ones_in_a_row_the_password_is_of_no_use(void **state)
{
	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_sql("UPDATE dw_password SET failures = 99");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
	assert_int_equal(fx_number("SELECT failures FROM dw_password"), 0);
	fx_sql("UPDATE dw_password SET failures = 99");
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_LOGIN_REFUSED);
}

/* S-016, F-33: unverified shows after the right password; a mail goes out. */
static void
test_an_unverified_account_is_told_so_and_mailed(void **state)
{
	(void)state;
	fx_account(ADA, PASSWORD, NULL, false);
	assert_int_equal(fx_login(ADA, WRONG), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_mails("verify-email"), 0);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	assert_int_equal(fx_mails("verify-email"), 1);
	fx_pass(299);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	assert_int_equal(fx_mails("verify-email"), 1);
	fx_pass(2);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	assert_int_equal(fx_mails("verify-email"), 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
	fx_config->registration_verification = STR("optional");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

static void
test_no_link_and_no_more_mails_are_an_error_of_their_own(void **state)
{
	(void)state;
	fx_config->mail_per_hour = 1;
	fx_account(ADA, PASSWORD, NULL, false);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	fx_pass(301);	/* a link is there, if old: nothing is lost */
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_EMAIL_UNVERIFIED);
	fx_sql("DELETE FROM dw_ticket");
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_MAIL_LIMIT);
}

/* S-001 and the failure counter: an unreadable hash is a wrong password. */
static void
test_an_unreadable_hash_refuses_at_the_cost_of_one_run(void **state)
{
	unsigned long runs;

	(void)state;
	fx_account(ADA, PASSWORD, NULL, true);
	fx_sql("UPDATE dw_password SET phc = '$argon2id$nonsense'");
	runs = pwhash_runs();
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_LOGIN_REFUSED);
	assert_int_equal(pwhash_runs() - runs, 1);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_a_right_password_gives_a_session_and_the_profile),
	T(test_s023_a_known_browser_has_failures_of_its_own),
	T(test_s023_a_mark_is_void_after_a_change_and_half_a_year),
	T(test_s050_the_owner_is_told_of_an_unknown_browser),
	T(test_a_login_runs_8_statements),
	T(test_s016_s017_unknown_and_wrong_are_alike),
	T(test_s016_the_state_is_told_to_whom_knows_the_password),
	T(test_a_refusal_by_the_gate_is_no_failure),
	T(test_user_names_sign_in_where_they_exist),
	T(test_what_is_missing_or_malformed_is_named),
	T(test_s002_what_can_be_no_password_costs_no_hash),
	T(test_s003_f10_composed_and_decomposed_letters_are_one),
	T(test_s001_a_login_strengthens_a_weak_hash),
	T(test_after_100_wrong_ones_in_a_row_the_password_is_of_no_use),
	T(test_an_unverified_account_is_told_so_and_mailed),
	T(test_no_link_and_no_more_mails_are_an_error_of_their_own),
	T(test_an_unreadable_hash_refuses_at_the_cost_of_one_run),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("login", tests, fixture_open,
	    fixture_close);
}
