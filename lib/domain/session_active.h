/*
 * S9: whose sessions are alive, for back ends.
 */
#ifndef DOMAIN_SESSION_ACTIVE_H
#define DOMAIN_SESSION_ACTIVE_H

#include "session.h"

struct session_asked {
	struct str token;		/* of one of them */
	struct str account_id, profile_id;
};
/*
 * By token, or by account, profile or both.  ERR_PARAMETER: none of them;
 * ERR_TOKEN_UNKNOWN, ERR_NO_SESSION (over, or limited);
 * ERR_ACCOUNT_ID, ERR_PROFILE_ID (malformed, unknown, or not of one account).
 */
MUST_CHECK enum err session_active(struct ctx *c,
    const struct session_asked *asked, size_t max, struct session_row **out,
    size_t *n_out);

#endif
