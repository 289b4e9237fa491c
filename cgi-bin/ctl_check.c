#include "ctl_check.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "codec/geo.h"
#include "domain/consent_form.h"
#include "domain/signing_key.h"
#include "domain/site.h"

#define CLOCK_DRIFT_S	30

void
found(struct check *k, int how, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "note", "WRONG" };
	char text[2048];
	struct json *j;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	k->wrong += how == WRONG;
	if (!k->t->json) {
		printf("%-6s %-14s %s\n", words[how], what, text);
		return;
	}
	j = json_new_object(k->t->process);
	json_set_cstr(j, "what", what);
	json_set_cstr(j, "result", how == WRONG ? "wrong" : words[how]);
	json_set_cstr(j, "text", text);
	json_append(k->all, j);
}

static struct config *
check_config(struct check *k)
{
	const char *file, *error;
	struct config *cfg;

	file = config_find(k->t->process, k->t->config_file);
	if (file == NULL) {
		found(k, WRONG, "configuration", "There is none.  Name one "
		    "by --config FILE, or make one by doorwardctl init.");
		return NULL;
	}
	if (!config_read(k->t->process, file, &cfg, &error)) {
		found(k, WRONG, "configuration", "%s", error);
		return NULL;
	}
	found(k, FINE, "configuration", "%s", file);
	return ctl_become_owner(file) ? cfg : NULL;
}

static void
check_folder(struct check *k, const char *what, struct str dir,
    bool private_one)
{
	struct stat st;

	if (stat(dir.p, &st) != 0)
		found(k, WRONG, what, "%s: %s.  Make it: mkdir -m 700 %s",
		    dir.p, strerror(errno), dir.p);
	else if (!S_ISDIR(st.st_mode))
		found(k, WRONG, what, "%s is not a folder.", dir.p);
	else if (access(dir.p, private_one ? R_OK | W_OK | X_OK :
	    R_OK | X_OK) != 0)
		found(k, WRONG, what, "%s: %s.  It must belong to the user "
		    "that the web server runs Doorward as.", dir.p,
		    strerror(errno));
	else if (private_one && (st.st_mode & 022) != 0)
		found(k, WRONG, what, "%s can be written by others: "
		    "chmod 700 %s", dir.p, dir.p);
	else
		found(k, FINE, what, "%s", dir.p);
}

static void
check_templates(struct check *k, const struct config *cfg)
{
	struct str page;

	page = str_printf(k->t->process, "%s/login.html",
	    cfg->templates_dir.p);
	if (access(page.p, R_OK) != 0)
		found(k, WRONG, "templates", "%s: %s.  Set templates.dir to "
		    "the folder of the shipped templates.", page.p,
		    strerror(errno));
	else
		found(k, FINE, "templates", "%s", cfg->templates_dir.p);
	if (str_present(cfg->templates_site_dir))
		check_folder(k, "own templates", cfg->templates_site_dir,
		    false);
}

static void
check_log(struct check *k, const struct config *cfg)
{
	FILE *f;

	if (!str_present(cfg->log_file)) {
		found(k, NOTE, "log", "Goes to standard error, which the web "
		    "server keeps; what fails behind an answer, delivery for "
		    "one, leaves no line.  Set log.file for a log of its own.");
		return;
	}
	f = fopen(cfg->log_file.p, "ae");
	if (f == NULL) {
		found(k, WRONG, "log", "%s: %s.  Make its folder, writable "
		    "for the user that Doorward runs as.", cfg->log_file.p,
		    strerror(errno));
		return;
	}
	fclose(f);
	log_open(cfg->log_file.p, LOG_INFO);
	log_write(NULL, LOG_INFO, "check", "by doorwardctl check");
	if (log_error() != 0)
		found(k, WRONG, "log", "%s: %s.  Lines are being lost: make "
		    "room.", cfg->log_file.p, strerror(log_error()));
	else
		found(k, FINE, "log", "%s", cfg->log_file.p);
	log_open("/dev/null", LOG_ERROR);
}

/* Which forms count now, and which begin some day. */
static void
check_places(struct check *k, const struct config *cfg)
{
	const char *why;

	if (!str_present(cfg->geo_database))
		return;
	if (geo_check(cfg->geo_database.p, &why))
		found(k, FINE, "places", "%s", cfg->geo_database.p);
	else
		found(k, WRONG, "places", "geo.database, %s: %s",
		    cfg->geo_database.p, why);
}

static void
check_consents(struct check *k, const struct config *cfg)
{
	struct arena *a = k->t->process;
	struct consent_forms f = { .n = 0 };
	const struct consent_form *one;
	const char *error;
	bool later;

	if (!str_present(cfg->consent_file))
		return;
	if (!consent_forms_read(a, cfg->consent_file.p, &f, &error)) {
		found(k, WRONG, "consents", "%s", error);
		return;
	}
	found(k, FINE, "consents", "%s, %zu forms", cfg->consent_file.p,
	    f.n);
	for (one = f.forms; one < f.forms + f.n; one++) {
		later = one->start_s > k->t->ctx->now_s;
		if (later || consent_form_live(&f, one->event, one->custom,
		    k->t->ctx->now_s) == one)
			found(k, FINE, "consents", "%.*s %lld %s %.10s",
			    STR_FMT(one->event), (long long)one->version,
			    later ? "begins on" : "counts since",
			    clock_iso(a, one->start_s).p);
	}
}

/* ---- database ---- */

static const char *
database_mend(unsigned number)
{
	switch (number) {
	case 1044:
		return "The user may not use this database: grant it SELECT, "
		    "INSERT, UPDATE and DELETE there (and for migrations "
		    "CREATE, ALTER, INDEX and DROP).";
	case 1045:
		return "User or password is wrong: see database.user and "
		    "database.password.";
	case 1049:
		return "This database does not exist: make it, or see "
		    "database.name (hosts often put the account's name in "
		    "front).";
	case 2002:
	case 2003:
	case 2005:
		return "No server answers there: see database.hosts.";
	case 2006:
	case 2013:
		return "The connection broke: is that a MySQL or MariaDB "
		    "server, and is it well?  See database.hosts and the "
		    "server's own log.";
	case 1290:
		return "This server only reads: name the one that writes in "
		    "database.hosts.";
	case 2059:
		return "The server asks for an authentication plugin that "
		    "the client library cannot load: set "
		    "database.plugin_dir, or give the user the plugin "
		    "mysql_native_password.";
	case 1040:
	case 1203:
	case 1226:
		return "The server takes no more connections of this user: "
		    "run fewer processes, or ask the host for more.";
	case 1142:
		return "The user lacks a right on a table: grant it SELECT, "
		    "INSERT, UPDATE and DELETE.";
	default:
		return "";
	}
}

static bool
old_server(struct str version)
{
	long major, minor;
	char *rest;

	major = strtol(version.p, &rest, 10);
	if (rest == version.p || *rest != '.')
		return false;
	minor = strtol(rest + 1, NULL, 10);
	if (strstr(version.p, "MariaDB") != NULL)
		return major < 10 || (major == 10 && minor < 3);
	return major < 5 || (major == 5 && minor < 7);
}

static void
check_database(struct check *k)
{
	struct ctx *c = k->t->ctx;
	struct site_server s;
	enum err e;

	e = site_schema_check(c);
	if (e == ERR_UNAVAILABLE || e == ERR_INTERNAL) {
		found(k, WRONG, "database", "%u %s.  %s",
		    site_database_errno(c), site_database_error(c),
		    database_mend(site_database_errno(c)));
		return;
	}
	if (e != ERR_OK) {
		found(k, WRONG, "schema", "%s", c->err.note);
		return;
	}
	e = site_server(c, &s);
	if (e != ERR_OK) {
		found(k, WRONG, "database", "%s", c->err.note);
		return;
	}
	if (old_server(s.version))
		found(k, WRONG, "database", "%s is older than MySQL 5.7 and "
		    "MariaDB 10.3, which are needed.", s.version.p);
	else
		found(k, FINE, "database", "%s, schema up to date",
		    s.version.p);
	if (s.ahead_s > CLOCK_DRIFT_S || s.ahead_s < -CLOCK_DRIFT_S)
		found(k, NOTE, "clock", "The database's clock differs from "
		    "this machine's by %lld s: let both follow a time "
		    "server.", (long long)s.ahead_s);
}

static void
check_dictionary(struct check *k)
{
	struct ctx *c = k->t->ctx;
	int64_t entries;

	if (site_dictionary(c, &entries) != ERR_OK)
		found(k, NOTE, "dictionary", "%s: no password is refused by "
		    "it.  See password.dictionary_file.", c->err.note);
	else if (entries > 0)
		found(k, FINE, "dictionary", "%lld passwords and words",
		    (long long)entries);
}

static void
check_breaches(struct check *k)
{
	struct ctx *c = k->t->ctx;
	int64_t bytes;

	if (site_breach_file(c, &bytes) != ERR_OK)
		found(k, WRONG, "breaches", "%s: no password is found in it.  "
		    "See password.breach_file.", c->err.note);
	else if (bytes > 0)
		found(k, FINE, "breaches", "%lld MB of SHA-1 sums",
		    (long long)(bytes + 999999) / 1000000);
}

/* S-006: they go as their owners sign in. */
static void
check_passwords(struct check *k)
{
	int64_t n = 0;

	found(k, FINE, "passwords", "argon2id by %s", site_hash_engine());
	if (k->wrong == 0 && site_foreign_hashes(k->t->ctx, &n) == ERR_OK &&
	    n > 0)
		found(k, NOTE, "passwords", "%lld passwords are kept as "
		    "another system hashed them, each until its owner signs "
		    "in.", (long long)n);
}

/* Is there a key that signs, and do the master secrets open it? */
static void
check_signing(struct check *k)
{
	struct ctx *c = k->t->ctx;
	struct jwt_key key;
	enum err e;

	if (k->wrong > 0 || !c->config->jwt_enabled)
		return;
	e = signing_key_use(c, 0, &key);
	if (e != ERR_OK)
		found(k, WRONG, "signing keys", "%s", c->err.note != NULL ?
		    c->err.note : "They cannot be read.");
	else
		found(k, FINE, "signing keys", "%s signs", key.kid.p);
}

/* With all statements prepared: a table or right that is missing shows. */
static void
check_site(struct check *k)
{
	struct ctx *c = k->t->ctx;
	enum err e;

	e = site_open(c, k->t->process, false);
	if (e != ERR_OK) {
		found(k, WRONG, str_starts(str_of(c->err.note),
		    STR("registration.")) ? "schema" : "state", "%s",
		    c->err.note);
		return;
	}
	check_dictionary(k);
	check_breaches(k);
	check_database(k);
	if (k->wrong > 0)
		return;
	site_close(c);
	e = site_open(c, k->t->process, true);
	if (e == ERR_OK)
		e = site_schema_check(c);
	if (e != ERR_OK)
		found(k, WRONG, "rights", "%u %s.  %s",
		    site_database_errno(c), site_database_error(c),
		    database_mend(site_database_errno(c)));
	check_passwords(k);
	check_signing(k);
}

/* ---- mail ---- */

static void
check_smtp(struct check *k, const struct config *cfg)
{
	static const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	static const struct timeval limit = { .tv_sec = 5 };
	struct addrinfo *list = NULL, *a;
	struct str port;
	int fd, failed = EHOSTUNREACH;

	port = str_printf(k->t->process, "%d", (int)cfg->mail_port);
	if (getaddrinfo(cfg->mail_host.p, port.p, &want, &list) != 0) {
		found(k, WRONG, "mail", "The name %s cannot be resolved: see "
		    "mail.host.", cfg->mail_host.p);
		return;
	}
	for (a = list; a != NULL && failed != 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		    sizeof(limit));
		failed = connect(fd, a->ai_addr, a->ai_addrlen) == 0 ? 0 :
		    errno;
		close(fd);
	}
	freeaddrinfo(list);
	if (failed != 0)
		found(k, WRONG, "mail", "%s port %s: %s.  Hosts often block "
		    "outgoing SMTP: mail.transport = sendmail works there.",
		    cfg->mail_host.p, port.p, strerror(failed));
	else
		found(k, FINE, "mail", "%s port %s takes connections",
		    cfg->mail_host.p, port.p);
}

static void
check_mail(struct check *k, const struct config *cfg, const char *to)
{
	const char *program = cfg->mail_sendmail.p;

	if (str_eq(cfg->mail_transport, STR("file"))) {
		check_folder(k, "mail", cfg->mail_dir, false);
	} else if (str_eq(cfg->mail_transport, STR("smtp"))) {
		check_smtp(k, cfg);
	} else {
		if (!str_present(cfg->mail_sendmail))
			program = access("/usr/sbin/sendmail", X_OK) == 0 ?
			    "/usr/sbin/sendmail" : "/usr/lib/sendmail";
		if (access(program, X_OK) != 0)
			found(k, WRONG, "mail", "%s: %s.  Set mail.sendmail, "
			    "or mail.transport = smtp.", program,
			    strerror(errno));
		else
			found(k, FINE, "mail", "by %s", program);
	}
	if (to == NULL)
		return;
	if (site_mail_probe(k->t->ctx, str_of(to)) != ERR_OK)
		found(k, WRONG, "test mail", "%s", k->t->ctx->err.note);
	else
		found(k, FINE, "test mail", "was handed over for %s", to);
}

static void
check_sms(struct check *k, const struct config *cfg)
{
	struct str how = cfg->sms_provider;

	if (str_eq(how, STR("off"))) {
		if (cfg->login_phone)
			found(k, WRONG, "text messages", "login.phone needs "
			    "them for its codes.  Set sms.provider.");
	} else if (str_eq(how, STR("file"))) {
		check_folder(k, "text messages", cfg->sms_dir, false);
	} else if (str_eq(how, STR("http")) &&
	    !site_sms_body_valid(k->t->ctx)) {
		found(k, WRONG, "text messages", "sms.body is no JSON once "
		    "it is filled.  Put quotes around {{to}} and {{text}}.");
	} else {
		found(k, FINE, "text messages", "by %s", how.p);
	}
}

/* ---- web ---- */

static void
check_web(struct check *k, const struct config *cfg)
{
	int64_t status = 0, code = 0;

	if (site_web_probe(k->t->ctx, &status, &code) != ERR_OK) {
		found(k, WRONG, "web", "%s does not answer: %s.  Start the "
		    "web server, or see site.url.", cfg->site_url.p,
		    k->t->ctx->err.note);
		return;
	}
	if (code == 905)
		found(k, FINE, "web", "%s leads here, and the Authorization "
		    "header arrives", cfg->site_url.p);
	else if (code == 1060)
		found(k, WRONG, "web", "The web server keeps the "
		    "Authorization header back.  For Apache put this line "
		    "into the configuration or .htaccess: SetEnvIf "
		    "Authorization \"(.+)\" HTTP_AUTHORIZATION=$1");
	else if (code == 901)
		found(k, WRONG, "web", "%s is served with another "
		    "configuration: its API key is not this one.",
		    cfg->site_url.p);
	else if (code == 503 || code == 950)
		found(k, WRONG, "web", "Doorward runs there but cannot work: "
		    "see its log, and run this check as the user that the "
		    "web server runs it as.");
	else
		found(k, WRONG, "web", "%s answers %lld, and not by "
		    "Doorward: compare the server's configuration with "
		    "docs/servers/.", cfg->site_url.p, (long long)status);
}

static void
check_all(struct check *k, const struct config *cfg, bool web,
    const char *mail)
{
	check_folder(k, "state", cfg->state_dir, true);
	check_log(k, cfg);
	check_templates(k, cfg);
	check_consents(k, cfg);
	check_places(k, cfg);
	if (k->wrong == 0)
		check_site(k);
	if (k->wrong == 0)
		check_guard(k, cfg);
	check_mail(k, cfg, mail);
	check_sms(k, cfg);
	if (web) {
		check_web(k, cfg);
		check_guard_web(k, cfg);
	}
	if (!cfg->site_https)
		found(k, NOTE, "https", "site.url is plain http: good for "
		    "trying out on this machine, not for visitors.");
}

int
ctl_check(struct ctl *t)
{
	struct check k = { .t = t };
	const char *mail = NULL;
	struct config *cfg;
	bool no_web = false;

	if (!ctl_options(t, (const struct ctl_option[]){
	    { "--no-web", NULL, &no_web }, { "--mail", &mail, NULL } }, 2,
	    NULL, 0, NULL))
		return ctl_usage(t);
	k.all = json_new_array(t->process);
	cfg = check_config(&k);
	if (cfg != NULL) {
		log_open("/dev/null", LOG_ERROR);
		ctx_init(t->ctx, t->process, cfg);
		check_all(&k, cfg, !no_web, mail);
	}
	if (t->json)
		ctl_json(t, k.all);
	else if (k.wrong > 0)
		printf("\n%d to mend.\n", k.wrong);
	return k.wrong == 0 ? CTL_OK : CTL_FAILED;
}
