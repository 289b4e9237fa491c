/*
 * Countries by their English names and ISO 3166-1 alpha-2 codes.
 */
#ifndef DOMAIN_COUNTRY_H
#define DOMAIN_COUNTRY_H

#include "base/str.h"

struct arena;

/* The code of a country's name (any letter case, several spellings) or of
 * the code itself; absent when there is none. */
struct str country_code(struct arena *a, struct str name);
/* The name for a code in any letter case; absent when there is none. */
struct str country_name(struct str code);

#endif
