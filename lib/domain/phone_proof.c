/*
 * Numbers that people signed up with: proven by whoever has the code (H4),
 * which is sent again on request (H6); and the way back in by a proven one
 * (W2).  Whether a number is known shows in nothing.
 */
#include "phone.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "entry.h"
#include "limit.h"
#include "store/store_phone.h"
#include "store/store_pin.h"
#include "store/store_registration.h"
#include "store/store_tx.h"

#define RESET_SMS	"reset-password"
#define RESET_PIN_SMS	"reset-pin"
#define SIGN_IN_SMS	"passwordless"

static const struct uid nobody;

/* To unknown people: H6, W2, I5, LG15 */

struct asking {
	const struct phone_asking *in;
	enum ticket_purpose purpose;
	const char *template;
	int64_t life_s;			/* 0: as usual */
	struct identifier number;
	enum err (*judge)(struct ctx *c, const struct store_holder *h);
	bool full;
};

static enum err
judge_unproven(struct ctx *c, const struct store_holder *h)
{
	if (h->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	/* Who has another way in proves a number from within: whoever a
	 * number belongs to that was typed wrong gains nothing by it. */
	if (phone_flow_is(c, "disabled") || h->email_verified_s != 0)
		return err_set(c, ERR_PHONE_VERIFIED, NULL,
		    "nothing to prove from outside");
	return h->verified_s == 0 ? ERR_OK :
	    err_set(c, ERR_PHONE_VERIFIED, NULL, "verified");
}

static enum err
judge_proven(struct ctx *c, const struct store_holder *h)
{
	if (h->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (h->state == ACCOUNT_LOGIN_DISABLED)
		return err_set(c, ERR_LOGIN_DISABLED, NULL, "disabled");
	return h->verified_s != 0 ? ERR_OK :
	    err_set(c, ERR_PHONE_UNVERIFIED, NULL, "not verified");
}

/* What the documented API would say of this number. */
static enum err
judge_number(struct ctx *c, const struct asking *q, enum err found,
    const struct store_holder *h, enum err pin)
{
	enum err e;

	if (found == ERR_NOT_FOUND)
		return err_set(c, ERR_PHONE_UNKNOWN, NULL, "unknown number");
	e = q->judge(c, h);
	return e == ERR_OK && pin == ERR_NOT_FOUND ? err_set(c, ERR_PIN_NONE,
	    NULL, "none to reset") : e;
}

/* As many statements for a number that nobody has. */
static enum err
look_for_pin(struct ctx *c, const struct asking *q, struct uid uid)
{
	struct store_pin pin;

	return q->purpose == TICKET_RESET_PIN_PHONE ?
	    store_pin_get(c, uid, &pin) : ERR_OK;
}

static enum err
ask_tx(struct ctx *c, void *arg)
{
	struct asking *q = arg;
	bool tell = c->config->compat_reveal_account_existence;
	struct store_holder h = { .generation = 1 };
	struct phone_code m = {
		.purpose = q->purpose, .template = q->template,
		.variant = q->in->template, .number = q->number.canonical,
		.voice = q->in->voice, .life_s = q->life_s
	};
	enum err e, found, pin;

	found = store_holder(c, IDENTIFIER_PHONE, m.number, &h);
	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	pin = look_for_pin(c, q, h.uid);
	if (pin != ERR_OK && pin != ERR_NOT_FOUND)
		return pin;
	e = judge_number(c, q, found, &h, pin);
	if (e != ERR_OK && tell)
		return e;
	m.decoy = e != ERR_OK;
	m.uid = m.decoy ? nobody : h.uid;
	m.generation = m.decoy ? 1 : h.generation;
	e = tell ? limit_sms(c, q->template, m.number, m.voice) :
	    limit_sms_quietly(c, q->template, m.number, m.voice, &q->full);
	if (e != ERR_OK)
		return e;
	return q->full ? audit_add(c, "phone_code_limited", m.uid,
	    q->template) : phone_send_code(c, &m);
}

static enum err
ask(struct ctx *c, struct asking *q)
{
	enum err e;

	e = phone_read(c, q->in->phone, &q->number);
	return e != ERR_OK ? e : store_tx(c, ask_tx, q, NULL);
}

enum err
phone_resend(struct ctx *c, const struct phone_asking *in)
{
	struct asking q = {
		.in = in, .purpose = TICKET_VERIFY_PHONE,
		.template = PHONE_SMS, .judge = judge_unproven
	};

	return ask(c, &q);
}

enum err
phone_forgot(struct ctx *c, const struct phone_asking *in)
{
	struct asking q = {
		.in = in, .purpose = TICKET_RESET_PASSWORD_PHONE,
		.template = RESET_SMS, .judge = judge_proven
	};

	if (!c->config->login_password)
		return err_set(c, ERR_PASSWORD_LOGIN_OFF, NULL, "off");
	return ask(c, &q);
}

enum err
phone_forgot_pin(struct ctx *c, const struct phone_asking *in)
{
	struct asking q = {
		.in = in, .purpose = TICKET_RESET_PIN_PHONE,
		.template = RESET_PIN_SMS, .judge = judge_proven
	};

	if (!c->config->pin_enabled)
		return err_set(c, ERR_PIN_OFF, NULL, "off");
	return ask(c, &q);
}

enum err
phone_ask_to_sign_in(struct ctx *c, const struct phone_asking *in)
{
	struct asking q = {
		.in = in, .purpose = TICKET_PASSWORDLESS_PHONE,
		.template = SIGN_IN_SMS, .judge = judge_proven
	};

	q.life_s = entry_life_s(c, q.purpose, true);
	return ask(c, &q);
}

/* Proving and signing in: H4 */

struct proof {
	const struct phone_proof *in;
	struct entry_code code;
	struct ticket ticket;
	struct account account;
	enum err verdict;		/* of the gate */
	struct session_tokens tokens;
};

static enum err
judge_owner(struct ctx *c, const struct proof *p, enum err found)
{
	const struct account *a = &p->account;

	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	if (found == ERR_NOT_FOUND || a->phone.p == NULL ||
	    a->generation != p->ticket.generation ||
	    !str_eq(a->phone, p->ticket.address))
		return err_set(c, ERR_PHONE_CODE_INVALID, NULL,
		    "the account is gone or has changed");
	return a->state != ACCOUNT_BLOCKED ? ERR_OK :
	    err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
}

/* As for addresses: sessions of the time before the first proof end, and so
 * do other tickets (S-045, S-048). */
static enum err
end_what_is_older(struct ctx *c, const struct proof *p)
{
	return p->account.phone_verified_s != 0 ? ERR_OK :
	    session_end_all(c, p->account.uid, NULL, NULL);
}

static enum err
prove(struct ctx *c, struct proof *p)
{
	struct account *a = &p->account;
	enum err e;

	e = ticket_consume_code(c, TICKET_VERIFY_PHONE, p->ticket.address);
	if (e == ERR_OK)
		e = judge_owner(c, p, account_lock(c, p->ticket.uid, a));
	if (e == ERR_OK)
		e = store_phone_proven(c, a->uid, a->phone, c->now_s);
	if (e == ERR_OK)
		e = end_what_is_older(c, p);
	if (e == ERR_OK && a->phone_verified_s == 0)
		e = phone_welcome(c, a, p->in->welcome_template);
	return e != ERR_OK ? e : audit_add(c, "phone_verified", a->uid, "");
}

static enum err
prove_tx(struct ctx *c, void *arg)
{
	struct proof *p = arg;
	struct gate g = { .session = p->in->session,
		.method = "verification", .kind = IDENTIFIER_PHONE,
		.resumable = true };
	enum err e;

	e = entry_settle(c, &p->code);
	if (e == ERR_OK)
		e = prove(c, p);
	if (e == ERR_OK)
		e = account_get(c, p->account.uid, &p->account);
	if (e != ERR_OK)
		return e;
	p->verdict = login_gate(c, &p->account, &g, &p->tokens);
	return login_gate_refused(p->verdict) ? ERR_OK : p->verdict;
}

static enum err
prove_in_doubt(struct ctx *c, void *arg)
{
	const struct proof *p = arg;
	struct session s;
	enum err e;

	if (p->verdict == ERR_OK) {
		e = session_check(c, p->in->session.kind,
		    p->tokens.access_token, &s);
		return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
	}
	e = ticket_code_state(c, TICKET_VERIFY_PHONE, p->ticket.address);
	if (e == ERR_PHONE_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
reveal(struct ctx *c, const struct proof *p, enum err e)
{
	const struct asking q = { .judge = judge_unproven };
	struct store_holder h;
	enum err found, known;

	if (e != ERR_PHONE_CODE_INVALID ||
	    !c->config->compat_reveal_account_existence)
		return e;
	found = store_holder(c, IDENTIFIER_PHONE, p->code.id.canonical, &h);
	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	known = judge_number(c, &q, found, &h, ERR_OK);
	return known != ERR_OK ? known : err_set(c, e, NULL, "wrong code");
}

static enum err
try_code(struct ctx *c, struct proof *p)
{
	enum err e;

	e = ticket_try_code(c, TICKET_VERIFY_PHONE, p->code.id.canonical,
	    p->in->code, &p->ticket);
	if (e == ERR_OK)
		e = store_tx(c, prove_tx, p, prove_in_doubt);
	if (e == ERR_OK)
		return p->verdict;
	/* A wrong code of a number counts like a wrong password of it
	 * (S-021). */
	return reveal(c, p, entry_give_back(c, &p->code,
	    TICKET_VERIFY_PHONE, e));
}

enum err
phone_prove(struct ctx *c, const struct phone_proof *in,
    struct login_result *out)
{
	struct proof p = { .in = in, .code = { .key = {
		.answers = in->answers, .captcha = in->captcha } } };
	enum err e;

	e = phone_read(c, in->phone, &p.code.id);
	if (e == ERR_OK)
		e = entry_reserve(c, &p.code);
	if (e == ERR_OK)
		e = try_code(c, &p);
	if (e == ERR_OK)
		*out = (struct login_result){
			.tokens = p.tokens, .uid = p.account.uid,
			.profile = profile_json(c, &p.account)
		};
	return e;
}
