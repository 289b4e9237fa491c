/*
 * [made_s, changed_s, secure, breached_s, [kind, position, verified_s,
 * locked_until_s, canonical, given, label], ...]
 */
#include "account_summary.h"

#include "base/log.h"
#include "codec/json.h"
#include "store/store_tx.h"

#define GOOD_S		86400

enum { MADE_S, CHANGED_S, SECURE, BREACHED_S, IDENTIFIERS };
enum { KIND, POSITION, VERIFIED_S, LOCKED_UNTIL_S, CANONICAL, GIVEN, LABEL,
	MEMBERS };

static bool
are_of_type(const struct json *list, size_t from, size_t to,
    enum json_type type)
{
	size_t i;

	for (i = from; i < to; i++)
		if (json_type(json_at(list, i)) != type)
			return false;
	return true;
}

static bool
read_identifier(const struct json *j, struct uid uid,
    struct store_identifier_of *out)
{
	if (json_type(j) != JSON_ARRAY || json_length(j) != MEMBERS ||
	    !are_of_type(j, KIND, CANONICAL, JSON_INT) ||
	    !are_of_type(j, CANONICAL, MEMBERS, JSON_STRING))
		return false;
	*out = (struct store_identifier_of){
		.uid = uid, .kind = json_int(json_at(j, KIND)),
		.position = json_int(json_at(j, POSITION)),
		.verified_s = json_int(json_at(j, VERIFIED_S)),
		.locked_until_s = json_int(json_at(j, LOCKED_UNTIL_S)),
		.canonical = json_string(json_at(j, CANONICAL)),
		.given = json_string(json_at(j, GIVEN)),
		.label = json_string(json_at(j, LABEL))
	};
	return true;
}

/* NULL: it is not good. */
static struct json *
parse(struct ctx *c, struct str summary)
{
	enum json_fault fault;
	int64_t made_s;
	struct json *j;

	if (!str_present(summary))
		return NULL;
	j = json_parse(c->arena, summary, &fault);
	if (json_type(j) != JSON_ARRAY || json_length(j) < IDENTIFIERS ||
	    json_length(j) - IDENTIFIERS > STORE_IDENTIFIERS_MAX ||
	    !are_of_type(j, MADE_S, IDENTIFIERS, JSON_INT))
		return NULL;
	made_s = json_int(json_at(j, MADE_S));
	return made_s <= c->now_s && made_s + GOOD_S > c->now_s ? j : NULL;
}

bool
account_summary_read(struct ctx *c, struct store_account *row,
    struct store_identifier_of **list_out, size_t *n_out)
{
	struct json *j = parse(c, row->summary);
	struct store_identifier_of *list;
	size_t n, i;

	if (j == NULL)
		return false;
	n = json_length(j) - IDENTIFIERS;
	list = ARENA_ARRAY(c->arena, struct store_identifier_of, n);
	for (i = 0; i < n; i++)
		if (!read_identifier(json_at(j, IDENTIFIERS + i), row->uid,
		    &list[i]))
			return false;
	row->password_changed_s = json_int(json_at(j, CHANGED_S));
	row->secure = json_int(json_at(j, SECURE));
	row->breached_s = json_int(json_at(j, BREACHED_S));
	*list_out = list;
	*n_out = n;
	return true;
}

static struct json *
identifier_json(struct ctx *c, const struct store_identifier_of *i)
{
	struct json *j = json_new_array(c->arena);

	json_append_int(j, i->kind);
	json_append_int(j, i->position);
	json_append_int(j, i->verified_s);
	json_append_int(j, i->locked_until_s);
	json_append_str(j, i->canonical);
	json_append_str(j, i->given);
	json_append_str(j, i->label);
	return j;
}

struct making {
	struct uid uid;
	struct store_account row;
	struct store_identifier_of *list;
	size_t n;
};

static struct str
summary_of(struct ctx *c, const struct making *m)
{
	struct json *j = json_new_array(c->arena);
	size_t i;

	json_append_int(j, c->now_s);
	json_append_int(j, m->row.password_changed_s);
	json_append_int(j, m->row.secure);
	json_append_int(j, m->row.breached_s);
	for (i = 0; i < m->n; i++)
		json_append(j, identifier_json(c, &m->list[i]));
	return json_text(c->arena, j, false);
}

static enum err
read_rows(struct ctx *c, struct making *m)
{
	enum err e;

	e = store_account_by_uid(c, m->uid, &m->row);
	return e != ERR_OK ? e : store_account_identifiers(c, m->uid,
	    &m->list, &m->n);
}

/* Whoever changes those rows forgets the summary within the same transaction:
 * with the account locked, what is read is the newest, or the forgetting comes
 * behind what is written here. */
static enum err
make_tx(struct ctx *c, void *arg)
{
	struct making *m = arg;
	enum err e;

	e = store_account_lock(c, m->uid);
	if (e == ERR_OK)
		e = read_rows(c, m);
	return e != ERR_OK ? e : store_account_set_summary(c, m->uid,
	    summary_of(c, m));
}

enum err
account_summary_make(struct ctx *c, struct uid uid,
    struct store_account *row_out, struct store_identifier_of **list_out,
    size_t *n_out)
{
	struct making m = { .uid = uid };
	enum err e;

	e = store_tx(c, make_tx, &m, store_tx_repeatable);
	if (e != ERR_OK && e != ERR_NOT_FOUND) {
		log_write(c, LOG_WARN, "summary", "not kept: %s", err_name(e));
		c->err = (struct err_detail){ .code = ERR_OK };
		e = read_rows(c, &m);
	}
	if (e != ERR_OK)
		return e;
	*row_out = m.row;
	*list_out = m.list;
	*n_out = m.n;
	return ERR_OK;
}
