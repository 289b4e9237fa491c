/*
 * Numbers, and the codes that go to them.
 */
#include "phone.h"

#include "audit.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/rand.h"
#include "codec/text.h"
#include "codec/url.h"
#include "crypto/keys.h"
#include "limit.h"
#include "outbox.h"
#include "verification.h"

#define NOTICE_KIND	"notice"	/* in limits */

static const struct uid nobody;

/* Numbers */

void
phone_receipt(struct ctx *c, struct phone_receipt *out)
{
	unsigned char site[32], random[16];
	struct str hex;

	MAC_LASTING(c->keys, KEY_DECOY, site, STR("sms account"));
	rand_bytes(random, sizeof(random));
	hex = hex_encode(c->arena, site, 16);
	out->account_sid = str_printf(c->arena, "AC%.*s", STR_FMT(hex));
	hex = hex_encode(c->arena, random, sizeof(random));
	out->sid = str_printf(c->arena, "SM%.*s", STR_FMT(hex));
}

/* Without '+', "00" or the blank that was a '+'. */
static bool
is_national(struct str s)
{
	return s.p[0] != '+' && s.p[0] != ' ' && !str_starts(s, STR("00"));
}

enum err
phone_read(struct ctx *c, struct str typed, struct identifier *out)
{
	struct str home = c->config->login_phone_country;
	enum err e;

	if (!c->config->login_phone)
		return err_set(c, ERR_PHONE_LOGIN_OFF, NULL, "off");
	if (!str_present(typed))
		return err_set(c, ERR_PHONE_MISSING, "phone", "none");
	if (str_present(home) && typed.len <= LIMIT_TEXT &&
	    is_national(typed))
		typed = str_printf(c->arena, "+%.*s%.*s", STR_FMT(home),
		    STR_FMT(typed));
	e = identifier_phone(c->arena, typed, out);
	return e != ERR_OK ? err_set(c, e, "phone", "malformed") : e;
}

enum err
phone_of_session(struct ctx *c, enum err e)
{
	return e == ERR_NOT_FOUND ? err_set(c, ERR_TOKEN_UNKNOWN, NULL,
	    "the account is gone") : e;
}

bool
phone_flow_is(const struct ctx *c, const char *flow)
{
	return str_eq(c->config->registration_phone_verification,
	    str_of(flow));
}

/* Messages */

/* "4, 8, 2": a voice says one after the other. */
static struct str
spoken(struct ctx *c, struct str code)
{
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, 4 * code.len);
	for (i = 0; i < code.len; i++)
		buf_printf(&b, "%s%c", i > 0 ? ", " : "", code.p[i]);
	return buf_view(&b);
}

static struct str
address_of(const struct phone_code *m)
{
	return m->address.p != NULL ? m->address : m->number;
}

enum err
phone_send_code(struct ctx *c, const struct phone_code *m)
{
	int64_t life_s = m->life_s != 0 ? m->life_s :
	    c->config->lifetime_phone_code_s;
	bool nobodys = m->decoy || m->generation == TICKET_NOBODY;
	struct ticket t = {
		.purpose = m->purpose,
		.uid = nobodys ? ticket_decoy_uid(c, m->number) : m->uid,
		.generation = m->generation,
		.address = address_of(m),
		.data = m->data.p != NULL ? m->data : m->number,
		.expires_s = c->now_s + life_s
	};
	struct outbox_sms sms = {
		.template = m->template, .variant = m->variant,
		.to = m->number, .uid = m->uid,
		.values = values_new(c->arena), .expires_s = t.expires_s,
		.voice = m->voice, .decoy = m->decoy
	};
	struct str code;
	enum err e;

	e = ticket_make_code(c, &t, &code);
	if (e != ERR_OK)
		return e;
	values_set(sms.values, "code", m->voice ? spoken(c, code) : code);
	mail_set_life(c, sms.values, life_s);
	e = outbox_add_sms(c, &sms);
	return e != ERR_OK ? e : audit_add(c, m->decoy ? "phone_code_decoy" :
	    "phone_code_sent", m->decoy ? nobody : m->uid, m->template);
}

enum err
phone_send_own_code(struct ctx *c, const struct phone_code *m)
{
	bool full = false;
	enum err e;

	e = ticket_tries_full(c, m->purpose, address_of(m), &full);
	if (e == ERR_OK && full)
		return err_set(c, ERR_CODE_LIMIT, NULL,
		    "the hour's tries are used up");
	if (e == ERR_OK)
		e = limit_sms(c, m->template, m->number, m->voice);
	return e != ERR_OK ? e : phone_send_code(c, m);
}

enum err
phone_send_again(struct ctx *c, const struct account *a, struct str variant,
    bool voice)
{
	const struct phone_code m = {
		.purpose = TICKET_VERIFY_PHONE, .template = PHONE_SMS,
		.variant = variant, .number = a->phone, .uid = a->uid,
		.generation = a->generation, .voice = voice
	};
	int64_t pending_s = 0;
	enum err e;

	e = ticket_pending(c, TICKET_VERIFY_PHONE, a->uid, &pending_s);
	if (e != ERR_OK || pending_s != 0)
		return e;
	e = limit_sms(c, PHONE_SMS, a->phone, voice);
	return e != ERR_OK ? e : phone_send_code(c, &m);
}

/* A notice is no reason for the change that it tells of to fail. */
static bool
is_no_way(enum err e)
{
	return e == ERR_SMS_OFF || e == ERR_SMS_FAILED ||
	    e == ERR_SMS_LIMIT || e == ERR_SMS_QUOTA;
}

enum err
phone_tell(struct ctx *c, struct str number, const char *template,
    struct str variant)
{
	struct outbox_sms sms = {
		.template = template, .variant = variant, .to = number,
		.values = values_new(c->arena)
	};
	struct err_detail before = c->err;
	enum err e;

	values_set(sms.values, "forgot_link", url_site(c->arena, c->config,
	    "/forgot"));
	e = limit_sms(c, NOTICE_KIND, number, false);
	if (is_no_way(e)) {
		c->err = before;
		return ERR_OK;
	}
	return e != ERR_OK ? e : outbox_add_sms(c, &sms);
}

enum err
phone_welcome(struct ctx *c, const struct account *a, struct str variant)
{
	return str_present(variant) ?
	    phone_tell(c, a->phone, "welcome", variant) : ERR_OK;
}
