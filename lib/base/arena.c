#include "arena.h"

#define CHUNK	(16 * 1024)
#define KEEP	(256 * 1024)	/* larger chunks go back to the system */
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

struct arena {
	struct chunk *head;
	struct deferred *deferred;
};

static void *
must_alloc(size_t size)
{
	void *p;

	p = malloc(size);
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
	k->next = NULL;
	k->size = size;
	k->used = 0;
	ASAN_POISON_MEMORY_REGION(k->data, size);
	return k;
}

struct arena *
arena_new(void)
{
	struct arena *a;

	a = must_alloc(sizeof(*a));
	a->head = chunk_new(CHUNK);
	a->deferred = NULL;
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

void
arena_reset(struct arena *a)
{
	struct chunk *k, *next, *keep = NULL;

	run_deferred(a);
	for (k = a->head; k != NULL; k = next) {
		next = k->next;
		ASAN_UNPOISON_MEMORY_REGION(k->data, k->size);
		explicit_bzero(k->data, k->used);
		ASAN_POISON_MEMORY_REGION(k->data, k->size);
		k->used = 0;
		if (keep == NULL && k->size <= KEEP) {
			keep = k;
			keep->next = NULL;
		} else {
			free(k);
		}
	}
	a->head = keep != NULL ? keep : chunk_new(CHUNK);
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->head);
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
		k = chunk_new(need > CHUNK ? need : CHUNK);
		k->next = a->head;
		a->head = k;
	}
	p = k->data + k->used;
	k->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	memset(p, 0, size);
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
