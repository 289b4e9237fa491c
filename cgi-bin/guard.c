#include "guard.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "domain/signature.h"
#include "page.h"
#include "request.h"
#include "route.h"
#include "router.h"
#include "source.h"

#define BUCKETS		1024	/* sources with one hash share a bucket */
#define BURST_S		2	/* seconds' worth that may come at once */

struct bucket {
	uint32_t source;
	int64_t filled_ms;
	int64_t milli;		/* thousandths of a call that are left */
};

enum err
guard_rate(struct ctx *c, int64_t mono_ms)
{
	static struct bucket buckets[BUCKETS];
	int64_t rate = c->config->limits_requests_per_s;
	int64_t full = rate * BURST_S * 1000, gain;
	uint32_t source = str_hash(c->client.network);
	struct bucket *b = &buckets[source % BUCKETS];

	if (b->source != source || b->filled_ms == 0)
		*b = (struct bucket){ source, mono_ms, full };
	gain = mono_ms - b->filled_ms < BURST_S * 1000 ?
	    (mono_ms - b->filled_ms) * rate : full;
	b->milli = b->milli + gain < full ? b->milli + gain : full;
	b->filled_ms = mono_ms;
	if (b->milli < 1000)
		return err_set(c, ERR_RATE_LIMITED, NULL, "source too fast");
	b->milli -= 1000;
	return ERR_OK;
}

/* The host of the site's address; ports that go without saying may be said. */
static bool
is_site_host(const struct config *cfg, struct str host)
{
	struct str want = cfg->site_origin, port;

	want = str_sub(want, cfg->site_https ? 8 : 7, SIZE_MAX);
	if (str_ieq(host, want))
		return true;
	port = cfg->site_https ? STR(":443") : STR(":80");
	return str_ends(host, port) &&
	    str_ieq(str_sub(host, 0, host.len - port.len), want);
}

bool
guard_is_site(const struct http *h)
{
	return is_site_host(h->ctx->config, h->host);
}

static enum err
check_channel(struct http *h)
{
	struct ctx *c = h->ctx;

	if ((h->route->need & IS_PAGE) != 0)
		return is_site_host(c->config, h->host) ? ERR_OK :
		    err_set(c, ERR_MISDIRECTED, NULL, "host %.*s",
		    STR_FMT(h->host));
	if (!h->https && !c->config->site_loopback &&
	    (h->route->need & ANY_SCHEME) == 0)
		return err_set(c, ERR_PLAIN_HTTP, NULL,
		    "no HTTPS seen, nor a trusted proxy that says so");
	return ERR_OK;
}

static enum err
check_size(const struct http *h)
{
	size_t max = h->route->body_max > 0 ? h->route->body_max : LIMIT_BODY;

	return h->route->method != GET && h->body_announced > (int64_t)max ?
	    ERR_BODY_TOO_LARGE : ERR_OK;
}

static struct str
credential(const struct http *h, const char *const *headers,
    const char *const *names)
{
	struct str s = STR_NONE;

	for (; s.p == NULL && *headers != NULL; headers++)
		s = http_header(h, *headers);
	for (; s.p == NULL && names != NULL && *names != NULL; names++)
		s = http_query(h, *names);
	return str_trim(s);
}

static bool
same_guid(struct ctx *c, struct str a, struct str b)
{
	a = str_lower(c->arena, a);
	b = str_lower(c->arena, b);
	return str_present(b) && secret_equal(a.p, a.len, b.p, b.len);
}

static enum err
check_key(struct http *h)
{
	static const char *const headers[] = { "x-doorward-apikey",
		"x-loginradius-apikey", NULL };
	static const char *const names[] = { "apikey", "key", "client_id",
		NULL };
	struct ctx *c = h->ctx;
	struct str key = credential(h, headers, names);

	if (!str_present(key))
		return ERR_KEY_MISSING;
	if (!guid_valid(key))
		return ERR_KEY_MALFORMED;
	if (!same_guid(c, key, c->config->api_key))
		return ERR_KEY_REFUSED;
	return c->config->api_enabled ? ERR_OK :
	    err_set(c, ERR_KEY_REFUSED, NULL, "api.enabled is off");
}

static bool
is_caller(const struct http *h)
{
	const struct ctx *c = h->ctx;
	struct source s;

	return c->config->api_allowed_ips.n == 0 ||
	    (source_parse(c->client.address, &s) &&
	    source_listed(&c->config->api_allowed_ips, &s));
}

static const char *const *
secret_names(const struct http *h)
{
	static const char *const names[] = { "apisecret", "secret", NULL };
	struct str where = h->ctx->config->compat_secret_in_query;

	if (str_eq(where, STR("all")) || (str_eq(where, STR("api_v2")) &&
	    str_istarts(h->path, STR("/api/v2/access_token"))))
		return names;
	return NULL;
}

/* A secret that a browser sends has been given away already (S-043). */
static bool
is_from_browser(const struct http *h)
{
	return http_header(h, "origin").p != NULL ||
	    str_ieq(http_header(h, "sec-fetch-site"), STR("cross-site"));
}

static bool
is_secret(struct http *h, struct str given)
{
	const struct config *cfg = h->ctx->config;
	bool now, before;

	now = same_guid(h->ctx, given, secret_view(&cfg->api_secret));
	before = same_guid(h->ctx, given,
	    secret_view(&cfg->api_previous_secret));
	h->has_primary = now;
	return now || before;
}

static struct str
given_secret(const struct http *h)
{
	static const char *const headers[] = { "x-doorward-apisecret",
		"x-loginradius-apisecret", NULL };

	return credential(h, headers, secret_names(h));
}

/*
 * Any call may carry the secret: a back end that speaks for its visitors is
 * then counted by them, not as one flood.  A wrong one is judged later, and
 * only where it is needed.
 */
static void
recognise_secret(struct http *h)
{
	struct str given = given_secret(h);

	if (!guid_valid(given) || is_from_browser(h) ||
	    !is_secret(h, given) || !is_caller(h))
		return;
	h->has_secret = true;
	request_client(h);
}

static bool
signature_is(const struct http *h, const char *mode)
{
	return str_eq(h->ctx->config->api_signature, str_of(mode));
}

/* Is the call one that its signature is to admit? */
static bool
is_signed(const struct http *h)
{
	return (h->route->need & NEED_SECRET) != 0 &&
	    (signature_is(h, "strict") || (signature_is(h, "preferred") &&
	    http_header(h, "digest").p != NULL));
}

static enum err
check_secret(struct http *h)
{
	struct str given = given_secret(h);

	/* Whoever has the secret was looked at before he named a visitor. */
	if (!h->has_secret && !is_caller(h))
		return err_set(h->ctx, ERR_CALLER_REFUSED, NULL,
		    "not in api.allowed_ips");
	if (is_signed(h))
		return signature_judge_time(h->ctx,
		    http_header(h, "x-request-expires"),
		    http_header(h, "digest"));
	if (h->has_secret)
		return ERR_OK;
	if (!str_present(given))
		return signature_is(h, "preferred") ? ERR_SIGNATURE_OR_SECRET :
		    ERR_SECRET_MISSING;
	if (is_from_browser(h))
		return err_set(h->ctx, ERR_SECRET_NOT_PERMITTED, NULL,
		    "secret sent by a browser");
	return guid_valid(given) ? ERR_SECRET_REFUSED : ERR_SECRET_MALFORMED;
}

enum err
guard_caller(struct http *h)
{
	unsigned need = h->route->need;
	enum err e;

	e = check_channel(h);
	if (e == ERR_OK)
		e = check_size(h);
	if (e == ERR_OK && (need & (NEED_KEY | NEED_SECRET)) != 0)
		recognise_secret(h);
	if (e == ERR_OK)
		e = guard_rate(h->ctx, clock_mono_ms());
	if (e == ERR_OK && (need & NEED_KEY) != 0)
		e = check_key(h);
	if (e == ERR_OK && (need & NEED_SECRET) != 0)
		e = check_secret(h);
	return e;
}

enum err
guard_signature(struct http *h)
{
	struct ctx *c = h->ctx;
	struct signature s;
	enum err e;

	if (!is_signed(h))
		return ERR_OK;
	s = (struct signature){
		.expires = http_header(h, "x-request-expires"),
		.digest = http_header(h, "digest"),
		.url = str_printf(c->arena, "%.*s%.*s",
		    STR_FMT(c->config->site_origin), STR_FMT(h->target)),
		.body = h->body, .method = route_method(h->route->method),
		.writes = h->route->method != GET ||
		    (h->route->need & NEED_ACTION) != 0
	};
	e = signature_check(c, &s, &h->has_primary);
	if (e != ERR_OK)
		return e;
	h->has_secret = true;
	request_client(h);
	return ERR_OK;
}

struct str
guard_bearer(const struct http *h)
{
	struct str s = http_header(h, "authorization");

	if (!str_istarts(s, STR("Bearer ")))
		return STR_NONE;
	s = str_trim(str_sub(s, 7, SIZE_MAX));
	return str_present(s) ? s : STR_NONE;
}

/* Of the three places the first counts (S-096). */
static struct str
bearer(const struct http *h)
{
	const struct config *cfg = h->ctx->config;
	struct str s = guard_bearer(h);

	if (s.p != NULL)
		return s;
	if (cfg->compat_access_token_in_query &&
	    ((h->route->need & TOKEN_BY_HEADER) == 0 ||
	    cfg->compat_accept_by_query_token))
		s = str_trim(http_query(h, "access_token"));
	if (!str_present(s) && cfg->compat_access_token_in_body &&
	    h->route->method != GET)
		s = str_trim(http_form(h, "access_token"));
	return str_present(s) ? s : STR_NONE;
}

/* Mostly in one statement with the session. */
static enum err
check_session(struct http *h, enum session_kind kind)
{
	struct account *a;
	enum err e;

	if ((h->route->need & WITH_ACCOUNT) == 0)
		return session_check(h->ctx, kind, h->token, &h->session);
	a = ARENA_NEW(h->ctx->arena, struct account);
	e = session_check_account(h->ctx, kind, h->token, &h->session, a);
	if (e == ERR_OK)
		h->account = a;
	return e;
}

static enum err
check_token(struct http *h)
{
	enum err e;

	h->token = bearer(h);
	if (h->token.p == NULL)
		return ERR_TOKEN_MISSING;
	if ((h->route->need & TOKEN_ENDED_OK) != 0)
		return ERR_OK;
	e = check_session(h, (h->route->need & TOKEN_LIMITED_OK) != 0 ?
	    SESSION_LIMITED : SESSION_API);
	h->has_session = e == ERR_OK;
	return e;
}

static enum err
check_page_session(struct http *h)
{
	enum err e;

	if (h->page_cookie.p == NULL)
		return ERR_OK;
	e = session_check(h->ctx, SESSION_PAGE, h->page_cookie, &h->session);
	h->has_session = e == ERR_OK;
	if (e == ERR_TOKEN_UNKNOWN || e == ERR_TOKEN_EXPIRED ||
	    e == ERR_ACCOUNT_BLOCKED)
		return ERR_OK;
	return e;
}

/* A scanner or a link must not do what only a client may (S-037). */
static enum err
check_action(struct http *h)
{
	if (h->head)
		return err_set(h->ctx, ERR_METHOD, NULL, "HEAD on an action");
	if (str_ieq(http_header(h, "sec-fetch-mode"), STR("navigate")))
		return err_set(h->ctx, ERR_BAD_REQUEST, "Sec-Fetch-Mode",
		    "navigation on an action");
	return ERR_OK;
}

enum err
guard_visitor(struct http *h)
{
	unsigned need = h->route->need;
	enum err e = ERR_OK;

	if ((need & NEED_ACTION) != 0)
		e = check_action(h);
	if (e == ERR_OK && (need & NEED_TOKEN) != 0)
		e = check_token(h);
	if (e == ERR_OK && (need & IS_PAGE) != 0)
		e = check_page_session(h);
	if (e == ERR_OK && (need & NEED_PAGE) != 0 && !h->has_session)
		e = ERR_NO_SESSION;
	if (e == ERR_OK && (need & NEED_FORM) != 0)
		e = page_form_check(h);
	return e;
}
