/*
 * The hash of tokens, which each check makes once.  OpenSSL's general
 * interface takes memory three times for it; these functions do the same on
 * the stack.
 */
#define OPENSSL_API_COMPAT	10100	/* from OpenSSL 3 on "deprecated" */

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "keys.h"

void
sha256(const void *p, size_t len, unsigned char out[32])
{
	SHA256_CTX ctx;

	must(SHA256_Init(&ctx) == 1 && SHA256_Update(&ctx, p, len) == 1 &&
	    SHA256_Final(out, &ctx) == 1);
	OPENSSL_cleanse(&ctx, sizeof(ctx));
}
