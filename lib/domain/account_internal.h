/*
 * Between the files that work on accounts.
 */
#ifndef DOMAIN_ACCOUNT_INTERNAL_H
#define DOMAIN_ACCOUNT_INTERNAL_H

#include "account.h"
#include "codec/template.h"

/*
 * Inside a transaction, with the account locked: give it this name.
 * *renamed_out: it had another one, or none, and its owner was told.
 * ERR_USERNAME_TAKEN.
 */
MUST_CHECK enum err account_rename(struct ctx *c, const struct account *a,
    const struct identifier *name, bool *renamed_out);
/* The name as an identifier: ERR_USERNAME_OFF, _MISSING, _SYNTAX, _FORMAT,
 * ERR_USERNAME_TAKEN for reserved ones, ERR_VALIDATION by the schema. */
MUST_CHECK enum err account_judge_username(struct ctx *c, struct str name,
    struct identifier *out);
/* Is its first name suspended by failures?  One statement, where that may be:
 * what failure says is true, locked_until_s is a bound. */
MUST_CHECK enum err account_read_lock(struct ctx *c, struct account *a);
/*
 * Inside a transaction: a mail of this template to every proven address, or
 * to the primary one where none is proven (S-050).
 */
MUST_CHECK enum err account_tell(struct ctx *c, const struct account *a,
    const char *template, struct str variant);
/* The values of such a mail, for one that needs more of them. */
struct values *account_notice(struct ctx *c, const struct account *a);
/* Inside a transaction: blocked, and every session and ticket ended. */
MUST_CHECK enum err account_block(struct ctx *c, struct uid uid);
/* Its own address or, of those that wait, the one of this canonical form; and
 * the first that is proven, the primary one before the others.  NULL: it has
 * none such. */
const struct account_email *account_email_of(const struct account *a,
    struct str canonical);
const struct account_pending *account_waiting_email(const struct account *a,
    struct str canonical);
const struct account_email *account_proven_email(const struct account *a);
/* What its password may not consist of; out has room for ACCOUNT_WORDS. */
#define ACCOUNT_WORDS	32
size_t account_words(struct ctx *c, const struct account *a,
    struct str *out);
/* The transaction's beginning: nobody else changes the account until its
 * end, and what is read is the newest.  ERR_NOT_FOUND. */
MUST_CHECK enum err account_lock(struct ctx *c, struct uid uid,
    struct account *out);

#endif
