/*
 * How many sessions an account may have: the account's row is locked, so
 * parallel sign-ins are counted one after the other (S-098).
 */
#include "session_internal.h"

#include "base/config.h"
#include "crypto/token.h"

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

enum err
session_make_room(struct ctx *c, struct uid uid,
    const struct session_options *o)
{
	size_t limit = (size_t)c->config->session_limit, n;
	struct store_session *rows;
	int64_t generation, state;
	unsigned char but[TOKEN_HASH];
	enum err e;

	if (limit == 0)
		return ERR_OK;
	replaced(o, but);
	e = store_session_account_lock(c, uid, &generation, &state);
	if (e == ERR_OK)
		e = store_session_list(c, uid, c->now_s, but, LIST_MAX,
		    &rows, &n);
	if (e != ERR_OK)
		return e;
	n = devices(rows, n);
	if (n < limit)
		return ERR_OK;
	return str_eq(c->config->session_at_limit, STR("refuse")) ?
	    err_set(c, ERR_SESSION_LIMIT, NULL, "session.limit") :
	    end_oldest(c, uid, rows, limit - 1, n);
}
