#include "account_create.h"

#include "account_held.h"
#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "crypto/pwhash.h"
#include "password.h"
#include "store/store_password.h"
#include "store/store_registration.h"
#include "store/store_tx.h"

static struct str
or_else(struct str s, struct str other)
{
	return str_present(s) ? s : other;
}

static enum err
add_email(struct ctx *c, const struct account_create *in, struct uid uid)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_EMAIL, .uid = uid,
		.canonical = in->email.canonical, .given = in->email.given,
		.label = or_else(in->email_label, STR("Primary")),
		.verified_s = in->email_verified_s, .created_s = c->now_s
	};
	enum err e;

	if (in->email.kind == 0)
		return ERR_OK;
	e = identifier_claim(c, &i);
	return e == ERR_CONFLICT ? err_set(c, ERR_EMAIL_TAKEN, "email",
	    "the address is an account's") : e;
}

static enum err
add_phone(struct ctx *c, const struct account_create *in, struct uid uid)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_PHONE, .uid = uid,
		.canonical = in->phone.canonical,
		.given = in->phone.canonical, .label = STR(""),
		.created_s = c->now_s
	};
	enum err e;

	if (in->phone.kind == 0)
		return ERR_OK;
	e = identifier_claim(c, &i);
	return e == ERR_CONFLICT ? err_set(c, ERR_PHONE_TAKEN, "phone",
	    "the number is an account's") : e;
}

static enum err
add_username(struct ctx *c, const struct account_create *in, struct uid uid)
{
	const struct store_new_identifier i = {
		.kind = IDENTIFIER_USERNAME, .uid = uid,
		.canonical = in->username.canonical,
		.given = in->username.given, .label = STR(""),
		.created_s = c->now_s
	};
	enum err e;

	if (in->username.kind == 0)
		return ERR_OK;
	e = identifier_claim(c, &i);
	return e == ERR_CONFLICT ? err_set(c, ERR_USERNAME_TAKEN, "username",
	    "the user name is an account's") : e;
}

static enum err
add_account(struct ctx *c, const struct account_create *in, struct uid uid)
{
	const struct store_new_account a = {
		.uid = uid, .profile_id = uid_new(c->now_ms),
		.created_s = c->now_s,
		.email_verified_s = in->email_verified_s,
		.required_filled = in->required_filled,
		.source = or_else(in->source, STR("API")),
		.profile = or_else(in->document, STR("{}"))
	};
	enum err e;

	e = store_account_insert(c, &a);
	if (e == ERR_OK && in->phc != NULL)
		e = store_password_insert(c, uid, str_of(in->phc),
		    c->now_s, PASSWORD_GOOD);
	return e;
}

/* What it signs up with comes first: where that is somebody's, nothing else
 * was written. */
static enum err
add_addresses(struct ctx *c, const struct account_create *in, struct uid uid)
{
	enum err e;

	e = in->phone_first ? add_phone(c, in, uid) : add_email(c, in, uid);
	if (e != ERR_OK)
		return e;
	return in->phone_first ? add_email(c, in, uid) :
	    add_phone(c, in, uid);
}

enum err
account_create(struct ctx *c, const struct account_create *in,
    struct uid *uid_out)
{
	struct uid uid = uid_new(c->now_ms);
	enum err e;

	e = add_addresses(c, in, uid);
	if (e == ERR_OK)
		e = add_username(c, in, uid);
	if (e == ERR_OK)
		e = add_account(c, in, uid);
	if (e == ERR_OK)
		*uid_out = uid;
	return e;
}

struct adding {
	struct account_create account;
	char phc[PWHASH_MAX];
	struct uid uid;
};

static enum err
add_tx(struct ctx *c, void *arg)
{
	struct adding *a = arg;
	enum err e;

	e = account_create(c, &a->account, &a->uid);
	return e != ERR_OK ? e : audit_add(c, "account_created", a->uid,
	    "by the administrator");
}

static enum err
add_in_doubt(struct ctx *c, void *arg)
{
	const struct adding *a = arg;
	struct store_holder h;
	enum err e;

	e = store_holder(c, IDENTIFIER_EMAIL, a->account.email.canonical, &h);
	return e == ERR_OK && !uid_eq(h.uid, a->uid) ? ERR_NOT_FOUND : e;
}

static enum err
read_identifiers(struct ctx *c, const struct account_add *in,
    struct account_create *out)
{
	enum err e;

	if (!str_present(in->email))
		return err_set(c, ERR_EMAIL_MISSING, "email", "none");
	e = identifier_email(c->arena, in->email,
	    c->config->login_fold_local_part, &out->email);
	if (e != ERR_OK)
		return err_set(c, e, "email", "malformed");
	return str_present(in->username) ? account_judge_username(c,
	    in->username, &out->username) : ERR_OK;
}

static enum err
hash_password(struct ctx *c, const struct account_add *in, struct adding *a)
{
	const struct str words[] = { in->email, in->username };
	struct str normal;
	enum err e;

	if (!secret_present(&in->password))
		return ERR_OK;
	e = password_judge_new(c, NULL, &in->password, words, COUNT(words),
	    &normal);
	if (e == ERR_OK)
		e = pwhash_make(c, normal, a->phc);
	a->account.phc = a->phc;
	return e;
}

enum err
account_add(struct ctx *c, const struct account_add *in, struct uid *uid_out)
{
	struct adding a = { .account = {
		.email_verified_s = in->verified ? c->now_s : 0 } };
	enum err e;

	e = read_identifiers(c, in, &a.account);
	if (e == ERR_OK)
		e = hash_password(c, in, &a);
	if (e == ERR_OK)
		e = store_tx(c, add_tx, &a, add_in_doubt);
	if (e == ERR_OK)
		*uid_out = a.uid;
	return e;
}
