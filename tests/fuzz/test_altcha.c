/*
 * Answers of ALTCHA.  A text as it comes; JSON that is put into base64 ("="
 * in front); and the right answer with one change ("!"): a byte of its JSON
 * is replaced by one of the input.
 */
#include "fuzz.h"

#include "../unit/altcha_solve.h"
#include "base/config.h"
#include "crypto/altcha.h"
#include "crypto/keys.h"

const char fuzz_name[] = "altcha";

#define NOW	1930809600	/* 2031-03-09 08:00 */

static struct ctx ctx;
static struct str right;	/* the JSON of an answer */
static unsigned char right_id[32];

static bool
accepted(struct arena *a, struct str answer, unsigned char id[32])
{
	static const unsigned char blank[32];
	int64_t expires_s = 77;
	enum err e;

	memset(id, 0, 32);
	ctx.arena = a;
	e = altcha_check(&ctx, answer, STR("register"), id, &expires_s);
	if (e != ERR_OK) {
		claim(e == ERR_MALFORMED && expires_s == 77);
		claim(memcmp(id, blank, 32) == 0);
		return false;
	}
	claim(expires_s == NOW + ctx.config->captcha_lifetime_s);
	return true;
}

static void
set_up(void)
{
	struct arena *process = arena_new();
	struct str answer;

	ctx_init(&ctx, process, fuzz_config(process, "[site]\n"
	    "url = https://example.com\n[captcha]\nprovider = altcha\n"
	    "altcha_cost = 100\naltcha_tries = 10\n"));
	ctx.keys = keys_new(process, ctx.config);
	ctx.now_s = NOW;
	answer = altcha_solve(process, altcha_challenge(&ctx,
	    STR("register")));
	claim(base64_decode(process, answer, &right));
	claim(accepted(process, answer, right_id));
}

/* No change makes another challenge of it, nor one that counts anew. */
static void
judge_changed(struct arena *a, struct str s)
{
	struct str text = str_dup(a, right), answer;
	unsigned char id[32];
	size_t at;

	if (s.len < 3)
		return;
	at = (size_t)((unsigned char)s.p[0] << 8 | (unsigned char)s.p[1]);
	((char *)(uintptr_t)text.p)[at % text.len] = s.p[2];
	answer = base64_encode(a, text.p, text.len);
	if (accepted(a, answer, id))
		claim(memcmp(id, right_id, 32) == 0);
}

void
fuzz_one(struct arena *a, struct str s)
{
	unsigned char id[32];
	struct str inside = str_sub(s, 1, SIZE_MAX);

	if (ctx.config == NULL)
		set_up();
	claim(!accepted(a, s, id));
	if (str_starts(s, STR("=")))
		claim(!accepted(a, base64_encode(a, inside.p, inside.len),
		    id));
	else if (str_starts(s, STR("!")))
		judge_changed(a, inside);
}
