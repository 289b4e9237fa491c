/*
 * What a right password is worth today: does it meet the rules, is it known
 * from a breach, has it expired?
 */
#ifndef DOMAIN_PASSWORD_STATE_H
#define DOMAIN_PASSWORD_STATE_H

#include "account.h"

/* A password that was right, as the sign-in knows it. */
struct password_proof {
	const struct identifier *named;	/* as the person signed in */
	struct str normal, phc;
	bool breached;			/* password_look_up found it */
	bool partial;			/* its hash is of a part (S-006) */
};

/* Where the setting wants it: ask the lists of breaches.  Before the
 * transaction, since it takes its time; a is as it was read. */
void password_look_up(struct ctx *c, int64_t breached_s,
    struct password_proof *p);
/*
 * Inside the transaction: note what was seen in the account and its row, and
 * tell the owner of a breach where the setting wants that.
 */
MUST_CHECK enum err password_note(struct ctx *c, struct account *a,
    const struct password_proof *p);
/*
 * The gate's step 7.  ERR_PASSWORD_IS_BREACHED when a mail goes out with it;
 * ERR_PASSWORD_RESET_REQUIRED.
 */
MUST_CHECK enum err password_admit(struct ctx *c, const struct account *a,
    const struct password_proof *p);
/* When the account's password expires; 0: never, or there is none. */
int64_t password_expires_s(const struct ctx *c, const struct account *a);

#endif
