/*
 * Text messages and calls in the outbox, and what limits them.
 */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "codec/text.h"
#include "domain/limit.h"
#include "domain/outbox.h"
#include "store/store_tx.h"

#define NUMBER	"+12025550101"

static size_t sent, failed;

static enum err
add_tx(struct ctx *c, void *arg)
{
	return outbox_add_sms(c, arg);
}

static struct outbox_sms
sample(const char *template)
{
	struct outbox_sms m = { .template = template, .to = STR(NUMBER),
		.values = values_new(fx->arena) };

	values_set(m.values, "code", STR("482913"));
	values_set(m.values, "minutes", STR("5"));
	values_set(m.values, "forgot_link", STR("http://localhost/forgot"));
	return m;
}

static void
add(struct outbox_sms m)
{
	assert_int_equal(store_tx(fx, add_tx, &m, NULL), ERR_OK);
	assert_true(fx->outbox_due);
}

static void
run(void)
{
	assert_int_equal(outbox_run(fx, 100, 60000, &sent, &failed), ERR_OK);
}

/* The newest file of the provider, its name in *name; how many there are. */
static size_t
files(char name[256], char *text, size_t size)
{
	struct dirent *entry;
	size_t n = 0;
	ssize_t len;
	DIR *d;
	int fd;

	name[0] = '\0';
	d = opendir(fx_config->sms_dir.p);
	if (d == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL) {
		if (strstr(entry->d_name, ".txt") == NULL)
			continue;
		n++;
		if (strcmp(entry->d_name, name) > 0)
			snprintf(name, 256, "%s", entry->d_name);
	}
	if (n > 0) {
		fd = openat(dirfd(d), name, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		len = read(fd, text, size - 1);
		assert_true(len >= 0);
		text[len] = '\0';
		close(fd);
	}
	closedir(d);
	return n;
}

static void
test_every_text_message_renders_on_one_line(void **state)
{
	static const char *const names[] = { "verify-phone",
		"reset-password", "delete-account", "reset-pin",
		"password-changed", "welcome", "phone-changed" };
	char name[256], text[4096];
	size_t i, before = files(name, text, sizeof(text));

	(void)state;
	for (i = 0; i < COUNT(names); i++) {
		add(sample(names[i]));
		run();
		assert_int_equal(sent, 1);
		assert_int_equal(files(name, text, sizeof(text)),
		    before + i + 1);
		assert_has(name, "-sms-" NUMBER ".txt");
		assert_has(text, "Harbour: ");
		assert_null(strstr(text, "{{"));
		assert_null(strchr(text, '\n'));
		/* One message of the network, GSM 03.38, for short names. */
		assert_in_range(utf8_length(str_of(text)), 20, 160);
		assert_true(strstr(text, "code") == NULL ||
		    strstr(text, " 482913 ") != NULL);	/* F-21 */
	}
}

static void
test_a_call_is_marked_as_one(void **state)
{
	struct outbox_sms m = sample("verify-phone");
	char name[256], text[4096];

	(void)state;
	m.voice = true;
	add(m);
	run();
	assert_int_equal(sent, 1);
	files(name, text, sizeof(text));
	assert_has(name, "-voice-");
}

/* S-018 */
static void
test_s018_a_decoy_names_nobody_and_is_never_sent(void **state)
{
	struct outbox_sms m = sample("reset-password");
	char name[256], text[4096];
	size_t before = files(name, text, sizeof(text));

	(void)state;
	m.decoy = true;
	m.uid = fx_account("ada@example.org", NULL, NULL, true);
	add(m);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"
	    " WHERE target = '' AND uid IS NULL AND state = 2"), 1);
	run();
	assert_int_equal(sent, 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 0);
	assert_int_equal(files(name, text, sizeof(text)), before);
}

/* S-126: a code that lives five minutes cannot wait as long as a mail. */
static void
test_s126_a_gateway_that_is_down_is_tried_again_soon(void **state)
{
	static const int64_t wait_s[] = { 10, 20, 40, 80 };
	struct outbox_sms m = sample("verify-phone");
	size_t i;

	(void)state;
	m.expires_s = fx->now_s + 300;
	add(m);
	fx_config->sms_provider = STR("http");
	fx_config->sms_url = STR("http://127.0.0.1:9/");	/* nobody */
	for (i = 0; i < COUNT(wait_s); i++) {
		run();
		assert_int_equal(failed, 1);
		assert_in_range(fx_number("SELECT due_s FROM dw_outbox") -
		    fx->now_s, wait_s[i] - 1, wait_s[i] + 2);
		fx_pass(wait_s[i] + 3);
	}
	fx_pass(300);
	run();
	assert_int_equal(failed + sent, 0);
	assert_int_equal(fx_number("SELECT COUNT(*) FROM dw_outbox"), 0);
}

/* Limits */

static enum err
may(const char *number)
{
	return limit_sms(fx, "verify-phone", str_of(number), false);
}

static int
one_sms(int i, void *arg)
{
	(void)i;
	return may(arg) == ERR_OK;
}

static int
sum(const int *results, int n)
{
	int total = 0, i;

	for (i = 0; i < n; i++)
		total += results[i];
	return total;
}

/* S-024 */
static void
test_s024_50_parallel_messages_to_one_number_are_metered(void **state)
{
	char number[] = NUMBER;
	int results[50];

	(void)state;
	fx_config->sms_gap_s = 60;
	fx_parallel(50, one_sms, number, results);
	assert_int_equal(sum(results, 50), 1);
	assert_int_equal(may(NUMBER), ERR_SMS_LIMIT);
}

/* S-024: three an hour and five a day for a number. */
static void
test_s024_a_number_has_an_hour_and_a_day(void **state)
{
	int hour, i, n = 0;

	(void)state;
	fx_config->sms_per_hour = 3;
	fx_config->sms_per_day = 5;
	for (hour = 0; hour < 4; hour++) {
		for (i = 0; i < 10; i++)
			n += may(NUMBER) == ERR_OK;
		assert_int_equal(n, hour == 0 ? 3 : 5);
		fx_pass(3601);
	}
	assert_int_equal(may("+12025550102"), ERR_OK);
}

static void
test_s024_a_source_causes_20_messages_an_hour(void **state)
{
	int i, n = 0;

	(void)state;
	fx_config->sms_per_hour_source = 20;
	for (i = 0; i < 30; i++)
		n += may(str_printf(fx->arena, "+120255501%02d",
		    i).p) == ERR_OK;
	assert_int_equal(n, 20);
	fx->client.network = STR("192.0.2.8");
	assert_int_equal(may("+12025550188"), ERR_OK);
}

static int
many_numbers(int i, void *arg)
{
	(void)arg;
	fx->client.network = str_printf(fx->arena, "192.0.2.%d", i);
	return may(str_printf(fx->arena, "+120255501%02d", i).p) == ERR_OK;
}

/* S-024: whatever numbers and sources. */
static void
test_s024_the_site_has_a_cap_for_the_day(void **state)
{
	int results[40];

	(void)state;
	fx_config->sms_site_per_day = 7;
	fx_parallel(40, many_numbers, NULL, results);
	assert_int_equal(sum(results, 40), 7);
	assert_int_equal(may("+12025550188"), ERR_SMS_QUOTA);
	fx_pass(86401);
	assert_int_equal(may("+12025550188"), ERR_OK);
}

static void
test_what_is_off_or_not_admitted_is_told_and_not_counted(void **state)
{
	static struct str countries[] = { { "1", 1 }, { "!1876", 5 },
		{ "44", 2 } };

	(void)state;
	assert_int_equal(limit_sms(fx, "verify-phone", STR(NUMBER), true),
	    ERR_VOICE_OFF);
	fx_config->sms_countries = (struct list){ countries, 3 };
	assert_int_equal(may("+33123456789"), ERR_SMS_FAILED);
	assert_int_equal(may("+18765550101"), ERR_SMS_FAILED);
	assert_int_equal(may("+447700900123"), ERR_OK);
	assert_int_equal(may(NUMBER), ERR_OK);
	fx_config->sms_provider = STR("off");
	assert_int_equal(may(NUMBER), ERR_SMS_OFF);
	assert_int_equal(limit_sms_ready(fx, STR(NUMBER), false),
	    ERR_SMS_OFF);
	assert_int_equal(fx_number("SELECT MAX(n) FROM dw_meter"), 2);
}

/* The messages lie in a folder of the fixture's. */
static int
close_all(void **state)
{
	struct dirent *entry;
	DIR *d;

	d = opendir(fx_config->sms_dir.p);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			unlinkat(dirfd(d), entry->d_name, 0);
	closedir(d);
	assert_int_equal(rmdir(fx_config->sms_dir.p), 0);
	return fixture_close(state);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)
	const struct CMUnitTest tests[] = {
	T(test_every_text_message_renders_on_one_line),
	T(test_a_call_is_marked_as_one),
	T(test_s018_a_decoy_names_nobody_and_is_never_sent),
	T(test_s126_a_gateway_that_is_down_is_tried_again_soon),
	T(test_s024_50_parallel_messages_to_one_number_are_metered),
	T(test_s024_a_number_has_an_hour_and_a_day),
	T(test_s024_a_source_causes_20_messages_an_hour),
	T(test_s024_the_site_has_a_cap_for_the_day),
	T(test_what_is_off_or_not_admitted_is_told_and_not_counted),
	};

	if (fixture_absent())
		return 77;
	return cmocka_run_group_tests_name("sms", tests, fixture_open,
	    close_all);
}
