/*
 * Identifiers of deleted accounts: for account.hold_days nobody can have
 * them, so that a new owner does not pass for the old one.
 */
#ifndef DOMAIN_ACCOUNT_HELD_H
#define DOMAIN_ACCOUNT_HELD_H

#include "account.h"
#include "store/store_registration.h"

/* Is it held now?  A plain read, for answers; identifier_claim decides. */
MUST_CHECK enum err identifier_held(struct ctx *c, int64_t kind,
    struct str canonical, bool *held_out);
/*
 * Inside a transaction: the identifier becomes the account's.  ERR_CONFLICT
 * when it is somebody's (the unique key says so) or held; nothing is written
 * then.
 */
MUST_CHECK enum err identifier_claim(struct ctx *c,
    const struct store_new_identifier *i);
/* Nobody ever proved or used this account, so it keeps nobody from its
 * address: whoever proves it takes its place. */
bool holder_is_unproven(const struct ctx *c, int64_t kind,
    const struct store_holder *h);
/* Inside a transaction, before a proven one is claimed: such an account
 * goes. */
MUST_CHECK enum err identifier_make_way(struct ctx *c, int64_t kind,
    struct str canonical);
/* Inside a transaction: hold all identifiers of the account. */
MUST_CHECK enum err account_hold(struct ctx *c, const struct account *a);

#endif
