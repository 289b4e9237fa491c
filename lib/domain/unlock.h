/*
 * A5: who is signed in frees the account of what too many failures of
 * anybody brought.
 */
#ifndef DOMAIN_UNLOCK_H
#define DOMAIN_UNLOCK_H

#include "captcha.h"

struct unlock {
	const struct json *answers;	/* NULL: none were sent */
	const struct captcha_answer *captcha;
};
/*
 * ERR_NOT_LOCKED; what login.lock asks for: ERR_LOCKED_CAPTCHA,
 * ERR_LOCKED_QUESTION; ERR_LOGIN_SUSPENDED and ERR_ACCOUNT_BLOCKED where
 * nothing helps; errors of question_prove_own and captcha_check.
 */
MUST_CHECK enum err unlock_account(struct ctx *c, struct uid uid,
    const struct unlock *in);

#endif
