/*
 * Mail by the host's sendmail command, and messages dropped as files.
 */
#include "mail_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"

#define LABEL_MAX	200

/* sendmail */

static const char *
find_sendmail(const struct config *cfg)
{
	static const char *const usual[] = {
		"/usr/sbin/sendmail", "/usr/lib/sendmail"
	};
	size_t i;

	if (cfg->mail_sendmail.len > 0)
		return cfg->mail_sendmail.p;
	for (i = 0; i < COUNT(usual); i++)
		if (access(usual[i], X_OK) == 0)
			return usual[i];
	return NULL;
}

/*
 * The child reads the message and sees nothing else of ours: no environment,
 * and not the web server's socket, which a CGI has as its output.
 */
static int
spawn(const char *command, const char *from, int input, pid_t *pid)
{
	char *argv[] = { (char *)(uintptr_t)command, (char[]){ "-t" },
		(char[]){ "-i" }, (char[]){ "-f" },
		(char *)(uintptr_t)from, NULL };
	char *envp[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t set;
	int r;

	must(posix_spawn_file_actions_init(&files) == 0);
	must(posix_spawnattr_init(&attr) == 0);
	must(posix_spawn_file_actions_adddup2(&files, input, 0) == 0);
	must(posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
	    O_WRONLY, 0) == 0);
	must(posix_spawn_file_actions_addopen(&files, 2, "/dev/null",
	    O_WRONLY, 0) == 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	must(posix_spawn_file_actions_addclosefrom_np(&files, 3) == 0);
#endif
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	r = posix_spawn(pid, command, &files, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return r;
}

enum fed { FED_WHOLE, FED_GONE, FED_LATE };

static enum fed
feed(int fd, struct str message, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int64_t left;
	ssize_t n;

	while (message.len > 0) {
		n = write(fd, message.p, message.len);
		if (n > 0) {
			message = str_sub(message, (size_t)n, SIZE_MAX);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return FED_GONE;
		left = until_ms - clock_mono_ms();
		if (left <= 0)
			return FED_LATE;
		poll(&p, 1, (int)left);
	}
	return FED_WHOLE;
}

/* Waits for the end, but not beyond the time; then ends it. */
static bool
reap(pid_t pid, int64_t until_ms, int *status)
{
	pid_t r;

	for (;;) {
		r = waitpid(pid, status, WNOHANG);
		if (r == pid)
			return true;
		if (r < 0 && errno != EINTR)
			return false;
		if (clock_mono_ms() >= until_ms)
			break;
		clock_sleep_ms(5);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return false;
}

static enum err
judge_status(struct ctx *c, int status, enum fed fed, bool *permanent_out)
{
	int code;

	if (!WIFEXITED(status))
		return err_set(c, ERR_DELIVERY, NULL,
		    "sendmail ended by signal %d", WTERMSIG(status));
	code = WEXITSTATUS(status);
	if (code == 0 && fed == FED_WHOLE)
		return ERR_OK;
	if (code == 0)
		return err_set(c, ERR_DELIVERY, NULL,
		    "sendmail did not read the whole message");
	*permanent_out = code == EX_DATAERR || code == EX_NOUSER ||
	    code == EX_NOHOST;
	return err_set(c, ERR_DELIVERY, NULL, "sendmail ended with code %d",
	    code);
}

static enum err
run(struct ctx *c, const char *command, const char *from, struct str message,
    int64_t until_ms, bool *permanent_out)
{
	int fds[2], r, status = 0;
	enum fed fed;
	bool ended;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(c, ERR_DELIVERY, NULL, "pipe: %s",
		    strerror(errno));
	r = spawn(command, from, fds[0], &pid);
	close(fds[0]);
	if (r != 0) {
		close(fds[1]);
		return err_set(c, ERR_DELIVERY, NULL, "%s: %s", command,
		    strerror(r));
	}
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	fed = feed(fds[1], message, until_ms);
	/* An end of file before the message's would send half of it. */
	if (fed == FED_LATE) {
		reap(pid, until_ms, &status);
		close(fds[1]);
		return err_set(c, ERR_DELIVERY, NULL,
		    "sendmail did not take the message in time");
	}
	close(fds[1]);
	ended = reap(pid, until_ms, &status);
	if (!ended)
		return err_set(c, ERR_DELIVERY, NULL,
		    "sendmail did not end in time");
	return judge_status(c, status, fed, permanent_out);
}

enum err
sendmail_send(struct ctx *c, struct str from, struct str message,
    int64_t timeout_ms, bool *permanent_out)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction normal = { .sa_handler = SIG_DFL };
	struct sigaction pipe_was, child_was;
	const char *command = find_sendmail(c->config);
	enum err e;

	if (command == NULL)
		return err_set(c, ERR_DELIVERY, NULL, "no sendmail command; "
		    "set mail.sendmail or mail.transport = smtp");
	/* Where children are ignored, no status would come. */
	sigaction(SIGPIPE, &ignore, &pipe_was);
	sigaction(SIGCHLD, &normal, &child_was);
	e = run(c, command, str_cstr(c->arena, from), message,
	    clock_mono_ms() + timeout_ms, permanent_out);
	sigaction(SIGCHLD, &child_was, NULL);
	sigaction(SIGPIPE, &pipe_was, NULL);
	return e;
}

/* Files */

static enum err
drop_failed(struct ctx *c, const char *path)
{
	return err_set(c, ERR_DELIVERY, NULL, "%s: %s", path,
	    strerror(errno));
}

static struct str
safe_label(struct arena *a, struct str s)
{
	struct str d = str_dup(a, str_sub(s, 0, LABEL_MAX));
	char *p = (char *)(uintptr_t)d.p;
	size_t i;

	for (i = 0; i < d.len; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') &&
		    !(p[i] >= 'A' && p[i] <= 'Z') &&
		    !(p[i] >= '0' && p[i] <= '9') &&
		    (p[i] == '\0' || strchr("@.+-_", p[i]) == NULL))
			p[i] = '_';
	return d;
}

static int64_t
last_number(const char *dir)
{
	int64_t last = 0, n;
	struct dirent *d;
	struct str rest, part;
	DIR *h;

	h = opendir(dir);
	if (h == NULL)
		return -1;
	while ((d = readdir(h)) != NULL) {
		rest = str_of(d->d_name);
		if (str_split(&rest, '-', &part) && rest.p != NULL &&
		    str_to_int(part, 0, INT32_MAX, &n) && n > last)
			last = n;
	}
	closedir(h);
	return last;
}

/*
 * The lock file remembers the last number, and the time that was then put on
 * the folder: where that stands, nobody else has changed it since.  It is of
 * nanoseconds, and what the kernel puts on a folder is of its last tick.
 */
struct last { int64_t number, at_s, at_ns; };

static int64_t
last_used(int lock, const char *dir)
{
	struct last l;
	struct stat st;

	return pread(lock, &l, sizeof(l), 0) == sizeof(l) &&
	    stat(dir, &st) == 0 && st.st_mtim.tv_sec == l.at_s &&
	    st.st_mtim.tv_nsec == l.at_ns ? l.number : last_number(dir);
}

static bool
last_note(int lock, const char *dir, int64_t number)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };
	struct last l = { .number = number };

	clock_gettime(CLOCK_REALTIME, &times[1]);
	l.at_s = times[1].tv_sec;
	l.at_ns = times[1].tv_nsec;
	return utimensat(AT_FDCWD, dir, times, 0) == 0 &&
	    pwrite(lock, &l, sizeof(l), 0) == sizeof(l);
}

static bool
write_whole(const char *path, struct str content)
{
	ssize_t n;
	int fd;

	unlink(path);	/* of one that died: we hold the lock */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	while (content.len > 0) {
		n = write(fd, content.p, content.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		content = str_sub(content, (size_t)n, SIZE_MAX);
	}
	return close(fd) == 0 && content.len == 0;
}

static enum err
drop_locked(struct ctx *c, int lock, const char *dir, const char *kind,
    struct str label, const char *ext, struct str content)
{
	const char *temp = str_printf(c->arena, "%s/.incomplete", dir).p;
	const char *path;
	int64_t last = last_used(lock, dir);

	if (last < 0)
		return drop_failed(c, dir);
	label = safe_label(c->arena, label);
	path = str_printf(c->arena, "%s/%06d-%s-%.*s.%s", dir, (int)last + 1,
	    kind, STR_FMT(label), ext).p;
	if (!write_whole(temp, content) || rename(temp, path) != 0)
		return drop_failed(c, path);
	if (!last_note(lock, dir, last + 1))
		log_write(c, LOG_DEBUG, "mail", "%s: %s", dir,
		    strerror(errno));	/* the folder will be read */
	return ERR_OK;
}

enum err
drop_put(struct ctx *c, struct str dir, const char *kind, struct str label,
    const char *ext, struct str content)
{
	const char *path = str_cstr(c->arena, dir);
	const char *lock = str_printf(c->arena, "%s/.lock", path).p;
	enum err e;
	int fd, r;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return drop_failed(c, path);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return drop_failed(c, lock);
	do
		r = flock(fd, LOCK_EX);
	while (r != 0 && errno == EINTR);
	e = r == 0 ? drop_locked(c, fd, path, kind, label, ext, content) :
	    drop_failed(c, lock);
	close(fd);
	return e;
}
