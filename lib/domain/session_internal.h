/*
 * Between the files that work on sessions.
 */
#ifndef DOMAIN_SESSION_INTERNAL_H
#define DOMAIN_SESSION_INTERNAL_H

#include "session.h"
#include "store/store_session.h"

/* Good for this kind, or expired for less than slack_s?  Errors as of
 * session_check. */
MUST_CHECK enum err session_judge(struct ctx *c, enum session_kind kind,
    const struct store_session *s, int64_t slack_s);
/* Read and judged.  ERR_TOKEN_UNKNOWN for what is no token. */
MUST_CHECK enum err session_read(struct ctx *c, enum session_kind kind,
    struct str token, int64_t slack_s, struct store_session *out);
/* That time, but for the end of the session. */
int64_t session_cap(const struct store_session *s, int64_t expires_s);
/* When a new access token of the session expires. */
int64_t session_expiry(const struct ctx *c, const struct store_session *s);
/* Inside a transaction, with the account locked: all of the session, under
 * this name in the audit. */
MUST_CHECK enum err session_end_row(struct ctx *c,
    const struct store_session *s, bool refresh_too, const char *event);
/* A new token for this row, which gets its hash and a handle of its own. */
struct str session_access_token(struct ctx *c, struct store_session *s);
/* compat.active_session_tokens: that of a row which has handle and hash;
 * absent where it cannot be told. */
struct str session_access_token_again(struct ctx *c,
    const struct store_session *s);
/* Inside a transaction, with the account locked: a new refresh token that
 * ends with the session; token_hash is that of the access token beside it. */
MUST_CHECK enum err session_add_refresh(struct ctx *c,
    const struct store_session *s, struct str *token_out);
/* session_list, with the rows' tokens where the setting has it so. */
MUST_CHECK enum err session_list_tokens(struct ctx *c, struct uid uid,
    size_t max, struct session_row **out, size_t *n_out);
#endif
