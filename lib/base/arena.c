#include "arena.h"

#define CHUNK	(16 * 1024)
#define KEEP	(256 * 1024)	/* more goes back to the system */
#define ALIGN	16

/* Under the address sanitizer what is not handed out may not be touched, and
 * a gap follows each piece. */
#if defined(__SANITIZE_ADDRESS__)
#define GUARDED	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED	1
#endif
#endif
#ifdef GUARDED
#include <sanitizer/asan_interface.h>
#define GAP	ALIGN
#else
#define GAP	0
#define ASAN_POISON_MEMORY_REGION(p, size)	((void)(p), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(p, size)	((void)(p), (void)(size))
#endif

struct chunk {
	struct chunk *next;
	size_t size, used;
	unsigned char data[] __attribute__((aligned(ALIGN)));
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *obj;
};

/* What is not handed out is zero in every chunk: so it comes, and so a reset
 * leaves it. */
struct arena {
	struct chunk *head;	/* handed out from */
	struct chunk *spare;	/* kept for later */
	struct deferred *deferred;
};

static void *
must_alloc(size_t size)
{
	void *p;

	p = calloc(1, size);
	if (p == NULL) {
		fputs("doorward: out of memory\n", stderr);
		abort();
	}
	return p;
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *k;

	k = must_alloc(sizeof(*k) + size);
	k->size = size;
	ASAN_POISON_MEMORY_REGION(k->data, size);
	return k;
}

/* A spare one with room, else a new one. */
static void
next_chunk(struct arena *a, size_t need)
{
	struct chunk **at = &a->spare, *k;

	while (*at != NULL && (*at)->size < need)
		at = &(*at)->next;
	k = *at;
	if (k != NULL)
		*at = k->next;
	else
		k = chunk_new(need > CHUNK ? need : CHUNK);
	k->next = a->head;
	a->head = k;
}

static void
chunk_free(struct chunk *k)
{
	ASAN_UNPOISON_MEMORY_REGION(k->data, k->size);
	free(k);
}

static void
free_all(struct chunk *k)
{
	struct chunk *next;

	for (; k != NULL; k = next) {
		next = k->next;
		chunk_free(k);
	}
}

struct arena *
arena_new(void)
{
	struct arena *a;

	a = must_alloc(sizeof(*a));
	a->head = chunk_new(CHUNK);
	return a;
}

static void
run_deferred(struct arena *a)
{
	struct deferred *d;

	while ((d = a->deferred) != NULL) {
		a->deferred = d->next;
		d->fn(d->obj);
	}
}

static void
wipe(struct chunk *k)
{
	ASAN_UNPOISON_MEMORY_REGION(k->data, k->size);
	explicit_bzero(k->data, k->used);
	ASAN_POISON_MEMORY_REGION(k->data, k->size);
	k->used = 0;
}

/* As many as KEEP allows, the oldest in front. */
void
arena_reset(struct arena *a)
{
	struct chunk *k, *next;
	size_t kept = 0;

	run_deferred(a);
	for (k = a->spare; k != NULL; k = k->next)
		kept += k->size;
	for (k = a->head; k != NULL; k = next) {
		next = k->next;
		wipe(k);
		if (kept + k->size > KEEP) {
			chunk_free(k);
			continue;
		}
		kept += k->size;
		k->next = a->spare;
		a->spare = k;
	}
	a->head = NULL;
	next_chunk(a, 0);
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free_all(a->head);
	free_all(a->spare);
	free(a);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct chunk *k = a->head;
	size_t need;
	void *p;

	must(size <= SIZE_MAX / 2);
	need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need == 0)
		need = ALIGN;
	need += GAP;
	if (k->size - k->used < need) {
		next_chunk(a, need);
		k = a->head;
	}
	p = k->data + k->used;
	k->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *
arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	size_t all;

	must(!__builtin_mul_overflow(n, size, &all));
	return arena_alloc(a, all);
}

void *
arena_copy(struct arena *a, const void *p, size_t size)
{
	void *to;

	to = arena_alloc(a, size);
	if (size > 0)
		memcpy(to, p, size);
	return to;
}

void
arena_defer(struct arena *a, void (*fn)(void *), void *obj)
{
	struct deferred *d;

	d = ARENA_NEW(a, struct deferred);
	d->fn = fn;
	d->obj = obj;
	d->next = a->deferred;
	a->deferred = d;
}

size_t
arena_used(const struct arena *a)
{
	const struct chunk *k;
	size_t n = 0;

	for (k = a->head; k != NULL; k = k->next)
		n += k->used;
	return n;
}
