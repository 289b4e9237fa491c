/*
 * The profile as text, without a tree of it: what is stored is copied, in the
 * table's order, and what is unset stands between.  A document is stored in
 * that order; another one is put into it first.
 */
#include "profile_internal.h"

#include "base/buf.h"
#include "base/limits.h"
#include "profile.h"

/* The stored text, of which we are at i. */
struct scan { struct str s; size_t i; };

static char
at(const struct scan *in)
{
	if (in->i >= in->s.len)
		return '\0';
	return in->s.p[in->i];
}

static bool
take(struct scan *in, char ch)
{
	if (at(in) != ch)
		return false;
	in->i++;
	return true;
}

static bool
skip_string(struct scan *in)
{
	const char *from, *end, *escape;

	while (in->i < in->s.len) {
		from = in->s.p + in->i;
		end = memchr(from, '"', in->s.len - in->i);
		if (end == NULL)
			return false;
		escape = memchr(from, '\\', (size_t)(end - from));
		if (escape == NULL) {
			in->i += (size_t)(end - from) + 1;
			return true;
		}
		in->i += (size_t)(escape - from) + 2;
	}
	return false;
}

static bool
skip_nested(struct scan *in)
{
	size_t depth = 1;

	while (in->i < in->s.len && depth > 0) {
		in->i += strcspn(in->s.p + in->i, "\"[]{}");
		switch (at(in)) {
		case '"':
			in->i++;
			if (!skip_string(in))
				return false;
			continue;
		case '[':
		case '{':
			depth++;
			break;
		default:
			depth--;
			break;
		}
		in->i++;
	}
	return depth == 0 && in->i <= in->s.len;
}

static bool
take_value(struct scan *in, struct str *out)
{
	size_t from = in->i;
	bool fine = true;

	if (take(in, '"'))
		fine = skip_string(in);
	else if (take(in, '{') || take(in, '['))
		fine = skip_nested(in);
	else
		in->i += strcspn(in->s.p + in->i, ",]}");
	*out = str_sub(in->s, from, in->i - from);
	return fine && out->len > 0 && in->i <= in->s.len;
}

/* A quotation mark, first, the rest of the name. */
static bool
take_rest(struct scan *in, struct str first, const char *rest)
{
	const char *p = in->s.p + in->i;
	size_t left = in->s.len - in->i, n = strlen(rest);

	if (left < first.len + n + 2 ||
	    memcmp(p, first.p, first.len) != 0 ||
	    memcmp(p + first.len, rest, n) != 0 ||
	    memcmp(p + first.len + n, "\":", 2) != 0)
		return false;
	in->i += first.len + n + 2;
	return true;
}

/* Is this member the next one of the text?  Some names are guarded there. */
static bool
take_name(struct scan *in, const char *name)
{
	const char *p = in->s.p + in->i;

	if (in->s.len - in->i < 2 || p[0] != '"')
		return false;
	if (p[1] == name[0])
		return take_rest(in, STR("\""), name);
	return p[1] == '\\' && name[0] == 'D' &&
	    take_rest(in, STR("\"\\u0044"), name + 1);
}

/*
 * What is stored and goes out as it is waits as a run of the stored text, from
 * the beginning of a member's name.  While it runs, the text that was read
 * since has been written but for the one separator before what comes next.
 */
struct writing {
	const char *safe;	/* before it nothing must be escaped */
	struct str stored;
	size_t from, to;
	bool runs;
	struct buf out;
};

static bool write_object(struct writing *w, const struct member *of,
    const struct profile_own *own, struct scan *in);

static void
end_run(struct writing *w)
{
	struct str part = str_sub(w->stored, w->from, w->to - w->from);

	if (w->runs && part.p + part.len <= w->safe)
		buf_str(&w->out, part);
	else if (w->runs)
		json_guard(&w->out, part);
	w->runs = false;
}

static bool
write_items(struct writing *w, const struct member *of, struct scan *in)
{
	char sep = '[';

	if (!take(in, '['))
		return false;
	for (; at(in) == '{'; sep = ',') {
		if (w->runs)
			w->to = in->i;
		else
			buf_char(&w->out, sep);
		if (!write_object(w, of, NULL, in))
			return false;
		if (!take(in, ','))
			break;
	}
	if (w->runs)
		w->to = in->i + 1;
	else
		buf_char(&w->out, ']');
	return take(in, ']');
}

static void
write_unset(struct writing *w, const struct member *m)
{
	bool null = (m->flags & UNSET_NULL) != 0;

	if ((m->shape == SHAPE_BOOL || m->shape == SHAPE_YES_NO) && !null)
		buf_cstr(&w->out, "false");
	else if (m->shape == SHAPE_INT && !null)
		buf_char(&w->out, '0');
	else
		buf_cstr(&w->out, "null");
}

static void
write_name(struct writing *w, const struct member *m, char sep)
{
	size_t n = strlen(m->name);
	char text[64];

	must(n + 4 < sizeof(text));
	text[0] = sep;
	text[1] = '"';
	memcpy(text + 2, m->name, n);
	text[n + 2] = '"';
	text[n + 3] = ':';
	if (m->name[0] == 'D')	/* Description */
		json_guard(&w->out, (struct str){ text, n + 4 });
	else
		buf_add(&w->out, text, n + 4);
}

/* Not as it is stored: own is its text, NULL where it is unset. */
static void
write_other(struct writing *w, const struct member *m, char sep,
    const struct str *own)
{
	end_run(w);
	write_name(w, m, sep);
	if (own != NULL)
		buf_str(&w->out, *own);
	else
		write_unset(w, m);
}

/* Its name, at from, was taken. */
static bool
write_stored(struct writing *w, const struct member *m, char sep,
    size_t from, struct scan *in)
{
	struct str v;

	if (!w->runs) {
		buf_char(&w->out, sep);
		w->from = from;
		w->runs = true;
	}
	w->to = in->i;
	if (m->of != NULL && at(in) == '[')
		return write_items(w, m->of, in);
	if (m->of != NULL && at(in) == '{')
		return write_object(w, m->of, NULL, in);
	if (!take_value(in, &v))
		return false;
	w->to = in->i;
	return true;
}

static bool
take_null(struct scan *in)
{
	if (!str_starts(str_sub(in->s, in->i, SIZE_MAX), STR("null")))
		return false;
	in->i += 4;
	return true;
}

/* False: the text has what the table has not, or in another order. */
static bool
write_object(struct writing *w, const struct member *of,
    const struct profile_own *own, struct scan *in)
{
	const struct member *m;
	size_t n = 0, from;
	bool mine, fine;
	char sep = '{';
	struct str v;

	if (!take(in, '{'))
		return false;
	for (m = of; m->name != NULL; m++, sep = ',') {
		mine = own != NULL && n < own->n &&
		    strcmp(own->list[n].name, m->name) == 0;
		from = in->i;
		if (!take_name(in, m->name)) {
			write_other(w, m, sep, mine ? &own->list[n].text :
			    NULL);
			n += mine;
			continue;
		}
		if (mine) {
			write_other(w, m, sep, &own->list[n++].text);
			fine = take_value(in, &v);
		} else if (take_null(in)) {
			write_other(w, m, sep, NULL);
			fine = true;
		} else {
			fine = write_stored(w, m, sep, from, in);
		}
		if (!fine)
			return false;
		take(in, ',');
	}
	must(own == NULL || n == own->n);
	if (w->runs)
		w->to = in->i + 1;
	else
		buf_char(&w->out, '}');
	return take(in, '}');
}

static bool
write_all(struct ctx *c, const struct profile_own *own, struct str stored,
    struct str *out)
{
	struct writing w = { .safe = stored.p + json_safe(stored),
		.stored = stored };
	struct scan in = { stored, 0 };

	buf_init(&w.out, c->arena, LIMIT_RESPONSE);
	buf_reserve(&w.out, 2 * stored.len + 8192);
	if (!write_object(&w, profile_table, own, &in) ||
	    in.i != stored.len)
		return false;
	end_run(&w);
	if (!buf_ok(&w.out))
		return false;
	*out = buf_view(&w.out);
	return true;
}

/* False: the text is not readable in this way. */
static bool
find_person(struct str stored, struct profile_person *out)
{
	struct scan in = { stored, 1 };
	struct str name, v;

	*out = (struct profile_person){ .first = STR_NONE, .last = STR_NONE,
		.birth = STR_NONE };
	while (at(&in) == '"') {
		if (!take_value(&in, &name) || !take(&in, ':') ||
		    !take_value(&in, &v))
			return false;
		if (str_eq(name, STR("\"FirstName\"")))
			out->first = v;
		if (str_eq(name, STR("\"LastName\"")))
			out->last = v;
		if (str_eq(name, STR("\"BirthDate\"")))
			out->birth = v;
		if (!take(&in, ',') || out->birth.p != NULL)
			break;		/* of the three it stands last */
	}
	return true;
}

bool
profile_text_directly(struct ctx *c, const struct account *a,
    struct str *out)
{
	struct profile_person person;
	struct profile_own own;

	if (!find_person(a->profile, &person))
		return false;
	profile_own(c, a, &person, &own);
	return write_all(c, &own, a->profile, out);
}

struct str
profile_text(struct ctx *c, const struct account *a)
{
	struct str out;

	if (profile_text_directly(c, a, &out))
		return out;
	return json_text(c->arena, profile_json(c, a), true);
}
