/*
 * Roles of accounts: names that an administrator gives, and that the guard
 * and applications read.
 */
#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include "base/ctx.h"
#include "base/roles.h"
#include "base/uid.h"

#define ROLES_MAX	2000	/* bytes of all names of one account */

/*
 * One transaction with its audit row.  *changed_out: false when it was so
 * already.  ERR_ROLE_MALFORMED (its name, or all names are too long),
 * ERR_NOT_FOUND.
 */
MUST_CHECK enum err role_add(struct ctx *c, struct uid uid, struct str name,
    bool *changed_out);
MUST_CHECK enum err role_remove(struct ctx *c, struct uid uid,
    struct str name, bool *changed_out);

/* Less than, equal to or more than 0, as memcmp. */
int role_order(struct str a, struct str b);

/* Accounts that have roles, after a uid, in order. */
struct role_member { struct uid uid; struct str roles; };
MUST_CHECK enum err role_members(struct ctx *c, struct uid after, size_t max,
    struct role_member **out, size_t *n_out);

#endif
