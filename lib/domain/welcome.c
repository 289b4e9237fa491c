/*
 * The welcome mail: by itself once for an account, on request again.
 */
#include "verification.h"

#include "account_internal.h"
#include "audit.h"
#include "crypto/keys.h"
#include "limit.h"
#include "outbox.h"
#include "store/store_limit.h"
#include "store/store_tx.h"

#define PER_DAY		3
#define DAY_S		86400
#define LONG_S		(INT64_C(3650) * DAY_S)	/* "for good", in marks */

static struct str
first_name(struct ctx *c, const struct account *a)
{
	enum json_fault fault;
	const struct json *j;

	j = json_parse(c->arena, a->profile, &fault);
	j = j != NULL ? json_get_fold(j, "FirstName") : NULL;
	return json_type(j) == JSON_STRING ?
	    outbox_name(c, json_string(j)) : STR("");
}

static enum err
send(struct ctx *c, const struct account *a, struct str to,
    struct str variant)
{
	struct outbox_mail mail = {
		.template = "welcome", .variant = variant, .to = to,
		.uid = a->uid, .values = values_new(c->arena)
	};

	values_set(mail.values, "name", first_name(c, a));
	return outbox_add_mail(c, &mail);
}

/* The mark is the account's: of 50 that come at once one sends it. */
enum err
welcome_send(struct ctx *c, const struct account *a, struct str to,
    struct str variant)
{
	struct str whose = { (const char *)a->uid.b, sizeof(a->uid.b) };
	unsigned char id[32];
	bool fresh = false;
	enum err e;

	if (!str_present(variant))
		return ERR_OK;
	MAC_LASTING(c->keys, KEY_LIMIT, id, STR("welcome"), whose);
	e = store_mark_use(c, id, 1, c->now_s + LONG_S, &fresh);
	return e == ERR_OK && fresh ? send(c, a, to, variant) : e;
}

struct welcome {
	struct uid uid;
	struct str variant;
};

static enum err
on_read_tx(struct ctx *c, void *arg)
{
	const struct welcome *w = arg;
	const struct account_email *to;
	struct account a;
	enum err e;

	e = account_get(c, w->uid, &a);
	to = e == ERR_OK ? account_proven_email(&a) : NULL;
	return to != NULL ? welcome_send(c, &a, to->given, w->variant) : e;
}

enum err
welcome_on_read(struct ctx *c, struct uid uid, struct str variant)
{
	struct welcome w = { .uid = uid, .variant = variant };

	return str_present(variant) ? store_tx(c, on_read_tx, &w,
	    store_tx_repeatable) : ERR_OK;
}

static enum err
again_tx(struct ctx *c, void *arg)
{
	const struct welcome *w = arg;
	const struct account_email *to;
	struct account a;
	enum err e;

	e = account_get(c, w->uid, &a);
	if (e != ERR_OK)
		return e;
	to = account_proven_email(&a);
	if (to == NULL)
		return err_set(c, ERR_EMAIL_NOT_OWN, NULL,
		    "no proven address");
	e = limit_meter(c, "welcome", uid_hex(c->arena, w->uid), PER_DAY,
	    DAY_S);
	if (e == ERR_RATE_LIMITED)
		return err_set(c, ERR_MAIL_LIMIT, NULL, "sent often today");
	if (e == ERR_OK)
		e = send(c, &a, to->given, w->variant);
	return e != ERR_OK ? e : audit_add(c, "welcome_sent", w->uid, "");
}

/* Whether it was sent cannot be known, so it is not called done. */
static enum err
unknown(struct ctx *c, void *arg)
{
	(void)arg;
	return err_set(c, ERR_UNAVAILABLE, NULL, "commit in doubt");
}

enum err
welcome_again(struct ctx *c, struct uid uid, struct str variant)
{
	struct welcome w = { .uid = uid, .variant = variant };

	return store_tx(c, again_tx, &w, unknown);
}
