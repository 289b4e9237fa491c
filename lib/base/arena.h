/*
 * Memory with the life of a request.  Allocation never returns NULL: when
 * memory is gone the process ends, and the web server starts another.
 * Everything is wiped at reset, since requests carry secrets.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);	/* NULL is fine */
void arena_reset(struct arena *a);	/* runs deferred calls, wipes, keeps */
void *arena_alloc(struct arena *a, size_t size);	/* zeroed */
void *arena_copy(struct arena *a, const void *p, size_t size);
/* fn(obj) runs at reset or free, last deferred first. */
void arena_defer(struct arena *a, void (*fn)(void *), void *obj);
size_t arena_used(const struct arena *a);	/* bytes */

#define ARENA_NEW(a, type)	((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) \
	((type *)arena_alloc_array((a), (n), sizeof(type)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size);

#endif
