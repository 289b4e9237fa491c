/*
 * Rule strings of form fields: "required|min_length[2]|custom_validation[
 * ^[A-Z]###Begin with a capital.]".  One reader for the registration schema
 * and for the rules of passwords.
 */
#ifndef CODEC_RULES_H
#define CODEC_RULES_H

#include "base/str.h"

struct arena;
struct rule;

#define RULES_MAX	32	/* in one string */

struct rules {
	bool required;
	bool is_email, is_number;	/* what an input may ask for */
	int64_t min_length, max_length;	/* code points; 0: none */
	int64_t exact_length;		/* 0: none; not in the two above */
	struct str matches;		/* the other field; absent: none */
	const struct rule *rule;	/* the others, in their order */
	size_t n;
};

/*
 * Patterns are written for JavaScript and matched here as POSIX extended
 * expressions (IEEE 1003.1 §9.4), of bytes: what the two read alike is
 * translated, anything else refused, so that no rule means something else
 * than its author wrote.  There are no references back, at most 256 bytes and
 * 1000 counted repeats: a match takes time in proportion to the text.
 * False: *error_out says what is wrong.  a owns the result.
 */
MUST_CHECK bool rules_read(struct arena *a, struct str text,
    struct rules *out, const char **error_out);
/*
 * What is wrong with a text: sentences in out, which has room for RULES_MAX +
 * 3; returns how many.  required and matches are the caller's to judge, who
 * knows the other fields, and does not ask about an empty text.
 */
size_t rules_judge(struct arena *a, const struct rules *r, struct str text,
    const char **out);
/* All that a text must meet, as sentences: for a hint.  out as above. */
size_t rules_hints(struct arena *a, const struct rules *r, const char **out);

#endif
