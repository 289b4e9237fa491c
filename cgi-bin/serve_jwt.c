/*
 * Signed access tokens: one for the session that asks, the keys to verify
 * them with, and the question whether one still counts.
 */
#include "serve.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "domain/signed_token.h"
#include "domain/signing_key.h"
#include "response.h"

const struct reply reply_jwt[] = {
	{ "jwt", REPLY_TEXT, 0, NULL },
	{ "expires_in", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_jwk[] = {
	{ "kty", REPLY_TEXT, 0, NULL },
	{ "crv", REPLY_TEXT, 0, NULL },
	{ "x", REPLY_TEXT, 0, NULL },
	{ "y", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "alg", REPLY_TEXT, 0, NULL },
	{ "use", REPLY_TEXT, 0, NULL },
	{ "kid", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_jwk_set[] = {
	{ "keys", REPLY_ARRAY, 0, reply_jwk },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_name[] = {
	{ "", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_actor[] = {
	{ "sub", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_introspection[] = {
	{ "active", REPLY_BOOL, 0, NULL },
	{ "iss", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "sub", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "aud", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "client_id", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "iat", REPLY_INT, REPLY_OPTIONAL, NULL },
	{ "exp", REPLY_INT, REPLY_OPTIONAL, NULL },
	{ "jti", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "sid", REPLY_TEXT, REPLY_OPTIONAL, NULL },
	{ "auth_time", REPLY_INT, REPLY_OPTIONAL, NULL },
	{ "amr", REPLY_ARRAY, REPLY_OPTIONAL, reply_name },
	{ "email_verified", REPLY_BOOL, REPLY_OPTIONAL, NULL },
	{ "roles", REPLY_ARRAY, REPLY_OPTIONAL, reply_name },
	{ "act", REPLY_OBJECT, REPLY_OPTIONAL, reply_actor },
	{ NULL, 0, 0, NULL }
};
const struct field in_jwt[] = {
	{ "audience", NULL, IN_QUERY, FIELD_LINE, FIELD_TEXT, 0, 0, LIMIT_URL,
	  AT(in_jwt, audience),
	  "Whom it is for: one of jwt.audiences; the first when absent" },
	{ .name = NULL }
};
const struct field in_introspect[] = {
	{ "token", NULL, IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0, LIMIT_JWT,
	  AT(in_jwt, token), "The signed access token" },
	{ "token_type_hint", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0,
	  64, AT(in_jwt, hint), "As RFC 7662 has it" },
	{ .name = NULL }
};
const enum err errors_jwt[] = { ERR_ENDPOINT_OFF, ERR_OK };
const enum err errors_jwk_set[] = { ERR_ENDPOINT_OFF, ERR_OK };

enum err
serve_jwt(struct http *h, const void *arg)
{
	const struct in_jwt *in = arg;
	struct str token;
	int64_t expires_s;
	struct json *j;
	enum err e;

	e = signed_token_make(h->ctx, &h->session, in->audience, &token,
	    &expires_s);
	if (e != ERR_OK)
		return e;
	j = json_new_object(h->ctx->arena);
	json_set_str(j, "jwt", token);
	json_set_str(j, "expires_in", clock_iso(h->ctx->arena, expires_s));
	return response_json(h, j);
}

/* Public, and to be kept by whoever verifies: not for longer than a new key
 * waits before it signs. */
enum err
serve_jwk_set(struct http *h, const void *in)
{
	struct json *set;
	enum err e;

	(void)in;
	if (!h->ctx->config->jwt_enabled)
		return err_set(h->ctx, ERR_ENDPOINT_OFF, NULL,
		    "jwt.enabled is off");
	e = signing_key_set(h->ctx, &set);
	return e != ERR_OK ? e : response_file(h,
	    "application/json; charset=utf-8",
	    json_text(h->ctx->arena, set, false), SIGNING_KEYS_AGE_S);
}

enum err
serve_introspect(struct http *h, const void *arg)
{
	const struct in_jwt *in = arg;
	struct json *j;
	enum err e;

	e = signed_token_introspect(h->ctx, in->token, &j);
	return e != ERR_OK ? e : response_json(h, j);
}
