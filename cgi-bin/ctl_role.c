#include "ctl.h"

#include "domain/account.h"
#include "domain/role.h"

#define PAGE	500	/* accounts read at once */

static void
print_roles(struct ctl *t, struct uid uid, struct str roles)
{
	struct str hex = uid_hex(t->ctx->arena, uid), one;
	struct json *j, *list;

	if (!t->json) {
		printf("%s  %.*s\n", hex.p, STR_FMT(roles));
		return;
	}
	j = json_new_object(t->ctx->arena);
	list = json_new_array(t->ctx->arena);
	json_set_str(j, "uid", hex);
	while (roles.len > 0 && str_split(&roles, ' ', &one))
		json_append_str(list, one);
	json_set(j, "roles", list);
	ctl_json(t, j);
}

static int
change(struct ctl *t, enum err (*fn)(struct ctx *, struct uid, struct str,
    bool *))
{
	const char *rest[2];
	struct account a;
	bool changed;
	size_t n;
	enum err e;

	if (!ctl_options(t, NULL, 0, rest, 2, &n) || n != 2)
		return ctl_usage(t);
	e = ctl_account(t, rest[0], &a);
	if (e == ERR_OK)
		e = fn(t->ctx, a.uid, str_of(rest[1]), &changed);
	if (e == ERR_OK)
		e = account_get(t->ctx, a.uid, &a);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (!changed)
		ctl_say("it was so already");
	print_roles(t, a.uid, a.roles);
	return CTL_OK;
}

int
ctl_role_add(struct ctl *t)
{
	return change(t, role_add);
}

int
ctl_role_remove(struct ctl *t)
{
	return change(t, role_remove);
}

static enum err
print_members(struct ctl *t, struct str role)
{
	struct role_member *rows;
	struct uid after = { { 0 } };
	size_t n, i;
	enum err e;

	do {
		e = role_members(t->ctx, after, PAGE, &rows, &n);
		for (i = 0; e == ERR_OK && i < n; i++) {
			if (!str_present(role) ||
			    roles_have(rows[i].roles, role))
				print_roles(t, rows[i].uid, rows[i].roles);
			after = rows[i].uid;
		}
	} while (e == ERR_OK && n == PAGE);
	return e;
}

int
ctl_role_list(struct ctl *t)
{
	const char *role = NULL, *rest[1];
	struct account a;
	size_t n;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--role", &role, NULL } }, 1, rest, 1, &n) ||
	    (n == 1 && role != NULL))
		return ctl_usage(t);
	if (n == 0) {
		e = print_members(t, str_of(role));
		return e == ERR_OK ? CTL_OK : ctl_fail(t, e);
	}
	e = ctl_account(t, rest[0], &a);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	print_roles(t, a.uid, a.roles);
	return CTL_OK;
}
