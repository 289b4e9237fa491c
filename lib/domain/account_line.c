/*
 * What a line of an import may hold: tables of members, each with its reader.
 * A member that is not known refuses the line: what is misspelt is not lost
 * in silence.
 */
#include "account_line.h"

#include "account_internal.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "crypto/pwhash.h"
#include "profile_internal.h"
#include "role.h"
#include "schema.h"

#define NUMBER_MAX	253402300799	/* the end of the year 9999 */
#define LABEL_CHARS	64
#define SOURCE_CHARS	512
#define PRIVACY_MAX	4096	/* their columns */
#define CONSENTS_MAX	65535

struct judge {
	struct ctx *c;
	bool verified;
	struct account_line *line;
	struct str username;
	bool told_email, told_phone;	/* when the account was proven */
	bool told_filled;
	const struct json *document;	/* of the profile */
};

struct member_reader {
	const char *name;
	enum err (*read)(struct judge *j, const struct json *v);
};

/* Shapes */

static enum err
wrong(struct judge *j, const char *field, const char *why)
{
	return err_set(j->c, ERR_BODY_SHAPE, field, "%s", why);
}

static enum err
read_number(struct judge *j, const char *field, const struct json *v,
    int64_t max, int64_t *out)
{
	if (json_type(v) != JSON_INT || json_int(v) < 0 || json_int(v) > max)
		return wrong(j, field, "is not a whole number in its range");
	*out = json_int(v);
	return ERR_OK;
}

static enum err
read_text(struct judge *j, const char *field, const struct json *v,
    size_t chars, struct str *out)
{
	struct str s = json_string(v);

	if (json_type(v) != JSON_STRING)
		return wrong(j, field, "is not a text");
	if (utf8_length(s) > chars || utf8_has_control(s))
		return wrong(j, field, "is too long, or holds controls");
	*out = s;
	return ERR_OK;
}

static enum err
read_id(struct judge *j, const char *field, const struct json *v,
    struct uid *out)
{
	struct uid u;

	if (!uid_parse(json_string(v), &u) || uid_is_zero(u))
		return err_set(j->c, ERR_UID_MALFORMED, field,
		    "is not 32 hex digits");
	*out = u;
	return ERR_OK;
}

/* An object with no members but these; absent ones stay NULL. */

struct expected { const char *name; const struct json *value; };

struct taking {
	struct expected *list;
	size_t n;
	bool unknown;
};

static bool
take_member(void *arg, struct str name, struct json *value)
{
	struct taking *t = arg;
	size_t i;

	for (i = 0; i < t->n; i++)
		if (str_eq(name, str_of(t->list[i].name))) {
			if (json_type(value) != JSON_NULL)
				t->list[i].value = value;
			return true;
		}
	t->unknown = true;
	return false;
}

static enum err
take_members(struct judge *j, const char *field, const struct json *v,
    struct expected *list, size_t n)
{
	struct taking t = { list, n, false };

	if (json_type(v) != JSON_OBJECT)
		return wrong(j, field, "is not an object");
	json_each(v, take_member, &t);
	return t.unknown ? wrong(j, field, "has an unknown member") : ERR_OK;
}

/* Identifiers */

static enum err
add_identifier(struct judge *j, const struct identifier *id,
    struct str label, int64_t position, int64_t verified_s)
{
	struct account_line *l = j->line;

	if (l->n_identifiers == LINE_IDENTIFIERS)
		return wrong(j, NULL, "has too many identifiers");
	l->identifiers[l->n_identifiers++] = (struct store_new_identifier){
		.kind = id->kind, .canonical = id->canonical,
		.given = id->given, .label = label, .position = position,
		.verified_s = verified_s
	};
	return ERR_OK;
}

static enum err
read_verified(struct judge *j, const char *field, const struct json *v,
    int64_t *out)
{
	*out = j->verified ? j->c->now_s : 0;
	return v == NULL ? ERR_OK : read_number(j, field, v, NUMBER_MAX, out);
}

/* Against the addresses before it. */
static enum err
judge_others(struct judge *j, const struct identifier *id, struct str label)
{
	const struct store_new_identifier *i = j->line->identifiers;
	size_t n = j->line->n_identifiers;

	for (; n > 0; n--, i++) {
		if (i->kind != IDENTIFIER_EMAIL)
			continue;
		if (str_eq(i->canonical, id->canonical))
			return err_set(j->c, ERR_EMAIL_REPEATED, "emails",
			    "stands twice");
		if (str_ieq(i->label, STR("Primary")) &&
		    str_ieq(label, STR("Primary")))
			return err_set(j->c, ERR_EMAIL_TWO_PRIMARY, "emails",
			    "more than one is primary");
	}
	return ERR_OK;
}

static enum err
read_email(struct judge *j, const struct json *v, size_t position)
{
	struct expected m[] = { { "address", NULL }, { "type", NULL },
		{ "verified_s", NULL } };
	struct str label = position == 0 ? STR("Primary") : STR("Secondary");
	struct identifier id;
	int64_t verified_s;
	enum err e;

	e = take_members(j, "emails", v, m, COUNT(m));
	if (e == ERR_OK && json_type(m[0].value) != JSON_STRING)
		e = wrong(j, "emails.address", "is not a text");
	if (e == ERR_OK && m[1].value != NULL)
		e = read_text(j, "emails.type", m[1].value, LABEL_CHARS,
		    &label);
	if (e == ERR_OK)
		e = read_verified(j, "emails.verified_s", m[2].value,
		    &verified_s);
	if (e != ERR_OK)
		return e;
	e = identifier_email(j->c->arena, json_string(m[0].value),
	    j->c->config->login_fold_local_part, &id);
	if (e != ERR_OK)
		return err_set(j->c, e, "emails.address", "malformed");
	e = judge_others(j, &id, label);
	return e != ERR_OK ? e : add_identifier(j, &id, label,
	    (int64_t)position, verified_s);
}

static enum err
read_emails(struct judge *j, const struct json *v)
{
	enum err e = ERR_OK;
	size_t i;

	if (json_type(v) != JSON_ARRAY)
		return wrong(j, "emails", "is not an array");
	for (i = 0; i < json_length(v) && e == ERR_OK; i++)
		e = read_email(j, json_at(v, i), i);
	return e;
}

static enum err
read_phone(struct judge *j, const struct json *v)
{
	struct expected m[] = { { "number", NULL }, { "verified_s", NULL } };
	struct identifier id;
	int64_t verified_s;
	enum err e;

	e = take_members(j, "phone", v, m, COUNT(m));
	if (e == ERR_OK && json_type(m[0].value) != JSON_STRING)
		e = wrong(j, "phone.number", "is not a text");
	if (e == ERR_OK)
		e = read_verified(j, "phone.verified_s", m[1].value,
		    &verified_s);
	if (e != ERR_OK)
		return e;
	e = identifier_phone(j->c->arena, json_string(m[0].value), &id);
	if (e != ERR_OK)
		return err_set(j->c, e, "phone.number", "malformed");
	if (!j->told_phone)
		j->line->account.phone_verified_s = verified_s;
	return add_identifier(j, &id, STR(""), 0, verified_s);
}

/* Added and not proven: they lead to no account. */
static enum err
read_pending_one(struct judge *j, const struct json *v)
{
	struct expected m[] = { { "address", NULL }, { "number", NULL },
		{ "type", NULL }, { "created_s", NULL } };
	struct account_line *l = j->line;
	struct store_pending *p;
	struct identifier id;
	enum err e;

	if (l->n_pending == LINE_PENDING)
		return wrong(j, "pending", "is too long");
	p = &l->pending[l->n_pending].row;
	e = take_members(j, "pending", v, m, COUNT(m));
	if (e != ERR_OK)
		return e;
	if (json_type(m[0].value) == JSON_STRING && m[1].value == NULL)
		e = identifier_email(j->c->arena, json_string(m[0].value),
		    j->c->config->login_fold_local_part, &id);
	else if (json_type(m[1].value) == JSON_STRING && m[0].value == NULL)
		e = identifier_phone(j->c->arena, json_string(m[1].value),
		    &id);
	else
		return wrong(j, "pending", "has no address and no number");
	if (e != ERR_OK)
		return err_set(j->c, e, "pending", "malformed");
	*p = (struct store_pending){ .kind = id.kind,
		.canonical = id.canonical, .given = id.given,
		.label = STR(""), .created_s = j->c->now_s };
	if (m[2].value != NULL)
		e = read_text(j, "pending.type", m[2].value, LABEL_CHARS,
		    &p->label);
	if (e == ERR_OK && m[3].value != NULL)
		e = read_number(j, "pending.created_s", m[3].value,
		    NUMBER_MAX, &p->created_s);
	l->n_pending++;
	return e;
}

static enum err
read_pending(struct judge *j, const struct json *v)
{
	enum err e = ERR_OK;
	size_t i;

	if (json_type(v) != JSON_ARRAY)
		return wrong(j, "pending", "is not an array");
	for (i = 0; i < json_length(v) && e == ERR_OK; i++)
		e = read_pending_one(j, json_at(v, i));
	return e;
}

/* Judged at the end: it is held against the addresses (F-03). */
static enum err
read_username(struct judge *j, const struct json *v)
{
	if (json_type(v) != JSON_STRING)
		return wrong(j, "username", "is not a text");
	j->username = json_string(v);
	return ERR_OK;
}

static bool
is_own_address(struct judge *j, struct str name)
{
	struct identifier id;
	size_t i;

	if (identifier_email(j->c->arena, name,
	    j->c->config->login_fold_local_part, &id) != ERR_OK)
		return false;
	for (i = 0; i < j->line->n_identifiers; i++)
		if (j->line->identifiers[i].kind == IDENTIFIER_EMAIL &&
		    str_eq(j->line->identifiers[i].canonical, id.canonical))
			return true;
	return false;
}

static enum err
judge_username(struct judge *j)
{
	struct identifier id;
	enum err e;

	if (j->username.p == NULL)
		return ERR_OK;
	if (is_own_address(j, j->username)) {
		j->line->kept_as_address = true;
		return ERR_OK;
	}
	e = account_judge_username(j->c, j->username, &id);
	return e != ERR_OK ? e : add_identifier(j, &id, STR(""), 0, 0);
}

/* Password */

static enum err
read_hash(struct judge *j, const char *field, const struct json *v,
    struct str *out)
{
	enum err e;

	if (json_type(v) != JSON_STRING)
		return wrong(j, field, "is not a text");
	e = pwhash_admit(j->c, json_string(v), out);
	return e != ERR_OK ? err_set(j->c, e, field, "%s",
	    j->c->err.note) : e;
}

/* Oldest first. */
static enum err
read_old(struct judge *j, const struct json *v)
{
	struct expected m[] = { { "hash", NULL }, { "retired_ms", NULL } };
	struct account_line *l = j->line;
	struct store_import_old *old = &l->history[l->n_history];
	enum err e;

	if (l->n_history == LINE_HISTORY)
		return wrong(j, "password.history", "is too long");
	e = take_members(j, "password.history", v, m, COUNT(m));
	if (e == ERR_OK)
		e = read_hash(j, "password.history.hash", m[0].value,
		    &old->phc);
	if (e == ERR_OK)
		e = read_number(j, "password.history.retired_ms", m[1].value,
		    NUMBER_MAX * 1000, &old->retired_ms);
	if (e == ERR_OK && l->n_history > 0 &&
	    old->retired_ms <= old[-1].retired_ms)
		return wrong(j, "password.history", "is out of order");
	l->n_history++;
	return e;
}

static enum err
read_history(struct judge *j, const struct json *v)
{
	enum err e = ERR_OK;
	size_t i;

	if (v == NULL)
		return ERR_OK;
	if (json_type(v) != JSON_ARRAY)
		return wrong(j, "password.history", "is not an array");
	for (i = 0; i < json_length(v) && e == ERR_OK; i++)
		e = read_old(j, json_at(v, i));
	return e;
}

static enum err
read_password(struct judge *j, const struct json *v)
{
	struct expected m[] = { { "hash", NULL }, { "changed_s", NULL },
		{ "secure", NULL }, { "breached_s", NULL },
		{ "history", NULL } };
	struct store_import_password *p = &j->line->password;
	enum err e;

	e = take_members(j, "password", v, m, COUNT(m));
	if (e == ERR_OK)
		e = read_hash(j, "password.hash", m[0].value, &p->phc);
	if (e == ERR_OK && m[1].value != NULL)
		e = read_number(j, "password.changed_s", m[1].value,
		    NUMBER_MAX, &p->changed_s);
	if (e == ERR_OK && m[2].value != NULL)
		e = read_number(j, "password.secure", m[2].value, 2,
		    &p->secure);
	if (e == ERR_OK && m[3].value != NULL)
		e = read_number(j, "password.breached_s", m[3].value,
		    NUMBER_MAX, &p->breached_s);
	return e != ERR_OK ? e : read_history(j, m[4].value);
}

/* Profile */

static bool
is_users_member(void *arg, struct str name, struct json *value)
{
	struct str *unknown = arg;
	const struct member *m;

	(void)value;
	for (m = profile_table; m->name != NULL; m++)
		if ((m->flags & (BY_USER | BY_BACK_END)) != 0 &&
		    str_ieq(str_of(m->name), name))
			return true;
	if (str_ieq(name, STR("SessionsLimit")))
		return true;
	*unknown = name;
	return false;
}

/* The fields of a refusal in one text. */
static enum err
with_fields(struct ctx *c, enum err e)
{
	const struct err_field *f = c->err.fields;
	struct buf b;

	if (f == NULL)
		return err_set(c, e, c->err.field != NULL ? str_printf(
		    c->arena, "profile.%s", c->err.field).p : "profile",
		    "%s", c->err.note != NULL ? c->err.note : "refused");
	buf_init(&b, c->arena, LIMIT_TEXT);
	for (; f != NULL; f = f->next)
		buf_printf(&b, "%s%s %s", b.len > 0 ? "; " : "", f->name,
		    f->message);
	return err_set(c, e, "profile", "%.*s", STR_FMT(buf_view(&b)));
}

static enum err
read_profile(struct judge *j, const struct json *v)
{
	struct json *document = json_new_object(j->c->arena);
	struct str unknown = STR_NONE;
	enum err e;

	if (json_type(v) != JSON_OBJECT)
		return wrong(j, "profile", "is not an object");
	json_each(v, is_users_member, &unknown);
	if (unknown.p != NULL)
		return err_set(j->c, ERR_BODY_SHAPE, "profile",
		    "\"%.*s\" is no member that can be imported",
		    STR_FMT(utf8_cut(unknown, PROFILE_NAME)));
	e = profile_judge_import(j->c, v, document);
	if (e == ERR_OK)
		e = profile_document_text(j->c, document,
		    &j->line->account.profile);
	if (e != ERR_OK)
		return with_fields(j->c, e);
	j->document = document;
	return ERR_OK;
}

/* The account itself */

static enum err
read_uid(struct judge *j, const struct json *v)
{
	j->line->given_uid = true;
	return read_id(j, "uid", v, &j->line->account.uid);
}

static enum err
read_profile_id(struct judge *j, const struct json *v)
{
	j->line->given_profile_id = true;
	return read_id(j, "profile_id", v, &j->line->account.profile_id);
}

static enum err
read_state(struct judge *j, const struct json *v)
{
	static const char *const names[] = {
		[ACCOUNT_ACTIVE] = "active", [ACCOUNT_BLOCKED] = "blocked",
		[ACCOUNT_LOGIN_DISABLED] = "login_disabled"
	};
	int64_t i;

	for (i = ACCOUNT_ACTIVE; i <= ACCOUNT_LOGIN_DISABLED; i++)
		if (str_eq(json_string(v), str_of(names[i]))) {
			j->line->account.state = i;
			return ERR_OK;
		}
	return wrong(j, "state", "is not active, blocked or login_disabled");
}

static enum err
read_source(struct judge *j, const struct json *v)
{
	return read_text(j, "source", v, SOURCE_CHARS,
	    &j->line->account.source);
}

static enum err
read_email_verified(struct judge *j, const struct json *v)
{
	j->told_email = true;
	return read_number(j, "email_verified_s", v, NUMBER_MAX,
	    &j->line->account.email_verified_s);
}

static enum err
read_phone_verified(struct judge *j, const struct json *v)
{
	j->told_phone = true;
	return read_number(j, "phone_verified_s", v, NUMBER_MAX,
	    &j->line->account.phone_verified_s);
}

/* As another site had it. */
static enum err
read_document(struct judge *j, const char *field, const struct json *v,
    size_t max, struct str *out)
{
	struct str s;

	if (json_type(v) != JSON_OBJECT)
		return wrong(j, field, "is not an object");
	s = json_text(j->c->arena, v, false);
	if (s.len > max)
		return wrong(j, field, "is too long");
	*out = s;
	return ERR_OK;
}

static enum err
read_privacy_policy(struct judge *j, const struct json *v)
{
	return read_document(j, "privacy_policy", v, PRIVACY_MAX,
	    &j->line->account.privacy_policy);
}

static enum err
read_consents(struct judge *j, const struct json *v)
{
	return read_document(j, "consent_profile", v, CONSENTS_MAX,
	    &j->line->account.consent_profile);
}

static enum err
read_filled(struct judge *j, const struct json *v)
{
	j->told_filled = true;
	return read_number(j, "required_filled", v, 1,
	    &j->line->account.required_filled);
}

/* Sorted, with one blank between two: as they are stored. */
static enum err
read_roles(struct judge *j, const struct json *v)
{
	struct str rest, one, before = STR("");
	enum err e;

	e = read_text(j, "roles", v, ROLES_MAX, &rest);
	if (e != ERR_OK)
		return e;
	j->line->account.roles = rest;
	while (rest.len > 0 && str_split(&rest, ' ', &one)) {
		if (!role_valid(one) || (before.len > 0 &&
		    role_order(before, one) >= 0))
			return wrong(j, "roles", "are not names of roles, "
			    "sorted, a blank between two");
		before = one;
	}
	return ERR_OK;
}

static const struct member_reader readers[] = {
	{ "uid", read_uid }, { "profile_id", read_profile_id },
	{ "state", read_state }, { "source", read_source },
	{ "email_verified_s", read_email_verified },
	{ "phone_verified_s", read_phone_verified },
	{ "emails", read_emails }, { "phone", read_phone },
	{ "username", read_username }, { "profile", read_profile },
	{ "password", read_password },
	{ "required_filled", read_filled }, { "pending", read_pending },
	{ "privacy_policy", read_privacy_policy },
	{ "consent_profile", read_consents }, { "roles", read_roles }
};

#define AT(member)	offsetof(struct store_import_account, member)
static const struct { const char *name; size_t at; int64_t max; } numbers[] = {
	{ "created_s", AT(created_s), NUMBER_MAX },
	{ "modified_s", AT(modified_s), NUMBER_MAX },
	{ "profile_modified_s", AT(profile_modified_s), NUMBER_MAX },
	{ "last_login_s", AT(last_login_s), NUMBER_MAX },
	{ "logins", AT(logins), INT32_MAX }
};

static enum err
read_member(struct judge *j, struct str name, const struct json *v)
{
	int64_t number;
	enum err e;
	size_t i;

	for (i = 0; i < COUNT(readers); i++)
		if (str_eq(name, str_of(readers[i].name)))
			return json_type(v) == JSON_NULL ? ERR_OK :
			    readers[i].read(j, v);
	for (i = 0; i < COUNT(numbers); i++) {
		if (!str_eq(name, str_of(numbers[i].name)))
			continue;
		if (json_type(v) == JSON_NULL)
			return ERR_OK;
		e = read_number(j, numbers[i].name, v, numbers[i].max,
		    &number);
		if (e == ERR_OK)
			memcpy((char *)&j->line->account + numbers[i].at,
			    &number, sizeof(number));
		return e;
	}
	return err_set(j->c, ERR_BODY_SHAPE, NULL,
	    "\"%.*s\" is no member of a line",
	    STR_FMT(utf8_cut(name, PROFILE_NAME)));
}

struct reading { struct judge *j; enum err e; };

static bool
read_one(void *arg, struct str name, struct json *value)
{
	struct reading *r = arg;

	r->e = read_member(r->j, name, value);
	return r->e == ERR_OK;
}

/* What the line left open. */

static int64_t
first_proof(const struct account_line *l)
{
	int64_t first = 0;
	size_t i;

	for (i = 0; i < l->n_identifiers; i++) {
		int64_t at = l->identifiers[i].verified_s;

		if (l->identifiers[i].kind == IDENTIFIER_EMAIL && at != 0 &&
		    (first == 0 || at < first))
			first = at;
	}
	return first;
}

static void
fill_account(struct judge *j)
{
	struct store_import_account *a = &j->line->account;
	struct ctx *c = j->c;

	if (!j->line->given_uid)
		a->uid = uid_new(clock_now_ms());
	if (!j->line->given_profile_id)
		a->profile_id = uid_new(clock_now_ms());
	if (a->state == 0)
		a->state = ACCOUNT_ACTIVE;
	if (a->created_s == 0)
		a->created_s = c->now_s;
	if (a->modified_s == 0)
		a->modified_s = c->now_s;
	if (!j->told_email)
		a->email_verified_s = first_proof(j->line);
	if (!j->told_filled)
		a->required_filled = schema_is_filled(c, j->document);
	if (a->source.p == NULL)
		a->source = STR("Import");
	if (a->profile.p == NULL)
		a->profile = STR("{}");
	if (a->privacy_policy.p == NULL)
		a->privacy_policy = STR("");
	a->pending = j->line->n_pending > 0;
}

static void
fill_rows(struct account_line *l)
{
	const struct store_import_account *a = &l->account;
	size_t i;

	for (i = 0; i < l->n_identifiers; i++) {
		l->identifiers[i].uid = a->uid;
		l->identifiers[i].created_s = a->created_s;
	}
	l->password.uid = a->uid;
	if (l->password.changed_s == 0)
		l->password.changed_s = a->created_s;
	for (i = 0; i < l->n_history; i++)
		l->history[i].uid = a->uid;
	for (i = 0; i < l->n_pending; i++)
		l->pending[i].uid = a->uid;
}

enum err
account_line_fault(struct ctx *c, enum json_fault fault)
{
	static const char *const why[] = {
		[JSON_FINE] = "is not an object",
		[JSON_SYNTAX] = "is not JSON", [JSON_UTF8] = "is not UTF-8",
		[JSON_DEPTH] = "is nested too deeply",
		[JSON_MEMBERS] = "has too many members",
		[JSON_DUPLICATE] = "has a name that stands twice",
		[JSON_NUL] = "holds a NUL",
		[JSON_SURROGATE] = "holds half a character",
		[JSON_NUMBER] = "holds a number out of range"
	};

	return err_set(c, ERR_MALFORMED, NULL, "%s", why[fault]);
}

enum err
account_line_judge(struct ctx *c, struct str text, bool verified,
    struct account_line *out)
{
	struct judge j = { .c = c, .verified = verified, .line = out,
		.document = json_new_object(c->arena) };
	struct reading r = { &j, ERR_OK };
	enum json_fault fault = JSON_FINE;
	const struct json *o;
	enum err e;

	c->err = (struct err_detail){ .code = ERR_OK };
	memset(out, 0, sizeof(*out));
	o = json_parse(c->arena, text, &fault);
	if (json_type(o) != JSON_OBJECT)
		return account_line_fault(c, fault);
	json_each(o, read_one, &r);
	e = r.e;
	if (e == ERR_OK)
		e = judge_username(&j);
	if (e == ERR_OK && out->n_identifiers == 0)
		e = err_set(c, ERR_IDENTIFIER_MISSING, NULL,
		    "has no identifier");
	if (e != ERR_OK)
		return e;
	fill_account(&j);
	fill_rows(out);
	return ERR_OK;
}
