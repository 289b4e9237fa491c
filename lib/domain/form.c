#include "form.h"

#include "codec/text.h"
#include "crypto/keys.h"
#include "crypto/token.h"

#define TIME_BYTES	8
#define MAC_BYTES	32

static void
seal(struct ctx *c, struct str browser, struct str session, int64_t made_s,
    unsigned char out[TIME_BYTES + MAC_BYTES])
{
	int i;

	for (i = 0; i < TIME_BYTES; i++)
		out[i] = (unsigned char)((uint64_t)made_s >> (56 - 8 * i));
	MAC(c->keys, KEY_CSRF, out + TIME_BYTES,
	    (struct str){ (const char *)out, TIME_BYTES }, browser,
	    session.p != NULL ? session : STR(""));
}

struct str
form_browser(struct ctx *c)
{
	unsigned char hash[TOKEN_HASH];

	return token_link(c->arena, hash);
}

struct str
form_token(struct ctx *c, struct str browser, struct str session)
{
	unsigned char raw[TIME_BYTES + MAC_BYTES];

	seal(c, browser, session, c->now_s, raw);
	return base64url_encode(c->arena, raw, sizeof(raw));
}

bool
form_token_good(struct ctx *c, struct str browser, struct str session,
    struct str token)
{
	int64_t made_s = 0;
	struct str given;
	int i;

	if (!str_present(browser) ||
	    !base64url_decode(c->arena, token, &given) ||
	    given.len != TIME_BYTES + MAC_BYTES)
		return false;
	for (i = 0; i < TIME_BYTES; i++)
		made_s = (int64_t)((uint64_t)made_s << 8 |
		    (unsigned char)given.p[i]);
	if (made_s > c->now_s || made_s < c->now_s - FORM_LIFE_S)
		return false;
	return MAC_MATCH(c->keys, KEY_CSRF, given.p + TIME_BYTES,
	    str_sub(given, 0, TIME_BYTES), browser,
	    session.p != NULL ? session : STR(""));
}
