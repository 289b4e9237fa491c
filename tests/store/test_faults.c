/*
 * Each statement of each flow fails in turn.  Needs a program that was built
 * with --enable-faults; skipped otherwise.
 */
#include "fixture.h"

#include <unistd.h>

#include "../unit/altcha_solve.h"
#include "crypto/keys.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/captcha.h"
#include "domain/login.h"
#include "domain/registration.h"
#include "domain/site.h"

#ifdef DW_FAULTS

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define STEPS_MAX	60

static char fault_path[128], sums_path[160], secret[64];
static int64_t sessions_before;

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

/* Flows */

static struct registration
form(void)
{
	return (struct registration){
		.from_page = true, .email = STR(ADA),
		.password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_API }
	};
}

static enum err
sign_up(void)
{
	struct registration r = form();
	struct registration_result out;

	return registration_create(fx, &r, &out);
}

static enum err
sign_up_by_captcha(void)
{
	struct registration r = form();
	struct registration_result out;
	struct captcha_answer answer = { .altcha = STR_NONE };
	struct json *challenge;

	must(captcha_challenge(fx, STR_NONE, &challenge) == ERR_OK);
	answer.altcha = altcha_solve(fx->arena, challenge);
	r.from_page = false;
	r.by_captcha = true;
	r.captcha = &answer;
	return registration_create(fx, &r, &out);
}

static enum err
log_in(void)
{
	return fx_login(ADA, PASSWORD);
}

static enum err
log_in_wrong(void)
{
	return fx_login(ADA, "not the password");
}

static enum err
verify(void)
{
	struct verification v = { .token = str_of(secret),
		.session = { .kind = SESSION_API } };
	struct verification_result out;

	return verification_by_link(fx, &v, &out);
}

static enum err
verify_code(void)
{
	struct verification v = { .email = STR(ADA), .code = str_of(secret) };
	struct verification_result out;

	return verification_by_code(fx, &v, &out);
}

static enum err
resend(void)
{
	return verification_resend(fx, STR(ADA), STR_NONE, STR_NONE);
}

static enum err
log_out(void)
{
	return session_end(fx, SESSION_API, str_of(secret), false);
}

static enum err
log_in_at_page(void)
{
	struct login in = { .identifier = STR(ADA),
		.password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_PAGE,
		    .replaces = str_of(secret) } };
	struct login_result out;

	return login_by_password(fx, &in, &out);
}

static enum err
check_token(void)
{
	return fx_check(SESSION_API, str_of(secret));
}

static enum err
check_page(void)
{
	return fx_check(SESSION_PAGE, str_of(secret));
}

static enum err
look_for_email(void)
{
	bool there;

	return account_email_exists(fx, STR(ADA), &there);
}

static enum err
look_for_username(void)
{
	bool there;

	return account_username_exists(fx, STR("lovelace"), &there);
}

static enum err
make_sott(void)
{
	struct str text;
	int64_t end_s;

	return site_sott(fx, 10, false, &text, &end_s);
}

/* What is there before */

static void
nothing(void)
{
}

static void
verified(void)
{
	fx_account(ADA, PASSWORD, NULL, true);
}

static void
unverified(void)
{
	fx_account(ADA, PASSWORD, NULL, false);
}

/* The list of breaches holds the password, and its owner is told. */
static void
leaked(void)
{
	unsigned char digest[20];
	size_t i;
	FILE *f;

	verified();
	f = fopen(sums_path, "w");
	assert_non_null(f);
	sha1(PASSWORD, strlen(PASSWORD), digest);
	for (i = 0; i < sizeof(digest); i++)
		fprintf(f, "%02X", digest[i]);
	assert_int_equal(fclose(f), 0);
	fx_config->password_breach_file = str_of(sums_path);
	fx_config->password_breached_at_login = STR("notify");
	fx_sql("UPDATE dw_password SET secure = 2");
}

static void
expired(void)
{
	verified();
	fx_config->password_expires_days = 1;
	fx_config->password_expiry_action = STR("block");
	fx_sql("UPDATE dw_password SET changed_s = changed_s - 86400");
}

static void
optional_flow(void)
{
	fx_config->registration_verification = STR("optional");
}

static void
with_captcha(void)
{
	fx_config->captcha_provider = STR("altcha");
	fx_config->captcha_altcha_cost = 100;
	fx_config->captcha_altcha_tries = 10;
}

static void
mailed(void)
{
	fx_config->registration_login_on_verification = true;
	assert_int_equal(sign_up(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("verify-email", "vtoken=").p);
}

static void
mailed_code(void)
{
	fx_config->registration_verify_by = STR("code");
	assert_int_equal(sign_up(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("verify-email", "Your code:\n\n ").p);
}

static void
signed_in(void)
{
	struct session_tokens t;

	verified();
	t = fx_session(fx_account("eve@example.org", NULL, NULL, true),
	    SESSION_API);
	snprintf(secret, sizeof(secret), "%s", t.access_token.p);
}

static void
signed_in_for_long(void)
{
	signed_in();
	fx_sql("UPDATE dw_session SET seen_s = seen_s - 3600");
}

static void
at_page(void)
{
	struct session_tokens t;

	verified();
	t = fx_session(fx_account("eve@example.org", NULL, NULL, true),
	    SESSION_PAGE);
	snprintf(secret, sizeof(secret), "%s", t.access_token.p);
	fx_sql("UPDATE dw_session SET seen_s = seen_s - 100");
}

static void
failed_once(void)
{
	verified();
	assert_int_equal(log_in_wrong(), ERR_LOGIN_REFUSED);
}

static const struct flow {
	const char *name;
	void (*before)(void);
	enum err (*run)(void);
	enum err good;
	int sessions, accounts, mails;	/* after it */
} flows[] = {
	{ "sign up", nothing, sign_up, ERR_OK, 0, 1, 1 },
	{ "sign up, optional", optional_flow, sign_up, ERR_OK, 1, 1, 1 },
	{ "sign up, known", verified, sign_up, ERR_OK, 0, 1, 1 },
	{ "sign up, captcha", with_captcha, sign_up_by_captcha, ERR_OK, 0, 1,
	    1 },
	{ "log in", verified, log_in, ERR_OK, 1, 1, 0 },
	{ "log in, wrong", verified, log_in_wrong, ERR_LOGIN_REFUSED, 0, 1,
	    0 },
	{ "log in, leaked", leaked, log_in, ERR_OK, 1, 1, 1 },
	{ "log in, expired", expired, log_in, ERR_PASSWORD_RESET_REQUIRED, 0,
	    1, 1 },
	{ "log in, unverified", unverified, log_in, ERR_EMAIL_UNVERIFIED, 0,
	    1, 1 },
	{ "verify", mailed, verify, ERR_OK, 1, 1, 1 },
	{ "verify by code", mailed_code, verify_code, ERR_OK, 0, 1, 1 },
	{ "resend", unverified, resend, ERR_OK, 0, 1, 1 },
	{ "log out", signed_in, log_out, ERR_OK, 0, 2, 0 },
	{ "log in after a failure", failed_once, log_in, ERR_OK, 1, 1, 0 },
	{ "log in at a page", at_page, log_in_at_page, ERR_OK, 1, 2, 0 },
	{ "check a token", signed_in, check_token, ERR_OK, 1, 2, 0 },
	{ "check a token, seen", signed_in_for_long, check_token, ERR_OK, 1,
	    2, 0 },
	{ "check a page's cookie", at_page, check_page, ERR_OK, 1, 2, 0 },
	{ "is an address in use", verified, look_for_email, ERR_OK, 0, 1, 0 },
	{ "is a name in use", verified, look_for_username, ERR_OK, 0, 1, 0 },
	{ "make a SOTT", nothing, make_sott, ERR_OK, 0, 0, 0 },
};

/* S-145: what must hold at any time. */
static void
check_invariants(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session s"
	    " LEFT JOIN dw_account a USING (uid) WHERE a.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier i"
	    " LEFT JOIN dw_account a USING (uid) WHERE a.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account a"
	    " LEFT JOIN dw_identifier i USING (uid) WHERE i.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox o"
	    " LEFT JOIN dw_account a USING (uid) WHERE o.uid IS NOT NULL"
	    " AND a.uid IS NULL"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_ticket t"
	    " JOIN dw_account a USING (uid) WHERE t.used_s > 0"
	    " AND a.email_verified_s = 0"), 0);
}

static int64_t
sessions(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_session"
	    " WHERE generation > 0");
}

static void
check_done(const struct flow *f)
{
	assert_int_equal(sessions(), f->sessions);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"),
	    f->accounts);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE state = 0"), f->mails);
}

/* One run of a flow whose n-th statement fails; false past its last. */
static bool
walk_step(const struct flow *f, const char *kind, int n, enum err *e)
{
	fixture_begin(NULL);
	f->before();
	sessions_before = sessions();
	fx_config->test_fault_file = str_of(fault_path);
	set_fault(n, kind);
	*e = f->run();
	if (!fired()) {
		set_fault(0, kind);
		assert_int_equal(*e, f->good);
		check_done(f);
		return false;
	}
	assert_false(db_in_tx(fx));
	check_invariants();
	return true;
}

static void
walk(const char *kind, void (*judge)(const struct flow *f, enum err e))
{
	enum err e;
	size_t i;
	int n;

	for (i = 0; i < COUNT(flows); i++) {
		for (n = 1; walk_step(&flows[i], kind, n, &e); n++) {
			assert_true(n < STEPS_MAX);
			judge(&flows[i], e);
		}
		print_message("%s: %s at each of %d places\n",
		    flows[i].name, kind, n - 1);
	}
}

/* S-141: whatever fails, nothing is granted; and the next try is good. */
static void
judge_error(const struct flow *f, enum err e)
{
	assert_int_not_equal(e, ERR_OK);
	assert_int_not_equal(e, f->good);
	assert_true(sessions() <= sessions_before);
	fx_next();
	assert_int_equal(f->run(), f->good);
	check_done(f);
}

/* S-138, S-140: run again from the start, and then done once. */
static void
judge_repeated(const struct flow *f, enum err e)
{
	assert_int_equal(e, f->good);
	check_done(f);
}

/* S-140: a write on its own that was lost is not repeated blindly. */
static void
judge_lost(const struct flow *f, enum err e)
{
	if (e == ERR_UNAVAILABLE) {
		judge_error(f, e);
		return;
	}
	judge_repeated(f, e);
}

static void
test_s141_no_failing_statement_opens_anything(void **state)
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

/* S-139: lost during commit: the answer follows the truth. */
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
	T(test_s141_no_failing_statement_opens_anything),
	T(test_s138_a_deadlock_at_any_statement_is_retried),
	T(test_s140_a_lost_connection_at_any_statement_is_replaced),
	T(test_s139_a_commit_in_doubt_is_resolved),
	};

	int failures;

	if (fixture_absent())
		return 77;
	snprintf(fault_path, sizeof(fault_path), "/tmp/doorward-fault-%d",
	    (int)getpid());
	snprintf(sums_path, sizeof(sums_path), "%s-sums", fault_path);
	set_fault(0, "");
	failures = cmocka_run_group_tests_name("faults", tests, fixture_open,
	    fixture_close);
	unlink(fault_path);
	unlink(sums_path);
	return failures;
}

#else

int
main(void)
{
	puts("built without --enable-faults: skipped");
	return 77;
}

#endif
