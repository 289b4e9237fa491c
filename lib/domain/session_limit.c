/*
 * How many sessions an account may have: the account's row is locked, so
 * parallel sign-ins are counted one after the other (S-098).
 */
#include "session_internal.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "crypto/token.h"
#include "profile_internal.h"
#include "schema.h"
#include "store/store_tx.h"

#define LIST_MAX	2000	/* twice the greatest limit */

static enum err
end_oldest(struct ctx *c, struct uid uid, struct store_session *rows,
    size_t from, size_t n)
{
	enum err e = ERR_OK;

	for (; from < n && e == ERR_OK; from++) {
		rows[from].uid = uid;
		e = session_end_row(c, &rows[from], true,
		    "session_displaced");
	}
	return e;
}

/* The session that the new one takes the place of counts no more. */
static void
replaced(const struct session_options *o, unsigned char out[TOKEN_HASH])
{
	memset(out, 0, TOKEN_HASH);
	if (o->raises != NULL)
		memcpy(out, o->raises->token_hash, TOKEN_HASH);
	else if (str_present(o->replaces) &&
	    !token_link_hash(o->replaces, out))
		memset(out, 0, TOKEN_HASH);
}

/* What a back end or an unfinished sign-in holds is nobody's device. */
static size_t
devices(struct store_session *rows, size_t n)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++)
		if (rows[i].acting == 0 && rows[i].kind != SESSION_LIMITED)
			rows[kept++] = rows[i];
	return kept;
}

int64_t
session_own_limit(struct ctx *c, const struct account *a)
{
	return json_int(json_get(profile_document(c, a->profile),
	    "SessionLimit"));
}

/* 0: as many as it likes. */
static size_t
limit_of(struct ctx *c, const struct account *a)
{
	struct str counts = c->config->session_account_limit;
	int64_t site = c->config->session_limit, own;

	if (str_eq(counts, STR("off")))
		return (size_t)site;
	own = session_own_limit(c, a);
	if (own <= 0 || (site != 0 && site < own &&
	    str_eq(counts, STR("smaller"))))
		return (size_t)site;
	return (size_t)(own < PROFILE_SESSIONS ? own : PROFILE_SESSIONS);
}

enum err
session_make_room(struct ctx *c, const struct account *a,
    const struct session_options *o)
{
	size_t limit = limit_of(c, a), n;
	struct store_session *rows;
	int64_t generation, state;
	unsigned char but[TOKEN_HASH];
	enum err e;

	if (limit == 0)
		return ERR_OK;
	replaced(o, but);
	e = store_session_account_lock(c, a->uid, &generation, &state);
	if (e == ERR_OK)
		e = store_session_list(c, a->uid, c->now_s, but, LIST_MAX,
		    &rows, &n);
	if (e != ERR_OK)
		return e;
	n = devices(rows, n);
	if (n < limit)
		return ERR_OK;
	return str_eq(c->config->session_at_limit, STR("refuse")) ?
	    err_set(c, ERR_SESSION_LIMIT, NULL, "session.limit") :
	    end_oldest(c, a->uid, rows, limit - 1, n);
}

struct own_limit {
	struct uid uid;
	int64_t limit;
};

static enum err
set_tx(struct ctx *c, void *arg)
{
	const struct own_limit *s = arg;
	struct store_profile p = { .now_s = c->now_s };
	struct account a;
	struct json *d;
	enum err e;

	e = account_lock(c, s->uid, &a);
	if (e != ERR_OK)
		return e;
	d = profile_document(c, a.profile);
	if (s->limit > 0)
		json_set_int(d, "SessionLimit", s->limit);
	else
		json_remove(d, "SessionLimit");
	e = profile_document_text(c, d, &p.text);
	p.version = a.profile_version;
	p.required_filled = schema_is_filled(c, d);
	if (e == ERR_OK)
		e = store_account_set_profile(c, s->uid, &p);
	if (e == ERR_NOT_FOUND)
		return ERR_RETRY;
	return e != ERR_OK ? e : audit_add(c, "session_limit_set", s->uid,
	    str_printf(c->arena, "%lld", (long long)s->limit).p);
}

enum err
session_limit_set(struct ctx *c, struct uid uid, int64_t limit)
{
	struct own_limit s = { uid, limit };

	must(limit >= 0 && limit <= PROFILE_SESSIONS);
	return store_tx(c, set_tx, &s, store_tx_repeatable);
}
