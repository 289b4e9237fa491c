/*
 * user import: reads lines, hands them on, and keeps the report of what was
 * refused.
 */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "domain/account_import.h"

#define CHUNK		(64 * 1024)
#define REPORT_LINE	(16 * 1024)

/* Lines of any length, in a buffer of one. */
struct lines {
	int fd;
	char *p;		/* IMPORT_LINE_MAX + CHUNK bytes */
	size_t at, end;
	bool over, failed;
	bool rest;		/* of a line that was cut is still there */
	int64_t taken;		/* bytes */
};

static bool
fill(struct lines *r)
{
	ssize_t n;

	if (r->over)
		return false;
	memmove(r->p, r->p + r->at, r->end - r->at);
	r->end -= r->at;
	r->at = 0;
	do
		n = read(r->fd, r->p + r->end,
		    IMPORT_LINE_MAX + CHUNK - r->end);
	while (n < 0 && errno == EINTR);
	r->over = n <= 0;
	r->failed = n < 0;
	r->end += n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* Throw away up to the line's end. */
static void
drop_rest(struct lines *r)
{
	char *end;

	for (;;) {
		end = memchr(r->p + r->at, '\n', r->end - r->at);
		if (end != NULL) {
			r->taken += end + 1 - (r->p + r->at);
			r->at = (size_t)(end + 1 - r->p);
			return;
		}
		r->taken += (int64_t)(r->end - r->at);
		r->at = r->end;
		if (!fill(r))
			return;
	}
}

static struct str
without_cr(struct str s)
{
	if (s.len > 0 && s.p[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* False at the end.  *cut: it was longer than a line may be.  The line lasts
 * until the next call. */
static bool
next_line(struct lines *r, struct str *line, bool *cut)
{
	size_t len = 0;
	char *end;

	if (r->rest)
		drop_rest(r);
	r->rest = false;
	for (;;) {
		end = memchr(r->p + r->at + len, '\n', r->end - r->at - len);
		len = end != NULL ? (size_t)(end - (r->p + r->at)) :
		    r->end - r->at;
		if (end != NULL || len > IMPORT_LINE_MAX || !fill(r))
			break;
	}
	if (r->failed || (end == NULL && len == 0))
		return false;
	*cut = r->rest = len > IMPORT_LINE_MAX;
	if (*cut)
		len = IMPORT_LINE_MAX;
	*line = without_cr((struct str){ r->p + r->at, len });
	len += !*cut && end != NULL;
	r->at += len;
	r->taken += (int64_t)len;
	return true;
}

/* ---- the report ---- */

struct import {
	struct ctl *t;
	struct lines lines;
	const char *report;	/* file, or NULL */
	int report_fd;
	struct account_import *m;
	struct ctl_progress bar;
};

static void
put_refusal(struct arena *a, struct buf *b, const struct import_refusal *r)
{
	struct json *j = json_new_object(a);

	json_set_int(j, "line", r->line);
	json_set_cstr(j, "error", err_name(r->code));
	if (r->field != NULL)
		json_set_cstr(j, "field", r->field);
	if (r->note != NULL)
		json_set_cstr(j, "reason", r->note);
	json_set_bool(j, "imported", r->imported);
	buf_str(b, json_text(a, j, false));
	buf_char(b, '\n');
}

static bool
write_whole(int fd, struct str s)
{
	ssize_t n;

	for (; s.len > 0; s = str_sub(s, (size_t)n, SIZE_MAX)) {
		n = write(fd, s.p, s.len);
		if (n < 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
	}
	return true;
}

/* Before the commit, so that nothing is missing from it after a kill. */
static enum err
keep(void *arg, const struct import_refusal *list, size_t n,
    int64_t *bytes_io)
{
	struct import *x = arg;
	struct arena *a = arena_new();
	struct buf b;
	size_t i;
	bool ok;

	buf_init(&b, a, n * REPORT_LINE + 1);
	for (i = 0; i < n; i++)
		put_refusal(a, &b, &list[i]);
	ok = buf_ok(&b) && ftruncate(x->report_fd, *bytes_io) == 0 &&
	    lseek(x->report_fd, *bytes_io, SEEK_SET) == *bytes_io &&
	    write_whole(x->report_fd, buf_view(&b));
	*bytes_io += (int64_t)b.len;
	arena_free(a);
	return ok ? ERR_OK : err_set(x->t->ctx, ERR_DELIVERY, NULL, "%s: %s",
	    x->report, strerror(errno));
}

static void
done(void *arg, const struct import_refusal *list, size_t n)
{
	struct import *x = arg;
	struct import_progress p = account_import_progress(x->m);
	char words[96];
	size_t i;

	if (x->report == NULL && n > 0)
		ctl_progress_end(&x->bar);
	for (i = 0; x->report == NULL && i < n; i++)
		ctl_say("line %lld: %s%s%s%s%s%s", (long long)list[i].line,
		    err_name(list[i].code),
		    list[i].field != NULL ? " " : "",
		    list[i].field != NULL ? list[i].field : "",
		    list[i].note != NULL ? ": " : "",
		    list[i].note != NULL ? list[i].note : "",
		    list[i].imported ? " (imported)" : "");
	snprintf(words, sizeof(words), "%lld accounts, %lld lines refused",
	    (long long)p.imported, (long long)p.refused);
	ctl_progress(&x->bar, x->lines.taken, words);
}

/* What an earlier run had committed stays in it. */
static bool
open_report(struct import *x)
{
	struct import_progress p = account_import_progress(x->m);
	struct stat st;

	if (x->report == NULL)
		return true;
	x->report_fd = open(x->report, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (x->report_fd >= 0 && fstat(x->report_fd, &st) == 0 &&
	    st.st_size >= p.report_bytes &&
	    ftruncate(x->report_fd, p.report_bytes) == 0)
		return true;
	if (x->report_fd >= 0 && errno == 0)
		errno = ESTALE;
	ctl_say("%s: %s", x->report, x->report_fd >= 0 &&
	    st.st_size < p.report_bytes ?
	    "is not the report of the run that was broken off" :
	    strerror(errno));
	return false;
}

/* ---- the run ---- */

static enum err
take_lines(struct import *x, struct str line, bool cut)
{
	struct ctx *c = x->t->ctx;
	enum err e;

	do
		e = account_import_line(c, x->m, line, cut);
	while (e == ERR_OK && next_line(&x->lines, &line, &cut));
	if (e == ERR_OK && x->lines.failed)
		return err_set(c, ERR_DELIVERY, NULL,
		    "the file cannot be read: %s", strerror(errno));
	return e != ERR_OK ? e : account_import_end(c, x->m);
}

static int
say_result(struct import *x, bool dry_run)
{
	struct import_progress p = { 0 };
	struct json *j;

	if (x->m != NULL)
		p = account_import_progress(x->m);
	if (x->t->json) {
		j = json_new_object(x->t->process);
		json_set_int(j, "lines", p.lines);
		json_set_int(j, "imported", p.imported);
		json_set_int(j, "refused", p.refused);
		json_set_int(j, "resumed_at", p.skipped);
		json_set_bool(j, "dry_run", dry_run);
		ctl_json(x->t, j);
	} else {
		printf("%lld lines, %lld accounts%s, %lld refused\n",
		    (long long)p.lines, (long long)p.imported, dry_run ?
		    " would be imported" : "", (long long)p.refused);
	}
	return p.refused > 0 ? CTL_PARTLY : CTL_OK;
}

static int
run(struct import *x, const struct import_options *o)
{
	struct ctx *c = x->t->ctx;
	struct import_progress p;
	struct str line;
	bool cut;
	enum err e;

	if (!next_line(&x->lines, &line, &cut)) {
		if (!x->lines.failed)
			return say_result(x, o->dry_run);
		ctl_say("the file cannot be read: %s", strerror(errno));
		return CTL_FAILED;
	}
	e = account_import_begin(c, x->t->process, o, line, &x->m);
	if (e != ERR_OK)
		return ctl_fail(x->t, e);
	p = account_import_progress(x->m);
	if (p.lines > 0)
		ctl_say("going on behind line %lld", (long long)p.lines);
	if (!open_report(x))
		return CTL_FAILED;
	e = take_lines(x, line, cut);
	ctl_progress_end(&x->bar);
	if (e == ERR_OK)
		return say_result(x, o->dry_run);
	ctl_fail(x->t, e);
	ctl_say(e == ERR_MISMATCH ? "--restart begins with the first line" :
	    "started again, it goes on behind line %lld",
	    (long long)account_import_progress(x->m).lines);
	return CTL_FAILED;
}

static bool
open_lines(struct import *x, const char *name)
{
	struct stat st;

	x->lines.p = arena_alloc(x->t->process, IMPORT_LINE_MAX + CHUNK);
	x->lines.fd = strcmp(name, "-") == 0 ? STDIN_FILENO :
	    open(name, O_RDONLY | O_CLOEXEC);
	if (x->lines.fd >= 0 && fstat(x->lines.fd, &st) == 0 &&
	    !S_ISDIR(st.st_mode)) {
		x->bar.total = S_ISREG(st.st_mode) ? st.st_size : 0;
		return true;
	}
	ctl_say("%s: %s", name, strerror(x->lines.fd >= 0 ? EISDIR : errno));
	return false;
}

int
ctl_user_import(struct ctl *t)
{
	struct import x = { .t = t, .report_fd = -1 };
	struct import_options o = { .done = done, .arg = &x };
	const char *rest[1];
	size_t n;
	int code;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--report", &x.report, NULL },
	    { "--dry-run", NULL, &o.dry_run },
	    { "--verified", NULL, &o.verified },
	    { "--restart", NULL, &o.restart } }, 4, rest, 1, &n) || n != 1)
		return ctl_usage(t);
	if (x.report != NULL)
		o.keep = keep;
	if (!open_lines(&x, rest[0]))
		return CTL_FAILED;
	code = run(&x, &o);
	account_import_free(x.m);
	return code;
}
