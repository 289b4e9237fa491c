/*
 * Three readers of one text.  What the gate takes is of RFC 8259's grammar,
 * json-c takes it too, and written again it is the same tree.  What is of the
 * grammar the gate refuses only for the reasons that codec/json.h names
 * (S-116).  json-c alone is no judge: its strict mode forgives "0.", "-01",
 * NaN, and raw controls in strings.
 */
#include "fuzz.h"

/* As in codec/json.c: the names of two functions are types of json-c. */
#define json_type jsonc_type
#define json_bool jsonc_bool
#include <json.h>
#undef json_type
#undef json_bool

#include "base/limits.h"
#include "codec/json.h"
#include "codec/text.h"

const char fuzz_name[] = "json";

static bool
jsonc_takes(struct str s)
{
	struct json_tokener *tok = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	struct json_object *o;
	enum json_tokener_error e;

	must(tok != NULL);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, s.p, (int)s.len);
	e = json_tokener_get_error(tok);
	if (e == json_tokener_continue) {
		json_object_put(o);
		o = json_tokener_parse_ex(tok, " ", 1);
		e = json_tokener_get_error(tok);
	}
	json_object_put(o);
	json_tokener_free(tok);
	return e == json_tokener_success;
}

struct twin {
	struct arena *arena;
	const struct json *other;
};

static bool same(struct arena *a, const struct json *x,
    const struct json *y);

static bool
same_member(void *arg, struct str name, struct json *value)
{
	struct twin *t = arg;

	return same(t->arena, value, json_get(t->other, str_cstr(t->arena,
	    name)));
}

static bool
same(struct arena *a, const struct json *x, const struct json *y)
{
	struct twin t = { a, y };
	size_t i;

	if (y == NULL || json_type(x) != json_type(y) ||
	    json_length(x) != json_length(y))
		return false;
	switch (json_type(x)) {
	case JSON_OBJECT:
		return json_each(x, same_member, &t);
	case JSON_ARRAY:
		for (i = 0; i < json_length(x); i++)
			if (!same(a, json_at(x, i), json_at(y, i)))
				return false;
		return true;
	case JSON_STRING:
		return str_eq(json_string(x), json_string(y)) &&
		    utf8_valid(json_string(x)) &&
		    !str_has(json_string(x), '\0');
	case JSON_INT:
		return json_int(x) == json_int(y);
	case JSON_REAL:
		return json_real(x) == json_real(y) &&
		    json_real(x) - json_real(x) == 0;
	case JSON_BOOL:
		return json_bool(x) == json_bool(y);
	case JSON_NULL:
		break;
	}
	return true;
}

static void
judge_text(struct arena *a, struct str s, const struct json *j, bool guard)
{
	struct str text = json_text(a, j, guard), again;
	enum json_fault f;
	struct json *k;

	claim(text.len <= 6 * s.len);
	claim(utf8_valid(text));
	claim(!fuzz_has_any(text, "<>&\n"));
	claim(!fuzz_contains(text, STR("\xe2\x80\xa8")));
	claim(!fuzz_contains(text, STR("\xe2\x80\xa9")));
	if (guard) {
		claim(!fuzz_contains(text, STR("description")));
		claim(!fuzz_contains(text, STR("Description")));
		claim(!fuzz_contains(text, STR("errorCode")));
	}
	k = json_parse(a, text, &f);
	claim(k != NULL && f == JSON_FINE);
	claim(same(a, j, k));
	again = json_text(a, k, guard);
	claim(str_eq(text, again));
	claim(str_eq(json_text(a, json_copy(a, j), guard), text));
}

/*
 * A second reader, straight from the grammar of RFC 8259 §2 to §7: no limits,
 * no opinion about names and surrogates.
 */
struct text { const char *p, *end; size_t members; };

static bool
take(struct text *t, const char *among)
{
	if (t->p == t->end || *t->p == '\0' || strchr(among, *t->p) == NULL)
		return false;
	t->p++;
	return true;
}

static bool
take_many(struct text *t, const char *among)
{
	const char *from = t->p;

	while (take(t, among))
		;
	return t->p > from;
}

static bool
take_word(struct text *t, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n) != 0)
		return false;
	t->p += n;
	return true;
}

static bool
take_number(struct text *t)
{
	take(t, "-");
	if (!take(t, "0") && !take_many(t, "0123456789"))
		return false;
	if (take(t, ".") && !take_many(t, "0123456789"))
		return false;
	if (!take(t, "eE"))
		return true;
	take(t, "+-");
	return take_many(t, "0123456789");
}

/* Behind the opening quote. */
static bool
take_string(struct text *t)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	while (!take(t, "\"")) {
		if (t->p == t->end || (unsigned char)*t->p < 0x20)
			return false;
		if (!take(t, "\\"))
			t->p++;
		else if (!take(t, "\"\\/bfnrt") && (!take(t, "u") ||
		    !take(t, hex) || !take(t, hex) || !take(t, hex) ||
		    !take(t, hex)))
			return false;
	}
	return true;
}

static bool
take_value(struct text *t)
{
	static const char blank[] = " \t\r\n";
	bool object, ok = true;

	take_many(t, blank);
	object = t->p < t->end && *t->p == '{';
	if (take(t, "\""))
		return take_string(t);
	if (!take(t, "{["))
		return take_word(t, "true") || take_word(t, "false") ||
		    take_word(t, "null") || take_number(t);
	take_many(t, blank);
	if (take(t, object ? "}" : "]"))
		return true;
	do {
		take_many(t, blank);
		if (object) {
			ok = take(t, "\"") && take_string(t);
			take_many(t, blank);
			ok = ok && take(t, ":");
			t->members++;
		}
		ok = ok && take_value(t);
		take_many(t, blank);
	} while (ok && take(t, ","));
	return ok && take(t, object ? "}" : "]");
}

static bool
grammatical(struct str s, size_t *members)
{
	struct text t = { s.p, s.p + s.len, 0 };

	*members = 0;
	if (!utf8_valid(s) || !take_value(&t))
		return false;
	take_many(&t, " \t\r\n");
	*members = t.members;
	return t.p == t.end;
}

static bool
add_members(void *arg, struct str name, struct json *value)
{
	size_t *n = arg, i;

	(void)name;
	if (json_type(value) == JSON_OBJECT)
		*n += json_length(value);
	json_each(value, add_members, n);
	if (json_type(value) == JSON_ARRAY)
		for (i = 0; i < json_length(value); i++)
			add_members(n, STR(""), json_at(value, i));
	return true;
}

void
fuzz_one(struct arena *a, struct str s)
{
	enum json_fault f, gate;
	size_t written, kept = 0;
	bool grammar;
	struct json *j;

	gate = json_check(s, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS);
	claim(gate == json_check(s, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS));
	j = json_parse(a, s, &f);
	claim(f == gate);
	claim((j != NULL) == (f == JSON_FINE));
	if (f == JSON_FINE) {
		claim(jsonc_takes(s));
		claim(utf8_valid(s) && !str_has(s, '\0'));
		judge_text(a, s, j, false);
		judge_text(a, s, j, true);
		/* Wider limits change nothing for what they let pass. */
		claim(json_check(s, 64, 100000) == JSON_FINE);
	}
	/* Refused though well formed: for one of the reasons in json.h. */
	grammar = grammatical(s, &written);
	if (grammar)
		claim(f != JSON_SYNTAX && f != JSON_UTF8);
	else
		claim(f != JSON_FINE);
	/* A name that stood twice would have lost a member. */
	if (f == JSON_FINE) {
		add_members(&kept, STR(""), j);
		claim(kept == written);
	}
}
