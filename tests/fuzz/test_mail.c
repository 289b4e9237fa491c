/*
 * The composer of mails: a line each for name, recipient and subject, the
 * text behind, and behind a form feed the HTML.  Nothing of it ends a header,
 * starts another or ends the message, and all of it can be read again.
 */
#include "fuzz.h"

#include "base/ctx.h"
#include "base/limits.h"
#include "codec/text.h"
#include "net/mail.h"
#include "net/mail_internal.h"

const char fuzz_name[] = "mail";

static bool
next_line(struct str *rest, struct str *line)
{
	const char *end = memmem(rest->p, rest->len, "\r\n", 2);

	if (rest->len == 0)
		return false;
	claim(end != NULL);
	*line = str_sub(*rest, 0, (size_t)(end - rest->p));
	*rest = str_sub(*rest, line->len + 2, SIZE_MAX);
	return true;
}

static void
claim_lines(struct str rest)
{
	struct str line;
	size_t i;

	while (next_line(&rest, &line)) {
		claim(line.len <= 998);
		claim(line.len == 0 || line.p[0] != '.');
		claim(!str_starts(line, STR("From ")));
		for (i = 0; i < line.len; i++)
			claim((unsigned char)line.p[i] < 0x7f &&
			    ((unsigned char)line.p[i] >= ' ' ||
			    line.p[i] == '\t'));
	}
}

/* The headers in their order, each once; folded lines belong to theirs. */
static void
claim_headers(struct arena *a, struct str *rest, struct str *subject)
{
	static const char *const names[] = { "Date", "From", "To", "Subject",
		"Message-ID", "MIME-Version", "Auto-Submitted",
		"Content-Type" };
	struct str line, name;
	size_t n = 0;

	*subject = STR_NONE;
	while (next_line(rest, &line) && line.len > 0) {
		/* RFC 5322 §2.1.1; an address cannot be folded. */
		claim(line.len <= 78 || fuzz_contains(line, STR("<")));
		if (line.p[0] == ' ') {
			if (n == 4)
				*subject = str_printf(a, "%.*s%.*s",
				    STR_FMT(*subject), STR_FMT(line));
			continue;
		}
		claim(str_split(&line, ':', &name) && line.p != NULL);
		if (n == COUNT(names)) {
			claim(str_eq(name, STR("Content-Transfer-Encoding")));
			continue;
		}
		claim(str_eq(name, str_of(names[n])));
		if (n++ == 3)
			*subject = str_sub(line, 1, SIZE_MAX);
	}
	claim(n == COUNT(names));
}

/* RFC 2047, of what we write: plain, or encoded words alone. */
static struct str
decoded_header(struct arena *a, struct str s)
{
	struct str word, raw;
	struct buf b;

	if (!str_starts(s, STR("=?")))
		return s;
	buf_init(&b, a, SIZE_MAX / 2);
	while (str_split(&s, ' ', &word)) {
		claim(str_starts(word, STR("=?UTF-8?B?")) &&
		    str_ends(word, STR("?=")) && word.len <= 75);
		claim(base64_decode(a, str_sub(word, 10, word.len - 12),
		    &raw));
		claim(utf8_valid(raw));
		buf_str(&b, raw);
	}
	return buf_view(&b);
}

/* Blanks for controls and separators, none at the ends. */
static struct str
one_line(struct arena *a, struct str s)
{
	struct buf b;
	struct str ch;

	buf_init(&b, a, SIZE_MAX / 2);
	for (; s.len > 0; s = str_sub(s, ch.len, SIZE_MAX)) {
		ch = utf8_cut(s, 1);
		buf_str(&b, utf8_has_control(ch) ||
		    str_eq(ch, STR("\xe2\x80\xa8")) ||
		    str_eq(ch, STR("\xe2\x80\xa9")) ? STR(" ") : ch);
	}
	return str_trim(buf_view(&b));
}

/* RFC 2045 §6.7 */
static struct str
decoded_qp(struct arena *a, struct str rest)
{
	struct str line, raw;
	struct buf b;
	size_t i;

	buf_init(&b, a, SIZE_MAX / 2);
	while (next_line(&rest, &line)) {
		claim(line.len <= 76);
		for (i = 0; i < line.len; i++) {
			if (line.p[i] != '=') {
				buf_char(&b, line.p[i]);
			} else if (i + 1 < line.len) {
				claim(hex_decode(a, str_sub(line, i + 1, 2),
				    &raw) && raw.len == 1);
				buf_str(&b, raw);
				i += 2;
			}
		}
		if (!str_ends(line, STR("=")))
			buf_cstr(&b, "\n");
	}
	return buf_view(&b);
}

static struct str
decoded_base64(struct arena *a, struct str rest)
{
	struct str line, raw;
	struct buf b;
	size_t i;

	buf_init(&b, a, SIZE_MAX / 2);
	while (next_line(&rest, &line)) {
		claim(line.len <= 76 && base64_decode(a, line, &raw));
		for (i = 0; i < raw.len; i++)
			if (raw.p[i] != '\r')
				buf_char(&b, raw.p[i]);
	}
	return buf_view(&b);
}

/* Every kind of line end becomes one, and the last line has one. */
static struct str
normal_lines(struct arena *a, struct str s)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, SIZE_MAX / 2);
	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '\r' && i + 1 < s.len && s.p[i + 1] == '\n')
			continue;
		buf_char(&b, s.p[i] == '\r' ? '\n' : s.p[i]);
	}
	if (b.len > 0 && b.p[b.len - 1] != '\n')
		buf_char(&b, '\n');
	return buf_view(&b);
}

static void
claim_body(struct arena *a, struct str part, struct str text, bool qp)
{
	struct str got = qp ? decoded_qp(a, part) : decoded_base64(a, part);

	claim(str_eq(got, normal_lines(a, text)));
}

/* "--=_X", headers, body, and that again, then the end. */
static void
claim_parts(struct arena *a, struct str message, const struct mail *m)
{
	const char *from, *to;
	struct str rest = message, mark, line, part;
	int n;

	from = memmem(rest.p, rest.len, "\r\n\r\n--=_", 8);
	claim(from != NULL);
	rest = str_sub(rest, (size_t)(from - rest.p) + 4, SIZE_MAX);
	claim(next_line(&rest, &mark));
	mark = str_printf(a, "\r\n%.*s", STR_FMT(mark));
	for (n = 0; n < 2; n++) {
		bool qp = false;

		while (next_line(&rest, &line) && line.len > 0)
			qp |= str_ends(line, STR("quoted-printable"));
		to = memmem(rest.p, rest.len, mark.p, mark.len);
		claim(to != NULL);
		part = str_sub(rest, 0, (size_t)(to - rest.p));
		claim_body(a, part, n == 0 ? m->text : m->html, qp);
		rest = str_sub(rest, part.len + mark.len, SIZE_MAX);
		claim(str_starts(rest, n == 0 ? STR("\r\n") : STR("--\r\n")));
		rest = str_sub(rest, n == 0 ? 2 : 4, SIZE_MAX);
	}
	claim(rest.len == 0);
}

static void
judge(struct arena *a, const struct mail *m, struct str message)
{
	struct str rest = message, subject;
	bool qp;

	claim(message.len <= LIMIT_MAIL);
	claim_lines(message);
	claim_headers(a, &rest, &subject);
	claim(str_eq(decoded_header(a, subject), one_line(a, m->subject)));
	if (m->html.p != NULL) {
		claim_parts(a, message, m);
		return;
	}
	qp = fuzz_contains(str_sub(message, 0, message.len - rest.len),
	    STR("\r\nContent-Transfer-Encoding: quoted-printable\r\n"));
	claim_body(a, rest, m->text, qp);
}

void
fuzz_one(struct arena *a, struct str s)
{
	static struct ctx c;
	struct mail m = { .from_address = STR("site@example.com"),
		.message_id = STR("a.1@example.com"), .date_s = 1930800000 };
	struct str message = STR("kept");
	bool valid;
	enum err e;

	c.arena = a;
	m.from_name = fuzz_part(&s, '\n');
	m.to_address = fuzz_part(&s, '\n');
	m.subject = fuzz_part(&s, '\n');
	m.html = str_has(s, '\f') ? s : STR_NONE;
	m.text = fuzz_part(&s, '\f');
	if (m.html.p != NULL)
		m.html = s;
	valid = utf8_valid(m.from_name) && utf8_valid(m.subject) &&
	    utf8_valid(m.text) && utf8_valid(m.html);
	e = mail_compose(&c, &m, &message);
	if (e != ERR_OK) {
		claim(e == ERR_MALFORMED || e == ERR_TOO_LONG);
		claim(str_eq(message, STR("kept")));
		return;
	}
	claim(valid);
	judge(a, &m, message);
}
