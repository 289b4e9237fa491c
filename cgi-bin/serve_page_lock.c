/*
 * What a lock asks for (login.lock) at the forms that take a secret: answers
 * to security questions, or a CAPTCHA.
 */
#include "serve_page.h"

#include "captcha.h"
#include "domain/question.h"
#include "page.h"

struct attempt_key
page_key(struct http *h, const struct in_page *in)
{
	return (struct attempt_key){ .answers = page_answers(h),
		.captcha = &in->captcha };
}

static bool
is_answer_error(const struct http *h, enum err e)
{
	return e == ERR_LOCKED_QUESTION || e == ERR_ANSWER_REFUSED ||
	    e == ERR_ANSWER_WRONG || e == ERR_QUESTION_UNKNOWN ||
	    page_is_rule_error(h, e, "securityquestionanswer");
}

/* The questions; none where nobody is named. */
static size_t
find(struct http *h, const struct str *name, const struct question ***out)
{
	struct err_detail why = h->ctx->err;
	size_t n = 0;
	enum err e;

	e = name == NULL ?
	    question_list_own(h->ctx, h->session.uid, out, &n) :
	    question_list(h->ctx, page_identifier_kind(h, *name), *name, out,
	    &n);
	h->ctx->err = why;
	return e == ERR_OK ? n : 0;
}

/* Once answers came along they are asked for again: one lock takes several
 * tries, and an answer is good for one of them. */
static bool
set_questions(struct http *h, struct values *v, const struct str *name,
    enum err *e)
{
	bool wrong = is_answer_error(h, *e);
	bool asks = wrong || (*e != ERR_OK && page_answers(h) != NULL);
	const struct question **list;
	size_t n = asks ? find(h, name, &list) : 0, i;

	values_list(v, "questions");
	for (i = 0; i < n; i++)
		page_question(v, list[i], true);
	/* Who has none can but wait. */
	if (*e == ERR_LOCKED_QUESTION && n == 0)
		*e = ERR_LOGIN_SUSPENDED;
	wrong &= n > 0;
	values_set(v, "answers_error", wrong ?
	    str_of(page_error_text(h, *e)) : STR(""));
	return wrong;
}

bool
page_lock(struct http *h, struct values *v, const char *operation,
    const struct str *name, enum err *e)
{
	bool wrong = set_questions(h, v, name, e);

	return page_captcha(h, v, operation, *e) || wrong;
}
