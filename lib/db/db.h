/*
 * The database: connection, prepared statements by name, transactions.  The
 * only user of <mysql.h>.  Statements stand in lib/store/statements.def,
 * which lib/store hands over at start; a "{}" in their text becomes the
 * table prefix.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/ctx.h"
#include "base/err.h"

/* One statement.  in and out: a letter a parameter or column:
 * i int64, t text (UTF-8), b bytes, u 16-byte id, h 32-byte hash;
 * upper case: may be NULL. */
struct db_statement {
	const char *name, *in, *out, *text;
};

/* A parameter. */
struct db_arg {
	char type;
	bool null;
	int64_t i;
	struct str s;			/* t, b */
	unsigned char raw[32];		/* u, h */
};
struct db_arg db_int(int64_t i);
struct db_arg db_text(struct str s);	/* absent: NULL */
struct db_arg db_bytes(struct str s);	/* absent: NULL */
struct db_arg db_uid(struct uid u);
struct db_arg db_hash(const unsigned char h[32]);
struct db_arg db_null(void);
#define ARGS(...)	(const struct db_arg[]){ __VA_ARGS__ }
#define NO_ARGS		((const struct db_arg *)0)

/* Where a column goes: its letter's C type at offset in the row struct:
 * i int64_t, t and b struct str, u struct uid, h unsigned char[32].
 * NULL gives 0, STR_NONE, zeros. */
struct db_column { size_t offset; };
#define COLUMN(type, member)	{ offsetof(type, member) }

/* Opened by the first statement, from the list of hosts. */
struct db *db_new(struct arena *process, const struct config *cfg,
    const struct db_statement *statements, size_t n, bool prepare_all);
void db_close(struct db *d);		/* the connection; reopened on demand */
/* Between requests: closes after database.idle_close_s. */
void db_idle(struct db *d);
/* From now on an answer may take an hour, as changes of a large table do. */
void db_be_patient(struct db *d);
/* Child after fork: forget the parent's connection without a word to it. */
void db_forget(struct db *d);

/*
 * ERR_OK; ERR_CONFLICT (duplicate key: its name in c->err.note);
 * ERR_RETRY (deadlock, lock wait, certification, lost connection: db_tx
 * handles it; outside of a transaction the statement was tried again
 * already); ERR_UNAVAILABLE; ERR_INTERNAL.
 * Outside of a transaction a connection that dies is replaced and the
 * statement tried again, 3 times at most: it may have been done before.  What
 * must not be done twice stands in a transaction.
 */
MUST_CHECK enum err db_exec(struct ctx *c, unsigned statement,
    const struct db_arg *args, int64_t *changed_out /* may be NULL */);
/* The same for a statement that changes exactly one row, or ERR_NOT_FOUND. */
MUST_CHECK enum err db_exec_one(struct ctx *c, unsigned statement,
    const struct db_arg *args);
/*
 * Inside a transaction: the statement for n rows of parameters, one behind
 * the other in args, as one call where the server takes such (MariaDB), else
 * one by one.  After an error some of them may stand there, to be rolled
 * back.
 */
MUST_CHECK enum err db_exec_many(struct ctx *c, unsigned statement,
    const struct db_arg *args, size_t n);
/* Exactly one row or ERR_NOT_FOUND.  out is untouched on failure. */
MUST_CHECK enum err db_one(struct ctx *c, unsigned statement,
    const struct db_arg *args, const struct db_column *columns, void *out);
/* All rows, at most max of them, as an array in the arena. */
MUST_CHECK enum err db_all(struct ctx *c, unsigned statement,
    const struct db_arg *args, const struct db_column *columns,
    size_t row_size, size_t max, void *rows_out, size_t *n_out);

/*
 * Run fn inside one transaction: commit when it returns ERR_OK, else roll
 * back and return what it returned.  ERR_RETRY reruns fn from its start, with
 * back-off, 3 times at most, then ERR_UNAVAILABLE.  fn must have no effect
 * outside the database before its return.
 *
 * in_doubt (may be NULL): called on a new connection when the connection is
 * lost during COMMIT, within a transaction whose reads wait until that of
 * fn is decided; returns ERR_OK when the change is there, ERR_NOT_FOUND
 * when it is not (then fn is run again), else an error.  Without it the
 * answer is ERR_UNAVAILABLE.
 */
typedef enum err db_tx_fn(struct ctx *c, void *arg);
MUST_CHECK enum err db_tx(struct ctx *c, db_tx_fn *fn, void *arg,
    db_tx_fn *in_doubt);
bool db_in_tx(const struct ctx *c);

/* For migrations and check only: one statement of schema text. */
MUST_CHECK enum err db_ddl(struct ctx *c, struct str sql);
/* The server's own words of the last failure, for doorwardctl check. */
const char *db_last_error(const struct db *d);
unsigned db_last_errno(const struct db *d);

#ifdef DW_FAULTS
/* The statement that was made to fail last, for tests. */
extern const char *db_failed;
#endif

#endif
