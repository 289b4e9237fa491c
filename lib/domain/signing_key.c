#include "signing_key.h"

#include "audit.h"
#include "base/arena.h"
#include "crypto/keys.h"
#include "store/store_signing_key.h"
#include "store/store_tx.h"

#define NEEDED_STEP_S	60	/* so that not every token writes */

static const struct uid nobody;

static enum signing_key_state
state_of(const struct ctx *c, const struct store_signing_key *k, bool newer)
{
	if (k->signs_s > c->now_s)
		return SIGNING_KEY_NEXT;
	if (!newer)
		return SIGNING_KEY_SIGNS;
	return k->needed_s + JWT_SKEW_S > c->now_s ? SIGNING_KEY_EARLIER :
	    SIGNING_KEY_OVER;
}

static enum err
read_row(struct ctx *c, const struct store_signing_key *r, bool newer,
    struct signing_key *out)
{
	enum json_fault fault;

	*out = (struct signing_key){
		.kid = r->kid, .state = state_of(c, r, newer),
		.created_s = r->created_s, .signs_s = r->signs_s,
		.needed_s = r->needed_s, .sealed = r->sealed,
		.jwk = json_parse(c->arena, r->jwk, &fault)
	};
	return out->jwk != NULL ? ERR_OK : err_set(c, ERR_INTERNAL, NULL,
	    "signing key %s cannot be read", uid_hex(c->arena, r->kid).p);
}

enum err
signing_key_list(struct ctx *c, struct signing_key **out, size_t *n_out)
{
	struct store_signing_key *rows;
	struct signing_key *list;
	bool newer = false;
	size_t n, i;
	enum err e;

	e = store_signing_keys(c, SIGNING_KEYS_MAX, &rows, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct signing_key, n);
	for (i = 0; i < n; i++) {
		e = read_row(c, &rows[i], newer, &list[i]);
		if (e != ERR_OK)
			return e;
		newer |= list[i].state == SIGNING_KEY_SIGNS;
	}
	*out = list;
	*n_out = n;
	return ERR_OK;
}

enum err
signing_key_set(struct ctx *c, struct json **out)
{
	struct json *set, *list;
	struct signing_key *keys;
	size_t n, i;
	enum err e;

	e = signing_key_list(c, &keys, &n);
	if (e != ERR_OK)
		return e;
	list = json_new_array(c->arena);
	for (i = 0; i < n; i++)
		if (keys[i].state != SIGNING_KEY_OVER)
			json_append(list, keys[i].jwk);
	set = json_new_object(c->arena);
	json_set(set, "keys", list);
	*out = set;
	return ERR_OK;
}

static enum err
unfit(struct ctx *c, const struct signing_key *k)
{
	return err_set(c, ERR_INTERNAL, NULL, "signing key %s cannot be used",
	    uid_hex(c->arena, k->kid).p);
}

enum err
signing_key_public(struct ctx *c, struct jwt_key **out, size_t *n_out)
{
	struct signing_key *keys;
	struct jwt_key *list;
	size_t n, i, count = 0;
	enum err e;

	e = signing_key_list(c, &keys, &n);
	if (e != ERR_OK)
		return e;
	list = ARENA_ARRAY(c->arena, struct jwt_key, n);
	for (i = 0; i < n; i++) {
		if (keys[i].state == SIGNING_KEY_OVER)
			continue;
		if (!jwk_read(c->arena, keys[i].jwk, &list[count++]))
			return unfit(c, &keys[i]);
	}
	*out = list;
	*n_out = count;
	return ERR_OK;
}

/* Bound to its public part: rows cannot be mixed. */
static struct str
seal_context(struct ctx *c, const struct json *jwk)
{
	return json_text(c->arena, jwk, false);
}

static enum err
open_key(struct ctx *c, const struct signing_key *k, struct jwt_key *out)
{
	struct str scalar;

	if (!aead_open(c->arena, c->keys, KEY_SIGNING,
	    seal_context(c, k->jwk), k->sealed, &scalar))
		return err_set(c, ERR_INTERNAL, NULL, "the master secrets do "
		    "not open signing key %s", uid_hex(c->arena, k->kid).p);
	return jwk_read_private(c->arena, k->jwk, scalar, out) ? ERR_OK :
	    unfit(c, k);
}

/* Written at most once a minute: some time beyond what was asked for. */
static enum err
keep_until(struct ctx *c, const struct signing_key *k, int64_t ends_s)
{
	enum err e;

	if (k->needed_s >= ends_s)
		return ERR_OK;
	e = store_signing_key_needed(c, k->kid, ends_s + NEEDED_STEP_S);
	return e != ERR_NOT_FOUND ? e : err_set(c, ERR_UNAVAILABLE, NULL,
	    "the signing key was dropped just now");
}

enum err
signing_key_use(struct ctx *c, int64_t ends_s, struct jwt_key *out)
{
	struct signing_key *keys;
	size_t n, i;
	enum err e;

	e = signing_key_list(c, &keys, &n);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < n; i++)
		if (keys[i].state == SIGNING_KEY_SIGNS)
			break;
	if (i == n)
		return err_set(c, ERR_ENDPOINT_OFF, NULL, "no key signs: run "
		    "doorwardctl keys jwt-rotate");
	e = open_key(c, &keys[i], out);
	return e != ERR_OK ? e : keep_until(c, &keys[i], ends_s);
}

/* Rotation */

static enum err
insert_tx(struct ctx *c, void *arg)
{
	const struct store_signing_key *k = arg;
	enum err e;

	e = store_signing_key_insert(c, k);
	return e != ERR_OK ? e : audit_add(c, "signing_key_made", nobody,
	    uid_hex(c->arena, k->kid).p);
}

/* ERR_OK, or ERR_NOT_FOUND. */
static enum err
find(struct ctx *c, struct uid kid)
{
	struct store_signing_key *rows;
	size_t n, i;
	enum err e;

	e = store_signing_keys(c, SIGNING_KEYS_MAX, &rows, &n);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < n; i++)
		if (uid_eq(rows[i].kid, kid))
			return ERR_OK;
	return ERR_NOT_FOUND;
}

static enum err
insert_in_doubt(struct ctx *c, void *arg)
{
	const struct store_signing_key *k = arg;

	return find(c, k->kid);
}

static void
make(struct ctx *c, int64_t signs_s, struct store_signing_key *out)
{
	struct store_signing_key k = { .kid = uid_new(c->now_ms),
		.created_s = c->now_s, .signs_s = signs_s };
	enum jwt_algorithm algorithm = JWT_ES256;
	struct secret scalar;
	struct json *jwk;

	must(jwt_algorithm_read(c->config->jwt_algorithm, &algorithm));
	jwk = jwk_make(c->arena, algorithm, uid_hex(c->arena, k.kid),
	    &scalar);
	k.jwk = seal_context(c, jwk);
	k.sealed = aead_seal(c->arena, c->keys, KEY_SIGNING, k.jwk,
	    secret_view(&scalar));
	*out = k;
}

enum err
signing_key_rotate(struct ctx *c, bool at_once, struct signing_key *out)
{
	struct store_signing_key fresh;
	struct signing_key *keys;
	bool first = true;
	size_t n, i;
	enum err e;

	e = signing_key_list(c, &keys, &n);
	if (e != ERR_OK)
		return e;
	if (n == SIGNING_KEYS_MAX)
		return err_set(c, ERR_CONFLICT, NULL, "there are %d keys "
		    "already; doorwardctl gc removes what nobody needs",
		    SIGNING_KEYS_MAX);
	for (i = 0; i < n; i++)
		first &= keys[i].state != SIGNING_KEY_SIGNS;
	make(c, c->now_s + (first || at_once ? 0 :
	    c->config->jwt_publish_ahead_s), &fresh);
	e = store_tx(c, insert_tx, &fresh, insert_in_doubt);
	return e != ERR_OK ? e : read_row(c, &fresh, false, out);
}

static enum err
drop_tx(struct ctx *c, void *arg)
{
	const struct uid *kid = arg;
	enum err e;

	e = store_signing_key_drop(c, *kid);
	return e != ERR_OK ? e : audit_add(c, "signing_key_dropped", nobody,
	    uid_hex(c->arena, *kid).p);
}

static enum err
drop_in_doubt(struct ctx *c, void *arg)
{
	const struct uid *kid = arg;
	enum err e;

	e = find(c, *kid);
	if (e == ERR_OK)
		return ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
signing_key_drop(struct ctx *c, struct uid kid)
{
	return store_tx(c, drop_tx, &kid, drop_in_doubt);
}

static enum err
reseal(struct ctx *c, const struct signing_key *k, const struct keys *with)
{
	struct str context = seal_context(c, k->jwk), scalar;

	if (!aead_open(c->arena, c->keys, KEY_SIGNING, context, k->sealed,
	    &scalar))
		return ERR_OK;		/* lost before already */
	return store_signing_key_reseal(c, k->kid, k->sealed,
	    aead_seal(c->arena, with, KEY_SIGNING, context, scalar));
}

enum err
signing_key_reseal(struct ctx *c, const struct config *with)
{
	const struct keys *keys = keys_new(c->arena, with);
	struct signing_key *list;
	size_t n = 0, i;
	enum err e;

	e = signing_key_list(c, &list, &n);
	for (i = 0; i < n && e == ERR_OK; i++)
		e = reseal(c, &list[i], keys);
	return e;
}
