/*
 * A back end acts for somebody: a session without a sign-in.
 */
#ifndef DOMAIN_IMPERSONATION_H
#define DOMAIN_IMPERSONATION_H

#include "session.h"

/*
 * S11.  In the audit, and told to the owner by setting.  ERR_ENDPOINT_OFF by
 * setting, ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED.
 */
MUST_CHECK enum err impersonate(struct ctx *c, struct uid uid,
    struct session_tokens *out);

#endif
