/*
 * Submitting a form, changing one's mind, and what is told of both.  The
 * account keeps what its profile shows; each change has its row in the log,
 * in the same transaction.
 */
#include "consent.h"

#include "account_internal.h"
#include "audit.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "consent_internal.h"
#include "profile.h"
#include "store/store_consent.h"
#include "store/store_tx.h"

#define LOGS_MAX	500
#define TEXT_MAX	65535	/* of the column */
#define ADDRESS_CHARS	64
#define AGENT_CHARS	512
#define HOST_CHARS	255
#define ID_DIGITS	24	/* of a log entry */

/* The numbers stand in the database.  Entries of the last kind come from
 * whoever moves a site to new forms; nothing here writes them. */
enum update_type { UPDATE_DEFAULT = 1, UPDATE_EDITOR = 2,
	UPDATE_MIGRATION = 3 };

static const char *
update_name(int64_t type)
{
	return type == UPDATE_EDITOR ? "ConsentEditor" :
	    type == UPDATE_MIGRATION ? "FormMigration" : "Default";
}

/* What the account has */

struct json *
consent_profile(struct ctx *c, const struct account *a)
{
	enum json_fault fault;
	struct json *j;

	j = json_parse(c->arena, a->consent_profile, &fault);
	if (json_type(j) == JSON_OBJECT)
		return j;
	j = json_new_object(c->arena);
	json_set(j, "AcceptedConsentVersions", json_new_array(c->arena));
	json_set(j, "Consents", json_new_array(c->arena));
	return j;
}

static bool
is_event(const struct json *version, struct str event, bool custom)
{
	return str_eq(json_string(json_get(version, "Event")), event) &&
	    json_bool(json_get(version, "IsCustom")) == custom;
}

static bool
is_option(const struct json *consent, struct str id)
{
	return str_eq(json_string(json_get(consent, "ConsentOptionId")), id);
}

int64_t
consent_submitted(const struct json *profile, struct str event, bool custom)
{
	const struct json *l = json_get(profile, "AcceptedConsentVersions");
	size_t i;

	for (i = 0; i < json_length(l); i++)
		if (is_event(json_at(l, i), event, custom))
			return json_int(json_get(json_at(l, i), "Version"));
	return 0;
}

bool
consent_has(const struct json *profile, struct str id)
{
	const struct json *l = json_get(profile, "Consents");
	size_t i;

	for (i = 0; i < json_length(l); i++)
		if (is_option(json_at(l, i), id))
			return true;
	return false;
}

bool
consent_given(struct ctx *c, const struct account *a, struct str id)
{
	return consent_has(consent_profile(c, a), id);
}

/* Changing it */

static void
set_version(struct ctx *c, struct json *profile,
    const struct consent_form *form)
{
	const struct json *old = json_get(profile, "AcceptedConsentVersions");
	struct json *list = json_new_array(c->arena), *one;
	size_t i;

	for (i = 0; i < json_length(old); i++)
		if (!is_event(json_at(old, i), form->event, form->custom))
			json_append(list, json_at(old, i));
	one = json_new_object(c->arena);
	json_set_str(one, "Event", form->event);
	json_set_int(one, "Version", form->version);
	json_set_bool(one, "IsCustom", form->custom);
	json_append(list, one);
	json_set(profile, "AcceptedConsentVersions", list);
}

static void
set_consent(struct ctx *c, struct json *profile,
    const struct consent_choice *choice)
{
	const struct json *old = json_get(profile, "Consents");
	struct json *list = json_new_array(c->arena), *one;
	size_t i;

	for (i = 0; i < json_length(old); i++)
		if (!is_option(json_at(old, i), choice->id))
			json_append(list, json_at(old, i));
	if (choice->accepted) {
		one = json_new_object(c->arena);
		json_set_str(one, "ConsentOptionId", choice->id);
		json_set_str(one, "AcceptOnDate", clock_iso(c->arena,
		    c->now_s));
		json_append(list, one);
	}
	json_set(profile, "Consents", list);
}

static void
add_change(struct ctx *c, struct json *changes,
    const struct consent_choice *choice, bool had)
{
	struct json *one = json_new_object(c->arena);

	json_set_str(one, "ConsentId", choice->id);
	json_set_cstr(one, "Event", choice->accepted ? "Subscribe" :
	    had ? "Unsubscribe" : "NotOpted");
	json_append(changes, one);
}

static struct str
fit(struct str s, size_t max)
{
	if (s.p == NULL || !utf8_valid(s))
		return STR("");
	return utf8_cut(s, max);
}

static enum err
write_change(struct ctx *c, struct account *a, const struct json *profile,
    const struct json *changes, enum update_type type)
{
	const struct store_consent_log row = {
		.id = uid_new(c->now_ms), .at_s = c->now_s,
		.update_type = type,
		.address = fit(c->client.address, ADDRESS_CHARS),
		.user_agent = fit(c->client.user_agent, AGENT_CHARS),
		.host = fit(c->client.host, HOST_CHARS),
		.versions = json_text(c->arena, json_get(profile,
		    "AcceptedConsentVersions"), false),
		.changes = json_text(c->arena, changes, false)
	};
	struct str text = json_text(c->arena, profile, false);
	enum err e;

	if (text.len > TEXT_MAX || json_check(text, LIMIT_JSON_DEPTH,
	    LIMIT_JSON_MEMBERS) != JSON_FINE)
		return err_set(c, ERR_CONSENT_INVALID, NULL,
		    "more consents than an account can keep");
	e = store_account_set_consents(c, a->uid, text, c->now_s);
	if (e == ERR_OK)
		e = store_consent_log_add(c, a->uid, &row);
	if (e == ERR_OK)
		e = audit_add(c, type == UPDATE_EDITOR ? "consents_changed" :
		    "consents_submitted", a->uid, "");
	if (e == ERR_OK) {
		a->consent_profile = text;
		a->modified_s = a->profile_modified_s = c->now_s;
	}
	return e;
}

/* Submitting */

static enum err
invalid(struct ctx *c, const char *why)
{
	return err_set(c, ERR_CONSENT_INVALID, NULL, "%s", why);
}

bool
consent_names(const struct consent_input *in,
    const struct consent_form *form)
{
	size_t i;

	for (i = 0; i < in->n_events; i++)
		if (in->events[i].custom == form->custom &&
		    str_eq(consent_event_name(in->events[i].event),
		    form->event))
			return true;
	return false;
}

static const struct consent_choice *
choice_of(const struct consent_input *in, struct str id)
{
	size_t i;

	for (i = 0; i < in->n_choices; i++)
		if (str_eq(in->choices[i].id, id))
			return &in->choices[i];
	return NULL;
}

static const struct consent_form *
form_of(struct ctx *c, const struct consent_forms *f,
    const struct consent_event *e)
{
	return consent_form_live(f, consent_event_name(e->event), e->custom,
	    c->now_s);
}

static enum err
judge_form(struct ctx *c, const struct consent_input *in,
    const struct consent_form *form)
{
	const struct consent_choice *choice;
	size_t i;

	for (i = 0; i < form->n_options; i++) {
		choice = choice_of(in, form->options[i].id);
		if (choice == NULL)
			return invalid(c, "an option is missing");
		if (form->options[i].strict && !choice->accepted)
			return invalid(c, "a strict option is declined");
	}
	return ERR_OK;
}

static bool
is_asked(struct ctx *c, const struct consent_forms *f,
    const struct consent_input *in, struct str id)
{
	size_t i;

	for (i = 0; i < in->n_events; i++)
		if (consent_form_option(form_of(c, f, &in->events[i]), id) !=
		    NULL)
			return true;
	return false;
}

enum err
consent_judge(struct ctx *c, const struct consent_forms *f,
    const struct consent_input *in)
{
	const struct consent_form *form;
	enum err e = ERR_OK;
	size_t i;

	if (in->n_events == 0)
		return invalid(c, "no event");
	for (i = 0; i < in->n_events && e == ERR_OK; i++) {
		form = form_of(c, f, &in->events[i]);
		e = form != NULL ? judge_form(c, in, form) : err_set(c,
		    ERR_CONSENT_NO_FORM, NULL, "no form for an event");
	}
	for (i = 0; i < in->n_choices && e == ERR_OK; i++)
		if (!is_asked(c, f, in, in->choices[i].id) ||
		    choice_of(in, in->choices[i].id) != &in->choices[i])
			e = invalid(c, "an option is unknown or repeated");
	return e;
}

enum err
consent_record(struct ctx *c, struct account *a,
    const struct consent_input *in)
{
	struct json *profile = consent_profile(c, a);
	struct json *changes = json_new_array(c->arena);
	const struct consent_forms *f;
	enum err e;
	size_t i;

	e = consent_forms(c, &f);
	if (e == ERR_OK)
		e = consent_judge(c, f, in);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < in->n_events; i++)
		set_version(c, profile, form_of(c, f, &in->events[i]));
	for (i = 0; i < in->n_choices; i++) {
		add_change(c, changes, &in->choices[i], consent_has(profile,
		    in->choices[i].id));
		set_consent(c, profile, &in->choices[i]);
	}
	return write_change(c, a, profile, changes, UPDATE_DEFAULT);
}

/* C2 and C3 */

struct change {
	struct uid uid;
	const struct consent_input *in;
	const struct consent_forms *forms;
	struct account account;
	bool wrote;
};

static enum err
submit_tx(struct ctx *c, void *arg)
{
	struct change *g = arg;
	enum err e;

	e = account_lock(c, g->uid, &g->account);
	if (e == ERR_OK)
		e = consent_record(c, &g->account, g->in);
	/* Read before the commit: afterwards nothing may fail. */
	return e != ERR_OK ? e : account_read_lock(c, &g->account);
}

/* Ours, or of somebody who came after; then it is made once more, which has
 * the same end. */
static enum err
change_in_doubt(struct ctx *c, void *arg)
{
	const struct change *g = arg;
	struct account a;
	enum err e;

	if (!g->wrote)
		return ERR_NOT_FOUND;
	e = account_get(c, g->uid, &a);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_UNAVAILABLE : e;
	return str_eq(a.consent_profile, g->account.consent_profile) ?
	    ERR_OK : ERR_NOT_FOUND;
}

enum err
consent_submit(struct ctx *c, struct uid uid, const struct consent_input *in,
    struct json **profile_out)
{
	struct change g = { .uid = uid, .in = in, .wrote = true };
	enum err e;

	e = store_tx(c, submit_tx, &g, change_in_doubt);
	if (e == ERR_OK)
		*profile_out = profile_json(c, &g.account);
	return e;
}

/* To withdraw must always be possible: also what no form asks for now. */
static bool
can_change(struct ctx *c, const struct consent_forms *f,
    const struct json *profile, struct str id)
{
	const struct consent_form *form;
	size_t i;

	if (consent_has(profile, id))
		return true;
	for (i = 0; i < f->n; i++) {
		form = consent_form_live(f, f->forms[i].event,
		    f->forms[i].custom, c->now_s);
		if (form != NULL && consent_form_option(form, id) != NULL)
			return true;
	}
	return false;
}

static enum err
judge_changes(struct ctx *c, const struct change *g,
    const struct json *profile)
{
	const struct consent_input *in = g->in;
	size_t i;

	if (in->n_choices == 0)
		return invalid(c, "no option");
	for (i = 0; i < in->n_choices; i++)
		if (!can_change(c, g->forms, profile, in->choices[i].id) ||
		    choice_of(in, in->choices[i].id) != &in->choices[i])
			return invalid(c, "an option is unknown or repeated");
	return ERR_OK;
}

static enum err
update_tx(struct ctx *c, void *arg)
{
	struct change *g = arg;
	struct json *changes = json_new_array(c->arena), *profile;
	enum err e;
	size_t i;

	e = account_lock(c, g->uid, &g->account);
	if (e != ERR_OK)
		return e;
	profile = consent_profile(c, &g->account);
	e = judge_changes(c, g, profile);
	g->wrote = false;
	for (i = 0; i < g->in->n_choices && e == ERR_OK; i++) {
		const struct consent_choice *one = &g->in->choices[i];
		bool had = consent_has(profile, one->id);

		if (had == one->accepted)
			continue;	/* as it is: its date stays */
		add_change(c, changes, one, had);
		set_consent(c, profile, one);
		g->wrote = true;
	}
	return e != ERR_OK || !g->wrote ? e : write_change(c, &g->account,
	    profile, changes, UPDATE_EDITOR);
}

enum err
consent_update(struct ctx *c, struct uid uid, const struct consent_input *in,
    struct json **consents_out)
{
	struct change g = { .uid = uid, .in = in };
	enum err e;

	e = consent_forms(c, &g.forms);
	if (e == ERR_OK)
		e = store_tx(c, update_tx, &g, change_in_doubt);
	if (e == ERR_OK)
		*consents_out = consent_profile(c, &g.account);
	return e;
}

/* C4 */

enum err
consent_verify(struct ctx *c, struct uid uid, struct str event, bool custom,
    struct json **out)
{
	const struct consent_form *form;
	const struct consent_forms *f;
	struct json *profile, *j;
	struct account a;
	enum err e;

	e = consent_forms(c, &f);
	if (e != ERR_OK)
		return e;
	event = consent_event_name(event);
	form = consent_form_live(f, event, custom, c->now_s);
	if (form == NULL)
		return err_set(c, ERR_CONSENT_NO_FORM, NULL, "no form");
	e = account_get(c, uid, &a);
	if (e != ERR_OK)
		return e;
	profile = consent_profile(c, &a);
	j = json_new_object(c->arena);
	json_set(j, "ConsentProfile", profile);
	json_set_bool(j, "IsValid", consent_submitted(profile, event,
	    custom) == form->version);
	*out = j;
	return ERR_OK;
}

/* C5 */

static struct json *
stored_list(struct ctx *c, struct str text)
{
	enum json_fault fault;
	struct json *j;

	j = json_parse(c->arena, text, &fault);
	return json_type(j) == JSON_ARRAY ? j : json_new_array(c->arena);
}

static struct json *
log_json(struct ctx *c, const struct store_consent_log *l)
{
	struct json *j = json_new_object(c->arena);

	json_set_str(j, "Id", str_sub(uid_hex(c->arena, l->id), 0,
	    ID_DIGITS));
	json_set_cstr(j, "UpdateType", update_name(l->update_type));
	json_set(j, "CurrentConsentFormsVersions", stored_list(c,
	    l->versions));
	json_set_str(j, "LoggedOnDate", clock_iso(c->arena, l->at_s));
	json_set_str(j, "UserAgent", l->user_agent);
	json_set_str(j, "IP", l->address);
	json_set_str(j, "Host", l->host);
	json_set(j, "ConsentLogs", stored_list(c, l->changes));
	return j;
}

enum err
consent_logs(struct ctx *c, struct uid uid, struct json **out)
{
	struct json *list = json_new_array(c->arena), *j;
	struct store_consent_log *rows;
	const struct consent_forms *f;
	enum err e;
	size_t n;

	e = consent_forms(c, &f);
	if (e == ERR_OK)
		e = store_consent_log_list(c, uid, LOGS_MAX, &rows, &n);
	if (e != ERR_OK)
		return e;
	if (n == 0)
		return err_set(c, ERR_CONSENT_NO_LOGS, NULL, "no row");
	while (n-- > 0)			/* the newest last */
		json_append(list, log_json(c, &rows[n]));
	j = json_new_object(c->arena);
	json_set_str(j, "Uid", uid_hex(c->arena, uid));
	json_set(j, "ConsentLogs", list);
	*out = j;
	return ERR_OK;
}
