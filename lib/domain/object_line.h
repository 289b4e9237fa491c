/*
 * One custom object as a line of an export and an import: a JSON object with
 *
 * object		its name; this member comes first
 * uid		whose it is
 * id		24 hex digits; absent: a new one
 * hidden		1: of back ends alone
 * created_s, modified_s
 * data		the object, in whose text nothing changes
 */
#ifndef DOMAIN_OBJECT_LINE_H
#define DOMAIN_OBJECT_LINE_H

#include "base/ctx.h"
#include "base/err.h"
#include "store/store_object.h"

struct object_line {
	struct store_object_place place;
	struct store_object object;
	bool given_id;
};

/* Is it meant to be one? */
bool object_line_is(struct str text);
/*
 * ERR_OK, or why the line is refused, with field and note in c->err: what
 * object_admit says, ERR_BODY_SHAPE, ERR_UID_MALFORMED, ERR_MALFORMED.
 */
MUST_CHECK enum err object_line_judge(struct ctx *c, struct str text,
    struct object_line *out);
struct str object_line_text(struct ctx *c, const struct object_line *l);

#endif
