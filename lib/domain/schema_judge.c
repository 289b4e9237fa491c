/*
 * Documents judged by the registration schema, and forms made of it read.
 */
#include "schema.h"

#include "codec/text.h"
#include "profile_internal.h"

static bool
complain(struct ctx *c, const struct schema_field *f, const char *message)
{
	err_add_field(c, f->path, message);
	return false;
}

/* Values as texts */

/* Absent: there is nothing. */
static struct str
text_of(struct ctx *c, const struct json *v)
{
	switch (json_type(v)) {
	case JSON_STRING:
		return json_string(v);
	case JSON_BOOL:
		return json_bool(v) ? STR("true") : STR("false");
	case JSON_INT:
		return str_printf(c->arena, "%lld", (long long)json_int(v));
	case JSON_OBJECT:	/* a country */
		return json_string(json_get(v, "Name"));
	default:
		return STR_NONE;
	}
}

static const struct json *
top_value(const struct schema_field *f, const struct json *document)
{
	switch (f->place) {
	case SCHEMA_MEMBER:
	case SCHEMA_INNER:
		return json_get(document, f->of->name);
	case SCHEMA_CUSTOM:
		return json_get(json_get(document, "CustomFields"), f->name);
	default:
		return NULL;
	}
}

static bool
is_same(struct ctx *c, const struct schema_field *f,
    const struct json *before, const struct json *after)
{
	const struct json *was = top_value(f, before);
	const struct json *is = top_value(f, after);

	if (json_type(was) == JSON_NULL || json_type(is) == JSON_NULL)
		return json_type(was) == json_type(is);
	return str_eq(json_text(c->arena, was, false),
	    json_text(c->arena, is, false));
}

/* Judging */

static bool
is_option(const struct schema_field *f, struct str text)
{
	size_t i;

	for (i = 0; i < f->n_options; i++)
		if (str_ieq(f->option[i].value, text))
			return true;
	return false;
}

static bool
by_rules(struct ctx *c, const struct schema_field *f, struct str text)
{
	const char *out[RULES_MAX + 3];
	size_t i, n;

	n = rules_judge(c->arena, &f->rules, text, out);
	for (i = 0; i < n; i++)
		complain(c, f, out[i]);
	return n == 0;
}

/* The member's own judge knows the words for it. */
static bool
is_own_choice(const struct schema_field *f)
{
	return f->of != NULL && f->of->shape == SHAPE_GENDER &&
	    f->inner == NULL;
}

static bool
judge_text(struct ctx *c, const struct schema_field *f, struct str text)
{
	bool ticked = f->type != SCHEMA_CHECK || str_ieq(text, STR("true"));

	if (!str_present(text) || !ticked)
		return !f->rules.required ? true : complain(c, f, ticked ?
		    "This is required." : "This must be ticked.");
	if (f->n_options > 0 && !is_own_choice(f) && !is_option(f, text))
		return complain(c, f, "Choose one of the list.");
	return by_rules(c, f, text);
}

static bool
judge_elements(struct ctx *c, const struct schema_field *f,
    const struct json *v)
{
	struct str text;
	bool fine = true, any = false;
	size_t i;

	for (i = 0; i < json_length(v); i++) {
		text = text_of(c, json_get(json_at(v, i), f->inner->name));
		any |= str_present(text);
		fine &= !str_present(text) || judge_text(c, f, text);
	}
	return any ? fine : judge_text(c, f, STR_NONE);
}

/* An array or an object has no text of its own; that it is there is all that
 * can be asked of it. */
static bool
judge_presence(struct ctx *c, const struct schema_field *f,
    const struct json *v)
{
	return !f->rules.required || json_length(v) > 0 ? true :
	    complain(c, f, "This is required.");
}

static bool
is_plain(const struct member *m)
{
	return m->of == NULL ? m->shape != SHAPE_TEXTS &&
	    m->shape != SHAPE_URLS && m->shape != SHAPE_CUSTOM :
	    m->shape == SHAPE_COUNTRY;
}

static bool
judge_field(struct ctx *c, const struct schema_field *f,
    const struct json *document)
{
	const struct json *v = top_value(f, document);

	if (f->place == SCHEMA_INNER)
		return json_type(v) == JSON_ARRAY ? judge_elements(c, f, v) :
		    judge_text(c, f, text_of(c, json_get(v, f->name)));
	if (f->place == SCHEMA_MEMBER && !is_plain(f->of))
		return judge_presence(c, f, v);
	return judge_text(c, f, text_of(c, v));
}

static bool
matches_other(struct ctx *c, const struct schema_field *f,
    const struct json *document)
{
	const struct schema *s = schema_of(c);
	const struct schema_field *g;
	struct str text = text_of(c, top_value(f, document));
	size_t i;

	for (i = 0; f->rules.matches.p != NULL && i < s->n; i++) {
		g = &s->field[i];
		if (str_ieq(f->rules.matches, str_of(g->input)) &&
		    !str_eq(text, text_of(c, top_value(g, document))))
			return complain(c, f, str_printf(c->arena,
			    "This is not the same as %.*s.",
			    STR_FMT(g->label)).p);
	}
	return true;
}

static bool
is_of_document(const struct schema_field *f)
{
	return f->place == SCHEMA_MEMBER || f->place == SCHEMA_INNER ||
	    f->place == SCHEMA_CUSTOM;
}

bool
schema_judge(struct ctx *c, const struct json *before,
    const struct json *after)
{
	const struct schema *s = schema_of(c);
	const struct schema_field *f;
	bool fine = true;
	size_t i;

	for (i = 0; i < s->n; i++) {
		f = &s->field[i];
		if (!is_of_document(f) ||
		    (before != NULL && is_same(c, f, before, after)))
			continue;
		fine &= judge_field(c, f, after) &&
		    matches_other(c, f, after);
	}
	return fine;
}

bool
schema_judge_text(struct ctx *c, enum schema_place place, struct str text)
{
	const struct schema_field *f = schema_at(c, place);

	return f == NULL || !str_present(text) || by_rules(c, f, text);
}

bool
schema_is_filled(struct ctx *c, const struct json *document)
{
	const struct schema *s = schema_of(c);
	struct err_field *told = c->err.fields;
	bool filled = true;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (is_of_document(&s->field[i]) &&
		    s->field[i].rules.required)
			filled &= judge_field(c, &s->field[i], document);
	c->err.fields = told;
	return filled;
}

/* Forms */

/* Of an array: the element of type Default, else the first. */
static const struct json *
element_of(const struct json *v)
{
	size_t i;

	for (i = 0; i < json_length(v); i++)
		if (str_ieq(json_string(json_get(json_at(v, i), "Type")),
		    STR("Default")))
			return json_at(v, i);
	return json_at(v, 0);
}

static const struct json *
holder_of(const struct schema_field *f, const struct json *profile)
{
	const struct json *v = json_get(profile, f->of->name);

	return json_type(v) == JSON_ARRAY ? element_of(v) : v;
}

static bool
is_birth_date(const struct schema_field *f)
{
	return f->inner == NULL && f->of != NULL &&
	    f->of->shape == SHAPE_BIRTH_DATE;
}

/* A date's parts moved: "12-31-1990" and "1990-12-31". */
static struct str
turned(struct ctx *c, struct str s, size_t first, size_t second)
{
	if (s.len != 10 || s.p[first - 1] != '-')
		return s;
	return str_printf(c->arena, "%.*s-%.*s",
	    STR_FMT(str_sub(s, first, 10 - first)),
	    STR_FMT(str_sub(s, 0, second)));
}

struct str
schema_value(struct ctx *c, const struct schema_field *f,
    const struct json *profile)
{
	const struct json *v = top_value(f, profile);
	struct str text;

	if (f->place == SCHEMA_INNER)
		v = json_get(holder_of(f, profile), f->name);
	text = text_of(c, v);
	if (text.p == NULL)
		return STR("");
	return is_birth_date(f) ? turned(c, text, 6, 5) : text;
}

static struct json *
number_of(struct ctx *c, struct str text)
{
	struct json *holder = json_new_object(c->arena);
	int64_t n;

	if (!str_to_int(text, 0, INT32_MAX, &n))
		return json_new_string(c->arena, text);
	json_set_int(holder, "", n);
	return json_get(holder, "");
}

static struct json *
truth_of(struct ctx *c, const struct schema_field *f, bool ticked)
{
	struct json *holder = json_new_object(c->arena);

	if (f->place == SCHEMA_CUSTOM)
		return json_new_string(c->arena, ticked ? STR("true") :
		    STR("false"));
	json_set_bool(holder, "", ticked);
	return json_get(holder, "");
}

static struct json *
country_of(struct ctx *c, struct str text)
{
	struct json *country = json_new_object(c->arena);

	json_set_str(country, "Name", text);
	return country;
}

/* NULL: nothing, which is null in an update. */
static struct json *
value_of(struct ctx *c, const struct schema_field *f, const struct json *form)
{
	const struct member *m = f->inner != NULL ? f->inner : f->of;
	struct str text = json_string(json_get_fold(form, f->input));

	if (f->type == SCHEMA_CHECK)
		return truth_of(c, f, str_present(text));
	if (!str_present(text))
		return m == NULL || f->inner != NULL ||
		    (m->flags & NULLABLE) != 0 ||
		    m->shape == SHAPE_INT || m->shape == SHAPE_COUNTRY ?
		    NULL : json_new_string(c->arena, STR(""));
	if (m != NULL && m->shape == SHAPE_INT)
		return number_of(c, text);
	if (m != NULL && m->shape == SHAPE_COUNTRY)
		return country_of(c, text);
	return json_new_string(c->arena, is_birth_date(f) ?
	    turned(c, text, 5, 4) : text);
}

/* The holder in the body, begun as a copy of what is stored.  A form can have
 * a text of that name, which is nothing.  An array that is replaced whole
 * keeps its other elements. */
static struct json *
holder_in(struct ctx *c, const struct schema_field *f, struct json *body,
    const struct json *profile)
{
	struct json *holder = json_get(body, f->of->name), *list;
	const struct json *stored = holder_of(f, profile);
	const struct json *all = json_get(profile, f->of->name);
	size_t i;

	if (json_type(holder) == JSON_ARRAY)
		return json_at(holder, 0);
	if (json_type(holder) == JSON_OBJECT)
		return holder;
	holder = json_type(stored) == JSON_OBJECT ?
	    json_copy(c->arena, stored) : json_new_object(c->arena);
	if (f->of->shape != SHAPE_ITEMS) {
		json_set(body, f->of->name, holder);
		return holder;
	}
	list = json_new_array(c->arena);
	json_append(list, holder);
	for (i = 0; f->of->merge == NULL && i < json_length(all); i++)
		if (json_at(all, i) != stored)
			json_append(list, json_copy(c->arena,
			    json_at(all, i)));
	json_set(body, f->of->name, list);
	return holder;
}

static struct json *
custom_in(struct ctx *c, struct json *body)
{
	struct json *custom = json_get(body, "CustomFields");

	if (json_type(custom) == JSON_OBJECT)
		return custom;
	custom = json_new_object(c->arena);
	json_set(body, "CustomFields", custom);
	return custom;
}

static void
put(struct ctx *c, const struct schema_field *f, struct json *body,
    const struct json *form, const struct json *profile)
{
	struct json *v = value_of(c, f, form), *holder = body;

	if (f->place == SCHEMA_CUSTOM)
		holder = custom_in(c, body);
	else if (f->place == SCHEMA_INNER)
		holder = holder_in(c, f, body, profile);
	json_remove(body, f->input);
	if (v != NULL)
		json_set(holder, f->name, v);
	else if (profile != NULL)
		json_set_null(holder, f->name);
	else
		json_remove(holder, f->name);
}

struct json *
schema_body(struct ctx *c, const struct json *form,
    const struct json *profile)
{
	const struct schema *s = schema_of(c);
	struct json *body = profile == NULL &&
	    json_type(form) == JSON_OBJECT ? json_copy(c->arena, form) :
	    json_new_object(c->arena);
	const struct schema_field *f;
	size_t i;

	for (i = 0; i < s->n; i++) {
		f = &s->field[i];
		if (is_of_document(f) && f->type != SCHEMA_HIDDEN &&
		    (profile == NULL ? f->at_signup : f->writable))
			put(c, f, body, form, profile);
	}
	return body;
}
