#include "ctl.h"

#include <grp.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/site.h"

const struct ctl_command ctl_commands[] = {
	{ "init", NULL, ctl_init, true, true,
	  "--url URL --database-socket PATH|--database-host HOST "
	  "--database-name NAME --database-user USER "
	  "[--database-password-file FILE] --mail-sender ADDRESS "
	  "[--mail-transport sendmail|smtp|file] [--mail-dir DIR] "
	  "[--state-dir DIR] [--log-file FILE] [--templates-dir DIR] "
	  "[--set section.key=value]...",
	  "write a configuration with fresh keys" },
	{ "migrate", NULL, ctl_migrate, false, false, "[--schema-dir DIR]",
	  "create or update the tables" },
	{ "check", NULL, ctl_check, true, true, "[--no-web] [--mail ADDRESS]",
	  "say what is wrong with the installation, and the mend" },
	{ "user", "add", ctl_user_add, false, false,
	  "ADDRESS [--username NAME] [--verified] "
	  "[--no-password | --generate]",
	  "add an account; the password is read from standard input" },
	{ "user", "show", ctl_user_show, false, false,
	  "ADDRESS|PHONE|USERNAME|UID", "show an account" },
	{ "user", "list", ctl_user_list, false, false,
	  "[--after UID] [--max N]", "list accounts in order of their making" },
	{ "user", "disable", ctl_user_disable, false, false,
	  "ADDRESS|PHONE|USERNAME|UID",
	  "block an account and end its sessions" },
	{ "user", "enable", ctl_user_enable, false, false,
	  "ADDRESS|PHONE|USERNAME|UID", "take the block away" },
	{ "user", "delete", ctl_user_delete, false, false,
	  "ADDRESS|PHONE|USERNAME|UID --yes", "delete an account for ever" },
	{ "user", "session-limit", ctl_user_session_limit, false, false,
	  "ADDRESS|PHONE|USERNAME|UID NUMBER|none",
	  "set how many sessions an account may have" },
	{ "user", "import", ctl_user_import, false, false,
	  "FILE|- [--dry-run] [--report FILE] [--verified] [--restart]",
	  "import accounts, one JSON object a line; goes on where it was "
	  "broken off" },
	{ "user", "export", ctl_user_export, false, false,
	  "[--file FILE] [--with-hashes]",
	  "write all accounts, one JSON object a line" },
	{ "role", "add", ctl_role_add, false, false,
	  "ADDRESS|PHONE|USERNAME|UID ROLE", "give an account a role" },
	{ "role", "remove", ctl_role_remove, false, false,
	  "ADDRESS|PHONE|USERNAME|UID ROLE", "take a role away" },
	{ "role", "list", ctl_role_list, false, false,
	  "[ADDRESS|PHONE|USERNAME|UID] [--role ROLE]",
	  "list the roles of an account, or who has any" },
	{ "session", "list", ctl_session_list, false, false,
	  "ADDRESS|PHONE|USERNAME|UID", "list an account's sessions" },
	{ "session", "revoke", ctl_session_revoke, false, false,
	  "HANDLE | --user ADDRESS|PHONE|USERNAME|UID | --everybody",
	  "end one session, all of an account, or all sessions and links" },
	{ "sott", NULL, ctl_sott, false, false, "[--minutes N] [--legacy]",
	  "make a SOTT for registrations" },
	{ "keys", "list", ctl_keys_list, false, true, "",
	  "list the numbers of the master secrets" },
	{ "keys", "rotate", ctl_keys_rotate, false, false,
	  "[--keep N] [--wait SECONDS]",
	  "put a fresh master secret in the place of the present one" },
	{ "keys", "jwt-list", ctl_jwt_list, false, false, "",
	  "list the keys that sign access tokens" },
	{ "keys", "jwt-rotate", ctl_jwt_rotate, false, false, "[--now]",
	  "make a key that signs once all have its public part" },
	{ "keys", "jwt-drop", ctl_jwt_drop, false, false, "KID",
	  "remove a key that somebody else may know" },
	{ "outbox", "list", ctl_outbox_list, false, false,
	  "[--dead] [--max N]", "list messages that wait or are dead" },
	{ "outbox", "run", ctl_outbox_run, false, false, "[--max N]",
	  "deliver what is due" },
	{ "outbox", "retry", ctl_outbox_retry, false, false, "ID",
	  "make a dead message due again" },
	{ "gc", NULL, ctl_gc, false, false, "[--seconds N]",
	  "remove what has expired" },
	{ "openapi", NULL, ctl_openapi, false, true, "",
	  "print the API's description (OpenAPI 3.1)" },
	{ "sample-config", NULL, ctl_sample_config, true, true, "",
	  "print every setting with its meaning" },
	{ "bench-hash", NULL, ctl_bench_hash, false, false, "[--runs N]",
	  "measure password hashing" }
};
const size_t ctl_commands_count = COUNT(ctl_commands);

void
ctl_say(const char *fmt, ...)
{
	va_list ap;

	fputs("doorwardctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
ctl_fail(struct ctl *t, enum err e)
{
	const struct err_field *f;
	const char *note = t->ctx->err.code == e ? t->ctx->err.note : NULL;

	ctl_say("%s%s%s", err_name(e), note != NULL ? ": " : "",
	    note != NULL ? note : "");
	for (f = t->ctx->err.fields; f != NULL; f = f->next)
		ctl_say("  %s: %s", f->name, f->message);
	return CTL_FAILED;
}

static void
print_usage(FILE *to, const struct ctl_command *k)
{
	fprintf(to, "usage: doorwardctl [--config FILE] [--json] %s%s%s %s\n"
	    "  %s\n", k->name, k->sub != NULL ? " " : "",
	    k->sub != NULL ? k->sub : "", k->usage, k->help);
}

int
ctl_usage(struct ctl *t)
{
	print_usage(stderr, t->command);
	return CTL_USAGE;
}

void
ctl_json(struct ctl *t, const struct json *j)
{
	puts(json_text(t->ctx->arena, j, false).p);
}

const char *
ctl_time(struct ctl *t, int64_t t_s)
{
	struct clock_parts p = clock_utc(t_s);

	if (t_s == 0)
		return "never";
	return str_printf(t->ctx->arena, "%04d-%02d-%02d %02d:%02d:%02d",
	    p.year, p.month, p.day, p.hour, p.minute, p.second).p;
}

static const struct ctl_option *
find_option(const struct ctl_option *o, size_t n, const char *arg)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(o[i].name, arg) == 0)
			return &o[i];
	return NULL;
}

bool
ctl_options(struct ctl *t, const struct ctl_option *o, size_t n,
    const char **rest, size_t max, size_t *n_rest_out)
{
	const struct ctl_option *found;
	size_t n_rest = 0;
	int i;

	for (i = 1; i < t->argc; i++) {
		const char *arg = t->argv[i];

		if (strncmp(arg, "--", 2) != 0) {
			if (n_rest == max)
				return false;
			rest[n_rest++] = arg;
			continue;
		}
		found = find_option(o, n, arg);
		if (found == NULL)
			return false;
		if (found->flag != NULL)
			*found->flag = true;
		else if (++i < t->argc)
			*found->value = t->argv[i];
		else
			return false;
	}
	if (n_rest_out != NULL)
		*n_rest_out = n_rest;
	return true;
}

static void
print_help(FILE *to)
{
	size_t i;

	fputs("usage: doorwardctl [--config FILE] [--json] COMMAND ...\n\n"
	    "The configuration is FILE, else DOORWARD_CONFIG, else "
	    "etc/doorward.conf beside\nthe program's folder.  "
	    "doorwardctl COMMAND --help tells more.\n\n", to);
	for (i = 0; i < ctl_commands_count; i++) {
		const struct ctl_command *k = &ctl_commands[i];
		char name[32];

		snprintf(name, sizeof(name), "%s%s%s", k->name,
		    k->sub != NULL ? " " : "", k->sub != NULL ? k->sub : "");
		fprintf(to, "  %-16s %s\n", name, k->help);
	}
}

/* "--config FILE" and "--json" may stand anywhere; they are taken out. */
static bool
take_common(struct ctl *t, bool *help_out)
{
	int from, to = 0;

	*help_out = false;
	for (from = 0; from < t->argc; from++) {
		char *arg = t->argv[from];

		if (strcmp(arg, "--json") == 0)
			t->json = true;
		else if (strcmp(arg, "--help") == 0)
			*help_out = true;
		else if (strcmp(arg, "--config") != 0)
			t->argv[to++] = arg;
		else if (++from < t->argc)
			t->config_file = t->argv[from];
		else
			return false;
	}
	t->argc = to;
	return true;
}

static const struct ctl_command *
find_command(struct ctl *t)
{
	size_t i;

	for (i = 0; i < ctl_commands_count; i++) {
		const struct ctl_command *k = &ctl_commands[i];
		int words = k->sub != NULL ? 2 : 1;

		if (t->argc < words || strcmp(k->name, t->argv[0]) != 0 ||
		    (k->sub != NULL && strcmp(k->sub, t->argv[1]) != 0))
			continue;
		t->argc -= words - 1;
		t->argv += words - 1;
		return k;
	}
	return NULL;
}

/*
 * Root stands in for the owner of the configuration, so that locks, logs and
 * mails belong to the user that the web server runs Doorward as.
 */
bool
ctl_become_owner(const char *file)
{
	struct stat st;

	if (geteuid() != 0 || stat(file, &st) != 0 || st.st_uid == 0)
		return true;
	if (setgroups(0, NULL) == 0 && setgid(st.st_gid) == 0 &&
	    setuid(st.st_uid) == 0)
		return true;
	ctl_say("cannot become the owner of %s", file);
	return false;
}

static int
run_with_config(struct ctl *t)
{
	struct config *cfg;
	const char *file, *error;
	enum err e;

	file = config_find(t->process, t->config_file);
	if (file == NULL) {
		ctl_say("there is no configuration: name one by --config "
		    "FILE, or make one by doorwardctl init");
		return CTL_FAILED;
	}
	if (!config_read(t->process, file, &cfg, &error)) {
		ctl_say("%s", error);
		return CTL_FAILED;
	}
	if (!ctl_become_owner(file))
		return CTL_FAILED;
	clock_set_shift_file(cfg->test_clock_file.p);
	log_open(NULL, LOG_WARN);
	ctx_init(t->ctx, t->process, cfg);
	t->ctx->client.trusted = true;
	if (!t->command->no_site) {
		e = site_open(t->ctx, t->process, false);
		if (e != ERR_OK)
			return ctl_fail(t, e);
	}
	return t->command->run(t);
}

static int
run(struct ctl *t)
{
	bool help;

	if (!take_common(t, &help)) {
		print_help(stderr);
		return CTL_USAGE;
	}
	t->command = find_command(t);
	if (t->command == NULL) {
		print_help(help ? stdout : stderr);
		return help ? CTL_OK : CTL_USAGE;
	}
	if (help) {
		print_usage(stdout, t->command);
		return CTL_OK;
	}
	return t->command->no_config ? t->command->run(t) :
	    run_with_config(t);
}

int
main(int argc, char **argv)
{
	static const struct rlimit no_core = { 0, 0 };
	struct ctx ctx = { 0 };
	struct ctl t = { .ctx = &ctx };
	int code;

	/*
	 * Apache hands a query without '=' to CGI programs as arguments: this
	 * tool must never answer a web server (RFC 3875 §4.4).
	 */
	if (getenv("GATEWAY_INTERFACE") != NULL) {
		fputs("Status: 404 Not Found\r\n"
		    "Content-Type: text/plain\r\n\r\nNot found\n", stdout);
		return CTL_FAILED;
	}
	umask(077);
	setrlimit(RLIMIT_CORE, &no_core);
	t.process = arena_new();
	ctx.arena = t.process;
	t.argc = argc - 1;
	t.argv = argv + 1;
	code = run(&t);
	if (ctx.db != NULL)
		site_close(&ctx);
	arena_free(t.process);
	if (fflush(stdout) != 0)
		code = CTL_FAILED;
	return code;
}
