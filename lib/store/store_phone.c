#include "store_phone.h"

#include "store.h"

#define KIND_PHONE	3

enum err
store_phone_note(struct ctx *c, struct uid uid, int64_t verified_s,
    int64_t now_s)
{
	return db_exec(c, STMT_ACCOUNT_PHONE, ARGS(db_int(verified_s),
	    db_int(now_s), db_uid(uid)), NULL);
}

enum err
store_phone_drop(struct ctx *c, struct uid uid, int64_t now_s)
{
	enum err e;

	e = db_exec(c, STMT_IDENTIFIER_DROP_KIND, ARGS(db_uid(uid),
	    db_int(KIND_PHONE)), NULL);
	return e != ERR_OK ? e : store_phone_note(c, uid, 0, now_s);
}

enum err
store_phone_proven(struct ctx *c, struct uid uid, struct str canonical,
    int64_t now_s)
{
	enum err e;

	e = db_exec(c, STMT_PHONE_PROVEN, ARGS(db_int(now_s),
	    db_bytes(canonical), db_uid(uid)), NULL);
	return e != ERR_OK ? e : store_phone_note(c, uid, now_s, now_s);
}
