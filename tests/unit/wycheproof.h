/*
 * Vectors that stand outside the tree (DW_DATA); a test is skipped by name
 * without them.
 */
#ifndef TESTS_WYCHEPROOF_H
#define TESTS_WYCHEPROOF_H

#include "unit_arena.h"

/* The files are beyond the limits of codec/json.h, which has these names. */
#define json_type	json_c_type
#define json_bool	json_c_bool
#include <json-c/json.h>
#undef json_type
#undef json_bool
#include <unistd.h>

static struct json_object *
vectors(const char *name)
{
	const char *data = getenv("DW_DATA"), *top = getenv("top_srcdir");
	struct json_object *j;
	const char *path;

	if (data != NULL)
		path = str_printf(arena, "%s/wycheproof/%s", data, name).p;
	else
		path = str_printf(arena, "%s/../shared/data/wycheproof/%s",
		    top != NULL ? top : ".", name).p;
	if (access(path, R_OK) != 0) {
		print_message("[  SKIPPED ] %s is not there\n", name);
		skip();
	}
	j = json_object_from_file(path);
	assert_non_null(j);
	return j;
}

static const char *
text(struct json_object *j, const char *name)
{
	struct json_object *v;

	assert_true(json_object_object_get_ex(j, name, &v));
	return json_object_get_string(v);
}

static int
number(struct json_object *j, const char *name)
{
	struct json_object *v;

	assert_true(json_object_object_get_ex(j, name, &v));
	return json_object_get_int(v);
}

static bool
is_valid(struct json_object *t)
{
	return strcmp(text(t, "result"), "invalid") != 0;
}

/* Calls fn for each vector of a file, and says how many held (S-150); fn ends
 * the test at one that does not, and may pass over what we do not have. */
static void
each(const char *name, bool (*fn)(struct json_object *group,
    struct json_object *t), size_t want)
{
	struct json_object *file = vectors(name), *groups, *g, *tests;
	size_t i, k, n = 0, all = 0;

	assert_true(json_object_object_get_ex(file, "testGroups", &groups));
	for (i = 0; i < json_object_array_length(groups); i++) {
		g = json_object_array_get_idx(groups, i);
		assert_true(json_object_object_get_ex(g, "tests", &tests));
		for (k = 0; k < json_object_array_length(tests); k++, all++)
			n += fn(g, json_object_array_get_idx(tests, k));
	}
	json_object_put(file);
	print_message("# vectors: %s: %zu tried, %zu held, %zu of other "
	    "sizes\n", name, want, n, all - n);
	assert_int_equal(n, want);
}

#endif
