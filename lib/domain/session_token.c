/*
 * Tokens of sessions: random bits, of which the database keeps hashes alone.
 * By two settings back ends ask for them again: such tokens are made of the
 * master secret and of the row, so that the database holds no more than else
 * (S-091).
 */
#include "session_renew.h"

#include "base/config.h"
#include "crypto/keys.h"
#include "crypto/token.h"
#include "session_internal.h"

static struct str
made_of(struct ctx *c, enum key_purpose purpose, struct str row,
    unsigned char hash_out[TOKEN_HASH])
{
	unsigned char bits[32];
	struct str token;

	MAC_LASTING(c->keys, purpose, bits, STR("offer"), row);
	token = token_guid_of(c->arena, bits, hash_out);
	secret_wipe(bits, sizeof(bits));
	return token;
}

static struct str
access_of(struct ctx *c, const struct store_session *s,
    unsigned char hash_out[TOKEN_HASH])
{
	struct str row = { (const char *)s->handle.b, sizeof(s->handle.b) };

	return made_of(c, KEY_ACCESS, row, hash_out);
}

static struct str
refresh_of(struct ctx *c, const unsigned char access_hash[TOKEN_HASH],
    unsigned char hash_out[TOKEN_HASH])
{
	struct str row = { (const char *)access_hash, TOKEN_HASH };

	return made_of(c, KEY_REFRESH, row, hash_out);
}

struct str
session_access_token(struct ctx *c, struct store_session *s)
{
	s->handle = uid_new(c->now_ms);
	if (s->kind == SESSION_PAGE)
		return token_link(c->arena, s->token_hash);
	return c->config->compat_active_session_tokens ?
	    access_of(c, s, s->token_hash) :
	    token_guid(c->arena, s->token_hash);
}

/* Of the time before the setting, or under a secret that is gone: none. */
struct str
session_access_token_again(struct ctx *c, const struct store_session *s)
{
	unsigned char hash[TOKEN_HASH];
	struct str token;

	if (!c->config->compat_active_session_tokens)
		return STR_NONE;
	token = access_of(c, s, hash);
	return secret_equal(hash, TOKEN_HASH, s->token_hash, TOKEN_HASH) ?
	    token : STR_NONE;
}

enum err
session_add_refresh(struct ctx *c, const struct store_session *s,
    struct str *token_out)
{
	struct store_refresh r = {
		.uid = s->uid, .family = s->family,
		.generation = s->generation, .created_s = c->now_s,
		.expires_s = s->ends_s
	};

	*token_out = c->config->compat_validate_returns_refresh ?
	    refresh_of(c, s->token_hash, r.token_hash) :
	    token_guid(c->arena, r.token_hash);
	return store_refresh_insert(c, &r);
}

enum err
session_offer_refresh(struct ctx *c, const struct session *s,
    struct str *token_out)
{
	unsigned char hash[TOKEN_HASH];
	struct str token = refresh_of(c, s->token_hash, hash);
	struct store_refresh r;
	bool good;
	enum err e;

	e = store_refresh_read(c, hash, &r);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	good = e == ERR_OK && r.used_s == 0 && r.expires_s > c->now_s &&
	    r.generation == s->generation;
	*token_out = good ? token : STR_NONE;
	return ERR_OK;
}
