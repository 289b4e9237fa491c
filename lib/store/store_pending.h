/*
 * Added addresses and numbers that nobody has proven yet.
 */
#ifndef STORE_STORE_PENDING_H
#define STORE_STORE_PENDING_H

#include "base/ctx.h"
#include "base/err.h"

struct store_pending {
	int64_t kind;
	struct str canonical, given, label;
	int64_t created_s;
};
/* Takes the place of an earlier one of the same kind and canonical form. */
MUST_CHECK enum err store_pending_put(struct ctx *c, struct uid uid,
    const struct store_pending *p);
MUST_CHECK enum err store_pending_list(struct ctx *c, struct uid uid,
    struct store_pending **out, size_t *n_out);
/* One of them; nothing when it is not there. */
MUST_CHECK enum err store_pending_drop(struct ctx *c, struct uid uid,
    int64_t kind, struct str canonical);
MUST_CHECK enum err store_pending_drop_kind(struct ctx *c, struct uid uid,
    int64_t kind);
MUST_CHECK enum err store_pending_drop_all(struct ctx *c, struct uid uid);

/* The accounts for which it waits with a code of that purpose. */
MUST_CHECK enum err store_pending_codes(struct ctx *c, int64_t kind,
    struct str canonical, int64_t purpose, int64_t now_s, struct uid **out,
    size_t *n_out);
/* For whom it waits; the newest of them.  ERR_NOT_FOUND. */
struct store_waiting {
	struct uid uid;
	struct str given;
	int64_t generation, state;
};
MUST_CHECK enum err store_pending_newest(struct ctx *c, int64_t kind,
    struct str canonical, struct store_waiting *out);

#endif
