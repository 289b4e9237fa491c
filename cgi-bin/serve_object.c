#include "serve.h"

#include "domain/object.h"
#include "response.h"

const struct reply reply_object[] = {
	{ "Id", REPLY_TEXT, 0, NULL },
	{ "IsActive", REPLY_BOOL, 0, NULL },
	{ "DateCreated", REPLY_TIME, 0, NULL },
	{ "DateModified", REPLY_TIME, 0, NULL },
	{ "IsDeleted", REPLY_BOOL, 0, NULL },
	{ "Uid", REPLY_TEXT, 0, NULL },
	{ "CustomObject", REPLY_OBJECT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_objects[] = {
	{ "data", REPLY_ARRAY, 0, reply_object },
	{ "Count", REPLY_INT, 0, NULL },
	{ NULL, 0, 0, NULL }
};

#define NAME_FIELD \
	{ "objectname", "customobjectid", IN_QUERY, \
	  FIELD_REQUIRED | FIELD_LINE, FIELD_TEXT, ERR_OBJECT_NAME_MISSING, \
	  ERR_OBJECT_NAME_UNKNOWN, 64, AT(in_object, name), \
	  "Name of the custom object" }
#define NO_WEBHOOK \
	{ "prevent_webhook", NULL, IN_QUERY, FIELD_DISCARD, FIELD_BOOL, 0, \
	  0, 0, 0, "Without effect" }

const struct field in_object[] = {
	NAME_FIELD,
	{ .name = NULL }
};
const struct field in_object_write[] = {
	NAME_FIELD,
	NO_WEBHOOK,
	{ .name = NULL }
};
const struct field in_object_update[] = {
	NAME_FIELD,
	{ "updatetype", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, 32,
	  AT(in_object, type), "replace: all of the data; partialreplace or "
	  "default, which is what counts when it is absent: the members that "
	  "are named, as a whole" },
	NO_WEBHOOK,
	{ .name = NULL }
};

#define NAME_ERRORS \
	ERR_OBJECTS_OFF, ERR_OBJECT_NAME_MISSING, ERR_OBJECT_NAME_UNKNOWN
#define CREATE_ERRORS \
	NAME_ERRORS, ERR_OBJECT_BODY, ERR_OBJECTS_FULL
#define UPDATE_ERRORS \
	CREATE_ERRORS, ERR_OBJECT_UNKNOWN
#define UID_ERRORS \
	ERR_USER_UNKNOWN, ERR_UID_INVALID

const enum err errors_object_create[] = { CREATE_ERRORS, ERR_OK };
const enum err errors_object_list[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	ERR_OK };
const enum err errors_object_get[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	ERR_OK };
const enum err errors_object_update[] = { UPDATE_ERRORS, ERR_OK };
const enum err errors_object_delete[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	ERR_OK };
const enum err errors_objects_create[] = { CREATE_ERRORS, UID_ERRORS,
	ERR_OK };
const enum err errors_objects_list[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	UID_ERRORS, ERR_OK };
const enum err errors_objects_get[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	UID_ERRORS, ERR_OK };
const enum err errors_objects_update[] = { UPDATE_ERRORS, UID_ERRORS,
	ERR_OK };
const enum err errors_objects_delete[] = { NAME_ERRORS, ERR_OBJECT_UNKNOWN,
	UID_ERRORS, ERR_OK };

/* Paths of back ends: {uid}, then {objectrecordid}; of owners: that alone. */
static bool
is_own(const struct http *h)
{
	return (h->route->need & NEED_TOKEN) != 0;
}

static struct str
record_id(const struct http *h)
{
	return h->path_values[is_own(h) ? 0 : 1];
}

static enum err
place_of(struct http *h, const struct in_object *in,
    struct object_place *out)
{
	struct object_place p = { .name = in->name, .own = is_own(h) };

	if (p.own)
		p.uid = h->session.uid;
	else if (!uid_parse(h->path_values[0], &p.uid))
		return err_set(h->ctx, ERR_UID_INVALID, NULL, "no uid");
	*out = p;
	return ERR_OK;
}

enum err
serve_object_create(struct http *h, const void *in)
{
	struct object_place p;
	struct str text;
	enum err e;

	e = place_of(h, in, &p);
	if (e == ERR_OK)
		e = object_create(h->ctx, &p, h->body, &text);
	return e != ERR_OK ? e : response_json_text(h, text);
}

enum err
serve_object_list(struct http *h, const void *in)
{
	struct object_place p;
	struct str text;
	enum err e;

	e = place_of(h, in, &p);
	if (e == ERR_OK)
		e = object_list(h->ctx, &p, &text);
	return e != ERR_OK ? e : response_json_text(h, text);
}

enum err
serve_object_get(struct http *h, const void *in)
{
	struct object_place p;
	struct str text;
	enum err e;

	e = place_of(h, in, &p);
	if (e == ERR_OK)
		e = object_get(h->ctx, &p, record_id(h), &text);
	return e != ERR_OK ? e : response_json_text(h, text);
}

enum err
serve_object_update(struct http *h, const void *arg)
{
	const struct in_object *in = arg;
	struct object_place p;
	struct str text;
	enum err e;

	e = place_of(h, in, &p);
	if (e == ERR_OK)
		e = object_update(h->ctx, &p, record_id(h), in->type, h->body,
		    &text);
	return e != ERR_OK ? e : response_json_text(h, text);
}

enum err
serve_object_delete(struct http *h, const void *in)
{
	struct object_place p;
	enum err e;

	e = place_of(h, in, &p);
	if (e == ERR_OK)
		e = object_delete(h->ctx, &p, record_id(h));
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}
