/*
 * Accounts in bulk: what an import writes, and what an export reads.
 */
#ifndef STORE_STORE_IMPORT_H
#define STORE_STORE_IMPORT_H

#include "base/ctx.h"
#include "base/err.h"
#include "store_account.h"
#include "store_pending.h"
#include "store_registration.h"

/* How far an import has come. */
struct store_import {
	unsigned char digest[32];	/* of what was taken */
	int64_t lines, imported, refused, report_bytes;
};
/* Makes the mark unless it is there, and reads it. */
MUST_CHECK enum err store_import_begin(struct ctx *c,
    const unsigned char id[32], int64_t now_s, struct store_import *out);
/* As it was committed.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_import_read(struct ctx *c,
    const unsigned char id[32], struct store_import *out);
/* From so many lines on; ERR_NOT_FOUND: somebody else was faster. */
MUST_CHECK enum err store_import_advance(struct ctx *c,
    const unsigned char id[32], int64_t from_lines,
    const struct store_import *to, int64_t now_s);
MUST_CHECK enum err store_import_end(struct ctx *c,
    const unsigned char id[32], int64_t lines);
MUST_CHECK enum err store_import_drop(struct ctx *c,
    const unsigned char id[32]);

struct store_import_account {
	struct uid uid, profile_id;
	int64_t state, created_s, modified_s, profile_modified_s;
	int64_t last_login_s, logins, email_verified_s, phone_verified_s;
	int64_t required_filled;
	int64_t pending;	/* 1: it has rows of struct store_pending_of */
	struct str source, profile;
	struct str privacy_policy;	/* JSON, or empty */
	struct str consent_profile;	/* JSON, or absent */
	struct str roles;		/* or absent */
};
struct store_import_password {
	struct uid uid;
	struct str phc;
	int64_t changed_s, secure, breached_s;
};
struct store_import_old {
	struct uid uid;
	int64_t retired_ms;
	struct str phc;
};
struct store_pending_of {
	struct uid uid;
	struct store_pending row;
};
/* Inside a transaction.  ERR_CONFLICT: something of it is somebody's. */
MUST_CHECK enum err store_import_accounts(struct ctx *c,
    const struct store_import_account *list, size_t n);
MUST_CHECK enum err store_import_identifiers(struct ctx *c,
    const struct store_new_identifier *list, size_t n);
MUST_CHECK enum err store_import_passwords(struct ctx *c,
    const struct store_import_password *list, size_t n);
MUST_CHECK enum err store_import_history(struct ctx *c,
    const struct store_import_old *list, size_t n);
MUST_CHECK enum err store_import_pending(struct ctx *c,
    const struct store_pending_of *list, size_t n);

/* Why: whose identifier it is (ERR_NOT_FOUND: nobody's); and who has, or had
 * these. */
MUST_CHECK enum err store_import_holder(struct ctx *c, int64_t kind,
    struct str canonical, struct uid *out);
struct store_uid_taken {
	int64_t uid, profile_id, tombstone;
};
MUST_CHECK enum err store_import_uid_taken(struct ctx *c, struct uid uid,
    struct uid profile_id, struct store_uid_taken *out);
/* Was an account between these, with both, deleted? */
MUST_CHECK enum err store_import_tombstones(struct ctx *c, struct uid from,
    struct uid to, bool *out);

/* Rows of the accounts from one uid to another, both with them. */
MUST_CHECK enum err store_export_identifiers(struct ctx *c, struct uid from,
    struct uid to, struct store_identifier_of **out, size_t *n_out);
MUST_CHECK enum err store_export_passwords(struct ctx *c, struct uid from,
    struct uid to, struct store_import_password **out, size_t *n_out);
MUST_CHECK enum err store_export_history(struct ctx *c, struct uid from,
    struct uid to, struct store_import_old **out, size_t *n_out);
MUST_CHECK enum err store_export_pending(struct ctx *c, struct uid from,
    struct uid to, struct store_pending_of **out, size_t *n_out);
MUST_CHECK enum err store_export_count(struct ctx *c, int64_t *out);

#endif
