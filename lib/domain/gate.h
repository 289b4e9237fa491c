/*
 * A sign-in that stops at the gate and goes on later: what it goes on with is
 * a ticket (or, for the API and the privacy policy, a limited session), which
 * remembers how the sign-in began.
 */
#ifndef DOMAIN_GATE_H
#define DOMAIN_GATE_H

#include "login.h"
#include "ticket.h"

/*
 * Inside the transaction of the gate: make what the sign-in goes on with, put
 * it into c->err.token, and return why.  Where g cannot go on later nothing
 * is made.  purpose: of the ticket.
 */
MUST_CHECK enum err gate_stop(struct ctx *c, const struct account *a,
    const struct gate *g, enum err why, enum ticket_purpose purpose);
/*
 * Of a ticket that gate_stop made: the gate as it was.  False: it is of
 * another kind of session than *g_io, into whose other members it writes.
 */
bool gate_resume(struct ctx *c, const struct ticket *t, struct gate *g_io);

#endif
