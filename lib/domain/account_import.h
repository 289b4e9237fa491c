/*
 * Accounts from another system, or from another site: one JSON object a line,
 * in the form of account_export.h.  Each is judged like a registration; up to
 * a thousand go into the database in one transaction, and with them the mark
 * of how far the file has been taken.  So an import that is killed goes on
 * behind the last line that was committed when it is started again.
 */
#ifndef DOMAIN_ACCOUNT_IMPORT_H
#define DOMAIN_ACCOUNT_IMPORT_H

#include "base/ctx.h"

#define IMPORT_LINE_MAX		(256 * 1024)	/* bytes */

/* A line that did not come in, or not as it stands. */
struct import_refusal {
	int64_t line;
	enum err code;
	const char *field;	/* of the line; may be NULL */
	const char *note;
	bool imported;		/* all the same */
};

struct import_options {
	bool dry_run;		/* judge, and write nothing */
	bool verified;		/* what a line does not tell: proven now */
	bool restart;		/* forget how far an earlier run came */
	/*
	 * May be NULL.  Keep these refusals behind the first *bytes_io bytes
	 * of the report, before they are committed; perhaps more than once.
	 * *bytes_io becomes the report's length.
	 */
	enum err (*keep)(void *arg, const struct import_refusal *list,
	    size_t n, int64_t *bytes_io);
	/* They are committed.  May be NULL. */
	void (*done)(void *arg, const struct import_refusal *list, size_t n);
	void *arg;
};
struct import_progress {
	int64_t lines, imported, refused;	/* of all runs */
	int64_t skipped;	/* lines that earlier runs had taken */
	int64_t report_bytes;
};

struct account_import;

/* The first line tells which import it is, so that it can go on.  The rest
 * belongs to the process. */
MUST_CHECK enum err account_import_begin(struct ctx *c,
    struct arena *process, const struct import_options *o, struct str first,
    struct account_import **out);
/*
 * The next line without its end; cut: it is longer, and this is its
 * beginning.  ERR_BUSY: another import of this file is at work;
 * ERR_MISMATCH: this is not the file that was begun.
 */
MUST_CHECK enum err account_import_line(struct ctx *c,
    struct account_import *m, struct str line, bool cut);
/* Commits the rest and forgets the mark. */
MUST_CHECK enum err account_import_end(struct ctx *c,
    struct account_import *m);
struct import_progress account_import_progress(
    const struct account_import *m);
void account_import_free(struct account_import *m);

#endif
