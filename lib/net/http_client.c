#include "http_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/config.h"
#include "codec/text.h"
#include "codec/url.h"
#include "curl_load.h"

#define BODY_MAX	(64 * 1024)

/* One call that is under way. */
struct call {
	struct ctx *c;
	const struct http_call *in;
	struct url_parts at;
	bool trusted;		/* may be private, may be plain */
	bool refused;		/* its address was */
	struct buf body;
	char error[CURL_ERROR_SIZE];
};

/* ---- where it may go ---- */

static bool
is_within(const unsigned char *b, const char *network, unsigned bits)
{
	unsigned char net[4];
	uint32_t have, want;

	must(inet_pton(AF_INET, network, net) == 1);
	memcpy(&have, b, 4);
	memcpy(&want, net, 4);
	return (ntohl(have) ^ ntohl(want)) >> (32 - bits) == 0;
}

/* IANA's registry of special IPv4 addresses, and multicast and above. */
static bool
v4_is_public(const unsigned char *b)
{
	static const struct { const char *network; unsigned bits; } not[] = {
		{ "0.0.0.0", 8 }, { "10.0.0.0", 8 }, { "100.64.0.0", 10 },
		{ "127.0.0.0", 8 }, { "169.254.0.0", 16 },
		{ "172.16.0.0", 12 }, { "192.0.0.0", 24 },
		{ "192.0.2.0", 24 }, { "192.88.99.0", 24 },
		{ "192.168.0.0", 16 }, { "198.18.0.0", 15 },
		{ "198.51.100.0", 24 }, { "203.0.113.0", 24 },
		{ "224.0.0.0", 3 }
	};
	size_t i;

	for (i = 0; i < COUNT(not); i++)
		if (is_within(b, not[i].network, not[i].bits))
			return false;
	return true;
}

/*
 * 2000::/3 is all that is routed; of it not what carries IPv4 or is set aside
 * (Teredo and the rest of 2001::/23, 6to4, documentation).  NAT64 leads to
 * the IPv4 address in it.
 */
bool
http_address_is_public(const unsigned char *b, size_t len)
{
	static const unsigned char nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (len == 4)
		return v4_is_public(b);
	if (memcmp(b, nat64, sizeof(nat64)) == 0)
		return v4_is_public(b + 12);
	if ((b[0] & 0xe0) != 0x20)
		return false;
	if (b[0] == 0x20 && (b[1] == 0x02 || (b[1] == 0x01 &&
	    (b[2] < 2 || (b[2] == 0x0d && b[3] == 0xb8)))))
		return false;
	return !(b[0] == 0x3f && b[1] == 0xff);
}

static bool
is_public(const struct sockaddr *to)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (to->sa_family == AF_INET) {
		memcpy(&v4, to, sizeof(v4));
		return http_address_is_public(
		    (const unsigned char *)&v4.sin_addr, 4);
	}
	if (to->sa_family != AF_INET6)
		return false;
	memcpy(&v6, to, sizeof(v6));
	return http_address_is_public(v6.sin6_addr.s6_addr, 16);
}

/* The address that the name led to, just before it is connected to. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct call *k = arg;

	(void)purpose;
	if (!k->trusted && !is_public(&to->addr)) {
		k->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* An IPv6 address may be listed with its brackets or without. */
static bool
is_listed(struct ctx *c, const struct url_parts *at)
{
	const struct list *l = &c->config->outgoing_trusted_hosts;
	struct str bare = at->host;

	if (str_starts(bare, STR("[")))
		bare = str_sub(bare, 1, bare.len - 2);
	return list_has(l, at->host) || list_has(l, bare) ||
	    (str_present(at->port) &&
	    list_has(l, str_printf(c->arena, "%.*s:%.*s",
	    STR_FMT(at->host), STR_FMT(at->port))));
}

static enum err
judge_address(struct call *k)
{
	struct ctx *c = k->c;

	if (!url_split(c->arena, k->in->url, &k->at))
		return err_set(c, ERR_DELIVERY, NULL,
		    "outgoing call: no http(s) address");
	k->trusted = k->in->own_site || is_listed(c, &k->at);
	if (!k->trusted && str_eq(k->at.scheme, STR("http")))
		return err_set(c, ERR_DELIVERY, NULL,
		    "%.*s: https alone, unless outgoing.trusted_hosts "
		    "lists it", STR_FMT(k->at.host));
	return ERR_OK;
}

/* ---- what goes out ---- */

static bool
is_line(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	return str_present(s);
}

static enum err
set_headers(struct call *k, CURL *h, struct curl_slist **list)
{
	struct curl_slist *more;
	size_t i;

	for (i = 0; i < k->in->headers_n; i++) {
		if (!is_line(k->in->headers[i]))
			return err_set(k->c, ERR_DELIVERY, NULL,
			    "outgoing call: a header with a control");
		more = curl.append(*list, str_cstr(k->c->arena,
		    k->in->headers[i]));
		must(more != NULL);
		*list = more;
	}
	curl.setopt(h, CURLOPT_HTTPHEADER, *list);
	return ERR_OK;
}

static void
set_body(const struct call *k, CURL *h)
{
	const struct http_call *in = k->in;

	if (in->body.p != NULL || strcmp(in->method, "GET") != 0) {
		curl.setopt(h, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)in->body.len);
		curl.setopt(h, CURLOPT_POSTFIELDS,
		    in->body.p != NULL ? in->body.p : "");
	}
	curl.setopt(h, CURLOPT_CUSTOMREQUEST, in->method);
}

static void
set_login(const struct call *k, CURL *h)
{
	struct str password = secret_view(&k->in->password);

	if (!str_present(k->in->user))
		return;
	curl.setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl.setopt(h, CURLOPT_USERNAME, str_cstr(k->c->arena, k->in->user));
	curl.setopt(h, CURLOPT_PASSWORD, str_cstr(k->c->arena,
	    password.p != NULL ? password : STR("")));
}

static void
set_tls(const struct call *k, CURL *h)
{
	struct str ca = k->c->config->outgoing_ca_file;

	curl.setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl.setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
	curl.setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
	if (str_present(ca))
		curl.setopt(h, CURLOPT_CAINFO, ca.p);
}

static long
total_ms(const struct http_call *in)
{
	int64_t ms = in->timeout_ms > 0 ? in->timeout_ms : HTTP_TOTAL_MS;

	return (long)(ms < HTTP_TOTAL_MAX_MS ? ms : HTTP_TOTAL_MAX_MS);
}

static void
set_limits(const struct call *k, CURL *h)
{
	long total = total_ms(k->in);

	curl.setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl.setopt(h, CURLOPT_PROXY, "");
	curl.setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl.setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl.setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl.setopt(h, CURLOPT_QUICK_EXIT, 1L);	/* wait for no resolver */
	curl.setopt(h, CURLOPT_FRESH_CONNECT, 1L);
	curl.setopt(h, CURLOPT_FORBID_REUSE, 1L);
	curl.setopt(h, CURLOPT_TIMEOUT_MS, total);
	curl.setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
	    total < HTTP_CONNECT_MS ? total : (long)HTTP_CONNECT_MS);
}

static size_t
keep(char *p, size_t size, size_t n, void *arg)
{
	struct call *k = arg;

	buf_add(&k->body, p, size * n);
	return buf_ok(&k->body) ? size * n : 0;
}

/* ---- the call ---- */

static enum err
why_not(struct call *k, CURLcode code)
{
	const char *text = k->error[0] != '\0' ? k->error : curl.text(code);

	if (k->refused)
		text = "it is at a private address; outgoing.trusted_hosts "
		    "does not list it";
	else if (!buf_ok(&k->body))
		text = "the answer is too long";
	return err_set(k->c, ERR_DELIVERY, NULL, "%.*s: %s",
	    STR_FMT(k->at.host), text);
}

static enum err
perform(struct call *k, CURL *h, struct http_reply *out)
{
	size_t max = k->in->reply_max;
	long status = 0;
	CURLcode code;

	buf_init(&k->body, k->c->arena, max > 0 ? max : HTTP_REPLY_MAX);
	curl.setopt(h, CURLOPT_URL, str_cstr(k->c->arena, k->in->url));
	curl.setopt(h, CURLOPT_ERRORBUFFER, k->error);
	curl.setopt(h, CURLOPT_WRITEFUNCTION, keep);
	curl.setopt(h, CURLOPT_WRITEDATA, k);
	curl.setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl.setopt(h, CURLOPT_OPENSOCKETDATA, k);
	code = curl.perform(h);
	if (code != CURLE_OK)
		return why_not(k, code);
	curl.getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	*out = (struct http_reply){ status, buf_view(&k->body) };
	return ERR_OK;
}

enum err
http_call(struct ctx *c, const struct http_call *in, struct http_reply *out)
{
	struct call k = { .c = c, .in = in };
	struct curl_slist *list = NULL;
	enum err e;
	CURL *h;

	e = judge_address(&k);
	if (e != ERR_OK)
		return e;
	if (!curl_load())
		return err_set(c, ERR_DELIVERY, NULL,
		    "libcurl.so.4 cannot be loaded");
	h = curl.easy_init();
	must(h != NULL);
	set_limits(&k, h);
	set_tls(&k, h);
	set_login(&k, h);
	set_body(&k, h);
	e = set_headers(&k, h, &list);
	if (e == ERR_OK)
		e = perform(&k, h, out);
	curl.cleanup(h);
	curl.free_all(list);
	return e;
}

struct str
http_form_text(struct ctx *c, const struct http_pair *pairs, size_t n)
{
	struct buf b;
	size_t i;

	buf_init(&b, c->arena, BODY_MAX);
	for (i = 0; i < n; i++) {
		if (pairs[i].value.p == NULL)
			continue;
		if (b.len > 0)
			buf_char(&b, '&');
		buf_cstr(&b, pairs[i].name);
		buf_char(&b, '=');
		buf_str(&b, percent_encode(c->arena, pairs[i].value));
	}
	must(buf_ok(&b));
	return buf_view(&b);
}
