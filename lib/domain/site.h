/*
 * The installation itself: schema, clean-up, server facts.
 */
#ifndef DOMAIN_SITE_H
#define DOMAIN_SITE_H

#include "base/ctx.h"
#include "base/err.h"

/* The database with our statements; FastCGI prepares all at connect. */
void site_open(struct ctx *c, struct arena *process, bool prepare_all);

/* Apply schema/NNNN_*.sql that are not applied yet; safe to repeat, to kill
 * and to run twice at once.  *from_out and *to_out: schema numbers. */
MUST_CHECK enum err site_migrate(struct ctx *c, const char *schema_dir,
    int64_t *from_out, int64_t *to_out);
/* ERR_OK, or ERR_CONFIG with a note: schema missing, older or newer. */
MUST_CHECK enum err site_schema_check(struct ctx *c);
/* The database server's version, and how far its clock is ahead of ours. */
struct site_server { struct str version; int64_t ahead_s; };
MUST_CHECK enum err site_server(struct ctx *c, struct site_server *out);
/* One round of clean-up: batches of at most 500 rows, one sweeper at a time
 * on this machine, stopping at budget_ms.  Adds to *removed_out. */
MUST_CHECK enum err site_clean(struct ctx *c, int64_t budget_ms,
    int64_t *removed_out);

#endif
