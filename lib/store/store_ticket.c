#include "store_ticket.h"

#include "store.h"

enum err
store_ticket_void(struct ctx *c, int64_t purpose, struct uid uid)
{
	return db_exec(c, STMT_TICKET_VOID, ARGS(db_uid(uid),
	    db_int(purpose)), NULL);
}

enum err
store_ticket_void_address(struct ctx *c, int64_t purpose, struct uid uid,
    struct str address)
{
	return db_exec(c, STMT_TICKET_VOID_ADDRESS, ARGS(db_uid(uid),
	    db_int(purpose), db_bytes(address)), NULL);
}

enum err
store_ticket_void_address_all(struct ctx *c, struct uid uid,
    struct str address, int64_t but)
{
	return db_exec(c, STMT_TICKET_VOID_ADDRESS_ALL, ARGS(db_uid(uid),
	    db_bytes(address), db_int(but)), NULL);
}

enum err
store_ticket_void_all(struct ctx *c, struct uid uid, int64_t but)
{
	return db_exec(c, STMT_TICKET_VOID_ALL, ARGS(db_uid(uid),
	    db_int(but)), NULL);
}

enum err
store_ticket_insert_link(struct ctx *c, const struct store_ticket *t)
{
	return db_exec(c, STMT_TICKET_INSERT_LINK, ARGS(db_hash(t->id),
	    db_int(t->purpose), db_uid(t->uid), db_int(t->generation),
	    db_bytes(t->address), db_int(t->created_s),
	    db_int(t->expires_s), db_text(t->data)), NULL);
}

enum err
store_ticket_put_code(struct ctx *c, const struct store_ticket *t)
{
	return db_exec(c, STMT_TICKET_PUT_CODE, ARGS(db_hash(t->id),
	    db_int(t->purpose), db_uid(t->uid), db_int(t->generation),
	    db_bytes(t->address), db_hash(t->secret_hash),
	    db_int(t->created_s), db_int(t->expires_s), db_text(t->data)),
	    NULL);
}

enum err
store_ticket_read(struct ctx *c, int64_t purpose, const unsigned char id[32],
    struct store_ticket *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_ticket, id),
		COLUMN(struct store_ticket, purpose),
		COLUMN(struct store_ticket, uid),
		COLUMN(struct store_ticket, generation),
		COLUMN(struct store_ticket, address),
		COLUMN(struct store_ticket, secret_hash),
		COLUMN(struct store_ticket, tries),
		COLUMN(struct store_ticket, created_s),
		COLUMN(struct store_ticket, expires_s),
		COLUMN(struct store_ticket, used_s),
		COLUMN(struct store_ticket, data),
		COLUMN(struct store_ticket, account_generation)
	};

	return db_one(c, STMT_TICKET_READ, ARGS(db_hash(id),
	    db_int(purpose)), columns, out);
}

enum err
store_ticket_use(struct ctx *c, int64_t purpose, const unsigned char id[32],
    int64_t now_s, bool *used_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_TICKET_USE, ARGS(db_int(now_s), db_hash(id),
	    db_int(purpose), db_int(now_s)), &changed);
	if (e == ERR_OK)
		*used_out = changed == 1;
	return e;
}

enum err
store_ticket_try(struct ctx *c, int64_t purpose, const unsigned char id[32],
    int64_t max, bool *counted_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_TICKET_TRY, ARGS(db_hash(id), db_int(purpose),
	    db_int(max)), &changed);
	if (e == ERR_OK)
		*counted_out = changed == 1;
	return e;
}

enum err
store_ticket_newest(struct ctx *c, int64_t purpose, struct uid uid,
    int64_t now_s, int64_t max_tries, int64_t *created_s_out)
{
	struct row { int64_t created_s; } row = { 0 };
	static const struct db_column columns[] = {
		COLUMN(struct row, created_s)
	};
	enum err e;

	e = db_one(c, STMT_TICKET_NEWEST, ARGS(db_uid(uid),
	    db_int(purpose), db_int(now_s), db_int(max_tries)), columns,
	    &row);
	if (e == ERR_OK)
		*created_s_out = row.created_s;
	return e;
}

enum err
store_ticket_newest_address(struct ctx *c, int64_t purpose, struct uid uid,
    struct str address, int64_t now_s, int64_t *created_s_out)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t created_s = 0;
	enum err e;

	e = db_one(c, STMT_TICKET_NEWEST_ADDRESS, ARGS(db_uid(uid),
	    db_int(purpose), db_bytes(address), db_int(now_s)), columns,
	    &created_s);
	if (e == ERR_OK)
		*created_s_out = created_s;
	return e;
}
