/*
 * Accounts as lines of JSON, one object a line, in the order of their uids:
 *
 * uid, profile_id	32 hex digits
 * state		active, blocked, login_disabled
 * source		registration source
 * created_s, modified_s, profile_modified_s, last_login_s, logins
 * email_verified_s, phone_verified_s	first proofs; 0: none
 * required_filled	1: the required members were filled once
 * emails		[{ address, type, verified_s }], the primary one first
 * phone		{ number, verified_s }
 * username
 * pending		[{ address or number, type, created_s }]: added, not
 *			proven yet
 * profile		the members that a person may write
 * privacy_policy, consent_profile
 *			what was accepted, as it is stored
 * password		{ hash, changed_s, secure, breached_s,
 *			history: [{ hash, retired_ms }] }, only when asked for
 *
 * PINs and security answers are bound to the keys of their site and stay
 * there.  Times are seconds since the epoch, but for retired_ms.  An import
 * needs one identifier and takes all else as it is given, or leaves it unset.
 */
#ifndef DOMAIN_ACCOUNT_EXPORT_H
#define DOMAIN_ACCOUNT_EXPORT_H

#include "base/ctx.h"

#define EXPORT_PAGE	500	/* accounts */

/*
 * The accounts after *after_io, at most EXPORT_PAGE: a call of line for each,
 * until it returns false (ERR_DELIVERY).  *after_io becomes the last one's
 * uid; *more_out: there may be others behind it.
 */
struct export_options {
	bool hashes;
	bool (*line)(void *arg, struct str text);
	/* The custom objects of that account, in the form of object_line.h;
	 * NULL: without them. */
	bool (*object)(void *arg, struct str text);
	void *arg;
};
MUST_CHECK enum err account_export_page(struct ctx *c,
    const struct export_options *o, struct uid *after_io, bool *more_out);
/* In the audit, at the beginning: who has the hashes can guess at them. */
MUST_CHECK enum err account_export_begin(struct ctx *c, bool hashes,
    int64_t *accounts_out /* or NULL */);

#endif
