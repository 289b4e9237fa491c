#include "curl_load.h"

#include <dlfcn.h>

#include "base/base.h"

struct curl_calls curl;

bool
curl_load(void)
{
	static const struct { void *at; const char *name; } symbols[] = {
		{ &curl.global_init, "curl_global_init" },
		{ &curl.easy_init, "curl_easy_init" },
		{ &curl.setopt, "curl_easy_setopt" },
		{ &curl.perform, "curl_easy_perform" },
		{ &curl.getinfo, "curl_easy_getinfo" },
		{ &curl.cleanup, "curl_easy_cleanup" },
		{ &curl.text, "curl_easy_strerror" },
		{ &curl.append, "curl_slist_append" },
		{ &curl.free_all, "curl_slist_free_all" }
	};
	static bool ready;
	void *lib, *fn;
	size_t i;

	if (ready)
		return true;
	lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL)
		return false;
	for (i = 0; i < COUNT(symbols); i++) {
		fn = dlsym(lib, symbols[i].name);
		if (fn == NULL)
			return false;
		memcpy(symbols[i].at, &fn, sizeof(fn));
	}
	ready = curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	return ready;
}
