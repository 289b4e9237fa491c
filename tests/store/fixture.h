/*
 * A database of this test's own, on the server whose socket
 * DOORWARD_TEST_SOCKET names; without that variable the test is skipped.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "../unit/unit.h"

#include "base/config.h"
#include "base/ctx.h"
#include "domain/session.h"

/* Group functions: make the database with its schema, and drop it. */
int fixture_open(void **state);
int fixture_close(void **state);
/* A test's functions: empty tables, the configuration as it was made, and a
 * request. */
int fixture_begin(void **state);
int fixture_end(void **state);
/* The end of main: 77 when there is no server. */
bool fixture_absent(void);

/* Of the test that runs. */
extern struct ctx *fx;
extern struct config *fx_config;
/* The next request: fx anew; what the last one made stays readable. */
void fx_next(void);
/* Later: all clocks of the next request go forward. */
void fx_pass(int64_t seconds);

/*
 * Run fn in n processes at once, each with a connection of its own; the
 * results are what fn returned (0 to 100).
 */
void fx_parallel(int n, int (*fn)(int i, void *arg), void *arg,
    int *results);

/* An account; password or username may be NULL.  Verified or not. */
struct uid fx_account(const char *email, const char *password,
    const char *username, bool verified);
struct secret fx_secret(const char *s);
/* A session of the account as it is now. */
struct session_tokens fx_session(struct uid uid, enum session_kind kind);
enum err fx_check(enum session_kind kind, struct str token);
/* The account as A1 reads it, with a session of its own; and its profile. */
struct account fx_seen(struct uid uid);
struct json *fx_profile(struct uid uid);
/* Signing in by email address. */
enum err fx_login(const char *email, const char *password);

/* Every account has a summary, which is forgotten where its rows change; and
 * no summary says what these do not. */
void fx_summarize(void);
void fx_summaries(void);
/* Up to 12 s, until a transaction waits for a lock; false: none did. */
bool fx_somebody_waits(void);
/* One number, by SQL. */
int64_t fx_number(const char *fmt, ...) PRINTF(1, 2);
void fx_sql(const char *fmt, ...) PRINTF(1, 2);
/* The newest mail of a template to anybody: its text; fails without one.
 * Text messages are those of NAME.sms. */
struct str fx_mail(const char *template);
/* How many wait (decoys not counted). */
int64_t fx_mails(const char *template);
/* What stands in the newest mail behind this word, up to a blank. */
struct str fx_mail_word(const char *template, const char *before);

#endif
