/*
 * The password policy, and changing or resetting a password.
 */
#ifndef DOMAIN_PASSWORD_H
#define DOMAIN_PASSWORD_H

#include "account.h"
#include "attempt.h"
#include "session.h"

/*
 * Normalise a new password and judge it: ERR_PASSWORD_MISSING,
 * ERR_VALIDATION (length, controls; field "password"), ERR_PASSWORD_WEAK
 * (common list, site words, the account's identifiers and names).
 * words: the account's own texts (may be empty).
 */
MUST_CHECK enum err password_judge(struct ctx *c, const struct secret *typed,
    const struct str *words, size_t n_words, struct str *normal_out);
/*
 * The whole policy, for every way to a new password: what password_judge
 * judges, then ERR_PASSWORD_REUSED (owner NULL: nobody's yet), then
 * ERR_PASSWORD_BREACHED.  Hashes, and may ask a service: outside of any
 * transaction.
 */
MUST_CHECK enum err password_judge_new(struct ctx *c, const struct uid *owner,
    const struct secret *typed, const struct str *words, size_t n_words,
    struct str *normal_out);
/* Would password_judge take this normalised one today?  Leaves c->err. */
bool password_complies(struct ctx *c, struct str normal,
    const struct str *words, size_t n_words);
/* Inside a transaction: store a hash made before, keep the old in history. */
MUST_CHECK enum err password_store(struct ctx *c, struct uid uid,
    const char *phc);

/* W10.  ERR_OLD_PASSWORD (counted like a login), errors of attempt_begin,
 * ERR_NO_PASSWORD, policy errors.  Ends the other sessions, voids tickets,
 * tells the owner. */
MUST_CHECK enum err password_change(struct ctx *c, const struct session *s,
    struct attempt_secret *old, const struct secret *new_typed,
    struct session_tokens *rotated_out /* page sessions: new cookie */);

/*
 * Inside a sign-in's transaction: a password that was right must be replaced.
 * A mail goes out, once in the life of its secret; an account without an
 * address gets none.  named: as the person signed in; why: a flag of the mail
 * ("breached", "expired", "partial").
 */
MUST_CHECK enum err password_ask_reset(struct ctx *c,
    const struct account *a, const struct identifier *named, const char *why,
    bool *sent_out);

/*
 * Is it still the owner who asks for something grave (S-046)?  A sign-in of
 * just now is enough, else the password is asked for: ERR_OLD_PASSWORD
 * (counted like a login), errors of attempt_begin; ERR_NO_PASSWORD when there
 * is none to ask for.
 */
bool session_is_fresh(const struct ctx *c, const struct session *s);
MUST_CHECK enum err password_confirm(struct ctx *c, const struct session *s,
    struct attempt_secret *old);

/*
 * W1.  ERR_OK whether or not there is such an account, at one cost, unless
 * compat.  ERR_URL_NOT_ADMITTED, ERR_EMAIL_MALFORMED, ERR_USERNAME_*,
 * ERR_IDENTIFIER_MISSING.
 */
struct password_forgot {
	enum identifier_kind kind;	/* 0: decide by syntax (our pages) */
	struct str identifier;
	struct str reset_url, email_template;
	struct str return_url;
};
MUST_CHECK enum err password_forgot(struct ctx *c,
    const struct password_forgot *f);

struct password_reset {
	struct str token;		/* W3 */
	enum identifier_kind kind;	/* W4, W5, W6 */
	struct str identifier, code;
	const struct json *answers;	/* W7 to W9; or NULL */
	struct secret password;
	struct str welcome_template, confirm_template, confirm_sms_template;
	struct session_options session;	/* kind 0: never a session */
};
struct password_reset_result {
	bool has_session;
	struct session_tokens tokens;
	struct json *profile;
};
/* The policy is judged before the secret is consumed. */
MUST_CHECK enum err password_reset(struct ctx *c,
    const struct password_reset *r, struct password_reset_result *out);
/* For the landing page: whose reset this is.  Does not consume. */
MUST_CHECK enum err password_reset_peek(struct ctx *c, struct str token,
    struct str *email_out);

#endif
