/*
 * account.summary: what a profile shows of the account's rows in identifier
 * and password, so that reading it needs neither.  Those rows are the truth:
 * every transaction that changes them forgets the summary, and who misses it
 * makes it anew of them.  It is good for a day in any case: so long may stand
 * there what somebody did to those rows by other means.
 */
#ifndef DOMAIN_ACCOUNT_SUMMARY_H
#define DOMAIN_ACCOUNT_SUMMARY_H

#include "store/store_account.h"

/* Fills in row's password_changed_s, secure, breached_s from row's summary,
 * and its identifiers as store_account_identifiers gives them (borrowed from
 * the arena).  False: there is none, or it is not good. */
bool account_summary_read(struct ctx *c, struct store_account *row,
    struct store_identifier_of **list_out, size_t *n_out);
/* Outside of a transaction: the account's row and its identifiers, which are
 * kept as its summary.  Where that fails, it is logged, and they are read all
 * the same.  May wait for whoever changes the account.  ERR_NOT_FOUND. */
MUST_CHECK enum err account_summary_make(struct ctx *c, struct uid uid,
    struct store_account *row_out, struct store_identifier_of **list_out,
    size_t *n_out);

#endif
