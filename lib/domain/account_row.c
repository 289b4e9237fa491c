#include "account_row.h"

#include "store/store_pending.h"

static void
add_identifier(struct account *a, const struct store_identifier_of *i)
{
	if (i->kind == IDENTIFIER_USERNAME)
		a->username = i->canonical;
	if (i->kind == IDENTIFIER_PHONE)
		a->phone = i->canonical;
	if (i->kind == IDENTIFIER_EMAIL)
		a->emails[a->n_emails++] = (struct account_email){
			.label = i->label, .given = i->given,
			.canonical = i->canonical,
			.verified_s = i->verified_s
		};
}

static enum err
read_pending(struct ctx *c, struct account *a)
{
	struct store_pending *list;
	size_t n, i;
	enum err e;

	e = store_pending_list(c, a->uid, &list, &n);
	if (e != ERR_OK)
		return e;
	a->pending = ARENA_ARRAY(c->arena, struct account_pending, n);
	for (i = 0; i < n; i++)
		a->pending[i] = (struct account_pending){
			.kind = (enum identifier_kind)list[i].kind,
			.label = list[i].label, .given = list[i].given,
			.canonical = list[i].canonical,
			.created_s = list[i].created_s
		};
	a->n_pending = n;
	return ERR_OK;
}

/* The name that account_read_lock asks for. */
static int64_t
locked_until(const struct store_identifier_of *list, size_t n)
{
	static const enum identifier_kind order[] = { IDENTIFIER_EMAIL,
		IDENTIFIER_PHONE, IDENTIFIER_USERNAME };
	size_t i, k;

	for (k = 0; k < COUNT(order); k++)
		for (i = 0; i < n; i++)
			if (list[i].kind == (int64_t)order[k])
				return list[i].locked_until_s;
	return 0;
}

enum err
account_from_rows(struct ctx *c, const struct store_account *row,
    const struct store_identifier_of *list, size_t n, struct account *out)
{
	struct account a = {
		.uid = row->uid, .profile_id = row->profile_id,
		.generation = row->generation, .state = row->state,
		.created_s = row->created_s, .modified_s = row->modified_s,
		.profile_modified_s = row->profile_modified_s,
		.last_login_s = row->last_login_s, .logins = row->logins,
		.email_verified_s = row->email_verified_s,
		.required_filled = row->required_filled,
		.profile_version = row->profile_version,
		.password_changed_s = row->password_changed_s,
		.registration_source = row->registration_source,
		.profile = row->profile,
		.phone_verified_s = row->phone_verified_s,
		.pin_changed_s = row->pin_changed_s,
		.pin_skipped_s = row->pin_skipped_s,
		.privacy_policy = row->privacy_policy,
		.consent_profile = row->consent_profile,
		.secure = row->secure, .breached_s = row->breached_s,
		.roles = row->roles,
		.locked_until_s = locked_until(list, n)
	};
	enum err e = ERR_OK;
	size_t i;

	a.emails = ARENA_ARRAY(c->arena, struct account_email, n);
	for (i = 0; i < n; i++)
		add_identifier(&a, &list[i]);
	if (row->pending != 0)
		e = read_pending(c, &a);
	if (e == ERR_OK)
		*out = a;
	return e;
}

enum err
account_from_row(struct ctx *c, const struct store_account *row,
    struct account *out)
{
	struct store_identifier_of *list;
	enum err e;
	size_t n;

	e = store_account_identifiers(c, row->uid, &list, &n);
	return e != ERR_OK ? e : account_from_rows(c, row, list, n, out);
}
