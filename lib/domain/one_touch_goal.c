/* Whom one-touch sign-in is for, when it is asked for and when it is done. */
#include "one_touch_internal.h"

#include "account_create.h"
#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "consent.h"
#include "profile_internal.h"
#include "recovery.h"
#include "schema.h"
#include "store/store_account.h"
#include "store/store_phone.h"
#include "store/store_registration.h"
#include "verification.h"

bool
one_touch_creates(const struct ctx *c)
{
	return c->config->one_touch_create &&
	    c->config->registration_enabled;
}

/* Asking */

static enum err
unknown(enum identifier_kind kind)
{
	return kind == IDENTIFIER_PHONE ? ERR_PHONE_UNKNOWN :
	    ERR_USER_UNKNOWN;
}

/* Nobody has it: for who is new, unless it was somebody's lately. */
static void
judge_new(struct ctx *c, bool held, struct touch_goal *g)
{
	if (held || !one_touch_creates(c))
		g->refusal = unknown(g->id.kind);
	else
		g->generation = TICKET_NOBODY;
}

static enum err
judge_state(const struct account *a, enum identifier_kind kind)
{
	switch (a->state) {
	case ACCOUNT_BLOCKED:
		return ERR_ACCOUNT_BLOCKED;
	case ACCOUNT_LOGIN_DISABLED:
		return ERR_LOGIN_DISABLED;
	default:
		return entry_exists(a) ? ERR_OK : unknown(kind);
	}
}

static void
judge_known(const struct account *a, struct touch_goal *g)
{
	const struct account_email *to = NULL;

	g->refusal = judge_state(a, g->id.kind);
	if (g->refusal == ERR_OK && g->id.kind == IDENTIFIER_PHONE &&
	    !entry_fits(a, g->id.kind, g->id.canonical))
		g->refusal = ERR_PHONE_UNVERIFIED;
	if (g->refusal == ERR_OK && g->id.kind == IDENTIFIER_EMAIL) {
		to = recovery_target(a, &g->id);
		if (to == NULL)
			g->refusal = ERR_EMAIL_UNVERIFIED;
	}
	if (g->refusal != ERR_OK)
		return;
	g->uid = a->uid;
	g->generation = a->generation;
	if (to != NULL) {
		g->canonical = to->canonical;
		g->given = to->given;
	}
}

/* What is known is looked for among what is held, too: at one cost (S-018). */
enum err
touch_find(struct ctx *c, const struct identifier *id,
    struct touch_goal *out)
{
	struct touch_goal g = {
		.id = *id, .uid = ticket_decoy_uid(c, id->canonical),
		.generation = 1, .canonical = id->canonical,
		.given = id->given, .refusal = ERR_OK
	};
	struct account a;
	bool held = false;
	enum err e, found;

	found = account_find(c, id, &a);
	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	e = identifier_held(c, id->kind, id->canonical, &held);
	if (e != ERR_OK)
		return e;
	if (found == ERR_OK)
		judge_known(&a, &g);
	else
		judge_new(c, held, &g);
	*out = g;
	return ERR_OK;
}

struct str
touch_data(struct ctx *c, const struct touch_goal *g, struct str name,
    struct str welcome, struct str device)
{
	struct json *j = json_new_object(c->arena);

	json_set_str(j, "address", g->canonical);
	json_set_str(j, "given", g->given);
	json_set_str(j, "device", device);
	if (str_present(name))
		json_set_str(j, "name", name);
	if (str_present(welcome))
		json_set_str(j, "welcome", welcome);
	return json_text(c->arena, j, false);
}

/* Coming back */

void
touch_read(struct ctx *c, struct touch *t)
{
	enum json_fault fault;
	const struct json *j = json_parse(c->arena, t->ticket.data, &fault);

	t->entry.canonical = json_string(json_get(j, "address"));
	t->given = json_string(json_get(j, "given"));
	t->device = json_string(json_get(j, "device"));
	t->name = json_string(json_get(j, "name"));
	t->welcome = json_string(json_get(j, "welcome"));
}

/* A name that breaks the site's own rules is left out: nobody is there to be
 * asked for another one. */
static enum err
make_document(struct ctx *c, const struct touch *t,
    struct account_create *out)
{
	struct json *body = json_new_object(c->arena);
	struct json *document = json_new_object(c->arena);
	enum err e = ERR_OK;

	if (str_present(t->name)) {
		json_set_str(body, "FirstName", t->name);
		e = profile_judge_import(c, body, document);
	}
	if (e == ERR_VALIDATION) {
		document = json_new_object(c->arena);
		c->err = (struct err_detail){ .code = ERR_OK };
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = profile_document_text(c, document, &out->document);
	out->required_filled = schema_is_filled(c, document);
	return e;
}

static enum err
welcome_new(struct ctx *c, const struct touch *t)
{
	const struct account *a = &t->entry.account;
	struct str variant = str_present(t->new_welcome) ? t->new_welcome :
	    t->welcome;

	return t->entry.kind == IDENTIFIER_PHONE ?
	    phone_welcome(c, a, variant) :
	    welcome_send(c, a, t->given, variant);
}

/* The form that sign-up submits is missing: the gate asks for it. */
static enum err
hold_back(struct ctx *c, struct uid uid)
{
	bool record = false, missing = false;
	enum err e;

	e = consent_judge_registration(c, NULL, &record, &missing);
	return e != ERR_OK || !missing ? e : store_account_set_state(c, uid,
	    ACCOUNT_UNFINISHED, c->now_s);
}

static enum err
insert(struct ctx *c, struct touch *t, const struct account_create *n,
    struct uid *uid_out)
{
	struct str canonical = t->entry.canonical;
	bool held = false;
	enum err e;

	e = identifier_held(c, t->entry.kind, canonical, &held);
	if (e == ERR_OK && held)
		return ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = account_create(c, n, uid_out);
	if (e == ERR_EMAIL_TAKEN || e == ERR_PHONE_TAKEN)
		return ERR_RETRY;	/* signed up at this moment */
	if (e == ERR_OK && t->entry.kind == IDENTIFIER_PHONE)
		e = store_phone_proven(c, *uid_out, canonical, c->now_s);
	return e != ERR_OK ? e : hold_back(c, *uid_out);
}

static enum err
create(struct ctx *c, struct touch *t)
{
	struct identifier id = { t->entry.kind, t->given,
		t->entry.canonical };
	bool phone = id.kind == IDENTIFIER_PHONE;
	struct account_create n = { .phone_first = phone,
		.email_verified_s = phone ? 0 : c->now_s };
	struct uid uid;
	enum err e;

	if (phone)
		n.phone = id;
	else
		n.email = id;
	e = make_document(c, t, &n);
	if (e == ERR_OK)
		e = insert(c, t, &n, &uid);
	if (e == ERR_OK)
		e = audit_add(c, "registered", uid, t->entry.method);
	if (e == ERR_OK)
		e = account_get(c, uid, &t->entry.account);
	return e != ERR_OK ? e : welcome_new(c, t);
}

static bool
fits(const struct touch *t)
{
	const struct account *a = &t->entry.account;
	bool bound = t->ticket.generation != TICKET_NOBODY;

	return (!bound || (uid_eq(a->uid, t->ticket.uid) &&
	    a->generation == t->ticket.generation)) &&
	    judge_state(a, t->entry.kind) == ERR_OK &&
	    entry_fits(a, t->entry.kind, t->entry.canonical);
}

/* Who was new may have signed up meanwhile: then it is that account. */
enum err
touch_lock(struct ctx *c, struct touch *t)
{
	struct store_holder h;
	enum err e;

	e = store_holder(c, t->entry.kind, t->entry.canonical, &h);
	if (e == ERR_NOT_FOUND)
		return t->ticket.generation == TICKET_NOBODY &&
		    one_touch_creates(c) ? create(c, t) : e;
	if (e == ERR_OK)
		e = account_lock(c, h.uid, &t->entry.account);
	return e == ERR_OK && !fits(t) ? ERR_NOT_FOUND : e;
}
