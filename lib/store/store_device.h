/*
 * Rows of devices that wait for a sign-in elsewhere.  Each step is one
 * conditional statement, so that one of many callers takes it.
 */
#ifndef STORE_STORE_DEVICE_H
#define STORE_STORE_DEVICE_H

#include "base/ctx.h"
#include "base/err.h"

/* The numbers stand in the database. */
enum store_device_state { DEVICE_WAITING = 0, DEVICE_APPROVED = 1,
	DEVICE_COLLECTED = 2, DEVICE_REFUSED = 3, DEVICE_REPLACED = 4 };
struct store_device {
	unsigned char id[32];
	int64_t family, kind, remember;
	struct uid uid;
	int64_t generation, state;
	int64_t created_s, expires_s;
	struct str network, address, user_agent, city, country;
};
/* ERR_CONFLICT: there is such an id. */
MUST_CHECK enum err store_device_insert(struct ctx *c,
    const struct store_device *d);
/* Those that wait for this account are replaced. */
MUST_CHECK enum err store_device_replace(struct ctx *c, int64_t family,
    struct uid uid);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_device_read(struct ctx *c,
    const unsigned char id[32], struct store_device *out);
/* The steps: *done_out tells whether it was this call that made it. */
MUST_CHECK enum err store_device_approve(struct ctx *c,
    const unsigned char id[32], struct uid uid, int64_t generation,
    int64_t now_s, bool *done_out);
MUST_CHECK enum err store_device_refuse(struct ctx *c,
    const unsigned char id[32], bool *done_out);
MUST_CHECK enum err store_device_collect(struct ctx *c,
    const unsigned char id[32], int64_t now_s, bool *done_out);
/* *done_out false: the last ping was less than gap_s ago. */
MUST_CHECK enum err store_device_ping(struct ctx *c,
    const unsigned char id[32], int64_t now_s, int64_t gap_s,
    bool *done_out);

#endif
