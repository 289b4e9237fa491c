/*
 * The end of all sessions of all accounts: what a restored backup brought back
 * to life (S-147).
 */
#include "session.h"

#include "audit.h"
#include "base/clock.h"
#include "store/store_site.h"

#define BATCH		500
#define TRIES		100	/* others may be at the same rows */
#define WAIT_MS		50

static const struct uid nobody;

static enum err
sweep(struct ctx *c, enum store_clean what, int64_t *rows_io)
{
	int64_t n = BATCH;
	int tries = 0;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == BATCH) {
		e = store_clean(c, what, INT64_MAX, &n);
		if (e == ERR_OK) {
			*rows_io += n;
		} else if (e == ERR_RETRY && ++tries < TRIES) {
			clock_sleep_ms(WAIT_MS);
			n = BATCH;
			e = ERR_OK;
		}
	}
	return e;
}

/* What was being renewed in the first round goes in the second. */
enum err
session_end_everybody(struct ctx *c, int64_t *rows_out)
{
	static const enum store_clean kinds[] = { CLEAN_REFRESH,
		CLEAN_PIN_SESSION, CLEAN_TICKET, CLEAN_DEVICE,
		CLEAN_SESSION };
	enum err e;
	size_t i;

	*rows_out = 0;
	e = audit_add(c, "sessions_revoked", nobody, "everybody");
	for (i = 0; i < 2 * COUNT(kinds) && e == ERR_OK; i++)
		e = sweep(c, kinds[i % COUNT(kinds)], rows_out);
	return e;
}
