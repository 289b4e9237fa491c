/*
 * One JSON object a line: time, level, request id, event, and text with
 * control characters escaped.  Never given a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "str.h"

struct ctx;

enum log_level { LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARN, LOG_ERROR };

/* file NULL or "": standard error.  Opened for append, mode 0600. */
void log_open(const char *file, enum log_level least);
/* c may be NULL.  event is a constant word; the text is free. */
void log_write(const struct ctx *c, enum log_level level, const char *event,
    const char *fmt, ...) PRINTF(4, 5);
/* A finished request's one line. */
struct log_request {
	const char *method, *route;	/* the row's path, never the URL */
	int status;
	int64_t ms;
	const char *error;	/* err_name, or NULL */
	int api_code;
	const char *note;
	bool quiet;		/* a line of the level debug */
};
void log_request(const struct ctx *c, const struct log_request *r);
/* Why the last line could not be written: errno; or 0. */
int log_error(void);

#endif
