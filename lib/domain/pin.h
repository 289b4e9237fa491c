/*
 * PINs: what a new one must be, and the ways to one.  A PIN is a secret of
 * second rank: few tries, never enough by itself.
 */
#ifndef DOMAIN_PIN_H
#define DOMAIN_PIN_H

#include "attempt.h"
#include "crypto/peppered.h"
#include "login.h"

/* Wrong ones in a row; then only a reset helps. */
#define PIN_TRIES	5

/*
 * ERR_PIN_MISSING, ERR_VALIDATION (length, characters, one character
 * repeated, a run, the birth date; field "pin").
 * document: the account's profile; may be absent.  *out borrows from typed.
 */
MUST_CHECK enum err pin_judge(struct ctx *c, const struct secret *typed,
    struct str document, struct str *out);
MUST_CHECK enum err pin_hash(struct ctx *c, struct str pin,
    char out[PEPPERED_MAX]);
/* ERR_OK, ERR_MISMATCH (also where phc, this account's, cannot be read),
 * ERR_BUSY. */
MUST_CHECK enum err pin_verify(struct ctx *c, struct uid uid, struct str phc,
    const struct secret *typed);

/* What PINInfo of a body says. */
struct pin_info {
	struct secret pin;	/* absent: none */
	bool skipped;
};
/* top_level: PIN and Skipped may also stand beside it.  ERR_BODY_SHAPE. */
MUST_CHECK enum err pin_info_read(struct ctx *c, const struct json *body,
    bool top_level, struct pin_info *out);

/*
 * Inside a transaction, with the account locked: the first PIN, by a hash
 * made before.  *set_out false: there is one already, and it stays.
 */
MUST_CHECK enum err pin_set_first(struct ctx *c, struct account *a,
    const char *phc, bool *set_out);
/* The same for "not now"; an account that has a PIN skips nothing. */
MUST_CHECK enum err pin_skip(struct ctx *c, struct account *a);
/* Inside a transaction: the owner is told. */
MUST_CHECK enum err pin_tell(struct ctx *c, const struct account *a);

/* Step 12 of the gate: ERR_PIN_REQUIRED with c->err.token for pin_complete. */
MUST_CHECK enum err pin_gate(struct ctx *c, const struct account *a,
    const struct gate *g);

/*
 * I1: the first PIN, or none where that is allowed, and the rest of the
 * sign-in that had stopped.  ERR_PIN_OFF, ERR_PIN_TOKEN_INVALID, _EXPIRED,
 * errors of pin_judge and of the gate; the token outlives what is refused.
 */
struct pin_completion {
	struct str token;
	struct secret pin;
	bool skip;
	struct session_options session;
	struct str browser;	/* pages: the mark that came along */
};
MUST_CHECK enum err pin_complete(struct ctx *c,
    const struct pin_completion *in, struct login_result *out);

/* One's own first PIN, from the account's page.  ERR_PIN_OFF, ERR_OLD_PIN
 * where there is one already, errors of pin_judge. */
MUST_CHECK enum err pin_set_own(struct ctx *c, struct uid uid,
    const struct secret *pin);
/*
 * I2.  ERR_PIN_OFF, ERR_PIN_NONE, ERR_OLD_PIN (counted with the failures of
 * sign-in, too; after PIN_TRIES the right one as well), errors of pin_judge
 * and attempt_begin.  Ends the other sessions.
 */
MUST_CHECK enum err pin_change(struct ctx *c, const struct session *s,
    struct attempt_secret *old, const struct secret *new_typed);

/*
 * I3, I4.  ERR_OK whether or not there is such an account, at one cost, unless
 * compat.  ERR_RESET_PIN_URL, errors of the identifier.
 */
struct pin_forgot {
	enum identifier_kind kind;	/* 0: decide by syntax (our pages) */
	struct str identifier;
	struct str reset_url, email_template;
	struct str return_url;
};
MUST_CHECK enum err pin_forgot(struct ctx *c, const struct pin_forgot *f);

/* I6 to I12: the policy is judged before the secret is consumed. */
struct pin_reset {
	struct str token;		/* I6 */
	enum identifier_kind kind;	/* the others */
	struct str identifier;
	struct str code;		/* I7 to I9 */
	const struct json *answers;	/* I10 to I12: not NULL */
	struct secret pin;
};
MUST_CHECK enum err pin_reset(struct ctx *c, const struct pin_reset *r);
/* For the landing page: whose PIN it is.  Does not consume. */
MUST_CHECK enum err pin_reset_peek(struct ctx *c, struct str token,
    struct str *email_out);

#endif
