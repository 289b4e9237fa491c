/*
 * Rows of link secrets and codes.
 */
#ifndef STORE_STORE_TICKET_H
#define STORE_STORE_TICKET_H

#include "base/ctx.h"
#include "base/err.h"

struct store_ticket {
	unsigned char id[32];
	int64_t purpose;
	struct uid uid;
	int64_t generation;
	struct str address;
	unsigned char secret_hash[32];	/* codes; zeros for links */
	int64_t tries, created_s, expires_s, used_s;
	struct str data;
	int64_t account_generation;	/* when read; 0: no such account */
};
/* Deletes what is unused of purpose and account. */
MUST_CHECK enum err store_ticket_void(struct ctx *c, int64_t purpose,
    struct uid uid);
/* The same of one address. */
MUST_CHECK enum err store_ticket_void_address(struct ctx *c, int64_t purpose,
    struct uid uid, struct str address);
/* Of every purpose but one. */
MUST_CHECK enum err store_ticket_void_address_all(struct ctx *c,
    struct uid uid, struct str address, int64_t but);
MUST_CHECK enum err store_ticket_void_all(struct ctx *c, struct uid uid,
    int64_t but);
MUST_CHECK enum err store_ticket_insert_link(struct ctx *c,
    const struct store_ticket *t);
/* Takes the place of the code before. */
MUST_CHECK enum err store_ticket_put_code(struct ctx *c,
    const struct store_ticket *t);
/* ERR_NOT_FOUND. */
MUST_CHECK enum err store_ticket_read(struct ctx *c, int64_t purpose,
    const unsigned char id[32], struct store_ticket *out);
/* Marks it used; false: it was used, is over, or is not there. */
MUST_CHECK enum err store_ticket_use(struct ctx *c, int64_t purpose,
    const unsigned char id[32], int64_t now_s, bool *used_out);
/* Counts a try; false: max tries were counted before, or no such code. */
MUST_CHECK enum err store_ticket_try(struct ctx *c, int64_t purpose,
    const unsigned char id[32], int64_t max, bool *counted_out);
/* 0: none that could still be used. */
MUST_CHECK enum err store_ticket_newest(struct ctx *c, int64_t purpose,
    struct uid uid, int64_t now_s, int64_t max_tries, int64_t *created_s_out);
/* The same of one address; tries do not count. */
MUST_CHECK enum err store_ticket_newest_address(struct ctx *c,
    int64_t purpose, struct uid uid, struct str address, int64_t now_s,
    int64_t *created_s_out);

#endif
