/*
 * A request token stands for a sign-in that has passed the gate, and travels
 * through the visitor's browser: his site's back end exchanges it, once, for
 * the session.
 */
#ifndef DOMAIN_REQUEST_TOKEN_H
#define DOMAIN_REQUEST_TOKEN_H

#include "session.h"

/*
 * Inside the transaction of the sign-in.  Void once the account changes.
 * of: provider, remember and auth_s of the session that it stands for; who
 * exchanges it has proven nothing anew.
 */
MUST_CHECK enum err request_token_make(struct ctx *c,
    const struct account *a, const struct session_options *of,
    struct str *token_out);
/*
 * LG40, S6.  ERR_REQUEST_TOKEN (unknown, used, void),
 * ERR_REQUEST_TOKEN_EXPIRED; what the account's state forbids,
 * ERR_SESSION_LIMIT.
 */
MUST_CHECK enum err request_token_exchange(struct ctx *c, struct str token,
    struct session_tokens *out);

#endif
