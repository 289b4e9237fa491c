/*
 * Rows of messages that are still to be delivered.
 */
#ifndef STORE_STORE_OUTBOX_H
#define STORE_STORE_OUTBOX_H

#include "base/ctx.h"
#include "base/err.h"

enum store_outbox_state { OUTBOX_WAITING = 0, OUTBOX_DEAD = 1,
	OUTBOX_DECOY = 2 };
enum store_outbox_kind { OUTBOX_MAIL = 1, OUTBOX_SMS = 2, OUTBOX_VOICE = 3 };

struct store_outbox {
	struct uid id, uid;	/* uid zero: NULL */
	int64_t state, kind;
	struct str template, target, payload, error;
	int64_t created_s, due_s, expires_s, lease_until_s, tries;
};
MUST_CHECK enum err store_outbox_insert(struct ctx *c,
    const struct store_outbox *o);
/* What is due, oldest first; nothing of it changes but by a claim. */
MUST_CHECK enum err store_outbox_due(struct ctx *c, int64_t now_s,
    size_t max, struct store_outbox **out, size_t *n_out);
/* One claimer alone gets true; the row is not due again before the lease. */
MUST_CHECK enum err store_outbox_claim(struct ctx *c, struct uid id,
    int64_t now_s, int64_t lease_until_s, bool *claimed_out);
/* Many, at most STORE_OUTBOX_BATCH: of how many it became the claimer. */
#define STORE_OUTBOX_BATCH	16
MUST_CHECK enum err store_outbox_claim_all(struct ctx *c,
    const struct store_outbox *rows, size_t n, int64_t now_s,
    int64_t lease_until_s, size_t *claimed_out);
/* As if it had not been claimed, while the lease is still ours. */
MUST_CHECK enum err store_outbox_give_back(struct ctx *c, struct uid id,
    int64_t lease_until_s, int64_t due_s);
/* At most STORE_OUTBOX_BATCH. */
MUST_CHECK enum err store_outbox_delete(struct ctx *c, const struct uid *ids,
    size_t n);
/* After a failure, while the lease is still ours. */
MUST_CHECK enum err store_outbox_fail(struct ctx *c, struct uid id,
    int64_t lease_until_s, int64_t state, int64_t due_s, struct str error);
/* At most max rows. */
MUST_CHECK enum err store_outbox_drop_decoys(struct ctx *c, int64_t now_s,
    int64_t max);
/* Without payloads; of one state, or of two the same way. */
MUST_CHECK enum err store_outbox_list(struct ctx *c, int64_t state,
    int64_t or_state, size_t max, struct store_outbox **out, size_t *n_out);
/* ERR_NOT_FOUND unless it is dead. */
MUST_CHECK enum err store_outbox_revive(struct ctx *c, struct uid id,
    int64_t now_s);

#endif
