/*
 * The account's row is locked before anything of its sessions changes, so
 * that no refresh slips past a revocation, nor past another refresh (S-094,
 * S-095).
 */
#include "session_renew.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "crypto/token.h"
#include "session_internal.h"
#include "store/store_pin.h"
#include "store/store_tx.h"

#define GRACE_S		10	/* for honest clients that came together */
#define REISSUES	3
#define MINUTES_MAX	129600

/* ---- by refresh token ---- */

struct refreshing {
	unsigned char hash[TOKEN_HASH];
	struct uid uid;
	int64_t generation, state;	/* of the account */
	struct store_refresh old;
	enum err verdict;
	bool stolen;			/* so it seems */
	struct session_tokens tokens;
};

static enum err
refused(struct ctx *c, const char *why)
{
	return err_set(c, ERR_REFRESH_TOKEN, NULL, "%s", why);
}

static enum err
tell_owner(struct ctx *c, struct uid uid)
{
	struct account a;
	enum err e;

	e = account_get(c, uid, &a);
	return e != ERR_OK ? e : account_tell(c, &a, "session-ended",
	    STR_NONE);
}

/* A replay: whoever holds the newer tokens may be the thief. */
static enum err
end_stolen(struct ctx *c, struct refreshing *r)
{
	const struct store_session s = {
		.uid = r->uid, .family = r->old.family
	};
	enum err e;

	r->stolen = true;
	e = audit_add(c, "refresh_reused", r->uid, "");
	if (e == ERR_OK && !c->config->compat_refresh_reuse)
		e = session_end_row(c, &s, true, "session_revoked");
	if (e == ERR_OK && !c->config->compat_refresh_reuse)
		e = tell_owner(c, r->uid);
	r->verdict = refused(c, "used before");
	return e;
}

/* It was used: a client that came at the same time, or a replay? */
static enum err
used_again(struct ctx *c, struct refreshing *r)
{
	bool counted = false;
	enum err e;

	if (r->old.used_s + GRACE_S < c->now_s)
		return end_stolen(c, r);
	e = store_refresh_reissue(c, r->hash, c->now_s - GRACE_S, REISSUES,
	    &counted);
	if (e == ERR_OK && !counted)
		r->verdict = refused(c, "used by others just now");
	return e;
}

static enum err
judge_refresh(struct ctx *c, const struct refreshing *r)
{
	if (r->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL,
		    "refresh token of a blocked account");
	if (r->old.generation != r->generation)
		return refused(c, "all sessions of the account were ended");
	return r->old.expires_s <= c->now_s ? refused(c, "expired") : ERR_OK;
}

/* The new row stands for the session from now on. */
static enum err
add_tokens(struct ctx *c, struct refreshing *r)
{
	struct store_session s;
	enum err e;

	e = store_session_of_family(c, r->old.family, &s);
	if (e == ERR_NOT_FOUND)
		return refused(c, "its session is gone");
	if (e != ERR_OK)
		return e;
	s.generation = r->old.generation;
	s.ends_s = r->old.expires_s;
	s.seen_s = c->now_s;
	s.expires_s = session_expiry(c, &s);
	r->tokens = (struct session_tokens){ .expires_s = s.expires_s };
	r->tokens.access_token = session_access_token(c, &s);
	e = store_session_settle(c, s.family);
	if (e == ERR_OK)
		e = store_session_insert(c, &s);
	return e != ERR_OK ? e : session_add_refresh(c, &s,
	    &r->tokens.refresh_token);
}

/*
 * The update comes before the read, and decides: only one of many can change
 * the row.  A refusal that ends the family commits, too.
 */
static enum err
refresh_tx(struct ctx *c, void *arg)
{
	struct refreshing *r = arg;
	bool first = false;
	enum err e;

	r->verdict = ERR_OK;
	r->stolen = false;
	e = store_session_account_lock(c, r->uid, &r->generation, &r->state);
	if (e == ERR_OK)
		e = store_refresh_use(c, r->hash, c->now_s, &first);
	if (e == ERR_OK)
		e = store_refresh_read(c, r->hash, &r->old);
	if (e == ERR_NOT_FOUND)
		return refused(c, "gone meanwhile");
	if (e == ERR_OK)
		e = judge_refresh(c, r);
	if (e == ERR_OK && !first)
		e = used_again(c, r);
	return e != ERR_OK || r->verdict != ERR_OK ? e : add_tokens(c, r);
}

static enum err
refresh_in_doubt(struct ctx *c, void *arg)
{
	const struct refreshing *r = arg;
	struct store_session s;
	enum err e;

	if (r->verdict != ERR_OK)
		return ERR_NOT_FOUND;	/* saying no twice is saying no */
	e = session_read(c, SESSION_API, r->tokens.access_token, 0, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

enum err
session_refresh(struct ctx *c, struct str token, struct session_tokens *out)
{
	struct refreshing r = { .verdict = ERR_OK };
	enum err e;

	if (!token_guid_hash(token, r.hash))
		return refused(c, "malformed");
	e = store_refresh_owner(c, r.hash, &r.uid);
	if (e == ERR_NOT_FOUND)
		return refused(c, "unknown");
	if (e == ERR_OK)
		e = store_tx(c, refresh_tx, &r, refresh_in_doubt);
	if (e == ERR_OK && r.stolen)
		log_write(c, LOG_WARN, "refresh_reused",
		    "a used refresh token of account %.*s came again",
		    STR_FMT(uid_hex(c->arena, r.uid)));
	if (e == ERR_OK)
		e = r.verdict;
	if (e == ERR_OK)
		*out = r.tokens;
	return e;
}

/* ---- by access token ---- */

struct moving {
	struct str token;
	int64_t slack_s, minutes;
	struct uid uid;
	struct session_tokens tokens;
};

static int64_t
expiry(struct ctx *c, const struct moving *m, const struct store_session *s)
{
	return m->minutes == 0 ? session_expiry(c, s) :
	    session_cap(s, c->now_s + m->minutes * 60);
}

/* One that is not the session's newest, or that has lost its refresh tokens,
 * gets no new ones, and lives no longer. */
static enum err
move_refresh(struct ctx *c, struct moving *m, const struct store_session *s)
{
	enum err e;

	if (s->ends_s <= s->expires_s)
		return ERR_OK;
	e = store_refresh_revoke_unused(c, s->family);
	return e != ERR_OK ? e : session_add_refresh(c, s,
	    &m->tokens.refresh_token);
}

static enum err
move(struct ctx *c, struct moving *m, const struct store_session *s)
{
	struct store_session to = *s;
	enum err e;

	m->tokens = (struct session_tokens){ .expires_s = expiry(c, m, s) };
	m->tokens.access_token = session_access_token(c, &to);
	if (m->tokens.expires_s <= c->now_s)
		return err_set(c, ERR_TOKEN_EXPIRED, NULL,
		    "the session's absolute end");
	to.expires_s = m->tokens.expires_s;
	to.seen_s = c->now_s;
	if (s->ends_s <= s->expires_s)	/* a shorter life renews nothing */
		to.ends_s = to.expires_s;
	e = store_session_move(c, s->token_hash, &to);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "the session ended meanwhile");
	return e != ERR_OK ? e : move_refresh(c, m, &to);
}

static enum err
move_tx(struct ctx *c, void *arg)
{
	struct moving *m = arg;
	struct store_session s;
	int64_t generation, state;
	enum err e;

	e = store_session_account_lock(c, m->uid, &generation, &state);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL, "account gone");
	if (e == ERR_OK)
		e = session_read(c, SESSION_API, m->token, m->slack_s, &s);
	if (e == ERR_OK)
		e = move(c, m, &s);
	return e != ERR_OK ? e : audit_add(c, "token_renewed", m->uid, "");
}

static enum err
move_in_doubt(struct ctx *c, void *arg)
{
	const struct moving *m = arg;
	struct store_session s;
	enum err e;

	e = session_read(c, SESSION_API, m->tokens.access_token, 0, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

static enum err
move_token(struct ctx *c, struct moving *m, struct session_tokens *out)
{
	struct store_session s;
	enum err e;

	e = session_read(c, SESSION_API, m->token, m->slack_s, &s);
	if (e != ERR_OK)
		return e;
	m->uid = s.uid;
	e = store_tx(c, move_tx, m, move_in_doubt);
	if (e == ERR_OK)
		*out = m->tokens;
	return e;
}

enum err
session_slide(struct ctx *c, struct str token, struct session_tokens *out)
{
	struct moving m = { .token = token,
		.slack_s = c->config->compat_sliding_grace_seconds };

	return move_token(c, &m, out);
}

enum err
session_exchange(struct ctx *c, struct str token, int64_t minutes,
    struct session_tokens *out)
{
	struct moving m = { .token = token, .minutes = minutes };
	enum err e;

	if (minutes < 0)
		return err_set(c, ERR_PARAMETER, "expiresin", "negative");
	if (minutes > MINUTES_MAX)
		m.minutes = MINUTES_MAX;
	e = move_token(c, &m, out);
	return e == ERR_PRIVACY_OUTSTANDING ? err_set(c, ERR_NO_SESSION,
	    NULL, "limited session") : e;
}

/* ---- ends of refresh tokens ---- */

struct revoking {
	unsigned char hash[TOKEN_HASH];
	struct uid uid;
};

static enum err
revoke_tx(struct ctx *c, void *arg)
{
	struct revoking *r = arg;
	struct store_refresh old;
	int64_t generation, state;
	bool revoked = false;
	enum err e;

	e = store_session_account_lock(c, r->uid, &generation, &state);
	if (e == ERR_OK)
		e = store_refresh_read(c, r->hash, &old);
	if (e == ERR_OK && old.generation != generation)
		return refused(c, "all sessions of the account were ended");
	if (e == ERR_OK)
		e = store_refresh_revoke(c, r->hash, c->now_s, &revoked);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !revoked))
		return refused(c, "used, expired or revoked");
	if (e == ERR_OK)
		e = store_session_settle_alone(c, old.family);
	return e != ERR_OK ? e : audit_add(c, "refresh_revoked", r->uid, "");
}

static enum err
revoke_in_doubt(struct ctx *c, void *arg)
{
	const struct revoking *r = arg;
	struct store_refresh now;
	enum err e;

	e = store_refresh_read(c, r->hash, &now);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK && now.generation != 0 ? ERR_NOT_FOUND : e;
}

enum err
session_revoke_refresh(struct ctx *c, struct str token)
{
	struct revoking r;
	enum err e;

	if (!token_guid_hash(token, r.hash))
		return refused(c, "malformed");
	e = store_refresh_owner(c, r.hash, &r.uid);
	if (e == ERR_NOT_FOUND)
		return refused(c, "unknown");
	return e != ERR_OK ? e : store_tx(c, revoke_tx, &r, revoke_in_doubt);
}

static enum err
revoke_all_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	int64_t generation, state;
	enum err e;

	e = store_session_account_lock(c, *uid, &generation, &state);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown");
	if (e == ERR_OK)
		e = store_refresh_drop_all(c, *uid);
	if (e == ERR_OK)
		e = store_session_settle_all(c, *uid);
	return e != ERR_OK ? e : audit_add(c, "refresh_revoked", *uid,
	    "all");
}

enum err
session_revoke_refreshes(struct ctx *c, struct uid uid)
{
	return store_tx(c, revoke_all_tx, &uid, store_tx_repeatable);
}
