/*
 * Rows of sessions and refresh tokens.  A session that was ended keeps its
 * row, with generation 0, until it would have expired.
 */
#ifndef STORE_STORE_SESSION_H
#define STORE_STORE_SESSION_H

#include "base/ctx.h"
#include "base/err.h"
#include "store_account.h"

struct store_session {
	unsigned char token_hash[32];
	int64_t kind, generation;
	struct uid uid, family, handle;
	int64_t created_s, auth_s, seen_s, expires_s, idle_s, remember;
	struct str provider, address, user_agent;
	int64_t account_generation, account_state;	/* when read */
	int64_t factor_s, email_verified_s;	/* for the guard alone */
	struct str roles;
};
MUST_CHECK enum err store_session_insert(struct ctx *c,
    const struct store_session *s);
/* With its account; without address and user agent.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_by_token(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *out);
/* What the guard goes by: no hash, family, handle and provider. */
MUST_CHECK enum err store_session_for_guard(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *out);
/* The same with the account's row and its identifiers, by kind, primary
 * first; profile is absent where only further addresses are left.
 * ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_account(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *session_out,
    struct store_account *account_out,
    struct store_identifier_of **list_out, size_t *n_out);
/* token_hash, uid, family, kind and generation alone.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_by_handle(struct ctx *c,
    struct uid handle, struct store_session *out);
MUST_CHECK enum err store_session_seen(struct ctx *c,
    const unsigned char token_hash[32], int64_t now_s);
/* *ended_out: it was this call, and none before it. */
MUST_CHECK enum err store_session_end(struct ctx *c, int64_t kind,
    const unsigned char token_hash[32], bool *ended_out);
/* Raise the account's generation.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_end_all(struct ctx *c, struct uid uid,
    int64_t now_s);
/* Every session of the account but this one, without a new generation: what
 * else goes by that stays. */
MUST_CHECK enum err store_session_end_others(struct ctx *c, struct uid uid,
    const unsigned char token_hash[32]);
/* Take the session of the generation before along, under a new hash (or its
 * own).  ERR_NOT_FOUND when it is not of that generation. */
MUST_CHECK enum err store_session_carry(struct ctx *c,
    const unsigned char token_hash[32], const unsigned char new_hash[32],
    int64_t auth_s);
/* Those that live at now_s, newest first. */
MUST_CHECK enum err store_session_list(struct ctx *c, struct uid uid,
    int64_t now_s, size_t max, struct store_session **out, size_t *n_out);

MUST_CHECK enum err store_refresh_insert(struct ctx *c,
    const unsigned char token_hash[32], const struct store_session *s,
    int64_t expires_s);
MUST_CHECK enum err store_refresh_drop_family(struct ctx *c,
    struct uid family);

/* A session of one kind becomes one of another, of a new life.
 * ERR_NOT_FOUND: it is not of that kind any more, or has ended. */
struct store_raise {
	int64_t from_kind, to_kind, generation;
	int64_t expires_s, now_s;
};
MUST_CHECK enum err store_session_raise(struct ctx *c,
    const unsigned char token_hash[32], const struct store_raise *r);

#endif
