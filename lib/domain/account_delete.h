/*
 * An account that its own owner deletes: asked for by somebody signed in,
 * confirmed by a secret that was sent, then gone with all that rests on it.
 */
#ifndef DOMAIN_ACCOUNT_DELETE_H
#define DOMAIN_ACCOUNT_DELETE_H

#include "account.h"

/*
 * A6: the mail with a link or code, to a proven address.  Nothing changes
 * yet.  ERR_EMAIL_NOT_OWN without such an address, ERR_URL_NOT_ADMITTED,
 * ERR_MAIL_LIMIT.  *sent_to_out (may be NULL): where it went.
 */
struct deletion {
	struct str url, email_template;	/* may be absent */
};
MUST_CHECK enum err deletion_ask(struct ctx *c, struct uid uid,
    const struct deletion *d, struct str *sent_to_out);

/* A7.  ERR_DELETE_LINK_INVALID, ERR_LINK_EXPIRED. */
MUST_CHECK enum err deletion_by_link(struct ctx *c, struct str token);
/* A7.  ERR_EMAIL_CODE_*, ERR_EMAIL_MALFORMED; ERR_USER_UNKNOWN only with
 * compat. */
MUST_CHECK enum err deletion_by_code(struct ctx *c, struct str email,
    struct str code);
/* For the landing page: whose account it is.  Does not consume. */
MUST_CHECK enum err deletion_peek(struct ctx *c, struct str token,
    struct str *email_out);

/*
 * Inside a transaction, with the account locked and the owner's secret
 * consumed: the account goes with its sessions, tickets and waiting
 * messages, its identifiers are held as account.hold_days says, a tombstone
 * and the audit's row stay, and its proven addresses are told.
 * why: "link", "code", "sms"
 */
MUST_CHECK enum err account_delete_own(struct ctx *c,
    const struct account *a, const char *why);
/* For its in-doubt function: ERR_OK when the account is gone. */
MUST_CHECK enum err account_is_gone(struct ctx *c, struct uid uid);

#endif
