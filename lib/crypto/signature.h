/*
 * Signed requests: an HMAC-SHA-256 under the API secret over a time, the
 * address and the body.  The published SDKs encode the address in four ways;
 * each is tried.
 */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include "base/str.h"

struct arena;

struct signed_text {
	struct str expires;	/* byte for byte as sent */
	struct str url;		/* with scheme, host and query, as asked */
	struct str body;	/* raw */
};
/* digest: base64 of the MAC.  Constant time in it. */
MUST_CHECK bool signature_fits(struct arena *a, struct str secret,
    const struct signed_text *t, struct str digest);
/*
 * "2026-1-5 7:20:42", with padding or without, or with " AM" or " PM" behind:
 * UTC.  False: none of these.
 */
MUST_CHECK bool signature_time(struct str s, int64_t *at_s_out);

#endif
