/*
 * What a site says that a password must look like: password.preset and the
 * rule string password.rules.
 */
#ifndef DOMAIN_PASSWORD_RULES_H
#define DOMAIN_PASSWORD_RULES_H

#include "base/ctx.h"
#include "base/err.h"
#include "codec/rules.h"

/* However low a rule would put the greatest length, this many always fit. */
#define PASSWORD_FITS	64

/*
 * The settings as they are to be read: a preset asks for at least so much,
 * and whatever else is set may ask for more.
 */
struct password_policy {
	struct rules rules;
	int64_t history, expires_days;	/* 0: never */
	bool dictionary;
};

/* ERR_CONFIG with a note: a rule that is unknown, or not readable. */
MUST_CHECK enum err password_policy_read(struct ctx *c,
    struct password_policy *out);
/* Its numbers alone: no rule is read, and no pattern made ready, for them. */
int64_t password_policy_history(const struct ctx *c);
int64_t password_policy_expires_days(const struct ctx *c);
/*
 * normal: a normalised password.  Each rule that it fails is added to the
 * error's fields as "password"; false when there is one.
 */
bool password_rules_judge(struct ctx *c, const struct password_policy *p,
    struct str normal);
/* The sentences that tell people of it; out has room for RULES_MAX + 3. */
size_t password_rules_hints(struct ctx *c, const struct password_policy *p,
    const char **out);

#endif
