/*
 * The way back in for who lost a password: a secret to the stored address,
 * and what its use does.  Whether there is an account shows in nothing.
 */
#include "password.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "codec/identifier.h"
#include "codec/url.h"
#include "crypto/pwhash.h"
#include "limit.h"
#include "login.h"
#include "outbox.h"
#include "phone.h"
#include "question.h"
#include "store/store_account.h"
#include "store/store_password.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

#define RESET_PAGE	"/reset"
/* The template, and the kind in limits. */
#define RESET_MAIL	"reset-password"
#define REQUIRED_MAIL	"reset-required"
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
	const struct config *cfg = c->config;
	enum err e;

	if (!cfg->login_password)
		return err_set(c, ERR_PASSWORD_LOGIN_OFF, NULL, "off");
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

/*
 * Where a secret for this account goes, as stored (S-012): the address that
 * was named if it is proven, else a proven one, else the first address, whose
 * owner proves it by using the secret.  Never to an added address that
 * nobody has proven (F-35), and not to the first one where the account is
 * proven by its number: a mistyped address must not take it over.
 */
static const struct account_email *
target_of(const struct account *a, const struct identifier *id)
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

/* Forgot: W1 */

struct asking {
	const struct password_forgot *in;
	struct identifier id;
	struct str base;
	struct account account;
	const struct account_email *target;	/* NULL: a decoy */
	enum err refusal;			/* why it is one */
	const char *why;	/* NULL: asked for by whom lost it */
};

static enum err
look_up(struct ctx *c, struct asking *q)
{
	enum err e;

	q->target = NULL;
	q->account = (struct account){ .generation = 1 };
	e = account_find(c, &q->id, &q->account);
	q->refusal = ERR_OK;
	if (e == ERR_NOT_FOUND)
		q->refusal = ERR_USER_UNKNOWN;
	else if (e != ERR_OK)
		return e;
	else if (q->account.state == ACCOUNT_BLOCKED)
		q->refusal = ERR_ACCOUNT_BLOCKED;
	else if (q->account.state == ACCOUNT_LOGIN_DISABLED)
		q->refusal = ERR_LOGIN_DISABLED;
	else
		q->target = target_of(&q->account, &q->id);
	if (q->target == NULL && q->refusal == ERR_OK)
		q->refusal = q->account.n_emails > 0 ? ERR_EMAIL_UNVERIFIED :
		    ERR_NO_PASSWORD;
	return ERR_OK;
}

static enum err
make_secret(struct ctx *c, const struct asking *q, const struct ticket *t,
    struct str *code, struct str *link)
{
	struct str url, secret;
	enum err e;

	url = url_with(c->arena, q->base, "vtype", STR("reset"));
	*code = STR("");
	if (by_code(c)) {
		e = ticket_make_code(c, t, code);
		url = url_with(c->arena, url,
		    q->id.kind == IDENTIFIER_EMAIL ? "email" : "username",
		    q->id.given);
	} else {
		e = ticket_make_link(c, t, &secret);
		if (e == ERR_OK)
			url = url_with(c->arena, url, "vtoken", secret);
	}
	if (e == ERR_OK && str_present(q->in->return_url))
		url = url_with(c->arena, url, "return", q->in->return_url);
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

/*
 * A code is entered beside the name that asked for it, so it stands under
 * that name; the address that it went to is kept with it.  The same work for
 * nobody: decoys are rows like others (S-018).
 */
static enum err
send_secret(struct ctx *c, const struct asking *q)
{
	const struct config *cfg = c->config;
	bool decoy = q->target == NULL;
	struct str address = decoy ? q->id.canonical : q->target->canonical;
	int64_t life_s = by_code(c) ? cfg->lifetime_email_code_s :
	    cfg->lifetime_reset_link_s;
	struct ticket t = {
		.purpose = TICKET_RESET_PASSWORD,
		.uid = decoy ? ticket_decoy_uid(c, q->id.canonical) :
		    q->account.uid,
		.generation = q->account.generation,
		.address = by_code(c) ? q->id.canonical : address,
		.data = address, .expires_s = c->now_s + life_s
	};
	struct outbox_mail m = {
		.template = q->why == NULL ? RESET_MAIL : REQUIRED_MAIL,
		.variant = q->in->email_template,
		.to = decoy ? q->id.given : q->target->given,
		.uid = decoy ? nobody : q->account.uid,
		.values = values_new(c->arena), .expires_s = t.expires_s,
		.decoy = decoy
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
	if (q->why != NULL)
		set_why(m.values, q->why);
	e = outbox_add_mail(c, &m);
	return e != ERR_OK ? e : audit_add(c, decoy ? "reset_decoy" :
	    "reset_sent", m.uid, decoy ? err_name(q->refusal) :
	    q->why != NULL ? q->why : "");
}

/*
 * What one source may cause is told to all alike.  What one address may
 * receive is not: an account may have had other mails.
 */
static enum err
forgot_tx(struct ctx *c, void *arg)
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
	e = limit_mail_target(c, RESET_MAIL, q->target != NULL ?
	    q->target->canonical : q->id.canonical);
	if (e == ERR_MAIL_LIMIT && !tell)
		return audit_add(c, "reset_limited", q->target != NULL ?
		    q->account.uid : nobody, "");
	return e != ERR_OK ? e : send_secret(c, q);
}

enum err
password_forgot(struct ctx *c, const struct password_forgot *f)
{
	struct asking q = { .in = f };
	enum err e;

	e = read_identifier(c, f->kind, f->identifier, &q.id);
	if (e == ERR_OK)
		e = link_base(c, f->reset_url, RESET_PAGE, &q.base);
	return e != ERR_OK ? e : store_tx(c, forgot_tx, &q, NULL);
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
	static const struct password_forgot in = { .kind = IDENTIFIER_EMAIL };
	struct asking q = { .in = &in, .account = *a, .why = why };
	bool due = false;
	enum err e;

	*sent_out = false;
	if (named->kind != IDENTIFIER_PHONE)
		q.id = *named;
	q.target = target_of(a, &q.id);
	if (q.target == NULL)
		return ask_reset_by_phone(c, a, sent_out);
	e = store_password_reset_asked(c, a->uid, c->now_s, c->now_s -
	    (by_code(c) ? c->config->lifetime_email_code_s :
	    c->config->lifetime_reset_link_s), &due);
	if (e != ERR_OK || !due)
		return e;
	if (q.id.kind == 0)
		q.id = (struct identifier){ IDENTIFIER_EMAIL,
			q.target->given, q.target->canonical };
	e = link_base(c, STR_NONE, RESET_PAGE, &q.base);
	if (e == ERR_OK)
		e = limit_mail_target(c, RESET_MAIL, q.target->canonical);
	if (e == ERR_MAIL_LIMIT)	/* it has had such a mail */
		return ERR_OK;
	if (e == ERR_OK)
		e = send_secret(c, &q);
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

/*
 * Nobody had proven the address until now: whoever made the account may have
 * been a stranger, and nothing of theirs stays (S-048).
 */
static enum err
strip_unproven(struct ctx *c, struct resetting *r)
{
	struct account *a = &r->account;
	enum err e;

	e = store_password_delete(c, a->uid);
	if (e == ERR_OK)
		e = store_account_strip(c, a->uid, r->address,
		    c->now_s);
	return e != ERR_OK ? e : audit_add(c, "account_stripped", a->uid,
	    "first proof of the address");
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
		e = strip_unproven(c, r);
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
