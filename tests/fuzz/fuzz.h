/*
 * What every fuzz target includes.  A target is one function that takes bytes
 * from outside, hands them to a parser, and claims what must be true of the
 * outcome (S-149).  It is built twice: with libFuzzer, which searches for
 * bytes that break a claim (./dev fuzz), and with replay.c, which shows the
 * seeds to it in every run of the tests.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* The bytes have no NUL behind them: one read too far is seen. */
void fuzz_one(struct arena *a, struct str s);
extern const char fuzz_name[];
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define claim(x)	((x) ? (void)0 : fuzz_broken(#x, __FILE__, __LINE__))
NORETURN void fuzz_broken(const char *what, const char *file, int line);

/* Up to the first sep, the rest in *rest, which then may be empty. */
struct str fuzz_part(struct str *rest, char sep);
/* Valid UTF-8 without NUL and controls. */
bool fuzz_clean(struct str s);
/* Does one of these bytes stand in s? */
bool fuzz_has_any(struct str s, const char *bytes);
bool fuzz_contains(struct str s, struct str part);

/* A configuration like that of a real site; lines is put in front. */
const struct config *fuzz_config(struct arena *a, const char *lines);
#define FUZZ_KEY	"9f3c1d52-7b1e-4c55-9a0e-2f6d8e41b7aa"
#define FUZZ_SECRET	"5b0d6c7e-1f2a-4b3c-8d9e-0a1b2c3d4e5f"
#define FUZZ_MASTER	"3d1c9be07a5f42686e1d0b93f7a8c452" \
			"1f0e6d5b3c2a498770a1b2c3d4e5f608"

#endif
