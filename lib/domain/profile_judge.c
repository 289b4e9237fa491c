/*
 * What a user sent, judged against the table and merged into the document.
 * Wrong types end the judging; everything else is collected, so that a form
 * learns of all its faults at once.
 */
#include "profile_internal.h"

#include "base/clock.h"
#include "base/config.h"
#include "codec/identifier.h"
#include "codec/text.h"
#include "country.h"
#include "schema.h"

struct judge {
	struct ctx *c;
	bool null_support, registering;
	enum err format;	/* the first error with a code of its own */
	const char *format_field;
	bool invalid, custom, under_age;
};

/* A value to keep, or NULL: nothing is to be kept. */
static enum err judge_value(struct judge *j, const struct member *m,
    const char *path, const struct json *v, struct json **out);

static void
invalid(struct judge *j, const char *path, const char *message)
{
	j->invalid = true;
	err_add_field(j->c, path, message);
}

static void
format_error(struct judge *j, enum err e, const char *path)
{
	if (j->format == ERR_OK) {
		j->format = e;
		j->format_field = path;
	}
}

static enum err
wrong_type(struct judge *j, const char *path)
{
	return err_set(j->c, ERR_BODY_SHAPE, path, "%s has the wrong type",
	    path);
}

/* Names */

struct search {
	struct str name;
	const struct json *found, *other;
};

static bool
search_member(void *arg, struct str name, struct json *value)
{
	struct search *s = arg;

	if (!str_ieq(name, s->name))
		return true;
	if (s->found == NULL)
		s->found = value;
	else
		s->other = value;
	return s->other == NULL;
}

enum err
profile_find(struct ctx *c, const struct json *object, const char *name,
    const struct json **out)
{
	struct search s = { .name = str_of(name) };

	*out = NULL;
	json_each(object, search_member, &s);
	if (s.other != NULL && !str_eq(json_text(c->arena, s.found, false),
	    json_text(c->arena, s.other, false)))
		return err_set(c, ERR_BODY_SHAPE, name,
		    "%s stands there twice", name);
	*out = s.found;
	return ERR_OK;
}

/* Texts */

static bool
has_bad_control(struct str s, bool lines)
{
	uint32_t code;

	while (utf8_next(&s, &code)) {
		if (lines && (code == '\t' || code == '\n' || code == '\r'))
			continue;
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return true;
	}
	return false;
}

static bool
judge_length(struct judge *j, const char *path, struct str s, bool lines)
{
	if (utf8_length(s) > PROFILE_TEXT)
		invalid(j, path, "Use at most 1000 characters.");
	else if (has_bad_control(s, lines))
		invalid(j, path, "Control characters cannot be used.");
	else
		return true;
	return false;
}

/* Only what a link could be made of; nobody here ever opens it. */
static bool
is_web_url(struct str s)
{
	size_t i, from;

	if (str_istarts(s, STR("https://")))
		from = 8;
	else if (str_istarts(s, STR("http://")))
		from = 7;
	else
		return false;
	if (s.len == from || strchr("/?#:@.", s.p[from]) != NULL)
		return false;
	for (i = from; i < s.len; i++)
		if ((unsigned char)s.p[i] <= ' ' ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return false;
	return true;
}

static bool
judge_url(struct judge *j, const char *path, struct str s)
{
	if (!judge_length(j, path, s, false))
		return false;
	if (s.len > 0 && !is_web_url(s)) {
		invalid(j, path, "This is not an http or https address.");
		return false;
	}
	return true;
}

static bool
judge_gender(struct judge *j, const char *path, struct str s)
{
	static const char *const known[] = {
		"male", "female", "other", "unknown", "m", "f", "o", "u", "1",
		"0", ""
	};
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (str_ieq(s, str_of(known[i])))
			return true;
	invalid(j, path, "Use male, female, other or unknown.");
	return false;
}

/* Birth dates */

static bool
read_number(struct str s, size_t min_digits, size_t max_digits, int *out)
{
	int64_t n;

	if (s.len < min_digits || s.len > max_digits ||
	    !str_to_int(s, 0, 9999, &n))
		return false;
	*out = (int)n;
	return true;
}

bool
birth_date_parse(struct str s, struct birth_date *out)
{
	struct str part[3], rest = s;
	struct clock_parts p = { 0 };
	char sep = str_has(s, '/') ? '/' : '-';
	int64_t t;
	size_t n;

	for (n = 0; n < 3 && str_split(&rest, sep, &part[n]); n++)
		;
	if (n < 3 || rest.len > 0 || s.p[s.len - 1] == sep)
		return false;
	if (!read_number(part[0], 1, 2, &p.month) ||
	    !read_number(part[1], 1, 2, &p.day) ||
	    !read_number(part[2], 4, 4, &p.year) || !clock_from_utc(&p, &t))
		return false;
	*out = (struct birth_date){ p.year, p.month, p.day };
	return true;
}

int
birth_date_age(const struct birth_date *b, int64_t now_s)
{
	struct clock_parts now = clock_utc(now_s);
	bool before = now.month < b->month ||
	    (now.month == b->month && now.day < b->day);

	return now.year - b->year - before;
}

static struct str
judge_birth_date(struct judge *j, const char *path, struct str s)
{
	struct birth_date b;
	int age;

	if (s.len == 0)
		return s;
	if (!birth_date_parse(s, &b) ||
	    (age = birth_date_age(&b, j->c->now_s)) < 0) {
		format_error(j, ERR_BIRTH_DATE, path);
		return STR_NONE;
	}
	if (age < j->c->config->registration_minimum_age)
		j->under_age = true;
	return str_printf(j->c->arena, "%02d-%02d-%04d", b.month, b.day,
	    b.year);
}

/* Empty is unset where only certain texts are admitted. */
static enum err
judge_text(struct judge *j, const struct member *m, const char *path,
    const struct json *v, struct json **out)
{
	struct str s = json_string(v);
	bool keep, unset = s.len == 0;

	if (json_type(v) != JSON_STRING)
		return wrong_type(j, path);
	switch (m->shape) {
	case SHAPE_URL:
		keep = judge_url(j, path, s);
		break;
	case SHAPE_GENDER:
		keep = judge_gender(j, path, s);
		break;
	case SHAPE_BIRTH_DATE:
		s = judge_birth_date(j, path, s);
		keep = s.p != NULL;
		break;
	default:
		keep = judge_length(j, path, s, m->shape == SHAPE_LINES);
		unset = false;
		break;
	}
	*out = keep && !unset ? json_new_string(j->c->arena, s) : NULL;
	return ERR_OK;
}

/* Booleans and numbers */

static struct json *
scalar(struct judge *j, void (*put)(struct json *, const char *, int64_t),
    int64_t n)
{
	struct json *holder = json_new_object(j->c->arena);

	put(holder, "", n);
	return json_get(holder, "");
}

static void
put_bool(struct json *o, const char *name, int64_t n)
{
	json_set_bool(o, name, n != 0);
}

static enum err
judge_yes_no(struct judge *j, const char *path, const struct json *v,
    struct json **out)
{
	struct str s = json_string(v);
	bool yes;

	if (json_type(v) == JSON_INT && (json_int(v) | 1) == 1)
		yes = json_int(v) == 1;
	else if (str_ieq(s, STR("true")) || str_eq(s, STR("1")))
		yes = true;
	else if (str_ieq(s, STR("false")) || str_eq(s, STR("0")))
		yes = false;
	else
		return wrong_type(j, path);
	*out = scalar(j, put_bool, yes);
	return ERR_OK;
}

static enum err
judge_int(struct judge *j, const char *path, const struct json *v,
    struct json **out)
{
	if (json_type(v) != JSON_INT)
		return wrong_type(j, path);
	if (json_int(v) < 0 || json_int(v) > INT32_MAX) {
		invalid(j, path, "Use a number from 0 to 2147483647.");
		*out = NULL;
		return ERR_OK;
	}
	*out = scalar(j, json_set_int, json_int(v));
	return ERR_OK;
}

/* Objects */

static const char *
inner_path(struct judge *j, const char *path, const char *name)
{
	return str_printf(j->c->arena, "%s.%s", path, name).p;
}

static enum err
judge_object(struct judge *j, const struct member *m, const char *path,
    const struct json *v, struct json **out)
{
	struct json *kept = json_new_object(j->c->arena), *value;
	const struct member *i;
	const struct json *sent;
	enum err e;

	if (json_type(v) != JSON_OBJECT)
		return wrong_type(j, path);
	for (i = m->of; i->name != NULL; i++) {
		e = profile_find(j->c, v, i->name, &sent);
		if (e != ERR_OK)
			return e;
		if (json_type(sent) == JSON_NULL)
			continue;
		value = NULL;
		e = judge_value(j, i, inner_path(j, path, i->name), sent,
		    &value);
		if (e != ERR_OK)
			return e;
		if (value != NULL)
			json_set(kept, i->name, value);
	}
	*out = json_length(kept) > 0 ? kept : NULL;
	return ERR_OK;
}

/* The name decides; a code alone gives the name. */
static enum err
judge_country(struct judge *j, const struct member *m, const char *path,
    const struct json *v, struct json **out)
{
	struct arena *a = j->c->arena;
	struct json *kept = NULL;
	struct str name, code;
	enum err e;

	e = judge_object(j, m, path, v, &kept);
	*out = NULL;
	if (e != ERR_OK || kept == NULL)
		return e;
	name = json_string(json_get(kept, "Name"));
	code = country_code(a, str_present(name) ? name :
	    json_string(json_get(kept, "Code")));
	if (!str_present(name))
		name = country_name(code);
	if (!str_present(name)) {
		invalid(j, path, "Use the name of a country, or its code.");
		return ERR_OK;
	}
	kept = json_new_object(a);
	if (code.p != NULL)
		json_set_str(kept, "Code", code);
	json_set_str(kept, "Name", name);
	*out = kept;
	return ERR_OK;
}

struct urls {
	struct judge *j;
	const char *path;
	struct json *kept;
	enum err e;
};

static bool
judge_named_url(void *arg, struct str name, struct json *value)
{
	struct urls *u = arg;
	struct judge *j = u->j;

	if (json_type(value) == JSON_NULL)
		return true;
	if (json_type(value) != JSON_STRING) {
		u->e = wrong_type(j, u->path);
		return false;
	}
	if (utf8_length(name) > PROFILE_NAME || has_bad_control(name, false))
		invalid(j, u->path, "A name is not acceptable.");
	else if (judge_url(j, u->path, json_string(value)))
		json_set(u->kept, str_cstr(j->c->arena, name), value);
	return true;
}

static enum err
judge_urls(struct judge *j, const char *path, const struct json *v,
    struct json **out)
{
	struct urls u = { j, path, json_new_object(j->c->arena), ERR_OK };

	*out = NULL;
	if (json_type(v) != JSON_OBJECT)
		return wrong_type(j, path);
	if (json_length(v) > PROFILE_ITEMS) {
		invalid(j, path, "Use at most 100 members.");
		return ERR_OK;
	}
	json_each(v, judge_named_url, &u);
	if (json_length(u.kept) > 0)
		*out = u.kept;
	return u.e;
}

/* Arrays */

static bool
judge_count(struct judge *j, const char *path, size_t n)
{
	if (n <= PROFILE_ITEMS)
		return true;
	invalid(j, path, "Use at most 100 elements.");
	return false;
}

static enum err
judge_texts(struct judge *j, const char *path, const struct json *v,
    struct json **out)
{
	struct json *kept = json_new_array(j->c->arena);
	struct json *text;
	size_t i;

	*out = NULL;
	if (json_type(v) != JSON_ARRAY)
		return wrong_type(j, path);
	if (!judge_count(j, path, json_length(v)))
		return ERR_OK;
	for (i = 0; i < json_length(v); i++) {
		text = json_at(v, i);
		if (json_type(text) != JSON_STRING)
			return wrong_type(j, path);
		if (judge_length(j, path, json_string(text), false))
			json_append(kept, text);
	}
	if (json_length(kept) > 0)
		*out = kept;
	return ERR_OK;
}

static enum err
judge_items(struct judge *j, const struct member *m, const char *path,
    const struct json *v, struct json **out)
{
	struct json *kept = json_new_array(j->c->arena), *item;
	enum err e;
	size_t i;

	*out = NULL;
	if (json_type(v) != JSON_ARRAY)
		return wrong_type(j, path);
	if (!judge_count(j, path, json_length(v)))
		return ERR_OK;
	for (i = 0; i < json_length(v); i++) {
		item = NULL;
		e = judge_object(j, m, path, json_at(v, i), &item);
		if (e != ERR_OK)
			return e;
		if (item != NULL)
			json_append(kept, item);
	}
	if (json_length(kept) > 0)
		*out = kept;
	return ERR_OK;
}

static enum err
judge_value(struct judge *j, const struct member *m, const char *path,
    const struct json *v, struct json **out)
{
	switch (m->shape) {
	case SHAPE_YES_NO:
		if (json_type(v) != JSON_BOOL)
			return judge_yes_no(j, path, v, out);
		/* FALLTHROUGH */
	case SHAPE_BOOL:
		if (json_type(v) != JSON_BOOL)
			return wrong_type(j, path);
		*out = scalar(j, put_bool, json_bool(v));
		return ERR_OK;
	case SHAPE_INT:
		return judge_int(j, path, v, out);
	case SHAPE_OBJECT:
		return judge_object(j, m, path, v, out);
	case SHAPE_COUNTRY:
		return judge_country(j, m, path, v, out);
	case SHAPE_ITEMS:
		return judge_items(j, m, path, v, out);
	case SHAPE_TEXTS:
		return judge_texts(j, path, v, out);
	case SHAPE_URLS:
		return judge_urls(j, path, v, out);
	default:
		return judge_text(j, m, path, v, out);
	}
}

/* Arrays that merge by a key */

struct items {
	struct json *item[2 * PROFILE_ITEMS];
	struct str key[2 * PROFILE_ITEMS];
	bool sent[2 * PROFILE_ITEMS];
	size_t n;
};

static struct str
key_of(struct judge *j, const struct merge *by, const struct json *item)
{
	struct str key = json_string(json_get(item, by->key));

	if (!str_present(key) && by->other != NULL)
		key = json_string(json_get(item, by->other));
	return str_present(key) ? text_fold(j->c->arena, key) : STR_NONE;
}

static size_t
find_item(const struct items *at, struct str key)
{
	size_t i;

	for (i = 0; i < at->n; i++)
		if (key.p != NULL && at->key[i].p != NULL &&
		    str_eq(at->key[i], key))
			break;
	return i;
}

static void
remove_item(struct items *at, size_t i)
{
	at->n--;
	memmove(&at->item[i], &at->item[i + 1],
	    (at->n - i) * sizeof(at->item[0]));
	memmove(&at->key[i], &at->key[i + 1],
	    (at->n - i) * sizeof(at->key[0]));
	memmove(&at->sent[i], &at->sent[i + 1],
	    (at->n - i) * sizeof(at->sent[0]));
}

static void
put_item(struct judge *j, const struct merge *by, const char *path,
    struct items *at, struct json *item)
{
	struct str key = key_of(j, by, item);
	size_t i = find_item(at, key);

	if (i < at->n && at->sent[i] && by->repeated != ERR_OK)
		format_error(j, by->repeated, path);
	at->item[i] = item;
	at->key[i] = key;
	at->sent[i] = true;
	if (i == at->n)
		at->n++;
}

static bool
is_delete(const struct json *sent)
{
	return str_ieq(json_string(json_get_fold(sent, "op")),
	    STR("delete"));
}

static enum err
merge_item(struct judge *j, const struct member *m, const char *path,
    const struct json *sent, struct items *at, size_t *unset)
{
	const struct merge *by = m->merge;
	struct json *item = NULL;
	enum err e;
	size_t i;

	e = judge_object(j, m, path, sent, &item);
	if (e != ERR_OK || (item == NULL && !is_delete(sent)))
		return e;
	if (item == NULL)
		item = json_new_object(j->c->arena);
	if (by->unset != NULL && key_of(j, by, item).p == NULL) {
		*unset += !is_delete(sent);
		if (*unset > 1 && by->missing != ERR_OK)
			format_error(j, by->missing, path);
		json_set_cstr(item, by->key, by->unset);
	}
	if (!is_delete(sent)) {
		put_item(j, by, path, at, item);
		return ERR_OK;
	}
	i = find_item(at, key_of(j, by, item));
	if (i < at->n)
		remove_item(at, i);
	return ERR_OK;
}

static void
take_stored(struct judge *j, const struct merge *by,
    const struct json *stored, struct items *at)
{
	size_t i;

	for (i = 0; i < json_length(stored) && i < PROFILE_ITEMS; i++) {
		at->item[at->n] = json_at(stored, i);
		at->key[at->n] = key_of(j, by, at->item[at->n]);
		at->n++;
	}
}

static enum err
merge_items(struct judge *j, const struct member *m, const struct json *v,
    struct json *document)
{
	struct items *at = ARENA_NEW(j->c->arena, struct items);
	struct json *merged = json_new_array(j->c->arena);
	size_t i, unset = 0;
	enum err e;

	if (json_type(v) != JSON_ARRAY)
		return wrong_type(j, m->name);
	if (!judge_count(j, m->name, json_length(v)))
		return ERR_OK;
	take_stored(j, m->merge, json_get(document, m->name), at);
	for (i = 0; i < json_length(v); i++) {
		e = merge_item(j, m, m->name, json_at(v, i), at, &unset);
		if (e != ERR_OK)
			return e;
	}
	if (!judge_count(j, m->name, at->n))
		return ERR_OK;
	for (i = 0; i < at->n; i++)
		json_append(merged, at->item[i]);
	json_set(document, m->name, merged);
	return ERR_OK;
}

/* Custom fields: their names keep their letter case. */

struct custom {
	struct judge *j;
	struct json *kept;
	enum err e;
};

static bool
merge_custom_field(void *arg, struct str name, struct json *value)
{
	struct custom *f = arg;
	struct judge *j = f->j;
	const char *path = str_printf(j->c->arena, "CustomFields.%.*s",
	    STR_FMT(utf8_cut(name, PROFILE_NAME))).p;

	if (!schema_has_custom(j->c, name)) {
		j->custom = true;
	} else if (!j->registering && schema_is_fixed_custom(j->c, name)) {
		return true;
	} else if (json_type(value) == JSON_NULL) {
		if (j->null_support)
			json_remove(f->kept, str_cstr(j->c->arena, name));
	} else if (json_type(value) != JSON_STRING) {
		f->e = wrong_type(j, path);
	} else if (judge_length(j, path, json_string(value), true)) {
		json_set(f->kept, str_cstr(j->c->arena, name), value);
	}
	return f->e == ERR_OK;
}

static enum err
merge_custom(struct judge *j, const struct member *m, const struct json *v,
    struct json *document)
{
	struct json *stored = json_get(document, m->name);
	struct custom f = { j, NULL, ERR_OK };

	if (json_type(v) != JSON_OBJECT)
		return wrong_type(j, m->name);
	f.kept = json_type(stored) == JSON_OBJECT ?
	    json_copy(j->c->arena, stored) : json_new_object(j->c->arena);
	json_each(v, merge_custom_field, &f);
	json_set(document, m->name, f.kept);
	return f.e;
}

/* Members */

static enum err
merge_value(struct judge *j, const struct member *m, const struct json *v,
    struct json *document)
{
	struct json *value = NULL;
	enum err e;

	e = judge_value(j, m, m->name, v, &value);
	if (e != ERR_OK)
		return e;
	if (value != NULL)
		json_set(document, m->name, value);
	else
		json_remove(document, m->name);
	return ERR_OK;
}

static enum err
merge_member(struct judge *j, const struct member *m,
    const struct json *body, struct json *document)
{
	const struct json *v;
	enum err e;

	e = profile_find(j->c, body, m->name, &v);
	if (e != ERR_OK || v == NULL ||
	    (!j->registering && schema_is_fixed(j->c, m)))
		return e;
	if (json_type(v) == JSON_NULL) {
		if (j->null_support && (m->flags & NULLABLE) != 0)
			json_remove(document, m->name);
		return ERR_OK;
	}
	if (m->shape == SHAPE_CUSTOM)
		return merge_custom(j, m, v, document);
	if (m->merge != NULL)
		return merge_items(j, m, v, document);
	return merge_value(j, m, v, document);
}

static enum err
verdict(struct judge *j)
{
	struct ctx *c = j->c;

	if (j->format != ERR_OK)
		return err_set(c, j->format, j->format_field, "%s",
		    j->format_field);
	if (j->invalid)
		return err_set(c, ERR_VALIDATION, c->err.fields->name,
		    "profile members");
	if (j->custom)
		return err_set(c, ERR_CUSTOM_FIELD, "CustomFields",
		    "a name that is not configured");
	if (j->under_age)
		return err_set(c, ERR_UNDER_AGE, "BirthDate",
		    "under the minimum age");
	return ERR_OK;
}

/* Records come from lists that a site keeps; there are none here, so that
 * no record is known. */
static enum err
judge_registration_data(struct judge *j, const struct json *body)
{
	const struct json *v, *data;
	enum err e;

	e = profile_find(j->c, body, "RegistrationData", &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (json_type(v) != JSON_OBJECT)
		return wrong_type(j, "RegistrationData");
	e = profile_find(j->c, v, "Data", &data);
	if (e != ERR_OK || json_type(data) == JSON_NULL)
		return e;
	if (json_type(data) != JSON_ARRAY)
		return wrong_type(j, "RegistrationData.Data");
	if (json_length(data) > 0)
		format_error(j, ERR_REGISTRATION_DATA, "RegistrationData");
	return ERR_OK;
}

static enum err
judge_all(struct judge *j, const struct json *body, struct json *document)
{
	const struct member *m;
	enum err e;

	if (json_type(body) != JSON_OBJECT)
		return err_set(j->c, ERR_BODY_SHAPE, NULL,
		    "the body is not an object");
	e = judge_registration_data(j, body);
	for (m = profile_table; m->name != NULL && e == ERR_OK; m++)
		if ((m->flags & BY_USER) != 0)
			e = merge_member(j, m, body, document);
	return e;
}

enum err
profile_judge(struct ctx *c, const struct json *body, bool null_support,
    struct json *document)
{
	struct judge j = { .c = c, .null_support = null_support };
	struct json *before = json_copy(c->arena, document);
	enum err e;

	e = judge_all(&j, body, document);
	if (e != ERR_OK)
		return e;
	j.invalid |= !schema_judge(c, before, document);
	return verdict(&j);
}

enum err
profile_judge_new(struct ctx *c, const struct json *body,
    struct json *document)
{
	struct judge j = { .c = c, .registering = true };
	enum err e = ERR_OK;

	if (body != NULL)
		e = judge_all(&j, body, document);
	if (e != ERR_OK)
		return e;
	/* The reference: accepted from a user's update, not from here. */
	json_remove(document, "Subscription");
	j.invalid |= !schema_judge(c, NULL, document);
	return verdict(&j);
}

/* The documentation spells it in two ways. */
static enum err
judge_session_limit(struct judge *j, const struct json *body,
    struct json *document)
{
	static const char *const names[] = { "SessionLimit",
		"SessionsLimit" };
	const struct json *v = NULL;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < COUNT(names) && e == ERR_OK && v == NULL; i++)
		e = profile_find(j->c, body, names[i], &v);
	if (e != ERR_OK || json_type(v) == JSON_NULL)
		return e;
	if (json_type(v) != JSON_INT)
		return wrong_type(j, names[0]);
	if (json_int(v) < 1 || json_int(v) > PROFILE_SESSIONS)
		invalid(j, names[0], "Use a number from 1 to 1000.");
	else
		json_set_int(document, names[0], json_int(v));
	return ERR_OK;
}

enum err
profile_judge_import(struct ctx *c, const struct json *body,
    struct json *document)
{
	struct judge j = { .c = c, .registering = true };
	enum err e;

	e = judge_all(&j, body, document);
	if (e == ERR_OK)
		e = judge_session_limit(&j, body, document);
	if (e != ERR_OK)
		return e;
	j.invalid |= !schema_judge(c, json_new_object(c->arena), document);
	return verdict(&j);
}
