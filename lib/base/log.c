#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "clock.h"
#include "ctx.h"

#define LINE_MAX_BYTES	2048

static const char *const level_names[] = {
	"debug", "info", "notice", "warn", "error"
};
static int log_fd = STDERR_FILENO;
static enum log_level log_least = LOG_INFO;
static unsigned long lost_lines;
static bool cut_line;
static int last_error;

struct line {
	char p[LINE_MAX_BYTES + 64];
	size_t len;
};

void
log_open(const char *file, enum log_level least)
{
	int fd;

	log_least = least;
	if (file == NULL || *file == '\0') {
		log_fd = STDERR_FILENO;
		return;
	}
	fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		fprintf(stderr, "doorward: cannot open the log %s: %s\n", file,
		    strerror(errno));
		return;
	}
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = fd;
}

static void
put(struct line *l, const char *p, size_t len)
{
	if (len > LINE_MAX_BYTES - l->len)
		len = LINE_MAX_BYTES - l->len;
	memcpy(l->p + l->len, p, len);
	l->len += len;
}

/* The length of a good UTF-8 sequence from U+00A0 on at p, else 0. */
static size_t
utf8_length_at(const unsigned char *p)
{
	size_t n, i;

	n = p[0] < 0xc2 || p[0] > 0xf4 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xc2 && p[1] < 0xa0) || (p[0] == 0xe0 && p[1] < 0xa0) ||
	    (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void
put_text(struct line *l, const char *s)
{
	char esc[8];
	size_t n;

	for (; *s != '\0' && l->len < LINE_MAX_BYTES - 8; s += n) {
		unsigned char ch = (unsigned char)*s;

		n = 1;
		if (ch == '"' || ch == '\\') {
			esc[0] = '\\';
			esc[1] = (char)ch;
			put(l, esc, 2);
		} else if (ch >= 0x20 && ch < 0x7f) {
			l->p[l->len++] = *s;
		} else if (utf8_length_at((const unsigned char *)s) > 0) {
			n = utf8_length_at((const unsigned char *)s);
			put(l, s, n);
		} else {
			snprintf(esc, sizeof(esc), "\\u%04x", ch);
			put(l, esc, 6);
		}
	}
}

/* A pair for which the line has no room is left out, never cut. */
static void
put_pair(struct line *l, const char *name, const char *value)
{
	if (strlen(name) + 6 > LINE_MAX_BYTES - l->len)
		return;
	put(l, ",\"", 2);
	put(l, name, strlen(name));
	put(l, "\":\"", 3);
	put_text(l, value);
	put(l, "\"", 1);
}

static void
put_number(struct line *l, const char *name, int64_t value)
{
	size_t len = strlen(name);

	if (len + 4 + STR_INT > LINE_MAX_BYTES - l->len)
		return;
	put(l, ",\"", 2);
	put(l, name, len);
	put(l, "\":", 2);
	l->len += str_put_int(l->p + l->len, value);
}

static void
begin(struct line *l, const struct ctx *c, enum log_level level,
    const char *event)
{
	static const char first[] = "{\"time\":\"";

	l->len = 0;
	put(l, first, sizeof(first) - 1);
	clock_put_iso(l->p + l->len, clock_now_ms());
	l->len += CLOCK_ISO;
	put(l, "\"", 1);
	put_pair(l, "level", level_names[level]);
	if (c != NULL)
		put_pair(l, "request", c->request_id);
	put_pair(l, "event", event);
}

static bool
put_out(const char *p, size_t len)
{
	ssize_t n;

	do
		n = write(log_fd, p, len);
	while (n < 0 && errno == EINTR);
	if (n > 0 && (size_t)n < len) {
		cut_line = true;
		errno = ENOSPC;
	}
	return n == (ssize_t)len;
}

/* The count goes before the first line that fits again. */
static bool
put_lost(void)
{
	struct line l;
	char text[32];

	if (lost_lines == 0)
		return true;
	if (cut_line && !put_out("\n", 1))
		return false;
	cut_line = false;
	snprintf(text, sizeof(text), "%lu lines", lost_lines);
	begin(&l, NULL, LOG_ERROR, "log_lost");
	put_pair(&l, "text", text);
	memcpy(l.p + l.len, "}\n", 2);
	if (!put_out(l.p, l.len + 2))
		return false;
	lost_lines = 0;
	return true;
}

/* A full log never stops the service (S-146): a line that fails is counted,
 * and the first one told where the web server may keep it. */
static void
finish(struct line *l)
{
	memcpy(l->p + l->len, "}\n", 2);
	l->len += 2;
	if (put_lost() && put_out(l->p, l->len)) {
		last_error = 0;
		return;
	}
	last_error = errno;
	if (lost_lines++ == 0)
		fprintf(stderr, "doorward: the log cannot be written: %s\n",
		    strerror(last_error));
}

int
log_error(void)
{
	return last_error;
}

void
log_write(const struct ctx *c, enum log_level level, const char *event,
    const char *fmt, ...)
{
	struct line l;
	char text[1024];
	va_list ap;

	if (level < log_least)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	begin(&l, c, level, event);
	put_pair(&l, "text", text);
	finish(&l);
}

void
log_request(const struct ctx *c, const struct log_request *r)
{
	enum log_level level = r->quiet ? LOG_DEBUG : LOG_INFO;
	struct line l;

	if (r->status >= 500)
		level = LOG_ERROR;
	if (level < log_least)
		return;
	begin(&l, c, level, "request");
	put_pair(&l, "method", r->method);
	put_pair(&l, "route", r->route);
	put_number(&l, "status", r->status);
	put_number(&l, "ms", r->ms);
	put_number(&l, "statements", c->statements);
	if (r->error != NULL) {
		put_pair(&l, "error", r->error);
		put_number(&l, "code", r->api_code);
	}
	if (c->client.address.p != NULL)
		put_pair(&l, "from", c->client.address.p);
	if (r->note != NULL)
		put_pair(&l, "note", r->note);
	finish(&l);
}
