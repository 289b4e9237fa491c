/*
 * An account from its row, inside the domain.
 */
#ifndef DOMAIN_ACCOUNT_ROW_H
#define DOMAIN_ACCOUNT_ROW_H

#include "account.h"
#include "store/store_account.h"

/* Reads the identifiers (one statement) and fills *out; locked stays
 * false. */
MUST_CHECK enum err account_from_row(struct ctx *c,
    const struct store_account *row, struct account *out);

#endif
