/*
 * Each statement of what changes an account fails in turn: all or nothing.
 * Needs a program that was built with --enable-faults; skipped otherwise.
 */
#include "faults.h"

#include <unistd.h>

#include "codec/json.h"
#include "consent_file.h"
#include "domain/account.h"
#include "domain/account_delete.h"
#include "domain/address.h"
#include "domain/login.h"
#include "domain/password.h"
#include "domain/phone.h"
#include "domain/privacy.h"
#include "domain/profile.h"
#include "domain/registration.h"
#include "domain/role.h"
#include "domain/verification.h"

#define ADA		"ada@example.org"
#define FIRST		"cobalt-meadow-71"
#define SECOND		"amber-kettle-20"

static char secret[64];
static struct uid ada;

/* Flows */

static struct session_tokens mine;

static enum err
change(void)
{
	struct attempt_secret from = { .typed = fx_secret(FIRST) };
	struct secret to = fx_secret(SECOND);
	struct session_tokens rotated;
	struct session s;
	enum err e;

	e = session_check(fx, SESSION_PAGE, mine.access_token, &s);
	if (e != ERR_OK)
		return e;
	return password_change(fx, &s, &from, &to, &rotated);
}

static enum err
forgot(void)
{
	struct password_forgot f = { .identifier = STR(ADA) };

	return password_forgot(fx, &f);
}

static enum err
reset(void)
{
	struct password_reset r = { .token = str_of(secret),
		.password = fx_secret(SECOND),
		.session = { .kind = SESSION_API } };
	struct password_reset_result out;

	return password_reset(fx, &r, &out);
}

static enum err
reset_by_code(void)
{
	struct password_reset r = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA), .code = str_of(secret),
		.password = fx_secret(SECOND),
		.session = { .kind = SESSION_API } };
	struct password_reset_result out;

	return password_reset(fx, &r, &out);
}

static enum err
update(void)
{
	struct profile_update u = { .auth_s = 0 };
	enum json_fault fault;
	struct json *out;

	u.body = json_parse(fx->arena, STR("{\"City\":\"Rome\","
	    "\"UserName\":\"lovelace\"}"), &fault);
	return profile_update(fx, ada, &u, &out);
}

static enum err
rename_account(void)
{
	return account_set_username(fx, ada, STR("lovelace"));
}

static enum err
block(void)
{
	return account_set_state(fx, ada, ACCOUNT_BLOCKED);
}

static enum err
delete(void)
{
	return account_delete(fx, ada);
}

#define BEA		"bea@example.org"

static enum err
add_address(void)
{
	struct address_new n = { .email = STR(BEA), .type = STR("Primary") };

	return address_add(fx, ada, &n);
}

static enum err
prove_address(void)
{
	struct verification v = { .token = str_of(secret),
		.session = { .kind = SESSION_API } };
	struct verification_result out;

	return verification_by_link(fx, &v, &out);
}

static enum err
prove_address_by_code(void)
{
	struct verification v = { .email = STR(BEA), .code = str_of(secret),
		.session = { .kind = SESSION_API } };
	struct verification_result out;

	return verification_by_code(fx, &v, &out);
}

static enum err
remove_address(void)
{
	return address_remove(fx, ada, STR(ADA));
}

static enum err
make_primary(void)
{
	return address_make_primary(fx, ada, STR(BEA));
}

static enum err
undo(void)
{
	return address_undo(fx, str_of(secret));
}

static enum err
ask_deletion(void)
{
	static const struct deletion plain;

	return deletion_ask(fx, ada, &plain, NULL);
}

static enum err
delete_by_link(void)
{
	return deletion_by_link(fx, str_of(secret));
}

static enum err
delete_by_code(void)
{
	return deletion_by_code(fx, STR(ADA), str_of(secret));
}

static enum err
welcome(void)
{
	return welcome_again(fx, ada, STR_NONE);
}

/* The policy and consents */

static enum err
accept_policy(void)
{
	struct session s;
	struct json *out;
	enum err e;

	e = session_check(fx, SESSION_LIMITED, mine.access_token, &s);
	return e != ERR_OK ? e : privacy_accept(fx, &s, STR_NONE, STR("API"),
	    &out);
}

static enum err
submit_consents(void)
{
	struct consent_input in = consent_answer("Login", true);
	struct json *out;

	return consent_submit(fx, ada, &in, &out);
}

static enum err
update_consents(void)
{
	static const struct consent_choice no = { { "news", 4 }, false };
	const struct consent_input in = { NULL, 0, &no, 1 };
	struct json *out;

	return consent_update(fx, ada, &in, &out);
}

static enum err
go_on_as(const char *event)
{
	struct consent_continue g = { .token = str_of(secret),
		.in = consent_answer(event, true),
		.session = { .kind = SESSION_API } };
	struct consent_result out;

	return consent_go_on(fx, &g, &out);
}

static enum err
go_on_login(void)
{
	return go_on_as("Login");
}

static enum err
go_on_registration(void)
{
	return go_on_as("Register");
}

/* The right answer of what stops. */
static enum err
stopped(enum err e)
{
	if (e != ERR_CONSENT_OUTSTANDING)
		return e == ERR_OK ? ERR_INTERNAL : e;
	assert_true(str_present(fx->err.token));
	snprintf(secret, sizeof(secret), "%s", fx->err.token.p);
	return ERR_OK;
}

static enum err
login_stops(void)
{
	return stopped(fx_login(ADA, FIRST));
}

static enum err
register_as(const struct consent_input *consents)
{
	const struct registration r = {
		.email = STR("bea@example.org"),
		.password = fx_secret(FIRST), .accept_policy = true,
		.consents = consents, .session = { .kind = SESSION_API }
	};
	struct registration_result out;

	return registration_create(fx, &r, &out);
}

static enum err
registration_stops(void)
{
	return stopped(register_as(NULL));
}

static enum err
register_agreed(void)
{
	struct consent_input in = consent_answer("Register", false);

	return register_as(&in);
}

/* Phone numbers */

#define NUMBER		"+12025550101"
#define NEXT		"+12025550102"

static enum err
change_number(void)
{
	const struct phone_asking in = { .phone = STR(NEXT) };
	bool sent;

	return phone_change(fx, ada, &in, &sent);
}

static enum err
prove_own_number(void)
{
	return phone_prove_own(fx, ada, str_of(secret), STR_NONE);
}

static enum err
resend_own_number(void)
{
	const struct phone_asking in = { .phone = STR_NONE };

	return phone_resend_own(fx, ada, &in);
}

static enum err
remove_number(void)
{
	return phone_remove(fx, ada);
}

static enum err
resend_number(void)
{
	const struct phone_asking in = { .phone = STR(NUMBER) };

	return phone_resend(fx, &in);
}

static enum err
prove_number(void)
{
	const struct phone_proof p = { .phone = STR(NUMBER),
		.code = str_of(secret), .session = { .kind = SESSION_API } };
	struct login_result out;

	return phone_prove(fx, &p, &out);
}

static enum err
forgot_by_number(void)
{
	const struct phone_asking in = { .phone = STR(NUMBER) };

	return phone_forgot(fx, &in);
}

static enum err
reset_by_number(void)
{
	struct password_reset r = { .kind = IDENTIFIER_PHONE,
		.identifier = STR(NUMBER), .code = str_of(secret),
		.password = fx_secret(SECOND),
		.session = { .kind = SESSION_API } };
	struct password_reset_result out;

	return password_reset(fx, &r, &out);
}

static enum err
ask_deletion_by_number(void)
{
	const struct phone_asking in = { .phone = STR_NONE };

	return phone_delete_ask(fx, ada, &in);
}

static enum err
delete_by_number(void)
{
	return phone_delete(fx, ada, str_of(secret));
}

/* Roles */

static enum err
give_role(void)
{
	bool changed;

	return role_add(fx, ada, STR("staff"), &changed);
}

static enum err
take_role(void)
{
	bool changed;

	return role_remove(fx, ada, STR("staff"), &changed);
}

/* What is there before */

static void
with_policy(void)
{
	static const struct str versions[] = { { "1@2020-01-01", 12 } };

	fx_config->privacy_mode = STR("strict");
	fx_config->privacy_versions = (struct list){ versions, 1 };
	fx_config->sott_required = false;
}

static void
limited(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	with_policy();
	assert_int_equal(fx_login(ADA, FIRST), ERR_PRIVACY_OUTSTANDING);
	snprintf(secret, sizeof(secret), "%s", fx->err.token.p);
	mine.access_token = str_of(secret);
}

static void
with_form(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	consent_file("Login");
}

static void
consented(void)
{
	with_form();
	assert_int_equal(submit_consents(), ERR_OK);
}

static void
stopped_login(void)
{
	with_form();
	assert_int_equal(login_stops(), ERR_OK);
}

static void
to_register(void)
{
	with_policy();
	consent_file("Register");
}

static void
stopped_registration(void)
{
	to_register();
	assert_int_equal(registration_stops(), ERR_OK);
}

static void
signed_in(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	mine = fx_session(ada, SESSION_PAGE);
}

static void
asked(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	assert_int_equal(forgot(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("reset-password", "vtoken=").p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
asked_for_code(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	fx_config->password_reset_by = STR("code");
	fx_config->password_login_on_reset = true;
	assert_int_equal(forgot(), ERR_OK);
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word("reset-password", "Your code:\n\n ").p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
resets_by_code(void)
{
	signed_in();
	fx_config->password_reset_by = STR("code");
}

static void
asked_unproven(void)
{
	asked();
	fx_config->password_login_on_reset = true;
	fx_sql("UPDATE dw_account SET email_verified_s = 0");
	fx_sql("UPDATE dw_identifier SET verified_s = 0");
}

static void
keep_secret(const char *template, const char *before)
{
	snprintf(secret, sizeof(secret), "%s",
	    fx_mail_word(template, before).p);
	fx_sql("DELETE FROM dw_outbox");
}

static void
added(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	fx_config->registration_login_on_verification = true;
	assert_int_equal(add_address(), ERR_OK);
	keep_secret("add-email", "vtoken=");
}

static void
added_by_code(void)
{
	ada = fx_account(ADA, FIRST, "ada", true);
	fx_config->account_add_email_by = STR("code");
	assert_int_equal(add_address(), ERR_OK);
	keep_secret("add-email", "Your code:\n\n ");
}

static void
with_two(void)
{
	added();
	assert_int_equal(prove_address(), ERR_OK);
	fx_next();
	assert_int_equal(address_make_primary(fx, ada, STR(ADA)), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
	fx_next();
}

static void
removed(void)
{
	with_two();
	assert_int_equal(remove_address(), ERR_OK);
	fx_sql("DELETE FROM dw_outbox WHERE target <> '" ADA "'");
	keep_secret("addresses-changed", "vtoken=");
	fx_next();
}

static void
asked_deletion(void)
{
	signed_in();
	fx_config->account_hold_days = 30;
	assert_int_equal(ask_deletion(), ERR_OK);
	keep_secret("delete-account", "vtoken=");
}

static void
asked_deletion_by_code(void)
{
	signed_in();
	fx_config->account_delete_by = STR("code");
	assert_int_equal(ask_deletion(), ERR_OK);
	keep_secret("delete-account", "your account:\n\n ");
}

/* verified_s as SQL. */
static void
put_number(const char *verified_s)
{
	signed_in();
	fx_config->login_phone = true;
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " verified_s, created_s) SELECT 3, '" NUMBER "', uid,"
	    " '" NUMBER "', %s, created_s FROM dw_account", verified_s);
	fx_sql("UPDATE dw_account SET phone_verified_s = %s", verified_s);
}

static void
with_number(void)
{
	put_number("created_s");
}

static void
with_open_number(void)
{
	put_number("0");
	/* Who has an address that is proven proves a number from within. */
	fx_sql("UPDATE dw_account SET email_verified_s = 0");
	fx_sql("UPDATE dw_identifier SET verified_s = 0");
}

static void
keep_code(const char *template, const char *before)
{
	keep_secret(template, before);
	fx_next();
}

static void
number_waits(void)
{
	with_number();
	assert_int_equal(change_number(), ERR_OK);
	keep_code("verify-phone.sms", "your code is ");
}

static void
number_asked(void)
{
	with_open_number();
	assert_int_equal(resend_number(), ERR_OK);
	keep_code("verify-phone.sms", "your code is ");
}

static void
asked_by_number(void)
{
	with_number();
	assert_int_equal(forgot_by_number(), ERR_OK);
	keep_code("reset-password.sms", "a new password is ");
}

static void
asked_deletion_by_number(void)
{
	with_number();
	assert_int_equal(ask_deletion_by_number(), ERR_OK);
	keep_code("delete-account.sms", "your account is ");
}

static void
with_role(void)
{
	signed_in();
	assert_int_equal(give_role(), ERR_OK);
	fx_next();
}

static const struct flow flows[] = {
	{ "change", signed_in, change, .repeated = ERR_TOKEN_UNKNOWN },
	{ "forgot", signed_in, forgot, .repeated = ERR_OK, .once_more = true },
	{ "forgot, by code", resets_by_code, forgot, .repeated = ERR_OK,
	    .once_more = true },
	{ "reset", asked, reset, .repeated = ERR_LINK_USED },
	{ "reset by code", asked_for_code, reset_by_code,
	    .repeated = ERR_EMAIL_CODE_USED },
	{ "reset, unproven", asked_unproven, reset,
	    .repeated = ERR_LINK_USED },
	{ "update", signed_in, update, .repeated = ERR_OK },
	{ "rename", signed_in, rename_account, .repeated = ERR_OK },
	{ "give a role", signed_in, give_role, .repeated = ERR_OK },
	{ "take a role", with_role, take_role, .repeated = ERR_OK },
	{ "block", signed_in, block, .repeated = ERR_OK },
	{ "delete", signed_in, delete, .repeated = ERR_NOT_FOUND },
	{ "add address", signed_in, add_address, .repeated = ERR_OK },
	{ "prove address", added, prove_address, .repeated = ERR_LINK_USED },
	{ "prove address by code", added_by_code, prove_address_by_code,
	    .repeated = ERR_EMAIL_CODE_INVALID },
	{ "remove address", with_two, remove_address,
	    .repeated = ERR_EMAIL_NOT_OWN },
	{ "make primary", with_two, make_primary, .repeated = ERR_OK },
	{ "undo", removed, undo, .repeated = ERR_LINK_USED },
	{ "ask deletion", signed_in, ask_deletion, .repeated = ERR_OK },
	{ "delete by link", asked_deletion, delete_by_link,
	    .repeated = ERR_DELETE_LINK_INVALID },
	{ "delete by code", asked_deletion_by_code, delete_by_code,
	    .repeated = ERR_EMAIL_CODE_INVALID },
	{ "welcome", signed_in, welcome, .repeated = ERR_OK,
	    .once_more = true },
	{ "accept the policy", limited, accept_policy,
	    .repeated = ERR_PRIVACY_ACCEPTED },
	{ "submit consents", with_form, submit_consents, .repeated = ERR_OK },
	{ "withdraw a consent", consented, update_consents,
	    .repeated = ERR_OK },
	{ "stop a sign-in", with_form, login_stops, .repeated = ERR_OK },
	{ "go on with it", stopped_login, go_on_login,
	    .repeated = ERR_CONSENT_TOKEN_INVALID },
	{ "register, agreed", to_register, register_agreed,
	    .repeated = ERR_OK },
	{ "register, to wait", to_register, registration_stops,
	    .repeated = ERR_OK },
	{ "go on with that", stopped_registration, go_on_registration,
	    .repeated = ERR_CONSENT_TOKEN_INVALID },
	{ "change number", with_number, change_number, .repeated = ERR_OK },
	{ "prove own number", number_waits, prove_own_number,
	    .repeated = ERR_PHONE_NOT_PENDING },
	{ "resend own number", number_waits, resend_own_number,
	    .repeated = ERR_OK },
	{ "remove number", with_number, remove_number,
	    .repeated = ERR_NO_PHONE },
	{ "resend number", with_open_number, resend_number, .repeated = ERR_OK,
	    .once_more = true },
	{ "prove number", number_asked, prove_number,
	    .repeated = ERR_PHONE_CODE_USED },
	{ "forgot by number", with_number, forgot_by_number,
	    .repeated = ERR_OK, .once_more = true },
	{ "reset by number", asked_by_number, reset_by_number,
	    .repeated = ERR_PHONE_CODE_USED },
	{ "ask deletion by number", with_number, ask_deletion_by_number,
	    .repeated = ERR_OK },
	{ "delete by number", asked_deletion_by_number, delete_by_number,
	    .repeated = ERR_TOKEN_UNKNOWN },
};

static const struct faults all = { .flows = flows, .n = COUNT(flows) };

static void
test_s141_a_failing_statement_leaves_all_as_it_was(void **state)
{
	(void)state;
	faults_walk(&all, "error", faults_refused);
}

static void
test_s138_a_deadlock_at_any_statement_is_retried(void **state)
{
	(void)state;
	faults_walk(&all, "deadlock", faults_repeated);
}

static void
test_s140_a_lost_connection_at_any_statement_is_replaced(void **state)
{
	(void)state;
	faults_walk(&all, "lost", faults_lost);
}

static void
test_s139_a_commit_in_doubt_is_resolved(void **state)
{
	(void)state;
	faults_walk(&all, "commit-lost", faults_lost);
	faults_walk(&all, "commit-blind", faults_blind);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s141_a_failing_statement_leaves_all_as_it_was),
	T(test_s138_a_deadlock_at_any_statement_is_retried),
	T(test_s140_a_lost_connection_at_any_statement_is_replaced),
	T(test_s139_a_commit_in_doubt_is_resolved),
	};
	int failed;

	if (faults_absent())
		return 77;
	failed = cmocka_run_group_tests_name("faults of accounts", tests,
	    fixture_open, fixture_close);
	consent_file_end();
	return failed;
}
