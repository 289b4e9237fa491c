/*
 * JSON.  A strict gate (RFC 8259, UTF-8, limits, no duplicate names) reads
 * the bytes before json-c does; this file is the only user of <json.h>.
 * Trees belong to the arena (arena_defer).
 */
#ifndef CODEC_JSON_H
#define CODEC_JSON_H

#include "base/buf.h"
#include "base/str.h"

struct arena;
struct json;			/* one value; borrowed from its tree */

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING,
	JSON_ARRAY, JSON_OBJECT };

enum json_fault { JSON_FINE, JSON_SYNTAX, JSON_UTF8, JSON_DEPTH, JSON_MEMBERS,
	JSON_DUPLICATE, JSON_NUL, JSON_SURROGATE, JSON_NUMBER };

/* The gate alone: used by the parser, and by fuzzers. */
enum json_fault json_check(struct str text, unsigned depth, unsigned members);
/* The member of the outermost object in which the first fault stands, as it
 * is written; absent where there is none.  Borrowed from the text. */
struct str json_fault_member(struct str text, unsigned depth,
    unsigned members);
/* NULL on a fault, which *fault_out tells.  U+0000 (raw or escaped) is a
 * fault.  Names that differ in case are two names here. */
struct json *json_parse(struct arena *a, struct str text,
    enum json_fault *fault_out);

/*
 * A null that stands in a text is a value of type JSON_NULL; the NULL pointer
 * is no value at all ("no such member"), and its type is JSON_NULL as well.
 */
enum json_type json_type(const struct json *j);
bool json_bool(const struct json *j);
int64_t json_int(const struct json *j);
double json_real(const struct json *j);
struct str json_string(const struct json *j);		/* borrowed */
size_t json_length(const struct json *j);		/* array or object */
struct json *json_at(const struct json *j, size_t i);	/* array */
struct json *json_get(const struct json *j, const char *name);	/* exact */
/* ASCII caseless: the first in the text. */
struct json *json_get_fold(const struct json *j, const char *name);
/* Members in their order: fn returns false to stop. */
bool json_each(const struct json *j,
    bool (*fn)(void *arg, struct str name, struct json *value), void *arg);

struct json *json_new_object(struct arena *a);
struct json *json_new_array(struct arena *a);
/* Values that are NULL are stored as null; a value joins one tree only
 * (adding a value that is elsewhere shares it by reference). */
void json_set(struct json *obj, const char *name, struct json *value);
/* An absent text is stored as null. */
void json_set_str(struct json *obj, const char *name, struct str s);
void json_set_cstr(struct json *obj, const char *name, const char *s);
void json_set_int(struct json *obj, const char *name, int64_t n);
void json_set_bool(struct json *obj, const char *name, bool v);
void json_set_null(struct json *obj, const char *name);
void json_remove(struct json *obj, const char *name);
void json_append(struct json *arr, struct json *value);
void json_append_str(struct json *arr, struct str s);
void json_append_int(struct json *arr, int64_t n);
struct json *json_new_string(struct arena *a, struct str s);
struct json *json_copy(struct arena *a, const struct json *j);	/* deep */

/* Compact text.  <, >, &, U+2028, U+2029 are written as \uXXXX; with
 * guard_words also the first letter of description, Description, errorCode
 * (two SDKs search successes for these words). */
struct str json_text(struct arena *a, const struct json *j, bool guard_words);
/* Append a text as a JSON string, as json_text with guard_words does; an
 * absent one as null. */
void json_put_str(struct buf *b, struct str s);
/* Append a part of JSON text as json_text with guard_words writes it. */
void json_guard(struct buf *b, struct str part);
/* Up to where that changes nothing, at least: bytes. */
size_t json_safe(struct str part);
/* The fields= projection: "a,b(c,d/e),f/g", names caseless; unknown names
 * are ignored.  NULL and false for a malformed expression. */
struct json *json_project(struct arena *a, const struct json *j,
    struct str fields, bool *ok_out);

#endif
