#include "store_device.h"

#include "store.h"

enum err
store_device_insert(struct ctx *c, const struct store_device *d)
{
	return db_exec(c, STMT_DEVICE_INSERT, ARGS(db_hash(d->id),
	    db_int(d->family), db_int(d->kind), db_int(d->remember),
	    db_uid(d->uid), db_int(d->created_s), db_int(d->expires_s),
	    db_text(d->network), db_text(d->address), db_text(d->user_agent),
	    db_text(d->city), db_text(d->country)), NULL);
}

enum err
store_device_replace(struct ctx *c, int64_t family, struct uid uid)
{
	return db_exec(c, STMT_DEVICE_REPLACE, ARGS(db_uid(uid),
	    db_int(family)), NULL);
}

enum err
store_device_read(struct ctx *c, const unsigned char id[32],
    struct store_device *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_device, id),
		COLUMN(struct store_device, family),
		COLUMN(struct store_device, kind),
		COLUMN(struct store_device, remember),
		COLUMN(struct store_device, uid),
		COLUMN(struct store_device, generation),
		COLUMN(struct store_device, state),
		COLUMN(struct store_device, created_s),
		COLUMN(struct store_device, expires_s),
		COLUMN(struct store_device, network),
		COLUMN(struct store_device, address),
		COLUMN(struct store_device, user_agent),
		COLUMN(struct store_device, city),
		COLUMN(struct store_device, country)
	};

	return db_one(c, STMT_DEVICE_READ, ARGS(db_hash(id)), columns, out);
}

static enum err
step(enum err e, int64_t changed, bool *done_out)
{
	if (e == ERR_OK)
		*done_out = changed == 1;
	return e;
}

enum err
store_device_approve(struct ctx *c, const unsigned char id[32],
    struct uid uid, int64_t generation, int64_t now_s, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_DEVICE_APPROVE, ARGS(db_uid(uid),
	    db_int(generation), db_hash(id), db_int(now_s)), &changed);
	return step(e, changed, done_out);
}

enum err
store_device_refuse(struct ctx *c, const unsigned char id[32],
    bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_DEVICE_REFUSE, ARGS(db_hash(id)), &changed);
	return step(e, changed, done_out);
}

enum err
store_device_collect(struct ctx *c, const unsigned char id[32],
    int64_t now_s, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_DEVICE_COLLECT, ARGS(db_hash(id),
	    db_int(now_s)), &changed);
	return step(e, changed, done_out);
}

enum err
store_device_ping(struct ctx *c, const unsigned char id[32], int64_t now_s,
    int64_t gap_s, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_DEVICE_PING, ARGS(db_int(now_s), db_hash(id),
	    db_int(now_s - gap_s)), &changed);
	return step(e, changed, done_out);
}
