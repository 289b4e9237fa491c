/*
 * Messages are composed and parsed back by this file's own small reader;
 * SMTP runs against a server of a few lines, sendmail against a script.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/text.h"
#include "net/mail.h"
#include "net/mail_internal.h"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char folder[] = "/tmp/doorward-mail-XXXXXX";

static struct mail
sample(void)
{
	return (struct mail){
		.from_address = STR("no-reply@example.com"),
		.from_name = STR("Example"),
		.to_address = STR("ada@example.org"),
		.subject = STR("Confirm your address"),
		.text = STR("Hello Ada,\n\nfollow the link.\n"),
		.message_id = STR("42.abc@example.com"),
		.date_s = 1767597042
	};
}

static struct str
composed(const struct mail *m)
{
	struct str out;

	if (mail_compose(&ctx, m, &out) != ERR_OK)
		fail_msg("not composed: %s", ctx.err.note);
	return out;
}

/* The reader */

static struct str
after(struct str s, const char *mark)
{
	const char *at = memmem(s.p, s.len, mark, strlen(mark));

	if (at == NULL)
		fail_msg("\"%.*s\" does not hold \"%s\"", STR_FMT(s), mark);
	return str_sub(s, (size_t)(at - s.p) + strlen(mark), SIZE_MAX);
}

static struct str
before(struct str s, const char *mark)
{
	struct str rest = after(s, mark);

	return str_sub(s, 0, s.len - rest.len - strlen(mark));
}

/* The one header of that name, unfolded; fails if none or two. */
static struct str
header(struct str message, const char *name)
{
	struct str rest = before(message, "\r\n\r\n"), line, key;
	struct buf b;
	bool inside = false, seen = false;

	buf_init(&b, arena, 64 * 1024);
	while (str_split(&rest, '\n', &line)) {
		if (str_ends(line, STR("\r")))
			line.len--;
		if (line.len > 0 && line.p[0] == ' ') {
			if (inside)
				buf_str(&b, line);
			continue;
		}
		inside = false;
		key = str_printf(arena, "%s: ", name);
		if (!str_istarts(line, key))
			continue;
		if (seen)
			fail_msg("two headers %s", name);
		inside = seen = true;
		buf_str(&b, str_sub(line, key.len, SIZE_MAX));
	}
	if (!seen)
		fail_msg("no header %s", name);
	return buf_view(&b);
}

static size_t
count_headers(struct str message)
{
	struct str rest = before(message, "\r\n\r\n"), line;
	size_t n = 0;

	while (str_split(&rest, '\n', &line))
		n += line.p[0] != ' ';
	return n;
}

/* RFC 2047: words of base64, blanks between them dropped. */
static struct str
decoded_words(struct str s)
{
	struct str raw, word;
	struct buf b;

	buf_init(&b, arena, 64 * 1024);
	while (s.len > 0) {
		if (!str_starts(s, STR("=?UTF-8?B?")))
			fail_msg("no word: %.*s", STR_FMT(s));
		word = before(after(s, "=?UTF-8?B?"), "?=");
		assert_true(10 + word.len + 2 <= 75);
		assert_true(base64_decode(arena, word, &raw));
		assert_true(utf8_valid(raw));
		buf_str(&b, raw);
		s = str_trim(after(s, "?="));
	}
	return buf_view(&b);
}

static int
hex_value(char ch)
{
	const char *digits = "0123456789ABCDEF", *at;

	at = ch != '\0' ? strchr(digits, ch) : NULL;
	assert_non_null(at);
	return (int)(at - digits);
}

static struct str
decoded_qp(struct str s)
{
	struct buf b;
	size_t i;

	buf_init(&b, arena, 1024 * 1024);
	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '\r')
			continue;
		if (s.p[i] != '=') {
			buf_char(&b, s.p[i]);
		} else if (s.p[i + 1] == '\r') {
			assert_int_equal(s.p[i + 2], '\n');
			i += 2;
		} else {
			buf_char(&b, (char)(hex_value(s.p[i + 1]) << 4 |
			    hex_value(s.p[i + 2])));
			i += 2;
		}
	}
	return buf_view(&b);
}

static struct str
without_cr(struct str s)
{
	struct buf b;
	size_t i;

	buf_init(&b, arena, 1024 * 1024);
	for (i = 0; i < s.len; i++)
		if (s.p[i] != '\r')
			buf_char(&b, s.p[i]);
	return buf_view(&b);
}

/* Of a message or a part: its text with LF line ends. */
static struct str
body(struct str entity)
{
	struct str rest = after(entity, "\r\n\r\n"), line, raw;
	struct str how = header(entity, "Content-Transfer-Encoding");
	struct buf b;

	if (str_eq(how, STR("quoted-printable")))
		return decoded_qp(rest);
	assert_str(how, "base64");
	rest = without_cr(rest);
	buf_init(&b, arena, 1024 * 1024);
	while (str_split(&rest, '\n', &line)) {
		assert_true(line.len <= 76);
		buf_str(&b, line);
	}
	assert_true(base64_decode(arena, buf_view(&b), &raw));
	return without_cr(raw);
}

/* RFC 5322 §2.1.1, §2.3; and nothing that SMTP or a mailbox would read. */
static void
assert_wire_form(struct str message)
{
	struct str rest = message, line;

	assert_true(str_ends(message, STR("\r\n")));
	while (str_split(&rest, '\n', &line) && rest.len > 0) {
		size_t i;

		assert_true(str_ends(line, STR("\r")));
		line.len--;
		assert_true(line.len <= 78);
		assert_false(str_starts(line, STR(".")));
		for (i = 0; i < line.len; i++)
			assert_true((line.p[i] >= 0x20 && line.p[i] < 0x7f) ||
			    line.p[i] == '\t');
	}
}

/* Composer */

static void
test_message_has_the_headers_that_we_always_set(void **state)
{
	struct mail m = sample();
	struct str s = composed(&m);

	(void)state;
	assert_wire_form(s);
	assert_str(header(s, "Date"), "Mon, 05 Jan 2026 07:10:42 +0000");
	assert_str(header(s, "From"), "\"Example\" <no-reply@example.com>");
	assert_str(header(s, "To"), "<ada@example.org>");
	assert_str(header(s, "Subject"), "Confirm your address");
	assert_str(header(s, "Message-ID"), "<42.abc@example.com>");
	assert_str(header(s, "MIME-Version"), "1.0");
	assert_str(header(s, "Auto-Submitted"), "auto-generated");
	assert_str(header(s, "Content-Type"), "text/plain; charset=UTF-8");
	assert_str(body(s), "Hello Ada,\n\nfollow the link.\n");
	assert_int_equal(count_headers(s), 9);
}

static void
test_date_names_the_right_weekday(void **state)
{
	static const struct { int64_t t_s; const char *date; } days[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
		{ 951782399, "Mon, 28 Feb 2000 23:59:59 +0000" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
		{ 4102444799, "Thu, 31 Dec 2099 23:59:59 +0000" }
	};
	struct mail m = sample();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(days); i++) {
		m.date_s = days[i].t_s;
		assert_str(header(composed(&m), "Date"), days[i].date);
	}
}

static void
test_html_comes_as_alternative_behind_the_text(void **state)
{
	struct mail m = sample();
	struct str s, type, mark, rest, text, html;

	(void)state;
	m.html = STR("<p class=\"x\">Hello Ada</p>\n");
	s = composed(&m);
	assert_wire_form(s);
	type = header(s, "Content-Type");
	assert_true(str_starts(type, STR("multipart/alternative; ")));
	mark = before(after(type, "boundary=\""), "\"");
	mark = str_printf(arena, "\r\n--%.*s", STR_FMT(mark));
	rest = after(s, mark.p);
	text = str_sub(before(rest, mark.p), 2, SIZE_MAX);
	rest = after(rest, mark.p);
	html = str_sub(before(rest, mark.p), 2, SIZE_MAX);
	assert_str(after(rest, mark.p), "--\r\n");
	assert_str(header(text, "Content-Type"), "text/plain; charset=UTF-8");
	assert_str(header(html, "Content-Type"), "text/html; charset=UTF-8");
	assert_str(body(text), m.text.p);
	assert_str(body(html), m.html.p);
}

/* S-123: names and subjects with line breaks end no header. */
static void
test_s123_controls_in_names_and_subjects_become_blanks(void **state)
{
	struct mail m = sample();
	struct str s;

	(void)state;
	m.from_name = STR("Ada\r\nBcc: x@example.net\r\n\r\nbody");
	m.subject = (struct str){ "Hi\0you\nTo: x\x7f\xc2\x85y", 16 };
	s = composed(&m);
	assert_wire_form(s);
	assert_int_equal(count_headers(s), 9);
	assert_str(header(s, "From"), "\"Ada  Bcc: x@example.net    body\" "
	    "<no-reply@example.com>");
	assert_str(header(s, "Subject"), "Hi you To: x  y");
	m.subject = STR("L\xe2\x80\xa8o\xc3\xb6");
	assert_str(decoded_words(header(composed(&m), "Subject")),
	    "L o\xc3\xb6");
}

static void
test_quotes_in_names_are_encoded_and_empty_names_left_out(void **state)
{
	static const char name[] = "Ada \"the\\one\" <x@example.net>";
	struct mail m = sample();

	(void)state;
	m.from_name = str_of(name);
	assert_str(decoded_words(before(header(composed(&m), "From"), " <")),
	    name);
	m.from_name = STR("Ada <x@example.net>");
	assert_str(header(composed(&m), "From"),
	    "\"Ada <x@example.net>\" <no-reply@example.com>");
	m.from_name = STR_NONE;
	assert_str(header(composed(&m), "From"), "<no-reply@example.com>");
	m.from_name = STR("\r\n");
	assert_str(header(composed(&m), "From"), "<no-reply@example.com>");
}

/* RFC 2047 §2 and §5 (3); F-07's characters stay whole. */
static void
test_other_scripts_are_words_of_whole_characters(void **state)
{
	const char *name = "\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd\xe2\x80\x8d"
	    "\xf0\x9f\x9a\x80 \xc3\x84\xc3\x96\xc3\x9c";
	struct mail m = sample();
	struct buf b;
	struct str s;
	int i;

	(void)state;
	buf_init(&b, arena, 8192);
	for (i = 0; i < 40; i++)
		buf_cstr(&b, name);
	m.subject = buf_view(&b);
	m.from_name = str_of(name);
	s = composed(&m);
	assert_wire_form(s);
	assert_str(decoded_words(header(s, "Subject")), b.p);
	assert_str(decoded_words(before(header(s, "From"), " <")), name);
	/* What looks like a word but is none is encoded as well. */
	m.subject = STR("=?UTF-8?B?QmNj?=");
	assert_str(decoded_words(header(composed(&m), "Subject")),
	    "=?UTF-8?B?QmNj?=");
	/* Long plain subjects are folded by the same means. */
	memset(b.p, 'x', b.len);
	m.subject = buf_view(&b);
	s = composed(&m);
	assert_wire_form(s);
	assert_str(decoded_words(header(s, "Subject")), b.p);
}

/* S-123, F-57 */
static void
test_s123_f57_bodies_arrive_whole(void **state)
{
	struct mail m = sample();
	struct str s;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, arena, 64 * 1024);
	buf_cstr(&b, ".\n..\n.x\nFrom me\nFrom: x\n \n trailing \t\n\t\n=20\n");
	for (i = 0; i < 3000; i++)
		buf_char(&b, "ab.F =\t"[i % 7]);
	buf_cstr(&b, "\n\n\xc3\xa4\n");
	for (i = 0; i < 500; i++)
		buf_cstr(&b, "...... ");
	buf_cstr(&b, "end\n.\n");
	m.text = buf_view(&b);
	s = composed(&m);
	assert_wire_form(s);
	assert_null(strstr(s.p, "\nFrom me"));
	assert_str(body(s), b.p);
	m.text = STR("a\r\nb\rc\nd");
	assert_str(body(composed(&m)), "a\nb\nc\nd\n");
	m.text = (struct str){ "a\0b\x01", 4 };
	s = composed(&m);
	assert_wire_form(s);
	assert_true(str_eq(body(s), (struct str){ "a\0b\x01\n", 5 }));
	m.text = STR("");
	s = composed(&m);
	assert_str(body(s), "");
}

/* Who joins the lines of a long link reads it, whatever its letters are. */
static void
test_a_long_link_is_broken_and_no_more(void **state)
{
	struct mail m = sample();
	struct str s;
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, arena, 1024);
	for (i = 0; i < 200; i++)
		buf_char(&b, 'F');
	m.text = buf_view(&b);
	s = composed(&m);
	assert_str(body(s), str_printf(arena, "%s\n", b.p).p);
	assert_null(strstr(s.p, "=46"));
	m.text = STR("From me\n");
	assert_non_null(strstr(composed(&m).p, "\n=46rom me"));
}

static void
test_text_of_other_scripts_is_base64(void **state)
{
	struct mail m = sample();
	struct buf b;
	struct str s;
	int i;

	(void)state;
	buf_init(&b, arena, 64 * 1024);
	for (i = 0; i < 300; i++)
		buf_cstr(&b, i % 20 == 0 ? ".\n" : "\xd0\x96\xe2\x82\xac");
	buf_char(&b, '\n');
	m.text = buf_view(&b);
	s = composed(&m);
	assert_wire_form(s);
	assert_str(header(s, "Content-Transfer-Encoding"), "base64");
	assert_str(body(s), b.p);
}

/* S-123 */
static void
test_s123_addresses_and_ids_that_could_bend_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", "ada", "@example.org", "ada@", "ada@@example.org",
		"ada@example.org\r\nBcc: x@example.net", "ada@example.org\n",
		"ada lovelace@example.org", "<ada@example.org>",
		"ada@example.org>", "ada@example.org,x@example.net",
		"\"ada\"@example.org", "ada@exam ple.org", "a.@example.org",
		"a..b@example.org", "ada@example..org", "ada@-example.org",
		"ada@[192.0.2.1]", "\xc3\xa4@example.org",
		"ada@example.org\xc2\x85", "ada\x7f@example.org",
		"ada@exa_mple.org", "\xff@example.org"
	};
	struct mail m;
	struct str out = STR_NONE;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(wrong); i++) {
		m = sample();
		m.to_address = str_of(wrong[i]);
		if (mail_compose(&ctx, &m, &out) != ERR_MALFORMED)
			fail_msg("not refused: %s", wrong[i]);
		m = sample();
		m.from_address = str_of(wrong[i]);
		assert_int_equal(mail_compose(&ctx, &m, &out), ERR_MALFORMED);
		m = sample();
		m.message_id = str_of(wrong[i]);
		if (strchr(wrong[i], '_') == NULL &&
		    strstr(wrong[i], "@-") == NULL)
			assert_int_equal(mail_compose(&ctx, &m, &out),
			    ERR_MALFORMED);
	}
	m = sample();
	m.to_address = (struct str){ "ada@example.org\0x", 17 };
	assert_int_equal(mail_compose(&ctx, &m, &out), ERR_MALFORMED);
	m.to_address = STR_NONE;
	assert_int_equal(mail_compose(&ctx, &m, &out), ERR_MALFORMED);
	m = sample();
	m.subject = STR("\xff");
	assert_int_equal(mail_compose(&ctx, &m, &out), ERR_MALFORMED);
	assert_null(out.p);
}

/* F-06 */
static void
test_f06_recipients_domain_is_in_ascii(void **state)
{
	struct mail m = sample();

	(void)state;
	m.to_address = STR("Ada+x@b\xc3\xbc" "cher.example");
	assert_str(header(composed(&m), "To"),
	    "<Ada+x@xn--bcher-kva.example>");
}

static void
test_message_over_the_limit_is_refused(void **state)
{
	struct mail m = sample();
	struct str out;
	char *p = arena_alloc(arena, LIMIT_MAIL + 1);

	(void)state;
	memset(p, 'x', LIMIT_MAIL);
	m.text = (struct str){ p, LIMIT_MAIL };
	assert_int_equal(mail_compose(&ctx, &m, &out), ERR_TOO_LONG);
}

/* Files */

static struct str
in_folder(const char *name)
{
	return str_printf(arena, "%s/%s", folder, name);
}

static struct str
content(const char *name)
{
	char *p = arena_alloc(arena, 512 * 1024);
	int fd = open(in_folder(name).p, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		fail_msg("%s: %s", name, strerror(errno));
	n = read(fd, p, 512 * 1024 - 1);
	close(fd);
	assert_true(n >= 0);
	return (struct str){ p, (size_t)n };
}

static void
clear_folder(void)
{
	struct dirent *d;
	DIR *h = opendir(folder);

	assert_non_null(h);
	while ((d = readdir(h)) != NULL)
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0)
			unlink(in_folder(d->d_name).p);
	closedir(h);
}

static enum err
send_to(const char *to, struct str message, bool *permanent)
{
	return mail_send(&ctx, STR("no-reply@example.com"), str_of(to),
	    message, permanent);
}

static void
test_files_are_numbered_whole_and_safely_named(void **state)
{
	struct mail m = sample();
	struct str s = composed(&m);
	bool permanent = true;
	struct stat st;
	int fd;

	(void)state;
	clear_folder();
	assert_int_equal(send_to("ada@example.org", s, &permanent), ERR_OK);
	assert_false(permanent);
	assert_true(str_eq(content("000001-mail-ada@example.org.eml"), s));
	fd = open(in_folder("000041-sms-12025550101.txt").p,
	    O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(send_to("a/b|c@b\xc3\xbc" "cher.example", s,
	    &permanent), ERR_OK);
	assert_true(str_eq(content(
	    "000042-mail-a_b_c@xn--bcher-kva.example.eml"), s));
	assert_int_equal(stat(in_folder(".incomplete").p, &st), -1);
	assert_int_equal(send_to("x\r\ny@example.org", s, &permanent),
	    ERR_DELIVERY);
	assert_true(permanent);
}

static void
test_parallel_writers_get_different_numbers(void **state)
{
	bool seen[81] = { false }, permanent;
	pid_t pid[8];
	struct dirent *d;
	int i, k, status, n = 0;
	DIR *h;

	(void)state;
	clear_folder();
	for (i = 0; i < 8; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] != 0)
			continue;
		for (k = 0; k < 10; k++)
			if (send_to("ada@example.org", STR("x\r\n"),
			    &permanent) != ERR_OK)
				_exit(1);
		_exit(0);
	}
	for (i = 0; i < 8; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	h = opendir(folder);
	assert_non_null(h);
	while ((d = readdir(h)) != NULL) {
		long number = strtol(d->d_name, NULL, 10);

		if (d->d_name[0] == '.')
			continue;
		assert_in_range(number, 1, 80);
		assert_false(seen[number]);
		seen[number] = true;
		n++;
	}
	closedir(h);
	assert_int_equal(n, 80);
}

static void
test_folder_that_cannot_be_written_is_a_failure(void **state)
{
	bool permanent = true;

	(void)state;
	cfg.mail_dir = STR("/proc/nowhere");
	assert_int_equal(send_to("ada@example.org", STR("x"), &permanent),
	    ERR_DELIVERY);
	assert_false(permanent);
	assert_has(ctx.err.note, "/proc/nowhere");
}

/* sendmail */

static void
install(const char *script)
{
	struct str text = str_printf(arena, "#!/bin/sh\n%s\n", script);
	int fd;

	clear_folder();
	fd = open(in_folder("sendmail").p, O_WRONLY | O_CREAT | O_EXCL, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.len), (ssize_t)text.len);
	close(fd);
	cfg.mail_transport = STR("sendmail");
	cfg.mail_sendmail = in_folder("sendmail");
}

static void
test_sendmail_gets_message_and_arguments_and_nothing_else(void **state)
{
	struct mail m = sample();
	struct str s = composed(&m), env;
	bool permanent = true;

	(void)state;
	install(str_printf(arena, "cd %s\n/bin/cat >got\n"
	    "printf '%%s\\n' \"$@\" >args\n/usr/bin/env >env\n"
	    "fds=$(/bin/readlink /proc/$$/fd/1 /proc/$$/fd/2)\n"
	    "echo \"$fds\" >fds\n"
	    "echo noise; echo noise >&2", folder).p);
	setenv("SECRET_OF_OURS", "x", 1);
	assert_int_equal(send_to("ada@example.org", s, &permanent), ERR_OK);
	unsetenv("SECRET_OF_OURS");
	assert_false(permanent);
	assert_true(str_eq(content("got"), s));
	assert_str(content("args"), "-t\n-i\n-f\nno-reply@example.com\n");
	assert_str(content("fds"), "/dev/null\n/dev/null\n");
	env = content("env");
	assert_null(memmem(env.p, env.len, "SECRET_OF_OURS", 14));
	assert_null(memmem(env.p, env.len, "HOME=", 5));
}

static void
test_sendmails_exit_code_decides(void **state)
{
	static const struct { int code; bool permanent; } codes[] = {
		{ 1, false }, { 75, false }, { 64, false }, { 69, false },
		{ 67, true }, { 65, true }, { 68, true }
	};
	bool permanent;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codes); i++) {
		install(str_printf(arena, "/bin/cat >/dev/null; exit %d",
		    codes[i].code).p);
		assert_int_equal(send_to("ada@example.org", STR("x\r\n"),
		    &permanent), ERR_DELIVERY);
		assert_int_equal(permanent, codes[i].permanent);
		assert_has(ctx.err.note, str_printf(arena, "code %d",
		    codes[i].code).p);
	}
	install("kill -9 $$");
	assert_int_equal(send_to("ada@example.org", STR("x\r\n"),
	    &permanent), ERR_DELIVERY);
	assert_has(ctx.err.note, "signal 9");
	assert_false(permanent);
	unlink(in_folder("sendmail").p);
	assert_int_equal(send_to("ada@example.org", STR("x\r\n"),
	    &permanent), ERR_DELIVERY);
	assert_has(ctx.err.note, "No such file");
}

static void
test_sendmail_that_leaves_early_is_no_success(void **state)
{
	char *p = arena_alloc(arena, 200 * 1024);
	bool permanent;

	(void)state;
	memset(p, 'x', 200 * 1024);
	install("exit 0");
	assert_int_equal(send_to("ada@example.org", (struct str){ p,
	    200 * 1024 }, &permanent), ERR_DELIVERY);
	assert_has(ctx.err.note, "did not read the whole");
	assert_false(permanent);
}

static void
test_sendmail_that_hangs_is_ended_with_its_children(void **state)
{
	char *p = arena_alloc(arena, 200 * 1024);
	struct str sizes[2] = { STR("x\r\n"), { p, 200 * 1024 } };
	struct sigaction was, now;
	bool permanent = false;
	int64_t ms, waited_ms;
	pid_t child;
	size_t i;

	(void)state;
	memset(p, 'x', 200 * 1024);
	for (i = 0; i < COUNT(sizes); i++) {
		install(str_printf(arena, "/bin/sleep 60 & echo $! >%s/pid\n"
		    "wait", folder).p);
		sigaction(SIGPIPE, NULL, &was);
		ms = clock_mono_ms();
		assert_int_equal(sendmail_send(&ctx,
		    STR("no-reply@example.com"), sizes[i], 500, &permanent),
		    ERR_DELIVERY);
		ms = clock_mono_ms() - ms;
		assert_in_range(ms, 450, 5000);
		assert_has(ctx.err.note, "in time");
		assert_false(permanent);
		child = (pid_t)strtol(content("pid").p, NULL, 10);
		assert_true(child > 1);
		/* Dead, though it may wait to be reaped by others. */
		for (waited_ms = 0; waited_ms < 2000 && access(str_printf(arena,
		    "/proc/%d/exe", (int)child).p, F_OK) == 0; waited_ms += 10)
			usleep(10000);
		assert_true(waited_ms < 2000);
		sigaction(SIGPIPE, NULL, &now);
		assert_ptr_equal(was.sa_handler, now.sa_handler);
	}
}

/* SMTP */

struct behaviour {
	const char *greeting, *ehlo, *mail, *rcpt, *data, *end;
};

static const struct behaviour friendly = {
	"220 mx.example.org ESMTP", "250-mx.example.org\r\n250 SIZE 1000000",
	"250 2.1.0 ok", "250 2.1.5 ok", "354 go on", "250 2.0.0 queued"
};

static const char *
answer_to(const struct behaviour *b, const char *line)
{
	if (strncmp(line, "EHLO", 4) == 0)
		return b->ehlo;
	if (strncmp(line, "MAIL", 4) == 0)
		return b->mail;
	if (strncmp(line, "RCPT", 4) == 0)
		return b->rcpt;
	if (strncmp(line, "DATA", 4) == 0)
		return b->data;
	if (strcmp(line, "AUTH PLAIN\r\n") == 0)
		return "334 ";
	if (strcmp(line, "AGFkYQBzM2NyZXQ=\r\n") == 0)
		return "235 welcome";	/* \0 ada \0 s3cret */
	if (strncmp(line, "AGFkYQ", 6) == 0)
		return "535 5.7.8 no";
	if (strncmp(line, "QUIT", 4) == 0)
		return "221 bye";
	return "502 what";
}

/* Takes one connection and writes down all that it is told. */
static void
serve(int listener, const struct behaviour *b)
{
	char line[4096];
	bool data = false;
	FILE *in, *log;
	int fd;

	alarm(20);
	fd = accept(listener, NULL, NULL);
	in = fdopen(fd, "r");
	log = fopen(in_folder("smtp").p, "w");
	if (fd < 0 || in == NULL || log == NULL)
		_exit(1);
	dprintf(fd, "%s\r\n", b->greeting);
	while (fgets(line, sizeof(line), in) != NULL) {
		fputs(line, log);
		fflush(log);
		if (data && strcmp(line, ".\r\n") == 0) {
			data = false;
			dprintf(fd, "%s\r\n", b->end);
		} else if (!data) {
			const char *reply = answer_to(b, line);

			data = reply == b->data && reply[0] == '3';
			dprintf(fd, "%s\r\n", reply);
		}
	}
	_exit(0);
}

static enum err
send_by_smtp(const struct behaviour *b, const char *to, struct str message,
    bool *permanent)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int listener, status;
	enum err e;
	pid_t pid;

	clear_folder();
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len),
	    0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		serve(listener, b);
	close(listener);
	cfg.mail_transport = STR("smtp");
	cfg.mail_port = ntohs(at.sin_port);
	*permanent = true;
	e = send_to(to, message, permanent);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return e;
}

/* The message as its recipient gets it: RFC 5321 §4.5.2 undone. */
static struct str
received(void)
{
	struct str rest = before(after(content("smtp"), "DATA\r\n"),
	    "\r\n.\r\n"), line;
	struct buf b;

	buf_init(&b, arena, 512 * 1024);
	while (str_split(&rest, '\n', &line)) {
		if (str_starts(line, STR(".")))
			line = str_sub(line, 1, SIZE_MAX);
		buf_str(&b, line);
		buf_char(&b, '\n');
	}
	return str_printf(arena, "%.*s\r\n", (int)b.len - 1, b.p);
}

static void
test_smtp_carries_the_composed_bytes(void **state)
{
	struct mail m = sample();
	struct str s = composed(&m), told;
	bool permanent;

	(void)state;
	assert_int_equal(send_by_smtp(&friendly,
	    "ada@b\xc3\xbc" "cher.example", s, &permanent), ERR_OK);
	assert_false(permanent);
	told = content("smtp");
	assert_true(str_starts(told, STR("EHLO example.com\r\n")));
	assert_has(told.p, "MAIL FROM:<no-reply@example.com> SIZE=");
	assert_has(told.p, "\r\nRCPT TO:<ada@xn--bcher-kva.example>\r\n");
	assert_true(str_eq(received(), s));
}

/* F-57 and S-123 at the server: one message, one recipient, all text. */
static void
test_f57_s123_one_message_arrives_whole(void **state)
{
	struct mail m = sample();
	struct str told, rest, line;
	struct buf b;
	bool permanent;
	int i, rcpt = 0, data = 0;

	(void)state;
	buf_init(&b, arena, 64 * 1024);
	buf_cstr(&b, "Hello Ada\r\nBcc: x@example.net\n.\n");
	for (i = 0; i < 3000; i++)
		buf_char(&b, '.');
	buf_cstr(&b, "\n.\nRCPT TO:<x@example.net>\n.\n");
	m.text = buf_view(&b);
	m.from_name = STR("Ada\r\nBcc: x@example.net");
	m.subject = STR(".\r\n.\r\nQUIT\r\n");
	assert_int_equal(send_by_smtp(&friendly, "ada@example.org",
	    composed(&m), &permanent), ERR_OK);
	told = content("smtp");
	rest = told;
	while (str_split(&rest, '\n', &line)) {
		rcpt += str_starts(line, STR("RCPT TO:<ada@"));
		data += str_eq(line, STR(".\r"));
	}
	assert_int_equal(rcpt, 1);
	assert_int_equal(data, 1);
	assert_str(body(received()), without_cr(m.text).p);
	assert_int_equal(count_headers(received()), 9);
}

static void
test_smtp_replies_tell_what_is_permanent(void **state)
{
	struct behaviour b;
	bool permanent;

#define REFUSE(field, reply, lasting) do {				\
	b = friendly;							\
	b.field = reply;						\
	assert_int_equal(send_by_smtp(&b, "ada@example.org",		\
	    STR("x: y\r\n\r\nz\r\n"), &permanent), ERR_DELIVERY);	\
	assert_int_equal(permanent, lasting);				\
	assert_has(ctx.err.note, "SMTP: ");				\
} while (0)
	(void)state;
	REFUSE(rcpt, "550 5.1.1 no such user", true);
	REFUSE(rcpt, "450 4.2.1 later", false);
	REFUSE(mail, "553 5.1.8 not you", true);
	REFUSE(mail, "530 5.7.0 authenticate first", false);
	REFUSE(mail, "451 4.3.0 later", false);
	REFUSE(data, "554 5.5.1 no", true);
	REFUSE(end, "554 5.7.1 spam", true);
	REFUSE(end, "452 4.3.1 full", false);
	REFUSE(greeting, "554 not now", false);
	REFUSE(greeting, "421 busy", false);
#undef REFUSE
}

static void
test_smtp_login(void **state)
{
	struct behaviour b = friendly;
	bool permanent;

	(void)state;
	b.ehlo = "250-mx.example.org\r\n250 AUTH PLAIN";
	cfg.mail_user = STR("ada");
	cfg.mail_password = secret_copy(arena, "s3cret", 6);
	assert_int_equal(send_by_smtp(&b, "ada@example.org",
	    STR("x: y\r\n\r\nz\r\n"), &permanent), ERR_OK);
	cfg.mail_password = secret_copy(arena, "other", 5);
	assert_int_equal(send_by_smtp(&b, "ada@example.org",
	    STR("x: y\r\n\r\nz\r\n"), &permanent), ERR_DELIVERY);
	assert_false(permanent);
	assert_null(strstr(ctx.err.note, "other"));
}

/*
 * S-125: no TLS, no mail.  0.0.0.0 reaches this machine, but is not one of
 * the names of loopback.
 */
static void
test_s125_server_without_starttls_gets_nothing(void **state)
{
	struct str told;
	bool permanent;

	(void)state;
	cfg.mail_host = STR("0.0.0.0");
	cfg.mail_user = STR("ada");
	cfg.mail_password = secret_copy(arena, "s3cret", 6);
	assert_int_equal(send_by_smtp(&friendly, "ada@example.org",
	    STR("x: y\r\n\r\nz\r\n"), &permanent), ERR_DELIVERY);
	assert_false(permanent);
	told = content("smtp");
	assert_null(memmem(told.p, told.len, "MAIL", 4));
	assert_null(memmem(told.p, told.len, "AUTH", 4));
	cfg.mail_user = STR("");
	cfg.mail_security = STR("plain");
	assert_int_equal(send_by_smtp(&friendly, "ada@example.org",
	    STR("x: y\r\n\r\nz\r\n"), &permanent), ERR_OK);
}

/*
 * A TLS server out of the openssl command, which gives the replies of a
 * friendly server one after the other.
 */
struct tls_server { pid_t pid; int replies; };

static int
run_openssl(const char *const argv[], int input)
{
	int status, null;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(input >= 0 ? input : null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp("openssl", (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (input >= 0)
		return pid;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static uint16_t
free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	close(s);
	return ntohs(at.sin_port);
}

/* Until something listens there: /proc/net/tcp, so as not to connect. */
static void
wait_for_listener(uint16_t port)
{
	struct str want = str_printf(arena, "0100007F:%04X 00000000:0000 0A",
	    port);
	char *p = arena_alloc(arena, 256 * 1024);
	int i, fd;
	ssize_t n;

	for (i = 0; i < 500; i++) {
		fd = open("/proc/net/tcp", O_RDONLY | O_CLOEXEC);
		n = read(fd, p, 256 * 1024);
		close(fd);
		if (n > 0 && memmem(p, (size_t)n, want.p, want.len) != NULL)
			return;
		usleep(10000);
	}
	fail_msg("no TLS server");
}

static struct tls_server
tls_start(void)
{
	const char replies[] = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
	    "354 go\r\n250 queued\r\n221 bye\r\n";
	struct tls_server t;
	int fds[2];
	const char *at;

	cfg.mail_transport = STR("smtp");
	cfg.mail_security = STR("tls");
	cfg.mail_port = free_port();
	at = str_printf(arena, "127.0.0.1:%d", (int)cfg.mail_port).p;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	t.pid = run_openssl((const char *const[]){ "openssl", "s_server",
	    "-accept", at, "-cert", in_folder("cert").p, "-key",
	    in_folder("key").p, "-quiet", NULL }, fds[0]);
	close(fds[0]);
	t.replies = fds[1];
	wait_for_listener((uint16_t)cfg.mail_port);
	assert_int_equal(write(t.replies, replies, sizeof(replies) - 1),
	    (ssize_t)sizeof(replies) - 1);
	return t;
}

static void
tls_stop(struct tls_server t)
{
	int status;

	kill(t.pid, SIGKILL);
	assert_int_equal(waitpid(t.pid, &status, 0), t.pid);
	close(t.replies);
}

static enum err
send_by_tls(const char *host, struct str ca_file)
{
	struct tls_server t = tls_start();
	bool permanent;
	enum err e;

	cfg.mail_host = str_of(host);
	cfg.mail_ca_file = ca_file;
	e = send_to("ada@example.org", STR("x: y\r\n\r\nz\r\n"), &permanent);
	assert_false(permanent);
	tls_stop(t);
	return e;
}

/* S-125: a certificate that nobody vouches for, and one of another name. */
static void
test_s125_certificate_is_verified(void **state)
{
	struct str cert = in_folder("cert");

	(void)state;
	clear_folder();
	if (run_openssl((const char *const[]){ "openssl", "req", "-x509",
	    "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
	    "/CN=mx", "-addext",
	    "subjectAltName=IP:127.0.0.1,IP:0.0.0.0",
	    "-keyout", in_folder("key").p, "-out", cert.p, NULL }, -1) != 0) {
		print_message("[  SKIPPED ] no openssl command\n");
		skip();
	}
	assert_int_equal(send_by_tls("0.0.0.0", STR("")), ERR_DELIVERY);
	assert_has(ctx.err.note, "self-signed");
	assert_int_equal(send_by_tls("0.0.0.0", cert), ERR_OK);
	assert_int_equal(send_by_tls("localhost", cert), ERR_DELIVERY);
	assert_has(ctx.err.note, "matches target host name");
	/* On this machine, where no authority was named: any. */
	assert_int_equal(send_by_tls("127.0.0.1", STR("")), ERR_OK);
}

static void
test_smtp_server_that_is_not_there_is_a_failure(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	bool permanent = true;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	/* Bound and not listening: refused for as long as we hold it. */
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	cfg.mail_transport = STR("smtp");
	cfg.mail_port = ntohs(at.sin_port);
	assert_int_equal(send_to("ada@example.org", STR("x"), &permanent),
	    ERR_DELIVERY);
	assert_false(permanent);
	close(s);
}

static int
reset(void **state)
{
	(void)state;
	cfg = (struct config){ 0 };
	cfg.mail_transport = STR("file");
	cfg.mail_dir = str_of(folder);
	cfg.mail_host = STR("127.0.0.1");
	cfg.mail_security = STR("starttls");
	ctx_init(&ctx, arena, &cfg);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	clear_folder();
	rmdir(folder);
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_message_has_the_headers_that_we_always_set),
		CLAIM(test_date_names_the_right_weekday),
		CLAIM(test_html_comes_as_alternative_behind_the_text),
		CLAIM(test_s123_controls_in_names_and_subjects_become_blanks),
		CLAIM(
		    test_quotes_in_names_are_encoded_and_empty_names_left_out),
		CLAIM(test_other_scripts_are_words_of_whole_characters),
		CLAIM(test_s123_f57_bodies_arrive_whole),
		CLAIM(test_a_long_link_is_broken_and_no_more),
		CLAIM(test_text_of_other_scripts_is_base64),
		CLAIM(test_s123_addresses_and_ids_that_could_bend_are_refused),
		CLAIM(test_f06_recipients_domain_is_in_ascii),
		CLAIM(test_message_over_the_limit_is_refused),
		CLAIM(test_files_are_numbered_whole_and_safely_named),
		CLAIM(test_parallel_writers_get_different_numbers),
		CLAIM(test_folder_that_cannot_be_written_is_a_failure),
		CLAIM(
		    test_sendmail_gets_message_and_arguments_and_nothing_else),
		CLAIM(test_sendmails_exit_code_decides),
		CLAIM(test_sendmail_that_leaves_early_is_no_success),
		CLAIM(test_sendmail_that_hangs_is_ended_with_its_children),
		CLAIM(test_smtp_carries_the_composed_bytes),
		CLAIM(test_f57_s123_one_message_arrives_whole),
		CLAIM(test_smtp_replies_tell_what_is_permanent),
		CLAIM(test_smtp_login),
		CLAIM(test_s125_server_without_starttls_gets_nothing),
		CLAIM(test_s125_certificate_is_verified),
		CLAIM(test_smtp_server_that_is_not_there_is_a_failure),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
