#include "afterwork.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "domain/outbox.h"
#include "domain/site.h"

#define PAUSE_S		2	/* between runs that no message asked for */
#define QUIET_S		10	/* then any answer looks: a text message that
				 * failed is due again */
#define LOOK_MS		1000	/* between a process's looks at the others' */
#define GATHER_MS	500	/* behind a run that messages came during */
#define CLEAN_EVERY_S	10
#define DELIVER_MS	10000
#define DELIVER_MAX	100	/* messages */
#define CLEAN_MS	500
#define KILLED_AFTER_S	60	/* whatever hangs: the end */

enum lock { LOCK_RUNNING, LOCK_WAITING };	/* bytes of the lock file */

static bool
take_lock(int fd, enum lock which, bool wait)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = which, .l_len = 1 };
	int n;

	do
		n = fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &l);
	while (n < 0 && errno == EINTR);
	return n == 0;
}

static void
drop_lock(int fd, enum lock which)
{
	struct flock l = { .l_type = F_UNLCK, .l_whence = SEEK_SET,
		.l_start = which, .l_len = 1 };

	(void)fcntl(fd, F_OFD_SETLK, &l);
}

static const char *
lock_path(struct ctx *c)
{
	return str_printf(c->arena, "%s/afterwork.lock",
	    c->config->state_dir.p).p;
}

/*
 * One runs, one waits for what the running one may have missed; a third has
 * nothing to add.  Who had to wait waits a little longer: on a busy site a
 * connection and a process for each message cost more than the messages.  The
 * kernel drops the lock of whoever dies.
 */
static bool
my_turn(struct ctx *c)
{
	const char *path = lock_path(c);
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		log_write(c, LOG_ERROR, "afterwork", "%s: %s", path,
		    strerror(errno));
		return false;
	}
	if (!take_lock(fd, LOCK_WAITING, false))
		return false;
	if (!take_lock(fd, LOCK_RUNNING, false)) {
		if (!take_lock(fd, LOCK_RUNNING, true))
			return false;
		clock_sleep_ms(GATHER_MS);
	}
	drop_lock(fd, LOCK_WAITING);
	(void)futimens(fd, NULL);	/* see is_time */
	return true;
}

/*
 * A busy site would else spend more on looking after what is due than on
 * answers: a process and a connection each time.  The lock file's age is the
 * same for all processes.
 */
static bool
is_time(struct ctx *c)
{
	/* One in 64: the request's id is random hexadecimal digits. */
	bool drawn = c->request_id[0] == '0' && c->request_id[1] <= '3';
	static int64_t looked_ms;
	int64_t mono_ms = clock_mono_ms();
	struct timespec now;
	int64_t age_s;
	struct stat st;

	if (!drawn && looked_ms != 0 && mono_ms - looked_ms < LOOK_MS)
		return false;
	looked_ms = mono_ms;
	if (stat(lock_path(c), &st) != 0)
		return drawn;
	clock_gettime(CLOCK_REALTIME, &now);
	age_s = now.tv_sec - st.st_mtim.tv_sec;
	return age_s < 0 || age_s >= QUIET_S || (drawn && age_s >= PAUSE_S);
}

static void
work(struct ctx *c)
{
	size_t sent, failed;
	int64_t removed = 0;
	enum err e;

	e = outbox_run(c, DELIVER_MAX, DELIVER_MS, &sent, &failed);
	if (e != ERR_OK)
		log_write(c, LOG_ERROR, "outbox", "%s: %s", err_name(e),
		    c->err.note != NULL ? c->err.note : "");
	e = site_clean(c, CLEAN_EVERY_S, CLEAN_MS, &removed);
	if (e != ERR_OK)
		log_write(c, LOG_ERROR, "clean", "%s: %s", err_name(e),
		    c->err.note != NULL ? c->err.note : "");
}

/* The server waits until the last holder of its descriptors lets go. */
static void
leave_server(void)
{
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t none;
	int fd;

	fd = open("/dev/null", O_RDWR);
	if (fd < 0)
		_exit(1);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	alarm(KILLED_AFTER_S);
}

static void
child(struct ctx *c)
{
	struct ctx own;

	leave_server();
	site_forget(c);
	ctx_init(&own, c->arena, c->config);
	own.db = c->db;
	own.keys = c->keys;
	if (my_turn(&own))
		work(&own);
	_exit(0);
}

/*
 * Does somebody wait for the one that runs?  Then he will find our message as
 * well, and nobody needs to be forked.
 */
static bool
is_waited_for(struct ctx *c)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
		.l_start = LOCK_WAITING, .l_len = 1 };
	int fd = open(lock_path(c), O_RDWR | O_CLOEXEC);
	bool held;

	if (fd < 0)
		return false;
	held = fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
	close(fd);
	return held;
}

void
afterwork(struct ctx *c)
{
	pid_t pid;

	if (c->outbox_due ? is_waited_for(c) : !is_time(c))
		return;
	pid = fork();
	if (pid == 0) {
		/* Twice, so that nobody needs to wait for the worker. */
		if (fork() == 0)
			child(c);
		_exit(0);
	}
	if (pid < 0) {
		log_write(c, LOG_WARN, "afterwork", "fork: %s",
		    strerror(errno));
		return;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}
