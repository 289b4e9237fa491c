/*
 * The mail goes the way of one for a forgotten password; whether there is an
 * account shows in nothing.  What its secret does is entry.c.
 */
#include "passwordless.h"

#include "account_internal.h"
#include "base/config.h"
#include "entry.h"
#include "limit.h"
#include "recovery.h"
#include "store/store_tx.h"
#include "verification.h"

#define LINK_PAGE	"/passwordless/link"
#define MAIL		"passwordless"

static bool
mail_is(const struct ctx *c, const char *how)
{
	return str_eq(c->config->passwordless_email, str_of(how));
}

static enum err
judge_on(struct ctx *c, enum identifier_kind kind)
{
	bool on = kind == IDENTIFIER_PHONE ? c->config->passwordless_phone :
	    !mail_is(c, "off");

	return on ? ERR_OK : err_set(c, ERR_PASSWORDLESS_OFF, NULL, "off");
}

/* Asking */

static enum err
judge_account(const struct account *a, bool reached)
{
	if (!entry_exists(a))
		return ERR_USER_UNKNOWN;
	return reached ? ERR_OK : ERR_EMAIL_UNVERIFIED;
}

/* When and where, for the page that the link leads to. */
static struct str
note_of(struct ctx *c)
{
	struct str from = c->client.address;

	return str_printf(c->arena, "%lld %.*s", (long long)c->now_s,
	    STR_FMT(from.p != NULL ? from : STR("")));
}

enum err
passwordless_ask(struct ctx *c, const struct passwordless_ask *a)
{
	struct recovery r = {
		.purpose = TICKET_PASSWORDLESS, .mail = MAIL,
		.vtype = "oneclicksignin", .by_code = mail_is(c, "code"),
		.variant = a->email_template, .return_url = a->return_url,
		.note = note_of(c), .judge = judge_account,
		.sent = "passwordless_sent", .decoy = "passwordless_decoy",
		.limited = "passwordless_limited"
	};
	enum err e;

	r.life_s = entry_life_s(c, r.purpose, r.by_code);
	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = recovery_identifier(c, a->kind, a->identifier, &r.id);
	if (e == ERR_OK)
		e = link_base(c, a->url, LINK_PAGE, &r.base);
	return e != ERR_OK ? e : recovery_ask(c, &r);
}

enum err
passwordless_ask_phone(struct ctx *c, const struct phone_asking *in)
{
	enum err e;

	e = judge_on(c, IDENTIFIER_PHONE);
	return e != ERR_OK ? e : phone_ask_to_sign_in(c, in);
}

/* Signing in */

struct signing_in {
	const struct passwordless *in;
	bool by_link;
	struct entry_code code;
	struct ticket ticket;
	struct entry entry;
};

/* The reference has codes of its own for this family's links. */
static enum err
link_error(struct ctx *c, enum err e)
{
	if (e == ERR_LINK_INVALID)
		return err_set(c, ERR_TICKET_INVALID, NULL, "%s",
		    c->err.note);
	return e == ERR_LINK_USED ? err_set(c, ERR_PASSWORDLESS_USED, NULL,
	    "%s", c->err.note) : e;
}

static enum err
stale(struct ctx *c, const struct signing_in *s)
{
	return err_set(c, s->by_link ? ERR_TICKET_INVALID :
	    s->entry.kind == IDENTIFIER_PHONE ? ERR_PHONE_CODE_INVALID :
	    ERR_EMAIL_CODE_INVALID, NULL,
	    "the account is gone, or has changed");
}

/* Where the secret went to: the first line. */
static struct str
address_of(const struct ticket *t)
{
	struct str rest = t->data, line;

	return str_split(&rest, '\n', &line) ? line : t->data;
}

static enum err
judge_owner(struct ctx *c, const struct signing_in *s, enum err found)
{
	const struct account *a = &s->entry.account;

	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	return found == ERR_OK && a->generation == s->ticket.generation &&
	    entry_exists(a) &&
	    entry_fits(a, s->entry.kind, s->entry.canonical) ? ERR_OK :
	    stale(c, s);
}

static enum err
consume(struct ctx *c, const struct signing_in *s)
{
	struct ticket t;

	return s->by_link ? link_error(c, ticket_consume_link(c,
	    s->entry.purpose, s->in->token, &t)) :
	    ticket_consume(c, &s->ticket);
}

static enum err
sign_in_tx(struct ctx *c, void *arg)
{
	struct signing_in *s = arg;
	enum err e;

	e = judge_owner(c, s, account_lock(c, s->ticket.uid,
	    &s->entry.account));
	if (e == ERR_OK)
		e = consume(c, s);
	if (e == ERR_OK && !s->by_link)
		e = entry_settle(c, &s->code);
	return e != ERR_OK ? e : entry_sign_in(c, &s->entry);
}

/* Without a session a used secret says that the gate's "no" stands. */
static enum err
sign_in_in_doubt(struct ctx *c, void *arg)
{
	const struct signing_in *s = arg;
	struct ticket t;
	enum err e;

	if (s->entry.verdict == ERR_OK)
		return entry_in_doubt(c, &s->entry);
	e = s->by_link ? ticket_peek_link(c, s->entry.purpose, s->in->token,
	    &t) : ticket_state(c, &s->ticket);
	if (e == ERR_LINK_USED || e == ERR_EMAIL_CODE_USED ||
	    e == ERR_PHONE_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
sign_in(struct ctx *c, struct signing_in *s)
{
	s->entry.canonical = address_of(&s->ticket);
	s->entry.method = s->by_link ? "passwordless link" :
	    "passwordless code";
	s->entry.welcome_template = s->in->welcome_template;
	s->entry.browser = s->in->browser;
	s->entry.session = s->in->session;
	return store_tx(c, sign_in_tx, s, sign_in_in_doubt);
}

enum err
passwordless_by_link(struct ctx *c, const struct passwordless *in,
    struct login_result *out)
{
	struct signing_in s = { .in = in, .by_link = true, .entry = {
		.purpose = TICKET_PASSWORDLESS, .kind = IDENTIFIER_EMAIL } };
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e == ERR_OK)
		e = link_error(c, ticket_peek_link(c, s.entry.purpose,
		    in->token, &s.ticket));
	if (e == ERR_OK)
		e = sign_in(c, &s);
	if (e == ERR_TICKET_INVALID)
		e = ticket_link_refused(c, s.entry.purpose, e);
	return e != ERR_OK ? e : entry_result(c, &s.entry, out);
}

static enum err
judge_code_way(struct ctx *c, const struct signing_in *s)
{
	enum err e;

	e = judge_on(c, s->entry.kind);
	return e == ERR_OK && s->entry.kind != IDENTIFIER_PHONE &&
	    !mail_is(c, "code") ? err_set(c, ERR_EMAIL_CODE_OFF, NULL,
	    "mails carry links") : e;
}

enum err
passwordless_by_code(struct ctx *c, const struct passwordless *in,
    struct login_result *out)
{
	bool phone = in->kind == IDENTIFIER_PHONE;
	struct signing_in s = { .in = in, .code = { .key = {
		.answers = in->answers, .captcha = in->captcha } }, .entry = {
		.purpose = phone ? TICKET_PASSWORDLESS_PHONE :
		    TICKET_PASSWORDLESS,
		.kind = phone ? IDENTIFIER_PHONE : IDENTIFIER_EMAIL } };
	enum err e;

	e = judge_code_way(c, &s);
	if (e == ERR_OK)
		e = recovery_identifier(c, in->kind, in->identifier,
		    &s.code.id);
	if (e == ERR_OK)
		e = entry_reserve(c, &s.code);
	if (e != ERR_OK)
		return e;
	e = ticket_try_code(c, s.entry.purpose, s.code.id.canonical,
	    in->code, &s.ticket);
	if (e == ERR_OK)
		e = sign_in(c, &s);
	return e != ERR_OK ? entry_give_back(c, &s.code, s.entry.purpose, e) :
	    entry_result(c, &s.entry, out);
}

/* The page */

static void
read_note(struct str data, struct passwordless_link *out)
{
	struct str when;

	out->from = STR("");
	if (!str_split(&data, '\n', &when) || !str_split(&data, ' ', &when))
		return;
	if (str_to_int(when, 0, INT64_MAX, &out->asked_s))
		out->from = data;
}

enum err
passwordless_peek(struct ctx *c, struct str token,
    struct passwordless_link *out)
{
	struct signing_in s = { .by_link = true, .entry = {
		.purpose = TICKET_PASSWORDLESS, .kind = IDENTIFIER_EMAIL } };
	enum err e;

	e = judge_on(c, IDENTIFIER_EMAIL);
	if (e == ERR_OK)
		e = link_error(c, ticket_peek_link(c, s.entry.purpose, token,
		    &s.ticket));
	if (e != ERR_OK)
		return e;
	s.entry.canonical = address_of(&s.ticket);
	e = judge_owner(c, &s, account_get(c, s.ticket.uid,
	    &s.entry.account));
	if (e != ERR_OK)
		return e;
	*out = (struct passwordless_link){ .uid = s.ticket.uid,
		.email = account_email_of(&s.entry.account,
		    s.entry.canonical)->given };
	read_note(s.ticket.data, out);
	return ERR_OK;
}
