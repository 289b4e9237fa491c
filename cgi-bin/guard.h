/*
 * What a row needs is checked here, in one place, before its handler.
 */
#ifndef CGI_GUARD_H
#define CGI_GUARD_H

#include "http.h"

/* Is this the host of the site's address? */
bool guard_is_site(const struct http *h);
/* RFC 6750 §2.1: the token of the Authorization header, or absent. */
struct str guard_bearer(const struct http *h);

/* Before the body is read: host, scheme, size, rate, API key and secret. */
MUST_CHECK enum err guard_caller(struct http *h);
/* With the body, before it is parsed: the signature of a call that has one
 * in place of the API secret. */
MUST_CHECK enum err guard_signature(struct http *h);
/* After the row was chosen: how it may be called, the token or page session,
 * and the form's own token. */
MUST_CHECK enum err guard_visitor(struct http *h);

/*
 * A token bucket per source network, in this process's memory: a flood is
 * turned away without a word to the database.  So each process has its own
 * allowance, and plain CGI none.  ERR_RATE_LIMITED.
 */
MUST_CHECK enum err guard_rate(struct ctx *c, int64_t mono_ms);

#endif
