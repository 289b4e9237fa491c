#include "store_import.h"

#include "store.h"

#define ROWS_MAX	1000000		/* of the accounts of one page */

/* The mark */

enum err
store_import_read(struct ctx *c, const unsigned char id[32],
    struct store_import *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_import, digest),
		COLUMN(struct store_import, lines),
		COLUMN(struct store_import, imported),
		COLUMN(struct store_import, refused),
		COLUMN(struct store_import, report_bytes)
	};

	return db_one(c, STMT_IMPORT_READ, ARGS(db_hash(id)), columns, out);
}

enum err
store_import_begin(struct ctx *c, const unsigned char id[32], int64_t now_s,
    struct store_import *out)
{
	static const unsigned char none[32];
	enum err e;

	e = db_exec(c, STMT_IMPORT_BEGIN, ARGS(db_hash(id), db_hash(none),
	    db_int(now_s)), NULL);
	return e != ERR_OK ? e : store_import_read(c, id, out);
}

enum err
store_import_advance(struct ctx *c, const unsigned char id[32],
    int64_t from_lines, const struct store_import *to, int64_t now_s)
{
	return db_exec_one(c, STMT_IMPORT_ADVANCE, ARGS(db_hash(to->digest),
	    db_int(to->lines), db_int(to->imported), db_int(to->refused),
	    db_int(to->report_bytes), db_int(now_s), db_hash(id),
	    db_int(from_lines)));
}

enum err
store_import_end(struct ctx *c, const unsigned char id[32], int64_t lines)
{
	return db_exec_one(c, STMT_IMPORT_END, ARGS(db_hash(id),
	    db_int(lines)));
}

enum err
store_import_drop(struct ctx *c, const unsigned char id[32])
{
	return db_exec(c, STMT_IMPORT_DROP, ARGS(db_hash(id)), NULL);
}

/* Rows in bulk: the arguments of one behind those of another. */

static struct db_arg *
room_for(struct ctx *c, unsigned statement, size_t n)
{
	return ARENA_ARRAY(c->arena, struct db_arg, n *
	    strlen(store_statements[statement].in));
}

enum err
store_import_accounts(struct ctx *c, const struct store_import_account *list,
    size_t n)
{
	struct db_arg *args = room_for(c, STMT_IMPORT_ACCOUNT, n), *a = args;
	const struct store_import_account *r;

	for (r = list; r < list + n; r++) {
		*a++ = db_uid(r->uid);
		*a++ = db_uid(r->profile_id);
		*a++ = db_int(r->state);
		*a++ = db_int(r->created_s);
		*a++ = db_int(r->modified_s);
		*a++ = db_int(r->profile_modified_s);
		*a++ = db_int(r->last_login_s);
		*a++ = db_int(r->logins);
		*a++ = db_int(r->email_verified_s);
		*a++ = db_int(r->phone_verified_s);
		*a++ = db_int(r->required_filled);
		*a++ = db_int(r->pending);
		*a++ = db_text(r->source);
		*a++ = db_text(r->profile);
		*a++ = db_text(r->privacy_policy);
		*a++ = db_text(r->consent_profile);
		*a++ = db_text(r->roles.p != NULL ? r->roles : STR(""));
	}
	return db_exec_many(c, STMT_IMPORT_ACCOUNT, args, n);
}

enum err
store_import_identifiers(struct ctx *c,
    const struct store_new_identifier *list, size_t n)
{
	struct db_arg *args = room_for(c, STMT_IDENTIFIER_INSERT, n);
	struct db_arg *a = args;
	const struct store_new_identifier *r;

	for (r = list; r < list + n; r++) {
		*a++ = db_int(r->kind);
		*a++ = db_bytes(r->canonical);
		*a++ = db_uid(r->uid);
		*a++ = db_text(r->given);
		*a++ = db_text(r->label);
		*a++ = db_int(r->position);
		*a++ = db_int(r->verified_s);
		*a++ = db_int(r->created_s);
		*a++ = db_int(c->now_s + STORE_LOCK_LONGEST_S);
	}
	return db_exec_many(c, STMT_IDENTIFIER_INSERT, args, n);
}

enum err
store_import_passwords(struct ctx *c,
    const struct store_import_password *list, size_t n)
{
	struct db_arg *args = room_for(c, STMT_IMPORT_PASSWORD, n), *a = args;
	const struct store_import_password *r;

	for (r = list; r < list + n; r++) {
		*a++ = db_uid(r->uid);
		*a++ = db_text(r->phc);
		*a++ = db_int(r->changed_s);
		*a++ = db_int(r->secure);
		*a++ = db_int(r->breached_s);
	}
	return db_exec_many(c, STMT_IMPORT_PASSWORD, args, n);
}

enum err
store_import_history(struct ctx *c, const struct store_import_old *list,
    size_t n)
{
	struct db_arg *args = room_for(c, STMT_PASSWORD_HISTORY_ADD, n);
	struct db_arg *a = args;
	const struct store_import_old *r;

	for (r = list; r < list + n; r++) {
		*a++ = db_uid(r->uid);
		*a++ = db_int(r->retired_ms);
		*a++ = db_text(r->phc);
	}
	return db_exec_many(c, STMT_PASSWORD_HISTORY_ADD, args, n);
}

enum err
store_import_pending(struct ctx *c, const struct store_pending_of *list,
    size_t n)
{
	struct db_arg *args = room_for(c, STMT_PENDING_PUT, n), *a = args;
	const struct store_pending_of *r;

	for (r = list; r < list + n; r++) {
		*a++ = db_uid(r->uid);
		*a++ = db_int(r->row.kind);
		*a++ = db_bytes(r->row.canonical);
		*a++ = db_text(r->row.given);
		*a++ = db_text(r->row.label);
		*a++ = db_int(r->row.created_s);
	}
	return db_exec_many(c, STMT_PENDING_PUT, args, n);
}

/* Why something is taken */

enum err
store_import_holder(struct ctx *c, int64_t kind, struct str canonical,
    struct uid *out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_one(c, STMT_IMPORT_HOLDER, ARGS(db_int(kind),
	    db_bytes(canonical)), columns, out);
}

enum err
store_import_uid_taken(struct ctx *c, struct uid uid, struct uid profile_id,
    struct store_uid_taken *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_uid_taken, uid),
		COLUMN(struct store_uid_taken, profile_id),
		COLUMN(struct store_uid_taken, tombstone)
	};

	return db_one(c, STMT_IMPORT_UID_TAKEN, ARGS(db_uid(uid),
	    db_uid(profile_id), db_uid(uid)), columns, out);
}

enum err
store_import_tombstones(struct ctx *c, struct uid from, struct uid to,
    bool *out)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t some = 0;
	enum err e;

	e = db_one(c, STMT_IMPORT_TOMBSTONES, ARGS(db_uid(from), db_uid(to)),
	    columns, &some);
	if (e == ERR_OK)
		*out = some != 0;
	return e;
}

/* Export */

enum err
store_export_identifiers(struct ctx *c, struct uid from, struct uid to,
    struct store_identifier_of **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_identifier_of, uid),
		COLUMN(struct store_identifier_of, kind),
		COLUMN(struct store_identifier_of, position),
		COLUMN(struct store_identifier_of, verified_s),
		COLUMN(struct store_identifier_of, canonical),
		COLUMN(struct store_identifier_of, given),
		COLUMN(struct store_identifier_of, label)
	};

	return db_all(c, STMT_EXPORT_IDENTIFIERS, ARGS(db_uid(from),
	    db_uid(to)), columns, sizeof(**out), ROWS_MAX, out, n_out);
}

enum err
store_export_passwords(struct ctx *c, struct uid from, struct uid to,
    struct store_import_password **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_import_password, uid),
		COLUMN(struct store_import_password, phc),
		COLUMN(struct store_import_password, changed_s),
		COLUMN(struct store_import_password, secure),
		COLUMN(struct store_import_password, breached_s)
	};

	return db_all(c, STMT_EXPORT_PASSWORDS, ARGS(db_uid(from),
	    db_uid(to)), columns, sizeof(**out), ROWS_MAX, out, n_out);
}

enum err
store_export_history(struct ctx *c, struct uid from, struct uid to,
    struct store_import_old **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_import_old, uid),
		COLUMN(struct store_import_old, retired_ms),
		COLUMN(struct store_import_old, phc)
	};

	return db_all(c, STMT_EXPORT_HISTORY, ARGS(db_uid(from), db_uid(to)),
	    columns, sizeof(**out), ROWS_MAX, out, n_out);
}

enum err
store_export_pending(struct ctx *c, struct uid from, struct uid to,
    struct store_pending_of **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_pending_of, uid),
		COLUMN(struct store_pending_of, row.kind),
		COLUMN(struct store_pending_of, row.canonical),
		COLUMN(struct store_pending_of, row.given),
		COLUMN(struct store_pending_of, row.label),
		COLUMN(struct store_pending_of, row.created_s)
	};

	return db_all(c, STMT_EXPORT_PENDING, ARGS(db_uid(from), db_uid(to)),
	    columns, sizeof(**out), ROWS_MAX, out, n_out);
}

enum err
store_export_count(struct ctx *c, int64_t *out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_one(c, STMT_EXPORT_COUNT, NO_ARGS, columns, out);
}
