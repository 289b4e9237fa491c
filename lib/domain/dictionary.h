/*
 * Leaked passwords and words of dictionaries, as a Bloom filter in a file
 * that dictionary.py makes.
 */
#ifndef DOMAIN_DICTIONARY_H
#define DOMAIN_DICTIONARY_H

#include "base/ctx.h"
#include "base/err.h"

/*
 * folded: text_fold of a normalised password.  Every entry is found; of other
 * texts one in 1200.  A file that cannot be read is logged and holds nothing:
 * it must not lock people out.
 */
bool dictionary_has(struct ctx *c, struct str folded);
/* ERR_CONFIG with a note: the file is missing or is none of ours.
 * *entries_out: how many it was made of. */
MUST_CHECK enum err dictionary_check(struct ctx *c, int64_t *entries_out);

#endif
