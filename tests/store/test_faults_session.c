/*
 * Each statement of what renews and ends sessions fails in turn: all or
 * nothing.  Needs a program that was built with --enable-faults; skipped
 * otherwise.
 */
#include "faults.h"

#include "db/db.h"
#include "domain/impersonation.h"
#include "domain/request_token.h"
#include "domain/session_renew.h"
#include "store/store_tx.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"

static char access_token[64], refresh_token[64];
static struct uid ada, handle;
static struct session mine;

/* Flows */

static enum err
refresh(void)
{
	struct session_tokens t;

	return session_refresh(fx, str_of(refresh_token), &t);
}

static enum err
slide(void)
{
	struct session_tokens t;

	return session_slide(fx, str_of(access_token), &t);
}

static enum err
revoke_refresh(void)
{
	return session_revoke_refresh(fx, str_of(refresh_token));
}

static enum err
revoke_refreshes(void)
{
	return session_revoke_refreshes(fx, ada);
}

static enum err
end_by_token(void)
{
	return session_end(fx, SESSION_API, str_of(access_token), false);
}

static enum err
end_by_handle(void)
{
	return session_revoke(fx, handle, ada);
}

static enum err
end_others(void)
{
	struct session_tokens t;

	return session_revoke_others(fx, &mine, &t);
}

static enum err
act(void)
{
	struct session_tokens t;

	return impersonate(fx, ada, &t);
}

static enum err
redeem(void)
{
	struct session_tokens t;

	return request_token_exchange(fx, str_of(access_token), &t);
}

static enum err
log_in(void)
{
	return fx_login(ADA, PASSWORD);
}

static enum err
set_limit(void)
{
	return session_limit_set(fx, ada, 2);
}

/* What is there before */

static void
note(struct session_tokens t)
{
	snprintf(access_token, sizeof(access_token), "%s", t.access_token.p);
	if (t.refresh_token.p != NULL)
		snprintf(refresh_token, sizeof(refresh_token), "%s",
		    t.refresh_token.p);
}

static void
signed_in(void)
{
	ada = fx_account(ADA, PASSWORD, NULL, true);
	note(fx_session(ada, SESSION_API));
	assert_int_equal(session_check(fx, SESSION_API, str_of(access_token),
	    &mine), ERR_OK);
	handle = mine.family;
}

static void
replayed(void)
{
	struct session_tokens t;

	signed_in();
	assert_int_equal(session_refresh(fx, str_of(refresh_token), &t),
	    ERR_OK);
	fx_sql("UPDATE dw_refresh_token SET used_s = 1 WHERE used_s > 0");
}

static void
at_a_page(void)
{
	struct session_tokens page;

	signed_in();
	page = fx_session(ada, SESSION_PAGE);
	assert_int_equal(session_check(fx, SESSION_PAGE, page.access_token,
	    &mine), ERR_OK);
}

static void
at_the_limit(void)
{
	signed_in();
	fx_config->session_limit = 1;
}

struct making {
	struct account account;
	struct str token;
};

static enum err
make_tx(struct ctx *c, void *arg)
{
	struct making *m = arg;
	const struct session_options of = {
		.provider = STR("example"), .remember = false
	};

	return request_token_make(c, &m->account, &of, &m->token);
}

static void
asked(void)
{
	struct making m;

	ada = fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(account_get(fx, ada, &m.account), ERR_OK);
	assert_int_equal(store_tx(fx, make_tx, &m, NULL), ERR_OK);
	snprintf(access_token, sizeof(access_token), "%s", m.token.p);
}

static const struct flow flows[] = {
	{ "refresh", signed_in, refresh, .repeated = ERR_OK },
	{ "replay", replayed, refresh, .good = ERR_REFRESH_TOKEN,
	    .repeated = ERR_REFRESH_TOKEN },
	{ "slide", signed_in, slide, .repeated = ERR_TOKEN_UNKNOWN },
	{ "revoke a refresh token", signed_in, revoke_refresh,
	    .repeated = ERR_REFRESH_TOKEN },
	{ "revoke all", signed_in, revoke_refreshes, .repeated = ERR_OK },
	{ "end by token", signed_in, end_by_token, .repeated = ERR_OK },
	{ "end by handle", signed_in, end_by_handle, .repeated = ERR_OK },
	{ "end the others", at_a_page, end_others,
	    .repeated = ERR_TOKEN_UNKNOWN },
	{ "act for somebody", signed_in, act, .repeated = ERR_OK },
	{ "redeem a request token", asked, redeem,
	    .repeated = ERR_REQUEST_TOKEN },
	{ "set a limit", signed_in, set_limit, .repeated = ERR_OK },
	{ "sign in at the limit", at_the_limit, log_in, .repeated = ERR_OK },
};

/* Sessions, refresh tokens, tickets, mails, and the account's generation. */
static int64_t
look(void)
{
	return fx_number("SELECT CONV(LEFT(MD5(CONCAT_WS('/',"
	    "(SELECT GROUP_CONCAT(generation, logins, profile_version)"
	    " FROM dw_account),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation, ends_s, expires_s) ORDER BY token_hash), '')"
	    " FROM dw_session),"
	    "(SELECT COALESCE(GROUP_CONCAT(CONCAT_WS(',', HEX(token_hash),"
	    " generation, used_s, reissued) ORDER BY token_hash), '')"
	    " FROM dw_refresh_token),"
	    "(SELECT COALESCE(GROUP_CONCAT(used_s), '') FROM dw_ticket),"
	    "(SELECT COUNT(*) FROM dw_outbox))), 15), 16, 10)");
}

/* S-145: one row stands for a session, and none outlives its account's
 * generation as a refresh token that could be used. */
static void
check_invariants(void)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM (SELECT family"
	    " FROM dw_session WHERE ends_s > expires_s GROUP BY family"
	    " HAVING COUNT(*) > 1) AS twice"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token r"
	    " LEFT JOIN dw_session s ON s.family = r.family"
	    " WHERE s.family IS NULL"), 0);
	if (fx_config->session_limit > 0)
		assert_int_equal(fx_number("SELECT COUNT(DISTINCT family)"
		    " FROM dw_session WHERE generation > 0"), 1);
}

static const struct faults all = {
	.flows = flows, .n = COUNT(flows), .look = look,
	.always = check_invariants
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

/* What a profile shows of other rows: kept where that can be done, and read
 * all the same. */

static void
not_kept(void)
{
	signed_in();
	fx_sql("UPDATE dw_identifier SET locked_until_s = 0");
}

static enum err
read_profile(void)
{
	struct account a;
	enum err e;

	e = session_check_account(fx, SESSION_API, str_of(access_token),
	    &mine, &a);
	if (e != ERR_OK)
		return e;
	assert_int_equal(a.n_emails, 1);
	assert_true(str_eq(a.emails[0].canonical, STR(ADA)));
	assert_int_not_equal(a.password_changed_s, 0);
	return e;
}

static int64_t
count_kept(void)
{
	return fx_number("SELECT COUNT(summary) FROM dw_account");
}

static void
read_anyway(struct step *s)
{
#ifdef DW_FAULTS
	if (db_failed != NULL && strcmp(db_failed, "SESSION_ACCOUNT") == 0) {
		faults_refused(s);
		return;
	}
#endif
	assert_int_equal(s->e, ERR_OK);
	fx_next();
	s->e = s->flow->run();
	faults_repeated(s);
}

static void
test_s141_a_profile_is_read_where_nothing_can_be_kept(void **state)
{
	static const struct flow reading = { "read", not_kept, read_profile,
		.repeated = ERR_OK };
	static const struct faults reads = { .flows = &reading, .n = 1,
		.look = count_kept, .unread = true };

	(void)state;
	faults_walk(&reads, "error", read_anyway);
	faults_walk(&reads, "commit-blind", read_anyway);
	faults_walk(&reads, "deadlock", faults_repeated);
	faults_walk(&reads, "lost", faults_lost);
	faults_walk(&reads, "commit-lost", faults_lost);
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
	T(test_s141_a_profile_is_read_where_nothing_can_be_kept),
	};

	if (faults_absent())
		return 77;
	return cmocka_run_group_tests_name("faults of sessions", tests,
	    fixture_open, fixture_close);
}
