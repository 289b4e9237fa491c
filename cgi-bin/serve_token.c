/* Tokens of sessions, for back ends: S4, S6 to S14. */
#include "serve.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/limits.h"
#include "codec/agent.h"
#include "codec/text.h"
#include "domain/impersonation.h"
#include "domain/request_token.h"
#include "domain/session_active.h"
#include "domain/session_renew.h"
#include "response.h"

#define ACTIVE_MAX	1000

const struct reply reply_tokens[] = {
	{ "access_token", REPLY_GUID, 0, NULL },
	{ "refresh_token", REPLY_GUID, REPLY_NULLABLE, NULL },
	{ "expires_in", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
/* The published SDKs read the one, the documentation shows the other. */
const struct reply reply_ended[] = {
	{ "isPosted", REPLY_BOOL, 0, NULL },
	{ "IsPosted", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_device[] = {
	{ "AccessToken", REPLY_GUID, 0, NULL },
	{ "Browser", REPLY_TEXT, 0, NULL },
	{ "Device", REPLY_TEXT, 0, NULL },
	{ "Os", REPLY_TEXT, 0, NULL },
	{ "DeviceType", REPLY_TEXT, 0, NULL },
	{ "City", REPLY_TEXT, 0, NULL },
	{ "Country", REPLY_TEXT, 0, NULL },
	{ "Ip", REPLY_TEXT, 0, NULL },
	{ "LoginDate", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_active[] = {
	{ "data", REPLY_ARRAY, 0, reply_device },
	{ "nextCursor", REPLY_INT, 0, NULL },
	{ NULL, 0, 0, NULL }
};

#define TOKEN_FIELD(name, missing, about) \
	{ name, NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT, missing, 0, 64, \
	  AT(in_token, token), about }

const struct field in_request_token[] = {
	{ "token", NULL, IN_QUERY | IN_BODY, FIELD_REQUIRED, FIELD_TEXT, 0, 0,
	  64, AT(in_token, token), "Request token" },
	{ .name = NULL }
};
const struct field in_token_validate[] = {
	TOKEN_FIELD("access_token", ERR_TOKEN_MISSING, "Access token"),
	{ .name = NULL }
};
const struct field in_token_invalidate[] = {
	{ "access_token", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT,
	  ERR_TOKEN_MISSING, 0, 64, AT(in_invalidate, token),
	  "Access token, or a session's handle" },
	{ "preventrefresh", NULL, IN_QUERY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_invalidate, prevent_refresh),
	  "End the refresh token even where the site keeps it" },
	{ .name = NULL }
};
const struct field in_active[] = {
	{ "token", NULL, IN_QUERY, 0, FIELD_TEXT, 0, 0, 64,
	  AT(in_active, token), "Access token of one of the sessions" },
	{ "accountid", NULL, IN_QUERY, 0, FIELD_TEXT, 0, ERR_ACCOUNT_ID, 64,
	  AT(in_active, account_id), "Uid" },
	{ "profileid", NULL, IN_QUERY, 0, FIELD_TEXT, 0, ERR_PROFILE_ID, 64,
	  AT(in_active, profile_id), "ID of a profile" },
	{ .name = NULL }
};
const struct field in_token_refresh[] = {
	TOKEN_FIELD("access_token", 0, "Access token"),
	{ "expiresin", NULL, IN_QUERY, 0, FIELD_INT, 0, 0, 0,
	  AT(in_token, minutes), "Minutes until the new one expires; the "
	  "usual life when absent" },
	{ "isweb", NULL, IN_QUERY, FIELD_DISCARD, FIELD_BOOL, 0, 0, 0, 0,
	  "Without effect" },
	{ .name = NULL }
};
const struct field in_impersonate[] = {
	{ "uid", NULL, IN_QUERY, FIELD_REQUIRED, FIELD_TEXT, 0,
	  ERR_PROFILE_ID, 64, AT(in_uid, uid), "Uid" },
	{ .name = NULL }
};
const struct field in_refresh[] = {
	TOKEN_FIELD("refresh_token", ERR_REFRESH_TOKEN_MISSING,
	    "Refresh token"),
	{ .name = NULL }
};

const enum err errors_request_token[] = { ERR_REQUEST_TOKEN,
	ERR_REQUEST_TOKEN_EXPIRED, ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED,
	ERR_LOGIN_REFUSED, ERR_SESSION_LIMIT, ERR_OK };
const enum err errors_token[] = { ERR_TOKEN_MISSING, ERR_TOKEN_UNKNOWN,
	ERR_TOKEN_EXPIRED, ERR_ACCOUNT_BLOCKED, ERR_PRIVACY_OUTSTANDING,
	ERR_OK };
const enum err errors_active[] = { ERR_TOKEN_UNKNOWN, ERR_NO_SESSION,
	ERR_ACCOUNT_BLOCKED, ERR_ACCOUNT_ID, ERR_PROFILE_ID, ERR_OK };
const enum err errors_token_refresh[] = { ERR_TOKEN_UNKNOWN,
	ERR_TOKEN_EXPIRED, ERR_NO_SESSION, ERR_ACCOUNT_BLOCKED, ERR_OK };
const enum err errors_impersonate[] = { ERR_PROFILE_ID, ERR_USER_UNKNOWN,
	ERR_ACCOUNT_BLOCKED, ERR_LOGIN_DISABLED, ERR_ENDPOINT_OFF, ERR_OK };
const enum err errors_refresh[] = { ERR_REFRESH_TOKEN_MISSING,
	ERR_REFRESH_TOKEN, ERR_ACCOUNT_BLOCKED, ERR_OK };
const enum err errors_refresh_revoke[] = { ERR_REFRESH_TOKEN_MISSING,
	ERR_REFRESH_TOKEN, ERR_OK };
const enum err errors_refresh_revoke_all[] = { ERR_USER_UNKNOWN, ERR_OK };

enum err
serve_tokens(struct http *h, const struct session_tokens *t)
{
	struct arena *a = h->ctx->arena;
	struct json *j = json_new_object(a);

	json_set_str(j, "access_token", t->access_token);
	json_set_str(j, "refresh_token", t->refresh_token);
	json_set_str(j, "expires_in", clock_iso(a, t->expires_s));
	return response_json(h, j);
}

enum err
serve_sliding_token(struct http *h, const void *in)
{
	struct session_tokens t;
	enum err e;

	(void)in;
	e = session_slide(h->ctx, h->token, &t);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

enum err
serve_request_token(struct http *h, const void *arg)
{
	const struct in_token *in = arg;
	struct session_tokens t;
	enum err e;

	e = request_token_exchange(h->ctx, in->token, &t);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

enum err
serve_token_validate(struct http *h, const void *arg)
{
	const struct in_token *in = arg;
	enum err e;

	h->token = in->token;
	e = session_check(h->ctx, SESSION_API, in->token, &h->session);
	return e != ERR_OK ? e : serve_validate(h, NULL);
}

enum err
serve_token_invalidate(struct http *h, const void *arg)
{
	const struct in_invalidate *in = arg;
	struct json *j = json_new_object(h->ctx->arena);
	enum err e;

	e = session_end(h->ctx, SESSION_API, in->token, in->prevent_refresh);
	if (e != ERR_OK)
		return e;
	json_set_bool(j, "isPosted", true);
	json_set_bool(j, "IsPosted", true);
	return response_json(h, j);
}

static struct str
or_unknown(struct str s)
{
	return str_present(s) ? s : STR("unknown");
}

static struct json *
device_json(struct arena *m, const struct session_row *r)
{
	struct agent a = agent_read(r->user_agent);
	struct json *j = json_new_object(m);

	json_set_str(j, "AccessToken", str_present(r->token) ? r->token :
	    guid_encode(m, r->handle.b));
	json_set_cstr(j, "Browser", a.browser);
	json_set_cstr(j, "Device", a.device);
	json_set_cstr(j, "Os", a.os);
	json_set_cstr(j, "DeviceType", a.type);
	json_set_str(j, "City", or_unknown(r->city));
	json_set_str(j, "Country", or_unknown(r->country));
	json_set_str(j, "Ip", or_unknown(r->address));
	json_set_str(j, "LoginDate", clock_iso(m, r->created_s));
	return j;
}

enum err
serve_active(struct http *h, const void *arg)
{
	const struct in_active *in = arg;
	const struct session_asked asked = {
		in->token, in->account_id, in->profile_id
	};
	struct arena *m = h->ctx->arena;
	struct json *j = json_new_object(m), *list = json_new_array(m);
	struct session_row *rows;
	size_t n, i;
	enum err e;

	e = session_active(h->ctx, &asked, ACTIVE_MAX, &rows, &n);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < n; i++)
		json_append(list, device_json(m, &rows[i]));
	json_set(j, "data", list);
	json_set_int(j, "nextCursor", 0);	/* that was all */
	return response_json(h, j);
}

enum err
serve_token_refresh(struct http *h, const void *arg)
{
	const struct in_token *in = arg;
	struct session_tokens t;
	enum err e;

	e = session_exchange(h->ctx, in->token, in->minutes, &t);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

enum err
serve_impersonate(struct http *h, const void *arg)
{
	const struct in_uid *in = arg;
	struct session_tokens t;
	struct uid uid;
	enum err e;

	if (!h->has_primary)
		return err_set(h->ctx, ERR_SECRET_NOT_PERMITTED, NULL,
		    "not with api.previous_secret");
	if (!uid_parse(in->uid, &uid))
		return err_set(h->ctx, ERR_PROFILE_ID, "uid", "malformed");
	e = impersonate(h->ctx, uid, &t);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

enum err
serve_refresh(struct http *h, const void *arg)
{
	const struct in_token *in = arg;
	struct session_tokens t;
	enum err e;

	e = session_refresh(h->ctx, in->token, &t);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

enum err
serve_refresh_revoke(struct http *h, const void *arg)
{
	const struct in_token *in = arg;
	enum err e;

	e = session_revoke_refresh(h->ctx, in->token);
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}

enum err
serve_refresh_revoke_all(struct http *h, const void *in)
{
	struct uid uid;
	enum err e;

	(void)in;
	if (!uid_parse(h->path_values[0], &uid))
		return err_set(h->ctx, ERR_USER_UNKNOWN, "uid", "malformed");
	e = session_revoke_refreshes(h->ctx, uid);
	return e != ERR_OK ? e : response_flag(h, "IsDeleted", true);
}
