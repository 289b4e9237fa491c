#include "probe.h"

#include "http_client.h"

#define BODY_MAX	(64 * 1024)

enum err
probe_get(struct ctx *c, struct str url, const struct str *headers, size_t n,
    int64_t *status_out, struct str *body_out)
{
	struct http_call in = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.headers_n = n,
		.timeout_ms = HTTP_TOTAL_MAX_MS,
		.reply_max = BODY_MAX,
		.own_site = true
	};
	struct http_reply reply;
	enum err e;

	e = http_call(c, &in, &reply);
	if (e != ERR_OK)
		return e;
	*status_out = reply.status;
	*body_out = reply.body;
	return ERR_OK;
}
