#include "store_audit.h"

#include "store.h"

enum err
store_audit_insert(struct ctx *c, const struct store_audit *a)
{
	enum err e;

	e = db_exec(c, STMT_AUDIT_INSERT, ARGS(db_uid(a->id),
	    db_int(a->at_s), db_text(a->event),
	    uid_is_zero(a->uid) ? db_null() : db_uid(a->uid),
	    db_text(a->address), db_text(a->request_id),
	    db_text(a->detail)), NULL);
	/* The id is random: it was written by a try whose answer was lost. */
	return e == ERR_CONFLICT ? ERR_OK : e;
}
