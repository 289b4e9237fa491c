#include "account_row.h"

static void
add_identifier(struct account *a, const struct store_identifier_of *i)
{
	if (i->kind == IDENTIFIER_USERNAME)
		a->username = i->canonical;
	if (i->kind == IDENTIFIER_EMAIL)
		a->emails[a->n_emails++] = (struct account_email){
			.label = i->label, .given = i->given,
			.canonical = i->canonical,
			.verified_s = i->verified_s
		};
}

enum err
account_from_row(struct ctx *c, const struct store_account *row,
    struct account *out)
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
		.profile = row->profile
	};
	struct store_identifier_of *list;
	size_t n, i;
	enum err e;

	e = store_account_identifiers(c, row->uid, &list, &n);
	if (e != ERR_OK)
		return e;
	a.emails = ARENA_ARRAY(c->arena, struct account_email, n);
	for (i = 0; i < n; i++)
		add_identifier(&a, &list[i]);
	*out = a;
	return ERR_OK;
}
