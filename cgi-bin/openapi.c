#include "openapi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "codec/json.h"
#include "domain/profile.h"
#include "problem.h"
#include "route.h"
#include "router.h"

/*
 * Rows of one method and path are one operation; what tells them apart
 * becomes a oneOf of bodies.
 */
struct operation {
	struct arena *arena;
	const struct route *rows[8];
	size_t n;
	bool listed[ERR_COUNT];
};

static struct json *
object(const struct operation *o)
{
	return json_new_object(o->arena);
}

static struct json *
typed(struct arena *a, const char *type, const char *format, bool nullable)
{
	struct json *j = json_new_object(a), *types;

	if (nullable) {
		types = json_new_array(a);
		json_append_str(types, str_of(type));
		json_append_str(types, STR("null"));
		json_set(j, "type", types);
	} else {
		json_set_cstr(j, "type", type);
	}
	if (format != NULL)
		json_set_cstr(j, "format", format);
	return j;
}

static struct json *
ref(struct arena *a, const char *name)
{
	struct json *j = json_new_object(a);

	json_set_str(j, "$ref", str_printf(a, "#/components/schemas/%s",
	    name));
	return j;
}

/* ---- fields ---- */

static const char *
field_json_type(const struct field *f)
{
	return f->type == FIELD_BOOL ? "boolean" :
	    f->type == FIELD_INT ? "integer" : "string";
}

static struct json *
field_schema(struct arena *a, const struct field *f)
{
	struct json *j;

	if (f->type == FIELD_JSON) {
		j = json_new_object(a);
	} else {
		j = typed(a, field_json_type(f), f->type == FIELD_SECRET ?
		    "password" : NULL, false);
		if (f->type == FIELD_TEXT || f->type == FIELD_SECRET)
			json_set_int(j, "maxLength",
			    (int64_t)(f->max > 0 ? f->max : LIMIT_TEXT));
	}
	json_set_cstr(j, "description", f->help);
	return j;
}

static bool
has_parameter(const struct json *list, const char *name, const char *in)
{
	const struct json *p;
	size_t i;

	for (i = 0; i < json_length(list); i++) {
		p = json_at(list, i);
		if (str_ieq(json_string(json_get(p, "name")), str_of(name)) &&
		    str_eq(json_string(json_get(p, "in")), str_of(in)))
			return true;
	}
	return false;
}

static struct json *
add_parameter(struct operation *o, struct json *list, const char *name,
    const char *in, const char *help)
{
	struct json *p;

	if (has_parameter(list, name, in))
		return NULL;
	p = object(o);
	json_set_cstr(p, "name", name);
	json_set_cstr(p, "in", in);
	json_set_cstr(p, "description", help);
	json_append(list, p);
	return p;
}

/* Required only when every shape asks for it, and there alone. */
static void
add_field(struct operation *o, struct json *list, const struct field *f)
{
	struct json *p;

	if ((f->in & IN_HEADER) != 0) {
		p = add_parameter(o, list, str_printf(o->arena,
		    "X-Doorward-%s", f->name).p, "header", f->help);
		if (p != NULL)
			json_set(p, "schema", field_schema(o->arena, f));
	}
	if ((f->in & IN_QUERY) == 0)
		return;
	p = add_parameter(o, list, f->name, "query", f->help);
	if (p == NULL)
		return;
	json_set_bool(p, "required", o->n == 1 && f->in == IN_QUERY &&
	    (f->flags & FIELD_REQUIRED) != 0);
	json_set(p, "schema", field_schema(o->arena, f));
}

static bool
has_profile(const struct reply *r)
{
	for (; r != NULL && r->name != NULL; r++)
		if (r->type == REPLY_PROFILE || has_profile(r->of))
			return true;
	return false;
}

/* What the values in paths are. */
static const char *
path_value_help(struct str name)
{
	static const struct { struct str name; const char *help; } all[] = {
		{ STR("uid"), "Uid of the account: 32 hex digits" },
		{ STR("objectrecordid"), "Id of the custom object" },
	};
	size_t i;

	for (i = 0; i < COUNT(all); i++)
		if (str_eq(all[i].name, name))
			return all[i].help;
	return "";
}

static void
add_path_values(struct operation *o, struct json *list)
{
	struct str rest = str_of(o->rows[0]->path), part;
	struct json *p;

	while (str_split(&rest, '/', &part)) {
		if (part.len < 3 || part.p[0] != '{')
			continue;
		part = str_sub(part, 1, part.len - 2);
		p = add_parameter(o, list, str_cstr(o->arena, part), "path",
		    path_value_help(part));
		if (p == NULL)
			continue;
		json_set_bool(p, "required", true);
		json_set(p, "schema", typed(o->arena, "string", NULL, false));
	}
}

static void
add_parameters(struct operation *o, struct json *op)
{
	struct json *list = json_new_array(o->arena), *p;
	const struct field *f;
	size_t i;

	add_path_values(o, list);
	for (i = 0; i < o->n; i++)
		for (f = o->rows[i]->fields; f != NULL && f->name != NULL;
		    f++)
			add_field(o, list, f);
	if (has_profile(o->rows[0]->reply)) {
		p = add_parameter(o, list, "fields", "query",
		    "Members of the profile that are wanted: "
		    "Uid,Email/Value,Addresses(City,Country)");
		json_set(p, "schema", typed(o->arena, "string", NULL, false));
	}
	if (json_length(list) > 0)
		json_set(op, "parameters", list);
}

/* What leads to the row, and what it needs but takes from the query as well:
 * "required" would be too much to say of either. */
static void
add_needs(struct operation *o, const struct route *r, struct json *schema)
{
	struct json *needs = json_new_array(o->arena);
	const struct field *f;

	if (r->when != NULL)
		json_append_str(needs, str_of(r->when));
	for (f = r->fields; f != NULL && f->name != NULL; f++)
		if ((f->in & IN_BODY) != 0 && f->in != IN_BODY &&
		    (f->flags & FIELD_REQUIRED) != 0)
			json_append_str(needs, str_of(f->name));
	if (json_length(needs) > 0)
		json_set(schema, "x-doorward-needs", needs);
}

/* Members beyond the named ones are profile members, or are ignored. */
static struct json *
body_schema(struct operation *o, const struct route *r, bool *any,
    bool *needed)
{
	struct json *j = typed(o->arena, "object", NULL, false);
	struct json *members = object(o), *required;
	const struct field *f;

	required = json_new_array(o->arena);
	for (f = r->fields; f != NULL && f->name != NULL; f++) {
		if ((f->in & IN_BODY) == 0)
			continue;
		*any = true;
		json_set(members, f->name, field_schema(o->arena, f));
		if (f->in == IN_BODY && (f->flags & FIELD_REQUIRED) != 0)
			json_append_str(required, str_of(f->name));
	}
	json_set_cstr(j, "title", r->summary);
	json_set(j, "properties", members);
	if (json_length(required) > 0)
		json_set(j, "required", required);
	add_needs(o, r, j);
	if ((r->need & BODY_OPTIONAL) != 0)
		*needed = false;
	return j;
}

/* A body that is data: any object. */
static void
add_data_body(struct operation *o, struct json *op)
{
	struct json *content = object(o), *media = object(o);
	struct json *body = object(o), *schema;

	schema = typed(o->arena, "object", NULL, false);
	json_set_cstr(schema, "description", "The data itself; names keep "
	    "their order and case, numbers their digits");
	json_set(media, "schema", schema);
	json_set(content, "application/json", media);
	json_set_bool(body, "required", true);
	json_set(body, "content", content);
	json_set(op, "requestBody", body);
}

static void
add_body(struct operation *o, struct json *op)
{
	struct json *shapes = json_new_array(o->arena), *schema;
	struct json *content = object(o), *media = object(o), *body;
	bool any = false, needed = true;
	size_t i;

	if (o->rows[0]->method == GET)
		return;
	if ((o->rows[0]->need & BODY_DATA) != 0) {
		add_data_body(o, op);
		return;
	}
	for (i = 0; i < o->n; i++)
		if (i == 0 || o->rows[i]->fields != o->rows[i - 1]->fields)
			json_append(shapes, body_schema(o, o->rows[i], &any,
			    &needed));
	if (!any)
		return;
	schema = json_at(shapes, 0);
	if (json_length(shapes) > 1) {
		schema = object(o);
		json_set(schema, "anyOf", shapes);
	}
	json_set(media, "schema", schema);
	json_set(content, "application/json", media);
	json_set(content, "application/x-www-form-urlencoded", media);
	body = object(o);
	json_set_bool(body, "required", needed);
	json_set(body, "content", content);
	json_set(op, "requestBody", body);
}

/* ---- answers ---- */

static struct json *reply_schema(struct arena *a, const struct reply *list);

static struct json *
reply_type_schema(struct arena *a, const struct reply *r)
{
	bool null = (r->flags & REPLY_NULLABLE) != 0;
	struct json *j, *kind;

	switch (r->type) {
	case REPLY_TEXT:
		return typed(a, "string", NULL, null);
	case REPLY_GUID:
		return typed(a, "string", "uuid", null);
	case REPLY_TIME:
		return typed(a, "string", "date-time", null);
	case REPLY_BOOL:
		return typed(a, "boolean", NULL, null);
	case REPLY_INT:
		return typed(a, "integer", NULL, null);
	case REPLY_PROFILE:
		return ref(a, "Profile");
	case REPLY_ARRAY:
		j = typed(a, "array", NULL, null);
		if (r->of != NULL)
			json_set(j, "items", reply_schema(a, r->of));
		return j;
	case REPLY_OBJECT:
		j = typed(a, "object", NULL, null);
		if (r->of == NULL)
			return j;
		kind = json_get(j, "type");
		j = reply_schema(a, r->of);
		json_set(j, "type", kind);
		return j;
	}
	return NULL;
}

static struct json *
reply_schema(struct arena *a, const struct reply *list)
{
	struct json *j, *members, *required;
	const struct reply *r;

	if (list->name != NULL && *list->name == '\0')
		return reply_type_schema(a, list);
	j = typed(a, "object", NULL, false);
	members = json_new_object(a);
	required = json_new_array(a);
	for (r = list; r->name != NULL; r++) {
		json_set(members, r->name, reply_type_schema(a, r));
		if ((r->flags & REPLY_OPTIONAL) == 0)
			json_append_str(required, str_of(r->name));
	}
	json_set(j, "properties", members);
	json_set(j, "required", required);
	json_set_bool(j, "additionalProperties", false);
	return j;
}

static struct json *
answer(struct operation *o, const char *text, struct json *schema)
{
	struct json *j = object(o), *content = object(o), *media = object(o);

	json_set(media, "schema", schema);
	json_set(content, "application/json", media);
	json_set_cstr(j, "description", text);
	json_set(j, "content", content);
	return j;
}

static struct json *
success(struct operation *o)
{
	struct json *shapes = json_new_array(o->arena), *schema;
	size_t i, k;

	for (i = 0; i < o->n; i++) {
		for (k = 0; k < i && o->rows[k]->reply != o->rows[i]->reply;
		    k++)
			;
		if (k == i)
			json_append(shapes, reply_schema(o->arena,
			    o->rows[i]->reply));
	}
	schema = json_at(shapes, 0);
	if (json_length(shapes) > 1) {
		schema = object(o);
		json_set(schema, "oneOf", shapes);
	}
	return answer(o, "Success", schema);
}

static void
list_errors(struct operation *o, const enum err *errors)
{
	for (; errors != NULL && *errors != ERR_OK; errors++)
		o->listed[*errors] = true;
}

#define LIST(o, ...)	list_errors((o), (const enum err[]){ __VA_ARGS__, \
	ERR_OK })

static bool
has_reply(const struct reply *list, const char *name)
{
	for (; list != NULL && list->name != NULL; list++)
		if (strcmp(list->name, name) == 0)
			return true;
	return false;
}

/* Can it answer with a new session and its profile? */
static bool
signs_in(const struct reply *list)
{
	if (has_reply(list, "Profile") && has_reply(list, "refresh_token"))
		return true;
	for (; list != NULL && list->name != NULL; list++)
		if (strcmp(list->name, "Data") == 0 &&
		    has_reply(list->of, "refresh_token"))
			return true;
	return false;
}

/* What the steps before the handler can answer. */
static void
list_generic(struct operation *o)
{
	enum method m = o->rows[0]->method;
	unsigned need = 0;
	size_t i;

	for (i = 0; i < o->n; i++)
		need |= o->rows[i]->need;
	LIST(o, ERR_PARAMETER, ERR_BAD_REQUEST, ERR_QUERY_TOO_LONG,
	    ERR_RATE_LIMITED, ERR_INTERNAL, ERR_UNAVAILABLE);
	if ((need & ANY_SCHEME) == 0)
		LIST(o, ERR_PLAIN_HTTP);
	if ((need & NEED_KEY) != 0)
		LIST(o, ERR_KEY_MISSING, ERR_KEY_MALFORMED, ERR_KEY_REFUSED);
	if ((need & NEED_SECRET) != 0)
		LIST(o, ERR_SECRET_MISSING, ERR_SECRET_MALFORMED,
		    ERR_SECRET_REFUSED, ERR_SECRET_NOT_PERMITTED,
		    ERR_CALLER_REFUSED, ERR_SIGNATURE_MISSING,
		    ERR_SIGNATURE_REFUSED, ERR_SIGNATURE_OR_SECRET,
		    ERR_SIGNED_EXPIRES_MISSING, ERR_SIGNED_EXPIRES,
		    ERR_SIGNATURE_EXPIRED);
	if ((need & NEED_TOKEN) != 0)
		LIST(o, ERR_TOKEN_MISSING, ERR_TOKEN_UNKNOWN,
		    ERR_TOKEN_EXPIRED, ERR_ACCOUNT_BLOCKED);
	if ((need & NEED_TOKEN) != 0 && (need & TOKEN_LIMITED_OK) == 0)
		LIST(o, ERR_PRIVACY_OUTSTANDING);
	for (i = 0; i < o->n; i++)
		if (signs_in(o->rows[i]->reply))
			LIST(o, ERR_SESSION_LIMIT);
	if (m != GET)
		LIST(o, ERR_CONTENT_TYPE, ERR_BODY_SHAPE);
	if ((need & BODY_DATA) != 0) {
		if (m == PUT)
			LIST(o, ERR_BODY_JSON_PUT);
		return;
	}
	if (m != GET)
		LIST(o, ERR_BODY_TOO_LARGE);
	if (m == POST)
		LIST(o, ERR_BODY_JSON_POST, ERR_BODY_FORM_POST);
	if (m == PUT)
		LIST(o, ERR_BODY_JSON_PUT, ERR_BODY_FORM_PUT);
	if (m == DELETE)
		LIST(o, ERR_BODY_JSON_DELETE, ERR_BODY_FORM_DELETE);
}

/* Some codes stand for several of our errors: each is named once. */
static struct json *
error_answer(struct operation *o, int status)
{
	struct json *codes = json_new_array(o->arena), *schema, *parts;
	struct json *members, *code;
	int seen[ERR_COUNT] = { 0 };
	struct buf text;
	size_t e, k, n = 0;

	buf_init(&text, o->arena, LIMIT_RESPONSE);
	for (e = 1; e < ERR_COUNT; e++) {
		int api = problem_code((enum err)e);

		if (!o->listed[e] || problem_status((enum err)e) != status)
			continue;
		for (k = 0; k < n && seen[k] != api; k++)
			;
		if (k < n)
			continue;
		seen[n++] = api;
		buf_printf(&text, "%s%d: %s", text.len > 0 ? "\n" : "", api,
		    problem_description((enum err)e));
		code = object(o);
		json_set_int(code, "const", api);
		json_append(codes, json_get(code, "const"));
	}
	if (n == 0)
		return NULL;
	members = object(o);
	code = object(o);
	json_set(code, "enum", codes);
	json_set(members, "ErrorCode", code);
	schema = object(o);
	json_set(schema, "properties", members);
	parts = json_new_array(o->arena);
	json_append(parts, ref(o->arena, "Error"));
	json_append(parts, schema);
	schema = object(o);
	json_set(schema, "allOf", parts);
	return answer(o, buf_view(&text).p, schema);
}

static void
add_answers(struct operation *o, struct json *op)
{
	struct json *all = object(o), *one;
	int status;
	size_t i;

	list_generic(o);
	for (i = 0; i < o->n; i++)
		list_errors(o, o->rows[i]->errors);
	json_set(all, "200", success(o));
	for (status = 400; status < 600; status++) {
		one = error_answer(o, status);
		if (one != NULL)
			json_set(all, str_printf(o->arena, "%d", status).p,
			    one);
	}
	json_set(op, "responses", all);
}

static void
add_security(struct operation *o, struct json *op)
{
	static const struct { unsigned need; const char *scheme; } all[] = {
		{ NEED_KEY | NEED_SECRET, "apiKey" },
		{ NEED_SECRET, "apiSecret" },
		{ NEED_TOKEN, "accessToken" },
	};
	const unsigned mask = NEED_KEY | NEED_SECRET | NEED_TOKEN;
	struct json *list = json_new_array(o->arena), *set;
	size_t i, k;

	for (k = 0; k < o->n; k++) {
		for (i = 0; i < k && ((o->rows[i]->need ^
		    o->rows[k]->need) & mask) != 0; i++)
			;
		if (i < k)
			continue;	/* the same as an earlier row */
		set = object(o);
		for (i = 0; i < COUNT(all); i++)
			if ((o->rows[k]->need & all[i].need) != 0)
				json_set(set, all[i].scheme,
				    json_new_array(o->arena));
		json_append(list, set);
	}
	json_set(op, "security", list);
}

static struct json *
operation_json(struct operation *o)
{
	struct json *op = object(o), *ids = json_new_array(o->arena);
	struct buf summary;
	size_t i;

	buf_init(&summary, o->arena, LIMIT_TEXT);
	for (i = 0; i < o->n; i++) {
		buf_printf(&summary, "%s%s", i > 0 ? "; " : "",
		    o->rows[i]->summary);
		json_append_str(ids, str_of(o->rows[i]->id));
	}
	json_set_cstr(op, "operationId", o->rows[0]->id);
	json_set_str(op, "summary", buf_view(&summary));
	json_set(op, "x-doorward-rows", ids);
	add_security(o, op);
	add_parameters(o, op);
	add_body(o, op);
	add_answers(o, op);
	return op;
}

/* ---- the whole ---- */

/* The sections of the API by the beginnings of their paths: the first that
 * fits counts. */
static const struct { const char *begins, *name, *help; } sections[] = {
	{ "/identity/v2/auth/register", "Registration",
	    "Making an account" },
	{ "/identity/v2/auth/login", "Login", "Signing in" },
	{ "/identity/v2/auth/password", "Password",
	    "Changing and resetting passwords, security questions" },
	{ "/identity/v2/auth/securityquestion", "Password", "" },
	{ "/identity/v2/auth/pin", "PIN", "A second, short secret" },
	{ "/identity/v2/auth/session_token", "PIN", "" },
	{ "/identity/v2/auth/access_token", "Session",
	    "What an access token is, and its end" },
	{ "/identity/v2/auth/customobject", "Custom Object",
	    "Data of an account beside its profile" },
	{ "/identity/v2/auth", "User",
	    "The account: profile, addresses, numbers, consents" },
	{ "/identity/v2/manage/account/{uid}/customobject",
	    "Custom Object", "" },
	{ "/identity/v2/manage", "Back end", "With the API secret" },
	{ "/api/v2", "Back end", "" },
	{ "/v2/manage", "Back end", "" },
	{ "", "Service", "The site, and this description" },
};

static const char *
section_of(const char *path)
{
	size_t i = 0;

	while (!str_starts(str_of(path), str_of(sections[i].begins)))
		i++;
	return sections[i].name;
}

static void
add_section(struct operation *o, struct json *op)
{
	struct json *tags = json_new_array(o->arena);

	json_append_str(tags, str_of(section_of(o->rows[0]->path)));
	json_set(op, "tags", tags);
}

/* Those that have an operation, in the order of the table. */
static struct json *
tags(struct arena *a)
{
	struct json *list = json_new_array(a), *one, *seen;
	const struct route *r;
	size_t i;

	seen = json_new_object(a);
	for (r = routes; r < routes + routes_count; r++)
		if ((r->need & IS_PAGE) == 0)
			json_set_bool(seen, section_of(r->path), true);
	for (i = 0; i < COUNT(sections); i++) {
		if (json_get(seen, sections[i].name) == NULL)
			continue;
		json_remove(seen, sections[i].name);
		one = json_new_object(a);
		json_set_cstr(one, "name", sections[i].name);
		json_set_cstr(one, "description", sections[i].help);
		json_append(list, one);
	}
	return list;
}

static bool
is_first(const struct route *r)
{
	const struct route *q;

	for (q = routes; q < r; q++)
		if (q->method == r->method && strcmp(q->path, r->path) == 0)
			return false;
	return true;
}

static void
collect(struct operation *o, struct arena *a, const struct route *first)
{
	const struct route *r;

	*o = (struct operation){ .arena = a };
	for (r = first; r < routes + routes_count; r++) {
		if (r->method != first->method ||
		    strcmp(r->path, first->path) != 0)
			continue;
		must(o->n < COUNT(o->rows));
		o->rows[o->n++] = r;
	}
}

static struct json *
paths(struct arena *a)
{
	struct json *all = json_new_object(a), *path, *one;
	const struct route *r;
	struct operation o;

	for (r = routes; r < routes + routes_count; r++) {
		if ((r->need & IS_PAGE) != 0 || !is_first(r))
			continue;
		path = json_get(all, r->path);
		if (path == NULL) {
			path = json_new_object(a);
			json_set(all, r->path, path);
		}
		collect(&o, a, r);
		one = operation_json(&o);
		add_section(&o, one);
		json_set(path, str_lower(a,
		    str_of(route_method(r->method))).p, one);
	}
	return all;
}

/* Pages are no API; the list is for those who check that all are tested. */
static struct json *
pages(struct arena *a)
{
	struct json *list = json_new_array(a), *one;
	const struct route *r;

	for (r = routes; r < routes + routes_count; r++) {
		if ((r->need & IS_PAGE) == 0)
			continue;
		one = json_new_object(a);
		json_set_cstr(one, "id", r->id);
		json_set_cstr(one, "method", route_method(r->method));
		json_set_cstr(one, "path", r->path);
		json_set_cstr(one, "summary", r->summary);
		json_append(list, one);
	}
	return list;
}

struct profile_schema { struct arena *arena; struct json *members; };

static void
add_member(void *arg, const char *name, const char *type, bool nullable)
{
	struct profile_schema *p = arg;

	json_set(p->members, name, typed(p->arena, type, NULL, nullable));
}

static struct json *
profile_schema(struct arena *a)
{
	struct profile_schema p = { a, json_new_object(a) };
	struct json *j = typed(a, "object", NULL, false);

	profile_members(add_member, &p);
	json_set_cstr(j, "description",
	    "Every member is there unless fields= trims the profile.");
	json_set(j, "properties", p.members);
	json_set_bool(j, "additionalProperties", false);
	return j;
}

static const struct reply error_line[] = {
	{ "FieldName", REPLY_TEXT, 0, NULL },
	{ "ErrorMessage", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply error_data[] = {
	{ "LoginLockedTimeout", REPLY_TIME, REPLY_OPTIONAL, NULL },
	{ "PINAuthToken", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "access_token", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "expires_in", REPLY_TIME, REPLY_OPTIONAL, NULL },
	{ "ConsentToken", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply error_reply[] = {
	{ "Description", REPLY_TEXT, 0, NULL },
	{ "ErrorCode", REPLY_INT, 0, NULL },
	{ "Message", REPLY_TEXT, 0, NULL },
	{ "IsProviderError", REPLY_BOOL, 0, NULL },
	{ "ProviderErrorResponse", REPLY_TEXT, REPLY_NULLABLE, NULL },
	{ "Errors", REPLY_ARRAY, REPLY_OPTIONAL, error_line },
	{ "Data", REPLY_OBJECT, REPLY_OPTIONAL, error_data },
	{ "PINAuthToken", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "ConsentToken", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	/* Below /api/v2 everything stands twice. */
	{ "description", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "errorCode", REPLY_INT, REPLY_OPTIONAL, NULL },
	{ "message", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "isProviderError", REPLY_BOOL, REPLY_OPTIONAL, NULL },
	{ "providerErrorResponse", REPLY_TEXT,
	  REPLY_NULLABLE | REPLY_OPTIONAL, NULL },
	{ NULL, 0, 0, NULL }
};

static struct json *
scheme(struct arena *a, const char *type, const char *in, const char *name,
    const char *text)
{
	struct json *j = json_new_object(a);

	json_set_cstr(j, "type", type);
	json_set_cstr(j, strcmp(type, "http") == 0 ? "scheme" : "in", in);
	if (name != NULL)
		json_set_cstr(j, "name", name);
	json_set_cstr(j, "description", text);
	return j;
}

static struct json *
components(struct arena *a)
{
	struct json *j = json_new_object(a), *schemas = json_new_object(a);
	struct json *schemes = json_new_object(a);

	json_set(schemas, "Profile", profile_schema(a));
	json_set(schemas, "Error", reply_schema(a, error_reply));
	json_set(j, "schemas", schemas);
	json_set(schemes, "apiKey", scheme(a, "apiKey", "query", "apikey",
	    "Names the site; or header X-Doorward-ApiKey."));
	json_set(schemes, "apiSecret", scheme(a, "apiKey", "header",
	    "X-Doorward-ApiSecret", "For back ends only."));
	json_set(schemes, "accessToken", scheme(a, "http", "bearer", NULL,
	    "The access token of a session."));
	json_set(j, "securitySchemes", schemes);
	return j;
}

struct json *
openapi_json(struct arena *a, const struct config *cfg)
{
	struct json *j = json_new_object(a), *info = json_new_object(a);
	struct json *servers = json_new_array(a), *server, *license;

	json_set_cstr(j, "openapi", "3.1.0");
	json_set_cstr(info, "title", "Doorward");
	json_set_cstr(info, "version", "2");
	json_set_cstr(info, "description", "Names of paths, query parameters "
	    "and body members are compared without regard to case. Success "
	    "is always status 200.");
	license = json_new_object(a);
	json_set_cstr(license, "name", "MIT License");
	json_set_cstr(license, "identifier", "MIT");
	json_set(info, "license", license);
	json_set(j, "info", info);
	server = json_new_object(a);
	json_set_str(server, "url", str_present(cfg->site_url) ?
	    cfg->site_url : STR("/"));
	json_append(servers, server);
	json_set(j, "servers", servers);
	json_set(j, "tags", tags(a));
	json_set(j, "paths", paths(a));
	json_set(j, "components", components(a));
	json_set(j, "x-doorward-pages", pages(a));
	return j;
}

struct str
openapi_text(struct arena *a, const struct config *cfg)
{
	return json_text(a, openapi_json(a, cfg), false);
}
