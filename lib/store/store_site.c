#include "store_site.h"

#include "store.h"

struct db *
store_open(struct arena *process, const struct config *cfg, bool prepare_all)
{
	return db_new(process, cfg, store_statements, STMT_COUNT,
	    prepare_all);
}

void
store_idle(struct ctx *c)
{
	db_idle(c->db);
}

void
store_forget(struct ctx *c)
{
	db_forget(c->db);
}

void
store_close(struct ctx *c)
{
	db_close(c->db);
}

const char *
store_last_error(const struct ctx *c)
{
	return db_last_error(c->db);
}

unsigned
store_last_errno(const struct ctx *c)
{
	return db_last_errno(c->db);
}

struct number { int64_t n; };

static const struct db_column number_columns[] = { COLUMN(struct number, n) };

enum err
store_schema_version(struct ctx *c, int64_t *out)
{
	struct number row;
	enum err e;

	e = db_one(c, STMT_SCHEMA_VERSION, NO_ARGS, number_columns, &row);
	if (e == ERR_OK)
		*out = row.n;
	return e;
}

enum err
store_schema_add(struct ctx *c, int64_t version)
{
	return db_exec(c, STMT_SCHEMA_ADD, ARGS(db_int(version),
	    db_int(c->now_s)), NULL);
}

enum err
store_server_lock(struct ctx *c, struct str name, bool *got_out)
{
	struct number row;
	enum err e;

	e = db_one(c, STMT_SERVER_LOCK, ARGS(db_text(name)), number_columns,
	    &row);
	if (e == ERR_OK)
		*got_out = row.n == 1;
	return e;
}

enum err
store_server_unlock(struct ctx *c, struct str name)
{
	struct number row;

	return db_one(c, STMT_SERVER_UNLOCK, ARGS(db_text(name)),
	    number_columns, &row);
}

enum err
store_server_facts(struct ctx *c, struct store_server *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_server, version),
		COLUMN(struct store_server, now_s)
	};

	return db_one(c, STMT_SERVER_FACTS, NO_ARGS, columns, out);
}

enum err
store_clean(struct ctx *c, enum store_clean what, int64_t before_s,
    int64_t *removed_out)
{
	static const unsigned statements[CLEAN_KINDS] = {
		[CLEAN_SESSION] = STMT_CLEAN_SESSION,
		[CLEAN_REFRESH] = STMT_CLEAN_REFRESH,
		[CLEAN_TICKET] = STMT_CLEAN_TICKET,
		[CLEAN_FAILURE] = STMT_CLEAN_FAILURE,
		[CLEAN_METER] = STMT_CLEAN_METER,
		[CLEAN_MARK] = STMT_CLEAN_MARK,
		[CLEAN_OUTBOX] = STMT_CLEAN_OUTBOX,
		[CLEAN_AUDIT] = STMT_CLEAN_AUDIT,
		[CLEAN_PENDING] = STMT_CLEAN_PENDING,
		[CLEAN_HELD] = STMT_CLEAN_HELD,
		[CLEAN_PIN_SESSION] = STMT_CLEAN_PIN_SESSION,
		[CLEAN_DEVICE] = STMT_CLEAN_DEVICE,
		[CLEAN_SIGNING_KEY] = STMT_CLEAN_SIGNING_KEY
	};

	return db_exec(c, statements[what], ARGS(db_int(before_s)),
	    removed_out);
}
