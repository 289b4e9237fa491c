/*
 * Columns that several statements read, in their order.
 */
#ifndef STORE_STORE_COLUMNS_H
#define STORE_STORE_COLUMNS_H

#include "store.h"
#include "store_account.h"

/*
 * Of an account that is the row's struct, or a member of it: then "of" is its
 * name with a dot.  What its row has beside uid; and all of it.
 */
#define ACCOUNT_COLUMNS_OWN(type, of)					\
	COLUMN(type, of profile_id),					\
	COLUMN(type, of generation),					\
	COLUMN(type, of state),						\
	COLUMN(type, of created_s),					\
	COLUMN(type, of modified_s),					\
	COLUMN(type, of profile_modified_s),				\
	COLUMN(type, of last_login_s),					\
	COLUMN(type, of logins),					\
	COLUMN(type, of email_verified_s),				\
	COLUMN(type, of required_filled),				\
	COLUMN(type, of profile_version),				\
	COLUMN(type, of registration_source),				\
	COLUMN(type, of profile),					\
	COLUMN(type, of phone_verified_s),				\
	COLUMN(type, of pending),					\
	COLUMN(type, of pin_changed_s),					\
	COLUMN(type, of pin_skipped_s),					\
	COLUMN(type, of privacy_policy),				\
	COLUMN(type, of consent_profile),				\
	COLUMN(type, of roles)
#define ACCOUNT_COLUMNS(type, of)					\
	COLUMN(type, of uid),						\
	ACCOUNT_COLUMNS_OWN(type, of),					\
	COLUMN(type, of password_changed_s),				\
	COLUMN(type, of secure),					\
	COLUMN(type, of breached_s)

#endif
