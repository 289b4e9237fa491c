#include "signature.h"

#include "base/config.h"
#include "crypto/keys.h"
#include "crypto/signature.h"
#include "store/store_limit.h"

#define AHEAD_S		(65 * 60)
#define ALGORITHM	STR("SHA-256=")

enum err
signature_judge_time(struct ctx *c, struct str expires, struct str digest)
{
	int64_t at_s;

	if (!str_present(digest))
		return err_set(c, ERR_SIGNATURE_MISSING, "digest", "none");
	if (!str_present(expires))
		return err_set(c, ERR_SIGNED_EXPIRES_MISSING, NULL, "none");
	if (!signature_time(expires, &at_s))
		return err_set(c, ERR_SIGNED_EXPIRES, NULL, "malformed");
	if (at_s < c->now_s || at_s > c->now_s + AHEAD_S)
		return err_set(c, ERR_SIGNATURE_EXPIRED, NULL,
		    "past or too far ahead");
	return ERR_OK;
}

static enum err
refuse(struct ctx *c, const char *why)
{
	return err_set(c, ERR_SIGNATURE_REFUSED, NULL, "%s", why);
}

/* The signature does not cover the method: what is remembered does. */
static enum err
use_once(struct ctx *c, const struct signature *s, struct str given)
{
	unsigned char id[32];
	bool used = false;
	enum err e;

	if (!s->writes || !c->config->api_signature_once)
		return ERR_OK;
	MAC_LASTING(c->keys, KEY_LIMIT, id, STR("signature"),
	    str_of(s->method), given);
	e = store_mark_use(c, id, 1, c->now_s + AHEAD_S, &used);
	return e != ERR_OK || used ? e : refuse(c, "came before");
}

enum err
signature_check(struct ctx *c, const struct signature *s, bool *primary_out)
{
	const struct config *cfg = c->config;
	const struct signed_text t = { s->expires, s->url, s->body };
	struct str given = s->digest;
	bool primary, before;

	if (!str_istarts(given, ALGORITHM))
		return refuse(c, "another algorithm");
	given = str_sub(given, ALGORITHM.len, SIZE_MAX);
	primary = signature_fits(c->arena, secret_view(&cfg->api_secret), &t,
	    given);
	before = cfg->api_previous_secret.len > 0 && signature_fits(c->arena,
	    secret_view(&cfg->api_previous_secret), &t, given);
	if (!primary && !before)
		return refuse(c, "does not fit");
	*primary_out = primary;
	return use_once(c, s, given);
}
