#include "form.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text.h"

static size_t
count_parts(struct str text, char sep)
{
	size_t i, n = 1;

	for (i = 0; i < text.len; i++)
		n += text.p[i] == sep;
	return n;
}

static enum form_fault
decode(struct arena *a, struct str s, struct str *out)
{
	if (!percent_decode(a, s, true, out))
		return FORM_ESCAPE;
	if (str_has(*out, '\0'))
		return FORM_NUL;
	return utf8_valid(*out) ? FORM_FINE : FORM_UTF8;
}

static enum form_fault
parse_pair(struct arena *a, struct str part, struct pair *out)
{
	struct str name, value = part;
	enum form_fault f;

	str_split(&value, '=', &name);
	if (value.p == NULL)
		value = STR("");
	f = decode(a, name, &out->name);
	return f != FORM_FINE ? f : decode(a, value, &out->value);
}

enum form_fault
form_parse(struct arena *a, struct str text, size_t max, struct pairs *out)
{
	struct pairs got = { NULL, 0 };
	struct str part;
	enum form_fault f;
	size_t n;

	n = count_parts(text, '&');
	got.items = ARENA_ARRAY(a, struct pair, n < max ? n : max);
	while (str_split(&text, '&', &part)) {
		if (part.len == 0)
			continue;
		if (got.n == max)
			return FORM_MANY;
		f = parse_pair(a, part, &got.items[got.n]);
		if (f != FORM_FINE)
			return f;
		got.n++;
	}
	*out = got;
	return FORM_FINE;
}

struct str
pairs_get(const struct pairs *p, const char *name, bool *conflict_out)
{
	struct str want = str_of(name), value = STR_NONE;
	bool conflict = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (!str_ieq(p->items[i].name, want))
			continue;
		if (value.p == NULL)
			value = p->items[i].value;
		else if (!str_eq(value, p->items[i].value))
			conflict = true;
	}
	if (conflict_out != NULL)
		*conflict_out = conflict;
	return value;
}

/*
 * Up to ';', or to a comma with a blank behind: so some servers join several
 * Cookie headers.
 */
static bool
next_cookie(struct str *rest, struct str *part)
{
	size_t i;

	if (rest->p == NULL)
		return false;
	for (i = 0; i < rest->len; i++)
		if (rest->p[i] == ';' || (rest->p[i] == ',' &&
		    i + 1 < rest->len && rest->p[i + 1] == ' '))
			break;
	*part = str_trim(str_sub(*rest, 0, i));
	*rest = i < rest->len ? str_sub(*rest, i + 1, SIZE_MAX) : STR_NONE;
	return true;
}

struct pairs
cookie_parse(struct arena *a, struct str header)
{
	struct pairs got = { NULL, 0 };
	struct str part, name;

	got.items = ARENA_ARRAY(a, struct pair, LIMIT_COOKIES);
	while (next_cookie(&header, &part)) {
		if (!str_has(part, '='))
			continue;
		/* A cut list could hide that a name stands twice. */
		if (got.n == LIMIT_COOKIES)
			return (struct pairs){ got.items, 0 };
		str_split(&part, '=', &name);
		got.items[got.n++] = (struct pair){
			str_dup(a, str_trim(name)), str_dup(a, str_trim(part))
		};
	}
	return got;
}

struct str
cookie_get(const struct pairs *p, const char *name)
{
	struct str want = str_of(name), value = STR_NONE;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (!str_eq(p->items[i].name, want))
			continue;
		if (value.p != NULL)
			return STR_NONE;
		value = p->items[i].value;
	}
	return value;
}
