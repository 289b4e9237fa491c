#include "store_question.h"

#include "store.h"

enum err
store_answers(struct ctx *c, struct uid uid, struct store_answer **out,
    size_t *n_out)
{
	static const struct db_column columns[] = {
		COLUMN(struct store_answer, question_id),
		COLUMN(struct store_answer, phc)
	};

	return db_all(c, STMT_ANSWERS, ARGS(db_uid(uid)), columns,
	    sizeof(**out), STORE_ANSWERS_MAX, out, n_out);
}

enum err
store_answer_put(struct ctx *c, struct uid uid,
    const struct store_answer *a, int64_t now_s)
{
	return db_exec(c, STMT_ANSWER_PUT, ARGS(db_uid(uid),
	    db_text(a->question_id), db_text(a->phc), db_int(now_s)), NULL);
}
