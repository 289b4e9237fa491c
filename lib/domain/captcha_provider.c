/*
 * Verification at a provider.  Three speak one language (siteverify: a form
 * with secret and response, a JSON answer with success, hostname, action);
 * QQ has its own.
 */
#include "captcha_internal.h"

#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/url.h"
#include "net/http_client.h"

#define REPLY_MAX	(64 * 1024)
#define SHOWN		64	/* bytes of theirs in a note */

struct asking {
	struct ctx *c;
	const char *operation;
	struct str answer, randstr;
};

static const struct provider {
	const char *name, *url;
} providers[] = {
	{ "recaptcha", "https://www.google.com/recaptcha/api/siteverify" },
	{ "hcaptcha", "https://api.hcaptcha.com/siteverify" },
	{ "turnstile",
	  "https://challenges.cloudflare.com/turnstile/v0/siteverify" },
	{ "qq", "https://ssl.captcha.qq.com/ticket/verify" }
};

static bool
provider_is(const struct ctx *c, const char *name)
{
	return str_eq(c->config->captcha_provider, str_of(name));
}

static struct str
verify_url(const struct ctx *c)
{
	size_t i = 0;

	if (str_present(c->config->captcha_verify_url))
		return c->config->captcha_verify_url;
	while (!provider_is(c, providers[i].name)) {
		i++;
		must(i < COUNT(providers));
	}
	return str_of(providers[i].url);
}

static enum err
refuse(const struct asking *k, const char *why, struct str what)
{
	return err_set(k->c, ERR_CAPTCHA, NULL, "%s %.*s", why,
	    STR_FMT(str_sub(what, 0, SHOWN)));
}

static struct str
text_of(const struct json *j, const char *name)
{
	const struct json *v = json_get(j, name);

	return json_type(v) == JSON_STRING ? json_string(v) : STR_NONE;
}

/* ---- hostname, action, score ---- */

static bool
is_host_of(struct ctx *c, struct str address, struct str host)
{
	struct url_parts at;

	return url_split(c->arena, address, &at) && str_ieq(at.host, host);
}

static bool
is_our_host(struct ctx *c, struct str host)
{
	const struct config *cfg = c->config;
	size_t i;

	if (cfg->captcha_hosts.n > 0)
		return list_has(&cfg->captcha_hosts, STR("any")) ||
		    (str_present(host) && list_has(&cfg->captcha_hosts,
		    host));
	if (!str_present(host) || is_host_of(c, cfg->site_origin, host))
		return str_present(host);
	for (i = 0; i < cfg->cors_origins.n; i++)
		if (is_host_of(c, cfg->cors_origins.items[i], host))
			return true;
	return false;
}

static bool
scores_enough(const struct ctx *c, const struct json *score)
{
	double least = (double)c->config->captcha_min_score / 100.0;

	if (json_type(score) == JSON_INT)
		return (double)json_int(score) >= least;
	return json_type(score) == JSON_REAL && json_real(score) >= least;
}

/* reCAPTCHA's says how much of a person it was, hCaptcha's how little. */
static enum err
judge_score(const struct asking *k, const struct json *j)
{
	const struct json *score = json_get(j, "score");

	if (!provider_is(k->c, "recaptcha") || score == NULL ||
	    scores_enough(k->c, score))
		return ERR_OK;
	return refuse(k, "score below captcha.min_score", STR(""));
}

static enum err
judge_siteverify(const struct asking *k, const struct json *j)
{
	const struct json *success = json_get(j, "success");
	const struct json *codes = json_get(j, "error-codes");
	struct str host = text_of(j, "hostname");
	struct str action = text_of(j, "action"), code = STR_NONE;

	if (json_type(codes) == JSON_ARRAY && json_length(codes) > 0 &&
	    json_type(json_at(codes, 0)) == JSON_STRING)
		code = json_string(json_at(codes, 0));
	if (json_type(success) != JSON_BOOL || !json_bool(success))
		return refuse(k, "the provider refuses it:", code);
	if (!is_our_host(k->c, host))
		return refuse(k, "given at another host:", host);
	if (k->c->config->captcha_check_action && str_present(action) &&
	    !str_eq(action, str_of(k->operation)))
		return refuse(k, "given for another action:", action);
	return judge_score(k, j);
}

static enum err
judge_qq(const struct asking *k, const struct json *j)
{
	const struct json *v = json_get(j, "response");

	if ((json_type(v) == JSON_STRING &&
	    str_eq(json_string(v), STR("1"))) ||
	    (json_type(v) == JSON_INT && json_int(v) == 1))
		return ERR_OK;
	return refuse(k, "the provider refuses it:", text_of(j, "err_msg"));
}

/* ---- the calls ---- */

static enum err
call_siteverify(const struct asking *k, struct http_reply *out)
{
	const struct config *cfg = k->c->config;
	struct str header =
	    STR("Content-Type: application/x-www-form-urlencoded");
	const struct http_pair form[] = {
		{ "secret", secret_view(&cfg->captcha_secret) },
		{ "response", k->answer },
		{ "remoteip", k->c->client.address },
		{ "sitekey", provider_is(k->c, "hcaptcha") ?
		    cfg->captcha_site_key : STR_NONE }
	};
	const struct http_call call = {
		.method = "POST",
		.url = verify_url(k->c),
		.headers = &header,
		.headers_n = 1,
		.body = http_form_text(k->c, form, COUNT(form)),
		.reply_max = REPLY_MAX
	};

	return http_call(k->c, &call, out);
}

static enum err
call_qq(const struct asking *k, struct http_reply *out)
{
	const struct config *cfg = k->c->config;
	const struct http_pair query[] = {
		{ "aid", cfg->captcha_site_key },
		{ "AppSecretKey", secret_view(&cfg->captcha_secret) },
		{ "Ticket", k->answer },
		{ "Randstr", k->randstr },
		{ "UserIP", k->c->client.address }
	};
	const struct http_call call = {
		.method = "GET",
		.url = str_printf(k->c->arena, "%s?%s", verify_url(k->c).p,
		    http_form_text(k->c, query, COUNT(query)).p),
		.reply_max = REPLY_MAX
	};

	return http_call(k->c, &call, out);
}

/* Its own failure, which the operator must hear of. */
static enum err
no_word(const struct asking *k, const char *why)
{
	log_write(k->c, LOG_ERROR, "captcha_provider", "%s", why);
	return refuse(k, "the provider gave no verdict", STR(""));
}

static enum err
judge(const struct asking *k, const struct http_reply *reply, bool *judged)
{
	enum json_fault fault;
	struct json *j;

	j = json_parse(k->c->arena, reply->body, &fault);
	if (j == NULL || json_type(j) != JSON_OBJECT)
		return no_word(k, "no JSON object");
	*judged = true;
	return provider_is(k->c, "qq") ? judge_qq(k, j) :
	    judge_siteverify(k, j);
}

enum err
captcha_ask(struct ctx *c, const char *operation, struct str answer,
    struct str randstr, bool *judged_out)
{
	const struct asking k = { c, operation, answer, randstr };
	struct http_reply reply;
	enum err e;

	*judged_out = false;
	e = provider_is(c, "qq") ? call_qq(&k, &reply) :
	    call_siteverify(&k, &reply);
	if (e != ERR_OK)
		return no_word(&k, c->err.note);
	if (reply.status != 200)
		return no_word(&k, str_printf(c->arena, "status %d",
		    (int)reply.status).p);
	return judge(&k, &reply, judged_out);
}
