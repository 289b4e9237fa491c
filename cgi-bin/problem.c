#include "problem.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "page.h"
#include "response.h"
#include "route.h"
#include "router.h"

#define RETRY_S	2	/* after a 503 of unknown length */

static const struct {
	int status, code;
	const char *message, *description;
} problems[] = {
	[ERR_OK] = { 200, 0, "", "" },
#define E(name, status, api, level, message, description) \
	[ERR_##name] = { status, api, message, description },
#include "base/errors.def"
#undef E
};

int
problem_status(enum err e)
{
	return problems[e].status;
}

int
problem_code(enum err e)
{
	return problems[e].code;
}

const char *
problem_message(enum err e)
{
	return problems[e].message;
}

const char *
problem_description(enum err e)
{
	return problems[e].description;
}

/* What was remembered belongs to this error only if it is of its code. */
static const char *
field_of(const struct http *h, enum err e)
{
	const struct err_detail *d = &h->ctx->err;

	return d->code == e ? d->field : NULL;
}

static struct str
description(struct http *h, enum err e)
{
	struct ctx *c = h->ctx;
	const char *field = field_of(h, e);

	if (problems[e].status == 500)
		return str_printf(c->arena, "%s (request %s)",
		    problems[e].description, c->request_id);
	if (field != NULL)
		return str_printf(c->arena, "%s (parameter: %s)",
		    problems[e].description, field);
	return str_of(problems[e].description);
}

static void
add_errors(struct http *h, struct json *j)
{
	struct json *list = json_new_array(h->ctx->arena), *one;
	const struct err_field *f;

	for (f = h->ctx->err.fields; f != NULL; f = f->next) {
		one = json_new_object(h->ctx->arena);
		json_set_cstr(one, "FieldName", f->name);
		json_set_cstr(one, "ErrorMessage", f->message);
		json_append(list, one);
	}
	json_set(j, "Errors", list);
}

/* What a sign-in goes on with.  The documentation does not say where a token
 * of its own name stands: here and there. */
static void
add_token(struct http *h, struct json *j, struct json *data, enum err e)
{
	const struct err_detail *d = &h->ctx->err;
	const char *name = e == ERR_PIN_REQUIRED ? "PINAuthToken" :
	    e == ERR_CONSENT_OUTSTANDING ? "ConsentToken" : NULL;

	if (d->code != e || !str_present(d->token))
		return;
	if (name != NULL) {
		json_set_str(data, name, d->token);
		json_set_str(j, name, d->token);
	} else if (e == ERR_PRIVACY_OUTSTANDING) {
		json_set_str(data, "access_token", d->token);
		json_set_str(data, "expires_in", clock_iso(h->ctx->arena,
		    d->token_until_s));
	}
}

static void
add_data(struct http *h, struct json *j, enum err e)
{
	struct json *data = json_new_object(h->ctx->arena);

	if (e == ERR_LOGIN_SUSPENDED && h->ctx->err.until_s > 0)
		json_set_str(data, "LoginLockedTimeout",
		    clock_iso(h->ctx->arena, h->ctx->err.until_s));
	add_token(h, j, data, e);
	if (json_length(data) > 0)
		json_set(j, "Data", data);
}

/* The token service is read by clients that expect the other spelling. */
static void
add_camel_case(struct http *h, struct json *j, enum err e)
{
	json_set_str(j, "description", description(h, e));
	json_set_int(j, "errorCode", problems[e].code);
	json_set_cstr(j, "message", problems[e].message);
	json_set_bool(j, "isProviderError", false);
	json_set_null(j, "providerErrorResponse");
}

static void
answer_json(struct http *h, enum err e)
{
	struct json *j = json_new_object(h->ctx->arena);

	json_set_str(j, "Description", description(h, e));
	json_set_int(j, "ErrorCode", problems[e].code);
	json_set_cstr(j, "Message", problems[e].message);
	json_set_bool(j, "IsProviderError", false);
	json_set_null(j, "ProviderErrorResponse");
	if (e == ERR_VALIDATION)
		add_errors(h, j);
	add_data(h, j, e);
	if (str_istarts(h->path, STR("/api/v2/")))
		add_camel_case(h, j, e);
	h->content_type = STR("application/json; charset=utf-8");
	h->out_body = json_text(h->ctx->arena, j, false);
}

/* When even the error page fails, something complete must go out. */
static void
answer_plain(struct http *h, enum err e)
{
	h->content_type = STR("text/plain; charset=utf-8");
	h->out_body = str_printf(h->ctx->arena, "%s\n%.*s\n",
	    problems[e].message, STR_FMT(description(h, e)));
}

static void
retry_header(struct http *h, enum err e)
{
	struct ctx *c = h->ctx;
	int64_t wait_s = c->err.until_s - c->now_s;

	if (problems[e].status != 503 && e != ERR_RATE_LIMITED &&
	    e != ERR_LOGIN_SUSPENDED)
		return;
	if (c->err.until_s == 0)
		wait_s = problems[e].status == 503 ? RETRY_S : 1;
	response_header(h, "Retry-After", str_printf(c->arena, "%lld",
	    (long long)(wait_s > 0 ? wait_s : 1)));
}

/* RFC 6750 §3. */
static struct str
challenge(enum err e)
{
	return e == ERR_AREA_TOKEN ?
	    STR("Bearer realm=\"api\", error=\"invalid_token\"") :
	    STR("Bearer realm=\"api\"");
}

static void
problem_headers(struct http *h, enum err e)
{
	if (problems[e].status == 401)
		response_header(h, "WWW-Authenticate", challenge(e));
	if (problems[e].status == 405)
		response_header(h, "Allow", router_allow(h));
	retry_header(h, e);
}

/* Cookies and redirects of a handler that failed afterwards do not count. */
static void
forget_answer(struct http *h)
{
	h->out_headers.n = 0;
	h->out_body = STR_NONE;
}

void
problem_answer(struct http *h, enum err e)
{
	enum err page;

	forget_answer(h);
	h->outcome = e;
	h->status = problems[e].status;
	if (router_is_api(h)) {
		answer_json(h, e);
	} else {
		page = page_problem(h, e);
		if (page != ERR_OK) {
			log_write(h->ctx, LOG_ERROR, "error_page", "%s",
			    h->ctx->err.note != NULL ? h->ctx->err.note :
			    err_name(page));
			forget_answer(h);
			h->status = problems[e].status;
			answer_plain(h, e);
		}
	}
	problem_headers(h, e);
}
