/*
 * Reading the registration schema.  Whatever could not be judged as it is
 * written stops the start: a rule that nobody applies would be worse.
 */
#include "schema.h"

#include <errno.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/log.h"
#include "codec/text.h"
#include "profile_internal.h"

#define FILE_MAX	(256 * 1024)
#define FIELDS_MAX	200
#define OPTIONS_MAX	300
#define REQUIRED_RULE	"required"

struct reading {
	struct ctx *c;
	struct arena *a;	/* the schema's */
	struct schema_field *field;
	size_t n;
};

/* Names */

static const struct identifier_name {
	const char *name, *path;
	enum schema_place place;
} identifiers[] = {
	{ "emailid", "Email", SCHEMA_ADDRESS },
	{ "email", "Email", SCHEMA_ADDRESS },
	{ "username", "UserName", SCHEMA_USERNAME },
	{ "phoneid", "PhoneId", SCHEMA_PHONE },
	{ "password", "Password", SCHEMA_PASSWORD },
	{ "confirmpassword", "Password", SCHEMA_PASSWORD }
};

static const struct member *
find_member(const struct member *table, struct str name)
{
	const struct member *m;

	for (m = table; m->name != NULL; m++)
		if (str_ieq(str_of(m->name), name))
			return m;
	return NULL;
}

static bool
holds_texts(const struct member *m)
{
	return m->of != NULL && (m->flags & BY_USER) != 0 &&
	    (m->shape == SHAPE_OBJECT || m->shape == SHAPE_ITEMS ||
	    m->shape == SHAPE_COUNTRY);
}

static bool
place_inner(struct reading *r, struct schema_field *f, struct str parent,
    struct str name)
{
	f->of = find_member(profile_table, parent);
	if (f->of == NULL || !holds_texts(f->of))
		return false;
	f->inner = find_member(f->of->of, name);
	if (f->inner == NULL || f->inner->of != NULL)
		return false;
	f->place = SCHEMA_INNER;
	f->name = f->inner->name;
	f->path = f->input = str_printf(r->a, "%s.%s", f->of->name,
	    f->inner->name).p;
	return true;
}

static void
place_custom(struct reading *r, struct schema_field *f, struct str name)
{
	f->place = SCHEMA_CUSTOM;
	f->name = str_cstr(r->a, name);
	f->path = str_printf(r->a, "CustomFields.%s", f->name).p;
	f->input = str_printf(r->a, "cf_%s", f->name).p;
}

static bool
place_identifier(struct schema_field *f, struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(identifiers); i++) {
		if (!str_ieq(name, str_of(identifiers[i].name)))
			continue;
		f->place = identifiers[i].place;
		f->path = f->input = f->name = identifiers[i].path;
		return true;
	}
	return false;
}

static bool
place_field(struct reading *r, struct schema_field *f, struct str parent,
    struct str name)
{
	if (str_present(parent))
		return place_inner(r, f, parent, name);
	if (str_istarts(name, STR("cf_")) && name.len > 3) {
		place_custom(r, f, str_sub(name, 3, SIZE_MAX));
		return true;
	}
	if (place_identifier(f, name))
		return true;
	f->of = find_member(profile_table, name);
	if (f->of == NULL || (f->of->flags & BY_USER) == 0)
		return false;
	f->place = SCHEMA_MEMBER;
	f->path = f->input = f->name = f->of->name;
	return true;
}

/* "ProfessionalHeadline" is labelled "Professional headline". */
static struct str
label_of(struct reading *r, const char *name)
{
	struct buf b;
	size_t i;
	char ch;

	buf_init(&b, r->a, 400);
	for (i = 0; name[i] != '\0'; i++) {
		ch = name[i];
		if (i > 0 && ch >= 'A' && ch <= 'Z') {
			buf_char(&b, ' ');
			ch = (char)(ch - 'A' + 'a');
		}
		buf_char(&b, ch);
	}
	return buf_view(&b);
}

/* Types */

static const struct { const char *name; enum schema_type type; } types[] = {
	{ "string", SCHEMA_TEXT }, { "text", SCHEMA_LINES },
	{ "email", SCHEMA_EMAIL }, { "tel", SCHEMA_TEL },
	{ "phone", SCHEMA_TEL }, { "url", SCHEMA_URL },
	{ "date", SCHEMA_DATE }, { "number", SCHEMA_NUMBER },
	{ "option", SCHEMA_SELECT }, { "select", SCHEMA_SELECT },
	{ "multi", SCHEMA_CHECK }, { "checkbox", SCHEMA_CHECK },
	{ "hidden", SCHEMA_HIDDEN }, { "password", SCHEMA_HIDDEN }
};

static const struct schema_option genders[] = {
	{ { "female", 6 }, { "Female", 6 } },
	{ { "male", 4 }, { "Male", 4 } },
	{ { "other", 5 }, { "Other", 5 } }
};

static bool
is_truth(const struct member *m)
{
	return m != NULL && (m->shape == SHAPE_BOOL ||
	    m->shape == SHAPE_YES_NO);
}

/* What a member's own shape makes of it; what no input can hold is hidden. */
static void
settle_type(struct schema_field *f)
{
	const struct member *m = f->inner != NULL ? f->inner : f->of;

	if (m == NULL)
		return;
	if (is_truth(m)) {
		f->type = SCHEMA_CHECK;
	} else if (m->shape == SHAPE_BIRTH_DATE) {
		f->type = SCHEMA_DATE;
	} else if (m->shape == SHAPE_INT) {
		f->type = SCHEMA_NUMBER;
	} else if (m->shape == SHAPE_GENDER && f->n_options == 0) {
		f->type = SCHEMA_SELECT;
		f->option = genders;
		f->n_options = COUNT(genders);
	} else if (f->inner == NULL && m->shape != SHAPE_COUNTRY &&
	    (m->of != NULL || m->shape == SHAPE_TEXTS ||
	    m->shape == SHAPE_URLS || m->shape == SHAPE_CUSTOM)) {
		f->type = SCHEMA_HIDDEN;
	} else if (f->type == SCHEMA_TEXT && m->shape == SHAPE_LINES) {
		f->type = SCHEMA_LINES;
	} else if (f->type == SCHEMA_TEXT && m->shape == SHAPE_URL) {
		f->type = SCHEMA_URL;
	}
}

/* The file */

static enum err
wrong(struct reading *r, struct str name, const char *what)
{
	return err_set(r->c, ERR_CONFIG, NULL,
	    "registration.schema_file: %.*s: the field %.*s %s",
	    STR_FMT(r->c->config->registration_schema_file),
	    STR_FMT(utf8_cut(name, 100)), what);
}

static struct str
text_at(const struct json *item, const char *name)
{
	return json_string(json_get_fold(item, name));
}

static struct str
kept(struct reading *r, struct str s)
{
	return str_dup(r->a, s.p != NULL ? s : STR(""));
}

static bool
read_options(struct reading *r, struct schema_field *f,
    const struct json *options)
{
	struct schema_option *o;
	const struct json *item;
	size_t i, n = json_length(options);

	if (json_type(options) == JSON_NULL)
		return true;
	if (json_type(options) != JSON_ARRAY || n > OPTIONS_MAX)
		return false;
	o = ARENA_ARRAY(r->a, struct schema_option, n + 1);
	for (i = 0; i < n; i++) {
		item = json_at(options, i);
		o[i].value = kept(r, text_at(item, "value"));
		o[i].text = kept(r, text_at(item, "text"));
		if (o[i].value.len == 0)
			return false;
		if (o[i].text.len == 0)
			o[i].text = o[i].value;
	}
	f->option = o;
	f->n_options = n;
	return true;
}

static bool
read_type(struct schema_field *f, struct str type)
{
	size_t i;

	f->type = SCHEMA_TEXT;
	for (i = 0; i < COUNT(types); i++) {
		if (!str_ieq(type, str_of(types[i].name)))
			continue;
		f->type = types[i].type;
		return true;
	}
	return !str_present(type);
}

static bool
is_listed(const struct reading *r, const struct schema_field *f)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (str_eq(str_of(r->field[i].path), str_of(f->path)) &&
		    f->place != SCHEMA_PASSWORD)
			return true;
	return false;
}

/* The policy of passwords is that of password.*, wherever one is set. */
static bool
has_rules_of_its_own(const struct schema_field *f)
{
	return f->rules.n > 0 || f->rules.min_length > 0 ||
	    f->rules.max_length > 0 || f->rules.exact_length > 0;
}

static enum err
read_words(struct reading *r, struct schema_field *f, const struct json *item,
    struct str name)
{
	struct str permission = text_at(item, "permission");
	struct str label = text_at(item, "display");
	const char *error;

	if (!read_type(f, text_at(item, "type")))
		return wrong(r, name, "has an unknown type");
	if (!read_options(r, f, json_get_fold(item, "options")) ||
	    (f->type == SCHEMA_SELECT && f->n_options == 0))
		return wrong(r, name, "needs options: {value, text} each");
	if (str_present(permission) && !str_ieq(permission, STR("r")) &&
	    !str_ieq(permission, STR("w")))
		return wrong(r, name, "has a permission other than r and w");
	if (!rules_read(r->a, kept(r, text_at(item, "rules")), &f->rules,
	    &error))
		return wrong(r, name, str_printf(r->c->arena,
		    "has rules that cannot be used: %s", error).p);
	f->label = str_present(label) ? kept(r, label) :
	    label_of(r, f->name);
	f->hint = kept(r, text_at(item, "hint"));
	f->writable = !str_ieq(permission, STR("r"));
	f->at_signup = true;
	settle_type(f);
	return ERR_OK;
}

static enum err
read_field(struct reading *r, const struct json *item)
{
	struct schema_field *f = &r->field[r->n];
	struct str name = text_at(item, "name");
	enum err e;

	*f = (struct schema_field){ .path = NULL };
	if (json_type(item) != JSON_OBJECT || !str_present(name))
		return wrong(r, STR("without a name"), "is none");
	if (!place_field(r, f, text_at(item, "parent"), name))
		return wrong(r, name, "is not one that a profile has and its "
		    "owner can fill; own fields are named cf_NAME");
	if (is_listed(r, f))
		return wrong(r, name, "is listed twice");
	e = read_words(r, f, item, name);
	if (e != ERR_OK)
		return e;
	if (f->place == SCHEMA_PASSWORD && has_rules_of_its_own(f))
		return wrong(r, name, "has rules that belong in "
		    "password.rules, where they hold for every new password");
	r->n++;
	return ERR_OK;
}

static enum err
read_text(struct reading *r, struct str *out)
{
	const char *path = r->c->config->registration_schema_file.p;
	struct buf b;

	buf_init(&b, r->c->arena, FILE_MAX);
	if (!buf_add_file(&b, path))
		return err_set(r->c, ERR_CONFIG, NULL,
		    "registration.schema_file: %s: %s", path,
		    strerror(errno));
	if (!buf_ok(&b))
		return err_set(r->c, ERR_CONFIG, NULL,
		    "registration.schema_file: %s: is larger than 256 KiB",
		    path);
	*out = buf_view(&b);
	return ERR_OK;
}

/* The array itself, or the configuration document that holds it. */
static enum err
read_file(struct reading *r)
{
	enum json_fault fault;
	struct json *j;
	struct str text;
	enum err e;
	size_t i;

	e = read_text(r, &text);
	if (e != ERR_OK)
		return e;
	j = json_parse(r->c->arena, text, &fault);
	if (json_type(j) == JSON_OBJECT)
		j = json_get_fold(j, "RegistrationFormSchema");
	if (json_type(j) != JSON_ARRAY || json_length(j) > FIELDS_MAX)
		return err_set(r->c, ERR_CONFIG, NULL,
		    "registration.schema_file: %.*s: is not a JSON array of "
		    "at most 200 fields",
		    STR_FMT(r->c->config->registration_schema_file));
	for (i = 0; i < json_length(j) && e == ERR_OK; i++)
		e = read_field(r, json_at(j, i));
	return e;
}

/* The settings */

static void
add_plain(struct reading *r, struct str name, bool custom, const char *rules,
    bool at_signup)
{
	struct schema_field *f = &r->field[r->n];
	const char *error;

	*f = (struct schema_field){ .writable = true,
		.at_signup = at_signup };
	if (custom)
		place_custom(r, f, name);
	else if (!place_field(r, f, STR_NONE, name))
		return;
	if (is_listed(r, f) || f->place == SCHEMA_PASSWORD)
		return;
	f->label = label_of(r, f->name);
	f->hint = STR("");
	must(rules_read(r->a, str_of(rules), &f->rules, &error));
	settle_type(f);
	r->n++;
}

static bool
is_configured(const struct ctx *c, struct str name)
{
	const struct list *l = &c->config->registration_custom_fields;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (str_eq(l->items[i], name))
			return true;
	return false;
}

/* A name that no member has is a custom field's. */
static enum err
add_required(struct reading *r, struct str name)
{
	struct schema_field probe = { .path = NULL };
	bool member = place_field(r, &probe, STR_NONE, name);

	if (!member && !is_configured(r->c, name))
		return err_set(r->c, ERR_CONFIG, NULL,
		    "registration.required_fields: %.*s is neither a member "
		    "that people fill themselves nor one of "
		    "registration.custom_fields", STR_FMT(name));
	add_plain(r, name, !member, REQUIRED_RULE, true);
	return ERR_OK;
}

static enum err
from_settings(struct reading *r)
{
	static const char *const usual[] = { "FirstName", "LastName" };
	const struct config *cfg = r->c->config;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < cfg->registration_required_fields.n &&
	    r->n < FIELDS_MAX && e == ERR_OK; i++)
		e = add_required(r,
		    cfg->registration_required_fields.items[i]);
	for (i = 0; i < COUNT(usual); i++)
		add_plain(r, str_of(usual[i]), false, "", false);
	for (i = 0; i < cfg->registration_custom_fields.n &&
	    r->n < FIELDS_MAX; i++)
		add_plain(r, cfg->registration_custom_fields.items[i], true,
		    "", false);
	return e;
}

static enum err
read_schema(struct ctx *c, struct arena *a, struct schema **out)
{
	struct reading r = { .c = c, .a = a, .field = ARENA_ARRAY(a,
	    struct schema_field, FIELDS_MAX + 3) };
	struct schema *s;
	enum err e;

	e = str_present(c->config->registration_schema_file) ?
	    read_file(&r) : from_settings(&r);
	if (e != ERR_OK)
		return e;
	s = ARENA_NEW(a, struct schema);
	*s = (struct schema){ r.field, r.n };
	*out = s;
	return ERR_OK;
}

enum err
schema_open(struct ctx *c, struct arena *process)
{
	struct schema *s;
	enum err e;

	e = read_schema(c, process, &s);
	if (e == ERR_OK)
		c->schema = s;
	return e;
}

const struct schema *
schema_of(struct ctx *c)
{
	struct err_detail before = c->err;
	struct schema *s;

	if (c->schema != NULL)
		return c->schema;
	if (read_schema(c, c->arena, &s) != ERR_OK) {
		log_write(c, LOG_ERROR, "schema", "%s", c->err.note);
		c->err = before;
		s = ARENA_NEW(c->arena, struct schema);
	}
	c->schema = s;
	return s;
}

const struct schema_field *
schema_at(struct ctx *c, enum schema_place place)
{
	const struct schema *s = schema_of(c);
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->field[i].place == place)
			return &s->field[i];
	return NULL;
}

bool
schema_requires(struct ctx *c, enum schema_place place)
{
	const struct schema_field *f = schema_at(c, place);

	return f != NULL && f->rules.required;
}

static const struct schema_field *
find_custom(struct ctx *c, struct str name)
{
	const struct schema *s = schema_of(c);
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->field[i].place == SCHEMA_CUSTOM &&
		    str_eq(str_of(s->field[i].name), name))
			return &s->field[i];
	return NULL;
}

bool
schema_has_custom(struct ctx *c, struct str name)
{
	return is_configured(c, name) || find_custom(c, name) != NULL;
}

bool
schema_is_fixed_custom(struct ctx *c, struct str name)
{
	const struct schema_field *f = find_custom(c, name);

	return f != NULL && !f->writable;
}

/* One inner member that is fixed fixes its holder: elements are replaced
 * whole. */
bool
schema_is_fixed(struct ctx *c, const struct member *m)
{
	const struct schema *s = schema_of(c);
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->field[i].of == m && !s->field[i].writable)
			return true;
	return false;
}
