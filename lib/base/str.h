/*
 * struct str: a view of bytes, never their owner.  The bytes are followed by
 * a NUL wherever the view was made by this library, and may hold NULs.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base.h"

struct arena;

struct str {
	const char *p;		/* NULL: absent, which is not empty */
	size_t len;
};

#define STR(lit)	((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE	((struct str){ NULL, 0 })
#define STR_FMT(s)	(int)(s).len, (s).p	/* for "%.*s" */

/* Here, so that the compiler counts the letters of what it can see. */
static inline struct str
str_of(const char *s)			/* borrows; NULL gives STR_NONE */
{
	return s == NULL ? STR_NONE : (struct str){ s, strlen(s) };
}

static inline bool
str_present(struct str s)		/* not absent and not empty */
{
	return s.p != NULL && s.len > 0;
}

static inline bool
str_eq(struct str a, struct str b)
{
	/* NOLINTNEXTLINE: where p is NULL, len is 0 */
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool str_ieq(struct str a, struct str b);	/* ASCII letters alike */
bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, char ch);
struct str str_sub(struct str s, size_t from, size_t len);	/* clamped */
struct str str_trim(struct str s);	/* ASCII blanks and tabs */
/* Copies into the arena, NUL behind. */
struct str str_dup(struct arena *a, struct str s);
const char *str_cstr(struct arena *a, struct str s);
struct str str_lower(struct arena *a, struct str s);	/* ASCII */
struct str str_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/*
 * Up to the next sep; the rest is left in *rest.  False when nothing is left.
 */
bool str_split(struct str *rest, char sep, struct str *part_out);
/* For tables of names that are short and ours; letters in any case alike. */
uint32_t str_hash(struct str s);
#define STR_INT	20			/* bytes that any number fits into */
size_t str_put_int(char *at, int64_t n);	/* its length; no NUL behind */
/* Plain decimal digits only, no sign, no blank; false if out of range. */
bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out);

#endif
