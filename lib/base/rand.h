/*
 * Randomness from the kernel, with no fallback: a failing source ends the
 * process before a secret is issued.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include "str.h"

void rand_bytes(void *p, size_t len);
uint32_t rand_below(uint32_t n);	/* uniform, by rejection */
/* n decimal digits, NUL behind: out has n + 1 bytes. */
void rand_digits(char *out, size_t n);
/* Tests replace the source; NULL gives the kernel's back. */
void rand_set_source(bool (*fn)(void *p, size_t len));

#endif
