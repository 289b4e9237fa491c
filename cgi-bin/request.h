/*
 * From what the web server handed over to struct http.  Only a fixed list of
 * variables is read.
 */
#ifndef CGI_REQUEST_H
#define CGI_REQUEST_H

#include "http.h"
#include "transport.h"

/*
 * Everything but the body.  On an error h is filled as far as it can be, so
 * that the error is answered in the right form:
 * ERR_BAD_REQUEST, ERR_NOT_FOUND_PATH, ERR_QUERY_TOO_LONG, ERR_PARAMETER.
 */
MUST_CHECK enum err request_read(struct http *h, struct transport *t);
/*
 * The body, to its end.  More than max, announced or met: ERR_BODY_TOO_LARGE,
 * and the rest is left unread.  Fewer bytes than announced, or none for too
 * long: h->body_truncated.
 */
MUST_CHECK enum err request_body(struct http *h, struct transport *t,
    size_t max);
/*
 * After the answer of a plain CGI: read what is left of the body, and throw it
 * away.  Apache hands over the whole body before it looks at the answer, and
 * drops the answer when it cannot.
 */
void request_drain(const struct http *h, struct transport *t);
/* Two different values of one name, whatever its spelling (S-119); "fields"
 * is a list that may go on. */
bool request_conflict(const struct pairs *p);
/* The name of the pair that form_parse could not take, or NULL. */
const char *request_bad_name(struct arena *a, struct str form);
/* The visitor that a back end names; for calls that carry the secret. */
void request_client(struct http *h);

/*
 * The path of a request target, decoded once, segment by segment: a leading
 * slash, none at the end but for "/".  ERR_BAD_REQUEST for broken escapes,
 * control bytes, dot segments and bad UTF-8; ERR_NOT_FOUND_PATH for an encoded
 * slash and for empty segments.
 */
MUST_CHECK enum err request_path(struct arena *a, struct str raw,
    struct str *path_out);

#endif
