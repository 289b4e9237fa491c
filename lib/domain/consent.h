/*
 * Consents: forms that a person submits for an event, and the options in
 * them, which can be given and withdrawn at any time.
 */
#ifndef DOMAIN_CONSENT_H
#define DOMAIN_CONSENT_H

#include "account.h"
#include "consent_form.h"
#include "login.h"

/* What was submitted. */
struct consent_event { struct str event; bool custom; };
struct consent_choice { struct str id; bool accepted; };
struct consent_input {
	const struct consent_event *events;
	size_t n_events;
	const struct consent_choice *choices;
	size_t n_choices;
};
/*
 * From the API's arrays of {Event, IsCustom} and {ConsentOptionId,
 * IsAccepted}; events may be NULL.  ERR_BODY_SHAPE where the type of a member
 * is wrong, ERR_CONSENT_INVALID where one is missing.
 */
MUST_CHECK enum err consent_input_read(struct ctx *c,
    const struct json *events, const struct json *choices,
    struct consent_input *out);

/* What somebody is asked for: on a page, or at the gate. */
struct consent_ask {
	struct str policy;	/* version to accept; absent: none */
	bool policy_strict;
	const struct consent_form **forms;
	size_t n_forms;
	const struct consent_option **options;	/* each once */
	size_t n_options;
};
/* At registration. */
MUST_CHECK enum err consent_ask_registration(struct ctx *c,
    struct consent_ask *out);
/* By the ticket of a sign-in on our pages that stopped.
 * ERR_CONSENT_TOKEN_INVALID, _EXPIRED. */
MUST_CHECK enum err consent_ask_ticket(struct ctx *c, struct str token,
    struct consent_ask *out);
/* All that the account could give or withdraw now. */
MUST_CHECK enum err consent_ask_account(struct ctx *c,
    const struct account *a, struct consent_ask *out);
/* Has the account given this one? */
bool consent_given(struct ctx *c, const struct account *a, struct str id);

/*
 * At registration: what is sent is judged without the database; then, inside
 * the transaction, recorded for the new account.  *record_out: there is
 * something to record.  *missing_out: there is a form, and nothing was sent
 * (in NULL).  ERR_CONSENT_INVALID.
 */
MUST_CHECK enum err consent_judge_registration(struct ctx *c,
    const struct consent_input *in, bool *record_out, bool *missing_out);
MUST_CHECK enum err consent_record(struct ctx *c, struct account *a,
    const struct consent_input *in);

/*
 * C1, and our page: what stopped a sign-in, or a registration, is submitted,
 * and it goes on.  The gate may stop it again: what was submitted stands, and
 * the error says what is next.  ERR_CONSENT_OFF, ERR_CONSENT_TOKEN_INVALID,
 * ERR_CONSENT_TOKEN_EXPIRED, ERR_CONSENT_NO_FORM, ERR_CONSENT_INVALID;
 * ERR_PRIVACY_NOT_ACCEPTED and ERR_PRIVACY_VERSION for pages.
 */
struct consent_continue {
	struct str token;
	struct consent_input in;
	bool accept_policy;	/* pages: the box was checked */
	struct str policy;	/* pages: the version that was shown */
	struct str source;
	struct str browser;	/* pages: the mark that came along, or absent */
	struct session_options session;
};
struct consent_result {
	bool has_session;	/* else a registration that awaits a proof */
	struct session_tokens tokens;
	bool remember;		/* as the sign-in began */
	struct json *profile;
};
MUST_CHECK enum err consent_go_on(struct ctx *c,
    const struct consent_continue *in, struct consent_result *out);

/* C2.  ERR_CONSENT_OFF, ERR_CONSENT_NO_FORM, ERR_CONSENT_INVALID. */
MUST_CHECK enum err consent_submit(struct ctx *c, struct uid uid,
    const struct consent_input *in, struct json **profile_out);
/* C3: ConsentProfile.  ERR_CONSENT_OFF, ERR_CONSENT_INVALID. */
MUST_CHECK enum err consent_update(struct ctx *c, struct uid uid,
    const struct consent_input *in, struct json **consents_out);
/* C4.  ERR_CONSENT_OFF, ERR_CONSENT_NO_FORM. */
MUST_CHECK enum err consent_verify(struct ctx *c, struct uid uid,
    struct str event, bool custom, struct json **out);
/* C5.  ERR_CONSENT_OFF, ERR_CONSENT_NO_LOGS. */
MUST_CHECK enum err consent_logs(struct ctx *c, struct uid uid,
    struct json **out);

/* Step 11 of the gate. */
MUST_CHECK enum err consent_gate(struct ctx *c, const struct account *a,
    const struct gate *g);

#endif
