/*
 * Faults made on purpose, one by each argument: what ./dev test sanitize
 * relies on must see them.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"

static volatile int sink;
static char *volatile lost;

static void
overrun_heap(void)
{
	char *p = malloc(10);

	p[0] = 1;
	sink = p[10 + sink];
	free(p);
}

static void
use_after_free(void)
{
	char *p = malloc(10);

	p[0] = 1;
	free(p);
	sink = p[0];
}

static void
overrun_arena(void)
{
	struct arena *a = arena_new();
	char *p = arena_alloc(a, 10);

	arena_alloc(a, 10);
	sink = p[10];
}

static void
use_after_reset(void)
{
	struct arena *a = arena_new();
	char *p = arena_alloc(a, 10);

	arena_reset(a);
	sink = p[0];
}

static void
overflow_number(void)
{
	int big = INT_MAX - sink;

	sink = big + 1;
}

static void
leak(void)
{
	lost = malloc(10);
	lost = NULL;
}

/* For memcheck: the sanitizers built here do not look for this. */
static void
use_unset(void)
{
	int *p = malloc(sizeof(*p));

	if (*p == 7)
		puts("seven");
	free(p);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} faults[] = {
		{ "overrun_heap", overrun_heap },
		{ "use_after_free", use_after_free },
		{ "overrun_arena", overrun_arena },
		{ "use_after_reset", use_after_reset },
		{ "overflow_number", overflow_number },
		{ "leak", leak },
		{ "use_unset", use_unset }
	};
	size_t i;

	for (i = 0; argc == 2 && i < COUNT(faults); i++)
		if (str_eq(str_of(argv[1]), str_of(faults[i].name))) {
			faults[i].fn();
			return 0;
		}
	return 3;
}
