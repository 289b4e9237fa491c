#include "response.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/url.h"
#include "cors.h"
#include "page.h"
#include "route.h"
#include "router.h"

#define HEADERS_ROOM	512	/* what most answers' headers take */

/* RFC 9110 §15. */
static const char *
reason(int status)
{
	static const struct { int status; const char *text; } known[] = {
		{ 200, "OK" }, { 204, "No Content" }, { 303, "See Other" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 421, "Misdirected Request" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (known[i].status == status)
			return known[i].text;
	return "Other";
}

static bool
is_header_value(struct str s)
{
	return !str_has(s, '\r') && !str_has(s, '\n') && !str_has(s, '\0');
}

static struct pair *
header_slot(struct http *h, const char *name)
{
	struct pairs *p = &h->out_headers;
	struct str wanted = str_of(name);
	struct pair *more;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (str_ieq(p->items[i].name, wanted) &&
		    strcmp(name, "Set-Cookie") != 0)
			return &p->items[i];
	if (p->n == h->out_headers_cap) {
		h->out_headers_cap = p->n == 0 ? 16 : 2 * p->n;
		more = ARENA_ARRAY(h->ctx->arena, struct pair,
		    h->out_headers_cap);
		if (p->n > 0)
			memcpy(more, p->items, p->n * sizeof(*more));
		p->items = more;
	}
	return &p->items[p->n++];
}

void
response_header(struct http *h, const char *name, struct str value)
{
	struct pair *at;

	must(is_header_value(value));
	at = header_slot(h, name);
	at->name = str_of(name);
	at->value = value;
}

static bool
has_header(const struct http *h, const char *name)
{
	struct str wanted = str_of(name);
	size_t i;

	for (i = 0; i < h->out_headers.n; i++)
		if (str_ieq(h->out_headers.items[i].name, wanted))
			return true;
	return false;
}

static void
default_header(struct http *h, const char *name, struct str value)
{
	if (!has_header(h, name))
		response_header(h, name, value);
}

/* The profile is trimmed where it stands; the wrapper stays complete. */
static struct json *
project(struct http *h, struct json *j, const struct reply *r, bool *ok)
{
	struct json *part;

	if (j == NULL || json_type(j) != JSON_OBJECT)
		return j;
	for (; r != NULL && r->name != NULL && *ok; r++) {
		part = *r->name == '\0' ? j : json_get(j, r->name);
		if (json_type(part) != JSON_OBJECT)
			continue;
		if (r->type != REPLY_PROFILE)
			part = project(h, part, r->of, ok);
		else
			part = json_project(h->ctx->arena, part, h->fields,
			    ok);
		if (*r->name == '\0')
			return part;
		if (r->type == REPLY_PROFILE && *ok)
			json_set(j, r->name, part);
	}
	return j;
}

enum err
response_json(struct http *h, struct json *j)
{
	bool ok = true;

	if (h->fields.p != NULL && h->route != NULL)
		j = project(h, j, h->route->reply, &ok);
	if (!ok)
		return err_set(h->ctx, ERR_PARAMETER, "fields",
		    "projection not understood");
	h->status = 200;
	h->content_type = STR("application/json; charset=utf-8");
	h->out_body = json_text(h->ctx->arena, j, true);
	return ERR_OK;
}

enum err
response_json_text(struct http *h, struct str text)
{
	h->status = 200;
	h->content_type = STR("application/json; charset=utf-8");
	h->out_body = text;
	return ERR_OK;
}

enum err
response_flag(struct http *h, const char *name, bool value)
{
	struct json *j = json_new_object(h->ctx->arena);

	json_set_bool(j, name, value);
	return response_json(h, j);
}

enum err
response_redirect(struct http *h, struct str target)
{
	struct ctx *c = h->ctx;

	if (target.len > 0 && target.p[0] == '/')
		target = str_printf(c->arena, "%.*s%.*s",
		    STR_FMT(c->config->site_base), STR_FMT(target));
	h->status = 303;
	h->content_type = STR("text/plain; charset=utf-8");
	h->out_body = STR("See Location.\n");
	response_header(h, "Location", target);
	return ERR_OK;
}

enum err
response_page(struct http *h, int status, const char *template,
    struct values *v)
{
	struct template_place at = page_place(h);
	const char *why;

	if (!template_render(h->ctx->arena, &at, page_language(h), template,
	    TEMPLATE_HTML, v, &h->out_body, &why))
		return err_set(h->ctx, ERR_INTERNAL, NULL, "%s", why);
	h->status = status;
	h->content_type = STR("text/html; charset=utf-8");
	return ERR_OK;
}

enum err
response_file(struct http *h, const char *content_type, struct str bytes,
    int64_t max_age_s)
{
	h->status = 200;
	h->content_type = str_of(content_type);
	h->out_body = bytes;
	response_header(h, "Cache-Control", str_printf(h->ctx->arena,
	    "public, max-age=%lld", (long long)max_age_s));
	return ERR_OK;
}

void
response_cookie(struct http *h, enum http_cookie which, struct str value,
    int64_t life_s)
{
	struct buf b;

	buf_init(&b, h->ctx->arena, 4096);
	buf_printf(&b, "%s=%.*s; Path=/; HttpOnly; SameSite=%s",
	    http_cookie_name(h, which), STR_FMT(value),
	    which == COOKIE_FORM || which == COOKIE_BROWSER ||
	    which == COOKIE_DEVICE ? "Strict" : "Lax");
	if (h->ctx->config->site_https)
		buf_cstr(&b, "; Secure");
	if (value.p == NULL)
		buf_cstr(&b, "; Max-Age=0");
	else if (life_s > 0)
		buf_printf(&b, "; Max-Age=%lld", (long long)life_s);
	must(buf_ok(&b));
	response_header(h, "Set-Cookie", buf_view(&b));
}

void
response_session_cookie(struct http *h, struct str value, int64_t life_s)
{
	response_cookie(h, COOKIE_SESSION, value, life_s);
}

static void
add_origin(struct http *h, struct buf *b, struct str url)
{
	struct url_parts u;
	struct str scheme = url, rest;

	if (!str_present(url))
		return;
	if (!url_split(h->ctx->arena, url, &u)) {
		rest = url;
		if (str_split(&rest, ':', &scheme) && rest.p != NULL)
			buf_printf(b, " %.*s:", STR_FMT(scheme));
		return;
	}
	buf_printf(b, " %.*s://%.*s", STR_FMT(u.scheme), STR_FMT(u.host));
	if (str_present(u.port))
		buf_printf(b, ":%.*s", STR_FMT(u.port));
}

/*
 * form-action holds for the redirect after a form as well, so whatever the
 * redirect judge admits must be named.
 */
static struct str
content_policy(struct http *h)
{
	const struct config *cfg = h->ctx->config;
	struct buf b;
	size_t i;

	buf_init(&b, h->ctx->arena, LIMIT_HEADER);
	buf_printf(&b, "default-src 'none'; style-src 'self'%s; "
	    "img-src 'self' data:; base-uri 'none'; object-src 'none'; "
	    "frame-ancestors 'none'%s; form-action 'self'",
	    h->policy_style != NULL ? h->policy_style : "",
	    h->policy_more != NULL ? h->policy_more : "");
	add_origin(h, &b, cfg->site_home_url);
	for (i = 0; i < cfg->urls_allow.n; i++)
		add_origin(h, &b, cfg->urls_allow.items[i]);
	if (!buf_ok(&b))	/* too long a list: no redirects after forms */
		return STR("default-src 'none'; style-src 'self'; "
		    "img-src 'self' data:; base-uri 'none'; object-src 'none'; "
		    "frame-ancestors 'none'; form-action 'self'");
	return buf_view(&b);
}

static void
page_headers(struct http *h)
{
	default_header(h, "Content-Security-Policy", content_policy(h));
	default_header(h, "Cross-Origin-Opener-Policy", STR("same-origin"));
	default_header(h, "Permissions-Policy", STR("camera=(), "
	    "geolocation=(), microphone=(), payment=(), usb=(), "
	    "publickey-credentials-get=(self), "
	    "publickey-credentials-create=(self)"));
	/* no-referrer would blank the Origin of our own forms. */
	default_header(h, "Referrer-Policy", STR("same-origin"));
}

static void
common_headers(struct http *h)
{
	struct ctx *c = h->ctx;

	if (!router_is_api(h))
		page_headers(h);
	cors_headers(h);
	default_header(h, "Cache-Control", STR("no-store"));
	default_header(h, "X-Content-Type-Options", STR("nosniff"));
	default_header(h, "Referrer-Policy", STR("no-referrer"));
	default_header(h, "Cross-Origin-Resource-Policy",
	    STR("same-origin"));
	if (c->config->site_https)
		default_header(h, "Strict-Transport-Security",
		    STR("max-age=31536000"));
	response_header(h, "X-Request-Id", str_of(c->request_id));
}

static void
add_header(struct buf *b, struct str name, struct str value)
{
	buf_str(b, name);
	buf_add(b, ": ", 2);
	buf_str(b, value);
	buf_add(b, "\r\n", 2);
}

static void
add_number(struct buf *b, const char *name, size_t n)
{
	char digits[STR_INT];
	size_t len = str_put_int(digits, (int64_t)n);

	add_header(b, str_of(name), (struct str){ digits, len });
}

static void
add_status(struct buf *b, int status)
{
	char digits[STR_INT];

	buf_cstr(b, "Status: ");
	buf_add(b, digits, str_put_int(digits, status));
	buf_char(b, ' ');
	buf_cstr(b, reason(status));
	buf_add(b, "\r\n", 2);
}

struct str
response_text(struct http *h)
{
	struct buf b;
	size_t i;

	if (!h->bare)
		common_headers(h);
	buf_init(&b, h->ctx->arena, LIMIT_RESPONSE + h->out_body.len);
	buf_reserve(&b, HEADERS_ROOM + h->out_body.len);
	add_status(&b, h->status);
	if (h->status != 204 && !h->bare)
		add_header(&b, STR("Content-Type"), h->content_type);
	for (i = 0; i < h->out_headers.n; i++)
		add_header(&b, h->out_headers.items[i].name,
		    h->out_headers.items[i].value);
	if (h->status != 204 && !h->head && !h->bare)
		add_number(&b, "Content-Length", h->out_body.len);
	buf_cstr(&b, "\r\n");
	if (h->status != 204 && !h->head)
		buf_str(&b, h->out_body);
	must(buf_ok(&b));
	return buf_view(&b);
}
