/*
 * The guard's decision: may this visitor see that part of the site?  By the
 * rules of guard.rules alone; whatever is in doubt is a no (S-114).
 */
#ifndef DOMAIN_AREA_H
#define DOMAIN_AREA_H

#include "base/areas.h"
#include "base/ctx.h"
#include "codec/form.h"
#include "session.h"

#define AREA_PATHS	5	/* spellings of one address */

/*
 * A path as the server will serve it: segments decoded once (encoded), empty
 * ones and "." dropped, ".." resolved.  False: two programs could read it in
 * two ways (an encoded slash, a backslash, a control, bad UTF-8, above the
 * root).
 */
MUST_CHECK bool area_path(struct arena *a, struct str raw, bool encoded,
    struct str *out);
/* The rule of a path from area_path; NULL: none. */
const struct area *area_find(struct ctx *c, struct str path);

struct area_ask {
	struct str paths[AREA_PATHS];	/* from area_path: each must be open */
	size_t n_paths;
	enum session_kind kind;
	struct str token;		/* absent: nobody */
};
struct area_answer {
	bool signed_in;
	struct str user;		/* guard.remote_user */
	struct pairs facts;		/* guard.facts: DOORWARD_...; those
					 * that are known */
};
/*
 * ERR_AREA_REFUSED, ERR_AREA_SIGN_IN (no good session), ERR_AREA_TOKEN (a bad
 * access token), ERR_AREA_UNVERIFIED, ERR_AREA_FACTOR, and those of the
 * database.  One read by primary key, but for facts that ask for more.
 */
MUST_CHECK enum err area_check(struct ctx *c, const struct area_ask *ask,
    struct area_answer *out);

#endif
