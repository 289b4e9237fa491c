/* Signing up, and confirming the address. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/registration.h"
#include "domain/schema.h"
#include "page.h"
#include "response.h"
#include "serve.h"

#define TYPED(name, member, absent) \
	{ name, NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, absent, 0, 0, \
	  AT(in_page, member), name }
#define NEEDED(name, member, absent) \
	{ name, NULL, IN_BODY, FIELD_REQUIRED | FIELD_LINE, FIELD_TEXT, \
	  absent, 0, 0, AT(in_page, member), name }

const struct field in_signup[] = {
	TYPED("email", email, 0),
	{ "phone", NULL, IN_BODY, FIELD_PLUS, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, phone), "Phone number" },
	TYPED("username", username, 0),
	PAGE_NEW_PASSWORD,
	{ "new_pin", NULL, IN_BODY, 0, FIELD_SECRET, 0, 0,
	  LIMIT_PASSWORD_INPUT, AT(in_page, new_pin), "PIN" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};
const struct field in_check_mail[] = {
	NEEDED("email", email, ERR_EMAIL_MISSING),
	{ .name = NULL }
};
const struct field in_link[] = {
	{ "vtoken", NULL, IN_QUERY, 0, FIELD_TEXT, 0, ERR_LINK_INVALID, 256,
	  AT(in_page, vtoken), "Secret of the mailed link" },
	{ "email", NULL, IN_QUERY, 0, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, email), "Address that a mailed code was sent to" },
	{ "username", NULL, IN_QUERY, 0, FIELD_TEXT, 0, 0, 0,
	  AT(in_page, username), "User name that it was asked for by" },
	{ .name = NULL }
};
const struct field in_verify_page[] = {
	TYPED("vtoken", vtoken, 0),
	TYPED("email", email, 0),
	TYPED("code", code, 0),
	{ .name = NULL }
};

/* ---- sign up ---- */

enum err
show_signup(struct http *h, int status, enum err e)
{
	const struct config *cfg = h->ctx->config;
	struct values *v = page_values(h);
	bool email = page_is_email_error(e) ||
	    page_is_rule_error(h, e, "Email");
	bool name = page_is_username_error(e) ||
	    page_is_rule_error(h, e, "UserName");
	bool phone = page_is_phone_error(e);
	bool password = page_is_password_error(h, e), marked;
	struct consent_ask ask;
	enum err asked;

	asked = consent_ask_registration(h->ctx, &ask);
	if (asked != ERR_OK)
		return asked;
	marked = email || name || password || phone;
	values_flag(v, "with_email", cfg->login_email || !cfg->login_phone);
	values_flag(v, "email_optional", cfg->login_phone &&
	    !schema_requires(h->ctx, SCHEMA_ADDRESS));
	values_flag(v, "with_phone", cfg->login_phone);
	page_number(h, v, cfg->login_email &&
	    !schema_requires(h->ctx, SCHEMA_PHONE), e);
	page_input(h, v, "email", page_typed(h, "email"), email, e);
	page_input(h, v, "username", page_typed(h, "username"), name, e);
	values_flag(v, "with_username", cfg->login_username);
	values_flag(v, "registration", cfg->registration_enabled);
	page_new_password(h, v, true, password, e);
	values_flag(v, "username_needed",
	    schema_requires(h->ctx, SCHEMA_USERNAME));
	marked |= page_fields(h, v, NULL, e);
	marked |= page_signup_secrets(h, v, e);
	marked |= page_agree(h, v, &ask, e);
	if (e == ERR_OK)
		values_flag(v, "email_focus", true);
	marked |= page_captcha(h, v, CAPTCHA_REGISTER, e);
	page_summary(h, v, e, marked);
	if (!cfg->registration_enabled)
		values_set(v, "error", str_of(page_error_text(h,
		    ERR_REGISTRATION_OFF)));
	return response_page(h, status, "signup.html", v);
}

enum err
serve_signup_form(struct http *h, const void *in)
{
	(void)in;
	return show_signup(h, 200, ERR_OK);
}

enum err
serve_signup(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct registration_result out = { 0 };
	struct json *body = schema_body(h->ctx, h->json, NULL);
	struct registration r = {
		.from_page = true,
		.captcha = &in->captcha,
		.email = in->email,
		.phone = h->ctx->config->login_phone ? in->phone : STR_NONE,
		.username = in->username,
		.password = in->new_password,
		.body = body,
		.source = serve_source(h),
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie },
		.return_url = page_return(h, http_form(h, "return")),
		.accept_policy = http_form(h, "accept_policy").p != NULL,
		.policy = http_form(h, "policy_version")
	};
	struct consent_input consents;
	struct consent_ask ask;
	enum err e;

	page_signup_body(h, in, body);
	e = consent_ask_registration(h->ctx, &ask);
	if (e != ERR_OK)
		return e;
	page_agreed(h, &ask, &consents);
	if (ask.n_forms > 0)
		r.consents = &consents;
	e = registration_create(h->ctx, &r, &out);
	if (e != ERR_OK)
		return e;
	if (out.has_session)
		return page_enter(h, &out.tokens, false, "/account");
	if (!str_present(in->email) || (!h->ctx->config->login_email &&
	    str_present(r.phone)))
		return show_phone_sent(h, r.phone);
	return show_sent(h, in->email, false);
}

/* ---- check your mail ---- */

static bool
by_code(const struct http *h)
{
	return str_eq(h->ctx->config->registration_verify_by, STR("code"));
}

/* Of a new address, or of one that was added. */
static bool
any_by_code(const struct http *h)
{
	return by_code(h) || str_eq(h->ctx->config->account_add_email_by,
	    STR("code"));
}

static enum err
show_code(struct http *h, int status, struct str address, bool again,
    enum err e)
{
	struct values *v = page_values(h);

	values_flag(v, "sent_again", again);
	page_mailed_code(h, v, address, e);
	return response_page(h, status, "verify-code.html", v);
}

static enum err
show_mailed(struct http *h, int status, struct str address, bool again,
    enum err e)
{
	struct values *v = page_values(h);
	bool email = page_is_email_error(e);

	values_set(v, "sent_to", address);
	values_flag(v, "sent_again", again);
	page_input(h, v, "email", page_typed(h, "email"), email, e);
	page_summary(h, v, e, email);
	return response_page(h, status, "check-mail.html", v);
}

enum err
show_sent(struct http *h, struct str address, bool again)
{
	return by_code(h) ? show_code(h, 200, address, again, ERR_OK) :
	    show_mailed(h, 200, address, again, ERR_OK);
}

enum err
show_check_mail(struct http *h, int status, enum err e)
{
	return show_mailed(h, status, STR(""), false, e);
}

enum err
serve_check_mail_form(struct http *h, const void *in)
{
	(void)in;
	return show_check_mail(h, 200, ERR_OK);
}

enum err
serve_check_mail(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	enum err e;

	e = verification_resend(h->ctx, in->email, STR_NONE, STR_NONE);
	return e != ERR_OK ? e : show_sent(h, in->email, true);
}

/* ---- verify ---- */

/* The ticket leaves the address for a hidden field; looking is not doing. */
static enum err
show_link(struct http *h, int status, struct str vtoken, struct str address,
    enum err e)
{
	struct values *v = page_values(h);

	page_ticket(h, v, vtoken, address);
	page_summary(h, v, e, false);
	return response_page(h, status, "verify.html", v);
}

static bool
is_link_error(enum err e)
{
	return e == ERR_LINK_INVALID || e == ERR_LINK_USED ||
	    e == ERR_LINK_EXPIRED || e == ERR_TICKET_INVALID ||
	    e == ERR_ACCOUNT_BLOCKED;
}

enum err
show_verify(struct http *h, int status, enum err e)
{
	struct str vtoken = http_form(h, "vtoken"), address;

	if (is_link_error(e))
		return show_link(h, status, STR(""), STR(""), e);
	if (vtoken.p != NULL &&
	    verification_peek(h->ctx, vtoken, &address) == ERR_OK)
		return show_link(h, status, vtoken, address, e);
	if (!any_by_code(h))
		return show_link(h, status, STR(""), STR(""), e);
	return show_code(h, status, str_present(page_asked(h, "sent")) ?
	    page_asked(h, "email") : STR(""), false, e);
}

enum err
serve_verify_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct str address;
	enum err e;

	if (!str_present(in->vtoken))
		return any_by_code(h) ? show_verify(h, 200, ERR_OK) :
		    response_redirect(h, STR("/check-mail"));
	e = verification_peek(h->ctx, in->vtoken, &address);
	return e != ERR_OK ? e :
	    show_link(h, 200, in->vtoken, address, ERR_OK);
}

/* An existing session of another account is not silently replaced. */
static enum err
verified(struct http *h, const struct verification_result *out)
{
	if (out->has_session)
		return page_enter(h, &out->tokens, false,
		    "/account?done=verified");
	return h->has_session ?
	    response_redirect(h, STR("/account?done=verified")) :
	    page_signin_after(h, "verified");
}

enum err
serve_verify_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct verification_result out = { 0 };
	struct verification v = {
		.token = in->vtoken,
		.email = in->email,
		.code = in->code
	};
	enum err e;

	if (h->ctx->config->registration_login_on_verification &&
	    !h->has_session)
		v.session.kind = SESSION_PAGE;
	if (str_present(in->vtoken)) {
		e = verification_by_link(h->ctx, &v, &out);
	} else if (!str_present(in->email)) {
		e = ERR_EMAIL_MISSING;
	} else if (!str_present(in->code)) {
		e = ERR_EMAIL_CODE_INVALID;
	} else {
		e = verification_by_code(h->ctx, &v, &out);
	}
	return e != ERR_OK ? e : verified(h, &out);
}
