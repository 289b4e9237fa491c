/*
 * The web side from memory: a small table of rows, sessions that are made up,
 * and one call that asks and takes the answer apart.
 */
#ifndef TESTS_WEB_ASK_H
#define TESTS_WEB_ASK_H

#include "unit.h"

#include "base/config.h"
#include "http.h"

#define WEB_GOOD	"11111111-2222-3333-4444-555555555555"
#define WEB_OLD		"11111111-2222-3333-4444-666666666666"

struct answer {
	int status;
	struct str headers, body;
	int64_t code;		/* ErrorCode; 0 without one */
	struct json *json;	/* NULL when the body is none */
};

extern struct arena *web_arena;
extern int web_served;		/* calls of handlers so far */

int web_set_up(void **state);
int web_tear_down(void **state);
/* More lines for the configuration: "[cors]\norigins = ...\n". */
void web_configure(const char *more);
/* A fresh context, as a request has it. */
struct ctx *web_ctx(void);

/* more: NAME=value strings, NULL at the end; or NULL.  Without REQUEST_URI
 * and its like when uri is NULL. */
struct answer web_ask(const char *method, const char *uri, const char *body,
    const char *const *more);
#define WITH(...)	((const char *const[]){ __VA_ARGS__, NULL })
/* A value of the answer's headers; absent: STR_NONE. */
struct str web_header(const struct answer *a, const char *name);
/* A text of the answer's JSON: "data/name". */
struct str web_text(const struct answer *a, const char *name);

#endif
