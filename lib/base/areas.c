#include "areas.h"

#include "arena.h"
#include "buf.h"
#include "roles.h"

#define FACTOR_MAX	525600	/* minutes: a year */
#define DEMANDS_MAX	16	/* roles of one rule */

struct reading {
	struct arena *arena;
	struct area area;
	struct str *roles;
	bool signed_in;
};

static int
hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

/* A blank in a path is written %20. */
static bool
decode(struct arena *a, struct str s, struct str *out)
{
	struct buf b;
	int high, low;
	size_t i;

	buf_init(&b, a, s.len);
	for (i = 0; i < s.len; i++) {
		if (s.p[i] != '%') {
			buf_char(&b, s.p[i]);
			continue;
		}
		high = i + 2 < s.len ? hex(s.p[i + 1]) : -1;
		low = i + 2 < s.len ? hex(s.p[i + 2]) : -1;
		if (high < 0 || low < 0 || 16 * high + low < 0x20)
			return false;
		buf_char(&b, (char)(16 * high + low));
		i += 2;
	}
	*out = buf_view(&b);
	return buf_ok(&b);
}

static const char *
read_path(struct reading *r, struct str s)
{
	static const char wrong[] = "a path such as /members was expected, "
	    "without empty, \".\" and \"..\" parts";
	struct str path, rest, part;

	if (s.len == 0 || s.p[0] != '/' || !decode(r->arena, s, &path))
		return wrong;
	if (path.p[path.len - 1] == '/')
		path.len--;
	r->area.path = str_dup(r->arena, path);
	rest = str_sub(path, 1, SIZE_MAX);
	while (path.len > 0 && str_split(&rest, '/', &part))
		if (part.len == 0 || str_eq(part, STR(".")) ||
		    str_eq(part, STR("..")) || str_has(part, '\\') ||
		    str_has(part, '?') || str_has(part, '*'))
			return wrong;
	return NULL;
}

static const char *
read_roles(struct reading *r, struct str names)
{
	struct str rest = names, one;

	if (r->area.n_roles == DEMANDS_MAX)
		return "a rule has too many words";
	while (str_split(&rest, '|', &one))
		if (!role_valid(one))
			return "role:NAME or role:NAME|NAME was expected";
	if (names.len == 0)
		return "role:NAME or role:NAME|NAME was expected";
	r->roles[r->area.n_roles++] = str_dup(r->arena, names);
	return NULL;
}

static const char *
read_word(struct reading *r, struct str word)
{
	int64_t minutes;

	if (str_eq(word, STR("anyone"))) {
		r->area.anyone = true;
	} else if (str_eq(word, STR("signed_in"))) {
		r->signed_in = true;
	} else if (str_eq(word, STR("verified"))) {
		r->area.verified = true;
	} else if (str_starts(word, STR("factor:"))) {
		if (!str_to_int(str_sub(word, 7, SIZE_MAX), 1, FACTOR_MAX,
		    &minutes))
			return "factor:MINUTES was expected";
		r->area.factor_s = 60 * minutes;
	} else if (str_starts(word, STR("role:"))) {
		return read_roles(r, str_sub(word, 5, SIZE_MAX));
	} else {
		return "anyone, signed_in, verified, factor:MINUTES or "
		    "role:NAME was expected behind the path";
	}
	return NULL;
}

static bool
next_word(struct str *rest, struct str *word)
{
	do
		if (!str_split(rest, ' ', word))
			return false;
	while (word->len == 0);
	return true;
}

static const char *
read_rule(struct reading *r, struct str rule)
{
	bool asks, any = false;
	const char *wrong;
	struct str word;

	if (!next_word(&rule, &word))
		return "PATH WORDS was expected";
	wrong = read_path(r, word);
	while (wrong == NULL && next_word(&rule, &word)) {
		wrong = read_word(r, word);
		any = true;
	}
	if (wrong != NULL)
		return wrong;
	asks = r->signed_in || r->area.verified || r->area.factor_s > 0 ||
	    r->area.n_roles > 0;
	if (!any)
		return "a path without a word of what it asks for";
	return r->area.anyone && asks ? "\"anyone\" stands with other words" :
	    NULL;
}

static bool
is_there(const struct area *items, size_t n, struct str path)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_ieq(items[i].path, path))
			return true;
	return false;
}

bool
areas_read(struct arena *a, struct str rules, struct areas *out,
    const char **wrong_out)
{
	struct area *items = ARENA_ARRAY(a, struct area, AREAS_MAX);
	const char *wrong = NULL;
	struct str rule;
	size_t n = 0;

	while (wrong == NULL && str_split(&rules, ';', &rule)) {
		struct reading r = { .arena = a };

		rule = str_trim(rule);
		if (rule.len == 0)
			continue;
		r.roles = ARENA_ARRAY(a, struct str, DEMANDS_MAX);
		wrong = n == AREAS_MAX ? "there are too many rules" :
		    read_rule(&r, rule);
		if (wrong == NULL && is_there(items, n, r.area.path))
			wrong = "two rules have one path (in any case)";
		r.area.roles = r.roles;
		items[n++ % AREAS_MAX] = r.area;
	}
	*out = (struct areas){ items, n };
	*wrong_out = wrong;
	return wrong == NULL;
}
