/*
 * Columns that several statements read, in their order.
 */
#ifndef STORE_STORE_COLUMNS_H
#define STORE_STORE_COLUMNS_H

#include "store.h"
#include "store_account.h"

/* Of an account that is a member of the row's struct: what its row has beside
 * uid; and all of it. */
#define ACCOUNT_COLUMNS_OWN(type, account)				\
	COLUMN(type, account.profile_id),				\
	COLUMN(type, account.generation),				\
	COLUMN(type, account.state),					\
	COLUMN(type, account.created_s),				\
	COLUMN(type, account.modified_s),				\
	COLUMN(type, account.profile_modified_s),			\
	COLUMN(type, account.last_login_s),				\
	COLUMN(type, account.logins),					\
	COLUMN(type, account.email_verified_s),				\
	COLUMN(type, account.required_filled),				\
	COLUMN(type, account.profile_version),				\
	COLUMN(type, account.registration_source),			\
	COLUMN(type, account.profile),					\
	COLUMN(type, account.phone_verified_s),				\
	COLUMN(type, account.pending),					\
	COLUMN(type, account.pin_changed_s),				\
	COLUMN(type, account.pin_skipped_s),				\
	COLUMN(type, account.privacy_policy),				\
	COLUMN(type, account.consent_profile),				\
	COLUMN(type, account.roles)
#define ACCOUNT_COLUMNS(type, account)					\
	COLUMN(type, account.uid),					\
	ACCOUNT_COLUMNS_OWN(type, account),				\
	COLUMN(type, account.password_changed_s),			\
	COLUMN(type, account.secure),					\
	COLUMN(type, account.breached_s)

#endif
