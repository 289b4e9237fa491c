/*
 * The PIN that a sign-in asks for: the step of the gate, and what goes on
 * behind it.
 */
#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "limit.h"
#include "pin.h"
#include "store/store_tx.h"
#include "ticket.h"

static const struct uid nobody;

static bool
is_due(const struct ctx *c, const struct account *a)
{
	const struct config *cfg = c->config;

	if (!cfg->pin_enabled || !cfg->pin_ask_on_login ||
	    a->pin_changed_s != 0)
		return false;
	if (cfg->pin_ask_on_first_login_only && a->logins > 0)
		return false;
	return cfg->pin_required || a->pin_skipped_s == 0;
}

/* What the continuation needs to know of this sign-in: how it was made, and
 * whether it is to be remembered. */
static struct str
memory_of(struct ctx *c, const struct gate *g)
{
	return str_printf(c->arena, "%s %d", g->method,
	    g->session.remember ? 1 : 0);
}

enum err
pin_gate(struct ctx *c, const struct account *a, const struct gate *g)
{
	struct ticket t = {
		.purpose = TICKET_PIN, .uid = a->uid,
		.generation = a->generation, .address = STR(""),
		.data = memory_of(c, g),
		.expires_s = c->now_s + c->config->pin_token_s
	};
	struct str token = STR_NONE;
	enum err e;

	if (!is_due(c, a))
		return ERR_OK;
	if (g->resumable) {
		e = ticket_make_link(c, &t, &token);
		if (e != ERR_OK)
			return e;
	}
	e = err_set(c, ERR_PIN_REQUIRED, NULL, "no PIN yet");
	c->err.token = token;
	return e;
}

/* I1 */

struct completing {
	const struct pin_completion *in;
	struct ticket ticket;
	struct account account;
	char phc[PEPPERED_MAX];		/* empty: skipped */
	bool remember;
	struct session_tokens tokens;
};

static enum err
token_error(struct ctx *c, enum err e)
{
	if (e == ERR_LINK_EXPIRED)
		return err_set(c, ERR_PIN_TOKEN_EXPIRED, NULL, "over");
	if (e == ERR_LINK_INVALID || e == ERR_LINK_USED)
		return err_set(c, ERR_PIN_TOKEN_INVALID, NULL, "%s",
		    c->err.note);
	return e;
}

/* A token that is wrong is counted for the source. */
static enum err
find_token(struct ctx *c, struct str token, struct ticket *out)
{
	struct err_detail why;
	enum err e, counted;

	e = limit_source(c);
	if (e != ERR_OK)
		return e;
	e = token_error(c, ticket_peek_link(c, TICKET_PIN, token, out));
	if (e != ERR_PIN_TOKEN_INVALID)
		return e;
	why = c->err;
	counted = limit_source_failed(c);
	if (counted == ERR_OK)
		counted = audit_add(c, "pin_token_refused", nobody, "");
	c->err = why;
	return counted != ERR_OK ? counted : e;
}

/* Skipping is an answer where nobody has to have a PIN. */
static enum err
prepare(struct ctx *c, struct completing *k)
{
	bool skip = k->in->skip && !c->config->pin_required;
	struct str pin;
	enum err e;

	if (!c->config->pin_enabled)
		return err_set(c, ERR_PIN_OFF, NULL, "off");
	if (!skip && !secret_present(&k->in->pin))
		return err_set(c, ERR_PIN_MISSING, "pin", "none");
	e = find_token(c, k->in->token, &k->ticket);
	if (e == ERR_OK)
		e = account_get(c, k->ticket.uid, &k->account);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? err_set(c,
		    ERR_PIN_TOKEN_INVALID, NULL, "the account is gone") : e;
	if (skip)
		return ERR_OK;
	e = pin_judge(c, &k->in->pin, k->account.profile, &pin);
	return e != ERR_OK ? e : pin_hash(c, pin, k->phc);
}

static enum err
set_or_skip(struct ctx *c, struct completing *k)
{
	bool set = false;
	enum err e;

	if (k->phc[0] == '\0')
		return pin_skip(c, &k->account);
	e = pin_set_first(c, &k->account, k->phc, &set);
	if (e == ERR_OK && !set)
		return err_set(c, ERR_PIN_TOKEN_INVALID, NULL,
		    "a PIN was set meanwhile");
	return e != ERR_OK ? e : pin_tell(c, &k->account);
}

/* The method's name goes into the audit, like that of any sign-in. */
static enum err
go_on(struct ctx *c, struct completing *k)
{
	struct str remember = k->ticket.data, method;
	struct gate g = { .passed = GATE_PIN, .session = k->in->session };
	enum err e;

	if (!str_split(&remember, ' ', &method))
		method = STR("");
	g.method = str_cstr(c->arena, method);
	g.session.remember = k->remember = str_eq(remember, STR("1"));
	e = login_gate(c, &k->account, &g, &k->tokens);
	return e != ERR_OK ? e : login_tell_of_browser(c, &k->account,
	    g.session.kind, k->in->browser);
}

static enum err
complete_tx(struct ctx *c, void *arg)
{
	struct completing *k = arg;
	struct ticket t;
	enum err e;

	e = account_lock(c, k->ticket.uid, &k->account);
	if (e == ERR_OK)
		e = token_error(c, ticket_consume_link(c, TICKET_PIN,
		    k->in->token, &t));
	if (e == ERR_OK)
		e = set_or_skip(c, k);
	return e != ERR_OK ? e : go_on(c, k);
}

static enum err
complete_in_doubt(struct ctx *c, void *arg)
{
	const struct completing *k = arg;
	struct session s;
	enum err e;

	e = session_check(c, k->in->session.kind, k->tokens.access_token, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

enum err
pin_complete(struct ctx *c, const struct pin_completion *in,
    struct login_result *out)
{
	struct completing k = { .in = in };
	enum err e;

	e = prepare(c, &k);
	if (e == ERR_OK)
		e = store_tx(c, complete_tx, &k, complete_in_doubt);
	if (e == ERR_OK)
		*out = (struct login_result){
			.tokens = k.tokens, .uid = k.account.uid,
			.remember = k.remember,
			.profile = profile_json(c, &k.account)
		};
	return e;
}
