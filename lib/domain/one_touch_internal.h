/*
 * Between the files of one-touch sign-in: whom a secret is for.
 */
#ifndef DOMAIN_ONE_TOUCH_INTERNAL_H
#define DOMAIN_ONE_TOUCH_INTERNAL_H

#include "entry.h"
#include "one_touch.h"

struct touch_goal {
	struct identifier id;		/* as asked for */
	struct uid uid;			/* of the ticket: nobody's for who is
					 * new or gets none */
	int64_t generation;		/* TICKET_NOBODY: who is new */
	struct str canonical, given;	/* where the secret goes */
	enum err refusal;		/* why it goes nowhere */
};
/* Inside a transaction.  ERR_OK also with a refusal. */
MUST_CHECK enum err touch_find(struct ctx *c, const struct identifier *id,
    struct touch_goal *out);
/* What a ticket remembers besides. */
struct str touch_data(struct ctx *c, const struct touch_goal *g,
    struct str name, struct str welcome, struct str device);

/* A secret that came back. */
struct touch {
	struct ticket ticket;
	struct str given, name, welcome, device;
	struct str new_welcome;		/* named when it came back */
	struct entry entry;
};
void touch_read(struct ctx *c, struct touch *t);
/*
 * Inside a transaction that has consumed the ticket: the account is locked
 * and read, or made for who is new.  ERR_NOT_FOUND: it is gone, or is not what
 * the secret was sent for.
 */
MUST_CHECK enum err touch_lock(struct ctx *c, struct touch *t);

#endif
