/*
 * The normalized profile: one object everywhere.  A table of members says
 * each one's type, its place, and who may write it (S-044).
 */
#ifndef DOMAIN_PROFILE_H
#define DOMAIN_PROFILE_H

#include "account.h"

/* The whole profile as it goes out: every member present. */
struct json *profile_json(struct ctx *c, const struct account *a);
/* The same as its text, for an answer as it is (json_text with its words
 * guarded); a document of some size costs a fraction. */
struct str profile_text(struct ctx *c, const struct account *a);

struct profile_update {
	const struct json *body;	/* as sent, names caseless */
	bool null_support;
	struct str verification_url, email_template;
	bool prevent_verification_email;
	struct str sms_template;
	bool voice, prevent_verification_sms;
	int64_t auth_s;		/* the session's last proof of who it is */
};
/*
 * A2.  Members that a user may not write are passed over.  Errors: all those
 * that the API names for A2 and that apply to what is built.  Password counts
 * only where there is none, and within 5 minutes of auth_s (S-007).
 */
MUST_CHECK enum err profile_update(struct ctx *c, struct uid uid,
    const struct profile_update *u, struct json **out);
/*
 * Registration: judge the user-writable members of body and return the
 * document to store.  ERR_VALIDATION with fields, ERR_BIRTH_DATE,
 * ERR_UNDER_AGE, ERR_CUSTOM_FIELD, address and phone type errors.
 */
MUST_CHECK enum err profile_from_registration(struct ctx *c,
    const struct json *body, struct str *document_out,
    bool *required_filled_out);
/*
 * Texts of a stored document that its owner's password may not consist of:
 * names, and the birth date in three orders.  out has room for
 * PROFILE_WORDS; returns how many there are.
 */
#define PROFILE_WORDS	9
size_t profile_words(struct ctx *c, struct str document, struct str *out);
/* First and last name of a stored document; absent without both. */
struct str profile_name(struct ctx *c, struct str document);
/* The members, for OpenAPI: fn gets name, JSON type and nullability. */
void profile_members(void (*fn)(void *arg, const char *name,
    const char *type, bool nullable), void *arg);

#endif
