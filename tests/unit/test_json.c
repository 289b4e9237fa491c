#include "unit_arena.h"

#include <dirent.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "codec/json.h"

#define FILE_MAX	(256 * 1024)

static enum json_fault
check(struct str text)
{
	return json_check(text, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS);
}

static struct json *
parse(const char *text)
{
	enum json_fault f;
	struct json *j;

	j = json_parse(arena, str_of(text), &f);
	if (f != JSON_FINE || j == NULL)
		fail_msg("fault %d in %s", f, text);
	return j;
}

/* S-116: one strict JSON. */
static void
test_gate_accepts_what_rfc8259_allows(void **state)
{
	static const char *const good[] = { "null", "true", " false\n", "0",
		"-0", "123", "-9223372036854775808", "9223372036854775807",
		"0.5", "1e5", "1E+5", "1.25e-300", "9.9e307", "0e999999999999",
		"1e-999999999", "0.0000000000001e300", "\"\"", "\"a\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
		"\"\\ud83d\\ude80\"", "\"\xf0\x9f\x9a\x80\"", "\"\x7f\"",
		"\"\\uffff\"", "[]", "[ ]", "{}", "{ }", "[1,[2,{\"a\":[]}]]",
		"{\"\":1}", "{\"a\":1,\"A\":2}", "\t\r\n [ 1 , 2 ] ",
		"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", "\"\\u2028\"" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		enum json_fault f = check(str_of(good[i]));

		if (f != JSON_FINE)
			fail_msg("fault %d in %s", f, good[i]);
	}
}

static void
test_gate_names_each_fault(void **state)
{
	static const struct { const char *text; enum json_fault want; } t[] = {
		{ "", JSON_SYNTAX }, { " ", JSON_SYNTAX },
		{ "nul", JSON_SYNTAX }, { "True", JSON_SYNTAX },
		{ "NaN", JSON_SYNTAX }, { "Infinity", JSON_SYNTAX },
		{ "-", JSON_SYNTAX }, { "+1", JSON_SYNTAX },
		{ "01", JSON_SYNTAX }, { "-01", JSON_SYNTAX },
		{ "1.", JSON_SYNTAX }, { ".5", JSON_SYNTAX },
		{ "1e", JSON_SYNTAX }, { "1e+", JSON_SYNTAX },
		{ "0x1", JSON_SYNTAX }, { "1 2", JSON_SYNTAX },
		{ "[1,]", JSON_SYNTAX }, { "[,1]", JSON_SYNTAX },
		{ "[1 2]", JSON_SYNTAX }, { "[", JSON_SYNTAX },
		{ "[1", JSON_SYNTAX }, { "]", JSON_SYNTAX },
		{ "[1}", JSON_SYNTAX }, { "{\"a\":1]", JSON_SYNTAX },
		{ "{", JSON_SYNTAX }, { "{\"a\"", JSON_SYNTAX },
		{ "{\"a\":", JSON_SYNTAX }, { "{\"a\":1", JSON_SYNTAX },
		{ "{\"a\":1,}", JSON_SYNTAX }, { "{a:1}", JSON_SYNTAX },
		{ "{'a':1}", JSON_SYNTAX }, { "{1:1}", JSON_SYNTAX },
		{ "{\"a\" 1}", JSON_SYNTAX }, { "{} x", JSON_SYNTAX },
		{ "{}{}", JSON_SYNTAX }, { "[] // x", JSON_SYNTAX },
		{ "/* x */[]", JSON_SYNTAX }, { "\"a", JSON_SYNTAX },
		{ "\"\\x\"", JSON_SYNTAX }, { "\"\\u12\"", JSON_SYNTAX },
		{ "\"\\u12G4\"", JSON_SYNTAX }, { "\"\n\"", JSON_SYNTAX },
		{ "\"\t\"", JSON_SYNTAX }, { "\"\\", JSON_SYNTAX },
		{ "\xef\xbb\xbf{}", JSON_SYNTAX },
		{ "\xc2\xa0[]", JSON_SYNTAX }, { "\"\\U0041\"", JSON_SYNTAX },
		{ "\"\xff\"", JSON_UTF8 }, { "\"\xc0\x80\"", JSON_UTF8 },
		{ "\"\xed\xa0\x80\"", JSON_UTF8 }, { "\"\xc3\"", JSON_UTF8 },
		{ "{\"\xe2\x82\":1}", JSON_UTF8 },
		{ "\"\\u0000\"", JSON_NUL }, { "{\"a\\u0000\":1}", JSON_NUL },
		{ "\"\\ud800\"", JSON_SURROGATE },
		{ "\"\\udc00\"", JSON_SURROGATE },
		{ "\"\\udfff\"", JSON_SURROGATE },
		{ "\"\\ud800\\u0041\"", JSON_SURROGATE },
		{ "\"\\ud800\\ud800\"", JSON_SURROGATE },
		{ "\"\\ud800x\"", JSON_SURROGATE },
		{ "{\"\\udead\":1}", JSON_SURROGATE },
		{ "9223372036854775808", JSON_NUMBER },
		{ "-9223372036854775809", JSON_NUMBER },
		{ "100000000000000000000", JSON_NUMBER },
		{ "1e308", JSON_NUMBER }, { "-1e99999999999", JSON_NUMBER },
		{ "123.5e306", JSON_NUMBER }, { "0.01e310", JSON_NUMBER },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		enum json_fault f = check(str_of(t[i].text));

		if (f != t[i].want)
			fail_msg("%d, not %d: %s", f, t[i].want, t[i].text);
	}
}

/* F-56 */
static void
test_gate_refuses_nul_wherever_it_stands(void **state)
{
	(void)state;
	assert_int_equal(check((struct str){ "\"a\0b\"", 5 }), JSON_NUL);
	assert_int_equal(check((struct str){ "\0", 1 }), JSON_NUL);
	assert_int_equal(check((struct str){ "{}\0", 3 }), JSON_NUL);
	assert_int_equal(check((struct str){ "[1,\0]", 5 }), JSON_NUL);
	assert_int_equal(check((struct str){ "{\0\"a\":1}", 8 }), JSON_NUL);
	assert_int_equal(check(STR_NONE), JSON_SYNTAX);
}

/* S-116: names are compared as they read, not as they are written. */
static void
test_gate_refuses_a_name_twice_in_one_object(void **state)
{
	static const char *const bad[] = {
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"b\":2,\"\\u0061\":3}",
		"{\"\xc3\xa9\":1,\"\\u00e9\":2}",
		"{\"\\ud83d\\ude80\":1,\"\xf0\x9f\x9a\x80\":2}",
		"{\"\\/\":1,\"/\":2}",
		"{\"\":1,\"\":2}",
		"{\"x\":{\"a\":1},\"a\":[{\"c\":1}],\"x\":2}",
		"[{\"q\":{\"a\":1,\"b\":{},\"a\":2}}]",
	};
	static const char *const good[] = {
		"{\"a\":1,\"A\":2}",
		"{\"\xc3\xa9\":1,\"e\xcc\x81\":2}",
		"{\"a\":{\"a\":{\"a\":1}}}",
		"[{\"a\":1},{\"a\":2}]",
		"{\"x\":{\"a\":1},\"a\":2,\"y\":{\"a\":3}}",
		"{\"a\":1,\"a \":2,\"aa\":3}",
		/* Their hashes are equal. */
		"{\"costarring\":1,\"liquid\":2}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (check(str_of(bad[i])) != JSON_DUPLICATE)
			fail_msg("accepted %s", bad[i]);
	for (i = 0; i < COUNT(good); i++)
		if (check(str_of(good[i])) != JSON_FINE)
			fail_msg("refused %s", good[i]);
}

/* S-116, S-117: the outermost member in which a fault stands. */
static void
test_fault_is_found_in_its_outermost_member(void **state)
{
	static const struct { struct str text; const char *name; } cases[] = {
		{ STR("{\"a\":1,\"b\":\"\xff\"}"), "b" },
		{ STR("{\"a\":{\"x\":[{\"y\":\"\\ud800\"}]},\"b\":1}"), "a" },
		{ STR("{\"a\":{},\"b\":{\"c\":\"\\u0000\"}}"), "b" },
		{ STR("{\"a\":1e999}"), "a" },
		{ STR("{\"q\":[],\"a\":1,\"a\":2}"), "a" },
		{ STR("{\"a\":{\"x\":1,\"x\":2}}"), "a" },
		{ STR("{\"a\":{\"\xff\":1}}"), "a" },
		{ STR("{\"a\":1,\"\xff\":2}"), NULL },
		{ STR("{\"a\":1}\xff"), NULL },
		{ STR("[\"\xff\"]"), NULL },
		{ STR("[{\"a\":\"\xff\"}]"), NULL },
		{ STR("\"\xff\""), NULL },
		{ STR("{\"a\":1}"), NULL },
	};
	struct str got;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		got = json_fault_member(cases[i].text, LIMIT_JSON_DEPTH,
		    LIMIT_JSON_MEMBERS);
		if (cases[i].name == NULL ? got.p != NULL :
		    !str_eq(got, str_of(cases[i].name)))
			fail_msg("case %zu: %.*s", i, STR_FMT(got));
	}
}

static struct str
nested(size_t depth, const char *open, const char *inner, const char *close)
{
	struct buf b;
	size_t i;

	buf_init(&b, arena, SIZE_MAX / 2);
	for (i = 0; i < depth; i++)
		buf_cstr(&b, open);
	buf_cstr(&b, inner);
	for (i = 0; i < depth; i++)
		buf_cstr(&b, close);
	return buf_view(&b);
}

static void
test_depth_is_counted_in_arrays_and_objects(void **state)
{
	enum json_fault f;

	(void)state;
	assert_non_null(json_parse(arena, nested(16, "[", "1", "]"), &f));
	assert_null(json_parse(arena, nested(16, "{\"a\":", "{}", "}"), &f));
	assert_int_equal(f, JSON_DEPTH);
	assert_non_null(json_parse(arena, nested(15, "{\"a\":", "[]", "}"),
	    &f));
	assert_int_equal(check(nested(17, "[", "", "]")), JSON_DEPTH);
	/* A bomb is refused at its first levels. */
	assert_int_equal(check(nested(1000000, "[", "", "]")), JSON_DEPTH);
	assert_int_equal(check(nested(1000000, "{\"a\":", "1", "}")),
	    JSON_DEPTH);
	/* Depth is what is open, not what was. */
	assert_int_equal(check(STR("[[[]],[[]],[[]],[[[[]]]],{\"a\":[[]]}]")),
	    JSON_FINE);
}

static struct str
many(size_t n, bool object)
{
	struct buf b;
	size_t i;

	buf_init(&b, arena, SIZE_MAX / 2);
	buf_char(&b, object ? '{' : '[');
	for (i = 0; i < n; i++) {
		buf_cstr(&b, i > 0 ? "," : "");
		if (object)
			buf_printf(&b, "\"n%zu\":", i);
		buf_char(&b, '0');
	}
	buf_char(&b, object ? '}' : ']');
	return buf_view(&b);
}

static void
test_members_are_counted_over_the_whole_text(void **state)
{
	struct str half = many(500, true);

	(void)state;
	assert_int_equal(check(many(1000, true)), JSON_FINE);
	assert_int_equal(check(many(1001, true)), JSON_MEMBERS);
	assert_int_equal(check(many(1000, false)), JSON_FINE);
	assert_int_equal(check(many(1001, false)), JSON_MEMBERS);
	assert_int_equal(check(str_printf(arena, "[%s,%s]", half.p, half.p)),
	    JSON_MEMBERS);
	assert_int_equal(check(many(1000000, true)), JSON_MEMBERS);
	assert_int_equal(json_check(STR("[]"), 1, 0), JSON_FINE);
	assert_int_equal(json_check(STR("[1]"), 1, 0), JSON_MEMBERS);
	assert_int_equal(json_check(STR("[]"), 0, 0), JSON_DEPTH);
	assert_int_equal(json_check(STR("1"), 0, 0), JSON_FINE);
}

/* Equal hashes would cost a comparison each, not an answer. */
static void
test_a_thousand_names_are_judged_in_bounded_time(void **state)
{
	struct str text = many(1000, true);
	clock_t t = clock();
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_int_equal(check(text), JSON_FINE);
	assert_true(clock() - t < 5 * CLOCKS_PER_SEC);
}

static void
test_values_come_back_with_their_types(void **state)
{
	struct json *j;

	(void)state;
	j = parse("{\"s\":\"a\\u00e9\\n\",\"i\":-9223372036854775808,"
	    "\"r\":2.5,\"t\":true,\"f\":false,\"n\":null,\"a\":[1,\"x\"],"
	    "\"o\":{}}");
	assert_int_equal(json_type(j), JSON_OBJECT);
	assert_int_equal(json_length(j), 8);
	assert_str(json_string(json_get(j, "s")), "a\xc3\xa9\n");
	assert_int_equal(json_type(json_get(j, "i")), JSON_INT);
	assert_true(json_int(json_get(j, "i")) == INT64_MIN);
	assert_int_equal(json_type(json_get(j, "r")), JSON_REAL);
	assert_true(json_real(json_get(j, "r")) == 2.5);
	assert_true(json_real(json_get(json_at(parse("[{\"x\":7}]"), 0),
	    "x")) == 7);
	assert_true(json_bool(json_get(j, "t")));
	assert_int_equal(json_type(json_get(j, "f")), JSON_BOOL);
	assert_false(json_bool(json_get(j, "f")));
	assert_int_equal(json_type(json_get(j, "a")), JSON_ARRAY);
	assert_int_equal(json_length(json_get(j, "a")), 2);
	assert_str(json_string(json_at(json_get(j, "a"), 1)), "x");
	assert_null(json_at(json_get(j, "a"), 2));
	assert_int_equal(json_type(json_get(j, "o")), JSON_OBJECT);
}

static void
test_a_value_of_another_type_reads_as_nothing(void **state)
{
	struct json *j = parse("{\"s\":\"1\",\"i\":1}");

	(void)state;
	assert_true(json_int(json_get(j, "s")) == 0);
	assert_false(json_bool(json_get(j, "i")));
	assert_null(json_string(json_get(j, "i")).p);
	assert_int_equal(json_length(json_get(j, "s")), 0);
	assert_null(json_get(json_get(j, "s"), "x"));
	assert_null(json_at(j, 0));
	assert_null(json_get(NULL, "x"));
	assert_null(json_get_fold(NULL, "x"));
	assert_true(json_each(NULL, NULL, NULL));
}

static void
test_null_is_a_value_and_absence_is_none(void **state)
{
	struct json *j = parse("{\"n\":null,\"a\":[null]}");

	(void)state;
	assert_non_null(json_get(j, "n"));
	assert_int_equal(json_type(json_get(j, "n")), JSON_NULL);
	assert_non_null(json_at(json_get(j, "a"), 0));
	assert_null(json_get(j, "x"));
	assert_int_equal(json_type(json_get(j, "x")), JSON_NULL);
	assert_non_null(parse("null"));
	assert_str(json_text(arena, parse("null"), false), "null");
	json_set(j, "m", json_get(j, "n"));
	assert_str(json_text(arena, j, false),
	    "{\"n\":null,\"a\":[null],\"m\":null}");
}

static void
test_scalars_alone_are_texts(void **state)
{
	(void)state;
	assert_true(json_int(parse("12")) == 12);
	assert_true(json_int(parse(" -7 ")) == -7);
	assert_str(json_string(parse("\"x\"")), "x");
	assert_true(json_bool(parse("true")));
	assert_true(json_real(parse("0.5")) == 0.5);
}

static void
test_names_are_found_exactly_or_in_any_case(void **state)
{
	struct json *j = parse("{\"Email\":1,\"PIN\":2}");

	(void)state;
	assert_null(json_get(j, "email"));
	assert_true(json_int(json_get(j, "Email")) == 1);
	assert_true(json_int(json_get_fold(j, "email")) == 1);
	assert_true(json_int(json_get_fold(j, "Pin")) == 2);
	assert_null(json_get_fold(j, "mail"));
}

static bool
gather(void *arg, struct str name, struct json *value)
{
	struct buf *b = arg;

	buf_str(b, name);
	buf_printf(b, "%d", (int)json_int(value));
	return !str_eq(name, STR("stop"));
}

static void
test_members_are_walked_in_their_order(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, arena, 100);
	assert_true(json_each(parse("{\"z\":1,\"a\":2,\"m\":3}"), gather, &b));
	assert_str(buf_view(&b), "z1a2m3");
	buf_init(&b, arena, 100);
	assert_false(json_each(parse("{\"a\":1,\"stop\":2,\"m\":3}"), gather,
	    &b));
	assert_str(buf_view(&b), "a1stop2");
}

static void
test_trees_are_made_shared_and_copied(void **state)
{
	struct json *o = json_new_object(arena), *a = json_new_array(arena);
	struct json *copy;

	(void)state;
	json_set_str(o, "s", STR("x\"\n"));
	json_set_str(o, "none", STR_NONE);
	json_set_cstr(o, "c", "y");
	json_set_cstr(o, "cnone", NULL);
	json_set_int(o, "i", INT64_MAX);
	json_set_bool(o, "b", true);
	json_set_null(o, "n");
	json_append_str(a, STR("e"));
	json_append_str(a, STR_NONE);
	json_append(a, json_new_string(arena, STR("f")));
	json_append(a, json_new_string(arena, STR_NONE));
	json_append(a, NULL);
	json_set(o, "a", a);
	assert_str(json_text(arena, o, false), "{\"s\":\"x\\\"\\n\","
	    "\"none\":null,\"c\":\"y\",\"cnone\":null,"
	    "\"i\":9223372036854775807,\"b\":true,\"n\":null,"
	    "\"a\":[\"e\",null,\"f\",null,null]}");
	copy = json_copy(arena, o);
	json_append_str(a, STR("later"));
	json_remove(o, "s");
	json_remove(o, "not there");
	assert_null(json_get(o, "s"));
	assert_int_equal(json_length(json_get(o, "a")), 6);
	assert_int_equal(json_length(json_get(copy, "a")), 5);
	assert_str(json_string(json_get(copy, "s")), "x\"\n");
	json_set_int(o, "i", 2);
	assert_true(json_int(json_get(o, "i")) == 2);
}

static void
test_numbers_are_written_as_they_were_read(void **state)
{
	static const char text[] = "[1.50,1e5,-0.0,12,-9223372036854775808]";

	(void)state;
	assert_str(json_text(arena, parse(text), false), text);
	assert_str(json_text(arena, json_copy(arena, parse(text)), false),
	    text);
}

/* S-104: JSON that is put into a page cannot leave its place. */
static void
test_text_escapes_what_markup_and_scripts_read(void **state)
{
	struct json *o = json_new_object(arena);

	(void)state;
	json_set_cstr(o, "</script>",
	    "<!--&\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xe2\x80/\x01");
	assert_str(json_text(arena, o, false),
	    "{\"\\u003C/script\\u003E\":\"\\u003C!--\\u0026\\u2028\\u2029"
	    "\xe2\x80\xaa\xe2\x80/\\u0001\"}");
}

/* Two clients search the raw text of a success for these words. */
static void
test_guarded_text_never_holds_the_words(void **state)
{
	static const char *const hostile[] = { "description", "Description",
		"errorCode", "descriptionDescription", "\x1d" "escription",
		"\x0e" "rrorCode", ">rrorCode", "<escription", "\\description",
		"\\u001description", "\"errorCode\"", "\ndescription",
		"eerrorCode", "ddescription", "\x1d\x1d" "escription" };
	struct json *o;
	struct str s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hostile); i++) {
		o = json_new_object(arena);
		json_set_cstr(o, hostile[i], hostile[i]);
		s = json_text(arena, o, true);
		if (strstr(s.p, "description") != NULL ||
		    strstr(s.p, "Description") != NULL ||
		    strstr(s.p, "errorCode") != NULL)
			fail_msg("%s", s.p);
		assert_str(json_string(json_get(parse(s.p), hostile[i])),
		    hostile[i]);
	}
	o = json_new_object(arena);
	json_set_cstr(o, "Description", "description errorCode ErrorCode");
	assert_str(json_text(arena, o, true), "{\"\\u0044escription\":"
	    "\"\\u0064escription \\u0065rrorCode ErrorCode\"}");
	assert_str(json_text(arena, o, false), "{\"Description\":"
	    "\"description errorCode ErrorCode\"}");
}

static const char person[] = "{\"Uid\":\"u1\",\"FirstName\":\"Ada\","
    "\"Email\":[{\"Type\":\"Primary\",\"Value\":\"ada@example.org\"},"
    "{\"Type\":\"Work\",\"Value\":\"a@example.com\"}],"
    "\"Identities\":[{\"Provider\":\"Email\",\"ID\":\"1\","
    "\"Email\":[{\"Type\":\"Primary\",\"Value\":\"x@example.org\"}]}],"
    "\"Gender\":null}";

static void
assert_projected(const char *fields, const char *want)
{
	struct json *j;
	bool ok = false;

	j = json_project(arena, parse(person), str_of(fields), &ok);
	if (want == NULL) {
		if (ok || j != NULL)
			fail_msg("accepted %s", fields);
		return;
	}
	if (!ok)
		fail_msg("refused %s", fields);
	assert_str(json_text(arena, j, false), want);
}

/* What stands before the place that json_safe names is written as it is, and
 * the place is no earlier than it must be. */
static void
test_guarded_text_is_plain_up_to_its_safe_place(void **state)
{
	static const struct { const char *text; size_t safe; } t[] = {
		{ "", 0 }, { "\"a plain deer\"", 14 }, { "\"a<b\"", 2 },
		{ "\"a>b<\"", 2 }, { "\"&\"", 1 },
		{ "\"xy\xe2\x80\xa8\"", 3 }, { "\"\xe2\x82\xac\"", 5 },
		{ "\"Company errorCode\"", 9 },
		{ "\"a Description >\"", 3 },
		{ "\"\\u001description\"", 6 }, { "escription", 10 },
		{ "\"\\u0044escription \\u0065rrorCode\"", 33 },
		{ "\"\\u0044escription, Description\"", 19 },
	};
	struct str text, out;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		text = str_of(t[i].text);
		assert_int_equal(json_safe(text), t[i].safe);
		buf_init(&b, arena, 1000);
		json_guard(&b, text);
		out = buf_view(&b);
		assert_true(str_starts(out, str_sub(text, 0, t[i].safe)));
	}
	assert_int_equal(json_safe(STR_NONE), 0);
}

static void
test_projection_selects_by_the_documented_grammar(void **state)
{
	(void)state;
	assert_projected("Identities(Provider,Email/Value),Email/Value,Uid",
	    "{\"Uid\":\"u1\",\"Email\":[{\"Value\":\"ada@example.org\"},"
	    "{\"Value\":\"a@example.com\"}],\"Identities\":[{\"Provider\":"
	    "\"Email\",\"Email\":[{\"Value\":\"x@example.org\"}]}]}");
	assert_projected("uid,FIRSTNAME", "{\"Uid\":\"u1\","
	    "\"FirstName\":\"Ada\"}");
	assert_projected(" uid , Gender ", "{\"Uid\":\"u1\",\"Gender\":null}");
	assert_projected("Identities/Email(Type),Identities/ID",
	    "{\"Identities\":[{\"ID\":\"1\",\"Email\":[{\"Type\":\"Primary\"}]"
	    "}]}");
	assert_projected("Email/Value,Email",
	    "{\"Email\":[{\"Type\":\"Primary\",\"Value\":\"ada@example.org\"},"
	    "{\"Type\":\"Work\",\"Value\":\"a@example.com\"}]}");
	assert_projected("Uid,Nothing,Uid/x", "{\"Uid\":\"u1\"}");
	assert_projected("Uid/x,Gender/y", "{\"Gender\":null}");
}

static void
test_projection_of_nothing_named_is_everything(void **state)
{
	static const char *const all[] = { "", "*", " * ", "Profile",
		"Profile/*", "Uid,*", "Data(*)" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++)
		assert_projected(all[i], person);
	assert_projected(NULL, person);
}

/* api-registration-login §2.1: selectors that start at the answer's root. */
static void
test_projection_cuts_wrapper_names_and_ignores_the_rest(void **state)
{
	(void)state;
	assert_projected("Profile/Uid,access_token,ErrorCode,"
	    "SecondFactorAuthentication/SecondFactorAuthenticationToken",
	    "{\"Uid\":\"u1\"}");
	assert_projected("Profile(Uid,Email/Type),data/firstname",
	    "{\"Uid\":\"u1\",\"FirstName\":\"Ada\",\"Email\":[{\"Type\":"
	    "\"Primary\"},{\"Type\":\"Work\"}]}");
	assert_projected("Profile/Email/Value,Email/Type",
	    "{\"Email\":[{\"Type\":\"Primary\",\"Value\":\"ada@example.org\"},"
	    "{\"Type\":\"Work\",\"Value\":\"a@example.com\"}]}");
	assert_projected("access_token,expires_in", "{}");
	assert_projected("Nobody", "{}");
}

static void
test_projection_refuses_malformed_expressions(void **state)
{
	static const char *const bad[] = { ",", "a,", ",a", "a,,b", "a(",
		"a(b", "a)", "a(b))", "()", "a()", "a/", "/a", "a//b", "a(b)c",
		"a(b)/c", "*/a", "*(a)", "a b(", "a((b))" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_projected(bad[i], NULL);
	assert_projected(nested(17, "a(", "b", ")").p, NULL);
	assert_projected(nested(100, "a/", "b", "").p, NULL);
	assert_projected(nested(255, "Uid,", "Uid", "").p, "{\"Uid\":\"u1\"}");
	assert_projected(nested(256, "Uid,", "Uid", "").p, NULL);
}

/* The parser behind the gate agrees with everything the gate lets through. */
static void
test_json_c_reads_whatever_the_gate_accepts(void **state)
{
	static const char letters[] = "{}[]\":,\\u0aeEtrfn1-+. d8\xc3\xa9";
	uint32_t seed = 12345;
	char text[24];
	size_t i, n, accepted = 0;
	enum json_fault f;
	int round;

	(void)state;
	for (round = 0; round < 300000; round++) {
		n = 1 + round % (sizeof(text) - 1);
		for (i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = letters[(seed >> 16) %
			    (sizeof(letters) - 1)];
		}
		if (check((struct str){ text, n }) != JSON_FINE)
			continue;
		accepted++;
		if (json_parse(arena, (struct str){ text, n }, &f) == NULL)
			fail_msg("json-c refuses %.*s", (int)n, text);
	}
	assert_true(accepted > 1000);
}

/* One byte of a good text changed: never a crash, never two opinions. */
static void
test_mutated_texts_get_one_answer(void **state)
{
	enum json_fault f;
	struct json *j;
	char *text;
	size_t i;
	int byte;

	(void)state;
	text = arena_copy(arena, person, sizeof(person));
	for (i = 0; i < sizeof(person) - 1; i++) {
		for (byte = 0; byte < 256; byte += 3) {
			text[i] = (char)byte;
			j = json_parse(arena, (struct str){ text,
			    sizeof(person) - 1 }, &f);
			assert_int_equal(f, check((struct str){ text,
			    sizeof(person) - 1 }));
			assert_true((j != NULL) == (f == JSON_FINE));
		}
		arena_reset(arena);
		text = arena_copy(arena, person, sizeof(person));
	}
}

/* Public corpus */

static struct str
read_file(const char *path)
{
	static char data[FILE_MAX];
	size_t n;
	FILE *f;

	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(data, 1, sizeof(data), f);
	assert_true(n < sizeof(data));
	fclose(f);
	return (struct str){ data, n };
}

static void
judge_file(const char *dir, const char *name)
{
	char path[1024];
	enum json_fault f, again;
	struct json *j;
	struct str text;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = read_file(path);
	/* The corpus nests deeper than the product takes. */
	f = json_check(text, 64, LIMIT_JSON_MEMBERS);
	j = json_parse(arena, text, &again);
	if (f != again && again != JSON_DEPTH)
		fail_msg("%s: %d, then %d", name, f, again);
	if ((j != NULL) != (again == JSON_FINE))
		fail_msg("%s: the two readers disagree", name);
	/* RFC 8259 §4 lets a reader refuse a name that stands twice. */
	if (name[0] == 'y' && f != JSON_FINE && f != JSON_DUPLICATE &&
	    f != JSON_NUL)
		fail_msg("%s is refused: %d", name, f);
	if (name[0] == 'n' && f == JSON_FINE)
		fail_msg("%s is accepted", name);
	if (f != json_check(text, 64, LIMIT_JSON_MEMBERS))
		fail_msg("%s: two opinions", name);
}

static void
test_json_parsing_corpus_of_public_vectors(void **state)
{
	const char *data = getenv("DW_DATA"), *top = getenv("top_srcdir");
	const struct dirent *e;
	char dir[512];
	size_t n = 0;
	DIR *d;

	(void)state;
	if (data != NULL)
		snprintf(dir, sizeof(dir), "%s/json-parsing", data);
	else
		snprintf(dir, sizeof(dir), "%s/../shared/data/json-parsing",
		    top != NULL ? top : ".");
	d = opendir(dir);
	if (d == NULL)
		skip();
	while ((e = readdir(d)) != NULL) {
		if (strlen(e->d_name) < 3 || e->d_name[1] != '_')
			continue;
		judge_file(dir, e->d_name);
		n++;
	}
	closedir(d);
	assert_true(n > 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate_accepts_what_rfc8259_allows),
		cmocka_unit_test(test_gate_names_each_fault),
		cmocka_unit_test(test_gate_refuses_nul_wherever_it_stands),
		cmocka_unit_test(test_gate_refuses_a_name_twice_in_one_object),
		cmocka_unit_test(test_fault_is_found_in_its_outermost_member),
		cmocka_unit_test(test_depth_is_counted_in_arrays_and_objects),
		cmocka_unit_test(test_members_are_counted_over_the_whole_text),
		cmocka_unit_test(
		    test_a_thousand_names_are_judged_in_bounded_time),
		cmocka_unit_test(test_values_come_back_with_their_types),
		cmocka_unit_test(
		    test_a_value_of_another_type_reads_as_nothing),
		cmocka_unit_test(test_null_is_a_value_and_absence_is_none),
		cmocka_unit_test(test_scalars_alone_are_texts),
		cmocka_unit_test(test_names_are_found_exactly_or_in_any_case),
		cmocka_unit_test(test_members_are_walked_in_their_order),
		cmocka_unit_test(test_trees_are_made_shared_and_copied),
		cmocka_unit_test(test_numbers_are_written_as_they_were_read),
		cmocka_unit_test(
		    test_text_escapes_what_markup_and_scripts_read),
		cmocka_unit_test(test_guarded_text_never_holds_the_words),
		cmocka_unit_test(
		    test_guarded_text_is_plain_up_to_its_safe_place),
		cmocka_unit_test(
		    test_projection_selects_by_the_documented_grammar),
		cmocka_unit_test(
		    test_projection_of_nothing_named_is_everything),
		cmocka_unit_test(
		    test_projection_cuts_wrapper_names_and_ignores_the_rest),
		cmocka_unit_test(test_projection_refuses_malformed_expressions),
		cmocka_unit_test(test_json_c_reads_whatever_the_gate_accepts),
		cmocka_unit_test(test_mutated_texts_get_one_answer),
		cmocka_unit_test(test_json_parsing_corpus_of_public_vectors),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
