#include "store_login.h"

#include "store_columns.h"

enum err
store_login_find(struct ctx *c, int64_t kind, struct str canonical,
    struct store_login *out)
{
	static const struct db_column columns[] = {
		ACCOUNT_COLUMNS(struct store_login, account.),
		COLUMN(struct store_login, phc),
		COLUMN(struct store_login, failures)
	};

	return db_one(c, STMT_LOGIN_FIND, ARGS(db_int(kind),
	    db_bytes(canonical)), columns, out);
}

enum err
store_login_done(struct ctx *c, struct uid uid, int64_t generation,
    int64_t now_s)
{
	return db_exec_one(c, STMT_LOGIN_DONE, ARGS(db_int(now_s),
	    db_int(now_s), db_uid(uid), db_int(generation)));
}
