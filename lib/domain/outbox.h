/*
 * Messages: written in the transaction of the change that causes them,
 * delivered afterwards, at least once, with one message id.
 */
#ifndef DOMAIN_OUTBOX_H
#define DOMAIN_OUTBOX_H

#include "base/ctx.h"
#include "base/err.h"
#include "codec/template.h"

struct outbox_mail {
	const char *template;	/* "verify-email": NAME.mail; the site's named
				 * variant NAME.VARIANT.mail when it exists */
	struct str variant;	/* emailtemplate parameter; may be absent */
	struct str to;		/* from the account's row, never the request */
	struct uid uid;		/* zero: no account */
	struct values *values;	/* names and links are escaped and defused */
	int64_t expires_s;	/* a secret past its life is not sent */
	bool decoy;	/* same work for an unknown address: never sent */
};
struct outbox_sms {
	const char *template;	/* "verify-phone": NAME.sms, as for mails */
	struct str variant;	/* smstemplate parameter; may be absent */
	struct str to;		/* E.164; from the account's row */
	struct uid uid;		/* zero: no account */
	struct values *values;
	int64_t expires_s;
	bool voice;		/* a call that speaks NAME.sms */
	bool decoy;
};
/* A name that people chose, fit for a mail: 64 characters at most, one line,
 * nothing in it that a mail program would make a link of (S-124). */
struct str outbox_name(struct ctx *c, struct str name);
/* Composes, seals (AES-256-GCM) and inserts; inside a transaction.  Sets
 * c->outbox_due. */
MUST_CHECK enum err outbox_add_mail(struct ctx *c,
    const struct outbox_mail *m);
/* The same for a text message or a call.  limit_sms comes first. */
MUST_CHECK enum err outbox_add_sms(struct ctx *c, const struct outbox_sms *m);
/* Claim and deliver what is due, at most max messages and budget_ms. */
MUST_CHECK enum err outbox_run(struct ctx *c, size_t max, int64_t budget_ms,
    size_t *sent_out, size_t *failed_out);

struct outbox_row {
	struct uid id;
	int64_t state;		/* 0 waiting, 1 dead, 2 decoy */
	struct str template, target, error;
	int64_t created_s, due_s, expires_s, tries;
};
MUST_CHECK enum err outbox_list(struct ctx *c, bool dead_only, size_t max,
    struct outbox_row **out, size_t *n_out);
/* Make a dead letter due again. */
MUST_CHECK enum err outbox_retry(struct ctx *c, struct uid id);

#endif
