/*
 * The table of the profile's members, between the files that read it.
 */
#ifndef DOMAIN_PROFILE_INTERNAL_H
#define DOMAIN_PROFILE_INTERNAL_H

#include "account.h"
#include "base/ctx.h"
#include "base/err.h"
#include "codec/json.h"

#define PROFILE_TEXT	1000	/* code points of a text */
#define PROFILE_ITEMS	100	/* elements of an array */
#define PROFILE_SESSIONS	1000	/* the greatest SessionLimit */
#define PROFILE_NAME	100	/* code points of a name in a map */

enum shape {
	SHAPE_TEXT,		/* one line */
	SHAPE_LINES,		/* a text that may have line breaks */
	SHAPE_URL,		/* http or https; never fetched (S-122) */
	SHAPE_BIRTH_DATE,
	SHAPE_GENDER,
	SHAPE_BOOL,
	SHAPE_YES_NO,		/* a boolean; 1, 0 and texts may say it */
	SHAPE_INT,		/* 0 to 2^31 - 1 */
	SHAPE_REAL,
	SHAPE_DATE,
	SHAPE_OBJECT,
	SHAPE_COUNTRY,
	SHAPE_ITEMS,		/* array of objects */
	SHAPE_TEXTS,		/* array of texts */
	SHAPE_URLS,		/* object of URLs, names free */
	SHAPE_CUSTOM		/* object of texts, names configured */
};

/* Who writes it; without either it is the server's (S-044). */
#define BY_USER		1u
#define BY_BACK_END	8u	/* and an import */
#define NULLABLE	2u	/* a user may make it null again */
/* How it goes out when it is unset: null but for booleans and counters. */
#define UNSET_NULL	4u

struct merge;

struct member {
	const char *name;	/* NULL ends a table */
	enum shape shape;
	unsigned flags;
	const struct member *of;	/* of an object, of an array's items */
	const struct merge *merge;	/* NULL: an array is replaced whole */
};

/* Arrays whose elements are told apart by a key. */
struct merge {
	const char *key, *other;	/* other: the key when key is unset */
	const char *unset;		/* key of one element that has none */
	enum err repeated, missing;	/* 0: nothing of that is an error */
};

extern const struct member profile_table[];

/*
 * Judge what the user sent against the table and merge it into document, an
 * object of the stored form (set members alone).  Errors of api A2.
 */
MUST_CHECK enum err profile_judge(struct ctx *c, const struct json *body,
    bool null_support, struct json *document);
/* The same for a new account, whose document is empty; body may be NULL. */
MUST_CHECK enum err profile_judge_new(struct ctx *c, const struct json *body,
    struct json *document);
/* And for one that comes from another system: what is there is judged, and
 * what the schema requires may be missing. */
MUST_CHECK enum err profile_judge_import(struct ctx *c,
    const struct json *body, struct json *document);
/* The text to store: members in the table's order.  ERR_VALIDATION when it is
 * too large. */
MUST_CHECK enum err profile_document_text(struct ctx *c,
    const struct json *document, struct str *out);
/* The stored text as a tree; an unreadable one is logged and counts as none. */
struct json *profile_document(struct ctx *c, struct str text);
/* A member by its name in any letter case.  ERR_BODY_SHAPE: it stands there
 * in two spellings with two values (S-116).  NULL value: it is not there. */
MUST_CHECK enum err profile_find(struct ctx *c, const struct json *object,
    const char *name, const struct json **out);

/* Absent where both are empty or absent. */
struct str profile_full_name(struct ctx *c, struct str first,
    struct str last);
/* Of a document, JSON texts with their quotes; absent: not there. */
struct profile_person { struct str first, last, birth; };
/* What the account's rows say, and what is derived from the person's: members
 * in the table's order, and their JSON texts (borrowed from the arena), with
 * guarded words. */
#define PROFILE_OWN	40
struct profile_own {
	struct { const char *name; struct str text; } list[PROFILE_OWN];
	size_t n;
};
void profile_own(struct ctx *c, const struct account *a,
    const struct profile_person *person, struct profile_own *out);
/* The profile as text without a tree of it.  False: what is stored is not as
 * profile_document_text gives it. */
bool profile_text_directly(struct ctx *c, const struct account *a,
    struct str *out);

/* "MM-dd-yyyy" or with slashes, one digit or two; false: not a date. */
struct birth_date { int year, month, day; };
bool birth_date_parse(struct str s, struct birth_date *out);
/* Whole years at now_s; negative before the birth. */
int birth_date_age(const struct birth_date *b, int64_t now_s);

#endif
