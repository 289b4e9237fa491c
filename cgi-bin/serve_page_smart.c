/* Smart login: the device that waits, and the one that answers. */
#include "serve_page.h"

#include "base/clock.h"
#include "base/config.h"
#include "captcha.h"
#include "codec/agent.h"
#include "codec/url.h"
#include "domain/smart_login.h"
#include "page.h"
#include "response.h"

const struct field in_smart_page[] = {
	{ "identifier", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_IDENTIFIER_MISSING, 0, 0, AT(in_page, identifier),
	  "Email address or user name" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ .name = NULL }
};
const struct field in_smart_answer[] = {
	PAGE_TICKET,
	{ "number", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 16,
	  AT(in_page, code), "What the waiting device shows" },
	{ .name = NULL }
};
const struct reply reply_smart_state[] = {
	{ "State", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};

static enum err
judge_on(struct http *h)
{
	return h->ctx->config->smart_login_enabled ? ERR_OK :
	    err_set(h->ctx, ERR_NOT_FOUND_PATH, NULL, "off");
}

/* ---- asking ---- */

enum err
show_smart(struct http *h, int status, enum err e)
{
	struct values *v = page_values(h);
	bool wrong = e == ERR_IDENTIFIER_MISSING ||
	    page_is_phone_error(e) || page_is_email_error(e) ||
	    page_is_username_error(e), robot;

	page_identifier(h, v, page_asked(h, "identifier"), wrong, e);
	if (e == ERR_OK)
		values_flag(v, "identifier_focus", true);
	values_flag(v, "remember", http_form(h, "remember").p != NULL);
	robot = page_captcha(h, v, CAPTCHA_SMART, e);
	page_summary(h, v, e, wrong || robot);
	return response_page(h, status, "smart.html", v);
}

enum err
serve_smart_form(struct http *h, const void *in)
{
	enum err e = judge_on(h);

	(void)in;
	return e != ERR_OK ? e : show_smart(h, 200, ERR_OK);
}

/* The way back goes with the visitor. */
static struct str
with_return(struct http *h, const char *path)
{
	struct str back = page_asked(h, "return");

	return page_return(h, back).p == NULL ? str_of(path) :
	    url_with(h->ctx->arena, str_of(path), "return", back);
}

enum err
serve_smart_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct smart_asking a = {
		.identifier = in->identifier,
		.guid = device_guid_new(h->ctx),
		.session = { .kind = SESSION_PAGE,
		    .remember = http_form(h, "remember").p != NULL }
	};
	struct str number;
	enum err e = judge_on(h);

	if (e == ERR_OK)
		e = captcha_demand(h->ctx, CAPTCHA_SMART, &in->captcha);
	if (e == ERR_OK)
		e = smart_login_ask(h->ctx, &a, &number);
	if (e != ERR_OK)
		return e;
	response_cookie(h, COOKIE_DEVICE, a.guid,
	    h->ctx->config->lifetime_signin_link_s);
	return response_redirect(h, with_return(h, "/smart/wait"));
}

/* ---- waiting ---- */

static void
use_script(struct http *h, struct values *v)
{
	struct str version = style_version(h, "wait.js", false);

	values_set(v, "script_version", version.p != NULL ? version :
	    STR(""));
	h->policy_more = "; script-src 'self'; connect-src 'self'";
}

static enum err
show_waiting(struct http *h, struct str guid)
{
	struct values *v = page_values(h);
	struct device_request r;
	enum err e;

	e = device_login_of(h->ctx, guid, &r);
	if (e != ERR_OK)
		return e;
	use_script(h, v);
	values_set(v, "number", r.number);
	values_set(v, "minutes", str_printf(h->ctx->arena, "%lld",
	    (long long)(r.expires_s - h->ctx->now_s + 59) / 60));
	return response_page(h, 200, "smart-wait.html", v);
}

/* Nothing waits any more: refused, over, or never begun.  The cookie stays
 * for its few minutes: another tab may have begun anew, and this answer must
 * not take that one's. */
static enum err
show_over(struct http *h)
{
	return response_page(h, 200, "smart-over.html", page_values(h));
}

static enum err
enter(struct http *h, const struct login_result *out)
{
	const struct config *cfg = h->ctx->config;
	struct str to = page_return(h, http_query(h, "return"));

	response_cookie(h, COOKIE_DEVICE, STR_NONE, 0);
	page_session(h, &out->tokens, out->remember);
	if (to.p == NULL && str_present(cfg->site_home_url))
		to = cfg->site_home_url;
	return response_redirect(h, to.p != NULL ? to : STR("/account"));
}

/*
 * Looking is asking: the cookie that no other site's request carries is what
 * collects the session.  A HEAD only looks.
 */
enum err
serve_smart_wait(struct http *h, const void *in)
{
	struct device_ping p = {
		.guid = http_cookie(h, COOKIE_DEVICE),
		.session = { .kind = SESSION_PAGE,
		    .replaces = h->page_cookie },
		.browser = http_cookie(h, COOKIE_BROWSER)
	};
	struct login_result out;
	enum err e;

	(void)in;
	if (p.guid.p == NULL)
		return judge_on(h) != ERR_OK ? ERR_NOT_FOUND_PATH :
		    show_over(h);
	e = h->head ? ERR_DEVICE_WAITING :
	    device_login_ping(h->ctx, &p, &out);
	if (e == ERR_OK)
		return enter(h, &out);
	if (e == ERR_DEVICE_WAITING || e == ERR_RATE_LIMITED)
		e = show_waiting(h, p.guid);
	return e == ERR_DEVICE_GONE || e == ERR_PARAMETER ? show_over(h) :
	    e != ERR_OK ? page_stopped(h, e) : ERR_OK;
}

/* For the script of that page: has somebody answered? */
enum err
serve_smart_state(struct http *h, const void *in)
{
	struct json *j = json_new_object(h->ctx->arena);
	struct device_request r = { .approved = false };
	enum err e;

	(void)in;
	e = device_login_of(h->ctx, http_cookie(h, COOKIE_DEVICE), &r);
	if (e != ERR_OK && e != ERR_DEVICE_GONE && e != ERR_PARAMETER)
		return e;
	json_set_cstr(j, "State", e != ERR_OK ? "over" : r.approved ?
	    "ready" : "waiting");
	return response_json(h, j);
}

enum err
serve_wait_script(struct http *h, const void *in)
{
	enum err e = judge_on(h);

	(void)in;
	return e != ERR_OK ? e : send_static(h,
	    "text/javascript; charset=utf-8", "wait.js", false);
}

/* ---- answering ---- */

static struct str
time_text(struct http *h, int64_t at_s)
{
	struct str iso = clock_iso(h->ctx->arena, at_s);

	return str_printf(h->ctx->arena, "%.10s, %.5s UTC", iso.p,
	    iso.p + 11);
}

static struct str
place_text(struct http *h, const struct device_request *r)
{
	if (!str_present(r->city) || !str_present(r->country))
		return str_present(r->city) ? r->city : r->country;
	return str_printf(h->ctx->arena, "%.*s, %.*s", STR_FMT(r->city),
	    STR_FMT(r->country));
}

void
page_device(struct http *h, struct values *v, const char *path,
    const struct device_request *r)
{
	struct agent agent = agent_read(r->user_agent);
	size_t i;

	values_set_url(v, "confirm_at", str_printf(h->ctx->arena, "%.*s%s",
	    STR_FMT(h->ctx->config->site_base), path));
	values_set(v, "browser", str_of(agent.browser));
	values_set(v, "system", str_of(agent.os));
	values_set(v, "place", place_text(h, r));
	values_set(v, "network", r->address);
	values_set(v, "asked_at", time_text(h, r->created_s));
	values_list(v, "choices");
	for (i = 0; i < DEVICE_CHOICES; i++)
		values_set(values_add(v, "choices"), "choice",
		    r->choices[i]);
}

/* vtoken "": the link is no good, for the reason that the error tells. */
static enum err
show_request(struct http *h, int status, struct str vtoken, enum err e)
{
	struct values *v = page_values(h);
	struct device_request r = { .number = STR("") };
	struct err_detail why = h->ctx->err;
	struct str address = STR("");
	bool wrong = page_is_rule_error(h, e, "number");

	if (str_present(vtoken) && smart_login_peek(h->ctx, vtoken, &r,
	    &address) != ERR_OK)
		vtoken = STR("");
	h->ctx->err = why;
	if (!str_present(vtoken))
		address = STR("");
	page_ticket(h, v, vtoken, address);
	page_device(h, v, "/smart/confirm", &r);
	values_flag(v, "with_number", h->ctx->config->smart_login_number);
	page_input(h, v, "number", STR(""), wrong, e);
	page_summary(h, v, e, wrong && str_present(vtoken));
	return response_page(h, status, "smart-confirm.html", v);
}

enum err
show_smart_confirm(struct http *h, int status, enum err e)
{
	return show_request(h, status, page_typed(h, "vtoken"), e);
}

enum err
serve_smart_confirm_form(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct device_request r;
	struct str address;
	enum err e = judge_on(h);

	if (e == ERR_OK)
		e = smart_login_peek(h->ctx, in->vtoken, &r, &address);
	return e != ERR_OK ? e : show_request(h, 200, in->vtoken, ERR_OK);
}

enum err
serve_smart_confirm_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	const struct smart_answer a = { .token = in->vtoken,
		.number = in->code };
	bool yes = str_eq(page_typed(h, "answer"), STR("yes"));
	bool first = false;
	struct values *v;
	enum err e = judge_on(h);

	if (e == ERR_OK)
		e = yes ? smart_login_confirm(h->ctx, &a, &first) :
		    smart_login_refuse(h->ctx, in->vtoken);
	if (e != ERR_OK)
		return e;
	v = page_values(h);
	values_flag(v, "confirmed", yes);
	values_flag(v, "first", first);
	return response_page(h, 200, "smart-done.html", v);
}
