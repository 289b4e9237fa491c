/*
 * SMTP through libcurl.  Addresses were judged before; libcurl does the
 * dot-stuffing.
 */
#include "mail_internal.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/config.h"
#include "curl_load.h"

#define REPLY_AUTH_REQUIRED	530

struct upload { struct str rest; bool begun; };

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct upload *u = arg;
	size_t len = size * n;

	if (len > u->rest.len)
		len = u->rest.len;
	if (len > 0)
		memcpy(to, u->rest.p, len);
	u->rest = str_sub(u->rest, len, SIZE_MAX);
	u->begun = true;
	return len;
}

static size_t
discard(char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static bool
is_loopback(struct str host)
{
	struct in_addr v4;

	if (str_ieq(host, STR("localhost")) || str_eq(host, STR("::1")))
		return true;
	return inet_pton(AF_INET, host.p, &v4) == 1 &&
	    ntohl(v4.s_addr) >> 24 == 127;
}

static const char *
server_url(struct ctx *c, struct str from)
{
	const struct config *cfg = c->config;
	struct str rest = from, local, host = cfg->mail_host;
	bool v6 = str_has(host, ':');

	/* The path is what EHLO says: the sender's domain. */
	must(str_split(&rest, '@', &local));
	return str_printf(c->arena, "%s://%s%.*s%s:%d/%.*s",
	    str_eq(cfg->mail_security, STR("tls")) ? "smtps" : "smtp",
	    v6 ? "[" : "", STR_FMT(host), v6 ? "]" : "", (int)cfg->mail_port,
	    STR_FMT(rest)).p;
}

/*
 * TLS with a verified certificate, but for a server on this machine (whose
 * certificate rarely has the name localhost) and for "plain".
 */
static void
set_tls(CURL *h, const struct config *cfg)
{
	bool local = is_loopback(cfg->mail_host);
	bool verify = !local || cfg->mail_ca_file.len > 0;
	long use = CURLUSESSL_ALL;

	if (str_eq(cfg->mail_security, STR("plain")))
		use = CURLUSESSL_NONE;
	else if (local && str_eq(cfg->mail_security, STR("starttls")))
		use = CURLUSESSL_TRY;
	curl.setopt(h, CURLOPT_USE_SSL, use);
	curl.setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl.setopt(h, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	curl.setopt(h, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (cfg->mail_ca_file.len > 0)
		curl.setopt(h, CURLOPT_CAINFO, cfg->mail_ca_file.p);
}

static void
set_login(CURL *h, const struct config *cfg)
{
	if (cfg->mail_user.len == 0)
		return;
	curl.setopt(h, CURLOPT_USERNAME, cfg->mail_user.p);
	curl.setopt(h, CURLOPT_PASSWORD, cfg->mail_password.p != NULL ?
	    (const char *)cfg->mail_password.p : "");
}

static void
set_common(CURL *h, const char *url)
{
	curl.setopt(h, CURLOPT_URL, url);
	curl.setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl.setopt(h, CURLOPT_PROXY, "");
	curl.setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl.setopt(h, CURLOPT_CONNECTTIMEOUT, (long)MAIL_CONNECT_S);
	curl.setopt(h, CURLOPT_TIMEOUT, (long)MAIL_TOTAL_S);
	curl.setopt(h, CURLOPT_WRITEFUNCTION, discard);
}

/*
 * A 5xx to the envelope or the message is the server's last word on it; one
 * to the greeting, STARTTLS or login speaks of the set-up, not the mail.
 */
static bool
is_permanent(CURLcode r, long reply, const struct upload *u)
{
	if (reply < 500 || reply > 599 || reply == REPLY_AUTH_REQUIRED)
		return false;
	return r == CURLE_SEND_ERROR ||
	    (r == CURLE_WEIRD_SERVER_REPLY && u->begun);
}

/*
 * The message is taken.  libcurl says goodbye when it cleans up, and waits two
 * minutes for the answer; who never answers must not make us forget that he
 * has the message.
 */
static void
expect_no_goodbye(CURL *h)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl.getinfo(h, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RD);
}

static enum err
transfer(struct ctx *c, CURL *h, struct upload *u, bool *permanent_out)
{
	char error[CURL_ERROR_SIZE] = "";
	long reply = 0;
	CURLcode r;

	curl.setopt(h, CURLOPT_ERRORBUFFER, error);
	r = curl.perform(h);
	if (r == CURLE_OK) {
		expect_no_goodbye(h);
		return ERR_OK;
	}
	curl.getinfo(h, CURLINFO_RESPONSE_CODE, &reply);
	*permanent_out = is_permanent(r, reply, u);
	return err_set(c, ERR_DELIVERY, NULL, "SMTP: %s (last reply %ld)",
	    error[0] != '\0' ? error : curl.text(r), reply);
}

enum err
smtp_send(struct ctx *c, struct str from, struct str to, struct str message,
    bool *permanent_out)
{
	struct upload u = { message, false };
	struct curl_slist *recipients;
	enum err e;
	CURL *h;

	if (!curl_load())
		return err_set(c, ERR_DELIVERY, NULL,
		    "libcurl.so.4 cannot be loaded");
	h = curl.easy_init();
	recipients = curl.append(NULL, str_printf(c->arena, "<%.*s>",
	    STR_FMT(to)).p);
	must(h != NULL && recipients != NULL);
	set_common(h, server_url(c, from));
	set_tls(h, c->config);
	set_login(h, c->config);
	curl.setopt(h, CURLOPT_MAIL_FROM, str_printf(c->arena, "<%.*s>",
	    STR_FMT(from)).p);
	curl.setopt(h, CURLOPT_MAIL_RCPT, recipients);
	curl.setopt(h, CURLOPT_UPLOAD, 1L);
	curl.setopt(h, CURLOPT_READFUNCTION, give);
	curl.setopt(h, CURLOPT_READDATA, &u);
	curl.setopt(h, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.len);
	e = transfer(c, h, &u, permanent_out);
	curl.cleanup(h);
	curl.free_all(recipients);
	return e;
}
