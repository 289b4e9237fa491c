#include "pin_session.h"

#include "audit.h"
#include "base/config.h"
#include "crypto/token.h"
#include "store/store_pin.h"
#include "store/store_tx.h"

enum err
pin_session_start(struct ctx *c, const struct account *a, struct uid family,
    struct session_tokens *t)
{
	const struct config *cfg = c->config;
	struct store_pin_session s = {
		.uid = a->uid, .generation = a->generation,
		.family = family, .created_s = c->now_s,
		.expires_s = c->now_s + cfg->pin_session_s
	};

	if (!cfg->pin_enabled || !cfg->pin_login || a->pin_changed_s == 0)
		return ERR_OK;
	t->pin_token = token_guid(c->arena, s.token_hash);
	t->pin_expires_s = s.expires_s;
	return store_pin_session_insert(c, &s);
}

struct ending {
	unsigned char hash[TOKEN_HASH];
};

/* The update first: it locks the row, and tells whose ending this is. */
static enum err
end_tx(struct ctx *c, void *arg)
{
	const struct ending *d = arg;
	struct store_pin_session s;
	bool ended = false;
	enum err e;

	e = store_pin_session_end(c, d->hash, &ended);
	if (e == ERR_OK)
		e = store_pin_session_read(c, d->hash, &s);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_PIN_SESSION_INVALID, NULL,
		    "unknown token");
	if (e != ERR_OK)
		return e;
	if (s.expires_s <= c->now_s)
		return err_set(c, ERR_PIN_SESSION_EXPIRED, NULL, "over");
	return ended ? audit_add(c, "pin_session_ended", s.uid, "") : ERR_OK;
}

enum err
pin_session_end(struct ctx *c, struct str token)
{
	struct ending d;

	if (!token_guid_hash(token, d.hash))
		return err_set(c, ERR_PIN_SESSION_INVALID, NULL,
		    "malformed token");
	return store_tx(c, end_tx, &d, store_tx_repeatable);
}
