/*
 * Creating an account, and proving its address.
 */
#ifndef DOMAIN_REGISTRATION_H
#define DOMAIN_REGISTRATION_H

#include "captcha.h"
#include "consent.h"
#include "profile.h"
#include "session.h"

#define REGISTRATION_MORE	8
struct registration_more { struct str email, label; };

struct registration {
	struct str sott;		/* absent: none was sent */
	bool from_page;		/* our own form: no SOTT, always quiet */
	bool by_captcha;	/* RG4: its answer stands for the SOTT */
	const struct captcha_answer *captcha;	/* may be NULL: none */
	struct str email, email_label;	/* either, or a phone */
	const struct registration_more *more;	/* further addresses */
	size_t n_more;
	struct str phone;		/* may be absent */
	struct str username;		/* may be absent */
	struct secret password;		/* as typed */
	const struct json *body;	/* profile members; may be NULL */
	struct str verification_url, email_template, welcome_template;
	bool prevent_verification_email;
	struct str sms_template;
	bool voice, prevent_verification_sms;
	struct str source;		/* Referer, "API", ... */
	struct session_options session;
	struct str return_url;		/* of our pages; goes into the link */
	bool accept_policy;
	struct str policy;	/* version that was shown; absent: present */
	const struct consent_input *consents;	/* NULL: none were sent */
};

struct registration_result {
	bool has_session;		/* optional and disabled flows */
	struct session_tokens tokens;
	struct json *profile;
};

/*
 * RG1 to RG4.  In the required flow a known address or number gets the answer
 * of a fresh one, and its owner a message (S-019), unless
 * compat.reveal_account_existence.  Of two the address is what the account
 * signs up with, and the number waits to be proven beside it.
 * ERR_PRIVACY_NOT_ACCEPTED, ERR_PRIVACY_VERSION, ERR_CONSENT_INVALID; where
 * there is a consent form and none was sent ERR_CONSENT_OUTSTANDING: the
 * account waits, unusable, for consent_go_on with c->err.token.
 * Order of checks and errors: api-registration-login.md §4.1.
 */
MUST_CHECK enum err registration_create(struct ctx *c,
    const struct registration *r, struct registration_result *out);

/* May this address be used here?  ERR_EMAIL_NOT_ADMITTED, ERR_EMAIL_DOMAIN. */
MUST_CHECK enum err registration_admits(struct ctx *c, struct str canonical);

/*
 * RG5 = E6.  ERR_OK for unknown and verified addresses too, unless compat:
 * then ERR_USER_UNKNOWN, ERR_EMAIL_VERIFIED.  ERR_EMAIL_VERIFICATION_OFF,
 * ERR_URL_NOT_ADMITTED, ERR_MAIL_LIMIT (compat only).
 */
MUST_CHECK enum err verification_resend(struct ctx *c, struct str email,
    struct str verification_url, struct str email_template);

struct verification {
	struct str token;		/* E2: link secret */
	struct str email, uid, code;	/* E3: by email, uid or both */
	struct str url;			/* where it was done; for the audit */
	struct str welcome_template;
	struct session_options session;	/* kind 0: never a session */
};
struct verification_result {
	bool has_session;
	struct session_tokens tokens;
	struct json *profile;
	struct str email;		/* as given at registration */
};
/* E2: ERR_LINK_INVALID, _USED, _EXPIRED, ERR_ACCOUNT_BLOCKED; for an added
 * address ERR_EMAIL_TAKEN, when somebody else proved it first.  A first
 * proof drops what an unproven stranger could have attached (S-048). */
MUST_CHECK enum err verification_by_link(struct ctx *c,
    const struct verification *v, struct verification_result *out);
/* E3: the same, ERR_EMAIL_CODE_*, ERR_EMAIL_OR_PHONE without a name. */
MUST_CHECK enum err verification_by_code(struct ctx *c,
    const struct verification *v, struct verification_result *out);
/* What a landing page shows before the button: whose address it is.  Does
 * not consume.  Same errors as verification_by_link. */
MUST_CHECK enum err verification_peek(struct ctx *c, struct str token,
    struct str *email_out);

#endif
