/*
 * libcurl, loaded when it is first needed: it brings thirty libraries with
 * it.  For the files of lib/net alone.
 */
#ifndef NET_CURL_LOAD_H
#define NET_CURL_LOAD_H

#include <curl/curl.h>
#include <stdbool.h>

struct curl_calls {
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	CURLcode (*setopt)(CURL *, CURLoption, ...);
	CURLcode (*perform)(CURL *);
	CURLcode (*getinfo)(CURL *, CURLINFO, ...);
	void (*cleanup)(CURL *);
	const char *(*text)(CURLcode);
	struct curl_slist *(*append)(struct curl_slist *, const char *);
	void (*free_all)(struct curl_slist *);
};
extern struct curl_calls curl;

/* Before the first call; false: there is no such library. */
bool curl_load(void);

#endif
