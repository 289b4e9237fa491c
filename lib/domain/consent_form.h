/*
 * The site's consent forms: one JSON file that people write.  Each process
 * reads it when it is first needed, and again when it has changed.
 */
#ifndef DOMAIN_CONSENT_FORM_H
#define DOMAIN_CONSENT_FORM_H

#include "base/ctx.h"
#include "base/err.h"

struct consent_option {
	struct str id;		/* letters, digits, '.', '_', '-' */
	struct str title, text;	/* for people; title may be empty */
	bool strict;		/* nobody goes on without */
};
struct consent_form {
	struct str event;	/* "Register", "FirstLogin", "Login", ... */
	bool custom;		/* an event of the site's own */
	int64_t version, start_s;
	const struct consent_option *options;
	size_t n_options;
};
struct consent_forms {
	const struct consent_form *forms;
	size_t n;
};

/*
 * The forms, until the request's end.  ERR_CONSENT_OFF: consent.file is not
 * set; ERR_CONFIG: it was never readable.  A change that cannot be read is
 * logged, and the forms of before count on.
 */
MUST_CHECK enum err consent_forms(struct ctx *c,
    const struct consent_forms **out);
/* The same from a file or a text, into a.  On failure *error_out names the
 * place and says what was expected. */
MUST_CHECK bool consent_forms_read(struct arena *a, const char *file,
    struct consent_forms *out, const char **error_out);
MUST_CHECK bool consent_forms_parse(struct arena *a, struct str text,
    struct consent_forms *out, const char **error_out);

/* The form that counts for an event: of those that have begun, the last.
 * NULL: none. */
const struct consent_form *consent_form_live(const struct consent_forms *f,
    struct str event, bool custom, int64_t now_s);
/* A version of it, begun or not. */
const struct consent_form *consent_form_version(
    const struct consent_forms *f, struct str event, bool custom,
    int64_t version);
const struct consent_option *consent_form_option(
    const struct consent_form *f, struct str id);
/* "Registration" is "Register". */
struct str consent_event_name(struct str name);

#endif
