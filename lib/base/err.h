/*
 * The one type for "it did not work".  All codes stand in errors.def; each
 * layer expands only the columns that are its business.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "str.h"

enum err {
	ERR_OK = 0,
#define E(name, status, api, level, message, description)	ERR_##name,
#include "errors.def"
#undef E
	ERR_COUNT
};

struct ctx;

struct err_field {		/* one of 1134's Errors */
	struct err_field *next;
	const char *name, *message;
};

/* What is known of an error beyond its code; belongs to struct ctx. */
struct err_detail {
	enum err code;
	const char *field;	/* public: the parameter that is meant */
	const char *note;	/* private: for the log alone */
	int64_t until_s;	/* LOGIN_SUSPENDED, RATE_LIMITED: when over */
	struct str token;	/* PIN_REQUIRED, PRIVACY_OUTSTANDING,
				 * CONSENT_OUTSTANDING: what the sign-in goes
				 * on with */
	int64_t token_until_s;
	struct err_field *fields;	/* VALIDATION */
};

const char *err_name(enum err e);
/*
 * Remember why, and return e: "return err_set(c, ERR_X, NULL, "why")".
 * field is public (may be NULL), the note goes to the log only.
 */
enum err err_set(struct ctx *c, enum err e, const char *field,
    const char *note_fmt, ...) PRINTF(4, 5);
#ifdef __clang_analyzer__	/* which does not see what it returns */
#define err_set(c, e, field, ...) \
	((void)(c), (void)(field), (void)snprintf(NULL, 0, __VA_ARGS__), (e))
#endif
/* Add one line to what ERR_VALIDATION will list. */
void err_add_field(struct ctx *c, const char *name, const char *message);

#endif
