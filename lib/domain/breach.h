/*
 * Passwords that are known from breaches, in a file of the site's or by a
 * range service, which learns 20 bits of a hash and no more.
 */
#ifndef DOMAIN_BREACH_H
#define DOMAIN_BREACH_H

#include "base/ctx.h"
#include "base/err.h"

/*
 * Is this normalised password one of them?  Takes 1.5 s at most, so never
 * inside a transaction.  What cannot be asked is logged, and says no: a
 * service that is down must not lock people out.  Without password.breach_file
 * and password.breach_url: no, at once.
 */
bool breach_has(struct ctx *c, struct str normal);
/* What is done about it at sign-in; password.breached_at_login settled. */
enum breach_action { BREACH_OFF, BREACH_RECORD, BREACH_NOTIFY, BREACH_RESET };
enum breach_action breach_at_login(const struct ctx *c);

/*
 * A service's answer: lines of 35 hex digits, a colon and a count, where 0
 * pads.  suffix: 35 digits in capitals.  False: it is no such answer.
 */
MUST_CHECK bool breach_range_find(struct str answer, struct str suffix,
    bool *found_out);
/* ERR_CONFIG with a note: password.breach_file cannot be read, or is not
 * sorted where it was looked at.  *bytes_out: its size; 0: none is set. */
MUST_CHECK enum err breach_file_check(struct ctx *c, int64_t *bytes_out);

#endif
