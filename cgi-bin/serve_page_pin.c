/* PINs and security questions. */
#include "serve_page.h"

#include "base/config.h"
#include "base/limits.h"
#include "captcha.h"
#include "domain/phone.h"
#include "domain/pin.h"
#include "domain/question.h"
#include "page.h"
#include "response.h"

#define ANSWER_PREFIX	"answer_"

#define NEW_PIN(how) \
	{ "new_pin", NULL, IN_BODY, how, FIELD_SECRET, ERR_PIN_MISSING, 0, \
	  LIMIT_PASSWORD_INPUT, AT(in_page, new_pin), "New PIN" }

const struct field in_pin_page[] = {
	{ "pin", NULL, IN_BODY, 0, FIELD_SECRET, 0, ERR_OLD_PIN, LIMIT_BODY,
	  AT(in_page, pin), "Present PIN" },
	NEW_PIN(FIELD_REQUIRED),
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};
const struct field in_pin_prompt[] = {
	{ "pinauthtoken", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_PIN_TOKEN_INVALID, ERR_PIN_TOKEN_INVALID, 64,
	  AT(in_page, vtoken), "Token of the sign-in that waits" },
	NEW_PIN(0),
	{ .name = NULL }
};
const struct field in_reset_pin_page[] = {
	PAGE_RESET,
	NEW_PIN(FIELD_REQUIRED),
	{ .name = NULL }
};

/* ---- pieces ---- */

static bool
is_pin_error(const struct http *h, enum err e)
{
	return page_is_rule_error(h, e, "pin") || e == ERR_PIN_MISSING ||
	    (e == ERR_BODY_SHAPE && h->ctx->err.field != NULL &&
	    str_eq(str_of(h->ctx->err.field), STR("new_pin")));
}

static void
set_number(struct http *h, struct values *v, const char *name, int64_t n)
{
	values_set(v, name, str_printf(h->ctx->arena, "%lld", (long long)n));
}

/* True when it is marked. */
static bool
set_new_pin(struct http *h, struct values *v, bool first, bool needed,
    enum err e)
{
	const struct config *cfg = h->ctx->config;
	bool wrong = is_pin_error(h, e);

	page_input(h, v, "new_pin", STR(""), wrong, e);
	values_flag(v, "pin_first", first);
	values_flag(v, "pin_needed", needed);
	values_flag(v, "pin_letters", cfg->pin_alphanumeric);
	set_number(h, v, "pin_min", cfg->pin_min_length);
	set_number(h, v, "pin_max", cfg->pin_max_length);
	return wrong;
}

void
page_question(struct values *v, const struct question *q, bool needed)
{
	struct values *one = values_add(v, "questions");

	values_set(one, "id", q->id);
	values_set(one, "question", q->text);
	values_flag(one, "needed", needed);
}

/* For _answers.html: all of the site, or none.  True when they are marked. */
static bool
set_questions(struct http *h, struct values *v, bool wanted, enum err e)
{
	const struct questions *q = &h->ctx->config->questions;
	bool wrong = page_is_rule_error(h, e, "securityquestionanswer");
	size_t i;

	values_list(v, "questions");
	for (i = 0; wanted && i < q->n; i++)
		page_question(v, &q->items[i], false);
	set_number(h, v, "answers_count", h->ctx->config->questions_count);
	values_set(v, "answers_error", wrong ?
	    str_of(page_error_text(h, e)) : STR(""));
	return wrong;
}

struct json *
page_answers(struct http *h)
{
	struct json *j = json_new_object(h->ctx->arena);
	struct str name, value;
	size_t i;

	for (i = 0; i < h->form.n; i++) {
		name = h->form.items[i].name;
		value = h->form.items[i].value;
		if (str_starts(name, STR(ANSWER_PREFIX)) &&
		    str_present(str_trim(value)))
			json_set_str(j, str_cstr(h->ctx->arena, str_sub(name,
			    sizeof(ANSWER_PREFIX) - 1, SIZE_MAX)), value);
	}
	return json_length(j) > 0 ? j : NULL;
}

/* Part of the account page. */
void
page_secrets(struct http *h, struct values *v, const struct account *a)
{
	values_flag(v, "with_pin", h->ctx->config->pin_enabled);
	values_flag(v, "has_pin", a->pin_changed_s != 0);
	values_flag(v, "with_questions", h->ctx->config->questions_enabled);
}

/* Of the form for signing up. */
bool
page_signup_secrets(struct http *h, struct values *v, enum err e)
{
	const struct config *cfg = h->ctx->config;
	bool pin = cfg->pin_enabled && cfg->pin_ask_on_registration;
	bool questions = cfg->questions_enabled &&
	    cfg->questions_ask_on_registration;
	bool wrong, answers;

	values_flag(v, "with_new_pin", pin);
	values_flag(v, "with_answers", questions);
	answers = set_questions(h, v, questions, e);
	wrong = set_new_pin(h, v, true, cfg->pin_required, e);
	return (pin && wrong) || (questions && answers);
}

/* Where registration looks for them. */
void
page_signup_body(struct http *h, const struct in_page *in, struct json *body)
{
	struct json *answers = page_answers(h);

	if (answers != NULL)
		json_set(body, "SecurityQuestionAnswer", answers);
	if (secret_present(&in->new_pin))
		json_set_str(body, "PIN", secret_view(&in->new_pin));
}

static enum err
judge_there(struct http *h, bool on)
{
	return on ? ERR_OK : err_set(h->ctx, ERR_NOT_FOUND_PATH, NULL,
	    "switched off");
}

/* ---- one's own PIN ---- */

enum err
show_pin(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool old = e == ERR_OLD_PIN, wrong, locked;
	const struct account *a;
	enum err read;

	read = page_account(h, &a);
	if (read != ERR_OK)
		return read;
	locked = page_lock(h, v, CAPTCHA_PIN, NULL, &e);
	page_input(h, v, "pin", STR(""), old, e);
	wrong = set_new_pin(h, v, a->pin_changed_s == 0, true, e);
	if (e == ERR_OK)
		values_flag(v, a->pin_changed_s == 0 ? "new_pin_focus" :
		    "pin_focus", true);
	page_summary(h, v, e, old || wrong || locked);
	return response_page(h, status, "pin.html", v);
}

enum err
serve_pin_form(struct http *h, const void *in)
{
	enum err e;

	(void)in;
	e = judge_there(h, h->ctx->config->pin_enabled);
	return e != ERR_OK ? e : show_pin(h, 200, ERR_OK);
}

enum err
serve_pin_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct attempt_secret old = { in->pin, page_key(h, in) };
	const struct account *a;
	enum err e;

	e = judge_there(h, h->ctx->config->pin_enabled);
	if (e == ERR_OK)
		e = page_account(h, &a);
	if (e != ERR_OK)
		return e;
	e = a->pin_changed_s == 0 ?
	    pin_set_own(h->ctx, a->uid, &in->new_pin) :
	    pin_change(h->ctx, &h->session, &old, &in->new_pin);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=pin"));
}

/* ---- the PIN that a sign-in asks for ---- */

enum err
page_pin_prompt(struct http *h, int status, struct str token, enum err e)
{
	bool over = e == ERR_PIN_TOKEN_INVALID || e == ERR_PIN_TOKEN_EXPIRED;
	struct values *v = page_values(h);
	bool wrong;

	values_set(v, "pinauthtoken", over ? STR("") : token);
	values_flag(v, "pin_skippable", !h->ctx->config->pin_required);
	wrong = set_new_pin(h, v, true, true, e);
	if (e == ERR_OK)
		values_flag(v, "new_pin_focus", true);
	page_summary(h, v, e, wrong);
	return response_page(h, status, "pin-prompt.html", v);
}

enum err
show_pin_prompt(struct http *h, int status, enum err e)
{
	return page_pin_prompt(h, status, page_typed(h, "pinauthtoken"), e);
}

enum err
serve_pin_prompt(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct login_result out;
	struct pin_completion k = {
		.token = in->vtoken, .pin = in->new_pin,
		.skip = http_form(h, "skip").p != NULL,
		.browser = http_cookie(h, COOKIE_BROWSER),
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie }
	};
	enum err e;

	e = pin_complete(h->ctx, &k, &out);
	return e != ERR_OK ? e : page_enter(h, &out.tokens, out.remember,
	    "/account");
}

/* ---- a forgotten PIN ---- */

static bool
by_code(const struct http *h)
{
	return str_eq(h->ctx->config->pin_reset_by, STR("code"));
}

/* Numbers get codes whatever mails carry. */
static bool
takes_codes(const struct http *h)
{
	return by_code(h) || h->ctx->config->login_phone;
}

static bool
set_identifier(struct http *h, struct values *v, enum err e)
{
	bool wrong = e == ERR_IDENTIFIER_MISSING || page_is_phone_error(e) ||
	    e == ERR_EMAIL_MALFORMED || page_is_username_error(e);

	page_identifier(h, v, page_typed(h, "identifier"), wrong, e);
	return wrong;
}

static enum err
show_asked(struct http *h, int status, struct str sent_to, enum err e)
{
	struct values *v = page_values(h);
	bool wrong = set_identifier(h, v, e);

	values_set(v, "sent_to", sent_to);
	if (e == ERR_OK)
		values_flag(v, "identifier_focus", true);
	page_summary(h, v, e, wrong);
	return response_page(h, status, "forgot-pin.html", v);
}

enum err
show_forgot_pin(struct http *h, int status, enum err e)
{
	return show_asked(h, status, STR(""), e);
}

enum err
serve_forgot_pin_form(struct http *h, const void *in)
{
	enum err e;

	(void)in;
	e = judge_there(h, h->ctx->config->pin_enabled);
	return e != ERR_OK ? e : show_forgot_pin(h, 200, ERR_OK);
}

struct reset_form {
	struct str vtoken, address, sent_to;
	bool form;			/* there is something to type */
};

static enum err
show_reset_form(struct http *h, int status, const struct reset_form *f,
    enum err e)
{
	struct values *v = page_values(h);
	bool code = page_is_code_error(e);
	bool name = set_identifier(h, v, e);
	bool pin = set_new_pin(h, v, false, true, e);

	page_ticket(h, v, f->vtoken, f->address);
	values_flag(v, "by_form", f->form);
	values_set(v, "sent_to", f->sent_to);
	values_flag(v, "sent_sms", page_is_phone(h, f->sent_to));
	page_input(h, v, "code", pin ? page_typed(h, "code") : STR(""), code,
	    e);
	if (e == ERR_OK)
		values_flag(v, f->vtoken.len > 0 ? "new_pin_focus" :
		    "code_focus", true);
	page_summary(h, v, e, name || code || pin);
	return response_page(h, status, "reset-pin.html", v);
}

static bool
is_link_error(enum err e)
{
	return e == ERR_TICKET_INVALID || e == ERR_PIN_LINK_USED ||
	    e == ERR_LINK_EXPIRED || e == ERR_LINK_INVALID ||
	    e == ERR_ACCOUNT_BLOCKED || e == ERR_PIN_NONE;
}

enum err
show_reset_pin(struct http *h, int status, enum err e)
{
	struct reset_form f = { STR(""), STR(""), STR(""), false };
	struct str vtoken = http_form(h, "vtoken");

	if (is_link_error(e))
		return show_reset_form(h, status, &f, e);
	if (vtoken.p != NULL &&
	    pin_reset_peek(h->ctx, vtoken, &f.address) == ERR_OK) {
		f.vtoken = vtoken;
		f.form = true;
	} else if (takes_codes(h)) {
		f.form = true;
		f.sent_to = page_sent_to(h, "identifier");
	}
	return show_reset_form(h, status, &f, f.form || e != ERR_OK ? e :
	    ERR_LINK_INVALID);
}

enum err
serve_forgot_pin_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct reset_form f = { STR(""), STR(""), in->identifier, true };
	struct pin_forgot ask = {
		.identifier = in->identifier,
		.return_url = page_return(h, http_form(h, "return"))
	};
	const struct phone_asking number = { .phone = in->identifier };
	bool phone = page_is_phone(h, in->identifier);
	enum err e;

	e = phone ? phone_forgot_pin(h->ctx, &number) :
	    pin_forgot(h->ctx, &ask);
	if (e != ERR_OK)
		return e;
	return phone || by_code(h) ? show_reset_form(h, 200, &f, ERR_OK) :
	    show_asked(h, 200, in->identifier, ERR_OK);
}

enum err
serve_reset_pin_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct reset_form f = { in->vtoken, STR(""), STR(""), true };
	enum err e;

	e = judge_there(h, h->ctx->config->pin_enabled);
	if (e != ERR_OK)
		return e;
	if (!str_present(in->vtoken))
		return takes_codes(h) ? show_reset_pin(h, 200, ERR_OK) :
		    response_redirect(h, STR("/forgot-pin"));
	e = pin_reset_peek(h->ctx, in->vtoken, &f.address);
	return e != ERR_OK ? e : show_reset_form(h, 200, &f, ERR_OK);
}

enum err
serve_reset_pin_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct pin_reset r = {
		.token = in->vtoken, .identifier = in->identifier,
		.code = in->code, .pin = in->new_pin
	};
	enum err e;

	if (!str_present(in->vtoken) && !str_present(in->identifier))
		return ERR_IDENTIFIER_MISSING;
	if (!str_present(in->vtoken) && !str_present(in->code))
		return ERR_EMAIL_CODE_INVALID;
	if (page_is_phone(h, in->identifier))
		r.kind = IDENTIFIER_PHONE;
	e = pin_reset(h->ctx, &r);
	if (e != ERR_OK)
		return e;
	return h->has_session ?
	    response_redirect(h, STR("/account?done=pin")) :
	    page_signin_after(h, "pin");
}

/* ---- security questions ---- */

enum err
show_questions(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	struct err_detail why = h->ctx->err;
	const struct question **own;
	size_t n = 0, i;
	bool wrong;
	enum err read;

	read = question_list_own(h->ctx, h->session.uid, &own, &n);
	if (read != ERR_OK)
		return read;
	h->ctx->err = why;
	wrong = set_questions(h, v, n == 0, e);
	for (i = 0; i < n; i++)
		page_question(v, own[i], false);
	values_flag(v, "answers_first", n == 0);
	values_flag(v, "stale", question_judge_fresh(h->ctx,
	    h->session.auth_s) != ERR_OK);
	h->ctx->err = why;
	page_summary(h, v, e, wrong);
	return response_page(h, status, "questions.html", v);
}

enum err
serve_questions_form(struct http *h, const void *in)
{
	enum err e;

	(void)in;
	e = judge_there(h, h->ctx->config->questions_enabled);
	return e != ERR_OK ? e : show_questions(h, 200, ERR_OK);
}

enum err
serve_questions_page(struct http *h, const void *in)
{
	struct json *answers = page_answers(h);
	enum err e;

	(void)in;
	e = judge_there(h, h->ctx->config->questions_enabled);
	if (e != ERR_OK)
		return e;
	if (answers == NULL)
		answers = json_new_object(h->ctx->arena);
	e = question_set(h->ctx, h->session.uid, h->session.auth_s, answers);
	return e != ERR_OK ? e : response_redirect(h,
	    STR("/account?done=answers"));
}
