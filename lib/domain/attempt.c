#include "attempt.h"

#include "audit.h"
#include "base/log.h"
#include "store/store_tx.h"

/* An account has a name of one kind at least. */
struct str
attempt_name(const struct account *a)
{
	if (a->n_emails > 0)
		return a->emails[0].canonical;
	return a->username.p != NULL ? a->username : a->phone;
}

enum err
attempt_begin(struct ctx *c, const struct account *a)
{
	return limit_attempt(c, LIMIT_FOR_LOGIN, attempt_name(a));
}

enum err
attempt_right(struct ctx *c, const struct account *a)
{
	return limit_settle(c, LIMIT_FOR_LOGIN, attempt_name(a), LIMIT_RIGHT);
}

struct wrong {
	const struct account *account;
	const char *event;
};

static enum err
wrong_tx(struct ctx *c, void *arg)
{
	const struct wrong *w = arg;
	enum err e;

	e = limit_settle(c, LIMIT_FOR_LOGIN, attempt_name(w->account),
	    LIMIT_WRONG);
	return e != ERR_OK ? e : audit_add(c, w->event, w->account->uid, "");
}

enum err
attempt_wrong(struct ctx *c, const struct account *a, const char *event,
    enum err e)
{
	struct wrong w = { a, event };
	struct err_detail why = c->err;
	enum err counted;

	counted = store_tx(c, wrong_tx, &w, NULL);
	if (counted != ERR_OK)
		return counted;
	c->err = why;
	return e;
}

enum err
attempt_void(struct ctx *c, const struct account *a, enum err e)
{
	struct err_detail why = c->err;

	if (limit_settle(c, LIMIT_FOR_LOGIN, attempt_name(a), LIMIT_VOID) !=
	    ERR_OK)
		log_write(c, LOG_WARN, "limit",
		    "an attempt stays reserved until its lease ends");
	c->err = why;
	return e;
}

/* Calls fn for each of its names until one fails. */
static enum err
each_name(struct ctx *c, const struct account *a,
    enum err (*fn)(struct ctx *c, struct str name, void *arg), void *arg)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < a->n_emails && e == ERR_OK; i++)
		e = fn(c, a->emails[i].canonical, arg);
	if (e == ERR_OK && a->username.p != NULL)
		e = fn(c, a->username, arg);
	if (e == ERR_OK && a->phone.p != NULL)
		e = fn(c, a->phone, arg);
	return e;
}

static enum err
latest(struct ctx *c, struct str name, void *arg)
{
	int64_t *until_s = arg, one = 0;
	enum err e;

	e = limit_suspended(c, LIMIT_FOR_LOGIN, name, &one);
	if (e == ERR_OK && one > *until_s)
		*until_s = one;
	return e;
}

enum err
attempt_locked(struct ctx *c, const struct account *a, int64_t *until_s_out)
{
	*until_s_out = 0;
	return each_name(c, a, latest, until_s_out);
}

static enum err
clear(struct ctx *c, struct str name, void *arg)
{
	(void)arg;
	return limit_clear(c, LIMIT_FOR_LOGIN, name);
}

enum err
attempt_clear(struct ctx *c, const struct account *a)
{
	return each_name(c, a, clear, NULL);
}
