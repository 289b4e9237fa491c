/*
 * PINs, and the sessions in which a PIN alone is enough.
 */
#ifndef STORE_STORE_PIN_H
#define STORE_STORE_PIN_H

#include "base/ctx.h"
#include "base/err.h"

struct store_pin {
	struct str phc;
};
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_pin_get(struct ctx *c, struct uid uid,
    struct store_pin *out);
/* Counts a try; false: max tries were counted before, or there is no PIN. */
MUST_CHECK enum err store_pin_try(struct ctx *c, struct uid uid, int64_t max,
    bool *counted_out);
/* Gives a try back that was never judged. */
MUST_CHECK enum err store_pin_untry(struct ctx *c, struct uid uid);
/* The first one: ERR_CONFLICT when there is one. */
MUST_CHECK enum err store_pin_add(struct ctx *c, struct uid uid,
    struct str phc, int64_t now_s);
/* In the place of old, which ends the count of failures.  ERR_NOT_FOUND: it
 * is another one by now. */
MUST_CHECK enum err store_pin_change(struct ctx *c, struct uid uid,
    struct str old, struct str phc, int64_t now_s);
/* Whatever the present one is; ERR_NOT_FOUND when there is none. */
MUST_CHECK enum err store_pin_reset(struct ctx *c, struct uid uid,
    struct str phc, int64_t now_s);
/* In the account's row: when it was set, when it was skipped; 0: not. */
MUST_CHECK enum err store_pin_note(struct ctx *c, struct uid uid,
    int64_t changed_s, int64_t skipped_s, int64_t now_s);

struct store_pin_session {
	unsigned char token_hash[32];
	struct uid uid, family;
	int64_t generation;		/* 0: ended */
	int64_t created_s, expires_s, tries;
	int64_t account_generation, account_state;	/* when read */
};
MUST_CHECK enum err store_pin_session_insert(struct ctx *c,
    const struct store_pin_session *s);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_pin_session_read(struct ctx *c,
    const unsigned char token_hash[32], struct store_pin_session *out);
/* Counts a try; false: max tries were counted before, or it has ended. */
MUST_CHECK enum err store_pin_session_try(struct ctx *c,
    const unsigned char token_hash[32], int64_t max, bool *counted_out);
/* Gives a try back that was never judged. */
MUST_CHECK enum err store_pin_session_untry(struct ctx *c,
    const unsigned char token_hash[32]);
/* After a right try: it belongs to this family from now on, and its count
 * begins anew.  False: it has ended. */
MUST_CHECK enum err store_pin_session_serve(struct ctx *c,
    const unsigned char token_hash[32], struct uid family, bool *done_out);
/* False: it had ended before. */
MUST_CHECK enum err store_pin_session_end(struct ctx *c,
    const unsigned char token_hash[32], bool *ended_out);
/* Those that were made with a session of the family. */
MUST_CHECK enum err store_pin_session_end_family(struct ctx *c,
    struct uid family);
/* All of the account but those of the family; a zero family spares none. */
MUST_CHECK enum err store_pin_session_end_others(struct ctx *c,
    struct uid uid, struct uid family);

#endif
