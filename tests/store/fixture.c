#include "fixture.h"

#include <mysql.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "codec/json.h"
#include "crypto/keys.h"
#include "crypto/pwhash.h"
#include "domain/account_create.h"
#include "domain/account_summary.h"
#include "domain/login.h"
#include "domain/profile.h"
#include "domain/site.h"
#include "store/store_tx.h"

struct ctx *fx;
struct config *fx_config;

static struct arena *process, *request;
static struct config as_made;
static struct ctx opened;
static MYSQL *my;
static char folder[] = "/tmp/doorward-store-XXXXXX";
static char database[64];
static char clock_file[64];
static int64_t shift_ms;

static const char *
socket_path(void)
{
	return getenv("DOORWARD_TEST_SOCKET");
}

bool
fixture_absent(void)
{
	if (socket_path() != NULL)
		return false;
	puts("no DOORWARD_TEST_SOCKET: skipped");
	return true;
}

static const char *
source_dir(void)
{
	const char *s = getenv("top_srcdir");

	return s != NULL ? s : ".";
}

/* A private server knows whom the kernel says that we are. */
static const char *
user_name(void)
{
	const struct passwd *p = getpwuid(geteuid());

	assert_non_null(p);
	return p->pw_name;
}

static MYSQL *
connect_root(void)
{
	MYSQL *m = mysql_init(NULL);

	if (mysql_real_connect(m, "localhost", user_name(), NULL, NULL, 0,
	    socket_path(), 0) == NULL)
		fail_msg("%s", mysql_error(m));
	return m;
}

static void
query(const char *text)
{
	if (mysql_query(my, text) != 0)
		fail_msg("%s: %s", mysql_error(my), text);
}

static const char *
format(const char *fmt, va_list ap)
{
	static char text[4096];
	int n = vsnprintf(text, sizeof(text), fmt, ap);

	assert_in_range(n, 0, (int)sizeof(text) - 1);
	return text;
}

/* As every change of these rows does. */
void
fx_sql(const char *fmt, ...)
{
	const char *text;
	va_list ap;
	bool forget;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	forget = strncmp(text, "DROP ", 5) != 0 &&
	    (strstr(text, "dw_identifier") != NULL ||
	    strstr(text, "dw_password") != NULL);
	query(text);
	if (forget)
		query("UPDATE dw_account SET summary = NULL");
}

int64_t
fx_number(const char *fmt, ...)
{
	MYSQL_RES *result;
	MYSQL_ROW row;
	int64_t n;
	va_list ap;

	va_start(ap, fmt);
	query(format(fmt, ap));
	va_end(ap);
	result = mysql_store_result(my);
	assert_non_null(result);
	row = mysql_fetch_row(result);
	if (row == NULL || row[0] == NULL)
		fail_msg("no number: %s", fmt);
	n = strtoll(row[0], NULL, 10);
	mysql_free_result(result);
	return n;
}

static void
write_clock(void)
{
	FILE *f = fopen(clock_file, "w");

	assert_non_null(f);
	fprintf(f, "%lld.%03lld\n", (long long)shift_ms / 1000,
	    (long long)shift_ms % 1000);
	assert_int_equal(fclose(f), 0);
}

/* Whoever asks more often than ten times a second sees old facts: at first
 * those of the test before. */
bool
fx_somebody_waits(void)
{
	int tries = 100;

	do
		clock_sleep_ms(120);
	while (fx_number("SELECT COUNT(*) FROM information_schema.innodb_trx"
	    " WHERE trx_state = 'LOCK WAIT'") == 0 && --tries > 0);
	return tries > 0;
}

/* Everything looks at one clock, so this sets it for all: to a second's
 * beginning, so that what follows is done within it. */
static void
set_clock(int64_t to_s)
{
	shift_ms += to_s * 1000 - clock_now_ms();
	write_clock();
}

static struct config *
make_config(void)
{
	struct config *cfg = NULL;
	const char *error = NULL;
	struct str text;

	text = str_printf(process,
	    "[site]\nurl = http://localhost:8080\nname = Harbour\n"
	    "[api]\nkey = " UNIT_KEY "\nsecret = " UNIT_SECRET "\n"
	    "[keys]\nmaster = " UNIT_MASTER "\n"
	    "[database]\nhosts = %s\nname = %s\nuser = %s\n"
	    "[state]\ndir = %s\n"
	    "[password]\nargon2_memory_kib = 64\nargon2_passes = 1\n"
	    "dictionary_file = %s/lib/domain/dictionary.bloom\n"
	    "[login]\nusername = yes\n"
	    "[mail]\nsender = noreply@example.com\ntransport = file\n"
	    "dir = %s\ngap_s = 0\nper_hour = 1000\nper_day = 1000\n"
	    "per_hour_source = 1000\n"
	    "[sms]\nprovider = file\ndir = %s/sms\ngap_s = 0\n"
	    "per_hour = 1000\nper_day = 1000\nper_hour_source = 1000\n"
	    "site_per_day = 10000\n"
	    "[templates]\ndir = %s/templates\n"
	    "[registration]\ncustom_fields = plan shirt\n"
	    "[test]\nfault_file = %s/fault\n",
	    socket_path(), database, user_name(), folder, source_dir(),
	    folder, folder, source_dir(), folder);
	if (!config_parse(process, text, "test.conf", &cfg, &error))
		fail_msg("%s", error);
	return cfg;
}

int
fixture_open(void **state)
{
	int64_t from, to;
	enum err e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(clock_file, sizeof(clock_file), "%s/clock", folder);
	write_clock();
	clock_set_shift_file(clock_file);
	process = arena_new();
	my = connect_root();
	snprintf(database, sizeof(database), "doorward_store_%d",
	    (int)getpid());
	fx_sql("CREATE DATABASE %s", database);
	fx_sql("USE %s", database);
	fx_config = make_config();
	as_made = *fx_config;
	request = arena_new();
	ctx_init(&opened, request, fx_config);
	if (site_open(&opened, process, false) != ERR_OK)
		fail_msg("%s", opened.err.note);
	e = site_migrate(&opened, str_printf(process, "%s/schema",
	    source_dir()).p, &from, &to);
	if (e != ERR_OK)
		fail_msg("%s: %s", err_name(e), site_database_error(&opened));
	site_close(&opened);	/* every statement is prepared from here on */
	return site_open(&opened, process, true) == ERR_OK ? 0 : -1;
}

int
fixture_close(void **state)
{
	(void)state;
	site_close(&opened);
	unlink(str_printf(process, "%s/hash.slots", folder).p);
	unlink(str_printf(process, "%s/clock", folder).p);
	unlink(str_printf(process, "%s/clean.lock", folder).p);
	unlink(fx_config->test_fault_file.p);
	rmdir(folder);
	fx_sql("DROP DATABASE %s", database);
	mysql_close(my);
	mysql_library_end();
	arena_free(request);
	arena_free(process);
	return 0;
}

void
fx_next(void)
{
	static struct ctx c;

	ctx_init(&c, request, fx_config);
	c.db = opened.db;
	c.keys = opened.keys;
	c.client.address = c.client.network = STR("192.0.2.7");
	fx = &c;
}

void
fx_pass(int64_t seconds)
{
	set_clock(fx->now_s + seconds);
	fx_next();
}

int
fixture_begin(void **state)
{
	static const char *const tables[] = { "account", "identifier",
		"password", "password_history", "session", "refresh_token",
		"ticket", "failure", "meter", "outbox", "audit", "mark",
		"tombstone", "signing_key", "pending_identifier",
		"held_identifier", "pin",
		"pin_session", "security_answer", "privacy_acceptance",
		"consent_log", "custom_object", "import", "device_login" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(tables); i++)
		fx_sql("DELETE FROM dw_%s", tables[i]);
	*fx_config = as_made;
	shift_ms = 0;
	write_clock();
	set_clock(clock_now_s() + 1);
	fx_next();
	return 0;
}

static void
assert_summary(const char *hex, struct str summary)
{
	struct store_account told = { .summary = summary }, a;
	struct store_identifier_of *says, *list;
	int64_t now_s = fx->now_s;
	size_t n_says, n, i;
	struct uid uid;

	assert_true(uid_parse(str_of(hex), &uid));
	fx->now_s = strtoll(summary.p + 1, NULL, 10);	/* when it was made */
	assert_true(account_summary_read(fx, &told, &says, &n_says));
	assert_int_equal(store_account_by_uid(fx, uid, &a), ERR_OK);
	assert_int_equal(store_account_identifiers(fx, uid, &list, &n),
	    ERR_OK);
	fx->now_s = now_s;
	assert_int_equal(told.password_changed_s, a.password_changed_s);
	assert_int_equal(told.secure, a.secure);
	assert_int_equal(told.breached_s, a.breached_s);
	assert_int_equal(n_says, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(says[i].kind, list[i].kind);
		assert_int_equal(says[i].position, list[i].position);
		assert_int_equal(says[i].verified_s, list[i].verified_s);
		assert_int_equal(says[i].locked_until_s,
		    list[i].locked_until_s);
		assert_true(str_eq(says[i].canonical, list[i].canonical));
		assert_true(str_eq(says[i].given, list[i].given));
		assert_true(str_eq(says[i].label, list[i].label));
	}
}

void
fx_summaries(void)
{
	MYSQL_RES *result;
	MYSQL_ROW row;

	query("SELECT HEX(uid), summary FROM dw_account"
	    " WHERE summary <> ''");
	result = mysql_store_result(my);
	assert_non_null(result);
	while ((row = mysql_fetch_row(result)) != NULL)
		assert_summary(row[0], str_of(row[1]));
	mysql_free_result(result);
}

void
fx_summarize(void)
{
	struct store_identifier_of *list;
	struct store_account row;
	MYSQL_RES *result;
	struct uid uid;
	MYSQL_ROW r;
	size_t n;

	query("SELECT HEX(uid) FROM dw_account"
	    " WHERE COALESCE(summary, '') = ''");
	result = mysql_store_result(my);
	assert_non_null(result);
	while ((r = mysql_fetch_row(result)) != NULL) {
		assert_true(uid_parse(str_of(r[0]), &uid));
		assert_int_equal(account_summary_make(fx, uid, &row, &list,
		    &n), ERR_OK);
	}
	mysql_free_result(result);
}

int
fixture_end(void **state)
{
	(void)state;
	fx_summaries();
	return 0;
}

/* People */

struct secret
fx_secret(const char *s)
{
	return secret_copy(request, s, strlen(s));
}

struct creating {
	struct account_create in;
	struct uid uid;
};

static enum err
create_tx(struct ctx *c, void *arg)
{
	struct creating *k = arg;

	return account_create(c, &k->in, &k->uid);
}

struct uid
fx_account(const char *email, const char *password, const char *username,
    bool verified)
{
	struct creating k = { .in = { .email_verified_s =
	    verified ? fx->now_s : 0 } };
	char phc[PWHASH_MAX];
	struct str normal;

	assert_int_equal(identifier_email(request, str_of(email), true,
	    &k.in.email), ERR_OK);
	if (username != NULL)
		assert_int_equal(identifier_username(request,
		    str_of(username), &k.in.username), ERR_OK);
	if (password != NULL) {
		assert_int_equal(password_normalise(request,
		    str_of(password), &normal), ERR_OK);
		assert_int_equal(pwhash_make(fx, normal, phc), ERR_OK);
		k.in.phc = phc;
	}
	assert_int_equal(store_tx(fx, create_tx, &k, NULL), ERR_OK);
	fx_summarize();
	return k.uid;
}

struct starting {
	struct account account;
	struct session_options options;
	struct session_tokens tokens;
};

static enum err
start_tx(struct ctx *c, void *arg)
{
	struct starting *s = arg;

	return session_start(c, &s->account, &s->options, &s->tokens);
}

struct session_tokens
fx_session(struct uid uid, enum session_kind kind)
{
	struct starting s = { .options = { .kind = kind } };

	assert_int_equal(account_get(fx, uid, &s.account), ERR_OK);
	assert_int_equal(store_tx(fx, start_tx, &s, NULL), ERR_OK);
	return s.tokens;
}

enum err
fx_check(enum session_kind kind, struct str token)
{
	struct session s;

	return session_check(fx, kind, token, &s);
}

struct account
fx_seen(struct uid uid)
{
	struct str token = fx_session(uid, SESSION_API).access_token;
	struct account a;
	struct session s;

	assert_int_equal(session_check_account(fx, SESSION_API, token, &s,
	    &a), ERR_OK);
	assert_memory_equal(&a.uid, &uid, sizeof(uid));
	return a;
}

struct json *
fx_profile(struct uid uid)
{
	struct account a = fx_seen(uid);

	return profile_json(fx, &a);
}

enum err
fx_login(const char *email, const char *password)
{
	struct login in = {
		.kind = IDENTIFIER_EMAIL, .identifier = str_of(email),
		.password = fx_secret(password),
		.session = { .kind = SESSION_API }
	};
	struct login_result out;

	return login_by_password(fx, &in, &out);
}

/* Parallel processes */

static void
child(int i, int (*fn)(int i, void *arg), void *arg, int gate)
{
	char go;

	/* A failed assertion must not go on with the parent's tests. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	site_forget(&opened);
	fx_next();
	if (read(gate, &go, 1) != 0)	/* until the parent closes it */
		_exit(101);
	_exit(fn(i, arg));
}

void
fx_parallel(int n, int (*fn)(int i, void *arg), void *arg, int *results)
{
	pid_t pid[128];
	int gate[2], status, i;

	assert_in_range(n, 1, (int)COUNT(pid));
	assert_int_equal(pipe(gate), 0);
	for (i = 0; i < n; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0) {
			close(gate[1]);
			child(i, fn, arg, gate[0]);
		}
	}
	close(gate[0]);
	close(gate[1]);
	for (i = 0; i < n; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 100)
			fail_msg("process %d: status %x", i, status);
		results[i] = WEXITSTATUS(status);
	}
}

/* Mails */

int64_t
fx_mails(const char *template)
{
	return fx_number("SELECT COUNT(*) FROM dw_outbox WHERE state = 0"
	    " AND template = '%s'", template);
}

struct str
fx_mail(const char *template)
{
	enum json_fault fault;
	struct str id, sealed, text;
	unsigned long *lengths;
	MYSQL_RES *result;
	MYSQL_ROW row;

	fx_sql("SELECT id, payload FROM dw_outbox WHERE state = 0"
	    " AND template = '%s' ORDER BY id DESC LIMIT 1", template);
	result = mysql_store_result(my);
	row = mysql_fetch_row(result);
	if (row == NULL)
		fail_msg("no mail %s", template);
	lengths = mysql_fetch_lengths(result);
	id = str_dup(request, (struct str){ row[0], lengths[0] });
	sealed = str_dup(request, (struct str){ row[1], lengths[1] });
	mysql_free_result(result);
	assert_true(aead_open(request, fx->keys, KEY_OUTBOX, id, sealed,
	    &text));
	return json_string(json_get(json_parse(request, text, &fault),
	    "text"));
}

struct str
fx_mail_word(const char *template, const char *before)
{
	struct str text = fx_mail(template);
	const char *at = strstr(text.p, before);
	size_t len;

	if (at == NULL)
		fail_msg("no \"%s\" in %s", before, text.p);
	at += strlen(before);
	len = strcspn(at, " \n&");
	return str_dup(request, (struct str){ at, len });
}
