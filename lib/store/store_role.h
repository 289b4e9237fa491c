/*
 * The roles that stand in the rows of accounts.
 */
#ifndef STORE_STORE_ROLE_H
#define STORE_STORE_ROLE_H

#include "base/ctx.h"
#include "base/err.h"
#include "base/uid.h"

/* The newest, and nobody else may change the row until the transaction's
 * end.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_roles_lock(struct ctx *c, struct uid uid,
    struct str *out);
MUST_CHECK enum err store_roles_set(struct ctx *c, struct uid uid,
    struct str roles, int64_t now_s);
/* Of accounts that have any, after a uid, in order. */
struct store_roles { struct uid uid; struct str roles; };
MUST_CHECK enum err store_roles_list(struct ctx *c, struct uid after,
    size_t max, struct store_roles **out, size_t *n_out);

#endif
