#include "object_line.h"

#include "account_line.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "codec/json_data.h"
#include "codec/text.h"
#include "object.h"

#define NUMBER_MAX	253402300799	/* the end of the year 9999 */
#define ENVELOPE	512

enum { NAME, OWNER, ID, HIDDEN, CREATED, MODIFIED, DATA, MEMBERS };

static const char *const names[MEMBERS] = {
	[NAME] = "object", [OWNER] = "uid", [ID] = "id",
	[HIDDEN] = "hidden", [CREATED] = "created_s",
	[MODIFIED] = "modified_s", [DATA] = "data"
};

static struct str
skip_blanks(struct str s)
{
	while (s.len > 0 && strchr(" \t", s.p[0]) != NULL)
		s = str_sub(s, 1, SIZE_MAX);
	return s;
}

bool
object_line_is(struct str text)
{
	text = skip_blanks(text);
	if (!str_starts(text, STR("{")))
		return false;
	return str_starts(skip_blanks(str_sub(text, 1, SIZE_MAX)),
	    STR("\"object\""));
}

static enum err
wrong(struct ctx *c, int member, const char *why)
{
	return err_set(c, ERR_BODY_SHAPE, member < MEMBERS ? names[member] :
	    NULL, "%s", why);
}

static enum err
take_members(struct ctx *c, struct str text, struct str out[MEMBERS])
{
	struct json_member *list;
	size_t i, n;
	int k;

	n = json_data_members(c->arena, text, &list);
	for (i = 0; i < n; i++) {
		struct str name = str_sub(list[i].name, 1,
		    list[i].name.len - 2);

		for (k = 0; k < MEMBERS; k++)
			if (str_eq(name, str_of(names[k])))
				break;
		if (k == MEMBERS)
			return wrong(c, k, "has an unknown member");
		out[k] = list[i].value;
	}
	return ERR_OK;
}

/* Neither names nor numbers of objects have anything to be escaped. */
static struct str
unquoted(struct str s)
{
	return s.len >= 2 && s.p[0] == '"' ? str_sub(s, 1, s.len - 2) :
	    STR("");
}

static enum err
read_number(struct ctx *c, const struct str given[MEMBERS], int member,
    int64_t max, int64_t unset, int64_t *out)
{
	*out = unset;
	if (given[member].p == NULL ||
	    str_to_int(given[member], 0, max, out))
		return ERR_OK;
	return wrong(c, member, "is not a whole number in its range");
}

static enum err
read_id(struct ctx *c, struct str given, struct object_line *l)
{
	struct uid fresh = uid_new(clock_now_ms());

	l->given_id = given.p != NULL;
	if (!l->given_id) {
		l->object.id = (struct str){ arena_copy(c->arena, fresh.b,
		    STORE_OBJECT_ID), STORE_OBJECT_ID };
		return ERR_OK;
	}
	given = unquoted(given);
	if (given.len == 2 * STORE_OBJECT_ID &&
	    hex_decode(c->arena, given, &l->object.id))
		return ERR_OK;
	return wrong(c, ID, "is not 24 hex digits");
}

static enum err
read_line(struct ctx *c, const struct str given[MEMBERS],
    struct object_line *l)
{
	struct store_object *o = &l->object;
	enum err e;

	*l = (struct object_line){ .place = { .hidden = true,
		.name = unquoted(given[NAME]) }, .object.version = 1 };
	if (!uid_parse(unquoted(given[OWNER]), &l->place.uid))
		return err_set(c, ERR_UID_MALFORMED, names[OWNER],
		    "is not 32 hex digits");
	if (given[DATA].p == NULL)
		return wrong(c, DATA, "is missing");
	e = read_id(c, given[ID], l);
	if (e == ERR_OK)
		e = read_number(c, given, HIDDEN, 1, 0, &o->hidden);
	if (e == ERR_OK)
		e = read_number(c, given, CREATED, NUMBER_MAX, c->now_s,
		    &o->created_s);
	if (e == ERR_OK)
		e = read_number(c, given, MODIFIED, NUMBER_MAX,
		    o->created_s, &o->modified_s);
	return e != ERR_OK ? e : object_admit(c, l->place.name, given[DATA],
	    &o->data);
}

enum err
object_line_judge(struct ctx *c, struct str text, struct object_line *out)
{
	struct str given[MEMBERS] = { STR_NONE }, at;
	enum json_fault fault;
	enum err e;

	c->err = (struct err_detail){ .code = ERR_OK };
	fault = json_data_check(text, LIMIT_JSON_DEPTH + 1,
	    LIMIT_JSON_MEMBERS + MEMBERS, &at);
	if (fault != JSON_FINE)
		return account_line_fault(c, fault);
	e = take_members(c, json_data_canonical(c->arena, text), given);
	return e != ERR_OK ? e : read_line(c, given, out);
}

struct str
object_line_text(struct ctx *c, const struct object_line *l)
{
	const struct store_object *o = &l->object;
	struct buf b;

	buf_init(&b, c->arena, ENVELOPE + o->data.len);
	buf_reserve(&b, ENVELOPE + o->data.len);
	buf_printf(&b, "{\"object\":\"%.*s\",\"uid\":\"%.*s\",\"id\":"
	    "\"%.*s\",\"hidden\":%lld,\"created_s\":%lld,\"modified_s\":"
	    "%lld,\"data\":", STR_FMT(l->place.name),
	    STR_FMT(uid_hex(c->arena, l->place.uid)),
	    STR_FMT(hex_encode(c->arena, o->id.p, o->id.len)),
	    (long long)o->hidden, (long long)o->created_s,
	    (long long)o->modified_s);
	buf_str(&b, o->data);
	buf_char(&b, '}');
	must(buf_ok(&b));
	return buf_view(&b);
}
