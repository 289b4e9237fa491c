#include "fixture.h"

#include <unistd.h>

#include "codec/text.h"
#include "domain/account.h"
#include "domain/impersonation.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/request_token.h"
#include "domain/session_active.h"
#include "domain/session_renew.h"
#include "domain/site.h"
#include "store/store_session.h"
#include "store/store_tx.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define DAY_S		86400

static struct uid
ada(void)
{
	return fx_account(ADA, PASSWORD, NULL, true);
}

static struct session_tokens
refreshed(struct str token)
{
	struct session_tokens t;

	assert_int_equal(session_refresh(fx, token, &t), ERR_OK);
	return t;
}

static enum err
refresh(struct str token)
{
	struct session_tokens t;

	return session_refresh(fx, token, &t);
}

static enum err
slide(struct str token)
{
	struct session_tokens t;

	return session_slide(fx, token, &t);
}

static size_t
listed(struct uid uid, struct session_row *first)
{
	struct session_row *list;
	size_t n;

	assert_int_equal(session_list(fx, uid, 100, &list, &n), ERR_OK);
	if (n > 0 && first != NULL)
		*first = list[0];
	return n;
}

/* S-095: the absolute end is that of the sign-in. */
static void
test_s095_rotation_gives_new_tokens_and_no_longer_life(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API), n;
	int64_t began_s = fx->now_s;
	struct session s;

	(void)state;
	fx->now_s += 600;
	n = refreshed(t.refresh_token);
	assert_int_equal(n.expires_s, fx->now_s + 900);
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, n.access_token, &s),
	    ERR_OK);
	assert_int_equal(s.created_s, began_s);
	assert_int_equal(s.auth_s, began_s);
	assert_int_equal(s.ends_s, began_s + 30 * DAY_S);
	fx->now_s = began_s + 30 * DAY_S - 60;
	n = refreshed(n.refresh_token);
	assert_int_equal(n.expires_s, began_s + 30 * DAY_S - 1);
	fx->now_s = began_s + 30 * DAY_S;
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token),
	    ERR_TOKEN_EXPIRED);
}

static int
use_once(int i, void *arg)
{
	const struct session_tokens *t = arg;
	struct session_tokens n;
	enum err e;

	(void)i;
	e = session_refresh(fx, t->refresh_token, &n);
	if (e == ERR_OK)
		return fx_check(SESSION_API, n.access_token) == ERR_OK ? 1 :
		    99;
	return e == ERR_REFRESH_TOKEN ? 2 : 98;
}

/* S-095, F-48 */
static void
test_s095_f48_20_parallel_refreshes_give_4_tokens_and_end_nothing(
    void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API);
	int results[20], i, given = 0;

	(void)state;
	fx_parallel(20, use_once, &t, results);
	for (i = 0; i < 20; i++) {
		assert_in_range(results[i], 1, 2);
		given += results[i] == 1;
	}
	assert_int_equal(given, 4);
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	assert_int_equal(listed(uid, NULL), 1);
	assert_int_equal(fx_number("SELECT COUNT(DISTINCT family)"
	    " FROM dw_session"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " WHERE used_s = 0 AND generation <> 0"), 4);
	fx_pass(11);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
	assert_int_equal(listed(uid, NULL), 0);
}

/* S-095 */
static void
test_s095_replay_of_a_parent_after_11_s_ends_the_family(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API), n, other;

	(void)state;
	other = fx_session(uid, SESSION_API);
	n = refreshed(t.refresh_token);
	fx->now_s += 11;
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, other.access_token), ERR_OK);
	refreshed(other.refresh_token);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'refresh_reused'"), 1);
}

/* S-095: once, and with no link that would sign somebody in. */
static void
test_s095_the_owner_is_told_of_a_replay(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);
	struct str mail;
	int i;

	(void)state;
	refreshed(t.refresh_token);
	refreshed(t.refresh_token);	/* at the same time: no replay */
	assert_int_equal(fx_mails("session-ended"), 0);
	fx->now_s += 11;
	for (i = 0; i < 3; i++)
		assert_int_equal(refresh(t.refresh_token),
		    ERR_REFRESH_TOKEN);
	assert_int_equal(fx_mails("session-ended"), 1);
	mail = fx_mail("session-ended");
	assert_non_null(strstr(mail.p, "/forgot"));
	assert_null(strstr(mail.p, "vtoken"));
}

/* S-095 */
static void
test_s095_replay_of_a_grandparent_ends_the_family(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;

	(void)state;
	n = refreshed(t.refresh_token);
	fx->now_s += 60;
	n = refreshed(n.refresh_token);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
}

static void
test_compat_refresh_reuse_refuses_and_ends_nothing(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;

	(void)state;
	fx_config->compat_refresh_reuse = true;
	n = refreshed(t.refresh_token);
	fx->now_s += 11;
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token), ERR_OK);
	refreshed(n.refresh_token);
	assert_int_equal(fx_mails("session-ended"), 0);
}

static void
test_refresh_refuses_what_is_no_refresh_token(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API);

	(void)state;
	assert_int_equal(refresh(STR("nonsense")), ERR_REFRESH_TOKEN);
	assert_int_equal(refresh(t.access_token), ERR_REFRESH_TOKEN);
	assert_int_equal(refresh(STR("00000000-0000-0000-0000-"
	    "000000000000")), ERR_REFRESH_TOKEN);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(refresh(t.refresh_token), ERR_ACCOUNT_BLOCKED);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_ACTIVE), ERR_OK);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
}

/* S-093 */
static void
test_s093_logout_ends_what_was_refreshed_unless_compat(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API), n;

	(void)state;
	n = refreshed(t.refresh_token);
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, false),
	    ERR_OK);
	assert_int_equal(fx_check(SESSION_API, n.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
	fx_config->compat_logout_keeps_refresh = true;
	t = fx_session(uid, SESSION_API);
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, false),
	    ERR_OK);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	n = refreshed(t.refresh_token);
	assert_int_equal(fx_check(SESSION_API, n.access_token), ERR_OK);
	assert_int_equal(session_end(fx, SESSION_API, n.access_token, true),
	    ERR_OK);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
}

/* A new token for the session, given while somebody waits to end it. */
struct renewal {
	struct str token;
	struct session s;
	int go[2];
	int (*end)(struct renewal *r);
};

/* As a refresh does it.  The new row is the first of the index, behind the
 * back of a statement that waits for the row before it. */
static enum err
renew_tx(struct ctx *c, void *arg)
{
	struct renewal *r = arg;
	struct store_session s;
	int64_t generation, state;
	enum err e;

	e = store_session_account_lock(c, r->s.uid, &generation, &state);
	if (e == ERR_OK)
		e = store_session_of_family(c, r->s.family, &s);
	if (e == ERR_OK)
		e = store_session_settle(c, s.family);
	if (e != ERR_OK || write(r->go[1], "", 1) != 1)
		return ERR_INTERNAL;
	if (!fx_somebody_waits())
		return ERR_INTERNAL;
	memset(s.token_hash, 0, sizeof(s.token_hash) - 1);
	s.handle = uid_new(c->now_ms);
	return store_session_insert(c, &s);
}

static int
renew_or_end(int i, void *arg)
{
	struct renewal *r = arg;
	char go;

	if (i == 0)
		return store_tx(fx, renew_tx, r, NULL) == ERR_OK ? 0 : 1;
	return read(r->go[0], &go, 1) == 1 ? r->end(r) : 1;
}

static int
end_by_token(struct renewal *r)
{
	return session_end(fx, SESSION_API, r->token, false) == ERR_OK ? 0 :
	    1;
}

static int
end_by_handle(struct renewal *r)
{
	return session_revoke(fx, r->s.family, r->s.uid) == ERR_OK ? 0 : 1;
}

static void
renewed_while_it_ends(int (*end)(struct renewal *r))
{
	struct uid uid = ada();
	struct renewal r = { .end = end,
		.token = fx_session(uid, SESSION_API).access_token };
	int results[2];

	assert_int_equal(session_check(fx, SESSION_API, r.token, &r.s),
	    ERR_OK);
	assert_int_equal(pipe(r.go), 0);
	fx_parallel(2, renew_or_end, &r, results);
	close(r.go[0]);
	close(r.go[1]);
	assert_int_equal(results[0], 0);
	assert_int_equal(results[1], 0);
	assert_int_equal(listed(uid, NULL), 0);
}

static void
test_s093_a_sign_out_ends_a_session_that_is_renewed_just_then(void **state)
{
	(void)state;
	renewed_while_it_ends(end_by_token);
}

static void
test_s098_so_does_whoever_ends_it_by_its_handle(void **state)
{
	(void)state;
	renewed_while_it_ends(end_by_handle);
}

struct sweep {
	struct session_tokens first;
	struct session s;
};

static int
refresh_or_change(int i, void *arg)
{
	struct sweep *w = arg;
	struct attempt_secret from = { .typed = fx_secret(PASSWORD) };
	struct secret to = fx_secret("amber-kettle-20");
	struct session_tokens t = w->first, n;
	int round;

	if (i == 0)
		return password_change(fx, &w->s, &from, &to, &n) == ERR_OK ?
		    0 : 1;
	for (round = 0; round < 8; round++) {
		if (session_refresh(fx, t.refresh_token, &n) == ERR_OK)
			t = n;
		fx_next();
	}
	return 0;
}

/* S-094, F-49: nothing older than the change works afterwards. */
static void
test_s094_f49_refreshes_during_a_password_change_leave_nothing(void **state)
{
	struct uid uid = ada();
	struct sweep w = { .first = fx_session(uid, SESSION_API) };
	struct session_tokens own = fx_session(uid, SESSION_API);
	int results[12], i;

	(void)state;
	assert_int_equal(session_check(fx, SESSION_API, own.access_token,
	    &w.s), ERR_OK);
	fx_parallel(12, refresh_or_change, &w, results);
	for (i = 0; i < 12; i++)
		assert_int_equal(results[i], 0);
	assert_int_equal(fx_check(SESSION_API, own.access_token), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session s"
	    " JOIN dw_account a USING (uid)"
	    " WHERE s.generation = a.generation"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token r"
	    " JOIN dw_account a USING (uid)"
	    " WHERE r.generation = a.generation"), 0);
	assert_int_equal(refresh(w.first.refresh_token), ERR_REFRESH_TOKEN);
}

static int
refresh_or_revoke(int i, void *arg)
{
	struct sweep *w = arg;
	struct session_tokens t = w->first, n;
	int round;

	if (i == 0)
		return session_revoke_refreshes(fx, w->s.uid) == ERR_OK ? 0 :
		    1;
	for (round = 0; round < 8; round++) {
		if (session_refresh(fx, t.refresh_token, &n) == ERR_OK)
			t = n;
		fx_next();
	}
	return 0;
}

/* S-094: no refresh token is made while all are revoked. */
static void
test_s094_s14_no_refresh_slips_past_the_revocation_of_all(void **state)
{
	struct uid uid = ada();
	struct sweep w = { .first = fx_session(uid, SESSION_API),
		.s = { .uid = uid } };
	int results[12], i;

	(void)state;
	fx_parallel(12, refresh_or_revoke, &w, results);
	for (i = 0; i < 12; i++)
		assert_int_equal(results[i], 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"
	    " WHERE ends_s > expires_s"), 0);
}

/* The access token lives on, and lives no longer. */
static void
test_s13_s14_end_refresh_tokens_and_nothing_else(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API);
	struct session_tokens other = fx_session(uid, SESSION_API), n;

	(void)state;
	assert_int_equal(session_revoke_refresh(fx, t.refresh_token),
	    ERR_OK);
	assert_int_equal(session_revoke_refresh(fx, t.refresh_token),
	    ERR_REFRESH_TOKEN);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(session_revoke_refresh(fx, STR("x")),
	    ERR_REFRESH_TOKEN);
	assert_int_equal(session_revoke_refresh(fx, t.access_token),
	    ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	fx->now_s += 60;
	assert_int_equal(session_slide(fx, t.access_token, &n), ERR_OK);
	assert_int_equal(n.expires_s, t.expires_s);
	assert_null(n.refresh_token.p);
	n = refreshed(other.refresh_token);
	assert_int_equal(session_revoke_refresh(fx, other.refresh_token),
	    ERR_REFRESH_TOKEN);
	assert_int_equal(session_revoke_refreshes(fx, uid), ERR_OK);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token), ERR_OK);
	assert_int_equal(session_revoke_refreshes(fx, uid_new(1)),
	    ERR_USER_UNKNOWN);
}

/* S4 */
static void
test_sliding_gives_new_tokens_and_voids_the_old(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;

	(void)state;
	fx->now_s += 800;
	assert_int_equal(session_slide(fx, t.access_token, &n), ERR_OK);
	assert_int_equal(n.expires_s, fx->now_s + 900);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(slide(t.access_token), ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token), ERR_OK);
	n = refreshed(n.refresh_token);
	assert_int_equal(session_end(fx, SESSION_API, n.access_token, false),
	    ERR_OK);
	assert_int_equal(slide(n.access_token), ERR_TOKEN_UNKNOWN);
	assert_int_equal(slide(STR("x")), ERR_TOKEN_UNKNOWN);
}

static int
slide_once(int i, void *arg)
{
	const struct session_tokens *t = arg;

	(void)i;
	switch (slide(t->access_token)) {
	case ERR_OK:
		return 1;
	case ERR_TOKEN_UNKNOWN:
		return 2;
	default:
		return 99;
	}
}

static void
test_of_20_parallel_slides_of_one_token_one_wins(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API);
	int results[20], i, given = 0;

	(void)state;
	fx_parallel(20, slide_once, &t, results);
	for (i = 0; i < 20; i++) {
		assert_in_range(results[i], 1, 2);
		given += results[i] == 1;
	}
	assert_int_equal(given, 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " WHERE used_s = 0 AND generation <> 0"), 1);
}

static void
test_compat_sliding_grace_takes_what_expired_just_now(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;
	int64_t began_s = fx->now_s;

	(void)state;
	fx->now_s = t.expires_s;
	assert_int_equal(slide(t.access_token), ERR_TOKEN_EXPIRED);
	fx_config->compat_sliding_grace_seconds = 100;
	fx->now_s = t.expires_s + 100;
	assert_int_equal(slide(t.access_token), ERR_TOKEN_EXPIRED);
	fx->now_s--;
	assert_int_equal(session_slide(fx, t.access_token, &n), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, n.access_token), ERR_OK);
	fx_config->compat_sliding_grace_seconds = 604800;
	fx->now_s = began_s + 6 * DAY_S;
	while (fx->now_s + 6 * DAY_S < began_s + 30 * DAY_S) {
		assert_int_equal(session_slide(fx, n.access_token, &n),
		    ERR_OK);
		fx->now_s += 6 * DAY_S;
	}
	fx->now_s = began_s + 30 * DAY_S;
	assert_int_equal(slide(n.access_token), ERR_TOKEN_EXPIRED);
}

/* S10 */
static void
test_exchange_sets_the_life_in_minutes_up_to_the_sessions_end(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;
	int64_t began_s = fx->now_s;

	(void)state;
	assert_int_equal(session_exchange(fx, t.access_token, -1, &n),
	    ERR_PARAMETER);
	assert_int_equal(session_exchange(fx, t.access_token, 120, &n),
	    ERR_OK);
	assert_int_equal(n.expires_s, began_s + 7200);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(session_exchange(fx, n.access_token, 0, &n),
	    ERR_OK);
	assert_int_equal(n.expires_s, began_s + 900);
	assert_int_equal(session_exchange(fx, n.access_token,
	    9999999999999, &n), ERR_OK);
	assert_int_equal(n.expires_s, began_s + 30 * DAY_S - 1);
	assert_int_equal(session_exchange(fx, n.access_token,
	    9999999999999, &n), ERR_OK);
	refreshed(n.refresh_token);
	fx->now_s = n.expires_s;
	assert_int_equal(session_exchange(fx, n.access_token, 0, &n),
	    ERR_TOKEN_EXPIRED);
}

/* S10, S13: a shorter life does not make renewable what was not. */
static void
test_s13_no_exchange_gives_a_refresh_token_back(void **state)
{
	struct session_tokens t = fx_session(ada(), SESSION_API), n;

	(void)state;
	assert_int_equal(session_revoke_refresh(fx, t.refresh_token),
	    ERR_OK);
	assert_int_equal(session_exchange(fx, t.access_token, 5, &n),
	    ERR_OK);
	assert_null(n.refresh_token.p);
	assert_int_equal(session_slide(fx, n.access_token, &n), ERR_OK);
	assert_null(n.refresh_token.p);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " WHERE used_s = 0 AND generation <> 0"), 0);
}

static struct session_tokens
offered(struct uid uid, struct session *s)
{
	struct session_tokens t = fx_session(uid, SESSION_API);

	assert_int_equal(session_check(fx, SESSION_API, t.access_token, s),
	    ERR_OK);
	return t;
}

static struct str
offer(const struct session *s)
{
	struct str token;

	assert_int_equal(session_offer_refresh(fx, s, &token), ERR_OK);
	return token;
}

static void
test_compat_validation_offers_the_refresh_token_of_the_sign_in(void **state)
{
	struct uid uid = ada();
	struct session_tokens t, n;
	struct session s;

	(void)state;
	offered(uid, &s);
	fx_config->compat_validate_returns_refresh = true;
	assert_null(offer(&s).p);	/* that was before the setting */
	t = offered(uid, &s);
	assert_true(str_eq(offer(&s), t.refresh_token));
	n = refreshed(t.refresh_token);
	assert_null(offer(&s).p);
	assert_int_equal(session_check(fx, SESSION_API, n.access_token, &s),
	    ERR_OK);
	assert_true(str_eq(offer(&s), n.refresh_token));
	assert_int_equal(session_slide(fx, n.access_token, &n), ERR_OK);
	assert_null(offer(&s).p);
	assert_int_equal(session_check(fx, SESSION_API, n.access_token, &s),
	    ERR_OK);
	assert_true(str_eq(offer(&s), n.refresh_token));
	assert_int_equal(session_revoke_refresh(fx, n.refresh_token), ERR_OK);
	assert_null(offer(&s).p);
	offered(uid, &s);
	fx->now_s = s.ends_s;
	assert_null(offer(&s).p);
}

/* S-095: there is one chain, whoever got its token where. */
static void
test_s095_a_replay_of_an_offered_token_ends_the_session(void **state)
{
	struct session_tokens t, n;
	struct session s;

	(void)state;
	fx_config->compat_validate_returns_refresh = true;
	t = offered(ada(), &s);
	n = refreshed(offer(&s));
	fx->now_s += 11;
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_API, n.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(n.refresh_token), ERR_REFRESH_TOKEN);
}

/* S-093: the session ended between its check and the offer. */
static void
test_s093_what_ended_meanwhile_is_offered_no_refresh_token(void **state)
{
	struct uid uid = ada();
	struct session_tokens t;
	struct session s;
	struct str offer;

	(void)state;
	fx_config->compat_validate_returns_refresh = true;
	t = fx_session(uid, SESSION_API);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(session_end(fx, SESSION_API, t.access_token, true),
	    ERR_OK);
	assert_int_equal(session_offer_refresh(fx, &s, &offer), ERR_OK);
	assert_null(offer.p);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
}

/* S-091: at most a write when much of the life is gone. */
static void
test_s091_sliding_sessions_move_as_they_are_used(void **state)
{
	struct str token;
	int64_t began_s = fx->now_s, written = 0, uses;
	struct session s;

	(void)state;
	fx_config->session_sliding = true;
	fx_config->lifetime_refresh_token_s = 3600;
	token = fx_session(ada(), SESSION_API).access_token;
	for (uses = 0; fx->now_s + 20 < began_s + 3600; uses++) {
		unsigned before = fx->statements;

		assert_int_equal(session_check(fx, SESSION_API, token, &s),
		    ERR_OK);
		written += fx->statements - before - 1;
		fx->now_s += 20;
	}
	assert_in_range(written, 1, uses / 3 + 1);
	assert_int_equal(s.expires_s, began_s + 3599);
	fx->now_s = began_s + 3600;
	assert_int_equal(fx_check(SESSION_API, token), ERR_TOKEN_EXPIRED);
}

static void
test_short_sliding_lives_move_when_half_is_gone(void **state)
{
	struct str token;
	int i;

	(void)state;
	fx_config->session_sliding = true;
	fx_config->lifetime_access_token_s = 60;
	token = fx_session(ada(), SESSION_API).access_token;
	for (i = 0; i < 10; i++) {
		fx->now_s += 40;
		assert_int_equal(fx_check(SESSION_API, token), ERR_OK);
	}
	fx->now_s += 60;
	assert_int_equal(fx_check(SESSION_API, token), ERR_TOKEN_EXPIRED);
}

/* Of those that the sign-in asked to remember. */
static void
test_remembered_sessions_have_a_life_of_their_own(void **state)
{
	struct login in = { .kind = IDENTIFIER_EMAIL, .identifier = STR(ADA),
		.password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_API, .remember = true } };
	struct login_result out;

	(void)state;
	ada();
	fx_config->lifetime_access_token_remember_s = 7200;
	assert_int_equal(login_by_password(fx, &in, &out), ERR_OK);
	assert_int_equal(out.tokens.expires_s, fx->now_s + 7200);
	assert_int_equal(refreshed(out.tokens.refresh_token).expires_s,
	    fx->now_s + 7200);
	fx_config->lifetime_access_token_remember_s = 7776000;
	assert_int_equal(login_by_password(fx, &in, &out), ERR_OK);
	assert_int_equal(out.tokens.expires_s, fx->now_s + 30 * DAY_S - 1);
	in.session.remember = false;
	assert_int_equal(login_by_password(fx, &in, &out), ERR_OK);
	assert_int_equal(out.tokens.expires_s, fx->now_s + 900);
}

/* Limit of sessions */

/* S-098 */
static void
test_s098_over_the_limit_the_oldest_session_ends(void **state)
{
	struct uid uid = ada();
	struct session_tokens first, second;

	(void)state;
	fx_config->session_limit = 2;
	first = fx_session(uid, SESSION_API);
	fx->now_s++;
	second = fx_session(uid, SESSION_PAGE);
	fx->now_s++;
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, first.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(first.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(fx_check(SESSION_PAGE, second.access_token),
	    ERR_OK);
	assert_int_equal(listed(uid, NULL), 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'session_displaced'"), 1);
}

/* S-098 */
static void
test_s098_by_setting_the_new_sign_in_is_refused(void **state)
{
	struct uid uid = ada();
	struct session_tokens first;

	(void)state;
	fx_config->session_limit = 1;
	fx_config->session_at_limit = STR("refuse");
	first = fx_session(uid, SESSION_API);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_SESSION_LIMIT);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 0);
	assert_int_equal(fx_check(SESSION_API, first.access_token), ERR_OK);
	refreshed(first.refresh_token);
	assert_int_equal(session_end(fx, SESSION_API, first.access_token,
	    false), ERR_OK);
	assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
}

static size_t
sessions_after_4_sign_ins(struct uid uid)
{
	int i;

	for (i = 0; i < 4; i++)
		assert_int_equal(fx_login(ADA, PASSWORD), ERR_OK);
	return listed(uid, NULL);
}

/* S-098 */
static void
test_s098_an_accounts_own_limit_counts_as_the_setting_says(void **state)
{
	static const struct {
		const char *counts;
		int64_t site, own;
		size_t expected;
	} cases[] = {
		{ "own", 3, 0, 3 }, { "own", 0, 2, 2 }, { "own", 1, 2, 2 },
		{ "own", 3, 2, 2 }, { "smaller", 0, 2, 2 },
		{ "smaller", 1, 2, 1 }, { "smaller", 3, 2, 2 },
		{ "off", 3, 2, 3 }, { "off", 0, 2, 4 }
	};
	struct uid uid = ada();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
		fx_config->session_account_limit = str_of(cases[i].counts);
		fx_config->session_limit = cases[i].site;
		assert_int_equal(session_limit_set(fx, uid, cases[i].own),
		    ERR_OK);
		assert_int_equal(sessions_after_4_sign_ins(uid),
		    cases[i].expected);
	}
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'session_limit_set'"), COUNT(cases));
	assert_int_equal(session_limit_set(fx, uid_new(1), 2),
	    ERR_NOT_FOUND);
}

static int
log_in(int i, void *arg)
{
	(void)i;
	(void)arg;
	switch (fx_login(ADA, PASSWORD)) {
	case ERR_OK:
		return 1;
	case ERR_SESSION_LIMIT:
		return 2;
	default:
		return 99;
	}
}

/* S-098: the limit holds under 20 parallel sign-ins, either way. */
static void
test_s098_the_limit_holds_under_parallel_sign_ins(void **state)
{
	struct uid uid = ada();
	int results[20], i, in = 0;

	(void)state;
	fx_config->session_limit = 3;
	fx_parallel(20, log_in, NULL, results);
	for (i = 0; i < 20; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(listed(uid, NULL), 3);
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	fx_config->session_at_limit = STR("refuse");
	fx_parallel(20, log_in, NULL, results);
	for (i = 0; i < 20; i++) {
		assert_in_range(results[i], 1, 2);
		in += results[i] == 1;
	}
	assert_int_equal(in, 3);
	assert_int_equal(listed(uid, NULL), 3);
}

static void
test_a_page_session_makes_room_for_its_own_successor(void **state)
{
	struct login in = { .kind = IDENTIFIER_EMAIL, .identifier = STR(ADA),
		.password = fx_secret(PASSWORD),
		.session = { .kind = SESSION_PAGE } };
	struct uid uid = ada();
	struct login_result out;

	(void)state;
	fx_config->session_limit = 1;
	fx_config->session_at_limit = STR("refuse");
	assert_int_equal(login_by_password(fx, &in, &out), ERR_OK);
	assert_int_equal(login_by_password(fx, &in, &out),
	    ERR_SESSION_LIMIT);
	in.session.replaces = out.tokens.access_token;
	assert_int_equal(login_by_password(fx, &in, &out), ERR_OK);
	assert_int_equal(listed(uid, NULL), 1);
}

/* Lists */

/* S-098 */
static void
test_s098_a_session_is_one_line_through_its_refreshes(void **state)
{
	struct uid uid = ada();
	struct session_tokens t;
	struct session_row row, later;
	struct str handle;

	(void)state;
	fx->client.user_agent = STR("Harbour/1.0");
	fx->client.city = STR("Oslo");
	fx->client.country = STR("NO");
	t = fx_session(uid, SESSION_API);
	assert_int_equal(listed(uid, &row), 1);
	fx->client.user_agent = STR("Back end/2.0");
	fx->now_s += 1000;	/* the access token is over, the session not */
	assert_int_equal(listed(uid, NULL), 1);
	t = refreshed(t.refresh_token);
	assert_int_equal(listed(uid, &later), 1);
	assert_true(uid_eq(row.handle, later.handle));
	assert_int_equal(later.created_s, row.created_s);
	assert_str(later.user_agent, "Harbour/1.0");
	assert_str(later.city, "Oslo");
	assert_str(later.country, "Norway");
	/* The handle ends the session, and does nothing else. */
	handle = guid_encode(fx->arena, row.handle.b);
	assert_int_equal(fx_check(SESSION_API, handle), ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(handle), ERR_REFRESH_TOKEN);
	assert_int_equal(slide(handle), ERR_TOKEN_UNKNOWN);
	assert_int_equal(session_end(fx, SESSION_API, handle, false),
	    ERR_OK);
	assert_int_equal(fx_check(SESSION_API, t.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(refresh(t.refresh_token), ERR_REFRESH_TOKEN);
	assert_int_equal(session_end(fx, SESSION_API, handle, false),
	    ERR_OK);
	assert_int_equal(listed(uid, NULL), 0);
}

static void
test_nobody_ends_anothers_session_by_its_handle(void **state)
{
	struct uid uid = ada(), bob;
	struct str token = fx_session(uid, SESSION_PAGE).access_token;
	struct session_row row;

	(void)state;
	bob = fx_account("bob@example.org", NULL, NULL, true);
	assert_int_equal(listed(uid, &row), 1);
	assert_int_equal(session_revoke(fx, row.handle, bob),
	    ERR_NOT_FOUND);
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_OK);
	assert_int_equal(session_revoke(fx, row.handle, uid), ERR_OK);
	assert_int_equal(fx_check(SESSION_PAGE, token), ERR_TOKEN_UNKNOWN);
}

static void
test_s9_finds_sessions_by_token_account_and_profile(void **state)
{
	struct uid uid = ada(), bob;
	struct session_tokens t = fx_session(uid, SESSION_API);
	struct session_asked by = { .token = t.access_token };
	struct session_row *rows;
	struct account a, b;
	size_t n;

	(void)state;
#define ACTIVE()	session_active(fx, &by, 10, &rows, &n)
	bob = fx_account("bob@example.org", NULL, NULL, true);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_int_equal(account_get(fx, bob, &b), ERR_OK);
	assert_int_equal(ACTIVE(), ERR_OK);
	assert_int_equal(n, 1);
	by = (struct session_asked){ .account_id = uid_hex(fx->arena, uid),
		.profile_id = uid_hex(fx->arena, a.profile_id) };
	assert_int_equal(ACTIVE(), ERR_OK);
	assert_int_equal(n, 1);
	by.profile_id = uid_hex(fx->arena, b.profile_id);
	assert_int_equal(ACTIVE(), ERR_PROFILE_ID);
	by.account_id = STR_NONE;
	assert_int_equal(ACTIVE(), ERR_OK);
	assert_int_equal(n, 0);
	by.profile_id = STR("x");
	assert_int_equal(ACTIVE(), ERR_PROFILE_ID);
	by = (struct session_asked){ .account_id = STR("x") };
	assert_int_equal(ACTIVE(), ERR_ACCOUNT_ID);
	by.account_id = uid_hex(fx->arena, uid_new(1));
	assert_int_equal(ACTIVE(), ERR_ACCOUNT_ID);
	by = (struct session_asked){ .token = STR("x") };
	assert_int_equal(ACTIVE(), ERR_TOKEN_UNKNOWN);
	by.token = STR_NONE;
	assert_int_equal(ACTIVE(), ERR_PARAMETER);
	by.token = t.access_token;
	fx->now_s = t.expires_s;
	assert_int_equal(ACTIVE(), ERR_NO_SESSION);
}

static struct session_row
active(struct uid uid, size_t expected)
{
	const struct session_asked by = {
		.account_id = uid_hex(fx->arena, uid)
	};
	struct session_row *rows;
	size_t n;

	assert_int_equal(session_active(fx, &by, 10, &rows, &n), ERR_OK);
	assert_int_equal(n, expected);
	return rows[0];
}

/* By default no token is anywhere but with whom it was given to. */
static void
test_s098_s9_names_no_token(void **state)
{
	struct uid uid = ada();

	(void)state;
	fx_session(uid, SESSION_API);
	assert_null(active(uid, 1).token.p);
	fx_config->compat_active_session_tokens = true;
	assert_null(active(uid, 1).token.p);	/* that was before */
}

/* S-091: nor is it in the database then. */
static void
test_compat_s9_gives_the_token_that_each_session_has_now(void **state)
{
	struct uid uid = ada();
	struct session_tokens t;
	struct session_row row;

	(void)state;
	fx_config->compat_active_session_tokens = true;
	t = fx_session(uid, SESSION_API);
	assert_true(str_eq(active(uid, 1).token, t.access_token));
	fx->now_s += 20;
	t = refreshed(t.refresh_token);
	assert_true(str_eq(active(uid, 1).token, t.access_token));
	assert_int_equal(session_slide(fx, t.access_token, &t), ERR_OK);
	assert_true(str_eq(active(uid, 1).token, t.access_token));
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	listed(uid, &row);
	assert_null(row.token.p);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session WHERE"
	    " LOCATE(UNHEX(REPLACE('%s', '-', '')), CONCAT(token_hash,"
	    " family, handle)) > 0", t.access_token.p), 0);
	fx_config->compat_active_session_tokens = false;
	assert_null(active(uid, 1).token.p);
	assert_int_equal(fx_check(SESSION_API, t.access_token), ERR_OK);
	fx_config->compat_active_session_tokens = true;
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	fx_session(uid, SESSION_PAGE);
	assert_null(active(uid, 1).token.p);
}

/* S11 */
static void
test_impersonation_is_marked_told_and_proves_nobody(void **state)
{
	struct uid uid = ada();
	struct session_tokens t, own = fx_session(uid, SESSION_API);
	struct session s;

	(void)state;
	fx_config->session_limit = 1;
	assert_int_equal(impersonate(fx, uid, &t), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_true(s.acting);
	assert_false(session_is_fresh(fx, &s));
	assert_int_equal(fx_check(SESSION_API, own.access_token), ERR_OK);
	t = refreshed(t.refresh_token);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_true(s.acting);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'impersonated'"), 1);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 0);
	assert_int_equal(fx_mails("impersonated"), 1);
	fx_config->session_impersonation_notice = false;
	assert_int_equal(impersonate(fx, uid, &t), ERR_OK);
	assert_int_equal(fx_mails("impersonated"), 1);
	assert_int_equal(impersonate(fx, uid_new(1), &t), ERR_USER_UNKNOWN);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(impersonate(fx, uid, &t), ERR_ACCOUNT_BLOCKED);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_LOGIN_DISABLED),
	    ERR_OK);
	assert_int_equal(impersonate(fx, uid, &t), ERR_LOGIN_DISABLED);
	fx_config->session_impersonation = false;
	assert_int_equal(impersonate(fx, uid, &t), ERR_ENDPOINT_OFF);
}

/* Request tokens */

struct making {
	struct account account;
	int64_t auth_s;
	struct str token;
};

static enum err
make_tx(struct ctx *c, void *arg)
{
	struct making *m = arg;
	const struct session_options of = {
		.provider = STR("example"), .remember = true,
		.auth_s = m->auth_s
	};

	return request_token_make(c, &m->account, &of, &m->token);
}

static struct str
request_token(struct uid uid)
{
	struct making m = { .auth_s = 0 };

	assert_int_equal(account_get(fx, uid, &m.account), ERR_OK);
	assert_int_equal(store_tx(fx, make_tx, &m, NULL), ERR_OK);
	return m.token;
}

static enum err
exchange(struct str token)
{
	struct session_tokens t;

	return request_token_exchange(fx, token, &t);
}

/* S6 */
static void
test_a_request_token_gives_its_session_once(void **state)
{
	struct uid uid = ada();
	struct str token = request_token(uid), second = request_token(uid);
	struct session_tokens t;
	struct session s;

	(void)state;
	assert_int_equal(token.len, 36);
	assert_int_equal(request_token_exchange(fx, token, &t), ERR_OK);
	assert_true(str_present(t.refresh_token));
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_str(s.provider, "example");
	assert_true(s.remember);
	assert_int_equal(fx_number("SELECT logins FROM dw_account"), 1);
	assert_int_equal(exchange(token), ERR_REQUEST_TOKEN);
	assert_int_equal(exchange(STR("nonsense")), ERR_REQUEST_TOKEN);
	assert_int_equal(exchange(t.access_token), ERR_REQUEST_TOKEN);
	assert_int_equal(fx_check(SESSION_API, second), ERR_TOKEN_UNKNOWN);
	fx->now_s += 900;
	assert_int_equal(exchange(second), ERR_REQUEST_TOKEN_EXPIRED);
	token = request_token(uid);
	assert_int_equal(session_revoke_all(fx, uid), ERR_OK);
	assert_int_equal(exchange(token), ERR_REQUEST_TOKEN);
	token = request_token(uid);
	fx_sql("UPDATE dw_account SET state = %d", ACCOUNT_LOGIN_DISABLED);
	assert_int_equal(exchange(token), ERR_LOGIN_DISABLED);
	fx_sql("UPDATE dw_account SET state = %d", ACCOUNT_ACTIVE);
	token = request_token(uid);
	fx_config->session_limit = 1;
	fx_config->session_at_limit = STR("refuse");
	fx_session(uid, SESSION_API);
	assert_int_equal(exchange(token), ERR_SESSION_LIMIT);
	assert_int_equal(exchange(token), ERR_REQUEST_TOKEN);
}

/* A sign-in is as old as it is, wherever its token went (S-092). */
static void
test_a_request_token_carries_when_its_owner_signed_in(void **state)
{
	struct making m = { .auth_s = fx->now_s - 3000 };
	struct uid uid = ada();
	struct str token;
	struct session_tokens t;
	struct session s;

	(void)state;
	assert_int_equal(account_get(fx, uid, &m.account), ERR_OK);
	assert_int_equal(store_tx(fx, make_tx, &m, NULL), ERR_OK);
	assert_int_equal(request_token_exchange(fx, m.token, &t), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(s.auth_s, m.auth_s);
	assert_false(session_is_fresh(fx, &s));
	token = request_token(uid);
	fx->now_s += 800;
	assert_int_equal(request_token_exchange(fx, token, &t), ERR_OK);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(s.auth_s, fx->now_s - 800);
	assert_int_equal(s.created_s, fx->now_s);
}

static int
exchange_once(int i, void *arg)
{
	const struct str *token = arg;

	(void)i;
	switch (exchange(*token)) {
	case ERR_OK:
		return 1;
	case ERR_REQUEST_TOKEN:
		return 2;
	default:
		return 99;
	}
}

/* S-030 */
static void
test_s030_of_20_exchanges_of_one_request_token_one_succeeds(void **state)
{
	struct str token = request_token(ada());
	int results[20], i, given = 0;

	(void)state;
	fx_parallel(20, exchange_once, &token, results);
	for (i = 0; i < 20; i++) {
		assert_in_range(results[i], 1, 2);
		given += results[i] == 1;
	}
	assert_int_equal(given, 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
}

/* S-143: what is over goes, and what stands for a session that can be
 * refreshed stays. */
static void
test_s143_the_sweep_leaves_sessions_that_can_be_refreshed(void **state)
{
	struct uid uid = ada();
	struct session_tokens t = fx_session(uid, SESSION_API);
	int64_t removed = 0;

	(void)state;
	t = refreshed(t.refresh_token);
	fx_session(uid, SESSION_LIMITED);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 3);
	fx->now_s += 2 * DAY_S;
	assert_int_equal(site_clean(fx, 0, 10000, &removed), ERR_OK);
	assert_int_equal(removed, 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	t = refreshed(t.refresh_token);
	fx->now_s += 30 * DAY_S;
	assert_int_equal(site_clean(fx, 0, 10000, &removed), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"),
	    0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s095_rotation_gives_new_tokens_and_no_longer_life),
	T(test_s095_f48_20_parallel_refreshes_give_4_tokens_and_end_nothing),
	T(test_s095_replay_of_a_parent_after_11_s_ends_the_family),
	T(test_s095_the_owner_is_told_of_a_replay),
	T(test_s095_replay_of_a_grandparent_ends_the_family),
	T(test_compat_refresh_reuse_refuses_and_ends_nothing),
	T(test_refresh_refuses_what_is_no_refresh_token),
	T(test_s093_logout_ends_what_was_refreshed_unless_compat),
	T(test_s093_a_sign_out_ends_a_session_that_is_renewed_just_then),
	T(test_s098_so_does_whoever_ends_it_by_its_handle),
	T(test_s094_f49_refreshes_during_a_password_change_leave_nothing),
	T(test_s094_s14_no_refresh_slips_past_the_revocation_of_all),
	T(test_s13_s14_end_refresh_tokens_and_nothing_else),
	T(test_sliding_gives_new_tokens_and_voids_the_old),
	T(test_of_20_parallel_slides_of_one_token_one_wins),
	T(test_compat_sliding_grace_takes_what_expired_just_now),
	T(test_exchange_sets_the_life_in_minutes_up_to_the_sessions_end),
	T(test_s13_no_exchange_gives_a_refresh_token_back),
	T(test_compat_validation_offers_the_refresh_token_of_the_sign_in),
	T(test_s095_a_replay_of_an_offered_token_ends_the_session),
	T(test_s093_what_ended_meanwhile_is_offered_no_refresh_token),
	T(test_s091_sliding_sessions_move_as_they_are_used),
	T(test_short_sliding_lives_move_when_half_is_gone),
	T(test_remembered_sessions_have_a_life_of_their_own),
	T(test_s098_over_the_limit_the_oldest_session_ends),
	T(test_s098_by_setting_the_new_sign_in_is_refused),
	T(test_s098_an_accounts_own_limit_counts_as_the_setting_says),
	T(test_s098_the_limit_holds_under_parallel_sign_ins),
	T(test_a_page_session_makes_room_for_its_own_successor),
	T(test_s098_a_session_is_one_line_through_its_refreshes),
	T(test_nobody_ends_anothers_session_by_its_handle),
	T(test_s9_finds_sessions_by_token_account_and_profile),
	T(test_s098_s9_names_no_token),
	T(test_compat_s9_gives_the_token_that_each_session_has_now),
	T(test_impersonation_is_marked_told_and_proves_nobody),
	T(test_a_request_token_gives_its_session_once),
	T(test_a_request_token_carries_when_its_owner_signed_in),
	T(test_s030_of_20_exchanges_of_one_request_token_one_succeeds),
	T(test_s143_the_sweep_leaves_sessions_that_can_be_refreshed),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("renew", tests, fixture_open,
	    fixture_close);
}
