#include "password_state.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "breach.h"
#include "password.h"
#include "password_rules.h"
#include "store/store_password.h"

#define DAY_S	86400

void
password_look_up(struct ctx *c, int64_t breached_s, struct password_proof *p)
{
	p->breached = breached_s == 0 && breach_at_login(c) != BREACH_OFF &&
	    breach_has(c, p->normal);
}

/* Written where it differs, which is seldom. */
static enum err
note_rules(struct ctx *c, struct account *a, const struct password_proof *p)
{
	struct str words[ACCOUNT_WORDS];
	enum store_password_judged now;
	size_t n;
	enum err e;

	if (!c->config->password_judge_on_login)
		return ERR_OK;
	n = account_words(c, a, words);
	now = password_complies(c, p->normal, words, n) ? PASSWORD_GOOD :
	    PASSWORD_BAD;
	if (a->secure == (int64_t)now)
		return ERR_OK;
	e = store_password_judged(c, a->uid, p->phc, now);
	if (e == ERR_OK)
		a->secure = now;
	return e;
}

static enum err
note_breach(struct ctx *c, struct account *a, const struct password_proof *p)
{
	bool first;
	enum err e;

	if (!p->breached)
		return ERR_OK;
	e = store_password_breached(c, a->uid, p->phc, c->now_s, &first);
	if (e != ERR_OK)
		return e;
	a->breached_s = c->now_s;
	if (!first)
		return ERR_OK;
	e = audit_add(c, "password_breached", a->uid, "");
	if (e == ERR_OK && breach_at_login(c) == BREACH_NOTIFY)
		e = account_tell(c, a, "password-breached", STR_NONE);
	return e;
}

enum err
password_note(struct ctx *c, struct account *a,
    const struct password_proof *p)
{
	enum err e;

	e = note_rules(c, a, p);
	return e != ERR_OK ? e : note_breach(c, a, p);
}

int64_t
password_expires_s(const struct ctx *c, const struct account *a)
{
	int64_t days = password_policy_expires_days(c);

	return a->password_changed_s == 0 || days == 0 ? 0 :
	    a->password_changed_s + days * DAY_S;
}

static bool
has_expired(const struct ctx *c, const struct account *a)
{
	int64_t expires_s = password_expires_s(c, a);

	return expires_s != 0 && expires_s <= c->now_s &&
	    str_eq(c->config->password_expiry_action, STR("block"));
}

static bool
breach_refuses(const struct ctx *c, const struct account *a)
{
	return a->breached_s != 0 && breach_at_login(c) == BREACH_RESET;
}

/* Why it signs nobody in any more; NULL: it does. */
static const char *
refusal(const struct ctx *c, const struct account *a,
    const struct password_proof *p)
{
	if (breach_refuses(c, a))
		return "breached";
	if (p->partial)
		return "partial";
	return has_expired(c, a) ? "expired" : NULL;
}

enum err
password_admit(struct ctx *c, const struct account *a,
    const struct password_proof *p)
{
	const char *why = refusal(c, a, p);
	bool sent;
	enum err e;

	if (why == NULL)
		return ERR_OK;
	e = password_ask_reset(c, a, p->named, why, &sent);
	if (e != ERR_OK)
		return e;
	return err_set(c, sent && breach_refuses(c, a) ?
	    ERR_PASSWORD_IS_BREACHED : ERR_PASSWORD_RESET_REQUIRED, NULL,
	    "the password is %s", why);
}
