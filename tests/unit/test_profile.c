#include "unit.h"

#include "base/config.h"
#include "base/ctx.h"
#include "base/limits.h"
#include "codec/json.h"
#include "domain/country.h"
#include "domain/profile.h"
#include "domain/profile_internal.h"

#define NOW	1772366400	/* 2026-03-01T12:00:00Z */

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;

static int
setup(void **state)
{
	static const struct str fields[] = { { "plan", 4 }, { "shirt", 5 } };

	(void)state;
	arena = arena_new();
	cfg = (struct config){
		.login_fold_local_part = true,
		.registration_custom_fields = { fields, COUNT(fields) }
	};
	ctx_init(&ctx, arena, &cfg);
	ctx.now_s = NOW;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct json *
parse(const char *text)
{
	enum json_fault fault;
	struct json *j = json_parse(arena, str_of(text), &fault);

	if (j == NULL)
		fail_msg("not JSON (%d): %s", fault, text);
	return j;
}

static const char *
text_of(const struct json *j)
{
	return json_text(arena, j, false).p;
}

/* The error of an update of the stored document by body. */
static enum err
judge(const char *stored, const char *body, bool null_support,
    struct json **out)
{
	*out = parse(stored);
	ctx.err = (struct err_detail){ .code = ERR_OK };
	return profile_judge(&ctx, parse(body), null_support, *out);
}

static void
assert_merged(const char *stored, const char *body, const char *result)
{
	struct json *d;
	struct str text;

	assert_int_equal(judge(stored, body, false, &d), ERR_OK);
	assert_int_equal(profile_document_text(&ctx, d, &text), ERR_OK);
	assert_string_equal(text.p, result);
}

static void
assert_refused(const char *body, enum err e, const char *field)
{
	struct json *d;

	if (judge("{}", body, false, &d) != e)
		fail_msg("%s: %s", body, err_name(ctx.err.code));
	assert_non_null(ctx.err.field);
	assert_string_equal(ctx.err.field, field);
	if (e == ERR_VALIDATION) {
		assert_non_null(ctx.err.fields);
		assert_string_equal(ctx.err.fields->name, field);
	}
}

static struct account
sample_account(const char *document)
{
	static struct account_email emails[3];

	emails[0] = (struct account_email){ STR("Primary"),
		STR("Ada@Example.com"), STR("ada@example.com"), 0 };
	emails[1] = (struct account_email){ STR("Work"),
		STR("ada@work.example"), STR("ada@work.example"), 1700000000 };
	emails[2] = (struct account_email){ STR("Home"),
		STR("ada@home.example"), STR("ada@home.example"), 0 };
	return (struct account){
		.uid = uid_new(1), .profile_id = uid_new(2),
		.state = ACCOUNT_ACTIVE, .created_s = 1700000000,
		.modified_s = 1700000100, .profile_version = 1,
		.registration_source = STR("API"),
		.profile = str_of(document), .emails = emails, .n_emails = 3
	};
}

static struct json *
shown(const char *document, const char *name)
{
	struct account a = sample_account(document);

	return json_get(profile_json(&ctx, &a), name);
}

/* Output */

struct counted { const struct json *profile; size_t n; };

static void
check_member(void *arg, const char *name, const char *type, bool nullable)
{
	struct counted *k = arg;
	struct json *v = json_get(k->profile, name);
	const char *is = "null";

	k->n++;
	if (v == NULL)
		fail_msg("%s is not there", name);
	switch (json_type(v)) {
	case JSON_BOOL:
		is = "boolean";
		break;
	case JSON_INT:
		is = "integer";
		break;
	case JSON_STRING:
		is = "string";
		break;
	case JSON_ARRAY:
		is = "array";
		break;
	case JSON_OBJECT:
		is = "object";
		break;
	case JSON_REAL:
		is = "number";
		break;
	case JSON_NULL:
		if (!nullable)
			fail_msg("%s is null", name);
		return;
	}
	if (strcmp(is, type) != 0)
		fail_msg("%s is %s, not %s", name, is, type);
}

/* api-user-password §3.1.2: every member is present, in its declared type. */
static void
test_profile_holds_every_member_in_its_type_for_an_empty_document(
    void **state)
{
	struct account a = sample_account("{}");
	struct counted k = { profile_json(&ctx, &a), 0 };

	(void)state;
	profile_members(check_member, &k);
	assert_true(k.n > 130);
	assert_int_equal(json_length(k.profile), k.n);
}

/* S-009 */
static void
test_s009_profile_shows_a_row_of_asterisks_for_a_password(void **state)
{
	struct account a = sample_account("{}");

	(void)state;
	assert_int_equal(json_type(json_get(profile_json(&ctx, &a),
	    "Password")), JSON_NULL);
	a.password_changed_s = NOW;
	assert_str(json_string(json_get(profile_json(&ctx, &a), "Password")),
	    "**********");
	assert_str(json_string(json_get(profile_json(&ctx, &a),
	    "LastPasswordChangeDate")), "2026-03-01T12:00:00.000Z");
}

static void
test_profile_shows_first_and_proven_addresses_as_email(void **state)
{
	(void)state;
	assert_string_equal(text_of(shown("{}", "Email")),
	    "[{\"Type\":\"Primary\",\"Value\":\"Ada@Example.com\"},"
	    "{\"Type\":\"Work\",\"Value\":\"ada@work.example\"}]");
	assert_string_equal(text_of(shown("{}", "UnverifiedEmail")),
	    "[{\"Type\":\"Home\",\"Value\":\"ada@home.example\"}]");
	assert_false(json_bool(shown("{}", "EmailVerified")));
}

static void
test_profile_derives_full_name_and_age(void **state)
{
	(void)state;
	assert_str(json_string(shown("{\"FirstName\":\"Ada\","
	    "\"LastName\":\"Roe\"}", "FullName")), "Ada Roe");
	assert_str(json_string(shown("{\"LastName\":\"Roe\"}", "FullName")),
	    "Roe");
	assert_int_equal(json_type(shown("{}", "FullName")), JSON_NULL);
	assert_str(json_string(shown("{\"BirthDate\":\"03-01-1990\"}",
	    "Age")), "36");
	assert_str(json_string(shown("{\"BirthDate\":\"03-02-1990\"}",
	    "Age")), "35");
}

static void
test_profile_completes_elements_of_arrays(void **state)
{
	(void)state;
	assert_string_equal(text_of(shown("{\"Addresses\":[{\"Type\":"
	    "\"Home\",\"City\":\"Berlin\"}]}", "Addresses")),
	    "[{\"Type\":\"Home\",\"Address1\":null,\"Address2\":null,"
	    "\"City\":\"Berlin\",\"State\":null,\"PostalCode\":null,"
	    "\"Region\":null,\"Country\":null}]");
	assert_string_equal(text_of(shown("{\"PlacesLived\":[{\"Name\":"
	    "\"Rome\"}]}", "PlacesLived")),
	    "[{\"Name\":\"Rome\",\"IsPrimary\":false}]");
}

static void
test_profile_shows_suspension_and_block(void **state)
{
	struct account a = sample_account("{}");
	struct json *j;

	(void)state;
	a.locked = true;
	a.state = ACCOUNT_BLOCKED;
	j = profile_json(&ctx, &a);
	assert_true(json_bool(json_get(j, "IsLoginLocked")));
	assert_str(json_string(json_get(j, "LoginLockedType")), "Suspend");
	assert_false(json_bool(json_get(j, "IsActive")));
}

/* Update */

static void
test_update_leaves_absent_members_and_keeps_the_tables_order(void **state)
{
	(void)state;
	assert_merged("{\"LastName\":\"Roe\",\"City\":\"Rome\"}",
	    "{\"city\":\"Oslo\",\"FIRSTNAME\":\"Ada\"}",
	    "{\"FirstName\":\"Ada\",\"LastName\":\"Roe\","
	    "\"City\":\"Oslo\"}");
}

/* S-044, F-36: generated from the table. */
static void
try_server_member(void *arg, const char *name, const char *type,
    bool nullable)
{
	static const char *const values[][2] = {
		{ "string", "\"x\"" }, { "boolean", "true" },
		{ "integer", "7" }, { "array", "[\"x\"]" },
		{ "object", "{\"Id\":\"x\"}" }
	};
	const struct member *m;
	struct json *d;
	size_t i;

	(void)arg;
	(void)nullable;
	for (m = profile_table; strcmp(m->name, name) != 0; m++)
		;
	if ((m->flags & BY_USER) != 0)
		return;
	for (i = 0; i < COUNT(values); i++) {
		if (strcmp(values[i][0], type) != 0)
			continue;
		assert_int_equal(judge("{}", str_printf(arena,
		    "{\"%s\":%s}", name, values[i][1]).p, true, &d), ERR_OK);
		assert_int_equal(json_length(d), 0);
	}
}

static void
test_s044_f36_server_members_are_passed_over(void **state)
{
	static const char *const servers[] = { "Uid", "EmailVerified",
		"IsActive", "Roles", "NoOfLogins", "CreatedDate", "ID",
		"PhoneIdVerified", "IsDeleted", "Identities", "FullName",
		"PreviousUids", "Provider", "PrivacyPolicy",
		"ConsentProfile", "ProviderAccessCredential", "ExternalIds",
		"Password", "Email", "UserName", "PIN", "SessionLimit" };
	const struct member *m;
	size_t i;

	(void)state;
	profile_members(try_server_member, NULL);
	for (i = 0; i < COUNT(servers); i++) {
		for (m = profile_table; strcmp(m->name, servers[i]) != 0; m++)
			assert_non_null(m->name);
		if ((m->flags & BY_USER) != 0)
			fail_msg("%s is a user's to write", m->name);
	}
}

static void
test_update_ignores_null_without_null_support(void **state)
{
	struct json *d;

	(void)state;
	assert_merged("{\"City\":\"Rome\"}", "{\"City\":null}",
	    "{\"City\":\"Rome\"}");
	assert_int_equal(judge("{\"City\":\"Rome\",\"Quota\":\"1\","
	    "\"Addresses\":[{\"Type\":\"Home\"}]}", "{\"City\":null,"
	    "\"Quota\":null,\"Addresses\":null}", true, &d), ERR_OK);
	assert_string_equal(text_of(d), "{\"Quota\":\"1\"}");
}

/* S-118: each shape with each wrong type. */
static void
test_s118_wrong_types_name_the_member(void **state)
{
	static const struct { const char *name, *right; } members[] = {
		{ "FirstName", "\"Ada\"" }, { "Website", "\"\"" },
		{ "BirthDate", "\"1/2/1990\"" }, { "Gender", "\"m\"" },
		{ "About", "\"x\"" }, { "IsProtected", "true" },
		{ "FollowersCount", "1" }, { "AgeRange", "{\"Min\":1}" },
		{ "Country", "{\"Code\":\"DE\"}" },
		{ "Suggestions", "{}" }, { "InterestedIn", "[\"x\"]" },
		{ "Skills", "[{}]" }, { "Addresses", "[{}]" },
		{ "ProfileImageUrls", "{}" }, { "CustomFields", "{}" }
	};
	static const char *const values[] = { "\"text\"", "1", "1.5", "true",
		"[1]", "[[]]", "{}" };
	static const char kinds[] = "\"1.t[[{";
	struct json *d;
	size_t i, k;
	char right;

	(void)state;
	for (i = 0; i < COUNT(members); i++) {
		assert_int_equal(judge("{}", str_printf(arena,
		    "{\"%s\":%s}", members[i].name, members[i].right).p,
		    false, &d), ERR_OK);
		right = members[i].right[0];
		for (k = 0; k < COUNT(values); k++) {
			if (kinds[k] == right && right != '[')
				continue;
			assert_refused(str_printf(arena, "{\"%s\":%s}",
			    members[i].name, values[k]).p, ERR_BODY_SHAPE,
			    members[i].name);
		}
	}
	assert_refused("{\"AgeRange\":{\"Min\":\"1\"}}", ERR_BODY_SHAPE,
	    "AgeRange.Min");
	assert_refused("{\"PlacesLived\":[{\"Name\":7}]}", ERR_BODY_SHAPE,
	    "PlacesLived.Name");
}

/* S-116 */
static void
test_s116_two_spellings_with_two_values_are_refused(void **state)
{
	(void)state;
	assert_refused("{\"City\":\"a\",\"city\":\"b\"}", ERR_BODY_SHAPE,
	    "City");
	assert_merged("{}", "{\"City\":\"a\",\"city\":\"a\"}",
	    "{\"City\":\"a\"}");
	assert_refused("{\"Skills\":[{\"Id\":\"1\",\"ID\":\"2\"}]}",
	    ERR_BODY_SHAPE, "Id");
}

static const char *
repeated(const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, arena, n * strlen(s) + 1);
	while (n-- > 0)
		buf_cstr(&b, s);
	return buf_view(&b).p;
}

/* S-120 */
static void
test_s120_texts_are_limited_in_code_points(void **state)
{
	static const char rocket[] = "\xf0\x9f\x9a\x80";
	struct json *d;

	(void)state;
	assert_int_equal(judge("{}", str_printf(arena, "{\"About\":\"%s\"}",
	    repeated(rocket, 1000)).p, false, &d), ERR_OK);
	assert_int_equal(json_string(json_get(d, "About")).len, 4000);
	assert_refused(str_printf(arena, "{\"About\":\"%s\"}",
	    repeated(rocket, 1001)).p, ERR_VALIDATION, "About");
}

static void
test_s120_arrays_are_limited_to_100_elements(void **state)
{
	struct json *d;

	(void)state;
	assert_int_equal(judge("{}", str_printf(arena,
	    "{\"InterestedIn\":[%s\"x\"]}", repeated("\"x\",", 99)).p, false,
	    &d), ERR_OK);
	assert_refused(str_printf(arena, "{\"InterestedIn\":[%s\"x\"]}",
	    repeated("\"x\",", 100)).p, ERR_VALIDATION, "InterestedIn");
}

static void
test_s120_a_document_stays_within_what_can_be_read_again(void **state)
{
	struct json *d = parse("{}"), *many = json_new_array(arena);
	struct json *one;
	struct str text;
	size_t i;

	(void)state;
	for (i = 0; i < LIMIT_JSON_MEMBERS; i++) {
		one = json_new_object(arena);
		json_set_cstr(one, "Name", "x");
		json_append(many, one);
	}
	json_set(d, "Skills", many);
	assert_int_equal(profile_document_text(&ctx, d, &text),
	    ERR_VALIDATION);
}

/* S-117 */
static void
test_s117_control_characters_are_refused_in_one_line(void **state)
{
	struct json *d;

	(void)state;
	assert_refused("{\"FirstName\":\"a\\r\\nBcc: x\"}", ERR_VALIDATION,
	    "FirstName");
	assert_refused("{\"FirstName\":\"a\\u0085b\"}", ERR_VALIDATION,
	    "FirstName");
	assert_refused("{\"About\":\"a\\u0007\"}", ERR_VALIDATION, "About");
	assert_int_equal(judge("{}", "{\"About\":\"a\\n\\tb\"}", false, &d),
	    ERR_OK);
	assert_str(json_string(json_get(d, "About")), "a\n\tb");
}

/* F-07, S-015 */
static void
test_f07_four_byte_characters_are_kept_byte_for_byte(void **state)
{
	static const char name[] = "Ada \xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd"
	    "\xe2\x80\x8d\xf0\x9f\x9a\x80 \xe2\x80\xae";
	struct json *d;
	struct str text;

	(void)state;
	assert_int_equal(judge("{}", str_printf(arena,
	    "{\"FirstName\":\"%s\"}", name).p, false, &d), ERR_OK);
	assert_int_equal(profile_document_text(&ctx, d, &text), ERR_OK);
	assert_str(json_string(shown(text.p, "FirstName")), name);
}

/* S-122 */
static void
test_s122_urls_are_http_or_https_alone(void **state)
{
	static const char *const bad[] = { "javascript:alert(1)",
		"ftp://example.com", "//example.com", "http:", "http://",
		"https:///x", "data:text/html,x", " https://example.com",
		"https://example.com/<b>", "https://exa mple.com",
		"vbscript:x", "HTTPS:example.com", "https:\\\\\\\\example.com",
		"https://\\\\example.com" };
	struct json *d;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		assert_refused(str_printf(arena, "{\"Website\":\"%s\"}",
		    bad[i]).p, ERR_VALIDATION, "Website");
		assert_refused(str_printf(arena,
		    "{\"WebProfiles\":{\"x\":\"%s\"}}", bad[i]).p,
		    ERR_VALIDATION, "WebProfiles");
		assert_refused(str_printf(arena,
		    "{\"MemberUrlResources\":[{\"Url\":\"%s\"}]}",
		    bad[i]).p, ERR_VALIDATION, "MemberUrlResources.Url");
	}
	assert_int_equal(judge("{\"Website\":\"http://a.example\"}",
	    "{\"ImageUrl\":\"HTTPS://example.com/\xc3\xbc?x=1#y\","
	    "\"Website\":\"\"}", false, &d), ERR_OK);
	assert_string_equal(text_of(d),
	    "{\"ImageUrl\":\"HTTPS://example.com/\xc3\xbc?x=1#y\"}");
}

static void
test_birth_dates_are_read_in_four_forms(void **state)
{
	static const char *const good[] = { "04-01-1990", "04/01/1990",
		"4-1-1990", "4/1/1990" };
	static const char *const bad[] = { "1990-04-01", "13-01-1990",
		"02-30-1990", "4-1-90", "4-1/1990", "4-1-1990-", "x", "4--1990",
		"-4-1-1990", "03-02-2026", "4-1-1990 ", "+4-1-1990" };
	struct json *d;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		assert_int_equal(judge("{}", str_printf(arena,
		    "{\"BirthDate\":\"%s\"}", good[i]).p, false, &d), ERR_OK);
		assert_str(json_string(json_get(d, "BirthDate")),
		    "04-01-1990");
	}
	for (i = 0; i < COUNT(bad); i++)
		assert_refused(str_printf(arena, "{\"BirthDate\":\"%s\"}",
		    bad[i]).p, ERR_BIRTH_DATE, "BirthDate");
	assert_merged("{\"BirthDate\":\"04-01-1990\"}",
	    "{\"BirthDate\":\"\"}", "{}");
}

static void
test_minimum_age_holds_to_the_day(void **state)
{
	struct json *d;

	(void)state;
	cfg.registration_minimum_age = 16;
	assert_int_equal(judge("{}", "{\"BirthDate\":\"3/1/2010\"}", false,
	    &d), ERR_OK);
	assert_refused("{\"BirthDate\":\"3/2/2010\"}", ERR_UNDER_AGE,
	    "BirthDate");
}

static void
test_gender_is_one_of_the_documented_words(void **state)
{
	assert_merged("{}", "{\"Gender\":\"Female\"}",
	    "{\"Gender\":\"Female\"}");
	(void)state;
	assert_refused("{\"Gender\":\"x\"}", ERR_VALIDATION, "Gender");
}

static void
test_subscription_flag_takes_numbers_and_texts(void **state)
{
	static const char *const yes[] = { "true", "1", "\"true\"", "\"1\"" };
	static const char *const no[] = { "false", "0", "\"false\"",
		"\"0\"" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(yes); i++) {
		assert_merged("{}", str_printf(arena,
		    "{\"IsEmailSubscribed\":%s}", yes[i]).p,
		    "{\"IsEmailSubscribed\":true}");
		assert_merged("{}", str_printf(arena,
		    "{\"IsEmailSubscribed\":%s}", no[i]).p,
		    "{\"IsEmailSubscribed\":false}");
	}
	assert_refused("{\"IsEmailSubscribed\":2}", ERR_BODY_SHAPE,
	    "IsEmailSubscribed");
}

static void
test_counters_are_bounded(void **state)
{
	(void)state;
	assert_merged("{}", "{\"FriendsCount\":2147483647}",
	    "{\"FriendsCount\":2147483647}");
	assert_refused("{\"FriendsCount\":2147483648}", ERR_VALIDATION,
	    "FriendsCount");
	assert_refused("{\"FriendsCount\":-1}", ERR_VALIDATION,
	    "FriendsCount");
}

static void
test_all_faulty_members_are_listed_at_once(void **state)
{
	struct json *d;

	(void)state;
	assert_int_equal(judge("{}", "{\"Gender\":\"x\",\"Website\":\"y\"}",
	    false, &d), ERR_VALIDATION);
	assert_string_equal(ctx.err.fields->name, "Gender");
	assert_string_equal(ctx.err.fields->next->name, "Website");
	assert_null(ctx.err.fields->next->next);
}

/* The text beside the tree */

static void
assert_text(const char *document)
{
	struct account a = sample_account(document);
	struct str text = profile_text(&ctx, &a);

	if (!str_eq(text, json_text(arena, profile_json(&ctx, &a), true)))
		fail_msg("%s: %s", document, text.p);
	assert_int_equal(text.len, strlen(text.p));
}

/* S-103: the words that two SDKs search stand in no success. */
static void
test_the_text_is_that_of_the_tree(void **state)
{
	static const char *const documents[] = {
		"{}", "{\"FirstName\":\"Ada\"}",
		"{\"FirstName\":\"a \\\"b\\\" \\\\\",\"LastName\":\"\\u003C\"}",
		"{\"About\":\"a description, errorCode, Description\"}",
		"{\"About\":\"deer, eroded > decide\",\"Honors\":\"d\"}",
		"{\"Badges\":[{\"BadgeId\":\"1\",\"Description\":\"x\"},"
		"{\"Name\":\"description\"}]}",
		"{\"Badges\":[{\"BadgeId\":\"1\",\"\\u0044escription\":"
		"\"a \\u0064escription\"}],\"MemberUrlResources\":[]}",
		"{\"BirthDate\":\"02-29-1988\",\"FollowersCount\":7}",
		"{\"Country\":{\"Code\":\"NO\",\"Name\":\"Norway\"},"
		"\"AgeRange\":{\"Max\":9},\"InterestedIn\":[\"a\",\"]\"]}",
		"{\"Positions\":[{\"Position\":\"x\",\"Company\":{\"Type\":"
		"\"}\"}},{}]}",
		/* in no order, and what no table has */
		"{\"LastName\":\"B\",\"FirstName\":\"A\",\"Gone\":1}",
		"{\"Addresses\":[{\"City\":\"Rome\",\"Type\":\"Home\"}]}",
		"{\"MutualFriends\":[{\"FirstName\":\"Eve\"}]}",
		"{\"CustomFields\":{\"plan\":\"}\\\"{\"}}",
		/* not ours at all */
		"", "{", "[]", "{\"FirstName\":", "{\"FirstName\":\"a}",
		"{ \"FirstName\" : \"Ada\" }", "{\"Addresses\":[1]}",
		"{\"FirstName\":\"Ada\"}x", "{\"FirstName\":\"a\\"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(documents); i++)
		assert_text(documents[i]);
}

static const char *
full_profile(void)
{
	static char text[16384];
	char path[512];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/bench/profile.json",
	    getenv("top_srcdir") != NULL ? getenv("top_srcdir") : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	assert_true(n > 5000);
	return text;
}

static void
test_the_text_of_a_full_profile_is_that_of_the_tree(void **state)
{
	(void)state;
	assert_text(full_profile());
}

/* Some members gone, some null, some with what must be escaped. */
struct thinning { struct json *out; unsigned one_in; };

static unsigned
draw(unsigned below)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x % below);
}

static struct json *thinned(const struct json *j, unsigned one_in);

static bool
thin(void *arg, struct str name, struct json *value)
{
	struct thinning *t = arg;
	const char *key = str_printf(arena, "%.*s", STR_FMT(name)).p;

	if (draw(t->one_in) == 0)
		return true;
	if (json_type(value) == JSON_STRING && draw(20) == 0)
		json_set_str(t->out, key, STR("a <description>"));
	else if (draw(20) == 0)
		json_set_null(t->out, key);
	else
		json_set(t->out, key, thinned(value, t->one_in));
	return true;
}

static struct json *
thinned(const struct json *j, unsigned one_in)
{
	struct thinning t = { json_new_object(arena), one_in };
	struct json *list;
	size_t i;

	if (json_type(j) == JSON_OBJECT) {
		json_each(j, thin, &t);
		return t.out;
	}
	if (json_type(j) != JSON_ARRAY)
		return json_copy(arena, j);
	list = json_new_array(arena);
	for (i = 0; i < json_length(j); i++)
		if (draw(one_in) != 0)
			json_append(list, thinned(json_at(j, i), one_in));
	return list;
}

static void
test_the_text_of_a_part_of_a_profile_is_that_of_the_tree(void **state)
{
	struct str stored, text;
	enum json_fault fault;
	struct account a;
	struct json *full;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		full = json_parse(arena, str_of(full_profile()), &fault);
		assert_non_null(full);
		stored = json_text(arena, thinned(full, 2 + draw(9)),
		    i % 2 == 0);
		assert_text(stored.p);
		a = sample_account(stored.p);
		assert_true(profile_text_directly(&ctx, &a, &text));
	}
}

/* Arrays that merge */

static void
test_addresses_merge_by_type(void **state)
{
	(void)state;
	assert_merged("{\"Addresses\":[{\"Type\":\"Home\",\"City\":\"Rome\"},"
	    "{\"Type\":\"Work\",\"City\":\"Oslo\"}]}",
	    "{\"Addresses\":[{\"type\":\"home\",\"city\":\"Bonn\"},"
	    "{\"Type\":\"Club\"}]}",
	    "{\"Addresses\":[{\"Type\":\"home\",\"City\":\"Bonn\"},"
	    "{\"Type\":\"Work\",\"City\":\"Oslo\"},{\"Type\":\"Club\"}]}");
}

static void
test_elements_are_deleted_by_op(void **state)
{
	(void)state;
	assert_merged("{\"PhoneNumbers\":[{\"PhoneType\":\"Home\"},"
	    "{\"PhoneType\":\"Work\"}],\"Languages\":[{\"Id\":\"1\"},"
	    "{\"Name\":\"Norsk\"}],\"PlacesLived\":[{\"Name\":\"Rome\"}]}",
	    "{\"PhoneNumbers\":[{\"PhoneType\":\"Home\",\"op\":\"delete\"},"
	    "{\"PhoneType\":\"Nope\",\"op\":\"delete\"},"
	    "{\"PhoneType\":\"Work\",\"op\":\"other\"}],"
	    "\"Languages\":[{\"Name\":\"norsk\",\"op\":\"delete\"}],"
	    "\"PlacesLived\":[{\"Name\":\"Rome\",\"op\":\"delete\"}]}",
	    "{\"PhoneNumbers\":[{\"PhoneType\":\"Work\"}],"
	    "\"Languages\":[{\"Id\":\"1\"}]}");
}

static void
test_other_arrays_are_replaced_whole(void **state)
{
	(void)state;
	assert_merged("{\"Skills\":[{\"Id\":\"1\"},{\"Id\":\"2\"}]}",
	    "{\"Skills\":[{\"Id\":\"3\",\"Name\":null,\"Other\":1}]}",
	    "{\"Skills\":[{\"Id\":\"3\"}]}");
	assert_merged("{\"Skills\":[{\"Id\":\"1\"}]}", "{\"Skills\":[]}",
	    "{}");
}

static void
test_types_of_addresses_and_numbers_follow_the_rules(void **state)
{
	(void)state;
	assert_merged("{}", "{\"Addresses\":[{\"City\":\"Rome\"}]}",
	    "{\"Addresses\":[{\"City\":\"Rome\",\"Type\":\"Default\"}]}");
	assert_refused("{\"Addresses\":[{\"City\":\"a\"},{\"City\":\"b\"}]}",
	    ERR_ADDRESS_TYPE_MISSING, "Addresses");
	assert_refused("{\"PhoneNumbers\":[{\"PhoneNumber\":\"1\"},"
	    "{\"PhoneNumber\":\"2\"}]}", ERR_PHONE_TYPE_MISSING,
	    "PhoneNumbers");
	assert_refused("{\"Addresses\":[{\"Type\":\"A\"},{\"Type\":\"a\"}]}",
	    ERR_ADDRESS_TYPE_REPEATED, "Addresses");
	assert_refused("{\"PhoneNumbers\":[{\"PhoneType\":\"A\"},"
	    "{\"PhoneType\":\"A\"}]}", ERR_PHONE_TYPE_REPEATED,
	    "PhoneNumbers");
}

/* Custom fields */

static void
test_custom_fields_are_the_configured_ones_alone(void **state)
{
	struct json *d;

	(void)state;
	assert_merged("{\"CustomFields\":{\"plan\":\"gold\"}}",
	    "{\"customfields\":{\"shirt\":\"L\"}}",
	    "{\"CustomFields\":{\"plan\":\"gold\",\"shirt\":\"L\"}}");
	assert_refused("{\"CustomFields\":{\"Plan\":\"x\"}}",
	    ERR_CUSTOM_FIELD, "CustomFields");
	assert_refused("{\"CustomFields\":{\"plan\":7}}", ERR_BODY_SHAPE,
	    "CustomFields.plan");
	assert_int_equal(judge("{\"CustomFields\":{\"plan\":\"gold\","
	    "\"shirt\":\"L\"}}", "{\"CustomFields\":{\"plan\":null}}", true,
	    &d), ERR_OK);
	assert_string_equal(text_of(d),
	    "{\"CustomFields\":{\"shirt\":\"L\"}}");
}

/* Countries */

static void
test_country_code_comes_from_the_name(void **state)
{
	(void)state;
	assert_merged("{}", "{\"Country\":{\"Name\":\"germany\","
	    "\"Code\":\"FR\"}}",
	    "{\"Country\":{\"Code\":\"DE\",\"Name\":\"germany\"}}");
	assert_merged("{}", "{\"Country\":{\"Code\":\"no\"}}",
	    "{\"Country\":{\"Code\":\"NO\",\"Name\":\"Norway\"}}");
	assert_merged("{}", "{\"Country\":{\"Name\":\"Atlantis\"}}",
	    "{\"Country\":{\"Name\":\"Atlantis\"}}");
	assert_refused("{\"Country\":{\"Code\":\"XX\"}}", ERR_VALIDATION,
	    "Country");
}

static void
test_countries_are_found_by_their_usual_names(void **state)
{
	static const char *const pairs[][2] = {
		{ "United States of America", "US" }, { "UK", "GB" },
		{ "C\xc3\xb4te d\xe2\x80\x99Ivoire", "CI" },
		{ "T\xc3\xbcrkiye", "TR" }, { "TURKEY", "TR" },
		{ "Viet Nam", "VN" }, { "Czech Republic", "CZ" },
		{ " Japan ", "JP" }, { "ch", "CH" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pairs); i++)
		assert_str(country_code(arena, str_of(pairs[i][0])),
		    pairs[i][1]);
	assert_null(country_code(arena, STR("Narnia")).p);
	assert_str(country_name(STR("AX")), "\xc3\x85land Islands");
}

/* Registration */

static void
test_registration_lists_what_is_required_and_missing(void **state)
{
	static const struct str required[] = { { "firstname", 9 },
		{ "plan", 4 }, { "City", 4 }, { "Email", 5 } };
	struct str document;
	bool filled = false;

	(void)state;
	cfg.registration_required_fields = (struct list){ required, 4 };
	assert_int_equal(profile_from_registration(&ctx,
	    parse("{\"City\":\"Rome\"}"), &document, &filled),
	    ERR_VALIDATION);
	assert_string_equal(ctx.err.fields->name, "FirstName");
	assert_string_equal(ctx.err.fields->next->name, "CustomFields.plan");
	assert_null(ctx.err.fields->next->next);
	assert_int_equal(profile_from_registration(&ctx, parse("{\"City\":"
	    "\"Rome\",\"FirstName\":\"Ada\",\"CustomFields\":{\"plan\":"
	    "\"x\"},\"Roles\":[\"admin\"]}"), &document, &filled), ERR_OK);
	assert_true(filled);
	assert_str(document, "{\"CustomFields\":{\"plan\":\"x\"},"
	    "\"FirstName\":\"Ada\",\"City\":\"Rome\"}");
}

static void
test_registration_without_members_has_an_empty_document(void **state)
{
	struct str document;
	bool filled = false;

	(void)state;
	assert_int_equal(profile_from_registration(&ctx, NULL, &document,
	    &filled), ERR_OK);
	assert_str(document, "{}");
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	T(test_profile_holds_every_member_in_its_type_for_an_empty_document),
	T(test_s009_profile_shows_a_row_of_asterisks_for_a_password),
	T(test_profile_shows_first_and_proven_addresses_as_email),
	T(test_profile_derives_full_name_and_age),
	T(test_profile_completes_elements_of_arrays),
	T(test_profile_shows_suspension_and_block),
	T(test_update_leaves_absent_members_and_keeps_the_tables_order),
	T(test_s044_f36_server_members_are_passed_over),
	T(test_update_ignores_null_without_null_support),
	T(test_s118_wrong_types_name_the_member),
	T(test_s116_two_spellings_with_two_values_are_refused),
	T(test_s120_texts_are_limited_in_code_points),
	T(test_s120_arrays_are_limited_to_100_elements),
	T(test_s120_a_document_stays_within_what_can_be_read_again),
	T(test_s117_control_characters_are_refused_in_one_line),
	T(test_f07_four_byte_characters_are_kept_byte_for_byte),
	T(test_s122_urls_are_http_or_https_alone),
	T(test_birth_dates_are_read_in_four_forms),
	T(test_minimum_age_holds_to_the_day),
	T(test_gender_is_one_of_the_documented_words),
	T(test_subscription_flag_takes_numbers_and_texts),
	T(test_counters_are_bounded),
	T(test_all_faulty_members_are_listed_at_once),
	T(test_addresses_merge_by_type),
	T(test_elements_are_deleted_by_op),
	T(test_other_arrays_are_replaced_whole),
	T(test_types_of_addresses_and_numbers_follow_the_rules),
	T(test_custom_fields_are_the_configured_ones_alone),
	T(test_country_code_comes_from_the_name),
	T(test_countries_are_found_by_their_usual_names),
	T(test_registration_lists_what_is_required_and_missing),
	T(test_the_text_is_that_of_the_tree),
	T(test_the_text_of_a_full_profile_is_that_of_the_tree),
	T(test_the_text_of_a_part_of_a_profile_is_that_of_the_tree),
	T(test_registration_without_members_has_an_empty_document),
	};

	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
