/*
 * The secrets that a profile's body may set beside its members: the first
 * PIN (PINInfo) and security answers (SecurityQuestionAnswer).
 */
#ifndef DOMAIN_PROFILE_SECRETS_H
#define DOMAIN_PROFILE_SECRETS_H

#include "pin.h"
#include "question.h"

struct profile_secrets {
	char pin[PEPPERED_MAX];		/* empty: none */
	bool skip_pin;
	struct question_answers answers;
};
/*
 * An update: judged and hashed before the transaction.  Errors of
 * question_prepare, ERR_STEP_UP for answers of a session that is not fresh,
 * errors of pin_judge.  A PIN counts only where there is none.
 */
MUST_CHECK enum err profile_secrets_update(struct ctx *c, struct uid uid,
    const struct json *body, int64_t auth_s, struct profile_secrets *out);
/* A registration: where the site demands them, ERR_VALIDATION for missing
 * answers and ERR_PIN_MISSING. */
MUST_CHECK enum err profile_secrets_register(struct ctx *c,
    const struct json *body, struct str document,
    struct profile_secrets *out);
/* Inside a transaction, with the account locked (or new: nobody is told). */
MUST_CHECK enum err profile_secrets_store(struct ctx *c, struct account *a,
    const struct profile_secrets *s, bool is_new);

#endif
