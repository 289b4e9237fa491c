/*
 * Signed access tokens (JWT, RFC 9068) for back ends that cannot call us.
 * Such a back end sees the signature and the clock alone: it takes a token
 * until it ends, even if the session has ended meanwhile.  Who must know asks
 * by signed_token_introspect.  Our own endpoints take none of them: a session
 * is shown by its opaque token.
 */
#ifndef DOMAIN_SIGNED_TOKEN_H
#define DOMAIN_SIGNED_TOKEN_H

#include "codec/json.h"
#include "session.h"

/*
 * A token of the session, which must have been checked just now.  audience:
 * one of jwt.audiences, or absent for the first.  ERR_ENDPOINT_OFF,
 * ERR_PARAMETER (audience), or as session_check (it ended meanwhile).
 */
MUST_CHECK enum err signed_token_make(struct ctx *c, const struct session *s,
    struct str audience, struct str *token_out, int64_t *expires_s_out);
/*
 * RFC 7662 §2.2: active, and then its claims.  Active is a token whose
 * signature and claims are right and whose session lives; whatever else
 * comes is not, and nothing more is told of it.  ERR_ENDPOINT_OFF, or a
 * failure of the database.
 */
MUST_CHECK enum err signed_token_introspect(struct ctx *c, struct str token,
    struct json **out);

#endif
