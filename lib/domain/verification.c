/*
 * Proving that an address is its account's own: the mail, and what its
 * secret does.
 */
#include "verification.h"

#include "account_internal.h"
#include "address.h"
#include "audit.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/form.h"
#include "codec/url.h"
#include "limit.h"
#include "login.h"
#include "outbox.h"
#include "registration.h"
#include "store/store_account.h"
#include "store/store_pending.h"
#include "store/store_registration.h"
#include "store/store_tx.h"
#include "ticket.h"

#define AGAIN_S		300	/* a link this old may have been lost */
#define VERIFY_PAGE	"/verify"

/*
 * With the API key in its query a link is a call of the API, and whatever
 * looks at the mail makes it (S-037).  The query is read as a request's is;
 * one that cannot be read is no call.
 */
static bool
is_call(struct ctx *c, struct str url)
{
	struct url_parts u;
	struct pairs p;
	size_t i;

	if (!url_split(c->arena, url, &u) || form_parse(c->arena, u.query,
	    LIMIT_PARAMS, &p) != FORM_FINE)
		return false;
	for (i = 0; i < p.n; i++)
		if (str_ieq(str_trim(p.items[i].value), c->config->api_key))
			return true;
	return false;
}

enum err
link_base(struct ctx *c, struct str url, const char *own_page,
    struct str *out)
{
	bool given = str_present(url);

	if (given && url_admitted(c->arena, c->config, url) &&
	    !is_call(c, url)) {
		*out = url;
		return ERR_OK;
	}
	if (given && !c->config->compat_unlisted_urls)
		return err_set(c, ERR_URL_NOT_ADMITTED, NULL,
		    "not on urls.allow, or a call");
	*out = url_site(c->arena, c->config, own_page);
	return ERR_OK;
}

/* The mail */

static bool
by_code(const struct ctx *c, bool added)
{
	return str_eq(added ? c->config->account_add_email_by :
	    c->config->registration_verify_by, STR("code"));
}

static bool
flow_is(const struct ctx *c, const char *flow)
{
	return str_eq(c->config->registration_verification, str_of(flow));
}

static struct str
with_return(struct ctx *c, struct str url, struct str return_url)
{
	return str_present(return_url) ?
	    url_with(c->arena, url, "return", return_url) : url;
}

static enum err
make_secret(struct ctx *c, const struct verification_mail *m,
    const struct ticket *t, struct str *code, struct str *link)
{
	struct str url, secret;
	enum err e;

	url = url_with(c->arena, m->base, "vtype",
	    STR("emailverification"));
	*code = STR("");
	if (by_code(c, m->added)) {
		e = ticket_make_code(c, t, code);
		url = url_with(c->arena, url, "email", m->given);
	} else {
		e = ticket_make_link(c, t, &secret);
		if (e == ERR_OK)
			url = url_with(c->arena, url, "vtoken", secret);
	}
	if (e == ERR_OK)
		*link = with_return(c, url, m->return_url);
	return e;
}

/* Whole hours where that is the natural word, else minutes. */
void
mail_set_life(struct ctx *c, struct values *v, int64_t life_s)
{
	bool hours = life_s >= 7200 && life_s % 3600 == 0;

	values_set(v, "hours", hours ? str_printf(c->arena, "%lld",
	    (long long)life_s / 3600) : STR(""));
	values_set(v, "minutes", hours ? STR("") : str_printf(c->arena,
	    "%lld", (long long)(life_s + 59) / 60));
}

enum err
verification_send(struct ctx *c, const struct verification_mail *m)
{
	static const struct uid nobody;
	const struct config *cfg = c->config;
	int64_t life_s = by_code(c, m->added) ? cfg->lifetime_email_code_s :
	    cfg->lifetime_verification_link_s;
	struct ticket t = {
		.purpose = TICKET_VERIFY_EMAIL,
		.uid = m->decoy ? ticket_decoy_uid(c, m->canonical) : m->uid,
		.generation = m->generation, .address = m->canonical,
		.expires_s = c->now_s + life_s, .own_code = m->added,
		.first = m->first
	};
	struct outbox_mail mail = {
		.template = m->added ? ADD_EMAIL_MAIL : VERIFICATION_MAIL,
		.variant = m->variant,
		.to = m->given, .uid = m->uid, .expires_s = t.expires_s,
		.values = values_new(c->arena), .decoy = m->decoy
	};
	const struct audit_event sent = {
		m->decoy ? "verification_decoy" : "verification_sent",
		m->decoy ? nobody : m->uid, ""
	};
	struct str code, link;
	enum err e;

	e = make_secret(c, m, &t, &code, &link);
	if (e != ERR_OK)
		return e;
	values_set(mail.values, "code", code);
	values_set(mail.values, "link", link);
	values_set_url(mail.values, "href", link);
	mail_set_life(c, mail.values, life_s);
	e = outbox_add_mail(c, &mail);
	if (e != ERR_OK)
		return e;
	return m->cause != NULL ? audit_add_two(c, m->cause, &sent) :
	    audit_add(c, sent.event, sent.uid, sent.detail);
}

enum err
verification_send_again(struct ctx *c, const struct account *a,
    struct str base, struct str variant)
{
	struct verification_mail m = {
		.uid = a->uid, .generation = a->generation, .base = base,
		.variant = variant
	};
	int64_t pending_s = 0;
	enum err e;

	must(a->n_emails > 0);
	m.canonical = a->emails[0].canonical;
	m.given = a->emails[0].given;
	e = ticket_pending(c, TICKET_VERIFY_EMAIL, a->uid, &pending_s);
	if (e != ERR_OK)
		return e;
	if (pending_s != 0 && (by_code(c, false) ||
	    pending_s + AGAIN_S > c->now_s))
		return ERR_OK;
	e = limit_mail(c, VERIFICATION_MAIL, m.canonical);
	if (e == ERR_MAIL_LIMIT && pending_s != 0)
		return ERR_OK;
	return e != ERR_OK ? e : verification_send(c, &m);
}

/* Sending it again on request: RG5, E6 */

struct resend {
	struct identifier email;
	struct verification_mail mail;
	bool sent;
};

/* What the documented API would say of this address. */
static enum err
reveal(struct ctx *c, enum err found, const struct store_holder *h)
{
	if (found == ERR_NOT_FOUND)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown address");
	if (h->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (h->verified_s != 0)
		return err_set(c, ERR_EMAIL_VERIFIED, NULL, "verified");
	return ERR_OK;
}

/* One that waits for an account is looked for in every case (S-017). */
static enum err
find_owner(struct ctx *c, struct resend *r, struct store_holder *h,
    enum err *found_out)
{
	struct store_waiting w;
	enum err found, waits;

	r->mail.added = false;
	found = store_holder(c, IDENTIFIER_EMAIL, r->email.canonical, h);
	if (found != ERR_OK && found != ERR_NOT_FOUND)
		return found;
	waits = store_pending_newest(c, IDENTIFIER_EMAIL, r->email.canonical,
	    &w);
	if (waits != ERR_OK && waits != ERR_NOT_FOUND)
		return waits;
	if (found == ERR_NOT_FOUND && waits == ERR_OK) {
		r->mail.added = true;
		*h = (struct store_holder){ .uid = w.uid, .given = w.given,
		    .generation = w.generation, .state = w.state };
		found = ERR_OK;
	}
	*found_out = found;
	return ERR_OK;
}

static enum err
resend_tx(struct ctx *c, void *arg)
{
	struct resend *r = arg;
	bool tell = c->config->compat_reveal_account_existence;
	struct store_holder h = { .generation = 1 };
	enum err e, found = ERR_OK;

	r->sent = false;
	e = find_owner(c, r, &h, &found);
	if (e != ERR_OK)
		return e;
	e = reveal(c, found, &h);
	if (e != ERR_OK && tell)
		return e;
	r->mail.decoy = e != ERR_OK;
	r->mail.uid = h.uid;
	r->mail.generation = h.generation;
	r->mail.given = r->mail.decoy ? r->email.given : h.given;
	e = limit_mail(c, VERIFICATION_MAIL, r->email.canonical);
	if (e == ERR_MAIL_LIMIT && !tell)
		return ERR_OK;
	r->sent = true;
	return e != ERR_OK ? e : verification_send(c, &r->mail);
}

/* The ticket came with the mail. */
static enum err
resend_in_doubt(struct ctx *c, void *arg)
{
	const struct resend *r = arg;
	int64_t created_s = 0;
	enum err e = ERR_OK;

	if (r->sent)
		e = ticket_pending_for(c, TICKET_VERIFY_EMAIL,
		    r->mail.decoy ? ticket_decoy_uid(c, r->email.canonical) :
		    r->mail.uid, r->email.canonical, &created_s);
	return e == ERR_OK && created_s < c->now_s ? ERR_NOT_FOUND : e;
}

enum err
verification_resend(struct ctx *c, struct str email,
    struct str verification_url, struct str email_template)
{
	struct resend r = { .mail = { .variant = email_template } };
	enum err e;

	if (flow_is(c, "disabled"))
		return err_set(c, ERR_EMAIL_VERIFICATION_OFF, NULL, "off");
	e = identifier_email(c->arena, email,
	    c->config->login_fold_local_part, &r.email);
	if (e != ERR_OK)
		return err_set(c, e, "email", "malformed address");
	r.mail.canonical = r.email.canonical;
	e = link_base(c, verification_url, VERIFY_PAGE, &r.mail.base);
	if (e != ERR_OK)
		return e;
	return store_tx(c, resend_tx, &r, resend_in_doubt);
}

/* The proof: E2, E3 */

struct proof {
	const struct verification *in;
	bool code;			/* else a link */
	struct ticket ticket;
	struct account account;
	struct str given;
	const struct account_pending *waiting;	/* NULL: its own already */
	bool has_session;
	struct session_tokens tokens;
};

static void
find_address(struct proof *p)
{
	struct str canonical = p->ticket.address;
	const struct account_email *own;

	own = account_email_of(&p->account, canonical);
	p->waiting = own != NULL ? NULL :
	    account_waiting_email(&p->account, canonical);
	p->given = own != NULL ? own->given :
	    p->waiting != NULL ? p->waiting->given : STR_NONE;
}

static enum err
consume(struct ctx *c, struct proof *p)
{
	if (p->code)
		return ticket_consume(c, &p->ticket);
	return ticket_consume_link(c, TICKET_VERIFY_EMAIL, p->in->token,
	    &p->ticket);
}

static enum err
stale(struct ctx *c, const struct proof *p, const char *why)
{
	return err_set(c, p->code ? ERR_EMAIL_CODE_INVALID :
	    ERR_LINK_INVALID, NULL, "%s", why);
}

static enum err
judge_owner(struct ctx *c, struct proof *p, enum err found)
{
	if (found == ERR_NOT_FOUND || (found == ERR_OK &&
	    p->account.generation != p->ticket.generation))
		return stale(c, p, "the account is gone or has changed");
	if (found != ERR_OK)
		return found;
	if (p->account.state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	find_address(p);
	if (p->given.p == NULL)
		return stale(c, p, "the address is no longer the account's");
	return ERR_OK;
}

/*
 * A first proof (S-045, S-048).  Until now nobody had shown that the address
 * is theirs, so whoever registered may have been a stranger.  What rests on
 * that time ends: sessions, refresh tokens and every other ticket.  The
 * password and the profile stay: the mail that carried this secret was sent
 * for this very registration and says so, and pressing its button confirms
 * it; a registration that took the place of an earlier one has an account of
 * its own, whose links are not the earlier one's.  An owner who did not
 * register and wants the account resets the password, and as a first proof
 * that drops everything else.
 */
static enum err
end_what_is_older(struct ctx *c, struct proof *p, bool first)
{
	enum err e;

	if (!first && !c->config->registration_logout_on_verification)
		return ERR_OK;
	e = session_end_all(c, p->account.uid, NULL, NULL);
	if (e == ERR_OK)
		p->account.generation++;
	return e;
}

static enum err
sign_in(struct ctx *c, struct proof *p)
{
	struct gate g = { .session = p->in->session,
		.method = "verification" };
	enum err e;

	if (!c->config->registration_login_on_verification ||
	    p->in->session.kind == 0)
		return ERR_OK;
	e = account_get(c, p->account.uid, &p->account);
	if (e == ERR_OK)
		e = login_gate(c, &p->account, &g, &p->tokens);
	if (login_gate_refused(e))
		return ERR_OK;	/* the proof stands without a session */
	p->has_session = e == ERR_OK;
	return e;
}

/* The address of a page may hold secrets in its query. */
static struct str
without_query(struct ctx *c, struct str url)
{
	size_t n = 0;

	if (url.p == NULL)
		return STR("");
	while (n < url.len && url.p[n] != '?' && url.p[n] != '#')
		n++;
	return str_dup(c->arena, str_sub(url, 0, n));
}

static enum err
prove_tx(struct ctx *c, void *arg)
{
	struct proof *p = arg;
	bool first;
	enum err e;

	p->has_session = false;
	e = consume(c, p);
	if (e == ERR_OK)
		e = judge_owner(c, p, account_lock(c, p->ticket.uid,
		    &p->account));
	if (e != ERR_OK)
		return e;
	first = p->account.email_verified_s == 0 && p->waiting == NULL;
	e = p->waiting != NULL ? address_prove(c, &p->account, p->waiting) :
	    ERR_OK;
	if (e == ERR_OK)
		e = store_account_email_proven(c, p->account.uid,
		    p->ticket.address, c->now_s);
	if (e == ERR_OK)
		e = end_what_is_older(c, p, first);
	if (e == ERR_OK && first)
		e = welcome_send(c, &p->account, p->given,
		    p->in->welcome_template);
	if (e == ERR_OK && first)
		e = address_send_waiting(c, &p->account);
	if (e == ERR_OK)
		e = audit_add(c, "email_verified", p->account.uid,
		    without_query(c, p->in->url).p);
	return e != ERR_OK ? e : sign_in(c, p);
}

/*
 * Was it committed?  A session answers exactly.  Without one, a secret that
 * is still unused says no, and one that is used says that its effect is
 * there, which is all that the answer promises.
 */
static enum err
prove_in_doubt(struct ctx *c, void *arg)
{
	struct proof *p = arg;
	struct session s;
	struct ticket t;
	enum err e;

	if (p->has_session)
		e = session_check(c, p->in->session.kind,
		    p->tokens.access_token, &s);
	else if (p->code)
		e = ticket_state(c, &p->ticket);
	else
		e = ticket_peek_link(c, TICKET_VERIFY_EMAIL, p->in->token,
		    &t);
	if (p->has_session)
		return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
	if (e == ERR_LINK_USED || e == ERR_EMAIL_CODE_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : e;
}

static enum err
prove(struct ctx *c, struct proof *p, struct verification_result *out)
{
	struct verification_result r = { .has_session = false };
	enum err e;

	e = store_tx(c, prove_tx, p, prove_in_doubt);
	if (e != ERR_OK)
		return e;
	r.email = p->given;
	r.has_session = p->has_session;
	if (p->has_session) {
		r.tokens = p->tokens;
		r.profile = profile_json(c, &p->account);
	}
	*out = r;
	return ERR_OK;
}

enum err
verification_by_link(struct ctx *c, const struct verification *v,
    struct verification_result *out)
{
	struct proof p = { .in = v };

	return prove(c, &p, out);
}

/* Whose code it may be */
struct guess {
	bool by_uid;
	struct uid uid;
	struct str address;		/* canonical */
};

/* Of the account's addresses that are not proven the newest. */
static void
pick_address(const struct account *a, struct str *out)
{
	const struct account_pending *newest = NULL;
	size_t i;

	for (i = 0; i < a->n_pending; i++)
		if (a->pending[i].kind == IDENTIFIER_EMAIL &&
		    (newest == NULL ||
		    a->pending[i].created_s >= newest->created_s))
			newest = &a->pending[i];
	if (newest != NULL)
		*out = newest->canonical;
	else if (a->n_emails > 0)
		*out = a->emails[0].canonical;
}

static enum err
read_guess(struct ctx *c, const struct verification *v, struct guess *g)
{
	struct identifier id;
	struct account a;
	enum err e;

	g->by_uid = str_present(v->uid);
	if (g->by_uid && !uid_parse(v->uid, &g->uid))
		return err_set(c, ERR_EMAIL_CODE_INVALID, NULL, "no uid");
	if (str_present(v->email)) {
		e = identifier_email(c->arena, v->email,
		    c->config->login_fold_local_part, &id);
		g->address = id.canonical;
		return e != ERR_OK ? err_set(c, e, "email",
		    "malformed address") : e;
	}
	g->address = uid_hex(c->arena, g->uid);	/* nobody's */
	e = account_get(c, g->uid, &a);
	if (e == ERR_OK)
		pick_address(&a, &g->address);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
try_one(struct ctx *c, const struct guess *g, const struct uid *of,
    struct str code, struct ticket *out)
{
	enum err e;

	if (of != NULL)
		return ticket_try_own_code(c, TICKET_VERIFY_EMAIL, *of,
		    g->address, code, out);
	e = ticket_try_code(c, TICKET_VERIFY_EMAIL, g->address, code, out);
	if (e == ERR_OK && g->by_uid && !uid_eq(out->uid, g->uid))
		return err_set(c, ERR_EMAIL_CODE_INVALID, NULL,
		    "another account's code");
	return e;
}

static bool
is_code_error(enum err e)
{
	return e == ERR_EMAIL_CODE_INVALID || e == ERR_EMAIL_CODE_USED ||
	    e == ERR_EMAIL_CODE_EXPIRED;
}

/*
 * A wrong code counts against every code that it could have been meant for;
 * of several errors one that shows only to whom the code is known wins.
 */
static enum err
try_codes(struct ctx *c, const struct guess *g, struct str code,
    struct ticket *out)
{
	struct err_detail why = { .code = ERR_OK };
	enum err e, first = ERR_EMAIL_CODE_INVALID;
	struct uid *uids;
	size_t i, n;

	e = store_pending_codes(c, IDENTIFIER_EMAIL, g->address,
	    TICKET_VERIFY_EMAIL, c->now_s, &uids, &n);
	if (e != ERR_OK)
		return e;
	for (i = 0; i <= n; i++) {
		if (i < n && g->by_uid && !uid_eq(uids[i], g->uid))
			continue;
		e = try_one(c, g, i < n ? &uids[i] : NULL, code, out);
		if (!is_code_error(e))
			return e;
		if (first == ERR_EMAIL_CODE_INVALID) {
			first = e;
			why = c->err;
		}
	}
	c->err = why;
	return first;
}

enum err
verification_by_code(struct ctx *c, const struct verification *v,
    struct verification_result *out)
{
	struct proof p = { .in = v, .code = true };
	struct guess g;
	enum err e;

	if (!str_present(v->uid) && !str_present(v->email))
		return err_set(c, ERR_EMAIL_OR_PHONE, NULL,
		    "neither address nor uid");
	if (!by_code(c, false) && !by_code(c, true))
		return err_set(c, ERR_EMAIL_CODE_OFF, NULL,
		    "verification is by link");
	e = read_guess(c, v, &g);
	if (e == ERR_OK)
		e = limit_source(c);
	if (e == ERR_OK)
		e = try_codes(c, &g, v->code, &p.ticket);
	if (e == ERR_OK)
		return prove(c, &p, out);
	return ticket_code_refused(c, TICKET_VERIFY_EMAIL, e);
}

enum err
verification_peek(struct ctx *c, struct str token, struct str *email_out)
{
	struct proof p = { .code = false };
	enum err e;

	e = ticket_peek_link(c, TICKET_VERIFY_EMAIL, token, &p.ticket);
	if (e == ERR_OK)
		e = judge_owner(c, &p, account_get(c, p.ticket.uid,
		    &p.account));
	if (e == ERR_OK)
		*email_out = p.given;
	return e;
}
