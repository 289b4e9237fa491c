#include "curl_load.h"

#include "base/load.h"

struct curl_calls curl;

bool
curl_load(void)
{
	static const struct load_symbol symbols[] = {
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

	if (!ready)
		ready = load_symbols("libcurl.so.4", symbols,
		    COUNT(symbols)) &&
		    curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	return ready;
}
