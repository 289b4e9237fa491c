/*
 * Mail: one composer makes the complete message (RFC 5322, 2045, 2047), and
 * one of three transports carries the same bytes.
 */
#ifndef NET_MAIL_H
#define NET_MAIL_H

#include "base/ctx.h"
#include "base/err.h"

struct mail {
	struct str from_address, from_name;
	struct str to_address;		/* as stored; IDNA is done here */
	struct str subject;
	struct str text;		/* UTF-8, lines end with LF */
	struct str html;		/* may be absent */
	struct str message_id;		/* "left@right", no brackets */
	int64_t date_s;
};

/* ERR_MALFORMED when an address or header holds what it must not. */
MUST_CHECK enum err mail_compose(struct ctx *c, const struct mail *m,
    struct str *message_out);
/*
 * By mail.transport: an SMTP server (libcurl, loaded on first use), the
 * sendmail command, or a file.  Time limit 30 s.  ERR_DELIVERY with a note
 * in c->err; *permanent_out: trying again is of no use.
 */
MUST_CHECK enum err mail_send(struct ctx *c, struct str from, struct str to,
    struct str message, bool *permanent_out);

#endif
