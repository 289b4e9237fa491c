/*
 * [changed_s, secure, breached_s, [kind, position, verified_s,
 * locked_until_s, canonical, given, label], ...]
 */
#include "store_summary.h"

#include "codec/json.h"
#include "store.h"
#include "store_tx.h"

enum { CHANGED_S, SECURE, BREACHED_S, IDENTIFIERS };
enum { KIND, POSITION, VERIFIED_S, LOCKED_UNTIL_S, CANONICAL, GIVEN, LABEL,
	MEMBERS };

static struct store_identifier_of
identifier_of(struct uid uid, const struct json *j)
{
	return (struct store_identifier_of){
		.uid = uid, .kind = json_int(json_at(j, KIND)),
		.position = json_int(json_at(j, POSITION)),
		.verified_s = json_int(json_at(j, VERIFIED_S)),
		.locked_until_s = json_int(json_at(j, LOCKED_UNTIL_S)),
		.canonical = json_string(json_at(j, CANONICAL)),
		.given = json_string(json_at(j, GIVEN)),
		.label = json_string(json_at(j, LABEL))
	};
}

bool
store_summary_read(struct ctx *c, struct str summary,
    struct store_account *account, struct store_identifier_of **list_out,
    size_t *n_out)
{
	struct store_identifier_of *list;
	enum json_fault fault;
	struct json *j;
	size_t n, i;

	if (!str_present(summary))
		return false;
	j = json_parse(c->arena, summary, &fault);
	n = json_type(j) == JSON_ARRAY ? json_length(j) : 0;
	if (n < IDENTIFIERS || n - IDENTIFIERS > STORE_IDENTIFIERS_MAX)
		return false;
	list = ARENA_ARRAY(c->arena, struct store_identifier_of,
	    n - IDENTIFIERS);
	for (i = IDENTIFIERS; i < n; i++) {
		if (json_length(json_at(j, i)) != MEMBERS)
			return false;
		list[i - IDENTIFIERS] = identifier_of(account->uid,
		    json_at(j, i));
	}
	account->password_changed_s = json_int(json_at(j, CHANGED_S));
	account->secure = json_int(json_at(j, SECURE));
	account->breached_s = json_int(json_at(j, BREACHED_S));
	*list_out = list;
	*n_out = n - IDENTIFIERS;
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
	struct store_account account;
	struct store_identifier_of *list;
	size_t n;
};

static struct str
summary_of(struct ctx *c, const struct making *m)
{
	struct json *j = json_new_array(c->arena);
	size_t i;

	json_append_int(j, m->account.password_changed_s);
	json_append_int(j, m->account.secure);
	json_append_int(j, m->account.breached_s);
	for (i = 0; i < m->n; i++)
		json_append(j, identifier_json(c, &m->list[i]));
	return json_text(c->arena, j, false);
}

static enum err
read_rows(struct ctx *c, struct making *m)
{
	enum err e;

	e = store_account_by_uid(c, m->uid, &m->account);
	return e != ERR_OK ? e : store_account_identifiers(c, m->uid,
	    &m->list, &m->n);
}

/* Whoever changes those rows sets the account's to NULL within the same
 * transaction: with the account locked, what is read is the newest, or NULL
 * comes after what is written here. */
static enum err
make_tx(struct ctx *c, void *arg)
{
	struct making *m = arg;
	enum err e;

	e = store_account_lock(c, m->uid);
	if (e == ERR_OK)
		e = read_rows(c, m);
	return e != ERR_OK ? e : db_exec(c, STMT_ACCOUNT_SET_SUMMARY,
	    ARGS(db_text(summary_of(c, m)), db_uid(m->uid)), NULL);
}

enum err
store_summary_make(struct ctx *c, struct uid uid,
    struct store_account *account_out, struct store_identifier_of **list_out,
    size_t *n_out)
{
	struct making m = { .uid = uid };
	enum err e;

	e = store_tx(c, make_tx, &m, store_tx_repeatable);
	if (e != ERR_OK && e != ERR_NOT_FOUND) {
		c->err = (struct err_detail){ .code = ERR_OK };
		e = read_rows(c, &m);
	}
	if (e != ERR_OK)
		return e;
	*account_out = m.account;
	*list_out = m.list;
	*n_out = m.n;
	return ERR_OK;
}
