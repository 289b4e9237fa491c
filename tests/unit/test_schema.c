#include "unit.h"

#include <unistd.h>

#include "base/config.h"
#include "base/ctx.h"
#include "codec/json.h"
#include "domain/profile.h"
#include "domain/profile_internal.h"
#include "domain/schema.h"

#define NOW	1772366400	/* 2026-03-01T12:00:00Z */

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char file[64];

static int
setup(void **state)
{
	(void)state;
	arena = arena_new();
	cfg = (struct config){ .login_fold_local_part = true };
	ctx_init(&ctx, arena, &cfg);
	ctx.now_s = NOW;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	if (file[0] != '\0')
		unlink(file);
	file[0] = '\0';
	return 0;
}

static enum err
open_schema(const char *text)
{
	FILE *f;
	int fd;

	if (file[0] == '\0') {
		snprintf(file, sizeof(file), "/tmp/doorward-schema-XXXXXX");
		fd = mkstemp(file);
		assert_true(fd >= 0);
		close(fd);
	}
	f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	cfg.registration_schema_file = str_of(file);
	ctx.schema = NULL;
	ctx.err = (struct err_detail){ .code = ERR_OK };
	return schema_open(&ctx, arena);
}

#define FIELDS \
	"[{\"name\":\"emailid\",\"type\":\"email\",\"rules\":\"required|" \
	"valid_email|custom_validation[@example\\\\.com$###Use your address " \
	"at work.]\"}," \
	"{\"name\":\"password\",\"type\":\"password\",\"rules\":" \
	"\"required\"}," \
	"{\"Name\":\"firstname\",\"Display\":\"Given name\"," \
	"\"Type\":\"string\"," \
	"\"Rules\":\"required|min_length[2]|max_length[10]\"}," \
	"{\"name\":\"BirthDate\"}," \
	"{\"name\":\"Gender\",\"rules\":\"\",\"permission\":\"w\"}," \
	"{\"name\":\"cf_size\",\"type\":\"option\",\"options\":[" \
	"{\"value\":\"s\",\"text\":\"Small\"},{\"value\":\"l\"}]}," \
	"{\"name\":\"cf_terms\",\"type\":\"multi\",\"rules\":\"required\"}," \
	"{\"name\":\"cf_member\",\"type\":\"string\",\"rules\":\"numeric\"," \
	"\"permission\":\"r\",\"hint\":\"On your card.\"}," \
	"{\"name\":\"city\",\"parent\":\"Addresses\",\"rules\":\"required\"}," \
	"{\"name\":\"IsEmailSubscribed\"}," \
	"{\"name\":\"Country\",\"permission\":\"r\"}," \
	"{\"name\":\"FollowersCount\"}," \
	"{\"name\":\"About\"}]"

static struct json *
parse(const char *text)
{
	enum json_fault fault;
	struct json *j = json_parse(arena, str_of(text), &fault);

	if (j == NULL)
		fail_msg("not JSON (%d): %s", fault, text);
	return j;
}

static const struct schema_field *
field(const char *path)
{
	const struct schema *s = schema_of(&ctx);
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->field[i].path, path) == 0)
			return &s->field[i];
	fail_msg("no field %s", path);
	return NULL;
}

static void
test_fields_are_read_with_words_types_and_rules(void **state)
{
	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	assert_str(field("FirstName")->label, "Given name");
	assert_int_equal(field("FirstName")->rules.min_length, 2);
	assert_int_equal(field("BirthDate")->type, SCHEMA_DATE);
	assert_str(field("BirthDate")->label, "Birth date");
	assert_int_equal(field("Gender")->type, SCHEMA_SELECT);
	assert_int_equal(field("Gender")->n_options, 3);
	assert_int_equal(field("CustomFields.size")->n_options, 2);
	assert_str(field("CustomFields.size")->option[1].text, "l");
	assert_string_equal(field("CustomFields.size")->input, "cf_size");
	assert_false(field("CustomFields.member")->writable);
	assert_str(field("CustomFields.member")->hint, "On your card.");
	assert_int_equal(field("Addresses.City")->place, SCHEMA_INNER);
	assert_int_equal(field("IsEmailSubscribed")->type, SCHEMA_CHECK);
	assert_int_equal(field("FollowersCount")->type, SCHEMA_NUMBER);
	assert_int_equal(field("About")->type, SCHEMA_LINES);
	assert_int_equal(field("Email")->place, SCHEMA_ADDRESS);
	assert_true(schema_has_custom(&ctx, STR("size")));
	assert_false(schema_has_custom(&ctx, STR("Size")));
	assert_int_equal(open_schema("{\"RegistrationFormSchema\":" FIELDS
	    "}"), ERR_OK);
}

static void
test_what_cannot_be_meant_stops_the_start(void **state)
{
	static const char *const t[][2] = {
		{ "", "JSON array" }, { "{}", "JSON array" },
		{ "[1]", "without a name" }, { "[{}]", "without a name" },
		{ "[{\"name\":\"Roles\"}]", "Roles" },
		{ "[{\"name\":\"Nonsense\"}]", "Nonsense" },
		{ "[{\"name\":\"City\",\"parent\":\"Roles\"}]", "City" },
		{ "[{\"name\":\"Nope\",\"parent\":\"Addresses\"}]", "Nope" },
		{ "[{\"name\":\"City\"},{\"name\":\"city\"}]", "twice" },
		{ "[{\"name\":\"City\",\"type\":\"blob\"}]", "type" },
		{ "[{\"name\":\"City\",\"type\":\"option\"}]", "options" },
		{ "[{\"name\":\"City\",\"options\":[{}]}]", "options" },
		{ "[{\"name\":\"City\",\"rules\":\"nope\"}]", "nope" },
		{ "[{\"name\":\"City\",\"permission\":\"x\"}]",
		    "permission" },
		{ "[{\"name\":\"password\",\"rules\":\"min_length[9]\"}]",
		    "password.rules" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		if (open_schema(t[i][0]) != ERR_CONFIG)
			fail_msg("%s is taken", t[i][0]);
		if (strstr(ctx.err.note, t[i][1]) == NULL ||
		    strstr(ctx.err.note, file) == NULL)
			fail_msg("%s: %s", t[i][0], ctx.err.note);
	}
	cfg.registration_schema_file = STR("/nowhere/at/all.json");
	assert_int_equal(schema_open(&ctx, arena), ERR_CONFIG);
	assert_non_null(strstr(ctx.err.note, "/nowhere/at/all.json"));
}

static void
test_without_a_file_the_settings_are_the_schema(void **state)
{
	static const struct str custom[] = { { "plan", 4 }, { "shirt", 5 } };
	static const struct str required[] = { { "city", 4 }, { "plan", 4 } };
	static const struct str wrong[] = { { "Nonsense", 8 } };

	(void)state;
	cfg.registration_custom_fields = (struct list){ custom, 2 };
	cfg.registration_required_fields = (struct list){ required, 2 };
	assert_int_equal(schema_open(&ctx, arena), ERR_OK);
	assert_true(field("City")->rules.required);
	assert_true(field("City")->at_signup);
	assert_true(field("CustomFields.plan")->rules.required);
	assert_false(field("CustomFields.shirt")->at_signup);
	assert_false(field("FirstName")->at_signup);
	cfg.registration_required_fields = (struct list){ wrong, 1 };
	assert_int_equal(schema_open(&ctx, arena), ERR_CONFIG);
	assert_non_null(strstr(ctx.err.note, "Nonsense"));
}

static const struct err_field *
refused(const char *body)
{
	struct str document;
	bool filled;

	ctx.err = (struct err_detail){ .code = ERR_OK };
	if (profile_from_registration(&ctx, parse(body), &document, &filled)
	    != ERR_VALIDATION)
		fail_msg("taken: %s", body);
	return ctx.err.fields;
}

#define GOOD \
	"\"Addresses\":[{\"City\":\"Rome\"}]," \
	"\"CustomFields\":{\"terms\":\"true\"}"

static void
test_a_registration_is_judged_by_every_field(void **state)
{
	const struct err_field *f;
	struct str document;
	bool filled = false;

	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	f = refused("{}");
	assert_string_equal(f->name, "FirstName");
	assert_string_equal(f->message, "This is required.");
	assert_string_equal(f->next->name, "CustomFields.terms");
	assert_string_equal(f->next->message, "This must be ticked.");
	assert_string_equal(f->next->next->name, "Addresses.City");
	assert_null(f->next->next->next);
	f = refused("{\"FirstName\":\"\",\"Addresses\":[{\"Type\":\"Work\"}],"
	    "\"CustomFields\":{\"terms\":\"false\"}}");
	assert_string_equal(f->name, "FirstName");
	assert_string_equal(f->next->message, "This must be ticked.");
	assert_string_equal(f->next->next->name, "Addresses.City");
	f = refused("{\"FirstName\":\"A\"," GOOD "}");
	assert_string_equal(f->message, "Use at least 2 characters.");
	assert_null(f->next);
	f = refused("{\"FirstName\":\"Ada\",\"Addresses\":[{\"City\":\"x\"}],"
	    "\"CustomFields\":{\"terms\":\"true\",\"size\":\"xl\","
	    "\"member\":\"12a\"}}");
	assert_string_equal(f->name, "CustomFields.size");
	assert_string_equal(f->message, "Choose one of the list.");
	assert_string_equal(f->next->message, "Use only digits.");
	assert_int_equal(profile_from_registration(&ctx,
	    parse("{\"FirstName\":\"Ada\"," GOOD "}"), &document, &filled),
	    ERR_OK);
	assert_true(filled);
	assert_int_equal(profile_from_registration(&ctx,
	    parse("{\"FirstName\":\"Ada\",\"CustomFields\":{\"x\":\"1\"}}"),
	    &document, &filled), ERR_VALIDATION);
	assert_int_equal(profile_from_registration(&ctx,
	    parse("{\"FirstName\":\"Ada\",\"Addresses\":[{\"City\":\"Rome\"}],"
	    "\"CustomFields\":{\"terms\":\"true\",\"x\":\"1\"}}"), &document,
	    &filled), ERR_CUSTOM_FIELD);
}

static enum err
update(const char *stored, const char *body, bool nulls, struct json **out)
{
	*out = parse(stored);
	ctx.err = (struct err_detail){ .code = ERR_OK };
	return profile_judge(&ctx, parse(body), nulls, *out);
}

static void
test_an_update_is_judged_by_what_it_changes(void **state)
{
	struct json *d;

	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	assert_int_equal(update("{}", "{\"About\":\"x\"}", false, &d),
	    ERR_OK);
	assert_int_equal(update("{\"FirstName\":\"A\"}",
	    "{\"FirstName\":\"A\"}", false, &d), ERR_OK);
	assert_int_equal(update("{\"FirstName\":\"Ada\"}",
	    "{\"FirstName\":\"A\"}", false, &d), ERR_VALIDATION);
	assert_int_equal(update("{\"FirstName\":\"Ada\"}",
	    "{\"FirstName\":\"\"}", false, &d), ERR_VALIDATION);
	assert_int_equal(update("{\"FirstName\":\"Ada\"}",
	    "{\"FirstName\":null}", true, &d), ERR_VALIDATION);
	assert_string_equal(ctx.err.fields->name, "FirstName");
	assert_int_equal(update("{\"FirstName\":\"Ada\"}",
	    "{\"FirstName\":null}", false, &d), ERR_OK);
}

/* S-044 */
static void
test_what_is_not_for_its_owner_to_write_stays(void **state)
{
	struct json *d;

	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	assert_int_equal(update("{\"CustomFields\":{\"member\":\"1\"}}",
	    "{\"CustomFields\":{\"member\":\"2\",\"size\":\"s\"},"
	    "\"Country\":{\"Name\":\"Norway\"}}", false, &d), ERR_OK);
	assert_str(json_text(arena, d, false),
	    "{\"CustomFields\":{\"member\":\"1\",\"size\":\"s\"}}");
}

static void
test_a_form_becomes_a_body(void **state)
{
	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	assert_str(json_text(arena, schema_body(&ctx, parse("{\"FirstName\":"
	    "\"Ada\",\"BirthDate\":\"1990-12-31\",\"Gender\":\"\","
	    "\"cf_terms\":\"on\",\"Addresses.City\":\"Rome\","
	    "\"Country\":\"Norway\",\"FollowersCount\":\"7\",\"email\":"
	    "\"a@example.com\"}"), NULL), false),
	    "{\"email\":\"a@example.com\",\"FirstName\":\"Ada\","
	    "\"BirthDate\":\"12-31-1990\",\"CustomFields\":{\"terms\":"
	    "\"true\"},\"Addresses\":[{\"City\":\"Rome\"}],"
	    "\"IsEmailSubscribed\":false,\"Country\":{\"Name\":\"Norway\"},"
	    "\"FollowersCount\":7}");
	/* Only what may be written; what was emptied is null; the rest of an
	 * address stays. */
	assert_str(json_text(arena, schema_body(&ctx, parse("{\"FirstName\":"
	    "\"\",\"BirthDate\":\"12/31/1990\",\"cf_member\":\"9\",\"City\":"
	    "\"x\",\"Addresses.City\":\"\",\"About\":\"a\"}"),
	    parse("{\"Addresses\":[{\"Type\":\"Home\",\"City\":\"Rome\","
	    "\"State\":\"RM\"}]}")), false),
	    "{\"FirstName\":null,\"BirthDate\":\"12/31/1990\","
	    "\"Gender\":null,\"CustomFields\":{\"size\":null,\"terms\":"
	    "\"false\"},\"Addresses\":[{\"Type\":\"Home\",\"City\":null,"
	    "\"State\":\"RM\"}],\"IsEmailSubscribed\":false,"
	    "\"FollowersCount\":null,\"About\":\"a\"}");
}

static void
test_inputs_show_what_the_profile_has(void **state)
{
	struct json *p = parse("{\"FirstName\":\"Ada\",\"BirthDate\":"
	    "\"12-31-1990\",\"IsEmailSubscribed\":true,\"CustomFields\":"
	    "{\"size\":\"s\"},\"Addresses\":[{\"Type\":\"Work\",\"City\":"
	    "\"Oslo\"},{\"Type\":\"default\",\"City\":\"Rome\"}],\"Country\":"
	    "{\"Code\":\"NO\",\"Name\":\"Norway\"},\"FollowersCount\":0}");

	(void)state;
	assert_int_equal(open_schema(FIELDS), ERR_OK);
	assert_str(schema_value(&ctx, field("FirstName"), p), "Ada");
	assert_str(schema_value(&ctx, field("BirthDate"), p), "1990-12-31");
	assert_str(schema_value(&ctx, field("IsEmailSubscribed"), p), "true");
	assert_str(schema_value(&ctx, field("CustomFields.size"), p), "s");
	assert_str(schema_value(&ctx, field("CustomFields.terms"), p), "");
	assert_str(schema_value(&ctx, field("Addresses.City"), p), "Rome");
	assert_str(schema_value(&ctx, field("Country"), p), "Norway");
	assert_str(schema_value(&ctx, field("About"), p), "");
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_fields_are_read_with_words_types_and_rules),
		T(test_what_cannot_be_meant_stops_the_start),
		T(test_without_a_file_the_settings_are_the_schema),
		T(test_a_registration_is_judged_by_every_field),
		T(test_an_update_is_judged_by_what_it_changes),
		T(test_what_is_not_for_its_owner_to_write_stays),
		T(test_a_form_becomes_a_body),
		T(test_inputs_show_what_the_profile_has)
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
