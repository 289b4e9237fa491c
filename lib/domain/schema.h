/*
 * The registration schema: which members of a profile the site asks people
 * for, in which words, by which rules, and whether they may change them
 * later.  It comes from registration.schema_file, else from the settings
 * registration.required_fields and custom_fields.
 */
#ifndef DOMAIN_SCHEMA_H
#define DOMAIN_SCHEMA_H

#include "base/ctx.h"
#include "codec/json.h"
#include "codec/rules.h"

struct member;

enum schema_type { SCHEMA_TEXT, SCHEMA_LINES, SCHEMA_EMAIL, SCHEMA_TEL,
	SCHEMA_URL, SCHEMA_DATE, SCHEMA_NUMBER, SCHEMA_SELECT, SCHEMA_CHECK,
	SCHEMA_HIDDEN };

/* Where a value stands. */
enum schema_place {
	SCHEMA_MEMBER,		/* a member of the profile */
	SCHEMA_INNER,		/* of an object, or of an array's elements */
	SCHEMA_CUSTOM,
	SCHEMA_ADDRESS,		/* the email address */
	SCHEMA_USERNAME,
	SCHEMA_PHONE,
	SCHEMA_PASSWORD		/* and its repetition */
};

struct schema_option { struct str value, text; };

struct schema_field {
	/* "FirstName", "Addresses.City", "CustomFields.color": also the name
	 * in an error's Errors. */
	const char *path;
	const char *input;	/* of a form: the path, but "cf_color" */
	const char *name;	/* the last part of the path */
	enum schema_place place;
	const struct member *of;	/* a member's row; its holder's for an
					 * inner one; else NULL */
	const struct member *inner;
	enum schema_type type;
	struct str label, hint;
	bool writable;		/* by its owner, later on */
	bool at_signup;
	struct rules rules;
	const struct schema_option *option;
	size_t n_options;
};

struct schema {
	const struct schema_field *field;
	size_t n;
};

/*
 * Read it once for the process: c->schema.  ERR_CONFIG with a note that names
 * the file and the field: not readable, not JSON, a field that no profile
 * has, a rule that cannot be judged.
 */
MUST_CHECK enum err schema_open(struct ctx *c, struct arena *process);
/* c->schema, read for this request where nobody opened it. */
const struct schema *schema_of(struct ctx *c);
/* NULL: there is none of that place. */
const struct schema_field *schema_at(struct ctx *c, enum schema_place place);
bool schema_requires(struct ctx *c, enum schema_place place);
bool schema_has_custom(struct ctx *c, struct str name);
/* Listed, and not to be written by the account's owner? */
bool schema_is_fixed(struct ctx *c, const struct member *m);
bool schema_is_fixed_custom(struct ctx *c, struct str name);

/*
 * Judge a document.  before: what was stored, and only what is another value
 * now is judged; NULL: a new one, of which everything is.  What is wrong is
 * added to the error's fields; false when there is anything.
 */
bool schema_judge(struct ctx *c, const struct json *before,
    const struct json *after);
/* A text of SCHEMA_ADDRESS, _USERNAME or _PHONE, the same way. */
bool schema_judge_text(struct ctx *c, enum schema_place place,
    struct str text);
/* Has it everything that is required?  Complains of nothing. */
bool schema_is_filled(struct ctx *c, const struct json *document);

/*
 * The text of a form's input for what the profile has; "" when it has
 * nothing.  Dates in the form that <input type=date> has.
 */
struct str schema_value(struct ctx *c, const struct schema_field *f,
    const struct json *profile);
/*
 * The body that a form means: texts of its inputs, turned into members.
 * profile NULL: of a new account; whatever else the form holds goes along.
 * Else what changes that profile, null where an input was emptied.
 */
struct json *schema_body(struct ctx *c, const struct json *form,
    const struct json *profile);

#endif
