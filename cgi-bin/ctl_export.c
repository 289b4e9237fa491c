/*
 * user export: lines of JSON, page by page.
 */
#include "ctl.h"

#include <errno.h>
#include <unistd.h>

#include "domain/account_export.h"

struct export {
	struct ctl *t;
	FILE *to;
	int64_t lines;
	struct ctl_progress bar;
};

static bool
write_object(void *arg, struct str text)
{
	struct export *x = arg;

	return fwrite(text.p, 1, text.len, x->to) == text.len &&
	    fputc('\n', x->to) != EOF;
}

static bool
write_line(void *arg, struct str text)
{
	struct export *x = arg;
	char words[64];

	x->lines++;
	snprintf(words, sizeof(words), "%lld accounts", (long long)x->lines);
	ctl_progress(&x->bar, x->lines, words);
	return write_object(arg, text);
}

static enum err
write_all(struct export *x, bool hashes)
{
	struct export_options o = { hashes, write_line, write_object, x };
	struct uid after = { { 0 } };
	bool more = true;
	enum err e;

	e = account_export_begin(x->t->ctx, hashes,
	    isatty(STDERR_FILENO) ? &x->bar.total : NULL);
	while (e == ERR_OK && more)
		e = account_export_page(x->t->ctx, &o, &after, &more);
	ctl_progress_end(&x->bar);
	return e;
}

/* The file has its name when it is whole. */
static int
write_file(struct export *x, const char *name, bool hashes)
{
	const char *part = str_printf(x->t->process, "%s.part", name).p;
	enum err e;
	bool ok;

	x->to = fopen(part, "wxe");
	if (x->to == NULL) {
		ctl_say("%s: %s", part, strerror(errno));
		return CTL_FAILED;
	}
	e = write_all(x, hashes);
	ok = fflush(x->to) == 0 && fsync(fileno(x->to)) == 0;
	ok = fclose(x->to) == 0 && ok;
	if (e == ERR_OK && ok && rename(part, name) == 0)
		return CTL_OK;
	if (e == ERR_OK)
		ctl_say("%s: %s", name, strerror(errno));
	unlink(part);
	return e != ERR_OK ? ctl_fail(x->t, e) : CTL_FAILED;
}

static int
export_to(struct export *x, const char *name, bool hashes)
{
	enum err e;

	if (name != NULL)
		return write_file(x, name, hashes);
	x->to = stdout;
	e = write_all(x, hashes);
	if (e == ERR_OK && fflush(stdout) != 0)
		e = ERR_DELIVERY;
	return e != ERR_OK ? ctl_fail(x->t, e) : CTL_OK;
}

int
ctl_user_export(struct ctl *t)
{
	struct export x = { .t = t };
	const char *name = NULL;
	bool hashes = false;
	struct json *j;
	int code;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--file", &name, NULL }, { "--with-hashes", NULL, &hashes } },
	    2, NULL, 0, NULL))
		return ctl_usage(t);
	code = export_to(&x, name, hashes);
	if (code != CTL_OK || name == NULL)
		return code;
	if (t->json) {
		j = json_new_object(t->process);
		json_set_int(j, "accounts", x.lines);
		ctl_json(t, j);
	} else {
		printf("%lld accounts\n", (long long)x.lines);
	}
	return CTL_OK;
}
