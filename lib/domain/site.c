#include "site.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account.h"
#include "audit.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "base/log.h"
#include "breach.h"
#include "codec/json.h"
#include "codec/text.h"
#include "codec/url.h"
#include "crypto/keys.h"
#include "crypto/pwhash.h"
#include "crypto/sott.h"
#include "dictionary.h"
#include "net/mail.h"
#include "net/sms.h"
#include "net/probe.h"
#include "password_rules.h"
#include "schema.h"
#include "store/store_migrate.h"
#include "store/store_password.h"
#include "store/store_site.h"

/* The newest schema that this program knows; tests/guard compares it with
 * the files. */
#define SCHEMA_NEWEST	4
#define FILE_MAX	(256 * 1024)
#define DEAD_KEEP_S	(30 * 86400)
#define BATCH		500

enum err
site_rules(struct ctx *c, struct arena *process)
{
	struct password_policy policy;
	enum err e;

	e = password_policy_read(c, &policy);
	return e != ERR_OK ? e : schema_open(c, process);
}

enum err
site_open(struct ctx *c, struct arena *process, bool prepare_all)
{
	enum err e;

	e = site_rules(c, process);
	if (e != ERR_OK)
		return e;
	c->db = store_open(process, c->config, prepare_all);
	c->keys = keys_new(process, c->config);
	if (pwhash_init(c->config) == ERR_OK)
		return ERR_OK;
	return err_set(c, ERR_CONFIG, NULL, "state.dir, %s, must be a folder "
	    "of the user that runs this, mode 700; or the engine of "
	    "password.engine cannot be loaded", c->config->state_dir.p);
}

void
site_idle(struct ctx *c)
{
	store_idle(c);
}

void
site_forget(struct ctx *c)
{
	store_forget(c);
}

void
site_close(struct ctx *c)
{
	store_close(c);
}

const char *
site_database_error(const struct ctx *c)
{
	return store_last_error(c);
}

unsigned
site_database_errno(const struct ctx *c)
{
	return store_last_errno(c);
}

enum err
site_sott(struct ctx *c, int64_t minutes, bool legacy, struct str *sott_out,
    int64_t *end_s_out)
{
	static const struct uid nobody;

	*sott_out = legacy ?
	    sott_make_legacy(c, c->now_s, minutes, end_s_out) :
	    sott_make(c, c->now_s, minutes, end_s_out);
	return audit_add(c, "sott_issued", nobody, NULL);
}

size_t
site_key_numbers(struct ctx *c, uint32_t out[1 + KEYS_EARLIER_MAX])
{
	return keys_numbers(keys_new(c->arena, c->config), out);
}

enum err
site_keys_rotated(struct ctx *c, uint32_t number)
{
	static const struct uid nobody;

	return audit_add(c, "keys_rotated", nobody, str_printf(c->arena,
	    "%08x", number).p);
}

enum err
site_hash_once(struct ctx *c)
{
	return pwhash_dummy(c, STR("a password of usual length"));
}

const char *
site_hash_engine(void)
{
	return pwhash_engine();
}

enum err
site_foreign_hashes(struct ctx *c, int64_t *out)
{
	return store_password_foreign(c, out);
}

enum err
site_dictionary(struct ctx *c, int64_t *entries_out)
{
	*entries_out = 0;
	return c->config->password_dictionary ?
	    dictionary_check(c, entries_out) : ERR_OK;
}

bool
site_sms_body_valid(struct ctx *c)
{
	return sms_body_valid(c);
}

enum err
site_breach_file(struct ctx *c, int64_t *bytes_out)
{
	return breach_file_check(c, bytes_out);
}

enum err
site_mail_probe(struct ctx *c, struct str to)
{
	struct mail m = {
		.from_address = c->config->mail_sender,
		.from_name = c->config->mail_sender_name,
		.to_address = to,
		.subject = STR("Test message"),
		.text = STR("This message shows that mail leaves this site.\n"),
		.date_s = c->now_s
	};
	struct str text;
	bool permanent;
	enum err e;

	m.message_id = str_printf(c->arena, "%s@doorward", c->request_id);
	e = mail_compose(c, &m, &text);
	if (e == ERR_OK)
		e = mail_send(c, m.from_address, to, text, &permanent);
	return e;
}

enum err
site_web_probe(struct ctx *c, int64_t *status_out, int64_t *code_out)
{
	enum json_fault fault;
	struct str url, body;
	struct json *j;
	enum err e;

	url = url_site(c->arena, c->config,
	    "/identity/v2/auth/access_token/validate");
	e = probe_get(c, url, (const struct str[]){
	    str_printf(c->arena, "X-Doorward-ApiKey: %s",
	    c->config->api_key.p), STR("Authorization: Bearer "
	    "00000000-0000-4000-8000-000000000000") }, 2, status_out, &body);
	if (e != ERR_OK)
		return e;
	j = json_parse(c->arena, body, &fault);
	*code_out = j != NULL && json_type(j) == JSON_OBJECT ?
	    json_int(json_get(j, "ErrorCode")) : 0;
	return ERR_OK;
}

enum err
site_path_probe(struct ctx *c, struct str path, int64_t *status_out)
{
	struct str body, rest = str_sub(path, 1, SIZE_MAX), one;
	struct buf b;

	buf_init(&b, c->arena, LIMIT_URL);
	buf_str(&b, c->config->site_origin);
	while (str_split(&rest, '/', &one)) {
		buf_char(&b, '/');
		buf_str(&b, percent_encode(c->arena, one));
	}
	if (!buf_ok(&b))
		return err_set(c, ERR_TOO_LONG, NULL, "path of a rule");
	return probe_get(c, buf_view(&b), NULL, 0, status_out, &body);
}

/* ---- migrations ---- */

static enum err
read_file(struct ctx *c, const char *path, struct str *out)
{
	struct buf b;

	buf_init(&b, c->arena, FILE_MAX);
	if (!buf_add_file(&b, path))
		return err_set(c, ERR_CONFIG, NULL, "%s: %s", path,
		    strerror(errno));
	if (!buf_ok(&b))
		return err_set(c, ERR_CONFIG, NULL, "%s is too long", path);
	*out = buf_view(&b);
	return ERR_OK;
}

/* The path of schema/NNNN_*.sql; absent when there is none. */
static struct str
schema_file(struct ctx *c, const char *dir, int64_t number)
{
	struct str name = STR_NONE, prefix;
	struct dirent *d;
	DIR *at;

	prefix = str_printf(c->arena, "%04lld_", (long long)number);
	at = opendir(dir);
	if (at == NULL)
		return name;
	while ((d = readdir(at)) != NULL)
		if (str_starts(str_of(d->d_name), prefix) &&
		    str_ends(str_of(d->d_name), STR(".sql")))
			name = str_printf(c->arena, "%s/%s", dir, d->d_name);
	closedir(at);
	return name;
}

static enum err
apply(struct ctx *c, const char *dir, int64_t number)
{
	struct str path, text;
	enum err e;

	path = schema_file(c, dir, number);
	if (!str_present(path))
		return err_set(c, ERR_CONFIG, NULL,
		    "no file %04lld_*.sql in %s", (long long)number, dir);
	e = read_file(c, path.p, &text);
	if (e == ERR_OK)
		e = store_migrate_text(c, text);
	if (e == ERR_OK)
		e = store_schema_add(c, number);
	return e;
}

static enum err
apply_missing(struct ctx *c, const char *dir, int64_t *from_out,
    int64_t *to_out)
{
	int64_t at;
	enum err e;

	e = store_schema_version(c, &at);
	if (e != ERR_OK)
		return e;
	*from_out = *to_out = at;
	if (at > SCHEMA_NEWEST)
		return err_set(c, ERR_CONFIG, NULL, "the schema is number "
		    "%lld, newer than this program's %d", (long long)at,
		    SCHEMA_NEWEST);
	for (; at < SCHEMA_NEWEST; at++) {
		e = apply(c, dir, at + 1);
		if (e != ERR_OK)
			return e;
		*to_out = at + 1;
	}
	return ERR_OK;
}

/*
 * The lock spares two migrators each other's company; what makes them right
 * is that each statement may run twice.
 */
enum err
site_migrate(struct ctx *c, const char *schema_dir, int64_t *from_out,
    int64_t *to_out)
{
	struct str lock;
	bool locked = false;
	enum err e, unlock;

	/* Nothing to do needs no right to do it. */
	if (store_schema_version(c, to_out) == ERR_OK &&
	    *to_out == SCHEMA_NEWEST) {
		*from_out = *to_out;
		return ERR_OK;
	}
	e = store_migrate_prepare(c);
	if (e != ERR_OK)
		return e;
	lock = str_printf(c->arena, "%smigrate",
	    c->config->database_prefix.p);
	e = store_server_lock(c, lock, &locked);
	if (e != ERR_OK)
		return e;
	e = apply_missing(c, schema_dir, from_out, to_out);
	if (!locked)
		return e;
	unlock = store_server_unlock(c, lock);
	return e != ERR_OK ? e : unlock;
}

enum err
site_schema_check(struct ctx *c)
{
	int64_t at;
	enum err e;

	e = store_schema_version(c, &at);
	if (e == ERR_INTERNAL)		/* the table is not there */
		return err_set(c, ERR_CONFIG, NULL, "the database has no "
		    "schema yet: run doorwardctl migrate");
	if (e != ERR_OK)
		return e;
	if (at < SCHEMA_NEWEST)
		return err_set(c, ERR_CONFIG, NULL, "the schema is number "
		    "%lld, this program needs %d: run doorwardctl migrate",
		    (long long)at, SCHEMA_NEWEST);
	if (at > SCHEMA_NEWEST)
		return err_set(c, ERR_CONFIG, NULL, "the schema is number "
		    "%lld, newer than this program's %d: install the newer "
		    "program", (long long)at, SCHEMA_NEWEST);
	return ERR_OK;
}

enum err
site_server(struct ctx *c, struct site_server *out)
{
	struct store_server s;
	enum err e;

	e = store_server_facts(c, &s);
	if (e == ERR_OK)
		*out = (struct site_server){ s.version,
		    s.now_s - clock_now_s() };
	return e;
}

/* ---- clean-up ---- */

/* The file was written when the last one was done: was that long ago? */
static bool
is_due(int fd, int64_t every_s)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	return fstat(fd, &st) != 0 || st.st_size == 0 ||
	    now.tv_sec - st.st_mtim.tv_sec >= every_s ||
	    now.tv_sec < st.st_mtim.tv_sec;
}

static int
sweeper_lock(struct ctx *c, int64_t every_s)
{
	struct str path;
	int fd;

	path = str_printf(c->arena, "%s/clean.lock",
	    c->config->state_dir.p);
	fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 ||
	    !is_due(fd, every_s))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Rows stay a day past their end, so that late answers can say why. */
static int64_t
keep_until(const struct ctx *c, enum store_clean what)
{
	if (what == CLEAN_AUDIT)
		return c->now_s - c->config->audit_keep_days * 86400;
	if (what == CLEAN_OUTBOX)
		return c->now_s - DEAD_KEEP_S;
	if (what == CLEAN_PENDING)
		return c->now_s -
		    c->config->registration_unverified_ttl_days * 86400;
	if (what == CLEAN_SESSION || what == CLEAN_TICKET ||
	    what == CLEAN_REFRESH || what == CLEAN_PIN_SESSION ||
	    what == CLEAN_DEVICE || what == CLEAN_SIGNING_KEY)
		return c->now_s - 86400;
	return c->now_s;
}

static enum err
clean_kind(struct ctx *c, enum store_clean what, int64_t end_ms,
    int64_t *removed_out)
{
	int64_t n = BATCH;
	enum err e = ERR_OK;

	while (e == ERR_OK && n == BATCH && clock_mono_ms() < end_ms) {
		e = store_clean(c, what, keep_until(c, what), &n);
		if (e == ERR_OK)
			*removed_out += n;
	}
	return e;
}

static enum err
clean_all(struct ctx *c, int64_t end_ms, int64_t *removed_out)
{
	int64_t n = BATCH;
	enum err e = ERR_OK;
	int what;

	for (what = 0; what < CLEAN_KINDS && e == ERR_OK; what++)
		e = clean_kind(c, (enum store_clean)what, end_ms,
		    removed_out);
	n = BATCH;
	while (e == ERR_OK && n == BATCH && clock_mono_ms() < end_ms) {
		e = account_sweep_unverified(c, &n);
		if (e == ERR_OK)
			*removed_out += n;
	}
	return e;
}

enum err
site_clean(struct ctx *c, int64_t every_s, int64_t budget_ms,
    int64_t *removed_out)
{
	int64_t end_ms = clock_mono_ms() + budget_ms;
	enum err e;
	int fd;

	fd = sweeper_lock(c, every_s);
	if (fd < 0)
		return ERR_OK;		/* another one is or was at it */
	e = clean_all(c, end_ms, removed_out);
	/* Whoever did not come to the end is followed soon. */
	if (e == ERR_OK && clock_mono_ms() < end_ms &&
	    pwrite(fd, "\n", 1, 0) != 1)
		log_write(c, LOG_WARN, "clean", "clean.lock: %s",
		    strerror(errno));
	close(fd);
	/* In the way of others: what is left goes at the next round. */
	if (e == ERR_RETRY) {
		log_write(c, LOG_INFO, "clean", "gave way to other work");
		e = ERR_OK;
	}
	return e;
}
