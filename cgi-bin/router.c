#include "router.h"

#include "base/arena.h"
#include "base/buf.h"

static const char *const method_names[] = {
	[GET] = "GET", [POST] = "POST", [PUT] = "PUT", [DELETE] = "DELETE"
};

const char *
route_method(enum method m)
{
	return method_names[m];
}

static bool
is_value(struct str segment)
{
	return segment.len > 2 && segment.p[0] == '{';
}

/* Fixed segments match in any case; values keep theirs. */
static bool
matches(const char *pattern, struct str path, struct str values[4])
{
	struct str want = str_of(pattern), part, have;
	size_t n = 0;

	if (strchr(pattern, '{') == NULL)
		return str_ieq(want, path);
	while (str_split(&want, '/', &part)) {
		if (!str_split(&path, '/', &have))
			return false;
		if (is_value(part) && have.len > 0) {
			must(n < 4);
			values[n++] = have;
		} else if (!str_ieq(part, have)) {
			return false;
		}
	}
	return path.p == NULL;
}

/* Among rows with or without values in their paths. */
static const struct route *
find(struct http *h, bool fixed, const struct route **other_io)
{
	struct str values[4] = { STR_NONE };
	const struct route *r;

	for (r = routes; r < routes + routes_count; r++) {
		if ((strchr(r->path, '{') == NULL) != fixed ||
		    !matches(r->path, h->path, values))
			continue;
		if (str_eq(h->method, str_of(method_names[r->method]))) {
			memcpy(h->path_values, values, sizeof(values));
			return r;
		}
		if (*other_io == NULL)
			*other_io = r;
	}
	return NULL;
}

/* A path that is written out is never a value of another row. */
enum err
router_find(struct http *h)
{
	const struct route *other = NULL, *r;

	r = find(h, true, &other);
	if (r == NULL && other == NULL)
		r = find(h, false, &other);
	h->route = r != NULL ? r : other;
	if (r != NULL)
		return ERR_OK;
	return other == NULL ? ERR_NOT_FOUND_PATH : ERR_METHOD;
}

static bool
is_given(const struct http *h, const char *field)
{
	return http_query(h, field).p != NULL || http_given(h, field);
}

/* Two operations of one path may differ by who calls: the one of the person
 * signed in comes with an access token, wherever it stands. */
static bool
is_meant(const struct http *h, const struct route *r)
{
	if (r->unless != NULL && is_given(h, r->unless))
		return false;
	if (r->when == NULL || is_given(h, r->when))
		return true;
	return (r->need & NEED_TOKEN) != 0 &&
	    strcmp(r->when, "access_token") == 0 &&
	    str_istarts(http_header(h, "authorization"), STR("Bearer "));
}

void
router_select(struct http *h)
{
	const struct route *first = h->route, *r;

	for (r = first; r < routes + routes_count; r++) {
		if (r->method != first->method ||
		    strcmp(r->path, first->path) != 0)
			continue;
		if (is_meant(h, r)) {
			h->route = r;
			return;
		}
	}
}

struct str
router_allow(const struct http *h)
{
	bool have[COUNT(method_names)] = { false }, head = false;
	struct str values[4];
	const struct route *r;
	struct buf b;
	size_t m;

	for (r = routes; r < routes + routes_count; r++) {
		if (!matches(r->path, h->path, values))
			continue;
		have[r->method] = true;
		if (r->method == GET && (r->need & NEED_ACTION) == 0)
			head = true;
	}
	buf_init(&b, h->ctx->arena, 64);
	for (m = 0; m < COUNT(method_names); m++) {
		if (have[m])
			buf_printf(&b, "%s, ", method_names[m]);
		if (m == GET && head)
			buf_cstr(&b, "HEAD, ");
	}
	buf_cstr(&b, "OPTIONS");
	return buf_view(&b);
}

bool
router_is_api(const struct http *h)
{
	static const char *const roots[] = { "/identity", "/api", "/v2",
		"/ciam", "/openapi.json", "/.well-known" };
	struct str root;
	size_t i;

	if (h->asked.by != ASKED_BY_NOBODY)
		return h->asked.machine;
	if (h->route != NULL)
		return (h->route->need & IS_PAGE) == 0;
	for (i = 0; i < COUNT(roots); i++) {
		root = str_of(roots[i]);
		if (str_istarts(h->path, root) && (h->path.len == root.len ||
		    h->path.p[root.len] == '/'))
			return true;
	}
	return false;
}
