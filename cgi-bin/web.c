#include "web.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "body.h"
#include "cors.h"
#include "guard.h"
#include "page.h"
#include "problem.h"
#include "request.h"
#include "response.h"
#include "route.h"
#include "router.h"
#include "serve_area.h"

static enum err
read_body(struct http *h, struct transport *t)
{
	size_t max = h->route->body_max > 0 ? h->route->body_max : LIMIT_BODY;
	bool has_body = h->route->method != GET;
	enum err e = ERR_OK;

	if (has_body)
		e = request_body(h, t, max);
	if (e == ERR_OK)
		e = guard_signature(h);
	return e != ERR_OK || !has_body ? e : body_parse(h);
}

static enum err
serve_row(struct http *h)
{
	void *in = NULL;
	enum err e;

	e = guard_visitor(h);
	if (e == ERR_NO_SESSION && (h->route->need & NEED_PAGE) != 0)
		return page_login_first(h);
	if (e == ERR_OK && (h->route->need & IS_PAGE) == 0)
		e = body_projection(h);
	if (e == ERR_OK)
		e = body_fields(h, &in);
	return e != ERR_OK ? e : h->route->serve(h, in);
}

static bool
is_preflight(const struct http *h)
{
	return str_eq(h->method, STR("OPTIONS")) && h->route != NULL;
}

/* An error page for an address that is not ours says what the server found. */
static enum err
not_ours(const struct http *h)
{
	int status = h->redirect_status;

	if (status == 403)
		return ERR_AREA_REFUSED;
	if (status == 405)
		return ERR_METHOD;
	if (status == 413)
		return ERR_BODY_TOO_LARGE;
	if (status >= 500)
		return status == 500 ? ERR_INTERNAL : ERR_UNAVAILABLE;
	return status == 404 || status == 410 ? ERR_NOT_FOUND_PATH :
	    ERR_BAD_REQUEST;
}

static enum err
serve(struct http *h, struct transport *t)
{
	enum err e, found;

	e = request_read(h, t);
	if (h->asked.by != ASKED_BY_NOBODY)
		return serve_area(h, e);
	found = router_find(h);
	if (h->redirect_status >= 400 && (e == ERR_NOT_FOUND_PATH ||
	    (e == ERR_OK && found == ERR_NOT_FOUND_PATH)))
		return err_set(h->ctx, not_ours(h), NULL,
		    "error page for %d", h->redirect_status);
	if (e != ERR_OK)
		return e;
	if (found == ERR_METHOD && is_preflight(h))
		return cors_preflight(h);
	if (found != ERR_OK)
		return found;
	e = guard_caller(h);
	if (e == ERR_OK)
		e = read_body(h, t);
	if (e == ERR_BODY_TOO_LARGE && (h->route->need & BODY_DATA) != 0)
		return ERR_OBJECT_BODY;
	if (e != ERR_OK)
		return e;
	router_select(h);
	return serve_row(h);
}

/* The route's path alone: an address can hold secrets (S-129). */
static void
log_it(const struct http *h, int64_t started_ms)
{
	struct log_request r = {
		.method = h->method.p != NULL ? h->method.p : "-",
		.route = h->asked.by != ASKED_BY_NOBODY ? "guard" :
		    h->route != NULL ? h->route->path : "-",
		.status = h->status,
		.ms = clock_mono_ms() - started_ms,
		/* The web server's log has each file that was opened. */
		.quiet = h->asked.by != ASKED_BY_NOBODY &&
		    h->outcome == ERR_OK && h->status == 200,
	};

	if (h->outcome != ERR_OK) {
		r.error = err_name(h->outcome);
		r.api_code = problem_code(h->outcome);
		if (h->ctx->err.code == h->outcome)
			r.note = h->ctx->err.note;
	}
	log_request(h->ctx, &r);
}

bool
web_serve(struct ctx *c, struct transport *t)
{
	int64_t started_ms = clock_mono_ms();
	struct http h = { .ctx = c };
	enum err e;

	e = serve(&h, t);
	if (e != ERR_OK)
		problem_answer(&h, e);
	if (!transport_write(t, response_text(&h)))
		log_write(c, LOG_INFO, "client_gone", "answer not taken");
	request_drain(&h, t);
	log_it(&h, started_ms);
	return h.body_left;
}
