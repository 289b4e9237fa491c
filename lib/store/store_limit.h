/*
 * Rows of failures, meters and marks.  Ids are MACs or hashes of 32 bytes.
 */
#ifndef STORE_STORE_LIMIT_H
#define STORE_STORE_LIMIT_H

#include "base/ctx.h"
#include "base/err.h"

struct store_reservation {
	unsigned char id[32], source[32];
	int64_t nonce;		/* positive, new for each try */
	int64_t max, source_max;
	int64_t now_s, now_ms;
	int64_t lease_until_ms, expires_s;
};
/* One attempt more, if failures and attempts in flight are under max, no
 * suspension is on, and the source's meter is under source_max. */
MUST_CHECK enum err store_limit_reserve(struct ctx *c,
    const struct store_reservation *r, bool *granted_out);

struct store_failure {
	int64_t failures, in_flight, in_flight_until_ms;
	int64_t window_until_s, suspended_until_s;
};
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_limit_state(struct ctx *c,
    const unsigned char id[32], struct store_failure *out);

struct store_wrong {
	int64_t now_s, max, window_s, suspend_s, suspend_max_s;
};
MUST_CHECK enum err store_limit_wrong(struct ctx *c,
    const unsigned char id[32], const struct store_wrong *w);
/* forgiven: so many of the window's failures count no longer. */
MUST_CHECK enum err store_limit_right(struct ctx *c,
    const unsigned char id[32], int64_t forgiven, int64_t now_s);
MUST_CHECK enum err store_limit_void(struct ctx *c,
    const unsigned char id[32]);
MUST_CHECK enum err store_limit_clear(struct ctx *c,
    const unsigned char id[32]);

/* Count one use if fewer than max stand in the window; a new window ends at
 * until_s. */
MUST_CHECK enum err store_meter_pass(struct ctx *c,
    const unsigned char id[32], int64_t max, int64_t now_s, int64_t until_s,
    bool *passed_out);
/* Three at once, all or none. */
struct store_window {
	unsigned char id[32];
	int64_t max, until_s;
};
MUST_CHECK enum err store_meter_pass_all(struct ctx *c,
    const struct store_window w[3], int64_t now_s, bool *passed_out);
/* Count one in any case. */
MUST_CHECK enum err store_meter_add(struct ctx *c,
    const unsigned char id[32], int64_t now_s, int64_t until_s);
MUST_CHECK enum err store_meter_zero(struct ctx *c,
    const unsigned char id[32]);
/* 0 and 0 when there is no such row. */
MUST_CHECK enum err store_meter_state(struct ctx *c,
    const unsigned char id[32], int64_t *n_out, int64_t *until_s_out);

/* Use a mark once more if it was used fewer than max times. */
MUST_CHECK enum err store_mark_use(struct ctx *c,
    const unsigned char id[32], int64_t max, int64_t expires_s,
    bool *used_out);
/* As store_meter_pass, and two at once, all or none. */
MUST_CHECK enum err store_mark_pass(struct ctx *c,
    const struct store_window *w, int64_t now_s, bool *passed_out);
MUST_CHECK enum err store_mark_pass_pair(struct ctx *c,
    const struct store_window w[2], int64_t now_s, bool *passed_out);
/* A meter as store_meter_state, and how often a mark was used. */
MUST_CHECK enum err store_meter_and_mark(struct ctx *c,
    const unsigned char meter[32], const unsigned char mark[32],
    int64_t *n_out, int64_t *until_s_out, int64_t *uses_out);

#endif
