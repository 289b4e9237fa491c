/*
 * The one way out by HTTP: CAPTCHA providers, SMS gateways, breach lists, our
 * own site for doorwardctl check.  Addresses come from the configuration
 * alone, never from a visitor.  libcurl is loaded for the first call.
 */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include "base/ctx.h"
#include "base/err.h"
#include "base/secret.h"

#define HTTP_CONNECT_MS		1500
#define HTTP_TOTAL_MS		3000
#define HTTP_TOTAL_MAX_MS	10000
#define HTTP_REPLY_MAX		(1024 * 1024)

struct http_call {
	const char *method;	/* "GET", "POST", "PUT", "DELETE" */
	struct str url;		/* absolute; https, or http to a host that
				 * outgoing.trusted_hosts lists */
	const struct str *headers;	/* "Name: value" */
	size_t headers_n;
	struct str body;	/* absent: none.  Name its Content-Type */
	struct str user;	/* Basic authorization; absent: none */
	struct secret password;
	int64_t timeout_ms;	/* of the whole call; 0: HTTP_TOTAL_MS */
	size_t reply_max;	/* bytes of the body; 0: HTTP_REPLY_MAX */
	bool own_site;		/* site.url, wherever it is */
};

struct http_reply {
	int64_t status;		/* 100 to 599; the caller judges it */
	struct str body;	/* in the arena, NUL behind */
};

/*
 * One request and its whole answer.  No redirects, no proxy, no cookies, no
 * second try; certificate and host name are verified (outgoing.ca_file);
 * private addresses are refused unless the host is listed, after the name was
 * resolved (S-128).  ERR_DELIVERY with a note (which holds no secret) when
 * there is no whole answer in time, also of one that is too long.
 */
MUST_CHECK enum err http_call(struct ctx *c, const struct http_call *in,
    struct http_reply *out);

/* A form's text: "a=1&b=2", values encoded; pairs of name and value, of which
 * those that are absent are left out. */
struct http_pair { const char *name; struct str value; };
struct str http_form_text(struct ctx *c, const struct http_pair *pairs,
    size_t n);

/* May an unlisted host be there?  Public unicast alone; 4 or 16 bytes. */
bool http_address_is_public(const unsigned char *b, size_t len);

#endif
