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

/*
 * Rows whose paths hold no values are found by a hash of the path: the first
 * of each path stands in slots, the others hang on it.  Made once.
 */
#define SLOTS	1024		/* a power of two, well above the rows */
#define NO_ROW	0		/* else the row's number, from 1 */

static struct {
	bool made;
	uint16_t slots[SLOTS];
	uint16_t next[SLOTS / 2];	/* of the same path */
} fixed;

/* Where the path's first row stands, or where it would. */
static uint16_t *
slot_of(struct str path)
{
	size_t at = str_hash(path) % SLOTS;

	while (fixed.slots[at] != NO_ROW &&
	    !str_ieq(str_of(routes[fixed.slots[at] - 1].path), path))
		at = (at + 1) % SLOTS;
	return &fixed.slots[at];
}

static void
make_index(void)
{
	uint16_t *at;
	size_t i;

	must(routes_count < COUNT(fixed.next));
	for (i = 1; i <= routes_count; i++) {
		if (strchr(routes[i - 1].path, '{') != NULL)
			continue;
		at = slot_of(str_of(routes[i - 1].path));
		while (*at != NO_ROW)
			at = &fixed.next[*at];
		*at = (uint16_t)i;
	}
	fixed.made = true;
}

static const struct route *
row(uint16_t number)
{
	return number == NO_ROW ? NULL : &routes[number - 1];
}

static const struct route *
first_fixed(struct str path)
{
	if (!fixed.made)
		make_index();
	return row(*slot_of(path));
}

static const struct route *
next_fixed(const struct route *r)
{
	return row(fixed.next[r - routes + 1]);
}

static const struct route *
next_matching(const struct http *h, const struct route *r,
    struct str values[4])
{
	for (; r < routes + routes_count; r++)
		if (strchr(r->path, '{') != NULL &&
		    matches(r->path, h->path, values))
			return r;
	return NULL;
}

/* The rows of a path, in the table's order: first with r NULL.  A path that
 * is written out is never a value of another row. */
static const struct route *
next_row(const struct http *h, const struct route *r, struct str values[4])
{
	if (r != NULL)
		return strchr(r->path, '{') == NULL ? next_fixed(r) :
		    next_matching(h, r + 1, values);
	r = first_fixed(h->path);
	return r != NULL ? r : next_matching(h, routes, values);
}

enum err
router_find(struct http *h)
{
	struct str values[4] = { STR_NONE };
	const struct route *r = NULL;

	while ((r = next_row(h, r, values)) != NULL) {
		if (str_eq(h->method, str_of(method_names[r->method]))) {
			memcpy(h->path_values, values, sizeof(values));
			h->route = r;
			return ERR_OK;
		}
		if (h->route == NULL)
			h->route = r;
	}
	return h->route == NULL ? ERR_NOT_FOUND_PATH : ERR_METHOD;
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
	struct str values[4];

	for (r = first; r != NULL; r = next_row(h, r, values)) {
		if (r->method == first->method &&
		    strcmp(r->path, first->path) == 0 && is_meant(h, r)) {
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

	for (r = NULL; (r = next_row(h, r, values)) != NULL; ) {
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
