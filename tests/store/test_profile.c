#include "fixture.h"

#include "codec/json.h"
#include "domain/account.h"
#include "domain/limit.h"
#include "domain/profile.h"

static enum err
update_at(struct uid uid, const char *body, int64_t auth_s,
    struct json **out)
{
	struct profile_update u = { .auth_s = auth_s };
	enum json_fault fault;

	u.body = json_parse(fx->arena, str_of(body), &fault);
	assert_non_null(u.body);
	return profile_update(fx, uid, &u, out);
}

static enum err
update(struct uid uid, const char *body)
{
	struct json *out;

	return update_at(uid, body, 0, &out);
}

static struct json *
member(struct uid uid, const char *name)
{
	return json_get(fx_profile(uid), name);
}

static void
test_update_is_stored_answered_and_recorded(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	struct json *out;

	(void)state;
	assert_int_equal(json_type(member(uid, "ProfileModifiedDate")),
	    JSON_NULL);
	assert_int_equal(update_at(uid, "{\"FirstName\":\"Ada\","
	    "\"Uid\":\"x\",\"EmailVerified\":false}", 0, &out), ERR_OK);
	assert_str(json_string(json_get(out, "FirstName")), "Ada");
	assert_true(json_bool(json_get(out, "EmailVerified")));
	assert_str(json_string(member(uid, "FirstName")), "Ada");
	assert_int_equal(json_type(member(uid, "ProfileModifiedDate")),
	    JSON_STRING);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'profile_updated'"), 1);
	assert_int_equal(update(uid_new(1), "{}"), ERR_NOT_FOUND);
}

static void
test_refused_update_changes_nothing(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, "ada", true);

	(void)state;
	fx_account("bob@example.org", NULL, "bob", true);
	assert_int_equal(update(uid, "{\"City\":\"Rome\"}"), ERR_OK);
	assert_int_equal(update(uid, "{\"City\":\"Oslo\",\"Gender\":\"?\"}"),
	    ERR_VALIDATION);
	assert_int_equal(update(uid, "{\"City\":\"Oslo\","
	    "\"UserName\":\"bob\"}"), ERR_USERNAME_TAKEN);
	assert_int_equal(update(uid, "{\"City\":\"Oslo\","
	    "\"Email\":[{\"Type\":\"Primary\",\"Value\":\"x@example.org\"}]"
	    "}"), ERR_EMAIL_EXISTS_ALREADY);
	assert_str(json_string(member(uid, "City")), "Rome");
	assert_str(json_string(member(uid, "UserName")), "ada");
}

/* What was read can be sent back as it stands. */
static void
test_whole_profile_can_be_sent_back(void **state)
{
	struct uid uid = fx_account("Ada@Example.org", "cobalt-meadow-71",
	    "ada", true);
	struct json *first, *second;
	struct str text;

	(void)state;
	assert_int_equal(update(uid, "{\"FirstName\":\"Ada <&> \xf0\x9f\x9a"
	    "\x80\",\"BirthDate\":\"4/21/1990\",\"Country\":{\"Name\":"
	    "\"Norway\"},\"Addresses\":[{\"City\":\"Oslo\"}],"
	    "\"CustomFields\":{\"plan\":\"gold\"},\"IsEmailSubscribed\":1}"),
	    ERR_OK);
	first = fx_profile(uid);
	text = json_text(fx->arena, first, true);
	assert_int_equal(update_at(uid, text.p, fx->now_s, &second), ERR_OK);
	assert_str(json_text(fx->arena, second, true), text.p);
}

static void
test_username_comes_by_the_profile_too(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);

	(void)state;
	assert_int_equal(update(uid, "{\"username\":\"Ada.Roe\"}"), ERR_OK);
	assert_str(json_string(member(uid, "UserName")), "ada.roe");
	assert_int_equal(fx_mails("username-changed"), 1);
	assert_int_equal(update(uid, "{\"UserName\":\"ada roe\"}"),
	    ERR_USERNAME_SYNTAX);
	assert_int_equal(update(uid, "{\"UserName\":7}"), ERR_BODY_SHAPE);
	assert_int_equal(update(uid, "{\"UserName\":null}"), ERR_OK);
	assert_str(json_string(member(uid, "UserName")), "ada.roe");
}

/* S-007 */
static void
test_s007_password_is_set_only_where_there_is_none(void **state)
{
	struct uid with = fx_account("ada@example.org", "cobalt-meadow-71",
	    NULL, true);
	struct uid without = fx_account("bob@example.org", NULL, NULL, true);
	static const char body[] = "{\"Password\":\"amber-kettle-20\"}";
	struct json *out;

	(void)state;
	assert_int_equal(update_at(with, body, fx->now_s, &out), ERR_OK);
	assert_int_equal(fx_login("ada@example.org", "amber-kettle-20"),
	    ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login("ada@example.org", "cobalt-meadow-71"),
	    ERR_OK);
	/* Neither by a token that was left lying about. */
	assert_int_equal(update_at(without, body, fx->now_s - 300, &out),
	    ERR_OK);
	assert_int_equal(json_type(json_get(out, "Password")), JSON_NULL);
	assert_int_equal(update_at(without, "{\"Password\":\"password1\"}",
	    fx->now_s, &out), ERR_PASSWORD_WEAK);
	assert_int_equal(update_at(without, body, fx->now_s - 299, &out),
	    ERR_OK);
	assert_str(json_string(json_get(out, "Password")), "**********");
	assert_int_equal(fx_login("bob@example.org", "amber-kettle-20"),
	    ERR_OK);
	assert_int_equal(fx_mails("password-changed"), 1);
}

static void
test_suspension_shows_in_the_profile(void **state)
{
	struct uid uid = fx_account("ada@example.org", "cobalt-meadow-71",
	    NULL, true);
	int i;

	(void)state;
	assert_false(json_bool(member(uid, "IsLoginLocked")));
	for (i = 0; i < 10; i++)
		assert_int_equal(fx_login("ada@example.org", "wrong-one-71"),
		    ERR_LOGIN_REFUSED);
	assert_true(json_bool(member(uid, "IsLoginLocked")));
	assert_str(json_string(member(uid, "LoginLockedType")), "Suspend");
	fx_pass(900);
	assert_false(json_bool(member(uid, "IsLoginLocked")));
}

static void
test_required_fields_once_filled_stay_so(void **state)
{
	static const struct str required[] = { { "City", 4 },
		{ "State", 5 } };
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	static const char name[] = "IsRequiredFieldsFilledOnce";
	struct profile_update u = { .null_support = true };
	enum json_fault fault;
	struct json *out;

	(void)state;
	fx_config->registration_required_fields = (struct list){ required,
	    1 };
	fx->schema = NULL;
	assert_int_equal(update(uid, "{\"FirstName\":\"Ada\"}"), ERR_OK);
	assert_false(json_bool(member(uid, name)));
	assert_int_equal(update(uid, "{\"City\":\"Rome\"}"), ERR_OK);
	assert_true(json_bool(member(uid, name)));
	u.body = json_parse(fx->arena, STR("{\"City\":null}"), &fault);
	assert_int_equal(profile_update(fx, uid, &u, &out), ERR_VALIDATION);
	/* The site asks for more. */
	fx_config->registration_required_fields.n = 2;
	fx->schema = NULL;
	assert_int_equal(update(uid, "{\"FirstName\":\"Eve\"}"), ERR_OK);
	assert_true(json_bool(member(uid, name)));
}

static int
add_address(int i, void *arg)
{
	const struct uid *uid = arg;

	return update(*uid, str_printf(fx->arena,
	    "{\"Addresses\":[{\"Type\":\"t%d\",\"City\":\"c%d\"}]}", i,
	    i).p) == ERR_OK;
}

/* Parallel updates lose nothing: each adds an element to one array. */
static void
test_parallel_updates_lose_nothing(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	int results[20], i;

	(void)state;
	fx_parallel(20, add_address, &uid, results);
	for (i = 0; i < 20; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(json_length(member(uid, "Addresses")), 20);
	assert_int_equal(fx_number("SELECT profile_version FROM dw_account"),
	    21);
}

static int
set_password(int i, void *arg)
{
	const struct uid *uid = arg;
	struct json *out;

	return update_at(*uid, str_printf(fx->arena,
	    "{\"Password\":\"walnut-harbour-%d\"}", i).p, fx->now_s,
	    &out) == ERR_OK;
}

/* S-007: the first one counts, however many come at once. */
static void
test_s007_parallel_first_passwords_replace_none(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	int results[8], i;

	(void)state;
	/* A hash that takes its time, so that they do overlap. */
	fx_config->password_argon2_memory_kib = 16384;
	fx_parallel(8, set_password, &uid, results);
	for (i = 0; i < 8; i++)
		assert_int_equal(results[i], 1);
	assert_int_equal(fx_mails("password-changed"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 0);
}

/* What cannot be read is not written over. */
static void
test_unreadable_document_stays_for_its_rescue(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);

	(void)state;
	fx_sql("UPDATE dw_account SET profile = '[1'");
	assert_int_equal(json_type(member(uid, "FirstName")), JSON_NULL);
	assert_int_equal(update(uid, "{\"City\":\"Rome\"}"), ERR_INTERNAL);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"
	    " WHERE profile = '[1'"), 1);
}

/* An account that began with a phone number. */
static struct uid
phone_account(bool proven)
{
	struct uid uid = fx_account("grace@example.org", NULL, NULL, false);

	fx_sql("UPDATE dw_identifier SET kind = 3, canonical = "
	    "'+12025550123', given = '+12025550123', label = '',"
	    " verified_s = %d", proven ? 1 : 0);
	fx_sql("UPDATE dw_account SET email_verified_s = 0,"
	    " phone_verified_s = %d", proven ? 1 : 0);
	return uid;
}

#define NAMES_ONE	"{\"Email\":[{\"Type\":\"Primary\",\"Value\":" \
			"\"grace@example.com\"}],\"FirstName\":\"Grace\"}"

static void
test_an_account_without_address_may_name_one(void **state)
{
	struct uid uid = phone_account(true);
	struct json *out;

	(void)state;
	assert_int_equal(update_at(uid, NAMES_ONE, 0, &out), ERR_OK);
	assert_int_equal(json_type(json_get(out, "Email")), JSON_NULL);
	assert_str(json_string(json_get(json_at(json_get(out,
	    "UnverifiedEmail"), 0), "Value")), "grace@example.com");
	assert_int_equal(fx_mails("add-email"), 1);
	assert_str(json_string(member(uid, "FirstName")), "Grace");
}

static void
test_an_address_is_named_without_mail_where_so_wished(void **state)
{
	struct uid uid = phone_account(true);
	struct profile_update u = { .prevent_verification_email = true };
	enum json_fault fault;
	struct json *out;

	(void)state;
	u.body = json_parse(fx->arena, STR(NAMES_ONE), &fault);
	assert_int_equal(profile_update(fx, uid, &u, &out), ERR_OK);
	assert_int_equal(fx_mails("add-email"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*)"
	    " FROM dw_pending_identifier"), 1);
}

/* All or nothing: the names stay as they were, too. */
static void
test_an_address_that_cannot_be_named_changes_nothing(void **state)
{
	static const char *const t[] = {
		"{\"FirstName\":\"G\",\"Email\":[{\"Value\":\"g\"}]}",
		"{\"FirstName\":\"G\",\"Email\":\"ada@example.org\"}",
		NAMES_ONE
	};
	static const enum err expected[] = { ERR_EMAIL_MALFORMED,
		ERR_EMAIL_TAKEN, ERR_NO_VERIFIED_EMAIL };
	struct uid uid = phone_account(true);
	size_t i;

	(void)state;
	fx_account("ada@example.org", NULL, NULL, true);
	for (i = 0; i < COUNT(t); i++) {
		if (expected[i] == ERR_NO_VERIFIED_EMAIL)
			fx_sql("UPDATE dw_account SET phone_verified_s = 0");
		assert_int_equal(update(uid, t[i]), expected[i]);
		assert_int_equal(json_type(member(uid, "FirstName")),
		    JSON_NULL);
	}
	assert_int_equal(fx_mails("add-email"), 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_an_account_without_address_may_name_one),
	T(test_an_address_is_named_without_mail_where_so_wished),
	T(test_an_address_that_cannot_be_named_changes_nothing),
	T(test_update_is_stored_answered_and_recorded),
	T(test_refused_update_changes_nothing),
	T(test_whole_profile_can_be_sent_back),
	T(test_username_comes_by_the_profile_too),
	T(test_s007_password_is_set_only_where_there_is_none),
	T(test_suspension_shows_in_the_profile),
	T(test_required_fields_once_filled_stay_so),
	T(test_parallel_updates_lose_nothing),
	T(test_s007_parallel_first_passwords_replace_none),
	T(test_unreadable_document_stays_for_its_rescue),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("profile", tests, fixture_open,
	    fixture_close);
}
