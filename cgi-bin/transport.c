#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#define AT_ONCE		(16 * 1024)	/* bytes */
#define ANSWERED	8	/* connections */
#define LINGER_MS	2000	/* as long as libfcgi waits for a server */

struct answered { int fd; int64_t at_ms; };

struct transport {
	enum transport_kind kind;
	FCGX_Request fcgi;
	pid_t parent;		/* 0: nobody's, see alone() */
	sigset_t waiting;	/* the mask while waiting: stops get through */
	bool by_path;		/* the socket is a Unix one */
	bool limited;		/* this connection's reads and writes end */
	struct answered answered[ANSWERED];	/* see end_answer */
	size_t n_answered;
	bool taken;		/* CGI, MEMORY: the one request was given */
	const char *const *env;
	struct str body;
	size_t body_at;
	struct buf written;
};

static volatile sig_atomic_t stop;

static void
on_stop(int signo)
{
	(void)signo;
	stop = 1;
}

/*
 * Only blocking keeps a request whole: libfcgi gives up a read or write that
 * a signal interrupts.
 */
static void
hold_signals(sigset_t *waiting)
{
	struct sigaction act = { .sa_handler = on_stop };
	sigset_t held;

	sigemptyset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGUSR1);
	sigprocmask(SIG_BLOCK, &held, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGUSR1);
}

static bool
is_listening(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 &&
	    on != 0;
}

/* Whoever reaches the socket can claim to be anybody: never the network. */
static bool
is_local(int fd, bool *by_path_out)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(a);

	if (getsockname(fd, (struct sockaddr *)(void *)&a, &len) != 0)
		return false;
	*by_path_out = a.ss_family == AF_UNIX;
	if (a.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)(void *)&a)->
		    sin_addr.s_addr) >> 24 == 127;
	if (a.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)
		    (void *)&a)->sin6_addr);
	return *by_path_out;
}

static bool
open_fastcgi(struct transport *t)
{
	int flags;

	if (!is_local(0, &t->by_path)) {
		fputs("doorward: the FastCGI socket is open to the network; "
		    "use a Unix socket or a loopback address\n", stderr);
		return false;
	}
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&t->fcgi, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return false;
	/* Processes may share the socket: whoever comes second must not
	 * wait in accept, where no stop reaches it. */
	flags = fcntl(0, F_GETFL);
	return flags >= 0 && fcntl(0, F_SETFL, flags | O_NONBLOCK) == 0;
}

/*
 * spawn-fcgi and its like leave when their processes run, each of which they
 * made the leader of a session; the servers' own managers stay.
 */
static bool
alone(void)
{
	return getsid(0) == getpid();
}

struct transport *
transport_open(struct arena *process)
{
	struct transport *t;

	t = ARENA_NEW(process, struct transport);
	t->parent = alone() ? 0 : getppid();
	if (getenv("GATEWAY_INTERFACE") != NULL) {
		t->kind = TRANSPORT_CGI;
		t->env = (const char *const *)environ;
	} else if (is_listening(0)) {
		t->kind = TRANSPORT_FASTCGI;
		if (!open_fastcgi(t))
			return NULL;
	} else {
		return NULL;
	}
	hold_signals(&t->waiting);
	return t;
}

/* Has the server closed its end, or may it not be waited for any more? */
static bool
is_over(const struct answered *a, int64_t now_ms)
{
	char trash[512];
	ssize_t n;

	do
		n = recv(a->fd, trash, sizeof(trash), MSG_DONTWAIT);
	while (n > 0);
	return n == 0 || errno != EAGAIN || now_ms - a->at_ms >= LINGER_MS;
}

static void
close_answered(struct transport *t)
{
	int64_t now_ms = t->n_answered > 0 ? clock_mono_ms() : 0;
	size_t i, left = 0;

	for (i = 0; i < t->n_answered; i++)
		if (is_over(&t->answered[i], now_ms))
			close(t->answered[i].fd);
		else
			t->answered[left++] = t->answered[i];
	t->n_answered = left;
}

void
transport_let_go(struct transport *t)
{
	struct pollfd p = { .events = POLLIN };
	int64_t left_ms;

	for (close_answered(t); t->n_answered > 0; close_answered(t)) {
		p.fd = t->answered[0].fd;
		left_ms = t->answered[0].at_ms + LINGER_MS - clock_mono_ms();
		(void)poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
	}
}

void
transport_close(struct transport *t)
{
	if (t->kind == TRANSPORT_FASTCGI)
		close(0);
}

struct transport *
transport_memory(struct arena *a, const char *const *env, struct str body)
{
	struct transport *t;

	t = ARENA_NEW(a, struct transport);
	t->kind = TRANSPORT_MEMORY;
	t->env = env;
	t->body = body;
	buf_init(&t->written, a, 2 * LIMIT_RESPONSE);
	return t;
}

enum transport_kind
transport_kind(const struct transport *t)
{
	return t->kind;
}

/* A server whose manager died leaves its processes waiting for ever. */
static bool
must_stop(const struct transport *t)
{
	return stop || (t->parent != 0 && getppid() != t->parent);
}

/* Before anything that may have to wait for the server. */
static void
limit_waiting(struct transport *t)
{
	struct timeval tv = { .tv_sec = LIMIT_READ_MS / 1000 };
	int fd = t->fcgi.ipcFd;

	if (t->limited)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	t->limited = true;
}

static enum transport_event
accept_one(struct transport *t)
{
	if (FCGX_Accept_r(&t->fcgi) == 0) {
		t->limited = false;
		t->env = (const char *const *)t->fcgi.envp;
		return TRANSPORT_REQUEST;
	}
	switch (errno) {
	case 0:
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
		return TRANSPORT_IDLE;	/* another process was faster */
	default:
		log_write(NULL, LOG_ERROR, "accept", "%s", strerror(errno));
		return TRANSPORT_STOP;
	}
}

static enum transport_event
wait_fastcgi(struct transport *t, int timeout_ms)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };
	struct timespec ts = { .tv_sec = timeout_ms / 1000,
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000 };
	int n;

	if (stop)
		return TRANSPORT_STOP;
	n = ppoll(&p, 1, &ts, &t->waiting);
	close_answered(t);
	if (must_stop(t) || (p.revents & (POLLERR | POLLNVAL)) != 0)
		return TRANSPORT_STOP;
	return n > 0 ? TRANSPORT_READY : TRANSPORT_IDLE;
}

enum transport_event
transport_wait(struct transport *t, int timeout_ms)
{
	if (t->kind == TRANSPORT_FASTCGI)
		return wait_fastcgi(t, timeout_ms);
	return t->taken ? TRANSPORT_STOP : TRANSPORT_READY;
}

enum transport_event
transport_accept(struct transport *t)
{
	if (t->kind == TRANSPORT_FASTCGI)
		return accept_one(t);
	t->taken = true;
	return TRANSPORT_REQUEST;
}

/* FastCGI specification §5.1. */
enum transport_role
transport_role(const struct transport *t)
{
	if (t->kind != TRANSPORT_FASTCGI || t->fcgi.role == FCGI_RESPONDER)
		return ROLE_RESPONDER;
	return t->fcgi.role == FCGI_AUTHORIZER ? ROLE_AUTHORIZER : ROLE_OTHER;
}

const char *const *
transport_env(const struct transport *t)
{
	return t->env;
}

/*
 * libfcgi may hold further records that a poll cannot see, so the socket's own
 * time limit guards each read; a byte at most is asked for beyond what is
 * known to be there, so that the deadline is looked at in between.
 */
static int
read_fastcgi(struct transport *t, void *p, size_t len, int64_t deadline_ms)
{
	FCGX_Stream *in = t->fcgi.in;
	size_t held = (size_t)(in->stop - in->rdNext);
	int n;

	if (clock_mono_ms() >= deadline_ms)
		return -1;
	limit_waiting(t);
	if (held == 0)
		held = 1;
	n = FCGX_GetStr(p, (int)(len < held ? len : held), in);
	return n == 0 && FCGX_GetError(in) != 0 ? -1 : n;
}

static bool
readable(int fd, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = deadline_ms - clock_mono_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

static int
read_cgi(void *p, size_t len, int64_t deadline_ms)
{
	ssize_t n;

	if (!readable(0, deadline_ms))
		return -1;
	do
		n = read(0, p, len);
	while (n < 0 && errno == EINTR);
	return (int)n;
}

int
transport_read(struct transport *t, void *p, size_t len, int64_t deadline_ms)
{
	if (t->kind == TRANSPORT_FASTCGI)
		return read_fastcgi(t, p, len, deadline_ms);
	if (t->kind == TRANSPORT_CGI)
		return read_cgi(p, len, deadline_ms);
	if (len > t->body.len - t->body_at)
		len = t->body.len - t->body_at;
	if (len > 0)
		memcpy(p, t->body.p + t->body_at, len);
	t->body_at += len;
	return (int)len;
}

static bool
write_cgi(struct str text)
{
	size_t at = 0;
	ssize_t n;

	while (at < text.len) {
		n = write(1, text.p + at, text.len - at);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			at += (size_t)n;
	}
	return true;
}

/* What the socket takes at once needs no limit: a kernel's least buffer. */
static bool
write_fastcgi(struct transport *t, struct str text)
{
	if (text.len > AT_ONCE)
		limit_waiting(t);
	return FCGX_PutStr(text.p, (int)text.len, t->fcgi.out) ==
	    (int)text.len;
}

bool
transport_write(struct transport *t, struct str text)
{
	if (t->kind == TRANSPORT_FASTCGI)
		return write_fastcgi(t, text);
	if (t->kind == TRANSPORT_CGI)
		return write_cgi(text);
	buf_str(&t->written, text);
	return buf_ok(&t->written);
}

/*
 * libfcgi closes a connection in peace: it waits until the server has closed
 * its end, so that what the server still sends meets no closed door
 * (mod_proxy_fcgi sends the end of a body that is none behind the rest, which
 * may be behind the answer).  The same is had without standing still: the
 * answer's end is told, and the connection closed when the server has closed
 * it, which is looked at with each further request.
 */
static void
end_answer(struct transport *t)
{
	FCGX_Request *q = &t->fcgi;

	q->keepConnection = 1;
	FCGX_Finish_r(q);
	if (q->ipcFd < 0)
		return;		/* broken, and closed */
	shutdown(q->ipcFd, SHUT_WR);
	t->answered[t->n_answered++] = (struct answered){ q->ipcFd,
		clock_mono_ms() };
	q->ipcFd = -1;
}

void
transport_finish(struct transport *t, bool unread)
{
	if (t->kind != TRANSPORT_FASTCGI)
		return;
	if (t->by_path && !unread && t->n_answered < ANSWERED) {
		end_answer(t);
	} else {
		/* Kept, it would hide the next request from ppoll. */
		t->fcgi.keepConnection = 0;
		FCGX_Finish_r(&t->fcgi);
	}
	t->env = NULL;
}

struct str
transport_written(const struct transport *t)
{
	return buf_view(&t->written);
}
