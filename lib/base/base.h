/*
 * What every file of Doorward may rely on: the standard types, the
 * attributes, and the check for our own mistakes.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK	__attribute__((warn_unused_result))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))
#define NORETURN	__attribute__((noreturn))
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* Our own mistakes end the process, in every build. */
#define must(x)	((x) ? (void)0 : must_fail(#x, __FILE__, __LINE__))
NORETURN void must_fail(const char *what, const char *file, int line);

#include "banned.h"

#endif
