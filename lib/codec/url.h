/*
 * The redirect judge: may a link with a secret, or a visitor, go there?
 * Compared as a browser would read the address (WHATWG URL), so whatever the
 * two could read differently is refused.
 */
#ifndef CODEC_URL_H
#define CODEC_URL_H

#include "base/config.h"
#include "base/str.h"

struct arena;

/*
 * Does url match one entry of the allow-list (site.url counts as one)?
 * Exact scheme, host and port; path prefix on a segment boundary after dot
 * segments are removed.  An entry "myapp://" admits all addresses of that
 * scheme (as "myapp:" would, which the configuration refuses); entries with a
 * query or fragment admit nothing.  Refused: every character outside RFC 3986
 * (so all but ASCII), user-info, backslash, controls, blanks, encoded host
 * parts, no scheme, non-https but for listed app schemes and listed loopback
 * addresses.
 */
bool url_admitted(struct arena *a, const struct config *cfg, struct str url);
/*
 * The same for a "return" address of our own pages, which may also be a path
 * of this site ("/shop?x=1"): *out is what to put in Location.
 */
bool url_return(struct arena *a, const struct config *cfg, struct str url,
    struct str *out);
/* Adds name=value (encoded) to the query, before a fragment. */
struct str url_with(struct arena *a, struct str url, const char *name,
    struct str value);
/* site.url joined with "/path". */
struct str url_site(struct arena *a, const struct config *cfg,
    const char *path);
/*
 * Split an absolute http(s) URL; for reading site.url and allow-lists.  Lower
 * case scheme and host, port absent if it is the scheme's own, path without
 * dot segments, query absent or without its mark.
 */
struct url_parts { struct str scheme, host, port, path, query; };
bool url_split(struct arena *a, struct str url, struct url_parts *out);

#endif
