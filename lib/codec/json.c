/*
 * Trees of json-c, behind the gate.  A struct json is a json_object in
 * disguise, but for null, which json-c writes as the NULL pointer and we as
 * one object of our own: NULL means that there is no such value.
 */
#include "json.h"

/* json-c has types of these names, and we have functions. */
#define json_type jsonc_type
#define json_bool jsonc_bool
#include <json.h>
#undef json_type
#undef json_bool

#include "base/arena.h"
#include "base/limits.h"
#include "base/secret.h"

static char null_mark;

static struct json *
from_tree(struct json_object *o)
{
	return o != NULL ? (struct json *)o : (struct json *)&null_mark;
}

static struct json_object *
to_tree(const struct json *j)
{
	if (j == NULL || (const char *)j == &null_mark)
		return NULL;
	return (struct json_object *)(uintptr_t)j;
}

/* The arena's share of a tree. */
static void
release(void *o)
{
	json_object_put(o);
}

static struct json *
join(struct arena *a, struct json_object *o)
{
	must(o != NULL);
	arena_defer(a, release, o);
	return from_tree(o);
}

/* Reading */

static void
wipe_string(struct json_object *o)
{
	size_t len = (size_t)json_object_get_string_len(o);

	secret_wipe((void *)(uintptr_t)json_object_get_string(o), len);
}

/* As deep as the gate let the text be. */
static void
wipe_tree(struct json_object *o)
{
	size_t i;

	if (json_object_is_type(o, json_type_string)) {
		wipe_string(o);
	} else if (json_object_is_type(o, json_type_array)) {
		for (i = 0; i < json_object_array_length(o); i++)
			wipe_tree(json_object_array_get_idx(o, i));
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, name, value) {
			(void)name;
			wipe_tree(value);
		}
	}
}

/* What a client sent may be a password: it does not stay on the heap. */
static void
wipe_and_release(void *o)
{
	wipe_tree(o);
	json_object_put(o);
}

static struct json_tokener *
tokener_new(size_t len)
{
	struct json_tokener *tok;

	/* A scalar counts as a level of its own. */
	tok = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	must(tok != NULL);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
	    JSON_TOKENER_VALIDATE_UTF8);
	/* Room for the longest string at once: growing would leave copies. */
	must(printbuf_memset(tok->pb, 0, 0, (int)len + 1) == 0);
	printbuf_reset(tok->pb);
	return tok;
}

static void
tokener_free(struct json_tokener *tok)
{
	secret_wipe(tok->pb->buf, (size_t)tok->pb->size);
	json_tokener_free(tok);
}

struct json *
json_parse(struct arena *a, struct str text, enum json_fault *fault_out)
{
	struct json_tokener *tok;
	struct json_object *o;
	enum json_tokener_error e;

	*fault_out = json_check(text, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS);
	if (*fault_out == JSON_FINE && text.len > INT32_MAX / 2)
		*fault_out = JSON_SYNTAX;
	if (*fault_out != JSON_FINE)
		return NULL;
	tok = tokener_new(text.len);
	o = json_tokener_parse_ex(tok, text.p, (int)text.len);
	e = json_tokener_get_error(tok);
	if (e == json_tokener_continue) {
		/* A number at the very end is over with the next blank. */
		o = json_tokener_parse_ex(tok, " ", 1);
		e = json_tokener_get_error(tok);
	}
	tokener_free(tok);
	/* Not known to happen: what the gate admits, json-c reads. */
	if (e != json_tokener_success) {
		*fault_out = JSON_SYNTAX;
		return NULL;
	}
	if (o != NULL)
		arena_defer(a, wipe_and_release, o);
	return from_tree(o);
}

enum json_type
json_type(const struct json *j)
{
	switch (json_object_get_type(to_tree(j))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_REAL;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

bool
json_bool(const struct json *j)
{
	return json_type(j) == JSON_BOOL && json_object_get_boolean(to_tree(j));
}

int64_t
json_int(const struct json *j)
{
	return json_type(j) == JSON_INT ? json_object_get_int64(to_tree(j)) : 0;
}

double
json_real(const struct json *j)
{
	enum json_type t = json_type(j);

	return t == JSON_INT || t == JSON_REAL ?
	    json_object_get_double(to_tree(j)) : 0;
}

struct str
json_string(const struct json *j)
{
	struct json_object *o = to_tree(j);

	if (json_type(j) != JSON_STRING)
		return STR_NONE;
	return (struct str){ json_object_get_string(o),
		(size_t)json_object_get_string_len(o) };
}

size_t
json_length(const struct json *j)
{
	switch (json_type(j)) {
	case JSON_ARRAY:
		return json_object_array_length(to_tree(j));
	case JSON_OBJECT:
		return (size_t)json_object_object_length(to_tree(j));
	default:
		return 0;
	}
}

struct json *
json_at(const struct json *j, size_t i)
{
	if (json_type(j) != JSON_ARRAY || i >= json_length(j))
		return NULL;
	return from_tree(json_object_array_get_idx(to_tree(j), i));
}

struct json *
json_get(const struct json *j, const char *name)
{
	struct json_object *value;

	if (json_type(j) != JSON_OBJECT ||
	    !json_object_object_get_ex(to_tree(j), name, &value))
		return NULL;
	return from_tree(value);
}

struct json *
json_get_fold(const struct json *j, const char *name)
{
	struct str want = str_of(name);

	if (json_type(j) != JSON_OBJECT)
		return NULL;
	json_object_object_foreach(to_tree(j), key, value) {
		if (str_ieq(str_of(key), want))
			return from_tree(value);
	}
	return NULL;
}

bool
json_each(const struct json *j,
    bool (*fn)(void *arg, struct str name, struct json *value), void *arg)
{
	if (json_type(j) != JSON_OBJECT)
		return true;
	json_object_object_foreach(to_tree(j), key, value) {
		if (!fn(arg, str_of(key), from_tree(value)))
			return false;
	}
	return true;
}

/* Making */

struct json *
json_new_object(struct arena *a)
{
	return join(a, json_object_new_object());
}

struct json *
json_new_array(struct arena *a)
{
	return join(a, json_object_new_array());
}

static struct json_object *
string_object(struct str s)
{
	struct json_object *o;

	must(s.len <= INT32_MAX);
	o = json_object_new_string_len(s.p, (int)s.len);
	must(o != NULL);
	return o;
}

struct json *
json_new_string(struct arena *a, struct str s)
{
	return s.p != NULL ? join(a, string_object(s)) : from_tree(NULL);
}

/* Takes value over. */
static void
put_member(struct json *obj, const char *name, struct json_object *value)
{
	must(json_type(obj) == JSON_OBJECT);
	must(json_object_object_add(to_tree(obj), name, value) == 0);
}

static void
put_element(struct json *arr, struct json_object *value)
{
	must(json_type(arr) == JSON_ARRAY);
	must(json_object_array_add(to_tree(arr), value) == 0);
}

void
json_set(struct json *obj, const char *name, struct json *value)
{
	put_member(obj, name, json_object_get(to_tree(value)));
}

void
json_set_str(struct json *obj, const char *name, struct str s)
{
	put_member(obj, name, s.p != NULL ? string_object(s) : NULL);
}

void
json_set_cstr(struct json *obj, const char *name, const char *s)
{
	json_set_str(obj, name, str_of(s));
}

void
json_set_int(struct json *obj, const char *name, int64_t n)
{
	struct json_object *o;

	o = json_object_new_int64(n);
	must(o != NULL);
	put_member(obj, name, o);
}

void
json_set_bool(struct json *obj, const char *name, bool v)
{
	struct json_object *o;

	o = json_object_new_boolean(v);
	must(o != NULL);
	put_member(obj, name, o);
}

void
json_set_null(struct json *obj, const char *name)
{
	put_member(obj, name, NULL);
}

void
json_remove(struct json *obj, const char *name)
{
	must(json_type(obj) == JSON_OBJECT);
	json_object_object_del(to_tree(obj), name);
}

void
json_append(struct json *arr, struct json *value)
{
	put_element(arr, json_object_get(to_tree(value)));
}

void
json_append_str(struct json *arr, struct str s)
{
	put_element(arr, s.p != NULL ? string_object(s) : NULL);
}

void
json_append_int(struct json *arr, int64_t n)
{
	struct json_object *o = json_object_new_int64(n);

	must(o != NULL);
	put_element(arr, o);
}

struct json *
json_copy(struct arena *a, const struct json *j)
{
	struct json_object *copy = NULL;

	if (to_tree(j) == NULL)
		return (struct json *)(uintptr_t)j;
	must(json_object_deep_copy(to_tree(j), &copy, NULL) == 0);
	return join(a, copy);
}

/* Writing */

/* The bytes of s[i] to be written as an escape; 0: it stays as it is. */
static size_t
unsafe_at(struct str s, size_t i)
{
	if (s.p[i] == '<' || s.p[i] == '>' || s.p[i] == '&')
		return 1;
	if (s.len - i >= 3 && memcmp(s.p + i, "\xe2\x80", 2) == 0 &&
	    ((unsigned char)s.p[i + 2] | 1) == 0xa9)
		return 3;
	return 0;
}

static void
put_unsafe(struct buf *b, struct str s, size_t i, size_t len)
{
	/* Upper case: a digit must not become the first letter of a word. */
	buf_printf(b, "\\u%04X", len == 1 ? (unsigned)s.p[i] :
	    0x2000u + ((unsigned char)s.p[i + 2] & 0x3f));
}

static bool
word_at(struct str s, size_t i)
{
	struct str rest = str_sub(s, i, SIZE_MAX);

	return str_starts(rest, STR("description")) ||
	    str_starts(rest, STR("Description")) ||
	    str_starts(rest, STR("errorCode"));
}

/* How much from i on needs no look: no beginning of what the rest judges. */
static size_t
plain_at(struct str s, size_t i)
{
	static const char look[256] = { ['<'] = 1, ['>'] = 1, ['&'] = 1,
		['\\'] = 1, [0xe2] = 1, ['d'] = 'e', ['D'] = 'e',
		['e'] = 'r' };
	size_t n;
	char how;

	for (n = 0; i + n < s.len; n++) {
		how = look[(unsigned char)s.p[i + n]];
		if (how == 1 || (how != 0 && i + n + 1 < s.len &&
		    s.p[i + n + 1] == how))
			break;
	}
	return n;
}

/*
 * json-c's text once more, with what our readers need escaped.  behind is
 * where an escape ended: its last digit may begin a word ("\u001d" before
 * "escription"), which is then broken at its second letter.
 */
static void
put_text(struct buf *b, struct str s, bool guard)
{
	size_t i, n, behind = 0;

	for (i = 0; i < s.len; i += n) {
		n = i > 0 && i == behind ? 0 : plain_at(s, i);
		if (n > 0) {
			buf_add(b, s.p + i, n);
			continue;
		}
		n = unsafe_at(s, i);
		if (n > 0) {
			put_unsafe(b, s, i, n);
		} else if (s.p[i] == '\\') {
			n = s.p[i + 1] == 'u' ? 6 : 2;
			buf_add(b, s.p + i, n);
			behind = i + n;
		} else {
			n = 1;
			if (guard && (word_at(s, i) || (i > 0 && i == behind &&
			    word_at(s, i - 1))))
				buf_printf(b, "\\u%04X", (unsigned)s.p[i]);
			else
				buf_char(b, s.p[i]);
		}
	}
}

void
json_guard(struct buf *b, struct str part)
{
	put_text(b, part, true);
}

/* The first place of what, at most at. */
static size_t
first_of(struct str s, const char *what, size_t at)
{
	const char *p = s.len == 0 ? NULL :
	    memmem(s.p, s.len, what, strlen(what));

	return p == NULL || (size_t)(p - s.p) >= at ? at :
	    (size_t)(p - s.p);
}

/* The same of a word: its first letter, one of two, and the rest of it. */
static size_t
first_word(struct str s, const char *first, const char *rest, size_t at)
{
	size_t from = 0, i;

	while ((i = from + first_of(str_sub(s, from, SIZE_MAX), rest,
	    SIZE_MAX / 2)) < at) {
		if (i > 0 && (s.p[i - 1] == first[0] ||
		    s.p[i - 1] == first[1]))
			return i - 1;
		from = i + 1;
	}
	return at;
}

size_t
json_safe(struct str part)
{
	size_t n = part.len;

	n = first_of(part, "<", n);
	n = first_of(part, ">", n);
	n = first_of(part, "&", n);
	/* One byte is found many times faster than two. */
	if (str_has(part, '\xe2'))
		n = first_of(part, "\xe2\x80", n);
	if (str_has(part, 'C'))
		n = first_word(part, "ee", "rrorCode", n);
	return first_word(part, "dD", "escription", n);
}

/* What json-c would leave as it is. */
static bool
is_plain(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == '"' ||
		    s.p[i] == '\\')
			return false;
	return json_safe(s) == s.len;
}

void
json_put_str(struct buf *b, struct str s)
{
	if (s.p == NULL || !is_plain(s)) {
		buf_str(b, json_text(b->arena, s.p != NULL ?
		    json_new_string(b->arena, s) : NULL, true));
		return;
	}
	buf_char(b, '"');
	buf_str(b, s);
	buf_char(b, '"');
}

struct str
json_text(struct arena *a, const struct json *j, bool guard_words)
{
	struct json_object *o = to_tree(j);
	const char *text;
	struct buf b;
	size_t len;

	if (o == NULL)
		return STR("null");
	text = json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN |
	    JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	must(text != NULL && len < SIZE_MAX / 8);
	buf_init(&b, a, 6 * len);
	put_text(&b, (struct str){ text, len }, guard_words);
	/* It may hold a token, and stays with the tree until the reset. */
	secret_wipe((void *)(uintptr_t)text, len);
	must(buf_ok(&b));
	return buf_view(&b);
}
