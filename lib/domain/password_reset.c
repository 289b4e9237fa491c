/*
 * The way back in for who lost a password: a secret to the stored address,
 * and what its use does.  Whether there is an account shows in nothing.
 */
#include "password.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "codec/identifier.h"
#include "crypto/pwhash.h"
#include "first_proof.h"
#include "limit.h"
#include "login.h"
#include "phone.h"
#include "question.h"
#include "recovery.h"
#include "store/store_account.h"
#include "store/store_password.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define RESET_PAGE	"/reset"
#define RESET_MAIL	"reset-password"
#define CHANGED_MAIL	"password-changed"

static const struct uid nobody;

static bool
by_code(const struct ctx *c)
{
	return str_eq(c->config->password_reset_by, STR("code"));
}

static enum err
read_identifier(struct ctx *c, enum identifier_kind kind, struct str s,
    struct identifier *out)
{
	if (!c->config->login_password)
		return err_set(c, ERR_PASSWORD_LOGIN_OFF, NULL, "off");
	return recovery_identifier(c, kind, s, out);
}

/* Forgot: W1 */

static enum err
judge_reached(const struct account *a, bool reached)
{
	if (reached)
		return ERR_OK;
	return a->n_emails > 0 ? ERR_EMAIL_UNVERIFIED : ERR_NO_PASSWORD;
}

static struct recovery
recovery_of(const struct ctx *c)
{
	return (struct recovery){
		.purpose = TICKET_RESET_PASSWORD, .mail = RESET_MAIL,
		.required = "reset-required", .vtype = "reset",
		.by_code = by_code(c), .judge = judge_reached,
		.sent = "reset_sent", .decoy = "reset_decoy",
		.limited = "reset_limited"
	};
}

enum err
password_forgot(struct ctx *c, const struct password_forgot *f)
{
	struct recovery r = recovery_of(c);
	enum err e;

	r.variant = f->email_template;
	r.return_url = f->return_url;
	e = read_identifier(c, f->kind, f->identifier, &r.id);
	if (e == ERR_OK)
		e = link_base(c, f->reset_url, RESET_PAGE, &r.base);
	return e != ERR_OK ? e : recovery_ask(c, &r);
}

/* Who has no address: unless the number has had enough of messages. */
static enum err
ask_reset_by_phone(struct ctx *c, const struct account *a, bool *sent_out)
{
	const struct phone_code m = {
		.purpose = TICKET_RESET_PASSWORD_PHONE,
		.template = RESET_MAIL, .number = a->phone, .uid = a->uid,
		.generation = a->generation
	};
	bool full = true;
	enum err e;

	if (a->phone.p == NULL || a->phone_verified_s == 0 ||
	    limit_sms_ready(c, a->phone, false) != ERR_OK)
		return ERR_OK;
	e = limit_sms_quietly(c, RESET_MAIL, a->phone, false, &full);
	if (e == ERR_SMS_LIMIT || e == ERR_SMS_QUOTA || (e == ERR_OK && full))
		return ERR_OK;
	if (e == ERR_OK)
		e = phone_send_code(c, &m);
	*sent_out = e == ERR_OK;
	return e;
}

/* Asked for by ourselves: who it is for has just proven the password. */
enum err
password_ask_reset(struct ctx *c, const struct account *a,
    const struct identifier *named, const char *why, bool *sent_out)
{
	struct recovery r = recovery_of(c);
	const struct account_email *target;
	bool due = false;
	enum err e;

	*sent_out = false;
	r.why = why;
	if (named->kind != IDENTIFIER_PHONE)
		r.id = *named;
	target = recovery_target(a, &r.id);
	if (target == NULL)
		return ask_reset_by_phone(c, a, sent_out);
	e = store_password_reset_asked(c, a->uid, c->now_s,
	    c->now_s - recovery_life_s(c, &r), &due);
	if (e != ERR_OK || !due)
		return e;
	if (r.id.kind == 0)
		r.id = (struct identifier){ IDENTIFIER_EMAIL, target->given,
			target->canonical };
	e = link_base(c, STR_NONE, RESET_PAGE, &r.base);
	if (e == ERR_OK)
		e = limit_mail_target(c, RESET_MAIL, target->canonical);
	if (e == ERR_MAIL_LIMIT)	/* it has had such a mail */
		return ERR_OK;
	if (e == ERR_OK)
		e = recovery_send(c, &r, a, target);
	*sent_out = e == ERR_OK;
	return e;
}

/* Reset: W3 to W6 */

struct resetting {
	const struct password_reset *in;
	bool code, answers;		/* neither: by link */
	struct str code_address;
	struct ticket ticket;
	struct account account;
	struct str address, given;	/* where the secret went */
	char phc[PWHASH_MAX];
	bool has_session;
	struct session_tokens tokens;
};

static bool
by_phone(const struct resetting *r)
{
	return r->code && !r->answers && r->in->kind == IDENTIFIER_PHONE;
}

/* Its secret went to an address. */
static bool
by_mail(const struct resetting *r)
{
	return !r->answers && !by_phone(r);
}

static enum ticket_purpose
purpose_of(const struct resetting *r)
{
	return by_phone(r) ? TICKET_RESET_PASSWORD_PHONE :
	    TICKET_RESET_PASSWORD;
}

/* The reference has a code of its own for a reset's token. */
static enum err
link_error(struct ctx *c, enum err e)
{
	return e == ERR_LINK_INVALID ? err_set(c, ERR_TICKET_INVALID, NULL,
	    "%s", c->err.note) : e;
}

static enum err
stale(struct ctx *c, const struct resetting *r, const char *why)
{
	return err_set(c, r->answers ? ERR_ANSWER_REFUSED :
	    by_phone(r) ? ERR_PHONE_CODE_INVALID :
	    r->code ? ERR_EMAIL_CODE_INVALID : ERR_TICKET_INVALID, NULL,
	    "%s", why);
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
		counted = audit_add(c, "reset_refused", nobody,
		    err_name(e));
	if (counted != ERR_OK)
		return counted;
	c->err = why;
	return e;
}

/* A user name's codes stand under the name, unknown ones alike. */
static enum err
try_code(struct ctx *c, struct resetting *r)
{
	struct identifier id;
	enum err e;

	e = read_identifier(c, r->in->kind, r->in->identifier, &id);
	if (e != ERR_OK)
		return e;
	if (!by_phone(r) && !by_code(c))
		return err_set(c, ERR_EMAIL_CODE_INVALID, NULL,
		    "resets are by link");
	r->code_address = id.canonical;
	return ticket_try_code(c, purpose_of(r), r->code_address,
	    r->in->code, &r->ticket);
}

/* They prove the person, and no address. */
static enum err
prove_answers(struct ctx *c, struct resetting *r)
{
	struct identifier id;
	enum err e;

	e = question_identifier(c, r->in->kind, r->in->identifier, &id);
	if (e == ERR_OK)
		e = question_prove(c, &id, r->in->answers, &r->account);
	if (e == ERR_OK)
		r->ticket.uid = r->account.uid;
	return e;
}

static enum err
find_secret(struct ctx *c, struct resetting *r)
{
	enum err e;

	if (r->answers)
		return prove_answers(c, r);
	e = limit_source(c);
	if (e != ERR_OK)
		return e;
	if (r->code)
		e = try_code(c, r);
	else
		e = link_error(c, ticket_peek_link(c, TICKET_RESET_PASSWORD,
		    r->in->token, &r->ticket));
	return count_wrong(c, e);
}

/* A proven one, still. */
static enum err
judge_phone(struct ctx *c, const struct resetting *r)
{
	const struct account *a = &r->account;

	return a->phone.p != NULL && a->phone_verified_s != 0 &&
	    str_eq(a->phone, r->ticket.data) ? ERR_OK :
	    stale(c, r, "the number is no longer the account's");
}

static enum err
judge_owner(struct ctx *c, struct resetting *r, enum err read)
{
	const struct account *a = &r->account;
	size_t i;

	if (read == ERR_NOT_FOUND)
		return stale(c, r, "the account is gone");
	if (read != ERR_OK)
		return read;
	if (a->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (r->answers)
		return ERR_OK;
	if (by_phone(r))
		return judge_phone(c, r);
	if (a->email_verified_s == 0 && a->phone_verified_s != 0)
		return stale(c, r, "proven by its number meanwhile");
	for (i = 0; i < a->n_emails; i++)
		if (str_eq(a->emails[i].canonical, r->ticket.data))
			break;
	if (i == a->n_emails)
		return stale(c, r, "the address is no longer the account's");
	r->address = a->emails[i].canonical;
	r->given = a->emails[i].given;
	return ERR_OK;
}

static enum err
judge_way(struct ctx *c, const struct password_reset *in)
{
	if (in->answers == NULL)
		return ERR_OK;
	if (!c->config->login_password)
		return err_set(c, ERR_PASSWORD_LOGIN_OFF, NULL, "off");
	return c->config->questions_reset ? ERR_OK : err_set(c,
	    ERR_QUESTIONS_OFF, NULL, "no reset by them");
}

/* The policy before the secret is spent: who fails it may try once more. */
static enum err
prepare(struct ctx *c, struct resetting *r)
{
	struct str words[ACCOUNT_WORDS], normal;
	size_t n;
	enum err e;

	e = judge_way(c, r->in);
	if (e == ERR_OK)
		e = password_judge(c, &r->in->password, NULL, 0, &normal);
	if (e == ERR_OK)
		e = find_secret(c, r);
	if (e != ERR_OK)
		return e;
	e = judge_owner(c, r, account_get(c, r->ticket.uid, &r->account));
	if (e != ERR_OK)
		return e;
	n = account_words(c, &r->account, words);
	e = password_judge_new(c, &r->account.uid, &r->in->password, words, n,
	    &normal);
	return e != ERR_OK ? e : pwhash_make(c, normal, r->phc);
}

static enum err
consume(struct ctx *c, struct resetting *r)
{
	struct ticket t;

	if (r->answers)
		return ERR_OK;
	if (r->code)
		return ticket_consume_code(c, purpose_of(r),
		    r->code_address);
	return link_error(c, ticket_consume_link(c, TICKET_RESET_PASSWORD,
	    r->in->token, &t));
}

static enum err
clear_failures(struct ctx *c, const struct account *a)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < a->n_emails && e == ERR_OK; i++)
		e = limit_clear(c, LIMIT_FOR_LOGIN, a->emails[i].canonical);
	if (e == ERR_OK && a->username.p != NULL)
		e = limit_clear(c, LIMIT_FOR_LOGIN, a->username);
	if (e == ERR_OK && a->phone.p != NULL)
		e = limit_clear(c, LIMIT_FOR_LOGIN, a->phone);
	return e;
}

static enum err
end_what_was(struct ctx *c, struct resetting *r)
{
	enum err e;

	e = session_end_all(c, r->account.uid, NULL, NULL);
	if (e == ERR_OK)
		e = ticket_void_all(c, r->account.uid);
	return e != ERR_OK ? e : clear_failures(c, &r->account);
}

static enum err
tell(struct ctx *c, struct resetting *r, bool first)
{
	enum err e;

	e = account_tell(c, &r->account, CHANGED_MAIL,
	    r->in->confirm_template);
	/* Always on: who has a mailbox hears it there as well. */
	if (e == ERR_OK && by_phone(r) && r->account.n_emails > 0)
		e = phone_tell(c, r->account.phone, CHANGED_MAIL,
		    r->in->confirm_sms_template);
	if (e == ERR_OK && first)
		e = welcome_send(c, &r->account, r->given,
		    r->in->welcome_template);
	return e != ERR_OK ? e : audit_add(c, "password_reset",
	    r->account.uid, r->answers ? "answers" : by_phone(r) ? "sms" :
	    r->code ? "code" : "link");
}

static enum err
sign_in(struct ctx *c, struct resetting *r)
{
	struct gate g = { .session = r->in->session, .method = "reset",
		.kind = by_phone(r) ? IDENTIFIER_PHONE : 0 };
	enum err e;

	if (!c->config->password_login_on_reset || r->in->session.kind == 0)
		return ERR_OK;
	e = login_gate(c, &r->account, &g, &r->tokens);
	if (login_gate_refused(e))
		return ERR_OK;	/* the reset stands without a session */
	r->has_session = e == ERR_OK;
	return e;
}

static enum err
reset_tx(struct ctx *c, void *arg)
{
	struct resetting *r = arg;
	bool first;
	enum err e;

	r->has_session = false;
	e = judge_owner(c, r, account_lock(c, r->account.uid, &r->account));
	if (e == ERR_OK)
		e = consume(c, r);
	first = e == ERR_OK && by_mail(r) &&
	    r->account.email_verified_s == 0;
	if (e == ERR_OK && first)
		e = account_strip(c, &r->account, IDENTIFIER_EMAIL,
		    r->address);
	if (e == ERR_OK)
		e = password_store(c, r->account.uid, r->phc);
	if (e == ERR_OK && by_mail(r))
		e = store_account_email_proven(c, r->account.uid,
		    r->address, c->now_s);
	if (e == ERR_OK)
		e = end_what_was(c, r);
	if (e == ERR_OK)	/* as it is now */
		e = account_get(c, r->account.uid, &r->account);
	if (e == ERR_OK)
		e = tell(c, r, first);
	return e != ERR_OK ? e : sign_in(c, r);
}

/* A hash has a salt of its own, so that it tells whose reset it was. */
static enum err
reset_in_doubt(struct ctx *c, void *arg)
{
	const struct resetting *r = arg;
	struct store_password now;
	enum err e;

	e = store_password_get(c, r->account.uid, &now);
	if (e != ERR_OK)
		return e;
	return str_eq(now.phc, str_of(r->phc)) ?	/* not secret: stored */
	    ERR_OK : ERR_NOT_FOUND;
}

enum err
password_reset(struct ctx *c, const struct password_reset *in,
    struct password_reset_result *out)
{
	struct resetting r = { .in = in, .answers = in->answers != NULL,
		.code = in->answers == NULL && !str_present(in->token) };
	struct password_reset_result got = { .has_session = false };
	enum err e;

	e = prepare(c, &r);
	if (e == ERR_OK)
		e = store_tx(c, reset_tx, &r, reset_in_doubt);
	if (e != ERR_OK)
		return e;
	got.has_session = r.has_session;
	if (r.has_session) {
		got.tokens = r.tokens;
		got.profile = profile_json(c, &r.account);
	}
	*out = got;
	return ERR_OK;
}

enum err
password_reset_peek(struct ctx *c, struct str token, struct str *email_out)
{
	struct resetting r = { .code = false };
	enum err e;

	e = link_error(c, ticket_peek_link(c, TICKET_RESET_PASSWORD, token,
	    &r.ticket));
	if (e == ERR_OK)
		e = judge_owner(c, &r, account_get(c, r.ticket.uid,
		    &r.account));
	if (e == ERR_OK)
		*email_out = r.given;
	return e;
}
