/*
 * The versions of the privacy policy, and who has accepted which.
 */
#ifndef DOMAIN_PRIVACY_H
#define DOMAIN_PRIVACY_H

#include "account.h"
#include "login.h"

/* The present version: of those that have begun, the last.  False: there is
 * none, or privacy.mode is off. */
bool privacy_version(const struct ctx *c, struct str *out);
/* Does nobody go on without it? */
bool privacy_strict(const struct ctx *c);
/* Referer, "API", ...: as it is kept. */
struct str privacy_source(struct str s);

/*
 * Inside a transaction, with the account locked or new: the acceptance, and
 * what the account shows of it.  ERR_PRIVACY_ACCEPTED: it was before.
 */
MUST_CHECK enum err privacy_record(struct ctx *c, struct account *a,
    struct str version, struct str source);
/* What was read is what is accepted: ERR_PRIVACY_NONE, ERR_PRIVACY_VERSION.
 * seen absent: the present version, whichever it is. */
MUST_CHECK enum err privacy_judge(struct ctx *c, struct str seen,
    struct str *version_out);
/* Has the account accepted this version? */
MUST_CHECK enum err privacy_accepted(struct ctx *c, const struct account *a,
    struct str version, bool *out);

/*
 * V1.  ERR_PRIVACY_NONE, ERR_PRIVACY_VERSION, ERR_PRIVACY_ACCEPTED,
 * ERR_NO_PROFILE.  With a limited session the sign-in goes on, and may stop
 * again: the acceptance stands, and the error says what is next; else the
 * token is a full one now.
 */
MUST_CHECK enum err privacy_accept(struct ctx *c, const struct session *s,
    struct str seen, struct str source, struct json **profile_out);
/* V2.  ERR_PRIVACY_NONE, ERR_NO_PROFILE. */
MUST_CHECK enum err privacy_history(struct ctx *c, struct uid uid,
    struct json **out);

/* Step 10 of the gate. */
MUST_CHECK enum err privacy_gate(struct ctx *c, const struct account *a,
    const struct gate *g);

#endif
