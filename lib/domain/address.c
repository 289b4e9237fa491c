#include "address.h"

#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "limit.h"
#include "outbox.h"
#include "registration.h"
#include "store/store_account.h"
#include "store/store_pending.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define VERIFY_PAGE	"/verify"
#define CHANGED_MAIL	"addresses-changed"
#define ADDS_PER_DAY	30	/* of one account, with those refused */
#define DAY_S		86400

struct str
address_type(struct str type)
{
	static const char *const known[] = { "Primary", "Secondary" };
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		if (str_ieq(type, str_of(known[i])))
			return str_of(known[i]);
	return type;
}

static bool
is_primary(struct str label)
{
	return str_eq(label, STR("Primary"));
}

static enum err
read_email(struct ctx *c, struct str email, struct identifier *out)
{
	enum err e;

	if (!str_present(email))
		return err_set(c, ERR_EMAIL_MISSING, "email", "none");
	e = identifier_email(c->arena, email,
	    c->config->login_fold_local_part, out);
	return e != ERR_OK ? err_set(c, e, "email", "malformed address") : e;
}

/* How many are proven, but for one of them. */
static size_t
count_proven(const struct account *a, const struct account_email *but)
{
	size_t i, n = 0;

	for (i = 0; i < a->n_emails; i++)
		n += &a->emails[i] != but && a->emails[i].verified_s != 0;
	return n;
}

/* Telling the owner (S-050) */

struct change {
	struct str added, removed, primary;
	const struct account_email *loser;	/* who may undo it, or NULL */
};

static enum err
set_undo(struct ctx *c, const struct account *a,
    const struct account_email *m, struct values *v)
{
	struct str link;
	enum err e;

	e = address_undo_link(c, a, m, &link);
	if (e != ERR_OK)
		return e;
	values_set(v, "undo_link", link);
	values_set_url(v, "undo_href", link);
	return ERR_OK;
}

static enum err
tell(struct ctx *c, const struct account *a, const struct change *g)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < a->n_emails && e == ERR_OK; i++) {
		struct outbox_mail m = {
			.template = CHANGED_MAIL, .to = a->emails[i].given,
			.uid = a->uid
		};

		if (a->emails[i].verified_s == 0)
			continue;
		m.values = account_notice(c, a);
		values_set(m.values, "added", g->added);
		values_set(m.values, "removed", g->removed);
		values_set(m.values, "primary", g->primary);
		values_set(m.values, "undo_link", STR(""));
		values_set(m.values, "undo_href", STR(""));
		if (&a->emails[i] == g->loser)
			e = set_undo(c, a, g->loser, m.values);
		if (e == ERR_OK)
			e = outbox_add_mail(c, &m);
	}
	return e;
}

/* Adding: E4 */

/* Is it somebody's?  One who never proved it has no right to it. */
static enum err
judge_taken(struct ctx *c, struct str canonical)
{
	struct store_holder h;
	bool held = false;
	enum err e;

	e = store_holder(c, IDENTIFIER_EMAIL, canonical, &h);
	if (e == ERR_OK && !holder_is_unproven(c, IDENTIFIER_EMAIL, &h))
		return err_set(c, ERR_EMAIL_TAKEN, "email",
		    "the address is an account's");
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = identifier_held(c, IDENTIFIER_EMAIL, canonical, &held);
	return e == ERR_OK && held ? err_set(c, ERR_EMAIL_TAKEN, "email",
	    "the address was a deleted account's") : e;
}

static enum err
judge_account(struct ctx *c, const struct address_adding *q,
    const struct account *a)
{
	size_t i, n = a->n_emails;
	enum err e;

	if (count_proven(a, NULL) == 0 && a->phone_verified_s == 0)
		return err_set(c, ERR_NO_VERIFIED_EMAIL, NULL,
		    "nothing of the account is proven");
	e = judge_taken(c, q->email.canonical);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < a->n_pending; i++)
		n += a->pending[i].kind == IDENTIFIER_EMAIL;
	if (n >= ADDRESSES_MAX &&
	    account_waiting_email(a, q->email.canonical) == NULL)
		return err_set(c, ERR_IDENTIFIER_KEPT, "email",
		    "too many addresses");
	return ERR_OK;
}

static enum err
drop_waiting(struct ctx *c, struct uid uid, struct str canonical)
{
	enum err e;

	e = store_pending_drop(c, uid, IDENTIFIER_EMAIL, canonical);
	return e != ERR_OK ? e : ticket_void_address(c, uid, canonical);
}

/* Only one can become the primary address: the newest wish counts. */
static enum err
drop_earlier_primary(struct ctx *c, const struct address_adding *q,
    const struct account *a)
{
	const struct account_pending *p;
	enum err e = ERR_OK;
	size_t i;

	if (!is_primary(q->label))
		return ERR_OK;
	for (i = 0; i < a->n_pending && e == ERR_OK; i++) {
		p = &a->pending[i];
		if (p->kind == IDENTIFIER_EMAIL && is_primary(p->label) &&
		    !str_eq(p->canonical, q->email.canonical))
			e = drop_waiting(c, a->uid, p->canonical);
	}
	return e;
}

static enum err
send(struct ctx *c, const struct account *a, struct str canonical,
    struct str given, struct str base, struct str variant)
{
	const struct verification_mail m = {
		.uid = a->uid, .generation = a->generation,
		.canonical = canonical, .given = given, .base = base,
		.variant = variant, .added = true
	};
	enum err e;

	e = limit_mail(c, ADD_EMAIL_MAIL, canonical);
	return e != ERR_OK ? e : verification_send(c, &m);
}

enum err
address_put(struct ctx *c, const struct account *a,
    const struct address_adding *q)
{
	const struct store_pending p = {
		.kind = IDENTIFIER_EMAIL, .canonical = q->email.canonical,
		.given = q->email.given, .label = q->label,
		.created_s = c->now_s
	};
	enum err e;

	e = judge_account(c, q, a);
	if (e == ERR_OK)
		e = drop_earlier_primary(c, q, a);
	if (e == ERR_OK)
		e = store_pending_put(c, q->uid, &p);
	if (e == ERR_OK && !q->without_mail)
		e = send(c, a, p.canonical, p.given, q->base,
		    q->in->email_template);
	return e != ERR_OK ? e : audit_add(c, "email_waiting", q->uid, "");
}

static enum err
add_tx(struct ctx *c, void *arg)
{
	const struct address_adding *q = arg;
	struct account a;
	enum err e;

	e = account_lock(c, q->uid, &a);
	return e != ERR_OK ? e : address_put(c, &a, q);
}

/* The ticket came with the mail. */
static enum err
add_in_doubt(struct ctx *c, void *arg)
{
	const struct address_adding *q = arg;
	int64_t created_s = 0;
	enum err e;

	e = ticket_pending_for(c, TICKET_VERIFY_EMAIL, q->uid,
	    q->email.canonical, &created_s);
	return e == ERR_OK && created_s < c->now_s ? ERR_NOT_FOUND : e;
}

static enum err
read_wish(struct ctx *c, struct address_adding *q)
{
	enum err e;

	if (str_eq(c->config->registration_verification, STR("disabled")))
		return err_set(c, ERR_EMAIL_VERIFICATION_OFF, NULL, "off");
	e = read_email(c, q->in->email, &q->email);
	if (e != ERR_OK)
		return e;
	q->label = STR("Secondary");
	if (q->in->type.p != NULL)
		q->label = address_type(str_trim(q->in->type));
	if (!str_present(q->label))
		return err_set(c, ERR_EMAIL_TYPE_MISSING, "type", "blank");
	e = registration_admits(c, q->email.canonical);
	return e != ERR_OK ? e : link_base(c, q->in->url, VERIFY_PAGE,
	    &q->base);
}

/* Each try counts, since its refusal says that an address is known. */
enum err
address_prepare(struct ctx *c, struct address_adding *q)
{
	enum err e;

	e = read_wish(c, q);
	if (e == ERR_OK)
		e = limit_meter(c, "add email", uid_hex(c->arena, q->uid),
		    ADDS_PER_DAY, DAY_S);
	return e != ERR_RATE_LIMITED ? e : err_set(c, ERR_MAIL_LIMIT, NULL,
	    "the day's additions are used up");
}

enum err
address_add(struct ctx *c, struct uid uid, const struct address_new *in)
{
	struct address_adding q = { .uid = uid, .in = in };
	enum err e;

	e = address_prepare(c, &q);
	return e != ERR_OK ? e : store_tx(c, add_tx, &q, add_in_doubt);
}

enum err
address_send_waiting(struct ctx *c, const struct account *a)
{
	const struct account_pending *p;
	struct str base;
	enum err e;
	size_t i;

	e = link_base(c, STR_NONE, VERIFY_PAGE, &base);
	for (i = 0; i < a->n_pending && e == ERR_OK; i++) {
		p = &a->pending[i];
		if (p->kind != IDENTIFIER_EMAIL)
			continue;
		e = send(c, a, p->canonical, p->given, base, STR_NONE);
		if (e == ERR_MAIL_LIMIT)
			e = ERR_OK;	/* it can be asked for again */
	}
	return e;
}

/* Proving: E2, E3 */

static enum err
claim(struct ctx *c, const struct account *a,
    const struct account_pending *p)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_EMAIL, .uid = a->uid,
		.canonical = p->canonical, .given = p->given,
		.label = is_primary(p->label) ? STR("Secondary") : p->label,
		.position = 1, .verified_s = c->now_s, .created_s = c->now_s
	};
	enum err e;

	e = identifier_make_way(c, IDENTIFIER_EMAIL, p->canonical);
	if (e == ERR_OK)
		e = identifier_claim(c, &i);
	return e == ERR_CONFLICT ? err_set(c, ERR_EMAIL_TAKEN, "email",
	    "somebody else has the address") : e;
}

/* Where nothing proven stands in its way, it comes first. */
enum err
address_prove(struct ctx *c, const struct account *a,
    const struct account_pending *p)
{
	bool first = is_primary(p->label) || a->n_emails == 0 ||
	    a->emails[0].verified_s == 0;
	const struct change g = {
		.added = p->given, .removed = STR(""),
		.primary = first ? p->given : STR(""),
		.loser = first && a->n_emails > 0 ? a->emails : NULL
	};
	enum err e;

	e = claim(c, a, p);
	if (e == ERR_OK)
		e = store_pending_drop(c, a->uid, IDENTIFIER_EMAIL,
		    p->canonical);
	if (e == ERR_OK)
		e = first ? store_email_promote(c, a->uid, p->canonical) :
		    store_account_touch(c, a->uid, c->now_s);
	if (e == ERR_OK)
		e = tell(c, a, &g);
	return e != ERR_OK ? e : audit_add(c, "add_email", a->uid,
	    first ? "primary" : "");
}

/* Removing: E5 */

struct removing {
	struct uid uid;
	struct identifier email;
};

/* The one that was proven first. */
static const struct account_email *
heir_of(const struct account *a, const struct account_email *gone)
{
	const struct account_email *heir = NULL, *m;
	size_t i;

	for (i = 0; i < a->n_emails; i++) {
		m = &a->emails[i];
		if (m == gone || m->verified_s == 0)
			continue;
		if (heir == NULL || m->verified_s < heir->verified_s)
			heir = m;
	}
	if (heir == NULL && a->n_emails > 1)
		heir = &a->emails[gone == a->emails];
	return heir;
}

/* Something that is proven must remain. */
static enum err
judge_removal(struct ctx *c, const struct account *a,
    const struct account_email *m)
{
	if (count_proven(a, m) > 0 || a->phone_verified_s != 0)
		return ERR_OK;
	if (a->n_emails == 1)
		return err_set(c, ERR_LAST_EMAIL, "email", "the only one");
	return err_set(c, ERR_IDENTIFIER_KEPT, "email",
	    "no other one is proven");
}

/* Where nothing proven is left, the account counts as proven by its number
 * alone. */
static enum err
note_removal(struct ctx *c, const struct account *a, bool proven)
{
	return proven ? store_account_touch(c, a->uid, c->now_s) :
	    store_account_no_email(c, a->uid, c->now_s);
}

static enum err
pass_on(struct ctx *c, const struct account *a,
    const struct account_email *m, struct str *primary)
{
	bool proven = count_proven(a, m) > 0;
	const struct account_email *heir;
	enum err e;

	*primary = STR("");
	heir = m == a->emails ? heir_of(a, m) : NULL;
	if (heir == NULL)
		return note_removal(c, a, proven);
	*primary = heir->given;
	e = store_email_promote(c, a->uid, heir->canonical);
	return e != ERR_OK ? e : note_removal(c, a, proven);
}

static enum err
remove_own(struct ctx *c, const struct account *a,
    const struct account_email *m)
{
	struct change g = { .added = STR(""), .removed = m->given,
		.loser = m };
	enum err e;

	e = judge_removal(c, a, m);
	if (e == ERR_OK)
		e = store_identifier_drop(c, IDENTIFIER_EMAIL, m->canonical,
		    a->uid);
	if (e == ERR_OK)
		e = ticket_void_address(c, a->uid, m->canonical);
	if (e == ERR_OK)
		e = pass_on(c, a, m, &g.primary);
	if (e == ERR_OK)
		e = tell(c, a, &g);
	return e != ERR_OK ? e : audit_add(c, "email_removed", a->uid, "");
}

static enum err
remove_tx(struct ctx *c, void *arg)
{
	const struct removing *r = arg;
	const struct account_email *m;
	struct account a;
	enum err e;

	e = account_lock(c, r->uid, &a);
	if (e != ERR_OK)
		return e;
	m = account_email_of(&a, r->email.canonical);
	if (m != NULL)
		return remove_own(c, &a, m);
	if (account_waiting_email(&a, r->email.canonical) == NULL)
		return err_set(c, ERR_EMAIL_NOT_OWN, "email",
		    "not one of its addresses");
	e = drop_waiting(c, a.uid, r->email.canonical);
	return e != ERR_OK ? e : audit_add(c, "email_removed", a.uid,
	    "waiting");
}

static enum err
remove_in_doubt(struct ctx *c, void *arg)
{
	const struct removing *r = arg;
	struct account a;
	enum err e;

	e = account_get(c, r->uid, &a);
	if (e != ERR_OK)
		return e;
	return account_email_of(&a, r->email.canonical) != NULL ||
	    account_waiting_email(&a, r->email.canonical) != NULL ?
	    ERR_NOT_FOUND : ERR_OK;
}

enum err
address_remove(struct ctx *c, struct uid uid, struct str email)
{
	struct removing r = { .uid = uid };
	enum err e;

	e = read_email(c, email, &r.email);
	return e != ERR_OK ? e : store_tx(c, remove_tx, &r, remove_in_doubt);
}

/* Which one comes first */

static enum err
promote_tx(struct ctx *c, void *arg)
{
	const struct removing *r = arg;
	struct change g = { .added = STR(""), .removed = STR("") };
	const struct account_email *m;
	struct account a;
	enum err e;

	e = account_lock(c, r->uid, &a);
	if (e != ERR_OK)
		return e;
	m = account_email_of(&a, r->email.canonical);
	if (m == NULL || m->verified_s == 0)
		return err_set(c, ERR_EMAIL_NOT_OWN, "email",
		    "not one of its proven addresses");
	if (m == a.emails)
		return ERR_OK;
	g.primary = m->given;
	g.loser = a.emails;
	e = store_email_promote(c, a.uid, m->canonical);
	if (e == ERR_OK)
		e = store_account_touch(c, a.uid, c->now_s);
	if (e == ERR_OK)
		e = tell(c, &a, &g);
	return e != ERR_OK ? e : audit_add(c, "email_primary", a.uid, "");
}

static enum err
promote_in_doubt(struct ctx *c, void *arg)
{
	const struct removing *r = arg;
	struct account a;
	enum err e;

	e = account_get(c, r->uid, &a);
	if (e != ERR_OK)
		return e;
	return a.n_emails > 0 && str_eq(a.emails[0].canonical,
	    r->email.canonical) ? ERR_OK : ERR_NOT_FOUND;
}

enum err
address_make_primary(struct ctx *c, struct uid uid, struct str email)
{
	struct removing r = { .uid = uid };
	enum err e;

	e = read_email(c, email, &r.email);
	return e != ERR_OK ? e : store_tx(c, promote_tx, &r,
	    promote_in_doubt);
}
