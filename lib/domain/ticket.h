/*
 * Single-use secrets sent to a person.  Bound to purpose, account, address
 * and the account's generation; stored as hashes; consumed by one
 * conditional statement inside the transaction of their effect.
 */
#ifndef DOMAIN_TICKET_H
#define DOMAIN_TICKET_H

#include "base/ctx.h"
#include "base/err.h"

/* The numbers stand in the database.  Those of phones are codes alone, and
 * have errors of their own. */
enum ticket_purpose {
	TICKET_VERIFY_EMAIL = 1, TICKET_RESET_PASSWORD = 2,
	TICKET_VERIFY_PHONE = 3, TICKET_RESET_PASSWORD_PHONE = 4,
	TICKET_DELETE_ACCOUNT = 5, TICKET_DELETE_ACCOUNT_PHONE = 6,
	TICKET_RESET_PIN = 7, TICKET_RESET_PIN_PHONE = 8,
	TICKET_CONSENT = 9, TICKET_PIN = 10, TICKET_CHANGE_PHONE = 11,
	TICKET_UNDO_EMAIL = 12,	/* outlives changes of the account */
	TICKET_REGISTRATION = 13,
	TICKET_PASSWORDLESS = 14, TICKET_PASSWORDLESS_PHONE = 15,
	TICKET_ONE_TOUCH = 16, TICKET_ONE_TOUCH_PHONE = 17,
	TICKET_SMART = 18,
	TICKET_REQUEST = 19
};

#define TICKET_NOBODY	0
struct ticket {
	enum ticket_purpose purpose;
	struct uid uid;
	int64_t generation;	/* TICKET_NOBODY: good without an account */
	struct str address;	/* canonical */
	struct str data;	/* the purpose's own, e.g. a return address */
	int64_t expires_s;
	bool own_code;		/* its code stands beside those of other
				 * accounts for the same address */
	bool first;		/* of an account that is being made: there is
				 * no older one to void */
};

/* Make a link secret; older ones of purpose and account are void (those that
 * verify an address: of that address). */
MUST_CHECK enum err ticket_make_link(struct ctx *c, const struct ticket *t,
    struct str *secret_out);
/* Make a 6-digit code for purpose and address; the older one is void, the
 * hourly allowance of tries (15) stays. */
MUST_CHECK enum err ticket_make_code(struct ctx *c, const struct ticket *t,
    struct str *code_out);
/* ERR_LINK_INVALID, ERR_LINK_USED, ERR_LINK_EXPIRED.  Peek never consumes;
 * consume must be inside a transaction. */
MUST_CHECK enum err ticket_peek_link(struct ctx *c, enum ticket_purpose p,
    struct str secret, struct ticket *out);
MUST_CHECK enum err ticket_consume_link(struct ctx *c, enum ticket_purpose p,
    struct str secret, struct ticket *out);
/* What a link held that is used now, to tell what came of it.
 * ERR_LINK_INVALID. */
MUST_CHECK enum err ticket_recall_link(struct ctx *c, enum ticket_purpose p,
    struct str secret, struct ticket *out);
/*
 * Judge a code: counts a try in the same statement that selects it (outside
 * of the caller's transaction, so that a rollback keeps the count).
 * ERR_EMAIL_CODE_INVALID (unknown, wrong, no tries left), _USED, _EXPIRED;
 * ERR_PHONE_CODE_* for purposes of phones.
 * Then ticket_consume_code inside the transaction of the effect.
 */
MUST_CHECK enum err ticket_try_code(struct ctx *c, enum ticket_purpose p,
    struct str address, struct str code, struct ticket *out);
MUST_CHECK enum err ticket_consume_code(struct ctx *c, enum ticket_purpose p,
    struct str address);
/*
 * The same for the code that stands in the account's own row; a wrong one
 * counts there.  What it gave says which code ticket_consume and
 * ticket_state are about.
 */
MUST_CHECK enum err ticket_try_own_code(struct ctx *c, enum ticket_purpose p,
    struct uid uid, struct str address, struct str code, struct ticket *out);
MUST_CHECK enum err ticket_consume(struct ctx *c, const struct ticket *t);
MUST_CHECK enum err ticket_state(struct ctx *c, const struct ticket *t);
/*
 * What a refused code leaves behind: a wrong one (ERR_*_CODE_INVALID) counts
 * against its source, and goes to the audit.  Returns e.
 */
MUST_CHECK enum err ticket_code_refused(struct ctx *c, enum ticket_purpose p,
    enum err e);
/* The same for a link's secret that is none of ours. */
MUST_CHECK enum err ticket_link_refused(struct ctx *c, enum ticket_purpose p,
    enum err e);
/* ERR_OK while it could be used, ERR_EMAIL_CODE_*; judges no code, so it
 * says nothing to a stranger. */
MUST_CHECK enum err ticket_code_state(struct ctx *c, enum ticket_purpose p,
    struct str address);
/* The purpose's name, for the audit. */
const char *ticket_name(enum ticket_purpose p);
/* Are the hour's tries of purpose and address used up?  Then a new code would
 * be of no use. */
MUST_CHECK enum err ticket_tries_full(struct ctx *c, enum ticket_purpose p,
    struct str address, bool *full_out);
/* When the newest ticket of purpose and account that could still be used was
 * made; 0 when there is none. */
MUST_CHECK enum err ticket_pending(struct ctx *c, enum ticket_purpose p,
    struct uid uid, int64_t *created_s_out);
/* The same of one address. */
MUST_CHECK enum err ticket_pending_for(struct ctx *c, enum ticket_purpose p,
    struct uid uid, struct str address, int64_t *created_s_out);
/* The account that a decoy ticket of an unknown address is written for: the
 * same for one address, and nobody's. */
struct uid ticket_decoy_uid(struct ctx *c, struct str canonical);
/* Inside a transaction: void those of one purpose. */
MUST_CHECK enum err ticket_void(struct ctx *c, enum ticket_purpose p,
    struct uid uid);
/* Inside a transaction: void every ticket of the account, but for those that
 * undo what was done to it. */
MUST_CHECK enum err ticket_void_all(struct ctx *c, struct uid uid);
/* Inside a transaction: void what was sent to one of its addresses. */
MUST_CHECK enum err ticket_void_address(struct ctx *c, struct uid uid,
    struct str address);

#endif
