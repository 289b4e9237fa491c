/*
 * The file is the published one as it is: SHA-1 sums in hex, sorted, one a
 * line, with or without a count behind a colon.  It may be larger than the
 * machine's memory, so a few of its lines are read and nothing else.
 */
#include "breach.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "net/http_client.h"

#define HASH_HEX	40
#define PREFIX_HEX	5
#define TIME_MS		1500
#define ANSWER_MAX	(512 * 1024)
#define LINE_MAX_BYTES	80	/* the sum, a colon, a count, its end */
#define SAMPLES		256	/* lines that a check looks at */

static bool
is_hex(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'F') ||
		    (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* Digits and a count: false where a line is neither. */
static bool
read_line(struct str line, size_t digits, struct str *hex_out,
    int64_t *count_out)
{
	struct str rest = str_sub(line, digits, SIZE_MAX);

	if (str_ends(rest, STR("\r")))
		rest.len--;
	*hex_out = str_sub(line, 0, digits);
	*count_out = 1;
	if (hex_out->len != digits || !is_hex(*hex_out))
		return false;
	return rest.len == 0 || (rest.p[0] == ':' && str_to_int(str_sub(rest,
	    1, SIZE_MAX), 0, INT64_MAX, count_out));
}

/* The service */

bool
breach_range_find(struct str answer, struct str suffix, bool *found_out)
{
	struct str rest = answer, line, hex;
	bool found = false;
	int64_t count;

	if (!str_present(str_trim(answer)))
		return false;
	while (str_split(&rest, '\n', &line)) {
		if (line.len == 0 && rest.len == 0)
			break;
		if (!read_line(line, HASH_HEX - PREFIX_HEX, &hex, &count))
			return false;
		found |= count > 0 && str_ieq(hex, suffix);
	}
	*found_out = found;
	return true;
}

static bool
ask(struct ctx *c, struct str sum)
{
	static const struct str headers[] = { { "Add-Padding: true", 17 },
		{ "Accept: text/plain", 18 } };
	struct http_call call = {
		.method = "GET", .headers = headers, .headers_n =
		    COUNT(headers), .timeout_ms = TIME_MS,
		.reply_max = ANSWER_MAX
	};
	struct err_detail before = c->err;
	struct http_reply reply;
	bool found = false;
	enum err e;

	call.url = str_printf(c->arena, "%.*s%.*s",
	    STR_FMT(c->config->password_breach_url), PREFIX_HEX, sum.p);
	e = http_call(c, &call, &reply);
	if (e != ERR_OK)
		log_write(c, LOG_WARN, "breach", "the range service did not "
		    "answer: %s", c->err.note != NULL ? c->err.note : "");
	else if (reply.status != 200)
		log_write(c, LOG_WARN, "breach", "the range service answered "
		    "with status %lld", (long long)reply.status);
	else if (!breach_range_find(reply.body, str_sub(sum, PREFIX_HEX,
	    SIZE_MAX), &found))
		log_write(c, LOG_WARN, "breach", "what the range service "
		    "answered is no range");
	c->err = before;
	return found;
}

/* The file */

struct sums {
	int fd;
	off_t size;
};

struct line {
	char text[LINE_MAX_BYTES];
	struct str hex;
	off_t from, next;	/* of it, and of the one behind it */
};

/* The line that holds the byte at; false: there is none of that form. */
static bool
line_at(const struct sums *s, off_t at, struct line *out)
{
	off_t start = at < LINE_MAX_BYTES ? 0 : at - LINE_MAX_BYTES;
	char block[2 * LINE_MAX_BYTES];
	const char *behind, *from, *to;
	int64_t count;
	ssize_t n;

	n = pread(s->fd, block, sizeof(block), start);
	if (n <= at - start)
		return false;
	from = at == start ? NULL : memrchr(block, '\n',
	    (size_t)(at - start));
	if (from == NULL && start > 0)
		return false;
	from = from == NULL ? block : from + 1;
	to = memchr(block + (at - start), '\n', (size_t)(n - (at - start)));
	behind = to == NULL ? block + n : to + 1;
	if (to == NULL)
		to = block + n;
	if (to - from >= LINE_MAX_BYTES ||
	    (to == block + n && start + n < s->size))
		return false;
	memcpy(out->text, from, (size_t)(to - from));
	out->from = start + (from - block);
	out->next = start + (behind - block);
	return read_line((struct str){ out->text, (size_t)(to - from) },
	    HASH_HEX, &out->hex, &count);
}

/* Hex digits of either case: in ASCII all come in the order of their values
 * once they are of one case. */
static int
compare(struct str a, struct str b)
{
	size_t i;
	int x, y;

	for (i = 0; i < HASH_HEX; i++) {
		x = a.p[i] >= 'a' ? a.p[i] - ('a' - 'A') : a.p[i];
		y = b.p[i] >= 'a' ? b.p[i] - ('a' - 'A') : b.p[i];
		if (x != y)
			return x - y;
	}
	return 0;
}

/* 1, 0, or -1: it is no such file. */
static int
search(const struct sums *s, struct str sum)
{
	off_t low = 0, high = s->size;
	struct line line;
	int order;

	while (low < high) {
		if (!line_at(s, low + (high - low) / 2, &line))
			return -1;
		order = compare(sum, line.hex);
		if (order == 0)
			return 1;
		if (order < 0)
			high = line.from;
		else
			low = line.next;
	}
	return 0;
}

static bool
sums_open(struct ctx *c, struct sums *out)
{
	const char *path = c->config->password_breach_file.p;
	struct stat st;

	out->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (out->fd < 0 || fstat(out->fd, &st) != 0) {
		(void)err_set(c, ERR_CONFIG, NULL, "%s: %s", path,
		    strerror(errno));
		if (out->fd >= 0)
			close(out->fd);
		return false;
	}
	out->size = st.st_size;
	return true;
}

static enum err
not_sorted(struct ctx *c)
{
	return err_set(c, ERR_CONFIG, NULL,
	    "%s is no sorted list of SHA-1 sums",
	    c->config->password_breach_file.p);
}

static bool
look_up(struct ctx *c, struct str sum)
{
	struct err_detail before = c->err;
	struct sums s;
	int found = 0;

	c->err = (struct err_detail){ .code = ERR_OK };
	if (sums_open(c, &s)) {
		found = search(&s, sum);
		close(s.fd);
		if (found < 0)
			(void)not_sorted(c);
	}
	if (c->err.code == ERR_CONFIG)
		log_write(c, LOG_ERROR, "breach", "%s", c->err.note);
	c->err = before;
	return found == 1;
}

/* Some lines in their order, the first and the last among them. */
static bool
is_sorted(const struct sums *s)
{
	struct line line, before;
	off_t i;

	for (i = 0; i < SAMPLES; i++) {
		if (!line_at(s, (s->size - 1) * i / (SAMPLES - 1), &line))
			return false;
		if (i > 0 && compare((struct str){ before.text, HASH_HEX },
		    line.hex) > 0)
			return false;
		before = line;
	}
	return true;
}

enum err
breach_file_check(struct ctx *c, int64_t *bytes_out)
{
	struct sums s;
	bool fine;

	*bytes_out = 0;
	if (!str_present(c->config->password_breach_file))
		return ERR_OK;
	if (!sums_open(c, &s))
		return ERR_CONFIG;
	fine = s.size > 0 && is_sorted(&s);
	close(s.fd);
	*bytes_out = s.size;
	return fine ? ERR_OK : not_sorted(c);
}

/* Both */

bool
breach_has(struct ctx *c, struct str normal)
{
	const struct config *cfg = c->config;
	unsigned char digest[20];
	char sum[HASH_HEX + 1];
	size_t i;

	if (!str_present(cfg->password_breach_file) &&
	    !str_present(cfg->password_breach_url))
		return false;
	sha1(normal.p, normal.len, digest);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(sum + 2 * i, 3, "%02X", digest[i]);
	if (str_present(cfg->password_breach_file) &&
	    look_up(c, str_of(sum)))
		return true;
	return str_present(cfg->password_breach_url) && ask(c, str_of(sum));
}

enum breach_action
breach_at_login(const struct ctx *c)
{
	static const char *const names[] = { [BREACH_OFF] = "off",
		[BREACH_RECORD] = "record", [BREACH_NOTIFY] = "notify",
		[BREACH_RESET] = "reset" };
	const struct config *cfg = c->config;
	size_t i;

	if (str_eq(cfg->password_breached_at_login, STR("auto")))
		return str_present(cfg->password_breach_file) ?
		    BREACH_RECORD : BREACH_OFF;
	for (i = 0; i < COUNT(names); i++)
		if (str_eq(cfg->password_breached_at_login,
		    str_of(names[i])))
			return (enum breach_action)i;
	return BREACH_OFF;
}
