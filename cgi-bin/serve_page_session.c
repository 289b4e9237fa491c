/* Where one is signed in: which sessions there are, and their end. */
#include "serve_page.h"

#include "base/clock.h"
#include "captcha.h"
#include "codec/agent.h"
#include "domain/password.h"
#include "page.h"
#include "response.h"

#define SESSIONS_MAX	50

const struct field in_sessions_page[] = {
	{ "password", NULL, IN_BODY, 0, FIELD_SECRET, 0, ERR_OLD_PASSWORD,
	  LIMIT_BODY, AT(in_page, password), "Present password" },
	CAPTCHA_FIELDS(in_page, IN_BODY),
	{ "handle", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 32,
	  AT(in_page, identifier), "The session that is to end" },
	{ "all", NULL, IN_BODY, 0, FIELD_TEXT, 0, 0, 16,
	  AT(in_page, code), "others, or everywhere" },
	{ .name = NULL }
};

/* "Firefox on Linux", "Safari on iOS (iPhone)". */
static struct str
device_name(struct arena *m, struct str user_agent)
{
	struct agent a = agent_read(user_agent);
	bool browser = !str_eq(str_of(a.browser), STR("unknown"));
	bool os = !str_eq(str_of(a.os), STR("unknown"));

	if (!browser && !os)
		return STR("Unknown device");
	if (!browser || !os)
		return str_of(browser ? a.browser : a.os);
	return str_printf(m, "%s on %s", a.browser, a.os);
}

static struct str
place_text(struct arena *m, const struct session_row *r)
{
	if (str_present(r->city) && str_present(r->country))
		return str_printf(m, "%.*s, %.*s", STR_FMT(r->city),
		    STR_FMT(r->country));
	return str_present(r->city) ? r->city : r->country;
}

/* "2026-01-05 07:10 UTC" */
static struct str
moment(struct arena *m, int64_t t_s)
{
	struct clock_parts p = clock_utc(t_s);

	return str_printf(m, "%04d-%02d-%02d %02d:%02d UTC", p.year, p.month,
	    p.day, p.hour, p.minute);
}

static void
add_session(struct http *h, struct values *v, const struct session_row *r)
{
	struct arena *m = h->ctx->arena;
	struct values *one = values_add(v, "sessions");
	struct str place = place_text(m, r);

	values_set(one, "handle", uid_hex(m, r->handle));
	values_set(one, "device", device_name(m, r->user_agent));
	values_set(one, "place", str_present(place) ? place : STR(""));
	values_set(one, "address", r->address);
	values_set(one, "since", moment(m, r->created_s));
	values_set(one, "since_iso", clock_iso(m, r->created_s));
	values_set(one, "seen", moment(m, r->seen_s));
	values_set(one, "seen_iso", clock_iso(m, r->seen_s));
	values_flag(one, "own", uid_eq(r->handle, h->session.family));
	values_flag(one, "acting", r->acting);
	values_flag(one, "app", r->kind != SESSION_PAGE && !r->acting);
}

enum err
show_sessions(struct http *h, int status, enum err e)
{
	struct session_row *rows;
	struct values *v;
	bool marked;
	size_t n, i;
	enum err read;

	read = session_list(h->ctx, h->session.uid, SESSIONS_MAX, &rows, &n);
	if (read != ERR_OK)
		return read;
	v = page_values(h);
	page_done(h, v);
	values_list(v, "sessions");
	for (i = 0; i < n; i++)
		add_session(h, v, &rows[i]);
	values_flag(v, "others", n > 1);
	marked = page_confirm(h, v, &e);
	page_summary(h, v, e, marked);
	return response_page(h, status, "sessions.html", v);
}

enum err
serve_sessions_form(struct http *h, const void *in)
{
	(void)in;
	return show_sessions(h, 200, ERR_OK);
}

static enum err
end_everywhere(struct http *h)
{
	enum err e;

	e = session_revoke_all(h->ctx, h->session.uid);
	return e != ERR_OK ? e : page_signed_out(h);
}

static enum err
end_others(struct http *h)
{
	struct session_tokens rotated;
	enum err e;

	e = session_revoke_others(h->ctx, &h->session, &rotated);
	if (e != ERR_OK)
		return e;
	page_session(h, &rotated, h->session.remember);
	return response_redirect(h, STR("/account/sessions?done=sessions"));
}

/* One that is gone already has ended, too. */
static enum err
end_one(struct http *h, struct str name)
{
	struct uid handle;
	enum err e;

	if (!uid_parse(name, &handle))
		return err_set(h->ctx, ERR_PARAMETER, "handle", "malformed");
	e = session_revoke(h->ctx, handle, h->session.uid);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (uid_eq(handle, h->session.family))
		return page_signed_out(h);
	return response_redirect(h, STR("/account/sessions?done=sessions"));
}

enum err
serve_sessions_page(struct http *h, const void *arg)
{
	const struct in_page *in = arg;
	struct attempt_secret old = { in->password, page_key(h, in) };
	struct str which = in->code;
	enum err e;

	e = password_confirm(h->ctx, &h->session, &old);
	if (e != ERR_OK)
		return e;
	if (str_eq(which, STR("everywhere")))
		return end_everywhere(h);
	return str_eq(which, STR("others")) ? end_others(h) :
	    end_one(h, in->identifier);
}
