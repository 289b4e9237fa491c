#include "store_session.h"

#include "store.h"

enum err
store_session_insert(struct ctx *c, const struct store_session *s)
{
	return db_exec(c, STMT_SESSION_INSERT, ARGS(db_hash(s->token_hash),
	    db_int(s->kind), db_uid(s->uid), db_int(s->generation),
	    db_uid(s->family), db_uid(s->handle), db_int(s->created_s),
	    db_int(s->auth_s), db_int(s->seen_s), db_int(s->expires_s),
	    db_int(s->idle_s), db_int(s->remember), db_text(s->provider),
	    db_text(s->address), db_text(s->user_agent)), NULL);
}

enum err
store_session_by_token(struct ctx *c, const unsigned char token_hash[32],
    struct store_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, token_hash),
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, uid),
		COLUMN(struct store_session, generation),
		COLUMN(struct store_session, family),
		COLUMN(struct store_session, handle),
		COLUMN(struct store_session, created_s),
		COLUMN(struct store_session, auth_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, idle_s),
		COLUMN(struct store_session, remember),
		COLUMN(struct store_session, provider),
		COLUMN(struct store_session, account_generation),
		COLUMN(struct store_session, account_state)
	};

	return db_one(c, STMT_SESSION_BY_TOKEN, ARGS(db_hash(token_hash)),
	    columns, out);
}

enum err
store_session_for_guard(struct ctx *c, const unsigned char token_hash[32],
    struct store_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, uid),
		COLUMN(struct store_session, generation),
		COLUMN(struct store_session, auth_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, idle_s),
		COLUMN(struct store_session, factor_s),
		COLUMN(struct store_session, account_generation),
		COLUMN(struct store_session, account_state),
		COLUMN(struct store_session, email_verified_s),
		COLUMN(struct store_session, roles)
	};

	return db_one(c, STMT_SESSION_FOR_GUARD, ARGS(db_hash(token_hash)),
	    columns, out);
}

enum err
store_session_by_handle(struct ctx *c, struct uid handle,
    struct store_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, token_hash),
		COLUMN(struct store_session, uid),
		COLUMN(struct store_session, family),
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, generation)
	};

	return db_one(c, STMT_SESSION_BY_HANDLE, ARGS(db_uid(handle)),
	    columns, out);
}

enum err
store_session_seen(struct ctx *c, const unsigned char token_hash[32],
    int64_t now_s)
{
	return db_exec(c, STMT_SESSION_SEEN, ARGS(db_int(now_s),
	    db_hash(token_hash), db_int(now_s)), NULL);
}

enum err
store_session_end(struct ctx *c, int64_t kind,
    const unsigned char token_hash[32], bool *ended_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_SESSION_END, ARGS(db_hash(token_hash),
	    db_int(kind)), &changed);
	if (e == ERR_OK)
		*ended_out = changed == 1;
	return e;
}

enum err
store_session_end_all(struct ctx *c, struct uid uid, int64_t now_s)
{
	return db_exec_one(c, STMT_SESSION_END_ALL, ARGS(db_int(now_s),
	    db_uid(uid)));
}

enum err
store_session_end_others(struct ctx *c, struct uid uid,
    const unsigned char token_hash[32])
{
	return db_exec(c, STMT_SESSION_END_OTHERS, ARGS(db_uid(uid),
	    db_hash(token_hash)), NULL);
}

enum err
store_session_carry(struct ctx *c, const unsigned char token_hash[32],
    const unsigned char new_hash[32], int64_t auth_s)
{
	return db_exec_one(c, STMT_SESSION_CARRY, ARGS(db_hash(new_hash),
	    db_int(auth_s), db_hash(token_hash)));
}

enum err
store_session_list(struct ctx *c, struct uid uid, int64_t now_s, size_t max,
    struct store_session **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, handle),
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, created_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, address),
		COLUMN(struct store_session, user_agent)
	};

	return db_all(c, STMT_SESSION_LIST, ARGS(db_uid(uid),
	    db_int(now_s), db_int(now_s), db_int((int64_t)max)), columns,
	    sizeof(**out), max, out, n_out);
}

enum err
store_refresh_insert(struct ctx *c, const unsigned char token_hash[32],
    const struct store_session *s, int64_t expires_s)
{
	return db_exec(c, STMT_REFRESH_INSERT, ARGS(db_hash(token_hash),
	    db_uid(s->uid), db_int(s->generation), db_uid(s->family),
	    db_int(s->created_s), db_int(expires_s)), NULL);
}

enum err
store_refresh_drop_family(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_REFRESH_DROP_FAMILY, ARGS(db_uid(family)),
	    NULL);
}

enum err
store_session_raise(struct ctx *c, const unsigned char token_hash[32],
    const struct store_raise *r)
{
	return db_exec_one(c, STMT_SESSION_RAISE, ARGS(db_int(r->to_kind),
	    db_int(r->expires_s), db_int(r->now_s), db_hash(token_hash),
	    db_int(r->from_kind), db_int(r->generation)));
}
