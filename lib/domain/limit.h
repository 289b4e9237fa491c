/*
 * Counting failures and metering calls, decided by single conditional
 * statements so that a burst cannot pass (S-021, S-022, S-024).
 */
#ifndef DOMAIN_LIMIT_H
#define DOMAIN_LIMIT_H

#include "base/ctx.h"
#include "base/err.h"

/* Purposes: what tests the password of an account counts as one. */
#define LIMIT_FOR_LOGIN	"login"
#define LIMIT_FOR_BROWSER	"browser"

/*
 * Reserve one attempt for the identifier (its canonical form; unknown ones
 * count alike).  Waits up to 5 s for attempts in flight.
 * Errors of limit_locked; ERR_RATE_LIMITED for the source.
 */
MUST_CHECK enum err limit_attempt(struct ctx *c, const char *purpose,
    struct str canonical);
/*
 * Give the attempt back: it was right, wrong, or was never judged.  A right
 * one takes back the failures of its own source, and no others; where there
 * were none, LIMIT_VOID does the same for less.
 */
enum limit_outcome { LIMIT_RIGHT, LIMIT_WRONG, LIMIT_VOID };
MUST_CHECK enum err limit_settle(struct ctx *c, const char *purpose,
    struct str canonical, enum limit_outcome outcome);
/* What login.lock says to who is locked until then: ERR_LOGIN_SUSPENDED with
 * c->err.until_s, ERR_LOCKED_CAPTCHA, ERR_LOCKED_QUESTION,
 * ERR_ACCOUNT_BLOCKED. */
MUST_CHECK enum err limit_locked(struct ctx *c, int64_t until_s);
/* Is the identifier suspended now? For IsLoginLocked. */
MUST_CHECK enum err limit_suspended(struct ctx *c, const char *purpose,
    struct str canonical, int64_t *until_s_out);
MUST_CHECK enum err limit_clear(struct ctx *c, const char *purpose,
    struct str canonical);

/* Count one use of a thing in a fixed window; ERR_RATE_LIMITED past max
 * (c->err.until_s is the window's end). */
MUST_CHECK enum err limit_meter(struct ctx *c, const char *what,
    struct str key, int64_t max, int64_t window_s);
/* Its window begins anew with the next use. */
MUST_CHECK enum err limit_meter_clear(struct ctx *c, const char *what,
    struct str key);
/* Would the next use be refused?  Counts nothing. */
MUST_CHECK enum err limit_meter_full(struct ctx *c, const char *what,
    struct str key, int64_t max, bool *full_out);
/* The source alone, for what names no identifier (SOTTs, link secrets): has
 * it failed too often?  ERR_RATE_LIMITED.  Then count one more failure. */
MUST_CHECK enum err limit_source(struct ctx *c);
MUST_CHECK enum err limit_source_failed(struct ctx *c);
/* The first, and with the same look how often a mark was used. */
MUST_CHECK enum err limit_source_and_mark(struct ctx *c,
    const unsigned char mark[32], int64_t *uses_out);

/* May a message go to this target now?  All of mail.gap_s, per_hour, per_day
 * and per_hour_source: ERR_MAIL_LIMIT.  Inside the transaction that adds the
 * message.  Unknown targets count alike. */
MUST_CHECK enum err limit_mail(struct ctx *c, const char *kind,
    struct str canonical);
/* Its two halves, where their refusals mean different things. */
MUST_CHECK enum err limit_mail_target(struct ctx *c, const char *kind,
    struct str canonical);
MUST_CHECK enum err limit_mail_source(struct ctx *c);
/* The second, and one use of a mark with it: both or none.  Then each for
 * itself tells what was in the way. */
MUST_CHECK enum err limit_mail_source_and_mark(struct ctx *c,
    const unsigned char mark[32], int64_t max, int64_t until_s,
    bool *passed_out);

/* Is there a way for text messages (calls) to this number?  ERR_SMS_OFF,
 * ERR_VOICE_OFF, ERR_SMS_FAILED (a country that sms.countries leaves out). */
MUST_CHECK enum err limit_sms_ready(struct ctx *c, struct str number,
    bool voice);
/*
 * May a text message or a call go to this number now?  The above, and then
 * all of sms.per_hour_source, gap_s, per_hour, per_day (ERR_SMS_LIMIT) and
 * site_per_day (ERR_SMS_QUOTA).  Inside the transaction that adds the
 * message.  Unknown numbers count alike.
 */
MUST_CHECK enum err limit_sms(struct ctx *c, const char *kind,
    struct str number, bool voice);
/* The same where existence is hidden: that the number itself has had enough
 * is no error, but told in *full_out. */
MUST_CHECK enum err limit_sms_quietly(struct ctx *c, const char *kind,
    struct str number, bool voice, bool *full_out);

#endif
