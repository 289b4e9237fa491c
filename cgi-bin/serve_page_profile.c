/*
 * The fields of the registration schema, as inputs of a form: at sign-up, and
 * for the profile of an account.
 */
#include "serve_page.h"

#include "base/buf.h"
#include "captcha.h"
#include "domain/profile.h"
#include "domain/schema.h"
#include "page.h"
#include "response.h"

static const struct { const char *path, *token; } autocompletes[] = {
	{ "Prefix", "honorific-prefix" }, { "FirstName", "given-name" },
	{ "MiddleName", "additional-name" }, { "LastName", "family-name" },
	{ "Suffix", "honorific-suffix" }, { "NickName", "nickname" },
	{ "BirthDate", "bday" }, { "Gender", "sex" }, { "Website", "url" },
	{ "Company", "organization" }, { "City", "address-level2" },
	{ "State", "address-level1" }, { "Country", "country-name" },
	{ "Addresses.Address1", "address-line1" },
	{ "Addresses.Address2", "address-line2" },
	{ "Addresses.City", "address-level2" },
	{ "Addresses.State", "address-level1" },
	{ "Addresses.PostalCode", "postal-code" },
	{ "Addresses.Country", "country-name" },
	{ "PhoneNumbers.PhoneNumber", "tel" }
};

static struct str
autocomplete_of(const struct schema_field *f)
{
	size_t i;

	for (i = 0; i < COUNT(autocompletes); i++)
		if (str_eq(str_of(autocompletes[i].path), str_of(f->path)))
			return str_of(autocompletes[i].token);
	return STR("off");
}

/* What is wrong with it; absent: nothing. */
static struct str
problem_of(struct http *h, const struct schema_field *f, enum err e)
{
	const struct err_field *x = h->ctx->err.fields;
	bool meant = h->ctx->err.field != NULL &&
	    str_ieq(str_of(h->ctx->err.field), str_of(f->path));

	if (e == ERR_VALIDATION) {
		for (; x != NULL; x = x->next)
			if (str_ieq(str_of(x->name), str_of(f->path)))
				return str_of(x->message);
		return STR_NONE;
	}
	if (e == ERR_BODY_SHAPE && meant)
		return STR("This cannot be used here.");
	if (e == ERR_BIRTH_DATE || e == ERR_UNDER_AGE)
		return str_ieq(STR("BirthDate"), str_of(f->path)) ?
		    str_of(page_error_text(h, e)) : STR_NONE;
	return STR_NONE;
}

static struct str
hint_of(struct http *h, const struct schema_field *f)
{
	const char *rules[RULES_MAX + 3];
	struct rules r = f->rules;
	struct buf b;
	size_t i, n;

	if (str_present(f->hint) || f->type == SCHEMA_CHECK ||
	    f->type == SCHEMA_SELECT)
		return f->hint;
	buf_init(&b, h->ctx->arena, 8192);
	if (r.min_length > 0 && r.max_length > 0) {
		buf_printf(&b, "Use %lld to %lld characters. ",
		    (long long)r.min_length, (long long)r.max_length);
		r.min_length = r.max_length = 0;
	}
	n = rules_hints(h->ctx->arena, &r, rules);
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", rules[i]);
	return str_trim(buf_view(&b));
}

static const char *
input_type(enum schema_type t)
{
	switch (t) {
	case SCHEMA_EMAIL:
		return "email";
	case SCHEMA_TEL:
		return "tel";
	case SCHEMA_URL:
		return "url";
	case SCHEMA_DATE:
		return "date";
	default:
		return "text";
	}
}

static void
set_kind(struct values *one, const struct schema_field *f)
{
	enum schema_type t = f->type;

	values_flag(one, "is_check", t == SCHEMA_CHECK);
	values_flag(one, "is_lines", t == SCHEMA_LINES);
	values_flag(one, "is_select", t == SCHEMA_SELECT);
	values_flag(one, "is_input", t != SCHEMA_CHECK &&
	    t != SCHEMA_LINES && t != SCHEMA_SELECT);
	values_flag(one, "digits", t == SCHEMA_NUMBER || f->rules.is_number);
	values_set(one, "type", str_of(input_type(t)));
}

static void
set_options(struct values *one, const struct schema_field *f,
    struct str value)
{
	struct values *o;
	size_t i;

	values_list(one, "options");
	for (i = 0; i < f->n_options; i++) {
		o = values_add(one, "options");
		values_set(o, "choice", f->option[i].value);
		values_set(o, "words", f->option[i].text);
		values_flag(o, "chosen", str_ieq(f->option[i].value, value));
	}
}

/* The value as it is shown: an unticked box has none. */
static struct str
shown_value(struct http *h, const struct schema_field *f,
    const struct json *profile)
{
	struct str s = h->json != NULL ? page_typed(h, f->input) :
	    profile != NULL ? schema_value(h->ctx, f, profile) : STR("");

	return f->type == SCHEMA_CHECK && h->json == NULL &&
	    !str_eq(s, STR("true")) ? STR("") : s;
}

static void
set_described(struct http *h, struct values *one, const char *id, bool hint,
    bool problem)
{
	values_set(one, "described", str_printf(h->ctx->arena, "%s%s%s%s%s",
	    hint ? id : "", hint ? "-hint" : "", hint && problem ? " " : "",
	    problem ? id : "", problem ? "-error" : ""));
}

static bool
add_field(struct http *h, struct values *v, const struct schema_field *f,
    const struct json *profile, enum err e)
{
	struct values *one = values_add(v, "fields");
	struct str problem = problem_of(h, f, e), hint = hint_of(h, f);
	struct str value = shown_value(h, f, profile);

	values_set(one, "id", str_of(f->input));
	values_set(one, "label", f->label);
	values_set(one, "hint", hint);
	values_set(one, "autocomplete", autocomplete_of(f));
	values_set(one, "value", value);
	values_set(one, "problem", problem.p != NULL ? problem : STR(""));
	values_flag(one, "needed", f->rules.required);
	values_flag(one, "focus", false);
	set_kind(one, f);
	set_options(one, f, value);
	set_described(h, one, f->input, str_present(hint),
	    problem.p != NULL);
	return problem.p != NULL;
}

static bool
is_asked(const struct schema_field *f, bool signup)
{
	return f->type != SCHEMA_HIDDEN && f->place <= SCHEMA_CUSTOM &&
	    (signup ? f->at_signup : f->writable);
}

bool
page_fields(struct http *h, struct values *v, const struct json *profile,
    enum err e)
{
	const struct schema *s = schema_of(h->ctx);
	bool marked = false;
	size_t i;

	values_list(v, "fields");
	for (i = 0; i < s->n; i++)
		if (is_asked(&s->field[i], profile == NULL))
			marked |= add_field(h, v, &s->field[i], profile, e);
	return marked;
}

/* The names are shown as one already. */
static bool
is_name(const struct schema_field *f)
{
	return str_eq(str_of(f->path), STR("FirstName")) ||
	    str_eq(str_of(f->path), STR("LastName"));
}

static struct str
words_of(const struct schema_field *f, struct str value)
{
	size_t i;

	if (f->type == SCHEMA_CHECK)
		return str_eq(value, STR("true")) ? STR("Yes") : STR("No");
	for (i = 0; i < f->n_options; i++)
		if (str_ieq(f->option[i].value, value))
			return f->option[i].text;
	return value;
}

void
page_facts(struct http *h, struct values *v, const struct json *profile)
{
	const struct schema *s = schema_of(h->ctx);
	const struct schema_field *f;
	struct values *one;
	struct str value;
	size_t i;

	values_list(v, "facts");
	for (i = 0; i < s->n; i++) {
		f = &s->field[i];
		if (f->type == SCHEMA_HIDDEN || f->place > SCHEMA_CUSTOM ||
		    is_name(f))
			continue;
		value = schema_value(h->ctx, f, profile);
		if (!str_present(value))
			continue;
		one = values_add(v, "facts");
		values_set(one, "label", f->label);
		values_set(one, "value", words_of(f, value));
	}
}

/* ---- the profile ---- */

const struct field in_profile_page[] = {
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

enum err
show_profile(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	const struct schema *s = schema_of(h->ctx);
	const struct account *a;
	bool marked, any = false;
	enum err failed;
	size_t i;

	failed = page_account(h, &a);
	if (failed != ERR_OK)
		return failed;
	for (i = 0; i < s->n; i++)
		any |= is_asked(&s->field[i], false);
	marked = page_fields(h, v, profile_json(h->ctx, a), e);
	values_flag(v, "has_fields", any);
	marked |= page_captcha(h, v, CAPTCHA_UPDATE_PROFILE, e);
	page_summary(h, v, e, marked);
	return response_page(h, status, "profile.html", v);
}

enum err
serve_profile_form(struct http *h, const void *in)
{
	(void)in;
	return show_profile(h, 200, ERR_OK);
}

enum err
serve_profile_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct profile_update u = { .null_support = true,
		.auth_s = h->session.auth_s };
	const struct account *a;
	struct json *profile;
	enum err e;

	e = captcha_demand(h->ctx, CAPTCHA_UPDATE_PROFILE, &in->captcha);
	if (e == ERR_OK)
		e = page_account(h, &a);
	if (e != ERR_OK)
		return e;
	u.body = schema_body(h->ctx, h->json, profile_json(h->ctx, a));
	e = profile_update(h->ctx, h->session.uid, &u, &profile);
	return e != ERR_OK ? e :
	    response_redirect(h, STR("/account?done=profile"));
}
