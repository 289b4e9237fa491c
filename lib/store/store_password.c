#include "store_password.h"

#include "store.h"

static const struct db_column password_columns[] = {
	COLUMN(struct store_password, phc),
	COLUMN(struct store_password, changed_s),
	COLUMN(struct store_password, failures)
};

enum err
store_password_get(struct ctx *c, struct uid uid, struct store_password *out)
{
	return db_one(c, STMT_PASSWORD_GET, ARGS(db_uid(uid)),
	    password_columns, out);
}

enum err
store_password_lock(struct ctx *c, struct uid uid, struct store_password *out)
{
	return db_one(c, STMT_PASSWORD_LOCK, ARGS(db_uid(uid)),
	    password_columns, out);
}

enum err
store_password_insert(struct ctx *c, struct uid uid, struct str phc,
    int64_t changed_s, enum store_password_judged judged)
{
	return db_exec(c, STMT_PASSWORD_INSERT, ARGS(db_uid(uid),
	    db_text(phc), db_int(changed_s), db_int(judged)), NULL);
}

enum err
store_password_set(struct ctx *c, struct uid uid, struct str phc,
    int64_t changed_s, enum store_password_judged judged)
{
	return db_exec(c, STMT_PASSWORD_SET, ARGS(db_uid(uid), db_text(phc),
	    db_int(changed_s), db_int(judged)), NULL);
}

enum err
store_password_judged(struct ctx *c, struct uid uid, struct str phc,
    enum store_password_judged judged)
{
	return db_exec(c, STMT_PASSWORD_JUDGED, ARGS(db_int(judged),
	    db_uid(uid), db_text(phc)), NULL);
}

enum err
store_password_breached(struct ctx *c, struct uid uid, struct str phc,
    int64_t now_s, bool *first_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PASSWORD_BREACHED, ARGS(db_int(now_s),
	    db_uid(uid), db_text(phc)), &changed);
	*first_out = changed > 0;	/* of two tables */
	return e;
}

enum err
store_password_rehash(struct ctx *c, struct uid uid, struct str old_phc,
    struct str phc)
{
	return db_exec(c, STMT_PASSWORD_REHASH, ARGS(db_text(phc),
	    db_uid(uid), db_text(old_phc)), NULL);
}

enum err
store_password_reset_asked(struct ctx *c, struct uid uid, int64_t now_s,
    int64_t before_s, bool *due_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PASSWORD_RESET_ASKED, ARGS(db_int(now_s),
	    db_uid(uid), db_int(before_s)), &changed);
	if (e == ERR_OK)
		*due_out = changed == 1;
	return e;
}

enum err
store_password_foreign(struct ctx *c, int64_t *out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_one(c, STMT_PASSWORD_FOREIGN, NO_ARGS, columns, out);
}

enum err
store_password_failed(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_PASSWORD_FAILED, ARGS(db_uid(uid)), NULL);
}

enum err
store_password_right(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_PASSWORD_RIGHT, ARGS(db_uid(uid)), NULL);
}

enum err
store_password_delete(struct ctx *c, struct uid uid)
{
	enum err e;

	e = db_exec(c, STMT_PASSWORD_DELETE, ARGS(db_uid(uid)), NULL);
	if (e != ERR_OK)
		return e;
	return db_exec(c, STMT_PASSWORD_HISTORY_DELETE, ARGS(db_uid(uid)),
	    NULL);
}

enum err
store_password_history(struct ctx *c, struct uid uid, size_t max,
    struct store_old_password **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_old_password, retired_ms),
		COLUMN(struct store_old_password, phc)
	};

	return db_all(c, STMT_PASSWORD_HISTORY, ARGS(db_uid(uid),
	    db_int((int64_t)max)), columns, sizeof(**out), max, out, n_out);
}

enum err
store_password_history_add(struct ctx *c, struct uid uid, int64_t retired_ms,
    struct str phc)
{
	return db_exec(c, STMT_PASSWORD_HISTORY_ADD, ARGS(db_uid(uid),
	    db_int(retired_ms), db_text(phc)), NULL);
}

enum err
store_password_history_prune(struct ctx *c, struct uid uid,
    int64_t retired_ms)
{
	return db_exec(c, STMT_PASSWORD_HISTORY_PRUNE, ARGS(db_uid(uid),
	    db_int(retired_ms)), NULL);
}
