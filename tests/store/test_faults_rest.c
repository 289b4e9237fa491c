/*
 * Each statement of what reads, and of the chores, fails in turn, and those
 * of changes that the other walks do not come to.  Needs a program that was
 * built with --enable-faults; skipped otherwise.
 */
#include "faults.h"

#include <sys/resource.h>
#include <unistd.h>

#include "consent_file.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/account_export.h"
#include "domain/account_held.h"
#include "domain/account_import.h"
#include "domain/address.h"
#include "domain/consent.h"
#include "domain/login.h"
#include "domain/object.h"
#include "domain/outbox.h"
#include "domain/password.h"
#include "domain/pin.h"
#include "domain/pin_login.h"
#include "domain/privacy.h"
#include "domain/registration.h"
#include "domain/role.h"
#include "domain/session_active.h"
#include "domain/session_renew.h"
#include "domain/site.h"

#define ADA		"ada@example.org"
#define PASSWORD	"cobalt-meadow-71"
#define NUMBER		"+12025550142"
#define PIN		"482915"

static struct uid ada;
static struct account account;
static struct session_tokens mine;
static char object_id[32], sott[512];
static const struct str object_names[] = { { "colors:write", 12 } };

static void
somebody(void)
{
	ada = fx_account(ADA, PASSWORD, "ada", true);
	mine = fx_session(ada, SESSION_API);
	assert_int_equal(account_get(fx, ada, &account), ERR_OK);
}

/* ---- what reads ---- */

static enum err
list_accounts(void)
{
	struct account *list;
	struct uid after = { { 0 } };
	size_t n;

	return account_list(fx, after, 10, &list, &n);
}

static bool
take_line(void *arg, struct str text)
{
	(void)arg;
	return text.len > 0;
}

static enum err
export(void)
{
	struct export_options o = { .hashes = true, .line = take_line,
		.object = take_line };
	struct uid after = { { 0 } };
	bool more = true;
	int64_t n;
	enum err e;

	e = account_export_begin(fx, true, &n);
	while (more && e == ERR_OK)
		e = account_export_page(fx, &o, &after, &more);
	return e;
}

static enum err
read_consents(void)
{
	struct json *out;

	return consent_logs(fx, ada, &out);
}

static enum err
read_policies(void)
{
	struct json *out;

	return privacy_history(fx, ada, &out);
}

static enum err
accepted(void)
{
	bool yes;

	return privacy_accepted(fx, &account, STR("1.0"), &yes);
}

static const struct object_place *
place(void)
{
	static struct object_place p;

	p = (struct object_place){ .uid = ada, .name = STR("colors"),
		.own = true };
	return &p;
}

static enum err
list_objects(void)
{
	struct str text;

	return object_list(fx, place(), &text);
}

static enum err
get_object(void)
{
	struct str text;

	return object_get(fx, place(), str_of(object_id), &text);
}

static enum err
list_members(void)
{
	struct uid after = { { 0 } };
	struct role_member *list;
	size_t n;

	return role_members(fx, after, 10, &list, &n);
}

static enum err
list_mails(void)
{
	struct outbox_row *list;
	size_t n;

	return outbox_list(fx, false, 10, &list, &n);
}

static enum err
active(void)
{
	struct session_asked by = {
		.profile_id = uid_hex(fx->arena, account.profile_id)
	};
	struct session_row *list;
	size_t n;

	return session_active(fx, &by, 10, &list, &n);
}

static enum err
check_account(void)
{
	struct session s;
	struct account a;

	return session_check_account(fx, SESSION_API, mine.access_token, &s,
	    &a);
}

static enum err
guard(void)
{
	struct session_guarded g;

	return session_guard(fx, SESSION_API, mine.access_token, &g);
}

static enum err
count_foreign(void)
{
	int64_t n;

	return site_foreign_hashes(fx, &n);
}

static enum err
ask_server(void)
{
	struct site_server s;

	return site_server(fx, &s);
}

static enum err
check_schema(void)
{
	return site_schema_check(fx);
}

static enum err
is_held(void)
{
	bool held;

	return identifier_held(fx, IDENTIFIER_EMAIL, STR("bea@example.org"),
	    &held);
}

static enum err
keep(void *arg, const struct import_refusal *list, size_t n,
    int64_t *bytes_io)
{
	(void)arg;
	(void)list;
	(void)n;
	(void)bytes_io;
	return ERR_OK;
}

static enum err
begin_import(void)
{
	struct import_options o = { .keep = keep, .restart = true };
	struct account_import *m;
	enum err e;

	e = account_import_begin(fx, fx->arena, &o, STR("{}"), &m);
	if (e == ERR_OK)
		account_import_free(m);
	return e;
}

static void
with_all(void)
{
	static const struct str versions[] = { { "1@2020-01-01", 12 } };
	struct str text;

	somebody();
	consent_file("Login");
	fx_config->privacy_mode = STR("strict");
	fx_config->privacy_versions = (struct list){ versions, 1 };
	fx_sql("INSERT INTO dw_consent_log (id, uid, at_s, update_type,"
	    " versions, changes) SELECT uid, uid, 1, 1, '[]', '[]'"
	    " FROM dw_account");
	fx_config->account_hold_days = 30;
	fx_config->objects_names = (struct list){ object_names, 1 };
	assert_int_equal(object_create(fx, place(), STR("{\"a\":1}"), &text),
	    ERR_OK);
	snprintf(object_id, sizeof(object_id), "%.24s", text.p + 7);
}

static const struct flow reads[] = {
	{ "list accounts", with_all, list_accounts, .good = ERR_OK },
	{ "export", with_all, export, .good = ERR_OK },
	{ "read consents", with_all, read_consents, .good = ERR_OK },
	{ "read policies", with_all, read_policies, .good = ERR_OK },
	{ "was it accepted", with_all, accepted, .good = ERR_OK },
	{ "list objects", with_all, list_objects, .good = ERR_OK },
	{ "get an object", with_all, get_object, .good = ERR_OK },
	{ "list members", with_all, list_members, .good = ERR_OK },
	{ "list mails", with_all, list_mails, .good = ERR_OK },
	{ "active sessions", with_all, active, .good = ERR_OK },
	{ "check with account", with_all, check_account, .good = ERR_OK },
	{ "guard", with_all, guard, .good = ERR_OK },
	{ "count foreign hashes", with_all, count_foreign, .good = ERR_OK },
	{ "ask the server", with_all, ask_server, .good = ERR_OK },
	{ "check the schema", with_all, check_schema, .good = ERR_OK },
	{ "is it held", with_all, is_held, .good = ERR_OK },
	{ "begin an import", with_all, begin_import, .good = ERR_OK },
};

static void
nothing_changed(const struct step *s)
{
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_account"), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_session"), 1);
	(void)s;
}

static const struct faults reading = {
	.flows = reads, .n = COUNT(reads), .done = nothing_changed
};

static void
test_s141_a_failing_read_is_refused(void **state)
{
	(void)state;
	faults_walk(&reading, "error", faults_refused);
}

static void
test_s140_a_read_outlives_its_connection(void **state)
{
	(void)state;
	faults_walk(&reading, "lost", faults_lost);
}

/* ---- changes ---- */

static enum err
remove_last_address(void)
{
	return address_remove(fx, ada, STR(ADA));
}

static enum err
add_address(void)
{
	const struct address_new a = { .email = STR("bea@example.org") };

	return address_add(fx, ada, &a);
}

static enum err
refresh(void)
{
	struct session_tokens t;

	return session_refresh(fx, mine.refresh_token, &t);
}

static enum err
change_password(void)
{
	struct attempt_secret from = {
		.typed = fx_secret("amber-kettle-20")
	};
	struct secret to = fx_secret("violet-harbour-88");
	struct session_tokens t;
	struct session s;
	enum err e;

	e = session_check(fx, SESSION_API, mine.access_token, &s);
	return e != ERR_OK ? e : password_change(fx, &s, &from, &to, &t);
}

static enum err
sign_up(void)
{
	struct registration r = {
		.email = STR("bea@example.org"),
		.password = fx_secret("violet-harbour-88"),
		.sott = str_of(sott), .session = { .kind = SESSION_API }
	};
	struct registration_result out;

	return registration_create(fx, &r, &out);
}

/* The lease of one that could not be counted is over. */
static enum err
log_in_wrong(void)
{
	fx_sql("UPDATE dw_failure SET in_flight = 0");
	return fx_login(ADA, "not the password");
}

static void
wrong_twice(void)
{
	int i;

	somebody();
	fx_config->login_max_failures = 3;
	for (i = 0; i < 2; i++) {
		assert_int_equal(log_in_wrong(), ERR_LOGIN_REFUSED);
		fx_next();
	}
}

/* Where mails have a gap between them, which is over. */
static enum err
forgot(void)
{
	struct password_forgot f = { .identifier = STR(ADA) };

	fx_sql("DELETE FROM dw_meter");
	fx_config->mail_gap_s = 60;
	return password_forgot(fx, &f);
}

static void
with_number(void)
{
	somebody();
	fx_config->login_phone = true;
	fx_sql("INSERT INTO dw_identifier (kind, canonical, uid, given,"
	    " verified_s, created_s) SELECT 3, '" NUMBER "', uid,"
	    " '" NUMBER "', created_s, created_s FROM dw_account");
	fx_sql("UPDATE dw_account SET phone_verified_s = created_s");
}

static void
refreshed(void)
{
	somebody();
	assert_int_equal(refresh(), ERR_OK);
	fx_next();
}

static void
changed_before(void)
{
	struct attempt_secret from = { .typed = fx_secret(PASSWORD) };
	struct secret to = fx_secret("amber-kettle-20");
	struct session_tokens t;
	struct session s;

	somebody();
	assert_int_equal(session_check(fx, SESSION_API, mine.access_token,
	    &s), ERR_OK);
	assert_int_equal(password_change(fx, &s, &from, &to, &t), ERR_OK);
	fx_next();
}

static void
with_sott(void)
{
	struct str text;
	int64_t end_s;

	fx_config->sott_required = true;
	assert_int_equal(site_sott(fx, 10, false, &text, &end_s), ERR_OK);
	snprintf(sott, sizeof(sott), "%s", text.p);
	fx_next();
}

static const struct flow changes[] = {
	{ "remove the last address", with_number, remove_last_address,
	    .repeated = ERR_EMAIL_NOT_OWN },
	{ "forgot", somebody, forgot, .repeated = ERR_OK,
	    .once_more = true },
	{ "add an address", somebody, add_address, .repeated = ERR_OK },
	{ "refresh within the grace", refreshed, refresh,
	    .repeated = ERR_OK },
	{ "sign up by SOTT", with_sott, sign_up, .repeated = ERR_OK },
	{ "change a second time", changed_before, change_password,
	    .repeated = ERR_OLD_PASSWORD },
	{ "a third wrong password", wrong_twice, log_in_wrong,
	    .good = ERR_LOGIN_REFUSED, .repeated = ERR_LOGIN_SUSPENDED,
	    .once_more = true },	/* counted, and not told */
};
static const struct faults changing = {
	.flows = changes, .n = COUNT(changes)
};

static void
test_s141_a_failing_statement_leaves_all_as_it_was(void **state)
{
	(void)state;
	faults_walk(&changing, "error", faults_refused);
}

static void
test_s138_a_deadlock_at_any_statement_is_retried(void **state)
{
	(void)state;
	faults_walk(&changing, "deadlock", faults_repeated);
}

static void
test_s140_a_lost_connection_at_any_statement_is_replaced(void **state)
{
	(void)state;
	faults_walk(&changing, "lost", faults_lost);
	faults_walk(&changing, "commit-lost", faults_lost);
	faults_walk(&changing, "commit-blind", faults_blind);
}

/* ---- chores: what was done stays, what was not is done next time ---- */

static enum err
clean(void)
{
	int64_t n;

	return site_clean(fx, 0, 60000, &n);
}

static enum err
sweep(void)
{
	int64_t n;

	return account_sweep_unverified(fx, &n);
}

/* A lease is over, and a mail that failed is due. */
static enum err
deliver(void)
{
	size_t sent, failed;

	fx_sql("UPDATE dw_outbox SET lease_until_s = 0, due_s = 0");
	return outbox_run(fx, 10, 60000, &sent, &failed);
}

static enum err
retry(void)
{
	struct outbox_row *list;
	size_t n = 0;
	enum err e;

	e = outbox_list(fx, true, 10, &list, &n);
	if (e != ERR_OK || n == 0)
		return e;
	return outbox_retry(fx, list[0].id);
}

static enum err
migrate(void)
{
	const char *top = getenv("top_srcdir");
	int64_t from, to;

	return site_migrate(fx, str_printf(fx->arena, "%s/schema",
	    top != NULL ? top : ".").p, &from, &to);
}

static const char *const over[] = {
	"ticket (id, purpose, uid, generation, address, created_s, expires_s)"
	    " VALUES (REPEAT('a', 32), 1, REPEAT('a', 16), 1, 'x', 1, 1)",
	"failure (id, expires_s) VALUES (REPEAT('a', 32), 1)",
	"meter (id, n, last_s, expires_s) VALUES (REPEAT('a', 32), 1, 1, 1)",
	"mark (id, expires_s) VALUES (REPEAT('a', 32), 1)",
	"held_identifier (id, expires_s) VALUES (REPEAT('a', 32), 1)",
	"device_login (id, family, kind, uid, created_s, expires_s)"
	    " VALUES (REPEAT('a', 32), 1, 1, REPEAT('a', 16), 1, 1)",
	"audit (id, at_s, event) VALUES (REPEAT('a', 16), 1, 'x')"
};
#define COUNT_OVER	"(SELECT COUNT(*) FROM dw_ticket)" \
	" + (SELECT COUNT(*) FROM dw_failure)" \
	" + (SELECT COUNT(*) FROM dw_meter) + (SELECT COUNT(*) FROM dw_mark)" \
	" + (SELECT COUNT(*) FROM dw_held_identifier)" \
	" + (SELECT COUNT(*) FROM dw_device_login)" \
	" + (SELECT COUNT(*) FROM dw_audit WHERE at_s = 1)"

static void
littered(void)
{
	size_t i;

	for (i = 0; i < COUNT(over); i++)
		fx_sql("INSERT INTO dw_%s", over[i]);
}

static void
unproven(void)
{
	fx_account(ADA, NULL, NULL, false);
	fx_sql("UPDATE dw_account SET created_s = 1, modified_s = 1");
	fx_sql("UPDATE dw_identifier SET created_s = 1");
}

/* A mail, and a decoy. */
static void
posted(void)
{
	struct password_forgot f = { .identifier = STR(ADA) };

	somebody();
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	f.identifier = STR("nobody@example.org");
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 2);
}

static void
posted_two(void)
{
	struct password_forgot f = { .identifier = STR("bea@example.org") };

	posted();
	fx_account("bea@example.org", PASSWORD, NULL, true);
	assert_int_equal(password_forgot(fx, &f), ERR_OK);
}

static void
undelivered(void)
{
	posted();
	fx_config->mail_dir = STR("/dev/null/x");
}

static void
dead(void)
{
	posted();
	fx_sql("UPDATE dw_outbox SET state = 1 WHERE state = 0");
}

static void
behind(void)
{
	fx_sql("DELETE FROM dw_schema_version ORDER BY version DESC LIMIT 1");
}

/* What waits to be done; what lives is not counted. */
static int64_t
to_do(void)
{
	return fx_number("SELECT " COUNT_OVER
	    " + (SELECT COUNT(*) FROM dw_account WHERE created_s = 1)"
	    " + (SELECT COUNT(*) FROM dw_outbox WHERE tries = 0)"
	    " + (SELECT 99 - MAX(version) FROM dw_schema_version)");
}

static void
never_more(const struct step *s)
{
	assert_true(to_do() <= s->before);
}

static void
less(const struct step *s)
{
	assert_true(to_do() < s->before);
	fx_next();
	assert_int_equal(s->flow->run(), s->flow->repeated);
}

static const struct flow chores[] = {
	{ "clean", littered, clean, .repeated = ERR_OK },
	{ "sweep", unproven, sweep, .repeated = ERR_OK },
	{ "deliver", posted, deliver, .repeated = ERR_OK },
	{ "deliver two", posted_two, deliver, .repeated = ERR_OK },
	{ "deliver in vain", undelivered, deliver, .repeated = ERR_OK },
	{ "migrate", behind, migrate, .repeated = ERR_OK },
};
static const struct faults working = {
	.flows = chores, .n = COUNT(chores), .look = to_do,
	.refused = never_more, .done = less
};

static int64_t
dead_mails(void)
{
	return fx_number("SELECT COUNT(*) FROM dw_outbox WHERE state = 1");
}

static const struct flow retries[] = {
	{ "retry", dead, retry, .repeated = ERR_OK },
};
static const struct faults retrying = {
	.flows = retries, .n = COUNT(retries), .look = dead_mails
};

/* It is claimed, and given back. */
static enum err
deliver_in_no_time(void)
{
	size_t sent, failed;

	fx_sql("UPDATE dw_outbox SET lease_until_s = 0, due_s = 0");
	return outbox_run(fx, 10, 0, &sent, &failed);
}

static const struct flow vain[] = {
	{ "deliver in no time", posted, deliver_in_no_time, .good = ERR_OK },
};
static const struct faults waiting = {
	.flows = vain, .n = COUNT(vain), .refused = never_more,
	.look = to_do, .done = never_more
};

/* A migration looks first whether it has anything to do, and goes on. */
static void
refused_or_done(struct step *s)
{
	if (s->e == s->flow->good &&
	    strcmp(db_failed, "SCHEMA_VERSION") == 0)
		faults_repeated(s);
	else
		faults_refused(s);
}

static void
test_s141_a_chore_that_fails_is_done_next_time(void **state)
{
	(void)state;
	faults_walk(&working, "error", refused_or_done);
	faults_walk(&retrying, "error", faults_refused);
	faults_walk(&waiting, "error", faults_refused);
}

/* ---- what must not stop anybody ---- */

static enum err
log_in(void)
{
	return fx_login(ADA, PASSWORD);
}

/* Less than it takes to verify the PIN. */
static void
bound_memory(struct rlimit *before)
{
	FILE *f = fopen("/proc/self/statm", "r");
	struct rlimit bound;
	long pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &pages), 1);
	fclose(f);
	assert_int_equal(getrlimit(RLIMIT_AS, before), 0);
	bound = *before;
	bound.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) +
	    (64 << 20);
	assert_int_equal(setrlimit(RLIMIT_AS, &bound), 0);
}

static enum err
change_pin(void)
{
	struct attempt_secret from = { .typed = fx_secret(PIN) };
	struct secret to = fx_secret("730264");
	struct session s;
	struct rlimit before;
	enum err e;

	e = session_check(fx, SESSION_API, mine.access_token, &s);
	if (e != ERR_OK)
		return e;
	bound_memory(&before);
	e = pin_change(fx, &s, &from, &to);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	return e;
}

static enum err
by_pin(void)
{
	const struct pin_login l = { .token = mine.pin_token,
		.pin = fx_secret(PIN), .session = { .kind = SESSION_API } };
	struct login_result r;
	struct rlimit before;
	enum err e;

	bound_memory(&before);
	e = pin_login(fx, &l, &r);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	return e;
}

static void
weak(void)
{
	somebody();
	fx_config->password_argon2_passes = 2;
}

/* As if it had been hashed with 256 MiB. */
static void
with_large_pin(void)
{
	struct secret pin = fx_secret(PIN);

	fx_config->pin_enabled = fx_config->pin_login = true;
	ada = fx_account(ADA, PASSWORD, NULL, true);
	assert_int_equal(pin_set_own(fx, ada, &pin), ERR_OK);
	mine = fx_session(ada, SESSION_API);
	fx_sql("UPDATE dw_pin SET phc = REPLACE(phc, 'm=64,', 'm=262144,')");
}

static const struct flow spared[] = {
	{ "log in, weak hash", weak, log_in, .repeated = ERR_OK },
	{ "change a PIN without memory", with_large_pin, change_pin,
	    .good = ERR_BUSY },
	{ "sign in by PIN without memory", with_large_pin, by_pin,
	    .good = ERR_BUSY },
};
static int64_t
tries(void)
{
	return fx_number("SELECT (SELECT COALESCE(SUM(failures), 0)"
	    " FROM dw_pin) + (SELECT COALESCE(SUM(tries), 0)"
	    " FROM dw_pin_session)");
}

static void
counted_once(const struct step *s)
{
	assert_in_range(tries(), s->before, s->before + 1);
}

static void
counted_not_at_all(const struct step *s)
{
	(void)s;
	assert_in_range(tries(), 0, 1);
}

static const struct faults sparing = {
	.flows = spared, .n = COUNT(spared), .look = tries,
	.refused = counted_once, .done = counted_not_at_all
};

/* These alone may fail unseen: the answer is what it would have been. */
static void
refused_or_spared(struct step *s)
{
	if (s->e != s->flow->good) {
		faults_refused(s);
		return;
	}
	assert_true(strcmp(db_failed, "PASSWORD_REHASH") == 0 ||
	    strcmp(db_failed, "PIN_UNTRY") == 0 ||
	    strcmp(db_failed, "PIN_SESSION_UNTRY") == 0 ||
	    strcmp(db_failed, "LIMIT_VOID") == 0);
	counted_once(s);
}

static void
test_s001_what_is_not_the_answer_does_not_fail_it(void **state)
{
	(void)state;
	faults_walk(&sparing, "error", refused_or_spared);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_s141_a_failing_read_is_refused),
	T(test_s140_a_read_outlives_its_connection),
	T(test_s141_a_failing_statement_leaves_all_as_it_was),
	T(test_s138_a_deadlock_at_any_statement_is_retried),
	T(test_s140_a_lost_connection_at_any_statement_is_replaced),
	T(test_s141_a_chore_that_fails_is_done_next_time),
	T(test_s001_what_is_not_the_answer_does_not_fail_it),
	};

	int failed;

	if (faults_absent())
		return 77;
	failed = cmocka_run_group_tests_name("faults of reads and chores",
	    tests, fixture_open, fixture_close);
	consent_file_end();
	return failed;
}
