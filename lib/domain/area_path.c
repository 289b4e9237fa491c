/*
 * Which rule an address falls under, however it is spelt.
 */
#include "area.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/identifier.h"
#include "codec/text.h"

static void
drop_last(struct buf *b)
{
	while (b->len > 0 && b->p[b->len - 1] != '/')
		b->len--;
	if (b->len > 0)
		b->len--;
	b->p[b->len] = '\0';
}

static bool
add_segment(struct arena *a, struct buf *b, struct str s, bool encoded)
{
	if (encoded && !percent_decode(a, s, false, &s))
		return false;
	if (!utf8_valid(s) || utf8_has_control(s) || str_has(s, '/') ||
	    str_has(s, '\\'))
		return false;
	if (s.len == 0 || str_eq(s, STR(".")))
		return true;
	if (str_eq(s, STR(".."))) {
		if (b->len == 0)
			return false;
		drop_last(b);
		return true;
	}
	buf_char(b, '/');
	buf_str(b, s);
	return true;
}

bool
area_path(struct arena *a, struct str raw, bool encoded, struct str *out)
{
	struct str rest, segment;
	struct buf b;

	if (raw.len == 0 || raw.len > LIMIT_QUERY || raw.p[0] != '/')
		return false;
	buf_init(&b, a, raw.len);
	rest = str_sub(raw, 1, SIZE_MAX);
	while (str_split(&rest, '/', &segment))
		if (!add_segment(a, &b, segment, encoded))
			return false;
	*out = b.len > 0 ? buf_view(&b) : STR("");
	return buf_ok(&b);
}

static size_t
slashes(struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += s.p[i] == '/';
	return n;
}

/* Some file systems know no case; false: what is folded has other parts. */
static bool
fold(struct arena *a, struct str s, struct str *out)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((s.p[i] & 0x80) != 0) {
			*out = text_fold(a, s);
			return slashes(*out) == slashes(s);
		}
	*out = str_lower(a, s);
	return true;
}

static bool
is_below(struct str path, struct str of)
{
	return str_starts(path, of) &&
	    (path.len == of.len || path.p[of.len] == '/');
}

const struct area *
area_find(struct ctx *c, struct str path)
{
	const struct areas *all = &c->config->areas;
	const struct area *best = NULL;
	struct str rule, longest = STR("");
	size_t i;

	if (!fold(c->arena, path, &path))
		return NULL;
	for (i = 0; i < all->n; i++) {
		if (!fold(c->arena, all->items[i].path, &rule) ||
		    !is_below(path, rule) ||
		    (best != NULL && rule.len < longest.len))
			continue;
		best = &all->items[i];
		longest = rule;
	}
	return best;
}
