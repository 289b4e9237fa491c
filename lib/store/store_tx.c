#include "store_tx.h"

#include "db/db.h"

enum err
store_tx(struct ctx *c, store_tx_fn *fn, void *arg, store_tx_fn *in_doubt)
{
	return db_tx(c, fn, arg, in_doubt);
}

enum err
store_tx_repeatable(struct ctx *c, void *arg)
{
	(void)c;
	(void)arg;
	return ERR_NOT_FOUND;
}
