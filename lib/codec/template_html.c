#include "template_html.h"

static bool
is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' ||
	    ch == '\f';
}

static bool
is_alpha(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

/* What is too long is none of the names that matter. */
static void
add_to_name(char name[HTML_NAME_MAX], char ch)
{
	size_t n = strlen(name);

	if (ch >= 'A' && ch <= 'Z')
		ch += 32;
	if (n + 1 < HTML_NAME_MAX) {
		name[n] = ch;
		name[n + 1] = '\0';
	}
}

static void
start_name(struct html *h, char name[HTML_NAME_MAX], enum html_state state,
    char ch)
{
	memset(name, 0, HTML_NAME_MAX);
	h->state = state;
	add_to_name(name, ch);
}

static bool
is_raw(const char *tag)
{
	return strcmp(tag, "script") == 0 || strcmp(tag, "style") == 0;
}

static void
end_tag(struct html *h)
{
	h->state = !h->closing && is_raw(h->tag) ? HTML_RAW : HTML_TEXT;
	h->matched = 0;
}

static void
in_tag_open(struct html *h, char ch)
{
	h->matched = 0;
	if (ch == '!') {
		h->state = HTML_DECLARATION;
	} else if (ch == '/' && !h->closing) {
		h->closing = true;
	} else if (is_alpha(ch)) {
		start_name(h, h->tag, HTML_TAG_NAME, ch);
	} else {
		h->state = HTML_TEXT;
	}
}

static void
in_declaration(struct html *h, char ch)
{
	if (ch == '>')
		h->state = HTML_TEXT;
	else if (ch == '-' && h->matched < 2)
		h->matched++;
	else
		h->matched = 3;
	if (h->matched == 2) {
		h->state = HTML_COMMENT;
		h->matched = 0;
	}
}

static void
in_comment(struct html *h, char ch)
{
	if (ch == '-')
		h->matched += h->matched < 2;
	else if (ch == '>' && h->matched == 2)
		h->state = HTML_TEXT;
	else
		h->matched = 0;
}

/* Between attributes, and the three states that lead there. */
static void
in_tag(struct html *h, char ch)
{
	if (ch == '>') {
		end_tag(h);
	} else if (is_blank(ch)) {
		if (h->state == HTML_ATTR_NAME)
			h->state = HTML_AFTER_NAME;
		else if (h->state == HTML_TAG_NAME)
			h->state = HTML_IN_TAG;
	} else if (ch == '/') {
		h->state = HTML_IN_TAG;
	} else if (ch == '=' && (h->state == HTML_ATTR_NAME ||
	    h->state == HTML_AFTER_NAME)) {
		h->state = HTML_BEFORE_VALUE;
		h->begun = false;
	} else if (h->state == HTML_TAG_NAME) {
		add_to_name(h->tag, ch);
	} else if (h->state == HTML_ATTR_NAME) {
		add_to_name(h->attr, ch);
	} else {
		start_name(h, h->attr, HTML_ATTR_NAME, ch);
	}
}

/* Inside a script or style: only its own closing tag ends it. */
static void
in_raw(struct html *h, char ch)
{
	size_t n = strlen(h->tag);
	int want;

	if (h->matched == n + 2 && (is_blank(ch) || ch == '/' || ch == '>')) {
		h->closing = true;
		h->state = HTML_IN_TAG;
		in_tag(h, ch);
		return;
	}
	if (ch >= 'A' && ch <= 'Z')
		ch = (char)(ch - 'A' + 'a');
	want = h->matched == 0 ? '<' : h->matched == 1 ? '/' :
	    h->matched < n + 2 ? h->tag[h->matched - 2] : '\0';
	h->matched = ch == want ? h->matched + 1 : ch == '<';
}

static void
before_value(struct html *h, char ch)
{
	if (ch == '"')
		h->state = HTML_VALUE_DOUBLE;
	else if (ch == '\'')
		h->state = HTML_VALUE_SINGLE;
	else if (ch == '>')
		end_tag(h);
	else if (!is_blank(ch))
		h->state = HTML_VALUE_BARE;
}

static void
in_value(struct html *h, char ch)
{
	if (h->state == HTML_VALUE_BARE && ch == '>')
		end_tag(h);
	else if (h->state == HTML_VALUE_BARE ? is_blank(ch) :
	    ch == (h->state == HTML_VALUE_DOUBLE ? '"' : '\''))
		h->state = HTML_IN_TAG;
	else if (!is_blank(ch))
		h->begun = true;
}

static void
feed_char(struct html *h, char ch)
{
	switch (h->state) {
	case HTML_TEXT:
		if (ch == '<') {
			h->state = HTML_TAG_OPEN;
			h->closing = false;
		}
		break;
	case HTML_TAG_OPEN:
		in_tag_open(h, ch);
		break;
	case HTML_TAG_NAME:
	case HTML_IN_TAG:
	case HTML_ATTR_NAME:
	case HTML_AFTER_NAME:
		in_tag(h, ch);
		break;
	case HTML_BEFORE_VALUE:
		before_value(h, ch);
		break;
	case HTML_VALUE_DOUBLE:
	case HTML_VALUE_SINGLE:
	case HTML_VALUE_BARE:
		in_value(h, ch);
		break;
	case HTML_DECLARATION:
		in_declaration(h, ch);
		break;
	case HTML_COMMENT:
		in_comment(h, ch);
		break;
	case HTML_RAW:
		in_raw(h, ch);
		break;
	}
}

void
html_feed(struct html *h, struct str text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		feed_char(h, text.p[i]);
}

static bool
name_among(const char *name, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

enum html_place
html_place(const struct html *h)
{
	static const char *const urls[] = { "href", "src", "action",
		"formaction", "poster", "cite", "data", "manifest", "ping",
		"background", "xlink:href" };
	static const char *const code[] = { "style", "srcdoc", "srcset" };

	if (h->state == HTML_TEXT)
		return HTML_PLACE_TEXT;
	if (h->state != HTML_VALUE_DOUBLE && h->state != HTML_VALUE_SINGLE)
		return HTML_PLACE_FORBIDDEN;
	if (strncmp(h->attr, "on", 2) == 0 ||
	    name_among(h->attr, code, COUNT(code)))
		return HTML_PLACE_FORBIDDEN;
	if (!name_among(h->attr, urls, COUNT(urls)))
		return HTML_PLACE_TEXT;
	return h->begun ? HTML_PLACE_URL : HTML_PLACE_URL_START;
}

void
html_value(struct html *h)
{
	h->begun = true;
}
