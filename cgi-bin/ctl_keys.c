/*
 * doorwardctl keys: the master secrets, by number, never by value.
 *
 * A rotation takes two steps, so that it can be made while processes run,
 * here and on other machines: first the fresh secret is made known to all for
 * reading, and then it becomes the one that things are made with.  Cut short
 * in between, it leaves a secret that nothing was made with.
 */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rand.h"
#include "codec/text.h"
#include "domain/signing_key.h"
#include "domain/site.h"

#define MASTER_BYTES	32
#define WAIT_S		5	/* file attributes are cached over NFS */
#define LIST_CHARS	(65 * (KEYS_EARLIER_MAX + 1))

int
ctl_keys_list(struct ctl *t)
{
	uint32_t numbers[1 + KEYS_EARLIER_MAX];
	size_t n, i;

	if (!ctl_options(t, NULL, 0, NULL, 0, NULL))
		return ctl_usage(t);
	n = site_key_numbers(t->ctx, numbers);
	for (i = 0; i < n; i++) {
		const char *state = i == 0 ? "current" : "earlier";
		struct str number = str_printf(t->ctx->arena, "%08x",
		    numbers[i]);
		struct json *j = json_new_object(t->ctx->arena);

		json_set_str(j, "number", number);
		json_set_cstr(j, "state", state);
		if (t->json)
			ctl_json(t, j);
		else
			printf("%s  %s\n", number.p, state);
	}
	return CTL_OK;
}

/* The file */

struct file {
	const char *path;	/* no link */
	struct stat st;
	struct str text;
};

static bool
failed(const char *path)
{
	ctl_say("%s: %s", path, strerror(errno));
	return false;
}

static bool
read_config(struct ctl *t, struct file *f)
{
	char *real = realpath(t->ctx->config->file.p, NULL);
	const char *why;

	if (real == NULL)
		return failed(t->ctx->config->file.p);
	f->path = str_dup(t->process, str_of(real)).p;
	free(real);
	if (stat(f->path, &f->st) != 0)
		return failed(f->path);
	if (config_file_text(t->process, f->path, &f->text, &why))
		return true;
	ctl_say("%s", why);
	return false;
}

static bool
write_all(int fd, struct str s)
{
	size_t at = 0;
	ssize_t n;

	while (at < s.len) {
		n = write(fd, s.p + at, s.len - at);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			at += (size_t)n;
	}
	return true;
}

static bool
same_owner(int fd, const struct stat *st)
{
	struct stat now;

	return fstat(fd, &now) == 0 &&
	    ((now.st_uid == st->st_uid && now.st_gid == st->st_gid) ||
	    fchown(fd, st->st_uid, st->st_gid) == 0) &&
	    fchmod(fd, st->st_mode & 07777) == 0;
}

/* The folder, too: after a crash there is the old file or the new one. */
static bool
sync_folder(struct arena *a, const char *path)
{
	struct str dir = str_dup(a, str_of(path));
	bool ok;
	int fd;

	*(char *)(uintptr_t)strrchr(dir.p, '/') = '\0';
	fd = open(dir.p[0] != '\0' ? dir.p : "/", O_RDONLY | O_CLOEXEC |
	    O_DIRECTORY);
	if (fd < 0)
		return false;
	ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

/* Whole or not at all; with the owner and the mode that it had. */
static bool
replace(struct ctl *t, const struct file *f, struct str text)
{
	struct config *cfg;
	const char *why;
	struct str name;
	unsigned char tag[8];
	bool ok;
	int fd;

	if (!config_parse(t->process, text, f->path, &cfg, &why)) {
		ctl_say("%s", why);
		return false;
	}
	rand_bytes(tag, sizeof(tag));
	name = str_printf(t->process, "%s.%s", f->path,
	    hex_encode(t->process, tag, sizeof(tag)).p);
	fd = open(name.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed(name.p);
	ok = write_all(fd, text) && same_owner(fd, &f->st) &&
	    fsync(fd) == 0;
	ok = close(fd) == 0 && ok && rename(name.p, f->path) == 0;
	if (!ok) {
		failed(name.p);
		unlink(name.p);
		return false;
	}
	return sync_folder(t->process, f->path) || failed(f->path);
}

/* Rotation */

struct rotation {
	int64_t keep, wait_s;
	struct str fresh, present;
	struct list earlier;
};

/* One at a time; the kernel drops the lock of whoever dies. */
static bool
lock(struct ctl *t)
{
	const char *path = str_printf(t->process, "%s/keys.lock",
	    t->ctx->config->state_dir.p).p;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed(path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;	/* until the end */
	ctl_say("another rotation is under way");
	return false;
}

static struct str
first_and(struct ctl *t, struct str first, const struct list *rest,
    int64_t max)
{
	struct buf b;
	size_t i;

	buf_init(&b, t->process, LIST_CHARS);
	buf_str(&b, first);
	for (i = 0; i < rest->n && (int64_t)i + 1 < max; i++)
		buf_printf(&b, " %.*s", STR_FMT(rest->items[i]));
	must(buf_ok(&b));
	return buf_view(&b);
}

/* Read anew behind the lock: another rotation may have ended just now. */
static bool
prepare(struct ctl *t, struct rotation *r, struct file *f)
{
	unsigned char raw[MASTER_BYTES];
	struct config *cfg;
	const char *why;

	if (!read_config(t, f))
		return false;
	if (!config_parse(t->process, f->text, f->path, &cfg, &why)) {
		ctl_say("%s", why);
		return false;
	}
	r->present = secret_view(&cfg->keys_master);
	r->earlier = config_earlier_masters(t->process, cfg);
	if (memmem(f->text.p, f->text.len, r->present.p, r->present.len) ==
	    NULL) {
		ctl_say("keys.master stands in a file of its own: write the "
		    "secrets into %s first", f->path);
		return false;
	}
	if (r->earlier.n >= KEYS_EARLIER_MAX && r->keep == 0) {
		ctl_say("%d earlier secrets are kept already; --keep N drops "
		    "the older ones, and what only they can read",
		    KEYS_EARLIER_MAX);
		return false;
	}
	rand_bytes(raw, sizeof(raw));
	r->fresh = hex_encode(t->process, raw, sizeof(raw));
	secret_wipe(raw, sizeof(raw));
	return true;
}

/*
 * The keys that sign access tokens are sealed anew while all can read by the
 * fresh secret, and the dropped ones still open them here.
 */
static bool
reseal(struct ctl *t, const struct file *f, struct str text)
{
	struct config *cfg;
	const char *why;
	enum err e;

	if (!config_parse(t->process, text, f->path, &cfg, &why)) {
		ctl_say("%s", why);
		return false;
	}
	e = signing_key_reseal(t->ctx, cfg);
	if (e == ERR_OK)
		return true;
	ctl_say("the signing keys cannot be sealed anew; the secret is the "
	    "present one still");
	ctl_fail(t, e);
	return false;
}

static bool
rotate(struct ctl *t, struct rotation *r)
{
	struct file f;
	struct str text;

	if (!lock(t) || !prepare(t, r, &f))
		return false;
	text = config_with(t->process, f.text, "keys", "previous_master",
	    first_and(t, r->fresh, &r->earlier, KEYS_EARLIER_MAX));
	if (!replace(t, &f, text))
		return false;
	clock_sleep_ms(r->wait_s * 1000);
	text = config_with(t->process, text, "keys", "previous_master",
	    first_and(t, r->present, &r->earlier, r->keep != 0 ? r->keep :
	    KEYS_EARLIER_MAX));
	text = config_with(t->process, text, "keys", "master", r->fresh);
	return reseal(t, &f, text) && replace(t, &f, text);
}

static int
tell(struct ctl *t)
{
	uint32_t numbers[1 + KEYS_EARLIER_MAX];
	struct config *cfg;
	const char *why;
	struct json *j;
	size_t n;
	enum err e;

	if (!config_read(t->process, t->ctx->config->file.p, &cfg, &why)) {
		ctl_say("%s", why);
		return CTL_FAILED;
	}
	t->ctx->config = cfg;
	n = site_key_numbers(t->ctx, numbers);
	j = json_new_object(t->ctx->arena);
	json_set_str(j, "number", str_printf(t->ctx->arena, "%08x",
	    numbers[0]));
	json_set_int(j, "earlier", (int64_t)n - 1);
	if (t->json)
		ctl_json(t, j);
	else
		printf("key %08x is in use; earlier ones that are read: %zu\n",
		    numbers[0], n - 1);
	e = site_keys_rotated(t->ctx, numbers[0]);
	if (e == ERR_OK)
		return CTL_OK;
	ctl_say("the secrets are rotated, but the audit has no line of it");
	return ctl_fail(t, e);
}

int
ctl_keys_rotate(struct ctl *t)
{
	struct rotation r = { .wait_s = WAIT_S };
	const char *keep = NULL, *wait = NULL;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--keep", &keep, NULL }, { "--wait", &wait, NULL } }, 2, NULL,
	    0, NULL) || (keep != NULL && !str_to_int(str_of(keep), 1,
	    KEYS_EARLIER_MAX, &r.keep)) || (wait != NULL &&
	    !str_to_int(str_of(wait), 1, 3600, &r.wait_s)))
		return ctl_usage(t);
	return rotate(t, &r) ? tell(t) : CTL_FAILED;
}
