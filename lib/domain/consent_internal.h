/*
 * Between the files that work on consents.
 */
#ifndef DOMAIN_CONSENT_INTERNAL_H
#define DOMAIN_CONSENT_INTERNAL_H

#include "consent.h"

/* The account's consents, as the profile shows them: an object of its own. */
struct json *consent_profile(struct ctx *c, const struct account *a);
/* The version of the event's form that the account submitted; 0: none. */
int64_t consent_submitted(const struct json *profile, struct str event,
    bool custom);
bool consent_has(const struct json *profile, struct str id);
/* Every event has its form, every option its answer, once; strict ones yes. */
MUST_CHECK enum err consent_judge(struct ctx *c,
    const struct consent_forms *f, const struct consent_input *in);
bool consent_names(const struct consent_input *in,
    const struct consent_form *form);

#endif
