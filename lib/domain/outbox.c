/*
 * Messages.  A mail or text message is rendered when it is caused, in the
 * visitor's language, and kept sealed, since it may hold a secret; it is
 * composed and sent later.  A message that was sent by a process that died
 * before it could say so is sent again under the same message id.
 */
#include "outbox.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/template_file.h"
#include "codec/text.h"
#include "codec/url.h"
#include "crypto/keys.h"
#include "net/mail.h"
#include "net/sms.h"
#include "store/store_outbox.h"
#include "store/store_tx.h"

#define LEASE_S		120
#define DELIVERY_S	30	/* one takes no longer */
#define UNSAID_MS	100	/* after which deliveries are noted as done */
#define FIRST_RETRY_S	60	/* twice as long each time */
#define FIRST_SMS_RETRY_S	10	/* its code lives five minutes */
#define RETRY_MAX_S	14400
#define GIVE_UP_S	86400
#define DECOYS_MAX	100	/* dropped in one run */
#define NAME_CHARS	64
#define ERROR_CHARS	250
#define VARIANT_MAX	64

/* Names */

/* Dots of all kinds that host names are read with (UTS 46 §2.3). */
static size_t
dot_length(struct str s)
{
	static const char *const dots[] = {
		".", "\xe3\x80\x82", "\xef\xbc\x8e", "\xef\xbd\xa1"
	};
	size_t i;

	for (i = 0; i < COUNT(dots); i++)
		if (str_starts(s, str_of(dots[i])))
			return strlen(dots[i]);
	return 0;
}

/* Zero-width space, direction marks, embeddings, overrides and isolates.
 * The joiners stay: emoji and some scripts are written with them. */
static bool
is_hidden(struct str s)
{
	unsigned char b;

	if (s.len < 3 || s.p[0] != '\xe2')
		return false;
	b = (unsigned char)s.p[2];
	if (s.p[1] == '\x80')
		return b == 0x8b || b == 0x8e || b == 0x8f ||
		    (b >= 0xaa && b <= 0xae);
	return s.p[1] == '\x81' && b >= 0xa6 && b <= 0xa9;
}

static bool
is_control(struct str s)
{
	unsigned char b = (unsigned char)s.p[0];

	return b < 0x20 || b == 0x7f || (b == 0xc2 && s.len > 1 &&
	    (unsigned char)s.p[1] < 0xa0);
}

struct str
outbox_name(struct ctx *c, struct str name)
{
	struct str s;
	struct buf b;
	size_t step;

	buf_init(&b, c->arena, 1024);
	if (name.p == NULL || !utf8_valid(name))
		return STR("");
	for (s = utf8_cut(name, NAME_CHARS); s.len > 0;
	    s = str_sub(s, step, SIZE_MAX)) {
		step = utf8_cut(s, 1).len;
		if (is_hidden(s))
			continue;
		if (is_control(s))
			buf_char(&b, ' ');
		else if (dot_length(s) > 0 && s.len > step &&
		    s.p[step] != ' ')
			buf_cstr(&b, ". ");
		else if (str_starts(s, STR("://")))
			buf_cstr(&b, ": ");
		else
			buf_add(&b, s.p, step);
	}
	return str_trim(buf_view(&b));
}

/* Making a mail */

struct parts {
	struct str subject, text, html;	/* html may be absent */
};

/* The text after its first line that is just this word; the text before
 * stays in *text.  Absent when there is none. */
static struct str
cut_at_line(struct str *text, struct str word)
{
	struct str rest = *text, line;
	size_t before;

	do {
		before = (size_t)(rest.p - text->p);
		if (!str_split(&rest, '\n', &line))
			return STR_NONE;
	} while (!str_eq(str_trim(line), word));
	text->len = before;
	return rest.p != NULL ? rest : STR("");
}

static struct str
header_of(struct str head, struct str name)
{
	struct str line;

	while (str_split(&head, '\n', &line))
		if (str_istarts(line, name))
			return str_trim(str_sub(line, name.len, SIZE_MAX));
	return STR_NONE;
}

static enum err
broken_template(struct ctx *c, const char *why)
{
	return err_set(c, ERR_INTERNAL, NULL, "message template: %s", why);
}

/*
 * Subject lines are rendered with the site's own words alone, so that no
 * template can put there what people typed (S-124).
 */
static enum err
render_parts(struct ctx *c, struct str file, const char *path,
    const struct outbox_mail *m, struct parts *out)
{
	struct str head = file, body, html, subject;
	struct values *site = values_new(c->arena);
	const char *why;

	values_set(site, "site_name", c->config->site_name);
	body = cut_at_line(&head, STR(""));
	subject = header_of(head, STR("Subject:"));
	if (body.p == NULL || !str_present(subject))
		return broken_template(c, "no subject, or no empty line");
	html = cut_at_line(&body, STR("--html--"));
	if (!template_render_text(c->arena, subject, path, TEMPLATE_TEXT,
	    site, &out->subject, &why) ||
	    !template_render_text(c->arena, body, path, TEMPLATE_TEXT,
	    m->values, &out->text, &why))
		return broken_template(c, why);
	out->html = STR_NONE;
	if (html.p != NULL && !template_render_text(c->arena, html, path,
	    TEMPLATE_HTML, m->values, &out->html, &why))
		return broken_template(c, why);
	return ERR_OK;
}

/* A variant is a word of a request: it may name a file, and no more. */
static bool
variant_valid(struct str v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (!((v.p[i] >= 'a' && v.p[i] <= 'z') ||
		    (v.p[i] >= 'A' && v.p[i] <= 'Z') ||
		    (v.p[i] >= '0' && v.p[i] <= '9') || v.p[i] == '_' ||
		    v.p[i] == '-'))
			return false;
	return v.len > 0 && v.len <= VARIANT_MAX;
}

static enum err
read_template(struct ctx *c, const char *template, struct str variant,
    const char *kind, struct str *text_out, const char **path_out)
{
	struct template_place at = {
		.site_dir = str_present(c->config->templates_site_dir) ?
		    c->config->templates_site_dir.p : NULL,
		.dir = c->config->templates_dir.p
	};
	struct str lang, name;
	const char *why;

	lang = template_language(c->arena, &at, c->client.language);
	if (variant_valid(variant)) {
		name = str_printf(c->arena, "%s.%.*s.%s", template,
		    STR_FMT(variant), kind);
		if (template_read(c->arena, &at, lang.p, name.p, text_out,
		    path_out, &why))
			return ERR_OK;
	}
	name = str_printf(c->arena, "%s.%s", template, kind);
	if (template_read(c->arena, &at, lang.p, name.p, text_out, path_out,
	    &why))
		return ERR_OK;
	return broken_template(c, str_printf(c->arena, "%s: %s", name.p,
	    why).p);
}

static void
add_common_values(struct ctx *c, struct values *v)
{
	values_set(v, "site_name", c->config->site_name);
	values_set_url(v, "site_url", url_site(c->arena, c->config, "/"));
}

static struct str
uid_bytes(const struct uid *u)
{
	return (struct str){ (const char *)u->b, sizeof(u->b) };
}

static struct str
seal_parts(struct ctx *c, const struct uid *id, const struct parts *p)
{
	struct json *j = json_new_object(c->arena);

	json_set_str(j, "subject", p->subject);
	json_set_str(j, "text", p->text);
	json_set_str(j, "html", p->html);
	return aead_seal(c->arena, c->keys, KEY_OUTBOX, uid_bytes(id),
	    json_text(c->arena, j, false));
}

/* The rest of the row is filled in; a decoy is nobody's. */
static enum err
add_row(struct ctx *c, struct store_outbox *row, struct str to,
    struct uid uid, bool decoy)
{
	enum err e;

	row->state = decoy ? OUTBOX_DECOY : OUTBOX_WAITING;
	row->target = decoy ? STR("") : to;
	if (!decoy)
		row->uid = uid;
	row->created_s = row->due_s = c->now_s;
	e = store_outbox_insert(c, row);
	if (e == ERR_OK)
		c->outbox_due = true;
	return e;
}

enum err
outbox_add_mail(struct ctx *c, const struct outbox_mail *m)
{
	struct store_outbox row = {
		.id = uid_new(c->now_ms), .kind = OUTBOX_MAIL,
		.template = str_of(m->template), .expires_s = m->expires_s
	};
	struct parts parts;
	const char *path;
	struct str file;
	enum err e;

	e = read_template(c, m->template, m->variant, "mail", &file, &path);
	if (e != ERR_OK)
		return e;
	add_common_values(c, m->values);
	e = render_parts(c, file, path, m, &parts);
	if (e != ERR_OK)
		return e;
	row.payload = seal_parts(c, &row.id, &parts);
	return add_row(c, &row, m->to, m->uid, m->decoy);
}

/* The lines of the file are no lines of the message. */
static struct str
on_one_line(struct ctx *c, struct str text)
{
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, text.len + 1);
	for (i = 0; i < text.len; i++) {
		if (text.p[i] == '\n')
			buf_char(&b, ' ');
		else
			buf_char(&b, text.p[i]);
	}
	return str_trim(buf_view(&b));
}

static enum err
render_sms(struct ctx *c, const struct outbox_sms *m, struct str *out)
{
	const char *path, *why;
	struct str file, text;
	enum err e;

	e = read_template(c, m->template, m->variant, "sms", &file, &path);
	if (e != ERR_OK)
		return e;
	add_common_values(c, m->values);
	if (!template_render_text(c->arena, file, path, TEMPLATE_TEXT,
	    m->values, &text, &why))
		return broken_template(c, why);
	*out = utf8_cut(on_one_line(c, text), SMS_TEXT_MAX);
	return ERR_OK;
}

enum err
outbox_add_sms(struct ctx *c, const struct outbox_sms *m)
{
	struct store_outbox row = {
		.id = uid_new(c->now_ms),
		.kind = m->voice ? OUTBOX_VOICE : OUTBOX_SMS,
		.template = str_printf(c->arena, "%s.sms", m->template),
		.expires_s = m->expires_s
	};
	struct parts parts = { .subject = STR_NONE, .html = STR_NONE };
	enum err e;

	e = render_sms(c, m, &parts.text);
	if (e != ERR_OK)
		return e;
	row.payload = seal_parts(c, &row.id, &parts);
	return add_row(c, &row, m->to, m->uid, m->decoy);
}

/* Delivering */

/* Messages that are claimed at one time, and said to be done at one time. */
struct batch {
	struct store_outbox *rows;
	size_t n;
	int64_t now_s, lease_until_s;
	int64_t end_ms;		/* none begins later */
	struct uid done[STORE_OUTBOX_BATCH];
	size_t n_done;
	int64_t said_ms;	/* when those before were noted */
	size_t sent, failed;
};

static enum err
open_parts(struct ctx *c, const struct store_outbox *row, struct parts *out)
{
	enum json_fault fault;
	struct json *j;
	struct str text;

	if (!aead_open(c->arena, c->keys, KEY_OUTBOX, uid_bytes(&row->id),
	    row->payload, &text))
		return err_set(c, ERR_MALFORMED, NULL,
		    "the sealed text cannot be opened with these keys");
	j = json_parse(c->arena, text, &fault);
	if (j == NULL)
		return err_set(c, ERR_MALFORMED, NULL,
		    "the sealed text is not readable");
	out->subject = json_string(json_get(j, "subject"));
	out->text = json_string(json_get(j, "text"));
	out->html = json_type(json_get(j, "html")) == JSON_STRING ?
	    json_string(json_get(j, "html")) : STR_NONE;
	return ERR_OK;
}

static struct str
message_id(struct ctx *c, const struct store_outbox *row)
{
	struct str domain = c->config->mail_sender, local;

	str_split(&domain, '@', &local);
	return str_printf(c->arena, "%.*s@%.*s",
	    STR_FMT(uid_hex(c->arena, row->id)), STR_FMT(domain));
}

static enum err
send_mail(struct ctx *c, const struct store_outbox *row,
    const struct parts *parts, bool *permanent)
{
	const struct config *cfg = c->config;
	struct mail m = {
		.from_address = cfg->mail_sender,
		.from_name = str_present(cfg->mail_sender_name) ?
		    cfg->mail_sender_name : cfg->site_name,
		.to_address = row->target, .subject = parts->subject,
		.text = parts->text, .html = parts->html,
		.message_id = message_id(c, row), .date_s = row->created_s
	};
	struct str message;
	enum err e;

	*permanent = true;
	e = mail_compose(c, &m, &message);
	if (e != ERR_OK)
		return e;
	return mail_send(c, m.from_address, m.to_address, message,
	    permanent);
}

static enum err
send_row(struct ctx *c, const struct store_outbox *row, bool *permanent)
{
	struct sms sms = {
		.to = row->target, .id = uid_hex(c->arena, row->id),
		.voice = row->kind == OUTBOX_VOICE
	};
	struct parts parts;
	enum err e;

	/* Another process, or tomorrow's configuration, may have the key. */
	*permanent = aead_key_known(c->keys, row->payload);
	e = open_parts(c, row, &parts);
	if (e != ERR_OK)
		return e;
	if (row->kind == OUTBOX_MAIL)
		return send_mail(c, row, &parts, permanent);
	sms.text = parts.text;
	return sms_send(c, &sms, permanent);
}

static struct str
error_text(struct ctx *c)
{
	struct str note = str_of(c->err.note);

	if (!str_present(note) || !utf8_valid(note))
		return STR("delivery failed");
	return utf8_cut(note, ERROR_CHARS);
}

static int64_t
retry_delay_s(const struct store_outbox *row)
{
	int64_t delay = row->kind == OUTBOX_MAIL ? FIRST_RETRY_S :
	    FIRST_SMS_RETRY_S, tries = row->tries;

	while (--tries > 0 && delay < RETRY_MAX_S)
		delay *= 2;
	return delay < RETRY_MAX_S ? delay : RETRY_MAX_S;
}

/* "mail_dead", "sms_delayed", "voice_expired": for the log. */
static const char *
event(struct ctx *c, const struct store_outbox *row, const char *what)
{
	static const char *const kinds[] = {
		[OUTBOX_MAIL] = "mail", [OUTBOX_SMS] = "sms",
		[OUTBOX_VOICE] = "voice"
	};

	return str_printf(c->arena, "%s_%s", row->kind >= OUTBOX_MAIL &&
	    row->kind <= OUTBOX_VOICE ? kinds[row->kind] : "message",
	    what).p;
}

static enum err
note_failure(struct ctx *c, const struct batch *b,
    const struct store_outbox *row, bool permanent)
{
	int64_t now_s = clock_now_s(), end_s = row->created_s + GIVE_UP_S;
	int64_t due_s = now_s + retry_delay_s(row);
	bool dead = permanent || now_s >= end_s;

	log_write(c, LOG_WARN, event(c, row, dead ? "dead" : "delayed"),
	    "message %.*s: %.*s", STR_FMT(uid_hex(c->arena, row->id)),
	    STR_FMT(error_text(c)));
	if (due_s > end_s && !dead)
		due_s = end_s;
	return store_outbox_fail(c, row->id, b->lease_until_s,
	    dead ? OUTBOX_DEAD : OUTBOX_WAITING, due_s, error_text(c));
}

static enum err
say_done(struct ctx *c, struct batch *b)
{
	enum err e = ERR_OK;

	if (b->n_done > 0)
		e = store_outbox_delete(c, b->done, b->n_done);
	b->n_done = 0;
	b->said_ms = clock_mono_ms();
	return e;
}

/* What was sent and not noted would be sent again after a kill: of messages
 * that take long that is one. */
static enum err
add_done(struct ctx *c, struct batch *b, struct uid id)
{
	b->done[b->n_done++] = id;
	return clock_mono_ms() - b->said_ms < UNSAID_MS ? ERR_OK :
	    say_done(c, b);
}

/* A secret past its life is of no use to anybody. */
static enum err
drop_expired(struct ctx *c, struct batch *b, const struct store_outbox *row)
{
	log_write(c, LOG_WARN, event(c, row, "expired"),
	    "message %.*s could not be delivered while its secret lived",
	    STR_FMT(uid_hex(c->arena, row->id)));
	return add_done(c, b, row->id);
}

static enum err
deliver(struct ctx *c, struct batch *b, const struct store_outbox *row)
{
	bool permanent = false;
	enum err e;

	if (row->expires_s != 0 && row->expires_s <= clock_now_s())
		return drop_expired(c, b, row);
	c->err = (struct err_detail){ .code = ERR_OK };
	e = send_row(c, row, &permanent);
	if (e == ERR_OK) {
		b->sent++;
		return add_done(c, b, row->id);
	}
	b->failed++;
	return note_failure(c, b, row, permanent);
}

static enum err
claim_tx(struct ctx *c, void *arg)
{
	struct batch *b = arg;
	size_t n = 0;
	enum err e;

	e = store_outbox_claim_all(c, b->rows, b->n, b->now_s,
	    b->lease_until_s, &n);
	return e == ERR_OK && n != b->n ? ERR_CONFLICT : e;
}

/* All of them, or else, where others are at it too, those that are left. */
static enum err
claim(struct ctx *c, struct batch *b)
{
	size_t i, n = 0;
	enum err e = ERR_CONFLICT;
	bool mine = false;

	if (b->n > 1)
		e = store_tx(c, claim_tx, b, NULL);
	if (e != ERR_CONFLICT)
		return e;
	e = ERR_OK;
	for (i = 0; i < b->n && e == ERR_OK; i++) {
		e = store_outbox_claim(c, b->rows[i].id, b->now_s,
		    b->lease_until_s, &mine);
		if (e == ERR_OK && mine)
			b->rows[n++] = b->rows[i];
	}
	b->n = n;
	return e;
}

static enum err
deliver_all(struct ctx *c, struct batch *b)
{
	enum err e = ERR_OK, said;
	size_t i, k;

	b->said_ms = clock_mono_ms();
	for (i = 0; i < b->n && e == ERR_OK && clock_mono_ms() < b->end_ms;
	    i++) {
		b->rows[i].tries++;
		e = deliver(c, b, &b->rows[i]);
	}
	said = say_done(c, b);
	for (k = i; k < b->n && said == ERR_OK; k++)
		said = store_outbox_give_back(c, b->rows[k].id,
		    b->lease_until_s, b->now_s);
	return e != ERR_OK ? e : said;
}

static enum err
run_batch(struct ctx *c, struct batch *b, size_t max, size_t *found_out)
{
	enum err e;

	b->now_s = clock_now_s();
	b->lease_until_s = b->now_s + LEASE_S;
	b->n = 0;
	e = store_outbox_due(c, b->now_s, max < STORE_OUTBOX_BATCH ? max :
	    STORE_OUTBOX_BATCH, &b->rows, &b->n);
	*found_out = b->n;
	if (e == ERR_OK && b->n > 0)
		e = claim(c, b);
	return e != ERR_OK ? e : deliver_all(c, b);
}

static enum err
run_due(struct ctx *c, size_t max, int64_t budget_ms, struct batch *b)
{
	int64_t now_ms = clock_mono_ms(), end_ms = now_ms + budget_ms;
	size_t seen = 0, found = 0;
	enum err e;

	e = store_outbox_drop_decoys(c, clock_now_s(), DECOYS_MAX);
	do {
		b->end_ms = now_ms + (LEASE_S - DELIVERY_S) * 1000;
		if (b->end_ms > end_ms)
			b->end_ms = end_ms;
		if (e == ERR_OK)
			e = run_batch(c, b, max - seen, &found);
		seen += found;
		now_ms = clock_mono_ms();
	} while (e == ERR_OK && found == STORE_OUTBOX_BATCH && seen < max &&
	    now_ms < end_ms);
	return e;
}

/* It runs after an answer was given: what that left in c->err stays. */
enum err
outbox_run(struct ctx *c, size_t max, int64_t budget_ms, size_t *sent_out,
    size_t *failed_out)
{
	struct err_detail before = c->err;
	struct batch b = { .rows = NULL };
	enum err e;

	e = run_due(c, max, budget_ms, &b);
	*sent_out = b.sent;
	*failed_out = b.failed;
	if (e == ERR_OK)
		c->err = before;
	return e;
}

enum err
outbox_list(struct ctx *c, bool dead_only, size_t max,
    struct outbox_row **out, size_t *n_out)
{
	struct store_outbox *rows;
	struct outbox_row *list;
	size_t n, i;
	enum err e;

	e = store_outbox_list(c, OUTBOX_DEAD,
	    dead_only ? OUTBOX_DEAD : OUTBOX_WAITING, max, &rows, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct outbox_row, n);
	for (i = 0; i < n; i++)
		list[i] = (struct outbox_row){
			.id = rows[i].id, .state = rows[i].state,
			.template = rows[i].template,
			.target = rows[i].target, .error = rows[i].error,
			.created_s = rows[i].created_s,
			.due_s = rows[i].due_s,
			.expires_s = rows[i].expires_s,
			.tries = rows[i].tries
		};
	*out = list;
	*n_out = n;
	return ERR_OK;
}

enum err
outbox_retry(struct ctx *c, struct uid id)
{
	return store_outbox_revive(c, id, clock_now_s());
}
