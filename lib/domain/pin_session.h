/*
 * The sessions in which a PIN alone signs in: made by a full sign-in, void
 * with the account's generation, and by whatever changes the PIN.
 */
#ifndef DOMAIN_PIN_SESSION_H
#define DOMAIN_PIN_SESSION_H

#include "session.h"

/* Inside the transaction of a sign-in: sets t's session_token where
 * there is to be one. */
MUST_CHECK enum err pin_session_start(struct ctx *c, const struct account *a,
    struct uid family, struct session_tokens *t);
/* I13.  ERR_PIN_SESSION_INVALID for an unknown token, _EXPIRED; ERR_OK for
 * one that has ended already. */
MUST_CHECK enum err pin_session_end(struct ctx *c, struct str token);

#endif
