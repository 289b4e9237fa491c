#include "store_consent.h"

#include "store.h"

#define HISTORY_MAX	1000	/* as in the statement */

enum err
store_privacy_add(struct ctx *c, struct uid uid,
    const struct store_acceptance *a)
{
	return db_exec(c, STMT_PRIVACY_ADD, ARGS(db_uid(uid),
	    db_text(a->version), db_int(a->accepted_s), db_text(a->source)),
	    NULL);
}

enum err
store_privacy_find(struct ctx *c, struct uid uid, struct str version)
{
	static const struct db_column columns[] = { { 0 } };
	int64_t accepted_s;

	return db_one(c, STMT_PRIVACY_FIND, ARGS(db_uid(uid),
	    db_text(version)), columns, &accepted_s);
}

enum err
store_privacy_list(struct ctx *c, struct uid uid,
    struct store_acceptance **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_acceptance, version),
		COLUMN(struct store_acceptance, accepted_s),
		COLUMN(struct store_acceptance, source)
	};

	return db_all(c, STMT_PRIVACY_LIST, ARGS(db_uid(uid)), columns,
	    sizeof(**out), HISTORY_MAX, out, n_out);
}

static enum err
set_text(struct ctx *c, unsigned statement, struct uid uid, struct str text,
    int64_t now_s)
{
	return db_exec(c, statement, ARGS(db_text(text), db_int(now_s),
	    db_int(now_s), db_uid(uid)), NULL);
}

enum err
store_account_set_privacy(struct ctx *c, struct uid uid, struct str text,
    int64_t now_s)
{
	return set_text(c, STMT_ACCOUNT_SET_PRIVACY, uid, text, now_s);
}

enum err
store_account_set_consents(struct ctx *c, struct uid uid, struct str text,
    int64_t now_s)
{
	return set_text(c, STMT_ACCOUNT_SET_CONSENTS, uid, text, now_s);
}

enum err
store_account_finish(struct ctx *c, struct uid uid, int64_t now_s)
{
	return db_exec_one(c, STMT_ACCOUNT_FINISH, ARGS(db_int(now_s),
	    db_uid(uid)));
}

enum err
store_consent_log_add(struct ctx *c, struct uid uid,
    const struct store_consent_log *l)
{
	return db_exec(c, STMT_CONSENT_LOG_ADD, ARGS(db_uid(l->id),
	    db_uid(uid), db_int(l->at_s), db_int(l->update_type),
	    db_text(l->address), db_text(l->user_agent), db_text(l->host),
	    db_text(l->versions), db_text(l->changes)), NULL);
}

enum err
store_consent_log_list(struct ctx *c, struct uid uid, size_t max,
    struct store_consent_log **out, size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_consent_log, id),
		COLUMN(struct store_consent_log, at_s),
		COLUMN(struct store_consent_log, update_type),
		COLUMN(struct store_consent_log, address),
		COLUMN(struct store_consent_log, user_agent),
		COLUMN(struct store_consent_log, host),
		COLUMN(struct store_consent_log, versions),
		COLUMN(struct store_consent_log, changes)
	};

	return db_all(c, STMT_CONSENT_LOG_LIST, ARGS(db_uid(uid),
	    db_int((int64_t)max)), columns, sizeof(**out), max, out, n_out);
}
