/*
 * The members by which clients answer a CAPTCHA, declared once.  A row that
 * may demand one has CAPTCHA_FIELDS in its list, "struct captcha_answer
 * captcha" in its struct, ERR_CAPTCHA among its errors; and its handler
 * begins with captcha_demand() (domain/captcha.h).
 */
#ifndef CGI_CAPTCHA_H
#define CGI_CAPTCHA_H

#include "base/limits.h"
#include "domain/captcha.h"
#include "route.h"

#define CAPTCHA_FIELD(type, places, name, alias, member) \
	{ name, alias, places, FIELD_LINE, FIELD_TEXT, 0, 0, LIMIT_CAPTCHA, \
	  AT(type, captcha.member), "Answer of the captcha" }

/* places: IN_QUERY | IN_BODY; of a GET IN_QUERY alone. */
#define CAPTCHA_FIELDS(type, places) \
	CAPTCHA_FIELD(type, places, "g-recaptcha-response", \
	    "g_recaptcha_response", recaptcha), \
	CAPTCHA_FIELD(type, places, "h-captcha-response", \
	    "h_captcha_response", hcaptcha), \
	CAPTCHA_FIELD(type, places, "cf-turnstile-response", \
	    "cf_turnstile_response", turnstile), \
	CAPTCHA_FIELD(type, places, "qq_captcha_ticket", \
	    "qq_recaptcha_ticket", qq_ticket), \
	CAPTCHA_FIELD(type, places, "qq_captcha_response", NULL, \
	    qq_response), \
	CAPTCHA_FIELD(type, places, "qq_captcha_randstr", \
	    "qq_recaptcha_randstr", qq_randstr), \
	CAPTCHA_FIELD(type, places, "altcha", NULL, altcha)

/* serve_captcha.c */
struct in_challenge { struct str operation; };
extern const struct field in_challenge[];
extern const struct reply reply_challenge[];
extern const enum err errors_challenge[];
enum err serve_challenge(struct http *h, const void *in);
enum err serve_altcha_script(struct http *h, const void *in);
enum err serve_qq_script(struct http *h, const void *in);

/*
 * What a form of our pages needs: captcha_altcha and its like for
 * templates/_captcha.html, and the provider's origins in this answer's
 * content policy.  Nothing where the operation demands no answer.  True when
 * the error is the captcha's, and is shown beside it.
 */
bool page_captcha(struct http *h, struct values *v, const char *operation,
    enum err e);
#endif
