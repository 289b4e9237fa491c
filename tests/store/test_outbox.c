#include "fixture.h"

#include <dirent.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/outbox.h"
#include "store/store_tx.h"

#define ADA	"ada@example.org"

struct adding { struct outbox_mail mail; enum err e; };

static enum err
add_tx(struct ctx *c, void *arg)
{
	struct adding *a = arg;
	enum err e;

	e = outbox_add_mail(c, &a->mail);
	return e != ERR_OK ? e : a->e;
}

static enum err
add(const char *template, const char *to, int64_t expires_s, bool decoy)
{
	struct adding a = { .mail = {
		.template = template, .to = str_of(to),
		.values = values_new(fx->arena), .expires_s = expires_s,
		.decoy = decoy
	} };
	struct values *v = a.mail.values;
	static const char *const names[] = { "name", "username", "when",
		"address", "code", "link", "href", "hours", "minutes",
		"login_link", "login_href", "forgot_link", "forgot_href",
		"breached", "expired", "partial" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		values_set(v, names[i], STR("x"));
	values_set_url(v, "href", STR("https://example.com/v?t=1&u=2"));
	values_set_url(v, "login_href", STR("https://example.com/login"));
	values_set_url(v, "forgot_href", STR("https://example.com/forgot"));
	return store_tx(fx, add_tx, &a, NULL);
}

static size_t sent, failed;

static void
run(void)
{
	assert_int_equal(outbox_run(fx, 100, 60000, &sent, &failed), ERR_OK);
}

static int64_t
rows(int state)
{
	return fx_number("SELECT COUNT(*) FROM dw_outbox WHERE state = %d",
	    state);
}

/* The folder of the file transport. */
static size_t
files(char *newest, size_t size)
{
	struct dirent *entry;
	char best[256] = "";
	size_t n = 0, len = 0;
	FILE *f;
	DIR *d;

	d = opendir(fx_config->mail_dir.p);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		if (strstr(entry->d_name, ".eml") == NULL)
			continue;
		n++;
		if (strcmp(entry->d_name, best) > 0)
			snprintf(best, sizeof(best), "%s", entry->d_name);
	}
	closedir(d);
	if (n > 0 && newest != NULL) {
		f = fopen(str_printf(fx->arena, "%s/%s",
		    fx_config->mail_dir.p, best).p, "r");
		assert_non_null(f);
		len = fread(newest, 1, size - 1, f);
		fclose(f);
		newest[len] = '\0';
	}
	return n;
}

/* A folder that is not there: the transport fails, as a server that is
 * down does. */
static void
break_transport(void)
{
	fx_config->mail_transport = STR("smtp");
	fx_config->mail_host = STR("127.0.0.1");
	fx_config->mail_port = 9;	/* nobody listens */
	fx_config->mail_security = STR("plain");
}

static void
mend_transport(void)
{
	fx_config->mail_transport = STR("file");
}

/* Every template renders, in both parts, and makes a message. */
static void
test_every_mail_template_makes_a_message(void **state)
{
	static const char *const names[] = { "verify-email",
		"already-registered", "welcome", "reset-password",
		"reset-required",
		"password-breached", "password-changed", "username-changed",
		"new-browser", "impersonated", "session-ended" };
	char text[65536];
	size_t i, before = files(NULL, 0);

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		assert_int_equal(add(names[i], ADA, 0, false), ERR_OK);
		assert_true(fx->outbox_due);
		run();
		assert_int_equal(sent, 1);
		assert_int_equal(files(text, sizeof(text)),
		    before + i + 1);
		assert_has(text, "Harbour");
		assert_has(text, "multipart/alternative");
		assert_has(text, "To: <" ADA ">");
		assert_null(strstr(text, "{{"));
	}
	assert_int_equal(rows(0), 0);
}

/* S-126: no mail without its change. */
static void
test_s126_a_rolled_back_change_leaves_no_mail(void **state)
{
	struct adding a = { .e = ERR_EMAIL_TAKEN, .mail = {
		.template = "welcome", .to = STR(ADA),
		.values = values_new(fx->arena) } };

	(void)state;
	values_set(a.mail.values, "name", STR(""));
	assert_int_equal(store_tx(fx, add_tx, &a, NULL), ERR_EMAIL_TAKEN);
	assert_int_equal(rows(0), 0);
}

static void
test_a_template_that_is_not_there_is_an_error_with_a_note(void **state)
{
	(void)state;
	assert_int_equal(add("no-such", ADA, 0, false), ERR_INTERNAL);
	assert_has(fx->err.note, "no-such");
}

/* S-126: later and later, then dead; seen, and made due again. */
static void
test_s126_failures_are_retried_with_back_off_up_to_24_hours(void **state)
{
	static const int64_t wait_s[] = { 60, 120, 240, 480, 960 };
	struct outbox_row *list;
	int64_t began_s = fx->now_s, tries;
	size_t n, i;

	(void)state;
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	break_transport();
	for (i = 0; i < COUNT(wait_s); i++) {
		run();
		assert_int_equal(failed, 1);
		assert_in_range(fx_number("SELECT due_s FROM dw_outbox") -
		    fx->now_s, wait_s[i] - 1, wait_s[i] + 2);
		fx_pass(wait_s[i] - 3);
		run();
		assert_int_equal(failed, 0);
		fx_pass(6);
	}
	while (rows(1) == 0) {
		fx_pass(3600);
		run();
		assert_true(fx->now_s < began_s + 26 * 3600);
	}
	assert_true(fx->now_s >= began_s + 24 * 3600);
	tries = fx_number("SELECT tries FROM dw_outbox");
	assert_in_range(tries, 10, 20);
	assert_int_equal(outbox_list(fx, true, 10, &list, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_str(list[0].target, ADA);
	assert_true(str_present(list[0].error));
	mend_transport();
	assert_int_equal(outbox_retry(fx, list[0].id), ERR_OK);
	run();
	assert_int_equal(sent, 1);
	assert_int_equal(outbox_retry(fx, list[0].id), ERR_NOT_FOUND);
}

/* S-126: down for an hour, then up: one message each, none stale. */
static void
test_s126_what_waited_is_sent_once_and_expired_secrets_are_not(void **state)
{
	size_t before = files(NULL, 0);

	(void)state;
	assert_int_equal(add("verify-email", ADA, fx->now_s + 600, false),
	    ERR_OK);
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	break_transport();
	run();
	assert_int_equal(failed, 2);
	mend_transport();
	fx_pass(3600);
	run();
	assert_int_equal(sent, 1);
	assert_int_equal(rows(0), 0);
	run();
	assert_int_equal(files(NULL, 0), before + 1);
}

/* S-018 */
static void
test_s018_a_decoy_is_stored_like_a_mail_and_never_sent(void **state)
{
	size_t before = files(NULL, 0);
	struct outbox_row *list;
	size_t n;

	(void)state;
	assert_int_equal(add("reset-password", ADA, 0, true), ERR_OK);
	assert_true(fx->outbox_due);
	assert_int_equal(rows(2), 1);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE target = ''"), 1);
	assert_int_equal(outbox_list(fx, false, 10, &list, &n), ERR_OK);
	assert_int_equal(n, 0);
	run();
	assert_int_equal(sent, 0);
	assert_int_equal(rows(2), 0);
	assert_int_equal(files(NULL, 0), before);
}

static int
one_run(int i, void *arg)
{
	size_t s = 0, f = 0;

	(void)i;
	(void)arg;
	if (outbox_run(fx, 20, 60000, &s, &f) != ERR_OK || f > 0)
		return 100;
	return (int)s;
}

/* S-126: many deliver, each message goes out once. */
static void
test_s126_a_message_is_claimed_by_one_of_many(void **state)
{
	size_t before = files(NULL, 0);
	int results[20], i, total = 0;

	(void)state;
	for (i = 0; i < 10; i++)
		assert_int_equal(add("welcome", str_printf(fx->arena,
		    "u%d@example.org", i).p, 0, false), ERR_OK);
	fx_parallel(20, one_run, NULL, results);
	for (i = 0; i < 20; i++)
		total += results[i];
	assert_int_equal(total, 10);
	assert_int_equal(files(NULL, 0), before + 10);
	assert_int_equal(rows(0), 0);
}

static void
add_many(int n)
{
	int i;

	for (i = 0; i < n; i++)
		assert_int_equal(add("welcome", str_printf(fx->arena,
		    "u%02d@example.org", i).p, 0, false), ERR_OK);
}

/* Those that take long are noted one by one: then each has a statement. */
static void
test_messages_are_claimed_and_noted_together(void **state)
{
	size_t before = files(NULL, 0);
	unsigned statements;

	(void)state;
	add_many(40);
	statements = fx->statements;
	run();
	assert_int_equal(sent, 40);
	assert_int_equal(files(NULL, 0), before + 40);
	assert_int_equal(rows(0), 0);
	assert_true(fx->statements - statements <= 40 + 7);
}

static void
test_s126_what_a_run_had_no_time_for_is_due_at_once(void **state)
{
	(void)state;
	add_many(3);
	assert_int_equal(outbox_run(fx, 100, 0, &sent, &failed), ERR_OK);
	assert_int_equal(sent + failed, 0);
	assert_int_equal(fx_number("SELECT SUM(tries) FROM dw_outbox"), 0);
	run();
	assert_int_equal(sent, 3);
}

static void
test_no_more_are_taken_than_asked_for(void **state)
{
	(void)state;
	add_many(20);
	assert_int_equal(outbox_run(fx, 18, 60000, &sent, &failed), ERR_OK);
	assert_int_equal(sent, 18);
	assert_int_equal(rows(0), 2);
	assert_int_equal(fx_number("SELECT SUM(tries) FROM dw_outbox"), 0);
}

#ifdef DW_FAULTS
/* Does it fail at the n-th statement of a run? */
static bool
run_with_fault(int n, const char *kind)
{
	FILE *f = fopen(fx_config->test_fault_file.p, "w+");
	enum err e;
	bool fired;

	assert_non_null(f);
	fprintf(f, "%d %s\n", n, kind);
	fflush(f);
	e = outbox_run(fx, 100, 60000, &sent, &failed);
	assert_true(e == ERR_OK || e == ERR_INTERNAL || e == ERR_UNAVAILABLE);
	rewind(f);
	fired = fgetc(f) == EOF;
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	fclose(f);
	return fired;
}

/* Messages go out once each, or once more where nobody could note it. */
static void
walk(const char *kind, size_t most)
{
	size_t before, after;
	bool fired = true;
	int n;

	for (n = 1; fired; n++) {
		add_many(3);
		before = files(NULL, 0);
		fired = run_with_fault(n, kind);
		fx_pass(121);
		run();
		after = files(NULL, 0);
		assert_int_equal(rows(0), 0);
		assert_int_equal(rows(1), 0);
		assert_in_range(after - before, 3, fired ? most : 3);
	}
	assert_true(n > 2);
}

static void
test_s126_no_failing_statement_loses_a_message(void **state)
{
	(void)state;
	walk("error", 6);
	walk("deadlock", 3);
	walk("lost", 6);
	walk("commit-lost", 3);
}
#endif

/* S-126: killed between sending and saying so: again, with the same id. */
static void
test_s126_a_killed_delivery_is_repeated_with_its_message_id(void **state)
{
	char first[65536], second[65536], *id;

	(void)state;
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	fx_sql("CREATE TABLE kept SELECT * FROM dw_outbox");
	run();
	files(first, sizeof(first));
	fx_sql("INSERT INTO dw_outbox SELECT * FROM kept");
	fx_sql("DROP TABLE kept");
	fx_sql("UPDATE dw_outbox SET due_s = %lld, tries = 1",
	    (long long)fx->now_s + 120);
	run();
	assert_int_equal(sent, 0);	/* its lease is on */
	fx_pass(121);
	run();
	assert_int_equal(sent, 1);
	files(second, sizeof(second));
	id = strstr(first, "Message-ID: ");
	assert_non_null(id);
	*strchr(id, '\r') = '\0';
	assert_has(second, id);
	assert_has(id, "@example.com>");
}

/* S-133: sealed for this row, with these keys. */
static void
test_a_message_that_cannot_be_opened_is_dead_at_once(void **state)
{
	(void)state;
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	fx_sql("UPDATE dw_outbox SET id = UNHEX(REPEAT('ab', 16))");
	run();
	assert_int_equal(failed, 1);
	assert_int_equal(rows(1), 1);
}

/* S-133: another process may know the key already. */
static void
test_s133_a_message_of_an_unknown_key_waits(void **state)
{
	(void)state;
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	fx_sql("UPDATE dw_outbox SET payload = CONCAT('abcd',"
	    " SUBSTR(payload, 5))");
	run();
	assert_int_equal(failed, 1);
	assert_int_equal(rows(0), 1);
}

static void
test_what_a_failed_delivery_says_does_not_reach_the_answer(void **state)
{
	(void)state;
	assert_int_equal(add("welcome", ADA, 0, false), ERR_OK);
	break_transport();
	err_set(fx, ERR_EMAIL_UNVERIFIED, NULL, "of the answer");
	run();
	assert_int_equal(fx->err.code, ERR_EMAIL_UNVERIFIED);
	assert_string_equal(fx->err.note, "of the answer");
}

/* S-124 */
static void
test_s124_names_make_no_links_in_mails(void **state)
{
	static const char *const cases[][2] = {
		{ "Ada Roe", "Ada Roe" },
		{ "Win at evil.example/x", "Win at evil. example/x" },
		{ "https://evil.example", "https: //evil. example" },
		{ "www.evil.example", "www. evil. example" },
		{ "evil\xe3\x80\x82" "example", "evil. example" },
		{ "evil\xef\xbc\x8e" "example", "evil. example" },
		{ "J. R. Roe Jr.", "J. R. Roe Jr." },
		{ "line\r\nBcc: x", "line  Bcc: x" },
		{ "a\xe2\x80\xae" "b\xe2\x80\x8b" "c", "abc" },
		{ "Ada \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
		    "Ada \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80" },
		{ "\xff", "" },
		{ "", "" }
	};
	char longer[201];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		assert_str(outbox_name(fx, str_of(cases[i][0])),
		    cases[i][1]);
	assert_str(outbox_name(fx, STR_NONE), "");
	memset(longer, 'a', 200);
	longer[200] = '\0';
	assert_int_equal(outbox_name(fx, str_of(longer)).len, 64);
}

/* The mails lie in the fixture's folder. */
static int
close_all(void **state)
{
	struct dirent *entry;
	DIR *d;

	d = opendir(fx_config->mail_dir.p);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	return fixture_close(state);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_every_mail_template_makes_a_message),
	T(test_s126_a_rolled_back_change_leaves_no_mail),
	T(test_a_template_that_is_not_there_is_an_error_with_a_note),
	T(test_s126_failures_are_retried_with_back_off_up_to_24_hours),
	T(test_s126_what_waited_is_sent_once_and_expired_secrets_are_not),
	T(test_s018_a_decoy_is_stored_like_a_mail_and_never_sent),
	T(test_s126_a_message_is_claimed_by_one_of_many),
	T(test_messages_are_claimed_and_noted_together),
	T(test_s126_what_a_run_had_no_time_for_is_due_at_once),
	T(test_no_more_are_taken_than_asked_for),
#ifdef DW_FAULTS
	T(test_s126_no_failing_statement_loses_a_message),
#endif
	T(test_s126_a_killed_delivery_is_repeated_with_its_message_id),
	T(test_a_message_that_cannot_be_opened_is_dead_at_once),
	T(test_s133_a_message_of_an_unknown_key_waits),
	T(test_what_a_failed_delivery_says_does_not_reach_the_answer),
	T(test_s124_names_make_no_links_in_mails),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("outbox", tests, fixture_open,
	    close_all);
}
