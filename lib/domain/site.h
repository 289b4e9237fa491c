/*
 * The installation itself: schema, clean-up, server facts.
 */
#ifndef DOMAIN_SITE_H
#define DOMAIN_SITE_H

#include "base/config.h"
#include "base/ctx.h"
#include "base/err.h"

/* What stands in settings as a text of its own: password.rules, and the
 * registration schema, which is read into c->schema.  ERR_CONFIG with a
 * note. */
MUST_CHECK enum err site_rules(struct ctx *c, struct arena *process);
/*
 * Once per process: c->db (not yet connected), c->keys, and the password
 * engine; later requests copy the pointers, and that of c->schema.
 * FastCGI prepares all statements when it connects.  ERR_CONFIG with a note
 * when state.dir, password.rules or the registration schema cannot be used.
 */
MUST_CHECK enum err site_open(struct ctx *c, struct arena *process,
    bool prepare_all);
void site_idle(struct ctx *c);	/* between requests: closes idle connections */
void site_forget(struct ctx *c);	/* in a forked child: open one's own */
void site_close(struct ctx *c);
/* The database's own words of the last failure, for people who set up. */
const char *site_database_error(const struct ctx *c);
unsigned site_database_errno(const struct ctx *c);

/*
 * A SOTT for clients (S15, doorwardctl): our authenticated format, or with
 * legacy that of the published SDKs.  minutes is clamped to sott.max_minutes.
 */
MUST_CHECK enum err site_sott(struct ctx *c, int64_t minutes, bool legacy,
    struct str *sott_out, int64_t *end_s_out);

/* The numbers of the master secrets, the present one first; returns how
 * many.  Needs no database. */
size_t site_key_numbers(struct ctx *c, uint32_t out[1 + KEYS_EARLIER_MAX]);
/* For the audit: a new master secret is in use. */
MUST_CHECK enum err site_keys_rotated(struct ctx *c, uint32_t number);

/* One password hash, for doorwardctl bench-hash. */
MUST_CHECK enum err site_hash_once(struct ctx *c);
const char *site_hash_engine(void);
/* Passwords that are not argon2id (S-006). */
MUST_CHECK enum err site_foreign_hashes(struct ctx *c, int64_t *out);
/* How many entries the dictionary of passwords has; 0: it is off.  ERR_CONFIG
 * with a note. */
MUST_CHECK enum err site_dictionary(struct ctx *c, int64_t *entries_out);
/* The size of password.breach_file; 0: none is set.  ERR_CONFIG with a
 * note. */
MUST_CHECK enum err site_breach_file(struct ctx *c, int64_t *bytes_out);
/* Send a short test message now, past the outbox.  ERR_DELIVERY with a
 * note. */
MUST_CHECK enum err site_mail_probe(struct ctx *c, struct str to);

/* Does sms.body become what sms.content says, whatever a message holds? */
bool site_sms_body_valid(struct ctx *c);

/* What the site's own address answers to a call with a token that is not
 * one: 905 when the Authorization header arrives, 1060 when the web server
 * withholds it.  *code_out: ErrorCode, or 0 when the answer is not ours.
 * ERR_DELIVERY with a note when there is no answer. */
MUST_CHECK enum err site_web_probe(struct ctx *c, int64_t *status_out,
    int64_t *code_out);
/* What a stranger gets at this path of the host.  ERR_DELIVERY as above. */
MUST_CHECK enum err site_path_probe(struct ctx *c, struct str path,
    int64_t *status_out);

/* Apply schema/NNNN_*.sql that are not applied yet; safe to repeat, to kill
 * and to run twice at once.  *from_out and *to_out: schema numbers. */
MUST_CHECK enum err site_migrate(struct ctx *c, const char *schema_dir,
    int64_t *from_out, int64_t *to_out);
/* ERR_OK, or ERR_CONFIG with a note: schema missing, older or newer. */
MUST_CHECK enum err site_schema_check(struct ctx *c);
/* The database server's version, and how far its clock is ahead of ours. */
struct site_server { struct str version; int64_t ahead_s; };
MUST_CHECK enum err site_server(struct ctx *c, struct site_server *out);
/* One round of clean-up: batches of at most 500 rows, one sweeper at a time
 * on this machine, stopping at budget_ms; nothing where one was at its end
 * less than every_s ago.  Adds to *removed_out. */
MUST_CHECK enum err site_clean(struct ctx *c, int64_t every_s,
    int64_t budget_ms, int64_t *removed_out);

#endif
