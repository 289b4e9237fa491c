#include "attempt.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "question.h"
#include "store/store_tx.h"

/* An account has a name of one kind at least. */
struct str
attempt_name(const struct account *a)
{
	if (a->n_emails > 0)
		return a->emails[0].canonical;
	return a->username.p != NULL ? a->username : a->phone;
}

static const char *
operation_of(const struct attempt_key *key)
{
	return key->operation != NULL ? key->operation : CAPTCHA_LOGIN;
}

static enum err
prove_person(struct ctx *c, struct attempt_key *key)
{
	enum err e;

	if (key->person)
		return ERR_OK;
	e = captcha_check(c, operation_of(key), key->captcha);
	key->person = e == ERR_OK;
	return e;
}

enum err
attempt_demand(struct ctx *c, struct attempt_key *key)
{
	if (!captcha_demanded(c, operation_of(key)))
		return ERR_OK;
	return captcha_given(c, key->captcha) ? prove_person(c, key) :
	    err_set(c, ERR_CAPTCHA, NULL, "no answer");
}

enum err
attempt_open(struct ctx *c, const struct identifier *id,
    const struct account *own, struct attempt_key *key, enum err locked)
{
	struct account owner;
	enum err e = locked;

	if (locked == ERR_LOCKED_QUESTION && key->answers != NULL)
		e = own != NULL ? question_prove_own(c, own, key->answers) :
		    question_prove(c, id, key->answers, &owner);
	if (locked == ERR_LOCKED_CAPTCHA &&
	    (key->person || captcha_given(c, key->captcha)))
		e = prove_person(c, key);
	key->opened = e == ERR_OK;
	return e;
}

enum err
attempt_begin(struct ctx *c, const struct account *a,
    struct attempt_key *key)
{
	enum err e;

	key->opened = false;
	e = limit_attempt(c, LIMIT_FOR_LOGIN, attempt_name(a));
	return e != ERR_OK ? attempt_open(c, NULL, a, key, e) : e;
}

enum err
attempt_right(struct ctx *c, const struct account *a,
    const struct attempt_key *key)
{
	return key->opened ?
	    limit_clear(c, LIMIT_FOR_LOGIN, attempt_name(a)) :
	    limit_settle(c, LIMIT_FOR_LOGIN, attempt_name(a), LIMIT_RIGHT);
}

enum err
attempt_blocks(struct ctx *c, const char *counted_for, struct str name,
    bool *blocks_out)
{
	int64_t until_s = 0;
	enum err e;

	*blocks_out = false;
	if (!str_eq(c->config->login_lock, STR("block")))
		return ERR_OK;
	e = limit_suspended(c, counted_for, name, &until_s);
	*blocks_out = e == ERR_OK && until_s > 0;
	return e;
}

enum err
attempt_failed(struct ctx *c, const struct account *a)
{
	struct str name = attempt_name(a);
	bool blocks = false;
	enum err e;

	e = limit_settle(c, LIMIT_FOR_LOGIN, name, LIMIT_WRONG);
	if (e == ERR_OK)
		e = attempt_blocks(c, LIMIT_FOR_LOGIN, name, &blocks);
	return e == ERR_OK && blocks ? account_block(c, a->uid) : e;
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

	e = attempt_failed(c, w->account);
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
attempt_void(struct ctx *c, const struct account *a,
    const struct attempt_key *key, enum err e)
{
	struct err_detail why = c->err;

	if (key->opened)
		return e;
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
