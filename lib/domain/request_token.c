#include "request_token.h"

#include "account_internal.h"
#include "base/config.h"
#include "login.h"
#include "store/store_tx.h"
#include "ticket.h"

enum err
request_token_make(struct ctx *c, const struct account *a,
    const struct session_options *of, struct str *token_out)
{
	struct json *data = json_new_object(c->arena);
	struct ticket t = {
		.purpose = TICKET_REQUEST, .uid = a->uid,
		.generation = a->generation, .address = STR(""),
		.expires_s = c->now_s + c->config->lifetime_request_token_s,
		.first = true	/* sign-ins in two windows are two */
	};

	json_set_str(data, "provider", of->provider);
	json_set_bool(data, "remember", of->remember);
	json_set_int(data, "auth_s", of->auth_s != 0 ? of->auth_s : c->now_s);
	t.data = json_text(c->arena, data, false);
	return ticket_make_link(c, &t, token_out);
}

static enum err
token_error(struct ctx *c, enum err e)
{
	switch (e) {
	case ERR_LINK_INVALID:
		return err_set(c, ERR_REQUEST_TOKEN, NULL, "unknown or void");
	case ERR_LINK_USED:
		return err_set(c, ERR_REQUEST_TOKEN, NULL, "used before");
	case ERR_LINK_EXPIRED:
		return err_set(c, ERR_REQUEST_TOKEN_EXPIRED, NULL, "expired");
	default:
		return e;
	}
}

struct exchange {
	struct str token;
	struct ticket ticket;
	enum err verdict;
	struct session_tokens tokens;
};

static struct gate
gate_of(struct ctx *c, const struct ticket *t)
{
	struct gate g = { .passed = GATE_PIN, .method = "request_token",
		.session = { .kind = SESSION_API } };
	enum json_fault fault;
	struct json *data;

	data = json_parse(c->arena, t->data, &fault);
	g.session.provider = json_string(json_get(data, "provider"));
	g.session.remember = json_bool(json_get(data, "remember"));
	g.session.auth_s = json_int(json_get(data, "auth_s"));
	return g;
}

static enum err
exchange_tx(struct ctx *c, void *arg)
{
	struct exchange *x = arg;
	struct account a;
	struct ticket t;
	struct gate g;
	enum err e;

	e = account_lock(c, x->ticket.uid, &a);
	if (e == ERR_NOT_FOUND)
		return token_error(c, ERR_LINK_INVALID);
	if (e == ERR_OK)
		e = token_error(c, ticket_consume_link(c, TICKET_REQUEST,
		    x->token, &t));
	if (e != ERR_OK)
		return e;
	g = gate_of(c, &t);
	x->verdict = login_gate(c, &a, &g, &x->tokens);
	return login_gate_refused(x->verdict) ? ERR_OK : x->verdict;
}

static enum err
exchange_in_doubt(struct ctx *c, void *arg)
{
	const struct exchange *x = arg;
	struct session s;
	struct ticket t;
	enum err e;

	if (x->verdict == ERR_OK) {
		e = session_check(c, SESSION_API, x->tokens.access_token, &s);
		return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
	}
	e = ticket_peek_link(c, TICKET_REQUEST, x->token, &t);
	return e == ERR_LINK_USED ? ERR_OK : e == ERR_OK ? ERR_NOT_FOUND : e;
}

enum err
request_token_exchange(struct ctx *c, struct str token,
    struct session_tokens *out)
{
	struct exchange x = { .token = token, .verdict = ERR_OK };
	enum err e;

	e = token_error(c, ticket_peek_link(c, TICKET_REQUEST, token,
	    &x.ticket));
	if (e == ERR_OK)
		e = store_tx(c, exchange_tx, &x, exchange_in_doubt);
	if (e == ERR_OK)
		e = x.verdict;
	if (e == ERR_OK)
		*out = x.tokens;
	return e;
}
