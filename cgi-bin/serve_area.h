/*
 * The guard: what web servers ask, in the FastCGI role of an authorizer or by
 * a request of their own, before they show a part of the site.
 */
#ifndef CGI_SERVE_AREA_H
#define CGI_SERVE_AREA_H

#include "http.h"

/* Instead of a route; e is what reading the request gave. */
enum err serve_area(struct http *h, enum err e);

#endif
