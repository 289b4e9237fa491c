/*
 * The reader of the configuration file.  Written for people who make
 * mistakes: every refusal names the line and says what was expected.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "buf.h"
#include "clock.h"
#include "base/limits.h"

#define FILE_MAX	(1024 * 1024)
#define SECRET_FILE_MAX	4096
#define NAME_MAX_BYTES	64	/* of "section.key" */
#define PREFIX_MAX	16
#define OBJECT_NAME_MAX	64

enum kind { KIND_TEXT, KIND_INT, KIND_BOOL, KIND_LIST, KIND_CHOICE,
	KIND_SECRET };

const struct setting settings[] = {
#define TEXT(s, k, d, h)		{ #s, #k, "text", d, NULL, h, 0, 0 },
#define INT(s, k, d, lo, hi, h)		{ #s, #k, "int", #d, NULL, h, lo, hi },
#define BOOL(s, k, d, h)		{ #s, #k, "bool", #d, NULL, h, 0, 0 },
#define LIST(s, k, d, h)		{ #s, #k, "list", d, NULL, h, 0, 0 },
#define CHOICE(s, k, d, c, h)		{ #s, #k, "choice", d, c, h, 0, 0 },
#define SECRET(s, k, h)			{ #s, #k, "secret", "", NULL, h, 0, 0 },
#include "settings.def"
#undef TEXT
#undef INT
#undef BOOL
#undef LIST
#undef CHOICE
#undef SECRET
};
const size_t settings_count = COUNT(settings);

/* Where a setting's value stands in struct config. */
static const struct slot { enum kind kind; size_t offset; } slots[] = {
#define AT(s, k)			offsetof(struct config, s##_##k)
#define TEXT(s, k, d, h)		{ KIND_TEXT, AT(s, k) },
#define INT(s, k, d, lo, hi, h)		{ KIND_INT, AT(s, k) },
#define BOOL(s, k, d, h)		{ KIND_BOOL, AT(s, k) },
#define LIST(s, k, d, h)		{ KIND_LIST, AT(s, k) },
#define CHOICE(s, k, d, c, h)		{ KIND_CHOICE, AT(s, k) },
#define SECRET(s, k, h)			{ KIND_SECRET, AT(s, k) },
#include "settings.def"
#undef TEXT
#undef INT
#undef BOOL
#undef LIST
#undef CHOICE
#undef SECRET
};

/* The number of each setting: SET_site_url. */
enum {
#define TEXT(s, k, d, h)		SET_##s##_##k,
#define INT(s, k, d, lo, hi, h)		SET_##s##_##k,
#define BOOL(s, k, d, h)		SET_##s##_##k,
#define LIST(s, k, d, h)		SET_##s##_##k,
#define CHOICE(s, k, d, c, h)		SET_##s##_##k,
#define SECRET(s, k, h)			SET_##s##_##k,
#include "settings.def"
#undef TEXT
#undef INT
#undef BOOL
#undef LIST
#undef CHOICE
#undef SECRET
};

/* Relative to the folder that holds the configuration file. */
static const int path_settings[] = {
	SET_database_tls_ca, SET_database_plugin_dir, SET_state_dir,
	SET_log_file, SET_mail_sendmail, SET_mail_ca_file, SET_mail_dir,
	SET_sms_dir,
	SET_outgoing_ca_file,
	SET_questions_file,
	SET_templates_dir, SET_templates_site_dir, SET_test_clock_file,
	SET_test_fault_file, SET_password_dictionary_file,
	SET_password_breach_file, SET_registration_schema_file,
	SET_consent_file
};

struct reader {
	struct arena *arena;
	struct config *cfg;
	const char *name;	/* of the file, for messages */
	struct str dir;		/* that holds it; absent: none known */
	struct str section;
	size_t line;
	size_t lines[COUNT(settings)];	/* where each was set; 0: nowhere */
	const char *error;
};

/* At most max bytes of valid UTF-8, and no half character. */
static struct str
cut(struct str s, size_t max)
{
	size_t n = max;

	if (s.len <= max)
		return s;
	while (n > 0 && (s.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(s, 0, n);
}

static bool fail_at(struct reader *r, size_t line, const char *fmt, ...)
    PRINTF(3, 4);

static bool
fail_at(struct reader *r, size_t line, const char *fmt, ...)
{
	char text[3 * PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line > 0)
		r->error = str_printf(r->arena, "%s:%zu: %s", r->name, line,
		    text).p;
	else
		r->error = str_printf(r->arena, "%s: %s", r->name, text).p;
	return false;
}

static bool
fail_set(struct reader *r, int set, const char *expected)
{
	return fail_at(r, r->lines[set], "%s.%s: %s", settings[set].section,
	    settings[set].key, expected);
}

/* Characters */

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool
is_alpha(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool
is_hex(char ch)
{
	return is_digit(ch) || (ch >= 'a' && ch <= 'f') ||
	    (ch >= 'A' && ch <= 'F');
}

/* RFC 3629 §4; returns the length of one character, or 0. */
static size_t
utf8_step(const unsigned char *p, size_t len)
{
	uint32_t code;
	size_t n, i;

	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > len)
		return 0;
	code = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && code < 0x800) || (n == 4 && code < 0x10000) ||
	    (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		return 0;
	return n;
}

static bool
text_acceptable(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, n;

	while (i < s.len) {
		n = utf8_step(p + i, s.len - i);
		if (n == 0 || (p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return false;
		i += n;
	}
	return true;
}

/* Names */

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's distance, over at most NAME_MAX_BYTES of each. */
static size_t
distance(struct str a, struct str b)
{
	size_t row[NAME_MAX_BYTES + 1], i, j, diagonal, above;

	a = str_sub(a, 0, NAME_MAX_BYTES);
	b = str_sub(b, 0, NAME_MAX_BYTES);
	for (j = 0; j <= b.len; j++)
		row[j] = j;
	for (i = 1; i <= a.len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= b.len; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1, diagonal +
			    (a.p[i - 1] != b.p[j - 1]));
			diagonal = above;
		}
	}
	return row[b.len];
}

static struct str
full_name(struct arena *a, size_t set)
{
	return str_printf(a, "%s.%s", settings[set].section,
	    settings[set].key);
}

static struct str
nearest_key(struct reader *r, struct str key)
{
	struct str want, best = STR_NONE;
	size_t i, d, least = SIZE_MAX;

	want = str_printf(r->arena, "%.*s.%.*s", STR_FMT(r->section),
	    STR_FMT(cut(key, NAME_MAX_BYTES)));
	for (i = 0; i < settings_count; i++) {
		/* The same key in another section is nearer than it looks. */
		d = str_eq(key, str_of(settings[i].key)) ? 1 :
		    distance(want, full_name(r->arena, i));
		if (d < least) {
			least = d;
			best = full_name(r->arena, i);
		}
	}
	return best;
}

static const char *
nearest_section(struct str section)
{
	const char *best = NULL;
	size_t i, d, least = SIZE_MAX;

	for (i = 0; i < settings_count; i++) {
		d = distance(section, str_of(settings[i].section));
		if (d < least) {
			least = d;
			best = settings[i].section;
		}
	}
	return best;
}

static bool
section_known(struct str section)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (str_eq(section, str_of(settings[i].section)))
			return true;
	return false;
}

static int
find_setting(struct str section, struct str key)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (str_eq(section, str_of(settings[i].section)) &&
		    str_eq(key, str_of(settings[i].key)))
			return (int)i;
	return -1;
}

/* Values */

static struct str
resolve(struct reader *r, struct str path)
{
	if (path.len == 0 || path.p[0] == '/' || r->dir.p == NULL)
		return path;
	return str_printf(r->arena, "%.*s/%.*s", STR_FMT(r->dir),
	    STR_FMT(path));
}

static bool
choice_has(const char *choices, struct str v)
{
	struct str rest = str_of(choices), part;

	while (str_split(&rest, '|', &part))
		if (str_eq(part, v))
			return true;
	return false;
}

static bool
parse_bool(struct str v, bool *out)
{
	if (str_ieq(v, STR("true")) || str_ieq(v, STR("yes")) ||
	    str_ieq(v, STR("on")) || str_eq(v, STR("1")))
		*out = true;
	else if (str_ieq(v, STR("false")) || str_ieq(v, STR("no")) ||
	    str_ieq(v, STR("off")) || str_eq(v, STR("0")))
		*out = false;
	else
		return false;
	return true;
}

static bool
next_word(struct str *rest, struct str *word)
{
	size_t i = 0, n;

	while (i < rest->len && strchr(" \t,", rest->p[i]) != NULL)
		i++;
	for (n = i; n < rest->len && strchr(" \t,", rest->p[n]) == NULL; n++)
		;
	*word = str_sub(*rest, i, n - i);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return word->len > 0;
}

static struct list
parse_list(struct arena *a, struct str v)
{
	struct str rest = v, word, *items;
	struct list l = { NULL, 0 };

	while (next_word(&rest, &word))
		l.n++;
	if (l.n == 0)
		return l;
	items = ARENA_ARRAY(a, struct str, l.n);
	l.items = items;
	for (rest = v; next_word(&rest, &word); items++)
		*items = str_dup(a, word);
	return l;
}

/* Reads at most max bytes; the caller wipes and the arena keeps nothing. */
static ssize_t
read_whole(int fd, char *p, size_t max)
{
	size_t len = 0;
	ssize_t n;

	while (len < max) {
		n = read(fd, p + len, max - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

static bool
read_secret_file(struct reader *r, const char *path, struct secret *out)
{
	char p[SECRET_FILE_MAX + 1];
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return fail_at(r, r->line, "cannot read %s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & S_IROTH) != 0) {
		close(fd);
		return fail_at(r, r->line, "%s must be a file that others "
		    "cannot read (chmod 600)", path);
	}
	n = read_whole(fd, p, sizeof(p));
	close(fd);
	if (n < 0 || n > SECRET_FILE_MAX) {
		secret_wipe(p, sizeof(p));
		return fail_at(r, r->line, "%s cannot be read, or has more "
		    "than %d bytes", path, SECRET_FILE_MAX);
	}
	if (n > 0 && p[n - 1] == '\n')
		n--;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	*out = secret_copy(r->arena, p, (size_t)n);
	secret_wipe(p, sizeof(p));
	return true;
}

static bool
set_secret(struct reader *r, struct str v, struct secret *out)
{
	if (str_starts(v, STR("file:")) && v.len >= PATH_MAX)
		return fail_at(r, r->line, "the file's name is too long");
	if (str_starts(v, STR("file:")))
		return read_secret_file(r, str_cstr(r->arena, resolve(r,
		    str_sub(v, 5, SIZE_MAX))), out);
	*out = v.len > 0 ? secret_copy(r->arena, v.p, v.len) :
	    (struct secret){ NULL, 0 };
	return true;
}

static bool
set_value(struct reader *r, size_t set, struct str v)
{
	const struct setting *s = &settings[set];
	void *at = (char *)r->cfg + slots[set].offset;

	switch (slots[set].kind) {
	case KIND_TEXT:
		*(struct str *)at = str_dup(r->arena, v);
		return true;
	case KIND_LIST:
		*(struct list *)at = parse_list(r->arena, v);
		return true;
	case KIND_SECRET:
		return set_secret(r, v, at);
	case KIND_INT:
		if (str_to_int(v, s->min, s->max, at))
			return true;
		return fail_at(r, r->line, "%s.%s: a whole number from %lld "
		    "to %lld was expected", s->section, s->key,
		    (long long)s->min, (long long)s->max);
	case KIND_BOOL:
		if (parse_bool(v, at))
			return true;
		return fail_at(r, r->line, "%s.%s: true or false was expected",
		    s->section, s->key);
	case KIND_CHOICE:
		*(struct str *)at = str_dup(r->arena, v);
		return choice_has(s->choices, v) || fail_at(r, r->line,
		    "%s.%s: one of %s was expected", s->section, s->key,
		    s->choices);
	}
	return false;
}

static bool
set_defaults(struct reader *r)
{
	size_t i;

	for (i = 0; i < settings_count; i++)
		if (!set_value(r, i, str_of(settings[i].def)))
			return false;
	return true;
}

/* Lines */

static bool
read_section(struct reader *r, struct str line)
{
	struct str name;

	if (line.p[line.len - 1] != ']')
		return fail_at(r, r->line, "a section is written [name]");
	name = str_trim(str_sub(line, 1, line.len - 2));
	if (!section_known(name))
		return fail_at(r, r->line, "unknown section [%.*s]; did you "
		    "mean [%s]?", STR_FMT(cut(name, NAME_MAX_BYTES)),
		    nearest_section(name));
	r->section = name;
	return true;
}

/* Quotes keep blanks at the ends; nothing is special between them. */
static bool
unquote(struct reader *r, struct str *v)
{
	if (v->len == 0 || v->p[0] != '"')
		return true;
	if (v->len < 2 || v->p[v->len - 1] != '"')
		return fail_at(r, r->line, "a value that begins with a quote "
		    "must end with one");
	*v = str_sub(*v, 1, v->len - 2);
	return true;
}

static bool
read_setting(struct reader *r, struct str line)
{
	const char *eq = memchr(line.p, '=', line.len);
	struct str key, value;
	int set;

	if (eq == NULL)
		return fail_at(r, r->line, "\"key = value\", [section] or a "
		    "comment was expected");
	key = str_trim((struct str){ line.p, (size_t)(eq - line.p) });
	value = str_trim(str_sub(line, (size_t)(eq - line.p) + 1, SIZE_MAX));
	if (r->section.p == NULL)
		return fail_at(r, r->line, "a setting before the first "
		    "[section]");
	set = find_setting(r->section, key);
	if (set < 0)
		return fail_at(r, r->line, "unknown setting %.*s.%.*s; did "
		    "you mean %s?", STR_FMT(r->section),
		    STR_FMT(cut(key, NAME_MAX_BYTES)),
		    nearest_key(r, key).p);
	if (r->lines[set] > 0)
		return fail_at(r, r->line, "%s.%s was set before, in line %zu",
		    settings[set].section, settings[set].key, r->lines[set]);
	r->lines[set] = r->line;
	return unquote(r, &value) && set_value(r, (size_t)set, value);
}

static bool
read_line(struct reader *r, struct str line)
{
	if (line.len > LIMIT_CONFIG_LINE)
		return fail_at(r, r->line, "the line is longer than %d bytes",
		    LIMIT_CONFIG_LINE);
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	if (!text_acceptable(line))
		return fail_at(r, r->line, "the line holds control characters "
		    "or is not UTF-8");
	line = str_trim(line);
	if (line.len == 0 || line.p[0] == '#' || line.p[0] == ';')
		return true;
	if (line.p[0] == '[')
		return read_section(r, line);
	return read_setting(r, line);
}

static bool
read_lines(struct reader *r, struct str text)
{
	struct str rest = text, line;

	if (str_starts(rest, STR("\xef\xbb\xbf")))
		rest = str_sub(rest, 3, SIZE_MAX);
	while (str_split(&rest, '\n', &line)) {
		r->line++;
		if (!read_line(r, line))
			return false;
	}
	r->line = 0;
	return true;
}

/* The site's address */

static bool
port_of(struct str s, int64_t *out)
{
	return str_to_int(s, 1, 65535, out);
}

/* host[:port], in lower case already. */
static bool
split_authority(struct str s, struct str *host, struct str *port)
{
	size_t i, n;

	if (s.len > 0 && s.p[0] == '[') {
		for (n = 1; n < s.len && s.p[n] != ']'; n++)
			;
		if (n == s.len)
			return false;
		n++;
	} else {
		for (n = 0; n < s.len && s.p[n] != ':'; n++)
			;
	}
	*host = str_sub(s, 0, n);
	*port = STR_NONE;
	if (n < s.len) {
		if (s.p[n] != ':')
			return false;
		*port = str_sub(s, n + 1, SIZE_MAX);
	}
	if (host->len == 0 || host->len > 253)
		return false;
	for (i = 0; host->p[0] != '[' && i < host->len; i++)
		if (!is_alpha(host->p[i]) && !is_digit(host->p[i]) &&
		    host->p[i] != '-' && host->p[i] != '.')
			return false;
	return true;
}

static bool
is_ipv6(struct arena *a, struct str host, struct in6_addr *out)
{
	return inet_pton(AF_INET6, str_cstr(a, str_sub(host, 1,
	    host.len - 2)), out) == 1;
}

static bool
host_valid(struct arena *a, struct str host)
{
	struct in6_addr v6;
	struct str rest = host, label;

	if (host.p[0] == '[')
		return is_ipv6(a, host, &v6);
	while (str_split(&rest, '.', &label))
		if (label.len == 0 || label.len > 63 || label.p[0] == '-' ||
		    label.p[label.len - 1] == '-')
			return false;
	return true;
}

static bool
host_loopback(struct arena *a, struct str host)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (host.p[0] == '[')
		return is_ipv6(a, host, &v6) && IN6_IS_ADDR_LOOPBACK(&v6);
	if (inet_pton(AF_INET, str_cstr(a, host), &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return str_eq(host, STR("localhost"));
}

/*
 * An origin as browsers write it: lower case, no default port.  False if s
 * is not scheme://host[:port] with http or https.
 */
static bool
parse_origin(struct arena *a, struct str s, struct str *origin, bool *https,
    bool *loopback)
{
	struct str host, port;
	int64_t number = 0;

	s = str_lower(a, s);
	*https = str_starts(s, STR("https://"));
	if (!*https && !str_starts(s, STR("http://")))
		return false;
	s = str_sub(s, *https ? 8 : 7, SIZE_MAX);
	if (!split_authority(s, &host, &port) || !host_valid(a, host) ||
	    (port.p != NULL && !port_of(port, &number)))
		return false;
	*loopback = host_loopback(a, host);
	if (number == 0 || number == (*https ? 443 : 80))
		*origin = str_printf(a, "%s://%.*s", *https ? "https" : "http",
		    STR_FMT(host));
	else
		*origin = str_printf(a, "%s://%.*s:%d", *https ? "https" :
		    "http", STR_FMT(host), (int)number);
	return true;
}

static bool
base_valid(struct str path)
{
	struct str rest = str_sub(path, 1, SIZE_MAX), part;
	size_t i;

	for (i = 0; i < path.len; i++)
		if (!is_alpha(path.p[i]) && !is_digit(path.p[i]) &&
		    strchr("/-._~", path.p[i]) == NULL)
			return false;
	while (path.len > 0 && str_split(&rest, '/', &part))
		if (part.len == 0 || str_eq(part, STR(".")) ||
		    str_eq(part, STR("..")))
			return false;
	return true;
}

static bool
judge_site_url(struct reader *r)
{
	struct config *c = r->cfg;
	struct str url = c->site_url, path = STR("");
	size_t i, at;

	if (url.len == 0)
		return fail_set(r, SET_site_url, "is required: the address "
		    "under which people reach Doorward, such as "
		    "https://example.com");
	for (i = 0; i < url.len; i++)
		if (strchr("?#@\\%", url.p[i]) != NULL)
			return fail_set(r, SET_site_url, "an address without "
			    "user, query, fragment or escapes was expected");
	at = str_istarts(url, STR("https://")) ? 8 : 7;
	for (i = at; i < url.len && url.p[i] != '/'; i++)
		;
	if (i < url.len)
		path = str_sub(url, i, SIZE_MAX);
	if (!parse_origin(r->arena, str_sub(url, 0, i), &c->site_origin,
	    &c->site_https, &c->site_loopback))
		return fail_set(r, SET_site_url, "https://host[:port][/path] "
		    "was expected, the host in ASCII (xn-- form)");
	if (path.len > 0 && path.p[path.len - 1] == '/')
		path.len--;
	if (!base_valid(path))
		return fail_set(r, SET_site_url, "the path may hold letters, "
		    "digits, - . _ ~ and single slashes");
	if (!c->site_https && !c->site_loopback)
		return fail_set(r, SET_site_url, "must be https (http is for "
		    "localhost alone)");
	c->site_base = str_dup(r->arena, path);
	return true;
}

/* Keys and secrets */

static bool
is_guid(struct str s)
{
	size_t i;

	if (s.len != 36)
		return false;
	for (i = 0; i < s.len; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.p[i] != '-')
				return false;
		} else if (!is_hex(s.p[i])) {
			return false;
		}
	}
	return true;
}

static bool
repeats(const char *p, size_t len, size_t period)
{
	return len % period == 0 && memcmp(p, p + period, len - period) == 0;
}

/*
 * What no generator gives but samples do: few different digits, one piece
 * again and again, or digits that count up or down throughout.
 */
static bool
is_trivial(struct str hex)
{
	unsigned seen = 0, step[2] = { 0, 0 };
	char digits[64];
	size_t n = 0, i;
	int v, last = 0;

	for (i = 0; i < hex.len && n < sizeof(digits); i++) {
		if (!is_hex(hex.p[i]))
			continue;
		v = is_digit(hex.p[i]) ? hex.p[i] - '0' :
		    (hex.p[i] | 0x20) - 'a' + 10;
		seen |= 1u << v;
		if (n > 0 && (v - last == 1 || last - v == 1))
			step[v > last]++;
		last = v;
		digits[n++] = (char)v;
	}
	for (i = 1; i <= n / 2; i++)
		if (repeats(digits, n, i))
			return true;
	return __builtin_popcount(seen) < 7 || step[0] > n / 2 ||
	    step[1] > n / 2;
}

static bool
judge_guid(struct reader *r, int set, struct str v)
{
	if (!is_guid(v))
		return fail_set(r, set, v.len == 0 ? "is required: a GUID "
		    "(\"doorwardctl init\" makes one)" : "a GUID was expected: "
		    "8-4-4-4-12 hexadecimal digits");
	if (is_trivial(v))
		return fail_set(r, set, "looks like a sample; a random GUID "
		    "was expected (\"doorwardctl init\" makes one)");
	return true;
}

static bool
judge_master(struct reader *r, int set, struct str v)
{
	size_t i;

	if (v.len == 0)
		return fail_set(r, set, "is required: 64 random hexadecimal "
		    "digits (\"doorwardctl init\" makes them)");
	for (i = 0; i < v.len; i++)
		if (!is_hex(v.p[i]))
			break;
	if (i < v.len || v.len != 64)
		return fail_set(r, set, "64 hexadecimal digits were expected");
	if (is_trivial(v))
		return fail_set(r, set, "looks like a sample; random digits "
		    "were expected");
	return true;
}

static bool
judge_keys(struct reader *r)
{
	const struct config *c = r->cfg;
	struct str secret = secret_view(&c->api_secret);
	struct list earlier;
	size_t i;

	if (!judge_guid(r, SET_api_key, c->api_key) ||
	    !judge_guid(r, SET_api_secret, secret))
		return false;
	if (str_ieq(c->api_key, secret))
		return fail_set(r, SET_api_secret, "must differ from api.key, "
		    "which is public");
	if (secret_present(&c->api_previous_secret) && !judge_guid(r,
	    SET_api_previous_secret, secret_view(&c->api_previous_secret)))
		return false;
	if (!judge_master(r, SET_keys_master, secret_view(&c->keys_master)))
		return false;
	earlier = config_earlier_masters(r->arena, c);
	if (earlier.n > KEYS_EARLIER_MAX)
		return fail_set(r, SET_keys_previous_master,
		    "more than 16 secrets");
	for (i = 0; i < earlier.n; i++)
		if (!judge_master(r, SET_keys_previous_master,
		    earlier.items[i]))
			return false;
	return true;
}

struct list
config_earlier_masters(struct arena *a, const struct config *c)
{
	return parse_list(a, secret_view(&c->keys_previous_master));
}

/* Lists and the rest */

static bool
is_network(struct arena *a, struct str s)
{
	unsigned char raw[16];
	struct str bits = s, address;
	int64_t n;
	int family;

	if (!str_split(&bits, '/', &address) || address.len > 45)
		return false;
	family = str_has(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, str_cstr(a, address), raw) != 1)
		return false;
	return bits.p == NULL ||
	    str_to_int(bits, 0, family == AF_INET6 ? 128 : 32, &n);
}

static bool
judge_networks(struct reader *r, int set, const struct list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!is_network(r->arena, l->items[i]))
			return fail_at(r, r->lines[set], "%s.%s: %.*s is not "
			    "an address or network such as 192.0.2.0/24",
			    settings[set].section, settings[set].key,
			    STR_FMT(cut(l->items[i], 64)));
	return true;
}

static bool
judge_origins(struct reader *r)
{
	const struct list *l = &r->cfg->cors_origins;
	struct str origin;
	bool https, loopback;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!parse_origin(r->arena, l->items[i], &origin, &https,
		    &loopback) || !str_eq(origin, l->items[i]))
			return fail_at(r, r->lines[SET_cors_origins],
			    "cors.origins: %.*s is not an origin such as "
			    "https://app.example.com (lower case, no path, no "
			    "end slash, no default port)",
			    STR_FMT(cut(l->items[i], 200)));
	return true;
}

/* A scheme and something behind it: RFC 3986 §3.1. */
static bool
has_scheme(struct str s)
{
	size_t i;

	for (i = 0; i < s.len && s.p[i] != ':'; i++)
		if (!is_alpha(s.p[i]) && (i == 0 || (!is_digit(s.p[i]) &&
		    strchr("+-.", s.p[i]) == NULL)))
			return false;
	return i > 1 && i + 1 < s.len;
}

static bool
judge_urls(struct reader *r)
{
	const struct list *l = &r->cfg->urls_allow;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!has_scheme(l->items[i]) ||
		    str_istarts(l->items[i], STR("javascript:")) ||
		    str_istarts(l->items[i], STR("data:")) ||
		    str_has(l->items[i], '\\'))
			return fail_at(r, r->lines[SET_urls_allow],
			    "urls.allow: %.*s is not an address such as "
			    "https://app.example.com/welcome",
			    STR_FMT(cut(l->items[i], 200)));
	return true;
}

/* local@domain of plain ASCII: what every mail server takes. */
static bool
is_simple_address(struct str s)
{
	struct str rest = s, local, domain;
	size_t i;

	if (s.len > LIMIT_EMAIL || !str_split(&rest, '@', &local) ||
	    rest.p == NULL)
		return false;
	domain = rest;
	if (local.len == 0 || local.len > 64 || local.p[0] == '.' ||
	    local.p[local.len - 1] == '.' || domain.len == 0)
		return false;
	for (i = 0; i < local.len; i++)
		if (!is_alpha(local.p[i]) && !is_digit(local.p[i]) &&
		    (local.p[i] & 0x80 ||
		    strchr("!#$%&'*+-/=?^_`{|}~.", local.p[i]) == NULL))
			return false;
	while (str_split(&rest, '.', &domain)) {
		if (domain.len == 0 || domain.len > 63 ||
		    domain.p[0] == '-' || domain.p[domain.len - 1] == '-')
			return false;
		for (i = 0; i < domain.len; i++)
			if (!is_alpha(domain.p[i]) && !is_digit(domain.p[i]) &&
			    domain.p[i] != '-')
				return false;
	}
	return true;
}

static bool
judge_mail(struct reader *r)
{
	struct config *c = r->cfg;

	if (!is_simple_address(c->mail_sender))
		return fail_set(r, SET_mail_sender, c->mail_sender.len == 0 ?
		    "is required: the address that mails come from" :
		    "a plain address such as no-reply@example.com was "
		    "expected, without name or brackets");
	if (str_eq(c->mail_transport, STR("file"))) {
		if (!c->site_loopback)
			return fail_set(r, SET_mail_transport, "\"file\" "
			    "delivers nothing and is for loopback sites only");
		if (c->mail_dir.len == 0)
			return fail_set(r, SET_mail_dir, "is required with "
			    "mail.transport = file");
	}
	if (c->mail_host.len == 0)
		return fail_set(r, SET_mail_host, "a host name was expected");
	if (c->mail_sender_name.len == 0)
		c->mail_sender_name = c->site_name;
	return true;
}

static bool
is_web_address(struct str s)
{
	return s.len == 0 || ((str_istarts(s, STR("https://")) ||
	    str_istarts(s, STR("http://"))) && !str_has(s, ' ') &&
	    !str_has(s, '\\'));
}

static bool
is_calling_code(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.len > 0 && s.p[0] != '0';
}

/* "44", "!1876" or "all". */
static bool
is_country(struct str s)
{
	if (str_starts(s, STR("!")))
		s = str_sub(s, 1, SIZE_MAX);
	return is_calling_code(s) || str_ieq(s, STR("all"));
}

static bool
judge_sms_countries(struct reader *r)
{
	const struct list *l = &r->cfg->sms_countries;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!is_country(l->items[i]))
			return fail_at(r, r->lines[SET_sms_countries],
			    "sms.countries: %.*s is not a calling code such "
			    "as 44, !1876 or all",
			    STR_FMT(cut(l->items[i], 200)));
	return true;
}

static bool
judge_gateway(struct reader *r)
{
	const struct config *c = r->cfg;
	bool twilio = str_eq(c->sms_provider, STR("twilio"));

	if (twilio && (c->sms_account.len == 0 ||
	    !secret_present(&c->sms_token)))
		return fail_set(r, SET_sms_account, "sms.account and "
		    "sms.token are required with sms.provider = twilio");
	if (twilio && c->sms_sender.len == 0)
		return fail_set(r, SET_sms_sender, "is required with "
		    "sms.provider = twilio");
	if (!twilio && c->sms_url.len == 0)
		return fail_set(r, SET_sms_url, "is required with "
		    "sms.provider = http");
	if (!is_web_address(c->sms_url))
		return fail_set(r, SET_sms_url, "an http or https address "
		    "without blanks was expected");
	if (c->sms_countries.n == 0)
		return fail_set(r, SET_sms_countries, "is required with a "
		    "gateway: calling codes such as 44, or all");
	return true;
}

static bool
judge_sms(struct reader *r)
{
	const struct config *c = r->cfg;

	if (!judge_sms_countries(r))
		return false;
	if (c->login_phone_country.len > 0 &&
	    !is_calling_code(c->login_phone_country))
		return fail_set(r, SET_login_phone_country,
		    "a calling code such as 44 was expected");
	if (str_eq(c->sms_provider, STR("off")))
		return true;
	if (!str_eq(c->sms_provider, STR("file")))
		return judge_gateway(r);
	if (!c->site_loopback)
		return fail_set(r, SET_sms_provider, "\"file\" delivers "
		    "nothing and is for loopback sites only");
	if (c->sms_dir.len == 0)
		return fail_set(r, SET_sms_dir, "is required with "
		    "sms.provider = file");
	return true;
}

static bool
judge_database(struct reader *r)
{
	const struct config *c = r->cfg;
	size_t i;

	if (c->database_name.len == 0)
		return fail_set(r, SET_database_name, "is required");
	if (c->database_user.len == 0)
		return fail_set(r, SET_database_user, "is required");
	if (c->database_hosts.n == 0)
		return fail_set(r, SET_database_hosts, "at least one server "
		    "was expected");
	for (i = 0; i < c->database_prefix.len; i++)
		if (!is_alpha(c->database_prefix.p[i]) &&
		    !is_digit(c->database_prefix.p[i]) &&
		    c->database_prefix.p[i] != '_')
			break;
	if (i < c->database_prefix.len || i > PREFIX_MAX)
		return fail_set(r, SET_database_prefix, "at most 16 letters, "
		    "digits and underscores were expected");
	return true;
}

/* The pairs that count as equally strong; docs: "Numbers", argon2id. */
static bool
hash_strong(int64_t memory, int64_t passes)
{
	return (memory >= 19456 && passes >= 2) ||
	    (memory >= 12288 && passes >= 3) ||
	    (memory >= 9216 && passes >= 4) ||
	    (memory >= 7168 && passes >= 5);
}

static bool
judge_loopback_only(struct reader *r)
{
	const struct config *c = r->cfg;

	if (c->site_loopback)
		return true;
	if (c->test_clock_file.len > 0)
		return fail_set(r, SET_test_clock_file, "is for loopback "
		    "sites only");
	if (c->test_fault_file.len > 0)
		return fail_set(r, SET_test_fault_file, "is for loopback "
		    "sites only");
	if (!hash_strong(c->password_argon2_memory_kib,
	    c->password_argon2_passes))
		return fail_set(r, r->lines[SET_password_argon2_memory_kib] ?
		    SET_password_argon2_memory_kib :
		    SET_password_argon2_passes, "too weak: 19456 KiB with 2 "
		    "passes is the least (or 12288 with 3, 9216 with 4, 7168 "
		    "with 5)");
	return true;
}

static bool
judge_pin(struct reader *r)
{
	const struct config *c = r->cfg;

	return c->pin_min_length <= c->pin_max_length || fail_set(r,
	    r->lines[SET_pin_min_length] ? SET_pin_min_length :
	    SET_pin_max_length, "the least length is above the greatest");
}

static bool
judge_guard(struct reader *r)
{
	struct config *c = r->cfg;
	const char *wrong;
	size_t i;

	if (!areas_read(r->arena, c->guard_rules, &c->areas, &wrong))
		return fail_set(r, SET_guard_rules, wrong);
	for (i = 0; i < c->guard_facts.n; i++)
		if (!choice_has("uid|roles|email|phone|username|name|"
		    "signed_in_s", c->guard_facts.items[i]))
			return fail_set(r, SET_guard_facts, "uid, roles, "
			    "email, phone, username, name and signed_in_s are "
			    "known");
	return true;
}

static bool
judge_questions(struct reader *r)
{
	struct config *c = r->cfg;
	const char *wrong;
	bool in_file;

	if (!questions_read(r->arena, c->questions_list, c->questions_file,
	    &c->questions, &in_file, &wrong))
		return fail_set(r, in_file ? SET_questions_file :
		    SET_questions_list, wrong);
	if (c->questions_enabled &&
	    (int64_t)c->questions.n < c->questions_count)
		return fail_set(r, SET_questions_enabled, "questions.list "
		    "and questions.file have fewer questions than "
		    "questions.count");
	if (!c->questions_enabled && str_eq(c->login_lock, STR("question")))
		return fail_set(r, SET_login_lock, "\"question\" needs "
		    "questions.enabled");
	if (str_eq(c->captcha_provider, STR("off")) &&
	    str_eq(c->login_lock, STR("captcha")))
		return fail_set(r, SET_login_lock, "\"captcha\" needs "
		    "captcha.provider");
	return true;
}

static bool
judge_site(struct reader *r)
{
	const struct config *c = r->cfg;

	if (!judge_site_url(r))
		return false;
	if (c->site_name.len == 0)
		return fail_set(r, SET_site_name, "a name was expected");
	if (!is_web_address(c->site_home_url))
		return fail_set(r, SET_site_home_url, "an http or https "
		    "address was expected");
	if (!is_web_address(c->site_privacy_url))
		return fail_set(r, SET_site_privacy_url, "an http or https "
		    "address was expected");
	return true;
}

const char *const captcha_operations[] = { "register", "forgot_email",
	"forgot_phone", "change_password", "update_profile", "availability",
	"login", "unlock", "passwordless", "one_touch", "smart_login", NULL };

/* What is listed and not known would never be demanded. */
static bool
judge_captcha_on(struct reader *r)
{
	const struct list *l = &r->cfg->captcha_on;
	const char *const *name;
	size_t i;

	for (i = 0; i < l->n; i++) {
		name = captcha_operations;
		while (*name != NULL && !str_eq(l->items[i], str_of(*name)))
			name++;
		if (*name == NULL)
			return fail_at(r, r->lines[SET_captcha_on],
			    "captcha.on: %.*s is no operation that can "
			    "demand a captcha",
			    STR_FMT(cut(l->items[i], 64)));
	}
	return true;
}

static bool
judge_captcha(struct reader *r)
{
	const struct config *c = r->cfg;

	if (!judge_captcha_on(r))
		return false;
	if (!is_web_address(c->captcha_verify_url))
		return fail_set(r, SET_captcha_verify_url, "an http or https "
		    "address was expected");
	if (str_eq(c->captcha_provider, STR("off")))
		return c->captcha_on.n == 0 || fail_set(r, SET_captcha_on,
		    "needs a captcha.provider");
	if (str_eq(c->captcha_provider, STR("altcha")))
		return true;
	if (c->captcha_site_key.len == 0)
		return fail_set(r, SET_captcha_site_key, "is required with "
		    "this captcha.provider");
	if (!secret_present(&c->captcha_secret))
		return fail_set(r, SET_captcha_secret, "is required with "
		    "this captcha.provider");
	return true;
}

#define VERSION_MAX	64	/* bytes */

static bool
is_object_name(struct str s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", rest[] = "0123456789_";
	size_t i;

	if (s.len == 0 || s.len > OBJECT_NAME_MAX)
		return false;
	for (i = 0; i < s.len; i++)
		if (memchr(letters, s.p[i], sizeof(letters) - 1) == NULL &&
		    (i == 0 || memchr(rest, s.p[i], sizeof(rest) - 1) ==
		    NULL))
			return false;
	return true;
}

bool
config_object(struct str item, struct str *name_out,
    enum object_client *client_out)
{
	static const struct str words[] = {
		[OBJECT_CLIENT_NONE] = STR("none"),
		[OBJECT_CLIENT_READ] = STR("read"),
		[OBJECT_CLIENT_WRITE] = STR("write")
	};
	struct str name;
	size_t i;

	if (!str_split(&item, ':', &name) || !is_object_name(name))
		return false;
	for (i = 0; i < COUNT(words); i++)
		if (item.p != NULL && str_eq(item, words[i])) {
			*name_out = name;
			*client_out = (enum object_client)i;
			return true;
		}
	return false;
}

static bool
judge_objects(struct reader *r)
{
	const struct list *l = &r->cfg->objects_names;
	enum object_client client;
	struct str name, other;
	size_t i, k;

	for (i = 0; i < l->n; i++) {
		if (!config_object(l->items[i], &name, &client))
			return fail_set(r, SET_objects_names, "NAME:write, "
			    "NAME:read or NAME:none was expected, such as "
			    "colors:write");
		for (k = 0; k < i; k++)
			if (config_object(l->items[k], &other, &client) &&
			    str_eq(other, name))
				return fail_set(r, SET_objects_names,
				    "a name can stand but once");
	}
	return true;
}

bool
config_version(struct str item, struct str *version_out, int64_t *start_s_out)
{
	const char *at = item.len > 0 ? memrchr(item.p, '@', item.len) : NULL;
	struct str version = { item.p, at != NULL ? (size_t)(at - item.p) :
	    0 };

	if (version.len == 0 || version.len > VERSION_MAX || !clock_from_iso(
	    str_sub(item, version.len + 1, SIZE_MAX), start_s_out))
		return false;
	*version_out = version;
	return true;
}

static bool
is_repeated(const struct list *l, size_t n, struct str version)
{
	struct str other;
	int64_t start_s;
	size_t i;

	for (i = 0; i < n; i++)
		if (config_version(l->items[i], &other, &start_s) &&
		    str_eq(other, version))
			return true;
	return false;
}

static bool
judge_privacy(struct reader *r)
{
	const struct list *l = &r->cfg->privacy_versions;
	struct str version;
	int64_t start_s;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (!config_version(l->items[i], &version, &start_s))
			return fail_set(r, SET_privacy_versions, "VERSION@"
			    "DATE was expected, such as 1.0@2026-01-01");
		if (is_repeated(l, i, version))
			return fail_set(r, SET_privacy_versions, "a version "
			    "can begin but once");
	}
	if (l->n == 0 && !str_eq(r->cfg->privacy_mode, STR("off")))
		return fail_set(r, SET_privacy_versions, "at least one "
		    "version was expected with this privacy.mode");
	return true;
}

static bool
judge(struct reader *r)
{
	const struct config *c = r->cfg;

	return judge_site(r) && judge_keys(r) && judge_database(r) &&
	    judge_mail(r) && judge_sms(r) && judge_captcha(r) &&
	    judge_origins(r) && judge_urls(r) && judge_pin(r) &&
	    judge_questions(r) && judge_guard(r) &&
	    judge_privacy(r) && judge_objects(r) &&
	    judge_networks(r, SET_api_allowed_ips, &c->api_allowed_ips) &&
	    judge_networks(r, SET_proxy_trusted, &c->proxy_trusted) &&
	    judge_loopback_only(r);
}

/* Places */

static struct str
folder_of(struct arena *a, struct str path)
{
	const char *slash;

	if (path.p == NULL)
		return STR_NONE;
	slash = memrchr(path.p, '/', path.len);
	if (slash == NULL)
		return STR_NONE;
	if (slash == path.p)
		return STR("/");
	return str_dup(a, (struct str){ path.p, (size_t)(slash - path.p) });
}

/* The folder beside whose children cgi-bin/ or bin/ the rest stands. */
/* "make install" puts data below share/; a folder of its own has it beside. */
const char *
config_data_dir(struct arena *a, const struct config *c, const char *name)
{
	struct str installed;

	installed = str_printf(a, "%s/share/doorward/%s", c->program_dir.p,
	    name);
	if (access(installed.p, X_OK) == 0)
		return installed.p;
	return str_printf(a, "%s/%s", c->program_dir.p, name).p;
}

static struct str
real_path(struct arena *a, const char *path)
{
	struct str s = STR_NONE;
	char *real;

	real = path != NULL ? realpath(path, NULL) : NULL;
	if (real == NULL)
		return s;
	s = str_dup(a, str_of(real));
	free(real);
	return s;
}

/* What was started: the program, or a text file whose first line names it. */
static struct str
started_file(struct arena *a)
{
	return real_path(a, (const char *)(uintptr_t)getauxval(AT_EXECFN));
}

static bool
is_script(struct str file)
{
	char start[2] = "";
	int fd;

	fd = open(file.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (read_whole(fd, start, sizeof(start)) < 0)
		start[0] = '\0';
	close(fd);
	return memcmp(start, "#!", sizeof(start)) == 0;
}

/* Behind a loader of one's own, /proc/self/exe would name that. */
static struct str
program_file(struct arena *a)
{
	struct str file = started_file(a);

	if (file.p == NULL || is_script(file))
		file = real_path(a, "/proc/self/exe");
	return file;
}

static struct str
program_dir(struct arena *a)
{
	struct str file = program_file(a);

	return file.p == NULL ? file : folder_of(a, folder_of(a, file));
}

static struct str
dictionary_in(struct arena *a, const struct config *c)
{
	struct str installed;

	installed = str_printf(a, "%s/dictionary.bloom",
	    config_data_dir(a, c, "data"));
	return access(installed.p, R_OK) == 0 ? installed : str_printf(a,
	    "%s/lib/domain/dictionary.bloom", c->program_dir.p);
}

static void
place_files(struct reader *r)
{
	struct config *c = r->cfg;
	struct str *s;
	size_t i;

	for (i = 0; i < COUNT(path_settings); i++) {
		s = (struct str *)((char *)c + slots[path_settings[i]].offset);
		*s = resolve(r, *s);
	}
	c->program_dir = program_dir(r->arena);
	if (c->program_dir.p == NULL)
		return;
	if (c->state_dir.len == 0)
		c->state_dir = str_printf(r->arena, "%s/var",
		    c->program_dir.p);
	if (c->templates_dir.len == 0)
		c->templates_dir = str_of(config_data_dir(r->arena, c,
		    "templates"));
	if (c->password_dictionary_file.len == 0)
		c->password_dictionary_file = dictionary_in(r->arena, c);
}

static const char *
config_in(struct arena *a, struct str dir)
{
	const char *path;

	if (dir.p == NULL)
		return NULL;
	path = str_printf(a, "%s/etc/doorward.conf", dir.p).p;
	return access(path, F_OK) == 0 ? path : NULL;
}

/* The environment may be empty: suEXEC leaves no HOME. */
static struct str
home_dir(struct arena *a)
{
	const struct passwd *user = getpwuid(geteuid());

	return user != NULL && user->pw_dir[0] == '/' ?
	    str_dup(a, str_of(user->pw_dir)) : STR_NONE;
}

const char *
config_find(struct arena *a, const char *given)
{
	const char *env, *path;
	struct str started;

	if (given != NULL)
		return given;
	env = getenv("DOORWARD_CONFIG");
	if (env != NULL && *env != '\0')
		return env;
	started = started_file(a);
	path = started.p == NULL ? NULL :
	    config_in(a, folder_of(a, folder_of(a, started)));
	if (path == NULL)
		path = config_in(a, program_dir(a));
	return path != NULL ? path : config_in(a, home_dir(a));
}

bool
config_parse(struct arena *a, struct str text, const char *name,
    struct config **out, const char **error_out)
{
	struct reader *r = ARENA_NEW(a, struct reader);

	r->arena = a;
	r->name = name;
	r->cfg = ARENA_NEW(a, struct config);
	r->dir = folder_of(a, str_of(name));
	r->cfg->file = str_dup(a, str_of(name));
	must(set_defaults(r));
	if (!read_lines(r, text)) {
		*error_out = r->error;
		return false;
	}
	place_files(r);
	if (!judge(r)) {
		*error_out = r->error;
		return false;
	}
	*out = r->cfg;
	return true;
}

static bool
refuse(struct arena *a, const char *file, const char *why,
    const char **error_out)
{
	*error_out = str_printf(a, "%s: %s", file, why).p;
	return false;
}

bool
config_file_text(struct arena *a, const char *file, struct str *out,
    const char **error_out)
{
	struct stat st;
	ssize_t n;
	char *p;
	int fd;

	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refuse(a, file, strerror(errno), error_out);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse(a, file, "is not a file", error_out);
	}
	if ((st.st_mode & 077) != 0) {
		close(fd);
		return refuse(a, file, "holds secrets but is open to group or "
		    "others; use: chmod 600", error_out);
	}
	if (st.st_size > FILE_MAX) {
		close(fd);
		return refuse(a, file, "is larger than 1 MiB", error_out);
	}
	p = arena_alloc(a, (size_t)st.st_size + 1);
	n = read_whole(fd, p, (size_t)st.st_size);
	close(fd);
	if (n < 0)
		return refuse(a, file, "cannot be read", error_out);
	*out = (struct str){ p, (size_t)n };
	return true;
}

bool
config_read(struct arena *a, const char *file, struct config **out,
    const char **error_out)
{
	const char *path = file;
	struct str text;
	bool ok;

	/* The folder must be known however the process moves later. */
	if (file[0] != '/') {
		char *real = realpath(file, NULL);

		if (real != NULL)
			path = str_cstr(a, str_of(real));
		free(real);
	}
	if (!config_file_text(a, path, &text, error_out))
		return false;
	ok = config_parse(a, text, path, out, error_out);
	secret_wipe((char *)(uintptr_t)text.p, text.len);
	return ok;
}

/* Changing one setting */

static bool
is_setting(struct str line, const char *key)
{
	const char *eq = memchr(line.p, '=', line.len);

	return eq != NULL && str_eq(str_trim((struct str){ line.p,
	    (size_t)(eq - line.p) }), str_of(key));
}

static bool
is_section(struct str line, const char *section)
{
	return line.len > 2 && line.p[0] == '[' &&
	    str_eq(str_trim(str_sub(line, 1, line.len - 2)),
	    str_of(section));
}

/* Where the line of the setting begins and ends, or where it should stand. */
struct place { size_t from, to; bool found, has_section; };

static struct place
find_place(struct str text, const char *section, const char *key)
{
	struct place p = { .from = text.len, .to = text.len };
	struct str rest = text, line, bare;
	bool within = false;
	size_t from;

	while (!p.found && rest.p != NULL) {
		from = (size_t)(rest.p - text.p);
		if (!str_split(&rest, '\n', &line))
			break;
		bare = str_trim(line.len > 0 &&
		    line.p[line.len - 1] == '\r' ?
		    str_sub(line, 0, line.len - 1) : line);
		p.found = within && is_setting(bare, key);
		if (p.found)
			p.from = from;
		if (bare.len > 0 && bare.p[0] == '[')
			within = is_section(bare, section);
		if (p.found || (within && !p.has_section))
			p.to = from + line.len;
		p.has_section |= within;
	}
	if (!p.found && p.has_section)
		p.from = p.to;
	return p;
}

struct str
config_with(struct arena *a, struct str text, const char *section,
    const char *key, struct str value)
{
	struct place p = find_place(text, section, key);
	struct buf b;

	buf_init(&b, a, text.len + value.len + 2 * NAME_MAX_BYTES);
	buf_add(&b, text.p, p.from);
	if (!p.has_section)
		buf_printf(&b, "\n[%s]", section);
	if (!p.found)
		buf_char(&b, '\n');
	buf_printf(&b, "%s = %.*s", key, STR_FMT(value));
	if (!p.has_section)
		buf_char(&b, '\n');
	buf_str(&b, str_sub(text, p.to, SIZE_MAX));
	must(buf_ok(&b));
	return buf_view(&b);
}

/* The sample */

static void
print_help(struct buf *b, const char *help)
{
	struct str rest = str_of(help), word;
	size_t column = 0;

	while (str_split(&rest, ' ', &word)) {
		if (column == 0 || column + 1 + word.len > 77) {
			buf_cstr(b, column == 0 ? "#" : "\n#");
			column = 1;
		}
		buf_char(b, ' ');
		buf_str(b, word);
		column += 1 + word.len;
	}
	buf_char(b, '\n');
}

static void
print_setting(struct buf *b, const struct setting *s)
{
	struct str def = str_of(s->def);

	buf_char(b, '\n');
	print_help(b, s->help);
	if (s->choices != NULL)
		buf_printf(b, "# One of: %s\n", s->choices);
	else if (strcmp(s->type, "int") == 0)
		buf_printf(b, "# From %lld to %lld.\n", (long long)s->min,
		    (long long)s->max);
	buf_printf(b, "#%s =%s%.*s\n", s->key, def.len > 0 ? " " : "",
	    STR_FMT(def));
}

struct str
config_sample(struct arena *a)
{
	const char *section = "";
	struct buf b;
	size_t i;

	buf_init(&b, a, FILE_MAX);
	buf_cstr(&b, "# Doorward's configuration.  Keep it outside the web "
	    "root, with mode 0600.\n# Lines that begin with # or ; are "
	    "comments; the values shown are the defaults.\n# A secret may be "
	    "given as file:/path.\n");
	for (i = 0; i < settings_count; i++) {
		if (strcmp(section, settings[i].section) != 0) {
			section = settings[i].section;
			buf_printf(&b, "\n[%s]\n", section);
		}
		print_setting(&b, &settings[i]);
	}
	must(buf_ok(&b));
	return buf_view(&b);
}

bool
list_has(const struct list *l, struct str item)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (str_ieq(l->items[i], item))
			return true;
	return false;
}
