#include "store_role.h"

#include "store.h"

enum err
store_roles_lock(struct ctx *c, struct uid uid, struct str *out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_one(c, STMT_ROLES_LOCK, ARGS(db_uid(uid)), columns, out);
}

enum err
store_roles_set(struct ctx *c, struct uid uid, struct str roles,
    int64_t now_s)
{
	return db_exec_one(c, STMT_ROLES_SET, ARGS(db_text(roles),
	    db_int(now_s), db_uid(uid)));
}

enum err
store_roles_list(struct ctx *c, struct uid after, size_t max,
    struct store_roles **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_roles, uid),
		COLUMN(struct store_roles, roles)
	};

	return db_all(c, STMT_ROLES_LIST, ARGS(db_uid(after),
	    db_int((int64_t)max)), columns, sizeof(**out), max, out, n_out);
}
