/*
 * What signing in reads and writes.
 */
#ifndef STORE_STORE_LOGIN_H
#define STORE_STORE_LOGIN_H

#include "store_account.h"

struct store_login {
	struct store_account account;
	struct str phc;		/* absent: no password */
	int64_t failures;	/* consecutive wrong passwords */
};
/* Account and password in one read.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_login_find(struct ctx *c, int64_t kind,
    struct str canonical, struct store_login *out);
/* Counts a sign-in.  ERR_NOT_FOUND when the account is not active any more
 * or its generation has changed. */
MUST_CHECK enum err store_login_done(struct ctx *c, struct uid uid,
    int64_t generation, int64_t now_s);

#endif
