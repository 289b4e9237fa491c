/*
 * ALTCHA, the proof of work of version 2 (docs of altcha.org, "Proof-of-work
 * captcha"), in its deterministic mode: we choose the counter and derive its
 * key once; the client searches for it, and one MAC checks what it found.
 * Nothing is kept for a challenge.  That an answer counts once is the
 * caller's business.
 */
#ifndef CRYPTO_ALTCHA_H
#define CRYPTO_ALTCHA_H

#include "base/ctx.h"
#include "base/err.h"
#include "codec/json.h"

/* {parameters, signature}; purpose (a word) is signed with it. */
struct json *altcha_challenge(struct ctx *c, struct str purpose);
/*
 * The text of the form's member: base64 of {challenge, solution}.
 * purpose    absent: any
 * id_out     names the challenge, for counting its uses until expires_s
 * ERR_MALFORMED, with a note, for every failure.
 */
MUST_CHECK enum err altcha_check(struct ctx *c, struct str answer,
    struct str purpose, unsigned char id_out[32], int64_t *expires_s_out);

#endif
