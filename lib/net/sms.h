/*
 * Text messages and calls: by sms.provider, a Twilio-style gateway, any other
 * that takes HTTP, or a file.
 */
#ifndef NET_SMS_H
#define NET_SMS_H

#include "base/ctx.h"
#include "base/err.h"

#define SMS_TEXT_MAX	1000	/* characters; more is cut */

struct sms {
	struct str to;		/* E.164 */
	struct str text;	/* UTF-8 */
	struct str id;		/* the same at each try */
	bool voice;		/* a call that speaks the text */
};

/*
 * Time limit 10 s.  ERR_DELIVERY with a note in c->err that holds neither
 * number nor text; *permanent_out: trying again is of no use.
 */
MUST_CHECK enum err sms_send(struct ctx *c, const struct sms *m,
    bool *permanent_out);
/* May messages go to this number, by sms.countries? */
bool sms_country_admitted(const struct config *cfg, struct str number);
/* sms.body with sample values: is it what sms.content says? */
bool sms_body_valid(struct ctx *c);

#endif
