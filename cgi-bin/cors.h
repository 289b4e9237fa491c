/*
 * Which other sites' pages may read our answers.
 */
#ifndef CGI_CORS_H
#define CGI_CORS_H

#include "http.h"

/* Adds Vary: Origin to answers of the API, and the permission for a listed
 * origin on the paths that browsers may call. */
void cors_headers(struct http *h);
/* OPTIONS: 204, Allow, and what a preflight asks for. */
enum err cors_preflight(struct http *h);

#endif
