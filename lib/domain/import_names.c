#include "import_names.h"

#include "crypto/keys.h"

#define FIRST_SIZE	4096	/* slots; twice as many when half are used */
#define NAME_MAX	256
#define KEY		16

struct slot {
	unsigned char key[KEY];
	int64_t line;		/* 0: free */
};

struct import_names {
	struct arena *arena;
	struct slot *slots;
	size_t size, n;
};

struct import_names *
import_names_new(struct arena *a)
{
	struct import_names *set = ARENA_NEW(a, struct import_names);

	set->arena = a;
	set->size = FIRST_SIZE;
	set->slots = ARENA_ARRAY(a, struct slot, set->size);
	return set;
}

static void
key_of(int64_t kind, struct str name, unsigned char key[KEY])
{
	char text[sizeof(kind) + NAME_MAX];
	unsigned char hash[32];

	must(name.len <= NAME_MAX);
	memcpy(text, &kind, sizeof(kind));
	memcpy(text + sizeof(kind), name.p, name.len);
	sha256(text, sizeof(kind) + name.len, hash);
	memcpy(key, hash, KEY);
}

/* Its slot, or the free one where it belongs. */
static struct slot *
find(const struct import_names *set, const unsigned char key[KEY])
{
	size_t at;

	memcpy(&at, key, sizeof(at));
	for (at %= set->size; set->slots[at].line != 0;
	    at = (at + 1) % set->size)
		if (memcmp(set->slots[at].key, key,	/* not secret */
		    KEY) == 0)
			break;
	return &set->slots[at];
}

static void
grow(struct import_names *set)
{
	struct import_names larger = *set;
	size_t i;

	larger.size = 2 * set->size;
	larger.slots = ARENA_ARRAY(set->arena, struct slot, larger.size);
	for (i = 0; i < set->size; i++)
		if (set->slots[i].line != 0)
			*find(&larger, set->slots[i].key) = set->slots[i];
	*set = larger;
}

int64_t
import_names_line(const struct import_names *set, int64_t kind,
    struct str name)
{
	unsigned char key[KEY];

	key_of(kind, name, key);
	return find(set, key)->line;
}

void
import_names_put(struct import_names *set, int64_t kind, struct str name,
    int64_t line)
{
	struct slot new = { .line = line };
	struct slot *at;

	if (2 * (set->n + 1) > set->size)
		grow(set);
	key_of(kind, name, new.key);
	at = find(set, new.key);
	if (at->line == 0)
		set->n++;
	*at = new;
}
