/*
 * Signing in by PIN alone, in a browser or an app that has the token of an
 * earlier full sign-in.
 */
#ifndef DOMAIN_PIN_LOGIN_H
#define DOMAIN_PIN_LOGIN_H

#include "captcha.h"
#include "login.h"

struct pin_login {
	struct str token;		/* session_token */
	struct secret pin;
	const struct json *answers;	/* to security questions; or NULL */
	const struct captcha_answer *captcha;	/* or NULL */
	struct session_options session;
	struct str browser;	/* pages: the mark that came along */
};
/*
 * LG9.  ERR_PIN_OFF, ERR_PIN_LOGIN_OFF, ERR_PIN_MISSING;
 * ERR_PIN_SESSION_INVALID (unknown, ended, or dead of PIN_TRIES wrong PINs),
 * ERR_PIN_SESSION_EXPIRED, ERR_ACCOUNT_BLOCKED; ERR_PIN_NONE; ERR_PIN_WRONG,
 * counted with the failures of the account's sign-in; errors of limit_attempt
 * and of the gate.  The token lives on as it was, and belongs to the session
 * that was made with it: who signs out of that ends it.
 */
MUST_CHECK enum err pin_login(struct ctx *c, const struct pin_login *in,
    struct login_result *out);
/* Whose PIN it asks for, for the page: errors as above, but for the PIN's. */
MUST_CHECK enum err pin_login_peek(struct ctx *c, struct str token,
    struct str *name_out);

#endif
