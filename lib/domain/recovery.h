/*
 * A way back: a secret by mail to the stored address of whom an identifier
 * names, for a password or a PIN.  Whether there is an account shows in
 * nothing.
 */
#ifndef DOMAIN_RECOVERY_H
#define DOMAIN_RECOVERY_H

#include "account.h"
#include "ticket.h"

struct recovery {
	enum ticket_purpose purpose;
	const char *mail;	/* template, and kind in the limits */
	const char *required;	/* template where why is not NULL */
	const char *why;	/* NULL: asked for by whom lost it; else a flag
				 * of that template */
	const char *vtype;	/* in the link */
	bool by_code;
	struct str base;	/* of the link, judged before */
	struct identifier id;
	struct str variant, return_url;
	int64_t life_s;		/* of the secret; 0: a reset's */
	struct str note;	/* kept with the ticket, behind its address
				 * and a line's end; absent: nothing */
	/* Why an account that was found gets none, with compat told; reached:
	 * it has an address for that. */
	enum err (*judge)(const struct account *a, bool reached);
	const char *sent, *decoy, *limited;	/* events of the audit */
};
/* An address, a user name or a number, where such exist; kind 0: decide by
 * syntax between the first two. */
MUST_CHECK enum err recovery_identifier(struct ctx *c,
    enum identifier_kind kind, struct str s, struct identifier *out);
/* ERR_OK for unknown accounts too, at one cost, unless compat; ERR_MAIL_LIMIT
 * of the source. */
MUST_CHECK enum err recovery_ask(struct ctx *c, const struct recovery *r);
/* The address that its secrets go to; NULL: none. */
const struct account_email *recovery_target(const struct account *a,
    const struct identifier *id);
/* Inside a transaction, for an account that is known: the mail, without a
 * look at limits. */
MUST_CHECK enum err recovery_send(struct ctx *c, const struct recovery *r,
    const struct account *a, const struct account_email *target);
/* Seconds that its secret lives. */
int64_t recovery_life_s(const struct ctx *c, const struct recovery *r);

#endif
