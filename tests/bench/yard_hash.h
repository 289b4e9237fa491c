/*
 * One argon2id run for the yardsticks, with Doorward's engines but without
 * its limit of simultaneous runs.
 */
#ifndef YARD_HASH_H
#define YARD_HASH_H

#include <stdbool.h>

struct arena;

bool yard_hash_verify(struct arena *a, const char *phc, const char *password);

#endif
