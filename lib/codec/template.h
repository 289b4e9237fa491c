/*
 * Logic-less templates.  {{name}} is escaped by where it stands; there is no
 * raw form.  {{> part}}, {{? name}}...{{/}}, {{! name}}...{{/}} (when it is
 * empty), {{* list}}...{{/}}, {{# comment}}: that is the language.
 */
#ifndef CODEC_TEMPLATE_H
#define CODEC_TEMPLATE_H

#include "base/arena.h"
#include "base/str.h"

/*
 * HTML: escaped for text and quoted attributes.  An attribute that takes an
 * address (href, src, action ...) begins with a fixed text or with a value
 * of values_set_url(); values further in are percent-encoded.  A value inside
 * a script, a style, a comment, an on... attribute or a tag outside quotes is
 * an error.  Tags other than {{name}} that stand alone on a line take the
 * line with them.
 */
enum template_mode {
	TEMPLATE_HTML,
	TEMPLATE_TEXT		/* of a mail; controls and line breaks in
				 * values become blanks */
};

/* The values: a text, or a list of inner sets. */
struct values;
struct values *values_new(struct arena *a);
void values_set(struct values *v, const char *name, struct str s);
/* http(s), mailto or a path of our own; anything else becomes empty. */
void values_set_url(struct values *v, const char *name, struct str url);
void values_flag(struct values *v, const char *name, bool on);
void values_list(struct values *v, const char *list);	/* empty, but known */
/* One more inner set, which sees the outer values too. */
struct values *values_add(struct values *v, const char *list);

/*
 * Where templates are: the site's folder first, then the shipped one; in
 * each, LANG/name before name.  langs: in order of preference.
 */
struct template_place {
	const char *site_dir, *dir;	/* site_dir may be NULL */
};
/*
 * The language folder to use, chosen from Accept-Language (RFC 4647 §3.4:
 * "de-AT" finds "de"); "en", which the files without a folder are in, when
 * nothing else fits.
 */
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
