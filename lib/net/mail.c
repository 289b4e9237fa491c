/*
 * The composer.  What people typed comes in as names, subject and text; none
 * of it can end a header, start another or end the message.
 */
#include "mail.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/rand.h"
#include "codec/identifier.h"
#include "codec/text.h"
#include "net/mail_internal.h"

#define WORD_BYTES	39	/* its encoded word and "Subject: " fit in 76 */
#define PLAIN_MAX	64	/* a longer text is encoded, and so folded */
#define QP_LINE		75	/* and the soft break: RFC 2045 §6.7 rule 5 */
#define BASE64_LINE	57	/* bytes that make 76 characters */
#define ID_MAX		250

/* Addresses */

static bool
is_atext(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9') ||
	    (ch != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", ch) != NULL);
}

/* RFC 5322 §3.2.3: words of atext with single dots between. */
static bool
is_dot_atom(struct str s)
{
	struct str rest = s, part;
	size_t i;

	if (s.p == NULL)
		return false;
	while (str_split(&rest, '.', &part)) {
		if (part.len == 0)
			return false;
		for (i = 0; i < part.len; i++)
			if (!is_atext(part.p[i]))
				return false;
	}
	return true;
}

static bool
is_domain(struct str s)
{
	struct str rest = s, part;
	size_t i;

	if (s.p == NULL || s.len > 253)
		return false;
	while (str_split(&rest, '.', &part)) {
		if (part.len == 0 || part.len > 63 || part.p[0] == '-' ||
		    part.p[part.len - 1] == '-')
			return false;
		for (i = 0; i < part.len; i++)
			if (!is_atext(part.p[i]) ||
			    strchr("!#$%&'*+/=?^_`{|}~", part.p[i]) != NULL)
				return false;
	}
	return true;
}

bool
mail_address_valid(struct str s)
{
	struct str rest = s, local;

	return s.len <= LIMIT_EMAIL && str_split(&rest, '@', &local) &&
	    local.len <= 64 && is_dot_atom(local) && is_domain(rest);
}

/* False unless plain ASCII remains once the domain is in ASCII. */
static bool
envelope(struct ctx *c, struct str address, struct str *out)
{
	if (address.p == NULL || address.len > 4 * LIMIT_EMAIL ||
	    !utf8_valid(address) || utf8_has_control(address))
		return false;
	*out = identifier_mailbox(c->arena, address);
	return mail_address_valid(*out);
}

/* Headers */

/* Control characters and line separators become blanks. */
static struct str
one_line(struct arena *a, struct str s)
{
	struct buf b;
	struct str ch;

	buf_init(&b, a, s.len + 1);
	for (; s.len > 0; s = str_sub(s, ch.len, SIZE_MAX)) {
		ch = utf8_cut(s, 1);
		if (utf8_has_control(ch) || str_eq(ch, STR("\xe2\x80\xa8")) ||
		    str_eq(ch, STR("\xe2\x80\xa9")))
			buf_char(&b, ' ');
		else
			buf_str(&b, ch);
	}
	return str_trim(buf_view(&b));
}

static bool
is_plain(struct str s)
{
	size_t i;

	if (s.len > PLAIN_MAX)
		return false;
	for (i = 0; i < s.len; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e ||
		    (s.p[i] == '=' && i + 1 < s.len && s.p[i + 1] == '?'))
			return false;
	return true;
}

/* RFC 2047 §2, §5 (3): words of whole characters, folded between. */
static void
add_words(struct buf *b, struct arena *a, struct str s)
{
	struct str ch, word;
	size_t n;

	while (s.len > 0) {
		for (n = 0; n < s.len; n += ch.len) {
			ch = utf8_cut(str_sub(s, n, SIZE_MAX), 1);
			if (n + ch.len > WORD_BYTES)
				break;
		}
		word = base64_encode(a, s.p, n);
		buf_printf(b, "=?UTF-8?B?%.*s?=", STR_FMT(word));
		s = str_sub(s, n, SIZE_MAX);
		if (s.len > 0)
			buf_cstr(b, "\r\n ");
	}
}

static void
add_from(struct buf *b, struct arena *a, struct str name, struct str address)
{
	buf_cstr(b, "From: ");
	if (name.len > 0) {
		/* Escapes could make the line longer than 78 characters. */
		if (is_plain(name) && !str_has(name, '"') &&
		    !str_has(name, '\\'))
			buf_printf(b, "\"%.*s\"", STR_FMT(name));
		else
			add_words(b, a, name);
		buf_cstr(b, "\r\n ");
	}
	buf_printf(b, "<%.*s>\r\n", STR_FMT(address));
}

static void
add_subject(struct buf *b, struct arena *a, struct str subject)
{
	buf_cstr(b, "Subject: ");
	if (is_plain(subject))
		buf_str(b, subject);
	else
		add_words(b, a, subject);
	buf_cstr(b, "\r\n");
}

static void
add_date(struct buf *b, int64_t t_s)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct clock_parts p = clock_utc(t_s);
	int64_t day = t_s / 86400 % 7;

	must(t_s >= 0);
	buf_printf(b, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0000\r\n",
	    days + 3 * day, p.day, months + 3 * (p.month - 1), p.year, p.hour,
	    p.minute, p.second);
}

/* Bodies */

/* CRLF, LF and a lone CR all end a line. */
static bool
next_line(struct str *rest, struct str *line)
{
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	*line = str_sub(*rest, 0, n);
	if (n + 1 < rest->len && rest->p[n] == '\r' && rest->p[n + 1] == '\n')
		n++;
	*rest = str_sub(*rest, n + 1, SIZE_MAX);
	return true;
}

/* A lone dot ends a message in SMTP, "From " begins one in a mailbox.  No
 * other F is touched: a link is read by people and simple programs, too. */
static bool
qp_literal(struct str line, size_t i, bool first)
{
	unsigned char ch = (unsigned char)line.p[i];

	if (ch == ' ' || ch == '\t')
		return i + 1 < line.len;
	if (first && (ch == '.' ||
	    str_starts(str_sub(line, i, SIZE_MAX), STR("From "))))
		return false;
	return ch > 0x20 && ch < 0x7f && ch != '=';
}

static void
add_qp_line(struct buf *b, struct str line)
{
	size_t i, column = 0, width;
	bool literal;

	for (i = 0; i < line.len; i++) {
		literal = qp_literal(line, i, column == 0);
		width = literal ? 1 : 3;
		if (column + width > QP_LINE) {
			buf_cstr(b, "=\r\n");
			column = 0;
			literal = qp_literal(line, i, true);
			width = literal ? 1 : 3;
		}
		if (literal)
			buf_char(b, line.p[i]);
		else
			buf_printf(b, "=%02X", (unsigned char)line.p[i]);
		column += width;
	}
	buf_cstr(b, "\r\n");
}

static void
add_base64(struct buf *b, struct arena *a, struct str text)
{
	struct str rest = text, line, piece;
	struct buf whole;

	buf_init(&whole, a, 2 * LIMIT_MAIL);
	while (next_line(&rest, &line)) {
		buf_str(&whole, line);
		buf_cstr(&whole, "\r\n");
	}
	for (rest = buf_view(&whole); rest.len > 0;
	    rest = str_sub(rest, BASE64_LINE, SIZE_MAX)) {
		line = str_sub(rest, 0, BASE64_LINE);
		piece = base64_encode(a, line.p, line.len);
		buf_printf(b, "%.*s\r\n", STR_FMT(piece));
	}
}

static bool
is_mostly_ascii(struct str s)
{
	size_t i, other = 0;

	for (i = 0; i < s.len; i++)
		other += (unsigned char)s.p[i] >= 0x80;
	return other <= s.len / 6;
}

static void
add_body(struct buf *b, struct arena *a, const char *type, struct str text)
{
	bool qp = is_mostly_ascii(text);
	struct str rest = text, line;

	buf_printf(b, "Content-Type: text/%s; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n", type,
	    qp ? "quoted-printable" : "base64");
	if (!qp) {
		add_base64(b, a, text);
		return;
	}
	while (next_line(&rest, &line))
		add_qp_line(b, line);
}

/* Neither encoding can produce "=_", so no body holds the boundary. */
static void
add_alternative(struct buf *b, struct arena *a, const struct mail *m)
{
	unsigned char random[12];
	struct str mark;

	rand_bytes(random, sizeof(random));
	mark = hex_encode(a, random, sizeof(random));
	buf_printf(b, "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_%s\"\r\n\r\n--=_%s\r\n", mark.p, mark.p);
	add_body(b, a, "plain", m->text);
	buf_printf(b, "\r\n--=_%s\r\n", mark.p);
	add_body(b, a, "html", m->html);
	buf_printf(b, "\r\n--=_%s--\r\n", mark.p);
}

static bool
is_message_id(struct str s)
{
	struct str rest = s, left;

	return s.len <= ID_MAX && str_split(&rest, '@', &left) &&
	    is_dot_atom(left) && is_dot_atom(rest);
}

static enum err
judge(struct ctx *c, const struct mail *m, struct str *from, struct str *to)
{
	if (!envelope(c, m->from_address, from))
		return err_set(c, ERR_MALFORMED, NULL,
		    "the sender's address cannot be used");
	if (!envelope(c, m->to_address, to))
		return err_set(c, ERR_MALFORMED, NULL,
		    "the recipient's address cannot be used");
	if (!is_message_id(m->message_id))
		return err_set(c, ERR_MALFORMED, NULL, "message id");
	if (!utf8_valid(m->from_name) || !utf8_valid(m->subject) ||
	    !utf8_valid(m->text) || !utf8_valid(m->html))
		return err_set(c, ERR_MALFORMED, NULL,
		    "mail text is not UTF-8");
	return ERR_OK;
}

enum err
mail_compose(struct ctx *c, const struct mail *m, struct str *message_out)
{
	struct str from, to;
	struct buf b;
	enum err e;

	e = judge(c, m, &from, &to);
	if (e != ERR_OK)
		return e;
	buf_init(&b, c->arena, LIMIT_MAIL);
	add_date(&b, m->date_s);
	add_from(&b, c->arena, one_line(c->arena, m->from_name), from);
	buf_printf(&b, "To: <%.*s>\r\n", STR_FMT(to));
	add_subject(&b, c->arena, one_line(c->arena, m->subject));
	buf_printf(&b, "Message-ID: <%.*s>\r\n", STR_FMT(m->message_id));
	buf_cstr(&b, "MIME-Version: 1.0\r\n"
	    "Auto-Submitted: auto-generated\r\n");
	if (m->html.p != NULL)
		add_alternative(&b, c->arena, m);
	else
		add_body(&b, c->arena, "plain", m->text);
	if (!buf_ok(&b))
		return err_set(c, ERR_TOO_LONG, NULL,
		    "a mail is larger than %d bytes", LIMIT_MAIL);
	*message_out = buf_view(&b);
	return ERR_OK;
}

enum err
mail_send(struct ctx *c, struct str from, struct str to, struct str message,
    bool *permanent_out)
{
	struct str how = c->config->mail_transport, sender, recipient;

	*permanent_out = false;
	if (!envelope(c, from, &sender) || !envelope(c, to, &recipient)) {
		*permanent_out = true;
		return err_set(c, ERR_DELIVERY, NULL,
		    "an address of the envelope cannot be used");
	}
	if (str_eq(how, STR("smtp")))
		return smtp_send(c, sender, recipient, message,
		    permanent_out);
	if (str_eq(how, STR("file")))
		return drop_put(c, c->config->mail_dir, "mail", recipient,
		    "eml", message);
	return sendmail_send(c, sender, message, MAIL_TOTAL_S * 1000,
	    permanent_out);
}
