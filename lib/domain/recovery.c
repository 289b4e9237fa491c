#include "recovery.h"

#include "audit.h"
#include "base/config.h"
#include "codec/url.h"
#include "limit.h"
#include "outbox.h"
#include "phone.h"
#include "store/store_tx.h"
#include "verification.h"

static const struct uid nobody;

struct asking {
	const struct recovery *in;
	struct account account;
	const struct account_email *target;	/* NULL: a decoy */
	enum err refusal;			/* why it is one */
};

/*
 * Where a secret for this account goes, as stored (S-012): the address that
 * was named if it is proven, else a proven one, else the first address, whose
 * owner proves it by using the secret.  Never to an added address that
 * nobody has proven (F-35), and not to the first one where the account is
 * proven by its number: a mistyped address must not take it over.
 */
const struct account_email *
recovery_target(const struct account *a, const struct identifier *id)
{
	const struct account_email *first = NULL;
	size_t i;

	for (i = 0; i < a->n_emails; i++) {
		if (a->emails[i].verified_s == 0)
			continue;
		if (id->kind == IDENTIFIER_EMAIL &&
		    str_eq(a->emails[i].canonical, id->canonical))
			return &a->emails[i];
		if (first == NULL)
			first = &a->emails[i];
	}
	if (first == NULL && a->n_emails > 0 && a->phone_verified_s == 0)
		first = &a->emails[0];
	return first;
}

static enum err
judge_account(const struct recovery *in, const struct account *a, bool reached)
{
	if (a->state == ACCOUNT_BLOCKED)
		return ERR_ACCOUNT_BLOCKED;
	if (a->state == ACCOUNT_LOGIN_DISABLED)
		return ERR_LOGIN_DISABLED;
	return in->judge(a, reached);
}

static enum err
look_up(struct ctx *c, struct asking *q)
{
	const struct account_email *target;
	enum err e;

	q->target = NULL;
	q->account = (struct account){ .generation = 1 };
	e = account_find(c, &q->in->id, &q->account);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	target = recovery_target(&q->account, &q->in->id);
	q->refusal = e == ERR_NOT_FOUND ? ERR_USER_UNKNOWN :
	    judge_account(q->in, &q->account, target != NULL);
	if (q->refusal == ERR_OK)
		q->target = target;
	return ERR_OK;
}

static enum err
make_secret(struct ctx *c, const struct recovery *in, const struct ticket *t,
    struct str *code, struct str *link)
{
	struct str url, secret;
	enum err e;

	url = url_with(c->arena, in->base, "vtype", str_of(in->vtype));
	*code = STR("");
	if (in->by_code) {	/* one may stand under another of its names */
		e = ticket_void(c, t->purpose, t->uid);
		if (e == ERR_OK)
			e = ticket_make_code(c, t, code);
		url = url_with(c->arena, url,
		    in->id.kind == IDENTIFIER_EMAIL ? "email" : "username",
		    in->id.given);
	} else {
		e = ticket_make_link(c, t, &secret);
		if (e == ERR_OK)
			url = url_with(c->arena, url, "vtoken", secret);
	}
	if (e == ERR_OK && str_present(in->return_url))
		url = url_with(c->arena, url, "return", in->return_url);
	if (e == ERR_OK)
		*link = url;
	return e;
}

/* The template asks for all of them. */
static void
set_why(struct values *v, const char *why)
{
	values_flag(v, "breached", false);
	values_flag(v, "expired", false);
	values_flag(v, "partial", false);
	values_flag(v, why, true);
}

static enum err
send_mail(struct ctx *c, const struct asking *q, const struct ticket *t,
    int64_t life_s)
{
	bool decoy = q->target == NULL;
	const char *why = q->in->why;
	struct outbox_mail m = {
		.template = why != NULL ? q->in->required : q->in->mail,
		.variant = q->in->variant,
		.to = decoy ? q->in->id.given : q->target->given,
		.uid = decoy ? nobody : q->account.uid,
		.values = values_new(c->arena), .expires_s = t->expires_s,
		.decoy = decoy
	};
	struct str code, link;
	enum err e;

	e = make_secret(c, q->in, t, &code, &link);
	if (e != ERR_OK)
		return e;
	values_set(m.values, "code", code);
	values_set(m.values, "link", link);
	values_set_url(m.values, "href", link);
	mail_set_life(c, m.values, life_s);
	if (why != NULL)
		set_why(m.values, why);
	e = outbox_add_mail(c, &m);
	return e != ERR_OK ? e : audit_add(c, decoy ? q->in->decoy :
	    q->in->sent, m.uid, decoy ? err_name(q->refusal) :
	    why != NULL ? why : "");
}

int64_t
recovery_life_s(const struct ctx *c, const struct recovery *r)
{
	if (r->life_s != 0)
		return r->life_s;
	return r->by_code ? c->config->lifetime_email_code_s :
	    c->config->lifetime_reset_link_s;
}

/*
 * A code is entered beside the name that asked for it, so it stands under
 * that name; the address that it went to is kept with it.  The same work for
 * nobody: decoys are rows like others (S-018).
 */
static enum err
send_secret(struct ctx *c, const struct asking *q)
{
	bool decoy = q->target == NULL;
	struct str asked = q->in->id.canonical;
	struct str address = decoy ? asked : q->target->canonical;
	int64_t life_s = recovery_life_s(c, q->in);
	struct ticket t = {
		.purpose = q->in->purpose,
		.uid = decoy ? ticket_decoy_uid(c, asked) : q->account.uid,
		.generation = q->account.generation,
		.address = q->in->by_code ? asked : address,
		.data = address, .expires_s = c->now_s + life_s
	};

	if (str_present(q->in->note))
		t.data = str_printf(c->arena, "%.*s\n%.*s",
		    STR_FMT(address), STR_FMT(q->in->note));
	return send_mail(c, q, &t, life_s);
}

/*
 * What one source may cause is told to all alike.  What one address may
 * receive is not: an account may have had other mails.
 */
static enum err
ask_tx(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	bool tell = c->config->compat_reveal_account_existence;
	enum err e;

	e = look_up(c, q);
	if (e == ERR_OK && tell && q->refusal != ERR_OK)
		return err_set(c, q->refusal, NULL, "no mail for this one");
	if (e == ERR_OK)
		e = limit_mail_source(c);
	if (e != ERR_OK)
		return e;
	e = limit_mail_target(c, q->in->mail, q->target != NULL ?
	    q->target->canonical : q->in->id.canonical);
	if (e == ERR_MAIL_LIMIT && !tell)
		return audit_add(c, q->in->limited, q->target != NULL ?
		    q->account.uid : nobody, "");
	return e != ERR_OK ? e : send_secret(c, q);
}

enum err
recovery_ask(struct ctx *c, const struct recovery *r)
{
	struct asking q = { .in = r };

	return store_tx(c, ask_tx, &q, NULL);
}

enum err
recovery_send(struct ctx *c, const struct recovery *r,
    const struct account *a, const struct account_email *target)
{
	struct asking q = { .in = r, .account = *a, .target = target };

	return send_secret(c, &q);
}

enum err
recovery_identifier(struct ctx *c, enum identifier_kind kind, struct str s,
    struct identifier *out)
{
	const struct config *cfg = c->config;
	enum err e;

	if (kind == IDENTIFIER_PHONE)
		return phone_read(c, s, out);
	if (!str_present(s))
		return err_set(c, ERR_IDENTIFIER_MISSING, NULL, "none");
	if (kind == 0)
		kind = str_has(s, '@') || !cfg->login_username ?
		    IDENTIFIER_EMAIL : IDENTIFIER_USERNAME;
	if (kind == IDENTIFIER_EMAIL) {
		e = identifier_email(c->arena, s, cfg->login_fold_local_part,
		    out);
		return e != ERR_OK ? err_set(c, e, "email", "malformed") : e;
	}
	if (!cfg->login_username)
		return err_set(c, ERR_USERNAME_OFF, NULL, "off");
	e = identifier_username(c->arena, s, out);
	return e != ERR_OK ? err_set(c, e, "username", "malformed") : e;
}
