/*
 * Phone numbers of accounts: proven by codes, changed, removed.
 */
#ifndef DOMAIN_PHONE_H
#define DOMAIN_PHONE_H

#include "account.h"
#include "login.h"
#include "ticket.h"

#define PHONE_SMS	"verify-phone"	/* template, and kind in limits */

/* What an answer says of a message.  The site's own numbers: a gateway's
 * would tell decoys from messages (S-018). */
struct phone_receipt {
	struct str account_sid;	/* "AC" and 32 hex digits, always the same */
	struct str sid;		/* "SM" and 32 hex digits, random */
};
void phone_receipt(struct ctx *c, struct phone_receipt *out);

/*
 * A number as typed, in its one spelling; without a calling code it is one of
 * login.phone_country.  ERR_PHONE_LOGIN_OFF, ERR_PHONE_MISSING,
 * ERR_PHONE_MALFORMED.
 */
MUST_CHECK enum err phone_read(struct ctx *c, struct str typed,
    struct identifier *out);
/* What became of an operation of somebody signed in: ERR_TOKEN_UNKNOWN when
 * the account went meanwhile. */
enum err phone_of_session(struct ctx *c, enum err e);
bool phone_flow_is(const struct ctx *c, const char *flow);

struct phone_code {
	enum ticket_purpose purpose;
	const char *template;
	struct str variant;		/* smstemplate; may be absent */
	struct str number;		/* where it goes */
	struct str address;	/* of the ticket; absent: the number */
	struct str data;	/* the same */
	struct uid uid;
	int64_t generation;	/* TICKET_NOBODY: for who has no account */
	bool voice;
	bool decoy;			/* same work, for an unknown number */
	int64_t life_s;		/* 0: lifetime.phone_code_s */
};
/* Inside a transaction: the ticket (its data is the number) and its message.
 * Limits are the caller's business. */
MUST_CHECK enum err phone_send_code(struct ctx *c,
    const struct phone_code *m);
/* The same to the account's owner, who may be told why not: ERR_CODE_LIMIT
 * when the hour's tries are used up, errors of limit_sms. */
MUST_CHECK enum err phone_send_own_code(struct ctx *c,
    const struct phone_code *m);
/*
 * Inside a transaction, after the right password of an account whose number
 * is not proven: a new code, unless one that can still be used was sent.
 * ERR_SMS_LIMIT when there is nothing to use and nothing could be sent, and
 * the other errors of limit_sms.
 */
MUST_CHECK enum err phone_send_again(struct ctx *c, const struct account *a,
    struct str variant, bool voice);
/* Inside a transaction: a notice by text message, unless they are off or the
 * limits are reached.  No account is named: it may be gone. */
MUST_CHECK enum err phone_tell(struct ctx *c, struct str number,
    const char *template, struct str variant);
/* Inside a transaction: the welcome message, if a template was named. */
MUST_CHECK enum err phone_welcome(struct ctx *c, const struct account *a,
    struct str variant);
/* Inside a transaction, with the account locked: the number waits to be
 * proven, in the place of an earlier one; then the code that proves it.
 * Limits are the caller's business. */
MUST_CHECK enum err phone_await(struct ctx *c, struct uid uid,
    struct str number);
MUST_CHECK enum err phone_send_change_code(struct ctx *c, struct uid uid,
    int64_t generation, struct str number, struct str variant, bool voice);

struct phone_asking {
	struct str phone;		/* as typed */
	struct str template;		/* smstemplate; may be absent */
	bool voice;
};
/*
 * H2.  The old number stays until the new one is proven, unless numbers are
 * never proven here: then it is changed at once and *sent_out is false.
 * Errors of phone_read and limit_sms, ERR_PHONE_TAKEN, ERR_CODE_LIMIT,
 * ERR_RATE_LIMITED (for asking after the numbers of others).
 */
MUST_CHECK enum err phone_change(struct ctx *c, struct uid uid,
    const struct phone_asking *in, bool *sent_out);
/* Inside the transaction of a larger change (A2), with the account locked. */
MUST_CHECK enum err phone_change_within(struct ctx *c, struct account *a,
    const struct identifier *number, const struct phone_asking *in,
    bool *sent_out);
/* H3.  ERR_NO_PHONE, ERR_IDENTIFIER_KEPT. */
MUST_CHECK enum err phone_remove(struct ctx *c, struct uid uid);
/*
 * H5: the number that waits, or the own one that nobody has proven yet.
 * ERR_PHONE_CODE_*, ERR_NO_PHONE, ERR_PHONE_NOT_PENDING, ERR_PHONE_TAKEN.
 */
MUST_CHECK enum err phone_prove_own(struct ctx *c,
    struct uid uid, struct str code, struct str welcome_template);

struct phone_proof {
	struct str phone, code;
	struct str welcome_template;	/* absent: no welcome */
	const struct json *answers;	/* where a lock asks for it; or NULL */
	const struct captcha_answer *captcha;	/* or NULL */
	struct session_options session;
};
/*
 * H4: proves the number of an account that signed up with it, and signs in.
 * ERR_PHONE_CODE_*, errors of limit_locked and attempt_open, and what the
 * gate refuses; ERR_PHONE_UNKNOWN, ERR_PHONE_VERIFIED with compat alone.
 */
MUST_CHECK enum err phone_prove(struct ctx *c, const struct phone_proof *in,
    struct login_result *out);

/* H6.  ERR_OK for unknown and proven numbers too, unless compat:
 * ERR_PHONE_UNKNOWN, ERR_PHONE_VERIFIED. */
MUST_CHECK enum err phone_resend(struct ctx *c,
    const struct phone_asking *in);
/* H7: to the number that waits, else to the own unproven one; in->phone may
 * be absent.  ERR_NO_PHONE, ERR_PHONE_NOT_PENDING, ERR_PHONE_VERIFIED. */
MUST_CHECK enum err phone_resend_own(struct ctx *c, struct uid uid,
    const struct phone_asking *in);

/* W2.  ERR_OK whether or not the number is a proven one of an account, unless
 * compat.  W6 is password_reset. */
MUST_CHECK enum err phone_forgot(struct ctx *c,
    const struct phone_asking *in);

/* LG15, the same for signing in. */
MUST_CHECK enum err phone_ask_to_sign_in(struct ctx *c,
    const struct phone_asking *in);

/* I5, the same for a PIN: ERR_PIN_OFF, with compat ERR_PIN_NONE as well.  I8
 * is pin_reset. */
MUST_CHECK enum err phone_forgot_pin(struct ctx *c,
    const struct phone_asking *in);

/* A8: to the own proven number.  ERR_NO_PHONE, ERR_PHONE_UNVERIFIED. */
MUST_CHECK enum err phone_delete_ask(struct ctx *c, struct uid uid,
    const struct phone_asking *in);
/* A9.  ERR_PHONE_CODE_*, ERR_NO_PHONE. */
MUST_CHECK enum err phone_delete(struct ctx *c, struct uid uid,
    struct str code);

#endif
