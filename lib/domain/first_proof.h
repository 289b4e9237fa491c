/*
 * A secret that was sent to an address came back from a sign-in: the address
 * is the account's own.  Nobody had shown that before a first proof, so what
 * whoever registered had set till then goes (S-048).
 */
#ifndef DOMAIN_FIRST_PROOF_H
#define DOMAIN_FIRST_PROOF_H

#include "account.h"

/*
 * Inside a transaction, with the account locked: take from it what a stranger
 * may have put there: password, PIN, answers, consents, profile, every
 * identifier but the named one.  Its sessions are the caller's business.
 */
MUST_CHECK enum err account_strip(struct ctx *c, const struct account *a,
    enum identifier_kind kind, struct str canonical);
/*
 * Inside the transaction of a sign-in by a secret, with the account locked:
 * the address or number is proven.  If it is the first proof of one of this
 * kind, the account is stripped (unless login.drop_unverified_credentials is
 * off), its sessions and tickets end, and *a is read again, with its new
 * generation.  *first_out: it was.
 */
MUST_CHECK enum err first_proof(struct ctx *c, struct account *a,
    enum identifier_kind kind, struct str canonical, bool *first_out);

#endif
