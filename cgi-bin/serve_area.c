#include "serve_area.h"

#include "base/arena.h"
#include "base/config.h"
#include "codec/url.h"
#include "domain/area.h"
#include "guard.h"
#include "response.h"

static bool
add_path(struct http *h, struct area_ask *ask, struct str raw, bool encoded)
{
	struct str query = raw, path;

	if (encoded && !str_split(&query, '?', &raw))
		return false;
	if (!area_path(h->ctx->arena, raw, encoded, &path))
		return false;
	ask->paths[ask->n_paths++] = path;
	return true;
}

/*
 * The address that the visitor sent, and what the server has made of it by
 * rules of its own: each must be open (S-114).
 */
static enum err
find_paths(struct http *h, struct area_ask *ask)
{
	const struct asked *q = &h->asked;

	if (q->doubtful || !add_path(h, ask, q->uri, true) ||
	    (q->redirected.p != NULL &&
	    !add_path(h, ask, q->redirected, true)) ||
	    (q->file.p != NULL && !add_path(h, ask, q->file, false)))
		return err_set(h->ctx, ERR_AREA_REFUSED, NULL,
		    "an address that can be read in two ways");
	return ERR_OK;
}

static enum err
find_token(struct http *h, struct area_ask *ask)
{
	const struct config *cfg = h->ctx->config;

	ask->token = guard_bearer(h);
	ask->kind = SESSION_API;
	if (ask->token.p != NULL)
		return h->https || cfg->site_loopback ? ERR_OK :
		    ERR_PLAIN_HTTP;
	ask->token = h->page_cookie;
	ask->kind = SESSION_PAGE;
	/* Whoever signed in there would not be known here. */
	return guard_is_site(h) ? ERR_OK : err_set(h->ctx, ERR_MISDIRECTED,
	    NULL, "host %.*s", STR_FMT(h->host));
}

static enum err
check(struct http *h, struct area_answer *out)
{
	struct area_ask ask = { .n_paths = 0 };
	enum err e;

	e = find_paths(h, &ask);
	if (e == ERR_OK)
		e = find_token(h, &ask);
	if (e == ERR_OK)
		e = area_check(h->ctx, &ask, out);
	return e == ERR_OK && h->asked.needs_user && !out->signed_in ?
	    ERR_AREA_SIGN_IN : e;
}

/* Somebody who looks at a page, and can be sent to another. */
static bool
is_navigation(const struct http *h)
{
	struct str mode = http_header(h, "sec-fetch-mode"), one, rest;

	if (!str_eq(h->asked.method, STR("GET")) || guard_bearer(h).p != NULL)
		return false;
	if (mode.p != NULL)
		return str_ieq(mode, STR("navigate"));
	rest = http_header(h, "accept");
	while (rest.p != NULL && str_split(&rest, ',', &one))
		if (str_istarts(str_trim(one), STR("text/html")))
			return true;
	return false;
}

/* And back: the redirect judge has the last word there. */
static enum err
to_login(struct http *h)
{
	return response_redirect(h, url_with(h->ctx->arena, STR("/login"),
	    "return", h->asked.uri));
}

/* Whatever stood here, mod_fcgid would put on what it shows: a type, for
 * one. */
static enum err
bare(struct http *h, int status)
{
	h->bare = true;
	h->status = status;
	h->out_body = STR("");
	return ERR_OK;
}

static void
variable(struct http *h, const char *name, struct str value)
{
	response_header(h, str_printf(h->ctx->arena, "Variable-%s", name).p,
	    value);
}

static enum err
open_to(struct http *h, const struct area_answer *a)
{
	size_t i;

	response_header(h, "Cache-Control", STR("private, no-cache"));
	if (a->signed_in && h->asked.hides) {
		variable(h, "REMOTE_USER", a->user);
		for (i = 0; i < a->facts.n; i++)
			variable(h, a->facts.items[i].name.p,
			    a->facts.items[i].value);
	}
	return bare(h, 200);
}

enum err
serve_area(struct http *h, enum err e)
{
	struct area_answer answer;

	h->asked.machine = !is_navigation(h);
	if (e == ERR_OK)
		e = check(h, &answer);
	/* Another bar than ours is down, or it was lifted meanwhile. */
	if (e == ERR_OK && h->asked.by == ASKED_BY_DOCUMENT)
		return err_set(h->ctx, ERR_AREA_REFUSED, NULL,
		    "refused by the web server alone");
	if (e == ERR_OK)
		return open_to(h, &answer);
	if (h->asked.by == ASKED_FOR_VERDICT) {
		h->outcome = e;
		return bare(h, 401);
	}
	return e == ERR_AREA_SIGN_IN && !h->asked.machine ? to_login(h) : e;
}
