/*
 * The route table is sound, and its description says all of it.
 */
#include "unit.h"

#include "base/config.h"
#include "base/limits.h"
#include "openapi.h"
#include "problem.h"
#include "route.h"
#include "router.h"

#define BEFORE_BODY	(NEED_KEY | NEED_SECRET | IS_PAGE | NEED_FORM | \
	BODY_OPTIONAL | ANY_SCHEME)

static struct arena *arena;
static struct json *api;

static int
set_up(void **state)
{
	static const struct config cfg = {
		.site_url = { "https://login.example.com", 25 }
	};

	(void)state;
	arena = arena_new();
	api = openapi_json(arena, &cfg);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct route *
end(void)
{
	return routes + routes_count;
}

static bool
together(const struct route *a, const struct route *b)
{
	return a->method == b->method && strcmp(a->path, b->path) == 0;
}

static void
test_rows_have_ids_of_their_own_and_plain_paths(void **state)
{
	const struct route *r, *q;
	struct str path;

	(void)state;
	for (r = routes; r < end(); r++) {
		path = str_of(r->path);
		assert_true(path.len > 0 && path.p[0] == '/');
		assert_true(path.len == 1 || !str_ends(path, STR("/")));
		assert_true(str_eq(path, str_lower(arena, path)));
		assert_non_null(r->serve);
		assert_non_null(r->summary);
		for (q = routes; q < r; q++)
			if (strcmp(q->id, r->id) == 0)
				fail_msg("two rows %s", r->id);
	}
}

/* The guard reads the first row before it knows which one counts. */
static void
test_rows_of_one_path_agree_on_what_comes_before_the_body(void **state)
{
	const struct route *r, *q;

	(void)state;
	for (r = routes; r < end(); r++)
		for (q = routes; q < r; q++)
			if (together(r, q) && ((r->need ^ q->need) &
			    BEFORE_BODY) != 0)
				fail_msg("%s and %s differ", r->id, q->id);
}

/* Among rows of one path the last may have no "when", and only the last: it
 * would hide those behind it. */
static void
test_every_row_can_be_reached(void **state)
{
	const struct route *r, *q;

	(void)state;
	for (r = routes; r < end(); r++)
		for (q = routes; q < r; q++)
			if (together(r, q) && q->when == NULL)
				fail_msg("%s hides %s", q->id, r->id);
}

static bool
has_field(const struct route *r, const char *name)
{
	const struct field *f;

	for (f = r->fields; f != NULL && f->name != NULL; f++)
		if (str_ieq(str_of(f->name), str_of(name)))
			return true;
	return false;
}

static size_t
size_of(enum field_type t)
{
	return t == FIELD_TEXT ? sizeof(struct str) :
	    t == FIELD_SECRET ? sizeof(struct secret) :
	    t == FIELD_BOOL ? sizeof(bool) :
	    t == FIELD_INT ? sizeof(int64_t) : sizeof(struct json *);
}

/* Not a field of the row: the guard reads it. */
static bool
is_for_tokens(const struct route *r)
{
	return (r->need & NEED_TOKEN) != 0 &&
	    strcmp(r->when, "access_token") == 0;
}

static void
test_fields_stay_within_their_struct(void **state)
{
	const struct route *r;
	const struct field *f, *g;

	(void)state;
	for (r = routes; r < end(); r++) {
		if (r->when != NULL && !is_for_tokens(r))
			assert_true(has_field(r, r->when));
		for (f = r->fields; f != NULL && f->name != NULL; f++) {
			assert_true(f->in != 0);
			assert_non_null(f->help);
			if ((f->flags & FIELD_DISCARD) != 0)
				continue;
			if (f->offset + size_of(f->type) > r->in_size)
				fail_msg("%s %s", r->id, f->name);
			for (g = r->fields; g < f; g++)
				if ((g->flags & FIELD_DISCARD) == 0 &&
				    g->offset == f->offset)
					fail_msg("%s: %s and %s", r->id,
					    f->name, g->name);
		}
	}
}

static void
test_api_rows_declare_answers_and_keys(void **state)
{
	const struct route *r;

	(void)state;
	for (r = routes; r < end(); r++) {
		if ((r->need & IS_PAGE) != 0) {
			assert_null(r->reply);
			assert_int_equal(r->need & (NEED_KEY | NEED_SECRET |
			    NEED_TOKEN), 0);
			/* A form's POST is ours (S-101). */
			if (r->method != GET)
				assert_true((r->need & NEED_FORM) != 0);
			continue;
		}
		assert_non_null(r->reply);
		/* What holds nothing of anybody, and what a page asks. */
		if (strcmp(r->path, "/openapi.json") != 0 &&
		    strcmp(r->path, "/.well-known/jwks.json") != 0 &&
		    strcmp(r->path, "/altcha") != 0 &&
		    strcmp(r->path, "/smart/state") != 0)
			assert_true((r->need & (NEED_KEY | NEED_SECRET)) !=
			    0);
		assert_int_equal((r->need & NEED_SECRET) != 0,
		    strstr(r->path, "/manage/") != NULL ||
		    strstr(r->path, "/api/v2/") != NULL);
	}
}

static struct json *
operation(const struct route *r)
{
	struct json *path = json_get(json_get(api, "paths"), r->path);

	return json_get(path, str_lower(arena,
	    str_of(route_method(r->method))).p);
}

static bool
lists(const struct json *array, struct str text)
{
	size_t i;

	for (i = 0; i < json_length(array); i++)
		if (str_eq(json_string(json_at(array, i)), text))
			return true;
	return false;
}

static bool
lists_number(const struct json *array, int64_t n)
{
	size_t i;

	for (i = 0; i < json_length(array); i++)
		if (json_int(json_at(array, i)) == n)
			return true;
	return false;
}

static struct json *
walk(struct json *j, const char *path)
{
	struct str rest = str_of(path), part;
	int64_t n;

	while (str_split(&rest, '.', &part))
		j = json_type(j) == JSON_ARRAY &&
		    str_to_int(part, 0, 99, &n) ? json_at(j, (size_t)n) :
		    json_get(j, str_cstr(arena, part));
	return j;
}

static void
test_every_api_row_is_described(void **state)
{
	const struct route *r;
	struct json *op;

	(void)state;
	for (r = routes; r < end(); r++) {
		op = operation(r);
		if ((r->need & IS_PAGE) != 0) {
			assert_null(op);
			continue;
		}
		if (op == NULL || !lists(json_get(op, "x-doorward-rows"),
		    str_of(r->id)))
			fail_msg("%s is missing", r->id);
	}
}

/* Each value of a path is told, and stands in a section of the list. */
static void
test_paths_and_sections_are_told(void **state)
{
	const struct route *r;
	struct json *op, *list, *all = json_get(api, "tags");
	struct str name, section;
	size_t i, k, n;

	(void)state;
	for (r = routes; r < end(); r++) {
		if ((r->need & IS_PAGE) != 0)
			continue;
		op = operation(r);
		section = json_string(walk(op, "tags.0"));
		for (i = n = 0; i < json_length(all); i++)
			n += str_eq(json_string(walk(json_at(all, i),
			    "name")), section);
		assert_int_equal(n, 1);
		for (i = 0; i < json_length(all); i++)
			assert_true(str_present(json_string(walk(
			    json_at(all, i), "description"))));
		list = json_get(op, "parameters");
		for (k = n = 0; k < json_length(list); k++) {
			name = json_string(json_get(json_at(list, k), "in"));
			if (!str_eq(name, STR("path")))
				continue;
			n++;
			assert_true(str_present(json_string(json_get(
			    json_at(list, k), "description"))));
		}
		for (i = 0; r->path[i] != '\0'; i++)
			n -= r->path[i] == '{';
		assert_int_equal(n, 0);
	}
}

static void
test_pages_are_listed_for_the_coverage_check(void **state)
{
	struct json *list = json_get(api, "x-doorward-pages"), *one;
	const struct route *r;
	size_t n = 0;

	(void)state;
	for (r = routes; r < end(); r++) {
		if ((r->need & IS_PAGE) == 0)
			continue;
		one = json_at(list, n++);
		assert_str(json_string(json_get(one, "path")), r->path);
		assert_str(json_string(json_get(one, "method")),
		    route_method(r->method));
	}
	assert_int_equal(json_length(list), n);
}

static void
test_every_documented_error_stands_under_its_status(void **state)
{
	const struct route *r;
	const enum err *e;
	struct json *codes;
	const char *path;

	(void)state;
	for (r = routes; r < end(); r++) {
		for (e = r->errors; e != NULL && *e != ERR_OK; e++) {
			path = str_printf(arena, "responses.%d.content",
			    problem_status(*e)).p;
			codes = walk(json_get(walk(operation(r), path),
			    "application/json"),
			    "schema.allOf.1.properties.ErrorCode.enum");
			if (!lists_number(codes, problem_code(*e)))
				fail_msg("%s: %s", r->id, err_name(*e));
		}
	}
}

static void
test_answers_hold_nothing_that_is_not_declared(void **state)
{
	struct json *schema;

	(void)state;
	schema = walk(json_get(json_get(walk(api,
	    "paths./identity/v2/auth/login"), "post"), "responses"),
	    "200.content");
	schema = json_get(json_get(schema, "application/json"), "schema");
	assert_int_equal(json_type(json_get(schema,
	    "additionalProperties")), JSON_BOOL);
	assert_false(json_bool(json_get(schema, "additionalProperties")));
	assert_str(json_string(walk(schema, "properties.Profile.$ref")),
	    "#/components/schemas/Profile");
	assert_true(lists(json_get(schema, "required"),
	    STR("access_token")));
	schema = walk(api, "components.schemas.Profile");
	assert_int_equal(json_type(walk(schema, "properties.Uid")),
	    JSON_OBJECT);
	assert_false(json_bool(json_get(schema, "additionalProperties")));
	schema = walk(api, "components.schemas.Error");
	assert_true(lists(json_get(schema, "required"), STR("ErrorCode")));
	assert_false(lists(json_get(schema, "required"), STR("Data")));
}

/* Rows of one path may differ in this: each finds its own. */
static bool
is_met_by(const struct route *r, const struct json *set)
{
	return (json_get(set, "apiSecret") != NULL) ==
	    ((r->need & NEED_SECRET) != 0) &&
	    (json_get(set, "accessToken") != NULL) ==
	    ((r->need & NEED_TOKEN) != 0) &&
	    (json_get(set, "apiKey") != NULL) ==
	    ((r->need & (NEED_KEY | NEED_SECRET)) != 0);
}

static void
test_security_follows_what_the_row_needs(void **state)
{
	const struct route *r;
	struct json *list;
	size_t i;

	(void)state;
	for (r = routes; r < end(); r++) {
		if ((r->need & IS_PAGE) != 0)
			continue;
		list = walk(operation(r), "security");
		for (i = 0; i < json_length(list); i++)
			if (is_met_by(r, json_at(list, i)))
				break;
		assert_true(i < json_length(list));
	}
}

static void
test_text_is_json_and_the_same_each_time(void **state)
{
	static const struct config cfg = { .site_name = { "x", 1 } };
	struct str one, two;

	(void)state;
	one = openapi_text(arena, &cfg);
	two = openapi_text(arena, &cfg);
	assert_true(one.len > 0 && one.len < LIMIT_RESPONSE);
	assert_true(str_eq(one, two));
	assert_int_equal(json_check(one, 32, 1000000), JSON_FINE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_rows_have_ids_of_their_own_and_plain_paths),
		cmocka_unit_test(
		    test_rows_of_one_path_agree_on_what_comes_before_the_body),
		cmocka_unit_test(test_every_row_can_be_reached),
		cmocka_unit_test(test_fields_stay_within_their_struct),
		cmocka_unit_test(test_api_rows_declare_answers_and_keys),
		cmocka_unit_test(test_every_api_row_is_described),
		cmocka_unit_test(test_paths_and_sections_are_told),
		cmocka_unit_test(test_pages_are_listed_for_the_coverage_check),
		cmocka_unit_test(
		    test_every_documented_error_stands_under_its_status),
		cmocka_unit_test(
		    test_answers_hold_nothing_that_is_not_declared),
		cmocka_unit_test(test_security_follows_what_the_row_needs),
		cmocka_unit_test(test_text_is_json_and_the_same_each_time),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
