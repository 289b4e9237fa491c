/*
 * One-touch sign-in: by a link or code that a mail brings, which signs in the
 * device that asked (LG17, LG20; lib/domain/device_login.h), or by a code of
 * a text message (LG18, LG19).  Who has no account gets one, without a
 * password, when the secret comes back; not before.
 */
#ifndef DOMAIN_ONE_TOUCH_H
#define DOMAIN_ONE_TOUCH_H

#include "device_login.h"
#include "phone.h"

struct one_touch_ask {
	struct str guid;		/* the device's own */
	struct str email, name;		/* name of a new account; or absent */
	struct str url, email_template, welcome_template;
};
/*
 * LG17.  ERR_OK for whoever it is, at one cost, unless compat.
 * ERR_ONE_TOUCH_OFF, ERR_PARAMETER and ERR_GUID_USED for the guid,
 * ERR_EMAIL_*, ERR_URL_NOT_ADMITTED, ERR_MAIL_LIMIT of the source.
 * *number_out: what the device shows.
 */
MUST_CHECK enum err one_touch_ask(struct ctx *c,
    const struct one_touch_ask *in, struct str *number_out);
/* LG18.  Errors of phone_read and limit_sms; ERR_ONE_TOUCH_OFF. */
MUST_CHECK enum err one_touch_ask_phone(struct ctx *c,
    const struct phone_asking *in, struct str name);

struct one_touch_code {
	struct str phone, code;
	const struct json *answers;	/* where a lock asks for it; or NULL */
	const struct captcha_answer *captcha;	/* the same */
	struct str welcome_template;	/* for a new account; or absent */
	struct session_options session;
};
/* LG19.  ERR_PHONE_CODE_*, errors of limit_locked, and what the gate
 * refuses. */
MUST_CHECK enum err one_touch_by_code(struct ctx *c,
    const struct one_touch_code *in, struct login_result *out);

struct one_touch_answer {
	struct str token;		/* or: */
	struct str email, code;
	struct str number;		/* that the device shows; or absent */
	struct str welcome_template;	/* for a new account; or absent */
	const struct json *answers;	/* where a lock asks for it; or NULL */
	const struct captcha_answer *captcha;	/* or NULL */
};
/*
 * LG20: the account is made or proven, and the device may collect its
 * session.  ERR_TICKET_INVALID, ERR_ONE_TOUCH_USED, ERR_LINK_EXPIRED,
 * ERR_EMAIL_CODE_*, ERR_ONE_TOUCH_OFF; ERR_VALIDATION without the number,
 * and with a wrong one, which refuses the device.
 */
MUST_CHECK enum err one_touch_confirm(struct ctx *c,
    const struct one_touch_answer *in);
/* "No": the link is used, and the device waits in vain. */
MUST_CHECK enum err one_touch_refuse(struct ctx *c, struct str token);
/* Who asks, for the page that the link leads to, and which address it went
 * to.  Does not consume. */
MUST_CHECK enum err one_touch_peek(struct ctx *c, struct str token,
    struct device_request *out, struct str *email_out);
/* Is it a secret of this family, good or not? */
bool one_touch_is(struct ctx *c, struct str token);
bool one_touch_creates(const struct ctx *c);

#endif
