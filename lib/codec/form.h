/*
 * Named values of a query, a form or a Cookie header.
 */
#ifndef CODEC_FORM_H
#define CODEC_FORM_H

#include "base/str.h"

struct arena;

struct pair { struct str name, value; };
struct pairs { struct pair *items; size_t n; };

enum form_fault { FORM_FINE, FORM_ESCAPE, FORM_UTF8, FORM_NUL, FORM_MANY };

/* application/x-www-form-urlencoded: order kept, decoded once. */
enum form_fault form_parse(struct arena *a, struct str text, size_t max,
    struct pairs *out);
/* Caseless by name; *conflict_out when the name stands with two values that
 * differ.  Absent: STR_NONE. */
struct str pairs_get(const struct pairs *p, const char *name,
    bool *conflict_out);
/* RFC 6265 §4.2; takes "; " and ", " between pairs.  A name that stands more
 * than once counts as absent. */
struct pairs cookie_parse(struct arena *a, struct str header);
struct str cookie_get(const struct pairs *p, const char *name);

#endif
