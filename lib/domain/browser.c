#include "browser.h"

#include "codec/text.h"
#include "crypto/keys.h"

/* What is sealed, in the byte order of the machine that made it. */
struct mark {
	struct browser browser;
	int64_t made_s;
};

struct str
browser_mark(struct ctx *c, struct uid uid, int64_t generation)
{
	struct mark m;
	struct str sealed;

	memset(&m, 0, sizeof(m));
	m.browser.id = uid_new(c->now_ms);
	m.browser.uid = uid;
	m.browser.generation = generation;
	m.made_s = c->now_s;
	sealed = aead_seal(c->arena, c->keys, KEY_SEAL, STR("browser"),
	    (struct str){ (const char *)&m, sizeof(m) });
	return base64url_encode(c->arena, sealed.p, sealed.len);
}

bool
browser_read(struct ctx *c, struct str mark, struct browser *out)
{
	struct str sealed, plain;
	struct mark m;

	if (!str_present(mark) ||
	    !base64url_decode(c->arena, mark, &sealed) ||
	    !aead_open(c->arena, c->keys, KEY_SEAL, STR("browser"), sealed,
	    &plain) || plain.len != sizeof(m))
		return false;
	memcpy(&m, plain.p, sizeof(m));
	if (m.made_s > c->now_s || m.made_s <= c->now_s - BROWSER_LIFE_S)
		return false;
	*out = m.browser;
	return true;
}
