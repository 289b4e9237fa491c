/*
 * Logic-less templates.  {{name}} is escaped by where it stands; there is no
 * raw form.  {{> part}}, {{? name}}...{{/}}, {{! name}}...{{/}} (when it is
 * empty), {{* list}}...{{/}}, {{# comment}}: that is the language.
 */
#ifndef CODEC_TEMPLATE_H
#define CODEC_TEMPLATE_H

#include "base/arena.h"
#include "base/str.h"

enum template_mode {
	TEMPLATE_HTML,		/* escaped for text and quoted attributes */
	TEMPLATE_TEXT		/* plain text of a mail: nothing to escape */
};

/* The values: a text, or a list of inner sets. */
struct values;
struct values *values_new(struct arena *a);
void values_set(struct values *v, const char *name, struct str s);
void values_set_url(struct values *v, const char *name, struct str url); /* http(s), mailto or own path; else empty */
void values_flag(struct values *v, const char *name, bool on);
struct values *values_add(struct values *v, const char *list);	/* one more inner set */

/*
 * Where templates are: the site's folder first, then the shipped one; in
 * each, LANG/name before name.  langs: in order of preference.
 */
struct template_place {
	const char *site_dir, *dir;	/* site_dir may be NULL */
};
/* Languages for which a folder exists, chosen from Accept-Language. */
struct str template_language(struct arena *a, const struct template_place *at,
    struct str accept_language);

/*
 * Render file name.  A name that a template uses and the values lack is an
 * error; so are a missing file, bad syntax, output over 1 MiB:
 * false, and *error_out says "file:line: what".
 */
MUST_CHECK bool template_render(struct arena *a,
    const struct template_place *at, const char *lang, const char *name,
    enum template_mode mode, const struct values *v, struct str *out,
    const char **error_out);
/* The same from memory, without parts; for tests and fuzzing. */
MUST_CHECK bool template_render_text(struct arena *a, struct str text,
    const char *name, enum template_mode mode, const struct values *v,
    struct str *out, const char **error_out);

#endif
