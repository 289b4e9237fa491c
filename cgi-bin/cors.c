#include "cors.h"

#include "base/config.h"
#include "response.h"
#include "router.h"

/* Calls with the API secret are never a browser's. */
static bool
is_public(struct str path)
{
	static const char *const roots[] = { "/identity/v2/auth",
		"/identity/v2/serverinfo", "/ciam/appinfo", "/altcha" };
	struct str root;
	size_t i;

	for (i = 0; i < COUNT(roots); i++) {
		root = str_of(roots[i]);
		if (str_istarts(path, root) && (path.len == root.len ||
		    path.p[root.len] == '/'))
			return true;
	}
	return false;
}

/* Exactly one of the list's; "null" and "*" can never be listed (S-100). */
static bool
admitted(const struct http *h, struct str origin)
{
	const struct list *l = &h->ctx->config->cors_origins;
	size_t i;

	if (origin.p == NULL || str_eq(origin, STR("null")) ||
	    !is_public(h->path))
		return false;
	for (i = 0; i < l->n; i++)
		if (str_eq(l->items[i], origin))
			return true;
	return false;
}

void
cors_headers(struct http *h)
{
	struct str origin = http_header(h, "origin");

	if (!router_is_api(h))
		return;
	response_header(h, "Vary", STR("Origin"));
	if (admitted(h, origin))
		response_header(h, "Access-Control-Allow-Origin", origin);
}

enum err
cors_preflight(struct http *h)
{
	h->status = 204;
	response_header(h, "Allow", router_allow(h));
	if (!admitted(h, http_header(h, "origin")))
		return ERR_OK;
	response_header(h, "Access-Control-Allow-Methods",
	    STR("GET, POST, PUT, DELETE, OPTIONS"));
	response_header(h, "Access-Control-Allow-Headers",
	    STR("Authorization, Content-Type, X-Requested-With, "
	    "X-Doorward-ApiKey, X-Doorward-Sott, X-LoginRadius-ApiKey, "
	    "X-LoginRadius-Sott, X-Params, X-PreventWebhook, X-Origin-IP, "
	    "X-Origin-Accept-Language, X-Origin-User-Agent, X-Origin-Host, "
	    "X-Platform"));
	response_header(h, "Access-Control-Max-Age", STR("600"));
	return ERR_OK;
}
