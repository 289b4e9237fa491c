/*
 * doorwardctl: the administrator's tool.  One row a command.
 */
#ifndef CGI_CTL_H
#define CGI_CTL_H

#include "base/config.h"
#include "base/ctx.h"
#include "codec/json.h"

/* CTL_PARTLY: all was looked at, and some of it was refused. */
enum { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2, CTL_PARTLY = 3 };

struct ctl {
	struct arena *process;
	struct ctx *ctx;
	const char *config_file;	/* --config, or NULL */
	bool json;			/* --json */
	int argc;		/* of the command: argv[0] is its name */
	char **argv;
	const struct ctl_command *command;
};

struct ctl_command {
	const char *name, *sub;		/* "user", "add"; sub may be NULL */
	int (*run)(struct ctl *t);
	bool no_config;			/* runs without a configuration */
	bool no_site;			/* no database, no keys */
	const char *usage, *help;
};

extern const struct ctl_command ctl_commands[];
extern const size_t ctl_commands_count;

/* "doorwardctl: text" on standard error. */
void ctl_say(const char *fmt, ...) PRINTF(1, 2);
/* The command's failure with its reason, and CTL_FAILED. */
int ctl_fail(struct ctl *t, enum err e);
int ctl_usage(struct ctl *t);
/* Root becomes the owner of the configuration; false: it could not. */
MUST_CHECK bool ctl_become_owner(const char *file);
/* One JSON value on a line of standard output. */
void ctl_json(struct ctl *t, const struct json *j);
/* "2026-01-05 07:10:42", or "never" for 0. */
const char *ctl_time(struct ctl *t, int64_t t_s);
/* "--name value" and "--name" of the command line; false: unknown option.
 * What is not an option is left in rest (at most max). */
struct ctl_option { const char *name; const char **value; bool *flag; };
bool ctl_options(struct ctl *t, const struct ctl_option *o, size_t n,
    const char **rest, size_t max, size_t *n_rest_out);

/* A bar on a terminal, and nothing elsewhere: done of total (0: not known),
 * and words behind it; drawn ten times a second at most. */
struct ctl_progress { int64_t total, shown_ms; };
void ctl_progress(struct ctl_progress *p, int64_t done, const char *text);
void ctl_progress_end(struct ctl_progress *p);

int ctl_init(struct ctl *t);
int ctl_migrate(struct ctl *t);
int ctl_check(struct ctl *t);
int ctl_user_add(struct ctl *t);
int ctl_user_show(struct ctl *t);
int ctl_user_list(struct ctl *t);
int ctl_user_disable(struct ctl *t);
int ctl_user_enable(struct ctl *t);
int ctl_user_session_limit(struct ctl *t);
int ctl_user_delete(struct ctl *t);
int ctl_user_import(struct ctl *t);
int ctl_user_export(struct ctl *t);
int ctl_role_add(struct ctl *t);
int ctl_role_remove(struct ctl *t);
int ctl_role_list(struct ctl *t);
int ctl_session_list(struct ctl *t);
int ctl_session_revoke(struct ctl *t);
int ctl_sott(struct ctl *t);
int ctl_keys_list(struct ctl *t);
int ctl_keys_rotate(struct ctl *t);
int ctl_jwt_list(struct ctl *t);
int ctl_jwt_rotate(struct ctl *t);
int ctl_jwt_drop(struct ctl *t);
int ctl_outbox_list(struct ctl *t);
int ctl_outbox_run(struct ctl *t);
int ctl_outbox_retry(struct ctl *t);
int ctl_gc(struct ctl *t);
int ctl_openapi(struct ctl *t);
int ctl_sample_config(struct ctl *t);
int ctl_bench_hash(struct ctl *t);
/* Find the account that an address, user name or Uid names. */
struct account;
MUST_CHECK enum err ctl_account(struct ctl *t, const char *name,
    struct account *out);

#endif
