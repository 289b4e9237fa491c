#include "impersonation.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "store/store_tx.h"

struct acting {
	struct uid uid;
	struct session_tokens tokens;
};

static enum err
judge(struct ctx *c, const struct account *a)
{
	if (a->state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (a->state == ACCOUNT_LOGIN_DISABLED)
		return err_set(c, ERR_LOGIN_DISABLED, NULL, "disabled");
	return ERR_OK;
}

static enum err
act_tx(struct ctx *c, void *arg)
{
	const struct session_options o = {
		.kind = SESSION_API, .acting = true
	};
	struct acting *t = arg;
	struct account a;
	enum err e;

	e = account_lock(c, t->uid, &a);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown");
	if (e == ERR_OK)
		e = judge(c, &a);
	if (e == ERR_OK)
		e = session_start(c, &a, &o, &t->tokens);
	if (e == ERR_OK && c->config->session_impersonation_notice)
		e = account_tell(c, &a, "impersonated", STR_NONE);
	return e != ERR_OK ? e : audit_add(c, "impersonated", a.uid, "");
}

static enum err
act_in_doubt(struct ctx *c, void *arg)
{
	const struct acting *t = arg;
	struct session s;
	enum err e;

	e = session_check(c, SESSION_API, t->tokens.access_token, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

enum err
impersonate(struct ctx *c, struct uid uid, struct session_tokens *out)
{
	struct acting t = { .uid = uid };
	enum err e;

	if (!c->config->session_impersonation)
		return err_set(c, ERR_ENDPOINT_OFF, NULL,
		    "session.impersonation");
	e = store_tx(c, act_tx, &t, act_in_doubt);
	if (e == ERR_OK)
		*out = t.tokens;
	return e;
}
