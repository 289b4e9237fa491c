#include "signed_token.h"

#include "base/config.h"
#include "codec/text.h"
#include "crypto/jwt.h"
#include "session_internal.h"
#include "signing_key.h"

#define TYPE	"at+jwt"	/* RFC 9068 §2.1 */

static struct list
audiences(const struct ctx *c)
{
	return c->config->jwt_audiences.n > 0 ? c->config->jwt_audiences :
	    (struct list){ &c->config->site_url, 1 };
}

static enum err
is_on(struct ctx *c)
{
	return c->config->jwt_enabled ? ERR_OK :
	    err_set(c, ERR_ENDPOINT_OFF, NULL, "jwt.enabled is off");
}

static enum err
choose_audience(struct ctx *c, struct str wanted, struct str *out)
{
	struct list known = audiences(c);
	size_t i;

	for (i = 0; i < known.n; i++)
		if (!str_present(wanted) || str_eq(known.items[i], wanted)) {
			*out = known.items[i];
			return ERR_OK;
		}
	return err_set(c, ERR_PARAMETER, "audience", "not in jwt.audiences");
}

/* Names between blanks; no claim where there are none. */
static void
set_names(struct ctx *c, struct json *claims, const char *claim,
    struct str names)
{
	struct json *list = json_new_array(c->arena);
	struct str one;

	while (str_split(&names, ' ', &one))
		if (one.len > 0)
			json_append_str(list, one);
	if (json_length(list) > 0)
		json_set(claims, claim, list);
}

/* RFC 8176 */
static struct str
methods(const struct session *s)
{
	return s->factor_s > 0 ? STR("mfa") : STR("");
}

/* RFC 8693 §4.1: a back end has the session for somebody. */
static void
set_actor(struct ctx *c, struct json *claims)
{
	struct json *actor = json_new_object(c->arena);

	json_set_str(actor, "sub", c->config->api_key);
	json_set(claims, "act", actor);
}

static struct json *
claims_of(struct ctx *c, const struct session *s,
    const struct store_session *row, struct str audience, int64_t ends_s)
{
	struct json *j = json_new_object(c->arena);

	json_set_str(j, "iss", c->config->site_url);
	json_set_str(j, "sub", uid_hex(c->arena, s->uid));
	json_set_str(j, "aud", audience);
	json_set_str(j, "client_id", c->config->api_key);
	json_set_int(j, "iat", c->now_s);
	json_set_int(j, "exp", ends_s);
	json_set_str(j, "jti", uid_hex(c->arena, uid_new(c->now_ms)));
	json_set_str(j, "sid", guid_encode(c->arena, s->family.b));
	json_set_int(j, "auth_time", s->auth_s);
	set_names(c, j, "amr", methods(s));
	json_set_bool(j, "email_verified", row->email_verified_s != 0);
	set_names(c, j, "roles", row->roles);
	if (s->acting)
		set_actor(c, j);
	return j;
}

/* Once more, for what the token says of the account. */
static enum err
read_again(struct ctx *c, const struct session *s, struct store_session *out)
{
	enum err e;

	e = store_session_for_guard(c, s->token_hash, out);
	if (e == ERR_NOT_FOUND)
		return err_set(c, ERR_TOKEN_UNKNOWN, NULL,
		    "the session ended meanwhile");
	return e != ERR_OK ? e : session_judge(c, s->kind, out, 0);
}

enum err
signed_token_make(struct ctx *c, const struct session *s,
    struct str audience, struct str *token_out, int64_t *expires_s_out)
{
	int64_t ends_s = c->now_s + c->config->lifetime_jwt_s;
	struct store_session row;
	struct jwt_key key;
	enum err e;

	if (ends_s > s->expires_s)
		ends_s = s->expires_s;
	e = is_on(c);
	if (e == ERR_OK)
		e = choose_audience(c, audience, &audience);
	if (e == ERR_OK)
		e = read_again(c, s, &row);
	if (e == ERR_OK)
		e = signing_key_use(c, ends_s, &key);
	if (e != ERR_OK)
		return e;
	*token_out = jwt_sign(c->arena, &key, TYPE, claims_of(c, s, &row,
	    audience, ends_s));
	*expires_s_out = ends_s;
	return ERR_OK;
}

static bool
copy_claim(void *arg, struct str name, struct json *value)
{
	struct json *to = arg;

	json_set(to, name.p, value);
	return true;
}

/* ERR_MALFORMED: not a good one. */
static enum err
verify(struct ctx *c, struct str token, struct jwt_claims *out)
{
	const struct jwt_expected want = { .issuer = c->config->site_url,
		.audiences = audiences(c) };
	struct jwt_key *keys;
	size_t n;
	enum err e;

	e = signing_key_public(c, &keys, &n);
	return e != ERR_OK ? e : jwt_verify(c, token, keys, n, &want, out);
}

/* By the name that the session keeps through its refreshes; and a new proof of
 * who it is makes new tokens due: a change of the password ends old ones. */
static enum err
judge_session(struct ctx *c, const struct jwt_claims *t)
{
	struct store_session s;
	enum err e;

	e = store_session_of_family(c, t->sid, &s);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && !uid_eq(s.uid, t->sub)))
		return ERR_TOKEN_UNKNOWN;
	if (e == ERR_OK &&
	    json_int(json_get(t->all, "auth_time")) != s.auth_s)
		return ERR_TOKEN_UNKNOWN;
	return e != ERR_OK ? e : session_judge(c, SESSION_API, &s, 0);
}

static bool
is_ended(enum err e)
{
	return e == ERR_MALFORMED || e == ERR_TOKEN_UNKNOWN ||
	    e == ERR_TOKEN_EXPIRED || e == ERR_ACCOUNT_BLOCKED ||
	    e == ERR_PRIVACY_OUTSTANDING;
}

enum err
signed_token_introspect(struct ctx *c, struct str token, struct json **out)
{
	struct jwt_claims t = { .all = NULL };
	struct json *j;
	enum err e;

	e = is_on(c);
	if (e == ERR_OK)
		e = verify(c, token, &t);
	if (e == ERR_OK)
		e = judge_session(c, &t);
	if (e != ERR_OK && !is_ended(e))
		return e;
	j = json_new_object(c->arena);
	json_set_bool(j, "active", e == ERR_OK);
	if (e == ERR_OK)
		json_each(t.all, copy_claim, j);
	*out = j;
	return ERR_OK;
}
