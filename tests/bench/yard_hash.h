/*
 * One argon2id run for the yardsticks, with Doorward's engines but without
 * its limit of simultaneous runs.
 */
#ifndef YARD_HASH_H
#define YARD_HASH_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

bool yard_hash_verify(struct arena *a, const char *phc, const char *password);
/* A new hash of Doorward's default cost as a PHC text; salt: 16 bytes. */
void yard_hash_make(struct arena *a, const char *password,
    const unsigned char *salt, char *phc, size_t max);

#endif
