/*
 * An account: its row, its identifiers, its state, and its profile document.
 */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include "base/ctx.h"
#include "codec/identifier.h"
#include "codec/json.h"

enum account_state { ACCOUNT_ACTIVE = 1, ACCOUNT_BLOCKED = 2,
	ACCOUNT_LOGIN_DISABLED = 3,
	ACCOUNT_UNFINISHED = 4 };	/* registered but for its consents */

struct account_email {
	struct str label;	/* "Primary", "Secondary" or free */
	struct str given, canonical;
	int64_t verified_s;	/* 0: not yet */
};

/* Added, and not proven yet: leads to no account. */
struct account_pending {
	enum identifier_kind kind;
	struct str label;	/* of email addresses */
	struct str given, canonical;
	int64_t created_s;
};

struct account {
	struct uid uid, profile_id;
	int64_t generation, state;
	int64_t created_s, modified_s, profile_modified_s, last_login_s, logins;
	int64_t email_verified_s;
	int64_t required_filled;
	int64_t profile_version;
	int64_t password_changed_s;	/* 0: no password */
	struct str registration_source;
	struct str profile;		/* JSON: the user's own members */
	struct account_email *emails;	/* primary first */
	size_t n_emails;
	struct str username;		/* absent when there is none */
	struct str phone;		/* E.164; absent when there is none */
	int64_t phone_verified_s;	/* 0: not yet */
	struct account_pending *pending;
	size_t n_pending;
	int64_t pin_changed_s;		/* 0: no PIN */
	int64_t pin_skipped_s;		/* 0: not skipped */
	struct str privacy_policy, consent_profile; /* JSON, or empty */
	int64_t secure;		/* password: 0 not judged, 1 yes, 2 no */
	int64_t breached_s;	/* password: 0 not known from a breach */
	struct str roles;	/* see role.h */
	bool first_login;		/* of this very sign-in */
	bool locked;			/* suspended by failures */
	int64_t locked_until_s;	/* no lock of its first name ends later */
};

/* ERR_NOT_FOUND. */
MUST_CHECK enum err account_get(struct ctx *c, struct uid uid,
    struct account *out);
MUST_CHECK enum err account_find(struct ctx *c, const struct identifier *id,
    struct account *out);
/*
 * E1, N2: is it in use (or reserved, for user names)?  Metered for each
 * source: ERR_RATE_LIMITED; ERR_ENDPOINT_OFF when availability is off;
 * ERR_USERNAME_OFF.
 */
MUST_CHECK enum err account_email_exists(struct ctx *c, struct str email,
    bool *out);
MUST_CHECK enum err account_username_exists(struct ctx *c, struct str name,
    bool *out);
/* H1.  Errors of phone_read as well. */
MUST_CHECK enum err account_phone_exists(struct ctx *c, struct str phone,
    bool *out);
/* Nobody may have this one; the calls above say that it is in use. */
bool account_username_reserved(struct str canonical);
/* N1.  ERR_USERNAME_TAKEN, ERR_USERNAME_SYNTAX, ERR_USERNAME_FORMAT,
 * ERR_USERNAME_OFF.  The owner is told by mail. */
MUST_CHECK enum err account_set_username(struct ctx *c, struct uid uid,
    struct str name);

/* doorwardctl.  Each is one transaction with its audit row; blocking and
 * deleting raise the generation, which ends every session and ticket. */
MUST_CHECK enum err account_set_state(struct ctx *c, struct uid uid,
    enum account_state state);
MUST_CHECK enum err account_delete(struct ctx *c, struct uid uid);
/* A page of accounts after the given uid (zeros: from the start). */
MUST_CHECK enum err account_list(struct ctx *c, struct uid after, size_t max,
    struct account **out, size_t *n_out);
/* Removes what registration.unverified_ttl_days says; a batch of at most
 * 500; *n_out tells how many went. */
MUST_CHECK enum err account_sweep_unverified(struct ctx *c, int64_t *n_out);

#endif
