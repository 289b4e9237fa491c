#include "smart_login.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "codec/json.h"
#include "codec/url.h"
#include "entry.h"
#include "limit.h"
#include "outbox.h"
#include "phone.h"
#include "recovery.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define APPROVE_PAGE	"/smart/confirm"
#define SMART_MAIL	"smart-login"	/* .mail and .sms, and kind in limits */

static const struct uid nobody;

/* Asking: LG21 to LG23 */

struct asking {
	const struct smart_asking *in;
	struct identifier id;
	struct str base;
	struct account account;
	struct str to, canonical;	/* absent: a decoy */
	enum err refusal;		/* why it is one */
	bool full;			/* the target has had enough messages */
	struct str ref;
};

static bool
by_phone(const struct asking *q)
{
	return q->id.kind == IDENTIFIER_PHONE;
}

static enum identifier_kind
kind_of(struct ctx *c, const struct smart_asking *in)
{
	struct identifier id;

	if (in->kind != 0)
		return in->kind;
	if (c->config->login_phone &&
	    phone_read(c, in->identifier, &id) == ERR_OK)
		return IDENTIFIER_PHONE;
	return str_has(in->identifier, '@') || !c->config->login_username ?
	    IDENTIFIER_EMAIL : IDENTIFIER_USERNAME;
}

static enum err
read_identifier(struct ctx *c, struct asking *q)
{
	enum identifier_kind kind = kind_of(c, q->in);
	struct str s = q->in->identifier;
	enum err e;

	if (kind == IDENTIFIER_PHONE) {
		e = phone_read(c, s, &q->id);
		return e != ERR_OK ? e : limit_sms_ready(c, q->id.canonical,
		    false);
	}
	if (!str_present(s))
		return err_set(c, ERR_IDENTIFIER_MISSING, NULL, "none");
	if (kind == IDENTIFIER_EMAIL) {
		if (!c->config->login_email)
			return err_set(c, ERR_EMAIL_LOGIN_OFF, NULL, "off");
		e = identifier_email(c->arena, s,
		    c->config->login_fold_local_part, &q->id);
		return e != ERR_OK ? err_set(c, e, "email", "malformed") : e;
	}
	if (!c->config->login_username)
		return err_set(c, ERR_USERNAME_OFF, NULL, "off");
	e = identifier_username(c->arena, s, &q->id);
	return e != ERR_OK ? err_set(c, e, "username", "malformed") : e;
}

/* A number counts once it was proven (S-014). */
static void
find_target(struct asking *q)
{
	const struct account *a = &q->account;
	const struct account_email *email;

	q->to = q->canonical = STR_NONE;
	if (by_phone(q)) {
		if (a->phone.p != NULL && a->phone_verified_s != 0)
			q->to = q->canonical = a->phone;
		return;
	}
	email = recovery_target(a, &q->id);
	if (email != NULL) {
		q->to = email->given;
		q->canonical = email->canonical;
	}
}

static enum err
judge_account(const struct asking *q)
{
	if (q->account.state == ACCOUNT_BLOCKED)
		return ERR_ACCOUNT_BLOCKED;
	if (q->account.state == ACCOUNT_LOGIN_DISABLED)
		return ERR_LOGIN_DISABLED;
	if (!entry_exists(&q->account))
		return ERR_USER_UNKNOWN;
	if (q->canonical.p != NULL)
		return ERR_OK;
	return by_phone(q) ? ERR_PHONE_UNVERIFIED : ERR_EMAIL_UNVERIFIED;
}

static enum err
look_up(struct ctx *c, struct asking *q)
{
	enum err e;

	q->account = (struct account){ .generation = 1 };
	e = account_find(c, &q->id, &q->account);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	find_target(q);
	q->refusal = e == ERR_NOT_FOUND ? ERR_USER_UNKNOWN :
	    judge_account(q);
	if (q->refusal != ERR_OK)
		q->to = q->canonical = STR_NONE;
	return ERR_OK;
}

static bool
is_decoy(const struct asking *q)
{
	return q->canonical.p == NULL;
}

static struct uid
whose(struct ctx *c, const struct asking *q)
{
	return is_decoy(q) ? ticket_decoy_uid(c, q->id.canonical) :
	    q->account.uid;
}

/* As for every secret: what one source may cause is told to all alike, what
 * one target may receive is not. */
static enum err
meter(struct ctx *c, struct asking *q)
{
	bool tell = c->config->compat_reveal_account_existence;
	struct str target = is_decoy(q) ? q->id.canonical : q->canonical;
	enum err e;

	q->full = false;
	if (by_phone(q))
		return tell ? limit_sms(c, SMART_MAIL, target, false) :
		    limit_sms_quietly(c, SMART_MAIL, target, false,
		    &q->full);
	e = limit_mail_source(c);
	if (e != ERR_OK)
		return e;
	e = limit_mail_target(c, SMART_MAIL, target);
	q->full = e == ERR_MAIL_LIMIT && !tell;
	return q->full ? ERR_OK : e;
}

static enum err
begin_waiting(struct ctx *c, struct asking *q)
{
	const struct device_start s = {
		.family = DEVICE_SMART, .guid = q->in->guid,
		.kind = q->in->session.kind,
		.remember = q->in->session.remember,
		.uid = whose(c, q), .replaces = !q->full
	};

	return device_login_start(c, &s, &q->ref);
}

static struct str
data_of(struct ctx *c, const struct asking *q)
{
	struct json *data = json_new_object(c->arena);

	json_set_str(data, "device", q->ref);
	if (str_present(q->in->welcome_template))
		json_set_str(data, "welcome", q->in->welcome_template);
	return json_text(c->arena, data, false);
}

static enum err
make_link(struct ctx *c, const struct asking *q, struct str *url_out)
{
	struct ticket t = {
		.purpose = TICKET_SMART, .uid = whose(c, q),
		.generation = q->account.generation,
		.address = is_decoy(q) ? q->id.canonical : q->canonical,
		.data = data_of(c, q),
		.expires_s = c->now_s + c->config->lifetime_signin_link_s
	};
	struct str url, secret;
	enum err e;

	e = ticket_make_link(c, &t, &secret);
	if (e != ERR_OK)
		return e;
	url = url_with(c->arena, q->base, "vtype", STR("autologin"));
	*url_out = url_with(c->arena, url, "vtoken", secret);
	return ERR_OK;
}

static enum err
queue_sms(struct ctx *c, const struct asking *q, struct values *v)
{
	const struct outbox_sms m = {
		.template = SMART_MAIL, .variant = q->in->sms_template,
		.to = is_decoy(q) ? q->id.canonical : q->to,
		.uid = is_decoy(q) ? nobody : q->account.uid, .values = v,
		.expires_s = c->now_s + c->config->lifetime_signin_link_s,
		.decoy = is_decoy(q)
	};

	return outbox_add_sms(c, &m);
}

static enum err
queue_mail(struct ctx *c, const struct asking *q, struct values *v)
{
	const struct outbox_mail m = {
		.template = SMART_MAIL, .variant = q->in->email_template,
		.to = is_decoy(q) ? q->id.given : q->to,
		.uid = is_decoy(q) ? nobody : q->account.uid, .values = v,
		.expires_s = c->now_s + c->config->lifetime_signin_link_s,
		.decoy = is_decoy(q)
	};

	return outbox_add_mail(c, &m);
}

static enum err
send(struct ctx *c, const struct asking *q)
{
	struct values *v = values_new(c->arena);
	struct str link;
	enum err e;

	e = make_link(c, q, &link);
	if (e != ERR_OK)
		return e;
	values_set(v, "link", link);
	if (!by_phone(q))
		values_set_url(v, "href", link);
	mail_set_life(c, v, c->config->lifetime_signin_link_s);
	e = by_phone(q) ? queue_sms(c, q, v) : queue_mail(c, q, v);
	return e != ERR_OK ? e : audit_add(c, is_decoy(q) ? "smart_decoy" :
	    "smart_sent", is_decoy(q) ? nobody : q->account.uid,
	    is_decoy(q) ? err_name(q->refusal) : "");
}

static enum err
ask_tx(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	enum err e;

	e = look_up(c, q);
	if (e == ERR_OK && c->config->compat_reveal_account_existence &&
	    q->refusal != ERR_OK)
		return err_set(c, q->refusal, NULL, "no link for this one");
	if (e == ERR_OK)
		e = meter(c, q);
	if (e == ERR_OK)
		e = begin_waiting(c, q);
	if (e != ERR_OK)
		return e;
	return q->full ? audit_add(c, "smart_limited", is_decoy(q) ? nobody :
	    q->account.uid, "") : send(c, q);
}

static enum err
judge_on(struct ctx *c)
{
	return c->config->smart_login_enabled ? ERR_OK :
	    err_set(c, ERR_SMART_OFF, NULL, "off");
}

/* The guid tells whose row it is: nobody else knows it. */
static enum err
ask_in_doubt(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	struct device_request r;
	enum err e;

	e = device_login_of(c, q->in->guid, &r);
	return e == ERR_DEVICE_GONE ? ERR_NOT_FOUND : e;
}

enum err
smart_login_ask(struct ctx *c, const struct smart_asking *in,
    struct str *number_out)
{
	struct asking q = { .in = in };
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = device_guid_judge(c, in->guid);
	if (e == ERR_OK)
		e = read_identifier(c, &q);
	if (e == ERR_OK)
		e = link_base(c, in->url, APPROVE_PAGE, &q.base);
	if (e == ERR_OK)
		e = store_tx(c, ask_tx, &q, ask_in_doubt);
	if (e == ERR_OK)
		*number_out = device_login_number(c, q.ref);
	return e;
}

/* Answering: LG24 */

struct answering {
	const struct smart_answer *in;
	struct ticket ticket;
	struct str ref, welcome;
	struct account account;
	bool first;
};

static enum identifier_kind
kind_of_ticket(const struct ticket *t)
{
	return str_has(t->address, '@') ? IDENTIFIER_EMAIL :
	    IDENTIFIER_PHONE;
}

static void
read_data(struct ctx *c, struct answering *n)
{
	enum json_fault fault;
	struct json *data;

	data = json_parse(c->arena, n->ticket.data, &fault);
	n->ref = json_string(json_get(data, "device"));
	n->welcome = str_present(n->in->welcome_template) ?
	    n->in->welcome_template : json_string(json_get(data, "welcome"));
}

/* What became of a link that was used. */
static enum err
used(struct ctx *c, struct answering *n)
{
	struct device_request r;
	enum err e;

	e = ticket_recall_link(c, TICKET_SMART, n->in->token, &n->ticket);
	if (e != ERR_OK)
		return e;
	read_data(c, n);
	e = device_login_read(c, n->ref, &r);
	return e != ERR_OK ? e : err_set(c, ERR_DEVICE_USED, NULL,
	    "its link is used");
}

static enum err
link_error(struct ctx *c, struct answering *n, enum err e)
{
	if (e == ERR_LINK_USED)
		e = used(c, n);
	return e == ERR_LINK_INVALID ? err_set(c, ERR_TICKET_INVALID, NULL,
	    "%s", c->err.note) : e;
}

static enum err
find_link(struct ctx *c, struct answering *n, struct device_request *out)
{
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e != ERR_OK)
		return e;
	e = link_error(c, n, ticket_peek_link(c, TICKET_SMART, n->in->token,
	    &n->ticket));
	if (e == ERR_TICKET_INVALID)
		return ticket_link_refused(c, TICKET_SMART, e);
	if (e != ERR_OK)
		return e;
	read_data(c, n);
	return device_login_read(c, n->ref, out);
}

static enum err
judge_owner(struct ctx *c, const struct answering *n, enum err read)
{
	if (read != ERR_OK && read != ERR_NOT_FOUND)
		return read;
	if (read == ERR_NOT_FOUND || !entry_exists(&n->account) ||
	    !entry_fits(&n->account,
	    kind_of_ticket(&n->ticket), n->ticket.address))
		return err_set(c, ERR_TICKET_INVALID, NULL,
		    "what the link went to is no longer the account's");
	return n->account.state != ACCOUNT_BLOCKED ? ERR_OK :
	    err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
}

static enum err
prove(struct ctx *c, struct answering *n)
{
	struct entry p = {
		.purpose = TICKET_SMART, .method = "smart",
		.kind = kind_of_ticket(&n->ticket),
		.canonical = n->ticket.address,
		.welcome_template = n->welcome, .account = n->account
	};
	int64_t generation = n->account.generation;
	enum err e;

	e = entry_prove(c, &p);
	n->account = p.account;
	n->first = p.account.generation != generation;
	return e;
}

static enum err
confirm_tx(struct ctx *c, void *arg)
{
	struct answering *n = arg;
	struct ticket t;
	enum err e;

	e = judge_owner(c, n, account_lock(c, n->ticket.uid, &n->account));
	if (e == ERR_OK)
		e = link_error(c, n, ticket_consume_link(c, TICKET_SMART,
		    n->in->token, &t));
	if (e == ERR_OK)
		e = prove(c, n);
	return e != ERR_OK ? e : device_login_approve(c, n->ref,
	    n->account.uid, n->account.generation, "");
}

/* The device's row tells; whoever it was that approved, it is approved. */
static enum err
confirm_in_doubt(struct ctx *c, void *arg)
{
	const struct answering *n = arg;
	struct device_request r;
	enum err e;

	e = device_login_read(c, n->ref, &r);
	if (e == ERR_DEVICE_APPROVED || e == ERR_DEVICE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
refuse_tx(struct ctx *c, void *arg)
{
	struct answering *n = arg;
	struct ticket t;
	enum err e;

	e = link_error(c, n, ticket_consume_link(c, TICKET_SMART,
	    n->in->token, &t));
	if (e == ERR_OK)
		e = device_login_refuse(c, n->ref);
	return e != ERR_OK ? e : audit_add(c, "device_refused",
	    n->ticket.uid, "");
}

static enum err
wrong_number(struct ctx *c, const char *why)
{
	err_add_field(c, "number", why);
	return err_set(c, ERR_VALIDATION, "number", "%s", why);
}

/*
 * One number was shown among others, or none: a wrong one is no slip of the
 * fingers, and there is no second try.
 */
static enum err
judge_number(struct ctx *c, struct answering *n,
    const struct device_request *r)
{
	struct str given = n->in->number;
	enum err e;

	if (!c->config->smart_login_number && !str_present(given))
		return ERR_OK;
	if (!str_present(given))
		return wrong_number(c,
		    "Choose the number that the other device shows.");
	if (str_eq(given, r->number))		/* not secret: shown */
		return ERR_OK;
	e = store_tx(c, refuse_tx, n, confirm_in_doubt);
	return e != ERR_OK ? e : wrong_number(c,
	    "The other device shows another number. It is not signed in.");
}

enum err
smart_login_confirm(struct ctx *c, const struct smart_answer *in,
    bool *first_out)
{
	struct answering n = { .in = in };
	struct device_request r;
	enum err e;

	e = find_link(c, &n, &r);
	if (e == ERR_OK)
		e = judge_number(c, &n, &r);
	if (e == ERR_OK)
		e = store_tx(c, confirm_tx, &n, confirm_in_doubt);
	if (e == ERR_OK)
		*first_out = n.first;
	return e;
}

bool
smart_login_is(struct ctx *c, struct str token)
{
	struct err_detail before = c->err;
	struct ticket t;
	enum err e;

	e = ticket_peek_link(c, TICKET_SMART, token, &t);
	c->err = before;
	return e == ERR_OK || e == ERR_LINK_USED || e == ERR_LINK_EXPIRED;
}

enum err
smart_login_refuse(struct ctx *c, struct str token)
{
	const struct smart_answer in = { .token = token };
	struct answering n = { .in = &in };
	struct device_request r;
	enum err e;

	e = find_link(c, &n, &r);
	return e != ERR_OK ? e : store_tx(c, refuse_tx, &n,
	    confirm_in_doubt);
}

enum err
smart_login_peek(struct ctx *c, struct str token, struct device_request *out,
    struct str *address_out)
{
	const struct smart_answer in = { .token = token };
	struct answering n = { .in = &in };
	struct device_request r;
	enum err e;

	e = find_link(c, &n, &r);
	if (e == ERR_OK)
		e = judge_owner(c, &n, account_get(c, n.ticket.uid,
		    &n.account));
	if (e != ERR_OK)
		return e;
	*out = r;
	*address_out = kind_of_ticket(&n.ticket) == IDENTIFIER_PHONE ?
	    n.account.phone :
	    account_email_of(&n.account, n.ticket.address)->given;
	return ERR_OK;
}
