/*
 * Creating an account.  All that can be judged without the database is
 * judged first, the password is hashed in every case, and then one
 * transaction decides by the unique keys.  Where existence is hidden, a
 * known address takes the same way to the same answer, and its owner hears
 * of it by mail.
 */
#include "registration.h"

#include "account_create.h"
#include "account_held.h"
#include "account_internal.h"
#include "address.h"
#include "audit.h"
#include "base/config.h"
#include "codec/text.h"
#include "codec/url.h"
#include "crypto/pwhash.h"
#include "crypto/sott.h"
#include "limit.h"
#include "login.h"
#include "outbox.h"
#include "password.h"
#include "phone.h"
#include "privacy.h"
#include "profile_secrets.h"
#include "registration_internal.h"
#include "schema.h"
#include "store/store_account.h"
#include "store/store_limit.h"
#include "store/store_pending.h"
#include "store/store_registration.h"
#include "store/store_tx.h"
#include "ticket.h"
#include "verification.h"

/*
 * A pending account this young is the same wish as a new registration of its
 * address (a second press of the button, a burst), not a new one.
 */
#define SAME_WISH_S	60
#define NOTICE_EVERY_S	86400
#define HOUR_S		3600
#define WAITS_PER_HOUR	100	/* of one address */

struct making {
	const struct registration *in;
	struct account_create account;
	/* What it signs up with, and what waits beside it to be proven. */
	const struct identifier *first;
	struct identifier waiting_email, waiting_phone;	/* kind 0: none */
	char phc[PWHASH_MAX];
	struct profile_secrets secrets;
	struct store_pending more[REGISTRATION_MORE];
	struct str base;		/* of links */
	struct str policy;		/* that is accepted; absent: none */
	bool has_consents;		/* that are to be recorded */
	bool unfinished;		/* the form's answers are missing */
	bool has_sott;
	unsigned char sott[32];
	int64_t sott_until_s;
	/* set anew by each run of the transaction */
	struct uid uid;
	bool created, has_session;
	bool mail_full, sms_full;	/* that limit is reached */
	struct account made;
	struct session_tokens tokens;
	struct err_detail waits;	/* unfinished: the answer */
};

static bool
by_phone(const struct making *m)
{
	return m->first->kind == IDENTIFIER_PHONE;
}

static bool
mail_flow_is(const struct ctx *c, const char *flow)
{
	return str_eq(c->config->registration_verification, str_of(flow));
}

/* Of what it signs up with. */
static bool
flow_is(const struct ctx *c, const struct making *m, const char *flow)
{
	return by_phone(m) ? phone_flow_is(c, flow) : mail_flow_is(c, flow);
}

static bool
is_limited(const struct making *m)
{
	return by_phone(m) ? m->sms_full : m->mail_full;
}

static struct str
email_of(const struct making *m)
{
	return m->account.email.kind != 0 ? m->account.email.canonical :
	    m->waiting_email.canonical;
}

static struct str
phone_of(const struct making *m)
{
	return m->account.phone.kind != 0 ? m->account.phone.canonical :
	    m->waiting_phone.canonical;
}

/* Is a known address answered like a fresh one (S-019)? */
static bool
quiet(const struct ctx *c, const struct making *m)
{
	return m->in->from_page || (flow_is(c, m, "required") &&
	    !c->config->compat_reveal_account_existence);
}

/* SOTT: before any look at the body */

static int64_t
sott_max(const struct ctx *c)
{
	return c->config->sott_single_use ? 1 :
	    c->config->sott_max_registrations;
}

static enum err
bad_sott(struct ctx *c)
{
	struct err_detail why = c->err;
	enum err e;

	e = limit_source_failed(c);
	c->err = why;
	return e != ERR_OK ? e : ERR_SOTT_INVALID;
}

static enum err
check_sott(struct ctx *c, struct making *m)
{
	int64_t uses;
	enum err e;

	if (m->in->from_page || m->in->by_captcha ||
	    !c->config->sott_required)
		return ERR_OK;
	if (!str_present(m->in->sott))
		return err_set(c, ERR_SOTT_MISSING, NULL, "none");
	sott_hash(c, m->in->sott, m->sott);
	/* a flood costs no derivation */
	e = limit_source_and_mark(c, m->sott, &uses);
	if (e == ERR_OK)
		e = sott_check(c, m->in->sott, m->sott, &m->sott_until_s);
	if (e == ERR_SOTT_INVALID)
		return bad_sott(c);
	if (e != ERR_OK)
		return e;
	m->has_sott = true;
	m->sott_until_s += HOUR_S;	/* its mark lives longer */
	return uses < sott_max(c) ? ERR_OK : err_set(c, ERR_SOTT_INVALID,
	    NULL, "used up");
}

static enum err
check_proofs(struct ctx *c, struct making *m)
{
	static const struct captcha_answer none;
	const struct captcha_answer *answer = m->in->captcha;
	enum err e;

	if (answer == NULL)
		answer = &none;
	e = check_sott(c, m);
	if (e != ERR_OK)
		return e;
	return m->in->by_captcha ?
	    captcha_check(c, CAPTCHA_REGISTER, answer) :
	    captcha_demand(c, CAPTCHA_REGISTER, answer);
}

/* The request */

static struct str
domain_of(struct str address)
{
	struct str local;

	str_split(&address, '@', &local);
	return address;
}

static bool
is_listed_address(struct ctx *c, const struct list *l, struct str canonical)
{
	struct identifier id;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (identifier_email(c->arena, l->items[i],
		    c->config->login_fold_local_part, &id) == ERR_OK &&
		    str_eq(id.canonical, canonical))
			return true;
	return false;
}

/* The setting may spell a domain in Unicode; addresses are compared in
 * ASCII. */
static bool
is_listed(struct ctx *c, const struct list *l, struct str domain)
{
	struct str mailbox;
	size_t i;

	for (i = 0; i < l->n; i++) {
		mailbox = identifier_mailbox(c->arena, str_printf(c->arena,
		    "x@%.*s", STR_FMT(l->items[i])));
		if (mailbox.p != NULL && str_ieq(domain_of(mailbox), domain))
			return true;
	}
	return false;
}

enum err
registration_admits(struct ctx *c, struct str canonical)
{
	const struct config *cfg = c->config;
	struct str domain = domain_of(canonical);

	if (is_listed_address(c, &cfg->registration_deny_addresses,
	    canonical))
		return err_set(c, ERR_EMAIL_NOT_ADMITTED, "email",
		    "address not admitted");
	if (is_listed_address(c, &cfg->registration_allow_addresses,
	    canonical))
		return ERR_OK;
	if (is_listed(c, &cfg->registration_deny_domains, domain) ||
	    (cfg->registration_allow_domains.n > 0 &&
	    !is_listed(c, &cfg->registration_allow_domains, domain)))
		return err_set(c, ERR_EMAIL_DOMAIN, "email",
		    "domain not admitted");
	return ERR_OK;
}

static enum err
read_email(struct ctx *c, struct making *m, struct identifier *out)
{
	enum err e;

	e = identifier_email(c->arena, m->in->email,
	    c->config->login_fold_local_part, out);
	return e != ERR_OK ? err_set(c, e, "email", "malformed") :
	    registration_admits(c, out->canonical);
}

/* The second waits beside the first, unless its kind is never proven. */
static void
place(const struct ctx *c, struct making *m, struct identifier *email,
    struct identifier *phone)
{
	bool both = email->kind != 0 && phone->kind != 0;
	bool email_first = email->kind != 0 && (!both ||
	    c->config->login_email);

	if (both && !email_first && !mail_flow_is(c, "disabled"))
		m->waiting_email = *email;
	else
		m->account.email = *email;
	if (both && email_first && !phone_flow_is(c, "disabled"))
		m->waiting_phone = *phone;
	else
		m->account.phone = *phone;
	m->first = email_first ? &m->account.email : &m->account.phone;
	m->account.phone_first = !email_first;
}

static enum err
read_identifiers(struct ctx *c, struct making *m)
{
	struct identifier email = { .kind = 0 }, phone = { .kind = 0 };
	const struct registration *r = m->in;
	enum err e = ERR_OK;

	if (!str_present(r->email) && !str_present(r->phone))
		return !c->config->login_email && c->config->login_phone ?
		    err_set(c, ERR_PHONE_MISSING, "phone", "none") :
		    err_set(c, ERR_EMAIL_MISSING, "email", "none");
	if (str_present(r->email))
		e = read_email(c, m, &email);
	if (e == ERR_OK && str_present(r->phone))
		e = phone_read(c, r->phone, &phone);
	if (e == ERR_OK && str_present(r->username))
		e = account_judge_username(c, r->username,
		    &m->account.username);
	if (e == ERR_OK)
		place(c, m, &email, &phone);
	return e;
}

static enum err
read_password(struct ctx *c, struct making *m, struct str *normal)
{
	const struct registration *r = m->in;
	struct account_email address = { .given = r->email };
	const struct account will_be = {
		.profile = m->account.document, .username = r->username,
		.emails = &address, .n_emails = str_present(r->email) ? 1 : 0,
		.phone = m->first->kind == IDENTIFIER_PHONE ? r->phone :
		    STR_NONE
	};
	struct str words[ACCOUNT_WORDS];

	*normal = STR_NONE;
	if (!c->config->login_password && !secret_present(&r->password))
		return ERR_OK;
	return password_judge_new(c, NULL, &r->password, words,
	    account_words(c, &will_be, words), normal);
}

/* What is accepted, or not, of policy and consents. */
static enum err
read_agreements(struct ctx *c, struct making *m)
{
	struct str version;
	enum err e;

	m->policy = STR_NONE;
	if (privacy_version(c, &version) && m->in->accept_policy) {
		e = privacy_judge(c, m->in->policy, &m->policy);
		if (e != ERR_OK)
			return e;
	} else if (privacy_version(c, &version) && privacy_strict(c)) {
		return err_set(c, ERR_PRIVACY_NOT_ACCEPTED,
		    "AcceptPrivacyPolicy", "not accepted");
	}
	return consent_judge_registration(c, m->in->consents,
	    &m->has_consents, &m->unfinished);
}

/* They wait for the first proof, and then for their own. */
static enum err
read_more(struct ctx *c, struct making *m)
{
	const struct registration *r = m->in;
	struct identifier id;
	enum err e = ERR_OK;
	size_t i, k;

	must(r->n_more <= REGISTRATION_MORE);
	for (i = 0; i < r->n_more && e == ERR_OK; i++) {
		e = identifier_email(c->arena, r->more[i].email,
		    c->config->login_fold_local_part, &id);
		if (e != ERR_OK)
			return err_set(c, e, "email", "malformed");
		for (k = 0; k < i; k++)
			if (str_eq(m->more[k].canonical, id.canonical))
				break;
		if (k < i || str_eq(m->account.email.canonical, id.canonical))
			return err_set(c, ERR_EMAIL_REPEATED, "email",
			    "listed twice");
		m->more[i] = (struct store_pending){
			.kind = IDENTIFIER_EMAIL, .canonical = id.canonical,
			.given = id.given, .created_s = c->now_s,
			.label = utf8_cut(address_type(r->more[i].label), 64)
		};
		e = registration_admits(c, id.canonical);
	}
	return e;
}

static enum err
judge_identifiers(struct ctx *c, const struct making *m)
{
	if (schema_requires(c, SCHEMA_USERNAME) &&
	    !str_present(m->in->username))
		return err_set(c, ERR_USERNAME_MISSING, "username", "none");
	if (schema_requires(c, SCHEMA_ADDRESS) && !str_present(m->in->email))
		return err_set(c, ERR_EMAIL_MISSING, "email", "none");
	if (c->config->login_phone && schema_requires(c, SCHEMA_PHONE) &&
	    !str_present(m->in->phone))
		return err_set(c, ERR_PHONE_MISSING, "phone", "none");
	if (!schema_judge_text(c, SCHEMA_PHONE, m->in->phone))
		return err_set(c, ERR_VALIDATION, "PhoneId",
		    "against the schema");
	return schema_judge_text(c, SCHEMA_ADDRESS, m->in->email) ? ERR_OK :
	    err_set(c, ERR_VALIDATION, "Email", "against the schema");
}

/* Order: api-registration-login §4.1.  That somebody is too young is told
 * when all else is well. */
static enum err
check_request(struct ctx *c, struct making *m, struct str *normal)
{
	const struct registration *r = m->in;
	struct err_detail young = { .code = ERR_OK };
	enum err e;

	if (!c->config->registration_enabled)
		return err_set(c, ERR_REGISTRATION_OFF, NULL, "off");
	e = read_identifiers(c, m);
	if (e == ERR_OK)
		e = judge_identifiers(c, m);
	if (e == ERR_OK)
		e = read_more(c, m);
	if (e == ERR_OK)
		e = profile_from_registration(c, r->body,
		    &m->account.document, &m->account.required_filled);
	if (e == ERR_UNDER_AGE) {
		young = c->err;
		e = ERR_OK;
	}
	if (e == ERR_OK)
		e = read_password(c, m, normal);
	if (e == ERR_OK && young.code != ERR_OK) {
		c->err = young;
		e = ERR_UNDER_AGE;
	}
	if (e == ERR_OK)
		e = read_agreements(c, m);
	if (e == ERR_OK)
		e = profile_secrets_register(c, r->body,
		    m->account.document, &m->secrets);
	if (e == ERR_OK)
		e = link_base(c, r->verification_url, "/verify", &m->base);
	m->account.email_label = r->email_label;
	m->account.source = privacy_source(r->source);
	return e;
}

static enum err
make_hash(struct ctx *c, struct making *m, struct str normal)
{
	enum err e;

	if (normal.p == NULL)
		return ERR_OK;
	e = pwhash_make(c, normal, m->phc);
	m->account.phc = m->phc;
	return e;
}

/* The transaction */

static enum err
use_sott(struct ctx *c, const struct making *m)
{
	bool used = false;
	enum err e;

	if (!m->has_sott)
		return ERR_OK;
	e = store_mark_use(c, m->sott, sott_max(c), m->sott_until_s, &used);
	if (e == ERR_OK && !used)
		e = err_set(c, ERR_SOTT_INVALID, NULL, "used up");
	return e;
}

/* Is it an error that no mail can go out? */
static bool
must_mail(const struct ctx *c, const struct making *m)
{
	return flow_is(c, m, "required") && !by_phone(m);
}

/*
 * Counted before it shows whether the address or number is known, so that the
 * limits tell nothing of that.  The row of the address serialises what
 * arrives for it at one time.  A full target is no error where existence is
 * hidden: the account is made, or left as it is, without a message.
 */
static enum err
use_mail_limits(struct ctx *c, struct making *m)
{
	struct str address = email_of(m);
	enum err e;

	if (address.p == NULL ||
	    (mail_flow_is(c, "disabled") && !m->in->from_page))
		return ERR_OK;
	e = limit_mail_target(c, VERIFICATION_MAIL, address);
	if (e == ERR_MAIL_LIMIT) {
		m->mail_full = true;
		return ERR_OK;
	}
	if (e != ERR_OK || must_mail(c, m))
		return e;
	e = limit_mail_source(c);
	if (e == ERR_MAIL_LIMIT) {
		m->mail_full = true;
		return ERR_OK;
	}
	return e;
}

/*
 * The rows that many registrations share, of one SOTT and of one source, are
 * locked last and for a moment: who comes at the same time does not wait for
 * the rest of the others' work.
 */
static enum err
use_source(struct ctx *c, const struct making *m)
{
	return must_mail(c, m) && !m->mail_full ? limit_mail_source(c) :
	    ERR_OK;
}

static enum err
use_shared(struct ctx *c, const struct making *m)
{
	bool mails = !m->unfinished && must_mail(c, m) && !m->mail_full;
	bool passed = false;
	enum err e = ERR_OK;

	if (mails && m->has_sott)
		e = limit_mail_source_and_mark(c, m->sott, sott_max(c),
		    m->sott_until_s, &passed);
	if (e != ERR_OK || passed)
		return e;
	if (!m->unfinished)
		e = use_source(c, m);
	return e != ERR_OK ? e : use_sott(c, m);
}

static bool
wants_sms(const struct ctx *c, const struct making *m)
{
	return phone_of(m).p != NULL && !phone_flow_is(c, "disabled") &&
	    !(m->in->prevent_verification_sms &&
	    phone_flow_is(c, "optional"));
}

static enum err
use_sms_limits(struct ctx *c, struct making *m)
{
	enum err e;

	if (!wants_sms(c, m))
		return ERR_OK;
	e = limit_sms_quietly(c, PHONE_SMS, phone_of(m), m->in->voice,
	    &m->sms_full);
	if ((e == ERR_SMS_LIMIT || e == ERR_SMS_QUOTA) &&
	    !(flow_is(c, m, "required") && by_phone(m))) {
		m->sms_full = true;
		return ERR_OK;
	}
	return e;
}

/*
 * What waits for its consents has its mail counted when they arrive.  The row
 * of the address serialises, as above, and bounds what a flood can change.
 */
static enum err
use_wait(struct ctx *c, const struct making *m)
{
	return limit_meter(c, "registration waits", m->first->canonical,
	    WAITS_PER_HOUR, HOUR_S);
}

static enum err
use_limits(struct ctx *c, struct making *m)
{
	enum err e;

	m->mail_full = m->sms_full = false;
	e = use_mail_limits(c, m);
	return e != ERR_OK ? e : use_sms_limits(c, m);
}

/* And notes why, in one statement with the mail. */
static enum err
send_mail(struct ctx *c, const struct making *m, bool decoy,
    const struct audit_event *cause)
{
	bool waits = m->waiting_email.kind != 0;
	const struct identifier *to = waits ? &m->waiting_email :
	    &m->account.email;
	struct verification_mail mail = {
		.uid = m->uid, .generation = 1, .canonical = to->canonical,
		.given = to->given, .base = m->base,
		.variant = m->in->email_template,
		.return_url = m->in->return_url, .decoy = decoy, .first = true,
		.cause = cause
	};
	static const struct uid nobody;

	if (to->kind == 0 || mail_flow_is(c, "disabled") || m->mail_full ||
	    m->in->prevent_verification_email)
		return audit_add(c, cause->event, cause->uid, cause->detail);
	if (decoy) {
		mail.uid = nobody;
		mail.canonical = uid_hex(c->arena, ticket_decoy_uid(c,
		    to->canonical));
	}
	return verification_send(c, &mail);
}

static enum err
send_sms(struct ctx *c, const struct making *m, bool decoy)
{
	struct phone_code sms = {
		.purpose = TICKET_VERIFY_PHONE, .template = PHONE_SMS,
		.variant = m->in->sms_template, .number = phone_of(m),
		.uid = m->uid, .generation = 1, .voice = m->in->voice,
		.decoy = decoy
	};
	static const struct uid nobody;

	if (!wants_sms(c, m) || m->sms_full)
		return ERR_OK;
	if (decoy) {
		sms.uid = nobody;
		sms.address = uid_hex(c->arena, ticket_decoy_uid(c,
		    sms.number));
	} else if (m->waiting_phone.kind != 0) {
		return phone_send_change_code(c, m->uid, 1, sms.number,
		    sms.variant, sms.voice);
	}
	return phone_send_code(c, &sms);
}

/* What was given beside the first identifier leads nowhere yet. */
static enum err
put_waiting(struct ctx *c, const struct making *m)
{
	const struct store_pending email = {
		.kind = IDENTIFIER_EMAIL,
		.canonical = m->waiting_email.canonical,
		.given = m->waiting_email.given, .label = STR("Primary"),
		.created_s = c->now_s
	};
	enum err e = ERR_OK;

	if (m->waiting_email.kind != 0)
		e = store_pending_put(c, m->uid, &email);
	if (e == ERR_OK && m->waiting_phone.kind != 0)
		e = phone_await(c, m->uid, m->waiting_phone.canonical);
	return e;
}

static enum err
send_verification(struct ctx *c, const struct making *m)
{
	const struct audit_event cause = { "registered", m->uid, "" };
	enum err e;

	e = put_waiting(c, m);
	if (e == ERR_OK)
		e = send_mail(c, m, false, &cause);
	return e != ERR_OK ? e : send_sms(c, m, false);
}

static enum err
start_session(struct ctx *c, struct making *m)
{
	struct gate g = { .session = m->in->session,
		.method = "registration", .kind = m->first->kind };
	enum err e;

	if (m->in->session.kind == 0)
		return ERR_OK;
	e = login_gate(c, &m->made, &g, &m->tokens);
	if (login_gate_refused(e))
		return ERR_OK;	/* the account is made all the same */
	m->has_session = e == ERR_OK;
	return e;
}

/* Where no proof is asked for first. */
static enum err
let_in(struct ctx *c, struct making *m)
{
	enum err e;

	e = account_get(c, m->uid, &m->made);
	if (e == ERR_OK && flow_is(c, m, "disabled") && !by_phone(m))
		e = welcome_send(c, &m->made, m->account.email.given,
		    m->in->welcome_template);
	return e != ERR_OK ? e : start_session(c, m);
}

/*
 * Its answers are missing: the account, or where the address is known nobody,
 * waits for them.  The secret is the same kind of thing in both cases.
 */
static enum err
hold_back(struct ctx *c, struct making *m, struct uid uid, bool known)
{
	static const struct uid nobody;
	const struct registration *r = m->in;
	struct json *d = json_new_object(c->arena);
	struct ticket t = {
		.purpose = TICKET_REGISTRATION, .uid = uid,
		.generation = known ? TICKET_NOBODY : 1,
		.address = m->first->canonical,
		.expires_s = c->now_s + c->config->lifetime_interrupted_s
	};
	enum err e;

	json_set_int(d, "kind", r->session.kind);
	json_set_bool(d, "quiet", r->prevent_verification_email);
	json_set_bool(d, "silent", r->prevent_verification_sms);
	json_set_bool(d, "voice", r->voice);
	json_set_str(d, "sms", r->sms_template);
	json_set_str(d, "email", email_of(m));
	json_set_str(d, "given", m->account.email.kind != 0 ?
	    m->account.email.given : m->waiting_email.given);
	json_set_str(d, "phone", phone_of(m));
	json_set_str(d, "base", m->base);
	json_set_str(d, "template", r->email_template);
	json_set_str(d, "welcome", r->welcome_template);
	t.data = json_text(c->arena, d, false);
	e = ticket_make_link(c, &t, &m->waits.token);
	m->waits.code = ERR_CONSENT_OUTSTANDING;
	m->waits.note = "registered without consents";
	m->waits.token_until_s = t.expires_s;
	return e != ERR_OK ? e : audit_add(c, "registration_unfinished",
	    known ? nobody : uid, "");
}

static enum err
hold_back_new(struct ctx *c, struct making *m)
{
	enum err e;

	e = store_account_set_state(c, m->uid, ACCOUNT_UNFINISHED, c->now_s);
	return e != ERR_OK ? e : hold_back(c, m, m->uid, false);
}

static enum err
hold_back_known(struct ctx *c, struct making *m)
{
	return hold_back(c, m, ticket_decoy_uid(c, m->first->canonical),
	    true);
}

static enum err
record_agreements(struct ctx *c, struct making *m)
{
	struct account a = { .uid = m->uid };
	enum err e = ERR_OK;

	if (m->policy.p != NULL)
		e = privacy_record(c, &a, m->policy, m->in->source);
	if (e == ERR_OK && m->has_consents)
		e = consent_record(c, &a, m->in->consents);
	return e;
}

static enum err
complete(struct ctx *c, struct making *m)
{
	enum err e;

	e = send_verification(c, m);
	if (e != ERR_OK || flow_is(c, m, "required"))
		return e;
	return let_in(c, m);
}

static enum err
add_more(struct ctx *c, const struct making *m, struct uid uid)
{
	enum err e = ERR_OK;
	size_t i;

	if (mail_flow_is(c, "disabled"))
		return ERR_OK;
	for (i = 0; i < m->in->n_more && e == ERR_OK; i++)
		e = store_pending_put(c, uid, &m->more[i]);
	return e;
}

static enum err
finish_new(struct ctx *c, struct making *m)
{
	struct account made = { .uid = m->uid };
	enum err e;

	m->created = true;
	e = profile_secrets_store(c, &made, &m->secrets, true);
	if (e == ERR_OK)
		e = add_more(c, m, m->uid);
	if (e == ERR_OK)
		e = record_agreements(c, m);
	if (e == ERR_OK)
		e = m->unfinished ? hold_back_new(c, m) : complete(c, m);
	return e;
}

/* Nobody can use it, and whoever registered may have lost the token. */
static bool
is_unfinished(const struct store_holder *h)
{
	return h->state == ACCOUNT_UNFINISHED && h->email_verified_s == 0 &&
	    h->phone_verified_s == 0;
}

static bool
is_pending(const struct ctx *c, const struct making *m,
    const struct store_holder *h)
{
	return flow_is(c, m, "required") && h->email_verified_s == 0 &&
	    h->phone_verified_s == 0 && h->logins == 0 &&
	    h->state == ACCOUNT_ACTIVE;
}

static enum err
taken(const struct making *m)
{
	return by_phone(m) ? ERR_PHONE_TAKEN : ERR_EMAIL_TAKEN;
}

/* Nobody ever proved or used it, so it does not lock the address. */
static enum err
replace_pending(struct ctx *c, struct making *m, const struct store_holder *h)
{
	enum err e;

	e = store_account_delete(c, h->uid, c->now_s);
	if (e == ERR_OK)
		e = audit_add(c, "registration_replaced", h->uid, "");
	if (e == ERR_OK)
		e = account_create(c, &m->account, &m->uid);
	if (e == taken(m))
		return ERR_RETRY;
	return e != ERR_OK ? e : finish_new(c, m);
}

/* A taken user name is told for known addresses as for fresh ones. */
static enum err
check_username(struct ctx *c, const struct making *m,
    const struct store_holder *h)
{
	struct store_holder other;
	bool held = false;
	enum err e;

	if (m->account.username.kind == 0)
		return ERR_OK;
	e = store_holder(c, IDENTIFIER_USERNAME,
	    m->account.username.canonical, &other);
	if (e == ERR_NOT_FOUND) {
		e = identifier_held(c, IDENTIFIER_USERNAME,
		    m->account.username.canonical, &held);
		if (e != ERR_OK || !held)
			return e;
	}
	if (e == ERR_OK && !held && uid_eq(other.uid, h->uid) &&
	    (is_pending(c, m, h) || is_unfinished(h)))
		return ERR_OK;	/* the same wish again */
	return e != ERR_OK ? e : err_set(c, ERR_USERNAME_TAKEN, "username",
	    "the user name is an account's");
}

static void
set_page(struct ctx *c, struct values *v, const char *link, const char *href,
    const char *path)
{
	struct str url = url_site(c->arena, c->config, path);

	values_set(v, link, url);
	values_set_url(v, href, url);
}

/*
 * What a fresh address costs, so that time does not tell (S-017): a ticket
 * and a mail that lead nowhere.  They stand under a name that is no address:
 * a code that is pending for the real one lives on.
 */
static enum err
send_decoy(struct ctx *c, const struct making *m, struct uid holder,
    const char *detail)
{
	const struct audit_event cause = { "registration_known", holder,
		detail };
	struct uid decoy = ticket_decoy_uid(c, m->first->canonical);
	enum err e;

	e = add_more(c, m, decoy);
	if (e == ERR_OK && m->in->n_more > 0)
		e = store_pending_drop_all(c, decoy);
	if (e == ERR_OK)
		e = send_mail(c, m, true, &cause);
	return e != ERR_OK ? e : send_sms(c, m, true);
}

/* In the place of the code that was counted and goes nowhere. */
static enum err
send_phone_notice(struct ctx *c, const struct store_holder *h)
{
	struct outbox_sms sms = {
		.template = "already-registered", .to = h->given,
		.uid = h->uid, .values = values_new(c->arena)
	};

	values_set(sms.values, "login_link", url_site(c->arena, c->config,
	    "/login"));
	return outbox_add_sms(c, &sms);
}

static enum err
send_notice(struct ctx *c, const struct store_holder *h)
{
	struct outbox_mail mail = {
		.template = "already-registered", .to = h->given,
		.uid = h->uid, .values = values_new(c->arena)
	};

	set_page(c, mail.values, "login_link", "login_href", "/login");
	set_page(c, mail.values, "forgot_link", "forgot_href", "/forgot");
	return outbox_add_mail(c, &mail);
}

/* To the owner, once a day. */
static enum err
notify_owner(struct ctx *c, const struct making *m,
    const struct store_holder *h)
{
	enum err e;

	if (is_pending(c, m, h) || is_limited(m) || h->state == ACCOUNT_BLOCKED)
		return ERR_OK;
	if (by_phone(m) && !wants_sms(c, m))
		return ERR_OK;
	e = limit_meter(c, "already registered", m->first->canonical, 1,
	    NOTICE_EVERY_S);
	if (e == ERR_OK)
		return by_phone(m) ? send_phone_notice(c, h) :
		    send_notice(c, h);
	if (e != ERR_RATE_LIMITED)
		return e;
	c->err = (struct err_detail){ .code = ERR_OK };
	return ERR_OK;
}

static enum err
answer_quietly(struct ctx *c, const struct making *m,
    const struct store_holder *h)
{
	enum err e;

	e = send_decoy(c, m, h->uid, "");
	return e != ERR_OK ? e : notify_owner(c, m, h);
}

/* Of an account that was deleted lately: as if it were somebody's, but there
 * is nobody to tell. */
static enum err
answer_held(struct ctx *c, const struct making *m)
{
	static const struct uid nobody;

	return send_decoy(c, m, nobody, "held");
}

static enum err
address_held(struct ctx *c, struct making *m)
{
	const struct store_holder none = { .generation = 1 };
	enum err e;

	e = check_username(c, m, &none);
	if (e != ERR_OK)
		return e;
	if (!quiet(c, m))
		return err_set(c, taken(m), by_phone(m) ? "phone" : "email",
		    "it was a deleted account's");
	return m->unfinished ? hold_back_known(c, m) : answer_held(c, m);
}

static enum err
find_holder(struct ctx *c, const struct making *m, struct store_holder *h)
{
	const struct identifier *id = m->first;
	enum err e;

	if (flow_is(c, m, "required"))
		return store_holder_lock(c, id->kind, id->canonical, h);
	e = store_holder(c, id->kind, id->canonical, h);
	if (e == ERR_OK && is_unfinished(h))
		e = store_holder_lock(c, id->kind, id->canonical, h);
	return e;
}

static bool
is_replaced(const struct ctx *c, const struct making *m,
    const struct store_holder *h)
{
	return is_unfinished(h) || (is_pending(c, m, h) && !is_limited(m) &&
	    h->created_s + SAME_WISH_S <= c->now_s);
}

/*
 * Only what may be replaced is locked.  In the other flows nothing serialises
 * the callers: each has shared the row since its insert failed, and whoever
 * asked for more would wait for the others, and they for him.
 */
static enum err
address_known(struct ctx *c, struct making *m)
{
	const struct identifier *id = m->first;
	struct store_holder h;
	bool held = false;
	enum err e;

	e = find_holder(c, m, &h);
	if (e == ERR_NOT_FOUND) {
		e = identifier_held(c, id->kind, id->canonical, &held);
		if (e == ERR_OK && held)
			return address_held(c, m);
		/* it went away meanwhile */
		return e != ERR_OK ? e : ERR_RETRY;
	}
	if (e != ERR_OK)
		return e;
	if (is_replaced(c, m, &h))
		return replace_pending(c, m, &h);
	e = check_username(c, m, &h);
	if (e != ERR_OK)
		return e;
	if (!quiet(c, m))
		return err_set(c, taken(m), by_phone(m) ? "phone" : "email",
		    "it is an account's");
	return m->unfinished ? hold_back_known(c, m) :
	    answer_quietly(c, m, &h);
}

static enum err
make_tx(struct ctx *c, void *arg)
{
	struct making *m = arg;
	enum err e;

	m->created = m->has_session = false;
	m->mail_full = m->sms_full = false;
	e = m->unfinished ? use_wait(c, m) : use_limits(c, m);
	if (e != ERR_OK)
		return e;
	e = account_create(c, &m->account, &m->uid);
	if (e == taken(m))
		e = address_known(c, m);
	else if (e == ERR_OK)
		e = finish_new(c, m);
	return e != ERR_OK ? e : use_shared(c, m);
}

/* A quiet answer given twice is the same answer. */
static enum err
make_in_doubt(struct ctx *c, void *arg)
{
	const struct making *m = arg;
	struct store_holder h;
	enum err e;

	if (!m->created)
		return ERR_NOT_FOUND;
	e = store_holder(c, m->first->kind, m->first->canonical, &h);
	return e == ERR_OK && !uid_eq(h.uid, m->uid) ? ERR_NOT_FOUND : e;
}

enum err
registration_create(struct ctx *c, const struct registration *r,
    struct registration_result *out)
{
	struct registration_result result = { .has_session = false };
	struct making m = { .in = r };
	struct str normal = STR_NONE;
	enum err e;

	e = check_proofs(c, &m);
	if (e == ERR_OK)
		e = check_request(c, &m, &normal);
	if (e == ERR_OK)
		e = make_hash(c, &m, normal);
	if (e == ERR_OK)
		e = store_tx(c, make_tx, &m, make_in_doubt);
	if (e != ERR_OK)
		return e;
	if (m.unfinished) {
		c->err = m.waits;
		return ERR_CONSENT_OUTSTANDING;
	}
	result.has_session = m.has_session;
	if (m.has_session) {
		result.tokens = m.tokens;
		result.profile = profile_json(c, &m.made);
	}
	*out = result;
	return ERR_OK;
}

/* What waited for its consents */

enum err
registration_read_later(struct ctx *c, struct registration_later *l)
{
	enum json_fault fault;
	struct json *d;

	d = json_parse(c->arena, l->ticket->data, &fault);
	if (json_int(json_get(d, "kind")) != (int64_t)l->session.kind)
		return err_set(c, ERR_CONSENT_TOKEN_INVALID, NULL,
		    "of another kind of session");
	l->known = l->ticket->generation == TICKET_NOBODY;
	l->email = (struct identifier){ IDENTIFIER_EMAIL,
		json_string(json_get(d, "given")),
		json_string(json_get(d, "email")) };
	l->phone = (struct identifier){ IDENTIFIER_PHONE,
		json_string(json_get(d, "phone")),
		json_string(json_get(d, "phone")) };
	if (!str_present(l->email.canonical))
		l->email.kind = 0;
	if (!str_present(l->phone.canonical))
		l->phone.kind = 0;
	l->base = json_string(json_get(d, "base"));
	l->request = (struct registration){
		.prevent_verification_email = json_bool(json_get(d,
		    "quiet")),
		.prevent_verification_sms = json_bool(json_get(d, "silent")),
		.voice = json_bool(json_get(d, "voice")),
		.sms_template = json_string(json_get(d, "sms")),
		.email_template = json_string(json_get(d, "template")),
		.welcome_template = json_string(json_get(d, "welcome")),
		.session = l->session
	};
	return ERR_OK;
}

static enum err
answer_later(struct ctx *c, struct making *m)
{
	struct store_holder h;
	enum err e;

	e = store_holder(c, m->first->kind, m->first->canonical, &h);
	if (e == ERR_NOT_FOUND)
		return answer_held(c, m);
	return e != ERR_OK ? e : answer_quietly(c, m, &h);
}

enum err
registration_go_on(struct ctx *c, struct registration_later *l)
{
	struct making m = {
		.in = &l->request, .base = l->base, .uid = l->account->uid
	};
	enum err e;

	place(c, &m, &l->email, &l->phone);
	e = use_limits(c, &m);
	if (e == ERR_OK)
		e = l->known ? answer_later(c, &m) : complete(c, &m);
	if (e == ERR_OK)
		e = use_source(c, &m);
	l->has_session = e == ERR_OK && m.has_session;
	l->tokens = m.tokens;
	if (l->has_session)
		*l->account = m.made;
	return e;
}
