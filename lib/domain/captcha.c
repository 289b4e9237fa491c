#include "captcha.h"

#include "base/arena.h"
#include "base/config.h"
#include "captcha_internal.h"
#include "crypto/altcha.h"
#include "crypto/keys.h"
#include "limit.h"
#include "store/store_limit.h"

static bool
provider_is(const struct ctx *c, const char *name)
{
	return str_eq(c->config->captcha_provider, str_of(name));
}

/* What mails strangers always asks; else as the site says. */
static bool
is_listed(const struct ctx *c, const char *operation)
{
	struct str name = str_of(operation);

	if (list_has(&c->config->captcha_on, name))
		return true;
	return c->config->one_touch_create &&
	    c->config->registration_enabled &&
	    str_eq(name, STR(CAPTCHA_ONE_TOUCH));	/* not secret: a name */
}

bool
captcha_demanded(const struct ctx *c, const char *operation)
{
	return !provider_is(c, "off") && is_listed(c, operation);
}

static struct str
either(struct str a, struct str b)
{
	return str_present(a) ? a : b;
}

/* The member that counts; g-recaptcha-response is what the widgets of the
 * others send to those who know no other. */
static struct str
answer_of(const struct ctx *c, const struct captcha_answer *a)
{
	if (provider_is(c, "altcha"))
		return a->altcha;
	if (provider_is(c, "hcaptcha"))
		return either(a->hcaptcha, a->recaptcha);
	if (provider_is(c, "turnstile"))
		return either(a->turnstile, a->recaptcha);
	if (provider_is(c, "qq"))
		return either(a->qq_ticket, a->qq_response);
	return a->recaptcha;
}

bool
captcha_given(const struct ctx *c, const struct captcha_answer *answer)
{
	return answer != NULL && str_present(answer_of(c, answer));
}

/* One conditional statement: of many at one time one is the first. */
static enum err
use_once(struct ctx *c, const unsigned char id[32], int64_t expires_s)
{
	bool used = false;
	enum err e;

	e = store_mark_use(c, id, 1, expires_s, &used);
	if (e == ERR_OK && !used)
		e = err_set(c, ERR_CAPTCHA, NULL, "answered with it before");
	return e;
}

static enum err
check_altcha(struct ctx *c, const char *operation, struct str text)
{
	struct str purpose = STR_NONE;
	unsigned char id[32];
	int64_t expires_s;
	enum err e;

	if (c->config->captcha_check_action)
		purpose = str_of(operation);
	e = altcha_check(c, text, purpose, id, &expires_s);
	if (e != ERR_OK)
		return err_set(c, ERR_CAPTCHA, NULL, "%s", c->err.note);
	return use_once(c, id, expires_s);
}

/* Counted before the provider is asked: a burst of one answer is one call. */
static enum err
check_provider(struct ctx *c, const char *operation, struct str text,
    struct str randstr, bool *judged)
{
	unsigned char id[32];
	enum err e;

	sha256(text.p, text.len, id);
	e = use_once(c, id, c->now_s + c->config->captcha_lifetime_s);
	return e != ERR_OK ? e :
	    captcha_ask(c, operation, text, randstr, judged);
}

/* A source that guesses is counted like one that guesses secrets. */
static enum err
wrong(struct ctx *c)
{
	struct err_detail why = c->err;
	enum err e;

	e = limit_source_failed(c);
	c->err = why;
	return e != ERR_OK ? e : ERR_CAPTCHA;
}

enum err
captcha_check(struct ctx *c, const char *operation,
    const struct captcha_answer *answer)
{
	struct str text = answer_of(c, answer);
	bool judged = true;
	enum err e;

	if (provider_is(c, "off"))
		return err_set(c, ERR_ENDPOINT_OFF, NULL,
		    "captcha.provider is off");
	if (!str_present(text))
		return err_set(c, ERR_CAPTCHA, NULL, "no answer");
	e = limit_source(c);
	if (e == ERR_OK)
		e = provider_is(c, "altcha") ?
		    check_altcha(c, operation, text) :
		    check_provider(c, operation, text, answer->qq_randstr,
		    &judged);
	return e == ERR_CAPTCHA && judged ? wrong(c) : e;
}

enum err
captcha_demand(struct ctx *c, const char *operation,
    const struct captcha_answer *answer)
{
	return captcha_demanded(c, operation) ?
	    captcha_check(c, operation, answer) : ERR_OK;
}

enum err
captcha_challenge(struct ctx *c, struct str operation, struct json **out)
{
	const char *const *name = captcha_operations;

	if (!provider_is(c, "altcha"))
		return err_set(c, ERR_ENDPOINT_OFF, NULL,
		    "captcha.provider is not altcha");
	if (!str_present(operation))
		operation = STR(CAPTCHA_REGISTER);
	while (*name != NULL && !str_eq(operation, str_of(*name)))
		name++;
	if (*name == NULL)
		return err_set(c, ERR_PARAMETER, "operation",
		    "no such operation");
	*out = altcha_challenge(c, operation);
	return ERR_OK;
}
