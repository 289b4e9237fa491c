#include "entry.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "first_proof.h"
#include "limit.h"
#include "phone.h"
#include "store/store_tx.h"
#include "verification.h"

#define LIFE_MAX_S	600

int64_t
entry_life_s(const struct ctx *c, enum ticket_purpose p, bool by_code)
{
	bool phone = p == TICKET_PASSWORDLESS_PHONE ||
	    p == TICKET_ONE_TOUCH_PHONE;
	int64_t life_s = phone ? c->config->lifetime_phone_code_s :
	    by_code ? c->config->lifetime_email_code_s :
	    c->config->lifetime_signin_link_s;

	return life_s < LIFE_MAX_S ? life_s : LIFE_MAX_S;
}

/* What it proves */

bool
entry_exists(const struct account *a)
{
	return a->state != ACCOUNT_UNFINISHED || a->email_verified_s != 0 ||
	    a->phone_verified_s != 0;
}

bool
entry_fits(const struct account *a, enum identifier_kind kind,
    struct str canonical)
{
	const struct account_email *email;

	if (kind == IDENTIFIER_PHONE)
		return a->phone.p != NULL && str_eq(a->phone, canonical) &&
		    (a->phone_verified_s != 0 || a->email_verified_s == 0);
	email = account_email_of(a, canonical);
	return email != NULL && (email->verified_s != 0 ||
	    (a->email_verified_s == 0 && a->phone_verified_s == 0));
}

static enum err
welcome(struct ctx *c, const struct entry *n)
{
	const struct account *a = &n->account;

	return n->kind == IDENTIFIER_PHONE ?
	    phone_welcome(c, a, n->welcome_template) :
	    welcome_send(c, a, account_email_of(a, n->canonical)->given,
	    n->welcome_template);
}

enum err
entry_prove(struct ctx *c, struct entry *n)
{
	bool first = false;
	enum err e;

	e = first_proof(c, &n->account, n->kind, n->canonical, &first);
	if (e == ERR_OK && !first)
		return ticket_void(c, n->purpose, n->account.uid);
	if (e == ERR_OK)
		e = welcome(c, n);
	return e != ERR_OK ? e : audit_add(c, n->kind == IDENTIFIER_PHONE ?
	    "phone_verified" : "email_verified", n->account.uid, n->method);
}

enum err
entry_sign_in(struct ctx *c, struct entry *n)
{
	struct gate g = { .kind = n->kind, .session = n->session,
		.method = n->method, .resumable = true };
	enum err e;

	e = entry_prove(c, n);
	if (e != ERR_OK)
		return e;
	n->verdict = login_gate(c, &n->account, &g, &n->tokens);
	if (n->verdict == ERR_OK)
		return login_tell_of_browser(c, &n->account, n->session.kind,
		    n->browser);
	if (!login_gate_refused(n->verdict))
		return n->verdict;
	n->why = c->err;
	return audit_add(c, "login_refused", n->account.uid,
	    err_name(n->verdict));
}

enum err
entry_in_doubt(struct ctx *c, const struct entry *n)
{
	struct session s;
	enum err e;

	e = session_check(c, n->session.kind, n->tokens.access_token, &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

enum err
entry_result(struct ctx *c, const struct entry *n, struct login_result *out)
{
	if (n->verdict != ERR_OK) {
		c->err = n->why;
		return n->verdict;
	}
	*out = (struct login_result){
		.tokens = n->tokens, .uid = n->account.uid,
		.profile = profile_json(c, &n->account)
	};
	return ERR_OK;
}

/* Trying a code */

enum err
entry_reserve(struct ctx *c, struct entry_code *k)
{
	enum err e;

	k->key.opened = false;
	e = limit_source(c);
	if (e == ERR_OK)
		e = limit_attempt(c, LIMIT_FOR_LOGIN, k->id.canonical);
	return e != ERR_OK ? attempt_open(c, &k->id, NULL, &k->key, e) : e;
}

enum err
entry_settle(struct ctx *c, const struct entry_code *k)
{
	return k->key.opened ?
	    limit_clear(c, LIMIT_FOR_LOGIN, k->id.canonical) :
	    limit_settle(c, LIMIT_FOR_LOGIN, k->id.canonical, LIMIT_RIGHT);
}

struct wrong_code {
	const struct entry_code *code;
	enum ticket_purpose purpose;
};

static enum err
wrong_tx(struct ctx *c, void *arg)
{
	static const struct uid nobody;
	const struct wrong_code *w = arg;
	struct str name = w->code->id.canonical;
	bool blocks = false;
	struct account a;
	enum err e;

	e = limit_settle(c, LIMIT_FOR_LOGIN, name, LIMIT_WRONG);
	if (e == ERR_OK)
		e = attempt_blocks(c, LIMIT_FOR_LOGIN, name, &blocks);
	if (e == ERR_OK && blocks) {
		e = account_find(c, &w->code->id, &a);
		e = e == ERR_OK ? account_block(c, a.uid) :
		    e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	return e != ERR_OK ? e : audit_add(c, "code_refused", nobody,
	    ticket_name(w->purpose));
}

enum err
entry_give_back(struct ctx *c, const struct entry_code *k,
    enum ticket_purpose p, enum err e)
{
	struct wrong_code w = { k, p };
	struct err_detail why = c->err;
	bool wrong = e == ERR_EMAIL_CODE_INVALID ||
	    e == ERR_PHONE_CODE_INVALID;
	enum err settled;

	if (k->key.opened)
		return ticket_code_refused(c, p, e);
	settled = wrong ? store_tx(c, wrong_tx, &w, NULL) :
	    limit_settle(c, LIMIT_FOR_LOGIN, k->id.canonical, LIMIT_VOID);
	c->err = why;
	return settled != ERR_OK ? settled : e;
}
