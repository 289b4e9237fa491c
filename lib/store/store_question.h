/*
 * Answers to security questions.
 */
#ifndef STORE_STORE_QUESTION_H
#define STORE_STORE_QUESTION_H

#include "base/ctx.h"
#include "base/err.h"

struct store_answer {
	struct str question_id, phc;
};
#define STORE_ANSWERS_MAX	100	/* of one account */
MUST_CHECK enum err store_answers(struct ctx *c, struct uid uid,
    struct store_answer **out, size_t *n_out);
/* Takes the place of an earlier one. */
MUST_CHECK enum err store_answer_put(struct ctx *c, struct uid uid,
    const struct store_answer *a, int64_t now_s);

#endif
