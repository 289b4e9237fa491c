#include "store_session.h"

#include "store_columns.h"

enum err
store_session_insert(struct ctx *c, const struct store_session *s)
{
	return db_exec(c, STMT_SESSION_INSERT, ARGS(db_hash(s->token_hash),
	    db_int(s->kind), db_uid(s->uid), db_int(s->generation),
	    db_uid(s->family), db_uid(s->handle), db_int(s->created_s),
	    db_int(s->auth_s), db_int(s->seen_s), db_int(s->expires_s),
	    db_int(s->ends_s), db_int(s->idle_s), db_int(s->remember),
	    db_text(s->provider), db_text(s->address),
	    db_text(s->user_agent), db_text(s->city), db_text(s->country),
	    db_int(s->factor_s), db_int(s->acting)), NULL);
}

enum err
store_session_by_token(struct ctx *c, const unsigned char token_hash[32],
    struct store_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, uid),
		COLUMN(struct store_session, generation),
		COLUMN(struct store_session, family),
		COLUMN(struct store_session, handle),
		COLUMN(struct store_session, created_s),
		COLUMN(struct store_session, auth_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, ends_s),
		COLUMN(struct store_session, idle_s),
		COLUMN(struct store_session, remember),
		COLUMN(struct store_session, provider),
		COLUMN(struct store_session, factor_s),
		COLUMN(struct store_session, acting),
		COLUMN(struct store_session, account_generation),
		COLUMN(struct store_session, account_state)
	};
	enum err e;

	e = db_one(c, STMT_SESSION_BY_TOKEN, ARGS(db_hash(token_hash)),
	    columns, out);
	if (e == ERR_OK)
		memcpy(out->token_hash, token_hash, sizeof(out->token_hash));
	return e;
}

enum err
store_session_account(struct ctx *c, const unsigned char token_hash[32],
    struct store_session *session_out, struct store_account *account_out)
{
	struct whole {
		struct store_session session;
		struct store_account account;
	} row;
	static const struct db_column columns[] = {
		COLUMN(struct whole, session.kind),
		COLUMN(struct whole, session.uid),
		COLUMN(struct whole, session.generation),
		COLUMN(struct whole, session.family),
		COLUMN(struct whole, session.handle),
		COLUMN(struct whole, session.created_s),
		COLUMN(struct whole, session.auth_s),
		COLUMN(struct whole, session.seen_s),
		COLUMN(struct whole, session.expires_s),
		COLUMN(struct whole, session.ends_s),
		COLUMN(struct whole, session.idle_s),
		COLUMN(struct whole, session.remember),
		COLUMN(struct whole, session.provider),
		COLUMN(struct whole, session.factor_s),
		COLUMN(struct whole, session.acting),
		ACCOUNT_COLUMNS_OWN(struct whole, account.),
		COLUMN(struct whole, account.summary)
	};
	enum err e;

	memset(&row, 0, sizeof(row));
	e = db_one(c, STMT_SESSION_ACCOUNT, ARGS(db_hash(token_hash)),
	    columns, &row);
	if (e != ERR_OK)
		return e;
	*session_out = row.session;
	memcpy(session_out->token_hash, token_hash,
	    sizeof(session_out->token_hash));
	session_out->account_generation = row.account.generation;
	session_out->account_state = row.account.state;
	*account_out = row.account;
	account_out->uid = row.session.uid;
	return ERR_OK;
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
		COLUMN(struct store_session, ends_s),
		COLUMN(struct store_session, remember),
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
store_session_of_family(struct ctx *c, struct uid family,
    struct store_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, token_hash),
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, uid),
		COLUMN(struct store_session, generation),
		COLUMN(struct store_session, family),
		COLUMN(struct store_session, created_s),
		COLUMN(struct store_session, auth_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, ends_s),
		COLUMN(struct store_session, idle_s),
		COLUMN(struct store_session, remember),
		COLUMN(struct store_session, address),
		COLUMN(struct store_session, user_agent),
		COLUMN(struct store_session, city),
		COLUMN(struct store_session, country),
		COLUMN(struct store_session, factor_s),
		COLUMN(struct store_session, acting),
		COLUMN(struct store_session, provider),
		COLUMN(struct store_session, account_generation),
		COLUMN(struct store_session, account_state)
	};

	return db_one(c, STMT_SESSION_OF_FAMILY, ARGS(db_uid(family)),
	    columns, out);
}

enum err
store_session_seen(struct ctx *c, const unsigned char token_hash[32],
    int64_t expires_s, int64_t now_s)
{
	return db_exec(c, STMT_SESSION_SEEN, ARGS(db_int(now_s),
	    db_int(expires_s), db_int(expires_s), db_hash(token_hash),
	    db_int(now_s)), NULL);
}

/* Did it change any row? */
static enum err
exec_any(struct ctx *c, unsigned statement, const struct db_arg *args,
    bool *any_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, statement, args, &changed);
	if (e == ERR_OK)
		*any_out = changed > 0;
	return e;
}

enum err
store_session_end(struct ctx *c, int64_t kind,
    const unsigned char token_hash[32], bool *ended_out)
{
	return exec_any(c, STMT_SESSION_END, ARGS(db_hash(token_hash),
	    db_int(kind)), ended_out);
}

enum err
store_session_end_family(struct ctx *c, struct uid family, bool renewable,
    bool *ended_out)
{
	return exec_any(c, STMT_SESSION_END_FAMILY, ARGS(db_int(renewable),
	    db_uid(family)), ended_out);
}

enum err
store_session_end_all(struct ctx *c, struct uid uid, int64_t now_s)
{
	return db_exec_one(c, STMT_SESSION_END_ALL, ARGS(db_int(now_s),
	    db_uid(uid)));
}

enum err
store_session_end_others(struct ctx *c, struct uid uid, struct uid family)
{
	return db_exec(c, STMT_SESSION_END_OTHERS, ARGS(db_uid(uid),
	    db_uid(family)), NULL);
}

enum err
store_session_carry(struct ctx *c, const unsigned char token_hash[32],
    const unsigned char new_hash[32], int64_t auth_s)
{
	return db_exec_one(c, STMT_SESSION_CARRY, ARGS(db_hash(new_hash),
	    db_int(auth_s), db_hash(token_hash)));
}

enum err
store_session_move(struct ctx *c, const unsigned char token_hash[32],
    const struct store_session *to)
{
	return db_exec_one(c, STMT_SESSION_MOVE, ARGS(
	    db_hash(to->token_hash), db_uid(to->handle),
	    db_int(to->expires_s), db_int(to->ends_s), db_int(to->seen_s),
	    db_hash(token_hash), db_int(to->kind)));
}

enum err
store_session_settle(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_SESSION_SETTLE_FAMILY, ARGS(db_uid(family)),
	    NULL);
}

enum err
store_session_settle_alone(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_SESSION_SETTLE_ALONE, ARGS(db_uid(family),
	    db_uid(family)), NULL);
}

enum err
store_session_settle_all(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_SESSION_SETTLE_ALL, ARGS(db_uid(uid)), NULL);
}

enum err
store_session_list(struct ctx *c, struct uid uid, int64_t now_s,
    const unsigned char but[32], size_t max, struct store_session **out,
    size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_session, family),
		COLUMN(struct store_session, kind),
		COLUMN(struct store_session, created_s),
		COLUMN(struct store_session, seen_s),
		COLUMN(struct store_session, expires_s),
		COLUMN(struct store_session, ends_s),
		COLUMN(struct store_session, remember),
		COLUMN(struct store_session, provider),
		COLUMN(struct store_session, address),
		COLUMN(struct store_session, user_agent),
		COLUMN(struct store_session, city),
		COLUMN(struct store_session, country),
		COLUMN(struct store_session, acting),
		COLUMN(struct store_session, handle),
		COLUMN(struct store_session, token_hash)
	};

	return db_all(c, STMT_SESSION_LIST, ARGS(db_uid(uid),
	    db_int(now_s), db_int(now_s), db_hash(but),
	    db_int((int64_t)max)), columns, sizeof(**out), max, out, n_out);
}

enum err
store_session_account_lock(struct ctx *c, struct uid uid,
    int64_t *generation_out, int64_t *state_out)
{
	struct row { int64_t generation, state; } row;
	static const struct db_column columns[] = {
		COLUMN(struct row, generation), COLUMN(struct row, state)
	};
	enum err e;

	e = db_one(c, STMT_SESSION_ACCOUNT_LOCK, ARGS(db_uid(uid)), columns,
	    &row);
	if (e != ERR_OK)
		return e;
	*generation_out = row.generation;
	*state_out = row.state;
	return ERR_OK;
}

static const struct db_column uid_columns[] = { { 0 } };

enum err
store_session_profile_owner(struct ctx *c, struct uid profile_id,
    struct uid *uid_out)
{
	return db_one(c, STMT_ACCOUNT_BY_PROFILE_ID,
	    ARGS(db_uid(profile_id)), uid_columns, uid_out);
}

enum err
store_refresh_insert(struct ctx *c, const struct store_refresh *r)
{
	return db_exec(c, STMT_REFRESH_INSERT, ARGS(db_hash(r->token_hash),
	    db_uid(r->uid), db_int(r->generation), db_uid(r->family),
	    db_int(r->created_s), db_int(r->expires_s)), NULL);
}

enum err
store_refresh_owner(struct ctx *c, const unsigned char token_hash[32],
    struct uid *uid_out)
{
	return db_one(c, STMT_REFRESH_OWNER, ARGS(db_hash(token_hash)),
	    uid_columns, uid_out);
}

enum err
store_refresh_read(struct ctx *c, const unsigned char token_hash[32],
    struct store_refresh *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_refresh, token_hash),
		COLUMN(struct store_refresh, uid),
		COLUMN(struct store_refresh, generation),
		COLUMN(struct store_refresh, family),
		COLUMN(struct store_refresh, created_s),
		COLUMN(struct store_refresh, expires_s),
		COLUMN(struct store_refresh, used_s),
		COLUMN(struct store_refresh, reissued)
	};

	return db_one(c, STMT_REFRESH_READ, ARGS(db_hash(token_hash)),
	    columns, out);
}

enum err
store_refresh_use(struct ctx *c, const unsigned char token_hash[32],
    int64_t now_s, bool *used_out)
{
	return exec_any(c, STMT_REFRESH_USE, ARGS(db_int(now_s),
	    db_hash(token_hash), db_int(now_s)), used_out);
}

enum err
store_refresh_reissue(struct ctx *c, const unsigned char token_hash[32],
    int64_t since_s, int64_t max, bool *counted_out)
{
	return exec_any(c, STMT_REFRESH_REISSUE, ARGS(db_hash(token_hash),
	    db_int(since_s), db_int(max)), counted_out);
}

enum err
store_refresh_revoke(struct ctx *c, const unsigned char token_hash[32],
    int64_t now_s, bool *revoked_out)
{
	return exec_any(c, STMT_REFRESH_REVOKE, ARGS(db_hash(token_hash),
	    db_int(now_s)), revoked_out);
}

enum err
store_refresh_drop_family(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_REFRESH_DROP_FAMILY, ARGS(db_uid(family)),
	    NULL);
}

enum err
store_refresh_revoke_unused(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_REFRESH_REVOKE_UNUSED, ARGS(db_uid(family)),
	    NULL);
}

enum err
store_refresh_drop_all(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_ACCOUNT_DELETE_REFRESH, ARGS(db_uid(uid)),
	    NULL);
}

enum err
store_session_raise(struct ctx *c, const unsigned char token_hash[32],
    const struct store_raise *r)
{
	return db_exec_one(c, STMT_SESSION_RAISE, ARGS(db_int(r->to_kind),
	    db_int(r->expires_s), db_int(r->ends_s), db_int(r->now_s),
	    db_hash(token_hash), db_int(r->from_kind),
	    db_int(r->generation)));
}
