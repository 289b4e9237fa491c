/*
 * Consents at registration and at the gate: what is asked of whom, and how a
 * sign-in goes on that stopped for them.
 */
#include "account_internal.h"
#include "base/config.h"
#include "consent_internal.h"
#include "gate.h"
#include "privacy.h"
#include "profile.h"
#include "registration_internal.h"
#include "store/store_consent.h"
#include "store/store_tx.h"

#define REGISTER	STR("Register")
#define FIRST_LOGIN	STR("FirstLogin")
#define LOGIN		STR("Login")
#define DUE_MAX		3

/* Reading what was sent */

static enum err
wrong_type(struct ctx *c, const char *name)
{
	return err_set(c, ERR_BODY_SHAPE, name, "%s has the wrong type",
	    name);
}

static enum err
read_pair(struct ctx *c, const struct json *item, const char *text_name,
    const char *flag_name, struct str *text, bool *flag)
{
	const struct json *t = json_get_fold(item, text_name);
	const struct json *f = json_get_fold(item, flag_name);

	if (json_type(item) != JSON_OBJECT)
		return wrong_type(c, text_name);
	if (t == NULL || json_type(t) == JSON_NULL)
		return err_set(c, ERR_CONSENT_INVALID, text_name, "none");
	if (json_type(t) != JSON_STRING)
		return wrong_type(c, text_name);
	if (json_type(f) != JSON_NULL && json_type(f) != JSON_BOOL)
		return wrong_type(c, flag_name);
	*text = json_string(t);
	*flag = json_bool(f);
	return ERR_OK;
}

static enum err
read_choice(struct ctx *c, const struct json *item,
    struct consent_choice *out)
{
	enum err e;

	e = read_pair(c, item, "ConsentOptionId", "IsAccepted", &out->id,
	    &out->accepted);
	if (e == ERR_OK && json_type(json_get_fold(item, "IsAccepted")) ==
	    JSON_NULL)
		e = err_set(c, ERR_CONSENT_INVALID, "IsAccepted", "none");
	return e;
}

enum err
consent_input_read(struct ctx *c, const struct json *events,
    const struct json *choices, struct consent_input *out)
{
	size_t n_events = json_length(events), i;
	size_t n_choices = json_length(choices);
	struct consent_event *e_list;
	struct consent_choice *c_list;
	enum err e = ERR_OK;

	if (events != NULL && json_type(events) != JSON_ARRAY)
		return wrong_type(c, "Events");
	if (choices != NULL && json_type(choices) != JSON_ARRAY)
		return wrong_type(c, "Data");
	e_list = ARENA_ARRAY(c->arena, struct consent_event, n_events);
	c_list = ARENA_ARRAY(c->arena, struct consent_choice, n_choices);
	for (i = 0; i < n_events && e == ERR_OK; i++)
		e = read_pair(c, json_at(events, i), "Event", "IsCustom",
		    &e_list[i].event, &e_list[i].custom);
	for (i = 0; i < n_choices && e == ERR_OK; i++)
		e = read_choice(c, json_at(choices, i), &c_list[i]);
	if (e == ERR_OK)
		*out = (struct consent_input){ e_list, n_events, c_list,
		    n_choices };
	return e;
}

/* What is due */

static bool
is_withdrawn(const struct json *profile, const struct consent_form *form)
{
	size_t i;

	for (i = 0; form != NULL && i < form->n_options; i++)
		if (form->options[i].strict &&
		    !consent_has(profile, form->options[i].id))
			return true;
	return false;
}

/* The version that was submitted, not the present one: a new form of Register
 * is nobody's who has registered. */
static bool
has_withdrawn(const struct consent_forms *f, const struct json *profile,
    struct str event)
{
	int64_t version = consent_submitted(profile, event, false);

	return version != 0 && is_withdrawn(profile,
	    consent_form_version(f, event, false, version));
}

static bool
asks(const struct account *a, const struct json *profile,
    const struct consent_form *form, bool first)
{
	if (str_eq(form->event, REGISTER))
		return a->state == ACCOUNT_UNFINISHED;
	if (str_eq(form->event, FIRST_LOGIN) != first)
		return false;
	return consent_submitted(profile, form->event, false) !=
	    form->version;
}

/* The forms that the account must submit before it may go on; out has room
 * for DUE_MAX.  A first sign-in is asked for the form of FirstLogin; where
 * there is none, and ever after, for that of Login. */
static size_t
forms_due(struct ctx *c, const struct consent_forms *f,
    const struct account *a, const struct consent_form **out)
{
	const struct str events[] = { REGISTER, FIRST_LOGIN, LOGIN };
	const struct json *profile = consent_profile(c, a);
	const struct consent_form *form;
	bool first;
	size_t n = 0, i;

	first = a->logins == 0 && consent_form_live(f, FIRST_LOGIN, false,
	    c->now_s) != NULL;
	for (i = 0; i < COUNT(events); i++) {
		form = consent_form_live(f, events[i], false, c->now_s);
		if (form != NULL && (asks(a, profile, form, first) ||
		    has_withdrawn(f, profile, events[i])))
			out[n++] = form;
	}
	return n;
}

/* An account whose registration lacks a form that is gone lacks nothing. */
static enum err
settle(struct ctx *c, const struct account *a)
{
	enum err e;

	if (a->state != ACCOUNT_UNFINISHED)
		return ERR_OK;
	e = store_account_finish(c, a->uid, c->now_s);
	return e == ERR_NOT_FOUND ? err_set(c, ERR_LOGIN_REFUSED, NULL,
	    "the account changed during the sign-in") : e;
}

enum err
consent_gate(struct ctx *c, const struct account *a, const struct gate *g)
{
	const struct consent_form *due[DUE_MAX];
	const struct consent_forms *f;
	enum err e;

	if (!str_present(c->config->consent_file))
		return settle(c, a);
	e = consent_forms(c, &f);
	if (e != ERR_OK)
		return e;
	if (forms_due(c, f, a, due) == 0)
		return settle(c, a);
	return gate_stop(c, a, g, ERR_CONSENT_OUTSTANDING, TICKET_CONSENT);
}

/* What is asked */

static bool
is_listed(const struct consent_ask *ask, struct str id)
{
	size_t i;

	for (i = 0; i < ask->n_options; i++)
		if (str_eq(ask->options[i]->id, id))
			return true;
	return false;
}

static void
list_options(struct ctx *c, struct consent_ask *ask)
{
	const struct consent_form *form;
	size_t max = 0, i, k;

	for (i = 0; i < ask->n_forms; i++)
		max += ask->forms[i]->n_options;
	ask->options = ARENA_ARRAY(c->arena, const struct consent_option *,
	    max);
	for (i = 0; i < ask->n_forms; i++) {
		form = ask->forms[i];
		for (k = 0; k < form->n_options; k++)
			if (!is_listed(ask, form->options[k].id))
				ask->options[ask->n_options++] =
				    &form->options[k];
	}
}

/* What was given to a form that is gone can be withdrawn. */
static void
list_given(struct ctx *c, const struct account *a, struct consent_ask *ask)
{
	const struct json *given = json_get(consent_profile(c, a),
	    "Consents");
	const struct consent_option **all;
	struct consent_option *one;
	struct str id;
	size_t i;

	all = ARENA_ARRAY(c->arena, const struct consent_option *,
	    ask->n_options + json_length(given));
	for (i = 0; i < ask->n_options; i++)
		all[i] = ask->options[i];
	ask->options = all;
	for (i = 0; i < json_length(given); i++) {
		id = json_string(json_get(json_at(given, i),
		    "ConsentOptionId"));
		if (is_listed(ask, id))
			continue;
		one = ARENA_NEW(c->arena, struct consent_option);
		*one = (struct consent_option){ id, STR(""), id, false };
		all[ask->n_options++] = one;
	}
}

static void
ask_policy(const struct ctx *c, struct consent_ask *out)
{
	if (!privacy_version(c, &out->policy))
		out->policy = STR_NONE;
	out->policy_strict = privacy_strict(c);
}

/* Where the feature is off there is no form; that is no error here. */
static enum err
forms_if_any(struct ctx *c, const struct consent_forms **out)
{
	static const struct consent_forms none;

	*out = &none;
	return str_present(c->config->consent_file) ? consent_forms(c, out) :
	    ERR_OK;
}

enum err
consent_ask_registration(struct ctx *c, struct consent_ask *out)
{
	const struct consent_form *form;
	const struct consent_forms *f;
	struct consent_ask ask = { .n_forms = 0 };
	enum err e;

	ask_policy(c, &ask);
	e = forms_if_any(c, &f);
	if (e != ERR_OK)
		return e;
	form = consent_form_live(f, REGISTER, false, c->now_s);
	ask.forms = ARENA_NEW(c->arena, const struct consent_form *);
	if (form != NULL)
		ask.forms[ask.n_forms++] = form;
	list_options(c, &ask);
	*out = ask;
	return ERR_OK;
}

static enum err
ask_due(struct ctx *c, const struct account *a, struct consent_ask *out)
{
	struct consent_ask ask = { .n_forms = 0 };
	const struct consent_forms *f;
	bool accepted = true;
	enum err e;

	ask_policy(c, &ask);
	e = forms_if_any(c, &f);
	if (e == ERR_OK && ask.policy.p != NULL && ask.policy_strict)
		e = privacy_accepted(c, a, ask.policy, &accepted);
	if (e != ERR_OK)
		return e;
	if (accepted)
		ask.policy = STR_NONE;
	ask.forms = ARENA_ARRAY(c->arena, const struct consent_form *,
	    DUE_MAX);
	ask.n_forms = forms_due(c, f, a, ask.forms);
	list_options(c, &ask);
	*out = ask;
	return ERR_OK;
}

enum err
consent_ask_account(struct ctx *c, const struct account *a,
    struct consent_ask *out)
{
	struct consent_ask ask = { .n_forms = 0 };
	const struct consent_form *form;
	const struct consent_forms *f;
	bool accepted = true;
	enum err e;
	size_t i;

	ask_policy(c, &ask);
	e = forms_if_any(c, &f);
	if (e == ERR_OK && ask.policy.p != NULL)
		e = privacy_accepted(c, a, ask.policy, &accepted);
	if (e != ERR_OK)
		return e;
	if (accepted)
		ask.policy = STR_NONE;
	ask.forms = ARENA_ARRAY(c->arena, const struct consent_form *, f->n);
	for (i = 0; i < f->n; i++) {
		form = consent_form_live(f, f->forms[i].event,
		    f->forms[i].custom, c->now_s);
		if (form == &f->forms[i])
			ask.forms[ask.n_forms++] = form;
	}
	list_options(c, &ask);
	if (str_present(c->config->consent_file))
		list_given(c, a, &ask);
	*out = ask;
	return ERR_OK;
}

/* Registration */

enum err
consent_judge_registration(struct ctx *c, const struct consent_input *in,
    bool *record_out, bool *missing_out)
{
	const struct consent_form *form;
	const struct consent_forms *f;
	enum err e;

	*record_out = *missing_out = false;
	e = forms_if_any(c, &f);
	if (e != ERR_OK)
		return e;
	form = consent_form_live(f, REGISTER, false, c->now_s);
	if (form == NULL)
		return ERR_OK;
	*missing_out = in == NULL;
	*record_out = in != NULL;
	if (in == NULL)
		return ERR_OK;
	if (!consent_names(in, form))
		return err_set(c, ERR_CONSENT_INVALID, NULL,
		    "the form of Register is missing");
	e = consent_judge(c, f, in);
	return e == ERR_CONSENT_NO_FORM ? err_set(c, ERR_CONSENT_INVALID,
	    NULL, "an event without a form") : e;
}

/* Going on: C1 */

struct going {
	const struct consent_continue *in;
	const struct consent_forms *forms;
	struct ticket ticket;
	bool registration;
	struct account account;
	enum err verdict;		/* of the gate */
	bool has_session, remember;
	struct session_tokens tokens;
};

static enum err
token_error(struct ctx *c, enum err e)
{
	if (e == ERR_LINK_EXPIRED)
		return err_set(c, ERR_CONSENT_TOKEN_EXPIRED, NULL, "over");
	if (e == ERR_LINK_INVALID || e == ERR_LINK_USED)
		return err_set(c, ERR_CONSENT_TOKEN_INVALID, NULL, "%s",
		    err_name(e));
	return e;
}

/* A secret is of one purpose; which one the row says. */
static enum err
consume(struct ctx *c, struct going *g)
{
	enum err e;

	e = ticket_consume_link(c, TICKET_CONSENT, g->in->token, &g->ticket);
	g->registration = e == ERR_LINK_INVALID;
	if (g->registration)
		e = ticket_consume_link(c, TICKET_REGISTRATION, g->in->token,
		    &g->ticket);
	if (e == ERR_OK && g->ticket.generation == TICKET_NOBODY)
		return ERR_OK;
	if (e == ERR_OK)
		e = account_lock(c, g->ticket.uid, &g->account);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && g->account.generation !=
	    g->ticket.generation))
		e = ERR_LINK_INVALID;
	return token_error(c, e);
}

static enum err
missing(struct ctx *c)
{
	return err_set(c, ERR_CONSENT_INVALID, NULL,
	    "a form that is due is missing");
}

static enum err
finish(struct ctx *c, struct going *g)
{
	if (g->account.state != ACCOUNT_UNFINISHED)
		return ERR_OK;
	g->account.state = ACCOUNT_ACTIVE;
	return store_account_finish(c, g->account.uid, c->now_s);
}

static enum err
record_due(struct ctx *c, struct going *g)
{
	const struct consent_form *due[DUE_MAX];
	const struct consent_input *in = &g->in->in;
	size_t n, i;
	enum err e;

	n = forms_due(c, g->forms, &g->account, due);
	if (n == 0 && in->n_events == 0)
		return ERR_OK;		/* a page: the policy alone */
	for (i = 0; i < n; i++)
		if (!consent_names(in, due[i]))
			return missing(c);
	e = consent_record(c, &g->account, in);
	return e != ERR_OK ? e : finish(c, g);
}

/* Whether the address was known does not show in what is judged. */
static enum err
record_registration(struct ctx *c, struct going *g, bool known)
{
	const struct consent_form *form;
	enum err e;

	form = consent_form_live(g->forms, REGISTER, false, c->now_s);
	if (form != NULL && !consent_names(&g->in->in, form))
		return missing(c);
	if (known)
		return consent_judge(c, g->forms, &g->in->in);
	e = consent_record(c, &g->account, &g->in->in);
	return e != ERR_OK ? e : finish(c, g);
}

/* Pages ask for the policy beside the forms. */
static enum err
record_policy(struct ctx *c, struct going *g)
{
	struct str version;
	bool accepted;
	enum err e;

	if (g->in->session.kind != SESSION_PAGE || !privacy_strict(c) ||
	    !privacy_version(c, &version))
		return ERR_OK;
	e = privacy_accepted(c, &g->account, version, &accepted);
	if (e != ERR_OK || accepted)
		return e;
	if (!g->in->accept_policy)
		return err_set(c, ERR_PRIVACY_NOT_ACCEPTED, NULL, "no");
	e = privacy_judge(c, g->in->policy, &version);
	return e != ERR_OK ? e : privacy_record(c, &g->account, version,
	    g->in->source);
}

static enum err
sign_in(struct ctx *c, struct going *g)
{
	struct gate gate = { .passed = GATE_FACTOR,
		.session = g->in->session };
	enum err e;

	if (!gate_resume(c, &g->ticket, &gate))
		return err_set(c, ERR_CONSENT_TOKEN_INVALID, NULL,
		    "of another kind of session");
	e = record_policy(c, g);
	if (e == ERR_OK)
		e = record_due(c, g);
	if (e != ERR_OK)
		return e;
	g->verdict = login_gate(c, &g->account, &gate, &g->tokens);
	g->has_session = g->verdict == ERR_OK;
	g->remember = gate.session.remember;
	if (g->verdict == ERR_OK)
		return login_tell_of_browser(c, &g->account,
		    gate.session.kind, g->in->browser);
	return login_gate_refused(g->verdict) ? ERR_OK : g->verdict;
}

static enum err
register_on(struct ctx *c, struct going *g)
{
	struct registration_later l = {
		.ticket = &g->ticket, .session = g->in->session,
		.account = &g->account
	};
	enum err e;

	e = registration_read_later(c, &l);
	if (e == ERR_OK)
		e = record_registration(c, g, l.known);
	if (e == ERR_OK)
		e = registration_go_on(c, &l);
	g->has_session = e == ERR_OK && l.has_session;
	g->tokens = l.tokens;
	return e;
}

static enum err
go_on_tx(struct ctx *c, void *arg)
{
	struct going *g = arg;
	enum err e;

	g->verdict = ERR_OK;
	g->has_session = false;
	e = consume(c, g);
	if (e != ERR_OK)
		return e;
	return g->registration ? register_on(c, g) : sign_in(c, g);
}

/* A session answers exactly; else a ticket that is used says that what it
 * was for is there. */
static enum err
go_on_in_doubt(struct ctx *c, void *arg)
{
	const struct going *g = arg;
	struct session s;
	struct ticket t;
	enum err e;

	if (g->has_session) {
		e = session_check(c, g->in->session.kind,
		    g->tokens.access_token, &s);
		return e == ERR_TOKEN_UNKNOWN ? ERR_NOT_FOUND : e;
	}
	e = ticket_peek_link(c, g->registration ? TICKET_REGISTRATION :
	    TICKET_CONSENT, g->in->token, &t);
	if (e == ERR_LINK_USED)
		return ERR_OK;
	return e == ERR_OK ? ERR_NOT_FOUND : token_error(c, e);
}

enum err
consent_go_on(struct ctx *c, const struct consent_continue *in,
    struct consent_result *out)
{
	struct consent_result r = { .has_session = false };
	struct going g = { .in = in };
	enum err e;

	e = in->session.kind == SESSION_PAGE ? forms_if_any(c, &g.forms) :
	    consent_forms(c, &g.forms);
	if (e == ERR_OK)
		e = store_tx(c, go_on_tx, &g, go_on_in_doubt);
	if (e == ERR_OK)
		e = g.verdict;
	if (e != ERR_OK)
		return e;
	r.has_session = g.has_session;
	r.remember = g.remember;
	r.tokens = g.tokens;
	if (r.has_session)
		r.profile = profile_json(c, &g.account);
	*out = r;
	return ERR_OK;
}

enum err
consent_ask_ticket(struct ctx *c, struct str token, struct consent_ask *out)
{
	struct gate g = { .session = { .kind = SESSION_PAGE } };
	struct account a;
	struct ticket t;
	enum err e;

	e = ticket_peek_link(c, TICKET_CONSENT, token, &t);
	if (e == ERR_OK && !gate_resume(c, &t, &g))
		e = ERR_LINK_INVALID;
	if (e == ERR_OK)
		e = account_get(c, t.uid, &a);
	if (e == ERR_NOT_FOUND)
		e = ERR_LINK_INVALID;
	return e != ERR_OK ? token_error(c, e) : ask_due(c, &a, out);
}
