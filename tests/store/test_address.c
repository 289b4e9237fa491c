/* The addresses of an account, and its end, by the operations themselves. */
#include "fixture.h"

#include "domain/account.h"
#include "domain/account_create.h"
#include "domain/account_delete.h"
#include "domain/account_held.h"
#include "domain/address.h"
#include "domain/password.h"
#include "domain/registration.h"
#include "domain/verification.h"

#define ADA	"ada@example.org"
#define BEA	"bea@example.org"
#define WORD	"cobalt-meadow-71"

static enum err
add(struct uid uid, const char *email, const char *type)
{
	struct address_new n = { .email = str_of(email),
		.type = type != NULL ? str_of(type) : STR_NONE };

	fx_next();
	fx_config->mail_gap_s = 0;
	return address_add(fx, uid, &n);
}

static enum err
prove(struct str token)
{
	struct verification v = { .token = token };
	struct verification_result out;

	fx_next();
	return verification_by_link(fx, &v, &out);
}

static struct account
read(struct uid uid)
{
	struct account a;

	fx_next();
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	return a;
}

static struct uid
with_two(void)
{
	struct uid uid = fx_account(ADA, WORD, "ada", true);

	assert_int_equal(add(uid, BEA, NULL), ERR_OK);
	assert_int_equal(prove(fx_mail_word("add-email", "vtoken=")),
	    ERR_OK);
	return uid;
}

static void
test_nothing_is_added_where_nothing_is_verified(void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", true);

	(void)state;
	fx_config->registration_verification = STR("disabled");
	assert_int_equal(add(uid, BEA, NULL), ERR_EMAIL_VERIFICATION_OFF);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_pending_identifier"), 0);
}

/* S-046: what is proven in the account stays in force meanwhile, and a
 * proven number is as good as an address. */
static void
test_s046_a_first_address_beside_a_number_is_the_primary_one(void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", false);
	struct account a;

	(void)state;
	assert_int_equal(add(uid, BEA, NULL), ERR_NO_VERIFIED_EMAIL);
	fx_sql("UPDATE dw_account SET phone_verified_s = 1");
	assert_int_equal(add(uid, BEA, NULL), ERR_OK);
	a = read(uid);
	assert_int_equal(a.n_pending, 1);
	assert_str(a.emails[0].given, ADA);
	assert_int_equal(prove(fx_mail_word("add-email", "vtoken=")),
	    ERR_OK);
	a = read(uid);
	assert_int_equal(a.n_pending, 0);
	assert_int_equal(a.n_emails, 2);
	assert_str(a.emails[0].given, BEA);
	assert_str(a.emails[0].label, "Primary");
	assert_str(a.emails[1].label, "Secondary");
	assert_true(a.email_verified_s != 0);
}

static void
test_something_proven_remains(void **state)
{
	struct uid uid = with_two();
	struct account a;

	(void)state;
	fx_sql("UPDATE dw_identifier SET verified_s = 0"
	    " WHERE canonical = '" BEA "'");
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(ADA)),
	    ERR_IDENTIFIER_KEPT);
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(BEA)),
	    ERR_EMAIL_NOT_OWN);
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(BEA)), ERR_OK);
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(ADA)), ERR_LAST_EMAIL);
	fx_sql("UPDATE dw_account SET phone_verified_s = 1");
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(ADA)), ERR_OK);
	a = read(uid);
	assert_int_equal(a.n_emails, 0);
	assert_int_equal(a.email_verified_s, 0);
}

/* An address that nobody has proven is never taken for a proven one. */
static void
test_s046_what_was_proven_goes_with_the_last_proven_address(void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", false);
	struct account a;

	(void)state;
	fx_sql("UPDATE dw_account SET phone_verified_s = 1");
	assert_int_equal(add(uid, BEA, NULL), ERR_OK);
	assert_int_equal(prove(fx_mail_word("add-email", "vtoken=")),
	    ERR_OK);
	assert_true(read(uid).email_verified_s != 0);
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(BEA)), ERR_OK);
	a = read(uid);
	assert_int_equal(a.n_emails, 1);
	assert_str(a.emails[0].given, ADA);
	assert_int_equal(a.emails[0].verified_s, 0);
	assert_int_equal(a.email_verified_s, 0);
}

/* S-050: all proven addresses hear of it, and no others. */
static void
test_s050_all_proven_addresses_hear_of_a_change(void **state)
{
	struct uid uid = with_two();

	(void)state;
	fx_sql("DELETE FROM dw_outbox");
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(BEA)), ERR_OK);
	assert_int_equal(fx_mails("addresses-changed"), 2);
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(BEA)), ERR_OK);
	assert_int_equal(fx_mails("addresses-changed"), 2);
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(BEA)), ERR_OK);
	assert_int_equal(fx_mails("addresses-changed"), 4);
	assert_str(read(uid).emails[0].given, ADA);
}

/* S-048: a rescue that is the first proof drops what waits as well. */
static void
test_s048_a_first_proof_by_reset_drops_addresses_that_wait(void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", false);
	struct password_forgot f = { .identifier = STR(ADA) };
	struct password_reset r = { .password =
		fx_secret("amber-kettle-20") };
	struct password_reset_result out;

	(void)state;
	fx_sql("INSERT INTO dw_pending_identifier SELECT uid, 1, '" BEA "',"
	    " '" BEA "', 'Work', 1 FROM dw_account");
	fx_sql("UPDATE dw_account SET pending = 1");
	assert_int_equal(read(uid).n_pending, 1);
	fx_next();
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	r.token = fx_mail_word("reset-password", "vtoken=");
	fx_next();
	assert_int_equal(password_reset(fx, &r, &out), ERR_OK);
	assert_int_equal(read(uid).n_pending, 0);
}

/* S-046: fresh authentication. */
static void
test_s046_a_change_asks_for_the_password_unless_the_sign_in_is_fresh(
    void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", true);
	struct session_tokens t = fx_session(uid, SESSION_PAGE);
	struct attempt_secret wrong = { .typed =
		fx_secret("violet-harbour-88") };
	struct attempt_secret right = { .typed = fx_secret(WORD) };
	struct attempt_secret none = { .key = { NULL } };
	struct session s;

	(void)state;
	fx_next();
	assert_int_equal(session_check(fx, SESSION_PAGE, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(password_confirm(fx, &s, &none), ERR_OK);
	fx_pass(SESSION_FRESH_S);
	fx_next();
	assert_int_equal(password_confirm(fx, &s, &none), ERR_OLD_PASSWORD);
	assert_int_equal(password_confirm(fx, &s, &wrong), ERR_OLD_PASSWORD);
	assert_int_equal(password_confirm(fx, &s, &right), ERR_OK);
	fx_sql("DELETE FROM dw_password");
	assert_int_equal(password_confirm(fx, &s, &right), ERR_NO_PASSWORD);
}

/* S-046: undo restores, ends sessions, and puts out whoever came since; it
 * outlives what was done to the account meanwhile. */
static void
test_s046_undo_restores_after_a_takeover(void **state)
{
	struct uid uid = fx_account(ADA, WORD, "ada", true);
	struct session_tokens t = fx_session(uid, SESSION_PAGE);
	struct attempt_secret from = { .typed = fx_secret(WORD) };
	struct secret to = fx_secret("amber-kettle-2");
	struct session_tokens rotated;
	struct session s;
	struct str undo, again;
	struct account a;

	(void)state;
	assert_int_equal(add(uid, BEA, "Primary"), ERR_OK);
	assert_int_equal(prove(fx_mail_word("add-email", "vtoken=")),
	    ERR_OK);
	undo = fx_mail_word("addresses-changed", "vtoken=");
	fx_next();
	assert_int_equal(session_check(fx, SESSION_PAGE, t.access_token, &s),
	    ERR_OK);
	assert_int_equal(password_change(fx, &s, &from, &to, &rotated),
	    ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(ADA)), ERR_OK);
	fx_sql("DELETE FROM dw_outbox WHERE target <> '" ADA "'");
	again = fx_mail_word("addresses-changed", "vtoken=");
	assert_int_equal(add(uid, "eve@example.org", NULL), ERR_OK);
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " verified_s, created_s) SELECT 3, '+12025550101', uid, '',"
	    " %lld, %lld FROM dw_account", (long long)fx->now_s,
	    (long long)fx->now_s);
	fx_sql("INSERT INTO dw_security_answer (uid, question_id, phc,"
	    " changed_s) SELECT uid, 'pet', '', %lld FROM dw_account",
	    (long long)fx->now_s);
	fx_sql("UPDATE dw_account SET phone_verified_s = created_s");
	fx_next();
	assert_int_equal(address_undo_peek(fx, undo, &(struct str){ 0 }),
	    ERR_OK);
	assert_int_equal(address_undo(fx, undo), ERR_OK);
	a = read(uid);
	assert_int_equal(a.n_emails, 1);
	assert_str(a.emails[0].given, ADA);
	assert_str(a.emails[0].label, "Primary");
	assert_true(a.emails[0].verified_s != 0);
	assert_int_equal(a.n_pending, 0);
	assert_true(a.phone.p == NULL);
	assert_int_equal(a.phone_verified_s, 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_security_answer"), 0);
	assert_int_equal(fx_check(SESSION_PAGE, rotated.access_token),
	    ERR_TOKEN_UNKNOWN);
	fx_next();
	assert_int_equal(address_undo(fx, undo), ERR_LINK_USED);
	assert_int_equal(address_undo(fx, again), ERR_OK);
	fx_sql("UPDATE dw_account SET state = 2");
	fx_sql("UPDATE dw_ticket SET used_s = 0");
	fx_next();
	assert_int_equal(address_undo(fx, undo), ERR_ACCOUNT_BLOCKED);
}

/* S-046: the newcomer cannot undo the owner's undoing. */
static void
test_s046_a_newcomer_gets_no_undo(void **state)
{
	struct uid uid = with_two();

	(void)state;
	fx_sql("UPDATE dw_identifier SET verified_s = verified_s + 1"
	    " WHERE canonical = '" BEA "'");
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(BEA)), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(ADA)), ERR_OK);
	assert_int_equal(fx_mails("addresses-changed"), 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_ticket"
	    " WHERE address = '" BEA "' AND data <> ''"), 0);
	fx_pass(72 * 3600 + 10);
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(BEA)), ERR_OK);
	fx_next();
	assert_int_equal(address_make_primary(fx, uid, STR(ADA)), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_ticket"
	    " WHERE address = '" BEA "' AND data <> ''"), 1);
}

/* S-046: 72 hours, and not when the address is somebody else's by then. */
static void
test_s046_undo_ends(void **state)
{
	struct uid uid = with_two();
	struct str undo;

	(void)state;
	fx_next();
	assert_int_equal(address_remove(fx, uid, STR(ADA)), ERR_OK);
	fx_sql("DELETE FROM dw_outbox WHERE target <> '" ADA "'");
	undo = fx_mail_word("addresses-changed", "vtoken=");
	fx_account(ADA, WORD, NULL, true);
	fx_next();
	assert_int_equal(address_undo(fx, undo), ERR_EMAIL_TAKEN);
	fx_pass(72 * 3600);
	fx_next();
	assert_int_equal(address_undo(fx, undo), ERR_LINK_EXPIRED);
	assert_int_equal(address_undo(fx, STR("x")), ERR_LINK_INVALID);
}

/* S-051: tombstone without personal data; nothing of it is left elsewhere
 * but MACs of what is held. */
static void
test_s051_a_deleted_account_leaves_no_trace_of_its_person(void **state)
{
	static const struct deletion plain;
	struct uid uid = with_two();
	bool held = false;

	(void)state;
	fx_config->account_hold_days = 30;
	fx_next();
	assert_int_equal(deletion_ask(fx, uid, &plain, NULL), ERR_OK);
	fx_next();
	assert_int_equal(deletion_by_link(fx,
	    fx_mail_word("delete-account", "vtoken=")), ERR_OK);
	assert_int_equal(fx_mails("account-deleted"), 2);
	assert_int_equal(fx_mails("delete-account"), 0);
	assert_int_equal(fx_number("SELECT (SELECT COUNT(*) FROM dw_account)"
	    " + (SELECT COUNT(*) FROM dw_identifier)"
	    " + (SELECT COUNT(*) FROM dw_password)"
	    " + (SELECT COUNT(*) FROM dw_session)"
	    " + (SELECT COUNT(*) FROM dw_ticket)"
	    " + (SELECT COUNT(*) FROM dw_pending_identifier)"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_tombstone"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_held_identifier"), 3);
	fx_next();
	assert_int_equal(identifier_held(fx, IDENTIFIER_EMAIL, STR(BEA),
	    &held), ERR_OK);
	assert_true(held);
	fx_pass(30 * 86400);
	fx_next();
	assert_int_equal(identifier_held(fx, IDENTIFIER_EMAIL, STR(BEA),
	    &held), ERR_OK);
	assert_false(held);
	fx_account(BEA, WORD, "ada", true);
}

static int
claim_one(int i, void *arg)
{
	struct account_add a = { .email = STR(ADA), .verified = true };
	struct uid uid;

	if (i == 0)
		return (int)(deletion_by_link(fx, str_of(arg)) != ERR_OK);
	return account_add(fx, &a, &uid) == ERR_EMAIL_TAKEN ? 2 : 3;
}

/* While an account goes, nobody slips in between it and its hold. */
static void
test_s051_a_hold_has_no_gap(void **state)
{
	static const struct deletion plain;
	struct uid uid = fx_account(ADA, WORD, NULL, true);
	int results[10], i;

	(void)state;
	fx_config->account_hold_days = 30;
	fx_next();
	assert_int_equal(deletion_ask(fx, uid, &plain, NULL), ERR_OK);
	fx_parallel(10, claim_one, (void *)(uintptr_t)
	    fx_mail_word("delete-account", "vtoken=").p, results);
	assert_int_equal(results[0], 0);
	for (i = 1; i < 10; i++)
		assert_int_equal(results[i], 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"), 0);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_nothing_is_added_where_nothing_is_verified),
	T(test_s046_a_first_address_beside_a_number_is_the_primary_one),
	T(test_something_proven_remains),
	T(test_s046_what_was_proven_goes_with_the_last_proven_address),
	T(test_s050_all_proven_addresses_hear_of_a_change),
	T(test_s048_a_first_proof_by_reset_drops_addresses_that_wait),
	T(test_s046_a_change_asks_for_the_password_unless_the_sign_in_is_fresh),
	T(test_s046_undo_restores_after_a_takeover),
	T(test_s046_a_newcomer_gets_no_undo),
	T(test_s046_undo_ends),
	T(test_s051_a_deleted_account_leaves_no_trace_of_its_person),
	T(test_s051_a_hold_has_no_gap),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("addresses", tests, fixture_open,
	    fixture_close);
}
