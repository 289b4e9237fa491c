/*
 * Accounts: found, named, blocked, deleted.
 */
#include "account.h"

#include "account_held.h"
#include "account_internal.h"
#include "account_row.h"
#include "attempt.h"
#include "audit.h"
#include "base/clock.h"
#include "base/config.h"
#include "codec/url.h"
#include "limit.h"
#include "outbox.h"
#include "phone.h"
#include "profile.h"
#include "profile_internal.h"
#include "schema.h"
#include "session.h"
#include "store/store_account.h"
#include "store/store_tx.h"
#include "ticket.h"

#define HOUR_S		3600
#define DAY_S		86400
#define SWEEP_MAX	100	/* accounts in one call */

static const struct uid nobody;

/* Reading */

enum err
account_get(struct ctx *c, struct uid uid, struct account *out)
{
	struct store_account row;
	enum err e;

	e = store_account_by_uid(c, uid, &row);
	return e != ERR_OK ? e : account_from_row(c, &row, out);
}

/* As many statements for a name that nobody has (S-017). */
enum err
account_find(struct ctx *c, const struct identifier *id, struct account *out)
{
	struct store_identifier_of *none;
	struct store_account row;
	enum err e, decoy;
	size_t n;

	e = store_account_by_identifier(c, id->kind, id->canonical, &row);
	if (e == ERR_OK)
		return account_from_row(c, &row, out);
	if (e != ERR_NOT_FOUND)
		return e;
	decoy = store_account_identifiers(c, nobody, &none, &n);
	return decoy != ERR_OK ? decoy : e;
}

enum err
account_lock(struct ctx *c, struct uid uid, struct account *out)
{
	enum err e;

	e = store_account_lock(c, uid);
	return e != ERR_OK ? e : account_get(c, uid, out);
}

enum err
account_read_lock(struct ctx *c, struct account *a)
{
	struct str name = a->n_emails > 0 ? a->emails[0].canonical :
	    a->phone.p != NULL ? a->phone : a->username;
	int64_t until_s = 0;
	enum err e;

	if (name.p == NULL || a->locked_until_s <= c->now_s)
		return ERR_OK;
	e = limit_suspended(c, LIMIT_FOR_LOGIN, name, &until_s);
	if (e == ERR_OK)
		a->locked = until_s > c->now_s;
	return e;
}

size_t
account_words(struct ctx *c, const struct account *a, struct str *out)
{
	size_t n = profile_words(c, a->profile, out), i;

	if (a->username.p != NULL)
		out[n++] = a->username;
	if (a->phone.p != NULL)
		out[n++] = a->phone;
	for (i = 0; i < a->n_emails && n < ACCOUNT_WORDS; i++)
		out[n++] = a->emails[i].given;
	return n;
}

const struct account_email *
account_email_of(const struct account *a, struct str canonical)
{
	size_t i;

	for (i = 0; i < a->n_emails; i++)
		if (str_eq(a->emails[i].canonical, canonical))
			return &a->emails[i];
	return NULL;
}

const struct account_pending *
account_waiting_email(const struct account *a, struct str canonical)
{
	size_t i;

	for (i = 0; i < a->n_pending; i++)
		if (a->pending[i].kind == IDENTIFIER_EMAIL &&
		    str_eq(a->pending[i].canonical, canonical))
			return &a->pending[i];
	return NULL;
}

const struct account_email *
account_proven_email(const struct account *a)
{
	size_t i;

	for (i = 0; i < a->n_emails; i++)
		if (a->emails[i].verified_s != 0)
			return &a->emails[i];
	return NULL;
}

/* Telling the owner */

struct values *
account_notice(struct ctx *c, const struct account *a)
{
	struct values *v = values_new(c->arena);
	struct str first, forgot, when;

	first = json_string(json_get(profile_document(c, a->profile),
	    "FirstName"));
	values_set(v, "name", outbox_name(c, first));
	values_set(v, "username", outbox_name(c, a->username));
	when = clock_iso(c->arena, c->now_s);
	values_set(v, "when", str_printf(c->arena, "%.10s %.5s UTC", when.p,
	    when.p + 11));
	values_set(v, "address", c->client.address.p != NULL ?
	    c->client.address : STR(""));
	forgot = url_site(c->arena, c->config, "/forgot");
	values_set(v, "forgot_link", forgot);
	values_set_url(v, "forgot_href", forgot);
	return v;
}

static enum err
tell_one(struct ctx *c, const struct account *a, size_t i,
    const char *template, struct str variant)
{
	struct outbox_mail m = {
		.template = template, .variant = variant,
		.to = a->emails[i].given, .uid = a->uid,
		.values = account_notice(c, a)
	};

	return outbox_add_mail(c, &m);
}

/* Who has no address hears of what matters most by text message. */
static enum err
tell_phone(struct ctx *c, const struct account *a, const char *template,
    struct str variant)
{
	if (a->phone_verified_s == 0 ||
	    !str_eq(str_of(template), STR("password-changed")))
		return ERR_OK;
	return phone_tell(c, a->phone, template, variant);
}

enum err
account_tell(struct ctx *c, const struct account *a, const char *template,
    struct str variant)
{
	enum err e = ERR_OK;
	size_t i, told = 0;

	if (a->n_emails == 0)
		return tell_phone(c, a, template, variant);
	for (i = 0; i < a->n_emails && e == ERR_OK; i++) {
		if (a->emails[i].verified_s == 0)
			continue;
		e = tell_one(c, a, i, template, variant);
		told++;
	}
	if (e == ERR_OK && told == 0)
		e = tell_one(c, a, 0, template, variant);
	return e;
}

/* Is it in use? */

static enum err
admit_look_up(struct ctx *c)
{
	if (!c->config->availability_enabled)
		return err_set(c, ERR_ENDPOINT_OFF, NULL,
		    "availability is off");
	return limit_meter(c, "exists", c->client.network,
	    c->config->availability_per_hour, HOUR_S);
}

static enum err
is_in_use(struct ctx *c, const struct identifier *id, bool *out)
{
	struct store_account row;
	bool in_use, held = false;
	enum err e;

	e = store_account_by_identifier(c, id->kind, id->canonical, &row);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	in_use = e == ERR_OK;
	e = identifier_held(c, id->kind, id->canonical, &held);
	if (e == ERR_OK)
		*out = in_use || held;
	return e;
}

enum err
account_email_exists(struct ctx *c, struct str email, bool *out)
{
	struct identifier id;
	enum err e;

	e = identifier_email(c->arena, email,
	    c->config->login_fold_local_part, &id);
	if (e != ERR_OK)
		return err_set(c, e, "email", "malformed address");
	e = admit_look_up(c);
	return e != ERR_OK ? e : is_in_use(c, &id, out);
}

enum err
account_phone_exists(struct ctx *c, struct str phone, bool *out)
{
	struct identifier id;
	enum err e;

	e = phone_read(c, phone, &id);
	if (e == ERR_OK)
		e = admit_look_up(c);
	return e != ERR_OK ? e : is_in_use(c, &id, out);
}

/* User names */

/*
 * Names that speak for the site, and the role names of RFC 2142: nobody may
 * pass for them.
 */
bool
account_username_reserved(struct str canonical)
{
	static const char *const reserved[] = {
		"abuse", "account", "admin", "administrator", "api", "auth",
		"billing", "contact", "doorward", "everyone", "help",
		"helpdesk", "hostmaster", "info", "login", "logout",
		"mailer-daemon", "marketing", "me", "moderator", "news",
		"no-reply", "nobody", "noc", "noreply", "null", "official",
		"operator", "owner", "postmaster", "privacy", "register",
		"reset", "root", "sales", "security", "service", "settings",
		"signup", "ssl-admin", "staff", "support", "sysadmin",
		"system", "undefined", "verify", "webmaster", "www"
	};
	size_t i;

	for (i = 0; i < COUNT(reserved); i++)
		if (str_eq(canonical, str_of(reserved[i])))
			return true;
	return false;
}

static enum err
read_username(struct ctx *c, struct str name, struct identifier *out)
{
	enum err e;

	if (!c->config->login_username)
		return err_set(c, ERR_USERNAME_OFF, NULL, "off");
	if (!str_present(name))
		return err_set(c, ERR_USERNAME_MISSING, "username", "none");
	e = identifier_username(c->arena, name, out);
	return e != ERR_OK ? err_set(c, e, "username",
	    "not a user name") : e;
}

enum err
account_judge_username(struct ctx *c, struct str name,
    struct identifier *out)
{
	struct identifier id;
	enum err e;

	e = read_username(c, name, &id);
	if (e != ERR_OK)
		return e;
	if (account_username_reserved(id.canonical))
		return err_set(c, ERR_USERNAME_TAKEN, "username",
		    "reserved user name");
	if (!schema_judge_text(c, SCHEMA_USERNAME, name))
		return err_set(c, ERR_VALIDATION, "UserName",
		    "against the schema");
	*out = id;
	return ERR_OK;
}

enum err
account_username_exists(struct ctx *c, struct str name, bool *out)
{
	struct identifier id;
	enum err e;

	e = read_username(c, name, &id);
	if (e == ERR_OK)
		e = admit_look_up(c);
	if (e == ERR_OK)
		e = is_in_use(c, &id, out);
	if (e == ERR_OK && account_username_reserved(id.canonical))
		*out = true;
	return e;
}

/* The unique key decides whose it is, and who had it lately. */
static enum err
claim_name(struct ctx *c, struct uid uid, const struct identifier *name)
{
	bool held = false;
	enum err e;

	e = store_username_drop(c, uid);
	if (e == ERR_OK)
		e = store_username_add(c, uid, name->canonical, name->given,
		    c->now_s);
	if (e == ERR_OK)
		e = identifier_held(c, IDENTIFIER_USERNAME, name->canonical,
		    &held);
	if (e == ERR_CONFLICT || held)
		return err_set(c, ERR_USERNAME_TAKEN, "username", "taken");
	return e;
}

enum err
account_rename(struct ctx *c, const struct account *a,
    const struct identifier *name, bool *renamed_out)
{
	struct account named = *a;
	enum err e;

	*renamed_out = false;
	if (a->username.p != NULL && str_eq(a->username, name->canonical))
		return ERR_OK;
	e = claim_name(c, a->uid, name);
	named.username = name->canonical;
	if (e == ERR_OK)
		e = store_account_touch(c, a->uid, c->now_s);
	if (e == ERR_OK)
		e = account_tell(c, &named, "username-changed", STR_NONE);
	if (e == ERR_OK)
		e = audit_add(c, "username_changed", a->uid, "");
	*renamed_out = e == ERR_OK;
	return e;
}

struct renaming {
	struct uid uid;
	struct identifier name;
	bool renamed;
};

static enum err
rename_tx(struct ctx *c, void *arg)
{
	struct renaming *r = arg;
	struct account a;
	enum err e;

	e = account_lock(c, r->uid, &a);
	return e != ERR_OK ? e : account_rename(c, &a, &r->name,
	    &r->renamed);
}

static enum err
rename_in_doubt(struct ctx *c, void *arg)
{
	struct renaming *r = arg;
	struct store_account row;
	enum err e;

	e = store_account_by_identifier(c, IDENTIFIER_USERNAME,
	    r->name.canonical, &row);
	if (e == ERR_OK && !uid_eq(row.uid, r->uid))
		return ERR_NOT_FOUND;
	return e;
}

enum err
account_set_username(struct ctx *c, struct uid uid, struct str name)
{
	struct renaming r = { .uid = uid };
	enum err e;

	e = account_judge_username(c, name, &r.name);
	return e != ERR_OK ? e : store_tx(c, rename_tx, &r, rename_in_doubt);
}

/* State */

struct changing {
	struct uid uid;
	enum account_state state;
};

static enum err
end_everything(struct ctx *c, struct uid uid)
{
	enum err e;

	e = session_end_all(c, uid, NULL, NULL);
	return e != ERR_OK ? e : ticket_void_all(c, uid);
}

enum err
account_block(struct ctx *c, struct uid uid)
{
	enum err e;

	e = store_account_set_state(c, uid, ACCOUNT_BLOCKED, c->now_s);
	if (e == ERR_OK)
		e = end_everything(c, uid);
	return e != ERR_OK ? e : audit_add(c, "account_blocked", uid,
	    "too many failures");
}

/* Whoever frees an account frees it of what locked it, too. */
static enum err
forgive(struct ctx *c, struct uid uid)
{
	struct account a;
	enum err e;

	e = account_get(c, uid, &a);
	return e != ERR_OK ? e : attempt_clear(c, &a);
}

static enum err
set_state_tx(struct ctx *c, void *arg)
{
	static const char *const events[] = {
		[ACCOUNT_ACTIVE] = "account_enabled",
		[ACCOUNT_BLOCKED] = "account_blocked",
		[ACCOUNT_LOGIN_DISABLED] = "login_disabled"
	};
	const struct changing *g = arg;
	enum err e;

	e = store_account_lock(c, g->uid);
	if (e == ERR_OK)
		e = store_account_set_state(c, g->uid, g->state, c->now_s);
	if (e == ERR_OK)
		e = g->state != ACCOUNT_ACTIVE ? end_everything(c, g->uid) :
		    forgive(c, g->uid);
	return e != ERR_OK ? e : audit_add(c, events[g->state], g->uid, "");
}

enum err
account_set_state(struct ctx *c, struct uid uid, enum account_state state)
{
	struct changing g = { uid, state };

	must(state >= ACCOUNT_ACTIVE && state <= ACCOUNT_LOGIN_DISABLED);
	return store_tx(c, set_state_tx, &g, store_tx_repeatable);
}

static enum err
delete_tx(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	struct account a;
	enum err e;

	e = account_lock(c, *uid, &a);
	if (e == ERR_OK)
		e = account_hold(c, &a);
	if (e == ERR_OK)
		e = store_account_delete(c, *uid, c->now_s);
	return e != ERR_OK ? e : audit_add(c, "account_deleted", *uid, "");
}

static enum err
delete_in_doubt(struct ctx *c, void *arg)
{
	const struct uid *uid = arg;
	struct store_account row;
	enum err e;

	e = store_account_by_uid(c, *uid, &row);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err
account_delete(struct ctx *c, struct uid uid)
{
	return store_tx(c, delete_tx, &uid, delete_in_doubt);
}

/* Many */

enum err
account_list(struct ctx *c, struct uid after, size_t max,
    struct account **out, size_t *n_out)
{
	struct store_account *rows;
	struct account *list;
	size_t n, i;
	enum err e;

	e = store_account_list(c, after, max, &rows, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct account, n);
	for (i = 0; i < n; i++) {
		e = account_from_row(c, &rows[i], &list[i]);
		if (e != ERR_OK)
			return e;
	}
	*out = list;
	*n_out = n;
	return ERR_OK;
}

struct sweep {
	struct uid uid;
	struct store_unverified which;
};

/* Judged again under the lock: it may have been verified meanwhile. */
static enum err
sweep_tx(struct ctx *c, void *arg)
{
	const struct sweep *s = arg;
	enum err e;

	e = store_account_unverified_lock(c, s->uid, &s->which);
	if (e == ERR_OK)
		e = store_account_delete(c, s->uid, c->now_s);
	return e != ERR_OK ? e : audit_add(c, "account_unverified_removed",
	    s->uid, "");
}

/*
 * Who has an identifier of a kind that is never verified stays, unless the
 * registration waits for its consents.  One short transaction for each
 * account, so that no sign-in waits long (S-143).
 */
enum err
account_sweep_unverified(struct ctx *c, int64_t *n_out)
{
	struct sweep s = { .which = {
		.before_s = c->now_s -
		    c->config->registration_unverified_ttl_days * DAY_S,
		.kinds = {
			str_eq(c->config->registration_verification,
			    STR("disabled")) ? IDENTIFIER_EMAIL : 0,
			phone_flow_is(c, "disabled") ? IDENTIFIER_PHONE : 0
		} } };
	struct uid *uids;
	int64_t gone = 0;
	size_t n = 0, i;
	enum err e;

	e = store_account_unverified(c, &s.which, SWEEP_MAX, &uids, &n);
	for (i = 0; i < n && e == ERR_OK; i++) {
		s.uid = uids[i];
		e = store_tx(c, sweep_tx, &s, NULL);
		gone += e == ERR_OK;
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	if (e == ERR_OK)
		*n_out = gone;
	return e;
}
