#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "crypto/pwhash.h"
#include "crypto/pwhash_internal.h"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char folder[] = "/tmp/doorward-pwhash-XXXXXX";

static void
use_engine(const char *name)
{
	cfg.password_engine = str_of(name);
	assert_int_equal(pwhash_init(&cfg), ERR_OK);
}

static void
need_libsodium(void)
{
	if (!sodium_load()) {
		print_message("[  SKIPPED ] libsodium is not there\n");
		skip();
	}
}

static const char *
made(const char *password)
{
	char out[PWHASH_MAX];

	assert_int_equal(pwhash_make(&ctx, str_of(password), out), ERR_OK);
	return str_cstr(arena, str_of(out));
}

static enum err
verify(const char *phc, const char *password)
{
	bool weaker;

	return pwhash_verify(&ctx, phc, str_of(password), &weaker);
}

static bool
is_weaker(const char *phc, const char *password)
{
	bool weaker = false;

	assert_int_equal(pwhash_verify(&ctx, phc, str_of(password), &weaker),
	    ERR_OK);
	return weaker;
}

/* From the reference implementation's test.c (phc-winner-argon2). */
static void
test_reference_vectors(void **state)
{
	static const char *const strings[] = {
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		    "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
		    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$"
		    "bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
		"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
		    "iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
		"$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$"
		    "/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(strings); i++) {
		if (verify(strings[i], "password") != ERR_OK)
			fail_msg("%s", strings[i]);
		assert_int_equal(verify(strings[i], "Password"),
		    ERR_MISMATCH);
		assert_true(is_weaker(strings[i], "password"));
	}
}

/* S-001 */
static void
test_s001_same_password_gives_two_strings_of_the_setting(void **state)
{
	const char *a = made("seven bridges"), *b = made("seven bridges");
	struct phc p;

	(void)state;
	assert_string_not_equal(a, b);
	assert_true(phc_parse(arena, str_of(a), &p));
	assert_true(p.id);
	assert_int_equal(p.version, 19);
	assert_int_equal(p.memory_kib, cfg.password_argon2_memory_kib);
	assert_int_equal(p.passes, cfg.password_argon2_passes);
	assert_int_equal(p.lanes, 1);
	assert_int_equal(p.salt_len, 16);
	assert_int_equal(p.tag_len, 32);
	assert_int_equal(verify(a, "seven bridges"), ERR_OK);
	assert_int_equal(verify(b, "seven bridges"), ERR_OK);
	assert_int_equal(verify(a, "seven bridge"), ERR_MISMATCH);
	assert_int_equal(verify(a, ""), ERR_MISMATCH);
	assert_int_equal(verify(made(""), ""), ERR_OK);
}

/* S-002 */
static void
test_s002_the_last_of_1024_bytes_counts(void **state)
{
	char long_one[1025];
	const char *phc;

	(void)state;
	memset(long_one, 'x', 1024);
	long_one[1024] = '\0';
	phc = made(long_one);
	assert_int_equal(verify(phc, long_one), ERR_OK);
	long_one[1023] = 'y';
	assert_int_equal(verify(phc, long_one), ERR_MISMATCH);
}

/* S-001: told at a right password only. */
static void
test_s001_weaker_hash_is_told_after_the_setting_grew(void **state)
{
	const char *phc = made("a");
	bool weaker = false;

	(void)state;
	assert_false(is_weaker(phc, "a"));
	cfg.password_argon2_passes++;
	assert_true(is_weaker(phc, "a"));
	assert_int_equal(pwhash_verify(&ctx, phc, STR("b"), &weaker),
	    ERR_MISMATCH);
	assert_false(weaker);
	cfg.password_argon2_passes--;
	cfg.password_argon2_memory_kib += 8;
	assert_true(is_weaker(phc, "a"));
	cfg.password_argon2_memory_kib -= 16;
	assert_false(is_weaker(phc, "a"));
}

static void
test_engines_verify_each_others_strings(void **state)
{
	const char *slow, *fast;
	struct phc p;
	int64_t kib;

	(void)state;
	need_libsodium();
	/* Odd sizes too: both round to multiples of four blocks. */
	for (kib = 8; kib < 2048; kib = kib * 3 + 1) {
		cfg.password_argon2_memory_kib = kib;
		use_engine("libargon2");
		assert_string_equal(pwhash_engine(), "libargon2");
		slow = made("one");
		use_engine("libsodium");
		assert_string_equal(pwhash_engine(), "libsodium");
		assert_int_equal(verify(slow, "one"), ERR_OK);
		assert_int_equal(verify(slow, "two"), ERR_MISMATCH);
		fast = made("one");
		use_engine("libargon2");
		assert_int_equal(verify(fast, "one"), ERR_OK);
		assert_int_equal(verify(fast, "two"), ERR_MISMATCH);
		assert_true(phc_parse(arena, str_of(fast), &p));
		assert_int_equal(p.memory_kib, kib);
	}
}

static void
test_libsodium_works_in_the_kept_region(void **state)
{
	unsigned char salt[16] = { 1 }, out[32];
	unsigned char *before;

	(void)state;
	need_libsodium();
	before = hash_region(1024 * 1024);
	assert_true(sodium_argon2id(STR("x"), salt, 1024, 1, out,
	    sizeof(out)));
	assert_true(sodium_reuses());
	assert_ptr_equal(hash_region(1024 * 1024), before);
}

/* Outside a run the functions pass every call to the kernel. */
static void
test_mmap_is_inert_outside_of_a_run(void **state)
{
	unsigned char salt[16] = { 1 }, out[32], resident;
	size_t size = 1024 * 1024;
	unsigned char *a, *b;

	(void)state;
	need_libsodium();
	assert_true(sodium_argon2id(STR("x"), salt, 1024, 1, out,
	    sizeof(out)));
	a = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	b = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	assert_ptr_not_equal(a, MAP_FAILED);
	assert_ptr_not_equal(b, MAP_FAILED);
	assert_ptr_not_equal(a, b);
	assert_ptr_not_equal(a, hash_region(size));
	assert_int_equal(a[size - 1], 0);
	assert_int_equal(munmap(a, size), 0);
	assert_int_equal(mincore(a, 1, &resident), -1);
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(munmap(b, size), 0);
	assert_ptr_equal(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
	    -1, 0), MAP_FAILED);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(munmap((void *)1, 1), -1);
	assert_int_equal(errno, EINVAL);
}

/* S-006: bounds of what a stored string may cost. */
static void
test_s006_strings_of_other_kinds_or_over_the_bounds_are_refused(void **state)
{
	static const char *const strings[] = {
		"", "x", "$", "$argon2id$",
		"$2x$12$abcdefghijklmnopqrstuuMP6aE0iZNjv7fCtS4pLtUhU8hY1tY2u",
		"$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
		    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
#define SALT_TAG "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
		"$argon2id$v=18$m=256,t=2,p=1" SALT_TAG,
		"$argon2id$v=20$m=256,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=262145,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=256,t=11,p=1" SALT_TAG,
		"$argon2id$v=19$m=256,t=2,p=9" SALT_TAG,
		"$argon2id$v=19$m=256,t=0,p=1" SALT_TAG,
		"$argon2id$v=19$m=256,t=2,p=0" SALT_TAG,
		"$argon2id$v=19$m=7,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=63,t=2,p=8" SALT_TAG,
		"$argon2id$v=19$m=0256,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=256,t=2,p=1,keyid=AA" SALT_TAG,
		"$argon2id$v=19$t=2,m=256,p=1" SALT_TAG,
		"$argon2id$v=19$m=-256,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=99999999999999999999,t=2,p=1" SALT_TAG,
		"$argon2id$v=19$m=256,t=2,p=1" SALT_TAG "$",
		"$argon2id$v=19$m=256,t=2,p=1" SALT_TAG "=",
		"$argon2id$v=19$m=256,t=2,p=1" SALT_TAG "\n",
		" $argon2id$v=19$m=256,t=2,p=1" SALT_TAG,
#undef SALT_TAG
		"$argon2id$v=19$m=256,t=2,p=1$c29tZQ$"
		    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOg",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR$"	/* spare bits */
		    "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	};
	unsigned long before;
	bool weaker = false;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(strings); i++) {
		before = pwhash_runs();
		if (pwhash_verify(&ctx, strings[i], STR("password"),
		    &weaker) != ERR_MALFORMED)
			fail_msg("not refused: %s", strings[i]);
		/* S-017: and cost what any other account costs. */
		assert_int_equal(pwhash_runs(), before + 1);
	}
	assert_false(weaker);
}

/* S-149: any cut or changed byte is an answer. */
static void
test_s149_damaged_strings_are_answered(void **state)
{
	const char *phc = made("a");
	size_t i, len = strlen(phc);
	struct phc p;
	char *copy;
	int ch;

	(void)state;
	for (i = 0; i < len; i++)
		assert_false(phc_parse(arena, str_dup(arena,
		    (struct str){ phc, i }), &p) && i < len - 22);
	copy = (char *)(uintptr_t)str_dup(arena, str_of(phc)).p;
	for (i = 0; i < len; i++) {
		for (ch = 0; ch < 256; ch += 7) {
			copy[i] = (char)ch;
			if (phc_parse(arena, (struct str){ copy, len }, &p))
				assert_true(p.memory_kib <= PHC_MEMORY_MAX &&
				    p.salt_len <= PHC_SALT_MAX &&
				    p.tag_len <= PHC_TAG_MAX);
		}
		copy[i] = phc[i];
	}
}

static void
test_runs_count_makes_verifications_and_dummies(void **state)
{
	unsigned long before = pwhash_runs();
	const char *phc = made("a");

	(void)state;
	assert_int_equal(verify(phc, "a"), ERR_OK);
	assert_int_equal(verify(phc, "b"), ERR_MISMATCH);
	assert_int_equal(pwhash_dummy(&ctx, STR("a")), ERR_OK);
	assert_int_equal(pwhash_runs(), before + 4);
	cfg.password_argon2_passes += 3;	/* made up, yet one run */
	assert_int_equal(verify(phc, "b"), ERR_MISMATCH);
	assert_int_equal(pwhash_runs(), before + 5);
}

/* What a wrong password costs, in KiB times passes. */
static int64_t
cost(const char *phc)
{
	int64_t before = pwhash_work();

	if (phc != NULL)
		assert_int_equal(verify(phc, "b"), ERR_MISMATCH);
	else
		assert_int_equal(pwhash_dummy(&ctx, STR("b")), ERR_OK);
	return pwhash_work() - before;
}

/* S-017, F-14: unknown user, current hash and cheaper hash. */
static void
test_s017_unknown_current_and_cheaper_hashes_cost_the_same(void **state)
{
	static const struct { int memory_kib, passes; } cheaper[] = {
		{ 8192, 1 }, { 4096, 3 }, { 64, 1 }, { 5000, 4 }
	};
	const char *phc[COUNT(cheaper)], *current;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cheaper); i++) {
		cfg.password_argon2_memory_kib = cheaper[i].memory_kib;
		cfg.password_argon2_passes = cheaper[i].passes;
		phc[i] = made("a");
	}
	cfg.password_argon2_memory_kib = 8192;
	cfg.password_argon2_passes = 3;
	current = made("a");
	assert_int_equal(cost(NULL), 8192 * 3);
	assert_int_equal(cost(current), 8192 * 3);
	for (i = 0; i < COUNT(cheaper); i++)
		assert_in_range(cost(phc[i]), 8192 * 3 - 63, 8192 * 3);
}

static const char *
slots_path(void)
{
	return str_printf(arena, "%s/state/hash.slots", folder).p;
}

/* Takes place n of the slots file for as long as the process lives. */
static bool
hold(int fd, int n)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = n, .l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &l) == 0;
}

static bool
is_held(int n)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = n, .l_len = 1 };
	int fd = open(slots_path(), O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_OFD_GETLK, &l), 0);
	close(fd);
	return l.l_type != F_UNLCK;
}

/* S-005: waiters are answered after 5 s, and hash as soon as one may. */
static void
test_s005_no_place_within_5_s_is_busy(void **state)
{
	int fd = open(slots_path(), O_RDWR | O_CLOEXEC);
	int64_t ms;

	(void)state;
	cfg.password_max_parallel_hashes = 2;
	use_engine("auto");
	assert_true(hold(fd, 0));
	made("a");			/* place 1 is free */
	assert_true(hold(fd, 1));
	ms = clock_mono_ms();
	assert_int_equal(pwhash_dummy(&ctx, STR("a")), ERR_BUSY);
	ms = clock_mono_ms() - ms;
	assert_in_range(ms, 4900, 7000);
	close(fd);
	made("a");
}

/* A child that takes the one place for minutes. */
static pid_t
fork_holder(void)
{
	int64_t ms = clock_mono_ms();
	char out[PWHASH_MAX];
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		cfg.password_argon2_memory_kib = PHC_MEMORY_MAX;
		cfg.password_argon2_passes = 1000;
		_exit(pwhash_make(&ctx, STR("a"), out));
	}
	while (!is_held(0) && clock_mono_ms() < ms + 5000)
		sched_yield();
	assert_true(is_held(0));
	return pid;
}

static void
kill_holder(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* "wf" among the flags of a mapping: wiped on fork (proc(5)). */
static void
test_no_child_holds_the_memory_of_hashes(void **state)
{
	char line[512];
	bool wiped = false;
	FILE *f;

	(void)state;
	use_engine("auto");
	made("a");
	f = fopen("/proc/self/smaps", "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmFlags:", 8) == 0 &&
		    strstr(line, " wf") != NULL)
			wiped = true;
	fclose(f);
	assert_true(wiped);
}

/* S-005 */
static void
test_s005_killed_holder_frees_its_place(void **state)
{
	int64_t ms;

	(void)state;
	cfg.password_max_parallel_hashes = 1;
	use_engine("auto");
	kill_holder(fork_holder());
	ms = clock_mono_ms();
	made("a");
	assert_true(clock_mono_ms() - ms < 2000);
}

/*
 * Processes that inherit the opened file from one parent still lock each for
 * itself; places beyond the limit stay free.
 */
static void
test_s005_forked_processes_share_the_places(void **state)
{
	pid_t holder, waiter;
	int status;

	(void)state;
	cfg.password_max_parallel_hashes = 1;
	use_engine("auto");
	holder = fork_holder();
	waiter = fork();
	assert_true(waiter >= 0);
	if (waiter == 0)
		_exit(pwhash_dummy(&ctx, STR("a")) == ERR_OK ? 0 : 1);
	usleep(1000000);
	assert_int_equal(waitpid(waiter, &status, WNOHANG), 0);
	assert_false(is_held(1));
	kill_holder(holder);
	assert_int_equal(waitpid(waiter, &status, 0), waiter);
	assert_int_equal(status, 0);
}

static void
put(const char *name, const char *content)
{
	const char *path = str_printf(arena, "%s%s", folder, name).p;
	char *dir = (char *)(uintptr_t)str_cstr(arena, str_of(path)), *at;
	int fd;

	for (at = dir + strlen(folder) + 1; (at = strchr(at, '/')) != NULL;
	    at++) {
		*at = '\0';
		assert_true(mkdir(dir, 0700) == 0 || errno == EEXIST);
		*at = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)),
	    (ssize_t)strlen(content));
	close(fd);
}

static int64_t
at_most_processors(int64_t n)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	return n < CPU_COUNT(&set) ? n : CPU_COUNT(&set);
}

/* S-005: cgroup v2, v1, and a limit that stands higher up. */
static void
test_s005_places_follow_processors_and_memory_limits(void **state)
{
	(void)state;
	assert_int_equal(hash_parallel("/nowhere", 8), at_most_processors(256));
	put("/proc/self/cgroup", "0::/user/site\n");
	put("/sys/fs/cgroup/user/site/memory.max", "max\n");
	assert_int_equal(hash_parallel(folder, 8), at_most_processors(256));
	put("/sys/fs/cgroup/user/memory.max", "65536\n");
	assert_int_equal(hash_parallel(folder, 8), at_most_processors(2));
	assert_int_equal(hash_parallel(folder, 16), 1);
	assert_int_equal(hash_parallel(folder, 19456), 1);
	put("/proc/self/cgroup", "3:cpu:/a\n9:hugetlb,memory:/b/c\n0::/\n");
	put("/sys/fs/cgroup/memory/b/c/memory.limit_in_bytes",
	    "9223372036854771712\n");
	assert_int_equal(hash_parallel(folder, 8), at_most_processors(256));
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "32768\n");
	assert_int_equal(hash_parallel(folder, 8), 1);
}

static void
test_state_folder_is_made_private_and_judged(void **state)
{
	const char *dir = str_printf(arena, "%s/fresh", folder).p;
	const char *slots = str_printf(arena, "%s/hash.slots", dir).p;
	struct stat st;

	(void)state;
	cfg.state_dir = str_of(dir);
	assert_int_equal(pwhash_init(&cfg), ERR_OK);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(slots, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(dir, 0770), 0);
	assert_int_equal(pwhash_init(&cfg), ERR_CONFIG);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(unlink(slots), 0);
	assert_int_equal(symlink("/dev/null", slots), 0);
	assert_int_equal(pwhash_init(&cfg), ERR_CONFIG);
	assert_int_equal(unlink(slots), 0);
	assert_int_equal(rmdir(dir), 0);
	put("/fresh", "");
	assert_int_equal(pwhash_init(&cfg), ERR_CONFIG);
	assert_int_equal(unlink(dir), 0);
	cfg.state_dir = STR("");
	assert_int_equal(pwhash_init(&cfg), ERR_CONFIG);
}

static int
reset(void **state)
{
	(void)state;
	cfg = (struct config){ 0 };
	cfg.password_engine = STR("auto");
	cfg.password_argon2_memory_kib = 256;
	cfg.password_argon2_passes = 2;
	cfg.state_dir = str_printf(arena, "%s/state", folder);
	ctx_init(&ctx, arena, &cfg);
	return pwhash_init(&cfg) != ERR_OK;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	log_open("/dev/null", LOG_ERROR);
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {
		"/proc/self/cgroup", "/proc/self", "/proc",
		"/sys/fs/cgroup/user/site/memory.max",
		"/sys/fs/cgroup/user/memory.max", "/sys/fs/cgroup/user/site",
		"/sys/fs/cgroup/user",
		"/sys/fs/cgroup/memory/b/c/memory.limit_in_bytes",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes",
		"/sys/fs/cgroup/memory/b/c", "/sys/fs/cgroup/memory/b",
		"/sys/fs/cgroup/memory", "/sys/fs/cgroup", "/sys/fs", "/sys",
		"/state/hash.slots", "/state", ""
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(names); i++)
		remove(str_printf(arena, "%s%s", folder, names[i]).p);
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_reference_vectors),
		CLAIM(test_s001_same_password_gives_two_strings_of_the_setting),
		CLAIM(test_s002_the_last_of_1024_bytes_counts),
		CLAIM(test_s001_weaker_hash_is_told_after_the_setting_grew),
		CLAIM(test_engines_verify_each_others_strings),
		CLAIM(test_libsodium_works_in_the_kept_region),
		CLAIM(test_mmap_is_inert_outside_of_a_run),
		CLAIM(
	    test_s006_strings_of_other_kinds_or_over_the_bounds_are_refused),
		CLAIM(test_s149_damaged_strings_are_answered),
		CLAIM(test_runs_count_makes_verifications_and_dummies),
		CLAIM(
		    test_s017_unknown_current_and_cheaper_hashes_cost_the_same),
		CLAIM(test_s005_no_place_within_5_s_is_busy),
		CLAIM(test_no_child_holds_the_memory_of_hashes),
		CLAIM(test_s005_killed_holder_frees_its_place),
		CLAIM(test_s005_forked_processes_share_the_places),
		CLAIM(test_s005_places_follow_processors_and_memory_limits),
		CLAIM(test_state_folder_is_made_private_and_judged),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
