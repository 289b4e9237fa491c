#include "fixture.h"

#include "codec/identifier.h"
#include "domain/account.h"
#include "domain/profile.h"
#include "domain/ticket.h"
#include "store/store_tx.h"

static struct identifier
named(const char *email)
{
	struct identifier id;

	assert_int_equal(identifier_email(fx->arena, str_of(email), true,
	    &id), ERR_OK);
	return id;
}

static enum err
find(const char *email, struct account *out)
{
	struct identifier id = named(email);

	return account_find(fx, &id, out);
}

static void
test_account_is_read_with_its_identifiers(void **state)
{
	struct uid uid = fx_account("Ada@Example.org", "cobalt-meadow-71",
	    "Ada.Roe", true);
	struct account a;

	(void)state;
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_true(uid_eq(a.uid, uid));
	assert_int_equal(a.n_emails, 1);
	assert_str(a.emails[0].given, "Ada@Example.org");
	assert_str(a.emails[0].canonical, "ada@example.org");
	assert_str(a.emails[0].label, "Primary");
	assert_int_equal(a.emails[0].verified_s, fx->now_s);
	assert_str(a.username, "ada.roe");
	assert_int_equal(a.password_changed_s, fx->now_s);
	assert_str(a.profile, "{}");
	assert_int_equal(account_get(fx, uid_new(1), &a), ERR_NOT_FOUND);
}

/* F-01, F-02 */
static void
test_f01_f02_one_mailbox_in_any_case_and_no_look_alike(void **state)
{
	static const char *const others[] = { "aná@example.org",
		"\xef\xbd\x81na@example.org", "anä@example.org" };
	struct uid uid = fx_account("Ana@Example.org", NULL, "ana", true);
	struct account a;
	size_t i;

	(void)state;
	assert_int_equal(find("ANA@EXAMPLE.ORG", &a), ERR_OK);
	assert_true(uid_eq(a.uid, uid));
	for (i = 0; i < COUNT(others); i++)
		assert_int_equal(find(others[i], &a), ERR_NOT_FOUND);
	assert_int_equal(account_set_username(fx, uid, STR("ana ")),
	    ERR_USERNAME_SYNTAX);
}

/* S-017 */
static void
test_s017_unknown_names_cost_as_many_statements(void **state)
{
	struct account a;
	unsigned before, known;

	(void)state;
	fx_account("ada@example.org", NULL, NULL, true);
	before = fx->statements;
	assert_int_equal(find("ada@example.org", &a), ERR_OK);
	known = fx->statements - before;
	before = fx->statements;
	assert_int_equal(find("eve@example.org", &a), ERR_NOT_FOUND);
	assert_int_equal(fx->statements - before, known);
}

/* Availability */

static bool
email_exists(const char *email)
{
	bool out = false;

	assert_int_equal(account_email_exists(fx, str_of(email), &out),
	    ERR_OK);
	return out;
}

static void
test_email_exists_for_verified_and_unverified_ones(void **state)
{
	bool out;

	(void)state;
	fx_account("ada@example.org", NULL, NULL, true);
	fx_account("bob@example.org", NULL, NULL, false);
	assert_true(email_exists("ADA@example.org"));
	assert_true(email_exists("bob@example.org"));
	assert_false(email_exists("eve@example.org"));
	assert_int_equal(account_email_exists(fx, STR("eve"), &out),
	    ERR_EMAIL_MALFORMED);
	fx_config->availability_enabled = false;
	assert_int_equal(account_email_exists(fx, STR("ada@example.org"),
	    &out), ERR_ENDPOINT_OFF);
}

/* S-020 */
static void
test_s020_existence_look_ups_are_limited_by_source(void **state)
{
	bool out;
	int i;

	(void)state;
	for (i = 0; i < 60; i++)
		email_exists("ada@example.org");
	assert_int_equal(account_email_exists(fx, STR("ada@example.org"),
	    &out), ERR_RATE_LIMITED);
	assert_in_range(fx->err.until_s, fx->now_s + 1, fx->now_s + 3600);
	fx->client.network = STR("192.0.2.8");
	email_exists("ada@example.org");
}

static void
test_username_exists_for_taken_and_reserved_ones(void **state)
{
	static const struct { const char *name; bool exists; } t[] = {
		{ "ada", true }, { "ADA", true }, { "admin", true },
		{ "Postmaster", true }, { "eve", false }
	};
	bool out;
	size_t i;

	(void)state;
	fx_account("ada@example.org", NULL, "ada", true);
	for (i = 0; i < COUNT(t); i++) {
		out = !t[i].exists;
		assert_int_equal(account_username_exists(fx,
		    str_of(t[i].name), &out), ERR_OK);
		assert_int_equal(out, t[i].exists);
	}
	assert_int_equal(account_username_exists(fx, STR(""), &out),
	    ERR_USERNAME_MISSING);
	fx_config->login_username = false;
	assert_int_equal(account_username_exists(fx, STR("ada"), &out),
	    ERR_USERNAME_OFF);
}

/* User names */

static void
test_username_is_set_changed_and_told(void **state)
{
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	struct uid other = fx_account("bob@example.org", NULL, NULL, true);
	struct account a;

	(void)state;
	assert_int_equal(account_set_username(fx, uid, STR("Ada")), ERR_OK);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_str(a.username, "ada");
	assert_int_equal(fx_mails("username-changed"), 1);
	assert_non_null(strstr(fx_mail("username-changed").p, "\nada\n"));
	assert_int_equal(account_set_username(fx, uid, STR("ADA")), ERR_OK);
	assert_int_equal(fx_mails("username-changed"), 1);
	assert_int_equal(account_set_username(fx, other, STR("ada")),
	    ERR_USERNAME_TAKEN);
	assert_int_equal(account_set_username(fx, uid, STR("lovelace")),
	    ERR_OK);
	assert_int_equal(account_set_username(fx, other, STR("ada")),
	    ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_identifier"
	    " WHERE kind = 2"), 2);
}

/* F-03, F-07, S-013 */
static void
test_s013_username_is_no_other_kind_of_identifier(void **state)
{
	static const struct { const char *name; enum err e; } bad[] = {
		{ "ada@example.org", ERR_USERNAME_FORMAT },
		{ "447700900123", ERR_USERNAME_FORMAT },
		{ "\xf0\x9f\x9a\x80", ERR_USERNAME_FORMAT },
		{ "root", ERR_USERNAME_TAKEN },
		{ "Support", ERR_USERNAME_TAKEN }, { "", ERR_USERNAME_MISSING }
	};
	struct uid uid = fx_account("ada@example.org", NULL, NULL, true);
	struct account a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(account_set_username(fx, uid,
		    str_of(bad[i].name)), bad[i].e);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_null(a.username.p);
	assert_int_equal(account_set_username(fx, uid_new(1), STR("ada")),
	    ERR_NOT_FOUND);
}

static struct uid racers[10];

static int
race_for_name(int i, void *arg)
{
	(void)arg;
	switch (account_set_username(fx, racers[i], STR("ada"))) {
	case ERR_OK:
		return 1;
	case ERR_USERNAME_TAKEN:
		return 2;
	default:
		return 0;
	}
}

/* S-137 */
static void
test_s137_one_of_many_gets_a_name(void **state)
{
	int results[COUNT(racers)], won = 0, lost = 0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(racers); i++)
		racers[i] = fx_account(str_printf(fx->arena,
		    "p%zu@example.org", i).p, NULL, NULL, true);
	fx_parallel(COUNT(racers), race_for_name, NULL, results);
	for (i = 0; i < COUNT(racers); i++) {
		won += results[i] == 1;
		lost += results[i] == 2;
	}
	assert_int_equal(won, 1);
	assert_int_equal(lost, COUNT(racers) - 1);
}

/* State */

static enum err
link_tx(struct ctx *c, void *arg)
{
	struct ticket t = { .purpose = TICKET_VERIFY_EMAIL,
		.generation = 1, .address = STR("ada@example.org"),
		.expires_s = c->now_s + 60 };
	struct uid *uid = arg;
	struct str secret;
	enum err e;

	t.uid = *uid;
	e = ticket_make_link(c, &t, &secret);
	if (e == ERR_OK)
		*(struct str *)(void *)(uid + 1) = secret;
	return e;
}

static struct str
make_link(struct uid uid)
{
	struct { struct uid uid; struct str secret; } k = { .uid = uid };

	assert_int_equal(store_tx(fx, link_tx, &k.uid, NULL), ERR_OK);
	return k.secret;
}

/* S-034, S-051 */
static void
test_s051_blocking_ends_sessions_and_tickets_at_once(void **state)
{
	struct uid uid = fx_account("ada@example.org", "cobalt-meadow-71",
	    NULL, true);
	struct session_tokens api = fx_session(uid, SESSION_API);
	struct session_tokens page = fx_session(uid, SESSION_PAGE);
	struct str link = make_link(uid);
	struct ticket t;

	(void)state;
	assert_int_equal(ticket_peek_link(fx, TICKET_VERIFY_EMAIL, link, &t),
	    ERR_OK);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(fx_check(SESSION_API, api.access_token),
	    ERR_ACCOUNT_BLOCKED);
	assert_int_equal(fx_check(SESSION_PAGE, page.access_token),
	    ERR_ACCOUNT_BLOCKED);
	assert_int_equal(ticket_peek_link(fx, TICKET_VERIFY_EMAIL, link, &t),
	    ERR_LINK_INVALID);
	assert_int_equal(fx_login("ada@example.org", "cobalt-meadow-71"),
	    ERR_ACCOUNT_BLOCKED);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_ACTIVE), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, api.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_login("ada@example.org", "cobalt-meadow-71"),
	    ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event IN ('account_blocked', 'account_enabled')"), 2);
	assert_int_equal(account_set_state(fx, uid_new(1), ACCOUNT_ACTIVE),
	    ERR_NOT_FOUND);
}

/* S-051 */
static void
test_s051_deletion_leaves_a_tombstone_and_frees_the_address(void **state)
{
	static const char *const tables[] = { "account", "identifier",
		"password", "password_history", "session", "refresh_token",
		"ticket", "outbox" };
	struct uid uid = fx_account("ada@example.org", "cobalt-meadow-71",
	    "ada", true), next;
	struct session_tokens api = fx_session(uid, SESSION_API);
	struct account a;
	size_t i;

	(void)state;
	make_link(uid);
	assert_int_equal(account_set_username(fx, uid, STR("lovelace")),
	    ERR_OK);
	fx_sql("INSERT INTO dw_password_history SELECT uid, 1, phc"
	    " FROM dw_password");
	assert_int_equal(account_delete(fx, uid), ERR_OK);
	for (i = 0; i < COUNT(tables); i++)
		if (fx_number("SELECT COUNT(*) FROM dw_%s", tables[i]) != 0)
			fail_msg("%s holds rows", tables[i]);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_tombstone"), 1);
	assert_int_equal(fx_check(SESSION_API, api.access_token),
	    ERR_TOKEN_UNKNOWN);
	assert_int_equal(account_delete(fx, uid), ERR_NOT_FOUND);
	next = fx_account("ada@example.org", NULL, NULL, false);
	assert_false(uid_eq(next, uid));
	assert_int_equal(account_get(fx, next, &a), ERR_OK);
	assert_null(a.username.p);
	assert_int_equal(a.password_changed_s, 0);
	assert_str(a.profile, "{}");
}

/* Many */

static void
test_accounts_are_listed_page_by_page(void **state)
{
	struct uid after = { { 0 } };
	struct account *list;
	size_t n, total = 0, i;

	(void)state;
	for (i = 0; i < 7; i++)
		fx_account(str_printf(fx->arena, "p%zu@example.org", i).p,
		    NULL, NULL, true);
	do {
		assert_int_equal(account_list(fx, after, 3, &list, &n),
		    ERR_OK);
		for (i = 0; i < n; i++)
			assert_int_equal(list[i].n_emails, 1);
		total += n;
		if (n > 0)
			after = list[n - 1].uid;
	} while (n > 0);
	assert_int_equal(total, 7);
}

/* S-045 */
static void
test_s045_unproven_accounts_without_activity_go_after_7_days(void **state)
{
	struct account a;
	int64_t gone = -1;

	(void)state;
	fx_account("old@example.org", NULL, NULL, false);
	fx_account("proven@example.org", NULL, NULL, true);
	fx_account("busy@example.org", NULL, NULL, false);
	fx_sql("UPDATE dw_account SET logins = 1 WHERE uid = (SELECT uid"
	    " FROM dw_identifier WHERE canonical = 'busy@example.org')");
	fx_pass(7 * 86400);
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 0);
	fx_pass(2);
	fx_account("new@example.org", NULL, NULL, false);
	fx_config->registration_verification = STR("disabled");
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 0);
	fx_config->registration_verification = STR("required");
	assert_int_equal(account_sweep_unverified(fx, &gone), ERR_OK);
	assert_int_equal(gone, 1);
	assert_int_equal(find("old@example.org", &a), ERR_NOT_FOUND);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"), 3);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_account_is_read_with_its_identifiers),
	T(test_f01_f02_one_mailbox_in_any_case_and_no_look_alike),
	T(test_s017_unknown_names_cost_as_many_statements),
	T(test_email_exists_for_verified_and_unverified_ones),
	T(test_s020_existence_look_ups_are_limited_by_source),
	T(test_username_exists_for_taken_and_reserved_ones),
	T(test_username_is_set_changed_and_told),
	T(test_s013_username_is_no_other_kind_of_identifier),
	T(test_s137_one_of_many_gets_a_name),
	T(test_s051_blocking_ends_sessions_and_tickets_at_once),
	T(test_s051_deletion_leaves_a_tombstone_and_frees_the_address),
	T(test_accounts_are_listed_page_by_page),
	T(test_s045_unproven_accounts_without_activity_go_after_7_days),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("account", tests, fixture_open,
	    fixture_close);
}
