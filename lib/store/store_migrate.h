/*
 * Schema files: numbered, forward only, each statement safe to repeat.
 */
#ifndef STORE_STORE_MIGRATE_H
#define STORE_STORE_MIGRATE_H

#include "base/ctx.h"
#include "base/err.h"

/* The table that records what was applied; from now on the connection waits
 * for what takes long. */
MUST_CHECK enum err store_migrate_prepare(struct ctx *c);
/*
 * Run one file's statements in their order.  What is there already (a table,
 * column or index of an earlier, interrupted run) counts as done.
 */
MUST_CHECK enum err store_migrate_text(struct ctx *c, struct str text);

#endif
