#include "profile_secrets.h"

#include "base/config.h"
#include "profile_internal.h"

/* Of an update or a registration: uid NULL. */
static enum err
read_answers(struct ctx *c, const struct uid *uid, const struct json *body,
    const int64_t *auth_s, struct profile_secrets *out)
{
	const struct json *v = NULL;
	enum err e = ERR_OK;

	if (body != NULL)
		e = profile_find(c, body, "SecurityQuestionAnswer", &v);
	if (e != ERR_OK)
		return e;
	if (json_type(v) == JSON_NULL) {
		if (uid != NULL || !c->config->questions_enabled ||
		    !c->config->questions_ask_on_registration)
			return ERR_OK;
		v = json_new_object(c->arena);
	}
	if (auth_s != NULL && c->config->questions_enabled)
		e = question_judge_fresh(c, *auth_s);
	return e != ERR_OK ? e : question_prepare(c, uid, v, &out->answers);
}

static enum err
read_pin(struct ctx *c, const struct pin_info *info, struct str document,
    struct profile_secrets *out)
{
	struct str pin;
	enum err e;

	out->skip_pin = info->skipped && !secret_present(&info->pin);
	if (!secret_present(&info->pin))
		return ERR_OK;
	e = pin_judge(c, &info->pin, document, &pin);
	return e != ERR_OK ? e : pin_hash(c, pin, out->pin);
}

enum err
profile_secrets_update(struct ctx *c, struct uid uid,
    const struct json *body, int64_t auth_s, struct profile_secrets *out)
{
	struct pin_info info;
	struct account a;
	enum err e;

	e = read_answers(c, &uid, body, &auth_s, out);
	if (e == ERR_OK)
		e = pin_info_read(c, body, false, &info);
	if (e != ERR_OK || !c->config->pin_enabled ||
	    (!secret_present(&info.pin) && !info.skipped))
		return e;
	e = account_get(c, uid, &a);
	if (e != ERR_OK || a.pin_changed_s != 0)
		return e;
	return read_pin(c, &info, a.profile, out);
}

enum err
profile_secrets_register(struct ctx *c, const struct json *body,
    struct str document, struct profile_secrets *out)
{
	const struct config *cfg = c->config;
	struct pin_info info;
	enum err e;

	e = read_answers(c, NULL, body, NULL, out);
	if (e != ERR_OK || !cfg->pin_enabled || !cfg->pin_ask_on_registration)
		return e;
	e = pin_info_read(c, body, true, &info);
	if (e == ERR_OK && cfg->pin_required && !secret_present(&info.pin))
		return err_set(c, ERR_PIN_MISSING, "pin", "required");
	return e != ERR_OK ? e : read_pin(c, &info, document, out);
}

enum err
profile_secrets_store(struct ctx *c, struct account *a,
    const struct profile_secrets *s, bool is_new)
{
	bool set = false;
	enum err e = ERR_OK;

	if (s->answers.n > 0)
		e = question_store(c, a->uid, &s->answers);
	if (e == ERR_OK && s->answers.n > 0 && !is_new)
		e = question_tell(c, a);
	if (e == ERR_OK && s->pin[0] != '\0')
		e = pin_set_first(c, a, s->pin, &set);
	if (e == ERR_OK && set && !is_new)
		e = pin_tell(c, a);
	return e == ERR_OK && s->skip_pin ? pin_skip(c, a) : e;
}
