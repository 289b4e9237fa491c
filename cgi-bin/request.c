#include "request.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "source.h"

/* What CGI tells beside the headers (RFC 3875 §4.1). */
struct meta {
	struct str method, uri, path_info, script_name, query, length;
	struct str address, https, scheme, redirect_status;
	/* What guards are told besides. */
	struct str guard, apache_role, facts, redirect_uri, redirect_url;
	struct str redirect_method, document_uri, file, root, prefix;
};

enum variable_kind {
	OF_REQUEST,
	OF_GUARD,	/* of a guard's request, where a doubtful one is a no;
			 * elsewhere they mean nothing, and can stand twice */
	HEADER,
	FORWARDING	/* a header that speaks for somebody else */
};

/*
 * The variables that mean something to us.  A server that maps '_' and '-' to
 * one variable can hand a header over twice: the forwarding ones are then
 * ignored, any other makes the request unacceptable.
 */
#define META(var, kind, member) \
	{ STR(var), kind, offsetof(struct meta, member), STR_NONE }
static const struct variable {
	struct str var;
	enum variable_kind kind;
	size_t offset;			/* in struct meta */
	struct str name;		/* of the header */
} variables[] = {
	META("REQUEST_METHOD", OF_REQUEST, method),
	META("REQUEST_URI", OF_REQUEST, uri),
	META("PATH_INFO", OF_REQUEST, path_info),
	META("SCRIPT_NAME", OF_REQUEST, script_name),
	META("QUERY_STRING", OF_REQUEST, query),
	META("CONTENT_LENGTH", OF_REQUEST, length),
	META("REMOTE_ADDR", OF_REQUEST, address),
	META("HTTPS", OF_REQUEST, https),
	META("REQUEST_SCHEME", OF_REQUEST, scheme),
	META("REDIRECT_STATUS", OF_REQUEST, redirect_status),
	META("DOORWARD_GUARD", OF_GUARD, guard),
	META("DOORWARD_FACTS", OF_GUARD, facts),
	META("FCGI_APACHE_ROLE", OF_GUARD, apache_role),
	META("REDIRECT_URI", OF_GUARD, redirect_uri),
	META("REDIRECT_URL", OF_GUARD, redirect_url),
	META("REDIRECT_REQUEST_METHOD", OF_GUARD, redirect_method),
	META("DOCUMENT_URI", OF_GUARD, document_uri),
	META("SCRIPT_FILENAME", OF_GUARD, file),
	META("CONTEXT_DOCUMENT_ROOT", OF_GUARD, root),
	META("CONTEXT_PREFIX", OF_GUARD, prefix),
	{ STR("CONTENT_TYPE"), HEADER, 0, STR("content-type") },
	{ STR("HTTP_ACCEPT"), HEADER, 0, STR("accept") },
	{ STR("HTTP_ACCEPT_LANGUAGE"), HEADER, 0, STR("accept-language") },
	{ STR("HTTP_ACCESS_CONTROL_REQUEST_METHOD"), HEADER, 0,
	    STR("access-control-request-method") },
	{ STR("HTTP_AUTHORIZATION"), HEADER, 0, STR("authorization") },
	{ STR("HTTP_COOKIE"), HEADER, 0, STR("cookie") },
	{ STR("HTTP_DIGEST"), HEADER, 0, STR("digest") },
	{ STR("HTTP_HOST"), HEADER, 0, STR("host") },
	{ STR("HTTP_ORIGIN"), HEADER, 0, STR("origin") },
	{ STR("HTTP_REFERER"), HEADER, 0, STR("referer") },
	{ STR("HTTP_SEC_FETCH_MODE"), HEADER, 0, STR("sec-fetch-mode") },
	{ STR("HTTP_SEC_FETCH_SITE"), HEADER, 0, STR("sec-fetch-site") },
	{ STR("HTTP_TRANSFER_ENCODING"), HEADER, 0, STR("transfer-encoding") },
	{ STR("HTTP_USER_AGENT"), HEADER, 0, STR("user-agent") },
	{ STR("HTTP_X_DOORWARD_APIKEY"), HEADER, 0, STR("x-doorward-apikey") },
	{ STR("HTTP_X_DOORWARD_APISECRET"), HEADER, 0,
	    STR("x-doorward-apisecret") },
	{ STR("HTTP_X_DOORWARD_SOTT"), HEADER, 0, STR("x-doorward-sott") },
	{ STR("HTTP_X_LOGINRADIUS_APIKEY"), HEADER, 0,
	    STR("x-loginradius-apikey") },
	{ STR("HTTP_X_LOGINRADIUS_APISECRET"), HEADER, 0,
	    STR("x-loginradius-apisecret") },
	{ STR("HTTP_X_LOGINRADIUS_SOTT"), HEADER, 0,
	    STR("x-loginradius-sott") },
	{ STR("HTTP_X_FORWARDED_FOR"), FORWARDING, 0, STR("x-forwarded-for") },
	{ STR("HTTP_X_FORWARDED_PROTO"), FORWARDING, 0,
	    STR("x-forwarded-proto") },
	{ STR("HTTP_X_ORIGIN_ACCEPT_LANGUAGE"), FORWARDING, 0,
	    STR("x-origin-accept-language") },
	{ STR("HTTP_X_ORIGIN_HOST"), FORWARDING, 0, STR("x-origin-host") },
	{ STR("HTTP_X_ORIGIN_IP"), FORWARDING, 0, STR("x-origin-ip") },
	{ STR("HTTP_X_ORIGIN_USER_AGENT"), FORWARDING, 0,
	    STR("x-origin-user-agent") },
	{ STR("HTTP_X_PLATFORM"), FORWARDING, 0, STR("x-platform") },
	{ STR("HTTP_X_REQUEST_EXPIRES"), HEADER, 0, STR("x-request-expires") },
};

/*
 * A server sets some thirty, of which most mean nothing: found by a hash of
 * the name.  Made once.
 */
#define SLOTS	256		/* a power of two, well above the variables */

static uint8_t variable_slots[SLOTS];	/* numbers from 1; 0: none */

static uint8_t *
slot_of(struct str name)
{
	size_t at = str_hash(name) % SLOTS;

	while (variable_slots[at] != 0 &&
	    !str_eq(variables[variable_slots[at] - 1].var, name))
		at = (at + 1) % SLOTS;
	return &variable_slots[at];
}

static const struct variable *
variable_of(struct str name)
{
	static bool made;
	size_t i;

	for (i = 0; !made && i < COUNT(variables); i++)
		*slot_of(variables[i].var) = (uint8_t)(i + 1);
	made = true;
	i = *slot_of(name);
	return i == 0 ? NULL : &variables[i - 1];
}

/* Of proxy.city_header and proxy.country_header, whatever they are called. */
#define CITY		"#city"
#define COUNTRY		"#country"

static struct str
first_present(const struct pairs *p, const char *name)
{
	struct str wanted = str_of(name);
	size_t i;

	for (i = 0; i < p->n; i++)
		if (str_present(p->items[i].value) &&
		    str_ieq(p->items[i].name, wanted))
			return p->items[i].value;
	return STR_NONE;
}

struct str
http_header(const struct http *h, const char *name)
{
	return first_present(&h->headers, name);
}

struct str
http_query(const struct http *h, const char *name)
{
	return first_present(&h->query, name);
}

struct str
http_form(const struct http *h, const char *name)
{
	struct json *j = json_get_fold(h->json, name);
	struct str s;

	if (json_type(j) != JSON_STRING)
		return STR_NONE;
	s = json_string(j);
	return str_present(s) ? s : STR_NONE;
}

bool
http_given(const struct http *h, const char *name)
{
	struct json *j = json_get_fold(h->json, name);

	return json_type(j) == JSON_STRING ? http_form(h, name).p != NULL :
	    json_type(j) != JSON_NULL;
}

const char *
http_cookie_name(const struct http *h, enum http_cookie which)
{
	static const char *const names[][2] = {
		[COOKIE_SESSION] = { "doorward", "__Host-doorward" },
		[COOKIE_FORM] = { "doorward-form", "__Host-doorward-form" },
		[COOKIE_FORM_ARRIVED] = { "doorward-arrived",
		    "__Host-doorward-arrived" },
		[COOKIE_BROWSER] = { "doorward-browser",
		    "__Host-doorward-browser" },
		[COOKIE_DEVICE] = { "doorward-device",
		    "__Host-doorward-device" },
		[COOKIE_PIN] = { "doorward-pin", "__Host-doorward-pin" },
	};

	return names[which][h->ctx->config->site_https];
}

struct str
http_cookie(const struct http *h, enum http_cookie which)
{
	struct str s;

	s = cookie_get(&h->cookies, http_cookie_name(h, which));
	return str_present(s) ? s : STR_NONE;
}

static bool
has_control(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if ((ch < 0x20 && ch != '\t') || ch == 0x7f)
			return true;
	}
	return false;
}

/* A text for storing and showing: what is not UTF-8 or is a control byte
 * becomes a question mark; never longer than max. */
static struct str
printable(struct arena *a, struct str s, size_t max)
{
	bool utf8 = utf8_valid(s);
	struct str d;
	char *p;
	size_t i;

	s = str_sub(s, 0, max);
	if (utf8)
		while (s.len > 0 && !utf8_valid(s))
			s.len--;	/* a character was cut in two */
	d = str_dup(a, s);
	p = (char *)(uintptr_t)d.p;
	for (i = 0; i < d.len; i++) {
		unsigned char ch = (unsigned char)p[i];

		if (ch < 0x20 || ch == 0x7f || (ch >= 0x80 && !utf8))
			p[i] = '?';
	}
	return d;
}

static enum err
decode_segment(struct arena *a, struct str raw, struct str *out)
{
	if (!percent_decode(a, raw, false, out) || !utf8_valid(*out) ||
	    utf8_has_control(*out) || str_eq(*out, STR(".")) ||
	    str_eq(*out, STR("..")))
		return ERR_BAD_REQUEST;
	return str_has(*out, '/') ? ERR_NOT_FOUND_PATH : ERR_OK;
}

enum err
request_path(struct arena *a, struct str raw, struct str *path_out)
{
	struct buf b;
	struct str part;
	enum err e;

	buf_init(&b, a, LIMIT_PATH);
	if (raw.len == 0 || raw.p[0] != '/')
		return ERR_BAD_REQUEST;
	raw = str_sub(raw, 1, SIZE_MAX);
	while (str_split(&raw, '/', &part)) {
		if (part.len == 0 && raw.p == NULL)
			break;
		e = part.len == 0 ? ERR_NOT_FOUND_PATH :
		    decode_segment(a, part, &part);
		if (e != ERR_OK)
			return e;
		buf_char(&b, '/');
		buf_str(&b, part);
	}
	if (b.len == 0)
		buf_char(&b, '/');
	*path_out = buf_view(&b);
	return buf_ok(&b) ? ERR_OK : ERR_QUERY_TOO_LONG;
}

/* RFC 9112 §3.2.2: a target in absolute form brings its own host. */
static struct str
target_of(struct http *h, struct str uri)
{
	struct str rest;
	size_t skip, end;

	if (str_istarts(uri, STR("http://")))
		skip = 7;
	else if (str_istarts(uri, STR("https://")))
		skip = 8;
	else
		return uri;
	rest = str_sub(uri, skip, SIZE_MAX);
	for (end = 0; end < rest.len && rest.p[end] != '/' &&
	    rest.p[end] != '?'; end++)
		;
	h->host = str_lower(h->ctx->arena, str_sub(rest, 0, end));
	rest = str_sub(rest, end, SIZE_MAX);
	return rest.len > 0 && rest.p[0] == '/' ? rest : STR("/");
}

static bool
strip_base(struct str base, struct str *path)
{
	struct str rest;

	if (!str_starts(*path, base))
		return false;
	rest = str_sub(*path, base.len, SIZE_MAX);
	if (rest.len > 0 && rest.p[0] != '/')
		return false;
	*path = rest.len > 0 ? rest : STR("/");
	return true;
}

static enum err
path_from_uri(struct http *h, struct str uri)
{
	struct str target = target_of(h, uri), path;
	enum err e;

	if (!str_split(&target, '?', &path))
		return ERR_BAD_REQUEST;
	e = request_path(h->ctx->arena, path, &h->path);
	if (e != ERR_OK)
		h->path = path;		/* decides the error's form alone */
	if (!strip_base(h->ctx->config->site_base, &h->path) && e == ERR_OK)
		e = ERR_NOT_FOUND_PATH;
	return e;
}

/* Decoded by the server, and never again. */
static enum err
path_from_info(struct http *h, struct str script, struct str info)
{
	struct arena *a = h->ctx->arena;
	struct str whole;

	if (!utf8_valid(info) || utf8_has_control(info) ||
	    info.len > LIMIT_PATH)
		return ERR_BAD_REQUEST;
	whole = str_printf(a, "%.*s%.*s", STR_FMT(script), STR_FMT(info));
	if (h->ctx->config->site_base.len == 0 ||
	    !strip_base(h->ctx->config->site_base, &whole))
		whole = str_present(info) ? info : STR("/");
	while (whole.len > 1 && whole.p[whole.len - 1] == '/')
		whole.len--;
	h->path = str_dup(a, whole);
	return ERR_OK;
}

/*
 * An error document of an access checker runs with the protected address as
 * REQUEST_URI; what is to be shown stands in PATH_INFO, or, behind a proxy
 * module, in SCRIPT_NAME.
 */
static enum err
find_path(struct http *h, const struct meta *m)
{
	int64_t status = 0;

	if (str_to_int(m->redirect_status, 100, 599, &status))
		h->redirect_status = (int)status;
	if (h->redirect_status == 401) {
		h->protected_uri = m->uri;
		return path_from_info(h, STR_NONE, str_present(m->path_info) ?
		    m->path_info : m->script_name);
	}
	if (str_present(m->uri))
		return path_from_uri(h, m->uri);
	return path_from_info(h, m->script_name, m->path_info);
}

bool
request_conflict(const struct pairs *p)
{
	size_t i, k;

	for (i = 0; i < p->n; i++)
		for (k = i + 1; k < p->n; k++)
			if (str_ieq(p->items[i].name, p->items[k].name) &&
			    str_present(p->items[i].value) &&
			    str_present(p->items[k].value) &&
			    !str_ieq(p->items[i].name, STR("fields")) &&
			    !str_eq(p->items[i].value, p->items[k].value))
				return true;
	return false;
}

const char *
request_bad_name(struct arena *a, struct str form)
{
	struct str part, name, rest = form;
	struct pairs p;

	while (str_split(&rest, '&', &part)) {
		struct str value = part;

		if (form_parse(a, part, 1, &p) == FORM_FINE ||
		    !str_split(&value, '=', &name))
			continue;
		return name.len > 0 && name.len <= 64 &&
		    utf8_valid(name) && !utf8_has_control(name) ?
		    str_cstr(a, name) : NULL;
	}
	return NULL;
}

static enum err
read_query(struct http *h, struct str raw)
{
	struct ctx *c = h->ctx;

	h->query_string = raw;
	if (raw.len > LIMIT_QUERY)
		return ERR_QUERY_TOO_LONG;
	if (form_parse(c->arena, raw, LIMIT_PARAMS, &h->query) != FORM_FINE)
		return err_set(c, ERR_PARAMETER,
		    request_bad_name(c->arena, raw), "query not readable");
	if (request_conflict(&h->query))
		return err_set(c, ERR_PARAMETER, NULL,
		    "a name stands twice in the query");
	return ERR_OK;
}

static enum err
read_length(struct http *h, struct str length)
{
	size_t i;

	h->body_announced = -1;
	if (!str_present(length))
		return ERR_OK;
	for (i = 0; i < length.len; i++)
		if (length.p[i] < '0' || length.p[i] > '9')
			return err_set(h->ctx, ERR_BAD_REQUEST,
			    "Content-Length", "length is no number");
	if (!str_to_int(length, 0, INT64_MAX, &h->body_announced))
		h->body_announced = INT64_MAX;
	return ERR_OK;
}

static bool
add_header(struct http *h, struct str name, struct str value,
    bool forwarding)
{
	struct pairs *p = &h->headers;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (!str_eq(p->items[i].name, name))
			continue;
		if (!forwarding && str_present(p->items[i].value) &&
		    !str_eq(p->items[i].value, value))
			return false;
		if (forwarding)
			p->items[i].value = STR("");
		return true;
	}
	p->items[p->n].name = name;
	p->items[p->n].value = value;
	p->n++;
	return true;
}

/* Is the variable that of this header?  RFC 3875 §4.1.18. */
static bool
is_variable_of(struct str name, struct str header)
{
	size_t i;
	char ch;

	if (!str_present(header) || !str_starts(name, STR("HTTP_")) ||
	    name.len != header.len + 5)
		return false;
	for (i = 0; i < header.len; i++) {
		ch = header.p[i];
		if (ch == '-')
			ch = '_';
		if (ch >= 'a' && ch <= 'z')
			ch = (char)(ch - 'a' + 'A');
		if (name.p[i + 5] != ch)
			return false;
	}
	return true;
}

static bool
take_locality(struct http *h, struct str name, struct str value)
{
	const struct config *cfg = h->ctx->config;
	bool city = is_variable_of(name, cfg->proxy_city_header);

	if (!city && !is_variable_of(name, cfg->proxy_country_header))
		return false;
	if (value.len <= LIMIT_HEADER && !has_control(value))
		(void)add_header(h, city ? STR(CITY) : STR(COUNTRY), value,
		    true);
	return true;
}

static struct str *
meta_at(struct meta *m, const struct variable *v)
{
	return (struct str *)(void *)((char *)m + v->offset);
}

static enum err
take_meta(struct http *h, struct str *at, const struct variable *v,
    struct str value)
{
	bool differs = at->p != NULL && !str_eq(*at, value);

	if (v->kind == OF_GUARD)
		h->asked.doubtful |= differs;
	else if (differs)
		return err_set(h->ctx, ERR_BAD_REQUEST, NULL,
		    "%s stands twice", v->var.p);
	*at = value;
	return ERR_OK;
}

static enum err
take_variable(struct http *h, struct meta *m, struct str name,
    struct str value)
{
	const struct variable *v = variable_of(name);

	if (v != NULL && v->kind <= OF_GUARD)
		return take_meta(h, meta_at(m, v), v, value);
	if (take_locality(h, name, value) || v == NULL)
		return ERR_OK;
	if (value.len > LIMIT_HEADER || has_control(value) ||
	    !add_header(h, v->name, value, v->kind == FORWARDING))
		return err_set(h->ctx, ERR_BAD_REQUEST, v->name.p,
		    "header not acceptable");
	return ERR_OK;
}

/* Apache renames what it hands on through an internal redirect. */
static bool
redirected(struct str *name)
{
	bool found = false;

	if (name->len == 0 || name->p[0] != 'R')
		return false;
	while (str_starts(*name, STR("REDIRECT_HTTP_")) ||
	    str_starts(*name, STR("REDIRECT_REDIRECT_"))) {
		*name = str_sub(*name, 9, SIZE_MAX);
		found = true;
	}
	return found;
}

static enum err
read_variables(struct http *h, const char *const *env, struct meta *m)
{
	struct str rest, name, authorization = STR_NONE;
	enum err e = ERR_OK, one;

	h->headers.items = ARENA_ARRAY(h->ctx->arena, struct pair,
	    COUNT(variables) + 2);
	for (; *env != NULL; env++) {
		rest = str_of(*env);
		if (!str_split(&rest, '=', &name) || rest.p == NULL)
			continue;
		if (redirected(&name)) {
			if (str_eq(name, STR("HTTP_AUTHORIZATION")) &&
			    rest.len <= LIMIT_HEADER && !has_control(rest))
				authorization = rest;
			continue;
		}
		one = take_variable(h, m, name, rest);
		if (e == ERR_OK)
			e = one;
	}
	if (http_header(h, "authorization").p == NULL &&
	    str_present(authorization)) {
		struct pairs *p = &h->headers;
		size_t i;

		for (i = 0; i < p->n; i++)
			if (str_eq(p->items[i].name, STR("authorization")))
				break;
		p->items[i] = (struct pair){ STR("authorization"),
			authorization };
		if (i == p->n)
			p->n++;
	}
	return e;
}

static bool
find_peer(struct http *h, const struct meta *m, struct source *peer)
{
	const struct list *trusted = &h->ctx->config->proxy_trusted;
	struct str proto;
	bool known, proxy;

	known = source_parse(m->address, peer);
	h->https = str_ieq(m->https, STR("on")) ||
	    str_eq(m->https, STR("1")) ||
	    str_ieq(m->scheme, STR("https"));
	proxy = known && source_listed(trusted, peer);
	if (!proxy)
		return known;
	*peer = source_client(trusted, peer,
	    http_header(h, "x-forwarded-for"));
	h->ctx->client.city = http_header(h, CITY);
	h->ctx->client.country = http_header(h, COUNTRY);
	proto = http_header(h, "x-forwarded-proto");
	if (proto.p != NULL)
		h->https = str_ieq(str_trim(proto), STR("https"));
	return true;
}

static void
set_address(struct ctx *c, const struct source *s)
{
	c->client.address = source_text(c->arena, s);
	c->client.network = s->v6 ? source_network(c->arena, s) :
	    c->client.address;
}

static void
set_client(struct http *h, bool known, const struct source *s)
{
	struct ctx *c = h->ctx;

	c->client.network = STR("unknown");
	if (known)
		set_address(c, s);
	c->client.user_agent = printable(c->arena,
	    http_header(h, "user-agent"), LIMIT_USER_AGENT);
	c->client.language = printable(c->arena,
	    http_header(h, "accept-language"), LIMIT_USER_AGENT);
	c->client.referer = printable(c->arena, http_header(h, "referer"),
	    LIMIT_USER_AGENT);
	c->client.host = printable(c->arena, h->host, LIMIT_HOST);
}

/*
 * X-Origin-*: a back end speaks for its visitor.  Not believed from proxies,
 * which pass on what a visitor sends.
 */
void
request_client(struct http *h)
{
	struct ctx *c = h->ctx;
	struct source s;
	struct str v;

	must(h->has_secret);
	c->client.trusted = true;
	if (source_parse(http_header(h, "x-origin-ip"), &s)) {
		set_address(c, &s);
		/* The proxy named the place of who calls. */
		c->client.city = c->client.country = STR_NONE;
	}
	v = http_header(h, "x-origin-user-agent");
	if (v.p != NULL)
		c->client.user_agent = printable(c->arena, v,
		    LIMIT_USER_AGENT);
	v = http_header(h, "x-origin-accept-language");
	if (v.p != NULL)
		c->client.language = printable(c->arena, v,
		    LIMIT_USER_AGENT);
	v = http_header(h, "x-origin-host");
	if (v.p != NULL)
		c->client.host = printable(c->arena, v, LIMIT_HOST);
}

/* Apache alone tells it: the file, as a path below its prefix. */
static struct str
file_path(struct http *h, const struct meta *m)
{
	struct str root = m->root, prefix = m->prefix;

	while (root.len > 0 && root.p[root.len - 1] == '/')
		root.len--;
	while (prefix.len > 0 && prefix.p[prefix.len - 1] == '/')
		prefix.len--;
	if (!str_present(root) || !str_starts(m->file, root) ||
	    (m->file.len > root.len && m->file.p[root.len] != '/'))
		return STR_NONE;
	return str_printf(h->ctx->arena, "%.*s%.*s/", STR_FMT(prefix),
	    STR_FMT(str_sub(m->file, root.len, SIZE_MAX)));
}

/* Only a web server sets these variables: a client's all begin with HTTP_. */
static void
find_asked(struct http *h, const struct meta *m, bool authorizer)
{
	struct asked *q = &h->asked;

	if (str_eq(m->guard, STR("verdict")) ||
	    (authorizer && str_eq(m->apache_role, STR("ACCESS_CHECKER"))))
		q->by = ASKED_FOR_VERDICT;
	else if (authorizer)
		q->by = ASKED_BY_SERVER;
	else if (h->redirect_status == 401 && h->ctx->config->areas.n > 0)
		q->by = ASKED_BY_DOCUMENT;
	else
		return;
	q->uri = target_of(h, m->uri);
	q->method = h->method;
	q->redirected = m->redirect_uri;
	if (q->by == ASKED_BY_DOCUMENT) {
		q->file = m->redirect_url.p != NULL ? m->redirect_url :
		    m->document_uri;
		if (str_present(m->redirect_method))
			q->method = m->redirect_method;
	} else {
		q->file = m->document_uri.p != NULL ? m->document_uri :
		    file_path(h, m);
	}
	if (str_eq(q->method, STR("HEAD")))
		q->method = STR("GET");
	q->needs_user = str_eq(m->apache_role, STR("AUTHENTICATOR"));
	q->hides = !str_eq(m->apache_role, STR("ACCESS_CHECKER")) ||
	    str_eq(m->facts, STR("hidden"));
}

enum err
request_read(struct http *h, struct transport *t)
{
	struct arena *a = h->ctx->arena;
	struct meta m = { .method = STR_NONE };
	struct source peer;
	bool known;
	enum err e, path;

	h->path = STR("/");
	e = read_variables(h, transport_env(t), &m);
	/* Whatever becomes of the request: see request_drain. */
	h->body_left = http_header(h, "transfer-encoding").p != NULL ||
	    (str_present(m.length) && !str_eq(m.length, STR("0")));
	h->head = str_eq(m.method, STR("HEAD"));
	h->method = h->head ? STR("GET") : m.method;
	h->host = str_lower(a, http_header(h, "host"));
	h->cookies = cookie_parse(a, http_header(h, "cookie"));
	h->target = m.uri;
	known = find_peer(h, &m, &peer);
	set_client(h, known, &peer);
	path = find_path(h, &m);
	find_asked(h, &m, transport_role(t) == ROLE_AUTHORIZER);
	h->page_cookie = http_cookie(h, COOKIE_SESSION);
	if (h->asked.by != ASKED_BY_NOBODY)
		return e;	/* path, query and body are the application's */
	if (e == ERR_OK)
		e = path;
	if (e == ERR_OK)
		e = read_length(h, m.length);
	if (e == ERR_OK)
		e = read_query(h, m.query);
	return e;
}

enum err
request_body(struct http *h, struct transport *t, size_t max)
{
	int64_t deadline = clock_mono_ms() + LIMIT_READ_MS;
	char chunk[4096];
	struct buf b;
	int n;

	if (h->body_announced > (int64_t)max)
		return ERR_BODY_TOO_LARGE;
	/* "No length" is not "no body", nor is 0: read to the end. */
	buf_init(&b, h->ctx->arena, max);
	while ((n = transport_read(t, chunk, sizeof(chunk), deadline)) > 0) {
		buf_add(&b, chunk, (size_t)n);
		if (!buf_ok(&b)) {
			h->body_left = true;
			return ERR_BODY_TOO_LARGE;
		}
	}
	h->body_left = false;
	h->body = buf_view(&b);
	h->body_truncated = n < 0 || (int64_t)b.len < h->body_announced;
	return ERR_OK;
}

void
request_drain(const struct http *h, struct transport *t)
{
	int64_t deadline = clock_mono_ms() + LIMIT_DRAIN_MS;
	size_t left = LIMIT_DRAIN;
	char chunk[4096];
	int n;

	if (!h->body_left || transport_kind(t) != TRANSPORT_CGI)
		return;
	while (left > 0 &&
	    (n = transport_read(t, chunk, sizeof(chunk), deadline)) > 0)
		left -= (size_t)n < left ? (size_t)n : left;
}
