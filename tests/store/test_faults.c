/*
 * Each statement of each flow fails in turn.  Needs a program that was built
 * with --enable-faults; skipped otherwise.
 */
#include "faults.h"

#include <unistd.h>

#include "../unit/altcha_solve.h"
#include "crypto/keys.h"
#include "domain/account.h"
#include "domain/captcha.h"
#include "domain/login.h"
#include "domain/registration.h"
#include "domain/site.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"

static char sums_path[64], secret[64];

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

static const struct flow flows[] = {
	{ "sign up", nothing, sign_up, .left = { 0, 1, 1 } },
	{ "sign up, optional", optional_flow, sign_up, .left = { 1, 1, 1 } },
	{ "sign up, known", verified, sign_up, .left = { 0, 1, 1 } },
	{ "sign up, captcha", with_captcha, sign_up_by_captcha,
	    .left = { 0, 1, 1 } },
	{ "log in", verified, log_in, .left = { 1, 1, 0 } },
	{ "log in, wrong", verified, log_in_wrong, .good = ERR_LOGIN_REFUSED,
	    .left = { 0, 1, 0 } },
	{ "log in, leaked", leaked, log_in, .left = { 1, 1, 1 } },
	{ "log in, expired", expired, log_in,
	    .good = ERR_PASSWORD_RESET_REQUIRED, .left = { 0, 1, 1 } },
	{ "log in, unverified", unverified, log_in,
	    .good = ERR_EMAIL_UNVERIFIED, .left = { 0, 1, 1 } },
	{ "verify", mailed, verify, .left = { 1, 1, 1 } },
	{ "verify by code", mailed_code, verify_code, .left = { 0, 1, 1 } },
	{ "resend", unverified, resend, .left = { 0, 1, 1 } },
	{ "log out", signed_in, log_out, .left = { 0, 2, 0 } },
	{ "log in after a failure", failed_once, log_in, .left = { 1, 1, 0 } },
	{ "log in at a page", at_page, log_in_at_page, .left = { 1, 2, 0 } },
	{ "check a token", signed_in, check_token, .alone = true,
	    .left = { 1, 2, 0 } },
	{ "check a token, seen", signed_in_for_long, check_token,
	    .alone = true, .left = { 1, 2, 0 } },
	{ "check a page's cookie", at_page, check_page, .alone = true,
	    .left = { 1, 2, 0 } },
	{ "is an address in use", verified, look_for_email, .alone = true,
	    .left = { 0, 1, 0 } },
	{ "is a name in use", verified, look_for_username, .alone = true,
	    .left = { 0, 1, 0 } },
	{ "make a SOTT", nothing, make_sott, .alone = true,
	    .left = { 0, 0, 0 } },
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

/* S-141: whatever fails, nothing is granted. */
static void
check_refused(const struct step *s)
{
	assert_true(sessions() <= s->before);
}

static void
check_done(const struct step *s)
{
	assert_int_equal(sessions(), s->flow->left.sessions);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"),
	    s->flow->left.accounts);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE state = 0"), s->flow->left.mails);
}

static const struct faults all = {
	.flows = flows, .n = COUNT(flows), .look = sessions,
	.always = check_invariants, .refused = check_refused,
	.done = check_done
};

static void
test_s141_no_failing_statement_opens_anything(void **state)
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

/* S-139: lost during commit: the answer follows the truth. */
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
	T(test_s141_no_failing_statement_opens_anything),
	T(test_s138_a_deadlock_at_any_statement_is_retried),
	T(test_s140_a_lost_connection_at_any_statement_is_replaced),
	T(test_s139_a_commit_in_doubt_is_resolved),
	};
	int failures;

	if (faults_absent())
		return 77;
	snprintf(sums_path, sizeof(sums_path), "/tmp/doorward-sums-%d",
	    (int)getpid());
	failures = cmocka_run_group_tests_name("faults", tests, fixture_open,
	    fixture_close);
	unlink(sums_path);
	return failures;
}
