#include "store_limit.h"

#include "store.h"

/* Rows that the two-row inserts report (see statements.def). */
#define ROWS_GRANTED	3

static enum err
exec_granted(struct ctx *c, unsigned statement, const struct db_arg *args,
    bool *granted_out)
{
	int64_t changed;
	enum err e;

	e = db_exec(c, statement, args, &changed);
	if (e == ERR_OK)
		*granted_out = changed == ROWS_GRANTED;
	return e;
}

enum err
store_limit_reserve(struct ctx *c, const struct store_reservation *r,
    bool *granted_out)
{
	return exec_granted(c, STMT_LIMIT_RESERVE, ARGS(db_hash(r->id),
	    db_int(r->lease_until_ms), db_int(r->expires_s),
	    db_int(r->nonce), db_hash(r->source), db_int(r->now_s),
	    db_int(r->source_max), db_int(r->now_s), db_int(r->now_s),
	    db_int(r->now_ms), db_int(r->max), db_int(r->now_ms)),
	    granted_out);
}

enum err
store_limit_state(struct ctx *c, const unsigned char id[32],
    struct store_failure *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_failure, failures),
		COLUMN(struct store_failure, in_flight),
		COLUMN(struct store_failure, in_flight_until_ms),
		COLUMN(struct store_failure, window_until_s),
		COLUMN(struct store_failure, suspended_until_s)
	};

	return db_one(c, STMT_LIMIT_STATE, ARGS(db_hash(id)), columns, out);
}

enum err
store_limit_wrong(struct ctx *c, const unsigned char id[32],
    const struct store_wrong *w)
{
	return db_exec(c, STMT_LIMIT_WRONG, ARGS(db_int(w->now_s),
	    db_int(w->max), db_int(w->suspend_max_s), db_int(w->now_s),
	    db_int(w->max), db_int(w->now_s), db_int(w->suspend_max_s),
	    db_int(w->suspend_s), db_int(w->max), db_int(w->now_s),
	    db_int(w->now_s + w->window_s), db_int(w->suspend_max_s),
	    db_hash(id)), NULL);
}

enum err
store_limit_right(struct ctx *c, const unsigned char id[32],
    int64_t forgiven, int64_t now_s)
{
	return db_exec(c, STMT_LIMIT_RIGHT, ARGS(db_int(now_s),
	    db_int(forgiven), db_hash(id)), NULL);
}

enum err
store_limit_void(struct ctx *c, const unsigned char id[32])
{
	return db_exec(c, STMT_LIMIT_VOID, ARGS(db_hash(id)), NULL);
}

enum err
store_limit_clear(struct ctx *c, const unsigned char id[32])
{
	return db_exec(c, STMT_LIMIT_CLEAR, ARGS(db_hash(id)), NULL);
}

enum err
store_meter_pass(struct ctx *c, const unsigned char id[32], int64_t max,
    int64_t now_s, int64_t until_s, bool *passed_out)
{
	return exec_granted(c, STMT_METER_PASS, ARGS(db_hash(id),
	    db_int(now_s), db_int(until_s), db_hash(id), db_int(now_s),
	    db_int(until_s), db_int(now_s), db_int(max), db_int(now_s),
	    db_int(max), db_int(now_s)), passed_out);
}

enum err
store_meter_add(struct ctx *c, const unsigned char id[32], int64_t now_s,
    int64_t until_s)
{
	return db_exec(c, STMT_METER_ADD, ARGS(db_hash(id),
	    db_int(now_s), db_int(until_s), db_int(now_s), db_int(now_s)),
	    NULL);
}

enum err
store_meter_zero(struct ctx *c, const unsigned char id[32])
{
	return db_exec(c, STMT_METER_ZERO, ARGS(db_hash(id)), NULL);
}

enum err
store_meter_state(struct ctx *c, const unsigned char id[32], int64_t *n_out,
    int64_t *until_s_out)
{
	struct row { int64_t n, until_s; } row = { 0, 0 };
	static const struct db_column columns[] = {
		COLUMN(struct row, n), COLUMN(struct row, until_s)
	};
	enum err e;

	e = db_one(c, STMT_METER_STATE, ARGS(db_hash(id)), columns, &row);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*n_out = row.n;
	*until_s_out = row.until_s;
	return ERR_OK;
}

enum err
store_mark_use(struct ctx *c, const unsigned char id[32], int64_t max,
    int64_t expires_s, bool *used_out)
{
	return exec_granted(c, STMT_MARK_USE, ARGS(db_hash(id),
	    db_int(expires_s), db_hash(id), db_int(expires_s), db_int(max),
	    db_int(max)), used_out);
}

/* What was undone is no error. */
static enum err
exec_all(struct ctx *c, unsigned statement, const struct db_arg *args,
    bool *passed_out)
{
	struct err_detail before = c->err;
	enum err e;

	e = db_exec(c, statement, args, NULL);
	if (e != ERR_OK && e != ERR_CONFLICT)
		return e;
	c->err = before;
	*passed_out = e == ERR_OK;
	return ERR_OK;
}

enum err
store_meter_pass_all(struct ctx *c, const struct store_window w[3],
    int64_t now_s, bool *passed_out)
{
	return exec_all(c, STMT_METER_PASS_ALL, ARGS(db_hash(w[0].id),
	    db_int(now_s), db_int(w[0].until_s), db_hash(w[1].id),
	    db_int(now_s), db_int(w[1].until_s), db_hash(w[2].id),
	    db_int(now_s), db_int(w[2].until_s), db_int(now_s),
	    db_hash(w[0].id), db_int(w[0].max), db_hash(w[1].id),
	    db_int(w[1].max), db_int(w[2].max), db_int(now_s)), passed_out);
}

enum err
store_mark_pass(struct ctx *c, const struct store_window *w, int64_t now_s,
    bool *passed_out)
{
	return exec_all(c, STMT_MARK_PASS, ARGS(db_hash(w->id),
	    db_int(w->until_s), db_int(now_s), db_int(w->max),
	    db_int(now_s)), passed_out);
}

enum err
store_mark_pass_pair(struct ctx *c, const struct store_window w[2],
    int64_t now_s, bool *passed_out)
{
	return exec_all(c, STMT_MARK_PASS_PAIR, ARGS(db_hash(w[0].id),
	    db_int(w[0].until_s), db_hash(w[1].id), db_int(w[1].until_s),
	    db_int(now_s), db_hash(w[0].id), db_int(w[0].max),
	    db_int(w[1].max), db_int(now_s)), passed_out);
}

enum err
store_meter_and_mark(struct ctx *c, const unsigned char meter[32],
    const unsigned char mark[32], int64_t *n_out, int64_t *until_s_out,
    int64_t *uses_out)
{
	struct row { int64_t is_mark, n, until_s; } *rows, *row;
	static const struct db_column columns[] = {
		COLUMN(struct row, is_mark), COLUMN(struct row, n),
		COLUMN(struct row, until_s)
	};
	size_t n;
	enum err e;

	e = db_all(c, STMT_METER_AND_MARK, ARGS(db_hash(meter),
	    db_hash(mark)), columns, sizeof(*rows), 2, &rows, &n);
	if (e != ERR_OK)
		return e;
	*n_out = *until_s_out = *uses_out = 0;
	for (row = rows; n > 0; row++, n--) {
		*(row->is_mark ? uses_out : n_out) = row->n;
		if (!row->is_mark)
			*until_s_out = row->until_s;
	}
	return ERR_OK;
}
