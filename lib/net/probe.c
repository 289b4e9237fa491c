#include "probe.h"

#include "base/buf.h"
#include "curl_load.h"

#define BODY_MAX	(64 * 1024)

static size_t
keep(char *p, size_t size, size_t n, void *arg)
{
	buf_add(arg, p, size * n);
	return buf_ok(arg) ? size * n : 0;
}

static enum err
get(struct ctx *c, CURL *h, struct curl_slist *headers, struct str url,
    int64_t *status_out, struct str *body_out)
{
	struct buf body;
	CURLcode code;
	long status = 0;

	buf_init(&body, c->arena, BODY_MAX);
	curl.setopt(h, CURLOPT_URL, url.p);
	curl.setopt(h, CURLOPT_HTTPHEADER, headers);
	curl.setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl.setopt(h, CURLOPT_PROXY, "");
	curl.setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl.setopt(h, CURLOPT_CONNECTTIMEOUT, 3L);
	curl.setopt(h, CURLOPT_TIMEOUT, 10L);
	curl.setopt(h, CURLOPT_WRITEFUNCTION, keep);
	curl.setopt(h, CURLOPT_WRITEDATA, &body);
	code = curl.perform(h);
	if (code != CURLE_OK)
		return err_set(c, ERR_DELIVERY, NULL, "%s", curl.text(code));
	curl.getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	*status_out = status;
	*body_out = buf_view(&body);
	return ERR_OK;
}

enum err
probe_get(struct ctx *c, struct str url, const struct str *headers, size_t n,
    int64_t *status_out, struct str *body_out)
{
	struct curl_slist *list = NULL;
	enum err e;
	size_t i;
	CURL *h;

	if (!curl_load())
		return err_set(c, ERR_DELIVERY, NULL,
		    "libcurl.so.4 cannot be loaded");
	h = curl.easy_init();
	must(h != NULL);
	for (i = 0; i < n; i++)
		list = curl.append(list, headers[i].p);
	e = get(c, h, list, url, status_out, body_out);
	curl.free_all(list);
	curl.cleanup(h);
	return e;
}
