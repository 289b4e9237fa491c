/*
 * Devices that wait.  A row is found by a MAC of the guid; each of its steps
 * is one conditional statement, so that of many pings one collects, and of
 * two answers the first counts.
 */
#include "device_login.h"

#include "account_internal.h"
#include "audit.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/token.h"
#include "store/store_device.h"
#include "store/store_tx.h"

#define GUID_MIN	16
#define GUID_MAX	128
#define GUID_DIFFERENT	8	/* characters: all random ones have more */
#define PLACE_CHARS	64
#define ADDRESS_MAX	64
#define AGENT_CHARS	512

enum err
device_guid_judge(struct ctx *c, struct str guid)
{
	bool seen[256] = { false };
	size_t different = 0, i;

	if (guid.p == NULL || guid.len < GUID_MIN || guid.len > GUID_MAX)
		return err_set(c, ERR_PARAMETER, "clientguid",
		    "not 16 to 128 characters");
	for (i = 0; i < guid.len; i++) {
		unsigned char ch = (unsigned char)guid.p[i];

		if (ch <= ' ' || ch > '~')
			return err_set(c, ERR_PARAMETER, "clientguid",
			    "not printable");
		different += !seen[ch];
		seen[ch] = true;
	}
	return different >= GUID_DIFFERENT ? ERR_OK : err_set(c,
	    ERR_PARAMETER, "clientguid", "not random");
}

struct str
device_guid_new(struct ctx *c)
{
	unsigned char hash[TOKEN_HASH];

	return token_link(c->arena, hash);
}

/* It may have less than 128 random bits, so a plain hash will not do. */
static void
guid_id(struct ctx *c, struct str guid, unsigned char id_out[32])
{
	MAC_LASTING(c->keys, KEY_CODE, id_out, STR("device"), guid);
}

static bool
ref_id(struct ctx *c, struct str ref, unsigned char id_out[32])
{
	struct str raw;

	if (!hex_decode(c->arena, ref, &raw) || raw.len != 32)
		return false;
	memcpy(id_out, raw.p, 32);
	return true;
}

static struct str
fit(struct str s, size_t max)
{
	if (s.p == NULL || !utf8_valid(s) || utf8_has_control(s))
		return STR("");
	return utf8_cut(s, max);
}

enum err
device_login_start(struct ctx *c, const struct device_start *in,
    struct str *ref_out)
{
	struct store_device d = {
		.family = in->family, .kind = in->kind,
		.remember = in->remember, .uid = in->uid,
		.created_s = c->now_s,
		.expires_s = c->now_s + c->config->lifetime_signin_link_s,
		.network = in->same_network ? c->client.network : STR(""),
		.address = fit(c->client.address, ADDRESS_MAX),
		.user_agent = fit(c->client.user_agent, AGENT_CHARS),
		.city = fit(c->client.city, PLACE_CHARS),
		.country = fit(c->client.country, PLACE_CHARS)
	};
	enum err e = ERR_OK;

	guid_id(c, in->guid, d.id);
	if (in->replaces)
		e = store_device_replace(c, in->family, in->uid);
	if (e == ERR_OK)
		e = store_device_insert(c, &d);
	if (e == ERR_CONFLICT)
		return err_set(c, ERR_GUID_USED, NULL, "guid used before");
	if (e == ERR_OK)
		*ref_out = hex_encode(c->arena, d.id, sizeof(d.id));
	return e;
}

/* Numbers */

static struct str
two_digits(struct ctx *c, unsigned n)
{
	return str_printf(c->arena, "%02u", 10 + n % 90);
}

/*
 * The number and what stands beside it come from the row's name, so that
 * looking at the page again shows the same ones.  They are 30 apart: no two
 * are equal.
 */
static void
put_numbers(struct ctx *c, const unsigned char id[32],
    struct device_request *out)
{
	unsigned char mac[32];
	unsigned first, at, i;

	MAC_LASTING(c->keys, KEY_CODE, mac, STR("device number"),
	    ((struct str){ (const char *)id, 32 }));
	first = (unsigned)mac[0] << 8 | mac[1];
	at = mac[2] % DEVICE_CHOICES;
	out->number = two_digits(c, first);
	for (i = 0; i < DEVICE_CHOICES; i++)
		out->choices[(at + i) % DEVICE_CHOICES] =
		    two_digits(c, first + 30 * i + (i > 0 ? mac[2 + i] % 15 :
		    0));
}

struct str
device_login_number(struct ctx *c, struct str ref)
{
	struct device_request r = { .number = STR("") };
	unsigned char id[32];

	if (ref_id(c, ref, id))
		put_numbers(c, id, &r);
	return r.number;
}

/* The other device */

static enum err
judge_waiting(struct ctx *c, const struct store_device *d)
{
	if (d->state == DEVICE_COLLECTED || d->state == DEVICE_REFUSED ||
	    d->state == DEVICE_REPLACED)
		return err_set(c, ERR_DEVICE_USED, NULL,
		    "collected, refused or replaced");
	if (d->state == DEVICE_APPROVED)
		return err_set(c, ERR_DEVICE_APPROVED, NULL,
		    "approved before");
	if (d->expires_s <= c->now_s)
		return err_set(c, ERR_LINK_EXPIRED, NULL, "over");
	return ERR_OK;
}

static void
give(struct ctx *c, const struct store_device *d, struct device_request *out)
{
	*out = (struct device_request){
		.family = (enum device_family)d->family,
		.created_s = d->created_s, .expires_s = d->expires_s,
		.address = d->address, .user_agent = d->user_agent,
		.city = d->city, .country = d->country,
		.approved = d->state == DEVICE_APPROVED
	};
	put_numbers(c, d->id, out);
}

static enum err
read_ref(struct ctx *c, struct str ref, struct store_device *out)
{
	unsigned char id[32];
	enum err e = ERR_NOT_FOUND;

	if (ref_id(c, ref, id))
		e = store_device_read(c, id, out);
	return e == ERR_NOT_FOUND ? err_set(c, ERR_TICKET_INVALID, NULL,
	    "no such device") : e;
}

enum err
device_login_read(struct ctx *c, struct str ref, struct device_request *out)
{
	struct store_device d;
	enum err e;

	e = read_ref(c, ref, &d);
	if (e == ERR_OK)
		e = judge_waiting(c, &d);
	if (e == ERR_OK)
		give(c, &d, out);
	return e;
}

/* The update decides; what is read after it explains. */
enum err
device_login_approve(struct ctx *c, struct str ref, struct uid uid,
    int64_t generation, const char *method)
{
	struct store_device d;
	unsigned char id[32];
	bool done = false;
	enum err e = ERR_OK;

	if (ref_id(c, ref, id))
		e = store_device_approve(c, id, uid, generation, c->now_s,
		    &done);
	if (e == ERR_OK && done)
		return audit_add(c, "device_approved", uid, method);
	if (e == ERR_OK)
		e = read_ref(c, ref, &d);
	if (e == ERR_OK)
		e = judge_waiting(c, &d);
	return e != ERR_OK ? e : err_set(c, ERR_RETRY, NULL,
	    "the device began to wait meanwhile");
}

enum err
device_login_refuse(struct ctx *c, struct str ref)
{
	unsigned char id[32];
	bool done = false;

	return ref_id(c, ref, id) ? store_device_refuse(c, id, &done) :
	    ERR_OK;
}

/*
 * The device itself: LG25.  One that was replaced hears nothing of it:
 * otherwise two requests would tell whether two names are one account's
 * (S-020).
 */

static enum err
gone(struct ctx *c, const char *why)
{
	return err_set(c, ERR_DEVICE_GONE, NULL, "%s", why);
}

static enum err
find(struct ctx *c, struct str guid, struct store_device *out)
{
	unsigned char id[32];
	enum err e;

	e = device_guid_judge(c, guid);
	if (e != ERR_OK)
		return e;
	guid_id(c, guid, id);
	e = store_device_read(c, id, out);
	if (e == ERR_NOT_FOUND)
		return c->config->smart_login_enabled ||
		    !str_eq(c->config->one_touch_email, STR("off")) ?
		    gone(c, "unknown guid") :
		    err_set(c, ERR_SMART_OFF, NULL, "off");
	if (e == ERR_OK && out->expires_s <= c->now_s)
		return gone(c, "over");
	return e;
}

static enum err
judge_caller(struct ctx *c, const struct device_ping *in,
    const struct store_device *d)
{
	if (d->kind != (int64_t)in->session.kind)
		return gone(c, "it waits for a session of another kind");
	return d->network.len == 0 || str_eq(d->network, c->client.network) ?
	    ERR_OK : gone(c, "asked from another network");
}

/* Too early an answer tells nothing, so that it is no way around. */
static enum err
keep_interval(struct ctx *c, const struct store_device *d)
{
	int64_t gap_s = c->config->smart_login_ping_s;
	bool done = false;
	enum err e;

	e = store_device_ping(c, d->id, c->now_s, gap_s, &done);
	if (e != ERR_OK || done)
		return e;
	c->err.until_s = c->now_s + gap_s;
	return err_set(c, ERR_RATE_LIMITED, NULL, "pinged too early");
}

struct collecting {
	const struct device_ping *in;
	struct store_device device;
	struct account account;
	enum err verdict;		/* of the gate */
	struct session_tokens tokens;
};

static struct gate
gate_of(const struct collecting *k)
{
	struct gate g = {
		.session = k->in->session, .resumable = true,
		.method = k->device.family == DEVICE_SMART ? "smart" :
		    "one-touch"
	};

	g.session.remember = k->device.remember != 0;
	return g;
}

static enum err
collect(struct ctx *c, struct collecting *k)
{
	bool done = false;
	enum err e;

	e = store_device_collect(c, k->device.id, c->now_s, &done);
	if (e == ERR_OK && !done)
		return gone(c, "collected meanwhile");
	return e;
}

/* What the gate refuses is spent: its error carries what goes on. */
static enum err
collect_tx(struct ctx *c, void *arg)
{
	struct collecting *k = arg;
	struct gate g = gate_of(k);
	enum err e;

	k->verdict = ERR_OK;
	e = account_lock(c, k->device.uid, &k->account);
	if (e == ERR_OK)
		e = collect(c, k);
	if (e == ERR_NOT_FOUND || (e == ERR_OK &&
	    k->account.generation != k->device.generation))
		return gone(c, "the account is gone or has changed");
	if (e != ERR_OK)
		return e;
	k->verdict = login_gate(c, &k->account, &g, &k->tokens);
	if (k->verdict == ERR_OK)
		return login_tell_of_browser(c, &k->account,
		    k->in->session.kind, k->in->browser);
	if (!login_gate_refused(k->verdict))
		return k->verdict;
	return audit_add(c, "login_refused", k->account.uid,
	    err_name(k->verdict));
}

static enum err
collect_in_doubt(struct ctx *c, void *arg)
{
	const struct collecting *k = arg;
	struct store_device now;
	struct session s;
	enum err e;

	if (k->verdict == ERR_OK) {
		e = session_check(c, k->in->session.kind,
		    k->tokens.access_token, &s);
		return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
	}
	e = store_device_read(c, k->device.id, &now);
	if (e == ERR_OK && now.state != DEVICE_COLLECTED)
		return ERR_NOT_FOUND;
	return e;
}

static enum err
hand_over(struct ctx *c, struct collecting *k, struct login_result *out)
{
	enum err e;

	e = store_tx(c, collect_tx, k, collect_in_doubt);
	if (e == ERR_OK)
		e = k->verdict;
	if (e == ERR_OK)
		*out = (struct login_result){
			.tokens = k->tokens, .uid = k->account.uid,
			.remember = k->device.remember != 0,
			.profile = profile_json(c, &k->account)
		};
	return e;
}

enum err
device_login_ping(struct ctx *c, const struct device_ping *in,
    struct login_result *out)
{
	struct collecting k = { .in = in };
	enum err e;

	e = find(c, in->guid, &k.device);
	if (e == ERR_OK)
		e = judge_caller(c, in, &k.device);
	if (e == ERR_OK)
		e = keep_interval(c, &k.device);
	if (e != ERR_OK)
		return e;
	switch (k.device.state) {
	case DEVICE_WAITING:
	case DEVICE_REPLACED:
		return err_set(c, ERR_DEVICE_WAITING, NULL,
		    "nobody approved yet");
	case DEVICE_APPROVED:
		return hand_over(c, &k, out);
	default:
		return gone(c, "refused or collected");
	}
}

enum err
device_login_of(struct ctx *c, struct str guid, struct device_request *out)
{
	struct store_device d;
	enum err e;

	e = find(c, guid, &d);
	if (e == ERR_OK && (d.state == DEVICE_REFUSED ||
	    d.state == DEVICE_COLLECTED))
		e = gone(c, "refused or collected");
	if (e == ERR_OK)
		give(c, &d, out);
	return e;
}
