#include "template_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

#define RANGES_MAX	32	/* of Accept-Language */
#define TAG_MAX		35	/* RFC 5646 §4.4.1 */

static bool
is_alnum(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9');
}

static bool
word_valid(struct str word)
{
	size_t i;

	for (i = 0; i < word.len; i++)
		if (!is_alnum(word.p[i]) && word.p[i] != '_' &&
		    (i == 0 || (word.p[i] != '-' && word.p[i] != '.')))
			return false;
	return word.len > 0;
}

bool
template_name_valid(struct str name)
{
	struct str word;

	if (name.len == 0 || name.len > 128)
		return false;
	while (str_split(&name, '/', &word))
		if (!word_valid(word))
			return false;
	return true;
}

/* A language tag: two or three letters, then more behind hyphens. */
static bool
tag_valid(struct str tag)
{
	struct str part;
	size_t i, n;

	if (tag.len == 0 || tag.len > TAG_MAX)
		return false;
	for (n = 0; str_split(&tag, '-', &part); n++) {
		if (part.len == 0 || part.len > 8)
			return false;
		for (i = 0; i < part.len; i++)
			if (!is_alnum(part.p[i]) ||
			    (n == 0 && part.p[i] <= '9'))
				return false;
		if (n == 0 && part.len != 2 && part.len != 3)
			return false;
	}
	return true;
}

static bool
read_all(struct arena *a, int fd, size_t size, struct str *out)
{
	char *p = arena_alloc(a, size + 1);
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, p + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*out = (struct str){ p, len };
	return true;
}

enum found { FOUND, FOUND_NOT, FOUND_BAD };

static enum found
read_file(struct arena *a, const char *path, struct str *out,
    const char **why_out)
{
	enum found f = FOUND_BAD;
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return FOUND_NOT;
	if (fd < 0) {
		*why_out = str_printf(a, "%s: %s", path, strerror(errno)).p;
		return FOUND_BAD;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		*why_out = str_printf(a, "%s is not a file", path).p;
	else if (st.st_size > LIMIT_TEMPLATE)
		*why_out = str_printf(a, "%s is larger than %d bytes", path,
		    LIMIT_TEMPLATE).p;
	else if (!read_all(a, fd, (size_t)st.st_size, out))
		*why_out = str_printf(a, "%s cannot be read", path).p;
	else
		f = FOUND;
	close(fd);
	return f;
}

/* dir/lang/name, then dir/name */
static enum found
read_below(struct arena *a, const char *dir, const char *lang,
    const char *name, struct str *out, const char **path_out,
    const char **why_out)
{
	enum found f = FOUND_NOT;

	if (dir == NULL || *dir == '\0')
		return FOUND_NOT;
	if (tag_valid(str_of(lang))) {
		*path_out = str_printf(a, "%s/%s/%s", dir, lang, name).p;
		f = read_file(a, *path_out, out, why_out);
	}
	if (f != FOUND_NOT)
		return f;
	*path_out = str_printf(a, "%s/%s", dir, name).p;
	return read_file(a, *path_out, out, why_out);
}

bool
template_read(struct arena *a, const struct template_place *at,
    const char *lang, const char *name, struct str *text_out,
    const char **path_out, const char **why_out)
{
	enum found f;

	*why_out = "there is no such template";
	if (!template_name_valid(str_of(name)))
		return false;
	f = read_below(a, at->site_dir, lang, name, text_out, path_out,
	    why_out);
	if (f == FOUND_NOT)
		f = read_below(a, at->dir, lang, name, text_out, path_out,
		    why_out);
	return f == FOUND;
}

/* The language */

struct range {
	struct str tag;
	int q;			/* thousandths */
};

/* RFC 9110 §12.4.2; -1 if it is none. */
static int
read_q(struct str s)
{
	static const int scale[] = { 100, 10, 1 };
	size_t i;
	int q;

	if (s.len == 0 || s.len > 5 || (s.p[0] != '0' && s.p[0] != '1') ||
	    (s.len > 1 && s.p[1] != '.'))
		return -1;
	q = (s.p[0] - '0') * 1000;
	for (i = 2; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		q += (s.p[i] - '0') * scale[i - 2];
	}
	return q <= 1000 ? q : -1;
}

static bool
read_range(struct str part, struct range *out)
{
	struct str tag, q;

	str_split(&part, ';', &tag);
	out->tag = str_trim(tag);
	out->q = 1000;
	q = str_trim(part);
	if (part.p != NULL) {
		if (!str_istarts(q, STR("q=")))
			return false;
		out->q = read_q(str_sub(q, 2, SIZE_MAX));
	}
	return out->q >= 0 && (tag_valid(out->tag) ||
	    str_eq(out->tag, STR("*")));
}

/* In the order of preference; what is equal stays as it was sent. */
static size_t
read_ranges(struct str header, struct range r[RANGES_MAX])
{
	struct range x;
	struct str part;
	size_t n = 0, i;

	while (n < RANGES_MAX && str_split(&header, ',', &part)) {
		if (!read_range(str_trim(part), &x))
			continue;
		for (i = n; i > 0 && r[i - 1].q < x.q; i--)
			r[i] = r[i - 1];
		r[i] = x;
		n++;
	}
	return n;
}

/* The folder of this tag as it is spelt in dir, or absent. */
static struct str
find_folder(struct arena *a, const char *dir, struct str tag)
{
	struct str found = STR_NONE, name;
	const struct dirent *e;
	struct stat st;
	DIR *d;

	d = dir != NULL && *dir != '\0' ? opendir(dir) : NULL;
	if (d == NULL)
		return STR_NONE;
	while (found.p == NULL && (e = readdir(d)) != NULL) {
		name = str_of(e->d_name);
		if (str_ieq(name, tag) && fstatat(dirfd(d), e->d_name, &st,
		    0) == 0 && S_ISDIR(st.st_mode))
			found = str_dup(a, name);
	}
	closedir(d);
	return found;
}

static struct str
find_language(struct arena *a, const struct template_place *at,
    struct str tag)
{
	struct str found;

	found = find_folder(a, at->site_dir, tag);
	if (found.p == NULL)
		found = find_folder(a, at->dir, tag);
	if (found.p == NULL && str_ieq(tag, STR("en")))
		found = STR("en");
	return found;
}

static bool
excluded(const struct range *r, size_t n, struct str tag)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (r[i].q == 0 && str_ieq(r[i].tag, tag))
			return true;
	return false;
}

/* "zh-Hant-TW", "zh-Hant", "zh" */
static struct str
look_up(struct arena *a, const struct template_place *at,
    const struct range *r, size_t n, struct str tag)
{
	struct str found = STR_NONE;

	while (tag.len > 0 && found.p == NULL) {
		if (!excluded(r, n, tag))
			found = find_language(a, at, tag);
		while (tag.len > 0 && tag.p[tag.len - 1] != '-')
			tag.len--;
		if (tag.len > 0)
			tag.len--;
	}
	return found;
}

struct str
template_language(struct arena *a, const struct template_place *at,
    struct str accept_language)
{
	struct range r[RANGES_MAX];
	struct str found = STR_NONE;
	size_t n, i;

	n = read_ranges(accept_language, r);
	for (i = 0; i < n && r[i].q > 0 && found.p == NULL; i++)
		found = str_eq(r[i].tag, STR("*")) ? STR("en") :
		    look_up(a, at, r, n, r[i].tag);
	return found.p != NULL ? found : STR("en");
}
