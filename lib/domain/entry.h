/*
 * What a secret does that came back from an address or a number: it proves
 * it, and signs in through the one gate.
 */
#ifndef DOMAIN_ENTRY_H
#define DOMAIN_ENTRY_H

#include "attempt.h"
#include "login.h"
#include "ticket.h"

struct entry {
	enum ticket_purpose purpose;
	enum identifier_kind kind;	/* what it proves, and which one */
	struct str canonical;
	struct str welcome_template;	/* after a first proof; may be absent */
	const char *method;		/* for the audit */
	struct str browser;		/* pages: the mark that came along */
	struct session_options session;
	struct account account;		/* locked, and read since */
	enum err verdict;		/* of the gate */
	struct err_detail why;		/* of its "no" */
	struct session_tokens tokens;
};

/* What waits for its consents is no account yet, unless it is proven: then
 * it signs in as far as the gate that asks for them. */
bool entry_exists(const struct account *a);
/*
 * May this secret, which went to what it proves, do anything to the account?
 * Not where that is no longer the account's, and not where it was never
 * proven while something else was: it may have been mistyped then.
 */
bool entry_fits(const struct account *a, enum identifier_kind kind,
    struct str canonical);
/*
 * Inside a transaction: it is proven now.  A first proof of the account drops
 * what is older (S-048) and ends what rests on it; other secrets of the
 * purpose are void.
 */
MUST_CHECK enum err entry_prove(struct ctx *c, struct entry *n);
/* The same, then the gate.  ERR_OK with a verdict of the gate's own "no"
 * commits the proof without a session. */
MUST_CHECK enum err entry_sign_in(struct ctx *c, struct entry *n);
/* For in-doubt functions, when the verdict was ERR_OK: is its session there?
 * ERR_NOT_FOUND: no. */
MUST_CHECK enum err entry_in_doubt(struct ctx *c, const struct entry *n);
/* What the caller answers, after the transaction: the verdict. */
enum err entry_result(struct ctx *c, const struct entry *n,
    struct login_result *out);

/*
 * Codes are tried like passwords: counted with the failures of the name.
 * ERR_OK: the attempt is reserved, or key.opened: what came along opened the
 * lock.
 */
struct entry_code {
	struct identifier id;
	struct attempt_key key;
};
MUST_CHECK enum err entry_reserve(struct ctx *c, struct entry_code *k);
/* Inside the transaction of the effect. */
MUST_CHECK enum err entry_settle(struct ctx *c, const struct entry_code *k);
/* After all else: gives the attempt back, a wrong code (ERR_*_CODE_INVALID)
 * as a failure.  Returns e. */
MUST_CHECK enum err entry_give_back(struct ctx *c, const struct entry_code *k,
    enum ticket_purpose p, enum err e);

/* Seconds that a secret for signing in lives: never over 10 minutes. */
int64_t entry_life_s(const struct ctx *c, enum ticket_purpose p,
    bool by_code);

#endif
