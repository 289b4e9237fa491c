/*
 * Signing in by password.  The order is the point: a suspended name is
 * refused before anything is compared; a name that nobody has costs what a
 * wrong password costs; what else speaks against the account is told to
 * whom knows its password, and to nobody else.
 */
#include "login.h"

#include "account_row.h"
#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "browser.h"
#include "consent.h"
#include "crypto/pwhash.h"
#include "limit.h"
#include "password.h"
#include "phone.h"
#include "pin.h"
#include "privacy.h"
#include "store/store_login.h"
#include "store/store_password.h"
#include "store/store_tx.h"
#include "verification.h"

static const struct uid nobody;

/* The gate */

bool
login_gate_refused(enum err e)
{
	switch (e) {
	case ERR_ACCOUNT_BLOCKED:
	case ERR_LOGIN_DISABLED:
	case ERR_EMAIL_UNVERIFIED:
	case ERR_PASSWORD_IS_BREACHED:
	case ERR_PASSWORD_RESET_REQUIRED:
	case ERR_MAIL_LIMIT:
	case ERR_URL_NOT_ADMITTED:
	case ERR_PIN_REQUIRED:
	case ERR_PHONE_UNVERIFIED:
	case ERR_SMS_OFF:
	case ERR_SMS_FAILED:
	case ERR_SMS_LIMIT:
	case ERR_SMS_QUOTA:
	case ERR_VOICE_OFF:
	case ERR_PRIVACY_OUTSTANDING:
	case ERR_CONSENT_OUTSTANDING:
	case ERR_SESSION_LIMIT:
		return true;
	default:
		return false;
	}
}

static enum err
judge_state(struct ctx *c, const struct account *a, const struct gate *g)
{
	(void)g;
	switch (a->state) {
	case ACCOUNT_ACTIVE:
	case ACCOUNT_UNFINISHED:	/* the step of consents judges it */
		return ERR_OK;
	case ACCOUNT_LOGIN_DISABLED:
		return err_set(c, ERR_LOGIN_DISABLED, NULL,
		    "sign-in disabled by the administrator");
	default:
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "blocked");
	}
}

/*
 * What must be proven first: the identifier that led here, else any one of
 * the account.  0: nothing.
 */
static enum identifier_kind
unproven(const struct ctx *c, const struct account *a, const struct gate *g)
{
	bool email = a->n_emails > 0 && a->email_verified_s == 0 && str_eq(
	    c->config->registration_verification, STR("required"));
	bool phone = a->phone.p != NULL && a->phone_verified_s == 0 &&
	    phone_flow_is(c, "required");

	if (g->kind == IDENTIFIER_EMAIL)
		return email ? IDENTIFIER_EMAIL : 0;
	if (g->kind == IDENTIFIER_PHONE)
		return phone ? IDENTIFIER_PHONE : 0;
	if (a->email_verified_s != 0 || a->phone_verified_s != 0)
		return 0;
	if (email)
		return IDENTIFIER_EMAIL;
	return phone ? IDENTIFIER_PHONE : 0;
}

static enum err
ask_for_phone(struct ctx *c, const struct account *a, const struct gate *g)
{
	enum err e = ERR_OK;

	if (!g->prevent_verification_sms)
		e = phone_send_again(c, a, g->sms_template, g->voice);
	return e != ERR_OK ? e : err_set(c, ERR_PHONE_UNVERIFIED, NULL,
	    "number not verified");
}

static enum err
judge_verified(struct ctx *c, const struct account *a, const struct gate *g)
{
	enum identifier_kind kind = unproven(c, a, g);
	struct str base;
	enum err e;

	if (kind == 0)
		return ERR_OK;
	if (kind == IDENTIFIER_PHONE)
		return ask_for_phone(c, a, g);
	e = link_base(c, g->verification_url, "/verify", &base);
	if (e == ERR_OK)
		e = verification_send_again(c, a, base, g->email_template);
	return e != ERR_OK ? e : err_set(c, ERR_EMAIL_UNVERIFIED, NULL,
	    "address not verified");
}

/* Step 7.  Only a part of it was compared: another one is due (S-006, F-11). */
static enum err
judge_password(struct ctx *c, const struct account *a, const struct gate *g)
{
	return g->proof == NULL ? ERR_OK : password_admit(c, a, g->proof);
}

/* The account must still be what was judged, in the statement that counts
 * the sign-in. */
static enum err
count_login(struct ctx *c, struct account *a)
{
	enum err e;

	e = store_login_done(c, a->uid, a->generation, c->now_s);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_LOGIN_REFUSED, NULL,
		    "the account changed during the sign-in");
	if (e != ERR_OK)
		return e;
	a->first_login = a->logins == 0;
	a->logins++;
	a->last_login_s = c->now_s;
	a->modified_s = c->now_s;
	return ERR_OK;
}

/* Steps 4 to 12, in their order; a continuation begins behind its own. */
static const struct {
	enum gate_step step;
	enum err (*judge)(struct ctx *c, const struct account *a,
	    const struct gate *g);
} steps[] = {
	{ GATE_STATE, judge_state },
	{ GATE_VERIFIED, judge_verified },
	{ GATE_PASSWORD, judge_password },
	{ GATE_PRIVACY, privacy_gate },
	{ GATE_CONSENT, consent_gate },
	{ GATE_PIN, pin_gate }
};

enum err
login_gate(struct ctx *c, struct account *a, const struct gate *g,
    struct session_tokens *out)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < COUNT(steps) && e == ERR_OK; i++)
		if (steps[i].step == GATE_STATE || steps[i].step > g->passed)
			e = steps[i].judge(c, a, g);
	if (e == ERR_OK)
		e = session_make_room(c, a, &g->session);
	if (e == ERR_OK)
		e = count_login(c, a);
	if (e == ERR_OK)
		e = session_start(c, a, &g->session, out);
	return e != ERR_OK ? e : audit_add(c, "login", a->uid, g->method);
}

/* The attempt */

struct attempt {
	const struct login *in;
	struct identifier id;
	struct str password;		/* normal form */
	struct browser browser;
	bool marked;			/* browser was read from a mark */
	const char *counted_for;	/* whose failures: LIMIT_FOR_... */
	struct str counted;
	struct attempt_key key;
	struct store_login found;
	bool known;
	struct pwhash_verdict hash;
	const char *reason;		/* of a refusal, for the audit */
	struct password_proof proof;
	struct account account;
	enum err verdict;
	struct session_tokens tokens;
};

static enum identifier_kind
kind_of(struct ctx *c, const struct login *in)
{
	struct identifier id;

	if (in->kind != 0)
		return in->kind;
	if (c->config->login_phone &&
	    phone_read(c, in->identifier, &id) == ERR_OK)
		return IDENTIFIER_PHONE;
	return str_has(in->identifier, '@') || !c->config->login_username ?
	    IDENTIFIER_EMAIL : IDENTIFIER_USERNAME;
}

static enum err
judge_mode(struct ctx *c, enum identifier_kind kind)
{
	if (!c->config->login_password)
		return err_set(c, ERR_PASSWORD_LOGIN_OFF, NULL, "off");
	if (kind == IDENTIFIER_EMAIL && !c->config->login_email)
		return err_set(c, ERR_EMAIL_LOGIN_OFF, NULL, "off");
	if (kind == IDENTIFIER_USERNAME && !c->config->login_username)
		return err_set(c, ERR_USERNAME_OFF, NULL, "off");
	return ERR_OK;
}

/* What is no user name cannot be anybody's. */
static enum err
read_identifier(struct ctx *c, struct attempt *t)
{
	enum identifier_kind kind = kind_of(c, t->in);
	enum err e;

	e = judge_mode(c, kind);
	if (e != ERR_OK)
		return e;
	if (kind == IDENTIFIER_PHONE)
		return phone_read(c, t->in->identifier, &t->id);
	if (!str_present(t->in->identifier))
		return err_set(c, ERR_IDENTIFIER_MISSING, NULL, "none");
	if (kind == IDENTIFIER_EMAIL) {
		e = identifier_email(c->arena, t->in->identifier,
		    c->config->login_fold_local_part, &t->id);
		return e != ERR_OK ? err_set(c, e, "email", "malformed") : e;
	}
	if (identifier_username(c->arena, t->in->identifier, &t->id) !=
	    ERR_OK)
		return err_set(c, ERR_LOGIN_REFUSED, NULL,
		    "not a user name");
	return ERR_OK;
}

/* A text that can be nobody's password is a wrong one, at no cost. */
static enum err
read_password(struct ctx *c, struct attempt *t)
{
	struct str typed = secret_view(&t->in->password);

	if (typed.len == 0)
		return err_set(c, ERR_PASSWORD_MISSING, "password", "none");
	if (password_normalise(c->arena, typed, &t->password) != ERR_OK)
		return err_set(c, ERR_LOGIN_REFUSED, NULL,
		    "not a password's form");
	return ERR_OK;
}

/* ERR_OK: right.  ERR_MISMATCH: wrong, for the reason given. */
static enum err
compare(struct ctx *c, struct attempt *t)
{
	enum err e;

	t->reason = !t->known ? "unknown" : "no password";
	if (!t->known || !str_present(t->found.phc)) {
		e = pwhash_dummy(c, t->password);
		return e == ERR_OK ? ERR_MISMATCH : e;
	}
	t->reason = "wrong password";
	e = pwhash_verify_typed(c, t->found.phc.p,
	    secret_view(&t->in->password), &t->hash);
	if (e == ERR_MALFORMED) {
		log_write(c, LOG_ERROR, "password_hash",
		    "the stored hash of account %.*s cannot be read",
		    STR_FMT(uid_hex(c->arena, t->found.account.uid)));
		t->reason = "unreadable hash";
		return ERR_MISMATCH;
	}
	if (e == ERR_OK && t->found.failures >= LOGIN_CONSECUTIVE_MAX) {
		t->reason = "too many wrong ones in a row";
		return ERR_MISMATCH;
	}
	return e;
}

/* Whose failures this attempt is counted with. */
static void
count_by_name(struct attempt *t)
{
	t->counted_for = LIMIT_FOR_LOGIN;
	t->counted = t->id.canonical;
}

static void
count_by_browser(struct ctx *c, struct attempt *t)
{
	t->counted_for = LIMIT_FOR_BROWSER;
	t->counted = str_printf(c->arena, "%.*s %.*s",
	    STR_FMT(uid_hex(c->arena, t->browser.id)),
	    STR_FMT(t->id.canonical));
}

/* The failure that locks the name blocks the account, if that is how. */
static enum err
block(struct ctx *c, const struct attempt *t, struct uid uid)
{
	bool blocks = false;
	enum err e;

	e = attempt_blocks(c, t->counted_for, t->counted, &blocks);
	return e == ERR_OK && blocks && t->known ? account_block(c, uid) : e;
}

/* A wrong one: the same statements for a name that nobody has. */
static enum err
wrong_tx(struct ctx *c, void *arg)
{
	const struct attempt *t = arg;
	struct uid uid = t->known ? t->found.account.uid : nobody;
	enum err e;

	e = limit_settle(c, t->counted_for, t->counted, LIMIT_WRONG);
	if (e == ERR_OK)
		e = store_password_failed(c, uid);
	if (e == ERR_OK)
		e = block(c, t, uid);
	return e != ERR_OK ? e : audit_add(c, "login_refused", uid,
	    t->reason);
}

static enum err
refuse(struct ctx *c, struct attempt *t)
{
	enum err e;

	e = store_tx(c, wrong_tx, t, NULL);
	if (e != ERR_OK)
		return e;
	if (!t->known && c->config->compat_reveal_account_existence)
		return err_set(c, ERR_USER_UNKNOWN, NULL, "unknown");
	return err_set(c, ERR_LOGIN_REFUSED, NULL, "%s", t->reason);
}

/* A first sign-in has nobody to tell. */
enum err
login_tell_of_browser(struct ctx *c, const struct account *a,
    enum session_kind kind, struct str mark)
{
	struct browser b;
	enum err e;

	if (kind != SESSION_PAGE || a->first_login ||
	    (browser_read(c, mark, &b) && uid_eq(b.uid, a->uid) &&
	    b.generation == a->generation))
		return ERR_OK;
	e = account_tell(c, a, "new-browser", STR_NONE);
	return e != ERR_OK ? e : audit_add(c, "new_browser", a->uid, "");
}

static enum err
right_tx(struct ctx *c, void *arg)
{
	struct attempt *t = arg;
	struct gate g = {
		.kind = t->id.kind,
		.verification_url = t->in->verification_url,
		.email_template = t->in->email_template,
		.sms_template = t->in->sms_template,
		.voice = t->in->voice, .prevent_verification_sms =
		    t->in->prevent_verification_sms,
		.session = t->in->session, .method = "password",
		.proof = &t->proof, .resumable = true
	};
	enum err e;

	e = t->key.opened ? limit_clear(c, t->counted_for, t->counted) :
	    limit_settle(c, t->counted_for, t->counted,
	    t->found.failures > 0 ? LIMIT_RIGHT : LIMIT_VOID);
	if (e == ERR_OK && t->found.failures > 0)
		e = store_password_right(c, t->found.account.uid);
	if (e == ERR_OK)
		e = account_from_row(c, &t->found.account, &t->account);
	if (e == ERR_OK)
		e = password_note(c, &t->account, &t->proof);
	if (e != ERR_OK)
		return e;
	t->verdict = login_gate(c, &t->account, &g, &t->tokens);
	if (t->verdict == ERR_OK)
		return login_tell_of_browser(c, &t->account,
		    t->in->session.kind, t->in->browser);
	if (!login_gate_refused(t->verdict))
		return t->verdict;
	return audit_add(c, "login_refused", t->account.uid,
	    err_name(t->verdict));
}

static enum err
right_in_doubt(struct ctx *c, void *arg)
{
	const struct attempt *t = arg;
	struct session s;
	enum err e;

	if (t->verdict != ERR_OK)
		return ERR_NOT_FOUND;	/* saying no twice is saying no */
	e = session_check(c, t->in->session.kind, t->tokens.access_token,
	    &s);
	return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
}

/* Never the sign-in's failure (S-001). */
static void
strengthen(struct ctx *c, const struct attempt *t)
{
	struct err_detail before = c->err;
	char phc[PWHASH_MAX];
	enum err e;

	e = pwhash_make(c, t->password, phc);
	if (e == ERR_OK)
		e = store_password_rehash(c, t->found.account.uid,
		    t->found.phc, str_of(phc));
	if (e != ERR_OK)
		log_write(c, LOG_WARN, "rehash", "failed: %s", err_name(e));
	c->err = before;
}

/* Give a reservation back that was never judged; the first error counts. */
static enum err
give_back(struct ctx *c, const struct attempt *t, enum err e)
{
	struct err_detail why = c->err;

	if (t->key.opened)	/* nothing was reserved */
		return e;
	if (limit_settle(c, t->counted_for, t->counted, LIMIT_VOID) != ERR_OK)
		log_write(c, LOG_WARN, "limit",
		    "an attempt stays reserved until its lease ends");
	c->err = why;
	return e;
}

static enum err
admit(struct ctx *c, struct attempt *t, struct login_result *out)
{
	enum err e;

	t->proof = (struct password_proof){ .named = &t->id,
		.normal = t->password, .phc = t->found.phc,
		.partial = t->hash.partial };
	password_look_up(c, t->found.account.breached_s, &t->proof);
	e = store_tx(c, right_tx, t, right_in_doubt);
	if (e != ERR_OK)
		return give_back(c, t, e);
	if (t->verdict != ERR_OK)
		return t->verdict;
	if (t->hash.weaker)
		strengthen(c, t);
	*out = (struct login_result){
		.tokens = t->tokens, .uid = t->account.uid,
		.profile = profile_json(c, &t->account)
	};
	return ERR_OK;
}

static bool
is_limit(enum err e)
{
	return e == ERR_LOGIN_SUSPENDED || e == ERR_RATE_LIMITED ||
	    e == ERR_LOCKED_CAPTCHA || e == ERR_LOCKED_QUESTION ||
	    e == ERR_ACCOUNT_BLOCKED;
}

static enum err
reserve(struct ctx *c, struct attempt *t)
{
	struct err_detail why;
	enum err e, audited;

	t->key.opened = false;
	e = limit_attempt(c, t->counted_for, t->counted);
	if (e != ERR_OK)
		e = attempt_open(c, &t->id, NULL, &t->key, e);
	if (!is_limit(e))
		return e;
	why = c->err;
	audited = audit_add(c, "login_limited", nobody, err_name(e));
	c->err = why;
	return audited != ERR_OK ? audited : e;
}

/* A mark of another account, or of before a change of the password, is no
 * help: the attempt counts with everybody else's. */
static enum err
confirm_browser(struct ctx *c, struct attempt *t)
{
	const struct store_account *a = &t->found.account;
	enum err e;

	if (!t->marked || (t->known && uid_eq(t->browser.uid, a->uid) &&
	    t->browser.generation == a->generation))
		return ERR_OK;
	t->marked = false;
	e = give_back(c, t, ERR_OK);
	count_by_name(t);
	return e != ERR_OK ? e : reserve(c, t);
}

static enum err
judge(struct ctx *c, struct attempt *t, struct login_result *out)
{
	enum err e;

	e = store_login_find(c, t->id.kind, t->id.canonical, &t->found);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return give_back(c, t, e);
	t->known = e == ERR_OK;
	e = confirm_browser(c, t);
	if (e != ERR_OK)
		return e;
	e = compare(c, t);
	if (e == ERR_MISMATCH)
		return refuse(c, t);
	return e != ERR_OK ? give_back(c, t, e) : admit(c, t, out);
}

enum err
login_by_password(struct ctx *c, const struct login *in,
    struct login_result *out)
{
	struct attempt t = { .in = in, .key = { .answers = in->answers,
		.captcha = in->captcha } };
	struct str base;
	enum err e;

	e = read_identifier(c, &t);
	if (e == ERR_OK)
		e = read_password(c, &t);
	if (e == ERR_OK)
		e = link_base(c, in->verification_url, "/verify", &base);
	if (e == ERR_OK)
		e = attempt_demand(c, &t.key);
	if (e != ERR_OK)
		return e;
	t.marked = browser_read(c, in->browser, &t.browser);
	if (t.marked)
		count_by_browser(c, &t);
	else
		count_by_name(&t);
	e = reserve(c, &t);
	return e != ERR_OK ? e : judge(c, &t, out);
}
