/*
 * Counters that a burst cannot pass.  An attempt is reserved before the
 * secret is compared and settled afterwards; what was reserved by a process
 * that died is free again when its lease is over.  Rows are found by a MAC
 * of what they count, so a dump names nobody, and unknown identifiers count
 * like known ones.
 */
#include "limit.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/rand.h"
#include "crypto/keys.h"
#include "net/sms.h"
#include "store/store_account.h"
#include "store/store_limit.h"

#define WAIT_MS		5000	/* for attempts in flight */
#define NAP_MS		20	/* the first of the waits; each is longer */
#define NAP_MAX_MS	160
#define LEASE_MS	30000	/* more than any judgement of a secret takes */
#define HOUR_S		3600
#define DAY_S		86400

static void
row_id(struct ctx *c, const char *purpose, struct str key,
    unsigned char out[32])
{
	MAC_LASTING(c->keys, KEY_LIMIT, out, str_of(purpose), key);
}

static void
source_id(struct ctx *c, const char *purpose, unsigned char out[32])
{
	struct str network = c->client.network;

	row_id(c, purpose, network.p != NULL ? network : STR(""), out);
}

/* A command of the administrator has no source, and no source's limit. */
static int64_t
source_max(const struct ctx *c)
{
	return str_present(c->client.network) ?
	    c->config->login_max_failures_per_source : INT64_MAX;
}

static int64_t
positive_random(void)
{
	uint64_t n;

	rand_bytes(&n, sizeof(n));
	return (int64_t)(n >> 2) + 1;
}

static enum err
refuse(struct ctx *c, enum err e, int64_t until_s, const char *why)
{
	enum err r;

	r = err_set(c, e, NULL, "%s", why);
	c->err.until_s = until_s;
	return r;
}

enum err
limit_locked(struct ctx *c, int64_t until_s)
{
	struct str lock = c->config->login_lock;

	if (str_eq(lock, STR("captcha")))
		return err_set(c, ERR_LOCKED_CAPTCHA, NULL, "locked");
	if (str_eq(lock, STR("question")))
		return err_set(c, ERR_LOCKED_QUESTION, NULL, "locked");
	if (str_eq(lock, STR("block")))
		return err_set(c, ERR_ACCOUNT_BLOCKED, NULL, "locked");
	return refuse(c, ERR_LOGIN_SUSPENDED, until_s, "suspended");
}

static enum err
reserve(struct ctx *c, struct store_reservation *r, bool *granted)
{
	r->now_ms = clock_now_ms();
	r->now_s = r->now_ms / 1000;
	r->nonce = positive_random();
	r->lease_until_ms = r->now_ms + LEASE_MS;
	r->expires_s = r->now_s + c->config->login_failure_window_s +
	    2 * LEASE_MS / 1000;
	return store_limit_reserve(c, r, granted);
}

/* Why was it not granted?  ERR_OK: only attempts in flight are in the way. */
static enum err
judge_refusal(struct ctx *c, const struct store_reservation *r)
{
	struct store_failure f = { 0 };
	int64_t n, until_s;
	enum err e;

	e = store_meter_state(c, r->source, &n, &until_s);
	if (e != ERR_OK)
		return e;
	if (until_s > r->now_s && n >= r->source_max)
		return refuse(c, ERR_RATE_LIMITED, until_s,
		    "too many failures of this source");
	e = store_limit_state(c, r->id, &f);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	if (f.suspended_until_s > r->now_s)
		return limit_locked(c, f.suspended_until_s);
	/* The setting may have become smaller since the failures. */
	if (f.window_until_s > r->now_s && f.failures >= r->max)
		return limit_locked(c, f.window_until_s);
	return ERR_OK;
}

enum err
limit_attempt(struct ctx *c, const char *purpose, struct str canonical)
{
	struct store_reservation r = { .max = c->config->login_max_failures };
	int64_t deadline_ms = clock_mono_ms() + WAIT_MS, nap_ms = NAP_MS;
	bool granted = false;
	enum err e;

	row_id(c, purpose, canonical, r.id);
	source_id(c, "source", r.source);
	r.source_max = source_max(c);
	for (;;) {
		e = reserve(c, &r, &granted);
		if (e != ERR_OK || granted)
			return e;
		e = judge_refusal(c, &r);
		if (e != ERR_OK)
			return e;
		if (clock_mono_ms() + nap_ms > deadline_ms)
			return err_set(c, ERR_BUSY, NULL,
			    "other attempts are still in flight");
		clock_sleep_ms(nap_ms / 2 + (int64_t)rand_below(
		    (uint32_t)nap_ms));
		nap_ms = nap_ms * 2 > NAP_MAX_MS ? NAP_MAX_MS : nap_ms * 2;
	}
}

/* The failures of this source for this identifier. */
static void
own_id(struct ctx *c, const unsigned char id[32], unsigned char out[32])
{
	struct str network = c->client.network;

	MAC_LASTING(c->keys, KEY_LIMIT, out, STR("own"),
	    (struct str){ (const char *)id, 32 },
	    network.p != NULL ? network : STR(""));
}

/* Counted until the identifier's window ends, so that a success can take
 * these back and no others. */
static enum err
count_own(struct ctx *c, const unsigned char id[32], int64_t now_s,
    int64_t *suspended_until_s_out)
{
	struct store_failure f = { 0 };
	unsigned char own[32];
	enum err e;

	e = store_limit_state(c, id, &f);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	*suspended_until_s_out = f.suspended_until_s;
	own_id(c, id, own);
	return store_meter_add(c, own, now_s, f.window_until_s);
}

/* The source's row first, as in the reservation: one order of locks. */
static enum err
settle_wrong(struct ctx *c, const unsigned char id[32],
    int64_t *suspended_until_s_out)
{
	const struct config *cfg = c->config;
	struct store_wrong w = {
		.now_s = clock_now_s(),
		.max = cfg->login_max_failures,
		.window_s = cfg->login_failure_window_s,
		.suspend_s = cfg->login_suspend_s,
		.suspend_max_s = cfg->login_suspend_max_s
	};
	enum err e;

	e = limit_source_failed(c);
	if (e == ERR_OK)
		e = store_limit_wrong(c, id, &w);
	return e != ERR_OK ? e : count_own(c, id, w.now_s,
	    suspended_until_s_out);
}

/*
 * The name itself remembers until when it is worth a look, whoever has it.
 * That locks failure, identifier and account in this order, others the other
 * way; it happens once a suspension, and whoever loses is repeated.
 */
static enum err
settle_wrong_name(struct ctx *c, const char *purpose, struct str canonical,
    const unsigned char id[32])
{
	int64_t until_s = 0;
	enum err e;

	e = settle_wrong(c, id, &until_s);
	if (e != ERR_OK || until_s <= c->now_s ||
	    !str_eq(str_of(purpose), STR(LIMIT_FOR_LOGIN)))
		return e;
	return store_identifier_locked(c, canonical, until_s);
}

/* Somebody who knows the password may mistype it; who guesses from
 * elsewhere gains nothing by that (S-021). */
static enum err
settle_right(struct ctx *c, const unsigned char id[32])
{
	int64_t now_s = clock_now_s(), n, until_s;
	unsigned char own[32];
	enum err e;

	own_id(c, id, own);
	e = store_meter_state(c, own, &n, &until_s);
	if (e != ERR_OK)
		return e;
	if (until_s <= now_s)
		n = 0;
	e = store_limit_right(c, id, n, now_s);
	return e == ERR_OK && n > 0 ? store_meter_zero(c, own) : e;
}

enum err
limit_settle(struct ctx *c, const char *purpose, struct str canonical,
    enum limit_outcome outcome)
{
	unsigned char id[32];

	row_id(c, purpose, canonical, id);
	switch (outcome) {
	case LIMIT_RIGHT:
		return settle_right(c, id);
	case LIMIT_WRONG:
		return settle_wrong_name(c, purpose, canonical, id);
	default:
		return store_limit_void(c, id);
	}
}

enum err
limit_suspended(struct ctx *c, const char *purpose, struct str canonical,
    int64_t *until_s_out)
{
	struct store_failure f = { 0 };
	unsigned char id[32];
	enum err e;

	row_id(c, purpose, canonical, id);
	e = store_limit_state(c, id, &f);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*until_s_out = f.suspended_until_s > clock_now_s() ?
	    f.suspended_until_s : 0;
	return ERR_OK;
}

enum err
limit_clear(struct ctx *c, const char *purpose, struct str canonical)
{
	unsigned char id[32];

	row_id(c, purpose, canonical, id);
	return store_limit_clear(c, id);
}

static enum err
meter(struct ctx *c, const unsigned char id[32], int64_t max,
    int64_t window_s, bool *passed)
{
	int64_t now_s = clock_now_s();

	return store_meter_pass(c, id, max, now_s, now_s + window_s, passed);
}

static void
meter_id(struct ctx *c, const char *what, struct str key,
    unsigned char out[32])
{
	MAC_LASTING(c->keys, KEY_LIMIT, out, STR("meter"), str_of(what),
	    key.p != NULL ? key : STR(""));
}

enum err
limit_meter_clear(struct ctx *c, const char *what, struct str key)
{
	unsigned char id[32];

	meter_id(c, what, key, id);
	return store_meter_zero(c, id);
}

enum err
limit_meter(struct ctx *c, const char *what, struct str key, int64_t max,
    int64_t window_s)
{
	unsigned char id[32];
	int64_t n, until_s;
	bool passed;
	enum err e;

	meter_id(c, what, key, id);
	e = meter(c, id, max, window_s, &passed);
	if (e != ERR_OK || passed)
		return e;
	e = store_meter_state(c, id, &n, &until_s);
	if (e != ERR_OK)
		return e;
	return refuse(c, ERR_RATE_LIMITED, until_s, what);
}

enum err
limit_meter_full(struct ctx *c, const char *what, struct str key,
    int64_t max, bool *full_out)
{
	unsigned char id[32];
	int64_t n, until_s;
	enum err e;

	meter_id(c, what, key, id);
	e = store_meter_state(c, id, &n, &until_s);
	if (e == ERR_OK)
		*full_out = until_s > clock_now_s() && n >= max;
	return e;
}

static enum err
judge_source(struct ctx *c, int64_t n, int64_t until_s)
{
	if (until_s > clock_now_s() && n >= source_max(c))
		return refuse(c, ERR_RATE_LIMITED, until_s,
		    "too many failures of this source");
	return ERR_OK;
}

enum err
limit_source(struct ctx *c)
{
	unsigned char id[32];
	int64_t n, until_s;
	enum err e;

	source_id(c, "source", id);
	e = store_meter_state(c, id, &n, &until_s);
	return e != ERR_OK ? e : judge_source(c, n, until_s);
}

enum err
limit_source_and_mark(struct ctx *c, const unsigned char mark[32],
    int64_t *uses_out)
{
	unsigned char id[32];
	int64_t n, until_s;
	enum err e;

	source_id(c, "source", id);
	e = store_meter_and_mark(c, id, mark, &n, &until_s, uses_out);
	return e != ERR_OK ? e : judge_source(c, n, until_s);
}

enum err
limit_source_failed(struct ctx *c)
{
	int64_t now_s = clock_now_s();
	unsigned char id[32];

	source_id(c, "source", id);
	return store_meter_add(c, id, now_s,
	    now_s + c->config->login_failure_window_s);
}

#define WINDOWS	3
struct window { struct str what; int64_t max, window_s; };

static void
window_id(struct ctx *c, const char *means, struct str target,
    const struct window *w, unsigned char out[32])
{
	MAC_LASTING(c->keys, KEY_LIMIT, out, str_of(means), w->what, target);
}

/* Nearly always there is room in all of them. */
static enum err
limit_together(struct ctx *c, const char *means, struct str target,
    const struct window w[WINDOWS], bool *passed_out)
{
	struct store_window all[WINDOWS];
	int64_t now_s = clock_now_s();
	size_t i;

	*passed_out = false;
	for (i = 0; i < WINDOWS; i++) {
		if (w[i].window_s == 0)
			return ERR_OK;
		window_id(c, means, target, &w[i], all[i].id);
		all[i].max = w[i].max;
		all[i].until_s = now_s + w[i].window_s;
	}
	return store_meter_pass_all(c, all, now_s, passed_out);
}

/*
 * The shortest window comes first: what it refuses is not counted against
 * the longer ones, so that a stranger's repeats do not use up a day.
 */
static enum err
limit_target(struct ctx *c, const char *means, struct str target,
    const struct window w[WINDOWS], struct str *full_out)
{
	unsigned char id[32];
	bool passed;
	enum err e;
	size_t i;

	*full_out = STR_NONE;
	e = limit_together(c, means, target, w, &passed);
	if (e != ERR_OK || passed)
		return e;
	for (i = 0, passed = true; i < WINDOWS && passed; i++) {
		if (w[i].window_s == 0)
			continue;
		window_id(c, means, target, &w[i], id);
		e = meter(c, id, w[i].max, w[i].window_s, &passed);
		if (e != ERR_OK)
			return e;
		if (!passed)
			*full_out = w[i].what;
	}
	return ERR_OK;
}

enum err
limit_mail_target(struct ctx *c, const char *kind, struct str canonical)
{
	const struct config *cfg = c->config;
	const struct window windows[WINDOWS] = {
		{ str_printf(c->arena, "gap %s", kind), 1, cfg->mail_gap_s },
		{ STR("hour"), cfg->mail_per_hour, HOUR_S },
		{ STR("day"), cfg->mail_per_day, DAY_S }
	};
	struct str full;
	enum err e;

	e = limit_target(c, "mail", canonical, windows, &full);
	if (e != ERR_OK || full.p == NULL)
		return e;
	return err_set(c, ERR_MAIL_LIMIT, NULL, "mails to one address: %.*s",
	    STR_FMT(full));
}

static struct store_window
mail_source(struct ctx *c, int64_t now_s)
{
	struct store_window w = {
		.max = c->config->mail_per_hour_source,
		.until_s = now_s + HOUR_S
	};

	source_id(c, "mail source", w.id);
	return w;
}

/* It stands among the marks, where a SOTT's uses do. */
enum err
limit_mail_source(struct ctx *c)
{
	int64_t now_s = clock_now_s();
	struct store_window w;
	bool passed;
	enum err e;

	if (!str_present(c->client.network))
		return ERR_OK;
	w = mail_source(c, now_s);
	e = store_mark_pass(c, &w, now_s, &passed);
	if (e != ERR_OK || passed)
		return e;
	return err_set(c, ERR_MAIL_LIMIT, NULL, "mails of one source");
}

enum err
limit_mail_source_and_mark(struct ctx *c, const unsigned char mark[32],
    int64_t max, int64_t until_s, bool *passed_out)
{
	struct store_window w[2] = { { .max = 0 }, { .max = max,
		.until_s = until_s } };
	int64_t now_s = clock_now_s();

	*passed_out = false;
	if (!str_present(c->client.network))
		return ERR_OK;
	w[0] = mail_source(c, now_s);
	memcpy(w[1].id, mark, sizeof(w[1].id));
	return store_mark_pass_pair(c, w, now_s, passed_out);
}

enum err
limit_mail(struct ctx *c, const char *kind, struct str canonical)
{
	enum err e;

	e = limit_mail_target(c, kind, canonical);
	return e != ERR_OK ? e : limit_mail_source(c);
}

enum err
limit_sms_ready(struct ctx *c, struct str number, bool voice)
{
	const struct config *cfg = c->config;

	if (str_eq(cfg->sms_provider, STR("off")))
		return err_set(c, ERR_SMS_OFF, NULL, "sms.provider is off");
	if (voice && !cfg->sms_voice)
		return err_set(c, ERR_VOICE_OFF, NULL, "sms.voice is off");
	if (!sms_country_admitted(cfg, number))
		return err_set(c, ERR_SMS_FAILED, NULL,
		    "sms.countries leaves the number's country out");
	return ERR_OK;
}

static enum err
limit_sms_target(struct ctx *c, const char *kind, struct str number,
    struct str *full_out)
{
	const struct config *cfg = c->config;
	const struct window windows[WINDOWS] = {
		{ str_printf(c->arena, "gap %s", kind), 1, cfg->sms_gap_s },
		{ STR("hour"), cfg->sms_per_hour, HOUR_S },
		{ STR("day"), cfg->sms_per_day, DAY_S }
	};

	return limit_target(c, "sms", number, windows, full_out);
}

static enum err
limit_sms_source(struct ctx *c)
{
	unsigned char id[32];
	bool passed;
	enum err e;

	if (!str_present(c->client.network))
		return ERR_OK;
	source_id(c, "sms source", id);
	e = meter(c, id, c->config->sms_per_hour_source, HOUR_S, &passed);
	if (e != ERR_OK || passed)
		return e;
	return err_set(c, ERR_SMS_LIMIT, NULL, "text messages of one source");
}

/* The last of all: one row of the whole site, locked for the shortest time. */
static enum err
limit_sms_site(struct ctx *c)
{
	unsigned char id[32];
	bool passed;
	enum err e;

	row_id(c, "sms site", STR(""), id);
	e = meter(c, id, c->config->sms_site_per_day, DAY_S, &passed);
	if (e != ERR_OK || passed)
		return e;
	return err_set(c, ERR_SMS_QUOTA, NULL, "text messages of the site");
}

enum err
limit_sms_quietly(struct ctx *c, const char *kind, struct str number,
    bool voice, bool *full_out)
{
	struct str full = STR_NONE;
	enum err e;

	e = limit_sms_ready(c, number, voice);
	if (e == ERR_OK)
		e = limit_sms_source(c);
	if (e == ERR_OK)
		e = limit_sms_target(c, kind, number, &full);
	if (e == ERR_OK && full.p == NULL)
		e = limit_sms_site(c);
	*full_out = full.p != NULL;
	return e;
}

enum err
limit_sms(struct ctx *c, const char *kind, struct str number, bool voice)
{
	bool full = false;
	enum err e;

	e = limit_sms_quietly(c, kind, number, voice, &full);
	if (e == ERR_OK && full)
		return err_set(c, ERR_SMS_LIMIT, NULL,
		    "text messages to one number");
	return e;
}
