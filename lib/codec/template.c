#include "template.h"

#include "base/buf.h"
#include "base/limits.h"
#include "template_file.h"
#include "template_html.h"
#include "text.h"

#define NESTING_MAX	16	/* sections and parts in one another */

/* Values */

enum value_kind { VALUE_TEXT, VALUE_URL, VALUE_LIST };

struct value {
	struct value *next;
	const char *name;
	enum value_kind kind;
	struct str text;
	struct values *items, **items_end;
};

struct values {
	struct arena *arena;
	const struct values *outer;
	struct values *next;		/* in its list */
	struct value *first;
};

struct values *
values_new(struct arena *a)
{
	struct values *v;

	v = ARENA_NEW(a, struct values);
	v->arena = a;
	return v;
}

static struct value *
own_value(const struct values *v, struct str name)
{
	struct value *x;

	for (x = v->first; x != NULL; x = x->next)
		if (str_eq(str_of(x->name), name))
			return x;
	return NULL;
}

static struct value *
put_value(struct values *v, const char *name, enum value_kind kind,
    struct str text)
{
	struct value *x;

	x = own_value(v, str_of(name));
	if (x == NULL) {
		x = ARENA_NEW(v->arena, struct value);
		x->name = name;
		x->next = v->first;
		v->first = x;
	}
	x->kind = kind;
	x->text = text;
	x->items = NULL;
	x->items_end = &x->items;
	return x;
}

void
values_set(struct values *v, const char *name, struct str s)
{
	put_value(v, name, VALUE_TEXT, s);
}

static bool
url_is_harmless(struct str url)
{
	size_t i;

	for (i = 0; i < url.len; i++)
		if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f ||
		    url.p[i] == '\\')
			return false;
	if (str_istarts(url, STR("https://")) ||
	    str_istarts(url, STR("http://")) ||
	    str_istarts(url, STR("mailto:")))
		return true;
	return url.len > 0 && url.p[0] == '/' &&
	    !(url.len > 1 && url.p[1] == '/');
}

void
values_set_url(struct values *v, const char *name, struct str url)
{
	put_value(v, name, VALUE_URL, url_is_harmless(url) ? url : STR(""));
}

void
values_flag(struct values *v, const char *name, bool on)
{
	put_value(v, name, VALUE_TEXT, on ? STR("1") : STR(""));
}

void
values_list(struct values *v, const char *list)
{
	put_value(v, list, VALUE_LIST, STR_NONE);
}

struct values *
values_add(struct values *v, const char *list)
{
	struct values *inner;
	struct value *x;

	x = own_value(v, str_of(list));
	if (x == NULL || x->kind != VALUE_LIST)
		x = put_value(v, list, VALUE_LIST, STR_NONE);
	inner = values_new(v->arena);
	inner->outer = v;
	*x->items_end = inner;
	x->items_end = &inner->next;
	return inner;
}

static const struct value *
find_value(const struct values *v, struct str name)
{
	const struct value *x = NULL;

	for (; v != NULL && x == NULL; v = v->outer)
		x = own_value(v, name);
	return x;
}

/* Compiling: a flat program, where a section knows its end. */

enum node_kind { NODE_LITERAL, NODE_VALUE, NODE_IF, NODE_UNLESS, NODE_EACH,
	NODE_END, NODE_PART };

struct node {
	enum node_kind kind;
	unsigned line;
	struct str text;		/* the literal, or the name */
	size_t end;			/* of a section: its NODE_END */
};

struct program {
	const char *name;		/* for messages */
	struct node *nodes;
	size_t n;
};

struct compiler {
	struct arena *arena;
	struct str text;
	size_t at;
	unsigned line;
	struct program program;
	size_t open[NESTING_MAX], n_open;
	const char *error;
};

static bool
compile_fail(struct compiler *c, const char *what)
{
	c->error = str_printf(c->arena, "%s:%u: %s", c->program.name, c->line,
	    what).p;
	return false;
}

/* At "{{" or "}}" from at on, or the end. */
static size_t
find_pair(struct str s, size_t at, char ch)
{
	for (; at + 1 < s.len; at++)
		if (s.p[at] == ch && s.p[at + 1] == ch)
			return at;
	return s.len;
}

static size_t
count_tags(struct str s)
{
	size_t n = 0, at = 0;

	while ((at = find_pair(s, at, '{')) < s.len) {
		at += 2;
		n++;
	}
	return n;
}

static struct node *
add_node(struct compiler *c, enum node_kind kind, struct str text)
{
	struct node *n = &c->program.nodes[c->program.n++];

	n->kind = kind;
	n->line = c->line;
	n->text = text;
	return n;
}

static bool
name_valid(struct str name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		char ch = name.p[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
		    (ch >= '0' && ch <= '9') || ch == '_' || ch == '.'))
			return false;
	}
	return name.len > 0;
}

static bool
open_section(struct compiler *c, enum node_kind kind, struct str name)
{
	if (!name_valid(name))
		return compile_fail(c, "a section needs a name");
	if (c->n_open == NESTING_MAX)
		return compile_fail(c, "sections are nested too deep");
	c->open[c->n_open++] = c->program.n;
	add_node(c, kind, name);
	return true;
}

static bool
close_section(struct compiler *c, struct str rest)
{
	if (rest.len > 0)
		return compile_fail(c, "{{/}} takes no name");
	if (c->n_open == 0)
		return compile_fail(c, "{{/}} without a section");
	c->program.nodes[c->open[--c->n_open]].end = c->program.n;
	add_node(c, NODE_END, STR(""));
	return true;
}

static bool
compile_tag(struct compiler *c, struct str tag)
{
	struct str rest = str_trim(str_sub(tag, 1, SIZE_MAX));

	switch (tag.len > 0 ? tag.p[0] : '\0') {
	case '#':
		return true;
	case '?':
		return open_section(c, NODE_IF, rest);
	case '!':
		return open_section(c, NODE_UNLESS, rest);
	case '*':
		return open_section(c, NODE_EACH, rest);
	case '/':
		return close_section(c, rest);
	case '>':
		if (!template_name_valid(rest))
			return compile_fail(c, "not the name of a part");
		add_node(c, NODE_PART, rest);
		return true;
	default:
		if (!name_valid(tag))
			return compile_fail(c, "not the name of a value");
		add_node(c, NODE_VALUE, tag);
		return true;
	}
}

/*
 * If the tag from..to stands alone on its line, then *from becomes where the
 * line begins, and *to where the next one does.
 */
static void
take_line(struct str s, size_t *from, size_t *to)
{
	size_t i = *from, k = *to;

	while (i > 0 && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
		i--;
	while (k < s.len && (s.p[k] == ' ' || s.p[k] == '\t' ||
	    s.p[k] == '\r'))
		k++;
	if ((i > 0 && s.p[i - 1] != '\n') || (k < s.len && s.p[k] != '\n'))
		return;
	*from = i;
	*to = k < s.len ? k + 1 : k;
}

static void
count_lines(struct compiler *c, size_t to)
{
	for (; c->at < to; c->at++)
		c->line += c->text.p[c->at] == '\n';
}

static void
add_literal(struct compiler *c, size_t to)
{
	if (to > c->at)
		add_node(c, NODE_LITERAL, str_sub(c->text, c->at, to - c->at));
	count_lines(c, to);
}

static bool
compile_step(struct compiler *c)
{
	struct str tag;
	size_t open, close, from, to;

	open = find_pair(c->text, c->at, '{');
	if (open == c->text.len) {
		add_literal(c, open);
		return true;
	}
	close = find_pair(c->text, open + 2, '}');
	if (close == c->text.len) {
		count_lines(c, open);
		return compile_fail(c, "{{ without }}");
	}
	tag = str_trim(str_sub(c->text, open + 2, close - open - 2));
	from = open;
	to = close + 2;
	if (tag.len > 0 && strchr("#?!*/>", tag.p[0]) != NULL)
		take_line(c->text, &from, &to);
	add_literal(c, from);
	if (!compile_tag(c, tag))
		return false;
	count_lines(c, to);
	return true;
}

static bool
compile(struct arena *a, struct str text, const char *name,
    struct program *out, const char **error_out)
{
	struct compiler c = { .arena = a, .text = text, .line = 1 };
	bool ok = true;

	c.program.name = name;
	c.program.nodes = ARENA_ARRAY(a, struct node, 2 * count_tags(text) + 1);
	if (!utf8_valid(text) || str_has(text, '\0'))
		ok = compile_fail(&c, "the file is not UTF-8 text");
	while (ok && c.at < text.len)
		ok = compile_step(&c);
	if (ok && c.n_open > 0) {
		c.line = c.program.nodes[c.open[c.n_open - 1]].line;
		ok = compile_fail(&c, "a section without {{/}}");
	}
	*out = c.program;
	*error_out = c.error;
	return ok;
}

/* Rendering */

struct run {
	struct arena *arena;
	const struct template_place *at;	/* NULL: there are no parts */
	const char *lang;
	enum template_mode mode;
	struct buf out;
	struct html html;
	unsigned depth;
	const char *error;
};

static bool run_nodes(struct run *r, const struct program *p, size_t from,
    size_t to, const struct values *v);

static bool
run_fail(struct run *r, const struct program *p, const struct node *n,
    const char *what)
{
	struct str name = n->kind == NODE_LITERAL ? STR("text") : n->text;

	r->error = str_printf(r->arena, "%s:%u: %.*s: %s", p->name, n->line,
	    STR_FMT(name), what).p;
	return false;
}

static void
put_html(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		switch (s.p[i]) {
		case '&':
			buf_cstr(b, "&amp;");
			break;
		case '<':
			buf_cstr(b, "&lt;");
			break;
		case '>':
			buf_cstr(b, "&gt;");
			break;
		case '"':
			buf_cstr(b, "&quot;");
			break;
		case '\'':
			buf_cstr(b, "&#39;");
			break;
		default:
			buf_char(b, s.p[i]);
		}
	}
}

/* A line break in a value must not begin a header or a line of the mail. */
static void
put_plain(struct buf *b, struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			buf_char(b, ' ');
		else
			buf_char(b, s.p[i]);
}

static bool
run_html_value(struct run *r, const struct program *p, const struct node *n,
    const struct value *x)
{
	switch (html_place(&r->html)) {
	case HTML_PLACE_TEXT:
		put_html(&r->out, x->text);
		break;
	case HTML_PLACE_URL_START:
		if (x->kind != VALUE_URL)
			return run_fail(r, p, n,
			    "an address was expected here");
		put_html(&r->out, x->text);
		break;
	case HTML_PLACE_URL:
		buf_str(&r->out, percent_encode(r->arena, x->text));
		break;
	case HTML_PLACE_FORBIDDEN:
		return run_fail(r, p, n, "no value may stand here; put it in "
		    "text or in a quoted attribute");
	}
	html_value(&r->html);
	return true;
}

static bool
run_value(struct run *r, const struct program *p, const struct node *n,
    const struct value *x)
{
	if (x->kind == VALUE_LIST)
		return run_fail(r, p, n, "is a list, not a text");
	if (r->mode == TEMPLATE_HTML)
		return run_html_value(r, p, n, x);
	put_plain(&r->out, x->text);
	return true;
}

static bool
run_each(struct run *r, const struct program *p, const struct node *n,
    const struct value *x)
{
	const struct values *inner;
	size_t from = (size_t)(n - p->nodes) + 1;

	if (x->kind != VALUE_LIST && x->text.len > 0)
		return run_fail(r, p, n, "is a text, not a list");
	for (inner = x->items; inner != NULL; inner = inner->next)
		if (!run_nodes(r, p, from, n->end, inner))
			return false;
	return true;
}

static bool
run_section(struct run *r, const struct program *p, const struct node *n,
    const struct values *v, const struct value *x)
{
	bool full = x->kind == VALUE_LIST ? x->items != NULL : x->text.len > 0;
	bool ok = true;

	if (++r->depth > NESTING_MAX)
		return run_fail(r, p, n, "is nested too deep");
	if (n->kind == NODE_EACH)
		ok = run_each(r, p, n, x);
	else if (full == (n->kind == NODE_IF))
		ok = run_nodes(r, p, (size_t)(n - p->nodes) + 1, n->end, v);
	r->depth--;
	return ok;
}

static bool
run_part(struct run *r, const struct program *p, const struct node *n,
    const struct values *v)
{
	const char *name = str_cstr(r->arena, n->text);
	struct program part;
	struct str text;
	const char *path, *why;
	bool ok;

	if (r->at == NULL)
		return run_fail(r, p, n, "there are no parts here");
	if (++r->depth > NESTING_MAX)
		return run_fail(r, p, n, "is nested too deep");
	if (!template_read(r->arena, r->at, r->lang, name, &text, &path, &why))
		return run_fail(r, p, n, why);
	ok = compile(r->arena, text, path, &part, &r->error) &&
	    run_nodes(r, &part, 0, part.n, v);
	r->depth--;
	return ok;
}

static bool
run_node(struct run *r, const struct program *p, const struct node *n,
    const struct values *v)
{
	const struct value *x;

	if (n->kind == NODE_LITERAL) {
		buf_str(&r->out, n->text);
		if (r->mode == TEMPLATE_HTML)
			html_feed(&r->html, n->text);
		return true;
	}
	if (n->kind == NODE_PART)
		return run_part(r, p, n, v);
	x = find_value(v, n->text);
	if (x == NULL)
		return run_fail(r, p, n, "this page has no such value");
	return n->kind == NODE_VALUE ? run_value(r, p, n, x) :
	    run_section(r, p, n, v, x);
}

static bool
run_nodes(struct run *r, const struct program *p, size_t from, size_t to,
    const struct values *v)
{
	const struct node *n;
	size_t i;

	for (i = from; i < to; i++) {
		n = &p->nodes[i];
		if (!run_node(r, p, n, v))
			return false;
		if (!buf_ok(&r->out))
			return run_fail(r, p, n, "the page becomes too large");
		if (n->kind == NODE_IF || n->kind == NODE_UNLESS ||
		    n->kind == NODE_EACH)
			i = n->end;
	}
	return true;
}

static bool
render(struct run *r, struct str text, const char *path,
    const struct values *v, struct str *out, const char **error_out)
{
	struct program p;

	buf_init(&r->out, r->arena, LIMIT_RESPONSE);
	if (!compile(r->arena, text, path, &p, &r->error) ||
	    !run_nodes(r, &p, 0, p.n, v)) {
		*error_out = r->error;
		return false;
	}
	*out = buf_view(&r->out);
	return true;
}

bool
template_render(struct arena *a, const struct template_place *at,
    const char *lang, const char *name, enum template_mode mode,
    const struct values *v, struct str *out, const char **error_out)
{
	struct run r = { .arena = a, .at = at, .lang = lang, .mode = mode };
	struct str text;
	const char *path, *why;

	if (!template_read(a, at, lang, name, &text, &path, &why)) {
		*error_out = str_printf(a, "%s:0: %s", name, why).p;
		return false;
	}
	return render(&r, text, path, v, out, error_out);
}

bool
template_render_text(struct arena *a, struct str text, const char *name,
    enum template_mode mode, const struct values *v, struct str *out,
    const char **error_out)
{
	struct run r = { .arena = a, .mode = mode };

	return render(&r, text, name, v, out, error_out);
}
