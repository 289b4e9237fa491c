/*
 * Batches: judged, held against one another, written in one transaction with
 * the mark.  The unique keys decide what is taken; only a batch that they
 * refuse is looked at row by row, for the reason.
 */
#include "account_import.h"

#include "account_held.h"
#include "account_line.h"
#include "audit.h"
#include "crypto/keys.h"
#include "base/limits.h"
#include "import_names.h"
#include "object_line.h"
#include "store/store_held.h"
#include "store/store_import.h"
#include "store/store_tx.h"

#define BATCH_LINES	1000
#define BATCH_BYTES	(2 * 1024 * 1024)	/* one packet takes it */
#define ROUNDS		5	/* others may take names meanwhile */

static const struct uid nobody;

struct entry {
	int64_t number;			/* of the line */
	bool refused, given_uid, given_profile_id, kept_as_address;
	bool twin;			/* refused as such */
	struct store_import_account account;
	struct store_new_identifier *identifiers;
	size_t n_identifiers;
	struct store_import_password password;
	struct store_import_old *history;
	size_t n_history;
	struct store_pending_of *pending;
	size_t n_pending;
};

/* Each is of an account that is there, or comes in at the same time. */
struct object_entry {
	int64_t number;
	bool refused;
	struct object_line line;
};

struct account_import {
	struct import_options options;
	unsigned char id[32];
	struct store_import at;		/* what is committed */
	int64_t skipped;		/* of it, by earlier runs */
	int64_t reported;		/* bytes of the report, uncommitted */
	int64_t lines;			/* read so far */
	unsigned char digest[32];	/* of them */
	struct arena *arena;		/* the batch's */
	struct account_line line;
	struct entry *entries;
	size_t n, bytes;
	struct object_entry *objects;
	size_t n_objects;
	struct import_refusal *refusals;
	size_t n_refusals;
	struct import_names *seen;	/* by a dry run */
	bool ending;
};

static void
empty(struct account_import *m)
{
	arena_reset(m->arena);
	m->entries = ARENA_ARRAY(m->arena, struct entry, BATCH_LINES);
	m->objects = ARENA_ARRAY(m->arena, struct object_entry, BATCH_LINES);
	m->refusals = ARENA_ARRAY(m->arena, struct import_refusal,
	    3 * BATCH_LINES);
	m->n = m->n_objects = m->bytes = m->n_refusals = 0;
}

/* Refusals, in the order of lines. */

static void
tell(struct account_import *m, int64_t number, enum err code,
    const char *field, const char *note, bool imported)
{
	size_t i = m->n_refusals++;

	for (; i > 0 && m->refusals[i - 1].line > number; i--)
		m->refusals[i] = m->refusals[i - 1];
	m->refusals[i] = (struct import_refusal){ number, code, field, note,
		imported };
}

/* What was to be changed in a line that does not come in after all. */
static void
drop_remark(struct account_import *m, int64_t number)
{
	size_t i, n = 0;

	for (i = 0; i < m->n_refusals; i++)
		if (m->refusals[i].line != number)
			m->refusals[n++] = m->refusals[i];
	m->n_refusals = n;
}

static void
refuse(struct account_import *m, struct entry *e, int64_t kind,
    const char *note)
{
	static const struct { enum err code; const char *field; } why[] = {
		[0] = { ERR_UID_TAKEN, "uid" },
		[IDENTIFIER_EMAIL] = { ERR_EMAIL_TAKEN, "emails" },
		[IDENTIFIER_USERNAME] = { ERR_USERNAME_TAKEN, "username" },
		[IDENTIFIER_PHONE] = { ERR_PHONE_TAKEN, "phone" }
	};

	e->refused = true;
	drop_remark(m, e->number);
	tell(m, e->number, why[kind].code, why[kind].field, note, false);
}

static int64_t
refused_lines(const struct account_import *m)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < m->n_refusals; i++)
		n += !m->refusals[i].imported;
	return n;
}

/* Names that stand twice: the first line that comes in has them. */

struct name { int64_t kind; struct str s; };

#define NAMES_OF(e)	((e)->n_identifiers + 2)

static struct name
name_of(const struct entry *e, size_t k)
{
	const struct uid *u = k == 0 ? &e->account.uid :
	    &e->account.profile_id;

	if (k >= 2)
		return (struct name){ e->identifiers[k - 2].kind,
			e->identifiers[k - 2].canonical };
	return (struct name){ k == 0 ? 0 : -1, { (const char *)u->b,
		sizeof(u->b) } };
}

static void
judge_twin(struct account_import *m, struct import_names *names,
    struct entry *e)
{
	struct name name;
	int64_t line;
	size_t k;

	for (k = 0; k < NAMES_OF(e); k++) {
		name = name_of(e, k);
		line = import_names_line(names, name.kind, name.s);
		if (line == 0)
			continue;
		refuse(m, e, name.kind < 0 ? 0 : name.kind, str_printf(
		    m->arena, "line %lld has it", (long long)line).p);
		e->twin = true;
		return;
	}
	for (k = 0; k < NAMES_OF(e); k++) {
		name = name_of(e, k);
		import_names_put(names, name.kind, name.s, e->number);
	}
}

/* What a dry run took before stands nowhere else. */
static void
refuse_twins(struct account_import *m)
{
	struct import_names *names = m->options.dry_run ? m->seen :
	    import_names_new(m->arena);
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!m->entries[i].refused)
			judge_twin(m, names, &m->entries[i]);
}

static void
remark(struct account_import *m, const struct entry *e)
{
	if (e->kept_as_address)
		tell(m, e->number, ERR_USERNAME_FORMAT, "username",
		    "is its own address, and is kept as that alone", true);
}

/* The line whose twin it is may turn out to be refused itself. */
static void
admit_twins(struct account_import *m)
{
	struct entry *e;

	for (e = m->entries; e < m->entries + m->n; e++) {
		if (!e->twin)
			continue;
		e->twin = e->refused = false;
		drop_remark(m, e->number);
		remark(m, e);
	}
}

/* What the database has already */

static enum err
look_up_ids(struct ctx *c, struct account_import *m, struct entry *e)
{
	struct store_uid_taken taken;
	enum err r;

	if (!e->given_uid && !e->given_profile_id)
		return ERR_OK;
	r = store_import_uid_taken(c, e->account.uid, e->account.profile_id,
	    &taken);
	if (r != ERR_OK)
		return r;
	if (taken.uid != 0)
		refuse(m, e, 0, "is an account's");
	else if (taken.tombstone != 0)
		refuse(m, e, 0, "was an account's that is deleted");
	else if (taken.profile_id != 0)
		refuse(m, e, 0, "its profile_id is an account's");
	return ERR_OK;
}

static enum err
look_up_name(struct ctx *c, struct account_import *m, struct entry *e,
    const struct store_new_identifier *i)
{
	bool held = false;
	struct uid holder;
	enum err r;

	r = store_import_holder(c, i->kind, i->canonical, &holder);
	if (r == ERR_OK)
		refuse(m, e, i->kind, "is an account's");
	if (r != ERR_NOT_FOUND)
		return r;
	r = identifier_held(c, i->kind, i->canonical, &held);
	if (r == ERR_OK && held)
		refuse(m, e, i->kind, "was an account's that is deleted");
	return r;
}

static enum err
look_up_one(struct ctx *c, struct account_import *m, struct entry *e)
{
	enum err r;
	size_t i;

	r = look_up_ids(c, m, e);
	for (i = 0; i < e->n_identifiers && r == ERR_OK && !e->refused; i++)
		r = look_up_name(c, m, e, &e->identifiers[i]);
	return r;
}

static enum err
look_up(struct ctx *c, struct account_import *m)
{
	enum err r = ERR_OK;
	size_t i;

	for (i = 0; i < m->n && r == ERR_OK; i++)
		if (!m->entries[i].refused)
			r = look_up_one(c, m, &m->entries[i]);
	return r;
}

/* Objects, once it is settled which accounts come in */

static enum err
refuse_object(struct account_import *m, struct object_entry *o,
    enum err code, const char *field, const char *note)
{
	o->refused = true;
	tell(m, o->number, code, field, note, false);
	return ERR_OK;
}

static bool
comes_in(const struct account_import *m, struct uid uid)
{
	const struct str name = { (const char *)uid.b, sizeof(uid.b) };
	const struct entry *e;

	for (e = m->entries; e < m->entries + m->n; e++)
		if (!e->refused && uid_eq(e->account.uid, uid))
			return true;
	return m->seen != NULL && import_names_line(m->seen, 0, name) != 0;
}

static enum err
look_up_owner(struct ctx *c, struct account_import *m,
    struct object_entry *o)
{
	struct store_uid_taken taken;
	enum err r;

	if (comes_in(m, o->line.place.uid))
		return ERR_OK;
	r = store_import_uid_taken(c, o->line.place.uid, nobody, &taken);
	return r != ERR_OK || taken.uid != 0 ? r : refuse_object(m, o,
	    ERR_USER_UNKNOWN, "uid", "is no account's");
}

static enum err
look_up_id(struct ctx *c, struct account_import *m, struct object_entry *o)
{
	struct store_object there;
	enum err r;

	if (!o->line.given_id)
		return ERR_OK;
	r = store_object_get(c, &o->line.place, o->line.object.id, &there);
	if (r == ERR_OK)
		return refuse_object(m, o, ERR_UID_TAKEN, "id",
		    "is an object's");
	return r == ERR_NOT_FOUND ? ERR_OK : r;
}

/* With those of the batch that stand before it. */
static enum err
look_up_room(struct ctx *c, struct account_import *m, struct object_entry *o)
{
	const struct object_line *mine = &o->line, *l;
	struct store_object_room room;
	const struct object_entry *p;
	enum err r;

	r = store_object_room(c, &mine->place, &room);
	if (r != ERR_OK)
		return r;
	for (p = m->objects; p < o; p++) {
		l = &p->line;
		if (p->refused || !uid_eq(l->place.uid, mine->place.uid) ||
		    !str_eq(l->place.name, mine->place.name))
			continue;
		if (str_eq(l->object.id, mine->object.id))
			return refuse_object(m, o, ERR_UID_TAKEN, "id",
			    "is that of a line before it");
		room.n++;
		room.size += (int64_t)l->object.data.len;
	}
	if (room.n < LIMIT_OBJECTS && room.size <= LIMIT_OBJECTS_SIZE -
	    (int64_t)mine->object.data.len)
		return ERR_OK;
	return refuse_object(m, o, ERR_OBJECTS_FULL, "object",
	    "the account has as many as it may");
}

static enum err
look_up_object(struct ctx *c, struct account_import *m,
    struct object_entry *o)
{
	enum err r;

	if (o->refused)		/* in the round before */
		drop_remark(m, o->number);
	o->refused = false;
	r = look_up_owner(c, m, o);
	if (r == ERR_OK && !o->refused)
		r = look_up_id(c, m, o);
	return r == ERR_OK && !o->refused ? look_up_room(c, m, o) : r;
}

static enum err
look_up_objects(struct ctx *c, struct account_import *m)
{
	enum err r = ERR_OK;
	size_t i;

	for (i = 0; i < m->n_objects && r == ERR_OK; i++)
		r = look_up_object(c, m, &m->objects[i]);
	return r;
}

/* A uid that was deleted has no key that would refuse it. */
static enum err
were_deleted(struct ctx *c, const struct account_import *m, bool *out)
{
	struct uid least = { { 0 } }, greatest = { { 0 } };
	const struct entry *e;
	bool any = false;

	for (e = m->entries; e < m->entries + m->n; e++) {
		if (!e->given_uid)
			continue;
		if (!any || uid_order(e->account.uid, least) < 0)
			least = e->account.uid;
		if (!any || uid_order(e->account.uid, greatest) > 0)
			greatest = e->account.uid;
		any = true;
	}
	*out = false;
	return any ? store_import_tombstones(c, least, greatest, out) :
	    ERR_OK;
}

/* Writing */

struct rows {
	struct store_import_account *accounts;
	struct store_new_identifier *identifiers;
	struct store_import_password *passwords;
	struct store_import_old *history;
	struct store_pending_of *pending;
	size_t n_accounts, n_identifiers, n_passwords, n_history, n_pending;
};

static void
count_rows(const struct account_import *m, struct rows *r)
{
	const struct entry *e;

	for (e = m->entries; e < m->entries + m->n; e++) {
		r->n_accounts++;
		r->n_identifiers += e->n_identifiers;
		r->n_passwords++;
		r->n_history += e->n_history;
		r->n_pending += e->n_pending;
	}
}

static void
gather(const struct account_import *m, struct rows *r)
{
	struct arena *a = m->arena;
	const struct entry *e;
	size_t i;

	count_rows(m, r);
	r->accounts = ARENA_ARRAY(a, struct store_import_account,
	    r->n_accounts);
	r->identifiers = ARENA_ARRAY(a, struct store_new_identifier,
	    r->n_identifiers);
	r->passwords = ARENA_ARRAY(a, struct store_import_password,
	    r->n_passwords);
	r->history = ARENA_ARRAY(a, struct store_import_old, r->n_history);
	r->pending = ARENA_ARRAY(a, struct store_pending_of, r->n_pending);
	r->n_accounts = r->n_identifiers = r->n_passwords = r->n_history =
	    r->n_pending = 0;
	for (e = m->entries; e < m->entries + m->n; e++) {
		if (e->refused)
			continue;
		r->accounts[r->n_accounts++] = e->account;
		for (i = 0; i < e->n_identifiers; i++)
			r->identifiers[r->n_identifiers++] =
			    e->identifiers[i];
		if (e->password.phc.p != NULL)
			r->passwords[r->n_passwords++] = e->password;
		for (i = 0; i < e->n_history; i++)
			r->history[r->n_history++] = e->history[i];
		for (i = 0; i < e->n_pending; i++)
			r->pending[r->n_pending++] = e->pending[i];
	}
}

static enum err
write_rows(struct ctx *c, const struct rows *r)
{
	enum err e;

	e = store_import_identifiers(c, r->identifiers, r->n_identifiers);
	if (e == ERR_OK)
		e = store_import_accounts(c, r->accounts, r->n_accounts);
	if (e == ERR_OK)
		e = store_import_passwords(c, r->passwords, r->n_passwords);
	if (e == ERR_OK)
		e = store_import_history(c, r->history, r->n_history);
	if (e == ERR_OK)
		e = store_import_pending(c, r->pending, r->n_pending);
	return e;
}

/* What nobody may have now is found where it was just written, as in
 * identifier_claim; where nothing is held, nothing is looked for. */
static enum err
judge_held(struct ctx *c, const struct rows *r)
{
	bool held = false;
	enum err e;
	size_t i;

	e = store_held_any(c, c->now_s, &held);
	if (e != ERR_OK || !held)
		return e;
	for (i = 0; i < r->n_identifiers; i++) {
		e = identifier_held(c, r->identifiers[i].kind,
		    r->identifiers[i].canonical, &held);
		if (e != ERR_OK || held)
			return e != ERR_OK ? e : ERR_CONFLICT;
	}
	return ERR_OK;
}

/* ERR_CONFLICT: one of them cannot come in. */
static enum err
write_objects(struct ctx *c, const struct account_import *m, size_t *n_out)
{
	struct uid locked = nobody;
	const struct object_entry *o;
	enum err e = ERR_OK;

	*n_out = 0;
	for (o = m->objects; o < m->objects + m->n_objects; o++) {
		bool done = true;

		if (o->refused)
			continue;
		if (!uid_eq(o->line.place.uid, locked))
			e = store_account_lock(c, o->line.place.uid);
		locked = o->line.place.uid;
		if (e == ERR_OK)
			e = store_object_add(c, &o->line.place,
			    &o->line.object, &done);
		if (e == ERR_NOT_FOUND || !done)
			return ERR_CONFLICT;
		if (e != ERR_OK)
			return e;
		++*n_out;
	}
	return ERR_OK;
}

struct writing {
	struct account_import *m;
	struct rows rows;
	struct store_import to;		/* the mark afterwards */
};

static enum err
move_mark(struct ctx *c, const struct writing *w)
{
	const struct account_import *m = w->m;
	enum err e;

	e = store_import_advance(c, m->id, m->at.lines, &w->to, c->now_s);
	if (e == ERR_OK && m->ending)
		e = store_import_end(c, m->id, w->to.lines);
	/* Not ERR_CONFLICT, which is for the rows. */
	return e == ERR_NOT_FOUND ? err_set(c, ERR_BUSY, NULL,
	    "another import of this file is at work") : e;
}

static enum err
write_tx(struct ctx *c, void *arg)
{
	struct writing *w = arg;
	const struct account_import *m = w->m;
	size_t objects = 0;
	enum err e;

	e = move_mark(c, w);
	if (e == ERR_OK)
		e = write_rows(c, &w->rows);
	if (e == ERR_OK)
		e = judge_held(c, &w->rows);
	if (e == ERR_OK)
		e = write_objects(c, m, &objects);
	if (e != ERR_OK || w->rows.n_accounts + objects == 0)
		return e;
	return audit_add(c, "accounts_imported", nobody, str_printf(m->arena,
	    "%zu accounts, %zu objects of lines %lld to %lld",
	    w->rows.n_accounts, objects, (long long)m->at.lines + 1,
	    (long long)w->to.lines).p);
}

static enum err
write_in_doubt(struct ctx *c, void *arg)
{
	const struct writing *w = arg;
	struct store_import now;
	enum err e;

	e = store_import_read(c, w->m->id, &now);
	if (e == ERR_NOT_FOUND)
		return w->m->ending ? ERR_OK : ERR_UNAVAILABLE;
	if (e != ERR_OK)
		return e;
	return now.lines == w->to.lines ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
keep_report(struct account_import *m, int64_t *bytes_out)
{
	*bytes_out = m->at.report_bytes;
	return m->options.keep == NULL ? ERR_OK : m->options.keep(
	    m->options.arg, m->refusals, m->n_refusals, bytes_out);
}

static enum err
write_batch(struct ctx *c, struct account_import *m)
{
	struct writing w = { .m = m, .to = m->at };
	int64_t refused = refused_lines(m);
	enum err e;

	gather(m, &w.rows);
	memcpy(w.to.digest, m->digest, sizeof(w.to.digest));
	w.to.lines = m->lines;
	w.to.refused += refused;
	w.to.imported += (int64_t)w.rows.n_accounts;
	e = keep_report(m, &w.to.report_bytes);
	if (e == ERR_OK && !m->options.dry_run)
		e = store_tx(c, write_tx, &w, write_in_doubt);
	if (e == ERR_OK)
		m->at = w.to;
	return e;
}

static enum err
settle(struct ctx *c, struct account_import *m)
{
	bool look = m->options.dry_run;
	enum err e = ERR_OK;
	int i;

	if (!look)
		e = were_deleted(c, m, &look);
	for (i = 0; i < ROUNDS && e == ERR_OK; i++) {
		if (look)
			e = look_up(c, m);
		refuse_twins(m);
		if (look && e == ERR_OK)
			e = look_up_objects(c, m);
		if (e == ERR_OK)
			e = write_batch(c, m);
		if (e != ERR_CONFLICT)
			break;
		admit_twins(m);
		look = true;
		e = ERR_OK;
	}
	return i == ROUNDS ? err_set(c, ERR_CONFLICT, NULL,
	    "names are taken again and again before line %lld",
	    (long long)m->lines) : e;
}

static enum err
flush(struct ctx *c, struct account_import *m)
{
	enum err e;

	if (m->lines == m->at.lines && !m->ending)
		return ERR_OK;
	e = settle(c, m);
	if (e != ERR_OK)
		return e;
	if (m->options.done != NULL)
		m->options.done(m->options.arg, m->refusals, m->n_refusals);
	empty(m);
	return ERR_OK;
}

/* Lines */

static void
add_digest(struct account_import *m, struct str line)
{
	unsigned char both[64];

	memcpy(both, m->digest, 32);
	sha256(line.p, line.len, both + 32);
	sha256(both, sizeof(both), m->digest);
}

static void
add_entry(struct account_import *m)
{
	const struct account_line *l = &m->line;
	struct entry *e = &m->entries[m->n++];

	*e = (struct entry){
		.number = m->lines, .given_uid = l->given_uid,
		.given_profile_id = l->given_profile_id,
		.kept_as_address = l->kept_as_address,
		.account = l->account, .password = l->password,
		.n_identifiers = l->n_identifiers, .n_history = l->n_history,
		.n_pending = l->n_pending
	};
	e->identifiers = arena_copy(m->arena, l->identifiers,
	    l->n_identifiers * sizeof(*e->identifiers));
	e->pending = arena_copy(m->arena, l->pending,
	    l->n_pending * sizeof(*e->pending));
	e->history = arena_copy(m->arena, l->history,
	    l->n_history * sizeof(*e->history));
	remark(m, e);
}

static enum err
judge_account(struct ctx *c, struct account_import *m, struct str line)
{
	enum err e;

	e = account_line_judge(c, line, m->options.verified, &m->line);
	if (e == ERR_OK)
		add_entry(m);
	return e;
}

static enum err
judge_object(struct ctx *c, struct account_import *m, struct str line)
{
	struct object_entry *o = &m->objects[m->n_objects];
	enum err e;

	e = object_line_judge(c, line, &o->line);
	if (e != ERR_OK)
		return e;
	o->number = m->lines;
	o->refused = false;
	m->n_objects++;
	return ERR_OK;
}

static void
judge(struct ctx *c, struct account_import *m, struct str line, bool cut)
{
	enum err e;

	if (line.len == 0)
		return;
	if (cut)
		e = err_set(c, ERR_TOO_LONG, NULL, "is longer than %d bytes",
		    IMPORT_LINE_MAX);
	else
		e = object_line_is(line) ? judge_object(c, m, line) :
		    judge_account(c, m, line);
	m->bytes += line.len;
	if (e != ERR_OK)
		tell(m, m->lines, e, c->err.field, c->err.note, false);
}

/* What earlier runs took must be what stands here. */
static enum err
skip(struct ctx *c, struct account_import *m)
{
	if (m->lines < m->at.lines)
		return ERR_OK;
	m->skipped = m->lines;
	return secret_equal(m->digest, 32, m->at.digest, 32) ? ERR_OK :
	    err_set(c, ERR_MISMATCH, NULL, "an import of another file that "
	    "begins alike was not finished, or this file was changed");
}

static enum err
take(struct ctx *c, struct account_import *m, struct str line, bool cut)
{
	bool done = m->lines < m->at.lines;

	m->lines++;
	add_digest(m, line);
	if (done)
		return skip(c, m);
	judge(c, m, line, cut);
	return m->n == BATCH_LINES || m->n_objects == BATCH_LINES ||
	    m->bytes >= BATCH_BYTES ||
	    m->n_refusals >= BATCH_LINES ? flush(c, m) : ERR_OK;
}

enum err
account_import_line(struct ctx *c, struct account_import *m, struct str line,
    bool cut)
{
	struct arena *kept = c->arena;
	enum err e;

	c->arena = m->arena;
	e = take(c, m, line, cut);
	c->arena = kept;
	return e;
}

enum err
account_import_begin(struct ctx *c, struct arena *process,
    const struct import_options *o, struct str first,
    struct account_import **out)
{
	struct account_import *m = ARENA_NEW(process, struct account_import);
	enum err e = ERR_OK;

	m->options = *o;
	m->arena = arena_new();
	m->seen = o->dry_run ? import_names_new(process) : NULL;
	empty(m);
	sha256(first.p, first.len, m->id);
	if (o->restart && !o->dry_run)
		e = store_import_drop(c, m->id);
	if (e == ERR_OK && !o->dry_run)
		e = store_import_begin(c, m->id, c->now_s, &m->at);
	if (e != ERR_OK) {
		arena_free(m->arena);
		return e;
	}
	*out = m;
	return ERR_OK;
}

enum err
account_import_end(struct ctx *c, struct account_import *m)
{
	struct arena *kept = c->arena;
	enum err e;

	if (m->lines < m->at.lines)
		return err_set(c, ERR_MISMATCH, NULL,
		    "the file is shorter than what was taken of it");
	c->arena = m->arena;
	m->ending = true;
	e = flush(c, m);
	c->arena = kept;
	return e;
}

struct import_progress
account_import_progress(const struct account_import *m)
{
	return (struct import_progress){
		.lines = m->at.lines, .imported = m->at.imported,
		.refused = m->at.refused, .skipped = m->skipped,
		.report_bytes = m->at.report_bytes
	};
}

void
account_import_free(struct account_import *m)
{
	if (m != NULL)
		arena_free(m->arena);
}
