/*
 * From method and path to the row, and among rows of one path by the field
 * that tells them apart.
 */
#ifndef CGI_ROUTER_H
#define CGI_ROUTER_H

#include "route.h"

/*
 * The first row of method and path goes to h->route, values of {name} to
 * h->path_values.  ERR_NOT_FOUND_PATH; ERR_METHOD when only the method does
 * not fit, with h->route a row of that path.
 */
MUST_CHECK enum err router_find(struct http *h);
/* Among the rows of h->route's method and path: the one whose "when" is
 * there.  After the body was parsed. */
void router_select(struct http *h);
/* The methods of h->path, for Allow: "GET, HEAD, PUT, OPTIONS". */
struct str router_allow(const struct http *h);
/* Is the path the API's, known or not?  Decides the form of errors. */
bool router_is_api(const struct http *h);
const char *route_method(enum method m);

#endif
