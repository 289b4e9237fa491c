/* Challenges of ALTCHA, and what a page needs to put one. */
#include "captcha.h"

#include "base/config.h"
#include "page.h"
#include "response.h"
#include "serve_page.h"

/* ---- GET /altcha ---- */

static const struct reply reply_data[] = {
	{ "purpose", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_parameters[] = {
	{ "algorithm", REPLY_TEXT, 0, NULL },
	{ "cost", REPLY_INT, 0, NULL },
	{ "data", REPLY_OBJECT, 0, reply_data },
	{ "expiresAt", REPLY_INT, 0, NULL },
	{ "keyLength", REPLY_INT, 0, NULL },
	{ "keyPrefix", REPLY_TEXT, 0, NULL },
	{ "keySignature", REPLY_TEXT, 0, NULL },
	{ "nonce", REPLY_TEXT, 0, NULL },
	{ "salt", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_challenge[] = {
	{ "parameters", REPLY_OBJECT, 0, reply_parameters },
	{ "signature", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct field in_challenge[] = {
	{ "operation", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, 64,
	  AT(in_challenge, operation),
	  "What the answer is for, as in captcha.on; register when absent" },
	{ .name = NULL }
};
const enum err errors_challenge[] = { ERR_ENDPOINT_OFF, ERR_OK };

/* Nothing is stored or read: the guard's rate is the limit. */
enum err
serve_challenge(struct http *h, const void *arg)
{
	const struct in_challenge *in = arg;
	struct json *j;
	enum err e;

	e = captcha_challenge(h->ctx, in->operation, &j);
	return e != ERR_OK ? e : response_json(h, j);
}

/* ---- pages ---- */

#define GOOGLE	"https://www.google.com/recaptcha/"
#define HCAPTCHA "https://hcaptcha.com https://*.hcaptcha.com"
#define CLOUDFLARE "https://challenges.cloudflare.com"
#define TENCENT	"https://*.captcha.qcloud.com https://*.captcha.gtimg.com"

/*
 * What each provider's documents ask for, and no more.  ALTCHA's solver is
 * our own, and asks us alone.
 */
static const struct widget {
	const char *provider, *flag, *policy, *style;
	bool foreign;		/* its script comes from elsewhere */
} widgets[] = {
	{ "altcha", "captcha_altcha",
	  "; script-src 'self'; connect-src 'self'", "", false },
	{ "recaptcha", "captcha_recaptcha",
	  "; script-src " GOOGLE " https://www.gstatic.com/recaptcha/"
	  "; connect-src " GOOGLE
	  "; frame-src " GOOGLE " https://recaptcha.google.com/recaptcha/",
	  "", true },
	{ "hcaptcha", "captcha_hcaptcha", "; script-src " HCAPTCHA
	  "; connect-src " HCAPTCHA "; frame-src " HCAPTCHA, " " HCAPTCHA,
	  true },
	{ "turnstile", "captcha_turnstile", "; script-src " CLOUDFLARE
	  "; frame-src " CLOUDFLARE, "", true },
	{ "qq", "captcha_qq", "; script-src 'self' " TENCENT
	  "; connect-src " TENCENT "; frame-src " TENCENT, " " TENCENT, true }
};

static void
set_widget(struct http *h, struct values *v, const struct widget *w)
{
	struct str version;

	version = style_version(h, str_printf(h->ctx->arena, "%s.js",
	    w->provider).p, false);
	if (version.p != NULL)
		values_set(v, "captcha_version", version);
	h->policy_more = w->policy;
	h->policy_style = w->style;
	/* Providers look at where they were asked from. */
	if (w->foreign)
		response_header(h, "Referrer-Policy",
		    STR("strict-origin-when-cross-origin"));
}

/* A lock takes several tries, and an answer is good for one of them. */
static bool
was_answered(struct http *h)
{
	static const char *const names[] = { "altcha", "g-recaptcha-response",
		"h-captcha-response", "cf-turnstile-response",
		"qq_captcha_ticket" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (str_present(http_form(h, names[i])))
			return true;
	return false;
}

bool
page_captcha(struct http *h, struct values *v, const char *operation,
    enum err e)
{
	const struct config *cfg = h->ctx->config;
	bool wrong = e == ERR_CAPTCHA || e == ERR_LOCKED_CAPTCHA;
	bool demanded = captcha_demanded(h->ctx, operation) || wrong ||
	    (e != ERR_OK && was_answered(h)), on;
	size_t i;

	values_flag(v, "captcha", demanded);
	values_set(v, "captcha_operation", str_of(operation));
	values_set(v, "captcha_key", cfg->captcha_site_key);
	values_set(v, "captcha_error", wrong ?
	    str_of(page_error_text(h, e)) : STR(""));
	values_set(v, "captcha_version", STR(""));
	for (i = 0; i < COUNT(widgets); i++) {
		on = demanded && str_eq(cfg->captcha_provider,
		    str_of(widgets[i].provider));
		values_flag(v, widgets[i].flag, on);
		if (on)
			set_widget(h, v, &widgets[i]);
	}
	return wrong;
}

/* There is a script where it is needed, and nowhere else. */
static enum err
send_script(struct http *h, const char *provider)
{
	const char *name = str_printf(h->ctx->arena, "%s.js", provider).p;

	if (!str_eq(h->ctx->config->captcha_provider, str_of(provider)))
		return err_set(h->ctx, ERR_NOT_FOUND_PATH, NULL,
		    "captcha.provider is not %s", provider);
	return send_static(h, "text/javascript; charset=utf-8", name, false);
}

enum err
serve_altcha_script(struct http *h, const void *in)
{
	(void)in;
	return send_script(h, "altcha");
}

enum err
serve_qq_script(struct http *h, const void *in)
{
	(void)in;
	return send_script(h, "qq");
}
