/*
 * The list is read-only text inside the program: nothing is read at start,
 * and a search touches a few pages of it.
 */
#include "common_passwords.h"

#include "codec/text.h"

#define REPEAT_MAX	4	/* bytes of a repeated piece */

/* Sorted bytewise, a newline behind each. */
static const char list[] =
#include "common_passwords.inc"
    ;

static struct str
line_around(size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && list[from - 1] != '\n')
		from--;
	while (list[to] != '\n')
		to++;
	return (struct str){ list + from, to - from };
}

static int
compare(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool
is_listed(struct str s)
{
	size_t low = 0, high = sizeof(list) - 1;
	struct str line;
	int order;

	while (low < high) {
		line = line_around(low + (high - low) / 2);
		order = compare(s, line);
		if (order == 0)
			return true;
		if (order < 0)
			high = (size_t)(line.p - list);
		else
			low = (size_t)(line.p - list) + line.len + 1;
	}
	return false;
}

static bool
is_repeated(struct str s)
{
	size_t piece;

	for (piece = 1; piece <= REPEAT_MAX && piece * 2 <= s.len; piece++)
		if (memcmp(s.p, s.p + piece, s.len - piece) == 0)
			return true;
	return false;
}

/* Each character the next one, or each the one before: also 8, 9, 0, 1. */
static bool
is_run(struct str s, int step)
{
	uint32_t before, now, next;

	if (!utf8_next(&s, &before))
		return false;
	while (utf8_next(&s, &now)) {
		next = before + (uint32_t)step;
		if (before == '9' && step == 1)
			next = '0';
		else if (before == '0' && step == -1)
			next = '9';
		if (now != next)
			return false;
		before = now;
	}
	return true;
}

bool
password_is_common(struct str folded)
{
	return is_listed(folded) || is_repeated(folded) ||
	    is_run(folded, 1) || is_run(folded, -1);
}

size_t
common_passwords_count(void)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(list) - 1; i++)
		n += list[i] == '\n';
	return n;
}
