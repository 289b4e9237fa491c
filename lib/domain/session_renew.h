/*
 * New tokens for a session: by its refresh token, by its access token, and
 * the end of refresh tokens.  The session keeps its family and its absolute
 * end.
 */
#ifndef DOMAIN_SESSION_RENEW_H
#define DOMAIN_SESSION_RENEW_H

#include "session.h"

/*
 * S12.  Of many uses of one token the first renews; for 10 s three more give
 * tokens of the same family; ERR_REFRESH_TOKEN else, and a use after that
 * ends the session and is told to its owner, unless compat.refresh_reuse
 * (S-095).
 * ERR_ACCOUNT_BLOCKED.
 */
MUST_CHECK enum err session_refresh(struct ctx *c, struct str token,
    struct session_tokens *out);
/*
 * S4.  The old tokens are void.  Expired for less than
 * compat.sliding_grace_seconds will do.  Errors as of session_check.
 */
MUST_CHECK enum err session_slide(struct ctx *c, struct str token,
    struct session_tokens *out);
/*
 * S10.  The same, with a life of so many minutes (0: the usual one), which
 * ends with the session in any case.  ERR_NO_SESSION: a limited session.
 */
MUST_CHECK enum err session_exchange(struct ctx *c, struct str token,
    int64_t minutes, struct session_tokens *out);
/*
 * compat.validate_returns_refresh: the refresh token that was given with this
 * access token; absent once it was used or revoked, or when that was before
 * the setting.
 */
MUST_CHECK enum err session_offer_refresh(struct ctx *c,
    const struct session *s, struct str *token_out);

/* S13.  ERR_REFRESH_TOKEN.  The access token lives on to its expiry. */
MUST_CHECK enum err session_revoke_refresh(struct ctx *c, struct str token);
/* S14.  ERR_USER_UNKNOWN. */
MUST_CHECK enum err session_revoke_refreshes(struct ctx *c, struct uid uid);

#endif
