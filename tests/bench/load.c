/*
 * Load for ./dev bench: keep-alive connections to a port of this machine, each
 * sending its request anew as soon as the answer is there.  Every answer is
 * looked at; one that is not 200 or lacks its mark ends the run with 1.
 *
 *	load PORT ACCOUNTS MS MAX { CONNECTIONS FILE MARK }...
 *
 * A "#######" in FILE becomes a random number below ACCOUNTS, or the next one
 * where MS is 0.  The run ends after MS ms or, if MAX is not 0, after MAX
 * answers of all groups; what is under way then is waited for.  One line a
 * group: answers a second, then latencies in us, median, 99th percentile,
 * greatest and 95th percentile, of the answers and of what still waits at the
 * end.  The first WARM_NS of a timed run do not count.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DIGITS		7
#define HASHES		"#######"
#define GROUPS_MAX	4
#define CONNS_MAX	512
#define REQUEST_MAX	8192
#define ANSWER_MAX	(128 * 1024)
#define WARM_NS		300000000LL
#define SILENCE_MS	15000	/* longer than any answer may take */

struct group {
	int connections;
	char request[REQUEST_MAX];
	size_t len;
	const char *mark;
	uint32_t *us;
	size_t n, room, whole;	/* latencies; of them complete answers */
};

struct conn {
	struct group *g;
	int fd;
	int64_t sent_ns;
	char in[ANSWER_MAX + 1];
	size_t len;
};

static struct group groups[GROUPS_MAX];
static struct conn *conns[CONNS_MAX];
static size_t groups_n, conns_n, answers, answers_max;
static unsigned port, accounts;
static int64_t count_from_ns, end_ns;
static int poller;
static bool draining, by_turns;

static void
fail(const char *what, const char *more)
{
	fprintf(stderr, "load: %s: %s\n", what, more);
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* xorshift64: the same accounts in each run. */
static unsigned
next_account(void)
{
	static uint64_t x = 88172645463325252u;
	static unsigned n;

	if (by_turns)
		return n++ % accounts;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x % accounts);
}

static void
number_request(char *text)
{
	char digits[DIGITS + 1];
	char *at = strstr(text, HASHES);

	if (at == NULL)
		return;
	snprintf(digits, sizeof(digits), "%0*u", DIGITS,
	    next_account() % 10000000u);
	for (; at != NULL; at = strstr(at, HASHES))
		memcpy(at, digits, DIGITS);
}

static void
open_conn(struct conn *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		fail("connect", strerror(errno));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		fail("epoll_ctl", strerror(errno));
}

/* Requests are small: the socket takes them whole. */
static void
send_request(struct conn *c)
{
	char text[REQUEST_MAX];
	ssize_t n;

	if (c->fd < 0)
		open_conn(c);
	memcpy(text, c->g->request, c->g->len + 1);
	number_request(text);
	c->len = 0;
	c->sent_ns = now_ns();
	n = send(c->fd, text, c->g->len, MSG_NOSIGNAL);
	if (n != (ssize_t)c->g->len)
		fail("send", n < 0 ? strerror(errno) : "short");
}

static void
note(struct group *g, int64_t ns)
{
	if (g->n == g->room) {
		g->room = g->room > 0 ? 2 * g->room : 4096;
		g->us = realloc(g->us, g->room * sizeof(*g->us));
		if (g->us == NULL)
			fail("realloc", "no memory");
	}
	g->us[g->n++] = (uint32_t)(ns / 1000);
}

static const char *
header(const char *head, const char *end, const char *name)
{
	size_t len = strlen(name);
	const char *at;

	for (at = strstr(head, "\r\n"); at != NULL && at < end;
	    at = strstr(at + 2, "\r\n"))
		if (strncasecmp(at + 2, name, len) == 0)
			return at + 2 + len;
	return NULL;
}

static bool
is_whole(const struct conn *c, const char *body)
{
	const char *length = header(c->in, body, "Content-Length:");
	size_t have = c->len - (size_t)(body - c->in);

	if (length != NULL)
		return have >= strtoul(length, NULL, 10);
	if (header(c->in, body, "Transfer-Encoding:") == NULL)
		fail("answer of unknown length", c->in);
	return have >= 5 && memcmp(c->in + c->len - 5, "0\r\n\r\n", 5) == 0;
}

/* True when the answer is complete; what is wrong with it ends the run. */
static bool
take_answer(struct conn *c)
{
	const char *body, *closing;
	int64_t now;

	body = strstr(c->in, "\r\n\r\n");
	if (body == NULL || !is_whole(c, body + 4))
		return false;
	now = now_ns();
	if (strncmp(c->in, "HTTP/1.1 200 ", 13) != 0 ||
	    strstr(body, c->g->mark) == NULL)
		fail("wrong answer", c->in);
	if (now >= count_from_ns) {
		note(c->g, now - c->sent_ns);
		c->g->whole++;
	}
	answers++;
	closing = header(c->in, body, "Connection:");
	if (closing != NULL && strncasecmp(closing, " close", 6) == 0) {
		close(c->fd);
		c->fd = -1;
	}
	return true;
}

static void
read_conn(struct conn *c)
{
	ssize_t n;

	n = recv(c->fd, c->in + c->len, ANSWER_MAX - c->len, 0);
	if (n <= 0)
		fail("connection ended within an answer",
		    n < 0 ? strerror(errno) : "");
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	if (!take_answer(c))
		return;
	if (draining)
		c->sent_ns = 0;
	else
		send_request(c);
}

static bool
is_over(void)
{
	return answers_max > 0 ? answers >= answers_max : now_ns() >= end_ns;
}

static void
take_some(void)
{
	struct epoll_event ev[64];
	int i, n;

	n = epoll_wait(poller, ev, 64, SILENCE_MS);
	if (n == 0)
		fail("no answer", "in 15 s");
	for (i = 0; i < n; i++)
		read_conn(ev[i].data.ptr);
}

/* What is under way is waited for: the next run would find it in its way. */
static void
drain(void)
{
	size_t i;

	draining = true;
	count_from_ns = INT64_MAX;
	for (i = 0; i < conns_n; i++)
		while (conns[i]->sent_ns != 0)
			take_some();
}

static void
read_request(struct group *g, const char *path)
{
	FILE *f = fopen(path, "re");

	if (f == NULL)
		fail(path, strerror(errno));
	g->len = fread(g->request, 1, sizeof(g->request) - 1, f);
	fclose(f);
	g->request[g->len] = '\0';
}

static void
start_group(char **argv)
{
	struct group *g = &groups[groups_n++];
	struct conn *c;
	int i;

	g->connections = (int)strtol(argv[0], NULL, 10);
	read_request(g, argv[1]);
	g->mark = argv[2];
	for (i = 0; i < g->connections; i++) {
		if (conns_n == CONNS_MAX || (c = calloc(1, sizeof(*c))) == NULL)
			fail("connections", "too many");
		c->g = g;
		c->fd = -1;
		conns[conns_n++] = c;
	}
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Who still waits has waited so long at least. */
static void
note_waiting(int64_t now)
{
	size_t i;

	for (i = 0; i < conns_n; i++)
		note(conns[i]->g, now - conns[i]->sent_ns);
}

static void
report(struct group *g, double seconds)
{
	qsort(g->us, g->n, sizeof(*g->us), by_size);
	printf("%.1f %u %u %u %u\n", (double)g->whole / seconds,
	    g->us[g->n / 2], g->us[g->n * 99 / 100], g->us[g->n - 1],
	    g->us[g->n * 95 / 100]);
}

int
main(int argc, char **argv)
{
	int64_t start, end, from;
	size_t i;
	int at;

	if (argc < 8 || (argc - 5) % 3 != 0 || (argc - 5) / 3 > GROUPS_MAX)
		fail("usage", "PORT ACCOUNTS MS MAX {CONNECTIONS FILE MARK}");
	port = (unsigned)strtoul(argv[1], NULL, 10);
	accounts = (unsigned)strtoul(argv[2], NULL, 10);
	answers_max = strtoul(argv[4], NULL, 10);
	poller = epoll_create1(EPOLL_CLOEXEC);
	for (at = 5; at < argc; at += 3)
		start_group(argv + at);
	start = now_ns();
	count_from_ns = answers_max > 0 ? start : start + WARM_NS;
	end_ns = count_from_ns + strtol(argv[3], NULL, 10) * 1000000;
	by_turns = end_ns == count_from_ns;
	for (i = 0; i < conns_n; i++)
		send_request(conns[i]);
	while (!is_over())
		take_some();
	end = now_ns();
	note_waiting(end);
	from = count_from_ns;
	drain();
	for (i = 0; i < groups_n; i++)
		report(&groups[i], (double)(end - from) / 1e9);
	return 0;
}
