/*
 * The rules of the guard: which part of the site asks for what.  Read with
 * the configuration.
 */
#ifndef BASE_AREAS_H
#define BASE_AREAS_H

#include "str.h"

struct arena;

#define AREAS_MAX	200

struct area {
	struct str path;	/* decoded, no slash at its end: "" is all */
	bool anyone;		/* nothing is asked for */
	bool verified;		/* a confirmed email address */
	int64_t factor_s;	/* second factor not longer ago; 0: none */
	const struct str *roles;	/* each: one of "a|b" */
	size_t n_roles;
};
struct areas { const struct area *items; size_t n; };

/*
 * "PATH WORDS; PATH WORDS": the words are anyone, or any of signed_in,
 * verified, factor:MINUTES and role:NAME|NAME, all of which must hold.
 * False: *wrong_out says what is wrong.
 */
MUST_CHECK bool areas_read(struct arena *a, struct str rules,
    struct areas *out, const char **wrong_out);

#endif
