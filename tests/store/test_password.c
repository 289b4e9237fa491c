#include "fixture.h"

#include "base/clock.h"
#include "crypto/pwhash.h"
#include "domain/account.h"
#include "domain/password.h"
#include "domain/session.h"
#include "domain/ticket.h"
#include "store/store_pin.h"
#include "store/store_tx.h"

#define FIRST	"cobalt-meadow-71"
#define SECOND	"amber-kettle-20"
#define THIRD	"walnut-harbour-9"
#define ADA	"ada@example.org"

static struct session
open_session(struct uid uid, enum session_kind kind, struct str *token_out)
{
	struct session_tokens t = fx_session(uid, kind);
	struct session s;

	assert_int_equal(session_check(fx, kind, t.access_token, &s),
	    ERR_OK);
	if (token_out != NULL)
		*token_out = t.access_token;
	return s;
}

static const unsigned char pin_token[32] = { 7 };

static void
open_pin_session(struct uid uid)
{
	struct store_pin_session s = { .uid = uid,
		.family = { { 1 } }, .created_s = fx->now_s,
		.expires_s = fx->now_s + 3600,
		.generation = fx_number("SELECT generation FROM dw_account") };

	memcpy(s.token_hash, pin_token, sizeof(pin_token));
	assert_int_equal(store_pin_session_insert(fx, &s), ERR_OK);
}

static bool
pin_session_lives(void)
{
	struct store_pin_session s;

	assert_int_equal(store_pin_session_read(fx, pin_token, &s), ERR_OK);
	return s.generation == s.account_generation;
}

static enum err
change_as(const struct session *s, const char *old, const char *new,
    struct session_tokens *rotated)
{
	struct attempt_secret from = { .typed = fx_secret(old) };
	struct secret to = fx_secret(new);

	return password_change(fx, s, &from, &to, rotated);
}

static enum err
change(struct uid uid, const char *old, const char *new)
{
	struct session s = open_session(uid, SESSION_API, NULL);
	struct session_tokens rotated;

	return change_as(&s, old, new, &rotated);
}

static enum err
forgot_by(enum identifier_kind kind, const char *name)
{
	struct password_forgot f = { .kind = kind,
		.identifier = str_of(name) };

	return password_forgot(fx, &f);
}

static enum err
forgot(const char *email)
{
	return forgot_by(IDENTIFIER_EMAIL, email);
}

/* The link's secret of the one mail that waits, which is then gone. */
static struct str
sent_secret(void)
{
	struct str s = fx_mail_word("reset-password", "vtoken=");

	fx_sql("DELETE FROM dw_outbox");
	return s;
}

static struct str
sent_code(void)
{
	struct str rest = fx_mail("reset-password"), line;
	int64_t n;

	fx_sql("DELETE FROM dw_outbox");
	while (str_split(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.len == 6 && str_to_int(line, 0, 999999, &n))
			return str_dup(fx->arena, line);
	}
	fail_msg("no code in the mail");
	return STR_NONE;
}

static struct str
ask(const char *email)
{
	assert_int_equal(forgot(email), ERR_OK);
	return sent_secret();
}

static enum err
reset_by(const struct password_reset *r)
{
	struct password_reset_result out;

	return password_reset(fx, r, &out);
}

static enum err
reset(struct str token, const char *password)
{
	struct password_reset r = { .token = token,
		.password = fx_secret(password),
		.session = { .kind = SESSION_API } };

	return reset_by(&r);
}

static enum err
reset_code(enum identifier_kind kind, const char *name, const char *code,
    const char *password)
{
	struct password_reset r = { .kind = kind,
		.identifier = str_of(name), .code = str_of(code),
		.password = fx_secret(password) };

	return reset_by(&r);
}

static struct str
verification_link(struct uid uid);

struct making_link {
	struct ticket ticket;
	struct str secret;
};

static enum err
make_link_tx(struct ctx *c, void *arg)
{
	struct making_link *k = arg;

	return ticket_make_link(c, &k->ticket, &k->secret);
}

static struct str
verification_link(struct uid uid)
{
	struct making_link k = { .ticket = { .purpose = TICKET_VERIFY_EMAIL,
		.uid = uid, .address = STR(ADA),
		.expires_s = fx->now_s + 3600 } };

	k.ticket.generation = fx_number("SELECT generation FROM dw_account"
	    " WHERE uid = x'%s'", uid_hex(fx->arena, uid).p);
	assert_int_equal(store_tx(fx, make_link_tx, &k, NULL), ERR_OK);
	return k.secret;
}

/* Change */

/* S-007, S-094 */
static void
test_s007_change_ends_all_but_the_session_that_made_it(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct str mine, other, page, link;
	struct session s = open_session(uid, SESSION_API, &mine);
	struct session_tokens rotated = { .access_token = STR_NONE };
	struct ticket t;

	(void)state;
	open_session(uid, SESSION_API, &other);
	open_session(uid, SESSION_PAGE, &page);
	link = verification_link(uid);
	open_pin_session(uid);
	assert_int_equal(change_as(&s, FIRST, SECOND, &rotated), ERR_OK);
	assert_null(rotated.access_token.p);
	assert_int_equal(fx_check(SESSION_API, mine), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, other), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, page), ERR_TOKEN_UNKNOWN);
	assert_int_equal(ticket_peek_link(fx, TICKET_VERIFY_EMAIL, link,
	    &t), ERR_LINK_INVALID);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " AS r JOIN dw_account AS a ON a.uid = r.uid"
	    " WHERE r.generation = a.generation"), 0);
	assert_false(pin_session_lives());
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
	assert_int_equal(fx_mails("password-changed"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event = 'password_changed'"), 1);
}

/* S-092 */
static void
test_s092_page_session_gets_a_new_cookie_at_a_change(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct session_tokens rotated = { .access_token = STR_NONE };
	struct str cookie;
	struct session s = open_session(uid, SESSION_PAGE, &cookie);

	(void)state;
	assert_int_equal(change_as(&s, FIRST, SECOND, &rotated), ERR_OK);
	assert_non_null(rotated.access_token.p);
	assert_int_equal(fx_check(SESSION_PAGE, cookie), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, rotated.access_token),
	    ERR_OK);
}

static void
test_change_may_keep_sessions_by_setting(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct str other, link;

	(void)state;
	open_session(uid, SESSION_API, &other);
	link = ask(ADA);
	fx_config->compat_keep_sessions_on_change = true;
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, other), ERR_OK);
	assert_int_equal(reset(link, THIRD), ERR_TICKET_INVALID);
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_REFUSED);
}

/* S-007 */
static void
test_s007_ten_wrong_old_passwords_suspend(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct session s = open_session(uid, SESSION_API, NULL);
	struct session_tokens rotated;
	unsigned long runs;
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		assert_int_equal(change_as(&s, "wrong-one-71", SECOND,
		    &rotated), ERR_OLD_PASSWORD);
	runs = pwhash_runs();
	assert_int_equal(change_as(&s, FIRST, SECOND, &rotated),
	    ERR_LOGIN_SUSPENDED);
	assert_in_range(fx->err.until_s, fx->now_s + 1, clock_now_s() + 900);
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_SUSPENDED);
	assert_int_equal(pwhash_runs(), runs);
	assert_int_equal(fx_number("SELECT failures FROM dw_password"), 10);
	fx_pass(901);
	assert_int_equal(change_as(&s, FIRST, SECOND, &rotated), ERR_OK);
	assert_int_equal(fx_number("SELECT failures FROM dw_password"), 0);
}

/* NIST SP 800-63B-4 §3.2.2 */
static void
test_hundred_wrong_ones_in_a_row_leave_the_reset_alone(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);

	(void)state;
	fx_sql("UPDATE dw_password SET failures = 100");
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OLD_PASSWORD);
	assert_int_equal(reset(ask(ADA), SECOND), ERR_OK);
	assert_int_equal(change(uid, SECOND, THIRD), ERR_OK);
}

static void
test_change_refused_by_policy_changes_nothing(void **state)
{
	struct uid uid = fx_account("mira.quist@example.org", FIRST, "quist9",
	    true);
	static const struct { const char *password; enum err e; } t[] = {
		{ "", ERR_PASSWORD_MISSING }, { "short1", ERR_VALIDATION },
		{ "password1", ERR_PASSWORD_WEAK },
		{ "mira.quist 4 ever", ERR_PASSWORD_WEAK },
		{ FIRST, ERR_PASSWORD_REUSED }
	};
	struct session s = open_session(uid, SESSION_API, NULL);
	struct session_tokens rotated;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		fx_next();
		if (change_as(&s, FIRST, t[i].password, &rotated) != t[i].e)
			fail_msg("%s: %s", t[i].password,
			    err_name(fx->err.code));
	}
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 0);
	assert_int_equal(fx_login("mira.quist@example.org", FIRST), ERR_OK);
}

static void
test_change_without_a_password_is_refused(void **state)
{
	struct uid uid = fx_account(ADA, NULL, NULL, true);

	(void)state;
	assert_int_equal(change(uid, FIRST, SECOND), ERR_NO_PASSWORD);
}

static int
race_to_change(int i, void *arg)
{
	const struct session *sessions = arg;
	struct session_tokens rotated;

	switch (change_as(&sessions[i], FIRST, str_printf(fx->arena,
	    "walnut-harbour-%d", i).p, &rotated)) {
	case ERR_OK:
		return 1;
	case ERR_OLD_PASSWORD:
	case ERR_TOKEN_UNKNOWN:
		return 2;
	default:
		return 0;
	}
}

static void
check_one_change_wins(bool keep_sessions)
{
	struct session sessions[8];
	int results[8], won = 0, i;
	struct uid uid;

	/* Hashes that take their time, so that the changes do overlap. */
	fx_config->password_argon2_memory_kib = 16384;
	uid = fx_account(ADA, FIRST, NULL, true);
	fx_config->compat_keep_sessions_on_change = keep_sessions;
	for (i = 0; i < 8; i++)
		sessions[i] = open_session(uid, SESSION_API, NULL);
	fx_parallel(8, race_to_change, sessions, results);
	for (i = 0; i < 8; i++) {
		assert_int_not_equal(results[i], 0);
		won += results[i] == 1;
	}
	assert_int_equal(won, 1);
	assert_int_equal(fx_mails("password-changed"), 1);
}

static void
test_one_of_many_parallel_changes_wins(void **state)
{
	(void)state;
	check_one_change_wins(false);
	fixture_begin(NULL);
	check_one_change_wins(true);
}

/* S-050: to every proven address, and to no other. */
static void
test_s050_all_proven_addresses_are_told(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	const char *hex = uid_hex(fx->arena, uid).p;

	(void)state;
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " label, position, verified_s, created_s) VALUES"
	    " (1, 'work@example.org', x'%s', 'Work@example.org', 'Work', 1,"
	    " 5, 5), (1, 'eve@example.org', x'%s', 'eve@example.org', 'x',"
	    " 2, 0, 5)", hex, hex);
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	assert_int_equal(fx_mails("password-changed"), 2);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox WHERE"
	    " target IN ('ada@example.org', 'Work@example.org')"), 2);
}

/* History */

/* api-user-password §7, the walk-through with n = 1. */
static void
test_history_of_one_refuses_the_present_and_the_one_before(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);

	(void)state;
	fx_config->password_history = 1;
	assert_int_equal(change(uid, FIRST, FIRST), ERR_PASSWORD_REUSED);
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	assert_int_equal(change(uid, SECOND, FIRST), ERR_PASSWORD_REUSED);
	assert_int_equal(change(uid, SECOND, THIRD), ERR_OK);
	assert_int_equal(change(uid, THIRD, FIRST), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 1);
}

static void
test_history_of_zero_refuses_the_present_one_alone(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);

	(void)state;
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	fx_config->password_history = 0;
	assert_int_equal(change(uid, SECOND, SECOND), ERR_PASSWORD_REUSED);
	assert_int_equal(change(uid, SECOND, FIRST), ERR_OK);
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 0);
}

static void
test_history_of_five_keeps_five(void **state)
{
	struct uid uid = fx_account(ADA, "walnut-harbour-0", NULL, true);
	const char *now = "walnut-harbour-0", *next;
	int i;

	(void)state;
	for (i = 1; i <= 8; i++) {
		next = str_printf(fx->arena, "walnut-harbour-%d", i).p;
		assert_int_equal(change(uid, now, next), ERR_OK);
		assert_int_equal(fx_number("SELECT COUNT(*) FROM"
		    " dw_password_history"), i < 5 ? i : 5);
		now = next;
	}
	for (i = 3; i <= 8; i++)
		assert_int_equal(change(uid, now, str_printf(fx->arena,
		    "walnut-harbour-%d", i).p), ERR_PASSWORD_REUSED);
	assert_int_equal(change(uid, now, "walnut-harbour-2"), ERR_OK);
}

/* Forgot */

struct cost { unsigned statements; unsigned long runs; int64_t rows; };

static struct cost
cost_of_asking(enum identifier_kind kind, const char *name)
{
	struct cost k;

	fx_next();
	k.runs = pwhash_runs();
	assert_int_equal(forgot_by(kind, name), ERR_OK);
	k.runs = pwhash_runs() - k.runs;
	k.statements = fx->statements;
	k.rows = fx_number("SELECT (SELECT COUNT(*) FROM dw_outbox) +"
	    " (SELECT COUNT(*) FROM dw_ticket) +"
	    " (SELECT COUNT(*) FROM dw_audit)");
	fx_sql("DELETE FROM dw_outbox");
	fx_sql("DELETE FROM dw_ticket");
	fx_sql("DELETE FROM dw_audit");
	return k;
}

static void
assert_equal_costs(void)
{
	const struct cost known = cost_of_asking(IDENTIFIER_EMAIL, ADA);
	static const struct { enum identifier_kind kind; const char *name; }
	    others[] = {
		{ IDENTIFIER_EMAIL, "nobody@example.org" },
		{ IDENTIFIER_EMAIL, "blocked@example.org" },
		{ IDENTIFIER_EMAIL, "unproven@example.org" },
		{ IDENTIFIER_USERNAME, "ada" },
		{ IDENTIFIER_USERNAME, "nobody" }
	};
	struct cost k;
	size_t i;

	assert_true(known.statements > 5);
	for (i = 0; i < COUNT(others); i++) {
		k = cost_of_asking(others[i].kind, others[i].name);
		if (k.statements != known.statements ||
		    k.runs != known.runs || k.rows != known.rows)
			fail_msg("%s: %u statements, %lu hashes, %d rows, "
			    "not %u, %lu, %d", others[i].name, k.statements,
			    k.runs, (int)k.rows, known.statements,
			    known.runs, (int)known.rows);
	}
}

static void
make_people(void)
{
	struct uid uid;

	fx_account(ADA, FIRST, "ada", true);
	fx_account("unproven@example.org", FIRST, NULL, false);
	uid = fx_account("blocked@example.org", FIRST, NULL, true);
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	fx_sql("DELETE FROM dw_audit");
}

/* S-018, F-13 */
static void
test_s018_asking_costs_the_same_for_known_and_unknown(void **state)
{
	(void)state;
	make_people();
	assert_equal_costs();
	fx_config->password_reset_by = STR("code");
	assert_equal_costs();
}

/* S-018, S-024 */
static void
test_s018_limits_answer_and_count_alike_for_unknown(void **state)
{
	static const char *const names[] = { ADA, "nobody@example.org" };
	int64_t mails;
	unsigned statements[2];
	size_t i;
	int k;

	(void)state;
	make_people();
	fx_config->mail_per_hour = 3;
	for (i = 0; i < 2; i++) {
		for (k = 0; k < 5; k++)
			assert_int_equal(forgot(names[i]), ERR_OK);
		fx_next();
		assert_int_equal(forgot(names[i]), ERR_OK);
		statements[i] = fx->statements;
	}
	assert_int_equal(statements[0], statements[1]);
	mails = fx_number("SELECT COUNT(*) FROM dw_outbox");
	assert_int_equal(mails, 6);
	assert_int_equal(fx_mails("reset-password"), 3);
	fx_config->mail_per_hour_source = 6;
	assert_int_equal(forgot(ADA), ERR_MAIL_LIMIT);
	assert_int_equal(forgot("nobody@example.org"), ERR_MAIL_LIMIT);
}

/* F-01, S-012 */
static void
test_s012_mail_goes_to_the_stored_address(void **state)
{
	(void)state;
	fx_account("Mike@Example.org", FIRST, NULL, true);
	assert_int_equal(forgot("MIKE@example.ORG"), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox WHERE"
	    " target = 'Mike@Example.org' AND state = 0"), 1);
	fx_sql("DELETE FROM dw_outbox");
	assert_int_equal(forgot("m\xc4\xb1ke@example.org"), ERR_OK);
	assert_int_equal(fx_mails("reset-password"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox WHERE"
	    " target <> ''"), 0);
}

/* F-35 */
static void
test_f35_added_address_without_proof_receives_nothing(void **state)
{
	struct uid uid = fx_account("eve@example.org", FIRST, NULL, true);

	(void)state;
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " label, position, verified_s, created_s) VALUES (1,"
	    " '" ADA "', x'%s', '" ADA "', 'x', 1, 0, 5)",
	    uid_hex(fx->arena, uid).p);
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox WHERE"
	    " target = '" ADA "'"), 0);
	/* The code that went to the proven one is entered beside this. */
	fx_sql("DELETE FROM dw_outbox");
	fx_config->password_reset_by = STR("code");
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox WHERE"
	    " target = 'eve@example.org'"), 1);
	assert_int_equal(reset_code(IDENTIFIER_EMAIL, ADA, sent_code().p,
	    SECOND), ERR_OK);
	assert_int_equal(fx_number("SELECT verified_s FROM dw_identifier"
	    " WHERE canonical = '" ADA "'"), 0);
}

static void
test_forgot_names_what_is_wrong_with_the_request(void **state)
{
	struct password_forgot f = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA),
		.reset_url = STR("https://evil.example/x") };

	(void)state;
	assert_int_equal(forgot("ada"), ERR_EMAIL_MALFORMED);
	assert_int_equal(forgot(""), ERR_IDENTIFIER_MISSING);
	assert_int_equal(forgot_by(IDENTIFIER_USERNAME, "a b"),
	    ERR_USERNAME_SYNTAX);
	assert_int_equal(password_forgot(fx, &f), ERR_URL_NOT_ADMITTED);
	fx_config->login_username = false;
	assert_int_equal(forgot_by(IDENTIFIER_USERNAME, "ada"),
	    ERR_USERNAME_OFF);
	fx_config->login_password = false;
	assert_int_equal(forgot(ADA), ERR_PASSWORD_LOGIN_OFF);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 0);
}

static void
test_forgot_reveals_only_by_setting(void **state)
{
	(void)state;
	make_people();
	fx_config->compat_reveal_account_existence = true;
	assert_int_equal(forgot("nobody@example.org"), ERR_USER_UNKNOWN);
	assert_int_equal(forgot("blocked@example.org"), ERR_ACCOUNT_BLOCKED);
	fx_config->mail_per_hour = 1;
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_int_equal(forgot(ADA), ERR_MAIL_LIMIT);
}

/* F-05, S-035 */
static void
test_s035_link_leads_to_the_site_or_an_admitted_address(void **state)
{
	static const struct str allow[] = { { "https://app.example.com/r",
	    25 } };
	struct password_forgot f = { .kind = IDENTIFIER_EMAIL,
		.identifier = STR(ADA),
		.reset_url = STR("https://app.example.com/r?x=1#top"),
		.return_url = STR("/shop?a=1&b=2") };

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_non_null(strstr(fx_mail("reset-password").p,
	    "\nhttp://localhost:8080/reset?vtype=reset&vtoken="));
	fx_sql("DELETE FROM dw_outbox");
	fx_config->urls_allow = (struct list){ allow, 1 };
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	assert_non_null(strstr(fx_mail("reset-password").p,
	    "https://app.example.com/r?x=1&vtype=reset&vtoken="));
	assert_non_null(strstr(fx_mail("reset-password").p,
	    "&return=%2Fshop%3Fa%3D1%26b%3D2#top\n"));
	fx_sql("DELETE FROM dw_outbox");
	fx_config->urls_allow = (struct list){ NULL, 0 };
	fx_config->compat_unlisted_urls = true;
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	assert_non_null(strstr(fx_mail("reset-password").p,
	    "http://localhost:8080/reset?vtype=reset&vtoken="));
}

/* Reset */

/* S-047 */
static void
test_s047_reset_is_a_rescue(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, "ada", true);
	struct str api, page, link, verify;
	struct ticket t;
	struct account a;
	int i;

	(void)state;
	open_session(uid, SESSION_API, &api);
	open_session(uid, SESSION_PAGE, &page);
	verify = verification_link(uid);
	open_pin_session(uid);
	for (i = 0; i < 10; i++)
		assert_int_equal(fx_login(ADA, "wrong-one-71"),
		    ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_SUSPENDED);
	link = ask(ADA);
	/* Nothing changes before the secret is used. */
	assert_int_equal(fx_check(SESSION_API, api), ERR_OK);
	assert_true(pin_session_lives());
	fx_pass(60);
	assert_int_equal(reset(link, SECOND), ERR_OK);
	assert_int_equal(fx_check(SESSION_API, api), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_check(SESSION_PAGE, page), ERR_TOKEN_UNKNOWN);
	assert_false(pin_session_lives());
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_refresh_token"
	    " AS r JOIN dw_account AS a ON a.uid = r.uid"
	    " WHERE r.generation = a.generation"), 0);
	assert_int_equal(ticket_peek_link(fx, TICKET_VERIFY_EMAIL, verify,
	    &t), ERR_LINK_INVALID);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_mails("password-changed"), 1);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_int_equal(a.password_changed_s, fx->now_s);
	assert_str(a.username, "ada");	/* of a proven account */
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_audit WHERE"
	    " event = 'password_reset'"), 1);
}

/* S-047: the policy is judged before the secret is spent. */
static void
test_s047_refused_password_does_not_spend_the_secret(void **state)
{
	struct str link;

	(void)state;
	fx_account(ADA, FIRST, "lovelace", true);
	link = ask(ADA);
	assert_int_equal(reset(link, ""), ERR_PASSWORD_MISSING);
	assert_int_equal(reset(link, "short1"), ERR_VALIDATION);
	assert_int_equal(reset(link, "password1"), ERR_PASSWORD_WEAK);
	assert_int_equal(reset(link, "love-lace"), ERR_PASSWORD_WEAK);
	assert_int_equal(reset(link, FIRST), ERR_PASSWORD_REUSED);
	assert_int_equal(reset(link, SECOND), ERR_OK);
	assert_int_equal(reset(link, THIRD), ERR_LINK_USED);
}

static int
race_to_reset(int i, void *arg)
{
	const struct str *link = arg;

	switch (reset(*link, str_printf(fx->arena, "walnut-harbour-%d",
	    i).p)) {
	case ERR_OK:
		return 1;
	case ERR_LINK_USED:
	case ERR_TICKET_INVALID:
		return 2;
	default:
		return 0;
	}
}

/* S-030, F-18 */
static void
test_s030_one_of_many_parallel_uses_succeeds(void **state)
{
	int results[50], won = 0, i;
	struct str link;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	link = ask(ADA);
	fx_parallel(50, race_to_reset, &link, results);
	for (i = 0; i < 50; i++) {
		if (results[i] == 0)
			fail_msg("use %d ended otherwise", i);
		won += results[i] == 1;
	}
	assert_int_equal(won, 1);
	assert_int_equal(fx_mails("password-changed"), 1);
}

/* S-031, F-20 */
static void
test_s031_link_lives_an_hour_to_the_second(void **state)
{
	struct str link;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	link = ask(ADA);
	fx_pass(3599);
	assert_int_equal(reset(link, "password1"), ERR_PASSWORD_WEAK);
	assert_int_equal(reset(link, FIRST), ERR_PASSWORD_REUSED);
	fx_pass(1);
	assert_int_equal(reset(link, SECOND), ERR_LINK_EXPIRED);
}

/* S-031 */
static void
test_s031_new_request_voids_the_older_link(void **state)
{
	struct str first, second;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	first = ask(ADA);
	second = ask(ADA);
	assert_int_equal(reset(first, SECOND), ERR_TICKET_INVALID);
	assert_int_equal(reset(second, SECOND), ERR_OK);
}

/* S-034, F-26 */
static void
test_f26_link_dies_with_a_change_of_the_password(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct str link = ask(ADA);

	(void)state;
	assert_int_equal(change(uid, FIRST, SECOND), ERR_OK);
	assert_int_equal(reset(link, THIRD), ERR_TICKET_INVALID);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
}

/* S-029 */
static void
test_s029_secret_of_another_purpose_resets_nothing(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct str link = verification_link(uid), email;

	(void)state;
	assert_int_equal(reset(link, SECOND), ERR_TICKET_INVALID);
	assert_int_equal(reset(STR("x"), SECOND), ERR_TICKET_INVALID);
	assert_int_equal(password_reset_peek(fx, link, &email),
	    ERR_TICKET_INVALID);
}

/* S-037 */
static void
test_s037_looking_does_not_spend_the_link(void **state)
{
	struct str link, email = STR_NONE;
	int i;

	(void)state;
	fx_account("Ada@Example.org", FIRST, NULL, true);
	link = ask(ADA);
	for (i = 0; i < 3; i++)
		assert_int_equal(password_reset_peek(fx, link, &email),
		    ERR_OK);
	assert_str(email, "Ada@Example.org");
	assert_int_equal(reset(link, SECOND), ERR_OK);
	assert_int_equal(password_reset_peek(fx, link, &email),
	    ERR_LINK_USED);
}

/* S-048, F-33 */
static void
test_s048_first_proof_clears_what_a_stranger_left(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, "squatter", false);
	struct str api, link;
	struct account a;

	(void)state;
	fx_sql("UPDATE dw_account SET required_filled = 1,"
	    " profile = '{\"FirstName\":\"Eve\"}'");
	fx_sql("INSERT INTO dw_password_history SELECT uid, 1, phc"
	    " FROM dw_password");
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " label, position, verified_s, created_s) VALUES (1,"
	    " 'eve@example.org', x'%s', 'eve@example.org', 'x', 1, 0, 5)",
	    uid_hex(fx->arena, uid).p);
	fx_sql("INSERT INTO dw_pending_identifier (uid, kind, canonical,"
	    " given, created_s) VALUES (x'%s', 1, 'mal@example.org',"
	    " 'mal@example.org', 5)", uid_hex(fx->arena, uid).p);
	fx_sql("UPDATE dw_account SET pending = 1,"
	    " privacy_policy = '{\"Version\":\"1\"}', consent_profile = '{}'");
	/* Of a record that the back end keeps for itself he knew nothing. */
	fx_sql("INSERT INTO dw_custom_object (uid, name, id, hidden,"
	    " created_s, modified_s, data) VALUES"
	    " (x'%1$s', 'notes', REPEAT('a', 12), 0, 5, 5, '{}'),"
	    " (x'%1$s', 'notes', REPEAT('b', 12), 1, 5, 5, '{}')",
	    uid_hex(fx->arena, uid).p);
	open_session(uid, SESSION_API, &api);
	link = ask(ADA);
	assert_int_equal(reset(link, SECOND), ERR_OK);
	assert_int_equal(account_get(fx, uid, &a), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"
	    " WHERE hidden = 0"), 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_custom_object"),
	    1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_pending_identifier"), 0);
	assert_int_equal(fx_number("SELECT pending FROM dw_account"), 0);
	assert_str(a.privacy_policy, "");
	assert_false(str_present(a.consent_profile));
	assert_int_equal(a.email_verified_s, fx->now_s);
	assert_int_equal(a.n_emails, 1);
	assert_str(a.emails[0].canonical, ADA);
	assert_int_equal(a.emails[0].verified_s, fx->now_s);
	assert_null(a.username.p);
	assert_str(a.profile, "{}");
	assert_int_equal(a.required_filled, 0);
	assert_int_equal(fx_check(SESSION_API, api), ERR_TOKEN_UNKNOWN);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM"
	    " dw_password_history"), 0);
	assert_int_equal(fx_login(ADA, FIRST), ERR_LOGIN_REFUSED);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
}

/* A mistyped address must not take over whose number is proven. */
static void
test_s048_unproven_address_beside_a_proven_number_receives_nothing(
    void **state)
{
	(void)state;
	fx_account(ADA, FIRST, NULL, false);
	fx_sql("UPDATE dw_account SET phone_verified_s = 5");
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_int_equal(fx_mails("reset-password"), 0);
	fx_next();
	fx_config->compat_reveal_account_existence = true;
	assert_int_equal(forgot(ADA), ERR_EMAIL_UNVERIFIED);
}

static void
test_blocked_account_is_not_rescued(void **state)
{
	struct uid uid = fx_account(ADA, FIRST, NULL, true);
	struct str link = ask(ADA);

	(void)state;
	assert_int_equal(account_set_state(fx, uid, ACCOUNT_BLOCKED),
	    ERR_OK);
	assert_int_equal(reset(link, SECOND), ERR_TICKET_INVALID);
	assert_int_equal(forgot(ADA), ERR_OK);
	assert_int_equal(fx_mails("reset-password"), 0);
}

static void
test_account_without_password_gets_one_by_a_reset(void **state)
{
	(void)state;
	fx_account(ADA, NULL, NULL, true);
	assert_int_equal(reset(ask(ADA), SECOND), ERR_OK);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
}

/* S-047: no session but by setting. */
static void
test_s047_reset_signs_in_only_by_setting(void **state)
{
	struct password_reset r = { .session = { .kind = SESSION_API } };
	struct password_reset_result out;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	r.token = ask(ADA);
	r.password = fx_secret(SECOND);
	assert_int_equal(password_reset(fx, &r, &out), ERR_OK);
	assert_false(out.has_session);
	fx_config->password_login_on_reset = true;
	r.token = ask(ADA);
	r.password = fx_secret(THIRD);
	assert_int_equal(password_reset(fx, &r, &out), ERR_OK);
	assert_true(out.has_session);
	assert_int_equal(fx_check(SESSION_API, out.tokens.access_token),
	    ERR_OK);
	assert_non_null(out.profile);
}

/* By code */

static void
test_reset_by_code_of_address_and_of_user_name(void **state)
{
	(void)state;
	fx_account(ADA, FIRST, "ada", true);
	fx_config->password_reset_by = STR("code");
	assert_int_equal(forgot("ADA@example.org"), ERR_OK);
	assert_int_equal(reset_code(IDENTIFIER_EMAIL, ADA, sent_code().p,
	    SECOND), ERR_OK);
	assert_int_equal(fx_login(ADA, SECOND), ERR_OK);
	fx_sql("DELETE FROM dw_outbox");
	assert_int_equal(forgot_by(IDENTIFIER_USERNAME, "Ada"), ERR_OK);
	assert_int_equal(reset_code(IDENTIFIER_USERNAME, "ADA",
	    sent_code().p, THIRD), ERR_OK);
	assert_int_equal(fx_login(ADA, THIRD), ERR_OK);
}

/* S-032 */
static void
test_s032_five_wrong_codes_spend_the_code(void **state)
{
	struct str code;
	const char *wrong;
	int i;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	fx_config->password_reset_by = STR("code");
	assert_int_equal(forgot(ADA), ERR_OK);
	code = sent_code();
	wrong = str_eq(code, STR("000000")) ? "000001" : "000000";
	for (i = 0; i < 5; i++)
		assert_int_equal(reset_code(IDENTIFIER_EMAIL, ADA, wrong,
		    SECOND), ERR_EMAIL_CODE_INVALID);
	assert_int_equal(reset_code(IDENTIFIER_EMAIL, ADA, code.p, SECOND),
	    ERR_EMAIL_CODE_INVALID);
	assert_int_equal(fx_login(ADA, FIRST), ERR_OK);
}

/* S-020: an unknown name and a wrong code are one answer at one cost. */
static void
test_s020_wrong_code_costs_the_same_for_unknown_names(void **state)
{
	static const char *const names[] = { ADA, "nobody@example.org" };
	unsigned statements[2];
	unsigned long runs = pwhash_runs();
	size_t i;

	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	runs = pwhash_runs();
	fx_config->password_reset_by = STR("code");
	for (i = 0; i < 2; i++) {
		assert_int_equal(forgot(names[i]), ERR_OK);
		fx_next();
		assert_int_equal(reset_code(IDENTIFIER_EMAIL, names[i],
		    "no-code", SECOND), ERR_EMAIL_CODE_INVALID);
		assert_int_equal(reset_code(IDENTIFIER_EMAIL, names[i],
		    "123456", SECOND), ERR_EMAIL_CODE_INVALID);
		statements[i] = fx->statements;
	}
	assert_int_equal(statements[0], statements[1]);
	assert_int_equal(pwhash_runs(), runs);
}

static void
test_codes_reset_nothing_where_resets_are_by_link(void **state)
{
	(void)state;
	fx_account(ADA, FIRST, NULL, true);
	assert_int_equal(reset_code(IDENTIFIER_EMAIL, ADA, "123456", SECOND),
	    ERR_EMAIL_CODE_INVALID);
}

/* S-022: wrong links count for their source. */
static void
test_s022_wrong_links_are_limited_by_source(void **state)
{
	int i;

	(void)state;
	fx_config->login_max_failures_per_source = 5;
	for (i = 0; i < 5; i++)
		assert_int_equal(reset(STR("x"), SECOND),
		    ERR_TICKET_INVALID);
	assert_int_equal(reset(STR("x"), SECOND), ERR_RATE_LIMITED);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s007_change_ends_all_but_the_session_that_made_it),
	T(test_s092_page_session_gets_a_new_cookie_at_a_change),
	T(test_change_may_keep_sessions_by_setting),
	T(test_s007_ten_wrong_old_passwords_suspend),
	T(test_hundred_wrong_ones_in_a_row_leave_the_reset_alone),
	T(test_change_refused_by_policy_changes_nothing),
	T(test_change_without_a_password_is_refused),
	T(test_one_of_many_parallel_changes_wins),
	T(test_s050_all_proven_addresses_are_told),
	T(test_history_of_one_refuses_the_present_and_the_one_before),
	T(test_history_of_zero_refuses_the_present_one_alone),
	T(test_history_of_five_keeps_five),
	T(test_s018_asking_costs_the_same_for_known_and_unknown),
	T(test_s018_limits_answer_and_count_alike_for_unknown),
	T(test_s012_mail_goes_to_the_stored_address),
	T(test_f35_added_address_without_proof_receives_nothing),
	T(test_forgot_names_what_is_wrong_with_the_request),
	T(test_forgot_reveals_only_by_setting),
	T(test_s035_link_leads_to_the_site_or_an_admitted_address),
	T(test_s047_reset_is_a_rescue),
	T(test_s047_refused_password_does_not_spend_the_secret),
	T(test_s030_one_of_many_parallel_uses_succeeds),
	T(test_s031_link_lives_an_hour_to_the_second),
	T(test_s031_new_request_voids_the_older_link),
	T(test_f26_link_dies_with_a_change_of_the_password),
	T(test_s029_secret_of_another_purpose_resets_nothing),
	T(test_s037_looking_does_not_spend_the_link),
	T(test_s048_first_proof_clears_what_a_stranger_left),
	T(test_s048_unproven_address_beside_a_proven_number_receives_nothing),
	T(test_blocked_account_is_not_rescued),
	T(test_account_without_password_gets_one_by_a_reset),
	T(test_s047_reset_signs_in_only_by_setting),
	T(test_reset_by_code_of_address_and_of_user_name),
	T(test_s032_five_wrong_codes_spend_the_code),
	T(test_s020_wrong_code_costs_the_same_for_unknown_names),
	T(test_codes_reset_nothing_where_resets_are_by_link),
	T(test_s022_wrong_links_are_limited_by_source),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("password", tests, fixture_open,
	    fixture_close);
}
