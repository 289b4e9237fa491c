#include "store_pending.h"

#include "store.h"

#define PENDING_MAX	100	/* of one account */
#define CODES_MAX	20	/* for one address */

/* account.pending spares whoever reads the account a look at the table. */
static enum err
note(struct ctx *c, struct uid uid, enum err e)
{
	return e != ERR_OK ? e : db_exec(c, STMT_PENDING_NOTE,
	    ARGS(db_uid(uid), db_uid(uid)), NULL);
}

enum err
store_pending_put(struct ctx *c, struct uid uid,
    const struct store_pending *p)
{
	return note(c, uid, db_exec(c, STMT_PENDING_PUT, ARGS(db_uid(uid),
	    db_int(p->kind), db_bytes(p->canonical), db_text(p->given),
	    db_text(p->label), db_int(p->created_s)), NULL));
}

enum err
store_pending_list(struct ctx *c, struct uid uid, struct store_pending **out,
    size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_pending, kind),
		COLUMN(struct store_pending, canonical),
		COLUMN(struct store_pending, given),
		COLUMN(struct store_pending, label),
		COLUMN(struct store_pending, created_s)
	};

	return db_all(c, STMT_PENDING_LIST, ARGS(db_uid(uid)), columns,
	    sizeof(**out), PENDING_MAX, out, n_out);
}

enum err
store_pending_drop(struct ctx *c, struct uid uid, int64_t kind,
    struct str canonical)
{
	return note(c, uid, db_exec(c, STMT_PENDING_DROP, ARGS(db_uid(uid),
	    db_int(kind), db_bytes(canonical)), NULL));
}

enum err
store_pending_drop_kind(struct ctx *c, struct uid uid, int64_t kind)
{
	return note(c, uid, db_exec(c, STMT_PENDING_DROP_KIND,
	    ARGS(db_uid(uid), db_int(kind)), NULL));
}

enum err
store_pending_drop_all(struct ctx *c, struct uid uid)
{
	return note(c, uid, db_exec(c, STMT_PENDING_DROP_ALL,
	    ARGS(db_uid(uid)), NULL));
}

enum err
store_pending_codes(struct ctx *c, int64_t kind, struct str canonical,
    int64_t purpose, int64_t now_s, struct uid **out, size_t *n_out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_all(c, STMT_PENDING_CODES, ARGS(db_int(purpose),
	    db_bytes(canonical), db_int(kind), db_int(now_s)), columns,
	    sizeof(**out), CODES_MAX, out, n_out);
}

enum err
store_pending_newest(struct ctx *c, int64_t kind, struct str canonical,
    struct store_waiting *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_waiting, uid),
		COLUMN(struct store_waiting, given),
		COLUMN(struct store_waiting, generation),
		COLUMN(struct store_waiting, state)
	};

	return db_one(c, STMT_PENDING_NEWEST, ARGS(db_int(kind),
	    db_bytes(canonical)), columns, out);
}
