/*
 * Custom objects: records of JSON beside the profile, of names that the
 * site has declared.  Answers are JSON texts, ready to be sent.
 */
#ifndef DOMAIN_OBJECT_H
#define DOMAIN_OBJECT_H

#include "base/ctx.h"
#include "base/err.h"

struct object_place {
	struct uid uid;
	struct str name;
	bool own;		/* the owner asks, not a back end */
};

/*
 * All of them: ERR_OBJECTS_OFF; ERR_OBJECT_NAME_UNKNOWN for a name that is
 * not declared, or closed to the owner; ERR_USER_UNKNOWN of a back end's uid
 * that is nobody's.  Ids are as they came: one that is not the account's, or
 * hidden from its owner, or no id at all, is ERR_OBJECT_UNKNOWN.
 */
MUST_CHECK enum err object_list(struct ctx *c, const struct object_place *p,
    struct str *out);
MUST_CHECK enum err object_get(struct ctx *c, const struct object_place *p,
    struct str id, struct str *out);
/*
 * C1, C6.  A back end's IsClientSideDisable is taken out of the data, and
 * hides the record.  ERR_OBJECT_BODY, ERR_BODY_SHAPE, ERR_OBJECTS_FULL.
 */
MUST_CHECK enum err object_create(struct ctx *c,
    const struct object_place *p, struct str body, struct str *out);
/*
 * C4, C9.  type: replace, or partialreplace (default; absent), which sets
 * the named members and keeps the others.  ERR_PARAMETER for another;
 * errors of object_create.
 */
MUST_CHECK enum err object_update(struct ctx *c,
    const struct object_place *p, struct str id, struct str type,
    struct str body, struct str *out);
MUST_CHECK enum err object_delete(struct ctx *c,
    const struct object_place *p, struct str id);

/* For an import: is the name declared, and may these be an object's data?
 * *data_out is the text that is kept.  Errors of object_create. */
MUST_CHECK enum err object_admit(struct ctx *c, struct str name,
    struct str data, struct str *data_out);

#endif
