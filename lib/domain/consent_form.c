#include "consent_form.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "codec/json.h"
#include "codec/text.h"

#define FILE_MAX	(256 * 1024)
#define NAME_CHARS	64
#define TITLE_CHARS	200
#define TEXT_CHARS	4000

/* Judging the text */

struct reader {
	struct arena *arena;
	struct str at;			/* "forms[1].options[0]" */
	const char *error;
};

static bool
fail(struct reader *r, const char *name, const char *expected)
{
	r->error = str_printf(r->arena, "%.*s%s%s: %s", STR_FMT(r->at),
	    r->at.len > 0 && name[0] != '\0' ? "." : "", name,
	    expected).p;
	return false;
}

struct known { const char *const *names; struct str stranger; };

static bool
is_known(void *arg, struct str name, struct json *value)
{
	struct known *k = arg;
	size_t i;

	(void)value;
	for (i = 0; k->names[i] != NULL; i++)
		if (str_eq(name, str_of(k->names[i])))
			return true;
	k->stranger = name;
	return false;
}

/* A name that is misspelt would be a rule that does not hold. */
static bool
judge_members(struct reader *r, const struct json *j,
    const char *const *names)
{
	struct known k = { names, STR_NONE };

	if (json_type(j) != JSON_OBJECT)
		return fail(r, "", "an object was expected");
	return json_each(j, is_known, &k) || fail(r,
	    str_cstr(r->arena, k.stranger), "no such member is known");
}

static bool
is_id(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
		    "wxyz0123456789._-", s.p[i]) == NULL)
			return false;
	return s.len > 0 && s.len <= NAME_CHARS;
}

static bool
read_id(struct reader *r, const struct json *j, const char *name,
    struct str *out)
{
	*out = json_string(json_get(j, name));
	return is_id(*out) || fail(r, name, "1 to 64 letters, digits, dots, "
	    "hyphens and underscores were expected");
}

static bool
read_text(struct reader *r, const struct json *j, const char *name,
    size_t least, size_t most, struct str *out)
{
	const struct json *v = json_get(j, name);
	size_t n;

	*out = v == NULL ? STR("") : json_string(v);
	n = out->p != NULL ? utf8_length(*out) : 0;
	return (out->p != NULL && n >= least && n <= most &&
	    !utf8_has_control(*out)) || fail(r, name,
	    str_printf(r->arena, "a text of one line, of %zu to %zu "
	    "characters, was expected", least, most).p);
}

static bool
read_flag(struct reader *r, const struct json *j, const char *name,
    bool *out)
{
	const struct json *v = json_get(j, name);

	*out = json_bool(v);
	return v == NULL || json_type(v) == JSON_BOOL ||
	    fail(r, name, "true or false was expected");
}

static bool
read_option(struct reader *r, const struct json *j,
    struct consent_option *out)
{
	static const char *const names[] = { "id", "title", "text", "strict",
		NULL };

	return judge_members(r, j, names) &&
	    read_id(r, j, "id", &out->id) &&
	    read_text(r, j, "title", 0, TITLE_CHARS, &out->title) &&
	    read_text(r, j, "text", 1, TEXT_CHARS, &out->text) &&
	    read_flag(r, j, "strict", &out->strict);
}

static bool
read_options(struct reader *r, const struct json *j,
    struct consent_form *out)
{
	const struct json *list = json_get(j, "options");
	struct consent_option *options;
	struct str form = r->at;
	size_t n = json_length(list), i;

	if (json_type(list) != JSON_ARRAY || n == 0)
		return fail(r, "options", "a list of at least one option "
		    "was expected");
	options = ARENA_ARRAY(r->arena, struct consent_option, n);
	out->options = options;
	for (i = 0; i < n; i++) {
		r->at = str_printf(r->arena, "%.*s.options[%zu]",
		    STR_FMT(form), i);
		if (!read_option(r, json_at(list, i), &options[i]))
			return false;
		if (consent_form_option(out, options[i].id) != NULL)
			return fail(r, "id", "another option of the form "
			    "has it");
		out->n_options = i + 1;
	}
	r->at = form;
	return true;
}

static bool
is_built_in(struct str event)
{
	return str_eq(event, STR("Register")) ||
	    str_eq(event, STR("FirstLogin")) || str_eq(event, STR("Login"));
}

static bool
read_form(struct reader *r, const struct json *j, struct consent_form *out)
{
	static const char *const names[] = { "event", "isCustom", "version",
		"start", "options", NULL };
	const struct json *v;

	if (!judge_members(r, j, names) ||
	    !read_id(r, j, "event", &out->event) ||
	    !read_flag(r, j, "isCustom", &out->custom))
		return false;
	out->event = consent_event_name(out->event);
	if (out->custom && is_built_in(out->event))
		return fail(r, "isCustom", "this event is built in: false "
		    "was expected");
	v = json_get(j, "version");
	out->version = json_int(v);
	if (json_type(v) != JSON_INT || out->version < 1 ||
	    out->version > INT32_MAX)
		return fail(r, "version", "a whole number from 1 on was "
		    "expected");
	if (!clock_from_iso(json_string(json_get(j, "start")),
	    &out->start_s))
		return fail(r, "start", "a date was expected, such as "
		    "2026-01-01 or 2026-01-01T12:00:00Z");
	return read_options(r, j, out);
}

static bool
judge_new(struct reader *r, const struct consent_form *forms, size_t n)
{
	const struct consent_form *f = &forms[n], *o;

	for (o = forms; o < f; o++) {
		if (!str_eq(o->event, f->event) || o->custom != f->custom)
			continue;
		if (o->version == f->version)
			return fail(r, "version", "another form of the event "
			    "has it");
		if (o->start_s == f->start_s)
			return fail(r, "start", "another form of the event "
			    "begins then");
	}
	return true;
}

static bool
read_forms(struct reader *r, const struct json *j, struct consent_forms *out)
{
	static const char *const names[] = { "forms", NULL };
	const struct json *list = json_get(j, "forms");
	size_t n = json_length(list), i;
	struct consent_form *forms;

	if (!judge_members(r, j, names))
		return false;
	if (json_type(list) != JSON_ARRAY)
		return fail(r, "forms", "a list was expected");
	forms = ARENA_ARRAY(r->arena, struct consent_form, n);
	for (i = 0; i < n; i++) {
		r->at = str_printf(r->arena, "forms[%zu]", i);
		if (!read_form(r, json_at(list, i), &forms[i]) ||
		    !judge_new(r, forms, i))
			return false;
	}
	*out = (struct consent_forms){ forms, n };
	return true;
}

static const char *
fault_text(enum json_fault f)
{
	switch (f) {
	case JSON_UTF8:
		return "the text is not UTF-8";
	case JSON_MEMBERS:
		return "there are more than 1000 members";
	case JSON_DUPLICATE:
		return "one object has a member twice";
	default:
		return "the text is not JSON";
	}
}

bool
consent_forms_parse(struct arena *a, struct str text,
    struct consent_forms *out, const char **error_out)
{
	struct reader r = { .arena = a, .at = STR("") };
	enum json_fault fault = JSON_FINE;
	struct json *j;

	j = json_parse(a, text, &fault);
	if (j == NULL)
		fail(&r, "", fault_text(fault));
	else if (read_forms(&r, j, out))
		return true;
	*error_out = r.error;
	return false;
}

/* The file */

static bool
read_open(struct arena *a, int fd, const struct stat *st, struct str *text,
    const char **why)
{
	size_t size = (size_t)st->st_size, n = 0;
	ssize_t got = 0;
	char *p;

	*why = "more than 256 KiB; that is no list of forms";
	if (st->st_size > FILE_MAX)
		return false;
	p = arena_alloc(a, size + 1);
	while (n < size && (got = read(fd, p + n, size - n)) > 0)
		n += (size_t)got;
	*why = strerror(errno);
	*text = (struct str){ p, n };
	return got >= 0;
}

/* st_out: of what was read, so that a later change shows. */
static bool
read_file(struct arena *a, const char *file, struct stat *st_out,
    struct consent_forms *out, const char **error_out)
{
	struct str text = STR_NONE;
	const char *why = NULL;
	int fd;
	bool ok;

	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ok = fd >= 0 && fstat(fd, st_out) == 0;
	if (!ok)
		why = strerror(errno);
	ok = ok && read_open(a, fd, st_out, &text, &why) &&
	    consent_forms_parse(a, text, out, &why);
	if (fd >= 0)
		close(fd);
	if (!ok)
		*error_out = str_printf(a, "%s: %s", file, why).p;
	return ok;
}

bool
consent_forms_read(struct arena *a, const char *file,
    struct consent_forms *out, const char **error_out)
{
	struct stat st;

	return read_file(a, file, &st, out, error_out);
}

/* What this process holds of it.  arena NULL: nothing yet. */
static struct {
	struct str file;
	struct stat at;
	struct arena *arena;
	struct consent_forms forms;
} held;

static bool
is_held(const struct config *cfg)
{
	struct stat now;

	return held.arena != NULL && str_eq(held.file, cfg->consent_file) &&
	    stat(held.file.p, &now) == 0 && now.st_ino == held.at.st_ino &&
	    now.st_dev == held.at.st_dev && now.st_size == held.at.st_size &&
	    now.st_mtim.tv_sec == held.at.st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == held.at.st_mtim.tv_nsec;
}

static void
drop(void *arena)
{
	arena_free(arena);
}

/* Whoever holds forms of before has them until the request's end. */
static bool
refresh(struct ctx *c, const char **error_out)
{
	struct arena *a = arena_new();
	struct stat at = { .st_size = 0 };
	struct consent_forms forms;
	const char *error = NULL;

	if (!read_file(a, c->config->consent_file.p, &at, &forms, &error)) {
		held.at = at;		/* said once */
		*error_out = str_cstr(c->arena, str_of(error));
		arena_free(a);
		return false;
	}
	if (held.arena != NULL)
		arena_defer(c->arena, drop, held.arena);
	held.file = str_dup(a, c->config->consent_file);
	held.at = at;
	held.arena = a;
	held.forms = forms;
	return true;
}

enum err
consent_forms(struct ctx *c, const struct consent_forms **out)
{
	const char *error;

	if (!str_present(c->config->consent_file))
		return err_set(c, ERR_CONSENT_OFF, NULL, "consent.file");
	if (!is_held(c->config) && !refresh(c, &error)) {
		if (held.arena == NULL || !str_eq(held.file,
		    c->config->consent_file))
			return err_set(c, ERR_CONFIG, NULL, "%s", error);
		log_write(c, LOG_ERROR, "consent_forms",
		    "%s; those of before count on", error);
	}
	*out = &held.forms;
	return ERR_OK;
}

/* Looking for one */

struct str
consent_event_name(struct str name)
{
	return str_eq(name, STR("Registration")) ? STR("Register") : name;
}

const struct consent_form *
consent_form_live(const struct consent_forms *f, struct str event,
    bool custom, int64_t now_s)
{
	const struct consent_form *best = NULL, *one;

	for (one = f->forms; one < f->forms + f->n; one++)
		if (one->custom == custom && one->start_s <= now_s &&
		    str_eq(one->event, event) &&
		    (best == NULL || one->start_s > best->start_s))
			best = one;
	return best;
}

const struct consent_form *
consent_form_version(const struct consent_forms *f, struct str event,
    bool custom, int64_t version)
{
	const struct consent_form *one;

	for (one = f->forms; one < f->forms + f->n; one++)
		if (one->custom == custom && one->version == version &&
		    str_eq(one->event, event))
			return one;
	return NULL;
}

const struct consent_option *
consent_form_option(const struct consent_form *f, struct str id)
{
	size_t i;

	for (i = 0; i < f->n_options; i++)
		if (str_eq(f->options[i].id, id))
			return &f->options[i];
	return NULL;
}
