#include "area.h"

#include "account.h"
#include "account_internal.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/roles.h"
#include "codec/text.h"
#include "profile.h"

/* Who */

static enum err
find_visitor(struct ctx *c, const struct area_ask *ask,
    struct session_guarded *who, bool *signed_in_out)
{
	bool bearer = ask->kind != SESSION_PAGE;
	enum err e;

	*signed_in_out = false;
	if (!str_present(ask->token))
		return ERR_OK;
	e = session_guard(c, ask->kind, ask->token, who);
	switch (e) {
	case ERR_OK:
		*signed_in_out = true;
		return e;
	case ERR_TOKEN_UNKNOWN:
	case ERR_TOKEN_EXPIRED:
	case ERR_ACCOUNT_BLOCKED:
		return bearer ? err_set(c, ERR_AREA_TOKEN, NULL, "%s",
		    err_name(e)) : ERR_OK;
	case ERR_PRIVACY_OUTSTANDING:
		return err_set(c, ERR_AREA_REFUSED, NULL, "limited session");
	default:
		return e;
	}
}

static bool
has_one_of(struct str roles, struct str names)
{
	struct str one;

	while (str_split(&names, '|', &one))
		if (roles_have(roles, one))
			return true;
	return false;
}

static enum err
judge(struct ctx *c, const struct area *area,
    const struct session_guarded *who)
{
	size_t i;

	for (i = 0; i < area->n_roles; i++)
		if (!has_one_of(who->roles, area->roles[i]))
			return err_set(c, ERR_AREA_REFUSED, NULL,
			    "not a member of %s", area->roles[i].p);
	if (area->verified && !who->verified)
		return ERR_AREA_UNVERIFIED;
	if (area->factor_s > 0 && (who->factor_s == 0 ||
	    who->factor_s + area->factor_s <= c->now_s))
		return ERR_AREA_FACTOR;
	return ERR_OK;
}

/* What the application is told */

struct telling {
	struct ctx *c;
	const struct session_guarded *who;
	struct account account;
	bool read;		/* the account was */
	struct area_answer *out;
};

static bool
wants(const struct ctx *c, const char *fact)
{
	return list_has(&c->config->guard_facts, str_of(fact));
}

static enum err
read_account(struct telling *t)
{
	static const char *const costly[] = { "email", "phone", "username",
		"name" };
	bool need = !str_eq(t->c->config->guard_remote_user, STR("uid"));
	size_t i;

	for (i = 0; i < COUNT(costly); i++)
		need |= wants(t->c, costly[i]);
	t->read = need;
	return need ? account_get(t->c, t->who->uid, &t->account) : ERR_OK;
}

static struct str
email_of(const struct telling *t)
{
	const struct account_email *email = t->read ?
	    account_proven_email(&t->account) : NULL;

	return email != NULL ? email->given : STR_NONE;
}

/* One line, as a header takes it. */
static void
tell(struct telling *t, const char *fact, const char *name, struct str value)
{
	struct pairs *p = &t->out->facts;

	if (!wants(t->c, fact) || !str_present(value) ||
	    utf8_has_control(value))
		return;
	p->items[p->n++] = (struct pair){ str_of(name), value };
}

static enum err
name_user(struct telling *t)
{
	struct str which = t->c->config->guard_remote_user;

	t->out->user = uid_hex(t->c->arena, t->who->uid);
	if (str_eq(which, STR("email")))
		t->out->user = email_of(t);
	if (str_eq(which, STR("username")))
		t->out->user = t->account.username;
	if (str_present(t->out->user))
		return ERR_OK;
	return str_eq(which, STR("email")) ? ERR_AREA_UNVERIFIED :
	    err_set(t->c, ERR_AREA_REFUSED, NULL, "no user name");
}

static enum err
tell_all(struct ctx *c, const struct session_guarded *who,
    struct area_answer *out)
{
	struct telling t = { .c = c, .who = who, .out = out };
	enum err e;

	e = read_account(&t);
	if (e == ERR_OK)
		e = name_user(&t);
	if (e != ERR_OK)
		return e;
	out->signed_in = true;
	out->facts.items = ARENA_ARRAY(c->arena, struct pair, 7);
	tell(&t, "uid", "DOORWARD_UID", uid_hex(c->arena, who->uid));
	tell(&t, "roles", "DOORWARD_ROLES", who->roles);
	tell(&t, "signed_in_s", "DOORWARD_SIGNED_IN_S", str_printf(c->arena,
	    "%lld", (long long)who->auth_s));
	if (!t.read)
		return ERR_OK;
	tell(&t, "email", "DOORWARD_EMAIL", email_of(&t));
	tell(&t, "phone", "DOORWARD_PHONE", t.account.phone_verified_s != 0 ?
	    t.account.phone : STR_NONE);
	tell(&t, "username", "DOORWARD_USERNAME", t.account.username);
	tell(&t, "name", "DOORWARD_NAME", profile_name(c, t.account.profile));
	return ERR_OK;
}

enum err
area_check(struct ctx *c, const struct area_ask *ask, struct area_answer *out)
{
	const struct area *areas[AREA_PATHS];
	struct area_answer answer = { .signed_in = false };
	struct session_guarded who;
	bool signed_in, anyone = true;
	enum err e = ERR_OK;
	size_t i;

	must(ask->n_paths > 0 && ask->n_paths <= AREA_PATHS);
	for (i = 0; i < ask->n_paths; i++) {
		areas[i] = area_find(c, ask->paths[i]);
		if (areas[i] == NULL)
			return err_set(c, ERR_AREA_REFUSED, NULL,
			    "no rule of the guard is for this path");
		anyone &= areas[i]->anyone;
	}
	e = find_visitor(c, ask, &who, &signed_in);
	if (e == ERR_OK && !signed_in && !anyone)
		e = ERR_AREA_SIGN_IN;
	for (i = 0; e == ERR_OK && signed_in && i < ask->n_paths; i++)
		e = judge(c, areas[i], &who);
	if (e == ERR_OK && signed_in)
		e = tell_all(c, &who, &answer);
	if (anyone && (e == ERR_AREA_UNVERIFIED || e == ERR_AREA_REFUSED))
		e = ERR_OK;	/* has no name for the application: nobody */
	if (e == ERR_OK)
		*out = answer;
	return e;
}
