#include "yard_hash.h"

#include <argon2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "codec/text.h"
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

static bool
run(const struct phc *p, const char *password, unsigned char *tag)
{
	return strcmp(pwhash_engine(), "libsodium") == 0 ?
	    sodium_argon2id(str_of(password), p->salt, p->memory_kib,
	    p->passes, tag, p->tag_len) : by_libargon2(p, password, tag);
}

bool
yard_hash_verify(struct arena *a, const char *phc, const char *password)
{
	unsigned char tag[PHC_TAG_MAX];
	struct phc p;

	return phc_parse(a, str_of(phc), &p) && run(&p, password, tag) &&
	    memcmp(tag, p.tag, p.tag_len) == 0;
}

/* Base64 as in a PHC text: without padding. */
static struct str
unpadded(struct arena *a, const unsigned char *p, size_t len)
{
	struct str s = base64_encode(a, p, len);

	while (s.len > 0 && s.p[s.len - 1] == '=')
		s.len--;
	return s;
}

void
yard_hash_make(struct arena *a, const char *password,
    const unsigned char *salt, char *phc, size_t max)
{
	struct phc p = { .id = true, .version = ARGON2_VERSION_13,
		.memory_kib = 19456, .passes = 2, .lanes = 1,
		.salt_len = 16, .tag_len = 32 };

	memcpy(p.salt, salt, p.salt_len);
	if (!run(&p, password, p.tag))
		abort();
	snprintf(phc, max, "$argon2id$v=19$m=19456,t=2,p=1$%.*s$%.*s",
	    STR_FMT(unpadded(a, p.salt, p.salt_len)),
	    STR_FMT(unpadded(a, p.tag, p.tag_len)));
}
