/*
 * For captcha.c and captcha_provider.c alone.
 */
#ifndef DOMAIN_CAPTCHA_INTERNAL_H
#define DOMAIN_CAPTCHA_INTERNAL_H

#include "base/ctx.h"
#include "base/err.h"

/*
 * Ask the configured provider.  ERR_OK, or ERR_CAPTCHA with a note;
 * *judged_out tells whether that is its word, or it could not be asked.
 */
MUST_CHECK enum err captcha_ask(struct ctx *c, const char *operation,
    struct str answer, struct str randstr, bool *judged_out);

#endif
