#include "serve.h"

#include "domain/consent.h"
#include "domain/privacy.h"
#include "response.h"

/* ---- V1, V2 ---- */

static const struct reply reply_acceptance[] = {
	{ "Version", REPLY_TEXT, 0, NULL },
	{ "AcceptSource", REPLY_TEXT, 0, NULL },
	{ "AcceptDateTime", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_policy_history[] = {
	{ "Uid", REPLY_TEXT, 0, NULL },
	{ "Current", REPLY_OBJECT, REPLY_NULLABLE, reply_acceptance },
	{ "History", REPLY_ARRAY, 0, reply_acceptance },
	{ NULL, 0, 0, NULL }
};
const struct field in_policy_accept[] = {
	{ "version", NULL, IN_QUERY | IN_BODY, FIELD_LINE | FIELD_JUNK,
	  FIELD_TEXT, 0, ERR_PRIVACY_VERSION, 64, AT(in_policy, version),
	  "The version that was read; must be the present one" },
	{ .name = NULL }
};
const enum err errors_policy_accept[] = { ERR_PRIVACY_NONE,
	ERR_PRIVACY_VERSION, ERR_PRIVACY_ACCEPTED, ERR_NO_PROFILE,
	ERR_CONSENT_OUTSTANDING, ERR_PIN_REQUIRED, ERR_LOGIN_DISABLED,
	ERR_LOGIN_REFUSED, ERR_OK };
const enum err errors_policy_history[] = { ERR_PRIVACY_NONE, ERR_NO_PROFILE,
	ERR_OK };

enum err
serve_policy_accept(struct http *h, const void *arg)
{
	const struct in_policy *in = arg;
	struct json *profile;
	enum err e;

	e = privacy_accept(h->ctx, &h->session, in->version,
	    serve_source(h), &profile);
	return e != ERR_OK ? e : response_json(h, profile);
}

enum err
serve_policy_history(struct http *h, const void *in)
{
	struct json *j;
	enum err e;

	(void)in;
	e = privacy_history(h->ctx, h->session.uid, &j);
	return e != ERR_OK ? e : response_json(h, j);
}

/* ---- C1 ---- */

/* A session; or, where a registration awaits a proof, IsPosted. */
const struct reply reply_went_on[] = {
	{ "IsPosted", REPLY_BOOL, REPLY_OPTIONAL, NULL },
	{ "Profile", REPLY_PROFILE, REPLY_OPTIONAL, NULL },
	{ "access_token", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "refresh_token", REPLY_GUID, REPLY_OPTIONAL | REPLY_NULLABLE,
	  NULL },
	{ "expires_in", REPLY_TIME, REPLY_OPTIONAL, NULL },
	{ "session_token", REPLY_GUID, REPLY_OPTIONAL, NULL },
	{ "session_expires_in", REPLY_TIME, REPLY_OPTIONAL, NULL },
	{ NULL, 0, 0, NULL }
};

#define CHOICES(name) \
	{ name, NULL, IN_BODY, FIELD_REQUIRED, FIELD_JSON, \
	  ERR_CONSENT_INVALID, 0, 0, AT(in_consent, choices), \
	  "Array of {ConsentOptionId, IsAccepted}" }
#define SUBMITTED \
	{ "Events", NULL, IN_BODY, FIELD_REQUIRED, FIELD_JSON, \
	  ERR_CONSENT_INVALID, 0, 0, AT(in_consent, events), \
	  "Array of {Event, IsCustom}" }, \
	CHOICES("Data")

const struct field in_consent_token[] = {
	{ "consenttoken", NULL, IN_QUERY | IN_BODY, FIELD_REQUIRED,
	  FIELD_TEXT, 0, ERR_CONSENT_TOKEN_INVALID, 256,
	  AT(in_consent, token), "Token that came with error 1226" },
	SUBMITTED,
	{ .name = NULL }
};
const struct field in_consent_submit[] = {
	SUBMITTED,
	{ .name = NULL }
};
const struct field in_consent_update[] = {
	CHOICES("Consents"),
	{ .name = NULL }
};
const enum err errors_consent_token[] = { ERR_CONSENT_OFF,
	ERR_CONSENT_NO_FORM, ERR_CONSENT_INVALID, ERR_CONSENT_TOKEN_INVALID,
	ERR_CONSENT_TOKEN_EXPIRED, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED,
	ERR_LOGIN_REFUSED, ERR_PRIVACY_OUTSTANDING, ERR_PIN_REQUIRED,
	ERR_MAIL_LIMIT, ERR_OK };
const enum err errors_consent_submit[] = { ERR_CONSENT_OFF,
	ERR_CONSENT_NO_FORM, ERR_CONSENT_INVALID, ERR_OK };
const enum err errors_consent_update[] = { ERR_CONSENT_OFF,
	ERR_CONSENT_INVALID, ERR_OK };

enum err
serve_consent_token(struct http *h, const void *arg)
{
	const struct in_consent *in = arg;
	struct consent_result out = { 0 };
	struct consent_continue g = {
		.token = in->token,
		.source = serve_source(h),
		.session = { .kind = SESSION_API }
	};
	enum err e;

	e = consent_input_read(h->ctx, in->events, in->choices, &g.in);
	if (e == ERR_OK)
		e = consent_go_on(h->ctx, &g, &out);
	if (e != ERR_OK)
		return e;
	if (!out.has_session)
		return response_flag(h, "IsPosted", true);
	return response_json(h, serve_session_json(h, out.profile,
	    &out.tokens));
}

/* ---- C2, C3 ---- */

static const struct reply reply_form_version[] = {
	{ "Event", REPLY_TEXT, 0, NULL },
	{ "Version", REPLY_INT, 0, NULL },
	{ "IsCustom", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_consent[] = {
	{ "ConsentOptionId", REPLY_TEXT, 0, NULL },
	{ "AcceptOnDate", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_consents[] = {
	{ "AcceptedConsentVersions", REPLY_ARRAY, 0, reply_form_version },
	{ "Consents", REPLY_ARRAY, 0, reply_consent },
	{ NULL, 0, 0, NULL }
};

enum err
serve_consent_submit(struct http *h, const void *arg)
{
	const struct in_consent *in = arg;
	struct consent_input submitted;
	struct json *profile;
	enum err e;

	e = consent_input_read(h->ctx, in->events, in->choices, &submitted);
	if (e == ERR_OK)
		e = consent_submit(h->ctx, h->session.uid, &submitted,
		    &profile);
	return e != ERR_OK ? e : response_json(h, profile);
}

enum err
serve_consent_update(struct http *h, const void *arg)
{
	const struct in_consent *in = arg;
	struct consent_input changes;
	struct json *consents;
	enum err e;

	e = consent_input_read(h->ctx, NULL, in->choices, &changes);
	if (e == ERR_OK)
		e = consent_update(h->ctx, h->session.uid, &changes,
		    &consents);
	return e != ERR_OK ? e : response_json(h, consents);
}

/* ---- C4, C5 ---- */

const struct reply reply_consent_verify[] = {
	{ "ConsentProfile", REPLY_OBJECT, 0, reply_consents },
	{ "IsValid", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_change[] = {
	{ "ConsentId", REPLY_TEXT, 0, NULL },
	{ "Event", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_log[] = {
	{ "Id", REPLY_TEXT, 0, NULL },
	{ "UpdateType", REPLY_TEXT, 0, NULL },
	{ "CurrentConsentFormsVersions", REPLY_ARRAY, 0,
	  reply_form_version },
	{ "LoggedOnDate", REPLY_TIME, 0, NULL },
	{ "UserAgent", REPLY_TEXT, 0, NULL },
	{ "IP", REPLY_TEXT, 0, NULL },
	{ "Host", REPLY_TEXT, 0, NULL },
	{ "ConsentLogs", REPLY_ARRAY, 0, reply_change },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_consent_logs[] = {
	{ "Uid", REPLY_TEXT, 0, NULL },
	{ "ConsentLogs", REPLY_ARRAY, 0, reply_log },
	{ NULL, 0, 0, NULL }
};
const struct field in_consent_verify[] = {
	{ "event", NULL, IN_QUERY, FIELD_REQUIRED | FIELD_LINE, FIELD_TEXT,
	  0, 0, 64, AT(in_consent, event), "Login, for one" },
	{ "iscustom", NULL, IN_QUERY, FIELD_JUNK, FIELD_BOOL, 0, 0, 0,
	  AT(in_consent, custom), "Is it an event of the site's own" },
	{ .name = NULL }
};
const enum err errors_consent_verify[] = { ERR_CONSENT_OFF,
	ERR_CONSENT_NO_FORM, ERR_OK };
const enum err errors_consent_logs[] = { ERR_CONSENT_OFF,
	ERR_CONSENT_NO_LOGS, ERR_OK };

enum err
serve_consent_verify(struct http *h, const void *arg)
{
	const struct in_consent *in = arg;
	struct json *j;
	enum err e;

	e = consent_verify(h->ctx, h->session.uid, in->event, in->custom,
	    &j);
	return e != ERR_OK ? e : response_json(h, j);
}

enum err
serve_consent_logs(struct http *h, const void *in)
{
	struct json *j;
	enum err e;

	(void)in;
	e = consent_logs(h->ctx, h->session.uid, &j);
	return e != ERR_OK ? e : response_json(h, j);
}
