#include "buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "arena.h"

void
buf_init(struct buf *b, struct arena *a, size_t max)
{
	*b = (struct buf){ .arena = a, .max = max };
	b->p = arena_alloc(a, 64);
	b->cap = 63;
}

static bool
reserve(struct buf *b, size_t more)
{
	size_t cap;
	char *p;

	if (b->over || more > b->max || b->len > b->max - more) {
		b->over = true;
		return false;
	}
	if (b->len + more <= b->cap)
		return true;
	cap = b->cap * 2;
	if (cap < b->len + more)
		cap = b->len + more;
	if (cap > b->max)
		cap = b->max;
	p = arena_alloc(b->arena, cap + 1);
	memcpy(p, b->p, b->len);
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_reserve(struct buf *b, size_t more)
{
	(void)reserve(b, b->max - b->len < more ? b->max - b->len : more);
}

void
buf_add(struct buf *b, const void *p, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

void
buf_cstr(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char ch)
{
	buf_add(b, &ch, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->cap - b->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->p + b->len, room + 1, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if (!reserve(b, (size_t)n)) {
		b->p[b->len] = '\0';
		return;
	}
	if ((size_t)n > room) {
		va_start(ap, fmt);
		vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

bool
buf_add_file(struct buf *b, const char *path)
{
	char part[8192];
	int failed = 0;
	size_t n;
	FILE *f;

	f = fopen(path, "re");
	if (f == NULL)
		return false;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(b, part, n);
	if (ferror(f))
		failed = errno != 0 ? errno : EIO;
	fclose(f);
	errno = failed;
	return failed == 0;
}

bool
buf_ok(const struct buf *b)
{
	return !b->over;
}

struct str
buf_view(const struct buf *b)
{
	return (struct str){ b->p, b->len };
}
