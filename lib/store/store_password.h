/*
 * Rows of passwords and of those before them.  Hashes alone.
 */
#ifndef STORE_STORE_PASSWORD_H
#define STORE_STORE_PASSWORD_H

#include "base/ctx.h"
#include "base/err.h"

struct store_password {
	struct str phc;
	int64_t changed_s;
	int64_t failures;	/* consecutive wrong ones */
};
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_password_get(struct ctx *c, struct uid uid,
    struct store_password *out);
/* The same, and nobody else may change it until the transaction's end. */
MUST_CHECK enum err store_password_lock(struct ctx *c, struct uid uid,
    struct store_password *out);
/* Did it meet the rules when it was last judged? */
enum store_password_judged { PASSWORD_NOT_JUDGED = 0, PASSWORD_GOOD = 1,
	PASSWORD_BAD = 2 };
/* Of an account that has none yet. */
MUST_CHECK enum err store_password_insert(struct ctx *c, struct uid uid,
    struct str phc, int64_t changed_s, enum store_password_judged judged);
/* Insert or replace; failures start anew, and no breach is known of it. */
MUST_CHECK enum err store_password_set(struct ctx *c, struct uid uid,
    struct str phc, int64_t changed_s, enum store_password_judged judged);
/* The two below change nothing where the hash is no longer phc. */
MUST_CHECK enum err store_password_judged(struct ctx *c, struct uid uid,
    struct str phc, enum store_password_judged judged);
/* *first_out: it was not known before. */
MUST_CHECK enum err store_password_breached(struct ctx *c, struct uid uid,
    struct str phc, int64_t now_s, bool *first_out);
/* A stronger hash of the same password, if it is still the old one. */
MUST_CHECK enum err store_password_rehash(struct ctx *c, struct uid uid,
    struct str old_phc, struct str phc);
/* A reset is asked for now; *due_out: it was not so since before_s. */
MUST_CHECK enum err store_password_reset_asked(struct ctx *c, struct uid uid,
    int64_t now_s, int64_t before_s, bool *due_out);
/* How many are no argon2id.  Reads them all. */
MUST_CHECK enum err store_password_foreign(struct ctx *c, int64_t *out);
/* One more failure; the same work where there is no such row. */
MUST_CHECK enum err store_password_failed(struct ctx *c, struct uid uid);
MUST_CHECK enum err store_password_right(struct ctx *c, struct uid uid);
MUST_CHECK enum err store_password_delete(struct ctx *c, struct uid uid);

struct store_old_password {
	int64_t retired_ms;
	struct str phc;
};
/* Newest first. */
MUST_CHECK enum err store_password_history(struct ctx *c, struct uid uid,
    size_t max, struct store_old_password **out, size_t *n_out);
MUST_CHECK enum err store_password_history_add(struct ctx *c, struct uid uid,
    int64_t retired_ms, struct str phc);
/* Those before retired_ms go. */
MUST_CHECK enum err store_password_history_prune(struct ctx *c,
    struct uid uid, int64_t retired_ms);

#endif
