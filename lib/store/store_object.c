#include "store_object.h"

#include "base/limits.h"
#include "store.h"

static const struct db_column columns[] = {
	COLUMN(struct store_object, id),
	COLUMN(struct store_object, hidden),
	COLUMN(struct store_object, version),
	COLUMN(struct store_object, created_s),
	COLUMN(struct store_object, modified_s),
	COLUMN(struct store_object, data)
};

enum err
store_object_list(struct ctx *c, const struct store_object_place *p,
    struct store_object **out, size_t *n_out)
{
	return db_all(c, STMT_OBJECT_LIST, ARGS(db_uid(p->uid),
	    db_text(p->name), db_int(p->hidden), db_int(LIMIT_OBJECTS)),
	    columns, sizeof(**out), LIMIT_OBJECTS, out, n_out);
}

enum err
store_object_get(struct ctx *c, const struct store_object_place *p,
    struct str id, struct store_object *out)
{
	return db_one(c, STMT_OBJECT_GET, ARGS(db_uid(p->uid),
	    db_text(p->name), db_int(p->hidden), db_bytes(id)), columns, out);
}

enum err
store_object_lock(struct ctx *c, const struct store_object_place *p,
    struct str id, struct store_object *out)
{
	return db_one(c, STMT_OBJECT_LOCK, ARGS(db_uid(p->uid),
	    db_text(p->name), db_int(p->hidden), db_bytes(id)), columns, out);
}

enum err
store_object_add(struct ctx *c, const struct store_object_place *p,
    const struct store_object *o, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_OBJECT_ADD, ARGS(db_uid(p->uid),
	    db_text(p->name), db_bytes(o->id), db_int(o->hidden),
	    db_int(o->created_s), db_int(o->modified_s), db_text(o->data),
	    db_uid(p->uid), db_text(p->name), db_int(LIMIT_OBJECTS),
	    db_int(LIMIT_OBJECTS_SIZE), db_int((int64_t)o->data.len)),
	    &changed);
	if (e == ERR_OK)
		*done_out = changed == 1;
	return e;
}

enum err
store_object_set(struct ctx *c, const struct store_object_place *p,
    const struct store_object *o, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_OBJECT_SET, ARGS(db_uid(p->uid),
	    db_text(p->name), db_bytes(o->id), db_text(o->data),
	    db_int(o->modified_s), db_uid(p->uid), db_text(p->name),
	    db_bytes(o->id), db_int(o->version),
	    db_int(LIMIT_OBJECTS_SIZE), db_int((int64_t)o->data.len)),
	    &changed);
	if (e == ERR_OK)
		*done_out = changed == 1;
	return e;
}

enum err
store_object_drop(struct ctx *c, const struct store_object_place *p,
    struct str id)
{
	return db_exec_one(c, STMT_OBJECT_DROP, ARGS(db_uid(p->uid),
	    db_text(p->name), db_int(p->hidden), db_bytes(id)));
}

enum err
store_object_room(struct ctx *c, const struct store_object_place *p,
    struct store_object_room *out)
{
	static const struct db_column room[] = {
		COLUMN(struct store_object_room, n),
		COLUMN(struct store_object_room, size)
	};

	return db_one(c, STMT_OBJECT_ROOM, ARGS(db_uid(p->uid),
	    db_text(p->name)), room, out);
}

enum err
store_object_owners(struct ctx *c, struct uid from, struct uid to, size_t max,
    struct uid **out, size_t *n_out)
{
	static const struct db_column owner[] = { { 0 } };

	return db_all(c, STMT_EXPORT_OBJECT_OWNERS, ARGS(db_uid(from),
	    db_uid(to), db_int((int64_t)max)), owner, sizeof(**out), max,
	    out, n_out);
}

enum err
store_object_page(struct ctx *c, struct uid uid, struct str name,
    struct str id, size_t max, struct store_object_of **out, size_t *n_out)
{
	static const struct db_column page[] = {
		COLUMN(struct store_object_of, name),
		COLUMN(struct store_object_of, object.id),
		COLUMN(struct store_object_of, object.hidden),
		COLUMN(struct store_object_of, object.version),
		COLUMN(struct store_object_of, object.created_s),
		COLUMN(struct store_object_of, object.modified_s),
		COLUMN(struct store_object_of, object.data)
	};

	return db_all(c, STMT_EXPORT_OBJECTS, ARGS(db_uid(uid),
	    db_text(name), db_text(name), db_bytes(id),
	    db_int((int64_t)max)), page, sizeof(**out), max, out, n_out);
}
