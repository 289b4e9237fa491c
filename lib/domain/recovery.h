/*
 * Asking for a way back: a secret by mail to the stored address of whom an
 * identifier names.  Whether there is an account shows in nothing.
 */
#ifndef DOMAIN_RECOVERY_H
#define DOMAIN_RECOVERY_H

#include "account.h"
#include "ticket.h"

struct recovery {
	enum ticket_purpose purpose;
	const char *mail;	/* template, and kind in the limits */
	const char *vtype;	/* in the link */
	bool by_code;
	struct str base;	/* of the link, judged before */
	struct identifier id;
	struct str variant, return_url;
	/* Why an account that was found gets none, with compat told. */
	enum err (*judge)(const struct account *a);
	const char *sent, *decoy, *limited;	/* events of the audit */
};
/* ERR_OK for unknown accounts too, at one cost, unless compat; ERR_MAIL_LIMIT
 * of the source. */
MUST_CHECK enum err recovery_ask(struct ctx *c, const struct recovery *r);

#endif
