#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/rand.h"
#include "codec/text.h"
#include "domain/outbox.h"
#include "domain/site.h"
#include "openapi.h"

#define SET_MAX		128
#define CONFIG_MAX	(1024 * 1024)

/* ---- init ---- */

struct set { const char *key; struct str value; };	/* "site.url" */
struct sets { struct set items[SET_MAX]; size_t n; };

/* What stands first stays: --set comes before the options of its own. */
static void
put(struct sets *s, const char *key, struct str value)
{
	size_t i;

	if (value.p == NULL)
		return;
	for (i = 0; i < s->n; i++)
		if (strcmp(s->items[i].key, key) == 0)
			return;
	must(s->n < SET_MAX);
	s->items[s->n++] = (struct set){ key, value };
}

static struct str
random_guid(struct arena *a)
{
	unsigned char b[16];

	rand_bytes(b, sizeof(b));
	return guid_encode(a, b);
}

static struct str
random_master(struct arena *a)
{
	unsigned char b[32];

	rand_bytes(b, sizeof(b));
	return hex_encode(a, b, sizeof(b));
}

/* --set may come often, so it is taken out before the others are read. */
static bool
take_sets(struct ctl *t, struct sets *s)
{
	struct arena *a = t->process;
	struct str text;
	int from, to = 1;
	const char *eq;

	for (from = 1; from < t->argc; from++) {
		if (strcmp(t->argv[from], "--set") != 0) {
			t->argv[to++] = t->argv[from];
			continue;
		}
		if (++from == t->argc || s->n == SET_MAX - 20)
			return false;
		eq = strchr(t->argv[from], '=');
		if (eq == NULL)
			return false;
		text = str_of(t->argv[from]);
		put(s, str_cstr(a, str_sub(text, 0,
		    (size_t)(eq - t->argv[from]))), str_of(eq + 1));
	}
	t->argc = to;
	return true;
}

static struct str
absolute(struct arena *a, const char *path)
{
	char cwd[4096];

	if (path == NULL || path[0] == '/' || getcwd(cwd, sizeof(cwd)) == NULL)
		return str_of(path);
	return str_printf(a, "%s/%s", cwd, path);
}

static bool
read_init(struct ctl *t, struct sets *s)
{
	const char *url = NULL, *socket = NULL, *host = NULL, *name = NULL;
	const char *user = NULL, *pwfile = NULL, *sender = NULL;
	const char *transport = NULL, *dir = NULL, *state = NULL, *log = NULL;
	const char *templates = NULL;
	struct arena *a = t->process;

	if (!take_sets(t, s) || !ctl_options(t, (const struct ctl_option[]){
	    { "--url", &url, NULL }, { "--database-socket", &socket, NULL },
	    { "--database-host", &host, NULL },
	    { "--database-name", &name, NULL },
	    { "--database-user", &user, NULL },
	    { "--database-password-file", &pwfile, NULL },
	    { "--mail-sender", &sender, NULL },
	    { "--mail-transport", &transport, NULL },
	    { "--mail-dir", &dir, NULL }, { "--state-dir", &state, NULL },
	    { "--log-file", &log, NULL },
	    { "--templates-dir", &templates, NULL } }, 12, NULL, 0, NULL))
		return false;
	put(s, "site.url", str_of(url));
	put(s, "api.key", random_guid(a));
	put(s, "api.secret", random_guid(a));
	put(s, "keys.master", random_master(a));
	put(s, "database.hosts", str_of(host));
	put(s, "database.hosts", absolute(a, socket));
	put(s, "database.name", str_of(name));
	put(s, "database.user", str_of(user));
	if (pwfile != NULL)
		put(s, "database.password", str_printf(a, "file:%s",
		    absolute(a, pwfile).p));
	put(s, "mail.sender", str_of(sender));
	put(s, "mail.transport", str_of(transport));
	put(s, "mail.dir", absolute(a, dir));
	put(s, "state.dir", absolute(a, state));
	/* Work behind an answer has no standard error to write to. */
	put(s, "log.file", log != NULL || state == NULL ? absolute(a, log) :
	    str_printf(a, "%s/doorward.log", absolute(a, state).p));
	put(s, "templates.dir", absolute(a, templates));
	return true;
}

static const struct set *
find_set(const struct sets *s, const struct setting *want)
{
	size_t i, len = strlen(want->section);

	for (i = 0; i < s->n; i++)
		if (strncmp(s->items[i].key, want->section, len) == 0 &&
		    s->items[i].key[len] == '.' &&
		    strcmp(s->items[i].key + len + 1, want->key) == 0)
			return &s->items[i];
	return NULL;
}

/* In the order of the table; a key that it lacks is an error. */
static bool
config_text(struct arena *a, const struct sets *s, struct buf *b)
{
	const char *section = "";
	const struct set *found;
	size_t i, used = 0;

	buf_init(b, a, CONFIG_MAX);
	buf_cstr(b, "# Doorward's configuration.  It holds secrets: only its "
	    "owner may read it.\n# doorwardctl sample-config lists every "
	    "setting.\n");
	for (i = 0; i < settings_count; i++) {
		found = find_set(s, &settings[i]);
		if (found == NULL)
			continue;
		used++;
		if (strcmp(section, settings[i].section) != 0)
			buf_printf(b, "\n[%s]\n", settings[i].section);
		section = settings[i].section;
		buf_printf(b, "%s = ", settings[i].key);
		buf_str(b, found->value);
		buf_char(b, '\n');
	}
	return used == s->n && buf_ok(b);
}

static bool
write_new(const char *file, struct str text)
{
	ssize_t n;
	int fd;

	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		ctl_say("%s: %s", file, errno == EEXIST ?
		    "exists already and is not overwritten" :
		    strerror(errno));
		return false;
	}
	n = write(fd, text.p, text.len);
	if (n != (ssize_t)text.len || fsync(fd) != 0 || close(fd) != 0) {
		ctl_say("%s: %s", file, strerror(errno));
		unlink(file);
		return false;
	}
	return true;
}

static int
say_made(struct ctl *t, const struct config *cfg, const char *file)
{
	struct json *j;

	if (t->json) {
		j = json_new_object(t->process);
		json_set_cstr(j, "config", file);
		json_set_str(j, "url", cfg->site_url);
		json_set_str(j, "api_key", cfg->api_key);
		ctl_json(t, j);
		return CTL_OK;
	}
	printf("Wrote %s.\nAPI key: %s (public)\nThe API secret stands in "
	    "the file.\n\nNext:\n  doorwardctl --config %s migrate\n"
	    "  doorwardctl --config %s check\n", file, cfg->api_key.p, file,
	    file);
	return CTL_OK;
}

int
ctl_init(struct ctl *t)
{
	struct sets s = { .n = 0 };
	struct config *cfg;
	const char *error;
	struct buf b;

	if (t->config_file == NULL) {
		ctl_say("name the file to write: --config FILE");
		return CTL_USAGE;
	}
	if (!read_init(t, &s))
		return ctl_usage(t);
	if (!config_text(t->process, &s, &b)) {
		ctl_say("--set names a setting that does not exist");
		return CTL_USAGE;
	}
	if (!config_parse(t->process, buf_view(&b), t->config_file, &cfg,
	    &error)) {
		ctl_say("not written: %s", error);
		return CTL_FAILED;
	}
	if (!write_new(t->config_file, buf_view(&b)))
		return CTL_FAILED;
	return say_made(t, cfg, t->config_file);
}

int
ctl_sample_config(struct ctl *t)
{
	fputs(config_sample(t->process).p, stdout);
	return CTL_OK;
}

/* ---- the installation ---- */

int
ctl_migrate(struct ctl *t)
{
	const char *dir = NULL;
	int64_t from = 0, to = 0;
	struct json *j;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--schema-dir", &dir, NULL } }, 1, NULL, 0, NULL))
		return ctl_usage(t);
	if (dir == NULL)
		dir = config_data_dir(t->process, t->ctx->config, "schema");
	e = site_migrate(t->ctx, dir, &from, &to);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (t->json) {
		j = json_new_object(t->process);
		json_set_int(j, "from", from);
		json_set_int(j, "to", to);
		ctl_json(t, j);
	} else if (from == to) {
		printf("The schema is up to date (%lld).\n", (long long)to);
	} else {
		printf("Schema %lld -> %lld.\n", (long long)from,
		    (long long)to);
	}
	return CTL_OK;
}

int
ctl_gc(struct ctl *t)
{
	const char *seconds = NULL;
	int64_t budget_s = 60, removed = 0;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--seconds", &seconds, NULL } }, 1, NULL, 0, NULL) ||
	    (seconds != NULL &&
	    !str_to_int(str_of(seconds), 1, 86400, &budget_s)))
		return ctl_usage(t);
	e = site_clean(t->ctx, 0, budget_s * 1000, &removed);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	printf(t->json ? "{\"removed\":%lld}\n" : "removed %lld rows\n",
	    (long long)removed);
	return CTL_OK;
}

int
ctl_sott(struct ctl *t)
{
	const char *text = NULL;
	bool legacy = false;
	int64_t minutes = 10, end_s;
	struct str sott;
	struct json *j;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--minutes", &text, NULL }, { "--legacy", NULL, &legacy } }, 2,
	    NULL, 0, NULL) || (text != NULL &&
	    !str_to_int(str_of(text), 1, 129600, &minutes)))
		return ctl_usage(t);
	e = site_sott(t->ctx, minutes, legacy, &sott, &end_s);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	if (t->json) {
		j = json_new_object(t->ctx->arena);
		json_set_str(j, "Sott", sott);
		json_set_str(j, "ExpiryTime", clock_iso(t->ctx->arena,
		    end_s));
		ctl_json(t, j);
	} else {
		puts(sott.p);
	}
	return CTL_OK;
}

int
ctl_openapi(struct ctl *t)
{
	fputs(openapi_text(t->process, t->ctx->config).p, stdout);
	fputc('\n', stdout);
	return CTL_OK;
}

int
ctl_bench_hash(struct ctl *t)
{
	const char *text = NULL;
	int64_t runs = 10, i, start, took;
	enum err e = ERR_OK;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--runs", &text, NULL } }, 1, NULL, 0, NULL) ||
	    (text != NULL && !str_to_int(str_of(text), 1, 1000, &runs)))
		return ctl_usage(t);
	start = clock_mono_ms();
	for (i = 0; i < runs && e == ERR_OK; i++)
		e = site_hash_once(t->ctx);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	took = clock_mono_ms() - start;
	printf(t->json ? "{\"engine\":\"%s\",\"runs\":%lld,\"ms\":%lld}\n" :
	    "%s: %lld hashes in %lld ms\n", site_hash_engine(),
	    (long long)runs, (long long)took);
	return CTL_OK;
}

/* ---- the outbox ---- */

static const char *
outbox_state(int64_t state)
{
	return state == 0 ? "waiting" : state == 1 ? "dead" : "decoy";
}

int
ctl_outbox_list(struct ctl *t)
{
	struct outbox_row *rows;
	const char *text = NULL;
	bool dead = false;
	int64_t max = 100;
	struct json *j;
	size_t n, i;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--dead", NULL, &dead }, { "--max", &text, NULL } }, 2, NULL, 0,
	    NULL) || (text != NULL &&
	    !str_to_int(str_of(text), 1, 1000, &max)))
		return ctl_usage(t);
	e = outbox_list(t->ctx, dead, (size_t)max, &rows, &n);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	for (i = 0; i < n; i++) {
		const struct outbox_row *r = &rows[i];
		struct str id = uid_hex(t->ctx->arena, r->id);

		if (!t->json) {
			printf("%s  %-7s %-20s %s  due %s  tries %lld  %s\n",
			    id.p, outbox_state(r->state), r->template.p,
			    r->target.p, ctl_time(t, r->due_s),
			    (long long)r->tries,
			    str_present(r->error) ? r->error.p : "");
			continue;
		}
		j = json_new_object(t->ctx->arena);
		json_set_str(j, "id", id);
		json_set_cstr(j, "state", outbox_state(r->state));
		json_set_str(j, "template", r->template);
		json_set_str(j, "target", r->target);
		json_set_cstr(j, "created", ctl_time(t, r->created_s));
		json_set_cstr(j, "due", ctl_time(t, r->due_s));
		json_set_int(j, "tries", r->tries);
		json_set_str(j, "error", r->error);
		ctl_json(t, j);
	}
	return CTL_OK;
}

int
ctl_outbox_run(struct ctl *t)
{
	size_t sent = 0, failed = 0;
	const char *text = NULL;
	int64_t max = 100;
	enum err e;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--max", &text, NULL } }, 1, NULL, 0, NULL) ||
	    (text != NULL && !str_to_int(str_of(text), 1, 10000, &max)))
		return ctl_usage(t);
	e = outbox_run(t->ctx, (size_t)max, 600 * 1000, &sent, &failed);
	if (e != ERR_OK)
		return ctl_fail(t, e);
	printf(t->json ? "{\"sent\":%zu,\"failed\":%zu}\n" :
	    "sent %zu, failed %zu\n", sent, failed);
	return failed == 0 ? CTL_OK : CTL_FAILED;
}

int
ctl_outbox_retry(struct ctl *t)
{
	const char *rest[1];
	struct uid id;
	size_t n;
	enum err e;

	if (!ctl_options(t, NULL, 0, rest, 1, &n) || n != 1 ||
	    !uid_parse(str_of(rest[0]), &id))
		return ctl_usage(t);
	e = outbox_retry(t->ctx, id);
	if (e == ERR_NOT_FOUND)
		e = err_set(t->ctx, ERR_NOT_FOUND, NULL,
		    "no dead message has this id");
	if (e != ERR_OK)
		return ctl_fail(t, e);
	puts(t->json ? "{\"due\":true}" : "due again");
	return CTL_OK;
}
