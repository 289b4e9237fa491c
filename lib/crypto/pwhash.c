/*
 * Password hashes.  What a verification costs must not tell what is stored:
 * a cheaper hash is made up to the cost of the current setting.
 */
#include "pwhash.h"

#include <argon2.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/rand.h"
#include "codec/identifier.h"
#include "codec/text.h"
#include "crypto/pwhash_foreign.h"
#include "crypto/pwhash_internal.h"

#define SALT_LEN	16
#define TAG_LEN		32
#define HUGE_PAGE	(2u * 1024 * 1024)
#define WAIT_MS		5000
#define SLOTS_MAX	256
#define FILL_MIN_KIB	64	/* less is not worth a run of its own */

enum engine { ENGINE_UNKNOWN, ENGINE_ARGON2, ENGINE_SODIUM };

static struct {
	const char *path;
	int fd;
	pid_t pid;		/* that opened fd: locks go with the opening */
	int64_t count;		/* 0: not counted yet */
} slots = { .fd = -1 };
static enum engine engine;
static struct str engine_wanted = { "auto", 4 };
static unsigned long runs;
static int64_t work_done;	/* KiB times passes */

/* Memory */

static struct {
	unsigned char *map, *use;
	size_t mapped, size;
} region;

/*
 * Aligned for huge pages, kept out of core files.  MADV_FREE leaves the
 * pages in place until the kernel needs them elsewhere.
 */
unsigned char *
hash_region(size_t size)
{
	void *p;

	if (region.size >= size)
		return region.use;
	if (region.map != NULL)
		munmap(region.map, region.mapped);
	region.map = NULL;
	region.size = 0;
	p = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	region.map = p;
	region.mapped = size + HUGE_PAGE;
	region.use = (unsigned char *)(((uintptr_t)p + HUGE_PAGE - 1) &
	    ~(uintptr_t)(HUGE_PAGE - 1));
	region.size = size;
	madvise(region.map, region.mapped, MADV_DONTDUMP);
	/* Else each page would be copied at the next hash while a child that
	 * delivers mail lives, and a large page be broken up for it. */
	madvise(region.map, region.mapped, MADV_WIPEONFORK);
	madvise(region.map, region.mapped, MADV_HUGEPAGE);
	return region.use;
}

void
hash_region_done(void)
{
	madvise(region.map, region.mapped, MADV_FREE);
}

static int
region_take(uint8_t **memory, size_t size)
{
	*memory = hash_region(size);
	return *memory == NULL;
}

static void
region_give(uint8_t *memory, size_t size)
{
	(void)memory;
	(void)size;
	hash_region_done();
}

/* How many at a time */

static int64_t
read_limit(const char *root, const char *dir, const char *group, int len,
    const char *name)
{
	char path[1024], text[32];
	struct str s;
	int64_t v;
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "%s%s%.*s/%s", root, dir, len, group,
	    name) >= (int)sizeof(path))
		return INT64_MAX;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return INT64_MAX;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n <= 0)
		return INT64_MAX;
	s = (struct str){ text, (size_t)n };
	if (s.p[s.len - 1] == '\n')
		s.len--;
	return str_to_int(s, 1, INT64_MAX, &v) ? v : INT64_MAX;
}

/* A group is bound by all groups above it. */
static int64_t
group_limit(const char *root, const char *dir, struct str group,
    const char *name)
{
	int64_t least = INT64_MAX, v;
	size_t len = group.len;

	for (;;) {
		v = read_limit(root, dir, group.p, (int)len, name);
		if (v < least)
			least = v;
		if (len == 0)
			return least;
		while (len > 0 && group.p[--len] != '/')
			;
	}
}

/* A line of /proc/self/cgroup: number, controllers, path. */
static int64_t
line_limit(const char *root, struct str line)
{
	struct str rest = line, number, controllers, one;

	if (!str_split(&rest, ':', &number) ||
	    !str_split(&rest, ':', &controllers) || rest.p == NULL)
		return INT64_MAX;
	if (controllers.len == 0)
		return group_limit(root, "/sys/fs/cgroup", rest,
		    "memory.max");
	while (str_split(&controllers, ',', &one))
		if (str_eq(one, STR("memory")))
			return group_limit(root, "/sys/fs/cgroup/memory",
			    rest, "memory.limit_in_bytes");
	return INT64_MAX;
}

static int64_t
memory_limit(const char *root)
{
	char path[256], text[4096];
	struct str rest, line;
	int64_t least, v;
	ssize_t n;
	int fd;

	least = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return least;
	n = read(fd, text, sizeof(text));
	close(fd);
	rest = (struct str){ text, n > 0 ? (size_t)n : 0 };
	while (str_split(&rest, '\n', &line)) {
		v = line_limit(root, line);
		if (v < least)
			least = v;
	}
	return least;
}

int64_t
hash_parallel(const char *root, int64_t memory_kib)
{
	int64_t processors = 1, n;
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		processors = CPU_COUNT(&set);
	n = memory_limit(root) / 4 / (memory_kib * 1024);
	if (n > processors)
		n = processors;
	if (n > SLOTS_MAX)
		n = SLOTS_MAX;
	return n > 0 ? n : 1;
}

/*
 * Slots are locks on single bytes of one file.  The kernel drops them when
 * their holder dies, however it dies.
 */
static bool
lock_byte(int type, int64_t at)
{
	struct flock l = { .l_type = (short)type, .l_whence = SEEK_SET,
		.l_start = at, .l_len = 1 };

	return fcntl(slots.fd, F_OFD_SETLK, &l) == 0;
}

static bool
slots_open(void)
{
	if (slots.fd >= 0 && slots.pid == getpid())
		return true;
	if (slots.fd >= 0)
		close(slots.fd);
	slots.fd = open(slots.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	slots.pid = getpid();
	return slots.fd >= 0;
}

static bool
slot_try(int64_t *at)
{
	int64_t i, from = rand_below((uint32_t)slots.count);

	for (i = 0; i < slots.count; i++) {
		*at = (from + i) % slots.count;
		if (lock_byte(F_WRLCK, *at))
			return true;
		if (errno != EAGAIN && errno != EACCES)
			return false;
	}
	return false;
}

static enum err
slot_take(struct ctx *c, int64_t *at)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	must(slots.path != NULL);
	if (slots.count == 0)
		slots.count = c->config->password_max_parallel_hashes;
	if (slots.count == 0)
		slots.count = hash_parallel("",
		    c->config->password_argon2_memory_kib);
	if (!slots_open())
		return err_set(c, ERR_CONFIG, NULL, "%s: %s", slots.path,
		    strerror(errno));
	while (!slot_try(at)) {
		if (errno != EAGAIN && errno != EACCES)
			return err_set(c, ERR_CONFIG, NULL, "%s: %s",
			    slots.path, strerror(errno));
		if (clock_mono_ms() >= until)
			return err_set(c, ERR_BUSY, NULL,
			    "no place to hash within %d ms", WAIT_MS);
		/* Uneven naps, so that waiters do not wake in step. */
		clock_sleep_ms(1 + (int64_t)rand_below(5));
	}
	runs++;
	return ERR_OK;
}

static void
slot_give(int64_t at)
{
	must(lock_byte(F_UNLCK, at));
}

/* Engines */

static bool
processor_is_wide(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_cpu_init();
	return __builtin_cpu_supports("avx2");
#else
	return false;	/* libsodium's lead is in its AVX code */
#endif
}

static void
engine_choose(void)
{
	bool sodium;

	if (str_eq(engine_wanted, STR("auto")))
		sodium = processor_is_wide() && sodium_load();
	else
		sodium = str_eq(engine_wanted, STR("libsodium")) &&
		    sodium_load();
	engine = sodium ? ENGINE_SODIUM : ENGINE_ARGON2;
}

static bool
run_libargon2(struct str password, const struct phc *p, unsigned char *out)
{
	argon2_context ctx = {
		.out = out, .outlen = (uint32_t)p->tag_len,
		.pwd = (uint8_t *)(uintptr_t)password.p,
		.pwdlen = (uint32_t)password.len,
		.salt = (uint8_t *)(uintptr_t)p->salt,
		.saltlen = (uint32_t)p->salt_len,
		.t_cost = (uint32_t)p->passes,
		.m_cost = (uint32_t)p->memory_kib,
		.lanes = (uint32_t)p->lanes, .threads = 1,
		.version = (uint32_t)p->version,
		.allocate_cbk = region_take, .free_cbk = region_give
	};
	int r;

	r = p->id ? argon2id_ctx(&ctx) : argon2i_ctx(&ctx);
	must(r == ARGON2_OK || r == ARGON2_MEMORY_ALLOCATION_ERROR);
	return r == ARGON2_OK;
}

/* out has p->tag_len bytes.  False: no memory. */
static bool
run(struct str password, const struct phc *p, unsigned char *out)
{
	bool ok;

	work_done += p->memory_kib * p->passes;
	if (engine == ENGINE_UNKNOWN)
		engine_choose();
	if (engine != ENGINE_SODIUM || !p->id || p->lanes != 1 ||
	    p->version != ARGON2_VERSION_13 || p->salt_len != SALT_LEN)
		return run_libargon2(password, p, out);
	ok = sodium_argon2id(password, p->salt, p->memory_kib, p->passes, out,
	    p->tag_len);
	/* Without the kept region its lead is lost. */
	if (!sodium_reuses() && str_eq(engine_wanted, STR("auto")))
		engine = ENGINE_ARGON2;
	return ok;
}

/* PHC strings: https://github.com/P-H-C/phc-string-format */

bool
hash_take_word(struct str *s, struct str word)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_sub(*s, word.len, SIZE_MAX);
	return true;
}

bool
hash_take_number(struct str *s, char end, int64_t min, int64_t max,
    int64_t *out)
{
	struct str part;

	return str_split(s, end, &part) && s->p != NULL &&
	    (part.len == 1 || part.p[0] != '0') &&
	    str_to_int(part, min, max, out);
}

/* Base64 without padding, in its one spelling. */
bool
hash_take_bytes(struct arena *a, struct str s, size_t min, size_t max,
    unsigned char *out, size_t *len)
{
	struct str raw;
	static const char *const pad[] = { "", NULL, "==", "=" };

	if (s.len % 4 == 1 || s.len > 4 * max || str_has(s, '=') ||
	    str_has(s, '\0'))
		return false;
	s = str_printf(a, "%.*s%s", STR_FMT(s), pad[s.len % 4]);
	if (!base64_decode(a, s, &raw) || raw.len < min || raw.len > max)
		return false;
	memcpy(out, raw.p, raw.len);
	*len = raw.len;
	return true;
}

bool
phc_parse(struct arena *a, struct str s, struct phc *out)
{
	struct phc p = { .version = ARGON2_VERSION_10 };
	struct str salt;

	if (s.len >= PWHASH_MAX)
		return false;
	p.id = hash_take_word(&s, STR("$argon2id$"));
	if (!p.id && !hash_take_word(&s, STR("$argon2i$")))
		return false;
	if (hash_take_word(&s, STR("v=")) &&
	    (!hash_take_number(&s, '$', ARGON2_VERSION_10, ARGON2_VERSION_13,
	    &p.version) || (p.version != ARGON2_VERSION_10 &&
	    p.version != ARGON2_VERSION_13)))
		return false;
	if (!hash_take_word(&s, STR("m=")) ||
	    !hash_take_number(&s, ',', 8, PHC_MEMORY_MAX, &p.memory_kib) ||
	    !hash_take_word(&s, STR("t=")) ||
	    !hash_take_number(&s, ',', 1, PHC_PASSES_MAX, &p.passes) ||
	    !hash_take_word(&s, STR("p=")) ||
	    !hash_take_number(&s, '$', 1, PHC_LANES_MAX, &p.lanes) ||
	    p.memory_kib < 8 * p.lanes)
		return false;
	if (!str_split(&s, '$', &salt) || s.p == NULL ||
	    !hash_take_bytes(a, salt, PHC_SALT_MIN, PHC_SALT_MAX, p.salt,
	    &p.salt_len) ||
	    !hash_take_bytes(a, s, PHC_TAG_MIN, PHC_TAG_MAX, p.tag, &p.tag_len))
		return false;
	*out = p;
	return true;
}

static struct str
unpadded(struct arena *a, const unsigned char *p, size_t len)
{
	struct str s = base64_encode(a, p, len);

	while (s.len > 0 && s.p[s.len - 1] == '=')
		s.len--;
	return s;
}

static void
phc_print(struct arena *a, const struct phc *p, char out[PWHASH_MAX])
{
	struct str salt = unpadded(a, p->salt, p->salt_len);
	struct str tag = unpadded(a, p->tag, p->tag_len);
	int n;

	n = snprintf(out, PWHASH_MAX, "$argon2id$v=%d$m=%d,t=%d,p=%d$%.*s$%.*s",
	    (int)p->version, (int)p->memory_kib, (int)p->passes,
	    (int)p->lanes, STR_FMT(salt), STR_FMT(tag));
	must(n > 0 && n < PWHASH_MAX);
}

static struct phc
current(const struct config *cfg)
{
	return (struct phc){
		.id = true, .version = ARGON2_VERSION_13,
		.memory_kib = cfg->password_argon2_memory_kib,
		.passes = cfg->password_argon2_passes, .lanes = 1,
		.salt_len = SALT_LEN, .tag_len = TAG_LEN
	};
}

static bool
is_weaker(const struct phc *p, const struct phc *now)
{
	return !p->id || p->version < now->version ||
	    p->memory_kib < now->memory_kib || p->passes < now->passes ||
	    p->salt_len < now->salt_len || p->tag_len < now->tag_len;
}

/* Public functions */

static bool
folder_fits(const char *dir)
{
	struct stat st;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return false;
	if (stat(dir, &st) != 0)
		return false;
	errno = EPERM;	/* somebody else could remove the locks */
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0;
}

enum err
pwhash_init(const struct config *cfg)
{
	static char path[4096];

	engine_wanted = cfg->password_engine;
	engine = ENGINE_UNKNOWN;
	slots.count = 0;
	slots.path = path;
	if (slots.fd >= 0)
		close(slots.fd);
	slots.fd = -1;
	if (cfg->state_dir.len == 0 || snprintf(path, sizeof(path),
	    "%s/hash.slots", cfg->state_dir.p) >= (int)sizeof(path))
		return ERR_CONFIG;
	if (!folder_fits(cfg->state_dir.p) || !slots_open()) {
		log_write(NULL, LOG_ERROR, "state_dir",
		    "%s must be a folder of this user, closed to writing by "
		    "others: %s", cfg->state_dir.p, strerror(errno));
		return ERR_CONFIG;
	}
	if (str_eq(engine_wanted, STR("libsodium")) && !sodium_load()) {
		log_write(NULL, LOG_ERROR, "engine",
		    "password.engine = libsodium, but it cannot be loaded");
		return ERR_CONFIG;
	}
	return ERR_OK;
}

const char *
pwhash_engine(void)
{
	if (engine == ENGINE_UNKNOWN)
		engine_choose();
	return engine == ENGINE_SODIUM ? "libsodium" : "libargon2";
}

static enum err
no_memory(struct ctx *c)
{
	return err_set(c, ERR_BUSY, NULL, "no memory to hash a password");
}

enum err
pwhash_make(struct ctx *c, struct str password, char out[PWHASH_MAX])
{
	struct phc p = current(c->config);
	enum err e;
	int64_t at;
	bool ok;

	rand_bytes(p.salt, SALT_LEN);
	e = slot_take(c, &at);
	if (e != ERR_OK)
		return e;
	ok = run(password, &p, p.tag);
	slot_give(at);
	if (!ok)
		return no_memory(c);
	phc_print(c->arena, &p, out);
	return ERR_OK;
}

/* Work of so many KiB-passes, of no other use. */
static bool
fill(const struct config *cfg, struct str password, int64_t work)
{
	struct phc p = current(cfg);
	unsigned char tag[PHC_TAG_MAX];
	int64_t passes = work / p.memory_kib, rest = work % p.memory_kib;
	bool ok = true;

	if (passes > 0) {
		p.passes = passes;
		ok = run(password, &p, tag);
	}
	if (ok && rest >= FILL_MIN_KIB) {
		p.passes = 1;
		p.memory_kib = rest;
		ok = run(password, &p, tag);
	}
	secret_wipe(tag, sizeof(tag));
	return ok;
}

/* *same_out: whether the tag is the password's.  False: no memory. */
static bool
compare(const struct config *cfg, struct str password, const struct phc *p,
    bool *same_out)
{
	unsigned char tag[PHC_TAG_MAX];
	int64_t lacking;
	bool ok;

	lacking = cfg->password_argon2_memory_kib *
	    cfg->password_argon2_passes - p->memory_kib * p->passes;
	ok = run(password, p, tag);
	if (ok && lacking > 0)
		ok = fill(cfg, password, lacking);
	*same_out = ok && secret_equal(tag, p->tag_len, p->tag, p->tag_len);
	secret_wipe(tag, sizeof(tag));
	return ok;
}

static enum err
verify(struct ctx *c, const struct phc *p, struct str password)
{
	enum err e;
	int64_t at;
	bool ok, same;

	e = slot_take(c, &at);
	if (e != ERR_OK)
		return e;
	ok = compare(c->config, password, p, &same);
	slot_give(at);
	if (!ok)
		return no_memory(c);
	return same ? ERR_OK : ERR_MISMATCH;
}

/*
 * What a hash of another system costs is not known in runs of ours: a wrong
 * password costs one of those besides (S-017).  False: no memory.
 */
static bool
compare_foreign(struct ctx *c, const struct foreign *f,
    const struct str *spellings, size_t n, struct pwhash_verdict *v,
    bool *same_out)
{
	unsigned char tag[TAG_LEN];
	struct phc now = current(c->config);
	bool ok = true;
	size_t i;

	*same_out = false;
	for (i = 0; i < n && ok && !*same_out; i++)
		ok = foreign_compare(c->arena, f, spellings[i], same_out,
		    &v->partial);
	if (ok && !*same_out)
		ok = run(spellings[0], &now, tag);
	v->weaker = !v->partial;
	return ok;
}

static enum err
verify_foreign(struct ctx *c, const struct foreign *f,
    const struct str *spellings, size_t n, struct pwhash_verdict *out)
{
	struct pwhash_verdict v = { false, false };
	bool ok, same;
	enum err e;
	int64_t at;

	e = slot_take(c, &at);
	if (e != ERR_OK)
		return e;
	ok = compare_foreign(c, f, spellings, n, &v, &same);
	slot_give(at);
	if (!ok)
		return no_memory(c);
	if (!same)
		return ERR_MISMATCH;
	*out = v;
	return ERR_OK;
}

/* Ours are made of the normal form, the first of the spellings. */
static enum err
verify_any(struct ctx *c, struct str hash, const struct str *spellings,
    size_t n, struct pwhash_verdict *out)
{
	struct phc p, now = current(c->config);
	struct foreign f;
	enum err e;

	if (phc_parse(c->arena, hash, &p)) {
		e = verify(c, &p, spellings[0]);
		if (e == ERR_OK)
			*out = (struct pwhash_verdict){
				.weaker = is_weaker(&p, &now) };
		return e;
	}
	if (foreign_parse(c->arena, hash, &f))
		return verify_foreign(c, &f, spellings, n, out);
	e = pwhash_dummy(c, spellings[0]);
	return e != ERR_OK ? e : err_set(c, ERR_MALFORMED, NULL,
	    "a stored password hash is of no admitted kind");
}

enum err
pwhash_verify(struct ctx *c, const char *phc, struct str password,
    bool *weaker_out)
{
	struct pwhash_verdict v;
	enum err e;

	e = verify_any(c, str_of(phc), &password, 1, &v);
	if (e == ERR_OK)
		*weaker_out = v.weaker;
	return e;
}

enum err
pwhash_verify_typed(struct ctx *c, const char *phc, struct str typed,
    struct pwhash_verdict *out)
{
	struct str spellings[PASSWORD_SPELLINGS];
	size_t n = password_spellings(c->arena, typed, spellings);

	return n == 0 ? ERR_MISMATCH : verify_any(c, str_of(phc), spellings,
	    n, out);
}

/* Django and directories name the scheme in front of the string. */
static struct str
unwrapped(struct str s)
{
	static const struct { const char *wrapper, *inner; } known[] = {
		{ "argon2", "$argon2" }, { "bcrypt$", "$2" },
		{ "{CRYPT}", "$" }
	};
	struct str rest;
	size_t i;

	for (i = 0; i < COUNT(known); i++) {
		rest = s;
		if (hash_take_word(&rest, str_of(known[i].wrapper)) &&
		    str_starts(rest, str_of(known[i].inner)))
			return rest;
	}
	return s;
}

enum err
pwhash_admit(struct ctx *c, struct str given, struct str *out)
{
	struct str s = unwrapped(given);
	const char *name = foreign_name(s);
	struct foreign f;
	struct phc p;

	if (phc_parse(c->arena, s, &p) || foreign_parse(c->arena, s, &f)) {
		*out = str_dup(c->arena, s);
		return ERR_OK;
	}
	if (str_starts(s, STR("$argon2")))
		name = "argon2";
	return err_set(c, ERR_MALFORMED, NULL, name == NULL ?
	    "no admitted kind of hash" :
	    "%s: malformed, or costs more than is admitted", name);
}

enum err
pwhash_dummy(struct ctx *c, struct str password)
{
	struct phc p = current(c->config);
	enum err e;

	e = verify(c, &p, password);
	return e == ERR_MISMATCH ? ERR_OK : e;
}

unsigned long
pwhash_runs(void)
{
	return runs;
}

int64_t
pwhash_work(void)
{
	return work_done;
}
