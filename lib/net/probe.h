/*
 * One GET of our own site, for doorwardctl check: does the web server lead
 * to us, and do headers arrive?  libcurl is loaded for it.
 */
#ifndef NET_PROBE_H
#define NET_PROBE_H

#include "base/ctx.h"
#include "base/err.h"

/* No redirects, 10 s, 64 KiB.  ERR_DELIVERY with a note when there is no
 * answer at all. */
MUST_CHECK enum err probe_get(struct ctx *c, struct str url,
    const struct str *headers, size_t n, int64_t *status_out,
    struct str *body_out);

#endif
