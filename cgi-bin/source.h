/*
 * Source addresses: what they are, and which networks they belong to.
 */
#ifndef CGI_SOURCE_H
#define CGI_SOURCE_H

#include "base/config.h"
#include "base/str.h"

struct arena;

struct source {
	bool v6;
	unsigned char b[16];	/* IPv4: the first four */
};

/* An address alone, or with a port as some proxies write it.  An IPv4 address
 * mapped into IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
MUST_CHECK bool source_parse(struct str s, struct source *out);
struct str source_text(struct arena *a, const struct source *s);
/* What limits count: the IPv4 address, or the IPv6 /64. */
struct str source_network(struct arena *a, const struct source *s);
/* Is it one of the addresses and networks (CIDR) of the list? */
bool source_listed(const struct list *l, const struct source *s);
/*
 * The client behind trusted proxies: the rightmost entry of X-Forwarded-For
 * that is not itself a trusted proxy.  An entry that is no address ends the
 * walk: what stands left of it is hearsay.
 */
struct source source_client(const struct list *trusted,
    const struct source *peer, struct str forwarded_for);

#endif
