/*
 * A registration that waited for its consents, between the files that work on
 * it.
 */
#ifndef DOMAIN_REGISTRATION_INTERNAL_H
#define DOMAIN_REGISTRATION_INTERNAL_H

#include "registration.h"
#include "ticket.h"

struct registration_later {
	/* in */
	const struct ticket *ticket;	/* consumed in this transaction */
	struct session_options session;
	struct account *account;	/* locked; out: as it is afterwards */
	/* out */
	bool known;		/* the address was somebody's before */
	bool has_session;
	struct session_tokens tokens;
	/* between the two calls */
	struct registration request;
	struct str base;
	struct identifier email, phone;	/* kind 0: none */
};
/* What the ticket remembers.  ERR_CONSENT_TOKEN_INVALID. */
MUST_CHECK enum err registration_read_later(struct ctx *c,
    struct registration_later *l);
/* The rest of the registration: mail, session, or the quiet answer. */
MUST_CHECK enum err registration_go_on(struct ctx *c,
    struct registration_later *l);

#endif
