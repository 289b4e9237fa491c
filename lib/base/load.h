/*
 * Libraries that few requests need are loaded when one does.
 */
#ifndef BASE_LOAD_H
#define BASE_LOAD_H

#include "base.h"

struct load_symbol {
	void *at;		/* a pointer to a function */
	const char *name;
};
/* Sets what each of n points to.  False: the library, or one of them, is not
 * there. */
MUST_CHECK bool load_symbols(const char *library,
    const struct load_symbol *list, size_t n);

#endif
