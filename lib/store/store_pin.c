#include "store_pin.h"

#include "store.h"

enum err
store_pin_get(struct ctx *c, struct uid uid, struct store_pin *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_pin, phc)
	};

	return db_one(c, STMT_PIN_GET, ARGS(db_uid(uid)), columns, out);
}

enum err
store_pin_try(struct ctx *c, struct uid uid, int64_t max, bool *counted_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PIN_TRY, ARGS(db_uid(uid), db_int(max)),
	    &changed);
	if (e == ERR_OK)
		*counted_out = changed == 1;
	return e;
}

enum err
store_pin_untry(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_PIN_UNTRY, ARGS(db_uid(uid)), NULL);
}

enum err
store_pin_add(struct ctx *c, struct uid uid, struct str phc, int64_t now_s)
{
	return db_exec(c, STMT_PIN_ADD, ARGS(db_uid(uid), db_text(phc),
	    db_int(now_s)), NULL);
}

enum err
store_pin_change(struct ctx *c, struct uid uid, struct str old,
    struct str phc, int64_t now_s)
{
	return db_exec_one(c, STMT_PIN_CHANGE, ARGS(db_text(phc),
	    db_int(now_s), db_uid(uid), db_text(old)));
}

enum err
store_pin_reset(struct ctx *c, struct uid uid, struct str phc, int64_t now_s)
{
	return db_exec_one(c, STMT_PIN_RESET, ARGS(db_text(phc), db_int(now_s),
	    db_uid(uid)));
}

enum err
store_pin_note(struct ctx *c, struct uid uid, int64_t changed_s,
    int64_t skipped_s, int64_t now_s)
{
	return db_exec(c, STMT_PIN_NOTE, ARGS(db_int(changed_s),
	    db_int(skipped_s), db_int(now_s), db_uid(uid)), NULL);
}

enum err
store_pin_session_insert(struct ctx *c, const struct store_pin_session *s)
{
	return db_exec(c, STMT_PIN_SESSION_INSERT,
	    ARGS(db_hash(s->token_hash), db_uid(s->uid),
	    db_int(s->generation), db_uid(s->family), db_int(s->created_s),
	    db_int(s->expires_s)), NULL);
}

enum err
store_pin_session_read(struct ctx *c, const unsigned char token_hash[32],
    struct store_pin_session *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_pin_session, token_hash),
		COLUMN(struct store_pin_session, uid),
		COLUMN(struct store_pin_session, generation),
		COLUMN(struct store_pin_session, family),
		COLUMN(struct store_pin_session, created_s),
		COLUMN(struct store_pin_session, expires_s),
		COLUMN(struct store_pin_session, tries),
		COLUMN(struct store_pin_session, account_generation),
		COLUMN(struct store_pin_session, account_state)
	};

	return db_one(c, STMT_PIN_SESSION_READ, ARGS(db_hash(token_hash)),
	    columns, out);
}

enum err
store_pin_session_try(struct ctx *c, const unsigned char token_hash[32],
    int64_t max, bool *counted_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PIN_SESSION_TRY, ARGS(db_hash(token_hash),
	    db_int(max)), &changed);
	if (e == ERR_OK)
		*counted_out = changed == 1;
	return e;
}

enum err
store_pin_session_untry(struct ctx *c, const unsigned char token_hash[32])
{
	return db_exec(c, STMT_PIN_SESSION_UNTRY, ARGS(db_hash(token_hash)),
	    NULL);
}

enum err
store_pin_session_serve(struct ctx *c, const unsigned char token_hash[32],
    struct uid family, bool *done_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PIN_SESSION_SERVE, ARGS(db_uid(family),
	    db_hash(token_hash)), &changed);
	if (e == ERR_OK)
		*done_out = changed == 1;
	return e;
}

enum err
store_pin_session_end(struct ctx *c, const unsigned char token_hash[32],
    bool *ended_out)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, STMT_PIN_SESSION_END, ARGS(db_hash(token_hash)),
	    &changed);
	if (e == ERR_OK)
		*ended_out = changed == 1;
	return e;
}

enum err
store_pin_session_end_family(struct ctx *c, struct uid family)
{
	return db_exec(c, STMT_PIN_SESSION_END_FAMILY, ARGS(db_uid(family)),
	    NULL);
}

enum err
store_pin_session_end_others(struct ctx *c, struct uid uid,
    struct uid family)
{
	return db_exec(c, STMT_PIN_SESSION_END_OTHERS, ARGS(db_uid(uid),
	    db_uid(family)), NULL);
}
