#include "probe.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include "base/buf.h"

#define BODY_MAX	(64 * 1024)

static struct {
	CURL *(*easy_init)(void);
	CURLcode (*setopt)(CURL *, CURLoption, ...);
	CURLcode (*perform)(CURL *);
	CURLcode (*getinfo)(CURL *, CURLINFO, ...);
	void (*cleanup)(CURL *);
	const char *(*text)(CURLcode);
	struct curl_slist *(*append)(struct curl_slist *, const char *);
	void (*free_all)(struct curl_slist *);
} curl;

static bool
load(void)
{
	static const struct { void *at; const char *name; } symbols[] = {
		{ &curl.easy_init, "curl_easy_init" },
		{ &curl.setopt, "curl_easy_setopt" },
		{ &curl.perform, "curl_easy_perform" },
		{ &curl.getinfo, "curl_easy_getinfo" },
		{ &curl.cleanup, "curl_easy_cleanup" },
		{ &curl.text, "curl_easy_strerror" },
		{ &curl.append, "curl_slist_append" },
		{ &curl.free_all, "curl_slist_free_all" }
	};
	void *lib, *fn;
	size_t i;

	lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	for (i = 0; lib != NULL && i < COUNT(symbols); i++) {
		fn = dlsym(lib, symbols[i].name);
		if (fn == NULL)
			return false;
		memcpy(symbols[i].at, &fn, sizeof(fn));
	}
	return lib != NULL;
}

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

	if (!load())
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
