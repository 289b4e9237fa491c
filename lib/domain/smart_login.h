/*
 * Smart login: a device asks to be signed in, its person gets a link by mail
 * or text message, opens it anywhere, and says yes or no there.  Whether there
 * is an account shows in nothing.
 */
#ifndef DOMAIN_SMART_LOGIN_H
#define DOMAIN_SMART_LOGIN_H

#include "device_login.h"

struct smart_asking {
	enum identifier_kind kind;	/* 0: decide by syntax (our pages) */
	struct str identifier;
	struct str guid;		/* the device's own */
	struct str url;			/* where the link leads; or absent */
	struct str email_template, sms_template, welcome_template;
	struct session_options session;	/* kind and remember alone */
};
/*
 * LG21 to LG23.  ERR_OK for unknown accounts too, at one cost, unless compat:
 * their device waits in vain.  ERR_SMART_OFF, ERR_PARAMETER and ERR_GUID_USED
 * for the guid, ERR_URL_NOT_ADMITTED, errors of the identifier, of limit_sms,
 * ERR_MAIL_LIMIT of the source.  *number_out: what the device shows.
 */
MUST_CHECK enum err smart_login_ask(struct ctx *c,
    const struct smart_asking *in, struct str *number_out);

/* Who asks, for the page that the link leads to, and to which address or
 * number the link went.  Errors of smart_login_confirm. */
MUST_CHECK enum err smart_login_peek(struct ctx *c, struct str token,
    struct device_request *out, struct str *address_out);

struct smart_answer {
	struct str token;
	struct str number;		/* absent: none was named */
	struct str welcome_template;	/* after a first proof; or absent */
};
/*
 * LG24: the device may collect its session.  The address or number is proven
 * by it.  ERR_TICKET_INVALID, ERR_LINK_EXPIRED, ERR_DEVICE_APPROVED,
 * ERR_DEVICE_USED, ERR_SMART_OFF, ERR_ACCOUNT_BLOCKED; ERR_VALIDATION without
 * the number, and with a wrong one, which refuses the device.
 * *first_out: it was the first proof, and what was older is gone.
 */
MUST_CHECK enum err smart_login_confirm(struct ctx *c,
    const struct smart_answer *in, bool *first_out);
/* Is it a secret of this family, good or not? */
bool smart_login_is(struct ctx *c, struct str token);
/* "No": the link is used, and the device waits in vain. */
MUST_CHECK enum err smart_login_refuse(struct ctx *c, struct str token);

#endif
