/*
 * libsodium's argon2id is two to three times as fast as libargon2's where
 * the processor has AVX2, but maps and unmaps its memory for every hash and
 * has no hook for it.  So this file answers mmap and munmap for the whole
 * program: within sodium_argon2id() the one mapping of the expected size is
 * lent from hash_region(); every other call goes to the kernel unchanged.
 */
#include "pwhash_internal.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALG_ARGON2ID13	2	/* crypto_pwhash_argon2id_ALG_ARGON2ID13 */
#define BLOCKS_STEP	4	/* RFC 9106 §3.2: m' is a multiple of 4p */

static int (*argon2id)(unsigned char *out, unsigned long long len,
    const char *password, unsigned long long password_len,
    const unsigned char *salt, unsigned long long passes, size_t memory,
    int alg);

static struct {
	bool open;		/* between entry and return */
	size_t size;		/* of the mapping that is expected */
	unsigned char *region;
	bool lent;		/* out on loan now */
	bool served;		/* the last run borrowed it */
} window;

static bool
is_expected(void *addr, size_t len, int prot, int flags, int fd)
{
	return window.open && !window.lent && addr == NULL && fd == -1 &&
	    len == window.size && prot == (PROT_READ | PROT_WRITE) &&
	    (flags & (MAP_ANONYMOUS | MAP_PRIVATE | MAP_FIXED)) ==
	    (MAP_ANONYMOUS | MAP_PRIVATE);
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (is_expected(addr, len, prot, flags, fd)) {
		window.lent = true;
		window.served = true;
		return window.region;
	}
	return (void *)(uintptr_t)syscall(SYS_mmap, addr, len, prot, flags,
	    fd, offset);
}

int
munmap(void *addr, size_t len)
{
	if (window.open && window.lent && addr == window.region &&
	    len == window.size) {
		window.lent = false;
		return 0;
	}
	return (int)syscall(SYS_munmap, addr, len);
}

bool
sodium_load(void)
{
	static bool tried;
	int (*init)(void);
	void *lib;

	if (tried)
		return argon2id != NULL;
	tried = true;
	lib = dlopen("libsodium.so.23", RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL)
		return false;
	*(void **)&init = dlsym(lib, "sodium_init");
	*(void **)&argon2id = dlsym(lib, "crypto_pwhash_argon2id");
	if (init == NULL || init() < 0)
		argon2id = NULL;
	return argon2id != NULL;
}

bool
sodium_argon2id(struct str password, const unsigned char salt[16],
    int64_t memory_kib, int64_t passes, unsigned char *out, size_t len)
{
	size_t blocks = (size_t)memory_kib / BLOCKS_STEP * BLOCKS_STEP;
	int r;

	must(argon2id != NULL);
	window.size = blocks * 1024;
	window.region = hash_region(window.size);
	if (window.region == NULL)
		return false;
	window.served = false;
	window.open = true;
	r = argon2id(out, len, password.p != NULL ? password.p : "",
	    password.len, salt, (unsigned long long)passes,
	    (size_t)memory_kib * 1024, ALG_ARGON2ID13);
	window.open = false;
	must(!window.lent);
	hash_region_done();
	return r == 0;
}

bool
sodium_reuses(void)
{
	return window.served;
}
