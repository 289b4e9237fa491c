/*
 * Handlers and fields of the pages, for their rows in routes_pages.h.
 */
#ifndef CGI_SERVE_PAGE_H
#define CGI_SERVE_PAGE_H

#include "route.h"

#endif
