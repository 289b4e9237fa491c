/*
 * Where an address is, by a MaxMind database file of the site's owner.  The
 * library is loaded at the first question; the only user of <maxminddb.h>.
 */
#ifndef CODEC_GEO_H
#define CODEC_GEO_H

#include "base/str.h"

struct arena;

struct geo_place {
	struct str city;	/* in English; absent: not known */
	struct str country;	/* ISO 3166-1 code; absent: not known */
};

/* Can the file be read?  False: *why_out says what is wrong. */
MUST_CHECK bool geo_check(const char *file, const char **why_out);
/* Nothing is known where the file or the library cannot be had. */
struct geo_place geo_find(struct arena *a, const char *file,
    struct str address);

#endif
