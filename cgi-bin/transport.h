/*
 * Where requests come from and answers go: FastCGI, plain CGI, or memory
 * (for tests).  One request at a time.  Knows nothing of HTTP.
 */
#ifndef CGI_TRANSPORT_H
#define CGI_TRANSPORT_H

#include "base/str.h"

struct arena;
struct transport;

enum transport_kind { TRANSPORT_FASTCGI, TRANSPORT_CGI, TRANSPORT_MEMORY };
enum transport_event { TRANSPORT_READY, TRANSPORT_REQUEST, TRANSPORT_IDLE,
	TRANSPORT_STOP };

/*
 * Finds out how the program was started; NULL: by neither.  Blocks SIGTERM
 * and SIGUSR1, so that they end the process between two requests only.
 */
struct transport *transport_open(struct arena *process);
/* The first step of an ending: nobody else is sent here from now on. */
void transport_close(struct transport *t);
/* One request from memory.  env: NAME=value strings, NULL at the end;
 * borrowed, as is the body. */
struct transport *transport_memory(struct arena *a, const char *const *env,
    struct str body);
enum transport_kind transport_kind(const struct transport *t);

/* READY when a request waits; IDLE after timeout_ms without one; STOP when the
 * process is to end: told so, orphaned, or there is no further request. */
enum transport_event transport_wait(struct transport *t, int timeout_ms);
/* Take what waits: REQUEST, IDLE when another process was faster, STOP. */
enum transport_event transport_accept(struct transport *t);
/* What the server asks for: an answer, an authorization, or else. */
enum transport_role { ROLE_RESPONDER, ROLE_AUTHORIZER, ROLE_OTHER };
enum transport_role transport_role(const struct transport *t);
/* NAME=value strings, NULL at the end.  A name can stand several times. */
const char *const *transport_env(const struct transport *t);
/* Some of the body: 0 at its end, -1 on failure or when nothing came until
 * deadline_ms (clock_mono_ms). */
int transport_read(struct transport *t, void *p, size_t len,
    int64_t deadline_ms);
/* False when the other side is gone. */
bool transport_write(struct transport *t, struct str text);
/* The answer is complete: let the server have it.  unread: some of a body may
 * be left. */
void transport_finish(struct transport *t, bool unread);
/* Of the connections that were answered, as soon as their servers have; before
 * the process ends or starts anew.  At most two seconds. */
void transport_let_go(struct transport *t);
/* MEMORY: what was written so far. */
struct str transport_written(const struct transport *t);

#endif
