#include "fixture.h"

#include <unistd.h>

#include "domain/profile.h"
#include "store/store_account.h"
#include "store/store_tx.h"

static struct uid
ada(void)
{
	return fx_account("ada@example.org", NULL, NULL, true);
}

struct ending {
	struct uid uid;
	const struct session *keep;
	struct session_tokens rotated;
};

static enum err
end_all_tx(struct ctx *c, void *arg)
{
	struct ending *e = arg;

	return session_end_all(c, e->uid, e->keep, &e->rotated);
}

/* S-091 */
static void
test_s091_one_read_checks_a_session_of_which_a_hash_is_kept(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);
	struct session s;
	unsigned before;

	(void)state;
	assert_int_equal(t.access_token.len, 36);
	assert_int_equal(t.refresh_token.len, 36);
	assert_int_equal(t.expires_s, fx->now_s + 900);
	before = fx->statements;
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(fx->statements - before, 1);
	assert_str(s.provider, "email");
	assert_int_equal(s.auth_s, fx->now_s);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session WHERE"
	    " token_hash = UNHEX(SHA2(UNHEX(REPLACE('%s', '-', '')), 256))",
	    t.access_token.p), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " WHERE token_hash = UNHEX(SHA2(UNHEX(REPLACE('%s', '-', '')),"
	    " 256))", t.refresh_token.p), 1);
}

/* S-091 */
static void
test_s091_last_use_is_written_at_most_once_a_minute(void **state)
{
	struct str token = fx_session(ada(), SESSION_PAGE).access_token;
	int64_t began_s = fx->now_s;
	int i, written = 0;

	(void)state;
	for (i = 0; i < 24; i++) {
		unsigned before = fx->statements;

		assert_int_equal(fx_check(SESSION_PAGE, token), ERR_OK);
		written += fx->statements - before > 1;
		fx->now_s += 10;
	}
	assert_int_equal(written, 3);
	assert_int_equal(fx_number("SELECT seen_s FROM dw_session"),
	    began_s + 180);
}

/* What the profile shows of the two ways to read an account. */
static void
assert_seen(struct uid uid)
{
	struct account seen = fx_seen(uid), got;

	assert_int_equal(account_get(fx, uid, &got), ERR_OK);
	assert_str(json_text(fx->arena, profile_json(fx, &seen), false),
	    json_text(fx->arena, profile_json(fx, &got), false).p);
	assert_int_equal(seen.generation, got.generation);
	assert_int_equal(seen.profile_version, got.profile_version);
}

static void
put_email(const char *name, struct uid uid, int position, int created_s)
{
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " label, position, verified_s, created_s) VALUES (1, '%s',"
	    " UNHEX('%s'), '%s', '%s label', %d, 1, %d)", name,
	    uid_hex(fx->arena, uid).p, name, name, position, created_s);
}

static void
test_session_and_account_in_one_read_are_what_two_reads_are(void **state)
{
	struct uid uid = fx_account("ada@example.org", "cobalt-meadow-71",
	    "ada", true);
	const char *hex = uid_hex(fx->arena, uid).p;

	(void)state;
	assert_seen(uid);
	put_email("b@example.org", uid, 1, 7);
	put_email("c@example.org", uid, 2, 6);
	put_email("d@example.org", uid, 1, 6);
	put_email("a@example.org", uid, 1, 7);
	fx_sql("INSERT INTO dw_pending_identifier (uid, kind, canonical,"
	    " given, created_s) VALUES (UNHEX('%s'), 1, 'p@example.org',"
	    " 'p@example.org', 1)", hex);
	fx_sql("UPDATE dw_account SET pending = 1, profile ="
	    " CONCAT('{\"About\":\"', REPEAT('long ', 3000), '\"}')");
	assert_seen(uid);
	fx_sql("DELETE FROM dw_identifier WHERE position = 0");
	assert_seen(uid);
	fx_sql("DELETE FROM dw_identifier");
	fx_sql("DELETE FROM dw_password");
	assert_seen(uid);
}

/* Of the first read: what it makes the summary of. */
#define MAKING	4

static unsigned
cost_of_profile(struct str token, bool locked)
{
	unsigned before = fx->statements;
	struct session s;
	struct account a;

	assert_int_equal(session_check_account(fx, SESSION_API, token, &s,
	    &a), ERR_OK);
	assert_int_equal(a.locked, locked);
	return fx->statements - before;
}

static void
assert_made_anew(struct uid uid, struct str token)
{
	assert_int_equal(cost_of_profile(token, false), MAKING + 1);
	assert_int_equal(cost_of_profile(token, false), 1);
	assert_seen(uid);
	fx_summaries();
}

/* What is kept of an account's other rows is made of them when it is missed,
 * when it is not readable, and after a day. */
static void
test_a_profile_is_one_read_once_its_rows_are_known(void **state)
{
	static const char *const unreadable[] = { "", "{}", "{\"a\":1}", "[1,",
		"[T,1,1]", "[T,1,1,0,7]", "[T,null,1,0]", "[T,1,1,0,[1]]",
		"[T,1,1,0,[1,0,1,0,\"a\",\"a\",null]]",
		"[T,1,1,0,[\"1\",0,1,0,\"a\",\"a\",\"a\"]]" };
	static const int other_days[] = { 1, -86400 };
	struct uid uid = fx_account("ada@example.org", "cobalt-meadow-71",
	    "ada", true);
	struct str token = fx_session(uid, SESSION_API).access_token;
	size_t i;

	(void)state;
	fx_sql("UPDATE dw_identifier SET locked_until_s = 0");
	assert_made_anew(uid, token);
	for (i = 0; i < COUNT(unreadable); i++) {
		fx_sql("UPDATE dw_account SET summary = REPLACE('%s', 'T',"
		    " %lld)", unreadable[i], (long long)fx->now_s);
		assert_made_anew(uid, token);
	}
	for (i = 0; i < COUNT(other_days); i++) {
		fx_sql("UPDATE dw_account SET summary = CONCAT('[', %lld,"
		    " SUBSTR(summary, LOCATE(',', summary)))",
		    (long long)fx->now_s + other_days[i]);
		assert_made_anew(uid, token);
	}
	fx_sql("UPDATE dw_account SET summary = CONCAT('[', %lld,"
	    " SUBSTR(summary, LOCATE(',', summary)))",
	    (long long)fx->now_s - 86399);
	assert_int_equal(cost_of_profile(token, false), 1);
}

/* Somebody puts the account's sessions out while its profile is asked for. */
struct putting_out {
	struct uid uid;
	struct str token;
	int go[2];
};

static enum err
put_out_tx(struct ctx *c, void *arg)
{
	struct putting_out *p = arg;
	enum err e;

	e = store_account_lock(c, p->uid);
	if (e != ERR_OK || write(p->go[1], "", 1) != 1)
		return ERR_INTERNAL;
	return fx_somebody_waits() ? session_end_all(c, p->uid, NULL, NULL) :
	    ERR_INTERNAL;
}

static int
put_out_or_read(int i, void *arg)
{
	struct putting_out *p = arg;
	struct account a;
	struct session s;
	char go;

	if (i == 0)
		return store_tx(fx, put_out_tx, p, NULL) == ERR_OK ? 0 : 1;
	if (read(p->go[0], &go, 1) != 1)
		return 1;
	return session_check_account(fx, SESSION_API, p->token, &s, &a) ==
	    ERR_TOKEN_UNKNOWN ? 0 : 2;
}

static void
test_s094_who_is_put_out_meanwhile_reads_no_profile(void **state)
{
	struct putting_out p = { .uid = ada() };
	int results[2];

	(void)state;
	p.token = fx_session(p.uid, SESSION_API).access_token;
	fx_sql("UPDATE dw_account SET summary = NULL");
	assert_int_equal(pipe(p.go), 0);
	fx_parallel(2, put_out_or_read, &p, results);
	close(p.go[0]);
	close(p.go[1]);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
}

/* A new name may have been locked before it was an account's. */
static void
test_a_lock_is_looked_for_only_while_there_may_be_one(void **state)
{
	struct str token;
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		assert_int_equal(fx_login("ada@example.org", "wrong-one-71"),
		    ERR_LOGIN_REFUSED);
	token = fx_session(ada(), SESSION_API).access_token;
	assert_int_equal(cost_of_profile(token, true), 2);
	fx_sql("UPDATE dw_failure SET suspended_until_s = 0, failures = 0,"
	    " window_until_s = 0");
	assert_int_equal(cost_of_profile(token, false), 2);
	fx_sql("UPDATE dw_identifier SET locked_until_s = 0");
	assert_int_equal(cost_of_profile(token, false), MAKING + 1);
	for (i = 0; i < 9; i++)
		assert_int_equal(fx_login("ada@example.org", "wrong-one-71"),
		    ERR_LOGIN_REFUSED);
	assert_int_equal(cost_of_profile(token, false), 1);
	assert_int_equal(fx_login("ada@example.org", "wrong-one-71"),
	    ERR_LOGIN_REFUSED);
	assert_int_equal(cost_of_profile(token, true), MAKING + 2);
	assert_int_equal(cost_of_profile(token, true), 2);
	assert_int_equal(fx_number("SELECT locked_until_s FROM"
	    " dw_identifier"), fx_number("SELECT MAX(suspended_until_s)"
	    " FROM dw_failure"));
}

static void
test_a_token_is_good_for_its_own_kind_alone(void **state)
{
	struct uid uid = ada();
	struct str api = fx_session(uid, SESSION_API).access_token;
	struct session_tokens page = fx_session(uid, SESSION_PAGE);

	(void)state;
	assert_int_equal(page.access_token.len, 43);
	assert_null(page.refresh_token.p);
	assert_int_equal(fx_check(SESSION_API, api), ERR_OK);
	assert_int_equal(fx_check(SESSION_PAGE, page.access_token), ERR_OK);
	assert_int_equal(fx_check(SESSION_PAGE, api), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API, page.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API, STR("")), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API,
	    STR("00000000-0000-0000-0000-000000000000")), ERR_TOKEN_UNKNOWN);
}

/* S-093 */
static void
test_s093_an_access_token_ends_at_its_second(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);

	(void)state;
	fx->now_s = t.expires_s - 1;
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	fx->now_s = t.expires_s;
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_EXPIRED);
}

/* S-093 */
static void
test_s093_a_page_session_ends_idle_and_in_any_case(void **state)
{
	struct uid uid = ada();
	struct str token = fx_session(uid, SESSION_PAGE).access_token;
	int64_t began_s = fx->now_s;

	(void)state;
	fx->now_s += 3599;
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_OK);
	while (fx->now_s + 3000 < began_s + 86400) {
		fx->now_s += 3000;
		assert_int_equal(fx_check(SESSION_PAGE, token), ERR_OK);
	}
	fx->now_s = began_s + 86400;
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_TOKEN_EXPIRED);
	fx_next();
	token = fx_session(uid, SESSION_PAGE).access_token;
	fx->now_s += 3600;
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_TOKEN_EXPIRED);
}

struct starting {
	struct account account;
	struct session_options options;
	struct session_tokens tokens;
};

static enum err
start_tx(struct ctx *c, void *arg)
{
	struct starting *s = arg;

	return session_start(c, &s->account, &s->options, &s->tokens);
}

static struct str
start(struct uid uid, bool remember, struct str replaces)
{
	struct starting s = { .options = { .kind = SESSION_PAGE,
		.remember = remember, .replaces = replaces } };

	assert_int_equal(account_get(fx, uid, &s.account), ERR_OK);
	assert_int_equal(store_tx(fx, start_tx, &s, NULL), ERR_OK);
	return s.tokens.access_token;
}

/* S-093 */
static void
test_s093_a_remembered_browser_has_30_days_and_no_more(void **state)
{
	struct str token = start(ada(), true, STR_NONE);
	int64_t began_s = fx->now_s;

	(void)state;
	fx->now_s = began_s + 20 * 86400;
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_OK);
	fx->now_s = began_s + 30 * 86400;
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_TOKEN_EXPIRED);
}

/* S-092 */
static void
test_s092_a_sign_in_ends_the_page_session_before(void **state)
{
	struct uid uid = ada();
	struct str first = start(uid, false, STR_NONE), second;

	(void)state;
	second = start(uid, false, first);
	assert_int_equal(fx_check(SESSION_PAGE, first), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, second), ERR_OK);
	start(uid, false, STR("not a cookie of ours"));
	assert_int_equal(fx_check(SESSION_PAGE, second), ERR_OK);
}

/* S-093 */
static void
test_s093_logout_is_immediate_idempotent_and_whole(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);

	(void)state;
	assert_int_equal(session_end(fx, SESSION_PAGE, t.access_token,
	    false), ERR_TOKEN_UNKNOWN);
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, false),
	    ERR_OK);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, false),
	    ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'logout'"), 1);
	assert_int_equal(session_end(fx, SESSION_API,
	    STR("11111111-1111-4111-8111-111111111111"), false),
	    ERR_TOKEN_UNKNOWN);
}

static void
test_logout_of_an_expired_token_is_no_error(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);

	(void)state;
	fx->now_s = t.expires_s + 5;
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, false),
	    ERR_OK);
}

static void
test_compat_logout_keeps_the_refresh_token_unless_told(void **state)
{
	struct uid uid = ada();
	struct session_tokens a = fx_session(uid, SESSION_API);
	struct session_tokens b = fx_session(uid, SESSION_API);

	(void)state;
	fx_config->compat_logout_keeps_refresh = true;
	assert_int_equal(session_end(fx, SESSION_API, a.access_token, false),
	    ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    2);
	assert_int_equal(session_end(fx, SESSION_API, b.access_token, true),
	    ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    1);
}

/* S-094: all end by one number, but for the one that is kept. */
static void
test_s094_all_sessions_end_but_the_one_that_is_kept(void **state)
{
	struct uid uid = ada();
	struct str other = fx_session(uid, SESSION_API).access_token;
	struct str token = fx_session(uid, SESSION_API).access_token;
	struct ending e = { .uid = uid };
	struct session keep;

	(void)state;
	assert_int_equal(session_check(fx, SESSION_API, token, &keep),
	    ERR_OK);
	e.keep = &keep;
	assert_int_equal(store_tx(fx, end_all_tx, &e, NULL), ERR_OK);
	assert_null(e.rotated.access_token.p);
	assert_int_equal(fx_check(SESSION_API, token), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, other), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token r"
	    " JOIN dw_account a USING (uid)"
	    " WHERE r.generation = a.generation"), 0);
	/* What has ended cannot be kept. */
	assert_int_equal(session_end(fx, SESSION_API, token, false), ERR_OK);
	assert_int_equal(store_tx(fx, end_all_tx, &e, NULL),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT generation FROM dw_account"), 2);
}

/* S-092, S-094 */
static void
test_s092_a_kept_page_session_gets_a_new_value(void **state)
{
	struct uid uid = ada();
	struct str token = fx_session(uid, SESSION_PAGE).access_token;
	struct ending e = { .uid = uid };
	struct session keep, after;

	(void)state;
	assert_int_equal(session_check(fx, SESSION_PAGE, token, &keep),
	    ERR_OK);
	e.keep = &keep;
	assert_int_equal(store_tx(fx, end_all_tx, &e, NULL), ERR_OK);
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_TOKEN_UNKNOWN);
	assert_int_equal(session_check(fx, SESSION_PAGE,
	    e.rotated.access_token, &after), ERR_OK);
	assert_int_equal(after.expires_s, keep.expires_s);
	assert_true(uid_eq(after.handle, keep.handle));
}

/* S-098: ending the others proves nothing of who is there. */
static void
test_s098_ending_the_others_leaves_a_session_as_old_as_it_is(void **state)
{
	struct str token = fx_session(ada(), SESSION_PAGE).access_token;
	struct session_tokens rotated;
	struct session keep, after;

	(void)state;
	assert_int_equal(session_check(fx, SESSION_PAGE, token, &keep),
	    ERR_OK);
	fx->now_s += SESSION_FRESH_S - 10;
	assert_int_equal(session_revoke_others(fx, &keep, &rotated), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_PAGE,
	    rotated.access_token, &after), ERR_OK);
	assert_int_equal(after.auth_s, keep.auth_s);
}

/* S-051 */
static void
test_s051_a_blocked_account_has_its_own_answer(void **state)
{
	struct uid uid = ada();
	struct str token = fx_session(uid, SESSION_API).access_token;

	(void)state;
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, token), ERR_ACCOUNT_BLOCKED);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_ACTIVE), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, token), ERR_TOKEN_UNKNOWN);
}

/* S-098, S-131 */
static void
test_s098_sessions_are_listed_and_ended_by_handles(void **state)
{
	struct uid uid = ada();
	struct str first = fx_session(uid, SESSION_API).access_token, second;
	struct session_row *list;
	size_t n;

	(void)state;
	fx->now_s++;
	second = fx_session(uid, SESSION_PAGE).access_token;
	assert_int_equal(session_list(fx, uid, 10, &list, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(list[0].kind, SESSION_PAGE);
	assert_str(list[0].address, "192.0.2.7");
	assert_int_equal(session_revoke(fx, list[1].handle,
	    (struct uid){ { 0 } }), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, first), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, second), ERR_OK);
	assert_int_equal(session_list(fx, uid, 10, &list, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(session_revoke(fx, uid_new(1),
	    (struct uid){ { 0 } }), ERR_NOT_FOUND);
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	assert_int_equal(fx_check(SESSION_PAGE, second), ERR_TOKEN_UNKNOWN);
	assert_int_equal(session_revoke_all(fx, uid_new(1)), ERR_NOT_FOUND);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'session_revoked'"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'sessions_revoked'"), 1);
}

/* S-147: rows of every kind, of two accounts, more than one batch. */
static void
test_s147_everybody_is_signed_out_and_every_ticket_void(void **state)
{
	struct uid uid = ada(), bob;
	struct session_tokens t = fx_session(uid, SESSION_API);
	struct str page = fx_session(uid, SESSION_PAGE).access_token;
	struct str other;
	int64_t rows;
	int i;

	(void)state;
	bob = fx_account("bob@example.org", NULL, NULL, true);
	other = fx_session(bob, SESSION_API).access_token;
	for (i = 0; i < 600; i++)
		fx_sql("INSERT INTO dw_ticket (id, purpose, uid, generation,"
		    " address, created_s, expires_s, data) SELECT"
		    " UNHEX(SHA2('%d', 256)), 1, uid, generation, '', 1,"
		    " %lld, '' FROM dw_account LIMIT 1", i,
		    (long long)fx->now_s + 600);
	fx_sql("INSERT INTO dw_pin_session (token_hash, uid, generation,"
	    " family, created_s, expires_s) SELECT token_hash, uid,"
	    " generation, family, created_s, expires_s FROM dw_session");
	fx_sql("INSERT INTO dw_device_login (id, family, kind, uid,"
	    " created_s, expires_s) SELECT token_hash, 1, 1, uid, created_s,"
	    " expires_s FROM dw_session");
	assert_int_equal(session_end_everybody(fx, &rows), ERR_OK);
	assert_int_equal(rows, 3 + 2 + 600 + 3 + 3);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, page), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API, other), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT (SELECT COUNT(*) FROM dw_session)"
	    " + (SELECT COUNT(*) FROM dw_refresh_token)"
	    " + (SELECT COUNT(*) FROM dw_ticket)"
	    " + (SELECT COUNT(*) FROM dw_pin_session)"
	    " + (SELECT COUNT(*) FROM dw_device_login)"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event = 'sessions_revoked' AND detail = 'everybody'"), 1);
	assert_int_equal(session_end_everybody(fx, &rows), ERR_OK);
	assert_int_equal(rows, 0);
	fx_session(uid, SESSION_API);
}

static void
test_an_odd_user_agent_does_not_stop_a_sign_in(void **state)
{
	(void)state;
	fx->client.user_agent = STR("\xff\xfe odd");
	fx_session(ada(), SESSION_API);
	assert_int_equal(fx_number("SELECT LENGTH(user_agent)"
	    " FROM dw_session"), 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s091_one_read_checks_a_session_of_which_a_hash_is_kept),
	T(test_s091_last_use_is_written_at_most_once_a_minute),
	T(test_session_and_account_in_one_read_are_what_two_reads_are),
	T(test_a_profile_is_one_read_once_its_rows_are_known),
	T(test_s094_who_is_put_out_meanwhile_reads_no_profile),
	T(test_a_lock_is_looked_for_only_while_there_may_be_one),
	T(test_a_token_is_good_for_its_own_kind_alone),
	T(test_s093_an_access_token_ends_at_its_second),
	T(test_s093_a_page_session_ends_idle_and_in_any_case),
	T(test_s093_a_remembered_browser_has_30_days_and_no_more),
	T(test_s092_a_sign_in_ends_the_page_session_before),
	T(test_s093_logout_is_immediate_idempotent_and_whole),
	T(test_logout_of_an_expired_token_is_no_error),
	T(test_compat_logout_keeps_the_refresh_token_unless_told),
	T(test_s094_all_sessions_end_but_the_one_that_is_kept),
	T(test_s092_a_kept_page_session_gets_a_new_value),
	T(test_s098_ending_the_others_leaves_a_session_as_old_as_it_is),
	T(test_s051_a_blocked_account_has_its_own_answer),
	T(test_s098_sessions_are_listed_and_ended_by_handles),
	T(test_s147_everybody_is_signed_out_and_every_ticket_void),
	T(test_an_odd_user_agent_does_not_stop_a_sign_in),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("session", tests, fixture_open,
	    fixture_close);
}
