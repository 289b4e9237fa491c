/*
 * Templates: on the first line an address, behind it the template.  However
 * the template is written, a hostile value cannot leave the place where it
 * stands: the page keeps the shape that it has with harmless values.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/template.h"
#include "codec/template_html.h"
#include "codec/text.h"

const char fuzz_name[] = "template";

/* Private characters mark where a value begins and ends. */
#define BEGIN	"\xee\x80\x80"
#define END	"\xee\x80\x81"

static const struct str hostile = {
	BEGIN "\"><script>'&lt;\r\n.\r\n--> javascript:`=/\\ {{name}}" END,
	sizeof(BEGIN "\"><script>'&lt;\r\n.\r\n--> javascript:`=/\\ {{name}}"
	    END) - 1
};

static struct values *
values_with(struct arena *a, struct str value, struct str url)
{
	struct values *v = values_new(a), *item;

	values_set(v, "name", value);
	values_set(v, "empty", STR(""));
	values_set_url(v, "url", url);
	values_flag(v, "on", true);
	values_flag(v, "off", false);
	values_list(v, "none");
	item = values_add(v, "list");
	values_set(item, "item", value);
	item = values_add(v, "list");
	values_set(item, "item", STR("b"));
	values_set_url(item, "url", url);
	return v;
}

/* Between the marks nothing stands raw that means something in HTML. */
static void
claim_escaped(struct str page)
{
	const char *from, *to, *p, *end = page.p + page.len;

	while ((from = memmem(page.p, page.len, BEGIN, 3)) != NULL) {
		to = memmem(from, (size_t)(end - from), END, 3);
		claim(to != NULL);
		for (p = from; p < to; p++)
			claim(strchr("<>\"'", *p) == NULL);
		page = (struct str){ to + 3, (size_t)(end - to) - 3 };
	}
}

static void
claim_url(struct str url)
{
	struct arena *a = arena_new();
	struct values *v = values_new(a);
	struct str out;
	const char *why;

	values_set_url(v, "u", url);
	claim(template_render_text(a, STR("{{u}}"), "t", TEMPLATE_TEXT, v,
	    &out, &why));
	claim(out.len == 0 || str_istarts(out, STR("https://")) ||
	    str_istarts(out, STR("http://")) ||
	    str_istarts(out, STR("mailto:")) || (out.p[0] == '/' &&
	    !str_starts(out, STR("//"))));
	claim(!fuzz_has_any(out, "\t\r\n\\ "));
	arena_free(a);
}

static size_t
lines(struct str s)
{
	size_t i, n = 1;

	for (i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

/* t:LINE: what */
static void
claim_refusal(struct str text, const char *why)
{
	size_t line;

	claim(why != NULL && strncmp(why, "t:", 2) == 0);
	line = strtoul(why + 2, NULL, 10);
	claim(line >= 1 && line <= lines(text));
}

static void
judge(struct arena *a, struct str text, struct str url,
    enum template_mode mode)
{
	struct html h1 = { .state = HTML_TEXT }, h2 = { .state = HTML_TEXT };
	struct str good, bad;
	const char *why = NULL, *why2 = NULL;
	bool ok;

	ok = template_render_text(a, text, "t", mode, values_with(a,
	    STR("harmless"), url), &good, &why);
	if (ok != template_render_text(a, text, "t", mode, values_with(a,
	    hostile, url), &bad, &why2)) {
		claim(strstr(ok ? why2 : why, "too large") != NULL);
		return;
	}
	if (!ok) {
		claim_refusal(text, why);
		claim(strcmp(why, why2) == 0);
		return;
	}
	claim(utf8_valid(text) && utf8_valid(bad) && !str_has(bad, '\0'));
	claim(bad.len <= LIMIT_RESPONSE);
	if (mode == TEMPLATE_TEXT) {
		claim(lines(good) == lines(bad));
		return;
	}
	if (!fuzz_contains(text, STR(BEGIN)) && !fuzz_contains(text, STR(END)))
		claim_escaped(bad);
	html_feed(&h1, good);
	html_feed(&h2, bad);
	claim(h1.state == h2.state && h1.closing == h2.closing);
	claim(strcmp(h1.tag, h2.tag) == 0 && strcmp(h1.attr, h2.attr) == 0);
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct str url = fuzz_part(&s, '\n');

	claim_url(url);
	/* Who sets values sets valid text, and the marks are ours. */
	if (!utf8_valid(url) || fuzz_contains(url, STR("\xee\x80")))
		url = STR("/");
	judge(a, s, url, TEMPLATE_HTML);
	judge(a, s, url, TEMPLATE_TEXT);
}
