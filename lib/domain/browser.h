/*
 * A browser that an account has been signed in with: it has failures of its
 * own, so that nobody shuts its owner out (S-023), and a sign-in from any
 * other one is told to the owner (S-050).  What it holds is sealed and means
 * nothing by itself; it is void once the account's generation is raised.
 */
#ifndef DOMAIN_BROWSER_H
#define DOMAIN_BROWSER_H

#include "base/ctx.h"
#include "base/uid.h"

#define BROWSER_LIFE_S	(180 * 86400)

struct browser {
	struct uid id, uid;	/* of the browser, of the account */
	int64_t generation;
};

/* A mark for a new sign-in, for a cookie: base64url. */
struct str browser_mark(struct ctx *c, struct uid uid, int64_t generation);
/* False: altered, too old, or none of ours. */
bool browser_read(struct ctx *c, struct str mark, struct browser *out);

#endif
