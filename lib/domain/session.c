/*
 * Sessions: opaque random tokens of which the database keeps hashes alone.
 * Each carries the account's generation, which is compared at every use, so
 * that raising it ends them all without a gap (S-094).
 */
#include "session.h"

#include "account_internal.h"
#include "account_row.h"
#include "account_summary.h"
#include "audit.h"
#include "base/config.h"
#include "browser.h"
#include "codec/text.h"
#include "crypto/token.h"
#include "pin_session.h"
#include "place.h"
#include "session_internal.h"
#include "store/store_pin.h"
#include "store/store_tx.h"

#define SEEN_EVERY_S	60
#define ADDRESS_MAX	64
#define AGENT_CHARS	512
#define PLACE_CHARS	64

/* Limited sessions are the API's, too. */
static bool
is_of(enum session_kind asked, int64_t kind)
{
	return (asked == SESSION_PAGE) == (kind == SESSION_PAGE);
}

static bool
token_hash(enum session_kind kind, struct str token,
    unsigned char out[TOKEN_HASH])
{
	return kind == SESSION_PAGE ? token_link_hash(token, out) :
	    token_guid_hash(token, out);
}

static struct str
fit(struct str s, size_t max)
{
	if (s.p == NULL || !utf8_valid(s))
		return STR("");
	return utf8_cut(s, max);
}

static int64_t
page_life_s(const struct config *cfg, bool remember)
{
	return remember ? cfg->lifetime_page_remember_s :
	    cfg->lifetime_page_absolute_s;
}

/* What can be renewed expires before its end, by a second at least: that
 * tells it from what cannot. */
int64_t
session_cap(const struct store_session *s, int64_t expires_s)
{
	int64_t last_s = s->ends_s > s->expires_s ? s->ends_s - 1 :
	    s->ends_s;

	return expires_s < last_s ? expires_s : last_s;
}

int64_t
session_expiry(const struct ctx *c, const struct store_session *s)
{
	const struct config *cfg = c->config;
	int64_t life_s = cfg->lifetime_access_token_s;

	if (s->remember != 0 && cfg->lifetime_access_token_remember_s > 0)
		life_s = cfg->lifetime_access_token_remember_s;
	return session_cap(s, c->now_s + life_s);
}

static void
set_life(struct ctx *c, const struct session_options *o,
    struct store_session *s)
{
	const struct config *cfg = c->config;

	switch (o->kind) {
	case SESSION_API:
		s->ends_s = c->now_s + cfg->lifetime_refresh_token_s;
		s->expires_s = session_expiry(c, s);
		break;
	case SESSION_LIMITED:
		s->expires_s = c->now_s + cfg->lifetime_interrupted_s;
		s->ends_s = s->expires_s;
		break;
	case SESSION_PAGE:
		s->expires_s = c->now_s + page_life_s(cfg, o->remember);
		s->ends_s = s->expires_s;
		s->idle_s = o->remember ? 0 : cfg->lifetime_page_idle_s;
		break;
	}
}

static enum err
end_replaced(struct ctx *c, struct str cookie)
{
	unsigned char hash[TOKEN_HASH];
	bool ended;

	if (!token_hash(SESSION_PAGE, cookie, hash))
		return ERR_OK;
	return store_session_end(c, SESSION_PAGE, hash, &ended);
}

/* There is no refresh token: whom should it be told to? */
static enum err
raise_limited(struct ctx *c, const struct account *a,
    const struct session *limited, struct session_tokens *out)
{
	const struct store_session s = {
		.ends_s = c->now_s + c->config->lifetime_refresh_token_s,
		.remember = limited->remember
	};
	struct store_raise r = {
		.from_kind = SESSION_LIMITED, .to_kind = SESSION_API,
		.generation = a->generation,
		.expires_s = session_expiry(c, &s), .now_s = c->now_s
	};
	enum err e;

	r.ends_s = c->config->session_sliding ? s.ends_s : r.expires_s;

	e = store_session_raise(c, limited->token_hash, &r);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "the limited session ended meanwhile");
	if (e == ERR_OK)
		*out = (struct session_tokens){ .expires_s = r.expires_s };
	return e;
}

static struct store_session
session_of(struct ctx *c, const struct account *a,
    const struct session_options *o)
{
	struct place at = place_of(c);

	return (struct store_session){
		.kind = o->kind, .uid = a->uid, .generation = a->generation,
		.family = uid_new(c->now_ms), .created_s = c->now_s,
		.auth_s = o->acting ? 0 : o->auth_s != 0 ? o->auth_s :
		    c->now_s,
		.seen_s = c->now_s, .remember = o->remember,
		.provider = str_present(o->provider) ? o->provider :
		    STR("email"),
		.address = fit(c->client.address, ADDRESS_MAX),
		.user_agent = fit(c->client.user_agent, AGENT_CHARS),
		.city = fit(at.city, PLACE_CHARS),
		.country = fit(at.country, PLACE_CHARS), .acting = o->acting
	};
}

enum err
session_start(struct ctx *c, const struct account *a,
    const struct session_options *o, struct session_tokens *out)
{
	struct store_session s;
	struct session_tokens t = { .refresh_token = STR_NONE };
	enum err e;

	must(o->kind >= SESSION_API && o->kind <= SESSION_LIMITED);
	if (o->raises != NULL)
		return raise_limited(c, a, o->raises, out);
	s = session_of(c, a, o);
	set_life(c, o, &s);
	t.access_token = session_access_token(c, &s);
	t.expires_s = s.expires_s;
	if (o->kind == SESSION_PAGE)
		t.browser = browser_mark(c, a->uid, a->generation);
	e = store_session_insert(c, &s);
	if (e == ERR_OK && o->kind == SESSION_API)
		e = session_add_refresh(c, &s, &t.refresh_token);
	t.family = s.family;
	if (e == ERR_OK && o->kind != SESSION_LIMITED && !o->by_pin &&
	    !o->acting)
		e = pin_session_start(c, a, s.family, &t);
	if (e == ERR_OK && str_present(o->replaces))
		e = end_replaced(c, o->replaces);
	if (e == ERR_OK)
		*out = t;
	return e;
}

enum err
session_judge(struct ctx *c, enum session_kind kind,
    const struct store_session *s, int64_t slack_s)
{
	if (!is_of(kind, s->kind))
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "a session of another kind");
	/* Blocking raises the generation too; this is the better answer. */
	if (s->account_state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL,
		    "session of a blocked account");
	if (s->generation == 0)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL, "session ended");
	if (s->generation != s->account_generation)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "all sessions of the account were ended");
	if (s->expires_s + slack_s <= c->now_s)
		return err_set(c, ERR_TOKEN_EXPIRED, NULL, "session over");
	if (s->idle_s > 0 && s->seen_s + s->idle_s <= c->now_s)
		return err_set(c, ERR_TOKEN_EXPIRED, NULL, "session idle");
	if (s->kind == SESSION_LIMITED && kind != SESSION_LIMITED)
		return err_set(c, ERR_PRIVACY_OUTSTANDING, NULL,
		    "limited session");
	return ERR_OK;
}

static void
give(const struct store_session *s, struct session *out)
{
	*out = (struct session){
		.kind = (enum session_kind)s->kind, .uid = s->uid,
		.generation = s->generation,
		.family = s->family, .handle = s->handle,
		.created_s = s->created_s, .auth_s = s->auth_s,
		.expires_s = s->expires_s, .ends_s = s->ends_s,
		.factor_s = s->factor_s, .acting = s->acting != 0,
		.remember = s->remember != 0,
		.provider = s->provider
	};
	memcpy(out->token_hash, s->token_hash, sizeof(out->token_hash));
}

static enum err
malformed(struct ctx *c)
{
	return err_set(c, ERR_TOKEN_UNKNOWN, NULL, "malformed session token");
}

/* What was read of the session, or why it was not. */
static enum err
admit(struct ctx *c, enum session_kind kind, enum err read,
    const struct store_session *s, int64_t slack_s)
{
	if (read == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "unknown session token");
	return read != ERR_OK ? read : session_judge(c, kind, s, slack_s);
}

enum err
session_read(struct ctx *c, enum session_kind kind, struct str token,
    int64_t slack_s, struct store_session *out)
{
	unsigned char hash[TOKEN_HASH];

	if (!token_hash(kind, token, hash))
		return malformed(c);
	return admit(c, kind, store_session_by_token(c, hash, out), out,
	    slack_s);
}

/*
 * A check is one read.  It writes that the session was seen at most once a
 * minute, and moves its expiry then; of short lives when half is gone.
 */
static enum err
note_use(struct ctx *c, struct store_session *s)
{
	bool slides = c->config->session_sliding && s->kind == SESSION_API;
	int64_t until_s = slides ? session_expiry(c, s) : 0;
	bool due = s->seen_s + SEEN_EVERY_S <= c->now_s;

	if (slides && s->expires_s - c->now_s < (until_s - c->now_s) / 2)
		due = true;
	if (!due)
		return ERR_OK;
	if (until_s > s->expires_s)
		s->expires_s = until_s;
	return store_session_seen(c, s->token_hash, until_s, c->now_s);
}

enum err
session_check(struct ctx *c, enum session_kind kind, struct str token,
    struct session *out)
{
	struct store_session s;
	enum err e;

	e = session_read(c, kind, token, 0, &s);
	if (e == ERR_OK)
		e = note_use(c, &s);
	if (e == ERR_OK)
		give(&s, out);
	return e;
}

enum err
session_check_account(struct ctx *c, enum session_kind kind,
    struct str token, struct session *out, struct account *account_out)
{
	unsigned char hash[TOKEN_HASH];
	struct store_identifier_of *list;
	struct store_account row;
	struct store_session s;
	size_t n;
	enum err e;

	if (!token_hash(kind, token, hash))
		return malformed(c);
	e = store_session_account(c, hash, &s, &row);
	e = admit(c, kind, e, &s, 0);
	if (e == ERR_OK)
		e = note_use(c, &s);
	if (e != ERR_OK)
		return e;
	give(&s, out);
	if (!account_summary_read(c, &row, &list, &n)) {
		e = account_summary_make(c, s.uid, &row, &list, &n);
		/* It may have waited, and the account is another now. */
		s.account_generation = row.generation;
		s.account_state = row.state;
		e = admit(c, kind, e, &s, 0);
	}
	if (e == ERR_OK)
		e = account_from_rows(c, &row, list, n, account_out);
	return e != ERR_OK ? e : account_read_lock(c, account_out);
}

enum err
session_guard(struct ctx *c, enum session_kind kind, struct str token,
    struct session_guarded *out)
{
	struct store_session s = { .kind = 0 };
	enum err e;

	if (!token_hash(kind, token, s.token_hash))
		return malformed(c);
	e = store_session_for_guard(c, s.token_hash, &s);
	e = admit(c, kind, e, &s, 0);
	if (e == ERR_OK && (s.idle_s > 0 || c->config->session_sliding))
		e = note_use(c, &s);
	if (e == ERR_OK)
		*out = (struct session_guarded){
			.uid = s.uid, .auth_s = s.auth_s,
			.factor_s = s.factor_s,
			.verified = s.email_verified_s != 0, .roles = s.roles
		};
	return e;
}

struct ending {
	enum session_kind kind;
	const unsigned char *hash;
	const struct uid *handle;	/* NULL: none can be meant */
	bool refresh_too;
};

enum err
session_end_row(struct ctx *c, const struct store_session *s,
    bool refresh_too, const char *event)
{
	bool ended = false;
	enum err e;

	e = store_session_end_family(c, s->family, !refresh_too, &ended);
	if (e == ERR_OK && refresh_too)
		e = store_refresh_drop_family(c, s->family);
	if (e == ERR_OK && refresh_too)
		e = store_pin_session_end_family(c, s->family);
	if (e == ERR_OK && ended)
		e = audit_add(c, event, s->uid, "");
	return e;
}

static enum err
find_ending(struct ctx *c, const struct ending *d, struct store_session *s)
{
	enum err e;

	e = store_session_by_token(c, d->hash, s);
	if (e == ERR_OK && !is_of(d->kind, s->kind))
		return ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND && d->handle != NULL ?
	    store_session_of_family(c, *d->handle, s) : e;
}

/* Whoever renews the session adds a row to it, behind the back of the
 * statement that ends all of them: one after the other. */
static enum err
lock_account(struct ctx *c, struct uid uid)
{
	int64_t generation, state;

	return store_session_account_lock(c, uid, &generation, &state);
}

static enum err
end_tx(struct ctx *c, void *arg)
{
	const struct ending *d = arg;
	struct store_session s;
	enum err e;

	e = find_ending(c, d, &s);
	if (e == ERR_OK)
		e = lock_account(c, s.uid);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "unknown session token");
	return e != ERR_OK ? e : session_end_row(c, &s, d->refresh_too,
	    "logout");
}

static enum err
end_in_doubt(struct ctx *c, void *arg)
{
	const struct ending *d = arg;
	struct store_session s;
	enum err e;

	e = find_ending(c, d, &s);
	return e == ERR_OK && s.generation != 0 ? ERR_NOT_FOUND : e;
}

enum err
session_end(struct ctx *c, enum session_kind kind, struct str token,
    bool prevent_refresh)
{
	unsigned char hash[TOKEN_HASH];
	struct uid handle;
	struct ending d = { .kind = kind, .hash = hash };

	d.refresh_too = prevent_refresh ||
	    !c->config->compat_logout_keeps_refresh;
	if (!token_hash(kind, token, hash))
		return malformed(c);
	if (kind != SESSION_PAGE && guid_decode(token, handle.b))
		d.handle = &handle;
	return store_tx(c, end_tx, &d, end_in_doubt);
}

enum err
session_end_all(struct ctx *c, struct uid uid, const struct session *keep,
    struct session_tokens *rotated_out)
{
	unsigned char hash[TOKEN_HASH];
	struct session_tokens t = { .refresh_token = STR_NONE };
	enum err e;

	e = store_session_end_all(c, uid, c->now_s);
	if (e != ERR_OK || keep == NULL)
		return e;
	must(uid_eq(uid, keep->uid));
	memcpy(hash, keep->token_hash, sizeof(hash));
	if (keep->kind == SESSION_PAGE)
		t.access_token = token_link(c->arena, hash);
	e = store_session_carry(c, keep->token_hash, hash, keep->auth_s);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "the session ended meanwhile");
	if (e == ERR_OK && keep->kind == SESSION_PAGE) {
		t.expires_s = keep->expires_s;
		t.browser = browser_mark(c, uid, keep->generation + 1);
		*rotated_out = t;
	}
	return e;
}

enum err
session_end_others(struct ctx *c, const struct session *keep)
{
	enum err e;

	e = store_session_end_others(c, keep->uid, keep->family);
	return e != ERR_OK ? e : store_pin_session_end_others(c, keep->uid,
	    keep->family);
}

static struct session_row
row_of(const struct store_session *s)
{
	return (struct session_row){
		.handle = s->family, .kind = (enum session_kind)s->kind,
		.created_s = s->created_s, .seen_s = s->seen_s,
		.expires_s = s->expires_s, .ends_s = s->ends_s,
		.provider = s->provider, .address = s->address,
		.user_agent = s->user_agent, .city = s->city,
		.country = s->country, .remember = s->remember != 0,
		.acting = s->acting != 0
	};
}

static enum err
list_of(struct ctx *c, struct uid uid, size_t max, bool tokens,
    struct session_row **out, size_t *n_out)
{
	static const unsigned char all[TOKEN_HASH];
	struct store_session *rows;
	struct session_row *list;
	size_t n, i;
	enum err e;

	e = store_session_list(c, uid, c->now_s, all, max, &rows, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct session_row, n);
	for (i = 0; i < n; i++) {
		list[i] = row_of(&rows[i]);
		if (tokens)
			list[i].token = session_access_token_again(c,
			    &rows[i]);
	}
	*out = list;
	*n_out = n;
	return ERR_OK;
}

enum err
session_list(struct ctx *c, struct uid uid, size_t max,
    struct session_row **out, size_t *n_out)
{
	return list_of(c, uid, max, false, out, n_out);
}

enum err
session_list_tokens(struct ctx *c, struct uid uid, size_t max,
    struct session_row **out, size_t *n_out)
{
	return list_of(c, uid, max, true, out, n_out);
}

struct revoking {
	struct uid handle, of;
};

static enum err
revoke_tx(struct ctx *c, void *arg)
{
	const struct revoking *r = arg;
	struct store_session s;
	enum err e;

	e = store_session_of_family(c, r->handle, &s);
	if (e != ERR_OK)
		return e;
	if (!uid_is_zero(r->of) && !uid_eq(r->of, s.uid))
		return ERR_NOT_FOUND;
	e = lock_account(c, s.uid);
	return e != ERR_OK ? e : session_end_row(c, &s, true,
	    "session_revoked");
}

enum err
session_revoke(struct ctx *c, struct uid handle, struct uid of)
{
	struct revoking r = { handle, of };

	return store_tx(c, revoke_tx, &r, store_tx_repeatable);
}

static enum err
revoke_all_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	enum err e;

	e = session_end_all(c, *uid, NULL, NULL);
	if (e != ERR_OK)
		return e;
	return audit_add(c, "sessions_revoked", *uid, "");
}

enum err
session_revoke_all(struct ctx *c, struct uid uid)
{
	return store_tx(c, revoke_all_tx, &uid, store_tx_repeatable);
}

struct keeping {
	const struct session *keep;
	struct session_tokens rotated;
};

static enum err
revoke_others_tx(struct ctx *c, void *arg)
{
	struct keeping *k = arg;
	enum err e;

	e = session_end_all(c, k->keep->uid, k->keep, &k->rotated);
	if (e != ERR_OK)
		return e;
	return audit_add(c, "sessions_revoked", k->keep->uid, "others");
}

/* The new cookie value is in the row, or the old one still is. */
static enum err
revoke_others_in_doubt(struct ctx *c, void *arg)
{
	const struct keeping *k = arg;
	struct store_session s;
	enum err e;

	e = session_read(c, SESSION_PAGE, k->rotated.access_token, 0, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

enum err
session_revoke_others(struct ctx *c, const struct session *keep,
    struct session_tokens *rotated_out)
{
	struct keeping k = { .keep = keep };
	enum err e;

	must(keep->kind == SESSION_PAGE);
	e = store_tx(c, revoke_others_tx, &k, revoke_others_in_doubt);
	if (e == ERR_OK)
		*rotated_out = k.rotated;
	return e;
}
