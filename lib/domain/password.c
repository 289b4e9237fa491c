/*
 * Passwords: what a new one must be, and the ways to a new one.
 */
#include "password.h"

#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "codec/identifier.h"
#include "codec/text.h"
#include "breach.h"
#include "common_passwords.h"
#include "crypto/pwhash.h"
#include "dictionary.h"
#include "limit.h"
#include "login.h"
#include "password_rules.h"
#include "store/store_account.h"
#include "store/store_password.h"
#include "store/store_tx.h"
#include "ticket.h"

#define WORD_CHARS	4	/* shorter words may stand in a password */
#define HISTORY_MAX	24

/* The policy */

static enum err
invalid(struct ctx *c, const char *message)
{
	err_add_field(c, "password", message);
	return err_set(c, ERR_VALIDATION, "password", "%s", message);
}

static enum err
judge_form(struct ctx *c, const struct password_policy *p, struct str typed,
    struct str *normal_out)
{
	struct str normal;
	enum err e;

	e = password_normalise(c->arena, typed, &normal);
	if (e == ERR_TOO_LONG)
		return invalid(c, str_printf(c->arena,
		    "Use at most %lld characters.",
		    (long long)p->rules.max_length).p);
	if (e != ERR_OK)
		return invalid(c, "Control characters cannot be used.");
	if (!password_rules_judge(c, p, normal))
		return err_set(c, ERR_VALIDATION, "password",
		    "against the rules");
	*normal_out = normal;
	return ERR_OK;
}

static bool
is_word_byte(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ||
	    (unsigned char)ch >= 0x80;
}

/* Of a folded text: letters and digits alone. */
static struct str
squeeze(struct ctx *c, struct str folded)
{
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, folded.len + 1);
	for (i = 0; i < folded.len; i++)
		if (is_word_byte(folded.p[i]))
			buf_char(&b, folded.p[i]);
	return buf_view(&b);
}

/* Is word in s, with no letter or digit on either side of it? */
static bool
holds_word(struct str s, struct str word)
{
	size_t i, end;

	for (i = 0; i + word.len <= s.len; i++) {
		end = i + word.len;
		if (str_eq(str_sub(s, i, word.len), word) &&
		    (i == 0 || !is_word_byte(s.p[i - 1])) &&
		    (end == s.len || !is_word_byte(s.p[end])))
			return true;
	}
	return false;
}

struct candidate {
	struct str folded, squeezed;
};

static bool
is_made_of(struct ctx *c, const struct candidate *p, struct str word)
{
	struct str folded, local, rest;

	if (word.p == NULL || !utf8_valid(word) ||
	    utf8_length(word) < WORD_CHARS)
		return false;
	folded = text_fold(c->arena, word);
	if (str_eq(p->folded, folded) ||
	    (p->squeezed.len > 0 &&
	    str_eq(p->squeezed, squeeze(c, folded))))
		return true;
	if (!str_has(folded, '@'))
		return false;
	rest = folded;
	return str_split(&rest, '@', &local) &&
	    utf8_length(local) >= WORD_CHARS && holds_word(p->folded, local);
}

static bool
is_site_word(struct ctx *c, const struct candidate *p)
{
	const struct config *cfg = c->config;
	size_t i;

	for (i = 0; i < cfg->site_words.n; i++)
		if (is_made_of(c, p, cfg->site_words.items[i]))
			return true;
	return is_made_of(c, p, cfg->site_name);
}

static enum err
judge_strength(struct ctx *c, const struct password_policy *policy,
    struct str normal, const struct str *words, size_t n_words)
{
	struct candidate p = { .folded = text_fold(c->arena, normal) };
	size_t i;

	p.squeezed = squeeze(c, p.folded);
	if (password_is_common(p.folded))
		return err_set(c, ERR_PASSWORD_WEAK, "password",
		    "a common password");
	if (policy->dictionary && dictionary_has(c, p.folded))
		return err_set(c, ERR_PASSWORD_WEAK, "password",
		    "in the dictionary");
	if (is_site_word(c, &p))
		return err_set(c, ERR_PASSWORD_WEAK, "password",
		    "a word of the site");
	for (i = 0; i < n_words; i++)
		if (is_made_of(c, &p, words[i]))
			return err_set(c, ERR_PASSWORD_WEAK, "password",
			    "a word of the account");
	return ERR_OK;
}

enum err
password_judge(struct ctx *c, const struct secret *typed,
    const struct str *words, size_t n_words, struct str *normal_out)
{
	struct password_policy p;
	struct str normal;
	enum err e;

	if (!secret_present(typed) || typed->len == 0)
		return err_set(c, ERR_PASSWORD_MISSING, "password", "none");
	e = password_policy_read(c, &p);
	if (e == ERR_OK)
		e = judge_form(c, &p, secret_view(typed), &normal);
	if (e == ERR_OK)
		e = judge_strength(c, &p, normal, words, n_words);
	if (e == ERR_OK)
		*normal_out = normal;
	return e;
}

/* A hash that cannot be read is nobody's password. */
static enum err
is_other(struct ctx *c, struct str phc, struct str normal)
{
	bool weaker;
	enum err e;

	e = pwhash_verify(c, phc.p, normal, &weaker);
	if (e == ERR_OK)
		return err_set(c, ERR_PASSWORD_REUSED, "password",
		    "used before");
	return e == ERR_MISMATCH || e == ERR_MALFORMED ? ERR_OK : e;
}

static size_t
history_length(const struct ctx *c)
{
	int64_t n = password_policy_history(c);

	return n < HISTORY_MAX ? (size_t)n : HISTORY_MAX;
}

/* ERR_PASSWORD_REUSED when it equals the present or a remembered one. */
static enum err
judge_history(struct ctx *c, struct uid uid, struct str normal)
{
	struct store_old_password *old;
	struct store_password now;
	size_t n = 0, i;
	enum err e;

	e = store_password_get(c, uid, &now);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK)
		e = is_other(c, now.phc, normal);
	if (e == ERR_OK)
		e = store_password_history(c, uid, history_length(c), &old,
		    &n);
	for (i = 0; i < n && e == ERR_OK; i++)
		e = is_other(c, old[i].phc, normal);
	return e;
}

enum err
password_judge_new(struct ctx *c, const struct uid *owner,
    const struct secret *typed, const struct str *words, size_t n_words,
    struct str *normal_out)
{
	struct str normal;
	enum err e;

	e = password_judge(c, typed, words, n_words, &normal);
	if (e == ERR_OK && owner != NULL)
		e = judge_history(c, *owner, normal);
	if (e == ERR_OK && breach_has(c, normal))
		e = err_set(c, ERR_PASSWORD_BREACHED, "password",
		    "known from a breach");
	if (e == ERR_OK)
		*normal_out = normal;
	return e;
}

bool
password_complies(struct ctx *c, struct str normal, const struct str *words,
    size_t n_words)
{
	struct err_detail before = c->err;
	struct password_policy p;
	struct str again;
	enum err e;

	c->err = (struct err_detail){ .code = ERR_OK };
	e = password_policy_read(c, &p);
	if (e == ERR_OK)
		e = judge_form(c, &p, normal, &again);
	if (e == ERR_OK)
		e = judge_strength(c, &p, again, words, n_words);
	c->err = before;
	return e == ERR_OK;
}

/* Storing */

/* The present one becomes the newest of those before; what is beyond the
 * setting goes. */
static enum err
retire(struct ctx *c, struct uid uid, struct str phc)
{
	size_t keep = history_length(c), n = 0;
	struct store_old_password *old;
	int64_t at_ms = c->now_ms, from_ms;
	enum err e;

	e = store_password_history(c, uid, HISTORY_MAX, &old, &n);
	if (e != ERR_OK)
		return e;
	if (n > 0 && old[0].retired_ms >= at_ms)
		at_ms = old[0].retired_ms + 1;
	from_ms = keep == 0 ? at_ms + 1 : at_ms;
	if (keep > 1 && n > 0)
		from_ms = old[(n < keep - 1 ? n : keep - 1) - 1].retired_ms;
	if (keep > 0)
		e = store_password_history_add(c, uid, at_ms, phc);
	if (e == ERR_OK && (n > 0 || keep == 0))
		e = store_password_history_prune(c, uid, from_ms);
	return e;
}

enum err
password_store(struct ctx *c, struct uid uid, const char *phc)
{
	struct store_password now;
	enum err e;

	e = store_password_lock(c, uid, &now);
	if (e == ERR_OK)
		e = retire(c, uid, now.phc);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = store_password_set(c, uid, str_of(phc), c->now_s, PASSWORD_GOOD);
	return e != ERR_OK ? e : store_account_touch(c, uid, c->now_s);
}

/* Change: W10 */

struct change {
	const struct session *session;
	struct store_password old;
	char phc[PWHASH_MAX];
	struct session_tokens rotated;
};

static enum err
verify_old(struct ctx *c, const struct store_password *p,
    const struct secret *typed)
{
	struct pwhash_verdict v;
	enum err e;

	e = pwhash_verify_typed(c, p->phc.p, secret_view(typed), &v);
	return e == ERR_OK && p->failures >= LOGIN_CONSECUTIVE_MAX ?
	    ERR_MISMATCH : e;
}

/* Also counted in a row: the ceiling of sign-in is for all that guess. */
static enum err
wrong_tx(struct ctx *c, void *arg)
{
	const struct account *a = arg;
	enum err e;

	e = attempt_failed(c, a);
	if (e == ERR_OK)
		e = store_password_failed(c, a->uid);
	return e != ERR_OK ? e : audit_add(c, "password_change_refused",
	    a->uid, "wrong password");
}

/* Counted before anything is compared, like a sign-in. */
static enum err
prove_old(struct ctx *c, struct account *a, const struct change *g,
    struct attempt_secret *old)
{
	struct attempt_key *key = &old->key;
	enum err e;

	e = attempt_begin(c, a, key);
	if (e != ERR_OK)
		return e;
	e = verify_old(c, &g->old, &old->typed);
	if (e == ERR_MALFORMED)
		log_write(c, LOG_ERROR, "password_hash",
		    "the stored hash of account %.*s cannot be read",
		    STR_FMT(uid_hex(c->arena, a->uid)));
	if (e == ERR_OK)
		return attempt_right(c, a, key);
	if (e != ERR_MISMATCH && e != ERR_MALFORMED)
		return attempt_void(c, a, key, e);
	e = store_tx(c, wrong_tx, a, NULL);
	return e != ERR_OK ? e : err_set(c, ERR_OLD_PASSWORD, "oldpassword",
	    "wrong password");
}

/* Its own goes on, as one that proved who it is just now. */
static enum err
end_others(struct ctx *c, struct change *g)
{
	struct session own = *g->session;
	enum err e = ERR_OK;

	own.auth_s = c->now_s;
	if (!c->config->compat_keep_sessions_on_change)
		e = session_end_all(c, own.uid, &own, &g->rotated);
	if (e == ERR_OK)
		e = ticket_void_all(c, g->session->uid);
	return e;
}

/* The old one must still be what was proven. */
static enum err
change_tx(struct ctx *c, void *arg)
{
	struct change *g = arg;
	struct store_password now;
	struct account a;
	enum err e;

	e = account_lock(c, g->session->uid, &a);
	if (e == ERR_OK)
		e = store_password_lock(c, a.uid, &now);
	if (e == ERR_OK &&
	    !str_eq(now.phc, g->old.phc))	/* not secret: both stored */
		e = ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_OLD_PASSWORD, "oldpassword",
		    "the password changed meanwhile");
	if (e == ERR_OK)
		e = password_store(c, a.uid, g->phc);
	if (e == ERR_OK)
		e = end_others(c, g);
	if (e == ERR_OK)
		e = account_tell(c, &a, "password-changed", STR_NONE);
	return e != ERR_OK ? e : audit_add(c, "password_changed", a.uid, "");
}

/* A hash has a salt of its own, so that it tells whose change it was. */
static enum err
change_in_doubt(struct ctx *c, void *arg)
{
	const struct change *g = arg;
	struct store_password now;
	enum err e;

	e = store_password_get(c, g->session->uid, &now);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_UNAVAILABLE : e;
	return str_eq(now.phc, str_of(g->phc)) ?	/* not secret: stored */
	    ERR_OK : ERR_NOT_FOUND;
}

static enum err
judge_new(struct ctx *c, const struct account *a,
    const struct secret *typed, struct str *normal_out)
{
	struct str words[ACCOUNT_WORDS];
	size_t n = account_words(c, a, words);

	return password_judge_new(c, &a->uid, typed, words, n, normal_out);
}

enum err
password_change(struct ctx *c, const struct session *s,
    struct attempt_secret *old, const struct secret *new_typed,
    struct session_tokens *rotated_out)
{
	struct change g = { .session = s };
	struct account a;
	struct str normal;
	enum err e;

	e = account_get(c, s->uid, &a);
	if (e == ERR_OK)
		e = store_password_get(c, s->uid, &g.old);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_NO_PASSWORD, NULL, "none to change");
	if (e == ERR_OK)
		e = prove_old(c, &a, &g, old);
	if (e == ERR_OK)
		e = judge_new(c, &a, new_typed, &normal);
	if (e == ERR_OK)
		e = pwhash_make(c, normal, g.phc);
	if (e == ERR_OK)
		e = store_tx(c, change_tx, &g, change_in_doubt);
	if (e == ERR_OK && rotated_out != NULL &&
	    g.rotated.access_token.p != NULL)
		*rotated_out = g.rotated;
	return e;
}

bool
session_is_fresh(const struct ctx *c, const struct session *s)
{
	return s->auth_s + SESSION_FRESH_S > c->now_s;
}

enum err
password_confirm(struct ctx *c, const struct session *s,
    struct attempt_secret *old)
{
	struct change g = { .session = s };
	struct account a;
	enum err e;

	if (session_is_fresh(c, s))
		return ERR_OK;
	e = account_get(c, s->uid, &a);
	if (e == ERR_OK)
		e = store_password_get(c, s->uid, &g.old);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_NO_PASSWORD, NULL, "none to ask for");
	return e != ERR_OK ? e : prove_old(c, &a, &g, old);
}
