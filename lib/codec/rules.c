#include "rules.h"

#include <regex.h>

#include "base/arena.h"
#include "base/buf.h"
#include "identifier.h"
#include "text.h"

#define PATTERN_MAX	256	/* bytes */
#define REPEAT_MAX	1000	/* of all counted repeats together */
#define LENGTH_MAX	100000

enum kind { RULE_REQUIRED, RULE_MATCHES, RULE_MIN, RULE_MAX, RULE_EXACT,
	RULE_MORE, RULE_LESS, RULE_EMAIL, RULE_PATTERN };

struct rule {
	enum kind kind;
	int64_t n;		/* RULE_MORE, RULE_LESS */
	regex_t *pattern;
	const char *message;
};

static const struct known {
	const char *name;
	enum kind kind;
	bool takes;		/* something in brackets */
	const char *pattern, *message;
} known[] = {
	{ "required", RULE_REQUIRED, false, NULL, NULL },
	{ "matches", RULE_MATCHES, true, NULL, NULL },
	{ "min_length", RULE_MIN, true, NULL, NULL },
	{ "max_length", RULE_MAX, true, NULL, NULL },
	{ "exact_length", RULE_EXACT, true, NULL, NULL },
	{ "greater_than", RULE_MORE, true, NULL, NULL },
	{ "less_than", RULE_LESS, true, NULL, NULL },
	{ "valid_email", RULE_EMAIL, false, NULL,
	  "Use an email address such as name@example.com." },
	{ "valid_url", RULE_PATTERN, false, "^https?://[^/?#:@.][^ ]*$",
	  "Use an address such as https://example.com." },
	{ "alpha", RULE_PATTERN, false, "^[A-Za-z]+$",
	  "Use only the letters A to Z." },
	{ "alpha_numeric", RULE_PATTERN, false, "^[A-Za-z0-9]+$",
	  "Use only the letters A to Z and digits." },
	{ "alpha_dash", RULE_PATTERN, false, "^[A-Za-z0-9_-]+$",
	  "Use only the letters A to Z, digits, hyphens and underscores." },
	{ "numeric", RULE_PATTERN, false, "^[0-9]+$", "Use only digits." },
	{ "integer", RULE_PATTERN, false, "^-?[0-9]+$",
	  "Use only digits, with a minus sign in front if you like." },
	{ "decimal", RULE_PATTERN, false, "^-?[0-9]*\\.?[0-9]+$",
	  "Use only digits, with a minus sign and a point if you like." },
	{ "is_natural", RULE_PATTERN, false, "^[0-9]+$", "Use only digits." },
	{ "is_natural_no_zero", RULE_PATTERN, false, "^0*[1-9][0-9]*$",
	  "Use a whole number from 1 on." },
	{ "custom_validation", RULE_PATTERN, true, NULL, NULL }
};

/* Patterns */

/* The class of an escape, inside of brackets; NULL: there is none. */
static const char *
class_of(char ch)
{
	switch (ch) {
	case 'd':
		return "0-9";
	case 'w':
		return "A-Za-z0-9_";
	case 's':
		return " \t\n\r\f\v";
	default:
		return NULL;
	}
}

static bool
is_alnum(char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= 'a' && ch <= 'z');
}

struct bracket {
	struct buf items;
	bool closes, dashes;	/* what must stand first, and last */
};

/* What follows a backslash; POSIX has no escapes inside of brackets. */
static bool
bracket_escape(struct bracket *b, char ch)
{
	if (class_of(ch) != NULL)
		buf_cstr(&b->items, class_of(ch));
	else if (ch == ']')
		b->closes = true;
	else if (ch == '-')
		b->dashes = true;
	else if (ch == '\0' || is_alnum(ch))
		return false;
	else
		buf_char(&b->items, ch);
	return true;
}

/* "[:", "[=" and "[." have a meaning there that JavaScript lacks. */
static bool
bracket_items(struct bracket *b, struct str js, size_t *i)
{
	bool after_class = false;	/* a dash there is itself */

	for (; *i < js.len && js.p[*i] != ']'; (*i)++) {
		if (js.p[*i] == '-' && after_class) {
			b->dashes = true;
			after_class = false;
			continue;
		}
		after_class = js.p[*i] == '\\' &&
		    class_of(js.p[*i + 1]) != NULL;
		if (js.p[*i] == '\\') {
			if (!bracket_escape(b, js.p[++*i]))
				return false;
		} else if (js.p[*i] == '[' &&
		    strchr(":=.", js.p[*i + 1]) != NULL) {
			return false;
		} else {
			buf_char(&b->items, js.p[*i]);
		}
	}
	return *i < js.len;
}

/* *i: behind the '['; afterwards behind the ']'. */
static bool
translate_bracket(struct arena *a, struct str js, size_t *i, struct buf *out)
{
	struct bracket b = { .closes = false };
	bool negated = js.p[*i] == '^', first;

	buf_init(&b.items, a, 8 * PATTERN_MAX);
	*i += negated;
	if (!bracket_items(&b, js, i) ||
	    (b.items.len == 0 && !b.closes && !b.dashes))
		return false;
	(*i)++;
	/* A "^" that is an item must not come first. */
	first = !negated && !b.closes && b.items.len > 0 &&
	    buf_view(&b.items).p[0] == '^';
	buf_cstr(out, negated ? "[^" : "[");
	buf_cstr(out, b.closes ? "]" : "");
	buf_str(out, first ? str_sub(buf_view(&b.items), 1, SIZE_MAX) :
	    buf_view(&b.items));
	buf_cstr(out, first ? "^" : "");
	buf_cstr(out, b.dashes ? "-]" : "]");
	return !first || b.items.len > 1;
}

/* *i: at the backslash. */
static bool
translate_escape(struct str js, size_t *i, struct buf *out)
{
	char ch = js.p[++*i];

	if (*i >= js.len)
		return false;
	if (class_of(ch) != NULL) {
		buf_printf(out, "[%s]", class_of(ch));
	} else if (is_alnum(ch)) {
		return false;
	} else {	/* of others GNU makes operators */
		if (strchr(".[\\()*+?{|^$", ch) != NULL)
			buf_char(out, '\\');
		buf_char(out, ch);
	}
	(*i)++;
	return true;
}

/* "(?" is read otherwise by POSIX, and so is a quantifier that is lazy. */
static bool
is_other_syntax(struct str js, size_t i)
{
	if (js.p[i] != '?' || i == 0)
		return js.p[i] == '?';
	return strchr("(*+?}", js.p[i - 1]) != NULL &&
	    (i < 2 || js.p[i - 2] != '\\');
}

static bool
translate(struct arena *a, struct str js, struct buf *out)
{
	size_t i = 0;
	bool fine = true;

	while (i < js.len && fine) {
		if (js.p[i] == '\\') {
			fine = translate_escape(js, &i, out);
		} else if (js.p[i] == '[') {
			i++;
			fine = translate_bracket(a, js, &i, out);
		} else if (is_other_syntax(js, i)) {
			fine = false;
		} else {
			buf_char(out, js.p[i++]);
		}
	}
	return fine && buf_ok(out);
}

/* Of "{2,5}", behind the brace: 5; of "{2,}" and "{2}", 2. */
static int64_t
repeats_at(struct str rest)
{
	struct str low, high = STR_NONE;
	int64_t n;

	if (!str_split(&rest, '}', &low))
		return 1;
	rest = low;
	if (str_split(&rest, ',', &low) && rest.len > 0)
		high = rest;
	if (!str_to_int(str_present(high) ? high : low, 1, INT32_MAX, &n))
		return 1;
	return n > REPEAT_MAX ? REPEAT_MAX + 1 : n;
}

/* Counted repeats are written out by the matcher: within bounds. */
static bool
repeats_fit(struct str ere)
{
	int64_t all = 1;
	size_t i;

	for (i = 0; i < ere.len && all <= REPEAT_MAX; i++)
		if (ere.p[i] == '{')
			all *= repeats_at(str_sub(ere, i + 1, SIZE_MAX));
	return all <= REPEAT_MAX;
}

static void
free_pattern(void *p)
{
	regfree(p);
}

static bool
compile(struct arena *a, struct str js, regex_t **out)
{
	regex_t *r = ARENA_NEW(a, regex_t);
	struct buf ere;

	buf_init(&ere, a, 8 * PATTERN_MAX);
	if (js.len > PATTERN_MAX || !translate(a, js, &ere) ||
	    !repeats_fit(buf_view(&ere)) ||
	    regcomp(r, buf_view(&ere).p, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	arena_defer(a, free_pattern, r);
	*out = r;
	return true;
}

/* The rule string */

struct part { struct str name, value; };

static size_t
find(struct str s, size_t from, struct str what)
{
	size_t i;

	for (i = from; i + what.len <= s.len; i++)
		if (str_eq(str_sub(s, i, what.len), what))
			return i;
	return s.len;
}

/* What stands in the brackets ends with the first "]" that the rule ends
 * with; in a pattern's rule, with the first behind its "###". */
static size_t
find_end(struct str s, size_t from)
{
	size_t i;

	for (i = from; i < s.len; i++)
		if (s.p[i] == ']' && (i + 1 == s.len || s.p[i + 1] == '|'))
			return i;
	return s.len;
}

/* One rule off the front; false: it has no end. */
static bool
split_rule(struct str *rest, struct part *out)
{
	size_t n = 0, end;

	while (n < rest->len && rest->p[n] != '|' && rest->p[n] != '[')
		n++;
	*out = (struct part){ str_trim(str_sub(*rest, 0, n)), STR_NONE };
	if (n < rest->len && rest->p[n] == '[') {
		end = str_ieq(out->name, STR("custom_validation")) ?
		    find(*rest, n, STR("###")) : n;
		end = find_end(*rest, end);
		if (end == rest->len)
			return false;
		out->value = str_sub(*rest, n + 1, end - n - 1);
		n = end + 1;
	}
	*rest = str_sub(*rest, n + 1, SIZE_MAX);
	return true;
}

static const struct known *
find_known(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (str_ieq(name, str_of(known[i].name)))
			return &known[i];
	return NULL;
}

struct reading {
	struct arena *a;
	struct rules *out;
	struct rule *rule;	/* room for RULES_MAX */
};

static bool
read_length(int64_t *length, struct str value, bool greatest)
{
	int64_t n;

	if (!str_to_int(value, 1, LENGTH_MAX, &n))
		return false;
	if (*length == 0 || (greatest ? n < *length : n > *length))
		*length = n;
	return true;
}

static bool
read_bound(struct reading *r, const struct known *k, struct str value)
{
	bool minus = str_starts(value, STR("-"));
	struct rule *rule = &r->rule[r->out->n++];

	*rule = (struct rule){ .kind = k->kind };
	if (!str_to_int(str_sub(value, minus, SIZE_MAX), 0, INT32_MAX,
	    &rule->n))
		return false;
	rule->n = minus ? -rule->n : rule->n;
	rule->message = str_printf(r->a, "Use a number %s %lld.",
	    k->kind == RULE_MORE ? "above" : "below",
	    (long long)rule->n).p;
	r->out->is_number = true;
	return true;
}

static bool
read_pattern(struct reading *r, const struct known *k, struct str value)
{
	struct rule *rule = &r->rule[r->out->n++];
	struct str pattern = str_of(k->pattern);
	struct str message = str_of(k->message);
	size_t at;

	*rule = (struct rule){ .kind = k->kind };
	if (k->pattern == NULL) {
		at = find(value, 0, STR("###"));
		pattern = str_dup(r->a, str_sub(value, 0, at));
		message = str_dup(r->a, str_trim(str_sub(value, at + 3,
		    SIZE_MAX)));
	}
	rule->message = message.p;
	r->out->is_number |= str_eq(str_of(k->name), STR("numeric"));
	return str_present(message) && str_present(pattern) &&
	    compile(r->a, pattern, &rule->pattern);
}

static bool
read_rule(struct reading *r, const struct part *part)
{
	const struct known *k = find_known(part->name);
	struct rules *out = r->out;

	if (k == NULL || k->takes != str_present(part->value) ||
	    out->n == RULES_MAX)
		return false;
	switch (k->kind) {
	case RULE_REQUIRED:
		return out->required = true;
	case RULE_MATCHES:
		out->matches = str_dup(r->a, part->value);
		return true;
	case RULE_MIN:
		return read_length(&out->min_length, part->value, false);
	case RULE_MAX:
		return read_length(&out->max_length, part->value, true);
	case RULE_EXACT:
		return read_length(&out->exact_length, part->value, true);
	case RULE_MORE:
	case RULE_LESS:
		return read_bound(r, k, part->value);
	case RULE_EMAIL:
		r->rule[out->n++] = (struct rule){ .kind = k->kind,
			.message = k->message };
		return out->is_email = true;
	default:
		return read_pattern(r, k, part->value);
	}
}

bool
rules_read(struct arena *a, struct str text, struct rules *out,
    const char **error_out)
{
	struct rules read = { .n = 0 };
	struct reading r = { a, &read,
		ARENA_ARRAY(a, struct rule, RULES_MAX) };
	struct part part;

	while (str_present(text)) {
		if (!split_rule(&text, &part)) {
			*error_out = "a rule has no end; patterns are "
			    "custom_validation[pattern###message]";
			return false;
		}
		if ((part.name.len > 0 || part.value.p != NULL) &&
		    !read_rule(&r, &part)) {
			*error_out = str_printf(a, "the rule %.*s is not "
			    "known, or what stands in its brackets cannot be "
			    "used (see the manual)", STR_FMT(part.name)).p;
			return false;
		}
	}
	read.rule = r.rule;
	*out = read;
	return true;
}

/* Judging */

static const char *
length_message(struct arena *a, const char *how, int64_t n)
{
	return str_printf(a, "Use %s %lld character%s.", how, (long long)n,
	    n == 1 ? "" : "s").p;
}

static bool
is_number(struct str s, int64_t *out)
{
	bool minus = str_starts(s, STR("-"));

	if (!str_to_int(str_sub(s, minus, SIZE_MAX), 0, INT64_MAX, out))
		return false;
	*out = minus ? -*out : *out;
	return true;
}

static bool
rule_met(struct arena *a, const struct rule *r, struct str text)
{
	struct identifier id;
	int64_t n;

	switch (r->kind) {
	case RULE_EMAIL:
		return identifier_email(a, text, true, &id) == ERR_OK;
	case RULE_MORE:
		return is_number(text, &n) && n > r->n;
	case RULE_LESS:
		return is_number(text, &n) && n < r->n;
	default:
		return regexec(r->pattern, str_cstr(a, text), 0, NULL, 0) == 0;
	}
}

/* text absent: every rule is told. */
static size_t
lengths(struct arena *a, const struct rules *r, struct str text,
    const char **out)
{
	int64_t chars = text.p != NULL ? (int64_t)utf8_length(text) : 0;
	bool all = text.p == NULL;
	size_t n = 0;

	if (r->exact_length > 0 && (all || chars != r->exact_length))
		out[n++] = length_message(a, "exactly", r->exact_length);
	if (r->min_length > 0 && (all || chars < r->min_length))
		out[n++] = length_message(a, "at least", r->min_length);
	if (r->max_length > 0 && (all || chars > r->max_length))
		out[n++] = length_message(a, "at most", r->max_length);
	return n;
}

size_t
rules_judge(struct arena *a, const struct rules *r, struct str text,
    const char **out)
{
	size_t n = lengths(a, r, text, out), i;

	for (i = 0; i < r->n; i++)
		if (!rule_met(a, &r->rule[i], text))
			out[n++] = r->rule[i].message;
	return n;
}

size_t
rules_hints(struct arena *a, const struct rules *r, const char **out)
{
	size_t n = lengths(a, r, STR_NONE, out), i;

	for (i = 0; i < r->n; i++)
		out[n++] = r->rule[i].message;
	return n;
}
