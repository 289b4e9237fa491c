/*
 * The fields= projection of the API: list = item {"," item}; item = name
 * {"/" name} ["(" list ")"]; "*" is all of a level.
 */
#include "json.h"

#include "base/arena.h"
#include "base/limits.h"

#define ITEMS_MAX	256	/* names in one expression */

struct pick {
	struct pick *next, *inner;
	struct str name;
	bool all;		/* the value as it is */
};

struct reader {
	struct arena *arena;
	struct str rest;
	unsigned depth, items;
};

static bool read_list(struct reader *r, struct pick *into);

static void
skip_blanks(struct reader *r)
{
	while (r->rest.len > 0 && r->rest.p[0] == ' ')
		r->rest = str_sub(r->rest, 1, SIZE_MAX);
}

static bool
take(struct reader *r, char ch)
{
	skip_blanks(r);
	if (r->rest.len == 0 || r->rest.p[0] != ch)
		return false;
	r->rest = str_sub(r->rest, 1, SIZE_MAX);
	return true;
}

/* The pick of this name among the inner ones, made if it is new. */
static struct pick *
inner_pick(struct reader *r, struct pick *of, struct str name)
{
	struct pick **at;

	for (at = &of->inner; *at != NULL; at = &(*at)->next)
		if (str_ieq((*at)->name, name))
			return *at;
	*at = ARENA_NEW(r->arena, struct pick);
	(*at)->name = name;
	return *at;
}

static bool
read_name(struct reader *r, struct str *out)
{
	size_t n;

	skip_blanks(r);
	for (n = 0; n < r->rest.len; n++)
		if (strchr(",/()", r->rest.p[n]) != NULL)
			break;
	*out = str_trim(str_sub(r->rest, 0, n));
	r->rest = str_sub(r->rest, n, SIZE_MAX);
	return out->len > 0 && ++r->items <= ITEMS_MAX;
}

/* Selectors may begin at the root of an answer, with its wrapper's name. */
static bool
is_wrapper(const struct reader *r, struct str name, unsigned step)
{
	return r->depth == 1 && step == 0 &&
	    (str_ieq(name, STR("Profile")) || str_ieq(name, STR("Data")));
}

static bool
read_item(struct reader *r, struct pick *into)
{
	struct str name;
	unsigned step = 0;
	bool star;

	do {
		if (!read_name(r, &name) || step == LIMIT_JSON_DEPTH)
			return false;
		star = str_eq(name, STR("*"));
		if (!star && !is_wrapper(r, name, step))
			into = inner_pick(r, into, name);
		step++;
	} while (!star && take(r, '/'));
	if (!star && take(r, '('))
		return read_list(r, into) && take(r, ')');
	into->all = true;
	return true;
}

static bool
read_list(struct reader *r, struct pick *into)
{
	bool ok;

	if (r->depth == LIMIT_JSON_DEPTH)
		return false;
	r->depth++;
	do
		ok = read_item(r, into);
	while (ok && take(r, ','));
	r->depth--;
	return ok;
}

static const struct pick *
find_pick(const struct pick *of, struct str name)
{
	const struct pick *p;

	for (p = of->inner; p != NULL; p = p->next)
		if (str_ieq(p->name, name))
			return p;
	return NULL;
}

struct copy {
	struct arena *arena;
	const struct pick *pick;
	struct json *to;
};

static struct json *project(struct arena *a, struct json *j,
    const struct pick *pick);

static bool
copy_member(void *arg, struct str name, struct json *value)
{
	struct copy *c = arg;
	const struct pick *inner;

	inner = find_pick(c->pick, name);
	if (inner != NULL)
		value = project(c->arena, value, inner);
	if (inner != NULL && value != NULL)
		json_set(c->to, name.p, value);
	return true;
}

/* NULL when the pick names members of what has none. */
static struct json *
project(struct arena *a, struct json *j, const struct pick *pick)
{
	struct copy c = { a, pick, NULL };
	struct json *inner;
	size_t i;

	if (pick->all || json_type(j) == JSON_NULL)
		return j;
	if (json_type(j) == JSON_OBJECT) {
		c.to = json_new_object(a);
		json_each(j, copy_member, &c);
	} else if (json_type(j) == JSON_ARRAY) {
		c.to = json_new_array(a);
		for (i = 0; i < json_length(j); i++) {
			inner = project(a, json_at(j, i), pick);
			if (inner != NULL)
				json_append(c.to, inner);
		}
	}
	return c.to;
}

struct json *
json_project(struct arena *a, const struct json *j, struct str fields,
    bool *ok_out)
{
	struct json *all = (struct json *)(uintptr_t)j;
	struct reader r = { .arena = a, .rest = str_trim(fields) };
	struct pick root = { .next = NULL };

	*ok_out = true;
	if (r.rest.len == 0)
		return all;
	*ok_out = read_list(&r, &root) && r.rest.len == 0;
	if (!*ok_out)
		return NULL;
	return project(a, all, &root);
}
