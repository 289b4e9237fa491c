#include "store_signing_key.h"

#include "store.h"

enum err
store_signing_keys(struct ctx *c, size_t max, struct store_signing_key **out,
    size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_signing_key, kid),
		COLUMN(struct store_signing_key, jwk),
		COLUMN(struct store_signing_key, sealed),
		COLUMN(struct store_signing_key, created_s),
		COLUMN(struct store_signing_key, signs_s),
		COLUMN(struct store_signing_key, needed_s)
	};

	return db_all(c, STMT_SIGNING_KEYS, ARGS(db_int((int64_t)max)),
	    columns, sizeof(**out), max, out, n_out);
}

enum err
store_signing_key_insert(struct ctx *c, const struct store_signing_key *k)
{
	return db_exec(c, STMT_SIGNING_KEY_INSERT, ARGS(db_uid(k->kid),
	    db_text(k->jwk), db_bytes(k->sealed), db_int(k->created_s),
	    db_int(k->signs_s)), NULL);
}

enum err
store_signing_key_needed(struct ctx *c, struct uid kid, int64_t until_s)
{
	return db_exec_one(c, STMT_SIGNING_KEY_NEEDED, ARGS(db_int(until_s),
	    db_uid(kid)));
}

enum err
store_signing_key_reseal(struct ctx *c, struct uid kid, struct str before,
    struct str sealed)
{
	return db_exec(c, STMT_SIGNING_KEY_RESEAL, ARGS(db_bytes(sealed),
	    db_uid(kid), db_bytes(before)), NULL);
}

enum err
store_signing_key_drop(struct ctx *c, struct uid kid)
{
	return db_exec_one(c, STMT_SIGNING_KEY_DROP, ARGS(db_uid(kid)));
}
