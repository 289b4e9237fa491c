#include "body.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "codec/text.h"
#include "request.h"
#include "route.h"

#define NAME_SHOWN	64	/* bytes of a stranger's name in an error */

enum syntax { SYNTAX_NONE, SYNTAX_JSON, SYNTAX_FORM };

static enum err
json_error(const struct http *h)
{
	return h->route->method == PUT ? ERR_BODY_JSON_PUT :
	    h->route->method == DELETE ? ERR_BODY_JSON_DELETE :
	    ERR_BODY_JSON_POST;
}

static enum err
form_error(const struct http *h)
{
	return h->route->method == PUT ? ERR_BODY_FORM_PUT :
	    h->route->method == DELETE ? ERR_BODY_FORM_DELETE :
	    ERR_BODY_FORM_POST;
}

static char
first_byte(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return s.p[i];
	return '\0';
}

static bool
is_utf8(struct str params)
{
	struct str one, name;

	while (str_split(&params, ';', &one)) {
		one = str_trim(one);
		if (!str_split(&one, '=', &name) ||
		    !str_ieq(str_trim(name), STR("charset")))
			continue;
		one = str_trim(one);
		if (one.len > 1 && one.p[0] == '"')
			one = str_sub(one, 1, one.len - 2);
		return str_ieq(one, STR("utf-8")) ||
		    str_ieq(one, STR("utf8")) ||
		    str_ieq(one, STR("us-ascii"));
	}
	return true;
}

/*
 * A published client declares forms and sends JSON; so what looks like JSON
 * is JSON, unless another type is declared (S-099).
 */
static enum err
find_syntax(const struct http *h, enum syntax *out)
{
	struct str rest = http_header(h, "content-type"), type = STR_NONE;
	bool form, json;

	str_split(&rest, ';', &type);
	type = str_trim(type);
	form = str_ieq(type, STR("application/x-www-form-urlencoded"));
	json = str_ieq(type, STR("application/json"));
	if ((type.len > 0 && !form && !json) || !is_utf8(rest))
		return ERR_CONTENT_TYPE;
	if ((h->route->need & IS_PAGE) != 0) {
		*out = SYNTAX_FORM;
		return form ? ERR_OK : ERR_CONTENT_TYPE;
	}
	if (!json && strchr("{[\"", first_byte(h->body)) != NULL)
		json = first_byte(h->body) != '\0';
	*out = json ? SYNTAX_JSON : SYNTAX_FORM;
	return json || form ? ERR_OK : ERR_CONTENT_TYPE;
}

static enum err
json_fault_error(struct http *h, enum json_fault fault)
{
	struct ctx *c = h->ctx;
	struct str at;

	if (fault == JSON_SYNTAX)
		return err_set(c, json_error(h), NULL, "not JSON");
	at = json_fault_member(h->body, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS);
	return err_set(c, ERR_BODY_SHAPE,
	    at.len > 0 && at.len <= NAME_SHOWN ? str_cstr(c->arena, at) :
	    NULL, "JSON fault %d", (int)fault);
}

/* A published sample has a blank at the end of a name. */
static bool
same_name(struct str sent, struct str name)
{
	return str_ieq(str_trim(sent), str_trim(name));
}

struct spelling {
	struct http *h;
	const struct json *object;
	struct str name;
	struct json *value;
	const char *twice;
};

static bool
compare_member(void *arg, struct str name, struct json *value)
{
	struct spelling *s = arg;
	struct arena *a = s->h->ctx->arena;

	if (value == s->value || !same_name(name, s->name))
		return true;
	if (!str_eq(json_text(a, value, false),
	    json_text(a, s->value, false)))
		s->twice = str_cstr(a, name);
	return s->twice == NULL;
}

static bool
check_member(void *arg, struct str name, struct json *value)
{
	struct spelling *s = arg;

	s->name = name;
	s->value = value;
	return json_each(s->object, compare_member, s);
}

/* Two spellings of one name with different values (S-116). */
static enum err
check_spellings(struct http *h, const struct json *object)
{
	struct spelling s = { .h = h, .object = object };

	json_each(object, check_member, &s);
	return s.twice == NULL ? ERR_OK : err_set(h->ctx, ERR_BODY_SHAPE,
	    s.twice, "two spellings with different values");
}

static bool
body_needed(const struct http *h)
{
	const struct field *f;

	if ((h->route->need & (BODY_OPTIONAL | IS_PAGE)) != 0 ||
	    h->route->fields == NULL)
		return false;
	for (f = h->route->fields; f->name != NULL; f++)
		if ((f->in & IN_BODY) != 0)
			return true;
	return false;
}

static enum err
parse_json(struct http *h)
{
	enum json_fault fault = JSON_FINE;
	struct json *j;

	j = json_parse(h->ctx->arena, h->body, &fault);
	if (fault != JSON_FINE)
		return json_fault_error(h, fault);
	if (json_type(j) == JSON_NULL || (json_type(j) == JSON_STRING &&
	    json_string(j).len == 0))
		return body_needed(h) ? ERR_BODY_SHAPE : ERR_OK;
	if (json_type(j) != JSON_OBJECT)
		return err_set(h->ctx, ERR_BODY_SHAPE, NULL, "no object");
	h->json = j;
	return check_spellings(h, j);
}

static enum err
parse_form(struct http *h)
{
	struct arena *a = h->ctx->arena;
	size_t i;

	if (form_parse(a, h->body, LIMIT_PARAMS, &h->form) != FORM_FINE)
		return err_set(h->ctx, form_error(h),
		    request_bad_name(a, h->body), "form not readable");
	if (request_conflict(&h->form))
		return err_set(h->ctx, ERR_PARAMETER, NULL,
		    "a name stands twice in the form");
	h->json = json_new_object(a);
	for (i = 0; i < h->form.n; i++)
		if (h->form.items[i].name.len > 0 &&
		    str_present(h->form.items[i].value))
			json_set_str(h->json,
			    str_cstr(a, h->form.items[i].name),
			    h->form.items[i].value);
	return ERR_OK;
}

/* No member of it is ours, so none is looked at here. */
static enum err
judge_data(struct http *h)
{
	enum syntax syntax = SYNTAX_NONE;
	enum err e;

	if (h->body.len == 0 || h->body_truncated)
		return err_set(h->ctx, h->route->method == PUT ?
		    json_error(h) : ERR_OBJECT_BODY, NULL,
		    "no body, or cut short");
	e = find_syntax(h, &syntax);
	if (e == ERR_OK && syntax == SYNTAX_FORM)
		e = ERR_OBJECT_BODY;
	return e;
}

enum err
body_parse(struct http *h)
{
	enum syntax syntax = SYNTAX_NONE;
	enum err e;

	if (h->route->method == GET)
		return ERR_OK;
	if ((h->route->need & BODY_DATA) != 0)
		return judge_data(h);
	if (h->body.len == 0 && !h->body_truncated)
		return body_needed(h) ? err_set(h->ctx, json_error(h), NULL,
		    "no body") : ERR_OK;
	e = find_syntax(h, &syntax);
	if (e != ERR_OK)
		return e;
	if (h->body_truncated)
		return err_set(h->ctx, syntax == SYNTAX_JSON ?
		    json_error(h) : form_error(h), NULL, "body cut short");
	return syntax == SYNTAX_JSON ? parse_json(h) : parse_form(h);
}

/* One value, found in one place. */
struct found {
	bool text_only;		/* header, query, form: all types are texts */
	bool in_query, in_body;
	struct str text;	/* of a text */
	struct json *json;	/* of a body */
	const char *name;	/* the spelling that was met */
};

static bool
is_junk(const struct field *f, struct str s)
{
	return (f->type == FIELD_BOOL || (f->flags & FIELD_JUNK) != 0) &&
	    (str_ieq(s, STR("undefined")) || str_ieq(s, STR("null")));
}

static bool
find_header(struct http *h, const struct field *f, struct found *out)
{
	struct arena *a = h->ctx->arena;
	struct str s;

	s = http_header(h, str_printf(a, "x-doorward-%s", f->name).p);
	if (s.p == NULL)
		s = http_header(h,
		    str_printf(a, "x-loginradius-%s", f->name).p);
	*out = (struct found){ .text_only = true, .text = s };
	return s.p != NULL;
}

static enum err
find_query(struct http *h, const struct field *f, struct found *out)
{
	struct str s = http_query(h, f->name), other = STR_NONE;

	if (f->alias != NULL)
		other = http_query(h, f->alias);
	if (s.p != NULL && other.p != NULL && !str_eq(s, other))
		return err_set(h->ctx, ERR_PARAMETER, f->name,
		    "two names of one field");
	if (s.p == NULL)
		s = other;
	if (is_junk(f, s))
		s = STR_NONE;
	*out = (struct found){ .text_only = true, .in_query = true,
		.text = s };
	return ERR_OK;
}

struct spelled { struct str want, name; struct json *value; };

static bool
match_name(void *arg, struct str name, struct json *value)
{
	struct spelled *s = arg;

	if (!same_name(name, s->want))
		return true;
	s->name = name;
	s->value = value;
	return false;
}

/* Null, and the empty text, count as absent. */
static struct json *
member(const struct json *object, const char *name)
{
	struct spelled s = { .want = str_of(name) };
	struct json *j = json_get_fold(object, name);

	if (j == NULL && object != NULL && !json_each(object, match_name, &s))
		j = s.value;
	if (json_type(j) == JSON_NULL ||
	    (json_type(j) == JSON_STRING && json_string(j).len == 0))
		return NULL;
	return j;
}

static enum err
find_body(struct http *h, const struct field *f, struct found *out)
{
	struct arena *a = h->ctx->arena;
	struct json *j, *other = NULL;

	*out = (struct found){ .in_body = true, .name = f->name,
		.text_only = h->form.n > 0 };
	j = member(h->json, f->name);
	if (f->alias != NULL)
		other = member(h->json, f->alias);
	if (j != NULL && other != NULL &&
	    !str_eq(json_text(a, j, false), json_text(a, other, false)))
		return err_set(h->ctx, ERR_BODY_SHAPE, f->name,
		    "two names of one field");
	if (j == NULL) {
		j = other;
		out->name = f->alias;
	}
	out->json = j;
	if (json_type(j) == JSON_STRING)
		out->text = json_string(j);
	return ERR_OK;
}

static bool
is_there(const struct found *v)
{
	return v->in_body ? v->json != NULL : str_present(v->text);
}

static enum err
find(struct http *h, const struct field *f, struct found *out)
{
	enum err e = ERR_OK;

	*out = (struct found){ .text = STR_NONE };
	if ((f->in & IN_HEADER) != 0 && find_header(h, f, out))
		return ERR_OK;
	if ((f->in & IN_QUERY) != 0)
		e = find_query(h, f, out);
	if (e != ERR_OK || is_there(out))
		return e;
	if ((f->in & IN_BODY) != 0)
		e = find_body(h, f, out);
	return e;
}

static struct str
restore_plus(struct arena *a, struct str s)
{
	struct str d = str_dup(a, s);
	char *p = (char *)(uintptr_t)d.p;
	size_t i;

	for (i = 0; i < d.len; i++)
		if (p[i] == ' ')
			p[i] = '+';
	return d;
}

static bool
take_text(struct http *h, const struct field *f, struct found *v,
    struct str *out)
{
	struct str s = v->text;

	if (v->in_body && json_type(v->json) != JSON_STRING)
		return false;
	if (s.len > (f->max > 0 ? f->max : LIMIT_TEXT) || !utf8_valid(s))
		return false;
	if ((f->flags & FIELD_LINE) != 0 && utf8_has_control(s))
		return false;
	if ((f->flags & FIELD_PLUS) != 0 && !v->in_body)
		s = restore_plus(h->ctx->arena, s);
	*out = s;
	return true;
}

/* In every spelling that it has. */
static void
remove_member(struct http *h, const char *name)
{
	struct spelled s = { .want = str_of(name) };
	struct str text;

	while (!json_each(h->json, match_name, &s)) {
		text = json_string(s.value);
		secret_wipe((void *)(uintptr_t)text.p, text.len);
		json_remove(h->json, str_cstr(h->ctx->arena, s.name));
	}
}

/* The tree's copy goes: a secret stands in one place only. */
static bool
take_secret(struct http *h, const struct field *f, struct found *v,
    struct secret *out)
{
	struct str s;

	if (!take_text(h, f, v, &s))
		return false;
	*out = secret_copy(h->ctx->arena, s.p, s.len);
	if (v->in_body)
		remove_member(h, v->name);
	return true;
}

static bool
take_bool(const struct found *v, bool *out)
{
	if (!v->text_only) {
		*out = json_bool(v->json);
		return json_type(v->json) == JSON_BOOL;
	}
	*out = str_ieq(v->text, STR("true")) || str_eq(v->text, STR("1"));
	return *out || str_ieq(v->text, STR("false")) ||
	    str_eq(v->text, STR("0"));
}

static bool
take_int(const struct found *v, int64_t *out)
{
	if (!v->text_only) {
		*out = json_int(v->json);
		return json_type(v->json) == JSON_INT;
	}
	return str_to_int(v->text, 0, INT32_MAX, out);
}

static bool
take(struct http *h, const struct field *f, struct found *v, void *at)
{
	switch (f->type) {
	case FIELD_TEXT:
		return take_text(h, f, v, at);
	case FIELD_SECRET:
		return take_secret(h, f, v, at);
	case FIELD_BOOL:
		return take_bool(v, at);
	case FIELD_INT:
		return take_int(v, at);
	case FIELD_JSON:
		*(struct json **)at = v->in_body ? v->json :
		    json_new_string(h->ctx->arena, v->text);
		return true;
	}
	return false;
}

static enum err
bind(struct http *h, const struct field *f, void *in)
{
	struct ctx *c = h->ctx;
	struct found v;
	enum err e;

	e = find(h, f, &v);
	if (e != ERR_OK)
		return e;
	if (!is_there(&v)) {
		if ((f->flags & FIELD_REQUIRED) == 0)
			return ERR_OK;
		e = f->missing != ERR_OK ? f->missing : ERR_PARAMETER;
		return err_set(c, e, f->name, "field missing");
	}
	if ((f->flags & FIELD_DISCARD) != 0 ||
	    take(h, f, &v, (char *)in + f->offset))
		return ERR_OK;
	e = f->malformed != ERR_OK ? f->malformed :
	    v.in_body ? ERR_BODY_SHAPE : ERR_PARAMETER;
	return err_set(c, e, f->name, "field malformed");
}

enum err
body_fields(struct http *h, void **in_out)
{
	const struct route *r = h->route;
	const struct field *f;
	void *in;
	enum err e;

	in = arena_alloc(h->ctx->arena, r->in_size > 0 ? r->in_size : 1);
	for (f = r->fields; f != NULL && f->name != NULL; f++) {
		e = bind(h, f, in);
		if (e != ERR_OK)
			return e;
	}
	*in_out = in;
	return ERR_OK;
}

enum err
body_projection(struct http *h)
{
	struct arena *a = h->ctx->arena;
	struct buf b;
	size_t i;
	bool ok = true;

	buf_init(&b, a, LIMIT_QUERY);
	for (i = 0; i < h->query.n; i++) {
		if (!str_ieq(h->query.items[i].name, STR("fields")) ||
		    !str_present(str_trim(h->query.items[i].value)))
			continue;
		if (b.len > 0)
			buf_char(&b, ',');
		buf_str(&b, h->query.items[i].value);
	}
	if (b.len == 0)
		return ERR_OK;
	h->fields = buf_view(&b);
	json_project(a, json_new_object(a), h->fields, &ok);
	return ok && buf_ok(&b) ? ERR_OK : err_set(h->ctx, ERR_PARAMETER,
	    "fields", "projection not understood");
}
