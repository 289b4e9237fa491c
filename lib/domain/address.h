/*
 * The further addresses of an account: added, proven, made the primary one,
 * removed.  What waits for its proof leads to no account and keeps nobody
 * from the address.
 */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H

#include "account.h"

#define ADDRESSES_MAX	10	/* of one account, waiting ones included */

/*
 * E4: a mail to the new address, which waits until its secret comes back.
 * A primary one takes the place of an earlier one that still waits (S-046).
 * ERR_EMAIL_VERIFICATION_OFF, ERR_EMAIL_MISSING, ERR_EMAIL_TYPE_MISSING,
 * ERR_EMAIL_MALFORMED, ERR_EMAIL_NOT_ADMITTED, ERR_EMAIL_DOMAIN,
 * ERR_URL_NOT_ADMITTED,
 * ERR_NO_VERIFIED_EMAIL, ERR_EMAIL_TAKEN (by whomever), ERR_IDENTIFIER_KEPT
 * (too many), ERR_MAIL_LIMIT.
 */
struct address_new {
	struct str email;
	struct str type;	/* absent: Secondary */
	struct str url, email_template;
};
MUST_CHECK enum err address_add(struct ctx *c, struct uid uid,
    const struct address_new *in);
/*
 * The same in two halves, for a transaction that changes more: what needs no
 * account, counted as one try; and the rest, inside of the transaction with
 * the account locked.  Without mail the address waits until one is asked for.
 */
struct address_adding {
	struct uid uid;
	const struct address_new *in;
	struct identifier email;
	struct str label, base;
	bool without_mail;
};
MUST_CHECK enum err address_prepare(struct ctx *c, struct address_adding *q);
MUST_CHECK enum err address_put(struct ctx *c, const struct account *a,
    const struct address_adding *q);
/*
 * E5: a proven one or a waiting one.  ERR_EMAIL_MALFORMED,
 * ERR_EMAIL_NOT_OWN, ERR_LAST_EMAIL, ERR_IDENTIFIER_KEPT (nothing proven
 * would remain).
 */
MUST_CHECK enum err address_remove(struct ctx *c, struct uid uid,
    struct str email);
/* A proven one becomes the primary one.  ERR_EMAIL_MALFORMED,
 * ERR_EMAIL_NOT_OWN. */
MUST_CHECK enum err address_make_primary(struct ctx *c, struct uid uid,
    struct str email);

/*
 * The old primary address, or a removed one, is told with a link that undoes
 * it for 72 hours, if it was the account's first or is in it as long as that
 * (who got in lately must not undo the owner's own undoing): the address is
 * the primary one again, what came since goes, and everybody is signed out
 * (S-046).  ERR_LINK_INVALID, _USED, _EXPIRED; ERR_ACCOUNT_BLOCKED;
 * ERR_EMAIL_TAKEN when the address is somebody else's now.
 */
MUST_CHECK enum err address_undo(struct ctx *c, struct str token);
/* For the landing page: which address it is about.  Does not consume. */
MUST_CHECK enum err address_undo_peek(struct ctx *c, struct str token,
    struct str *email_out);
/* Inside a transaction: the link for that address; empty when it gets
 * none. */
MUST_CHECK enum err address_undo_link(struct ctx *c, const struct account *a,
    const struct account_email *m, struct str *link_out);

/* "Primary" and "Secondary" as they are written, others as given. */
struct str address_type(struct str type);

/* Inside a transaction, with the account locked: the waiting address was
 * proven just now.  ERR_EMAIL_TAKEN: somebody else proved it first. */
MUST_CHECK enum err address_prove(struct ctx *c, const struct account *a,
    const struct account_pending *p);
/* Inside a transaction, after the account's first proof: the mails of those
 * that were named at its registration, as far as the limits let them. */
MUST_CHECK enum err address_send_waiting(struct ctx *c,
    const struct account *a);

#endif
