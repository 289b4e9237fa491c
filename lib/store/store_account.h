/*
 * Rows of accounts, and of the identifiers that belong to one.
 */
#ifndef STORE_STORE_ACCOUNT_H
#define STORE_STORE_ACCOUNT_H

#include "base/ctx.h"
#include "base/err.h"

struct store_account {
	struct uid uid, profile_id;
	int64_t generation, state;
	int64_t created_s, modified_s, profile_modified_s, last_login_s, logins;
	int64_t email_verified_s, required_filled, profile_version;
	int64_t password_changed_s;	/* 0: no password */
	struct str registration_source, profile;
	int64_t phone_verified_s, pending, pin_changed_s, pin_skipped_s;
	struct str privacy_policy, consent_profile;	/* JSON, or empty */
	int64_t secure, breached_s;	/* of the password */
	struct str roles;
	struct str summary;	/* of store_session_account alone */
};
struct store_identifier_of {
	struct uid uid;
	int64_t kind, position, verified_s;
	struct str canonical, given, label;
	int64_t locked_until_s;	/* no lock of the name ends later */
};
#define STORE_IDENTIFIERS_MAX	100	/* of one account */
/* Longest lock (login.suspend_max_s); a new name may be locked already. */
#define STORE_LOCK_LONGEST_S	604800

/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_account_by_uid(struct ctx *c, struct uid uid,
    struct store_account *out);
MUST_CHECK enum err store_account_by_identifier(struct ctx *c, int64_t kind,
    struct str canonical, struct store_account *out);
/* Nobody else may change the row until the transaction's end; as the first
 * statement of one, what is read afterwards is the newest.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_account_lock(struct ctx *c, struct uid uid);
/* Of one account: by kind, primary first. */
MUST_CHECK enum err store_account_identifiers(struct ctx *c, struct uid uid,
    struct store_identifier_of **out, size_t *n_out);

/* A name was locked until then.  Nothing to do where it is nobody's. */
MUST_CHECK enum err store_identifier_locked(struct ctx *c,
    struct str canonical, int64_t until_s);

/* ERR_NOT_FOUND when the row is not of that version any more. */
struct store_profile {
	int64_t version;	/* that was read */
	struct str text;
	bool required_filled;	/* true sets it; it stays set */
	int64_t now_s;
};
MUST_CHECK enum err store_account_set_profile(struct ctx *c, struct uid uid,
    const struct store_profile *p);
/* Of the account that is locked: see domain/account_summary.h. */
MUST_CHECK enum err store_account_set_summary(struct ctx *c, struct uid uid,
    struct str summary);
MUST_CHECK enum err store_account_set_state(struct ctx *c, struct uid uid,
    int64_t state, int64_t now_s);
/* Modified: its summary is forgotten, too. */
MUST_CHECK enum err store_account_touch(struct ctx *c, struct uid uid,
    int64_t now_s);

/* User names; store_account_touch must follow.  ERR_CONFLICT when it is
 * somebody's. */
MUST_CHECK enum err store_username_drop(struct ctx *c, struct uid uid);
MUST_CHECK enum err store_username_add(struct ctx *c, struct uid uid,
    struct str canonical, struct str given, int64_t now_s);

/* The mailbox is proven: the row, and the account's date if it had none. */
MUST_CHECK enum err store_account_email_proven(struct ctx *c, struct uid uid,
    struct str canonical, int64_t now_s);
/* What stood on an account whose address nobody had proven: the profile, and
 * every identifier but this one.  Nobody's session lives on either. */
MUST_CHECK enum err store_account_strip(struct ctx *c, struct uid uid,
    int64_t kind, struct str canonical, int64_t now_s);
/* Every row of the account but its audit; a tombstone stays. */
MUST_CHECK enum err store_account_delete(struct ctx *c, struct uid uid,
    int64_t now_s);

/* After a uid, in order. */
MUST_CHECK enum err store_account_list(struct ctx *c, struct uid after,
    size_t max, struct store_account **out, size_t *n_out);
/*
 * Made and modified before before_s, never proven, never signed in, without an
 * identifier of the kinds that need no proof (or without its consents); and
 * one of them again under a lock: ERR_NOT_FOUND when it is not so any more.
 */
struct store_unverified {
	int64_t before_s;
	int64_t kinds[2];	/* that need no proof; 0: none */
};
MUST_CHECK enum err store_account_unverified(struct ctx *c,
    const struct store_unverified *which, size_t max, struct uid **out,
    size_t *n_out);
MUST_CHECK enum err store_account_unverified_lock(struct ctx *c,
    struct uid uid, const struct store_unverified *which);

/* The account's addresses: which one comes first.  All others are demoted. */
MUST_CHECK enum err store_email_promote(struct ctx *c, struct uid uid,
    struct str canonical);
/* Addresses and numbers that came since then, but for one; and PIN and answers
 * that were set since. */
MUST_CHECK enum err store_attached_drop_since(struct ctx *c, struct uid uid,
    int64_t since_s, struct str but, int64_t now_s);
/* Its last address went. */
MUST_CHECK enum err store_account_no_email(struct ctx *c, struct uid uid,
    int64_t now_s);

#endif
