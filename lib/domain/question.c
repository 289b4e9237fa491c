#include "question.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "limit.h"
#include "phone.h"
#include "store/store_question.h"
#include "store/store_tx.h"
#include "ticket.h"

#define PEPPER		"answer"
#define FIELD		"securityquestionanswer"
#define ANSWER_CHARS	256
#define HOUR_S		3600
#define DAY_S		86400

static const struct uid nobody;

static enum err
judge_on(struct ctx *c)
{
	return c->config->questions_enabled ? ERR_OK : err_set(c,
	    ERR_QUESTIONS_OFF, NULL, "off");
}

/* Asking */

static enum err
read_email(struct ctx *c, struct str s, struct identifier *out)
{
	const struct config *cfg = c->config;
	enum err e;

	if (!cfg->login_email)
		return err_set(c, cfg->login_username ?
		    ERR_QUESTIONS_BY_USERNAME : ERR_EMAIL_LOGIN_OFF, NULL,
		    "off");
	e = identifier_email(c->arena, s, cfg->login_fold_local_part, out);
	return e != ERR_OK ? err_set(c, e, "email", "malformed") : e;
}

enum err
question_identifier(struct ctx *c, enum identifier_kind kind, struct str s,
    struct identifier *out)
{
	enum err e;

	if (kind == IDENTIFIER_EMAIL)
		return read_email(c, s, out);
	if (kind == IDENTIFIER_PHONE)
		return phone_read(c, s, out);
	if (!c->config->login_username)
		return err_set(c, ERR_USERNAME_OFF, NULL, "off");
	e = identifier_username(c->arena, s, out);
	return e != ERR_OK ? err_set(c, e, "username", "malformed") : e;
}

static bool
has_answered(const struct store_answer *list, size_t n, struct str id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(list[i].question_id, id))
			return true;
	return false;
}

/* In the order of the settings. */
static void
pick_answered(struct ctx *c, const struct store_answer *list, size_t n,
    const struct question ***out, size_t *n_out)
{
	const struct questions *q = &c->config->questions;
	size_t i;

	*out = ARENA_ARRAY(c->arena, const struct question *, q->n);
	*n_out = 0;
	for (i = 0; i < q->n; i++)
		if (has_answered(list, n, q->items[i].id))
			(*out)[(*n_out)++] = &q->items[i];
}

struct rank { unsigned char mac[32]; };

/* How many come before it? */
static size_t
place_of(const struct rank *ranks, size_t n, size_t i)
{
	const unsigned char *mine = ranks[i].mac;
	size_t k, before = 0;

	for (k = 0; k < n; k++)
		before += memcmp(ranks[k].mac, mine, 32) < 0; /* not secret */
	return before;
}

/* The same for one name at all times, as a person's would be (S-020). */
static void
pick_decoys(struct ctx *c, struct str canonical,
    const struct question ***out, size_t *n_out)
{
	const struct questions *q = &c->config->questions;
	struct rank *ranks = ARENA_ARRAY(c->arena, struct rank, q->n);
	size_t i;

	for (i = 0; i < q->n; i++)
		MAC_LASTING(c->keys, KEY_DECOY, ranks[i].mac,
		    STR("questions"), canonical, q->items[i].id);
	*out = ARENA_ARRAY(c->arena, const struct question *, q->n);
	*n_out = 0;
	for (i = 0; i < q->n; i++)
		if ((int64_t)place_of(ranks, q->n, i) <
		    c->config->questions_count)
			(*out)[(*n_out)++] = &q->items[i];
}

/* What the documented API would say. */
static enum err
reveal(struct ctx *c, enum err found, const struct account *a, size_t n)
{
	if (!c->config->compat_reveal_account_existence)
		return ERR_OK;
	if (found == ERR_NOT_FOUND)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown");
	if (a->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	return n > 0 ? ERR_OK : err_set(c, ERR_QUESTIONS_NONE, NULL, "none");
}

enum err
question_list(struct ctx *c, enum identifier_kind kind, struct str name,
    const struct question ***out, size_t *n_out)
{
	struct account a = { .uid = nobody };
	struct store_answer *list;
	struct identifier id;
	size_t n = 0;
	enum err e, found;

	e = judge_on(c);
	if (e == ERR_OK)
		e = question_identifier(c, kind, name, &id);
	if (e == ERR_OK)
		e = limit_meter(c, "questions", c->client.network,
		    c->config->availability_per_hour, HOUR_S);
	if (e != ERR_OK)
		return e;
	found = account_find(c, &id, &a);
	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	e = store_answers(c, a.uid, &list, &n);
	if (e == ERR_OK)
		e = reveal(c, found, &a, n);
	if (e != ERR_OK)
		return e;
	pick_answered(c, list, n, out, n_out);
	if (*n_out == 0)
		pick_decoys(c, id.canonical, out, n_out);
	return ERR_OK;
}

enum err
question_list_own(struct ctx *c, struct uid uid,
    const struct question ***out, size_t *n_out)
{
	struct store_answer *list;
	size_t n = 0;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = store_answers(c, uid, &list, &n);
	if (e == ERR_OK)
		pick_answered(c, list, n, out, n_out);
	return e;
}

/* Reading answers */

struct given {
	struct str id, text;		/* text: as it is compared */
};
struct reading {
	struct ctx *c;
	struct given *items;
	size_t n;
	enum err e;
};

static enum err
invalid(struct ctx *c, const char *message)
{
	err_add_field(c, FIELD, message);
	return err_set(c, ERR_VALIDATION, FIELD, "%s", message);
}

/* The same when it is saved and when it is compared (S-049). */
static enum err
read_answer(struct ctx *c, struct str typed, struct str *out)
{
	struct str s = str_trim(text_fold(c->arena, typed));

	if (s.len == 0)
		return invalid(c, "an answer is empty");
	if (utf8_length(s) > ANSWER_CHARS || utf8_has_control(s))
		return invalid(c, "an answer is too long, or holds control "
		    "characters");
	*out = s;
	return ERR_OK;
}

static bool
read_one(void *arg, struct str name, struct json *value)
{
	struct reading *r = arg;
	struct given *g = &r->items[r->n];

	if (json_type(value) != JSON_STRING)
		r->e = err_set(r->c, ERR_BODY_SHAPE, FIELD,
		    "an answer is no text");
	else if (questions_find(&r->c->config->questions, name) == NULL)
		r->e = err_set(r->c, ERR_QUESTION_UNKNOWN, FIELD,
		    "no such question");
	else
		r->e = read_answer(r->c, json_string(value), &g->text);
	g->id = str_dup(r->c->arena, name);
	r->n++;
	return r->e == ERR_OK;
}

/* A form sends an object as text. */
static enum err
read_answers(struct ctx *c, const struct json *answers, struct reading *r)
{
	enum json_fault fault;

	if (json_type(answers) == JSON_STRING)
		answers = json_parse(c->arena, json_string(answers), &fault);
	if (json_type(answers) != JSON_OBJECT)
		return err_set(c, ERR_BODY_SHAPE, FIELD,
		    "not an object of answers");
	*r = (struct reading){ .c = c, .e = ERR_OK };
	r->items = ARENA_ARRAY(c->arena, struct given,
	    json_length(answers));
	json_each(answers, read_one, r);
	return r->e;
}

/* Answers as a proof */

static const struct given *
find_given(const struct reading *r, struct str id)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (str_eq(r->items[i].id, id))
			return &r->items[i];
	return NULL;
}

/* ERR_OK: right.  ERR_MISMATCH. */
static enum err
compare_one(struct ctx *c, const struct store_answer *stored,
    const struct reading *r)
{
	const struct given *g = find_given(r, stored->question_id);
	enum err e;

	if (g == NULL) {
		e = peppered_dummy(c, STR("none"));
		return e == ERR_OK ? ERR_MISMATCH : e;
	}
	e = peppered_verify(c, PEPPER, stored->phc.p, g->text);
	if (e == ERR_MALFORMED) {
		log_write(c, LOG_ERROR, "answer_hash",
		    "a stored answer cannot be read");
		return ERR_MISMATCH;
	}
	return e;
}

/* All of them are compared whatever the first one was, and as many for who
 * has none. */
static enum err
compare(struct ctx *c, const struct store_answer *list, size_t n,
    const struct reading *r)
{
	size_t i, rounds = (size_t)c->config->questions_count;
	bool right = n > 0;
	enum err e;

	if (rounds < n)
		rounds = n;
	for (i = 0; i < rounds; i++) {
		e = i < n ? compare_one(c, &list[i], r) :
		    peppered_dummy(c, STR("none"));
		if (e == ERR_MISMATCH)
			right = false;
		else if (e != ERR_OK)
			return e;
	}
	return right ? ERR_OK : ERR_MISMATCH;
}

struct proof {
	struct uid uid, counted_for;
	bool closed;
};

static enum err
count_try(struct ctx *c, struct proof *p)
{
	enum err e;

	e = limit_meter(c, "answers", uid_hex(c->arena, p->counted_for),
	    c->config->questions_attempts, DAY_S);
	p->closed = e == ERR_RATE_LIMITED;
	if (p->closed)
		c->err = (struct err_detail){ .code = ERR_OK };
	return p->closed ? ERR_OK : e;
}

static enum err
refused_tx(struct ctx *c, void *arg)
{
	const struct proof *p = arg;
	enum err e;

	e = limit_source_failed(c);
	return e != ERR_OK ? e : audit_add(c, "answers_refused", p->uid,
	    p->closed ? "closed" : "");
}

static enum err
prove(struct ctx *c, struct proof *p, const struct reading *r,
    enum err wrong)
{
	struct store_answer *list;
	size_t n = 0;
	enum err e;

	e = count_try(c, p);
	if (e == ERR_OK)
		e = store_answers(c, p->uid, &list, &n);
	if (e == ERR_OK)
		e = compare(c, list, n, r);
	if (e == ERR_OK && !p->closed)
		return limit_meter_clear(c, "answers",
		    uid_hex(c->arena, p->counted_for));
	if (e != ERR_OK && e != ERR_MISMATCH)
		return e;
	e = store_tx(c, refused_tx, p, NULL);
	return e != ERR_OK ? e : err_set(c, wrong, NULL, p->closed ?
	    "no tries left for today" : "wrong answers");
}

enum err
question_prove(struct ctx *c, const struct identifier *id,
    const struct json *answers, struct account *out)
{
	struct account a = { .uid = nobody };
	struct proof p = { .closed = false };
	struct reading r;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e == ERR_OK)
		e = read_answers(c, answers, &r);
	if (e == ERR_OK)
		e = account_find(c, id, &a);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	p.uid = a.uid;
	p.counted_for = e == ERR_OK ? a.uid :
	    ticket_decoy_uid(c, id->canonical);
	e = prove(c, &p, &r, ERR_ANSWER_REFUSED);
	if (e == ERR_OK)
		*out = a;
	return e;
}

enum err
question_prove_own(struct ctx *c, const struct account *a,
    const struct json *answers)
{
	struct proof p = { .uid = a->uid, .counted_for = a->uid };
	struct reading r;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = read_answers(c, answers, &r);
	return e != ERR_OK ? e : prove(c, &p, &r, ERR_ANSWER_WRONG);
}

/* New answers */

static enum err
judge_set(struct ctx *c, const struct uid *uid, const struct reading *r,
    bool *first_out)
{
	struct store_answer *list;
	size_t n = 0, i;
	enum err e = ERR_OK;

	if (uid != NULL)
		e = store_answers(c, *uid, &list, &n);
	if (e != ERR_OK)
		return e;
	*first_out = n == 0;
	if (n == 0 && (int64_t)r->n != c->config->questions_count)
		return invalid(c, str_printf(c->arena,
		    "%d questions must be answered",
		    (int)c->config->questions_count).p);
	for (i = 0; n > 0 && i < r->n; i++)
		if (!has_answered(list, n, r->items[i].id))
			return err_set(c, ERR_QUESTION_UNKNOWN, FIELD,
			    "not one of the account's questions");
	return ERR_OK;
}

enum err
question_prepare(struct ctx *c, const struct uid *uid,
    const struct json *answers, struct question_answers *out)
{
	struct question_answers q = { .n = 0 };
	struct reading r;
	size_t i;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = read_answers(c, answers, &r);
	if (e == ERR_OK)
		e = judge_set(c, uid, &r, &q.first);
	if (e != ERR_OK)
		return e;
	q.items = ARENA_ARRAY(c->arena, struct question_answer, r.n);
	q.n = r.n;
	for (i = 0; i < r.n && e == ERR_OK; i++) {
		q.items[i].id = r.items[i].id;
		e = peppered_make(c, PEPPER, r.items[i].text,
		    q.items[i].hash);
	}
	if (e == ERR_OK)
		*out = q;
	return e;
}

enum err
question_store(struct ctx *c, struct uid uid,
    const struct question_answers *q)
{
	struct store_answer *list, one;
	size_t n = 0, i;
	enum err e;

	e = store_answers(c, uid, &list, &n);
	if (e == ERR_OK && q->first && n > 0)
		return err_set(c, ERR_QUESTION_UNKNOWN, FIELD,
		    "others were answered meanwhile");
	for (i = 0; i < q->n && e == ERR_OK; i++) {
		one = (struct store_answer){ q->items[i].id,
			str_of(q->items[i].hash) };
		e = store_answer_put(c, uid, &one, c->now_s);
	}
	return e != ERR_OK ? e : audit_add(c, "answers_set", uid, "");
}

enum err
question_tell(struct ctx *c, const struct account *a)
{
	return account_tell(c, a, "answers-changed", STR_NONE);
}

struct own_answers {
	struct uid uid;
	struct question_answers answers;
};

static enum err
set_tx(struct ctx *c, void *arg)
{
	const struct own_answers *s = arg;
	struct account a;
	enum err e;

	e = account_lock(c, s->uid, &a);
	if (e == ERR_OK)
		e = question_store(c, s->uid, &s->answers);
	return e != ERR_OK ? e : question_tell(c, &a);
}

/* A hash has a salt of its own, so that it tells whose answers they are. */
static enum err
set_in_doubt(struct ctx *c, void *arg)
{
	const struct own_answers *s = arg;
	struct store_answer *list;
	struct str ours;
	size_t n = 0, i;
	enum err e;

	e = store_answers(c, s->uid, &list, &n);
	if (e != ERR_OK || s->answers.n == 0)
		return e;
	ours = str_of(s->answers.items[0].hash);
	for (i = 0; i < n; i++)
		if (str_eq(list[i].phc, ours))	/* not secret: both stored */
			return ERR_OK;
	return ERR_NOT_FOUND;
}

enum err
question_judge_fresh(struct ctx *c, int64_t auth_s)
{
	return auth_s + QUESTION_FRESH_S > c->now_s ? ERR_OK : err_set(c,
	    ERR_STEP_UP, NULL, "the sign-in was too long ago");
}

enum err
question_set(struct ctx *c, struct uid uid, int64_t auth_s,
    const struct json *answers)
{
	struct own_answers s = { .uid = uid };
	enum err e;

	e = question_judge_fresh(c, auth_s);
	if (e == ERR_OK)
		e = question_prepare(c, &uid, answers, &s.answers);
	return e != ERR_OK ? e : store_tx(c, set_tx, &s, set_in_doubt);
}
