#include "pin_login.h"

#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "crypto/token.h"
#include "entry.h"
#include "limit.h"
#include "pin.h"
#include "store/store_pin.h"
#include "store/store_tx.h"

struct trying {
	const struct pin_login *in;
	unsigned char hash[TOKEN_HASH];
	struct store_pin_session session;
	struct account account;
	struct entry_code lock;		/* of the account's sign-in */
	enum err verdict;		/* of the gate */
	struct err_detail why;		/* of its "no" */
	struct session_tokens tokens;
};

static enum err
judge_on(struct ctx *c)
{
	if (!c->config->pin_enabled)
		return err_set(c, ERR_PIN_OFF, NULL, "off");
	return c->config->pin_login ? ERR_OK : err_set(c, ERR_PIN_LOGIN_OFF,
	    NULL, "off");
}

static enum err
invalid(struct ctx *c, const char *why)
{
	return err_set(c, ERR_PIN_SESSION_INVALID, NULL, "%s", why);
}

/* Blocking raises the generation too; this is the better answer. */
static enum err
judge_session(struct ctx *c, const struct store_pin_session *s)
{
	if (s->account_state == ACCOUNT_BLOCKED)
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	if (s->generation == 0 || s->generation != s->account_generation)
		return invalid(c, "ended");
	if (s->tries >= PIN_TRIES)
		return invalid(c, "too many wrong PINs");
	return s->expires_s > c->now_s ? ERR_OK :
	    err_set(c, ERR_PIN_SESSION_EXPIRED, NULL, "over");
}

static enum err
find(struct ctx *c, struct trying *t)
{
	enum err e;

	if (!token_guid_hash(t->in->token, t->hash))
		return invalid(c, "malformed token");
	e = store_pin_session_read(c, t->hash, &t->session);
	if (e == ERR_NOT_FOUND)
		return invalid(c, "unknown token");
	if (e == ERR_OK)
		e = judge_session(c, &t->session);
	if (e == ERR_OK)
		e = account_get(c, t->session.uid, &t->account);
	return e == ERR_NOT_FOUND ? invalid(c, "the account is gone") : e;
}

/* The name that the account's failures are counted with. */
static struct identifier
name_of(const struct account *a)
{
	struct str name = attempt_name(a);

	return (struct identifier){
		.kind = a->n_emails > 0 ? IDENTIFIER_EMAIL :
		    a->username.p != NULL ? IDENTIFIER_USERNAME :
		    IDENTIFIER_PHONE,
		.given = name, .canonical = name
	};
}

/*
 * ERR_OK: right.  ERR_MISMATCH: wrong.  Counted before it is compared, by the
 * statement that says whether there is a try left.
 */
static enum err
compare(struct ctx *c, const struct trying *t, struct str stored)
{
	bool counted = false;
	enum err e;

	e = store_pin_session_try(c, t->hash, PIN_TRIES, &counted);
	if (e != ERR_OK)
		return e;
	if (!counted)
		return invalid(c, "no try left");
	e = pin_verify(c, t->account.uid, stored, &t->in->pin);
	if (e != ERR_OK && e != ERR_MISMATCH &&
	    store_pin_session_untry(c, t->hash) != ERR_OK)
		log_write(c, LOG_WARN, "pin", "a try stays counted");
	return e;
}

/* Whoever signs out of this session ends the token, too (S-093). */
static enum err
serve_session(struct ctx *c, const struct trying *t)
{
	struct uid family = t->verdict == ERR_OK ? t->tokens.family :
	    t->session.family;
	bool done = false;
	enum err e;

	e = store_pin_session_serve(c, t->hash, family, &done);
	return e == ERR_OK && !done ? invalid(c, "ended meanwhile") : e;
}

static enum err
right_tx(struct ctx *c, void *arg)
{
	struct trying *t = arg;
	struct gate g = { .session = t->in->session, .method = "pin",
		.resumable = true };
	enum err e;

	g.session.by_pin = true;
	e = account_lock(c, t->session.uid, &t->account);
	if (e == ERR_NOT_FOUND || (e == ERR_OK &&
	    t->account.generation != t->session.generation))
		return invalid(c, "the account is gone or has changed");
	if (e == ERR_OK)
		e = entry_settle(c, &t->lock);
	if (e != ERR_OK)
		return e;
	t->verdict = login_gate(c, &t->account, &g, &t->tokens);
	if (t->verdict != ERR_OK && !login_gate_refused(t->verdict))
		return t->verdict;
	t->why = c->err;
	e = serve_session(c, t);
	if (e != ERR_OK)
		return e;
	return t->verdict == ERR_OK ? login_tell_of_browser(c, &t->account,
	    g.session.kind, t->in->browser) : audit_add(c, "login_refused",
	    t->account.uid, err_name(t->verdict));
}

static enum err
right_in_doubt(struct ctx *c, void *arg)
{
	const struct trying *t = arg;
	struct session s;
	enum err e;

	if (t->verdict != ERR_OK)
		return ERR_NOT_FOUND;	/* saying no twice is saying no */
	e = session_check(c, t->in->session.kind, t->tokens.access_token,
	    &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

static enum err
give_back(struct ctx *c, const struct trying *t, enum err e)
{
	return attempt_void(c, &t->account, &t->lock.key, e);
}

static enum err
admit(struct ctx *c, struct trying *t, struct login_result *out)
{
	enum err e;

	e = store_tx(c, right_tx, t, right_in_doubt);
	if (e != ERR_OK)
		return give_back(c, t, e);
	if (t->verdict != ERR_OK) {
		c->err = t->why;
		return t->verdict;
	}
	*out = (struct login_result){
		.tokens = t->tokens, .uid = t->account.uid,
		.profile = profile_json(c, &t->account)
	};
	return ERR_OK;
}

static enum err
try_pin(struct ctx *c, struct trying *t, struct login_result *out)
{
	struct store_pin stored;
	enum err e;

	e = store_pin_get(c, t->session.uid, &stored);
	if (e == ERR_NOT_FOUND)
		return invalid(c, "the PIN went meanwhile");
	if (e != ERR_OK)
		return e;
	t->lock.id = name_of(&t->account);
	t->lock.key = (struct attempt_key){ .answers = t->in->answers,
	    .captcha = t->in->captcha };
	e = entry_reserve(c, &t->lock);
	if (e != ERR_OK)
		return e;
	e = compare(c, t, stored.phc);
	if (e == ERR_OK)
		return admit(c, t, out);
	if (e != ERR_MISMATCH)
		return give_back(c, t, e);
	return attempt_wrong(c, &t->account, "pin_refused", err_set(c,
	    ERR_PIN_WRONG, "pin", "wrong PIN"));
}

enum err
pin_login(struct ctx *c, const struct pin_login *in,
    struct login_result *out)
{
	struct trying t = { .in = in };
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK && (!secret_present(&in->pin) || in->pin.len == 0))
		e = err_set(c, ERR_PIN_MISSING, "pin", "none");
	if (e == ERR_OK)
		e = limit_source(c);
	if (e != ERR_OK)
		return e;
	e = find(c, &t);
	if (e == ERR_PIN_SESSION_INVALID) {
		struct err_detail why = c->err;

		e = limit_source_failed(c);
		c->err = why;
		return e != ERR_OK ? e : ERR_PIN_SESSION_INVALID;
	}
	return e != ERR_OK ? e : try_pin(c, &t, out);
}

enum err
pin_login_peek(struct ctx *c, struct str token, struct str *name_out)
{
	const struct pin_login in = { .token = token };
	struct trying t = { .in = &in };
	const struct account *a = &t.account;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = find(c, &t);
	if (e == ERR_OK)
		*name_out = a->n_emails > 0 ? a->emails[0].given :
		    a->username.p != NULL ? a->username : a->phone;
	return e;
}
