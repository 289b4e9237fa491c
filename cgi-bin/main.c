/*
 * The web program: FastCGI or plain CGI.  argv is never read: Apache makes
 * arguments of a query string without '=' (RFC 3875 §4.4).
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "afterwork.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/site.h"
#include "transport.h"
#include "web.h"

#define WAKE_MS		30000	/* to see whether the server is still there */
#define LOOK_EVERY	64	/* requests between looks at our own size */

struct program {
	struct arena *process, *request;
	struct transport *transport;
	struct config *config;
	struct stat config_at;	/* the file as it was read */
	struct ctx site;	/* db and keys, for every request */
};

/* No core file and no tracer ever sees a visitor's secrets (S-134). */
static void
keep_private(void)
{
	struct rlimit none = { 0, 0 };

	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_IGN);	/* a file that is too large: an error */
#ifndef __SANITIZE_ADDRESS__
	prctl(PR_SET_DUMPABLE, 0);
#endif
	/* Libraries free what they read a password into: overwrite it. */
	mallopt(M_PERTURB, 0xa5);
}

/*
 * Nobody can read standard error on many hosts, but there must be a complete
 * answer, and it must not tell strangers about the set-up.
 */
static int
give_up(struct program *p, const char *why)
{
	static const char answer[] =
	    "Status: 503 Service Unavailable\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\n"
	    "Retry-After: 60\r\n"
	    "\r\n"
	    "{\"Description\":\"The service is not set up; its owner finds "
	    "the reason with doorwardctl check.\",\"ErrorCode\":503,"
	    "\"Message\":\"Not set up\",\"IsProviderError\":false,"
	    "\"ProviderErrorResponse\":null}";

	fprintf(stderr, "doorward: %s\n", why);
	if (transport_kind(p->transport) == TRANSPORT_CGI)
		transport_write(p->transport, STR(answer));
	return 1;
}

static enum log_level
level_of(struct str s)
{
	static const char *const names[] = { "debug", "info", "notice",
		"warn", "error" };
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		if (str_eq(s, str_of(names[i])))
			return (enum log_level)i;
	return LOG_INFO;
}

static const char *
configure(struct program *p)
{
	const char *file, *why;
	struct config *cfg;

	file = config_find(p->process, NULL);
	if (file == NULL)
		return "no configuration: DOORWARD_CONFIG is not set, and "
		    "there is no etc/doorward.conf beside the program's "
		    "folder or in the user's home";
	if (stat(file, &p->config_at) != 0)
		return strerror(errno);
	if (!config_read(p->process, file, &p->config, &why))
		return why;
	cfg = p->config;
	log_open(cfg->log_file.p, level_of(cfg->log_level));
	if (str_present(cfg->test_clock_file))
		clock_set_shift_file(cfg->test_clock_file.p);
	ctx_init(&p->site, p->process, cfg);
	if (site_open(&p->site, p->process, transport_kind(p->transport) ==
	    TRANSPORT_FASTCGI) != ERR_OK)
		return p->site.err.note != NULL ? p->site.err.note :
		    "cannot open the site";
	return NULL;
}

/* A filter is asked for: whoever does gets a no. */
static void
refuse_role(struct program *p)
{
	log_write(NULL, LOG_ERROR, "role", "the web server asked for a "
	    "FastCGI role that is neither responder nor authorizer");
	transport_write(p->transport, STR("Status: 403 Forbidden\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\n\r\nForbidden\n"));
	transport_finish(p->transport, true);
}

static void
serve(struct program *p)
{
	struct ctx c;
	bool unread;

	if (transport_role(p->transport) == ROLE_OTHER) {
		refuse_role(p);
		return;
	}
	ctx_init(&c, p->request, p->config);
	c.db = p->site.db;
	c.keys = p->site.keys;
	c.schema = p->site.schema;
	unread = web_serve(&c, p->transport);
	transport_finish(p->transport, unread);
	afterwork(&c);
	arena_reset(p->request);
	secret_wipe_stack();
}

static long
resident_kib(void)
{
	char text[128];
	const char *second;
	FILE *f;

	f = fopen("/proc/self/statm", "re");
	if (f == NULL)
		return 0;
	second = fgets(text, sizeof(text), f) != NULL ? strchr(text, ' ') :
	    NULL;
	fclose(f);
	return second == NULL ? 0 :
	    strtol(second, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool
worn_out(const struct program *p, int64_t served, long *start_kib)
{
	long now;

	if (served >= p->config->limits_requests_per_process)
		return true;
	if (served % LOOK_EVERY != 0)
		return false;
	now = resident_kib();
	if (*start_kib == 0)
		*start_kib = now;	/* the first requests fill caches */
	return now - *start_kib > LIMIT_GROWTH_KIB;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * Looked at before each request is taken, so that none is judged by keys that
 * were replaced before it was made.  What cannot be used changes nothing.
 */
static bool
has_new_config(struct program *p)
{
	struct config *cfg = NULL;
	struct stat now;
	const char *why;
	struct ctx c;
	bool ok;

	if (transport_kind(p->transport) != TRANSPORT_FASTCGI ||
	    stat(p->config->file.p, &now) != 0 ||
	    same_file(&now, &p->config_at))
		return false;
	p->config_at = now;
	ok = config_read(p->request, p->config->file.p, &cfg, &why);
	ctx_init(&c, p->request, cfg);
	if (ok && site_rules(&c, p->request) != ERR_OK) {
		why = c.err.note;
		ok = false;
	}
	log_write(NULL, ok ? LOG_INFO : LOG_ERROR, "config", "%s", ok ?
	    "the configuration changed: starting anew with it" : why);
	arena_reset(p->request);
	return ok;
}

enum end { END, RENEW };

static enum end
loop(struct program *p)
{
	int64_t idle_ms = p->config->database_idle_close_s * 1000;
	int wait_ms = (int)(idle_ms < WAKE_MS ? idle_ms : WAKE_MS);
	enum transport_event event;
	int64_t served = 0;
	long start_kib = 0;

	for (;;) {
		event = transport_wait(p->transport, wait_ms);
		if (event == TRANSPORT_READY && has_new_config(p))
			return RENEW;
		if (event == TRANSPORT_READY)
			event = transport_accept(p->transport);
		if (event == TRANSPORT_STOP)
			return END;
		if (event == TRANSPORT_IDLE) {
			site_idle(&p->site);
			continue;
		}
		serve(p);
		if (worn_out(p, ++served, &start_kib))
			return RENEW;
	}
}

/*
 * A worn process, or one whose configuration changed, starts itself anew on
 * the same socket: whoever waits there is served, and no manager is needed
 * (spawn-fcgi has left long ago).  Should that fail, it ends.
 */
static void
start_anew(void)
{
	char *name = (char *)(uintptr_t)getauxval(AT_EXECFN);
	char *argv[] = { name, NULL };

	execve(name, argv, environ);
	log_write(NULL, LOG_ERROR, "renew", "%s: %s", name, strerror(errno));
}

static int
run(struct program *p, enum end *end)
{
	const char *why;

	p->transport = transport_open(p->process);
	if (p->transport == NULL) {
		fputs("doorward.fcgi is started by a web server, as FastCGI "
		    "or CGI program.\nFor the command line there is "
		    "doorwardctl.\n", stderr);
		return 2;
	}
	why = configure(p);
	if (why != NULL)
		return give_up(p, why);
	*end = loop(p);
	transport_let_go(p->transport);
	if (*end == END)
		transport_close(p->transport);
	return 0;
}

int
main(void)
{
	struct program p = { .process = NULL };
	enum end end = END;
	int code;

	keep_private();
	p.process = arena_new();
	p.request = arena_new();
	code = run(&p, &end);
	/* Freed is wiped: secrets end here however it went. */
	if (p.site.db != NULL)
		site_close(&p.site);
	arena_free(p.request);
	arena_free(p.process);
	if (end == RENEW)
		start_anew();
	return code;
}
