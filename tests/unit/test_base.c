#include "unit_arena.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/secret.h"
#include "base/uid.h"

/* Did fn end the process, instead of returning? */
static bool
ends(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(0);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void
break_promise(void)
{
	must(1 + 1 == 3);
}

static void
keep_promise(void)
{
	must(1 + 1 == 2);
}

static void
test_must_ends_the_process_in_every_build(void **state)
{
	(void)state;
	assert_true(ends(break_promise));
	assert_false(ends(keep_promise));
}

/* Arena */

static void
test_arena_memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena *a = arena_new();
	unsigned char *p[200];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(p); i++) {
		p[i] = arena_alloc(a, i * 7);
		assert_true((uintptr_t)p[i] % 16 == 0);
		for (k = 0; k < i * 7; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)i, i * 7);
	}
	for (i = 0; i < COUNT(p); i++)
		for (k = 0; k < i * 7; k++)
			assert_int_equal(p[i][k], i);
	assert_true(arena_used(a) >= 199 * 200 / 2 * 7);
	arena_free(a);
	arena_free(NULL);
}

/* The one who may look at what was not handed out. */
__attribute__((no_sanitize_address)) static bool
is_wiped(const unsigned char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
test_arena_reset_hands_out_wiped_memory_again(void **state)
{
	struct arena *a = arena_new();
	unsigned char *p, *first = NULL;
	int round, i;

	(void)state;
	for (round = 0; round < 3; round++) {
		p = arena_alloc(a, 100000);
		if (first == NULL)
			first = p;
		assert_ptr_equal(p, first);
		for (i = 0; i < 100000; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0x5a, 100000);
		p = arena_alloc(a, 1000);
		memset(p, 0x5a, 1000);
		arena_reset(a);
		assert_int_equal(arena_used(a), 0);
		/* The chunk is kept, so its bytes can be looked at. */
		assert_true(is_wiped(arena_alloc(a, 16), 900));
	}
	arena_free(a);
}

static char order[8];
static size_t order_len;

static void
note_order(void *obj)
{
	order[order_len++] = *(char *)obj;
}

static void
test_arena_runs_deferred_calls_last_first_and_once(void **state)
{
	static char names[] = "abc";
	struct arena *a = arena_new();
	size_t i;

	(void)state;
	order_len = 0;
	for (i = 0; i < 3; i++)
		arena_defer(a, note_order, names + i);
	arena_reset(a);
	arena_reset(a);
	assert_int_equal(order_len, 3);
	assert_memory_equal(order, "cba", 3);
	arena_defer(a, note_order, names);
	arena_free(a);
	assert_int_equal(order_len, 4);
}

static void
ask_for_too_much(void)
{
	arena_alloc_array(arena_new(), SIZE_MAX / 2, 16);
}

static void
ask_for_more_than_there_is(void)
{
	arena_alloc(arena_new(), SIZE_MAX / 2);
}

static void
test_arena_ends_the_process_rather_than_return_nothing(void **state)
{
	(void)state;
	assert_true(ends(ask_for_too_much));
	assert_true(ends(ask_for_more_than_there_is));
}

/* Texts */

static void
test_str_absent_is_not_empty(void **state)
{
	(void)state;
	assert_null(str_of(NULL).p);
	assert_non_null(str_of("").p);
	assert_false(str_present(STR_NONE));
	assert_false(str_present(STR("")));
	assert_true(str_present(STR("x")));
	assert_null(str_dup(arena, STR_NONE).p);
	assert_non_null(str_dup(arena, STR("")).p);
	assert_true(str_eq(STR_NONE, STR("")));
}

static void
test_str_compares_bytes_and_ascii_case(void **state)
{
	(void)state;
	assert_true(str_eq((struct str){ "a\0b", 3 },
	    (struct str){ "a\0b", 3 }));
	assert_false(str_eq((struct str){ "a\0b", 3 },
	    (struct str){ "a\0c", 3 }));
	assert_false(str_eq(STR("a"), STR("ab")));
	assert_true(str_ieq(STR("AbZ"), STR("aBz")));
	assert_false(str_ieq(STR("@"), STR("`")));
	assert_false(str_ieq(STR("["), STR("{")));
	assert_false(str_ieq(STR("\xc3\xa9"), STR("\xc3\x89")));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_istarts(STR("ABc"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_true(str_has(STR("abc"), 'c'));
	assert_false(str_has(STR_NONE, 'c'));
	assert_str(str_lower(arena, STR("ABz\xc3\x89[")), "abz\xc3\x89[");
}

static void
test_str_parts_are_clamped_and_trimmed(void **state)
{
	(void)state;
	assert_str(str_sub(STR("abc"), 1, 1), "b");
	assert_str(str_sub(STR("abc"), 1, SIZE_MAX), "bc");
	assert_str(str_sub(STR("abc"), 9, 9), "");
	assert_null(str_sub(STR_NONE, 1, 1).p);
	assert_str(str_trim(STR(" \ta b\t ")), "a b");
	assert_str(str_trim(STR("  ")), "");
	assert_str(str_trim(STR("\na")), "\na");
	assert_string_equal(str_cstr(arena, str_sub(STR("abc"), 0, 2)), "ab");
	assert_str(str_printf(arena, "%s-%d", "x", 7), "x-7");
}

static void
test_str_split_yields_every_part(void **state)
{
	struct str rest = STR("a,,b,"), part;
	static const char *const want[] = { "a", "", "b", "" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(want); i++) {
		assert_true(str_split(&rest, ',', &part));
		assert_str(part, want[i]);
	}
	assert_false(str_split(&rest, ',', &part));
	rest = STR("");
	assert_true(str_split(&rest, ',', &part));
	assert_false(str_split(&rest, ',', &part));
}

static void
test_str_to_int_takes_plain_digits_in_range(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "1x",
		"0x1", "101", "9999999999999999999999", "1\n" };
	int64_t n = 77;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_false(str_to_int(str_of(bad[i]), 0, 100, &n));
	assert_true(n == 77);
	assert_true(str_to_int(STR("100"), 0, 100, &n));
	assert_true(n == 100);
	assert_true(str_to_int(STR("007"), 0, 100, &n));
	assert_true(n == 7);
	assert_false(str_to_int(STR("4"), 5, 100, &n));
}

static void
test_str_put_int_writes_every_number(void **state)
{
	static const int64_t n[] = { 0, 7, -7, 10, 1795664938950, INT64_MAX,
		INT64_MIN };
	char text[STR_INT + 1], want[STR_INT + 2];
	size_t i, len;

	(void)state;
	for (i = 0; i < COUNT(n); i++) {
		len = str_put_int(text, n[i]);
		assert_true(len <= STR_INT);
		text[len] = '\0';
		snprintf(want, sizeof(want), "%lld", (long long)n[i]);
		assert_string_equal(text, want);
	}
}

static void
test_str_hash_is_one_for_any_case(void **state)
{
	(void)state;
	assert_true(str_hash(STR("/Login")) == str_hash(STR("/loGIN")));
	assert_true(str_hash(STR("/login")) != str_hash(STR("/logim")));
	assert_true(str_hash(STR_NONE) == str_hash(STR("")));
}

static void
test_buf_takes_a_file_whole_or_tells(void **state)
{
	const char *exe = "/proc/self/cmdline";
	struct buf b;

	(void)state;
	buf_init(&b, arena, 1 << 16);
	assert_true(buf_add_file(&b, exe));
	assert_true(buf_ok(&b));
	assert_true(buf_view(&b).len > 0);
	buf_init(&b, arena, 4);
	assert_true(buf_add_file(&b, exe));
	assert_false(buf_ok(&b));
	assert_false(buf_add_file(&b, "/nonexistent"));
	assert_int_equal(errno, ENOENT);
	assert_false(buf_add_file(&b, "/"));
	assert_int_equal(errno, EISDIR);
}

static void
test_buf_grows_to_its_maximum_and_tells(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, arena, 1000);
	for (i = 0; i < 250; i++)
		buf_printf(&b, "%04d", i);
	assert_true(buf_ok(&b));
	assert_int_equal(buf_view(&b).len, 1000);
	assert_string_equal(buf_view(&b).p + 996, "0249");
	buf_char(&b, 'x');
	assert_false(buf_ok(&b));
	assert_int_equal(buf_view(&b).len, 1000);
	assert_int_equal(buf_view(&b).p[1000], '\0');
}

static void
test_buf_takes_a_piece_whole_or_not_at_all(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, arena, 10);
	buf_cstr(&b, "1234567");
	buf_str(&b, STR("89ab"));
	assert_false(buf_ok(&b));
	assert_str(buf_view(&b), "1234567");
	/* What came too late stays out, also where it would fit. */
	buf_char(&b, 'x');
	buf_printf(&b, "%d", 1);
	assert_str(buf_view(&b), "1234567");
	buf_init(&b, arena, 0);
	buf_add(&b, "", 0);
	assert_true(buf_ok(&b));
	assert_str(buf_view(&b), "");
}

/* Time */

static void
assert_time(int64_t t, const char *iso)
{
	struct clock_parts p = clock_utc(t);
	int64_t back = -1;

	assert_str(clock_iso(arena, t), iso);
	assert_true(clock_from_utc(&p, &back));
	assert_true(back == t);
}

/* The form has four digits of a year: beyond them its ends are shown. */
static void
test_iso_time_has_milliseconds_and_never_another_form(void **state)
{
	static const struct { int64_t ms; const char *iso; } t[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1795664938950, "2026-11-26T03:48:58.950Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ 253402300799999, "9999-12-31T23:59:59.999Z" },
		{ 253402300800000, "9999-12-31T23:59:59.999Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
		{ -62167219200000, "0000-01-01T00:00:00.000Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
	};
	char text[CLOCK_ISO + 1] = "";
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(t); i++) {
		clock_put_iso(text, t[i].ms);
		assert_string_equal(text, t[i].iso);
	}
	assert_str(clock_iso(arena, INT64_MAX), "9999-12-31T23:59:59.000Z");
}

static void
test_calendar_knows_its_leap_years(void **state)
{
	(void)state;
	assert_time(0, "1970-01-01T00:00:00.000Z");
	assert_time(-1, "1969-12-31T23:59:59.000Z");
	assert_time(951782399, "2000-02-28T23:59:59.000Z");
	assert_time(951782400, "2000-02-29T00:00:00.000Z");
	assert_time(951868800, "2000-03-01T00:00:00.000Z");
	assert_time(1709164800, "2024-02-29T00:00:00.000Z");
	assert_time(1709251200, "2024-03-01T00:00:00.000Z");
	assert_time(4107542400, "2100-03-01T00:00:00.000Z");
	assert_time(4107456000, "2100-02-28T00:00:00.000Z");
	assert_time(2147483647, "2038-01-19T03:14:07.000Z");
	assert_time(2147483648, "2038-01-19T03:14:08.000Z");
	assert_time(253402300799, "9999-12-31T23:59:59.000Z");
	assert_time(-62135596800, "0001-01-01T00:00:00.000Z");
}

/* The C library as the judge; and every day back again. */
static void
test_calendar_agrees_with_the_c_library_and_returns(void **state)
{
	struct clock_parts p;
	int64_t t, back;
	time_t now;
	struct tm tm;

	(void)state;
	for (t = -62135596800; t < 253402300800; t += 86400 * 13 + 3607) {
		now = (time_t)t;
		assert_non_null(gmtime_r(&now, &tm));
		p = clock_utc(t);
		if (p.year != tm.tm_year + 1900 || p.month != tm.tm_mon + 1 ||
		    p.day != tm.tm_mday || p.hour != tm.tm_hour ||
		    p.minute != tm.tm_min || p.second != tm.tm_sec)
			fail_msg("%lld differs", (long long)t);
		assert_true(clock_from_utc(&p, &back));
		assert_true(back == t);
	}
}

static void
test_dates_that_are_none_are_refused(void **state)
{
	static const struct clock_parts bad[] = {
		{ 2023, 2, 29, 0, 0, 0 }, { 2100, 2, 29, 0, 0, 0 },
		{ 1900, 2, 29, 0, 0, 0 }, { 2024, 2, 30, 0, 0, 0 },
		{ 2024, 4, 31, 0, 0, 0 }, { 2024, 13, 1, 0, 0, 0 },
		{ 2024, 0, 1, 0, 0, 0 }, { 2024, 1, 0, 0, 0, 0 },
		{ 2024, 1, 32, 0, 0, 0 }, { 2024, 1, 1, 24, 0, 0 },
		{ 2024, 1, 1, 0, 60, 0 }, { 2024, 1, 1, 0, 0, 60 },
		{ 2024, 1, 1, -1, 0, 0 }, { 2024, 1, 1, 0, -1, 0 },
		{ 2024, 1, 1, 0, 0, -1 }, { 0, 1, 1, 0, 0, 0 },
		{ 10000, 1, 1, 0, 0, 0 }, { -1, 1, 1, 0, 0, 0 },
	};
	int64_t t = 77;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (clock_from_utc(&bad[i], &t))
			fail_msg("accepted number %zu", i);
	assert_true(t == 77);
}

static void
write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_clock_is_shifted_by_a_file_and_monotonic_time_is_not(void **state)
{
	char path[] = "/tmp/doorward-clock-XXXXXX";
	int64_t before, mono;
	int fd;

	(void)state;
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	before = clock_now_s();
	mono = clock_mono_ms();
	clock_set_shift_file(path);
	assert_true(clock_now_s() - before <= 5);
	write_text(path, "86400\n");
	assert_true(clock_now_s() - before >= 86400);
	assert_true(clock_now_s() - before <= 86405);
	assert_true(clock_now_ms() / 1000 - before <= 86405);
	assert_true(clock_mono_ms() - mono <= 5000);
	write_text(path, "86400.5\n");
	assert_true(clock_now_ms() - before * 1000 >= 86400500);
	assert_true(clock_now_ms() - before * 1000 <= 86406500);
	write_text(path, "-3600");
	assert_true(before - clock_now_s() >= 3595);
	unlink(path);
	assert_true(clock_now_s() - before <= 5);
	clock_set_shift_file(NULL);
	assert_true(clock_now_s() - before <= 5);
}

/* Randomness: S-027 */

static bool
failing_source(void *p, size_t len)
{
	memset(p, 7, len);
	return false;
}

static void
issue_bytes(void)
{
	char b[16];

	rand_set_source(failing_source);
	rand_bytes(b, sizeof(b));
}

static void
issue_digits(void)
{
	char b[7];

	rand_set_source(failing_source);
	rand_digits(b, 6);
}

static void
issue_uid(void)
{
	rand_set_source(failing_source);
	uid_new(1);
}

/* S-027 */
static void
test_failing_source_ends_the_process_before_a_secret_is_issued(void **state)
{
	(void)state;
	assert_true(ends(issue_bytes));
	assert_true(ends(issue_digits));
	assert_true(ends(issue_uid));
}

/* S-027: one million codes; chi-squared with 9 degrees of freedom. */
static void
test_digits_are_uniform_at_each_place(void **state)
{
	static unsigned count[6][10];
	char code[7];
	double chi, off;
	int i, place, digit;

	(void)state;
	for (i = 0; i < 1000000; i++) {
		rand_digits(code, 6);
		for (place = 0; place < 6; place++) {
			assert_true(code[place] >= '0' && code[place] <= '9');
			count[place][code[place] - '0']++;
		}
		assert_int_equal(code[6], '\0');
	}
	for (place = 0; place < 6; place++) {
		chi = 0;
		for (digit = 0; digit < 10; digit++) {
			off = count[place][digit] - 100000.0;
			chi += off * off / 100000.0;
		}
		/* Passed by chance once in more than ten million runs. */
		if (chi > 50)
			fail_msg("chi squared %f at place %d", chi, place);
	}
}

static uint32_t scripted[4];
static size_t scripted_at;

static bool
scripted_source(void *p, size_t len)
{
	must(len == sizeof(uint32_t) && scripted_at < COUNT(scripted));
	memcpy(p, &scripted[scripted_at++], len);
	return true;
}

/* The values above the last whole multiple would favour small numbers. */
static void
test_uneven_values_are_drawn_again(void **state)
{
	(void)state;
	scripted[0] = UINT32_MAX;
	scripted[1] = UINT32_MAX - UINT32_MAX % 10;
	scripted[2] = UINT32_MAX - UINT32_MAX % 10 - 1;
	scripted_at = 0;
	rand_set_source(scripted_source);
	assert_int_equal(rand_below(10), 9);
	rand_set_source(NULL);
	assert_int_equal(scripted_at, 3);
	assert_int_equal(rand_below(1), 0);
}

/* S-027: children of a fork differ. */
static void
test_forked_children_draw_different_bytes(void **state)
{
	unsigned char got[3][16];
	int fd[2], i;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	for (i = 0; i < 2; i++) {
		if (fork() == 0) {
			rand_bytes(got[0], 16);
			_exit(write(fd[1], got[0], 16) == 16 ? 0 : 1);
		}
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(read(fd[0], got[i], 16), 16);
		wait(NULL);
	}
	rand_bytes(got[2], 16);
	assert_memory_not_equal(got[0], got[1], 16);
	assert_memory_not_equal(got[0], got[2], 16);
	assert_memory_not_equal(got[1], got[2], 16);
	close(fd[0]);
	close(fd[1]);
}

/* Secrets */

static void
test_secrets_are_compared_whole_and_wiped(void **state)
{
	struct secret s;
	char text[] = "secret";

	(void)state;
	assert_true(secret_equal("abc", 3, "abc", 3));
	assert_false(secret_equal("abc", 3, "abd", 3));
	assert_false(secret_equal("abc", 3, "abcd", 4));
	assert_false(secret_equal("abc", 3, "", 0));
	s = secret_copy(arena, text, 6);
	assert_str(secret_view(&s), "secret");
	assert_true(secret_present(&s));
	s = secret_copy(arena, "", 0);
	assert_false(secret_present(&s));
	secret_wipe(text, sizeof(text));
	assert_memory_equal(text, "\0\0\0\0\0\0", 7);
	secret_wipe(NULL, 5);
}

/* Uid */

static void
test_uid_is_ordered_by_time_and_read_in_any_case(void **state)
{
	struct uid a = uid_new(1767600000000), b = uid_new(1767600000001), c;

	(void)state;
	assert_true(memcmp(a.b, b.b, 16) < 0);
	assert_false(uid_eq(a, b));
	assert_false(uid_eq(a, uid_new(1767600000000)));
	assert_true(uid_parse(uid_hex(arena, a), &c));
	assert_true(uid_eq(a, c));
	assert_true(uid_parse(STR("0123456789ABCDEF0123456789abcdef"), &c));
	assert_str(uid_hex(arena, c), "0123456789abcdef0123456789abcdef");
	assert_false(uid_is_zero(c));
	memset(&c, 0, sizeof(c));
	assert_true(uid_is_zero(c));
}

static void
test_what_is_no_uid_is_refused(void **state)
{
	static const char *const bad[] = { "",
		"0123456789abcdef0123456789abcde",
		"0123456789abcdef0123456789abcdef0",
		"0123456789abcdef0123456789abcdeg",
		"01234567-89ab-cdef-0123-456789abcdef" };
	struct uid u = { { 9 } };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_false(uid_parse(str_of(bad[i]), &u));
	assert_int_equal(u.b[0], 9);
}

/* Errors and the log */

static struct ctx
some_ctx(void)
{
	struct ctx c;

	ctx_init(&c, arena, NULL);
	return c;
}

/* Not of one draw only: none comes back, and a child has others. */
static void
test_request_ids_are_different_in_a_process_and_its_child(void **state)
{
	char ids[300][33], child[33];
	int fd[2], i, k;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	for (i = 0; i < 300; i++) {
		memcpy(ids[i], some_ctx().request_id, 33);
		for (k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
	}
	if (fork() == 0)
		_exit(write(fd[1], some_ctx().request_id, 33) == 33 ? 0 : 1);
	assert_int_equal(read(fd[0], child, 33), 33);
	wait(NULL);
	assert_string_not_equal(child, some_ctx().request_id);
	close(fd[0]);
	close(fd[1]);
}

static void
test_error_keeps_public_and_private_halves_apart(void **state)
{
	struct ctx c = some_ctx();

	(void)state;
	assert_int_equal(strlen(c.request_id), 32);
	assert_int_equal(err_set(&c, ERR_PARAMETER, "email", "%s %d", "why",
	    7), ERR_PARAMETER);
	assert_string_equal(c.err.field, "email");
	assert_string_equal(c.err.note, "why 7");
	assert_string_equal(err_name(ERR_PARAMETER), "PARAMETER");
	assert_string_equal(err_name(ERR_OK), "OK");
	err_add_field(&c, "FirstName", "too long");
	err_add_field(&c, "LastName", "missing");
	assert_string_equal(c.err.fields->name, "FirstName");
	assert_string_equal(c.err.fields->next->name, "LastName");
	assert_null(c.err.fields->next->next);
}

static char log_path[] = "/tmp/doorward-log-XXXXXX";

static void
begin_log(enum log_level least)
{
	int fd;

	memcpy(log_path + sizeof(log_path) - 7, "XXXXXX", 6);
	fd = mkstemp(log_path);
	assert_true(fd >= 0);
	close(fd);
	log_open(log_path, least);
}

static const char *
end_log(void)
{
	static char text[16384];
	FILE *f;

	f = fopen(log_path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	log_open(NULL, LOG_INFO);
	unlink(log_path);
	return text;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* S-130: one line each, whatever a stranger sends. */
static void
test_log_text_cannot_forge_a_line_or_a_member(void **state)
{
	static const char hostile[] =
	    "a\r\n{\"event\":\"forged\"}\x1b[2J\x7f\\";
	struct ctx c = some_ctx();
	const char *text;
	char control;

	(void)state;
	begin_log(LOG_INFO);
	log_write(&c, LOG_NOTICE, "test", "%s", hostile);
	text = end_log();
	assert_int_equal(count_lines(text), 1);
	assert_has(text, "\"text\":\"a\\u000d\\u000a{\\\"event\\\":"
	    "\\\"forged\\\"}\\u001b[2J\\u007f\\\\\"}\n");
	assert_has(text, "\"level\":\"notice\"");
	assert_has(text, c.request_id);
	assert_has(text, "{\"time\":\"20");
	for (control = 1; control < ' '; control++)
		if (control != '\n')
			assert_null(strchr(text, control));
}

/* S-130: every field of a request's line. */
static void
test_log_request_escapes_each_field(void **state)
{
	struct log_request r = { "GET\n", "/x\"\n", 403, 12, "E\n", 901,
		"note\x1b\n", false };
	struct ctx c = some_ctx();
	const char *text;

	(void)state;
	c.client.address = STR("1.2.3.4\n");
	begin_log(LOG_INFO);
	log_request(&c, &r);
	text = end_log();
	assert_int_equal(count_lines(text), 1);
	assert_has(text, "\"method\":\"GET\\u000a\",\"route\":\"/x\\\"\\u000a\""
	    ",\"status\":403,\"ms\":12");
	assert_has(text, "\"error\":\"E\\u000a\",\"code\":901,"
	    "\"from\":\"1.2.3.4\\u000a\",\"note\":\"note\\u001b\\u000a\"");
}

/* What the web server logs itself is for debugging alone, but for errors. */
static void
test_log_request_is_quiet_where_it_is_told_to(void **state)
{
	struct log_request r = { "GET", "guard", 200, 1, NULL, 0, NULL, true };
	struct ctx c = some_ctx();

	(void)state;
	begin_log(LOG_INFO);
	log_request(&c, &r);
	assert_string_equal(end_log(), "");
	begin_log(LOG_DEBUG);
	log_request(&c, &r);
	assert_has(end_log(), "\"level\":\"debug\"");
	r.status = 503;
	begin_log(LOG_INFO);
	log_request(&c, &r);
	assert_has(end_log(), "\"level\":\"error\"");
}

/* S-130: length limited, and still one complete object. */
static void
test_log_lines_are_cut_and_stay_whole(void **state)
{
	struct ctx c = some_ctx();
	struct log_request r = { "GET", "/x", 500, 1, "E", 950, NULL, false };
	static char big[8000];
	const char *text;

	(void)state;
	memset(big, '\n', sizeof(big) - 1);
	r.error = r.note = big;
	c.client.address = STR("192.0.2.1");
	begin_log(LOG_INFO);
	log_write(NULL, LOG_ERROR, "test", "%s", big);
	log_request(&c, &r);
	text = end_log();
	assert_int_equal(count_lines(text), 2);
	assert_true(strlen(text) < 2 * 2200);
	assert_true(strstr(text, "\\u000a\"}\n{\"time\"") != NULL);
	/* No room was left for the pairs behind, nor was one cut. */
	assert_string_equal(text + strlen(text) - 9, "\\u000a\"}\n");
	assert_null(strstr(text, "192.0.2.1"));
}

static void
test_log_keeps_utf8_and_escapes_stray_bytes(void **state)
{
	(void)state;
	begin_log(LOG_INFO);
	log_write(NULL, LOG_INFO, "test", "\xc3\xa9\xf0\x9f\x9a\x80|"
	    "\xc2\x9b|\xff|\xed\xa0\x80|\xe2\x82");
	assert_has(end_log(), "\"text\":\"\xc3\xa9\xf0\x9f\x9a\x80|"
	    "\\u00c2\\u009b|\\u00ff|\\u00ed\\u00a0\\u0080|"
	    "\\u00e2\\u0082\"}");
}

static void
test_log_is_private_and_obeys_its_level(void **state)
{
	struct stat st;

	(void)state;
	begin_log(LOG_WARN);
	log_write(NULL, LOG_INFO, "quiet", "x");
	log_write(NULL, LOG_WARN, "loud", "x");
	assert_int_equal(stat(log_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_null(strstr(end_log(), "quiet"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_must_ends_the_process_in_every_build),
		cmocka_unit_test(test_arena_memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(test_arena_reset_hands_out_wiped_memory_again),
		cmocka_unit_test(
		    test_arena_runs_deferred_calls_last_first_and_once),
		cmocka_unit_test(
		    test_arena_ends_the_process_rather_than_return_nothing),
		cmocka_unit_test(test_str_absent_is_not_empty),
		cmocka_unit_test(test_str_compares_bytes_and_ascii_case),
		cmocka_unit_test(test_str_parts_are_clamped_and_trimmed),
		cmocka_unit_test(test_str_split_yields_every_part),
		cmocka_unit_test(test_str_to_int_takes_plain_digits_in_range),
		cmocka_unit_test(test_str_put_int_writes_every_number),
		cmocka_unit_test(test_str_hash_is_one_for_any_case),
		cmocka_unit_test(test_buf_takes_a_file_whole_or_tells),
		cmocka_unit_test(test_buf_grows_to_its_maximum_and_tells),
		cmocka_unit_test(test_buf_takes_a_piece_whole_or_not_at_all),
		cmocka_unit_test(
		    test_iso_time_has_milliseconds_and_never_another_form),
		cmocka_unit_test(test_calendar_knows_its_leap_years),
		cmocka_unit_test(
		    test_calendar_agrees_with_the_c_library_and_returns),
		cmocka_unit_test(test_dates_that_are_none_are_refused),
		cmocka_unit_test(
		    test_clock_is_shifted_by_a_file_and_monotonic_time_is_not),
		cmocka_unit_test(
	    test_failing_source_ends_the_process_before_a_secret_is_issued),
		cmocka_unit_test(test_digits_are_uniform_at_each_place),
		cmocka_unit_test(test_uneven_values_are_drawn_again),
		cmocka_unit_test(test_forked_children_draw_different_bytes),
		cmocka_unit_test(test_secrets_are_compared_whole_and_wiped),
		cmocka_unit_test(
		    test_uid_is_ordered_by_time_and_read_in_any_case),
		cmocka_unit_test(test_what_is_no_uid_is_refused),
		cmocka_unit_test(
		    test_request_ids_are_different_in_a_process_and_its_child),
		cmocka_unit_test(
		    test_error_keeps_public_and_private_halves_apart),
		cmocka_unit_test(test_log_text_cannot_forge_a_line_or_a_member),
		cmocka_unit_test(test_log_request_escapes_each_field),
		cmocka_unit_test(test_log_request_is_quiet_where_it_is_told_to),
		cmocka_unit_test(test_log_lines_are_cut_and_stay_whole),
		cmocka_unit_test(test_log_keeps_utf8_and_escapes_stray_bytes),
		cmocka_unit_test(test_log_is_private_and_obeys_its_level),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
