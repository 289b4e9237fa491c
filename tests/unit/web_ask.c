#include "web_ask.h"

#include "base/log.h"
#include "codec/json.h"
#include "domain/area.h"
#include "page.h"
#include "problem.h"
#include "response.h"
#include "route.h"
#include "transport.h"
#include "web.h"

struct arena *web_arena;
int web_served;
static struct config *config;
static struct ctx context;

/* ---- rows ---- */

struct in_thing {
	struct str text, plus, line;
	struct secret secret;
	struct str from_header;
	bool flag;
	int64_t number;
	struct json *any;
};
static const struct field in_thing[] = {
	{ "text", "words", IN_QUERY | IN_BODY, 0, FIELD_TEXT, 0, 0, 10,
	  AT(in_thing, text), "A text" },
	{ "plus", NULL, IN_QUERY | IN_BODY, FIELD_PLUS, FIELD_TEXT, 0, 0, 0,
	  AT(in_thing, plus), "With plus" },
	{ "line", NULL, IN_QUERY | IN_BODY, FIELD_LINE | FIELD_JUNK,
	  FIELD_TEXT, 0, 0, 0, AT(in_thing, line), "A line" },
	{ "Password", NULL, IN_BODY, 0, FIELD_SECRET, 0, 0, 0,
	  AT(in_thing, secret), "A secret" },
	{ "Sott", NULL, IN_HEADER | IN_QUERY | IN_BODY, 0, FIELD_TEXT, 0, 0,
	  0, AT(in_thing, from_header), "In three places" },
	{ "flag", NULL, IN_QUERY | IN_BODY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_thing, flag), "A flag" },
	{ "number", NULL, IN_QUERY | IN_BODY, 0, FIELD_INT, 0, 0, 0,
	  AT(in_thing, number), "A number" },
	{ "any", NULL, IN_BODY, 0, FIELD_JSON, 0, 0, 0, AT(in_thing, any),
	  "Anything" },
	{ .name = NULL }
};
struct in_one { struct str one; };
static const struct field in_email[] = {
	{ "email", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_EMAIL_MISSING, ERR_EMAIL_MALFORMED, 254, AT(in_one, one), "" },
	{ .name = NULL }
};
static const struct field in_name[] = {
	{ "username", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, 0,
	  AT(in_one, one), "" },
	{ .name = NULL }
};
static const struct reply any_reply[] = {
	{ "", REPLY_OBJECT, 0, NULL }, { NULL, 0, 0, NULL }
};
static const struct reply wrapped_profile[] = {
	{ "Profile", REPLY_PROFILE, 0, NULL },
	{ "access_token", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply posted_profile[] = {
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ "Data", REPLY_OBJECT, REPLY_OPTIONAL, wrapped_profile },
	{ NULL, 0, 0, NULL }
};

static enum err
serve_thing(struct http *h, const void *arg)
{
	const struct in_thing *in = arg;
	struct json *j = json_new_object(h->ctx->arena);

	web_served++;
	json_set_str(j, "text", in->text);
	json_set_str(j, "plus", in->plus);
	json_set_str(j, "line", in->line);
	json_set_str(j, "secret", secret_view(&in->secret));
	json_set_str(j, "sott", in->from_header);
	json_set_bool(j, "flag", in->flag);
	json_set_int(j, "number", in->number);
	json_set(j, "any", in->any);
	json_set_bool(j, "secret_in_tree",
	    h->json != NULL && strcasestr(json_text(h->ctx->arena, h->json,
	    false).p, "\"password") != NULL);
	json_set_str(j, "address", h->ctx->client.address);
	json_set_str(j, "network", h->ctx->client.network);
	json_set_str(j, "agent", h->ctx->client.user_agent);
	json_set_bool(j, "https", h->https);
	json_set_bool(j, "trusted", h->has_secret);
	return response_json(h, j);
}

static enum err
serve_one(struct http *h, const void *arg)
{
	const struct in_one *in = arg;
	struct json *j = json_new_object(h->ctx->arena);

	web_served++;
	json_set_cstr(j, "row", h->route->id);
	if (in != NULL && h->route->in_size > 0)
		json_set_str(j, "one", in->one);
	json_set_str(j, "value", h->path_values[0]);
	json_set_str(j, "token", h->token);
	json_set_str(j, "errorCode", STR("a description and a Description"));
	return response_json(h, j);
}

/* The body's own bytes; the values of its path. */
static enum err
serve_data(struct http *h, const void *arg)
{
	struct json *j = json_new_object(h->ctx->arena);

	(void)arg;
	web_served++;
	json_set_str(j, "owner", h->path_values[0]);
	json_set_str(j, "value", h->path_values[1]);
	json_set_str(j, "body", h->body);
	json_set_bool(j, "parsed", h->json != NULL);
	return response_json(h, j);
}

static enum err
serve_profile(struct http *h, const void *arg)
{
	struct arena *a = h->ctx->arena;
	struct json *j = json_new_object(a), *data = json_new_object(a);
	struct json *profile = json_new_object(a);

	(void)arg;
	web_served++;
	json_set_cstr(profile, "Uid", "u");
	json_set_cstr(profile, "FirstName", "Ada");
	json_set(data, "Profile", profile);
	json_set_cstr(data, "access_token", "t");
	json_set_bool(j, "IsPosted", true);
	json_set(j, "Data", data);
	return response_json(h, j);
}

static enum err
serve_page(struct http *h, const void *arg)
{
	(void)arg;
	web_served++;
	response_session_cookie(h, STR("value"), 60);
	return response_redirect(h, STR("/there"));
}

static enum err
serve_failing(struct http *h, const void *arg)
{
	(void)arg;
	response_session_cookie(h, STR("value"), 60);
	h->ctx->err.until_s = h->ctx->now_s + 77;
	return err_set(h->ctx, ERR_LOGIN_SUSPENDED, NULL, "because");
}

static enum err
serve_broken(struct http *h, const void *arg)
{
	(void)arg;
	return err_set(h->ctx, ERR_NOT_FOUND, "secret_table", "row of x");
}

#define AUTH	"/identity/v2/auth"
#define THING	.fields = in_thing, .in_size = sizeof(struct in_thing), \
	.reply = any_reply, .summary = "A thing"

const struct route routes[] = {
	{ "thing", POST, AUTH "/thing", NULL, serve_thing, NEED_KEY, THING },
	{ "thing-put", PUT, AUTH "/thing", NULL, serve_thing, NEED_KEY,
	  THING },
	{ "thing-get", GET, AUTH "/thing", NULL, serve_thing, NEED_KEY,
	  THING },
	{ "email", POST, AUTH "/login", "email", serve_one, NEED_KEY,
	  .fields = in_email, .in_size = sizeof(struct in_one),
	  .reply = any_reply, .summary = "By address" },
	{ "name", POST, AUTH "/login", "username", serve_one, NEED_KEY,
	  .fields = in_name, .in_size = sizeof(struct in_one),
	  .reply = any_reply, .summary = "By name" },
	{ "item", GET, AUTH "/item/{id}", NULL, serve_one,
	  NEED_KEY | NEED_TOKEN, .reply = any_reply, .summary = "One" },
	{ "item-gone", DELETE, AUTH "/item/{id}", NULL, serve_thing,
	  NEED_KEY | NEED_TOKEN | BODY_OPTIONAL, THING },
	{ "data", PUT, AUTH "/of/{uid}/data/{id}", NULL, serve_data,
	  NEED_KEY | BODY_DATA, .reply = any_reply, .body_max = 40,
	  .summary = "Data" },
	{ "data-new", POST, AUTH "/of/{uid}/data", NULL, serve_data,
	  NEED_KEY | BODY_DATA, .reply = any_reply, .body_max = 40,
	  .summary = "New data" },
	{ "act", GET, AUTH "/act", NULL, serve_one,
	  NEED_KEY | NEED_TOKEN | NEED_ACTION | TOKEN_ENDED_OK,
	  .reply = any_reply, .summary = "Act" },
	{ "profile", GET, AUTH "/profile", NULL, serve_profile, NEED_KEY,
	  .reply = posted_profile, .summary = "A profile" },
	{ "failing", POST, AUTH "/failing", NULL, serve_failing,
	  NEED_KEY | BODY_OPTIONAL, .reply = any_reply, .summary = "Fails" },
	{ "broken", GET, AUTH "/broken", NULL, serve_broken, NEED_KEY,
	  .reply = any_reply, .summary = "Fails inside" },
	{ "manage", GET, "/identity/v2/manage/thing", NULL, serve_thing,
	  NEED_KEY | NEED_SECRET, THING },
	{ "service", GET, "/api/v2/access_token/thing", NULL, serve_one,
	  NEED_KEY | NEED_SECRET, .reply = any_reply, .summary = "Service" },
	{ "page", GET, "/page", NULL, serve_page, IS_PAGE,
	  .summary = "Page" },
	{ "form", POST, "/page", NULL, serve_page, IS_PAGE | NEED_FORM,
	  .fields = in_name, .in_size = sizeof(struct in_one),
	  .summary = "Form" },
	{ "private", GET, "/private", NULL, serve_page, IS_PAGE | NEED_PAGE,
	  .summary = "Private page" },
};
const size_t routes_count = COUNT(routes);

/* ---- what is made up ---- */

enum err
session_check(struct ctx *c, enum session_kind kind, struct str token,
    struct session *out)
{
	if (str_eq(token, STR("down")))
		return err_set(c, ERR_UNAVAILABLE, NULL, "no database");
	if (str_eq(token, STR(WEB_OLD)))
		return ERR_TOKEN_EXPIRED;
	if (!str_eq(token, STR(WEB_GOOD)))
		return ERR_TOKEN_UNKNOWN;
	out->kind = kind;
	return ERR_OK;
}

enum err
session_check_account(struct ctx *c, enum session_kind kind,
    struct str token, struct session *out, struct account *account_out)
{
	*account_out = (struct account){ .locked = false };
	return session_check(c, kind, token, out);
}

enum err
area_check(struct ctx *c, const struct area_ask *ask, struct area_answer *out)
{
	static struct pair facts[] = { { { "DOORWARD_ROLES", 14 },
		{ "board staff", 11 } } };
	size_t i;

	*out = (struct area_answer){ .signed_in = false };
	for (i = 0; i < ask->n_paths; i++)
		if (!str_starts(ask->paths[i], STR("/members")))
			return ERR_AREA_REFUSED;
	if (str_starts(ask->paths[0], STR("/members/open")))
		return ERR_OK;
	if (str_eq(ask->token, STR("down")))
		return err_set(c, ERR_UNAVAILABLE, NULL, "no database");
	if (!str_eq(ask->token, STR(WEB_GOOD)))
		return ask->kind == SESSION_PAGE ? ERR_AREA_SIGN_IN :
		    ERR_AREA_TOKEN;
	*out = (struct area_answer){ .signed_in = true,
		.user = STR("0b9d5c3e"), .facts = { facts, 1 } };
	return ERR_OK;
}

struct template_place
page_place(const struct http *h)
{
	(void)h;
	return (struct template_place){ NULL, "/nonexistent" };
}

const char *
page_language(struct http *h)
{
	(void)h;
	return "";
}

enum err
page_form_check(struct http *h)
{
	return str_eq(http_form(h, "form_token"), STR("ours")) ? ERR_OK :
	    ERR_FORM_EXPIRED;
}

enum err
page_problem(struct http *h, enum err e)
{
	h->content_type = STR("text/html; charset=utf-8");
	h->out_body = str_of(problem_message(e));
	return ERR_OK;
}

enum err
page_login_first(struct http *h)
{
	return response_redirect(h, STR("/login"));
}

/* ---- asking ---- */

void
web_configure(const char *more)
{
	const char *why;
	struct str text;

	text = str_printf(web_arena,
	    "%s\n%s[api]\nkey = " UNIT_KEY "\nsecret = " UNIT_SECRET "\n"
	    "[keys]\nmaster = " UNIT_MASTER "\n"
	    "[database]\nname = d\nuser = u\n"
	    "[mail]\nsender = site@example.com\n", more,
	    strstr(more, "[limits]") != NULL ? "" :
	    "[limits]\nrequests_per_s = 100000\n");
	if (!config_parse(web_arena, text, "test", &config, &why))
		fail_msg("%s", why);
}

int
web_set_up(void **state)
{
	(void)state;
	web_arena = arena_new();
	web_served = 0;
	log_open("/dev/null", LOG_ERROR);
	web_configure("[site]\nurl = http://localhost:8080");
	return 0;
}

int
web_tear_down(void **state)
{
	(void)state;
	arena_free(web_arena);
	return 0;
}

struct ctx *
web_ctx(void)
{
	ctx_init(&context, web_arena, config);
	context.client.network = STR("192.0.2.1");
	return &context;
}

static void
take_apart(struct answer *a, struct str whole)
{
	const char *end = strstr(whole.p, "\r\n\r\n");
	enum json_fault fault;

	assert_non_null(end);
	assert_true(str_starts(whole, STR("Status: ")));
	a->status = (int)strtol(whole.p + 8, NULL, 10);
	a->headers = str_sub(whole, 0, (size_t)(end - whole.p) + 2);
	a->body = str_sub(whole, (size_t)(end - whole.p) + 4, SIZE_MAX);
	a->json = json_parse(web_arena, a->body, &fault);
	a->code = json_int(json_get(a->json, "ErrorCode"));
}

/* What is given wins over what goes without saying. */
static bool
is_given(const char *const *more, const char *name)
{
	size_t len = strlen(name);

	for (; more != NULL && *more != NULL; more++)
		if (strncmp(*more, name, len) == 0 && (*more)[len] == '=')
			return true;
	return false;
}

struct answer
web_ask(const char *method, const char *uri, const char *body,
    const char *const *more)
{
	const char *env[64], *query = uri != NULL ? strchr(uri, '?') : NULL;
	struct answer a = { .status = 0 };
	struct transport *t;
	struct { const char *name, *value; } usual[] = {
		{ "REQUEST_METHOD", method },
		{ "REQUEST_URI", uri },
		{ "QUERY_STRING", query != NULL ? query + 1 : "" },
		{ "REMOTE_ADDR", "192.0.2.1" },
		{ "HTTP_HOST", "localhost:8080" },
		{ "HTTP_X_DOORWARD_APIKEY", UNIT_KEY },
		{ "CONTENT_TYPE", body != NULL ? "application/json" : NULL },
		{ "CONTENT_LENGTH", body == NULL ? NULL :
		    str_printf(web_arena, "%zu", strlen(body)).p },
	};
	size_t i, n = 0;

	for (i = 0; i < COUNT(usual); i++)
		if (usual[i].value != NULL && !is_given(more, usual[i].name))
			env[n++] = str_printf(web_arena, "%s=%s",
			    usual[i].name, usual[i].value).p;
	for (; more != NULL && *more != NULL; more++)
		env[n++] = *more;
	env[n] = NULL;
	t = transport_memory(web_arena, env, body != NULL ? str_of(body) :
	    STR(""));
	ctx_init(&context, web_arena, config);
	web_serve(&context, t);
	take_apart(&a, str_dup(web_arena, transport_written(t)));
	return a;
}

struct str
web_header(const struct answer *a, const char *name)
{
	struct str rest = a->headers, line, key;

	while (str_split(&rest, '\n', &line)) {
		line = str_sub(line, 0, line.len > 0 ? line.len - 1 : 0);
		if (str_split(&line, ':', &key) && line.p != NULL &&
		    str_ieq(key, str_of(name)))
			return str_trim(line);
	}
	return STR_NONE;
}

struct str
web_text(const struct answer *a, const char *name)
{
	struct str rest = str_of(name), part;
	struct json *j = a->json;

	while (str_split(&rest, '/', &part))
		j = json_get(j, str_cstr(web_arena, part));
	return json_string(j);
}
