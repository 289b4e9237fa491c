#include "store_account.h"

#include "store_columns.h"

#define KIND_EMAIL	1
#define KIND_USERNAME	2
#define KIND_PHONE	3

static const struct db_column account_columns[] = {
	ACCOUNT_COLUMNS(struct store_account, )
};

static const struct db_column identifier_columns[] = {
	COLUMN(struct store_identifier_of, uid),
	COLUMN(struct store_identifier_of, kind),
	COLUMN(struct store_identifier_of, position),
	COLUMN(struct store_identifier_of, verified_s),
	COLUMN(struct store_identifier_of, canonical),
	COLUMN(struct store_identifier_of, given),
	COLUMN(struct store_identifier_of, label),
	COLUMN(struct store_identifier_of, locked_until_s)
};

enum err
store_account_by_uid(struct ctx *c, struct uid uid, struct store_account *out)
{
	return db_one(c, STMT_ACCOUNT_BY_UID, ARGS(db_uid(uid)),
	    account_columns, out);
}

enum err
store_account_by_identifier(struct ctx *c, int64_t kind, struct str canonical,
    struct store_account *out)
{
	return db_one(c, STMT_ACCOUNT_BY_IDENTIFIER, ARGS(db_int(kind),
	    db_bytes(canonical)), account_columns, out);
}

enum err
store_account_lock(struct ctx *c, struct uid uid)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t state;

	return db_one(c, STMT_ACCOUNT_LOCK, ARGS(db_uid(uid)), columns,
	    &state);
}

enum err
store_account_identifiers(struct ctx *c, struct uid uid,
    struct store_identifier_of **out, size_t *n_out)
{
	return db_all(c, STMT_ACCOUNT_IDENTIFIERS, ARGS(db_uid(uid)),
	    identifier_columns, sizeof(**out), STORE_IDENTIFIERS_MAX,
	    out, n_out);
}

enum err
store_identifier_locked(struct ctx *c, struct str canonical, int64_t until_s)
{
	return db_exec(c, STMT_IDENTIFIER_LOCKED, ARGS(db_int(until_s),
	    db_int(until_s), db_bytes(canonical)), NULL);
}

enum err
store_account_set_summary(struct ctx *c, struct uid uid, struct str summary)
{
	return db_exec(c, STMT_ACCOUNT_SET_SUMMARY, ARGS(db_text(summary),
	    db_uid(uid)), NULL);
}

enum err
store_account_set_profile(struct ctx *c, struct uid uid,
    const struct store_profile *p)
{
	return db_exec_one(c, STMT_ACCOUNT_SET_PROFILE, ARGS(db_text(p->text),
	    db_int(p->required_filled), db_int(p->now_s), db_int(p->now_s),
	    db_uid(uid), db_int(p->version)));
}

enum err
store_account_set_state(struct ctx *c, struct uid uid, int64_t state,
    int64_t now_s)
{
	return db_exec(c, STMT_ACCOUNT_SET_STATE, ARGS(db_int(state),
	    db_int(now_s), db_uid(uid)), NULL);
}

enum err
store_account_touch(struct ctx *c, struct uid uid, int64_t now_s)
{
	return db_exec(c, STMT_ACCOUNT_TOUCH, ARGS(db_int(now_s),
	    db_uid(uid)), NULL);
}

enum err
store_username_drop(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_IDENTIFIER_DROP_KIND, ARGS(db_uid(uid),
	    db_int(KIND_USERNAME)), NULL);
}

enum err
store_username_add(struct ctx *c, struct uid uid, struct str canonical,
    struct str given, int64_t now_s)
{
	return db_exec(c, STMT_USERNAME_ADD, ARGS(db_int(KIND_USERNAME),
	    db_bytes(canonical), db_uid(uid), db_text(given),
	    db_int(now_s), db_int(now_s + STORE_LOCK_LONGEST_S)), NULL);
}

enum err
store_account_email_proven(struct ctx *c, struct uid uid,
    struct str canonical, int64_t now_s)
{
	enum err e;

	e = db_exec(c, STMT_EMAIL_PROVEN, ARGS(db_int(now_s),
	    db_int(KIND_EMAIL), db_bytes(canonical), db_uid(uid)), NULL);
	if (e != ERR_OK)
		return e;
	return db_exec(c, STMT_ACCOUNT_PROVEN, ARGS(db_int(now_s),
	    db_int(now_s), db_uid(uid)), NULL);
}

static enum err
demote_emails(struct ctx *c, struct uid uid)
{
	return db_exec(c, STMT_EMAIL_DEMOTE, ARGS(db_uid(uid),
	    db_int(KIND_EMAIL)), NULL);
}

enum err
store_email_promote(struct ctx *c, struct uid uid, struct str canonical)
{
	enum err e;

	e = demote_emails(c, uid);
	return e != ERR_OK ? e : db_exec(c, STMT_EMAIL_PROMOTE,
	    ARGS(db_uid(uid), db_int(KIND_EMAIL), db_bytes(canonical)),
	    NULL);
}

enum err
store_attached_drop_since(struct ctx *c, struct uid uid, int64_t since_s,
    struct str but, int64_t now_s)
{
	static const unsigned secrets[] = {
		STMT_ANSWERS_DROP_SINCE, STMT_PIN_DROP_SINCE
	};
	static const int64_t kinds[] = { KIND_EMAIL, KIND_PHONE };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < COUNT(kinds) && e == ERR_OK; i++)
		e = db_exec(c, STMT_IDENTIFIERS_DROP_SINCE, ARGS(db_uid(uid),
		    db_int(kinds[i]), db_int(since_s), db_bytes(but)), NULL);
	for (i = 0; i < COUNT(secrets) && e == ERR_OK; i++)
		e = db_exec(c, secrets[i], ARGS(db_uid(uid),
		    db_int(since_s)), NULL);
	return e != ERR_OK ? e : db_exec(c, STMT_ACCOUNT_NOTE_DROPPED,
	    ARGS(db_int(now_s), db_int(since_s), db_uid(uid), db_uid(uid)),
	    NULL);
}

enum err
store_account_no_email(struct ctx *c, struct uid uid, int64_t now_s)
{
	return db_exec(c, STMT_ACCOUNT_NO_EMAIL, ARGS(db_int(now_s),
	    db_uid(uid)), NULL);
}

enum err
store_account_strip(struct ctx *c, struct uid uid, int64_t kind,
    struct str canonical, int64_t now_s)
{
	static const unsigned others[] = {
		STMT_PENDING_DROP_ALL, STMT_ACCOUNT_DELETE_PIN,
		STMT_ACCOUNT_DELETE_PIN_SESSIONS,
		STMT_ACCOUNT_DELETE_ANSWERS, STMT_ACCOUNT_DELETE_PRIVACY,
		STMT_ACCOUNT_DELETE_CONSENT_LOG, STMT_OBJECTS_STRIP
	};
	size_t i;
	enum err e;

	e = db_exec(c, STMT_ACCOUNT_STRIP, ARGS(db_text(STR("{}")),
	    db_int(now_s), db_uid(uid)), NULL);
	if (e != ERR_OK)
		return e;
	e = db_exec(c, STMT_IDENTIFIERS_STRIP, ARGS(db_uid(uid),
	    db_int(kind), db_bytes(canonical)), NULL);
	for (i = 0; i < COUNT(others) && e == ERR_OK; i++)
		e = db_exec(c, others[i], ARGS(db_uid(uid)), NULL);
	return e;
}

enum err
store_account_delete(struct ctx *c, struct uid uid, int64_t now_s)
{
	static const unsigned statements[] = {
		STMT_ACCOUNT_DELETE_IDENTIFIERS,
		STMT_PASSWORD_DELETE,
		STMT_PASSWORD_HISTORY_DELETE,
		STMT_ACCOUNT_DELETE_SESSIONS,
		STMT_ACCOUNT_DELETE_REFRESH,
		STMT_ACCOUNT_DELETE_TICKETS,
		STMT_ACCOUNT_DELETE_OUTBOX,
		STMT_PENDING_DROP_ALL,
		STMT_ACCOUNT_DELETE_PIN,
		STMT_ACCOUNT_DELETE_PIN_SESSIONS,
		STMT_ACCOUNT_DELETE_DEVICES,
		STMT_ACCOUNT_DELETE_ANSWERS,
		STMT_ACCOUNT_DELETE_PRIVACY,
		STMT_ACCOUNT_DELETE_CONSENT_LOG,
		STMT_ACCOUNT_DELETE_OBJECTS,
		STMT_ACCOUNT_DELETE
	};
	enum err e;
	size_t i;

	for (i = 0; i < COUNT(statements); i++) {
		e = db_exec(c, statements[i], ARGS(db_uid(uid)), NULL);
		if (e != ERR_OK)
			return e;
	}
	return db_exec(c, STMT_TOMBSTONE_ADD, ARGS(db_uid(uid),
	    db_int(now_s)), NULL);
}

enum err
store_account_list(struct ctx *c, struct uid after, size_t max,
    struct store_account **out, size_t *n_out)
{
	return db_all(c, STMT_ACCOUNT_LIST, ARGS(db_uid(after),
	    db_int((int64_t)max)), account_columns, sizeof(**out), max, out,
	    n_out);
}

enum err
store_account_unverified(struct ctx *c, const struct store_unverified *which,
    size_t max, struct uid **out, size_t *n_out)
{
	static const struct db_column columns[] = { { 0 } };

	return db_all(c, STMT_ACCOUNT_UNVERIFIED, ARGS(
	    db_int(which->before_s), db_int(which->before_s),
	    db_int(which->kinds[0]), db_int(which->kinds[1]),
	    db_int((int64_t)max)), columns,
	    sizeof(**out), max, out, n_out);
}

enum err
store_account_unverified_lock(struct ctx *c, struct uid uid,
    const struct store_unverified *which)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t state;

	return db_one(c, STMT_ACCOUNT_UNVERIFIED_LOCK, ARGS(db_uid(uid),
	    db_int(which->before_s), db_int(which->before_s)), columns,
	    &state);
}
