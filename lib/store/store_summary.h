/*
 * account.summary: what a profile shows of the account's rows in identifier
 * and password, so that reading it needs neither.  Those rows are the truth:
 * every transaction that changes them sets it to NULL, and who finds it so
 * makes it anew of them.
 */
#ifndef STORE_STORE_SUMMARY_H
#define STORE_STORE_SUMMARY_H

#include "store_account.h"

/* Fills in the account's password_changed_s, secure, breached_s, and its
 * identifiers as store_account_identifiers gives them (borrowed from the
 * arena).  False: there is none, or it is not readable. */
bool store_summary_read(struct ctx *c, struct str summary,
    struct store_account *account, struct store_identifier_of **list_out,
    size_t *n_out);
/* Outside of a transaction: account and identifiers from their rows, and kept
 * where that can be done.  ERR_NOT_FOUND. */
MUST_CHECK enum err store_summary_make(struct ctx *c, struct uid uid,
    struct store_account *account_out, struct store_identifier_of **list_out,
    size_t *n_out);

#endif
