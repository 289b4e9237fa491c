/*
 * Rows of accepted policy versions and of changes to consents, and what the
 * account itself keeps of both.
 */
#ifndef STORE_STORE_CONSENT_H
#define STORE_STORE_CONSENT_H

#include "base/ctx.h"
#include "base/err.h"

struct store_acceptance {
	struct str version;
	int64_t accepted_s;
	struct str source;
};
/* ERR_CONFLICT: the account has accepted this version before. */
MUST_CHECK enum err store_privacy_add(struct ctx *c, struct uid uid,
    const struct store_acceptance *a);
/* Has it?  ERR_NOT_FOUND. */
MUST_CHECK enum err store_privacy_find(struct ctx *c, struct uid uid,
    struct str version);
/* Oldest first, at most 1000. */
MUST_CHECK enum err store_privacy_list(struct ctx *c, struct uid uid,
    struct store_acceptance **out, size_t *n_out);

/* What the profile shows: JSON. */
MUST_CHECK enum err store_account_set_privacy(struct ctx *c, struct uid uid,
    struct str text, int64_t now_s);
MUST_CHECK enum err store_account_set_consents(struct ctx *c,
    struct uid uid, struct str text, int64_t now_s);
/* An unfinished account becomes an active one.  ERR_NOT_FOUND: it was none. */
MUST_CHECK enum err store_account_finish(struct ctx *c, struct uid uid,
    int64_t now_s);

struct store_consent_log {
	struct uid id;
	int64_t at_s, update_type;
	struct str address, user_agent, host;
	struct str versions, changes;	/* JSON */
};
MUST_CHECK enum err store_consent_log_add(struct ctx *c, struct uid uid,
    const struct store_consent_log *l);
/* The newest, newest first. */
MUST_CHECK enum err store_consent_log_list(struct ctx *c, struct uid uid,
    size_t max, struct store_consent_log **out, size_t *n_out);

#endif
