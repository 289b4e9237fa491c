#include "store_registration.h"

#include "store.h"
#include "store_account.h"

static const struct db_column holder_columns[] = {
	COLUMN(struct store_holder, uid),
	COLUMN(struct store_holder, given),
	COLUMN(struct store_holder, verified_s),
	COLUMN(struct store_holder, email_verified_s),
	COLUMN(struct store_holder, phone_verified_s),
	COLUMN(struct store_holder, created_s),
	COLUMN(struct store_holder, logins),
	COLUMN(struct store_holder, generation),
	COLUMN(struct store_holder, state)
};

enum err
store_account_insert(struct ctx *c, const struct store_new_account *a)
{
	return db_exec(c, STMT_ACCOUNT_INSERT, ARGS(db_uid(a->uid),
	    db_uid(a->profile_id), db_int(a->created_s),
	    db_int(a->created_s), db_int(a->email_verified_s),
	    db_int(a->required_filled), db_text(a->source),
	    db_text(a->profile)), NULL);
}

enum err
store_identifier_insert(struct ctx *c, const struct store_new_identifier *i)
{
	return db_exec(c, STMT_IDENTIFIER_INSERT, ARGS(db_int(i->kind),
	    db_bytes(i->canonical), db_uid(i->uid), db_text(i->given),
	    db_text(i->label), db_int(i->position), db_int(i->verified_s),
	    db_int(i->created_s), db_int(c->now_s + STORE_LOCK_LONGEST_S)),
	    NULL);
}

enum err
store_identifier_drop(struct ctx *c, int64_t kind, struct str canonical,
    struct uid uid)
{
	return db_exec(c, STMT_IDENTIFIER_DROP, ARGS(db_int(kind),
	    db_bytes(canonical), db_uid(uid)), NULL);
}

enum err
store_holder(struct ctx *c, int64_t kind, struct str canonical,
    struct store_holder *out)
{
	return db_one(c, STMT_HOLDER, ARGS(db_int(kind),
	    db_bytes(canonical)), holder_columns, out);
}

enum err
store_holder_lock(struct ctx *c, int64_t kind, struct str canonical,
    struct store_holder *out)
{
	return db_one(c, STMT_HOLDER_LOCK, ARGS(db_int(kind),
	    db_bytes(canonical)), holder_columns, out);
}
