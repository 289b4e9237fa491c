/*
 * Which line of an import has a name: a set that a million of them fit in.
 * Names are told apart by 128 bits of their SHA-256.
 */
#ifndef DOMAIN_IMPORT_NAMES_H
#define DOMAIN_IMPORT_NAMES_H

#include "base/arena.h"
#include "base/str.h"

struct import_names;

struct import_names *import_names_new(struct arena *a);
/* The line that was put for it; 0: none.  kind tells alike texts apart. */
int64_t import_names_line(const struct import_names *set, int64_t kind,
    struct str name);
void import_names_put(struct import_names *set, int64_t kind, struct str name,
    int64_t line);

#endif
