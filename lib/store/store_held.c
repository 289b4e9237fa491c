#include "store_held.h"

#include "store.h"

enum err
store_held_put(struct ctx *c, const unsigned char id[32], int64_t expires_s)
{
	return db_exec(c, STMT_HELD_PUT, ARGS(db_hash(id),
	    db_int(expires_s)), NULL);
}

enum err
store_held_until(struct ctx *c, const unsigned char id[32],
    int64_t *expires_s_out)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t until_s = 0;
	enum err e;

	e = db_one(c, STMT_HELD_UNTIL, ARGS(db_hash(id)), columns, &until_s);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*expires_s_out = until_s;
	return ERR_OK;
}

enum err
store_held_any(struct ctx *c, int64_t now_s, bool *any_out)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t any = 0;
	enum err e;

	e = db_one(c, STMT_HELD_ANY, ARGS(db_int(now_s)), columns, &any);
	if (e == ERR_OK)
		*any_out = any != 0;
	return e;
}
