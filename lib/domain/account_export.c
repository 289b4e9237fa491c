/*
 * A page of accounts and the rows that belong to them, merged by their uids.
 */
#include "account_export.h"

#include "account.h"
#include "audit.h"
#include "object_line.h"
#include "profile_internal.h"
#include "store/store_import.h"

#define OBJECT_PAGE	20	/* 2 MiB at most */

static const struct uid nobody;

struct page {
	struct store_account *accounts;
	struct store_identifier_of *identifiers;
	struct store_import_password *passwords;
	struct store_import_old *history;
	struct store_pending_of *pending;
	size_t n_accounts, n_identifiers, n_passwords, n_history, n_pending;
	struct uid *owners;		/* of objects */
	size_t n_owners;
	size_t identifier, password, old, added, owner;	/* the next ones */
};

static enum err
read_page(struct ctx *c, struct uid after, bool hashes, bool objects,
    struct page *p)
{
	struct uid from, to;
	enum err e;

	e = store_account_list(c, after, EXPORT_PAGE, &p->accounts,
	    &p->n_accounts);
	if (e != ERR_OK || p->n_accounts == 0)
		return e;
	from = p->accounts[0].uid;
	to = p->accounts[p->n_accounts - 1].uid;
	e = store_export_identifiers(c, from, to, &p->identifiers,
	    &p->n_identifiers);
	if (e == ERR_OK)
		e = store_export_pending(c, from, to, &p->pending,
		    &p->n_pending);
	if (e == ERR_OK && hashes)
		e = store_export_passwords(c, from, to, &p->passwords,
		    &p->n_passwords);
	if (e == ERR_OK && hashes)
		e = store_export_history(c, from, to, &p->history,
		    &p->n_history);
	if (e == ERR_OK && objects)
		e = store_object_owners(c, from, to, EXPORT_PAGE, &p->owners,
		    &p->n_owners);
	return e;
}

/* Rows of accounts that are no longer there are passed over. */
static void
find_rows(struct page *p, struct uid uid)
{
	while (p->identifier < p->n_identifiers &&
	    uid_order(p->identifiers[p->identifier].uid, uid) < 0)
		p->identifier++;
	while (p->password < p->n_passwords &&
	    uid_order(p->passwords[p->password].uid, uid) < 0)
		p->password++;
	while (p->old < p->n_history &&
	    uid_order(p->history[p->old].uid, uid) < 0)
		p->old++;
	while (p->added < p->n_pending &&
	    uid_order(p->pending[p->added].uid, uid) < 0)
		p->added++;
	while (p->owner < p->n_owners &&
	    uid_order(p->owners[p->owner], uid) < 0)
		p->owner++;
}

static struct json *
identifier_json(struct arena *a, const struct store_identifier_of *i)
{
	struct json *j = json_new_object(a);

	json_set_str(j, i->kind == IDENTIFIER_PHONE ? "number" : "address",
	    i->given);
	if (i->kind == IDENTIFIER_EMAIL)
		json_set_str(j, "type", i->label);
	json_set_int(j, "verified_s", i->verified_s);
	return j;
}

static void
put_identifiers(struct arena *a, struct page *p, struct uid uid,
    struct json *line)
{
	struct json *emails = json_new_array(a);
	const struct store_identifier_of *i;

	for (; p->identifier < p->n_identifiers; p->identifier++) {
		i = &p->identifiers[p->identifier];
		if (!uid_eq(i->uid, uid))
			break;
		if (i->kind == IDENTIFIER_EMAIL)
			json_append(emails, identifier_json(a, i));
		if (i->kind == IDENTIFIER_PHONE)
			json_set(line, "phone", identifier_json(a, i));
		if (i->kind == IDENTIFIER_USERNAME)
			json_set_str(line, "username", i->given);
	}
	if (json_length(emails) > 0)
		json_set(line, "emails", emails);
}

static void
put_pending(struct arena *a, struct page *p, struct uid uid,
    struct json *line)
{
	struct json *list = json_new_array(a), *one;
	const struct store_pending_of *i;

	for (; p->added < p->n_pending; p->added++) {
		i = &p->pending[p->added];
		if (!uid_eq(i->uid, uid))
			break;
		one = json_new_object(a);
		json_set_str(one, i->row.kind == IDENTIFIER_PHONE ?
		    "number" : "address", i->row.given);
		json_set_str(one, "type", i->row.label);
		json_set_int(one, "created_s", i->row.created_s);
		json_append(list, one);
	}
	if (json_length(list) > 0)
		json_set(line, "pending", list);
}

static struct json *
history_json(struct arena *a, struct page *p, struct uid uid)
{
	struct json *list = json_new_array(a), *one;
	const struct store_import_old *old;

	for (; p->old < p->n_history; p->old++) {
		old = &p->history[p->old];
		if (!uid_eq(old->uid, uid))
			break;
		one = json_new_object(a);
		json_set_str(one, "hash", old->phc);
		json_set_int(one, "retired_ms", old->retired_ms);
		json_append(list, one);
	}
	return list;
}

static void
put_password(struct arena *a, struct page *p, struct uid uid,
    struct json *line)
{
	const struct store_import_password *w = &p->passwords[p->password];
	struct json *j, *history;

	if (p->password == p->n_passwords || !uid_eq(w->uid, uid))
		return;
	j = json_new_object(a);
	json_set_str(j, "hash", w->phc);
	json_set_int(j, "changed_s", w->changed_s);
	json_set_int(j, "secure", w->secure);
	json_set_int(j, "breached_s", w->breached_s);
	history = history_json(a, p, uid);
	if (json_length(history) > 0)
		json_set(j, "history", history);
	json_set(line, "password", j);
}

static void
put_account(struct ctx *c, const struct store_account *a, struct json *line)
{
	static const char *const states[] = {
		[ACCOUNT_ACTIVE] = "active", [ACCOUNT_BLOCKED] = "blocked",
		[ACCOUNT_LOGIN_DISABLED] = "login_disabled"
	};

	json_set_str(line, "uid", uid_hex(c->arena, a->uid));
	json_set_str(line, "profile_id", uid_hex(c->arena, a->profile_id));
	json_set_cstr(line, "state", states[a->state]);
	json_set_str(line, "source", a->registration_source);
	json_set_int(line, "created_s", a->created_s);
	json_set_int(line, "modified_s", a->modified_s);
	json_set_int(line, "profile_modified_s", a->profile_modified_s);
	json_set_int(line, "last_login_s", a->last_login_s);
	json_set_int(line, "logins", a->logins);
	json_set_int(line, "email_verified_s", a->email_verified_s);
	json_set_int(line, "phone_verified_s", a->phone_verified_s);
	json_set_int(line, "required_filled", a->required_filled);
}

/* An account without any identifier was being deleted; one that nobody has
 * finished is none yet. */
static bool
account_text(struct ctx *c, struct page *p, const struct store_account *a,
    struct str *out)
{
	struct json *line = json_new_object(c->arena);

	find_rows(p, a->uid);
	if (a->state == ACCOUNT_UNFINISHED ||
	    p->identifier == p->n_identifiers ||
	    !uid_eq(p->identifiers[p->identifier].uid, a->uid))
		return false;
	put_account(c, a, line);
	put_identifiers(c->arena, p, a->uid, line);
	put_pending(c->arena, p, a->uid, line);
	json_set(line, "profile", profile_document(c, a->profile));
	if (str_present(a->privacy_policy))
		json_set(line, "privacy_policy", profile_document(c,
		    a->privacy_policy));
	if (str_present(a->consent_profile))
		json_set(line, "consent_profile", profile_document(c,
		    a->consent_profile));
	if (str_present(a->roles))
		json_set_str(line, "roles", a->roles);
	put_password(c->arena, p, a->uid, line);
	*out = json_text(c->arena, line, false);
	return true;
}

static enum err
unwritten(struct ctx *c)
{
	return err_set(c, ERR_DELIVERY, NULL, "the lines cannot be written");
}

/* An arena for what is read next. */
static struct arena *
enter(struct ctx *c)
{
	struct arena *kept = c->arena;

	c->arena = arena_new();
	return kept;
}

static void
leave(struct ctx *c, struct arena *kept)
{
	if (c->err.note != NULL)	/* it outlives what was read */
		c->err.note = str_cstr(kept, str_of(c->err.note));
	arena_free(c->arena);
	c->arena = kept;
}

struct objects {
	struct uid uid;
	char name[65];			/* of the last one */
	unsigned char id[STORE_OBJECT_ID];
	size_t n;			/* on the page */
};

static enum err
write_object_page(struct ctx *c, const struct export_options *o,
    struct objects *at)
{
	struct str id = { (const char *)at->id, sizeof(at->id) };
	struct object_line l = { .place.uid = at->uid };
	struct store_object_of *rows;
	enum err e;
	size_t i;

	e = store_object_page(c, at->uid, str_of(at->name), id, OBJECT_PAGE,
	    &rows, &at->n);
	for (i = 0; e == ERR_OK && i < at->n; i++) {
		l.place.name = rows[i].name;
		l.object = rows[i].object;
		if (!o->object(o->arg, object_line_text(c, &l)))
			e = unwritten(c);
	}
	if (e == ERR_OK && at->n > 0) {
		snprintf(at->name, sizeof(at->name), "%.*s",
		    STR_FMT(l.place.name));
		memcpy(at->id, l.object.id.p, sizeof(at->id));
	}
	return e;
}

static enum err
write_objects(struct ctx *c, const struct export_options *o, struct uid uid)
{
	struct objects at = { .uid = uid };
	struct arena *kept;
	enum err e;

	do {
		kept = enter(c);
		e = write_object_page(c, o, &at);
		leave(c, kept);
	} while (e == ERR_OK && at.n == OBJECT_PAGE);
	return e;
}

static bool
has_objects(const struct page *p, struct uid uid)
{
	return p->owner < p->n_owners && uid_eq(p->owners[p->owner], uid);
}

static enum err
write_page(struct ctx *c, const struct export_options *o, struct page *p)
{
	enum err e = ERR_OK;
	struct str text;
	size_t i;

	for (i = 0; i < p->n_accounts && e == ERR_OK; i++) {
		if (!account_text(c, p, &p->accounts[i], &text))
			continue;
		if (!o->line(o->arg, text))
			e = unwritten(c);
		if (e == ERR_OK && has_objects(p, p->accounts[i].uid))
			e = write_objects(c, o, p->accounts[i].uid);
	}
	return e;
}

enum err
account_export_page(struct ctx *c, const struct export_options *o,
    struct uid *after_io, bool *more_out)
{
	struct arena *kept = enter(c);
	struct page p = { .n_accounts = 0 };
	enum err e;

	e = read_page(c, *after_io, o->hashes, o->object != NULL, &p);
	if (e == ERR_OK)
		e = write_page(c, o, &p);
	if (e == ERR_OK && p.n_accounts > 0)
		*after_io = p.accounts[p.n_accounts - 1].uid;
	if (e == ERR_OK)
		*more_out = p.n_accounts == EXPORT_PAGE;
	leave(c, kept);
	return e;
}

enum err
account_export_begin(struct ctx *c, bool hashes, int64_t *accounts_out)
{
	enum err e;

	e = audit_add(c, "accounts_exported", nobody,
	    hashes ? "with hashes" : "");
	if (e == ERR_OK && accounts_out != NULL)
		e = store_export_count(c, accounts_out);
	return e;
}
