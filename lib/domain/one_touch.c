/*
 * One-touch sign-in.  Until its secret comes back there is nothing but a
 * ticket, so that nobody fills the table of accounts with addresses of
 * others; whether there was an account shows in nothing.
 */
#include "one_touch.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "codec/url.h"
#include "limit.h"
#include "one_touch_internal.h"
#include "outbox.h"
#include "registration.h"
#include "store/store_tx.h"
#include "verification.h"

#define LINK_PAGE	"/one-touch"
#define MESSAGE		"one-touch"	/* mail, SMS, and kind in limits */

static const struct uid nobody;

static bool
mail_is(const struct ctx *c, const char *how)
{
	return str_eq(c->config->one_touch_email, str_of(how));
}

static enum err
judge_on(struct ctx *c, enum identifier_kind kind)
{
	bool on = kind == IDENTIFIER_PHONE ? c->config->one_touch_phone :
	    !mail_is(c, "off");

	return on ? ERR_OK : err_set(c, ERR_ONE_TOUCH_OFF, NULL, "off");
}

static enum err
read_email(struct ctx *c, struct str typed, struct identifier *out)
{
	enum err e;

	if (!str_present(typed))
		return err_set(c, ERR_EMAIL_MISSING, "email", "none");
	e = identifier_email(c->arena, typed,
	    c->config->login_fold_local_part, out);
	return e != ERR_OK ? err_set(c, e, "email", "malformed") : e;
}

/* Asking: LG17 */

struct asking {
	const struct one_touch_ask *in;
	struct identifier id;
	struct str base;		/* of the link */
	struct touch_goal goal;
	struct str device;
};

static bool
is_new(const struct touch_goal *g)
{
	return g->generation == TICKET_NOBODY;
}

static bool
is_decoy(const struct touch_goal *g)
{
	return g->refusal != ERR_OK;
}

static struct uid
known_uid(const struct touch_goal *g)
{
	return is_new(g) || is_decoy(g) ? nobody : g->uid;
}

static enum err
make_secret(struct ctx *c, const struct asking *q, const struct ticket *t,
    struct str *code, struct str *link)
{
	struct str url = url_with(c->arena, q->base, "vtype",
	    STR("onetouchlogin")), secret;
	enum err e;

	*code = STR("");
	if (mail_is(c, "code")) {
		e = ticket_void(c, t->purpose, t->uid);
		if (e == ERR_OK)
			e = ticket_make_code(c, t, code);
		*link = url_with(c->arena, url, "email", q->id.given);
		return e;
	}
	e = ticket_make_link(c, t, &secret);
	if (e == ERR_OK)
		*link = url_with(c->arena, url, "vtoken", secret);
	return e;
}

static enum err
send_mail(struct ctx *c, const struct asking *q)
{
	const struct touch_goal *g = &q->goal;
	bool by_code = mail_is(c, "code");
	int64_t life_s = entry_life_s(c, TICKET_ONE_TOUCH, by_code);
	struct ticket t = {
		.purpose = TICKET_ONE_TOUCH, .uid = g->uid,
		.generation = g->generation,
		.address = by_code ? q->id.canonical : g->canonical,
		.data = touch_data(c, g, q->in->name,
		    q->in->welcome_template, q->device),
		.expires_s = c->now_s + life_s
	};
	struct outbox_mail m = {
		.template = MESSAGE, .variant = q->in->email_template,
		.to = g->given, .uid = known_uid(g),
		.values = values_new(c->arena), .expires_s = t.expires_s,
		.decoy = is_decoy(g)
	};
	struct str code, link;
	enum err e;

	e = make_secret(c, q, &t, &code, &link);
	if (e != ERR_OK)
		return e;
	values_set(m.values, "code", code);
	values_set(m.values, "link", link);
	values_set_url(m.values, "href", link);
	mail_set_life(c, m.values, life_s);
	e = outbox_add_mail(c, &m);
	return e != ERR_OK ? e : audit_add(c, is_decoy(g) ?
	    "one_touch_decoy" : "one_touch_sent", m.uid,
	    is_decoy(g) ? err_name(g->refusal) : "");
}

/* The device waits whether or not there is a mail: its guid is used, and its
 * pings are answered alike. */
static enum err
start_device(struct ctx *c, struct asking *q, bool sends)
{
	const struct device_start d = {
		.family = DEVICE_ONE_TOUCH, .guid = q->in->guid,
		.kind = SESSION_API,
		.same_network = c->config->one_touch_same_address,
		.uid = q->goal.uid, .replaces = sends
	};

	return device_login_start(c, &d, &q->device);
}

static enum err
ask_tx(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	bool tell = c->config->compat_reveal_account_existence, full;
	enum err e;

	e = touch_find(c, &q->id, &q->goal);
	if (e == ERR_OK && tell && is_decoy(&q->goal))
		return err_set(c, q->goal.refusal, NULL,
		    "no mail for this one");
	if (e == ERR_OK)
		e = limit_mail_source(c);
	if (e != ERR_OK)
		return e;
	e = limit_mail_target(c, MESSAGE, q->goal.canonical);
	full = e == ERR_MAIL_LIMIT && !tell;
	if (e == ERR_OK || full)
		e = start_device(c, q, !full);
	if (e != ERR_OK)
		return e;
	return full ? audit_add(c, "one_touch_limited", known_uid(&q->goal),
	    "") : send_mail(c, q);
}

/* The device came with the mail, and no other call made it. */
static enum err
ask_in_doubt(struct ctx *c, void *arg)
{
	const struct asking *q = arg;
	struct device_request r;
	enum err e;

	e = device_login_read(c, q->device, &r);
	return e == ERR_TICKET_INVALID ? ERR_NOT_FOUND : e;
}

enum err
one_touch_ask(struct ctx *c, const struct one_touch_ask *in,
    struct str *number_out)
{
	struct asking q = { .in = in };
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = device_guid_judge(c, in->guid);
	if (e == ERR_OK)
		e = read_email(c, in->email, &q.id);
	if (e == ERR_OK && one_touch_creates(c))
		e = registration_admits(c, q.id.canonical);
	if (e == ERR_OK)
		e = link_base(c, in->url, LINK_PAGE, &q.base);
	if (e == ERR_OK)
		e = store_tx(c, ask_tx, &q, ask_in_doubt);
	if (e == ERR_OK)
		*number_out = device_login_number(c, q.device);
	return e;
}

/* Asking: LG18 */

struct asking_phone {
	const struct phone_asking *in;
	struct str name;
	struct identifier id;
};

static enum err
ask_phone_tx(struct ctx *c, void *arg)
{
	const struct asking_phone *q = arg;
	bool tell = c->config->compat_reveal_account_existence, full = false;
	struct touch_goal g;
	struct phone_code m = {
		.purpose = TICKET_ONE_TOUCH_PHONE, .template = MESSAGE,
		.variant = q->in->template, .number = q->id.canonical,
		.voice = q->in->voice
	};
	enum err e;

	e = touch_find(c, &q->id, &g);
	if (e == ERR_OK && tell && is_decoy(&g))
		return err_set(c, g.refusal, NULL, "no code for this one");
	if (e == ERR_OK)
		e = tell ? limit_sms(c, MESSAGE, m.number, m.voice) :
		    limit_sms_quietly(c, MESSAGE, m.number, m.voice, &full);
	if (e != ERR_OK)
		return e;
	m.uid = known_uid(&g);
	m.generation = g.generation;
	m.decoy = is_decoy(&g);
	m.data = touch_data(c, &g, q->name, STR_NONE, STR(""));
	m.life_s = entry_life_s(c, m.purpose, true);
	return full ? audit_add(c, "phone_code_limited", m.uid, MESSAGE) :
	    phone_send_code(c, &m);
}

enum err
one_touch_ask_phone(struct ctx *c, const struct phone_asking *in,
    struct str name)
{
	struct asking_phone q = { .in = in, .name = name };
	enum err e;

	e = judge_on(c, IDENTIFIER_PHONE);
	if (e == ERR_OK)
		e = phone_read(c, in->phone, &q.id);
	return e != ERR_OK ? e : store_tx(c, ask_phone_tx, &q, NULL);
}

/* Signing in by the code: LG19 */

struct signing_in {
	struct entry_code code;
	struct touch touch;
};

static enum err
sign_in_tx(struct ctx *c, void *arg)
{
	struct signing_in *s = arg;
	enum err e;

	e = ticket_consume(c, &s->touch.ticket);
	if (e == ERR_OK)
		e = entry_settle(c, &s->code);
	if (e == ERR_OK)
		e = touch_lock(c, &s->touch);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_PHONE_CODE_INVALID, NULL,
		    "the account is gone, or has changed");
	return e != ERR_OK ? e : entry_sign_in(c, &s->touch.entry);
}

static enum err
sign_in_in_doubt(struct ctx *c, void *arg)
{
	const struct signing_in *s = arg;
	enum err e;

	if (s->touch.entry.verdict == ERR_OK)
		return entry_in_doubt(c, &s->touch.entry);
	e = ticket_state(c, &s->touch.ticket);
	if (e == ERR_PHONE_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
try_code(struct ctx *c, struct signing_in *s, struct str code)
{
	enum err e;

	e = ticket_try_code(c, s->touch.entry.purpose, s->code.id.canonical,
	    code, &s->touch.ticket);
	if (e != ERR_OK)
		return e;
	touch_read(c, &s->touch);
	return store_tx(c, sign_in_tx, s, sign_in_in_doubt);
}

enum err
one_touch_by_code(struct ctx *c, const struct one_touch_code *in,
    struct login_result *out)
{
	struct signing_in s = { .code = { .key = {
		.answers = in->answers, .captcha = in->captcha } }, .touch = {
		.new_welcome = in->welcome_template, .entry = {
		.purpose = TICKET_ONE_TOUCH_PHONE, .kind = IDENTIFIER_PHONE,
		.method = "one-touch code", .session = in->session } } };
	enum err e;

	e = judge_on(c, IDENTIFIER_PHONE);
	if (e == ERR_OK)
		e = phone_read(c, in->phone, &s.code.id);
	if (e == ERR_OK)
		e = entry_reserve(c, &s.code);
	if (e != ERR_OK)
		return e;
	e = try_code(c, &s, in->code);
	return e != ERR_OK ? entry_give_back(c, &s.code,
	    s.touch.entry.purpose, e) : entry_result(c, &s.touch.entry, out);
}

/* Confirming what was mailed: LG20 */

struct answering {
	const struct one_touch_answer *in;
	bool by_link;
	struct entry_code code;
	struct touch touch;
	struct device_request device;
};

static enum err
link_error(struct ctx *c, enum err e)
{
	if (e == ERR_LINK_INVALID)
		return err_set(c, ERR_TICKET_INVALID, NULL, "%s",
		    c->err.note);
	return e == ERR_LINK_USED || e == ERR_DEVICE_USED ||
	    e == ERR_DEVICE_APPROVED ? err_set(c, ERR_ONE_TOUCH_USED, NULL,
	    "%s", c->err.note) : e;
}

static enum err
consume(struct ctx *c, const struct answering *n)
{
	struct ticket t;

	return n->by_link ? link_error(c, ticket_consume_link(c,
	    TICKET_ONE_TOUCH, n->in->token, &t)) :
	    ticket_consume(c, &n->touch.ticket);
}

static enum err
confirm_tx(struct ctx *c, void *arg)
{
	struct answering *n = arg;
	struct account *a = &n->touch.entry.account;
	enum err e;

	e = consume(c, n);
	if (e == ERR_OK && !n->by_link)
		e = entry_settle(c, &n->code);
	if (e == ERR_OK)
		e = touch_lock(c, &n->touch);
	if (e == ERR_NOT_FOUND)
		return err_set(c, n->by_link ? ERR_TICKET_INVALID :
		    ERR_EMAIL_CODE_INVALID, NULL,
		    "the account is gone, or has changed");
	if (e == ERR_OK)
		e = entry_prove(c, &n->touch.entry);
	return e != ERR_OK ? e : link_error(c, device_login_approve(c,
	    n->touch.device, a->uid, a->generation,
	    n->touch.entry.method));
}

static enum err
refuse_tx(struct ctx *c, void *arg)
{
	struct answering *n = arg;
	enum err e;

	e = consume(c, n);
	if (e == ERR_OK)
		e = device_login_refuse(c, n->touch.device);
	return e != ERR_OK ? e : audit_add(c, "device_refused",
	    n->touch.ticket.generation == TICKET_NOBODY ? nobody :
	    n->touch.ticket.uid, n->touch.entry.method);
}

/* A used secret says that its effect is there. */
static enum err
in_doubt(struct ctx *c, void *arg)
{
	const struct answering *n = arg;
	struct ticket t;
	enum err e;

	e = n->by_link ? ticket_peek_link(c, TICKET_ONE_TOUCH, n->in->token,
	    &t) : ticket_state(c, &n->touch.ticket);
	if (e == ERR_LINK_USED || e == ERR_EMAIL_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
find_link(struct ctx *c, struct answering *n)
{
	enum err e;

	e = link_error(c, ticket_peek_link(c, TICKET_ONE_TOUCH, n->in->token,
	    &n->touch.ticket));
	if (e != ERR_OK)
		return e;
	touch_read(c, &n->touch);
	return link_error(c, device_login_read(c, n->touch.device,
	    &n->device));
}

static enum err
find_code(struct ctx *c, struct answering *n)
{
	enum err e;

	if (!mail_is(c, "code"))
		return err_set(c, ERR_EMAIL_CODE_OFF, NULL,
		    "mails carry links");
	e = ticket_try_code(c, TICKET_ONE_TOUCH, n->code.id.canonical,
	    n->in->code, &n->touch.ticket);
	if (e != ERR_OK)
		return e;
	touch_read(c, &n->touch);
	return link_error(c, device_login_read(c, n->touch.device,
	    &n->device));
}

static enum err
wrong_number(struct ctx *c, const char *why)
{
	err_add_field(c, "number", why);
	return err_set(c, ERR_VALIDATION, "number", "%s", why);
}

/* One number was shown among others, or none: a wrong one is no slip of the
 * fingers, and there is no second try. */
static enum err
judge_number(struct ctx *c, struct answering *n)
{
	struct str given = n->in->number;
	enum err e;

	if (!c->config->one_touch_number && !str_present(given))
		return ERR_OK;
	if (!str_present(given))
		return wrong_number(c,
		    "Choose the number that the other device shows.");
	if (str_eq(given, n->device.number))	/* not secret: shown */
		return ERR_OK;
	e = store_tx(c, refuse_tx, n, in_doubt);
	return e != ERR_OK ? e : wrong_number(c,
	    "The other device shows another number. It is not signed in.");
}

static enum err
confirm_by_link(struct ctx *c, struct answering *n)
{
	enum err e;

	e = limit_source(c);
	if (e == ERR_OK)
		e = find_link(c, n);
	if (e == ERR_OK)
		e = judge_number(c, n);
	if (e == ERR_OK)
		e = store_tx(c, confirm_tx, n, in_doubt);
	return e == ERR_TICKET_INVALID ? ticket_link_refused(c,
	    TICKET_ONE_TOUCH, e) : e;
}

static enum err
confirm_by_code(struct ctx *c, struct answering *n)
{
	enum err e;

	e = read_email(c, n->in->email, &n->code.id);
	if (e == ERR_OK)
		e = entry_reserve(c, &n->code);
	if (e != ERR_OK)
		return e;
	e = find_code(c, n);
	if (e == ERR_OK)
		e = judge_number(c, n);
	if (e == ERR_OK)
		e = store_tx(c, confirm_tx, n, in_doubt);
	return e != ERR_OK ? entry_give_back(c, &n->code, TICKET_ONE_TOUCH,
	    e) : e;
}

static struct answering
answering_of(const struct one_touch_answer *in)
{
	bool by_link = str_present(in->token);

	return (struct answering){ .in = in, .by_link = by_link, .code = {
		.key = { .answers = in->answers, .captcha = in->captcha } },
		.touch = {
		.new_welcome = in->welcome_template, .entry = {
		.purpose = TICKET_ONE_TOUCH, .kind = IDENTIFIER_EMAIL,
		.method = by_link ? "one-touch link" : "one-touch code",
		.welcome_template = in->welcome_template } } };
}

enum err
one_touch_confirm(struct ctx *c, const struct one_touch_answer *in)
{
	struct answering n = answering_of(in);
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e != ERR_OK)
		return e;
	return n.by_link ? confirm_by_link(c, &n) : confirm_by_code(c, &n);
}

bool
one_touch_is(struct ctx *c, struct str token)
{
	struct err_detail before = c->err;
	struct ticket t;
	enum err e;

	e = ticket_peek_link(c, TICKET_ONE_TOUCH, token, &t);
	c->err = before;
	return e == ERR_OK || e == ERR_LINK_USED || e == ERR_LINK_EXPIRED;
}

enum err
one_touch_refuse(struct ctx *c, struct str token)
{
	const struct one_touch_answer in = { .token = token };
	struct answering n = answering_of(&in);
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = find_link(c, &n);
	return e != ERR_OK ? e : store_tx(c, refuse_tx, &n, in_doubt);
}

enum err
one_touch_peek(struct ctx *c, struct str token, struct device_request *out,
    struct str *email_out)
{
	const struct one_touch_answer in = { .token = token };
	struct answering n = answering_of(&in);
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = find_link(c, &n);
	if (e != ERR_OK)
		return e;
	*out = n.device;
	*email_out = n.touch.given;
	return ERR_OK;
}
