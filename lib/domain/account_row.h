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

/* The same with the identifiers that were read already. */
MUST_CHECK enum err account_from_rows(struct ctx *c,
    const struct store_account *row, const struct store_identifier_of *list,
    size_t n, struct account *out);

#endif
