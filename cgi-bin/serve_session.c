#include "serve.h"

#include "base/clock.h"
#include "base/config.h"
#include "domain/session_renew.h"
#include "domain/site.h"
#include "openapi.h"
#include "response.h"

/* ---- S1, S2, S3 ---- */

const struct reply reply_token_info[] = {
	{ "access_token", REPLY_GUID, 0, NULL },
	{ "provider", REPLY_TEXT, 0, NULL },
	{ "isrememberme", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_validate[] = {
	{ "access_token", REPLY_GUID, 0, NULL },
	{ "refresh_token", REPLY_GUID, REPLY_NULLABLE, NULL },
	{ "expires_in", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};

enum err
serve_token_info(struct http *h, const void *in)
{
	struct json *j = json_new_object(h->ctx->arena);

	(void)in;
	json_set_str(j, "access_token", h->token);
	json_set_str(j, "provider", h->session.provider);
	json_set_bool(j, "isrememberme", h->session.remember);
	return response_json(h, j);
}

/* A validation that gave refresh tokens would turn a short leak into a long
 * one: they come from sign-in and refresh alone, but for a setting. */
enum err
serve_validate(struct http *h, const void *in)
{
	struct session_tokens t = { .access_token = h->token,
		.expires_s = h->session.expires_s };
	enum err e = ERR_OK;

	(void)in;
	if (h->ctx->config->compat_validate_returns_refresh)
		e = session_offer_refresh(h->ctx, &h->session,
		    &t.refresh_token);
	return e != ERR_OK ? e : serve_tokens(h, &t);
}

const struct field in_invalidate[] = {
	{ "preventrefresh", NULL, IN_QUERY, 0, FIELD_BOOL, 0, 0, 0,
	  AT(in_invalidate, prevent_refresh),
	  "End the refresh token even where the site keeps it" },
	{ .name = NULL }
};

enum err
serve_invalidate(struct http *h, const void *arg)
{
	const struct in_invalidate *in = arg;
	enum err e;

	e = session_end(h->ctx, SESSION_API, h->token, in->prevent_refresh);
	return e != ERR_OK ? e : response_flag(h, "IsPosted", true);
}

/* ---- S15, S16 ---- */

const struct reply reply_sott[] = {
	{ "Sott", REPLY_TEXT, 0, NULL },
	{ "ExpiryTime", REPLY_TIME, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_manage_sott[] = {
	{ "AuthenticityToken", REPLY_TEXT, 0, NULL },
	{ "Technology", REPLY_TEXT, 0, NULL },
	{ "Sott", REPLY_TEXT, 0, NULL },
	{ "Comment", REPLY_TEXT, REPLY_NULLABLE, NULL },
	{ "CreatedDate", REPLY_TIME, 0, NULL },
	{ "DateRange", REPLY_TEXT, 0, NULL },
	{ "IsEncoded", REPLY_BOOL, 0, NULL },
	{ NULL, 0, 0, NULL }
};
static const struct reply reply_window[] = {
	{ "StartTime", REPLY_TEXT, 0, NULL },
	{ "EndTime", REPLY_TEXT, 0, NULL },
	{ "TimeDifference", REPLY_TEXT, 0, NULL },
	{ NULL, 0, 0, NULL }
};
const struct reply reply_serverinfo[] = {
	{ "ServerLocation", REPLY_TEXT, 0, NULL },
	{ "ServerName", REPLY_TEXT, 0, NULL },
	{ "CurrentTime", REPLY_TEXT, 0, NULL },
	{ "Sott", REPLY_OBJECT, 0, reply_window },
	{ NULL, 0, 0, NULL }
};
const struct field in_sott[] = {
	{ "timedifference", NULL, IN_QUERY, 0, FIELD_INT, 0, 0, 0,
	  AT(in_sott, minutes), "Minutes; 10 when absent" },
	{ .name = NULL }
};
const struct field in_manage_sott[] = {
	{ "ExpiresInMinutes", NULL, IN_BODY, 0, FIELD_INT, 0, 0, 0,
	  AT(in_sott, minutes), "Minutes; 10 when absent" },
	{ "Technology", NULL, IN_BODY, FIELD_LINE, FIELD_TEXT, 0, 0, 64,
	  AT(in_sott, technology), "Given back as it was" },
	{ .name = NULL }
};

#define DEFAULT_MINUTES	10

/* ERR_PARAMETER for less than a minute; the setting caps the rest. */
static enum err
minutes_of(struct http *h, const struct in_sott *in, const char *name,
    int64_t *out)
{
	int64_t n = in->minutes != 0 ? in->minutes : DEFAULT_MINUTES;

	if (n < 1)
		return err_set(h->ctx, ERR_PARAMETER, name, "not positive");
	*out = n < h->ctx->config->sott_max_minutes ? n :
	    h->ctx->config->sott_max_minutes;
	return ERR_OK;
}

enum err
serve_sott(struct http *h, const void *arg)
{
	int64_t minutes = 0, end_s;
	struct str sott;
	struct json *j;
	enum err e;

	e = minutes_of(h, arg, "timedifference", &minutes);
	if (e == ERR_OK)
		e = site_sott(h->ctx, minutes, false, &sott, &end_s);
	if (e != ERR_OK)
		return e;
	j = json_new_object(h->ctx->arena);
	json_set_str(j, "Sott", sott);
	json_set_str(j, "ExpiryTime", clock_iso(h->ctx->arena, end_s));
	return response_json(h, j);
}

/* "2026-01-05 07:10:42": the form that makers of SOTTs expect. */
static struct str
plain_time(struct http *h, int64_t t_s)
{
	struct clock_parts p = clock_utc(t_s);

	return str_printf(h->ctx->arena, "%04d-%02d-%02d %02d:%02d:%02d",
	    p.year, p.month, p.day, p.hour, p.minute, p.second);
}

enum err
serve_manage_sott(struct http *h, const void *arg)
{
	const struct in_sott *in = arg;
	struct arena *a = h->ctx->arena;
	int64_t minutes = 0, end_s;
	struct str sott;
	struct json *j;
	enum err e;

	e = minutes_of(h, arg, "ExpiresInMinutes", &minutes);
	if (e == ERR_OK)
		e = site_sott(h->ctx, minutes, false, &sott, &end_s);
	if (e != ERR_OK)
		return e;
	j = json_new_object(a);
	json_set_str(j, "AuthenticityToken", str_of(h->ctx->request_id));
	json_set_str(j, "Technology", str_present(in->technology) ?
	    in->technology : STR("web"));
	json_set_str(j, "Sott", sott);
	json_set_null(j, "Comment");
	json_set_str(j, "CreatedDate", clock_iso(a, h->ctx->now_s));
	json_set_str(j, "DateRange", str_printf(a, "%s - %s",
	    plain_time(h, h->ctx->now_s).p, plain_time(h, end_s).p));
	json_set_bool(j, "IsEncoded", false);
	return response_json(h, j);
}

enum err
serve_serverinfo(struct http *h, const void *arg)
{
	int64_t minutes = 0, now_s = h->ctx->now_s;
	struct json *j, *window;
	enum err e;

	e = minutes_of(h, arg, "timedifference", &minutes);
	if (e != ERR_OK)
		return e;
	window = json_new_object(h->ctx->arena);
	json_set_str(window, "StartTime", plain_time(h, now_s));
	json_set_str(window, "EndTime", plain_time(h, now_s + minutes * 60));
	json_set_str(window, "TimeDifference", str_printf(h->ctx->arena,
	    "%lld Minutes", (long long)minutes));
	j = json_new_object(h->ctx->arena);
	json_set_cstr(j, "ServerLocation", "Doorward");
	json_set_cstr(j, "ServerName", "Doorward");
	json_set_str(j, "CurrentTime", plain_time(h, now_s));
	json_set(j, "Sott", window);
	return response_json(h, j);
}

/* ---- the description ---- */

const struct reply reply_openapi[] = {
	{ "", REPLY_OBJECT, 0, NULL },
	{ NULL, 0, 0, NULL }
};

enum err
serve_openapi(struct http *h, const void *in)
{
	(void)in;
	return response_file(h, "application/json; charset=utf-8",
	    openapi_text(h->ctx->arena, h->ctx->config), 0);
}
