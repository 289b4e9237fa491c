/*
 * The transports behind mail_send(), and what their tests need.
 */
#ifndef NET_MAIL_INTERNAL_H
#define NET_MAIL_INTERNAL_H

#include "base/ctx.h"
#include "base/err.h"

#define MAIL_CONNECT_S	15	/* the greeting included: slow ones exist */
#define MAIL_TOTAL_S	30

/* local@domain in plain ASCII: nothing that bends a header or command. */
bool mail_address_valid(struct str s);

MUST_CHECK enum err smtp_send(struct ctx *c, struct str from, struct str to,
    struct str message, bool *permanent_out);
/* timeout_ms: until the command has taken the message and ended. */
MUST_CHECK enum err sendmail_send(struct ctx *c, struct str from,
    struct str message, int64_t timeout_ms, bool *permanent_out);

/*
 * A file NNNNNN-KIND-LABEL.EXT in dir, numbered after all that are there,
 * renamed into place when complete.  label is made safe for a file's name.
 */
MUST_CHECK enum err drop_put(struct ctx *c, struct str dir, const char *kind,
    struct str label, const char *ext, struct str content);

#endif
