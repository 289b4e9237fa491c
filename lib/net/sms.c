/*
 * Gateways.  What people can influence (number and text) is encoded for the
 * place in which it stands: it never ends a JSON text, a form's value or an
 * address.
 */
#include "sms.h"

#include "base/buf.h"
#include "base/config.h"
#include "codec/json.h"
#include "codec/text.h"
#include "net/http_client.h"
#include "net/mail_internal.h"

#define TWILIO		"https://api.twilio.com"
#define REPLY_MAX	(64 * 1024)
#define REQUEST_MAX	(32 * 1024)

/* Answers */

/* What the gateway refuses today, for want of money or patience, it may take
 * tomorrow; what it calls wrong stays wrong. */
static enum err
judge_status(struct ctx *c, int64_t status, bool *permanent_out)
{
	if (status >= 200 && status < 300)
		return ERR_OK;
	*permanent_out = status == 400 || status == 404 || status == 410 ||
	    status == 413 || status == 422;
	return err_set(c, ERR_DELIVERY, NULL, "the gateway answered %d",
	    (int)status);
}

static enum err
call(struct ctx *c, const struct http_call *in, struct http_reply *out,
    bool *permanent_out)
{
	enum err e;

	e = http_call(c, in, out);
	return e != ERR_OK ? e : judge_status(c, out->status, permanent_out);
}

/* Twilio */

/* The text is UTF-8; in XML 1.0 nothing but these needs an escape, and
 * controls may not stand there at all. */
static struct str
spoken(struct ctx *c, struct str text)
{
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, REQUEST_MAX);
	buf_cstr(&b, "<Response><Say loop=\"2\">");
	for (i = 0; i < text.len; i++) {
		if (text.p[i] == '<')
			buf_cstr(&b, "&lt;");
		else if (text.p[i] == '>')
			buf_cstr(&b, "&gt;");
		else if (text.p[i] == '&')
			buf_cstr(&b, "&amp;");
		else if ((unsigned char)text.p[i] < ' ')
			buf_char(&b, ' ');
		else
			buf_char(&b, text.p[i]);
	}
	buf_cstr(&b, "</Say></Response>");
	return buf_view(&b);
}

/* It has taken the message when it names it. */
static enum err
judge_twilio(struct ctx *c, struct str body)
{
	enum json_fault fault;
	const struct json *j = json_parse(c->arena, body, &fault);

	if (json_type(j) == JSON_OBJECT &&
	    json_type(json_get(j, "sid")) == JSON_STRING)
		return ERR_OK;
	return err_set(c, ERR_DELIVERY, NULL,
	    "the gateway's answer names no message");
}

static enum err
send_twilio(struct ctx *c, const struct sms *m, bool *permanent_out)
{
	const struct config *cfg = c->config;
	bool service = str_starts(cfg->sms_sender, STR("MG")) && !m->voice;
	const struct http_pair form[] = {
		{ "To", m->to },
		{ service ? "MessagingServiceSid" : "From", cfg->sms_sender },
		{ "Body", m->voice ? STR_NONE : m->text },
		{ "Twiml", m->voice ? spoken(c, m->text) : STR_NONE }
	};
	const struct str headers[] = {
		STR("Content-Type: application/x-www-form-urlencoded")
	};
	struct http_call in = {
		.method = "POST", .headers = headers,
		.headers_n = COUNT(headers),
		.url = str_printf(c->arena,
		    "%s/2010-04-01/Accounts/%.*s/%s.json",
		    str_present(cfg->sms_url) ? cfg->sms_url.p : TWILIO,
		    STR_FMT(percent_encode(c->arena, cfg->sms_account)),
		    m->voice ? "Calls" : "Messages"),
		.body = http_form_text(c, form, COUNT(form)),
		.user = cfg->sms_account, .password = cfg->sms_token,
		.timeout_ms = HTTP_TOTAL_MAX_MS, .reply_max = REPLY_MAX
	};
	struct http_reply reply;
	enum err e;

	e = call(c, &in, &reply, permanent_out);
	return e != ERR_OK ? e : judge_twilio(c, reply.body);
}

/* Any other */

enum place { IN_ADDRESS, IN_FORM, IN_JSON };

static struct str
json_inside(struct ctx *c, struct str s)
{
	struct str whole = json_text(c->arena,
	    json_new_string(c->arena, s), false);

	return str_sub(whole, 1, whole.len - 2);	/* its quotes */
}

static void
put(struct buf *b, struct ctx *c, enum place where, struct str value)
{
	buf_str(b, where == IN_JSON ? json_inside(c, value) :
	    percent_encode(c->arena, value));
}

/* Fills {{to}}, {{text}}, {{from}}, {{id}} and {{kind}}.  A name that is none
 * of them stays as it is. */
static struct str
fill(struct ctx *c, struct str model, enum place where, const struct sms *m)
{
	const struct { struct str name, value; } names[] = {
		{ STR("{{to}}"), m->to }, { STR("{{text}}"), m->text },
		{ STR("{{from}}"), c->config->sms_sender },
		{ STR("{{id}}"), m->id },
		{ STR("{{kind}}"), m->voice ? STR("voice") : STR("sms") }
	};
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, REQUEST_MAX);
	while (model.len > 0) {
		for (i = 0; i < COUNT(names); i++)
			if (str_starts(model, names[i].name))
				break;
		if (i < COUNT(names)) {
			put(&b, c, where, names[i].value);
			model = str_sub(model, names[i].name.len, SIZE_MAX);
		} else {
			buf_char(&b, model.p[0]);
			model = str_sub(model, 1, SIZE_MAX);
		}
	}
	return buf_ok(&b) ? buf_view(&b) : STR_NONE;
}

static bool
is_json(const struct config *cfg)
{
	return str_eq(cfg->sms_content, STR("json"));
}

static struct str
fill_body(struct ctx *c, const struct sms *m)
{
	return fill(c, c->config->sms_body, is_json(c->config) ? IN_JSON :
	    IN_FORM, m);
}

bool
sms_body_valid(struct ctx *c)
{
	const struct sms sample = { .to = STR("+12025550101"),
		.text = STR("\"a\\b\"\n&=<{{to}}> \xf0\x9f\x93\xb1"),
		.id = STR("0") };
	struct str body = fill_body(c, &sample);

	return body.p != NULL && (!is_json(c->config) || body.len == 0 ||
	    json_check(body, 16, 1000) == JSON_FINE);
}

static bool
holds(struct str s, struct str part)
{
	return part.len == 0 ||
	    memmem(s.p, s.len, part.p, part.len) != NULL;
}

static enum err
send_http(struct ctx *c, const struct sms *m, bool *permanent_out)
{
	const struct config *cfg = c->config;
	struct str extra = secret_view(&cfg->sms_header);
	const struct str headers[] = {
		is_json(cfg) ? STR("Content-Type: application/json") :
		STR("Content-Type: application/x-www-form-urlencoded"), extra
	};
	bool get = str_eq(cfg->sms_method, STR("GET"));
	struct http_call in = {
		.method = cfg->sms_method.p, .headers = headers,
		.headers_n = str_present(extra) ? 2 : 1,
		.url = fill(c, cfg->sms_url, IN_ADDRESS, m),
		.body = get ? STR_NONE : fill_body(c, m),
		.user = cfg->sms_account, .password = cfg->sms_token,
		.timeout_ms = HTTP_TOTAL_MAX_MS, .reply_max = REPLY_MAX
	};
	struct http_reply reply;
	enum err e;

	if (in.url.p == NULL || (in.body.p == NULL && !get)) {
		*permanent_out = true;
		return err_set(c, ERR_DELIVERY, NULL,
		    "the message is too long for the gateway");
	}
	e = call(c, &in, &reply, permanent_out);
	if (e != ERR_OK || holds(reply.body, cfg->sms_expect))
		return e;
	return err_set(c, ERR_DELIVERY, NULL,
	    "the gateway's answer does not hold sms.expect");
}

enum err
sms_send(struct ctx *c, const struct sms *m, bool *permanent_out)
{
	struct str how = c->config->sms_provider;

	*permanent_out = false;
	if (str_eq(how, STR("twilio")))
		return send_twilio(c, m, permanent_out);
	if (str_eq(how, STR("http")))
		return send_http(c, m, permanent_out);
	if (str_eq(how, STR("file")))
		return drop_put(c, c->config->sms_dir,
		    m->voice ? "voice" : "sms", m->to, "txt", m->text);
	return err_set(c, ERR_DELIVERY, NULL, "sms.provider is off");
}

/* Countries */

/* The longest of the listed prefixes that fits decides; "all" fits least. */
bool
sms_country_admitted(const struct config *cfg, struct str number)
{
	const struct list *l = &cfg->sms_countries;
	struct str digits = str_sub(number, 1, SIZE_MAX), item;
	bool admitted = l->n == 0, deny;
	size_t i, best = 0;

	for (i = 0; i < l->n; i++) {
		item = l->items[i];
		deny = str_starts(item, STR("!"));
		if (deny)
			item = str_sub(item, 1, SIZE_MAX);
		if (str_ieq(item, STR("all")))
			item = STR("");
		if (str_starts(digits, item) && item.len >= best) {
			best = item.len;
			admitted = !deny;
		}
	}
	return admitted;
}
