#include "altcha.h"

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/rand.h"
#include "codec/text.h"
#include "keys.h"

#define ALGORITHM	"PBKDF2/SHA-256"
#define NONCE_LEN	16
#define SALT_LEN	16
#define KEY_LEN		32
#define PREFIX_LEN	(KEY_LEN / 2)
#define MAC_LEN		32
#define ANSWER_MAX	4096	/* of the text; a good one has 900 */
#define DEPTH		4
#define MEMBERS		32

/* What a challenge is made of; all else is fixed. */
struct terms {
	unsigned char nonce[NONCE_LEN], salt[SALT_LEN], prefix[PREFIX_LEN];
	unsigned char key_signature[MAC_LEN];
	int64_t cost, expires_s;
	struct str purpose;
};

static void
set_hex(struct ctx *c, struct json *j, const char *name, const void *p,
    size_t len)
{
	json_set_str(j, name, hex_encode(c->arena, p, len));
}

/* In the order of their names, since their text is what is signed. */
static struct json *
parameters(struct ctx *c, const struct terms *t)
{
	struct json *j = json_new_object(c->arena);
	struct json *data = json_new_object(c->arena);

	json_set_str(data, "purpose", t->purpose);
	json_set_cstr(j, "algorithm", ALGORITHM);
	json_set_int(j, "cost", t->cost);
	json_set(j, "data", data);
	json_set_int(j, "expiresAt", t->expires_s);
	json_set_int(j, "keyLength", KEY_LEN);
	set_hex(c, j, "keyPrefix", t->prefix, sizeof(t->prefix));
	set_hex(c, j, "keySignature", t->key_signature,
	    sizeof(t->key_signature));
	set_hex(c, j, "nonce", t->nonce, sizeof(t->nonce));
	set_hex(c, j, "salt", t->salt, sizeof(t->salt));
	return j;
}

/* The try's number stands behind the nonce, in network order. */
static void
derive(const struct terms *t, uint32_t counter, unsigned char out[KEY_LEN])
{
	unsigned char password[NONCE_LEN + 4] = { 0 };
	size_t i;

	memcpy(password, t->nonce, NONCE_LEN);
	for (i = 0; i < 4; i++)
		password[NONCE_LEN + i] =
		    (unsigned char)(counter >> (24 - 8 * i));
	must(PKCS5_PBKDF2_HMAC((const char *)password, sizeof(password),
	    t->salt, SALT_LEN, (int)t->cost, EVP_sha256(), KEY_LEN,
	    out) == 1);
}

static struct str
bytes(const void *p, size_t len)
{
	return (struct str){ p, len };
}

struct json *
altcha_challenge(struct ctx *c, struct str purpose)
{
	const struct config *cfg = c->config;
	unsigned char key[KEY_LEN], signature[MAC_LEN];
	struct json *j = json_new_object(c->arena), *signed_part;
	struct terms t = { .cost = cfg->captcha_altcha_cost,
		.expires_s = c->now_s + cfg->captcha_lifetime_s,
		.purpose = purpose };
	uint32_t half = (uint32_t)(cfg->captcha_altcha_tries + 1) / 2;

	rand_bytes(t.nonce, sizeof(t.nonce));
	rand_bytes(t.salt, sizeof(t.salt));
	derive(&t, half + rand_below(half), key);
	memcpy(t.prefix, key, sizeof(t.prefix));
	MAC(c->keys, KEY_CAPTCHA, t.key_signature, STR("key"),
	    bytes(t.nonce, sizeof(t.nonce)), bytes(key, sizeof(key)));
	signed_part = parameters(c, &t);
	MAC(c->keys, KEY_CAPTCHA, signature, STR("challenge"),
	    json_text(c->arena, signed_part, false));
	json_set(j, "parameters", signed_part);
	set_hex(c, j, "signature", signature, sizeof(signature));
	return j;
}

/* ---- reading an answer ---- */

static bool
get_hex(struct ctx *c, const struct json *j, const char *name, size_t len,
    unsigned char *out)
{
	struct json *v = json_get(j, name);
	struct str raw;

	if (json_type(v) != JSON_STRING || json_string(v).len != 2 * len ||
	    !hex_decode(c->arena, json_string(v), &raw))
		return false;
	memcpy(out, raw.p, len);
	return true;
}

static bool
get_int(const struct json *j, const char *name, int64_t *out)
{
	struct json *v = json_get(j, name);

	if (json_type(v) != JSON_INT)
		return false;
	*out = json_int(v);
	return true;
}

static bool
read_terms(struct ctx *c, const struct json *p, struct terms *t)
{
	struct json *data = json_get(p, "data"), *purpose;

	purpose = json_type(data) == JSON_OBJECT ?
	    json_get(data, "purpose") : NULL;
	if (json_type(purpose) != JSON_STRING)
		return false;
	t->purpose = json_string(purpose);
	return get_int(p, "cost", &t->cost) &&
	    get_int(p, "expiresAt", &t->expires_s) &&
	    get_hex(c, p, "nonce", NONCE_LEN, t->nonce) &&
	    get_hex(c, p, "salt", SALT_LEN, t->salt) &&
	    get_hex(c, p, "keyPrefix", PREFIX_LEN, t->prefix) &&
	    get_hex(c, p, "keySignature", MAC_LEN, t->key_signature);
}

static struct json *
part(const struct json *j, const char *name)
{
	struct json *v = json_get(j, name);

	return json_type(v) == JSON_OBJECT ? v : NULL;
}

static bool
parse(struct ctx *c, struct str answer, struct json **challenge,
    struct json **solution)
{
	enum json_fault fault;
	struct json *j;
	struct str text;

	if (answer.len > ANSWER_MAX ||
	    !base64_decode(c->arena, answer, &text) ||
	    json_check(text, DEPTH, MEMBERS) != JSON_FINE)
		return false;
	j = json_parse(c->arena, text, &fault);
	if (j == NULL || json_type(j) != JSON_OBJECT)
		return false;
	*challenge = part(j, "challenge");
	*solution = part(j, "solution");
	return *challenge != NULL && *solution != NULL &&
	    part(*challenge, "parameters") != NULL;
}

/* The parameters are written anew: whatever was added counts for nothing,
 * and an algorithm or a length of other value is not what was signed. */
static bool
is_ours(struct ctx *c, const struct json *challenge, struct terms *t)
{
	unsigned char signature[MAC_LEN];

	return read_terms(c, part(challenge, "parameters"), t) &&
	    get_hex(c, challenge, "signature", MAC_LEN, signature) &&
	    MAC_MATCH(c->keys, KEY_CAPTCHA, signature, STR("challenge"),
	    json_text(c->arena, parameters(c, t), false));
}

static bool
is_solved(struct ctx *c, const struct json *solution, const struct terms *t)
{
	unsigned char key[KEY_LEN];

	return get_hex(c, solution, "derivedKey", KEY_LEN, key) &&
	    MAC_MATCH(c->keys, KEY_CAPTCHA, t->key_signature, STR("key"),
	    bytes(t->nonce, NONCE_LEN), bytes(key, sizeof(key)));
}

static enum err
bad(struct ctx *c, const char *why)
{
	return err_set(c, ERR_MALFORMED, NULL, "ALTCHA: %s", why);
}

enum err
altcha_check(struct ctx *c, struct str answer, struct str purpose,
    unsigned char id_out[32], int64_t *expires_s_out)
{
	struct json *challenge, *solution;
	struct terms t = { .cost = 0 };

	if (!parse(c, answer, &challenge, &solution))
		return bad(c, "not readable");
	if (!is_ours(c, challenge, &t))
		return bad(c, "not a challenge of ours");
	if (t.expires_s <= c->now_s)
		return bad(c, "expired");
	if (t.cost != c->config->captcha_altcha_cost)
		return bad(c, "not at the cost of today");
	if (purpose.p != NULL && !str_eq(purpose, t.purpose))
		return bad(c, "made for another purpose");
	if (!is_solved(c, solution, &t))
		return bad(c, "not solved");
	sha256(t.nonce, sizeof(t.nonce), id_out);
	*expires_s_out = t.expires_s;
	return ERR_OK;
}
