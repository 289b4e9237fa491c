/*
 * Sessions and their tokens.  API sessions have an access and a refresh
 * token in GUID form; page sessions one longer cookie value.
 */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include "account.h"

/* SESSION_LIMITED: of a sign-in that stopped for the privacy policy; its
 * token accepts that, and little else. */
enum session_kind { SESSION_API = 1, SESSION_PAGE = 2, SESSION_LIMITED = 3 };

struct session {
	enum session_kind kind;
	struct uid uid, family, handle;
	int64_t generation;
	int64_t created_s, auth_s, expires_s;	/* auth_s: last proof of who */
	int64_t ends_s;			/* no renewal goes past it */
	int64_t factor_s;		/* last second factor; 0: none */
	bool remember, acting;		/* acting: a back end got it */
	struct str provider;
	unsigned char token_hash[32];
};

struct session_tokens {
	struct str access_token;	/* GUID; for pages the cookie value */
	struct str refresh_token;	/* GUID; absent for pages */
	struct str browser;		/* pages: a mark for this browser */
	int64_t expires_s;
	struct uid family;
	struct str pin_token;		/* GUID; absent: no sign-in by PIN */
	int64_t pin_expires_s;
};

struct session_options {
	enum session_kind kind;
	bool remember;
	bool by_pin;		/* no token for signing in by PIN comes of it */
	struct str replaces;	/* page cookie that this ends; or absent */
	const struct session *raises;	/* limited one that this becomes; its
					 * token stays.  NULL: none */
	struct str provider;	/* absent: "email" */
	int64_t auth_s;		/* when it was proven who it is; 0: now */
	bool acting;		/* for a back end, not by its owner: counts
				 * against no limit and proves nobody */
};

#define SESSION_FRESH_S	300	/* a sign-in that counts as one of just now */

/*
 * Inside the transaction of a sign-in: may there be one more?
 * ERR_SESSION_LIMIT by setting; else the oldest ones end.
 */
MUST_CHECK enum err session_make_room(struct ctx *c,
    const struct account *a, const struct session_options *o);
/* The account's own limit, up to 1000; 0: none.  ERR_NOT_FOUND. */
int64_t session_own_limit(struct ctx *c, const struct account *a);
MUST_CHECK enum err session_limit_set(struct ctx *c, struct uid uid,
    int64_t limit);
/* Inside the transaction of a sign-in. */
MUST_CHECK enum err session_start(struct ctx *c, const struct account *a,
    const struct session_options *o, struct session_tokens *out);
/*
 * One indexed read.  ERR_TOKEN_UNKNOWN (malformed, unknown, ended, of
 * another kind or an older generation), ERR_TOKEN_EXPIRED,
 * ERR_ACCOUNT_BLOCKED.  SESSION_LIMITED asks for either kind of the API;
 * ERR_PRIVACY_OUTSTANDING: it is a limited one, and was not asked for.
 */
MUST_CHECK enum err session_check(struct ctx *c, enum session_kind kind,
    struct str token, struct session *out);
/*
 * The same for the guard, with what it goes by; nothing is written but where
 * an idle session would end for it.
 */
struct session_guarded {
	struct uid uid;
	int64_t auth_s, factor_s;	/* factor_s 0: never passed */
	bool verified;			/* a confirmed email address */
	struct str roles;
};
MUST_CHECK enum err session_guard(struct ctx *c, enum session_kind kind,
    struct str token, struct session_guarded *out);
/* The same with its account, as account_get fills it, and whether that is
 * locked; one statement more where its name may be, or things wait, and a
 * transaction where its summary is missed. */
MUST_CHECK enum err session_check_account(struct ctx *c,
    enum session_kind kind, struct str token, struct session *out,
    struct account *account_out);
/* S3, S8 and sign-out, by token or (API) by a handle from the list.  Already
 * ended or expired: ERR_OK for a known one, ERR_TOKEN_UNKNOWN else.  The
 * session's other tokens end as well, those for its PIN too; its refresh
 * tokens stay with compat.logout_keeps_refresh. */
MUST_CHECK enum err session_end(struct ctx *c, enum session_kind kind,
    struct str token, bool prevent_refresh);
/*
 * Inside a transaction: raise the generation, which ends every session,
 * refresh token and ticket of the account.  keep (may be NULL) survives, with
 * its auth_s; a page session gets a new cookie value then, in *rotated_out
 * (untouched for API sessions; may be NULL only when keep is NULL).
 * ERR_TOKEN_UNKNOWN when keep has ended meanwhile, ERR_NOT_FOUND without such
 * an account.
 */
MUST_CHECK enum err session_end_all(struct ctx *c, struct uid uid,
    const struct session *keep, struct session_tokens *rotated_out);

/*
 * Inside a transaction, with the account locked: every other session ends,
 * and every session for its PIN that was not made with this one; refresh
 * tokens stay.
 */
MUST_CHECK enum err session_end_others(struct ctx *c,
    const struct session *keep);

struct session_row {
	struct uid handle;	/* names the session, its refreshes included;
				 * good for ending it and nothing else */
	enum session_kind kind;
	int64_t created_s, seen_s, expires_s, ends_s;
	struct str provider, address, user_agent, city, country;
	bool remember, acting;
	struct str token;	/* absent, but of session_active by setting */
};
/* Those that can be used or renewed, the newest sign-in first. */
MUST_CHECK enum err session_list(struct ctx *c, struct uid uid, size_t max,
    struct session_row **out, size_t *n_out);
/* ERR_NOT_FOUND.  Of this account; zero: of any. */
MUST_CHECK enum err session_revoke(struct ctx *c, struct uid handle,
    struct uid of);
MUST_CHECK enum err session_revoke_all(struct ctx *c, struct uid uid);
/* Of all accounts: their sessions, and every ticket that waits; in small
 * steps.  How many rows those were. */
MUST_CHECK enum err session_end_everybody(struct ctx *c, int64_t *rows_out);
/* Its owner ends all others, with their refresh tokens; it gets a new cookie
 * value.  ERR_TOKEN_UNKNOWN. */
MUST_CHECK enum err session_revoke_others(struct ctx *c,
    const struct session *keep, struct session_tokens *rotated_out);

#endif
