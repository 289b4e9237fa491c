/*
 * The token of our own forms: binds a posted form to the browser that it was
 * shown in (S-101).
 */
#ifndef DOMAIN_FORM_H
#define DOMAIN_FORM_H

#include "base/ctx.h"

#define FORM_LIFE_S	(12 * 3600)

/* A value for the browser's form cookie: 256 random bits, base64url. */
struct str form_browser(struct ctx *c);
/* session: handle of the page session that the form needs, or absent. */
struct str form_token(struct ctx *c, struct str browser, struct str session);
/* Constant time in the token.  Older than FORM_LIFE_S: false. */
bool form_token_good(struct ctx *c, struct str browser, struct str session,
    struct str token);

#endif
