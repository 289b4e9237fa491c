#include "password_rules.h"

#include "base/config.h"

#define DIGIT	"custom_validation[[0-9]###Use a digit.]"
#define SYMBOL	"custom_validation[[^A-Za-z0-9]###Use a symbol.]"
#define MEDIUM	"custom_validation[[A-Z]###Use a capital letter.]|" DIGIT \
		"|" SYMBOL

static const struct preset {
	const char *name, *rules;
	int64_t history, expires_days;
	bool dictionary;
} presets[] = {
	{ "none", "", 0, 0, false },
	{ "standard", "min_length[10]|" DIGIT "|" SYMBOL, 5, 90, false },
	{ "weak", "custom_validation[[A-Za-z]###Use a letter.]|" DIGIT, 0, 0,
	  false },
	{ "medium", MEDIUM, 0, 0, false },
	{ "strong", MEDIUM, 3, 0, true },
	{ "very_strong", MEDIUM, 3, 30, true }
};

static const struct preset *
preset_of(const struct config *cfg)
{
	size_t i;

	for (i = 0; i < COUNT(presets); i++)
		if (str_eq(cfg->password_preset, str_of(presets[i].name)))
			return &presets[i];
	return &presets[0];
}

static int64_t
greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/*
 * The settings of lengths hold beside the rules, and no rule makes a password
 * shorter than PASSWORD_FITS: an exact length is the least one alone.
 */
static bool
settle_lengths(const struct config *cfg, struct rules *r)
{
	r->min_length = greater(cfg->password_min_length,
	    greater(r->min_length, r->exact_length));
	r->exact_length = 0;
	if (r->max_length == 0 || r->max_length > cfg->password_max_length)
		r->max_length = cfg->password_max_length;
	r->max_length = greater(r->max_length, PASSWORD_FITS);
	return r->min_length <= PASSWORD_FITS;
}

int64_t
password_policy_history(const struct ctx *c)
{
	return greater(c->config->password_history,
	    preset_of(c->config)->history);
}

int64_t
password_policy_expires_days(const struct ctx *c)
{
	int64_t days = c->config->password_expires_days;

	return days > 0 ? days : preset_of(c->config)->expires_days;
}

enum err
password_policy_read(struct ctx *c, struct password_policy *out)
{
	const struct config *cfg = c->config;
	const struct preset *of = preset_of(cfg);
	struct password_policy p = {
		.history = password_policy_history(c),
		.expires_days = password_policy_expires_days(c),
		.dictionary = cfg->password_dictionary || of->dictionary
	};
	const char *why = NULL;

	if (!rules_read(c->arena, str_printf(c->arena, "%s|%.*s", of->rules,
	    STR_FMT(cfg->password_rules)), &p.rules, &why))
		return err_set(c, ERR_CONFIG, NULL, "password.rules: %s",
		    why);
	if (!settle_lengths(cfg, &p.rules))
		return err_set(c, ERR_CONFIG, NULL, "password.rules: a "
		    "least length is at most %d", PASSWORD_FITS);
	*out = p;
	return ERR_OK;
}

bool
password_rules_judge(struct ctx *c, const struct password_policy *p,
    struct str normal)
{
	const char *wrong[RULES_MAX + 3];
	size_t n, i;

	n = rules_judge(c->arena, &p->rules, normal, wrong);
	for (i = 0; i < n; i++)
		err_add_field(c, "password", wrong[i]);
	return n == 0;
}

size_t
password_rules_hints(struct ctx *c, const struct password_policy *p,
    const char **out)
{
	struct rules r = p->rules;

	if (r.max_length == c->config->password_max_length)
		r.max_length = 0;		/* nobody needs to know */
	return rules_hints(c->arena, &r, out);
}
