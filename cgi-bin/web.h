/*
 * One request from its bytes to its answer: the six steps.
 */
#ifndef CGI_WEB_H
#define CGI_WEB_H

#include "http.h"
#include "transport.h"

/*
 * Reads, routes, guards, serves and answers; writes one log line.  The
 * caller finishes the transport.  c is fresh from ctx_init, with db and keys.
 * Is some of the body left unread?
 */
bool web_serve(struct ctx *c, struct transport *t);

#endif
