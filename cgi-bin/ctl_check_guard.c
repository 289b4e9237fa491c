/*
 * check: does each rule of the guard let somebody in, and does the web server
 * ask at all?
 */
#include "ctl_check.h"

#include "base/roles.h"
#include "domain/area.h"
#include "domain/role.h"
#include "domain/site.h"

#define PAGE	500	/* accounts read at once */

static const char *
shown(const struct area *a)
{
	return a->path.len > 0 ? a->path.p : "/";
}

/* ---- roles ---- */

struct demand {
	const struct area *area;
	struct str names;		/* one of "a|b" */
	bool held;
};

static size_t
gather(struct arena *m, const struct areas *all, struct demand **out)
{
	const struct area *a;
	struct demand *list;
	size_t i, n = 0;

	for (a = all->items; a < all->items + all->n; a++)
		n += a->n_roles;
	list = ARENA_ARRAY(m, struct demand, n);
	n = 0;
	for (a = all->items; a < all->items + all->n; a++)
		for (i = 0; i < a->n_roles; i++)
			list[n++] = (struct demand){ a, a->roles[i], false };
	*out = list;
	return n;
}

static void
look_at(struct demand *d, struct str roles)
{
	struct str names = d->names, one;

	while (!d->held && str_split(&names, '|', &one))
		d->held = roles_have(roles, one);
}

static enum err
find_holders(struct ctx *c, struct demand *list, size_t n)
{
	struct role_member *rows;
	struct uid after = { { 0 } };
	size_t i, k, found_n;
	enum err e;

	do {
		e = role_members(c, after, PAGE, &rows, &found_n);
		for (i = 0; e == ERR_OK && i < found_n; i++) {
			for (k = 0; k < n; k++)
				look_at(&list[k], rows[i].roles);
			after = rows[i].uid;
		}
	} while (e == ERR_OK && found_n == PAGE);
	return e;
}

static void
check_roles(struct check *k, const struct config *cfg)
{
	struct demand *list;
	size_t n, i;

	n = gather(k->t->process, &cfg->areas, &list);
	if (n == 0 || find_holders(k->t->ctx, list, n) != ERR_OK)
		return;
	for (i = 0; i < n; i++)
		if (!list[i].held)
			found(k, NOTE, "guard", "%s asks for role:%s, which "
			    "nobody has, so it lets nobody in.  Give it: "
			    "doorwardctl role add NAME ROLE; or correct "
			    "guard.rules.", shown(list[i].area),
			    list[i].names.p);
}

/* ---- the rest of the configuration ---- */

static void
check_login(struct check *k, const struct config *cfg)
{
	struct str login = str_printf(k->t->process, "%s/login",
	    cfg->site_base.p);
	const struct area *a = area_find(k->t->ctx, login);

	if (a != NULL && !a->anyone)
		found(k, NOTE, "guard", "%s, where people sign in, falls "
		    "under the rule of %s: if the web server asks for it, "
		    "nobody can.  Add to guard.rules: %s anyone", login.p,
		    shown(a), cfg->site_base.len > 0 ? cfg->site_base.p :
		    "/login");
}

void
check_guard(struct check *k, const struct config *cfg)
{
	if (cfg->areas.n == 0)
		return;
	found(k, FINE, "guard", "%zu rules", cfg->areas.n);
	check_roles(k, cfg);
	check_login(k, cfg);
	if (str_eq(cfg->guard_remote_user, STR("username")) &&
	    !cfg->login_username)
		found(k, WRONG, "guard", "guard.remote_user is username, and "
		    "nobody has one while login.username is off: everybody "
		    "is refused.  Set one or the other.");
}

/* ---- from outside, as nobody ---- */

/* A folder's address may want its slash. */
static enum err
probe(struct ctx *c, struct str path, int64_t *status_out)
{
	enum err e;

	e = site_path_probe(c, path, status_out);
	if (e == ERR_OK && *status_out >= 301 && *status_out <= 308 &&
	    *status_out != 303)
		e = site_path_probe(c, str_printf(c->arena, "%.*s/",
		    STR_FMT(path)), status_out);
	return e;
}

static void
judge(struct check *k, const struct area *a, int64_t status)
{
	if (status >= 200 && status < 300)
		found(k, WRONG, "guard", "%s is open to everybody: the web "
		    "server does not ask.  docs/servers/ has a guard- file "
		    "for each; it belongs to the folder of this address.",
		    shown(a));
	else if (status == 401 || status == 403 || status == 303)
		found(k, FINE, "guard", "%s is closed to strangers",
		    shown(a));
	else if (status == 404)
		found(k, NOTE, "guard", "There is no %s: the path of a rule "
		    "begins at the root of the host.", shown(a));
	else
		found(k, NOTE, "guard", "%s answers %lld to strangers.",
		    shown(a), (long long)status);
}

void
check_guard_web(struct check *k, const struct config *cfg)
{
	int64_t status = 0;
	size_t i;

	for (i = 0; i < cfg->areas.n; i++) {
		const struct area *a = &cfg->areas.items[i];

		if (a->anyone)
			continue;
		if (probe(k->t->ctx, str_of(shown(a)), &status) != ERR_OK)
			return;		/* that is told already */
		judge(k, a, status);
	}
}
