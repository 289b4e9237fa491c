/*
 * All of it reads text that json_data_check has let pass.
 */
#include "json_data.h"

#include "base/arena.h"

/* Canonical spelling */

static void
put_utf8(struct buf *b, uint32_t code)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	unsigned n = code < 0x80 ? 1 : code < 0x800 ? 2 :
	    code < 0x10000 ? 3 : 4;
	unsigned char out[4];
	unsigned i;

	for (i = n; i-- > 1; code >>= 6)
		out[i] = (unsigned char)(0x80 | (code & 0x3f));
	out[0] = (unsigned char)((n > 1 ? lead[n] : 0u) | code);
	buf_add(b, out, n);
}

static void
put_char(struct buf *b, uint32_t code)
{
	static const char letters[] = "\"\\bfnrt", means[] = "\"\\\b\f\n\r\t";
	const char *at = code > 0 && code < 0x80 ? strchr(means, (int)code) :
	    NULL;

	if (at != NULL)
		buf_printf(b, "\\%c", letters[at - means]);
	else if (code < 0x20)
		buf_printf(b, "\\u%04x", (unsigned)code);
	else
		put_utf8(b, code);
}

static uint32_t
hex4(const char *p)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v << 4 | (uint32_t)(p[i] <= '9' ? p[i] - '0' :
		    (p[i] | 0x20) - 'a' + 10);
	return v;
}

/* The escape at p; returns how long it is. */
static size_t
put_escape(struct buf *b, const char *p)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t code;

	if (p[1] != 'u') {
		at = strchr(letters, p[1]);
		must(at != NULL);
		put_char(b, (unsigned char)means[at - letters]);
		return 2;
	}
	code = hex4(p + 2);
	if (code < 0xd800 || code > 0xdbff) {
		put_char(b, code);
		return 6;
	}
	put_char(b, 0x10000 + ((code - 0xd800) << 10) + hex4(p + 8) - 0xdc00);
	return 12;
}

/* From the opening quote on; returns where the string has ended. */
static size_t
put_string(struct buf *b, struct str s, size_t i)
{
	size_t from;

	buf_char(b, '"');
	for (i++; s.p[i] != '"';) {
		if (s.p[i] == '\\') {
			i += put_escape(b, s.p + i);
			continue;
		}
		for (from = i; s.p[i] != '"' && s.p[i] != '\\'; i++)
			;
		buf_add(b, s.p + from, i - from);
	}
	buf_char(b, '"');
	return i + 1;
}

struct str
json_data_canonical(struct arena *a, struct str text)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, text.len);
	buf_reserve(&b, text.len);
	for (i = 0; i < text.len;) {
		if (text.p[i] == '"') {
			i = put_string(&b, text, i);
			continue;
		}
		if (strchr(" \t\r\n", text.p[i]) == NULL)
			buf_char(&b, text.p[i]);
		i++;
	}
	must(buf_ok(&b));
	return buf_view(&b);
}

/* Members */

static size_t
string_end(struct str s, size_t i)
{
	for (i++; s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i + 1;
}

/* Up to the comma or brace behind it. */
static size_t
value_end(struct str s, size_t i)
{
	unsigned depth = 0;

	for (;; i++) {
		if (s.p[i] == '"')
			i = string_end(s, i);
		if (depth == 0 && strchr(",]}", s.p[i]) != NULL)
			return i;
		if (s.p[i] == '{' || s.p[i] == '[')
			depth++;
		else if (s.p[i] == '}' || s.p[i] == ']')
			depth--;
	}
}

static size_t
next_member(struct str s, size_t i, struct json_member *out)
{
	size_t end = string_end(s, i);

	out->name = str_sub(s, i, end - i);
	i = end + 1;
	end = value_end(s, i);
	out->value = str_sub(s, i, end - i);
	return end + 1;
}

size_t
json_data_members(struct arena *a, struct str object,
    struct json_member **out)
{
	struct json_member one;
	size_t i, n = 0;

	must(object.len >= 2 && object.p[0] == '{');
	for (i = 1; i < object.len - 1; n++)
		i = next_member(object, i, &one);
	*out = ARENA_ARRAY(a, struct json_member, n);
	n = 0;
	for (i = 1; i < object.len - 1;)
		i = next_member(object, i, &(*out)[n++]);
	return n;
}

struct str
json_data_object(struct arena *a, const struct json_member *list, size_t n)
{
	size_t i, size = 2;
	struct buf b;

	for (i = 0; i < n; i++)
		size += list[i].name.len + list[i].value.len + 2;
	buf_init(&b, a, size);
	buf_reserve(&b, size);
	buf_char(&b, '{');
	for (i = 0; i < n; i++) {
		if (list[i].value.p == NULL)
			continue;
		if (b.len > 1)
			buf_char(&b, ',');
		buf_str(&b, list[i].name);
		buf_char(&b, ':');
		buf_str(&b, list[i].value);
	}
	buf_char(&b, '}');
	must(buf_ok(&b));
	return buf_view(&b);
}

static struct json_member *
find(struct json_member *list, size_t n, struct str name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(list[i].name, name))
			return &list[i];
	return NULL;
}

struct str
json_data_merge(struct arena *a, struct str object, struct str changes)
{
	struct json_member *old, *more, *all, *at;
	size_t n_old, n_more, i, n;

	n_old = json_data_members(a, object, &old);
	n_more = json_data_members(a, changes, &more);
	all = ARENA_ARRAY(a, struct json_member, n_old + n_more);
	for (n = 0; n < n_old; n++)
		all[n] = old[n];
	for (i = 0; i < n_more; i++) {
		at = find(all, n_old, more[i].name);
		if (at == NULL)
			at = &all[n++];
		*at = more[i];
	}
	return json_data_object(a, all, n);
}
