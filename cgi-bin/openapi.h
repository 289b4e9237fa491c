/*
 * The description of the API, made from the route table.
 */
#ifndef CGI_OPENAPI_H
#define CGI_OPENAPI_H

#include "base/config.h"
#include "base/str.h"
#include "codec/json.h"

struct arena;

/* OpenAPI 3.1. */
struct json *openapi_json(struct arena *a, const struct config *cfg);
/* The same as text. */
struct str openapi_text(struct arena *a, const struct config *cfg);

#endif
