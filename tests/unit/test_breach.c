#include "unit.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/ctx.h"
#include "crypto/keys.h"
#include "domain/breach.h"

#define MANY	3000

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char path[] = "/tmp/doorward-breach.XXXXXX";

static int
setup(void **state)
{
	int fd;

	(void)state;
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	close(fd);
	arena = arena_new();
	cfg = (struct config){ .password_breach_file = str_of(path),
		.password_breached_at_login = STR("auto") };
	ctx_init(&ctx, arena, &cfg);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(path);
	arena_free(arena);
	return 0;
}

/* The file */

static const char *
sum_of(const char *password)
{
	unsigned char digest[20];
	char *text = arena_alloc(arena, 41);
	size_t i;

	sha1(password, strlen(password), digest);
	for (i = 0; i < 20; i++)
		snprintf(text + 2 * i, 3, "%02X", digest[i]);
	return text;
}

static int
in_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
write_text(const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static const char *
listed(int i)
{
	return str_printf(arena, "listed-%d", i).p;
}

/* n lines; each ends with a count of its own length, and with end. */
static void
write_sums(int n, bool counts, const char *end, bool last_end)
{
	const char **sums = (const char **)(void *)arena_alloc(arena,
	    (size_t)n * sizeof(*sums));
	FILE *f = fopen(path, "w");
	int i;

	assert_non_null(f);
	for (i = 0; i < n; i++)
		sums[i] = sum_of(listed(i));
	qsort(sums, (size_t)n, sizeof(*sums), in_order);
	for (i = 0; i < n; i++) {
		fputs(sums[i], f);
		if (counts)
			fprintf(f, ":%d", i % 7 == 0 ? 23597311 : i + 1);
		if (i < n - 1 || last_end)
			fputs(end, f);
	}
	assert_int_equal(fclose(f), 0);
}

static void
assert_found(int n)
{
	int64_t bytes;
	int i;

	for (i = 0; i < n; i++)
		if (!breach_has(&ctx, str_of(listed(i))))
			fail_msg("%s is not found", listed(i));
	for (i = n; i < 2 * n + 5; i++)
		if (breach_has(&ctx, str_of(listed(i))))
			fail_msg("%s is found", listed(i));
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_OK);
	assert_true(bytes >= 40 * n);
}

static void
test_s004_every_sum_of_a_file_is_found_and_no_other(void **state)
{
	(void)state;
	write_sums(MANY, true, "\r\n", true);
	assert_found(MANY);
	write_sums(MANY, true, "\n", false);
	assert_found(MANY);
	write_sums(MANY, false, "\n", true);
	assert_found(MANY);
}

static void
test_short_files_are_searched_like_long_ones(void **state)
{
	int n;

	(void)state;
	for (n = 1; n < 12; n++) {
		write_sums(n, n % 2 == 0, n % 3 == 0 ? "\r\n" : "\n",
		    n % 4 < 2);
		assert_found(n);
	}
}

static void
test_sums_may_be_in_lower_case(void **state)
{
	struct str text;

	(void)state;
	text = str_lower(arena, str_of(sum_of("listed-0")));
	write_text(text.p, text.len);
	assert_true(breach_has(&ctx, STR("listed-0")));
	assert_false(breach_has(&ctx, STR("listed-1")));
}

/* A list that cannot be used must not lock people out, and is told of. */
static void
test_files_that_are_no_list_hold_nothing(void **state)
{
	static char lines[4096];
	static const char *const bad[] = { "x", "\n", "\n\n\n",
		"0018A45C4D1DEF81644B54AB7F969B88D65\n",
		"0018A45C4D1DEF81644B54AB7F969B88D65EXAMPL\n",
		"0018A45C4D1DEF81644B54AB7F969B88D651234512345:3\n", lines };
	int64_t bytes;
	size_t i;

	(void)state;
	memset(lines, 'A', sizeof(lines) - 1);
	for (i = 0; i < COUNT(bad); i++) {
		write_text(bad[i], strlen(bad[i]));
		assert_false(breach_has(&ctx, STR("listed-0")));
		assert_int_equal(ctx.err.code, ERR_OK);
		assert_int_equal(breach_file_check(&ctx, &bytes),
		    ERR_CONFIG);
		ctx.err = (struct err_detail){ .code = ERR_OK };
	}
	write_text("", 0);
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_CONFIG);
	unlink(path);
	assert_false(breach_has(&ctx, STR("listed-0")));
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_CONFIG);
	assert_has(ctx.err.note, path);
}

static void
test_a_file_out_of_order_is_told_of(void **state)
{
	int64_t bytes;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, arena, 65536);
	buf_printf(&b, "%s:1\n%s:1\n", sum_of("listed-1"),
	    sum_of("listed-0"));
	write_text(buf_view(&b).p, buf_view(&b).len);
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_CONFIG);
	ctx.err = (struct err_detail){ .code = ERR_OK };
	for (i = 0; i < 200; i++)
		buf_printf(&b, "%s:1\n", sum_of(listed(i)));
	write_text(buf_view(&b).p, buf_view(&b).len);
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_CONFIG);
}

static void
test_without_lists_nothing_is_known_of_a_breach(void **state)
{
	int64_t bytes;

	(void)state;
	cfg.password_breach_file = STR("");
	assert_false(breach_has(&ctx, STR("listed-0")));
	assert_int_equal(breach_file_check(&ctx, &bytes), ERR_OK);
	assert_int_equal(bytes, 0);
}

/* The service's answers */

#define SUFFIX	"1E4C9B93F3F0682250B6CF8331B7EE68FD8"

static int
find(const char *answer)
{
	bool found = false;

	if (!breach_range_find(str_of(answer), STR(SUFFIX), &found)) {
		assert_false(found);
		return -1;
	}
	return found;
}

static void
test_s004_a_range_is_read(void **state)
{
	(void)state;
	assert_int_equal(find("0018A45C4D1DEF81644B54AB7F969B88D65:10\r\n"
	    SUFFIX ":37615252\r\n0136E006E24E7D152139815FB0FC6A50B15:2"), 1);
	assert_int_equal(find("0018A45C4D1DEF81644B54AB7F969B88D65:10\r\n"),
	    0);
	assert_int_equal(find("1e4c9b93f3f0682250b6cf8331b7ee68fd8:1\n"), 1);
	/* Lines that pad have no count. */
	assert_int_equal(find("0018A45C4D1DEF81644B54AB7F969B88D65:10\r\n"
	    SUFFIX ":0\r\n"), 0);
}

static void
test_what_is_no_range_is_none(void **state)
{
	static const char *const rubbish[] = { "", "\r\n", " ",
		"<!doctype html>", "{\"found\":true}",
		SUFFIX ":x\r\n", SUFFIX ":-1\r\n", SUFFIX ":\r\n",
		SUFFIX "0:1\r\n", "1E4C9B93F3F0682250B6CF8331B7EE68FD:1\r\n",
		"1E4C9B93F3F0682250B6CF8331B7EE68FDX:1\r\n",
		SUFFIX ":1\r\n\r\n<p>" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rubbish); i++)
		if (find(rubbish[i]) != -1)
			fail_msg("\"%s\" is a range", rubbish[i]);
}

static void
test_what_is_done_at_sign_in_follows_the_lists(void **state)
{
	(void)state;
	assert_int_equal(breach_at_login(&ctx), BREACH_RECORD);
	cfg.password_breached_at_login = STR("notify");
	assert_int_equal(breach_at_login(&ctx), BREACH_NOTIFY);
	cfg.password_breached_at_login = STR("reset");
	assert_int_equal(breach_at_login(&ctx), BREACH_RESET);
	cfg.password_breached_at_login = STR("off");
	assert_int_equal(breach_at_login(&ctx), BREACH_OFF);
	cfg.password_breached_at_login = STR("auto");
	cfg.password_breach_file = STR("");
	cfg.password_breach_url = STR("https://range.example.com/");
	assert_int_equal(breach_at_login(&ctx), BREACH_OFF);
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	T(test_s004_every_sum_of_a_file_is_found_and_no_other),
	T(test_short_files_are_searched_like_long_ones),
	T(test_sums_may_be_in_lower_case),
	T(test_files_that_are_no_list_hold_nothing),
	T(test_a_file_out_of_order_is_told_of),
	T(test_without_lists_nothing_is_known_of_a_breach),
	T(test_s004_a_range_is_read),
	T(test_what_is_no_range_is_none),
	T(test_what_is_done_at_sign_in_follows_the_lists),
	};

	return cmocka_run_group_tests_name("breach", tests, NULL, NULL);
}
