/*
 * What registration reads and writes.
 */
#ifndef STORE_STORE_REGISTRATION_H
#define STORE_STORE_REGISTRATION_H

#include "base/ctx.h"
#include "base/err.h"

struct store_new_account {
	struct uid uid, profile_id;
	int64_t created_s, email_verified_s, required_filled;
	struct str source, profile;
};
MUST_CHECK enum err store_account_insert(struct ctx *c,
    const struct store_new_account *a);

struct store_new_identifier {
	int64_t kind, position, verified_s, created_s;
	struct str canonical, given, label;
	struct uid uid;
};
/* ERR_CONFLICT when it is somebody's. */
MUST_CHECK enum err store_identifier_insert(struct ctx *c,
    const struct store_new_identifier *i);
/* The account's own; nothing when it has no such one. */
MUST_CHECK enum err store_identifier_drop(struct ctx *c, int64_t kind,
    struct str canonical, struct uid uid);

/* Whose identifier it is. */
struct store_holder {
	struct uid uid;
	struct str given;
	int64_t verified_s;	/* of the identifier */
	int64_t email_verified_s, phone_verified_s;	/* of the account */
	int64_t created_s, logins, generation, state;
};
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_holder(struct ctx *c, int64_t kind,
    struct str canonical, struct store_holder *out);
/* The newest state, which stays as it is until the transaction's end. */
MUST_CHECK enum err store_holder_lock(struct ctx *c, int64_t kind,
    struct str canonical, struct store_holder *out);

#endif
