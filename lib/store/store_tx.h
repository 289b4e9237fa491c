/*
 * The transaction, for the domain, which does not see lib/db.
 */
#ifndef STORE_STORE_TX_H
#define STORE_STORE_TX_H

#include "base/ctx.h"
#include "base/err.h"

/*
 * Run fn inside one transaction: commit on ERR_OK, else roll back and return
 * what it returned.  A conflict reruns fn from its start; fn may ask for that
 * itself by ERR_RETRY.  in_doubt and all else: db_tx in db/db.h.
 */
typedef enum err store_tx_fn(struct ctx *c, void *arg);
MUST_CHECK enum err store_tx(struct ctx *c, store_tx_fn *fn, void *arg,
    store_tx_fn *in_doubt);
/* For in_doubt, where doing it once more ends in the same state. */
enum err store_tx_repeatable(struct ctx *c, void *arg);

#endif
