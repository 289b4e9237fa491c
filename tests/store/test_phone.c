/*
 * Numbers against a real database: what shows of who is known, and what
 * becomes of accounts whose number nobody proves.
 */
#include "fixture.h"

#include "domain/account.h"
#include "domain/phone.h"
#include "domain/registration.h"

#define KNOWN	"+12025550101"
#define FRESH	"+12025550102"

static enum err
sign_up(const char *number, const char *email)
{
	struct registration r = { .from_page = true,
		.phone = str_of(number), .email = str_of(email),
		.password = fx_secret("cobalt-meadow-71"),
		.session = { .kind = SESSION_API } };
	struct registration_result out;

	return registration_create(fx, &r, &out);
}

static enum err
prove(const char *number)
{
	const struct phone_proof p = { .phone = str_of(number),
		.code = fx_mail_word("verify-phone.sms", "your code is "),
		.session = { .kind = SESSION_API } };
	struct login_result out;

	return phone_prove(fx, &p, &out);
}

static enum err
resend(const char *number)
{
	const struct phone_asking in = { .phone = str_of(number) };

	return phone_resend(fx, &in);
}

static enum err
forgot(const char *number)
{
	const struct phone_asking in = { .phone = str_of(number) };

	return phone_forgot(fx, &in);
}

static unsigned
cost(enum err (*fn)(const char *number), const char *number)
{
	unsigned before;

	fx_next();
	before = fx->statements;
	assert_int_equal(fn(number), ERR_OK);
	return fx->statements - before;
}

static enum err
sign_up_by(const char *number)
{
	return sign_up(number, NULL);
}

static int64_t
accounts(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_account");
}

static void
test_s017_unknown_numbers_cost_as_many_statements(void **state)
{
	unsigned known, unknown;

	(void)state;
	fx_config->login_phone = true;
	assert_int_equal(sign_up(KNOWN, NULL), ERR_OK);
	assert_int_equal(cost(resend, KNOWN), cost(resend, FRESH));
	assert_int_equal(prove(KNOWN), ERR_OK);
	assert_int_equal(cost(resend, KNOWN), cost(resend, FRESH));
	known = cost(forgot, KNOWN);
	unknown = cost(forgot, FRESH);
	assert_int_equal(known, unknown);
	assert_int_equal(fx_mails("reset-password.sms"), 1);
	/* The notice of the day aside, as for addresses. */
	cost(sign_up_by, KNOWN);
	known = cost(sign_up_by, KNOWN);
	unknown = cost(sign_up_by, "+12025550103");
	assert_in_range(known, unknown, unknown + 1);
	assert_int_equal(fx_mails("already-registered.sms"), 1);
}

/* S-045, S-055: who never proved a number does not keep it. */
static void
test_s045_an_unproven_number_locks_nobody_out(void **state)
{
	struct uid first = { { 0 } };
	struct identifier id;
	struct account a;
	int64_t gone;

	(void)state;
	fx_config->login_phone = true;
	assert_int_equal(sign_up(KNOWN, NULL), ERR_OK);
	assert_int_equal(phone_read(fx, STR(KNOWN), &id), ERR_OK);
	assert_int_equal(account_find(fx, &id, &a), ERR_OK);
	first = a.uid;
	fx_pass(61);
	assert_int_equal(sign_up(KNOWN, NULL), ERR_OK);
	assert_int_equal(account_find(fx, &id, &a), ERR_OK);
	assert_false(uid_eq(a.uid, first));
	assert_int_equal(accounts(), 1);
	fx_pass(8 * 86400);
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 1);
	assert_int_equal(account_find(fx, &id, &a), ERR_NOT_FOUND);
}

static void
test_the_sweep_leaves_proven_numbers_and_kinds_without_proof(void **state)
{
	int64_t gone;

	(void)state;
	fx_config->login_phone = true;
	assert_int_equal(sign_up(KNOWN, NULL), ERR_OK);
	assert_int_equal(prove(KNOWN), ERR_OK);
	fx_sql("UPDATE dw_account SET logins = 0");
	fx_config->registration_phone_verification = STR("disabled");
	assert_int_equal(sign_up(FRESH, NULL), ERR_OK);
	fx_sql("UPDATE dw_account SET logins = 0");
	fx_pass(8 * 86400);
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 0);
	assert_int_equal(accounts(), 2);
	fx_config->registration_phone_verification = STR("optional");
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 1);
}

/* The second of two waits, and leads nowhere. */
static void
test_a_number_beside_an_address_waits(void **state)
{
	(void)state;
	fx_config->login_phone = true;
	assert_int_equal(sign_up(KNOWN, "ada@example.org"), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE kind = 3"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_pending_identifier"
	    " WHERE kind = 3"), 1);
	assert_int_equal(fx_mails("verify-email"), 1);
	assert_int_equal(prove(KNOWN), ERR_PHONE_CODE_INVALID);
	fx_next();
	fx_config->login_email = false;
	assert_int_equal(sign_up(FRESH, "eve@example.org"), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE kind = 3"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_pending_identifier"
	    " WHERE kind = 1"), 1);
	assert_int_equal(prove(FRESH), ERR_OK);
}

/* S-045: a number that was typed wrong is somebody's.  Whoever holds it gets
 * no session of an account that has another way in. */
static void
test_s045_a_mistyped_number_opens_no_account(void **state)
{
	(void)state;
	fx_config->login_phone = true;
	(void)fx_account("ada@example.org", NULL, NULL, true);
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " created_s) SELECT 3, '" KNOWN "', uid, '" KNOWN "', created_s"
	    " FROM dw_account");
	fx_next();
	assert_int_equal(resend(KNOWN), ERR_OK);
	assert_int_equal(fx_mails("verify-phone.sms"), 0);
	fx_config->compat_reveal_account_existence = true;
	fx_pass(120);
	fx_next();
	assert_int_equal(resend(KNOWN), ERR_PHONE_VERIFIED);
}

/* S-045: it gives way to the account that proves it. */
static void
test_s045_an_unproven_registration_keeps_no_number(void **state)
{
	const struct phone_asking in = { .phone = STR(FRESH) };
	struct uid ada;
	bool sent;

	(void)state;
	fx_config->login_phone = true;
	ada = fx_account("ada@example.org", NULL, NULL, true);
	assert_int_equal(sign_up(FRESH, NULL), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
	fx_pass(120);
	fx_next();
	assert_int_equal(phone_change(fx, ada, &in, &sent), ERR_OK);
	assert_int_equal(phone_prove_own(fx, ada, fx_mail_word(
	    "verify-phone.sms", "your code is "), STR_NONE), ERR_OK);
	assert_int_equal(accounts(), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier WHERE"
	    " kind = 3 AND verified_s > 0"), 1);
}

static void
test_national_numbers_are_those_of_the_country(void **state)
{
	struct identifier id;

	(void)state;
	assert_int_equal(phone_read(fx, STR(KNOWN), &id),
	    ERR_PHONE_LOGIN_OFF);
	fx_config->login_phone = true;
	assert_int_equal(phone_read(fx, STR(""), &id), ERR_PHONE_MISSING);
	assert_int_equal(phone_read(fx, STR("07700 900123"), &id),
	    ERR_PHONE_MALFORMED);
	fx_config->login_phone_country = STR("44");
	assert_int_equal(phone_read(fx, STR("07700 900123"), &id), ERR_OK);
	assert_str(id.canonical, "+447700900123");
	assert_int_equal(phone_read(fx, STR(" 12025550101"), &id), ERR_OK);
	assert_str(id.canonical, KNOWN);
	fx_config->login_phone_country = STR("39");	/* keeps its zero */
	assert_int_equal(phone_read(fx, STR("06 1234567"), &id), ERR_OK);
	assert_str(id.canonical, "+39061234567");
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s017_unknown_numbers_cost_as_many_statements),
	T(test_s045_an_unproven_number_locks_nobody_out),
	T(test_the_sweep_leaves_proven_numbers_and_kinds_without_proof),
	T(test_a_number_beside_an_address_waits),
	T(test_s045_a_mistyped_number_opens_no_account),
	T(test_s045_an_unproven_registration_keeps_no_number),
	T(test_national_numbers_are_those_of_the_country),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("phone", tests, fixture_open,
	    fixture_close);
}
