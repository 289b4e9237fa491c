/*
 * A call that is signed with the API secret instead of carrying it.
 */
#ifndef DOMAIN_SIGNATURE_H
#define DOMAIN_SIGNATURE_H

#include "base/ctx.h"

/* Before the body is known.  ERR_SIGNATURE_MISSING,
 * ERR_SIGNED_EXPIRES_MISSING, ERR_SIGNED_EXPIRES, ERR_SIGNATURE_EXPIRED. */
MUST_CHECK enum err signature_judge_time(struct ctx *c, struct str expires,
    struct str digest);

struct signature {
	struct str expires, digest;	/* the headers */
	struct str url, body;		/* as asked, raw */
	const char *method;
	bool writes;			/* counts once, by setting */
};
/* *primary_out: made with api.secret, not the one before.
 * ERR_SIGNATURE_REFUSED. */
MUST_CHECK enum err signature_check(struct ctx *c,
    const struct signature *s, bool *primary_out);

#endif
