#include "db.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/rand.h"

/*
 * The client library's automatic reconnect stays off: it drops prepared
 * statements and open transactions in silence.
 */

#define INLINE_BYTES	512	/* longer values are fetched by their length */
#define FIXED_BYTES	40	/* ids, hashes, and what is too long */
#define MAX_COLUMNS	64
#define MAX_PARAMS	40
#define IO_S		10	/* for one answer of the server */
#define PATIENT_S	3600	/* the same, for a change of the schema */
#define TRIES		4
#define TRIES_MS	12000	/* none begins later than this */
#define CONNECT_BUDGET_MS	2500
#define PREPARE_BUDGET_MS	100	/* beyond: each on its first use */
#define ER_CONNECTION_KILLED_	1927	/* MariaDB's name varies */
#define ER_CLIENT_TIMEOUT_	4031	/* MySQL 8: idle connection closed */
#define ER_WSREP_NOT_READY_	1047
#define ER_STATEMENT_TIMEOUT_	1969	/* MariaDB: max_statement_time */
#define ER_QUERY_TIMEOUT_	3024	/* MySQL: max_execution_time */

struct db {
	const struct config *cfg;
	struct arena *process;
	const struct db_statement *statements;
	const char **texts;		/* with the prefix, made on first use */
	size_t n;
	bool prepare_all, patient;
	MYSQL *my;
	MYSQL *parents;			/* freeing it would copy its pages */
	MYSQL_STMT **prepared;
	bool in_tx, lost;
	int64_t last_ms;
	unsigned last_errno;
	char last_error[512];
};

struct value {
	bool null;
	int64_t i;
	struct str s;
	unsigned char raw[32];
};

struct db_arg
db_int(int64_t i)
{
	return (struct db_arg){ .type = 'i', .i = i };
}

struct db_arg
db_text(struct str s)
{
	return (struct db_arg){ .type = 't', .null = s.p == NULL, .s = s };
}

struct db_arg
db_bytes(struct str s)
{
	return (struct db_arg){ .type = 'b', .null = s.p == NULL, .s = s };
}

struct db_arg
db_uid(struct uid u)
{
	struct db_arg a = { .type = 'u' };

	memcpy(a.raw, u.b, sizeof(u.b));
	return a;
}

struct db_arg
db_hash(const unsigned char h[32])
{
	struct db_arg a = { .type = 'h' };

	memcpy(a.raw, h, 32);
	return a;
}

struct db_arg
db_null(void)
{
	return (struct db_arg){ .type = 'n', .null = true };
}

struct db *
db_new(struct arena *process, const struct config *cfg,
    const struct db_statement *statements, size_t n, bool prepare_all)
{
	struct db *d;

	d = ARENA_NEW(process, struct db);
	d->cfg = cfg;
	d->process = process;
	d->statements = statements;
	d->n = n;
	d->prepare_all = prepare_all;
	d->texts = ARENA_ARRAY(process, const char *, n);
	d->prepared = ARENA_ARRAY(process, MYSQL_STMT *, n);
	return d;
}

const char *
db_last_error(const struct db *d)
{
	return d->last_error;
}

unsigned
db_last_errno(const struct db *d)
{
	return d->last_errno;
}

bool
db_in_tx(const struct ctx *c)
{
	return c->db != NULL && c->db->in_tx;
}

static void
note_failure(struct db *d, unsigned number, const char *text)
{
	d->last_errno = number;
	snprintf(d->last_error, sizeof(d->last_error), "%s", text);
}

/* ---- statements' texts ---- */

static struct str
with_prefix(struct arena *a, const char *text, struct str prefix)
{
	struct buf b;
	const char *at;

	buf_init(&b, a, 1024 * 1024);
	while ((at = strstr(text, "{}")) != NULL) {
		buf_add(&b, text, (size_t)(at - text));
		buf_str(&b, prefix);
		text = at + 2;
	}
	buf_cstr(&b, text);
	must(buf_ok(&b));
	return buf_view(&b);
}

/* ---- connection ---- */

void
db_close(struct db *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (d->prepared[i] != NULL)
			mysql_stmt_close(d->prepared[i]);
		d->prepared[i] = NULL;
	}
	if (d->my != NULL)
		mysql_close(d->my);
	d->my = NULL;
	d->lost = false;
}

void
db_idle(struct db *d)
{
	if (d->my != NULL && clock_mono_ms() - d->last_ms >=
	    d->cfg->database_idle_close_s * 1000)
		db_close(d);
}

void
db_be_patient(struct db *d)
{
	db_close(d);
	d->patient = true;
	d->prepare_all = false;	/* their tables may not be there yet */
}

void
db_forget(struct db *d)
{
	if (d->my != NULL)
		close(mysql_get_socket(d->my));
	memset(d->prepared, 0, d->n * sizeof(*d->prepared));
	d->prepare_all = false;	/* of all statements a child needs a few */
	d->parents = d->my;
	d->my = NULL;
	d->in_tx = d->lost = false;
}

struct place { struct str host; const char *socket; unsigned port; };

static struct place
place_of(struct arena *a, struct str entry)
{
	struct place p = { entry, NULL, 0 };
	int64_t port;
	size_t i;

	if (entry.len > 0 && entry.p[0] == '/') {
		p.socket = str_cstr(a, entry);
		p.host = STR("localhost");
		return p;
	}
	if (entry.len > 1 && entry.p[0] == '[') {	/* [::1]:3306 */
		for (i = 1; i < entry.len && entry.p[i] != ']'; i++)
			;
		p.host = str_sub(entry, 1, i - 1);
		entry = str_sub(entry, i + 1, SIZE_MAX);
		if (entry.len > 1 && str_to_int(str_sub(entry, 1, SIZE_MAX),
		    1, 65535, &port))
			p.port = (unsigned)port;
		return p;
	}
	for (i = 0; i < entry.len && entry.p[i] != ':'; i++)
		;
	if (i < entry.len && str_to_int(str_sub(entry, i + 1, SIZE_MAX), 1,
	    65535, &port)) {
		p.host = str_sub(entry, 0, i);
		p.port = (unsigned)port;
	}
	return p;
}

static void
set_options(const struct db *d, MYSQL *my, int64_t budget_ms)
{
	const struct config *cfg = d->cfg;
	unsigned connect_s = (unsigned)cfg->database_connect_timeout_s;
	unsigned io_s = d->patient ? PATIENT_S : IO_S;
	my_bool on = 1;

	if ((int64_t)connect_s * 1000 > budget_ms)
		connect_s = (unsigned)(budget_ms / 1000);
	if (connect_s == 0)
		connect_s = 1;
	mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &io_s);
	mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
	mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(my, MYSQL_INIT_COMMAND,
	    "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,"
	    "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
	    "NO_ENGINE_SUBSTITUTION', time_zone='+00:00', autocommit=1, "
	    "innodb_lock_wait_timeout=8");	/* less than the read's */
	mysql_options(my, MYSQL_INIT_COMMAND,
	    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
	if (str_present(cfg->database_plugin_dir))
		mysql_options(my, MYSQL_PLUGIN_DIR, cfg->database_plugin_dir.p);
	if (str_eq(cfg->database_tls, STR("off")))
		return;
	mysql_options(my, MYSQL_OPT_SSL_ENFORCE, &on);
	if (str_present(cfg->database_tls_ca))
		mysql_options(my, MYSQL_OPT_SSL_CA, cfg->database_tls_ca.p);
	if (str_eq(cfg->database_tls, STR("verify")))
		mysql_options(my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
}

/* The first row's columns as text; NULL and a noted failure otherwise. */
static bool
one_text_row(struct db *d, MYSQL *my, const char *sql,
    bool (*judge)(struct db *, MYSQL_ROW))
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	bool ok = false;

	if (mysql_query(my, sql) != 0) {
		note_failure(d, mysql_errno(my), mysql_error(my));
		return false;
	}
	res = mysql_store_result(my);
	row = res != NULL ? mysql_fetch_row(res) : NULL;
	if (row != NULL)
		ok = judge(d, row);
	else
		note_failure(d, mysql_errno(my), mysql_error(my));
	if (res != NULL)
		mysql_free_result(res);
	return ok;
}

/* Servers that only read cannot keep a promise; the next host may. */
static bool
state_holds(struct db *d, MYSQL_ROW row)
{
	if (row[0] == NULL || strstr(row[0], "STRICT_ALL_TABLES") == NULL ||
	    row[1] == NULL || strcmp(row[1], "+00:00") != 0 ||
	    row[2] == NULL || strcmp(row[2], "1") != 0 ||
	    row[3] == NULL || strcmp(row[3], "utf8mb4") != 0) {
		note_failure(d, 0, "the server did not take the session's "
		    "sql_mode, time_zone, autocommit or character set");
		return false;
	}
	if (row[4] != NULL && strcmp(row[4], "0") != 0 &&
	    strcmp(row[4], "OFF") != 0) {
		note_failure(d, ER_OPTION_PREVENTS_STATEMENT,
		    "the server is read-only");
		return false;
	}
	return true;
}

static bool
open_host(struct db *d, struct str entry, int64_t budget_ms)
{
	const struct config *cfg = d->cfg;
	struct arena *a;
	struct place p;
	MYSQL *my;
	bool ok;

	a = arena_new();
	p = place_of(a, entry);
	my = mysql_init(NULL);
	must(my != NULL);
	set_options(d, my, budget_ms);
	ok = mysql_real_connect(my, str_cstr(a, p.host), cfg->database_user.p,
	    secret_present(&cfg->database_password) ?
	    (const char *)cfg->database_password.p : NULL,
	    cfg->database_name.p, p.port, p.socket, CLIENT_FOUND_ROWS) != NULL;
	arena_free(a);
	if (!ok)
		note_failure(d, mysql_errno(my), mysql_error(my));
	ok = ok && one_text_row(d, my, "SELECT @@SESSION.sql_mode, "
	    "@@SESSION.time_zone, @@SESSION.autocommit, "
	    "@@SESSION.character_set_client, @@GLOBAL.read_only", state_holds);
	if (!ok) {
		mysql_close(my);
		return false;
	}
	/* A cluster: read what another node has just committed. */
	if (cfg->database_hosts.n > 1)
		(void)mysql_query(my, "SET SESSION wsrep_sync_wait=1");
	d->my = my;
	return true;
}

static bool
too_many(unsigned number)
{
	return number == ER_CON_COUNT_ERROR ||
	    number == ER_TOO_MANY_USER_CONNECTIONS ||
	    number == ER_USER_LIMIT_REACHED;
}

static enum err prepare(struct ctx *c, struct db *d, unsigned statement);

static enum err
prepare_each(struct ctx *c, struct db *d)
{
	int64_t start = clock_mono_ms();
	enum err e;
	size_t i;

	for (i = 0; d->prepare_all && i < d->n &&
	    clock_mono_ms() - start < PREPARE_BUDGET_MS; i++) {
		e = prepare(c, d, (unsigned)i);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
connect_any(struct ctx *c, struct db *d)
{
	int64_t start = clock_mono_ms(), left;
	size_t i;

	for (;;) {
		for (i = 0; i < d->cfg->database_hosts.n; i++) {
			left = CONNECT_BUDGET_MS - (clock_mono_ms() - start);
			if (left <= 0)
				break;
			/* None takes the time of those behind it. */
			left /= (int64_t)(d->cfg->database_hosts.n - i);
			if (open_host(d, d->cfg->database_hosts.items[i], left))
				return prepare_each(c, d);
			if (!too_many(d->last_errno))
				log_write(c, LOG_WARN, "database_host",
				    "host %zu: %u %s", i + 1, d->last_errno,
				    d->last_error);
		}
		/* Too many connections pass, and so may a connection that
		 * was cut; other reasons do not. */
		if ((!too_many(d->last_errno) &&
		    d->last_errno != CR_SERVER_LOST) ||
		    clock_mono_ms() - start > 1500)
			break;
		clock_sleep_ms(20 + (int64_t)rand_below(80));
	}
	if (too_many(d->last_errno))
		log_write(c, LOG_ERROR, "database_full", "%u %s",
		    d->last_errno, d->last_error);
	return err_set(c, ERR_UNAVAILABLE, NULL, "no database: %u %s",
	    d->last_errno, d->last_error);
}

static enum err
ensure(struct ctx *c, struct db *d)
{
	if (d->my != NULL && d->lost) {
		if (d->in_tx)
			return ERR_RETRY;
		db_close(d);
	}
	if (d->my == NULL) {
		must(!d->in_tx);
		return connect_any(c, d);
	}
	return ERR_OK;
}

/* ---- errors ---- */

/* What it did with the statement at hand is unknown. */
static bool
is_lost(unsigned number)
{
	switch (number) {
	case 0:			/* a failure without a reason */
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_OUT_OF_MEMORY:	/* in the midst of an answer, maybe */
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case ER_CONNECTION_KILLED_:
	case ER_CLIENT_TIMEOUT_:
	case ER_SERVER_SHUTDOWN:
	case ER_QUERY_INTERRUPTED:
		return true;
	default:
		return false;
	}
}

/* This server did not do it; another one, or this one later, may. */
static bool
is_refused(unsigned number)
{
	switch (number) {
	case ER_OPTION_PREVENTS_STATEMENT:
	case ER_READ_ONLY_MODE:
	case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
	case ER_WSREP_NOT_READY_:
		return true;
	default:
		return too_many(number);
	}
}

/* S-146: no room, no memory, no time. */
static bool
is_short(unsigned number)
{
	switch (number) {
	case ER_DISK_FULL:
	case ER_RECORD_FILE_FULL:
	case ER_ERROR_ON_WRITE:
	case ER_GET_ERRNO:
	case ER_LOCK_TABLE_FULL:
	case ER_OUTOFMEMORY:
	case ER_OUT_OF_SORTMEMORY:
	case ER_OUT_OF_RESOURCES:
	case ER_MAX_PREPARED_STMT_COUNT_REACHED:
	case ER_STATEMENT_TIMEOUT_:
	case ER_QUERY_TIMEOUT_:
		return true;
	default:
		return false;
	}
}

static enum err
classify(struct ctx *c, struct db *d, unsigned number, const char *text)
{
	enum err e = ERR_INTERNAL;

	note_failure(d, number, text);
	/* Some refuse by a NULL where none can stand: METER_PASS_ALL. */
	if (number == ER_DUP_ENTRY || number == ER_BAD_NULL_ERROR)
		return err_set(c, ERR_CONFLICT, NULL, "%s", text);
	if (number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT ||
	    number == ER_CHECKREAD) {
		e = ERR_RETRY;
	} else if (is_lost(number) || is_refused(number)) {
		d->lost = true;
		e = d->in_tx ? ERR_RETRY : ERR_UNAVAILABLE;
	} else if (is_short(number)) {
		e = ERR_UNAVAILABLE;
	}
	return err_set(c, e, NULL, "%u %s", number, text);
}

/* ---- failures made on purpose ---- */

#ifdef DW_FAULTS
const char *db_failed;

/*
 * "N KIND" in the file: the N-th statement from now fails, once; of KIND
 * "commit-...", the N-th commit, and of "commit-blind" the first statement
 * after it, too.  Shared by all processes; empty or absent means none.
 */
static bool
fault_due(struct db *d, char kind[16], bool commit)
{
	char text[64], rest[64];
	bool due = false;
	ssize_t len;
	int fd, n;

	if (!str_present(d->cfg->test_fault_file))
		return false;
	fd = open(d->cfg->test_fault_file.p, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	flock(fd, LOCK_EX);
	len = read(fd, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	/* NOLINTNEXTLINE(cert-err34-c): the tests' own file */
	if (sscanf(text, "%d %15s", &n, kind) == 2 && n > 0 &&
	    commit == (strncmp(kind, "commit-", 7) == 0)) {
		due = --n == 0;
		len = due && strcmp(kind, "commit-blind") != 0 ? 0 :
		    snprintf(rest, sizeof(rest), "%d %s\n", due ? 1 : n,
		    due ? "error" : kind);
		if (ftruncate(fd, 0) != 0 ||
		    pwrite(fd, rest, (size_t)len, 0) != len)
			due = false;
	}
	close(fd);
	return due;
}

static enum err
fault(struct ctx *c, struct db *d, unsigned statement)
{
	char kind[16];

	if (!fault_due(d, kind, false))
		return ERR_OK;
	db_failed = d->statements[statement].name;
	if (strcmp(kind, "deadlock") == 0)
		return classify(c, d, ER_LOCK_DEADLOCK, "injected deadlock");
	if (strcmp(kind, "duplicate") == 0)
		return classify(c, d, ER_DUP_ENTRY,
		    "Duplicate entry for key 'injected'");
	if (strcmp(kind, "lost") == 0) {
		shutdown(mysql_get_socket(d->my), SHUT_RDWR);
		return ERR_OK;		/* the statement finds out itself */
	}
	return classify(c, d, ER_UNKNOWN_ERROR, "injected error");
}
#else
static enum err
fault(struct ctx *c, struct db *d, unsigned statement)
{
	(void)c;
	(void)d;
	(void)statement;
	return ERR_OK;
}
#endif

/* ---- prepared statements ---- */

static enum err
prepare(struct ctx *c, struct db *d, unsigned statement)
{
	const struct db_statement *s = &d->statements[statement];
	MYSQL_STMT *st;
	enum err e;

	if (d->texts[statement] == NULL)
		d->texts[statement] = with_prefix(d->process, s->text,
		    d->cfg->database_prefix).p;
	st = mysql_stmt_init(d->my);
	must(st != NULL);
	if (mysql_stmt_prepare(st, d->texts[statement],
	    strlen(d->texts[statement])) != 0) {
		e = classify(c, d, mysql_stmt_errno(st), mysql_stmt_error(st));
		mysql_stmt_close(st);
		/* A table that is not there yet is for migrate to make. */
		if (e == ERR_INTERNAL && d->last_errno != ER_NO_SUCH_TABLE)
			log_write(c, LOG_ERROR, "statement", "%s: %s", s->name,
			    d->last_error);
		return e;
	}
	if (mysql_stmt_param_count(st) != strlen(s->in) ||
	    mysql_stmt_field_count(st) != strlen(s->out)) {
		mysql_stmt_close(st);
		note_failure(d, 0, s->name);
		return err_set(c, ERR_INTERNAL, NULL,
		    "%s does not fit its parameters or columns", s->name);
	}
	must(strlen(s->out) <= MAX_COLUMNS);
	d->prepared[statement] = st;
	return ERR_OK;
}

static void
bind_params(const struct db_statement *s, const struct db_arg *args,
    MYSQL_BIND *bind, struct db_arg *copy, unsigned long *lengths)
{
	size_t i, n = strlen(s->in);

	must(n <= MAX_PARAMS);
	memset(bind, 0, n * sizeof(*bind));
	for (i = 0; i < n; i++) {
		bool may_be_null = s->in[i] >= 'A' && s->in[i] <= 'Z';
		char type = (char)(s->in[i] | 0x20);

		copy[i] = args[i];
		must(copy[i].null ? may_be_null : copy[i].type == type);
		if (copy[i].null) {
			bind[i].buffer_type = MYSQL_TYPE_NULL;
			continue;
		}
		bind[i].length = &lengths[i];
		switch (type) {
		case 'i':
			lengths[i] = sizeof(copy[i].i);
			bind[i].buffer_type = MYSQL_TYPE_LONGLONG;
			bind[i].buffer = &copy[i].i;
			break;
		case 'u':
		case 'h':
			lengths[i] = type == 'u' ? 16 : 32;
			bind[i].buffer_type = MYSQL_TYPE_BLOB;
			bind[i].buffer = copy[i].raw;
			break;
		default:
			lengths[i] = copy[i].s.len;
			bind[i].buffer_type = type == 't' ?
			    MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
			bind[i].buffer = (void *)(uintptr_t)copy[i].s.p;
			break;
		}
		bind[i].buffer_length = lengths[i];
	}
}

/* There is a connection, and the statement is known to it. */
static enum err
make_ready(struct ctx *c, struct db *d, unsigned statement)
{
	enum err e;

	e = ensure(c, d);
	if (e == ERR_OK)
		e = fault(c, d, statement);
	if (e == ERR_OK && d->prepared[statement] == NULL)
		e = prepare(c, d, statement);
	return e;
}

static enum err
execute_once(struct ctx *c, struct db *d, unsigned statement,
    const struct db_arg *args)
{
	const struct db_statement *s = &d->statements[statement];
	MYSQL_BIND bind[MAX_PARAMS];
	struct db_arg copy[MAX_PARAMS];
	unsigned long lengths[MAX_PARAMS];
	MYSQL_STMT *st;
	enum err e;

	e = make_ready(c, d, statement);
	if (e != ERR_OK)
		return e;
	st = d->prepared[statement];
	bind_params(s, args, bind, copy, lengths);
	if ((s->in[0] != '\0' && mysql_stmt_bind_param(st, bind) != 0) ||
	    mysql_stmt_execute(st) != 0)
		return classify(c, d, mysql_stmt_errno(st),
		    mysql_stmt_error(st));
	return ERR_OK;
}

/* Is there something to be gained by a new connection? */
static bool
was_lost(const struct db *d, enum err e)
{
	return (e == ERR_UNAVAILABLE || e == ERR_RETRY) && d->my != NULL &&
	    d->lost;
}

/* Before the next try; false: there is none.  A connection that was lost is
 * replaced at once. */
static bool
pause_before(const struct db *d, int tried, int64_t start_ms)
{
	if (tried >= TRIES || clock_mono_ms() - start_ms > TRIES_MS)
		return false;
	if (d->lost && tried == 1)
		return true;
	/* Far apart: those who met in a deadlock are many and slow. */
	clock_sleep_ms((5 << tried) + (int64_t)rand_below(50u << tried));
	return true;
}

/*
 * Outside of a transaction: again on a new connection when this one died,
 * again when it was undone whole.
 */
static enum err
execute(struct ctx *c, unsigned statement, const struct db_arg *args)
{
	int64_t start_ms = clock_mono_ms();
	struct db *d = c->db;
	enum err e;
	int i;

	must(d != NULL && statement < d->n);
	c->statements++;
	e = execute_once(c, d, statement, args);
	for (i = 1; !d->in_tx && (e == ERR_RETRY || was_lost(d, e)) &&
	    pause_before(d, i, start_ms); i++)
		e = execute_once(c, d, statement, args);
	d->last_ms = clock_mono_ms();
	return e;
}

/* ---- results ---- */

struct cell {
	unsigned long len;
	int64_t i;
	unsigned char *bytes;
	my_bool null, cut;
};

struct result {
	MYSQL_STMT *st;
	const char *letters;
	size_t n;
	MYSQL_BIND *bind;
	struct cell *cells;
};

static size_t
inline_bytes(char letter)
{
	letter |= 0x20;
	return letter == 'u' || letter == 'h' ? FIXED_BYTES : INLINE_BYTES;
}

static enum err
result_open(struct ctx *c, unsigned statement, struct result *r)
{
	struct db *d = c->db;
	size_t i;

	r->st = d->prepared[statement];
	r->letters = d->statements[statement].out;
	r->n = strlen(r->letters);
	must(r->n > 0 && r->n <= MAX_COLUMNS);
	r->bind = ARENA_ARRAY(c->arena, MYSQL_BIND, r->n);
	r->cells = ARENA_ARRAY(c->arena, struct cell, r->n);
	for (i = 0; i < r->n; i++) {
		MYSQL_BIND *b = &r->bind[i];
		struct cell *cell = &r->cells[i];

		b->length = &cell->len;
		b->is_null = &cell->null;
		b->error = &cell->cut;
		if ((r->letters[i] | 0x20) == 'i') {
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &cell->i;
			b->buffer_length = sizeof(cell->i);
		} else {
			b->buffer_type = (r->letters[i] | 0x20) == 't' ?
			    MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
			b->buffer_length = inline_bytes(r->letters[i]);
			b->buffer = cell->bytes = arena_alloc(c->arena,
			    b->buffer_length);
		}
	}
	if (mysql_stmt_bind_result(r->st, r->bind) != 0)
		return classify(c, d, mysql_stmt_errno(r->st),
		    mysql_stmt_error(r->st));
	return ERR_OK;
}

static enum err
read_bytes(struct ctx *c, struct result *r, size_t i, struct value *v)
{
	unsigned long len = r->cells[i].len;
	MYSQL_BIND b;
	char *p;

	p = arena_alloc(c->arena, len + 1);
	if (len <= INLINE_BYTES) {
		memcpy(p, r->cells[i].bytes, len);
	} else {
		memset(&b, 0, sizeof(b));
		b.buffer_type = r->bind[i].buffer_type;
		b.buffer = p;
		b.buffer_length = len;
		b.length = &len;
		if (mysql_stmt_fetch_column(r->st, &b, (unsigned)i, 0) != 0)
			return classify(c, c->db, mysql_stmt_errno(r->st),
			    mysql_stmt_error(r->st));
	}
	v->s = (struct str){ p, len };
	return ERR_OK;
}

/* ERR_NOT_FOUND after the last row. */
static enum err
result_next(struct ctx *c, struct result *r, struct value *row)
{
	enum err e;
	size_t i;
	int got;

	got = mysql_stmt_fetch(r->st);
	if (got == MYSQL_NO_DATA)
		return ERR_NOT_FOUND;
	if (got != 0 && got != MYSQL_DATA_TRUNCATED)
		return classify(c, c->db, mysql_stmt_errno(r->st),
		    mysql_stmt_error(r->st));
	memset(row, 0, r->n * sizeof(*row));
	for (i = 0; i < r->n; i++) {
		char letter = r->letters[i];
		size_t fixed = (letter | 0x20) == 'u' ? 16 : 32;

		if (r->cells[i].null) {
			if (letter >= 'a')
				return err_set(c, ERR_INTERNAL, NULL,
				    "column %zu is NULL", i + 1);
			row[i].null = true;
			continue;
		}
		switch (letter | 0x20) {
		case 'i':
			row[i].i = r->cells[i].i;
			break;
		case 'u':
		case 'h':
			if (r->cells[i].len != fixed)
				return err_set(c, ERR_INTERNAL, NULL,
				    "column %zu has %lu bytes", i + 1,
				    r->cells[i].len);
			memcpy(row[i].raw, r->cells[i].bytes, fixed);
			break;
		default:
			e = read_bytes(c, r, i, &row[i]);
			if (e != ERR_OK)
				return e;
		}
	}
	return ERR_OK;
}

static void
place_row(const struct result *r, const struct value *row,
    const struct db_column *columns, void *out)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		char *to = (char *)out + columns[i].offset;

		switch (r->letters[i] | 0x20) {
		case 'i':
			memcpy(to, &row[i].i, sizeof(row[i].i));
			break;
		case 'u':
			memcpy(to, row[i].raw, 16);
			break;
		case 'h':
			memcpy(to, row[i].raw, 32);
			break;
		default:
			memcpy(to, &row[i].s, sizeof(row[i].s));
			break;
		}
	}
}

enum err
db_exec(struct ctx *c, unsigned statement, const struct db_arg *args,
    int64_t *changed_out)
{
	enum err e;

	e = execute(c, statement, args);
	if (e != ERR_OK)
		return e;
	must(c->db->statements[statement].out[0] == '\0');
	if (changed_out != NULL)
		*changed_out = (int64_t)mysql_stmt_affected_rows(
		    c->db->prepared[statement]);
	return ERR_OK;
}

enum err
db_exec_one(struct ctx *c, unsigned statement, const struct db_arg *args)
{
	int64_t changed = 0;
	enum err e;

	e = db_exec(c, statement, args, &changed);
	return e == ERR_OK && changed != 1 ? ERR_NOT_FOUND : e;
}

/*
 * Many rows.  A column of a call in bulk is an array: of numbers, or of
 * pointers and lengths (MariaDB Connector/C, mysql_stmt_bind_param).
 */

static bool
takes_many(const struct db *d)
{
	unsigned long more = 0;

	return mariadb_get_infov(d->my,
	    MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &more) == 0 &&
	    (more & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

static void
bind_column(struct arena *a, MYSQL_BIND *b, char letter,
    const struct db_arg *args, size_t step, size_t n)
{
	bool may_be_null = letter >= 'A' && letter <= 'Z';
	char type = (char)(letter | 0x20), *null;
	const void **at = ARENA_ARRAY(a, const void *, n);
	unsigned long *len = ARENA_ARRAY(a, unsigned long, n);
	int64_t *number = ARENA_ARRAY(a, int64_t, n);
	const struct db_arg *arg;
	size_t i;

	null = arena_alloc(a, n);
	for (i = 0; i < n; i++) {
		arg = &args[i * step];
		must(arg->null ? may_be_null : arg->type == type);
		null[i] = arg->null ? STMT_INDICATOR_NULL :
		    STMT_INDICATOR_NONE;
		number[i] = arg->i;
		at[i] = type == 'u' || type == 'h' ?
		    (const void *)arg->raw : arg->s.p;
		len[i] = type == 'u' ? 16 : type == 'h' ? 32 : arg->s.len;
	}
	b->buffer_type = type == 'i' ? MYSQL_TYPE_LONGLONG :
	    type == 't' ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
	b->buffer = type == 'i' ? (void *)number : (void *)at;
	b->length = len;
	b->u.indicator = null;
}

static enum err
execute_many(struct ctx *c, struct db *d, unsigned statement,
    const struct db_arg *args, size_t n)
{
	const char *in = d->statements[statement].in;
	MYSQL_STMT *st = d->prepared[statement];
	unsigned count = (unsigned)n, none = 0;
	size_t i, step = strlen(in);
	MYSQL_BIND *bind;
	enum err e = ERR_OK;

	bind = ARENA_ARRAY(c->arena, MYSQL_BIND, step);
	for (i = 0; i < step; i++)
		bind_column(c->arena, &bind[i], in[i], args + i, step, n);
	if (mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &count) != 0 ||
	    mysql_stmt_bind_param(st, bind) != 0 ||
	    mysql_stmt_execute(st) != 0)
		e = classify(c, d, mysql_stmt_errno(st),
		    mysql_stmt_error(st));
	mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &none);
	return e;
}

enum err
db_exec_many(struct ctx *c, unsigned statement, const struct db_arg *args,
    size_t n)
{
	struct db *d = c->db;
	size_t i, step;
	enum err e;

	must(d != NULL && d->in_tx && statement < d->n);
	step = strlen(d->statements[statement].in);
	must(step > 0 && d->statements[statement].out[0] == '\0');
	if (n == 0)
		return ERR_OK;
	e = make_ready(c, d, statement);
	if (e == ERR_OK && takes_many(d)) {
		c->statements++;
		return execute_many(c, d, statement, args, n);
	}
	for (i = 0; i < n && e == ERR_OK; i++)
		e = execute(c, statement, args + i * step);
	return e;
}

static enum err
rows(struct ctx *c, unsigned statement, const struct db_arg *args,
    const struct db_column *columns, size_t row_size, size_t max,
    char **rows_out, size_t *n_out)
{
	struct value row[MAX_COLUMNS];
	struct result r;
	char *at = NULL, *grown;
	size_t n = 0, cap = 0;
	enum err e;

	e = execute(c, statement, args);
	if (e != ERR_OK)
		return e;
	e = result_open(c, statement, &r);
	while (e == ERR_OK && (e = result_next(c, &r, row)) == ERR_OK) {
		if (n == max)
			continue;	/* read to the end, keep no more */
		if (n == cap) {
			cap = cap == 0 ? 8 : cap * 2;
			grown = arena_alloc_array(c->arena, cap, row_size);
			if (n > 0)
				memcpy(grown, at, n * row_size);
			at = grown;
		}
		place_row(&r, row, columns, at + n * row_size);
		n++;
	}
	mysql_stmt_free_result(r.st);
	if (e != ERR_NOT_FOUND)
		return e;
	*rows_out = at;
	*n_out = n;
	return ERR_OK;
}

enum err
db_all(struct ctx *c, unsigned statement, const struct db_arg *args,
    const struct db_column *columns, size_t row_size, size_t max,
    void *rows_out, size_t *n_out)
{
	char *at = NULL;
	enum err e;

	e = rows(c, statement, args, columns, row_size, max, &at, n_out);
	if (e == ERR_OK)
		memcpy(rows_out, &at, sizeof(at));
	return e;
}

enum err
db_one(struct ctx *c, unsigned statement, const struct db_arg *args,
    const struct db_column *columns, void *out)
{
	struct value row[MAX_COLUMNS], more[MAX_COLUMNS];
	struct result r;
	enum err e, end;

	e = execute(c, statement, args);
	if (e != ERR_OK)
		return e;
	e = result_open(c, statement, &r);
	if (e == ERR_OK)
		e = result_next(c, &r, row);
	if (e == ERR_OK) {
		end = result_next(c, &r, more);
		if (end == ERR_OK)
			e = err_set(c, ERR_INTERNAL, NULL,
			    "%s gave more than one row",
			    c->db->statements[statement].name);
		else if (end != ERR_NOT_FOUND)
			e = end;
	}
	mysql_stmt_free_result(r.st);
	if (e == ERR_OK)
		place_row(&r, row, columns, out);
	return e;
}

/* ---- transactions ---- */

static enum err
command(struct ctx *c, struct db *d, const char *sql)
{
	if (mysql_query(d->my, sql) != 0)
		return classify(c, d, mysql_errno(d->my),
		    mysql_error(d->my));
	return ERR_OK;
}

static enum err
begin(struct ctx *c, struct db *d)
{
	enum err e;

	e = ensure(c, d);
	if (e == ERR_OK)
		e = command(c, d, "START TRANSACTION");
	return was_lost(d, e) ? ERR_RETRY : e;
}

static enum err
commit(struct ctx *c, struct db *d, bool *in_doubt_out)
{
	enum err e;

	if (d->lost)
		return ERR_RETRY;
	e = command(c, d, "COMMIT");
#ifdef DW_FAULTS
	{
		char kind[16];

		if (fault_due(d, kind, true)) {
			shutdown(mysql_get_socket(d->my), SHUT_RDWR);
			e = classify(c, d, CR_SERVER_LOST, "injected");
		}
	}
#endif
	*in_doubt_out = e != ERR_OK && d->lost;
	return e;
}

static void
roll_back(struct ctx *c, struct db *d)
{
	struct err_detail kept = c->err;

	if (d->my != NULL && !d->lost && command(c, d, "ROLLBACK") != ERR_OK)
		d->lost = true;
	c->err = kept;
}

/*
 * What became of it?  The server may still be at it, so the question waits
 * for its locks: a serializable transaction's reads do (MySQL 8.0 manual,
 * 15.7.2.1).
 */
static enum err
ask(struct ctx *c, struct db *d, db_tx_fn *in_doubt, void *arg)
{
	enum err e;

	e = ensure(c, d);
	if (e == ERR_OK)
		e = command(c, d,
		    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
	if (e == ERR_OK)
		e = begin(c, d);
	if (e != ERR_OK)
		return was_lost(d, e) ? ERR_RETRY : e;
	d->in_tx = true;
	e = in_doubt(c, arg);
	roll_back(c, d);
	d->in_tx = false;
	return e;
}

static enum err
resolve(struct ctx *c, struct db *d, db_tx_fn *in_doubt, void *arg)
{
	int64_t start_ms = clock_mono_ms();
	enum err e;
	int i = 1;

	log_write(c, LOG_WARN, "commit_in_doubt", "%u %s", d->last_errno,
	    d->last_error);
	if (in_doubt == NULL)
		return err_set(c, ERR_UNAVAILABLE, NULL,
		    "connection lost during commit");
	do
		e = ask(c, d, in_doubt, arg);
	while (e == ERR_RETRY && pause_before(d, i++, start_ms));
	if (e == ERR_RETRY)
		return err_set(c, ERR_UNAVAILABLE, NULL,
		    "the commit stays in doubt");
	return e == ERR_NOT_FOUND ? ERR_RETRY : e;
}

/* One run from BEGIN to COMMIT; ERR_RETRY: nothing of it is there. */
static enum err
run(struct ctx *c, struct db *d, db_tx_fn *fn, void *arg, db_tx_fn *in_doubt)
{
	bool doubt = false;
	enum err e;

	e = begin(c, d);
	if (e != ERR_OK)
		return e;
	d->in_tx = true;
	e = fn(c, arg);
	if (e == ERR_OK)
		e = commit(c, d, &doubt);
	if (e != ERR_OK && !doubt)
		roll_back(c, d);
	d->in_tx = false;
	d->last_ms = clock_mono_ms();
	return doubt ? resolve(c, d, in_doubt, arg) : e;
}

enum err
db_tx(struct ctx *c, db_tx_fn *fn, void *arg, db_tx_fn *in_doubt)
{
	int64_t start_ms = clock_mono_ms();
	struct db *d = c->db;
	enum err e;
	int i = 1;

	must(d != NULL && !d->in_tx);
	do {
		c->err = (struct err_detail){ 0 };
		e = run(c, d, fn, arg, in_doubt);
	} while (e == ERR_RETRY && pause_before(d, i++, start_ms));
	if (e == ERR_RETRY)
		e = err_set(c, ERR_UNAVAILABLE, NULL,
		    "given up after %d tries: %u %s", i - 1,
		    d->last_errno, d->last_error);
	return e;
}

enum err
db_ddl(struct ctx *c, struct str sql)
{
	struct db *d = c->db;
	struct str text;
	enum err e;

	e = ensure(c, d);
	if (e != ERR_OK)
		return e;
	text = with_prefix(c->arena, str_cstr(c->arena, sql),
	    d->cfg->database_prefix);
	return command(c, d, text.p);
}
