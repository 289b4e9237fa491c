#ifndef STORE_STORE_SITE_H
#define STORE_STORE_SITE_H

#include "base/ctx.h"
#include "base/err.h"

/* The database with the program's statements; see db_new. */
struct db *store_open(struct arena *process, const struct config *cfg,
    bool prepare_all);

void store_idle(struct ctx *c);		/* see db_idle, db_forget, db_close */
void store_forget(struct ctx *c);
void store_close(struct ctx *c);
const char *store_last_error(const struct ctx *c);
unsigned store_last_errno(const struct ctx *c);

struct store_server { struct str version; int64_t now_s; };

/* 0: no migration was applied. */
MUST_CHECK enum err store_schema_version(struct ctx *c, int64_t *out);
MUST_CHECK enum err store_schema_add(struct ctx *c, int64_t version);
MUST_CHECK enum err store_server_lock(struct ctx *c, struct str name,
    bool *got_out);
MUST_CHECK enum err store_server_unlock(struct ctx *c, struct str name);
MUST_CHECK enum err store_server_facts(struct ctx *c,
    struct store_server *out);

enum store_clean { CLEAN_SESSION, CLEAN_REFRESH, CLEAN_TICKET, CLEAN_FAILURE,
	CLEAN_METER, CLEAN_MARK, CLEAN_OUTBOX, CLEAN_AUDIT, CLEAN_PENDING,
	CLEAN_HELD, CLEAN_PIN_SESSION, CLEAN_DEVICE, CLEAN_SIGNING_KEY,
	CLEAN_KINDS };
/* One batch of at most 500 rows older than the time. */
MUST_CHECK enum err store_clean(struct ctx *c, enum store_clean what,
    int64_t before_s, int64_t *removed_out);

#endif
