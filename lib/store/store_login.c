#include "store_login.h"

#include "store.h"

enum err
store_login_find(struct ctx *c, int64_t kind, struct str canonical,
    struct store_login *out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_login, account.uid),
		COLUMN(struct store_login, account.profile_id),
		COLUMN(struct store_login, account.generation),
		COLUMN(struct store_login, account.state),
		COLUMN(struct store_login, account.created_s),
		COLUMN(struct store_login, account.modified_s),
		COLUMN(struct store_login, account.profile_modified_s),
		COLUMN(struct store_login, account.last_login_s),
		COLUMN(struct store_login, account.logins),
		COLUMN(struct store_login, account.email_verified_s),
		COLUMN(struct store_login, account.required_filled),
		COLUMN(struct store_login, account.profile_version),
		COLUMN(struct store_login, account.password_changed_s),
		COLUMN(struct store_login, account.registration_source),
		COLUMN(struct store_login, account.profile),
		COLUMN(struct store_login, account.phone_verified_s),
		COLUMN(struct store_login, account.pending),
		COLUMN(struct store_login, account.pin_changed_s),
		COLUMN(struct store_login, account.pin_skipped_s),
		COLUMN(struct store_login, account.privacy_policy),
		COLUMN(struct store_login, account.consent_profile),
		COLUMN(struct store_login, account.secure),
		COLUMN(struct store_login, account.breached_s),
		COLUMN(struct store_login, account.roles),
		COLUMN(struct store_login, phc),
		COLUMN(struct store_login, failures)
	};

	return db_one(c, STMT_LOGIN_FIND, ARGS(db_int(kind),
	    db_bytes(canonical)), columns, out);
}

enum err
store_login_done(struct ctx *c, struct uid uid, int64_t generation,
    int64_t now_s)
{
	return db_exec_one(c, STMT_LOGIN_DONE, ARGS(db_int(now_s),
	    db_int(now_s), db_uid(uid), db_int(generation)));
}
