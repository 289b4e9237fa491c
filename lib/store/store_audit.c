#include "store_audit.h"

#include "store.h"

static struct db_arg
owner(const struct store_audit *a)
{
	return uid_is_zero(a->uid) ? db_null() : db_uid(a->uid);
}

enum err
store_audit_insert(struct ctx *c, const struct store_audit *a)
{
	enum err e;

	e = db_exec(c, STMT_AUDIT_INSERT, ARGS(db_uid(a->id),
	    db_int(a->at_s), db_text(a->event),
	    owner(a),
	    db_text(a->address), db_text(a->request_id),
	    db_text(a->detail)), NULL);
	/* The id is random: it was written by a try whose answer was lost. */
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err
store_audit_insert_two(struct ctx *c, const struct store_audit a[2])
{
	enum err e;

	e = db_exec(c, STMT_AUDIT_INSERT_TWO, ARGS(
	    db_uid(a[0].id), db_int(a[0].at_s), db_text(a[0].event),
	    owner(&a[0]), db_text(a[0].address), db_text(a[0].request_id),
	    db_text(a[0].detail),
	    db_uid(a[1].id), db_int(a[1].at_s), db_text(a[1].event),
	    owner(&a[1]), db_text(a[1].address), db_text(a[1].request_id),
	    db_text(a[1].detail)), NULL);
	return e == ERR_CONFLICT ? ERR_OK : e;
}
