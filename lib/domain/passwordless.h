/*
 * Signing in without a password: by a link or a code that a mail brings (LG10
 * to LG14), or by a code of a text message (LG4, LG15, LG16).
 */
#ifndef DOMAIN_PASSWORDLESS_H
#define DOMAIN_PASSWORDLESS_H

#include "captcha.h"
#include "login.h"
#include "phone.h"

struct passwordless_ask {
	enum identifier_kind kind;	/* 0: decide by syntax (our pages) */
	struct str identifier;
	struct str url, email_template;
	struct str return_url;
};
/*
 * LG10, LG11.  ERR_OK whether or not there is such an account, at one cost,
 * unless compat.  ERR_PASSWORDLESS_OFF, ERR_URL_NOT_ADMITTED,
 * ERR_EMAIL_MALFORMED, ERR_USERNAME_*, ERR_IDENTIFIER_MISSING,
 * ERR_MAIL_LIMIT of the source.
 */
MUST_CHECK enum err passwordless_ask(struct ctx *c,
    const struct passwordless_ask *a);
/* LG15: to a proven number, answered alike for others. */
MUST_CHECK enum err passwordless_ask_phone(struct ctx *c,
    const struct phone_asking *in);

struct passwordless {
	struct str token;		/* LG12 */
	enum identifier_kind kind;	/* LG13, LG14, LG16 */
	struct str identifier, code;
	const struct json *answers;	/* where a lock asks for it; or NULL */
	const struct captcha_answer *captcha;	/* the same */
	struct str welcome_template;
	struct str browser;		/* pages: the mark that came along */
	struct session_options session;
};
/* ERR_TICKET_INVALID, ERR_PASSWORDLESS_USED, ERR_LINK_EXPIRED,
 * ERR_PASSWORDLESS_OFF, and what the gate refuses. */
MUST_CHECK enum err passwordless_by_link(struct ctx *c,
    const struct passwordless *in, struct login_result *out);
/* ERR_EMAIL_CODE_* or ERR_PHONE_CODE_*, ERR_EMAIL_CODE_OFF where mails carry
 * links, errors of limit_locked, and what the gate refuses. */
MUST_CHECK enum err passwordless_by_code(struct ctx *c,
    const struct passwordless *in, struct login_result *out);

/* For the landing page: who would be signed in, and where and when it was
 * asked for.  Does not consume. */
struct passwordless_link {
	struct uid uid;
	struct str email;		/* as its owner gave it */
	struct str from;		/* network address; may be absent */
	int64_t asked_s;
};
MUST_CHECK enum err passwordless_peek(struct ctx *c, struct str token,
    struct passwordless_link *out);

#endif
