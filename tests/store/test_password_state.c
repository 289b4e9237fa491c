#include "fixture.h"

#include <unistd.h>

#include "crypto/keys.h"
#include "domain/account.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/profile.h"

#define FIRST	"cobalt-meadow-71"
#define SECOND	"amber-kettle-20"
#define THIRD	"walnut-harbour-9"
#define ADA	"ada@example.org"
#define DAY_S	86400

static char list[] = "/tmp/doorward-breach.XXXXXX";
static struct uid ada;

static int
begin(void **state)
{
	if (fixture_begin(state) != 0)
		return -1;
	ada = fx_account(ADA, FIRST, "ada-1", true);
	fx_sql("DELETE FROM dw_outbox");
	fx_next();
	return 0;
}

static int
end(void **state)
{
	unlink(list);
	return fixture_end(state);
}

/* A list of breaches with this password alone. */
static void
leak(const char *password)
{
	unsigned char digest[20];
	size_t i;
	FILE *f;

	memcpy(list + sizeof(list) - 7, "XXXXXX", 6);
	close(mkstemp(list));
	f = fopen(list, "w");
	assert_non_null(f);
	sha1(password, strlen(password), digest);
	for (i = 0; i < sizeof(digest); i++)
		fprintf(f, "%02X", digest[i]);
	fprintf(f, ":7\n");
	assert_int_equal(fclose(f), 0);
	fx_config->password_breach_file = str_of(list);
}

static struct json *
profile(void)
{
	fx_next();
	return fx_profile(ada);
}

static bool
says(const char *name)
{
	struct json *j = json_get(profile(), name);

	assert_int_equal(json_type(j), JSON_BOOL);
	return json_bool(j);
}

static enum err
login(const char *password)
{
	fx_next();
	return fx_login(ADA, password);
}

static enum err
reset(const char *token, const char *password)
{
	struct password_reset_result out;
	struct password_reset r = { .token = str_of(token),
		.password = fx_secret(password) };

	fx_next();
	return password_reset(fx, &r, &out);
}

static const char *
token(void)
{
	return fx_mail_word("reset-required", "vtoken=").p;
}

/* Does it meet the rules? */

static void
test_a_password_meets_the_rules_when_it_is_set(void **state)
{
	(void)state;
	assert_true(says("IsSecurePassword"));
	assert_false(says("IsPasswordBreached"));
}

static void
test_without_a_password_nothing_is_said_of_one(void **state)
{
	(void)state;
	fx_sql("DELETE FROM dw_password");
	assert_int_equal(json_type(json_get(profile(), "IsSecurePassword")),
	    JSON_NULL);
	assert_false(says("IsPasswordBreached"));
	fx_config->password_expires_days = 30;
	assert_int_equal(json_type(json_get(profile(),
	    "PasswordExpirationDate")), JSON_NULL);
}

static void
test_signing_in_judges_by_the_rules_of_today(void **state)
{
	(void)state;
	fx_sql("UPDATE dw_password SET secure = 0");
	assert_int_equal(login(FIRST), ERR_OK);
	assert_true(says("IsSecurePassword"));
	fx_config->password_preset = STR("medium");
	assert_int_equal(login("wrong-one-1"), ERR_LOGIN_REFUSED);
	assert_true(says("IsSecurePassword"));
	assert_int_equal(login(FIRST), ERR_OK);
	assert_false(says("IsSecurePassword"));
	assert_null(fx->err.fields);
	fx_config->password_preset = STR("none");
	fx_config->site_words = (struct list){ &STR(FIRST), 1 };
	assert_int_equal(login(FIRST), ERR_OK);
	assert_false(says("IsSecurePassword"));
	fx_config->site_words.n = 0;
	fx_config->password_judge_on_login = false;
	assert_int_equal(login(FIRST), ERR_OK);
	assert_false(says("IsSecurePassword"));
}

/* What is written already costs nothing. */
static void
test_judging_again_writes_nothing(void **state)
{
	unsigned before;

	(void)state;
	fx_config->password_judge_on_login = false;
	assert_int_equal(login(FIRST), ERR_OK);
	before = fx->statements;
	fx_config->password_judge_on_login = true;
	assert_int_equal(login(FIRST), ERR_OK);
	assert_int_equal(fx->statements, before);
}

/* Expiry */

static void
test_profile_tells_when_the_password_expires(void **state)
{
	struct str changed, expires;
	struct json *j;

	(void)state;
	fx_config->password_expires_days = 365;
	j = profile();
	changed = json_string(json_get(j, "LastPasswordChangeDate"));
	expires = json_string(json_get(j, "PasswordExpirationDate"));
	assert_int_equal(changed.len, 24);
	assert_int_equal(expires.len, 24);
	assert_int_equal(strtol(expires.p, NULL, 10),
	    strtol(changed.p, NULL, 10) + 1);
	assert_true(str_ends(expires, str_sub(changed, 10, SIZE_MAX)));
}

static void
test_an_expired_password_signs_in_where_it_is_only_flagged(void **state)
{
	(void)state;
	fx_config->password_expires_days = 30;
	fx_pass(40 * DAY_S);
	assert_int_equal(login(FIRST), ERR_OK);
	assert_int_equal(fx_mails("reset-required"), 0);
}

static void
test_an_expired_password_demands_a_reset(void **state)
{
	(void)state;
	fx_config->password_expires_days = 30;
	fx_config->password_expiry_action = STR("block");
	fx_sql("UPDATE dw_password SET changed_s = changed_s - %d + 60",
	    30 * DAY_S);
	assert_int_equal(login(FIRST), ERR_OK);
	fx_pass(61);
	assert_int_equal(login("wrong-one-1"), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_mails("reset-required"), 0);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	assert_int_equal(fx_mails("reset-required"), 1);
	assert_has(fx_mail("reset-required").p, "has expired");
	assert_int_equal(reset(token(), SECOND), ERR_OK);
	assert_int_equal(login(SECOND), ERR_OK);
}

/* The mail is no way to flood its owner, and there is a next one. */
static void
test_one_mail_in_the_life_of_its_link(void **state)
{
	(void)state;
	fx_config->password_expires_days = 1;
	fx_config->password_expiry_action = STR("block");
	fx_pass(DAY_S + 1);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	fx_pass(3000);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	assert_int_equal(fx_mails("reset-required"), 1);
	fx_pass(601);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	assert_int_equal(fx_mails("reset-required"), 2);
}

static void
test_a_reset_by_code_stands_under_the_name_that_signed_in(void **state)
{
	struct password_reset_result out;
	struct login_result result;
	struct login in = { .kind = IDENTIFIER_USERNAME,
		.identifier = STR("ada-1"), .password = fx_secret(FIRST),
		.session = { .kind = SESSION_API } };
	struct password_reset r = { .kind = IDENTIFIER_USERNAME,
		.identifier = STR("ada-1") };

	(void)state;
	fx_config->password_reset_by = STR("code");
	fx_config->password_expires_days = 1;
	fx_config->password_expiry_action = STR("block");
	fx_pass(2 * DAY_S);
	fx_next();
	assert_int_equal(login_by_password(fx, &in, &result),
	    ERR_PASSWORD_RESET_REQUIRED);
	r.code = fx_mail_word("reset-required", "Your code:\n\n ");
	r.password = fx_secret(SECOND);
	fx_next();
	assert_int_equal(password_reset(fx, &r, &out), ERR_OK);
	assert_int_equal(login(SECOND), ERR_OK);
}

/* Breaches */

static void
test_s004_a_password_from_a_breach_is_not_taken(void **state)
{
	struct password_forgot f = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA) };
	struct session_tokens t, rotated;
	struct attempt_secret old = { .typed = fx_secret(FIRST) };
	struct secret new = fx_secret(SECOND);
	const char *link;
	struct session s;

	(void)state;
	leak(SECOND);
	t = fx_session(ada, SESSION_API);
	assert_int_equal(session_check(fx, SESSION_API, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(password_change(fx, &s, &old, &new, &rotated),
	    ERR_PASSWORD_BREACHED);
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	link = fx_mail_word("reset-password", "vtoken=").p;
	assert_int_equal(reset(link, SECOND), ERR_PASSWORD_BREACHED);
	assert_int_equal(login(FIRST), ERR_OK);
	assert_int_equal(reset(link, THIRD), ERR_OK);
}

/* Order: 1015 is told before 1315. */
static void
test_s004_a_breach_is_judged_after_the_history(void **state)
{
	struct secret typed = fx_secret(FIRST);
	struct str normal;

	(void)state;
	leak(FIRST);
	assert_int_equal(password_judge_new(fx, &ada, &typed, NULL, 0,
	    &normal), ERR_PASSWORD_REUSED);
	assert_int_equal(password_judge_new(fx, NULL, &typed, NULL, 0,
	    &normal), ERR_PASSWORD_BREACHED);
}

static void
test_a_breach_is_recorded_at_sign_in(void **state)
{
	(void)state;
	leak(FIRST);
	assert_int_equal(login("wrong-one-1"), ERR_LOGIN_REFUSED);
	assert_false(says("IsPasswordBreached"));
	assert_int_equal(login(FIRST), ERR_OK);
	assert_true(says("IsPasswordBreached"));
	assert_int_equal(login(FIRST), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit"
	    " WHERE event = 'password_breached'"), 1);
}

static void
test_a_breach_is_not_looked_for_where_it_is_off(void **state)
{
	(void)state;
	leak(FIRST);
	fx_config->password_breached_at_login = STR("off");
	assert_int_equal(login(FIRST), ERR_OK);
	assert_false(says("IsPasswordBreached"));
}

static void
test_s004_a_list_that_is_gone_locks_nobody_out(void **state)
{
	(void)state;
	leak(FIRST);
	unlink(list);
	fx_config->password_breached_at_login = STR("reset");
	assert_int_equal(login(FIRST), ERR_OK);
	assert_false(says("IsPasswordBreached"));
}

static int
sign_in(int i, void *arg)
{
	(void)i;
	(void)arg;
	return fx_login(ADA, FIRST) == ERR_OK ? 0 : 1;
}

static void
test_the_owner_is_told_of_a_breach_once(void **state)
{
	int results[12], i;

	(void)state;
	leak(FIRST);
	fx_config->password_breached_at_login = STR("notify");
	fx_parallel(COUNT(results), sign_in, NULL, results);
	for (i = 0; i < (int)COUNT(results); i++)
		assert_int_equal(results[i], 0);
	assert_int_equal(login(FIRST), ERR_OK);
	assert_int_equal(fx_mails("password-breached"), 1);
	assert_null(strstr(fx_mail("password-breached").p, "vtoken"));
}

static void
test_a_breach_demands_a_reset(void **state)
{
	(void)state;
	leak(FIRST);
	fx_config->password_breached_at_login = STR("reset");
	assert_int_equal(login(FIRST), ERR_PASSWORD_IS_BREACHED);
	assert_int_equal(login(FIRST), ERR_PASSWORD_RESET_REQUIRED);
	assert_int_equal(fx_mails("reset-required"), 1);
	assert_has(fx_mail("reset-required").p, "data breach");
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 0);
	assert_true(says("IsPasswordBreached"));
	assert_int_equal(reset(token(), SECOND), ERR_OK);
	assert_int_equal(login(SECOND), ERR_OK);
	assert_false(says("IsPasswordBreached"));
	assert_int_equal(login(FIRST), ERR_LOGIN_REFUSED);
}

/* A password from a breach is no way to learn of the account's state. */
static void
test_the_account_is_judged_before_its_password(void **state)
{
	(void)state;
	leak(FIRST);
	fx_config->password_breached_at_login = STR("reset");
	assert_int_equal(account_set_state(fx, ada, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(login(FIRST), ERR_ACCOUNT_BLOCKED);
	assert_int_equal(fx_mails("reset-required"), 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	T(test_a_password_meets_the_rules_when_it_is_set),
	T(test_without_a_password_nothing_is_said_of_one),
	T(test_signing_in_judges_by_the_rules_of_today),
	T(test_judging_again_writes_nothing),
	T(test_profile_tells_when_the_password_expires),
	T(test_an_expired_password_signs_in_where_it_is_only_flagged),
	T(test_an_expired_password_demands_a_reset),
	T(test_one_mail_in_the_life_of_its_link),
	T(test_a_reset_by_code_stands_under_the_name_that_signed_in),
	T(test_s004_a_password_from_a_breach_is_not_taken),
	T(test_s004_a_breach_is_judged_after_the_history),
	T(test_a_breach_is_recorded_at_sign_in),
	T(test_a_breach_is_not_looked_for_where_it_is_off),
	T(test_s004_a_list_that_is_gone_locks_nobody_out),
	T(test_the_owner_is_told_of_a_breach_once),
	T(test_a_breach_demands_a_reset),
	T(test_the_account_is_judged_before_its_password),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("password_state", tests,
	    fixture_open, fixture_close);
}
