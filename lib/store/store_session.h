/*
 * Rows of sessions and refresh tokens.  A session that was ended keeps its
 * row, with generation 0, until it would have expired.  Every refresh adds a
 * row to the family, which names the session to the outside.
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
	int64_t created_s;		/* the sign-in */
	int64_t auth_s, seen_s, expires_s, idle_s, remember;
	int64_t ends_s;			/* no renewal past it */
	int64_t factor_s, acting;
	struct str provider, address, user_agent, city, country;
	int64_t account_generation, account_state;	/* when read */
	int64_t email_verified_s;	/* for the guard alone */
	struct str roles;
};
MUST_CHECK enum err store_session_insert(struct ctx *c,
    const struct store_session *s);
/* With its account; without address, user agent and place.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_by_token(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *out);
/* What the guard goes by: no hash, family, handle and provider. */
MUST_CHECK enum err store_session_for_guard(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *out);
/* As store_session_by_token, and the account's row with its summary, but
 * without the password's: see domain/account_summary.h.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_account(struct ctx *c,
    const unsigned char token_hash[32], struct store_session *session_out,
    struct store_account *account_out);
/* The row that stands for the session, with its account, whether it has
 * ended or not; all but the handle.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_of_family(struct ctx *c, struct uid family,
    struct store_session *out);
/* Seen, and from now on good until expires_s at least (0: no longer). */
MUST_CHECK enum err store_session_seen(struct ctx *c,
    const unsigned char token_hash[32], int64_t expires_s, int64_t now_s);
/* *ended_out: it was this call, and none before it. */
MUST_CHECK enum err store_session_end(struct ctx *c, int64_t kind,
    const unsigned char token_hash[32], bool *ended_out);
/* All rows of the session; renewable: its refresh tokens are to stay. */
MUST_CHECK enum err store_session_end_family(struct ctx *c,
    struct uid family, bool renewable, bool *ended_out);
/* Raise the account's generation.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_end_all(struct ctx *c, struct uid uid,
    int64_t now_s);
/* Every session of the account but this one, without a new generation: what
 * else goes by that stays. */
MUST_CHECK enum err store_session_end_others(struct ctx *c, struct uid uid,
    struct uid family);
/* Take the session of the generation before along, under a new hash (or its
 * own).  ERR_NOT_FOUND when it is not of that generation. */
MUST_CHECK enum err store_session_carry(struct ctx *c,
    const unsigned char token_hash[32], const unsigned char new_hash[32],
    int64_t auth_s);
/* A new token and handle in place of these, with its times.  ERR_NOT_FOUND:
 * it has ended, was taken before, or is of another kind. */
MUST_CHECK enum err store_session_move(struct ctx *c,
    const unsigned char token_hash[32], const struct store_session *to);
/* No row stands for more than its own token any more: of the family; of the
 * family unless it has an unused refresh token; of the account. */
MUST_CHECK enum err store_session_settle(struct ctx *c, struct uid family);
MUST_CHECK enum err store_session_settle_alone(struct ctx *c,
    struct uid family);
MUST_CHECK enum err store_session_settle_all(struct ctx *c, struct uid uid);
/* Those that can be used or renewed at now_s, the newest sign-in first, but
 * for that of one token (zeros: all).  Without the account. */
MUST_CHECK enum err store_session_list(struct ctx *c, struct uid uid,
    int64_t now_s, const unsigned char but[32], size_t max,
    struct store_session **out, size_t *n_out);
/* Nobody else changes sessions of the account until the transaction's end.
 * ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_account_lock(struct ctx *c, struct uid uid,
    int64_t *generation_out, int64_t *state_out);
/* Whose ID of a profile is it?  ERR_NOT_FOUND. */
MUST_CHECK enum err store_session_profile_owner(struct ctx *c,
    struct uid profile_id, struct uid *uid_out);

struct store_refresh {
	unsigned char token_hash[32];
	struct uid uid, family;
	int64_t generation;	/* 0: revoked */
	int64_t created_s, expires_s;
	int64_t used_s;		/* 0: not yet */
	int64_t reissued;	/* how often it was taken again */
};
MUST_CHECK enum err store_refresh_insert(struct ctx *c,
    const struct store_refresh *r);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_refresh_owner(struct ctx *c,
    const unsigned char token_hash[32], struct uid *uid_out);
MUST_CHECK enum err store_refresh_read(struct ctx *c,
    const unsigned char token_hash[32], struct store_refresh *out);
/* Marks it used; false: it was, is over, or is not there. */
MUST_CHECK enum err store_refresh_use(struct ctx *c,
    const unsigned char token_hash[32], int64_t now_s, bool *used_out);
/* Counts one use more; false: used before since_s, or max times again. */
MUST_CHECK enum err store_refresh_reissue(struct ctx *c,
    const unsigned char token_hash[32], int64_t since_s, int64_t max,
    bool *counted_out);
/* Revokes one that could still be used; false: there is none.  It keeps its
 * row, with generation 0. */
MUST_CHECK enum err store_refresh_revoke(struct ctx *c,
    const unsigned char token_hash[32], int64_t now_s, bool *revoked_out);
MUST_CHECK enum err store_refresh_drop_family(struct ctx *c,
    struct uid family);
/* Every unused one of the family. */
MUST_CHECK enum err store_refresh_revoke_unused(struct ctx *c,
    struct uid family);
MUST_CHECK enum err store_refresh_drop_all(struct ctx *c, struct uid uid);

/* A session of one kind becomes one of another, of a new life.
 * ERR_NOT_FOUND: it is not of that kind any more, or has ended. */
struct store_raise {
	int64_t from_kind, to_kind, generation;
	int64_t expires_s, ends_s, now_s;
};
MUST_CHECK enum err store_session_raise(struct ctx *c,
    const unsigned char token_hash[32], const struct store_raise *r);

#endif
