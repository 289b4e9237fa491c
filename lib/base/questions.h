/*
 * The site's security questions, read with the configuration.
 */
#ifndef BASE_QUESTIONS_H
#define BASE_QUESTIONS_H

#include "str.h"

struct arena;

#define QUESTIONS_MAX	100
#define QUESTION_ID_MAX	64	/* bytes */

struct question { struct str id, text; };
struct questions { const struct question *items; size_t n; };

/*
 * "id=text", divided by semicolons in list, by line ends in the file ("": no
 * file).  False: *wrong_out says what is wrong, *in_file_out where.
 */
MUST_CHECK bool questions_read(struct arena *a, struct str list,
    struct str file, struct questions *out, bool *in_file_out,
    const char **wrong_out);
/* NULL: there is none of this id. */
const struct question *questions_find(const struct questions *q,
    struct str id);

#endif
