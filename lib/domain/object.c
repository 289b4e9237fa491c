/*
 * The account's row is locked by whatever makes a record or lets it grow, so
 * that the limits are judged one after another; a record's own row by
 * whatever changes it, so that no partial update loses another.
 */
#include "object.h"

#include "audit.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/json_data.h"
#include "codec/text.h"
#include "store/store_account.h"
#include "store/store_object.h"
#include "store/store_tx.h"

#define HIDE		"\"IsClientSideDisable\""
#define ENVELOPE	256	/* of a record, beside its data */
#define GUARDED		6	/* one byte may become \u003C */

enum act { READ, WRITE };

static enum err
judge_name(struct ctx *c, const struct object_place *p, enum act act)
{
	const struct list *l = &c->config->objects_names;
	enum object_client client;
	struct str name;
	size_t i;

	if (l->n == 0)
		return err_set(c, ERR_OBJECTS_OFF, NULL, "objects.names");
	for (i = 0; i < l->n; i++)
		if (config_object(l->items[i], &name, &client) &&
		    str_eq(name, p->name))
			break;
	if (i == l->n)
		return err_set(c, ERR_OBJECT_NAME_UNKNOWN, NULL,
		    "not declared");
	if (p->own && client < (act == READ ? OBJECT_CLIENT_READ :
	    OBJECT_CLIENT_WRITE))
		return err_set(c, ERR_OBJECT_NAME_UNKNOWN, NULL,
		    "closed to its owner");
	return ERR_OK;
}

static struct store_object_place
place_of(const struct object_place *p)
{
	return (struct store_object_place){ p->uid, p->name, !p->own };
}

static enum err
unknown(struct ctx *c, const char *why)
{
	return err_set(c, ERR_OBJECT_UNKNOWN, NULL, "%s", why);
}

static enum err
read_id(struct ctx *c, struct str given, struct str *out)
{
	if (given.len != 2 * STORE_OBJECT_ID ||
	    !hex_decode(c->arena, given, out))
		return unknown(c, "no id");
	return ERR_OK;
}

/* Of an owner it is known already. */
static enum err
judge_account(struct ctx *c, const struct object_place *p)
{
	struct store_account a;
	enum err e;

	if (p->own)
		return ERR_OK;
	e = store_account_by_uid(c, p->uid, &a);
	return e == ERR_NOT_FOUND ? err_set(c, ERR_USER_UNKNOWN, NULL,
	    "no such account") : e;
}

static enum err
lock_account(struct ctx *c, const struct object_place *p)
{
	enum err e;

	e = store_account_lock(c, p->uid);
	if (e != ERR_NOT_FOUND)
		return e;
	/* An owner's session went with the account. */
	return err_set(c, p->own ? ERR_TOKEN_UNKNOWN : ERR_USER_UNKNOWN,
	    NULL, "the account is gone");
}

/* Data */

static enum err
not_acceptable(struct ctx *c, const char *why)
{
	return err_set(c, ERR_OBJECT_BODY, NULL, "%s", why);
}

static enum err
judge_text(struct ctx *c, struct str text)
{
	enum json_fault fault;
	struct str at;

	if (text.len > LIMIT_BODY_OBJECT)
		return not_acceptable(c, "too large");
	fault = json_data_check(text, LIMIT_JSON_DEPTH, LIMIT_JSON_MEMBERS,
	    &at);
	if (fault == JSON_FINE)
		return ERR_OK;
	if (fault == JSON_SYNTAX || fault == JSON_DEPTH ||
	    fault == JSON_MEMBERS)
		return not_acceptable(c, fault == JSON_SYNTAX ? "not JSON" :
		    "too deep, or too many members");
	return err_set(c, ERR_BODY_SHAPE, str_present(at) &&
	    at.len <= 64 && !utf8_has_control(at) && utf8_valid(at) ?
	    str_cstr(c->arena, at) : NULL, "JSON fault %d", (int)fault);
}

static enum err
read_data(struct ctx *c, struct str body, struct str *out)
{
	struct str text;
	enum err e;

	e = judge_text(c, body);
	if (e != ERR_OK)
		return e;
	text = json_data_canonical(c->arena, body);
	if (text.len == 0 || text.p[0] != '{')
		return not_acceptable(c, "not an object");
	*out = text;
	return ERR_OK;
}

static enum err
take_hidden(struct ctx *c, struct store_object *o)
{
	struct json_member *list;
	size_t i, n;

	n = json_data_members(c->arena, o->data, &list);
	for (i = 0; i < n; i++) {
		if (!str_eq(list[i].name, STR(HIDE)))
			continue;
		o->hidden = str_eq(list[i].value, STR("true"));
		if (!o->hidden && !str_eq(list[i].value, STR("false")))
			return err_set(c, ERR_OBJECT_BODY,
			    "IsClientSideDisable", "neither true nor false");
		list[i].value = STR_NONE;
	}
	o->data = json_data_object(c->arena, list, n);
	return ERR_OK;
}

enum err
object_admit(struct ctx *c, struct str name, struct str data,
    struct str *data_out)
{
	const struct object_place p = { .name = name };
	enum err e;

	e = judge_name(c, &p, WRITE);
	return e != ERR_OK ? e : read_data(c, data, data_out);
}

/* Answers */

static void
put_record(struct ctx *c, struct buf *b, const struct object_place *p,
    const struct store_object *o)
{
	buf_printf(b, "{\"Id\":\"%.*s\",\"IsActive\":true,\"DateCreated\":"
	    "\"%.*s\",\"DateModified\":\"%.*s\",\"IsDeleted\":false,\"Uid\":"
	    "\"%.*s\",\"CustomObject\":",
	    STR_FMT(hex_encode(c->arena, o->id.p, o->id.len)),
	    STR_FMT(clock_iso(c->arena, o->created_s)),
	    STR_FMT(clock_iso(c->arena, o->modified_s)),
	    STR_FMT(uid_hex(c->arena, p->uid)));
	json_guard(b, o->data);
	buf_char(b, '}');
}

static struct str
record(struct ctx *c, const struct object_place *p,
    const struct store_object *o)
{
	struct buf b;

	buf_init(&b, c->arena, ENVELOPE + GUARDED * o->data.len);
	buf_reserve(&b, ENVELOPE + o->data.len);
	put_record(c, &b, p, o);
	must(buf_ok(&b));
	return buf_view(&b);
}

static struct str
records(struct ctx *c, const struct object_place *p,
    const struct store_object *list, size_t n)
{
	size_t i, size = ENVELOPE;
	struct buf b;

	for (i = 0; i < n; i++)
		size += ENVELOPE + list[i].data.len;
	buf_init(&b, c->arena, GUARDED * size);
	buf_reserve(&b, size);
	buf_cstr(&b, "{\"data\":[");
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_char(&b, ',');
		put_record(c, &b, p, &list[i]);
	}
	buf_printf(&b, "],\"Count\":%zu}", n);
	must(buf_ok(&b));
	return buf_view(&b);
}

/* Reading */

enum err
object_list(struct ctx *c, const struct object_place *p, struct str *out)
{
	const struct store_object_place at = place_of(p);
	struct store_object *list;
	size_t n = 0;
	enum err e;

	e = judge_name(c, p, READ);
	if (e == ERR_OK)
		e = store_object_list(c, &at, &list, &n);
	if (e == ERR_OK && n == 0)
		e = judge_account(c, p);
	if (e == ERR_OK && n == 0 && c->config->compat_empty_list_1057)
		e = unknown(c, "none");
	if (e == ERR_OK)
		*out = records(c, p, list, n);
	return e;
}

enum err
object_get(struct ctx *c, const struct object_place *p, struct str given,
    struct str *out)
{
	const struct store_object_place at = place_of(p);
	struct store_object o;
	struct str id;
	enum err e;

	e = judge_name(c, p, READ);
	if (e != ERR_OK)
		return e;
	e = read_id(c, given, &id);
	if (e == ERR_OK)
		e = store_object_get(c, &at, id, &o);
	if (e == ERR_OK) {
		*out = record(c, p, &o);
		return ERR_OK;
	}
	if (e != ERR_NOT_FOUND && e != ERR_OBJECT_UNKNOWN)
		return e;
	e = judge_account(c, p);
	return e != ERR_OK ? e : unknown(c, "not the account's");
}

/* Writing */

struct change {
	const struct object_place *place;
	struct store_object_place at;
	struct store_object object;
	struct str id, changes;
	bool replace, locked;
};

static enum err
audit(struct ctx *c, const char *event, const struct change *w,
    struct str id)
{
	return audit_add(c, event, w->at.uid, str_printf(c->arena,
	    "%.*s %.*s", STR_FMT(w->at.name),
	    STR_FMT(hex_encode(c->arena, id.p, id.len))).p);
}

static enum err
full(struct ctx *c)
{
	return err_set(c, ERR_OBJECTS_FULL, NULL, "no room");
}

static enum err
create_tx(struct ctx *c, void *arg)
{
	const struct change *w = arg;
	bool done = false;
	enum err e;

	e = lock_account(c, w->place);
	if (e == ERR_OK)
		e = store_object_add(c, &w->at, &w->object, &done);
	if (e == ERR_OK && !done)
		e = full(c);
	return e != ERR_OK ? e : audit(c, "object_created", w,
	    w->object.id);
}

static enum err
create_in_doubt(struct ctx *c, void *arg)
{
	const struct change *w = arg;
	struct store_object o;

	return store_object_get(c, &w->at, w->object.id, &o);
}

enum err
object_create(struct ctx *c, const struct object_place *p, struct str body,
    struct str *out)
{
	struct uid id = uid_new(c->now_ms);	/* its time comes first */
	struct change w = { .place = p, .at = place_of(p), .object = {
		.id = { (const char *)id.b, STORE_OBJECT_ID },
		.version = 1, .created_s = c->now_s, .modified_s = c->now_s
	} };
	enum err e;

	e = judge_name(c, p, WRITE);
	if (e == ERR_OK)
		e = read_data(c, body, &w.object.data);
	if (e == ERR_OK && !p->own)
		e = take_hidden(c, &w.object);
	if (e == ERR_OK)
		e = store_tx(c, create_tx, &w, create_in_doubt);
	if (e == ERR_OK)
		*out = record(c, p, &w.object);
	return e;
}

static enum err
lock_record(struct ctx *c, struct change *w)
{
	enum err e;

	e = store_object_lock(c, &w->at, w->id, &w->object);
	w->locked = e == ERR_OK;
	return e == ERR_NOT_FOUND ? unknown(c, "not the account's") : e;
}

static enum err
update_tx(struct ctx *c, void *arg)
{
	struct change *w = arg;
	struct store_object *o = &w->object;
	bool done = false;
	enum err e;

	w->locked = false;
	e = lock_account(c, w->place);
	if (e == ERR_OK)
		e = lock_record(c, w);
	if (e != ERR_OK)
		return e;
	o->data = w->replace ? w->changes :
	    json_data_merge(c->arena, o->data, w->changes);
	o->modified_s = c->now_s;
	e = judge_text(c, o->data);
	if (e == ERR_OK)
		e = store_object_set(c, &w->at, o, &done);
	if (e == ERR_OK && !done)
		e = full(c);
	return e != ERR_OK ? e : audit(c, "object_updated", w, o->id);
}

/* Where somebody else has changed it since, it cannot be told whether that
 * came before or behind: done once more it is there in any case. */
static enum err
update_in_doubt(struct ctx *c, void *arg)
{
	const struct change *w = arg;
	struct store_object o;
	enum err e;

	if (!w->locked)
		return ERR_NOT_FOUND;
	e = store_object_get(c, &w->at, w->id, &o);
	if (e != ERR_OK)
		return e;
	return o.version == w->object.version + 1 &&
	    str_eq(o.data, w->object.data) ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
read_type(struct ctx *c, struct str s, bool *replace_out)
{
	*replace_out = str_ieq(s, STR("replace"));
	if (!str_present(s) || *replace_out ||
	    str_ieq(s, STR("partialreplace")) || str_ieq(s, STR("default")))
		return ERR_OK;
	return err_set(c, ERR_PARAMETER, "updatetype", "no such type");
}

enum err
object_update(struct ctx *c, const struct object_place *p, struct str given,
    struct str type, struct str body, struct str *out)
{
	struct change w = { .place = p, .at = place_of(p) };
	enum err e;

	e = judge_name(c, p, WRITE);
	if (e == ERR_OK)
		e = read_type(c, type, &w.replace);
	if (e == ERR_OK)
		e = read_data(c, body, &w.changes);
	if (e == ERR_OK)
		e = read_id(c, given, &w.id);
	if (e == ERR_OK)
		e = store_tx(c, update_tx, &w, update_in_doubt);
	if (e == ERR_OK)
		*out = record(c, p, &w.object);
	return e;
}

static enum err
delete_tx(struct ctx *c, void *arg)
{
	const struct change *w = arg;
	enum err e;

	e = store_object_drop(c, &w->at, w->id);
	if (e == ERR_NOT_FOUND)
		return unknown(c, "not the account's");
	return e != ERR_OK ? e : audit(c, "object_deleted", w, w->id);
}

static enum err
delete_in_doubt(struct ctx *c, void *arg)
{
	const struct change *w = arg;
	struct store_object o;
	enum err e;

	e = store_object_get(c, &w->at, w->id, &o);
	return e == ERR_NOT_FOUND ? ERR_OK : e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err
object_delete(struct ctx *c, const struct object_place *p, struct str given)
{
	struct change w = { .place = p, .at = place_of(p) };
	enum err e;

	e = judge_name(c, p, WRITE);
	if (e == ERR_OK)
		e = read_id(c, given, &w.id);
	if (e == ERR_OK)
		e = store_tx(c, delete_tx, &w, delete_in_doubt);
	if (e != ERR_OBJECT_UNKNOWN)
		return e;
	e = judge_account(c, p);
	return e != ERR_OK ? e : unknown(c, "not the account's");
}
