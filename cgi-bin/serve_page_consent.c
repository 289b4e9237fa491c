/* The privacy policy and consents: at sign-up, at sign-in, at any time. */
#include "serve_page.h"

#include "base/config.h"
#include "codec/json.h"
#include "domain/privacy.h"
#include "page.h"
#include "response.h"
#include "serve.h"

const struct field in_accept_page[] = {
	{ "consent_token", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_CONSENT_TOKEN_INVALID, ERR_CONSENT_TOKEN_INVALID, 256,
	  AT(in_page, vtoken), "Token of the sign-in that stopped" },
	{ .name = NULL }
};

/* ---- pieces ---- */

/* An option's input; ids hold no more than letters, digits and ".-_". */
static const char *
input_name(struct http *h, struct str id)
{
	return str_printf(h->ctx->arena, "consent-%.*s", STR_FMT(id)).p;
}

static bool
is_checked(struct http *h, struct str id)
{
	return http_form(h, input_name(h, id)).p != NULL;
}

static struct values *
add_option(struct http *h, struct values *v, const struct consent_option *o,
    bool checked)
{
	struct values *one = values_add(v, "consents");

	values_set(one, "id", str_of(input_name(h, o->id)));
	values_set(one, "title", o->title);
	values_set(one, "text", o->text);
	values_flag(one, "strict", o->strict);
	values_flag(one, "checked", checked);
	return one;
}

static bool
agree_option(struct http *h, struct values *v, const struct consent_option *o,
    enum err e)
{
	bool checked = is_checked(h, o->id);
	bool wrong = e == ERR_CONSENT_INVALID && o->strict && !checked;
	struct values *one = add_option(h, v, o, checked);

	values_set(one, "problem", wrong ? str_of(page_error_text(h, e)) :
	    STR(""));
	values_flag(one, "focus", wrong);
	return wrong;
}

bool
page_agree(struct http *h, struct values *v, const struct consent_ask *ask,
    enum err e)
{
	bool wrong = e == ERR_PRIVACY_NOT_ACCEPTED ||
	    e == ERR_PRIVACY_VERSION;
	size_t i;

	values_set(v, "policy_version", ask->policy.p != NULL ? ask->policy :
	    STR(""));
	values_flag(v, "policy_strict", ask->policy_strict);
	page_input(h, v, "accept_policy", !wrong ? page_typed(h,
	    "accept_policy") : STR(""), wrong, e);
	values_list(v, "consents");
	for (i = 0; i < ask->n_options; i++)
		wrong |= agree_option(h, v, ask->options[i], e);
	return wrong;
}

void
page_agreed(struct http *h, const struct consent_ask *ask,
    struct consent_input *out)
{
	struct arena *a = h->ctx->arena;
	struct consent_event *events;
	struct consent_choice *choices;
	size_t i;

	events = ARENA_ARRAY(a, struct consent_event, ask->n_forms);
	choices = ARENA_ARRAY(a, struct consent_choice, ask->n_options);
	for (i = 0; i < ask->n_forms; i++)
		events[i] = (struct consent_event){ ask->forms[i]->event,
		    ask->forms[i]->custom };
	for (i = 0; i < ask->n_options; i++)
		choices[i] = (struct consent_choice){ ask->options[i]->id,
		    is_checked(h, ask->options[i]->id) };
	*out = (struct consent_input){ events, ask->n_forms, choices,
	    ask->n_options };
}

/* ---- a sign-in that stopped ---- */

/* For the policy or a form: what token goes on with. */
static enum err
show_stopped(struct http *h, int status, struct str token, enum err e)
{
	struct consent_ask ask = { .n_forms = 0 };
	struct values *v;
	bool marked;
	enum err asked;

	asked = consent_ask_ticket(h->ctx, token, &ask);
	if (asked == ERR_CONSENT_TOKEN_INVALID ||
	    asked == ERR_CONSENT_TOKEN_EXPIRED) {
		token = STR("");
		e = asked;
	} else if (asked != ERR_OK) {
		return asked;
	}
	v = page_values(h);
	values_set(v, "consent_token", token);
	marked = page_agree(h, v, &ask, e);
	page_summary(h, v, e, marked);
	return response_page(h, status, "accept.html", v);
}

enum err
page_stopped(struct http *h, enum err e)
{
	struct str token = h->ctx->err.token;

	if (e == ERR_PRIVACY_OUTSTANDING || e == ERR_CONSENT_OUTSTANDING)
		return show_stopped(h, 200, token, ERR_OK);
	return e != ERR_PIN_REQUIRED ? e :
	    page_pin_prompt(h, 200, token, ERR_OK);
}

enum err
show_accept(struct http *h, int status, enum err e)
{
	return show_stopped(h, status, page_typed(h, "consent_token"), e);
}

enum err
serve_accept_form(struct http *h, const void *in)
{
	(void)in;
	return response_redirect(h, STR("/login"));
}

enum err
serve_accept_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct consent_result out = { 0 };
	struct consent_continue g = {
		.token = in->vtoken,
		.accept_policy = http_form(h, "accept_policy").p != NULL,
		.policy = http_form(h, "policy_version"),
		.source = serve_source(h),
		.browser = http_cookie(h, COOKIE_BROWSER),
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie }
	};
	struct consent_ask ask;
	enum err e;

	e = consent_ask_ticket(h->ctx, in->vtoken, &ask);
	if (e != ERR_OK)
		return e;
	page_agreed(h, &ask, &g.in);
	e = consent_go_on(h->ctx, &g, &out);
	return e != ERR_OK ? page_stopped(h, e) : page_enter(h, &out.tokens,
	    out.remember, "/account");
}

/* ---- one's own account ---- */

static void
set_accepted(struct http *h, struct values *v, const struct account *a)
{
	enum json_fault fault;
	struct json *j;

	values_set(v, "accepted_version", STR(""));
	values_set(v, "accepted_on", STR(""));
	j = json_parse(h->ctx->arena, a->privacy_policy, &fault);
	if (j == NULL)
		return;
	values_set(v, "accepted_version", json_string(json_get(j,
	    "Version")));
	values_set(v, "accepted_on", str_sub(json_string(json_get(j,
	    "AcceptDateTime")), 0, 10));
}

enum err
page_consents(struct http *h, struct values *v, const struct account *a)
{
	struct consent_ask ask;
	enum err e;
	size_t i;

	e = consent_ask_account(h->ctx, a, &ask);
	if (e != ERR_OK)
		return e;
	set_accepted(h, v, a);
	values_set(v, "policy_version", ask.policy.p != NULL ? ask.policy :
	    STR(""));
	values_flag(v, "has_consents", ask.n_options > 0);
	values_list(v, "consents");
	for (i = 0; i < ask.n_options; i++)
		add_option(h, v, ask.options[i], consent_given(h->ctx, a,
		    ask.options[i]->id));
	return ERR_OK;
}

/* What has changed since the page was shown is shown again. */
enum err
serve_policy_page(struct http *h, const void *in)
{
	struct json *profile;
	enum err e;

	(void)in;
	e = privacy_accept(h->ctx, &h->session, page_typed(h,
	    "policy_version"), serve_source(h), &profile);
	if (e == ERR_PRIVACY_ACCEPTED || e == ERR_PRIVACY_VERSION ||
	    e == ERR_PRIVACY_NONE)
		return response_redirect(h, STR("/account"));
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=policy"));
}

enum err
serve_consents_page(struct http *h, const void *in)
{
	const struct account *a;
	struct consent_input changes;
	struct consent_ask ask;
	struct json *consents;
	enum err e;

	(void)in;
	e = page_account(h, &a);
	if (e == ERR_OK)
		e = consent_ask_account(h->ctx, a, &ask);
	if (e != ERR_OK)
		return e;
	page_agreed(h, &ask, &changes);
	e = consent_update(h->ctx, h->session.uid, &changes, &consents);
	if (e == ERR_CONSENT_INVALID || e == ERR_CONSENT_OFF)
		return response_redirect(h, STR("/account"));
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=consents"));
}
