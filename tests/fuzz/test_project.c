/*
 * fields=: on the first line the expression, behind it a JSON text.  What is
 * left is a part of the whole, and choosing twice is choosing once.
 */
#include "fuzz.h"

#include "codec/json.h"

const char fuzz_name[] = "project";

struct twin {
	struct arena *arena;
	const struct json *other;
};

struct naming {
	struct arena *arena;
	struct str fields;
};

static bool part_of(struct arena *a, const struct json *part,
    const struct json *whole);

static bool
member_of(void *arg, struct str name, struct json *value)
{
	struct twin *t = arg;
	const struct json *other;

	other = json_get(t->other, str_cstr(t->arena, name));
	return other != NULL && part_of(t->arena, value, other);
}

/* Elements of an array may be missing, members of an object too. */
static bool
part_of(struct arena *a, const struct json *part, const struct json *whole)
{
	struct twin t = { a, whole };
	size_t i, k = 0;

	if (json_type(part) != json_type(whole))
		return false;
	if (json_type(part) == JSON_OBJECT)
		return json_each(part, member_of, &t);
	if (json_type(part) != JSON_ARRAY)
		return str_eq(json_text(a, part, false),
		    json_text(a, whole, false));
	for (i = 0; i < json_length(part); i++, k++) {
		while (k < json_length(whole) &&
		    !part_of(a, json_at(part, i), json_at(whole, k)))
			k++;
		if (k == json_length(whole))
			return false;
	}
	return true;
}

static bool
is_named(void *arg, struct str name, struct json *value)
{
	struct naming *n = arg;

	(void)value;
	return fuzz_contains(n->fields, str_lower(n->arena, name));
}

/* What the expression does not name is gone; wrappers and "*" name all. */
static bool
only_named(struct arena *a, const struct json *part, struct str fields)
{
	struct str lower = str_lower(a, str_trim(fields));
	struct naming n = { a, lower };

	return lower.len == 0 || str_has(lower, '*') ||
	    fuzz_contains(lower, STR("profile")) ||
	    fuzz_contains(lower, STR("data")) || json_each(part, is_named, &n);
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct str fields = fuzz_part(&s, '\n'), before, after;
	struct json *whole, *part, *again;
	enum json_fault f;
	bool ok = false, ok_again = false;

	if (fields.len > 1024 || s.len > 2048)
		return;
	whole = json_parse(a, s, &f);
	if (whole == NULL)
		whole = json_new_object(a);
	before = json_text(a, whole, false);
	part = json_project(a, whole, fields, &ok);
	claim(str_eq(json_text(a, whole, false), before));
	if (!ok) {
		claim(part == NULL);
		claim(fields.len > 0);
		return;
	}
	if (part == NULL) {
		claim(json_type(whole) != JSON_OBJECT &&
		    json_type(whole) != JSON_ARRAY);
		return;
	}
	claim(part_of(a, part, whole));
	claim(only_named(a, part, fields));
	again = json_project(a, part, fields, &ok_again);
	claim(ok_again && again != NULL);
	after = json_text(a, part, false);
	claim(after.len <= before.len);
	claim(str_eq(json_text(a, again, false), after));
}
