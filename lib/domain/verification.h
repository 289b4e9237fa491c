/*
 * Verification mails, for the operations that cause one.
 */
#ifndef DOMAIN_VERIFICATION_H
#define DOMAIN_VERIFICATION_H

#include "account.h"
#include "audit.h"
#include "codec/template.h"

/*
 * What a link in a mail begins with: the given address when the allow-list
 * admits it, the site's own page without one.  ERR_URL_NOT_ADMITTED, unless
 * compat.unlisted_urls takes the site's own instead.
 */
MUST_CHECK enum err link_base(struct ctx *c, struct str url,
    const char *own_page, struct str *out);

/* "hours" or "minutes" of a secret's life, for the texts of mails. */
void mail_set_life(struct ctx *c, struct values *v, int64_t life_s);

struct verification_mail {
	struct uid uid;
	int64_t generation;
	struct str canonical, given;
	struct str base;		/* from link_base */
	struct str variant;		/* emailtemplate; may be absent */
	struct str return_url;		/* may be absent */
	bool added;			/* one that waits beside others */
	bool decoy;			/* same work, for an unknown address */
	bool first;			/* see struct ticket */
	const struct audit_event *cause;	/* is noted too; or NULL */
};
/* Inside a transaction: the ticket and its mail.  Limits are the caller's
 * business. */
MUST_CHECK enum err verification_send(struct ctx *c,
    const struct verification_mail *m);
/*
 * Inside a transaction, after the right password of an unverified account:
 * a new mail, unless one that can still be used was sent lately.  Never
 * voids a code that somebody may be about to type (F-32).  ERR_MAIL_LIMIT
 * when there is nothing to use and nothing could be sent.
 */
MUST_CHECK enum err verification_send_again(struct ctx *c,
    const struct account *a, struct str base, struct str variant);

/*
 * A4: the welcome mail once more, at most three times a day.
 * ERR_EMAIL_NOT_OWN without a proven address, ERR_MAIL_LIMIT.
 */
MUST_CHECK enum err welcome_again(struct ctx *c, struct uid uid,
    struct str variant);
/* A1: the same once for an account, if a template of it was named; nothing
 * where no address is proven. */
MUST_CHECK enum err welcome_on_read(struct ctx *c, struct uid uid,
    struct str variant);
/* Inside a transaction: the welcome mail, if a template of it was named and
 * unless it was sent before. */
MUST_CHECK enum err welcome_send(struct ctx *c, const struct account *a,
    struct str to, struct str variant);

#define VERIFICATION_MAIL "verify-email"	/* also kind of limit */
#define ADD_EMAIL_MAIL	"add-email"		/* the same, when added */

#endif
