#include "store_outbox.h"

#include "store.h"

enum err
store_outbox_insert(struct ctx *c, const struct store_outbox *o)
{
	return db_exec(c, STMT_OUTBOX_INSERT, ARGS(db_uid(o->id),
	    db_int(o->state), db_int(o->kind), db_text(o->template),
	    db_text(o->target), uid_is_zero(o->uid) ? db_null() :
	    db_uid(o->uid), db_bytes(o->payload), db_int(o->created_s),
	    db_int(o->due_s), db_int(o->expires_s)), NULL);
}

enum err
store_outbox_due(struct ctx *c, int64_t now_s, size_t max,
    struct store_outbox **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_outbox, id),
		COLUMN(struct store_outbox, kind),
		COLUMN(struct store_outbox, template),
		COLUMN(struct store_outbox, target),
		COLUMN(struct store_outbox, payload),
		COLUMN(struct store_outbox, created_s),
		COLUMN(struct store_outbox, expires_s),
		COLUMN(struct store_outbox, tries)
	};

	return db_all(c, STMT_OUTBOX_DUE, ARGS(db_int(now_s),
	    db_int((int64_t)max)), columns, sizeof(**out), max, out, n_out);
}

enum err
store_outbox_claim(struct ctx *c, struct uid id, int64_t now_s,
    int64_t lease_until_s, bool *claimed_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_OUTBOX_CLAIM, ARGS(db_int(lease_until_s),
	    db_int(lease_until_s), db_uid(id), db_int(now_s)), &changed);
	if (e == ERR_OK)
		*claimed_out = changed == 1;
	return e;
}

enum err
store_outbox_claim_all(struct ctx *c, const struct store_outbox *rows,
    size_t n, int64_t now_s, int64_t lease_until_s, size_t *claimed_out)
{
	struct db_arg args[3 + STORE_OUTBOX_BATCH] = {
		db_int(lease_until_s), db_int(lease_until_s), db_int(now_s)
	};
	int64_t changed = 0;
	enum err e;
	size_t i;

	must(n > 0 && n <= STORE_OUTBOX_BATCH);
	for (i = 0; i < STORE_OUTBOX_BATCH; i++)
		args[3 + i] = db_uid(rows[i < n ? i : 0].id);
	e = db_exec(c, STMT_OUTBOX_CLAIM_ALL, args, &changed);
	if (e == ERR_OK)
		*claimed_out = (size_t)changed;
	return e;
}

enum err
store_outbox_give_back(struct ctx *c, struct uid id, int64_t lease_until_s,
    int64_t due_s)
{
	return db_exec(c, STMT_OUTBOX_GIVE_BACK, ARGS(db_int(due_s),
	    db_uid(id), db_int(lease_until_s)), NULL);
}

enum err
store_outbox_delete(struct ctx *c, const struct uid *ids, size_t n)
{
	struct db_arg args[STORE_OUTBOX_BATCH];
	size_t i;

	must(n > 0 && n <= STORE_OUTBOX_BATCH);
	if (n == 1)
		return db_exec(c, STMT_OUTBOX_DELETE, ARGS(db_uid(ids[0])),
		    NULL);
	for (i = 0; i < STORE_OUTBOX_BATCH; i++)
		args[i] = db_uid(ids[i < n ? i : 0]);
	return db_exec(c, STMT_OUTBOX_DELETE_ALL, args, NULL);
}

enum err
store_outbox_fail(struct ctx *c, struct uid id, int64_t lease_until_s,
    int64_t state, int64_t due_s, struct str error)
{
	return db_exec(c, STMT_OUTBOX_FAIL, ARGS(db_int(state),
	    db_int(due_s), db_text(error), db_uid(id),
	    db_int(lease_until_s)), NULL);
}

enum err
store_outbox_drop_decoys(struct ctx *c, int64_t now_s, int64_t max)
{
	return db_exec(c, STMT_OUTBOX_DROP_DECOYS, ARGS(db_int(now_s),
	    db_int(max)), NULL);
}

enum err
store_outbox_list(struct ctx *c, int64_t state, int64_t or_state, size_t max,
    struct store_outbox **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_outbox, id),
		COLUMN(struct store_outbox, state),
		COLUMN(struct store_outbox, template),
		COLUMN(struct store_outbox, target),
		COLUMN(struct store_outbox, error),
		COLUMN(struct store_outbox, created_s),
		COLUMN(struct store_outbox, due_s),
		COLUMN(struct store_outbox, expires_s),
		COLUMN(struct store_outbox, tries)
	};

	return db_all(c, STMT_OUTBOX_LIST, ARGS(db_int(state),
	    db_int(or_state), db_int((int64_t)max)), columns, sizeof(**out),
	    max, out, n_out);
}

enum err
store_outbox_revive(struct ctx *c, struct uid id, int64_t now_s)
{
	return db_exec_one(c, STMT_OUTBOX_REVIVE, ARGS(db_int(now_s),
	    db_uid(id)));
}
