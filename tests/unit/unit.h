/*
 * What every unit test includes: cmocka with the headers it asks for, and a
 * few comparisons for our own types.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

#define UNIT_KEY	"9f3c1d52-7b1e-4c55-9a0e-2f6d8e41b7aa"
#define UNIT_SECRET	"5b0d6c7e-1f2a-4b3c-8d9e-0a1b2c3d4e5f"
#define UNIT_MASTER	"3d1c9be07a5f42686e1d0b93f7a8c452" \
			"1f0e6d5b3c2a498770a1b2c3d4e5f608"
#define UNIT_OTHER_MASTER "c7a90e13b5d248f69e70c1a3d5f28b46" \
			"90e1f2d3c4b5a6978812035467a9bcde"

#define assert_str(s, text)	do {					\
	struct str s_ = (s), t_ = str_of(text);				\
	if (!str_eq(s_, t_))						\
		fail_msg("\"%.*s\" is not \"%.*s\"", STR_FMT(s_),	\
		    STR_FMT(t_));					\
} while (0)

#define assert_has(text, part)	do {					\
	if (strstr((text), (part)) == NULL)				\
		fail_msg("\"%s\" does not hold \"%s\"", (text),		\
		    (part));						\
} while (0)

#endif
