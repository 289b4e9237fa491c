/*
 * From form, JSON, query and headers to the struct that a row's fields
 * describe.
 */
#ifndef CGI_BODY_H
#define CGI_BODY_H

#include "http.h"

/*
 * Content type and syntax: fills h->form and h->json.  ERR_CONTENT_TYPE,
 * ERR_BODY_JSON_*, ERR_BODY_FORM_*, ERR_BODY_SHAPE, ERR_PARAMETER.
 */
MUST_CHECK enum err body_parse(struct http *h);
/*
 * The row's struct, in the arena.  The first of header, query and body that
 * has a field counts.  Secrets leave the JSON tree.  Errors by the field's
 * own columns; c->err.field names it.
 */
MUST_CHECK enum err body_fields(struct http *h, void **in_out);
/* fields= of the query; ERR_PARAMETER. */
MUST_CHECK enum err body_projection(struct http *h);

#endif
