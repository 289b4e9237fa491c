/*
 * PINs: the policy, the first one, and changing it.
 */
#include "pin.h"

#include "account_internal.h"
#include "attempt.h"
#include "audit.h"
#include "base/config.h"
#include "base/log.h"
#include "codec/text.h"
#include "profile_internal.h"
#include "store/store_pin.h"
#include "store/store_tx.h"
#include "ticket.h"

#define PEPPER		"pin"

/* The policy */

static enum err
invalid(struct ctx *c, const char *message)
{
	err_add_field(c, "pin", message);
	return err_set(c, ERR_VALIDATION, "pin", "%s", message);
}

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool
has_only(struct str s, bool letters)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!is_digit(s.p[i]) && !(letters &&
		    ((s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z'))))
			return false;
	return true;
}

/* Does each character follow the one before by step?  After 9 comes 0. */
static bool
is_run(struct str s, int step)
{
	size_t i;
	int from, to;

	for (i = 1; i < s.len; i++) {
		from = (unsigned char)s.p[i - 1];
		to = (unsigned char)s.p[i];
		if (is_digit(s.p[i - 1]) && is_digit(s.p[i])) {
			if ((from - '0' + step + 10) % 10 != to - '0')
				return false;
		} else if (from + step != to) {
			return false;
		}
	}
	return true;
}

/* Of "MM-dd-yyyy", in the orders in which people write it. */
static bool
is_birth_date(struct ctx *c, struct str pin, struct str birth)
{
	static const char *const orders[] = { "mdY", "dmY", "Ymd", "Ydm",
		"mdy", "dmy", "ymd", "md", "dm", "Y", "mY", "Ym" };
	struct buf b;
	const char *o;
	size_t i;

	if (birth.len != 10)
		return false;
	for (i = 0; i < COUNT(orders); i++) {
		buf_init(&b, c->arena, 16);
		for (o = orders[i]; *o != '\0'; o++)
			buf_str(&b, *o == 'm' ? str_sub(birth, 0, 2) :
			    *o == 'd' ? str_sub(birth, 3, 2) :
			    *o == 'Y' ? str_sub(birth, 6, 4) :
			    str_sub(birth, 8, 2));
		if (str_eq(buf_view(&b), pin))
			return true;
	}
	return false;
}

static struct str
birth_of(struct ctx *c, struct str document)
{
	if (!str_present(document))
		return STR_NONE;
	return json_string(json_get(profile_document(c, document),
	    "BirthDate"));
}

static enum err
judge_length(struct ctx *c, struct str pin)
{
	const struct config *cfg = c->config;
	struct str why;

	if ((int64_t)pin.len >= cfg->pin_min_length &&
	    (int64_t)pin.len <= cfg->pin_max_length)
		return ERR_OK;
	why = str_printf(c->arena, "must have %d to %d characters",
	    (int)cfg->pin_min_length, (int)cfg->pin_max_length);
	return invalid(c, why.p);
}

enum err
pin_judge(struct ctx *c, const struct secret *typed, struct str document,
    struct str *out)
{
	struct str pin = secret_view(typed);
	enum err e;

	if (!secret_present(typed) || pin.len == 0)
		return err_set(c, ERR_PIN_MISSING, "pin", "none");
	if (!has_only(pin, c->config->pin_alphanumeric))
		return invalid(c, c->config->pin_alphanumeric ?
		    "may hold letters and digits only" :
		    "may hold digits only");
	e = judge_length(c, pin);
	if (e != ERR_OK)
		return e;
	if (is_run(pin, 0) || is_run(pin, 1) || is_run(pin, -1))
		return invalid(c, "is too easy to guess");
	if (is_birth_date(c, pin, birth_of(c, document)))
		return invalid(c, "may not be the birth date");
	*out = pin;
	return ERR_OK;
}

enum err
pin_hash(struct ctx *c, struct str pin, char out[PEPPERED_MAX])
{
	return peppered_make(c, PEPPER, pin, out);
}

enum err
pin_verify(struct ctx *c, struct uid uid, struct str phc,
    const struct secret *typed)
{
	enum err e;

	e = peppered_verify(c, PEPPER, phc.p, secret_view(typed));
	if (e != ERR_MALFORMED)
		return e;
	log_write(c, LOG_ERROR, "pin_hash",
	    "the stored PIN of account %.*s cannot be read",
	    STR_FMT(uid_hex(c->arena, uid)));
	return ERR_MISMATCH;
}

/* PINInfo */

static enum err
wrong_type(struct ctx *c, const char *name)
{
	return err_set(c, ERR_BODY_SHAPE, name, "%s has the wrong type", name);
}

static enum err
read_members(struct ctx *c, const struct json *object, struct pin_info *out)
{
	const struct json *pin, *skipped;
	struct str s;
	enum err e;

	e = profile_find(c, object, "PIN", &pin);
	if (e == ERR_OK)
		e = profile_find(c, object, "Skipped", &skipped);
	if (e != ERR_OK)
		return e;
	if (json_type(pin) != JSON_NULL && json_type(pin) != JSON_STRING)
		return wrong_type(c, "PIN");
	if (json_type(skipped) != JSON_NULL &&
	    json_type(skipped) != JSON_BOOL)
		return wrong_type(c, "Skipped");
	s = json_string(pin);
	if (str_present(s))
		out->pin = secret_copy(c->arena, s.p, s.len);
	out->skipped |= json_bool(skipped);
	return ERR_OK;
}

enum err
pin_info_read(struct ctx *c, const struct json *body, bool top_level,
    struct pin_info *out)
{
	const struct json *info;
	enum err e;

	*out = (struct pin_info){ .skipped = false };
	if (body == NULL)
		return ERR_OK;
	e = profile_find(c, body, "PINInfo", &info);
	if (e == ERR_OK && json_type(info) == JSON_OBJECT)
		e = read_members(c, info, out);
	else if (e == ERR_OK && json_type(info) != JSON_NULL)
		e = wrong_type(c, "PINInfo");
	if (e == ERR_OK && top_level && !secret_present(&out->pin))
		e = read_members(c, body, out);
	return e;
}

/* The first one */

enum err
pin_tell(struct ctx *c, const struct account *a)
{
	return account_tell(c, a, "pin-changed", STR_NONE);
}

enum err
pin_set_first(struct ctx *c, struct account *a, const char *phc,
    bool *set_out)
{
	enum err e;

	*set_out = false;
	if (a->pin_changed_s != 0)
		return ERR_OK;
	e = store_pin_add(c, a->uid, str_of(phc), c->now_s);
	if (e == ERR_OK)
		e = store_pin_note(c, a->uid, c->now_s, 0, c->now_s);
	if (e == ERR_OK)
		e = ticket_void(c, TICKET_PIN, a->uid);
	if (e == ERR_OK)
		e = audit_add(c, "pin_set", a->uid, "");
	if (e != ERR_OK)
		return e;
	a->pin_changed_s = a->modified_s = c->now_s;
	a->pin_skipped_s = 0;
	*set_out = true;
	return ERR_OK;
}

enum err
pin_skip(struct ctx *c, struct account *a)
{
	enum err e;

	if (c->config->pin_required || a->pin_changed_s != 0 ||
	    a->pin_skipped_s != 0)
		return ERR_OK;
	e = store_pin_note(c, a->uid, 0, c->now_s, c->now_s);
	if (e == ERR_OK)
		e = audit_add(c, "pin_skipped", a->uid, "");
	if (e == ERR_OK)
		a->pin_skipped_s = a->modified_s = c->now_s;
	return e;
}

static enum err
judge_on(struct ctx *c)
{
	return c->config->pin_enabled ? ERR_OK : err_set(c, ERR_PIN_OFF,
	    NULL, "off");
}

/* Whose change was it?  A hash has a salt of its own. */
static enum err
is_stored(struct ctx *c, struct uid uid, const char *phc)
{
	struct store_pin now;
	enum err e;

	e = store_pin_get(c, uid, &now);
	if (e != ERR_OK)
		return e;
	return str_eq(now.phc, str_of(phc)) ?	/* not secret: both stored */
	    ERR_OK : ERR_NOT_FOUND;
}

struct own_pin {
	struct uid uid;
	char phc[PEPPERED_MAX];
};

static enum err
set_own_tx(struct ctx *c, void *arg)
{
	const struct own_pin *s = arg;
	struct account a;
	bool set;
	enum err e;

	e = account_lock(c, s->uid, &a);
	if (e == ERR_OK)
		e = pin_set_first(c, &a, s->phc, &set);
	if (e == ERR_OK && !set)
		return err_set(c, ERR_OLD_PIN, "pin", "there is one");
	return e != ERR_OK ? e : pin_tell(c, &a);
}

static enum err
set_own_in_doubt(struct ctx *c, void *arg)
{
	const struct own_pin *s = arg;

	return is_stored(c, s->uid, s->phc);
}

enum err
pin_set_own(struct ctx *c, struct uid uid, const struct secret *typed)
{
	struct own_pin s = { .uid = uid };
	struct account a;
	struct str pin;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = account_get(c, uid, &a);
	if (e == ERR_OK)
		e = pin_judge(c, typed, a.profile, &pin);
	if (e == ERR_OK)
		e = pin_hash(c, pin, s.phc);
	return e != ERR_OK ? e : store_tx(c, set_own_tx, &s,
	    set_own_in_doubt);
}

/* Change: I2 */

struct change {
	const struct session *session;
	struct account account;
	struct store_pin old;
	char phc[PEPPERED_MAX];
};

/* ERR_OK: right.  ERR_MISMATCH: wrong, or past the last try. */
static enum err
compare_old(struct ctx *c, const struct change *g,
    const struct secret *typed)
{
	struct uid uid = g->account.uid;
	bool counted = false;
	enum err e;

	e = store_pin_try(c, uid, PIN_TRIES, &counted);
	if (e != ERR_OK)
		return e;
	if (!counted)
		return ERR_MISMATCH;
	e = pin_verify(c, uid, g->old.phc, typed);
	if (e != ERR_OK && e != ERR_MISMATCH &&
	    store_pin_untry(c, uid) != ERR_OK)
		log_write(c, LOG_WARN, "pin", "a try stays counted");
	return e;
}

static enum err
prove_old(struct ctx *c, const struct change *g, struct attempt_secret *old)
{
	const struct secret *typed = &old->typed;
	const struct account *a = &g->account;
	enum err e;

	if (!secret_present(typed) || typed->len == 0)
		return err_set(c, ERR_PIN_MISSING, "oldpin", "none");
	e = attempt_begin(c, a, &old->key);
	if (e != ERR_OK)
		return e;
	e = compare_old(c, g, typed);
	if (e == ERR_OK)
		return attempt_right(c, a, &old->key);
	if (e != ERR_MISMATCH)
		return attempt_void(c, a, &old->key, e);
	return attempt_wrong(c, a, "pin_refused", err_set(c, ERR_OLD_PIN,
	    "oldpin", "wrong PIN"));
}

/* The old one must still be what was proven. */
static enum err
change_tx(struct ctx *c, void *arg)
{
	struct change *g = arg;
	struct account *a = &g->account;
	enum err e;

	e = account_lock(c, g->session->uid, a);
	if (e == ERR_OK)
		e = store_pin_change(c, a->uid, g->old.phc, str_of(g->phc),
		    c->now_s);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_OLD_PIN, "oldpin",
		    "the PIN changed meanwhile");
	if (e == ERR_OK)
		e = store_pin_note(c, a->uid, c->now_s, 0, c->now_s);
	if (e == ERR_OK)
		e = session_end_others(c, g->session);
	if (e == ERR_OK)
		e = ticket_void(c, TICKET_RESET_PIN, a->uid);
	if (e == ERR_OK)
		e = ticket_void(c, TICKET_RESET_PIN_PHONE, a->uid);
	if (e == ERR_OK)
		e = pin_tell(c, a);
	return e != ERR_OK ? e : audit_add(c, "pin_changed", a->uid, "");
}

static enum err
change_in_doubt(struct ctx *c, void *arg)
{
	const struct change *g = arg;

	return is_stored(c, g->session->uid, g->phc);
}

enum err
pin_change(struct ctx *c, const struct session *s,
    struct attempt_secret *old, const struct secret *new_typed)
{
	struct change g = { .session = s };
	struct str pin;
	enum err e;

	e = judge_on(c);
	if (e == ERR_OK)
		e = account_get(c, s->uid, &g.account);
	if (e == ERR_OK)
		e = store_pin_get(c, s->uid, &g.old);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_PIN_NONE, NULL, "none to change");
	if (e == ERR_OK)
		e = pin_judge(c, new_typed, g.account.profile, &pin);
	if (e == ERR_OK)
		e = prove_old(c, &g, old);
	if (e == ERR_OK)
		e = pin_hash(c, pin, g.phc);
	return e != ERR_OK ? e : store_tx(c, change_tx, &g, change_in_doubt);
}
