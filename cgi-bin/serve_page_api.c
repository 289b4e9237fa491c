/*
 * The API as a page: what /openapi.json says, for people.
 */
#include "serve_page.h"

#include "base/buf.h"
#include "codec/json.h"
#include "openapi.h"
#include "page.h"
#include "problem.h"
#include "response.h"

#define DEPTH_MAX	3	/* of an answer's members */

struct part {
	struct http *h;
	struct values *v;
	struct json *api;
	struct str prefix;		/* of members: "Data." */
	const char *where;		/* of fields */
	const struct json *required;
	unsigned depth;
	struct str path, section;
};

static struct str
text_of(const struct json *j, const char *name)
{
	struct str s = json_string(json_get(j, name));

	return s.p != NULL ? s : STR("");
}

static bool
lists(const struct json *list, struct str s)
{
	size_t i;

	for (i = 0; i < json_length(list); i++)
		if (str_eq(json_string(json_at(list, i)), s))
			return true;
	return false;
}

/* "string (uuid) or null", "array" */
static struct str
type_text(struct http *h, const struct json *schema)
{
	const struct json *type = json_get(schema, "type");
	struct str format = text_of(schema, "format");
	struct buf b;

	buf_init(&b, h->ctx->arena, 256);
	if (json_get(schema, "$ref") != NULL)
		buf_cstr(&b, "profile");
	else
		buf_str(&b, json_type(type) == JSON_ARRAY ?
		    json_string(json_at(type, 0)) : json_string(type));
	if (format.len > 0)
		buf_printf(&b, " (%.*s)", STR_FMT(format));
	if (json_type(type) == JSON_ARRAY)
		buf_cstr(&b, " or null");
	return buf_view(&b);
}

static void
put_field(struct part *p, struct str name, const char *where, bool required,
    struct str help)
{
	struct values *one = values_add(p->v, "fields");

	values_set(one, "name", name);
	values_set(one, "where", str_of(where));
	values_flag(one, "required", required);
	values_set(one, "help", help);
}

static bool
put_body_member(void *arg, struct str name, struct json *schema)
{
	struct part *p = arg;

	put_field(p, name, "body", lists(p->required, name),
	    text_of(schema, "description"));
	return true;
}

static void
put_shape(struct part *p, const struct json *schema)
{
	p->required = json_get(schema, "required");
	json_each(json_get(schema, "properties"), put_body_member, p);
	if (json_get(schema, "properties") == NULL)
		put_field(p, STR("*"), "body", true,
		    text_of(schema, "description"));
}

static void
put_fields(struct part *p, const struct json *op)
{
	const struct json *list = json_get(op, "parameters"), *one, *shapes;
	size_t i;

	values_list(p->v, "fields");
	for (i = 0; i < json_length(list); i++) {
		one = json_at(list, i);
		put_field(p, text_of(one, "name"), text_of(one, "in").p,
		    json_bool(json_get(one, "required")),
		    text_of(one, "description"));
	}
	one = json_get(json_get(json_get(json_get(op, "requestBody"),
	    "content"), "application/json"), "schema");
	if (one == NULL)
		return;
	shapes = json_get(one, "anyOf");
	for (i = 0; i < json_length(shapes); i++)
		put_shape(p, json_at(shapes, i));
	if (shapes == NULL)
		put_shape(p, one);
}

static void put_members(const struct part *p, const struct json *schema);

static bool
put_member(void *arg, struct str name, struct json *schema)
{
	const struct part *p = arg;
	struct part inner = *p;
	struct values *one = values_add(p->v, "members");

	name = str_printf(p->h->ctx->arena, "%.*s%.*s", STR_FMT(p->prefix),
	    STR_FMT(name));
	values_set(one, "name", name);
	values_set(one, "type", type_text(p->h, schema));
	inner.prefix = str_printf(p->h->ctx->arena, "%.*s.", STR_FMT(name));
	inner.depth++;
	put_members(&inner, schema);
	return true;
}

/* Of an array those of its elements. */
static void
put_members(const struct part *p, const struct json *schema)
{
	const struct json *items = json_get(schema, "items");
	struct part copy = *p;

	if (p->depth < DEPTH_MAX)
		json_each(json_get(items != NULL ? items : schema,
		    "properties"), put_member, &copy);
}

static const struct json *
schema_of(const struct json *answer)
{
	return json_get(json_get(json_get(answer, "content"),
	    "application/json"), "schema");
}

static bool
put_answer(void *arg, struct str status, struct json *answer)
{
	struct part *p = arg;
	const struct json *schema = schema_of(answer), *codes, *shapes;
	struct values *one;
	size_t i;

	if (str_eq(status, STR("200"))) {
		shapes = json_get(schema, "anyOf");
		for (i = 0; i < json_length(shapes); i++)
			put_members(p, json_at(shapes, i));
		put_members(p, schema);
		return true;
	}
	codes = json_get(json_get(json_get(json_at(json_get(schema, "allOf"),
	    1), "properties"), "ErrorCode"), "enum");
	for (i = 0; i < json_length(codes); i++) {
		one = values_add(p->v, "codes");
		values_set(one, "code", str_printf(p->h->ctx->arena, "%lld",
		    (long long)json_int(json_at(codes, i))));
	}
	return true;
}

static bool
put_need(void *arg, struct str name, struct json *scopes)
{
	struct buf *b = arg;

	(void)scopes;
	buf_printf(b, "%s%.*s", b->len > 0 ? " + " : "", STR_FMT(name));
	return true;
}

static struct str
needs_text(struct part *p, const struct json *op)
{
	const struct json *list = json_get(op, "security");
	struct buf b, one;
	size_t i;

	buf_init(&b, p->h->ctx->arena, 1024);
	for (i = 0; i < json_length(list); i++) {
		buf_init(&one, p->h->ctx->arena, 256);
		json_each(json_at(list, i), put_need, &one);
		buf_printf(&b, "%s%.*s", i > 0 ? ", or " : "",
		    STR_FMT(one.len > 0 ? buf_view(&one) : STR("nothing")));
	}
	return buf_view(&b);
}

static bool
put_operation(void *arg, struct str method, struct json *op)
{
	struct part *p = arg, inner = *p;

	if (!lists(json_get(op, "tags"), p->section))
		return true;
	inner.v = values_add(p->v, "operations");
	inner.prefix = STR("");
	values_set(inner.v, "method", method);
	values_set(inner.v, "path", p->path);
	values_set(inner.v, "summary", text_of(op, "summary"));
	values_set(inner.v, "needs", needs_text(p, op));
	put_fields(&inner, op);
	values_list(inner.v, "members");
	values_list(inner.v, "codes");
	json_each(json_get(op, "responses"), put_answer, &inner);
	return true;
}

static bool
put_path(void *arg, struct str path, struct json *operations)
{
	struct part *p = arg;

	p->path = path;
	return json_each(operations, put_operation, p);
}

static void
put_sections(struct part *p)
{
	const struct json *list = json_get(p->api, "tags"), *one;
	struct part inner;
	size_t i;

	for (i = 0; i < json_length(list); i++) {
		one = json_at(list, i);
		inner = *p;
		inner.v = values_add(p->v, "sections");
		inner.section = text_of(one, "name");
		values_set(inner.v, "section", inner.section);
		values_set(inner.v, "about", text_of(one, "description"));
		values_list(inner.v, "operations");
		json_each(json_get(p->api, "paths"), put_path, &inner);
	}
}

/* Several of our errors may have one code: the first tells. */
static void
put_errors(struct part *p)
{
	struct values *one;
	int e, k;

	for (e = 1; e < ERR_COUNT; e++) {
		for (k = 1; k < e && problem_code((enum err)k) !=
		    problem_code((enum err)e); k++)
			;
		if (k < e)
			continue;
		one = values_add(p->v, "errors");
		values_set(one, "code", str_printf(p->h->ctx->arena, "%d",
		    problem_code((enum err)e)));
		values_set(one, "status", str_printf(p->h->ctx->arena, "%d",
		    problem_status((enum err)e)));
		values_set(one, "text",
		    str_of(problem_description((enum err)e)));
	}
}

enum err
serve_api_page(struct http *h, const void *in)
{
	struct part p = { .h = h, .v = page_values(h) };

	(void)in;
	p.api = openapi_json(h->ctx->arena, h->ctx->config);
	put_sections(&p);
	put_errors(&p);
	return response_page(h, 200, "api.html", p.v);
}
