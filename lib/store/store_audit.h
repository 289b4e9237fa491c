#ifndef STORE_STORE_AUDIT_H
#define STORE_STORE_AUDIT_H

#include "base/ctx.h"
#include "base/err.h"

struct store_audit {
	struct uid id, uid;		/* uid zero: NULL */
	int64_t at_s;
	struct str event, address, request_id, detail;
};

MUST_CHECK enum err store_audit_insert(struct ctx *c,
    const struct store_audit *a);
MUST_CHECK enum err store_audit_insert_two(struct ctx *c,
    const struct store_audit a[2]);

#endif
