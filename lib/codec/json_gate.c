/*
 * The strict gate before json-c, which forgives too much: RFC 8259 to the
 * letter, and no two readings of one text.  One pass, no recursion.
 */
#include "json_data.h"

#include "base/arena.h"
#include "text.h"

#define DEPTH_MAX	64
#define FEW		64	/* names that need no memory of their own */
#define EXPONENT_MAX	308	/* 1e308 and more could become infinite */

struct name {
	uint32_t hash;		/* of the decoded name */
	uint32_t at;		/* behind its opening quote */
};

struct frame {
	bool object;
	size_t first;		/* of its names */
};

struct gate {
	const char *start, *p, *end;
	struct frame frames[DEPTH_MAX];
	unsigned depth, depth_max;
	size_t members, members_max;
	struct name *names;	/* of the objects that are open */
	size_t n_names;
	bool naming;		/* a name is being read */
	bool any_number;	/* of any size */
	enum json_fault fault;
};

static bool
fail(struct gate *g, enum json_fault f)
{
	g->fault = f;
	return false;
}

/* Not what the grammar wants: a NUL is told apart. */
static bool
fail_here(struct gate *g)
{
	return fail(g, g->p < g->end && *g->p == '\0' ? JSON_NUL :
	    JSON_SYNTAX);
}

static int
peek(const struct gate *g)
{
	return g->p < g->end ? (unsigned char)*g->p : -1;
}

static void
skip_blanks(struct gate *g)
{
	while (g->p < g->end && (*g->p == ' ' || *g->p == '\t' ||
	    *g->p == '\n' || *g->p == '\r'))
		g->p++;
}

static bool
expect(struct gate *g, char ch)
{
	if (peek(g) != ch)
		return fail_here(g);
	g->p++;
	return true;
}

/* Strings */

static bool
read_hex4(struct gate *g, uint32_t *out)
{
	uint32_t v = 0;
	int i, ch;

	for (i = 0; i < 4; i++) {
		ch = peek(g);
		if (ch >= '0' && ch <= '9')
			v = v << 4 | (uint32_t)(ch - '0');
		else if (ch >= 'a' && ch <= 'f')
			v = v << 4 | (uint32_t)(ch - 'a' + 10);
		else if (ch >= 'A' && ch <= 'F')
			v = v << 4 | (uint32_t)(ch - 'A' + 10);
		else
			return fail_here(g);
		g->p++;
	}
	*out = v;
	return true;
}

/* Behind "\u".  Surrogates must come as a pair. */
static bool
read_unicode(struct gate *g, uint32_t *out)
{
	uint32_t high, low;

	if (!read_hex4(g, &high))
		return false;
	if (high == 0)
		return fail(g, JSON_NUL);
	if (high < 0xd800 || high > 0xdfff) {
		*out = high;
		return true;
	}
	if (high > 0xdbff || g->end - g->p < 2 || g->p[0] != '\\' ||
	    g->p[1] != 'u')
		return fail(g, JSON_SURROGATE);
	g->p += 2;
	if (!read_hex4(g, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(g, JSON_SURROGATE);
	*out = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool
read_escape(struct gate *g, uint32_t *out)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int ch;

	ch = peek(g);
	if (ch == 'u') {
		g->p++;
		return read_unicode(g, out);
	}
	at = ch > 0 ? strchr(letters, ch) : NULL;
	if (at == NULL)
		return fail_here(g);
	g->p++;
	*out = (unsigned char)means[at - letters];
	return true;
}

/* One character of a string; *end at the closing quote, which is taken. */
static bool
read_char(struct gate *g, uint32_t *out, bool *end)
{
	struct str rest;
	int ch;

	*end = false;
	ch = peek(g);
	if (ch < 0x20)
		return fail_here(g);
	if (ch == '"') {
		g->p++;
		*end = true;
		return true;
	}
	if (ch == '\\') {
		g->p++;
		return read_escape(g, out);
	}
	rest = (struct str){ g->p, (size_t)(g->end - g->p) };
	if (!utf8_next(&rest, out))
		return fail(g, JSON_UTF8);
	g->p = rest.p;
	return true;
}

/* Behind the opening quote.  FNV-1a over the decoded characters. */
static bool
read_string(struct gate *g, uint32_t *hash)
{
	uint32_t h = 2166136261u, code = 0;
	bool end;

	for (;;) {
		if (!read_char(g, &code, &end))
			return false;
		if (end)
			break;
		h = (h ^ code) * 16777619u;
	}
	*hash = h;
	return true;
}

/* Both were read before and are good. */
static bool
same_name(const struct gate *g, uint32_t at1, uint32_t at2)
{
	struct gate x = { .p = g->start + at1, .end = g->end };
	struct gate y = { .p = g->start + at2, .end = g->end };
	uint32_t c1 = 0, c2 = 0;
	bool end1, end2;

	for (;;) {
		must(read_char(&x, &c1, &end1) && read_char(&y, &c2, &end2));
		if (end1 || end2)
			return end1 && end2;
		if (c1 != c2)
			return false;
	}
}

static bool
count_member(struct gate *g)
{
	if (g->members == g->members_max)
		return fail(g, JSON_MEMBERS);
	g->members++;
	return true;
}

/* "name": */
static bool
read_name(struct gate *g)
{
	struct name n;
	size_t i;

	skip_blanks(g);
	g->naming = true;
	if (!expect(g, '"'))
		return false;
	n.at = (uint32_t)(g->p - g->start);
	if (!read_string(g, &n.hash) || !count_member(g))
		return false;
	g->naming = false;
	g->names[g->n_names++] = n;
	for (i = g->frames[g->depth - 1].first; i + 1 < g->n_names; i++)
		if (g->names[i].hash == n.hash &&
		    same_name(g, g->names[i].at, n.at))
			return fail(g, JSON_DUPLICATE);
	skip_blanks(g);
	return expect(g, ':');
}

/* Numbers */

static size_t
read_digits(struct gate *g)
{
	size_t n = 0;

	while (g->p < g->end && *g->p >= '0' && *g->p <= '9') {
		g->p++;
		n++;
	}
	return n;
}

static bool
fits_int64(struct str digits, bool negative)
{
	struct str limit = negative ? STR("9223372036854775808") :
	    STR("9223372036854775807");

	return digits.len < limit.len || (digits.len == limit.len &&
	    memcmp(digits.p, limit.p, limit.len) <= 0);
}

/* The value of an exponent's digits, clamped far outside of any use. */
static int64_t
exponent_value(struct str digits)
{
	int64_t v = 0;
	size_t i;

	for (i = 0; i < digits.len && v < 1000000; i++)
		v = v * 10 + (digits.p[i] - '0');
	return v;
}

/*
 * Is whole.fraction times ten to the exponent below 1e308?  Judged by where
 * the first digit other than zero stands.
 */
static bool
is_finite(struct str whole, struct str fraction, int64_t exponent)
{
	size_t zeros = 0;

	if (whole.p[0] != '0')
		return exponent + (int64_t)whole.len - 1 < EXPONENT_MAX;
	while (zeros < fraction.len && fraction.p[zeros] == '0')
		zeros++;
	return zeros == fraction.len ||
	    exponent - (int64_t)zeros - 1 < EXPONENT_MAX;
}

static bool
read_number(struct gate *g)
{
	struct str whole, fraction = STR_NONE, digits;
	bool negative, minus, real = false;
	int64_t exponent = 0;

	negative = peek(g) == '-';
	g->p += negative;
	whole.p = g->p;
	whole.len = read_digits(g);
	if (whole.len == 0 || (whole.len > 1 && whole.p[0] == '0'))
		return fail_here(g);
	if (peek(g) == '.') {
		g->p++;
		real = true;
		fraction.p = g->p;
		fraction.len = read_digits(g);
		if (fraction.len == 0)
			return fail_here(g);
	}
	if (peek(g) == 'e' || peek(g) == 'E') {
		g->p++;
		real = true;
		minus = peek(g) == '-';
		if (minus || peek(g) == '+')
			g->p++;
		digits.p = g->p;
		digits.len = read_digits(g);
		if (digits.len == 0)
			return fail_here(g);
		exponent = exponent_value(digits);
		if (minus)
			exponent = -exponent;
	}
	if (!g->any_number && (real ?
	    !is_finite(whole, fraction, exponent) :
	    !fits_int64(whole, negative)))
		return fail(g, JSON_NUMBER);
	return true;
}

/* Values */

static bool
read_word(struct gate *g, struct str word)
{
	struct str rest = { g->p, (size_t)(g->end - g->p) };

	if (!str_starts(rest, word))
		return fail(g, JSON_SYNTAX);
	g->p += word.len;
	return true;
}

static bool
open_frame(struct gate *g, bool object)
{
	g->p++;
	if (g->depth == g->depth_max)
		return fail(g, JSON_DEPTH);
	g->frames[g->depth++] = (struct frame){ object, g->n_names };
	skip_blanks(g);
	return true;
}

static void
close_frame(struct gate *g)
{
	g->p++;
	g->depth--;
	g->n_names = g->frames[g->depth].first;
}

/*
 * A scalar, or the beginning of an array or object up to its first value;
 * *more when that value is next.
 */
static bool
read_value(struct gate *g, bool *more)
{
	uint32_t hash;

	*more = false;
	skip_blanks(g);
	switch (peek(g)) {
	case '{':
		if (!open_frame(g, true))
			return false;
		if (peek(g) == '}') {
			close_frame(g);
			return true;
		}
		*more = true;
		return read_name(g);
	case '[':
		if (!open_frame(g, false))
			return false;
		if (peek(g) == ']') {
			close_frame(g);
			return true;
		}
		*more = true;
		return count_member(g);
	case '"':
		g->p++;
		return read_string(g, &hash);
	case 't':
		return read_word(g, STR("true"));
	case 'f':
		return read_word(g, STR("false"));
	case 'n':
		return read_word(g, STR("null"));
	case '-': case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return read_number(g);
	default:
		return fail_here(g);
	}
}

/* Behind a value: closes what ends here; *more when another value is due. */
static bool
read_behind(struct gate *g, bool *more)
{
	const struct frame *f;

	*more = false;
	for (;;) {
		skip_blanks(g);
		if (g->depth == 0)
			return true;
		f = &g->frames[g->depth - 1];
		if (peek(g) == ',') {
			g->p++;
			*more = true;
			return f->object ? read_name(g) : count_member(g);
		}
		if (peek(g) != (f->object ? '}' : ']'))
			return fail_here(g);
		close_frame(g);
	}
}

static bool
read_text(struct gate *g)
{
	bool more;

	do {
		do {
			if (!read_value(g, &more))
				return false;
		} while (more);
		if (!read_behind(g, &more))
			return false;
	} while (more);
	return g->p == g->end || fail_here(g);
}

/* The name whose value was being read in the outermost object. */
static struct str
outer_name(const struct gate *g)
{
	struct gate x = { .end = g->end };
	uint32_t code;
	bool end = false;
	size_t n;

	if (g->depth == 0 || !g->frames[0].object ||
	    (g->naming && g->depth == 1))
		return STR_NONE;
	n = g->depth > 1 ? g->frames[1].first : g->n_names;
	if (n == 0)
		return STR_NONE;
	x.start = x.p = g->start + g->names[n - 1].at;
	while (!end)
		must(read_char(&x, &code, &end));
	return (struct str){ x.start, (size_t)(x.p - 1 - x.start) };
}

static enum json_fault
run(struct gate g, struct str text, struct str *member_out)
{
	size_t members = g.members_max;
	struct name few[FEW];
	struct arena *a;
	size_t most;

	must(g.depth_max <= DEPTH_MAX);
	*member_out = STR_NONE;
	if (text.p == NULL || text.len > UINT32_MAX)
		return JSON_SYNTAX;
	g.start = g.p = text.p;
	g.end = text.p + text.len;
	/* The shortest member is "":0, so more names cannot come. */
	most = text.len / 4 + 1;
	if (members < most)
		most = members;
	a = most > FEW ? arena_new() : NULL;
	g.names = a != NULL ? ARENA_ARRAY(a, struct name, most) : few;
	if (!read_text(&g))
		*member_out = outer_name(&g);
	arena_free(a);
	return g.fault;
}

enum json_fault
json_check(struct str text, unsigned depth, unsigned members)
{
	struct gate g = { .depth_max = depth, .members_max = members };
	struct str member;

	return run(g, text, &member);
}

struct str
json_fault_member(struct str text, unsigned depth, unsigned members)
{
	struct gate g = { .depth_max = depth, .members_max = members };
	struct str member;

	run(g, text, &member);
	return member;
}

enum json_fault
json_data_check(struct str text, unsigned depth, unsigned members,
    struct str *member_out)
{
	struct gate g = { .depth_max = depth, .members_max = members,
		.any_number = true };

	return run(g, text, member_out);
}
