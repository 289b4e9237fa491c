/*
 * Security questions: asking them, setting their answers, and answers as a
 * proof.  Answers are guessable, so tries are few, and who has none looks
 * like who has some.
 */
#ifndef DOMAIN_QUESTION_H
#define DOMAIN_QUESTION_H

#include "account.h"
#include "base/questions.h"
#include "crypto/peppered.h"

/*
 * Q1 to Q3: what to ask whom this names.  Of who is unknown or has none,
 * stable decoys; with compat ERR_USER_UNKNOWN, ERR_ACCOUNT_BLOCKED,
 * ERR_QUESTIONS_NONE.  ERR_QUESTIONS_OFF, ERR_QUESTIONS_BY_USERNAME, errors
 * of the identifier, ERR_RATE_LIMITED.
 */
MUST_CHECK enum err question_list(struct ctx *c, enum identifier_kind kind,
    struct str identifier, const struct question ***out, size_t *n_out);
/* Q4: one's own, none included.  ERR_QUESTIONS_OFF. */
MUST_CHECK enum err question_list_own(struct ctx *c, struct uid uid,
    const struct question ***out, size_t *n_out);

/* The identifier that a call names: errors of its kind's switch and form. */
MUST_CHECK enum err question_identifier(struct ctx *c,
    enum identifier_kind kind, struct str s, struct identifier *out);
/*
 * Are these all the answers of the account?  Counted before anything is
 * compared: after questions.attempts wrong tries the way by answers is closed
 * for a day.  ERR_ANSWER_REFUSED for unknown accounts, those without answers,
 * wrong ones and a closed way alike, at one cost; ERR_QUESTIONS_OFF,
 * ERR_QUESTION_UNKNOWN (nobody's), ERR_BODY_SHAPE, ERR_RATE_LIMITED.
 */
MUST_CHECK enum err question_prove(struct ctx *c,
    const struct identifier *id, const struct json *answers,
    struct account *out);
/* The same by who is signed in: ERR_ANSWER_WRONG for wrong ones. */
MUST_CHECK enum err question_prove_own(struct ctx *c,
    const struct account *a, const struct json *answers);

/* New answers, hashed. */
struct question_answer {
	struct str id;
	char hash[PEPPERED_MAX];
};
struct question_answers {
	struct question_answer *items;
	size_t n;
	bool first;		/* there were none before */
};
/*
 * Judge and hash: of an account without answers questions.count of them, else
 * of questions that it has answered.  uid NULL: of a new account.
 * ERR_QUESTIONS_OFF, ERR_QUESTION_UNKNOWN, ERR_VALIDATION (field
 * "securityquestionanswer"), ERR_BODY_SHAPE.
 */
MUST_CHECK enum err question_prepare(struct ctx *c, const struct uid *uid,
    const struct json *answers, struct question_answers *out);
/* Inside a transaction, with the account locked. */
MUST_CHECK enum err question_store(struct ctx *c, struct uid uid,
    const struct question_answers *q);
/*
 * Q5 from the account's page: ERR_STEP_UP unless auth_s is of the last
 * QUESTION_FRESH_S.
 */
#define QUESTION_FRESH_S	600
MUST_CHECK enum err question_set(struct ctx *c, struct uid uid,
    int64_t auth_s, const struct json *answers);
MUST_CHECK enum err question_judge_fresh(struct ctx *c, int64_t auth_s);
/* Inside a transaction: the owner is told. */
MUST_CHECK enum err question_tell(struct ctx *c, const struct account *a);

#endif
