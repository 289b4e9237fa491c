/* One-touch sign-in: the answer to a device that asks for it. */
#include "serve_page.h"

#include "base/config.h"
#include "captcha.h"
#include "domain/one_touch.h"
#include "page.h"
#include "response.h"

const struct field in_one_touch_page[] = {
	PAGE_TICKET,
	{ "email", NULL, IN_BODY, FIELD_PLUS, FIELD_TEXT, 0,
	  ERR_EMAIL_MALFORMED, 0, AT(in_page, email),
	  "Address that the code went to" },
	{ "code", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 0, AT(in_page, code),
	  "Code of the mail" },
	{ "number", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 16,
	  AT(in_page, identifier), "What the waiting device shows" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};

static bool
by_code(const struct http *h)
{
	return str_eq(h->ctx->config->one_touch_email, STR("code"));
}

/* vtoken "": the link is no good, for the reason that the error tells. */
static enum err
show_link(struct http *h, int status, struct str vtoken, enum err e)
{
	struct values *v = page_values(h);
	struct device_request r = { .number = STR("") };
	struct err_detail why = h->ctx->err;
	struct str address = STR("");
	bool wrong = page_is_rule_error(h, e, "number");

	if (str_present(vtoken) && one_touch_peek(h->ctx, vtoken, &r,
	    &address) != ERR_OK)
		vtoken = address = STR("");
	h->ctx->err = why;
	page_ticket(h, v, vtoken, address);
	page_device(h, v, "/one-touch", &r);
	values_flag(v, "with_number", h->ctx->config->one_touch_number);
	page_input(h, v, "number", STR(""), wrong, e);
	page_summary(h, v, e, wrong && str_present(vtoken));
	return response_page(h, status, "smart-confirm.html", v);
}

/* Who types a code sees the device, and its number, elsewhere. */
static enum err
show_code(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	struct str typed = page_typed(h, "email");
	bool wrong = page_is_rule_error(h, e, "number"), locked;

	locked = page_lock(h, v, CAPTCHA_LOGIN, &typed, &e);
	page_mailed_code(h, v, STR(""), wrong ? ERR_OK : e);
	values_flag(v, "with_number", h->ctx->config->one_touch_number);
	page_input(h, v, "number", STR(""), wrong, e);
	page_summary(h, v, e, wrong || page_is_code_error(e) ||
	    page_is_email_error(e) || locked);
	return response_page(h, status, "one-touch-code.html", v);
}

enum err
show_one_touch(struct http *h, int status, enum err e)
{
	struct str vtoken = page_typed(h, "vtoken");

	return by_code(h) && !str_present(vtoken) ?
	    show_code(h, status, e) : show_link(h, status, vtoken, e);
}

static enum err
judge_on(struct http *h)
{
	return !str_eq(h->ctx->config->one_touch_email, STR("off")) ?
	    ERR_OK : err_set(h->ctx, ERR_NOT_FOUND_PATH, NULL, "off");
}

enum err
serve_one_touch_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct device_request r;
	struct str address;
	enum err e = judge_on(h);

	if (e == ERR_OK && by_code(h) && !str_present(in->vtoken))
		return show_code(h, 200, ERR_OK);
	if (e == ERR_OK)
		e = one_touch_peek(h->ctx, in->vtoken, &r, &address);
	return e != ERR_OK ? e : show_link(h, 200, in->vtoken, ERR_OK);
}

enum err
serve_one_touch_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct one_touch_answer a = { .token = in->vtoken,
		.email = in->email, .code = in->code,
		.number = in->identifier, .answers = page_answers(h),
		.captcha = &in->captcha };
	bool no = str_eq(page_typed(h, "answer"), STR("no"));
	struct values *v;
	enum err e = judge_on(h);

	if (e == ERR_OK)
		e = no ? one_touch_refuse(h->ctx, in->vtoken) :
		    one_touch_confirm(h->ctx, &a);
	if (e != ERR_OK)
		return e;
	v = page_values(h);
	values_flag(v, "confirmed", !no);
	values_flag(v, "first", false);
	return response_page(h, 200, "smart-done.html", v);
}
