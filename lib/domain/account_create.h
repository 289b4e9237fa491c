/*
 * Making an account with its identifiers, for registration and for
 * doorwardctl.
 */
#ifndef DOMAIN_ACCOUNT_CREATE_H
#define DOMAIN_ACCOUNT_CREATE_H

#include "account.h"

struct account_create {
	struct identifier email;	/* kind 0: none */
	struct str email_label;		/* absent: "Primary" */
	int64_t email_verified_s;	/* 0: not yet */
	struct identifier phone;	/* kind 0: none */
	bool phone_first;	/* it is what the account signs up with */
	struct identifier username;	/* kind 0: none */
	const char *phc;	/* a hash made before; NULL: no password */
	struct str document;		/* profile JSON; absent: "{}" */
	bool required_filled;
	struct str source;		/* registration source; absent: "API" */
};
/*
 * Inside a transaction.  The unique keys decide: ERR_EMAIL_TAKEN,
 * ERR_PHONE_TAKEN, ERR_USERNAME_TAKEN; after any, what was written stays to
 * be rolled back by the caller's return.
 */
MUST_CHECK enum err account_create(struct ctx *c,
    const struct account_create *in, struct uid *uid_out);

/*
 * doorwardctl user add: an account of its own transaction, with its audit
 * row.  Errors of the identifiers and of the password policy, ERR_EMAIL_TAKEN,
 * ERR_USERNAME_TAKEN.
 */
struct account_add {
	struct str email, username;	/* username may be absent */
	struct secret password;		/* absent: none */
	bool verified;
};
MUST_CHECK enum err account_add(struct ctx *c, const struct account_add *in,
    struct uid *uid_out);

#endif
