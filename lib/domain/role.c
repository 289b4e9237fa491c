#include "role.h"

#include "audit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "store/store_account.h"
#include "store/store_role.h"
#include "store/store_tx.h"

struct change {
	struct uid uid;
	struct str name;
	bool add, changed;
};

int
role_order(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int n = memcmp(a.p, b.p, len);	/* not secret: names */

	return n != 0 ? n : (a.len > b.len) - (a.len < b.len);
}

static void
put(struct buf *b, struct str name)
{
	if (b->len > 0)
		buf_char(b, ' ');
	buf_str(b, name);
}

/* False: they are too many. */
static bool
changed_roles(struct ctx *c, const struct change *g, struct str roles,
    struct str *out)
{
	bool placed = !g->add;
	struct str one;
	struct buf b;

	buf_init(&b, c->arena, ROLES_MAX);
	while (str_split(&roles, ' ', &one)) {
		if (one.len == 0 || str_eq(one, g->name))
			continue;
		if (!placed && role_order(g->name, one) < 0) {
			put(&b, g->name);
			placed = true;
		}
		put(&b, one);
	}
	if (!placed)
		put(&b, g->name);
	*out = buf_view(&b);
	return buf_ok(&b);
}

static enum err
change_tx(struct ctx *c, void *arg)
{
	struct change *g = arg;
	struct str before, after;
	enum err e;

	e = store_roles_lock(c, g->uid, &before);
	if (e != ERR_OK || roles_have(before, g->name) == g->add)
		return e;
	if (!changed_roles(c, g, before, &after))
		return err_set(c, ERR_ROLE_MALFORMED, NULL,
		    "more than %d bytes of roles", ROLES_MAX);
	g->changed = true;
	e = store_roles_set(c, g->uid, after, c->now_s);
	return e != ERR_OK ? e : audit_add(c, g->add ? "role_added" :
	    "role_removed", g->uid, str_cstr(c->arena, g->name));
}

static enum err
change(struct ctx *c, struct change *g, bool *changed_out)
{
	enum err e;

	if (!role_valid(g->name))
		return err_set(c, ERR_ROLE_MALFORMED, NULL,
		    "no name of a role");
	e = store_tx(c, change_tx, g, store_tx_repeatable);
	if (e == ERR_OK)
		*changed_out = g->changed;
	return e;
}

enum err
role_add(struct ctx *c, struct uid uid, struct str name, bool *changed_out)
{
	struct change g = { .uid = uid, .name = name, .add = true };

	return change(c, &g, changed_out);
}

enum err
role_remove(struct ctx *c, struct uid uid, struct str name, bool *changed_out)
{
	struct change g = { .uid = uid, .name = name };

	return change(c, &g, changed_out);
}

enum err
role_members(struct ctx *c, struct uid after, size_t max,
    struct role_member **out, size_t *n_out)
{
	struct store_roles *rows;
	struct role_member *list;
	size_t n, i;
	enum err e;

	e = store_roles_list(c, after, max, &rows, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct role_member, n);
	for (i = 0; i < n; i++)
		list[i] = (struct role_member){ rows[i].uid, rows[i].roles };
	*out = list;
	*n_out = n;
	return ERR_OK;
}
