#include "yard_hash.h"

#include <argon2.h>
#include <string.h>

#include "crypto/pwhash.h"
#include "crypto/pwhash_internal.h"

static int
lend(uint8_t **memory, size_t size)
{
	*memory = hash_region(size);
	return *memory == NULL;
}

static void
give_back(uint8_t *memory, size_t size)
{
	(void)memory;
	(void)size;
	hash_region_done();
}

static bool
by_libargon2(const struct phc *p, const char *password, unsigned char *out)
{
	argon2_context ctx = {
		.out = out, .outlen = (uint32_t)p->tag_len,
		.pwd = (uint8_t *)(uintptr_t)password,
		.pwdlen = (uint32_t)strlen(password),
		.salt = (uint8_t *)(uintptr_t)p->salt,
		.saltlen = (uint32_t)p->salt_len,
		.t_cost = (uint32_t)p->passes,
		.m_cost = (uint32_t)p->memory_kib,
		.lanes = 1, .threads = 1, .version = ARGON2_VERSION_13,
		.allocate_cbk = lend, .free_cbk = give_back
	};

	return argon2id_ctx(&ctx) == ARGON2_OK;
}

bool
yard_hash_verify(struct arena *a, const char *phc, const char *password)
{
	unsigned char tag[PHC_TAG_MAX];
	struct phc p;
	bool ok;

	if (!phc_parse(a, str_of(phc), &p))
		return false;
	ok = strcmp(pwhash_engine(), "libsodium") == 0 ?
	    sodium_argon2id(str_of(password), p.salt, p.memory_kib, p.passes,
	    tag, p.tag_len) : by_libargon2(&p, password, tag);
	return ok && memcmp(tag, p.tag, p.tag_len) == 0;
}
