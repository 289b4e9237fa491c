#include "unit.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/template.h"

static struct arena *arena;
static char root[] = "/tmp/doorward-template-XXXXXX";
static struct template_place place;

static void
put_file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
put_folder(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int
set_up(void **state)
{
	static const char *const folders[] = { "site", "site/de", "dir",
		"dir/de", "dir/fr", "dir/pt-BR", "dir/zh-Hant", "dir/mail" };
	size_t i;

	(void)state;
	arena = arena_new();
	if (mkdtemp(root) == NULL)
		return -1;
	for (i = 0; i < COUNT(folders); i++)
		put_folder(folders[i]);
	place.site_dir = str_printf(arena, "%s/site", root).p;
	place.dir = str_printf(arena, "%s/dir", root).p;
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static void
remove_below(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int
tear_down(void **state)
{
	(void)state;
	remove_below(root);
	arena_free(arena);
	return 0;
}

static struct values *
some_values(void)
{
	struct values *v = values_new(arena), *row;

	values_set(v, "name", STR("Ada"));
	values_set(v, "empty", STR(""));
	values_set(v, "absent", STR_NONE);
	values_set(v, "hostile", STR("<b>&amp;\"'</b>"));
	values_set_url(v, "home", STR("https://example.com/?a=1&b=2"));
	values_set(v, "azAZ09_.z", STR("ok"));
	values_flag(v, "on", true);
	values_flag(v, "off", false);
	values_list(v, "none");
	row = values_add(v, "rows");
	values_set(row, "n", STR("1"));
	row = values_add(v, "rows");
	values_set(row, "n", STR("2"));
	values_set(row, "name", STR("Bob"));
	return v;
}

static void
assert_mode(enum template_mode mode, const char *text, const char *want)
{
	const char *error = NULL;
	struct str out;

	if (!template_render_text(arena, str_of(text), "t", mode,
	    some_values(), &out, &error))
		fail_msg("%s: %s", text, error);
	assert_str(out, want);
}

static void
assert_html(const char *text, const char *want)
{
	assert_mode(TEMPLATE_HTML, text, want);
}

static void
assert_error(const char *text, const char *want)
{
	const char *error = NULL;
	struct str out = STR("kept");

	if (template_render_text(arena, str_of(text), "t", TEMPLATE_HTML,
	    some_values(), &out, &error))
		fail_msg("accepted %s: %s", text, out.p);
	assert_has(error, want);
	assert_str(out, "kept");
}

static void
test_values_and_sections(void **state)
{
	(void)state;
	assert_html("", "");
	assert_html("a{b}c", "a{b}c");
	assert_html("Hello {{name}}, {{ name }}!", "Hello Ada, Ada!");
	assert_html("{{empty}}{{absent}}{{# a comment }}x", "x");
	assert_html("{{? on}}yes{{/}}{{? off}}no{{/}}", "yes");
	assert_html("{{! on}}no{{/}}{{! off}}yes{{/}}", "yes");
	assert_html("{{? name}}a{{/}}{{? empty}}b{{/}}{{! absent}}c{{/}}",
	    "ac");
	assert_html("{{? rows}}a{{/}}{{? none}}b{{/}}{{! none}}c{{/}}", "ac");
	assert_html("{{? on}}{{! off}}{{? name}}x{{/}}y{{/}}z{{/}}", "xyz");
	assert_html("{{azAZ09_.z}}", "ok");
	assert_html("}}", "}}");
}

static void
test_list_sees_its_own_values_first_then_the_outer_ones(void **state)
{
	(void)state;
	assert_html("{{* rows}}{{n}}={{name}};{{/}}", "1=Ada;2=Bob;");
	assert_html("{{* none}}{{whatever}}{{/}}{{* off}}x{{/}}.", ".");
	assert_html("{{* rows}}{{* rows}}{{n}}{{/}},{{/}}", "12,12,");
}

static void
test_tags_alone_on_a_line_take_the_line_along(void **state)
{
	(void)state;
	assert_html("a\n  {{? on}}  \nb\n{{/}}\nc\n", "a\nb\nc\n");
	assert_html("a\r\n{{# x }}\r\nb", "a\r\nb");
	assert_html("{{* rows}}\n- {{n}}\n{{/}}\nend", "- 1\n- 2\nend");
	assert_html("a {{? on}}b{{/}}\nc", "a b\nc");
	assert_html("{{name}}\n{{name}}\n", "Ada\nAda\n");
	assert_html("{{? on}}\n{{/}}", "");
}

/* S-104: escaping by context; there is no raw form. */
static void
test_html_is_escaped_in_text_and_quoted_attributes(void **state)
{
	static const char safe[] =
	    "&lt;b&gt;&amp;amp;&quot;&#39;&lt;/b&gt;";

	(void)state;
	assert_html("{{hostile}}", safe);
	assert_html("<p>{{hostile}}</p>", str_printf(arena, "<p>%s</p>",
	    safe).p);
	assert_html("<i title=\"{{hostile}}\">", str_printf(arena,
	    "<i title=\"%s\">", safe).p);
	assert_html("<i title='{{hostile}}' alt = \"{{name}}\">", str_printf(
	    arena, "<i title='%s' alt = \"Ada\">", safe).p);
	assert_html("<textarea>{{hostile}}</textarea>", str_printf(arena,
	    "<textarea>%s</textarea>", safe).p);
	assert_mode(TEMPLATE_TEXT, "{{hostile}}", "<b>&amp;\"'</b>");
}

/* S-104: what a visitor types is text, also where it looks like a tag. */
static void
test_template_syntax_in_values_stays_text(void **state)
{
	struct values *v = values_new(arena);
	struct str out;
	const char *error;

	(void)state;
	values_set(v, "a", STR("{{b}}{{> secret}}{{/}}{{? b}}"));
	values_set(v, "b", STR("never"));
	assert_true(template_render_text(arena, STR("[{{a}}]"), "t",
	    TEMPLATE_HTML, v, &out, &error));
	assert_str(out, "[{{b}}{{&gt; secret}}{{/}}{{? b}}]");
	assert_true(template_render_text(arena, STR("{{a}}{{a}}"), "t",
	    TEMPLATE_TEXT, v, &out, &error));
	assert_str(out, "{{b}}{{> secret}}{{/}}{{? b}}"
	    "{{b}}{{> secret}}{{/}}{{? b}}");
}

/* S-104 */
static void
test_values_are_refused_where_no_escape_helps(void **state)
{
	static const char *const bad[] = { "<script>{{name}}</script>",
		"<SCRIPT type='x'>var a = \"{{name}}\"", "<style>{{name}}",
		"<p {{name}}>", "<{{name}}>", "</{{name}}>", "<p a={{name}}>",
		"<p a=x{{name}}>", "<p a{{name}}='1'>", "<!-- {{name}} -->",
		"<!doctype {{name}}>", "<p onclick=\"{{name}}\">",
		"<p ONCLICK='x{{name}}'>", "<p style=\"{{name}}\">",
		"<iframe srcdoc=\"{{name}}\">", "<img srcset=\"{{name}}\">",
		"<script></scripty>{{name}}", "<script><!-- </p>{{name}}",
		"<!-- a -- b {{name}}", "<!-- a ->{{name}}", "<!-->{{name}}",
		"<p a=b c {{name}}>", "<style></ style>{{name}}",
		"<p\n{{name}}>",
		"<p a='1'{{name}}>", "<p a = {{name}}>",
		"<script>{{? on}}{{name}}{{/}}</script>" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_error(bad[i], "no value may stand here");
	assert_html("<script>if (a < b) x = '</p>';</script>{{name}}",
	    "<script>if (a < b) x = '</p>';</script>Ada");
	assert_html("<style>a > b</STYLE >{{name}}",
	    "<style>a > b</STYLE >Ada");
	assert_html("<!-- a -- > <b> -->{{name}}", "<!-- a -- > <b> -->Ada");
	assert_html("<p a=b>{{name}}", "<p a=b>Ada");
	assert_html("<!doctype html>{{name}}", "<!doctype html>Ada");
	assert_html("a < b {{name}}", "a < b Ada");
	assert_html("<br/>{{name}}<input disabled>{{name}}",
	    "<br/>Ada<input disabled>Ada");
}

static void
test_addresses_must_be_url_values_at_their_beginning(void **state)
{
	(void)state;
	assert_html("<a href=\"{{home}}\">",
	    "<a href=\"https://example.com/?a=1&amp;b=2\">");
	assert_html("<a href='/x?r={{home}}&amp;n={{hostile}}'>",
	    "<a href='/x?r=https%3A%2F%2Fexample.com%2F%3Fa%3D1%26b%3D2"
	    "&amp;n=%3Cb%3E%26amp%3B%22%27%3C%2Fb%3E'>");
	assert_error("<a href=\"{{name}}\">", "an address was expected");
	assert_error("<form action=' {{name}}'>", "an address was expected");
	assert_error("<img SRC=\"{{hostile}}\">", "an address was expected");
	assert_html("<a title=\"{{home}}\">{{home}}</a>",
	    "<a title=\"https://example.com/?a=1&amp;b=2\">"
	    "https://example.com/?a=1&amp;b=2</a>");
}

static void
test_url_values_that_could_run_become_empty(void **state)
{
	static const char *const bad[] = { "javascript:alert(1)",
		"JaVaScRiPt:alert(1)", " javascript:alert(1)",
		"java\nscript:alert(1)", "data:text/html,x", "//evil.example",
		"/\\evil.example", "\\\\evil.example", "vbscript:x", "x",
		"https://a b", "https://a\t", "\x01https://a", "ftp://a" };
	static const char *const good[] = { "", "/", "/a?b=c#d",
		"https://a", "HTTP://a", "mailto:a@example.com" };
	struct values *v = values_new(arena);
	struct str out;
	const char *error;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad) + COUNT(good); i++) {
		const char *url = i < COUNT(bad) ? bad[i] :
		    good[i - COUNT(bad)];

		values_set_url(v, "u", str_of(url));
		assert_true(template_render_text(arena,
		    STR("<a href=\"{{u}}\">"), "t", TEMPLATE_HTML, v, &out,
		    &error));
		assert_str(out, i < COUNT(bad) ? "<a href=\"\">" :
		    str_printf(arena, "<a href=\"%s\">", url).p);
	}
}

/* F-57: a value cannot begin a line of a mail. */
static void
test_line_breaks_in_values_become_blanks_in_mail(void **state)
{
	struct values *v = values_new(arena);
	struct str out;
	const char *error;

	(void)state;
	values_set(v, "name", STR("Ada\r\nBcc: x@example.net\n.\n\x7f\x1b"));
	assert_true(template_render_text(arena,
	    STR("Subject: Hello {{name}}\n\nBody\n"), "t", TEMPLATE_TEXT, v,
	    &out, &error));
	assert_str(out, "Subject: Hello Ada  Bcc: x@example.net .   \n\n"
	    "Body\n");
}

static void
test_errors_tell_line_and_reason(void **state)
{
	(void)state;
	assert_error("a\nb\n{{nmae}}", "t:3: nmae: this page has no such");
	assert_error("{{? nmae}}{{/}}", "t:1: nmae: this page has no such");
	assert_error("{{* nmae}}{{/}}", "t:1: nmae: this page has no such");
	assert_error("{{* rows}}\n{{nmae}}{{/}}", "t:2: nmae");
	assert_error("{{? on}}\nx", "t:1: a section without {{/}}");
	assert_error("\n{{/}}", "t:2: {{/}} without a section");
	assert_error("{{? on}}{{/ on}}", "{{/}} takes no name");
	assert_error("\n\n{{name", "t:3: {{ without }}");
	assert_error("{{}}", "not the name of a value");
	assert_error("{{na me}}", "not the name of a value");
	assert_error("{{{name}}}", "not the name of a value");
	assert_error("{{& name}}", "not the name of a value");
	assert_error("{{?}}{{/}}", "a section needs a name");
	assert_error("{{rows}}", "is a list, not a text");
	assert_error("{{* name}}{{/}}", "is a text, not a list");
	assert_error("{{> part}}", "there are no parts here");
	assert_error("a\xff", "not UTF-8");
}

static struct str
repeat(const char *text, size_t n)
{
	char *p = arena_alloc(arena, strlen(text) * n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		memcpy(p + i * strlen(text), text, strlen(text));
	return (struct str){ p, strlen(text) * n };
}

static void
test_nesting_ends_at_16(void **state)
{
	struct str open = repeat("{{? on}}", 16), close = repeat("{{/}}", 16);

	(void)state;
	assert_html(str_printf(arena, "%sx%s", open.p, close.p).p, "x");
	assert_error(str_printf(arena, "{{? on}}%sx%s{{/}}", open.p,
	    close.p).p, "nested too deep");
}

static void
test_output_ends_at_its_limit(void **state)
{
	struct values *v = values_new(arena);
	struct str out, big = repeat("x", LIMIT_RESPONSE / 2);
	const char *error = "";

	(void)state;
	values_set(v, "big", big);
	assert_true(template_render_text(arena, STR("{{big}}{{big}}"), "t",
	    TEMPLATE_TEXT, v, &out, &error));
	assert_int_equal(out.len, LIMIT_RESPONSE);
	assert_false(template_render_text(arena, STR("{{big}}{{big}}."), "t",
	    TEMPLATE_TEXT, v, &out, &error));
	assert_has(error, "too large");
}

static const char *
render_file(const char *lang, const char *name, bool *ok)
{
	const char *error = NULL;
	struct str out = STR("");

	*ok = template_render(arena, &place, lang, name, TEMPLATE_HTML,
	    some_values(), &out, &error);
	return *ok ? out.p : error;
}

static void
assert_file(const char *lang, const char *name, const char *want)
{
	bool ok;
	const char *got = render_file(lang, name, &ok);

	if (!ok)
		fail_msg("%s", got);
	assert_string_equal(got, want);
}

static void
test_site_folder_wins_and_language_comes_before_the_plain_file(void **state)
{
	(void)state;
	put_file("dir/a.html", "shipped");
	assert_file("de", "a.html", "shipped");
	put_file("dir/de/a.html", "shipped, German");
	assert_file("de", "a.html", "shipped, German");
	assert_file("fr", "a.html", "shipped");
	assert_file(NULL, "a.html", "shipped");
	put_file("site/a.html", "own");
	assert_file("de", "a.html", "own");
	put_file("site/de/a.html", "own, German");
	assert_file("de", "a.html", "own, German");
	assert_file("", "a.html", "own");
	put_file("dir/mail/b.mail", "in a folder");
	assert_file("en", "mail/b.mail", "in a folder");
}

static void
test_parts_come_from_the_same_places(void **state)
{
	(void)state;
	put_file("dir/whole.html", "<p>\n{{> inner.html}}\n</p>\n"
	    "<i title='{{> attr.html}}'>");
	put_file("dir/inner.html", "{{name}}\n");
	put_file("dir/attr.html", "{{hostile}}");
	put_file("site/de/inner.html", "{{* rows}}{{> row.html}}{{/}}\n");
	put_file("dir/row.html", "[{{n}}]");
	assert_file("en", "whole.html", "<p>\nAda\n</p>\n<i title='"
	    "&lt;b&gt;&amp;amp;&quot;&#39;&lt;/b&gt;'>");
	assert_file("de", "whole.html", "<p>\n[1][2]\n</p>\n<i title='"
	    "&lt;b&gt;&amp;amp;&quot;&#39;&lt;/b&gt;'>");
}

static void
test_a_part_that_holds_itself_ends(void **state)
{
	bool ok;

	(void)state;
	put_file("dir/leaf0-9.html", "leaf");
	put_file("dir/deep.html", str_printf(arena, "%s{{> leaf0-9.html}}%s",
	    repeat("{{? on}}", 15).p, repeat("{{/}}", 15).p).p);
	assert_file("en", "deep.html", "leaf");
	put_file("dir/deep.html", str_printf(arena, "%s{{> leaf0-9.html}}%s",
	    repeat("{{? on}}", 16).p, repeat("{{/}}", 16).p).p);
	assert_has(render_file("en", "deep.html", &ok), "nested too deep");
	put_file("dir/loop.html", "x{{> loop.html}}");
	assert_has(render_file("en", "loop.html", &ok), "nested too deep");
	assert_false(ok);
}

static void
test_names_cannot_leave_the_folders(void **state)
{
	static const char *const bad[] = { "", "../secret", "/etc/passwd",
		"./a.html", "de/../a.html", ".hidden", "a//b", "a/", "a\\b",
		"a b", "mail/.x", "..", "\xc3\xa9" };
	struct template_place inner = { NULL, NULL };
	const char *error;
	struct str out;
	size_t i;
	bool ok;

	(void)state;
	put_file("secret", "secret");
	put_file("dir/a.html", "a");
	inner.dir = place.dir;
	for (i = 0; i < COUNT(bad); i++) {
		ok = template_render(arena, &inner, "en", bad[i],
		    TEMPLATE_HTML, some_values(), &out, &error);
		if (ok)
			fail_msg("read %s", bad[i]);
	}
	for (i = 1; i < COUNT(bad); i++)
		assert_error(str_printf(arena, "{{> %s}}", bad[i]).p,
		    "not the name of a part");
	ok = template_render(arena, &inner, "../", "secret", TEMPLATE_HTML,
	    some_values(), &out, &error);
	assert_false(ok);
	assert_has(error, "there is no such template");
	put_file("dir/missing.html", "\n{{> gone.html}}");
	error = render_file("en", "missing.html", &ok);
	assert_has(error, "missing.html:2: gone.html: there is no such");
}

static void
test_what_is_no_readable_file_is_an_error(void **state)
{
	struct str big = repeat("x", LIMIT_TEMPLATE + 1);
	bool ok;

	(void)state;
	put_file("dir/big.html", big.p);
	assert_has(render_file("en", "big.html", &ok), "is larger than");
	put_folder("dir/folder.html");
	assert_has(render_file("en", "folder.html", &ok), "is not a file");
	put_file("dir/broken.html", "a\n{{? x}}");
	assert_has(render_file("en", "broken.html", &ok),
	    "dir/broken.html:2: a section without");
}

static void
assert_language(const char *header, const char *want)
{
	struct str got = template_language(arena, &place, str_of(header));

	if (!str_eq(got, str_of(want)))
		fail_msg("%s gives %.*s", header, STR_FMT(got));
}

static void
test_language_follows_the_visitors_preference(void **state)
{
	static const char *const t[][2] = {
		{ NULL, "en" }, { "", "en" }, { "de", "de" },
		{ "DE", "de" }, { "de-AT", "de" }, { "de-AT,fr", "de" },
		{ "fr;q=0.5, de;q=0.9", "de" }, { "fr, de", "fr" },
		{ "pt-br", "pt-BR" }, { "pt", "en" }, { "pt-PT", "en" },
		{ "zh-Hant-TW", "zh-Hant" }, { "zh", "en" },
		{ "en-GB, de;q=0.8", "en" }, { "it, de;q=0.1", "de" },
		{ "it", "en" }, { "*", "en" },
		{ "it, *;q=0.5, fr;q=0.1", "en" },
		{ "de;q=0", "en" }, { "de;q=0, fr", "fr" },
		{ "de-AT, de;q=0", "en" }, { "de;q=0.5;x", "en" },
		{ "de;q=2", "en" }, { "de;q=1.000", "de" },
		{ "de;q=abc, fr;q=0.001", "fr" }, { "mail", "en" },
		{ "../de", "en" }, { ", ,,de", "de" }, { "de;level=1", "en" },
		{ "fr;q=0.9,de; q=0.95", "de" },
		{ "fr;q=0.1, it;q=0.2, de;q=0.3", "de" },
		{ "it;q=0.2, fr;q=0.3, xx;q=0.4, de;q=0.35", "de" },
		{ "fr;q=0.25, de;q=0.3, it;q=0.2", "de" },
		{ "de;q=", "en" }, { "de;q=7", "en" }, { "de;q=1.5", "en" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++)
		assert_language(t[i][0], t[i][1]);
	/* The header's length is the client's choice, not our work. */
	assert_language(repeat("xx,", 5000).p, "en");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_and_sections),
		cmocka_unit_test(
		    test_list_sees_its_own_values_first_then_the_outer_ones),
		cmocka_unit_test(
		    test_tags_alone_on_a_line_take_the_line_along),
		cmocka_unit_test(
		    test_html_is_escaped_in_text_and_quoted_attributes),
		cmocka_unit_test(test_template_syntax_in_values_stays_text),
		cmocka_unit_test(test_values_are_refused_where_no_escape_helps),
		cmocka_unit_test(
		    test_addresses_must_be_url_values_at_their_beginning),
		cmocka_unit_test(test_url_values_that_could_run_become_empty),
		cmocka_unit_test(
		    test_line_breaks_in_values_become_blanks_in_mail),
		cmocka_unit_test(test_errors_tell_line_and_reason),
		cmocka_unit_test(test_nesting_ends_at_16),
		cmocka_unit_test(test_output_ends_at_its_limit),
		cmocka_unit_test(
	    test_site_folder_wins_and_language_comes_before_the_plain_file),
		cmocka_unit_test(test_parts_come_from_the_same_places),
		cmocka_unit_test(test_a_part_that_holds_itself_ends),
		cmocka_unit_test(test_names_cannot_leave_the_folders),
		cmocka_unit_test(test_what_is_no_readable_file_is_an_error),
		cmocka_unit_test(test_language_follows_the_visitors_preference),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
