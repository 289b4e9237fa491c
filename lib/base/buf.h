/*
 * A text that grows, up to a maximum that is given at its birth.  Past the
 * maximum nothing more is taken and buf_ok() tells so; memory is the arena's.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "str.h"

struct arena;

struct buf {
	struct arena *arena;
	char *p;
	size_t len, cap, max;
	bool over;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
/* Room for so many bytes at once, so that it grows no more until then. */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t len);
void buf_str(struct buf *b, struct str s);
void buf_cstr(struct buf *b, const char *s);
void buf_char(struct buf *b, char ch);
/* The file's content; false, with errno: it cannot be opened or read. */
MUST_CHECK bool buf_add_file(struct buf *b, const char *path);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
bool buf_ok(const struct buf *b);
struct str buf_view(const struct buf *b);	/* NUL behind */

#endif
