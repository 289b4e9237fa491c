/*
 * Is it a person?  Judges the answer of a CAPTCHA: ALTCHA here, the others at
 * their provider's.  An answer counts once, and for the operation that it was
 * given for.  What cannot be judged is refused (S-025, S-141).
 */
#ifndef DOMAIN_CAPTCHA_H
#define DOMAIN_CAPTCHA_H

#include "base/ctx.h"
#include "base/err.h"
#include "codec/json.h"

/*
 * Operations that captcha.on may name.  Whoever adds one adds it to
 * captcha_operations in lib/base/config.c as well.
 */
#define CAPTCHA_REGISTER	"register"
#define CAPTCHA_FORGOT_EMAIL	"forgot_email"
#define CAPTCHA_FORGOT_PHONE	"forgot_phone"
#define CAPTCHA_CHANGE_PASSWORD	"change_password"
#define CAPTCHA_UPDATE_PROFILE	"update_profile"
#define CAPTCHA_AVAILABILITY	"availability"
#define CAPTCHA_LOGIN	"login"
#define CAPTCHA_UNLOCK	"unlock"
#define CAPTCHA_PASSWORDLESS	"passwordless"
#define CAPTCHA_ONE_TOUCH	"one_touch"
#define CAPTCHA_SMART	"smart_login"
#define CAPTCHA_PIN	CAPTCHA_LOGIN	/* opens the same lock */

/* What clients send: the member of the configured provider counts. */
struct captcha_answer {
	struct str recaptcha;	/* also of the others' compatible modes */
	struct str hcaptcha, turnstile, altcha;
	struct str qq_ticket, qq_response, qq_randstr;
};

/* Did one come along at all? */
bool captcha_given(const struct ctx *c, const struct captcha_answer *answer);
/* Does the site demand an answer for it? */
bool captcha_demanded(const struct ctx *c, const char *operation);
/*
 * Judge where the site demands it: ERR_OK, ERR_CAPTCHA; ERR_RATE_LIMITED for
 * a source of many wrong answers.  Before anything else is read or done, and
 * outside of transactions: it may take HTTP_TOTAL_MS.
 */
MUST_CHECK enum err captcha_demand(struct ctx *c, const char *operation,
    const struct captcha_answer *answer);
/* Judge in any case: ERR_ENDPOINT_OFF as well, where no provider is. */
MUST_CHECK enum err captcha_check(struct ctx *c, const char *operation,
    const struct captcha_answer *answer);
/* A challenge of ALTCHA; operation absent: for registration.
 * ERR_ENDPOINT_OFF, ERR_PARAMETER. */
MUST_CHECK enum err captcha_challenge(struct ctx *c, struct str operation,
    struct json **out);

#endif
