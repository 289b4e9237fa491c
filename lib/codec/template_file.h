/*
 * The files of templates: for template.c.
 */
#ifndef CODEC_TEMPLATE_FILE_H
#define CODEC_TEMPLATE_FILE_H

#include "template.h"

/* Words of letters, digits, - _ and dots (not in front), between slashes. */
bool template_name_valid(struct str name);
/* False, and *why_out, if there is no such file or it cannot be read. */
MUST_CHECK bool template_read(struct arena *a,
    const struct template_place *at, const char *lang, const char *name,
    struct str *text_out, const char **path_out, const char **why_out);

#endif
