/*
 * Signing in by password, and the gate that every way in passes.
 */
#ifndef DOMAIN_LOGIN_H
#define DOMAIN_LOGIN_H

#include "captcha.h"
#include "password_state.h"
#include "profile.h"
#include "session.h"

/* NIST SP 800-63B-4 §3.2.2: so many wrong passwords in a row, and only a
 * reset or another way in helps. */
#define LOGIN_CONSECUTIVE_MAX	100

struct login {
	enum identifier_kind kind;	/* 0: decide by syntax (our pages) */
	struct str identifier;
	struct secret password;
	struct str verification_url, email_template, sms_template;
	bool voice, prevent_verification_sms;
	struct str browser;	/* pages: the mark that came along, or absent */
	const struct json *answers;	/* to security questions; or NULL */
	const struct captcha_answer *captcha;	/* or NULL */
	struct session_options session;
};
struct login_result {
	struct session_tokens tokens;
	struct json *profile;
	struct uid uid;
	bool remember;
};
/*
 * LG1 to LG3.  ERR_LOGIN_REFUSED for unknown names, no password and wrong
 * ones alike, at one cost; ERR_LOGIN_SUSPENDED before anything is compared
 * (c->err.until_s); after the right password ERR_ACCOUNT_BLOCKED,
 * ERR_LOGIN_DISABLED, ERR_EMAIL_UNVERIFIED, ERR_PHONE_UNVERIFIED,
 * ERR_PASSWORD_IS_BREACHED, ERR_PASSWORD_RESET_REQUIRED (a message went out),
 * ...
 */
MUST_CHECK enum err login_by_password(struct ctx *c, const struct login *in,
    struct login_result *out);

/*
 * Steps 4 to 13 of the gate, for every method, inside the transaction that
 * writes the session; then the session itself (step 14).
 */
enum gate_step { GATE_START = 0, GATE_STATE = 4, GATE_VERIFIED = 6,
	GATE_PASSWORD = 7, GATE_FACTOR = 9, GATE_PRIVACY = 10,
	GATE_CONSENT = 11, GATE_PIN = 12 };
struct gate {
	enum gate_step passed;	/* a continuation's own step; the account's
				 * state is judged each time */
	enum identifier_kind kind;	/* that led here; 0: none of them */
	struct str verification_url, email_template; /* judged before */
	bool resumable;			/* a stop for policy, consents or PIN
				 * gives c->err.token to go on with */
	struct str sms_template;
	bool voice, prevent_verification_sms;
	struct session_options session;
	const char *method;		/* for the audit: "password", "reset" */
	const struct password_proof *proof;	/* NULL: not by password */
};
MUST_CHECK enum err login_gate(struct ctx *c, struct account *a,
    const struct gate *g, struct session_tokens *out);
/* Inside the transaction of a sign-in at our pages: the owner hears of a
 * browser without a mark of this account. */
MUST_CHECK enum err login_tell_of_browser(struct ctx *c,
    const struct account *a, enum session_kind kind, struct str mark);
/* Is it the gate's own "no"?  Then the transaction may commit what came
 * before (and the mail that the gate wrote), without a session. */
bool login_gate_refused(enum err e);

#endif
