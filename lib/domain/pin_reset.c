/*
 * A forgotten PIN: by mail, or by the answers to security questions.  It
 * ends the sessions in which the PIN was enough, and no others.
 */
#include "pin.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "limit.h"
#include "question.h"
#include "recovery.h"
#include "store/store_pin.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define RESET_PAGE	"/reset-pin"

static const struct uid nobody;

static bool
by_code(const struct ctx *c)
{
	return str_eq(c->config->pin_reset_by, STR("code"));
}

static enum err
judge_on(struct ctx *c)
{
	return c->config->pin_enabled ? ERR_OK : err_set(c, ERR_PIN_OFF,
	    NULL, "off");
}

static enum err
read_identifier(struct ctx *c, enum identifier_kind kind, struct str s,
    struct identifier *out)
{
	if (!str_present(s))
		return err_set(c, ERR_IDENTIFIER_MISSING, NULL, "none");
	if (kind == 0)
		kind = str_has(s, '@') || !c->config->login_username ?
		    IDENTIFIER_EMAIL : IDENTIFIER_USERNAME;
	return question_identifier(c, kind, s, out);
}

/* Forgot: I3, I4 */

static enum err
judge_pin_there(const struct account *a, bool reached)
{
	if (a->pin_changed_s == 0)
		return ERR_PIN_NONE;
	return reached ? ERR_OK : ERR_EMAIL_NOT_OWN;
}

enum err
pin_forgot(struct ctx *c, const struct pin_forgot *f)
{
	struct recovery r = {
		.purpose = TICKET_RESET_PIN, .mail = "reset-pin",
		.vtype = "resetpin", .by_code = by_code(c),
		.variant = f->email_template, .return_url = f->return_url,
		.judge = judge_pin_there, .sent = "pin_reset_sent",
		.decoy = "pin_reset_decoy", .limited = "pin_reset_limited"
	};
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = read_identifier(c, f->kind, f->identifier, &r.id);
	if (e == ERR_OK)
		e = link_base(c, f->reset_url, RESET_PAGE, &r.base);
	if (e == ERR_URL_NOT_ADMITTED)
		return err_set(c, ERR_RESET_PIN_URL, "resetpinurl",
		    "not on urls.allow");
	return e != ERR_OK ? e : recovery_ask(c, &r);
}

/* Reset: I6 to I12 */

enum way { BY_LINK, BY_CODE, BY_SMS, BY_ANSWERS };

struct resetting {
	const struct pin_reset *in;
	enum way way;
	struct identifier id;
	struct ticket ticket;
	struct account account;
	struct str given;		/* where the secret went */
	char phc[PEPPERED_MAX];
};

/* The reference has codes of its own for this token. */
static enum err
link_error(struct ctx *c, enum err e)
{
	if (e == ERR_LINK_INVALID)
		return err_set(c, ERR_TICKET_INVALID, NULL, "%s",
		    c->err.note);
	if (e == ERR_LINK_USED)
		return err_set(c, ERR_PIN_LINK_USED, NULL, "%s",
		    c->err.note);
	return e;
}

/* A secret that is wrong is counted for the source. */
static enum err
count_wrong(struct ctx *c, enum err e)
{
	struct err_detail why = c->err;
	enum err counted;

	if (e != ERR_TICKET_INVALID && e != ERR_EMAIL_CODE_INVALID &&
	    e != ERR_PHONE_CODE_INVALID)
		return e;
	counted = limit_source_failed(c);
	if (counted == ERR_OK)
		counted = audit_add(c, "pin_reset_refused", nobody,
		    err_name(e));
	c->err = why;
	return counted != ERR_OK ? counted : e;
}

static enum ticket_purpose
purpose_of(const struct resetting *r)
{
	return r->way == BY_SMS ? TICKET_RESET_PIN_PHONE : TICKET_RESET_PIN;
}

static enum err
try_code(struct ctx *c, struct resetting *r)
{
	if (r->way == BY_CODE && !by_code(c))
		return err_set(c, ERR_EMAIL_CODE_INVALID, NULL,
		    "resets are by link");
	return ticket_try_code(c, purpose_of(r), r->id.canonical,
	    r->in->code, &r->ticket);
}

static enum err
find_secret(struct ctx *c, struct resetting *r)
{
	enum err e = ERR_OK;

	if (r->way != BY_LINK)
		e = read_identifier(c, r->in->kind, r->in->identifier,
		    &r->id);
	if (e == ERR_OK && r->way == BY_ANSWERS)
		return question_prove(c, &r->id, r->in->answers,
		    &r->account);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e != ERR_OK)
		return e;
	return count_wrong(c, r->way != BY_LINK ? try_code(c, r) :
	    link_error(c, ticket_peek_link(c, TICKET_RESET_PIN,
	    r->in->token, &r->ticket)));
}

static enum err
stale(struct ctx *c, const struct resetting *r, const char *why)
{
	static const enum err wrong[] = {
		[BY_LINK] = ERR_TICKET_INVALID,
		[BY_CODE] = ERR_EMAIL_CODE_INVALID,
		[BY_SMS] = ERR_PHONE_CODE_INVALID,
		[BY_ANSWERS] = ERR_ANSWER_REFUSED
	};

	return err_set(c, wrong[r->way], NULL, "%s", why);
}

/* Is the address or number that the secret went to still the account's? */
static bool
keeps_address(struct resetting *r)
{
	const struct account *a = &r->account;
	size_t i;

	if (r->way == BY_SMS)
		return a->phone.p != NULL && a->phone_verified_s != 0 &&
		    str_eq(a->phone, r->ticket.data);

	for (i = 0; i < a->n_emails; i++)
		if (str_eq(a->emails[i].canonical, r->ticket.data)) {
			r->given = a->emails[i].given;
			return true;
		}
	return r->way == BY_ANSWERS;
}

static enum err
judge_owner(struct ctx *c, struct resetting *r, enum err read)
{
	if (read == ERR_NOT_FOUND)
		return stale(c, r, "the account is gone");
	if (read != ERR_OK)
		return read;
	if (r->account.state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (!keeps_address(r))
		return stale(c, r, "the address is no longer the account's");
	if (r->account.pin_changed_s == 0)
		return err_set(c, ERR_PIN_NONE, NULL, "none to reset");
	return ERR_OK;
}

/* The policy before the secret is spent: who fails it may try once more. */
static enum err
prepare(struct ctx *c, struct resetting *r)
{
	struct str pin;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK && r->way == BY_ANSWERS && !c->config->questions_reset)
		e = err_set(c, ERR_QUESTIONS_OFF, NULL, "no reset by them");
	if (e == ERR_OK)
		e = pin_judge(c, &r->in->pin, STR_NONE, &pin);
	if (e == ERR_OK)
		e = find_secret(c, r);
	if (e != ERR_OK)
		return e;
	if (r->way == BY_ANSWERS)
		r->ticket.uid = r->account.uid;
	e = judge_owner(c, r, account_get(c, r->ticket.uid, &r->account));
	if (e == ERR_OK)
		e = pin_judge(c, &r->in->pin, r->account.profile, &pin);
	return e != ERR_OK ? e : pin_hash(c, pin, r->phc);
}

static enum err
consume(struct ctx *c, struct resetting *r)
{
	struct ticket t;

	if (r->way == BY_ANSWERS)
		return ERR_OK;
	if (r->way != BY_LINK)
		return ticket_consume_code(c, purpose_of(r),
		    r->id.canonical);
	return link_error(c, ticket_consume_link(c, TICKET_RESET_PIN,
	    r->in->token, &t));
}

static enum err
set_pin(struct ctx *c, const struct resetting *r)
{
	struct uid uid = r->account.uid;
	enum err e;

	e = store_pin_reset(c, uid, str_of(r->phc), c->now_s);
	if (e == ERR_OK)
		e = store_pin_note(c, uid, c->now_s, 0, c->now_s);
	if (e == ERR_OK)
		e = store_pin_session_end_others(c, uid, nobody);
	if (e == ERR_OK)
		e = ticket_void(c, TICKET_RESET_PIN, uid);
	return e != ERR_OK ? e : ticket_void(c, TICKET_RESET_PIN_PHONE, uid);
}

static enum err
reset_tx(struct ctx *c, void *arg)
{
	static const char *const ways[] = { "link", "code", "sms",
		"answers" };
	struct resetting *r = arg;
	enum err e;

	e = judge_owner(c, r, account_lock(c, r->ticket.uid, &r->account));
	if (e == ERR_OK)
		e = consume(c, r);
	if (e == ERR_OK)
		e = set_pin(c, r);
	if (e == ERR_OK)
		e = pin_tell(c, &r->account);
	return e != ERR_OK ? e : audit_add(c, "pin_reset", r->account.uid,
	    ways[r->way]);
}

/* A hash has a salt of its own, so that it tells whose reset it was. */
static enum err
reset_in_doubt(struct ctx *c, void *arg)
{
	const struct resetting *r = arg;
	struct store_pin now;
	enum err e;

	e = store_pin_get(c, r->account.uid, &now);
	if (e != ERR_OK)
		return e;
	return str_eq(now.phc, str_of(r->phc)) ?	/* not secret: stored */
	    ERR_OK : ERR_NOT_FOUND;
}

enum err
pin_reset(struct ctx *c, const struct pin_reset *in)
{
	struct resetting r = { .in = in };
	enum err e;

	r.way = in->answers != NULL ? BY_ANSWERS :
	    str_present(in->token) ? BY_LINK :
	    in->kind == IDENTIFIER_PHONE ? BY_SMS : BY_CODE;
	e = prepare(c, &r);
	return e != ERR_OK ? e : store_tx(c, reset_tx, &r, reset_in_doubt);
}

enum err
pin_reset_peek(struct ctx *c, struct str token, struct str *email_out)
{
	struct resetting r = { .way = BY_LINK };
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = link_error(c, ticket_peek_link(c, TICKET_RESET_PIN,
		    token, &r.ticket));
	if (e == ERR_OK)
		e = judge_owner(c, &r, account_get(c, r.ticket.uid,
		    &r.account));
	if (e == ERR_OK)
		*email_out = r.given;
	return e;
}
