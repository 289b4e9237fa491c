/*
 * Custom objects.
 */
#ifndef STORE_STORE_OBJECT_H
#define STORE_STORE_OBJECT_H

#include "base/ctx.h"
#include "base/err.h"

#define STORE_OBJECT_ID	12	/* bytes */

/* Whose, and of which name; hidden: those that their owner does not see,
 * too. */
struct store_object_place {
	struct uid uid;
	struct str name;
	bool hidden;
};
struct store_object {
	struct str id;		/* STORE_OBJECT_ID bytes */
	int64_t hidden, version, created_s, modified_s;
	struct str data;	/* canonical JSON */
};
/* In the order of their making; at most LIMIT_OBJECTS. */
MUST_CHECK enum err store_object_list(struct ctx *c,
    const struct store_object_place *p, struct store_object **out,
    size_t *n_out);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_object_get(struct ctx *c,
    const struct store_object_place *p, struct str id,
    struct store_object *out);
/* Inside a transaction: nobody changes it until its end. */
MUST_CHECK enum err store_object_lock(struct ctx *c,
    const struct store_object_place *p, struct str id,
    struct store_object *out);
/*
 * With the account locked.  *done_out false: there are LIMIT_OBJECTS, or it
 * would be more than LIMIT_OBJECTS_SIZE.
 */
MUST_CHECK enum err store_object_add(struct ctx *c,
    const struct store_object_place *p, const struct store_object *o,
    bool *done_out);
/* The data of the version that was locked; *done_out as above. */
MUST_CHECK enum err store_object_set(struct ctx *c,
    const struct store_object_place *p, const struct store_object *o,
    bool *done_out);
/* What there is under one name. */
struct store_object_room { int64_t n, size; };
MUST_CHECK enum err store_object_room(struct ctx *c,
    const struct store_object_place *p, struct store_object_room *out);

/* Export: which of the accounts from one to another have any, at most max of
 * them; and an account's, behind this name and id (empty: all). */
MUST_CHECK enum err store_object_owners(struct ctx *c, struct uid from,
    struct uid to, size_t max, struct uid **out, size_t *n_out);
struct store_object_of {
	struct str name;
	struct store_object object;
};
MUST_CHECK enum err store_object_page(struct ctx *c, struct uid uid,
    struct str name, struct str id, size_t max, struct store_object_of **out,
    size_t *n_out);

/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_object_drop(struct ctx *c,
    const struct store_object_place *p, struct str id);

#endif
