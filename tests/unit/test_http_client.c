/*
 * The client against a server of a few lines, which writes down what it is
 * told; TLS against the openssl command.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config.h"
#include "net/http_client.h"

static struct arena *arena;
static struct config cfg;
static struct ctx ctx;
static char folder[] = "/tmp/doorward-http-XXXXXX";

static struct str
in_folder(const char *name)
{
	return str_printf(arena, "%s/%s", folder, name);
}

static struct str
content(const char *name)
{
	char *p = arena_alloc(arena, 64 * 1024);
	int fd = open(in_folder(name).p, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return STR_NONE;
	n = read(fd, p, 64 * 1024 - 1);
	close(fd);
	assert_true(n >= 0);
	return (struct str){ p, (size_t)n };
}

/* ---- the server ---- */

struct server {
	pid_t pid;
	uint16_t port;
};

/* What it does with one connection. */
struct behaviour {
	const char *answer;	/* NULL: none, until the client leaves */
	bool endless;		/* more and more after the answer */
};

static void
serve(int listener, const struct behaviour *b)
{
	char part[4096], x[1024];
	ssize_t n;
	int fd, log;

	alarm(20);
	signal(SIGPIPE, SIG_IGN);
	fd = accept(listener, NULL, NULL);
	log = open(in_folder("request").p, O_WRONLY | O_CREAT | O_TRUNC,
	    0600);
	if (fd < 0 || log < 0)
		_exit(1);
	n = read(fd, part, sizeof(part));
	if (n < 0 || write(log, part, (size_t)n) != n)
		_exit(1);
	if (b->answer != NULL)
		dprintf(fd, "%s", b->answer);
	memset(x, 'x', sizeof(x));
	while (b->endless && write(fd, x, sizeof(x)) > 0)
		;
	while (b->answer == NULL && read(fd, part, sizeof(part)) > 0)
		;
	_exit(0);
}

static int
bound(uint16_t *port_out)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(s >= 0);
	assert_int_equal(bind(s, (struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	*port_out = ntohs(at.sin_port);
	return s;
}

static struct server
start(const struct behaviour *b)
{
	struct server s;
	int listener = bound(&s.port);

	unlink(in_folder("request").p);
	assert_int_equal(listen(listener, 4), 0);
	s.pid = fork();
	assert_true(s.pid >= 0);
	if (s.pid == 0)
		serve(listener, b);
	close(listener);
	return s;
}

static void
stop(struct server s)
{
	int status;

	kill(s.pid, SIGKILL);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
}

static void
trust(const char *host)
{
	static struct str items[1];

	items[0] = str_of(host);
	cfg.outgoing_trusted_hosts = (struct list){ items, 1 };
}

static struct str
address(const char *scheme, const char *host, uint16_t port)
{
	return str_printf(arena, "%s://%s:%u/verify?a=1", scheme, host, port);
}

/* GET from a server that behaves so. */
static enum err
get(const struct behaviour *b, struct http_call call, struct http_reply *out)
{
	struct server s = start(b);
	enum err e;

	trust("127.0.0.1");
	call.method = "GET";
	call.url = address("http", "127.0.0.1", s.port);
	e = http_call(&ctx, &call, out);
	stop(s);
	return e;
}

static const struct behaviour good = {
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
	false
};

/* ---- what goes and what comes ---- */

static void
test_a_call_carries_method_headers_body_and_login(void **state)
{
	struct server s = start(&good);
	struct str headers[] = { STR("Content-Type: application/json"),
		STR("X-Kind: sms") };
	struct http_reply out = { 0 };
	struct http_call call = {
		.method = "PUT",
		.url = address("http", "127.0.0.1", s.port),
		.headers = headers,
		.headers_n = 2,
		.body = STR("{\"a\":1}"),
		.user = STR("ada"),
		.password = secret_copy(arena, "p:q", 3)
	};
	const char *text;

	(void)state;
	trust("127.0.0.1");
	assert_int_equal(http_call(&ctx, &call, &out), ERR_OK);
	stop(s);
	assert_int_equal(out.status, 200);
	assert_str(out.body, "hi");
	text = content("request").p;
	assert_has(text, "PUT /verify?a=1 HTTP/1.1\r\n");
	assert_has(text, "\r\nContent-Type: application/json\r\n");
	assert_has(text, "\r\nX-Kind: sms\r\n");
	assert_has(text, "\r\nAuthorization: Basic YWRhOnA6cQ==\r\n");
	assert_has(text, "\r\n\r\n{\"a\":1}");
}

static void
test_every_status_is_the_callers_to_judge(void **state)
{
	static const struct behaviour gone = { "HTTP/1.1 503 No\r\n"
	    "Content-Length: 4\r\nConnection: close\r\n\r\nlate", false };
	struct http_reply out = { 0 };

	(void)state;
	assert_int_equal(get(&gone, (struct http_call){ 0 }, &out), ERR_OK);
	assert_int_equal(out.status, 503);
	assert_str(out.body, "late");
}

static void
test_a_form_has_its_values_encoded_and_leaves_out_what_is_absent(
    void **state)
{
	(void)state;
	assert_str(http_form_text(&ctx, (const struct http_pair[]){
	    { "secret", STR("a&b=c d") }, { "ip", STR_NONE },
	    { "to", STR("+1202") }, { "none", STR("") } }, 4),
	    "secret=a%26b%3Dc%20d&to=%2B1202&none=");
}

static void
test_headers_cannot_be_bent(void **state)
{
	struct str header = STR("X-A: 1\r\nX-B: 2");
	struct http_reply out = { 0 };
	struct http_call call = { .method = "GET", .headers_n = 1,
		.headers = &header,
		.url = STR("https://provider.example/verify") };

	(void)state;
	assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
	assert_has(ctx.err.note, "control");
}

/* ---- S-128 ---- */

static void
test_s128_redirects_are_not_followed(void **state)
{
	static const struct behaviour redirect = { "HTTP/1.1 302 Found\r\n"
	    "Location: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n\r\n", false };
	struct http_reply out = { 0 };

	(void)state;
	assert_int_equal(get(&redirect, (struct http_call){ 0 }, &out),
	    ERR_OK);
	assert_int_equal(out.status, 302);
}

static void
test_s128_an_endless_answer_is_cut(void **state)
{
	static const struct behaviour endless = {
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", true };
	struct http_reply out = { .status = 7 };

	(void)state;
	assert_int_equal(get(&endless, (struct http_call){
	    .reply_max = 4096 }, &out), ERR_DELIVERY);
	assert_has(ctx.err.note, "too long");
	assert_int_equal(get(&endless, (struct http_call){ 0 }, &out),
	    ERR_DELIVERY);
	assert_has(ctx.err.note, "too long");
	assert_int_equal(out.status, 7);
}

static void
test_s128_silence_ends_in_time(void **state)
{
	static const struct behaviour silent = { NULL, false };
	struct http_reply out = { 0 };
	int64_t before = clock_mono_ms();

	(void)state;
	assert_int_equal(get(&silent, (struct http_call){
	    .timeout_ms = 300 }, &out), ERR_DELIVERY);
	assert_in_range(clock_mono_ms() - before, 250, 2500);
	before = clock_mono_ms();
	assert_int_equal(get(&silent, (struct http_call){ 0 }, &out),
	    ERR_DELIVERY);
	assert_in_range(clock_mono_ms() - before, HTTP_TOTAL_MS - 50,
	    HTTP_TOTAL_MS + 2000);
}

static void
test_s128_rubbish_and_half_answers_are_failures(void **state)
{
	static const struct behaviour rubbish = { "SSH-2.0-x\r\n\r\n", false };
	static const struct behaviour half = { "HTTP/1.1 200 OK\r\n"
	    "Content-Length: 9\r\nConnection: close\r\n\r\nhi", false };
	struct http_reply out = { 0 };
	struct http_call call = { .method = "GET" };
	uint16_t port;
	int s;

	(void)state;
	assert_int_equal(get(&rubbish, call, &out), ERR_DELIVERY);
	assert_int_equal(get(&half, call, &out), ERR_DELIVERY);
	/* Bound and not listening. */
	s = bound(&port);
	call.url = address("http", "127.0.0.1", port);
	assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
	close(s);
}

/* Who is not listed gets neither plain http nor a private address: not one
 * that is written, and not one that a name leads to. */
static void
test_s128_private_addresses_and_plain_http_need_a_listing(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost",
		"0.0.0.0" };
	struct server s = start(&good);
	struct http_call call = { .method = "GET" };
	struct http_reply out = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hosts); i++) {
		call.url = address("http", hosts[i], s.port);
		assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
		assert_has(ctx.err.note, "https alone");
		call.url = address("https", hosts[i], s.port);
		assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
		assert_has(ctx.err.note, "private address");
	}
	call.url = address("ftp", "127.0.0.1", s.port);
	assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
	assert_null(content("request").p);
	trust(str_printf(arena, "localhost:%u", s.port).p);
	call.url = address("http", "127.0.0.1", s.port);
	assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
	call.url = address("http", "localhost", s.port);
	assert_int_equal(http_call(&ctx, &call, &out), ERR_OK);
	stop(s);
	/* Listed, and nobody there. */
	trust("::1");
	call.url = address("http", "[::1]", s.port);
	assert_int_equal(http_call(&ctx, &call, &out), ERR_DELIVERY);
	assert_null(strstr(ctx.err.note, "https alone"));
}

static void
test_s128_no_proxy_of_the_environment(void **state)
{
	struct http_reply out = { 0 };

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	assert_int_equal(get(&good, (struct http_call){ 0 }, &out), ERR_OK);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static bool
public(const char *text)
{
	bool v6 = strchr(text, ':') != NULL;
	unsigned char b[16];

	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, b) != 1)
		fail_msg("%s", text);
	return http_address_is_public(b, v6 ? 16 : 4);
}

static void
test_s128_public_addresses_are_those_that_are_routed(void **state)
{
	static const char *const yes[] = { "1.1.1.1", "9.255.255.255",
		"11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1",
		"172.15.255.255", "172.32.0.0", "192.167.255.255",
		"223.255.255.255", "2600::1", "2606:4700::1111",
		"2001:4860:4860::8888", "64:ff9b::8.8.8.8" };
	static const char *const no[] = { "0.0.0.0", "10.1.2.3",
		"100.64.0.1", "127.0.0.1", "127.255.255.255",
		"169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.168.1.1", "198.19.0.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1",
		"255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
		"::ffff:8.8.8.8", "::127.0.0.1", "fc00::1", "fd12::1",
		"fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1",
		"2002:7f00:1::", "3fff::1", "64:ff9b::127.0.0.1",
		"64:ff9b:1::8.8.8.8", "100::1" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(yes); i++)
		if (!public(yes[i]))
			fail_msg("%s is public", yes[i]);
	for (i = 0; i < COUNT(no); i++)
		if (public(no[i]))
			fail_msg("%s is not public", no[i]);
}

/* ---- TLS ---- */

static pid_t
run_openssl(const char *const argv[])
{
	pid_t pid = fork();
	int null;

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20);
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp("openssl", (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	return pid;
}

static void
make_certificate(void)
{
	int status;
	pid_t pid = run_openssl((const char *const[]){ "openssl", "req",
	    "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
	    "/CN=gateway", "-addext", "subjectAltName=IP:127.0.0.1",
	    "-keyout", in_folder("key").p, "-out", in_folder("cert").p,
	    NULL });

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A web server out of the openssl command: it answers 200 with a page. */
static struct server
start_tls(void)
{
	struct server s;
	int fd = bound(&s.port);
	struct str at = str_printf(arena, "127.0.0.1:%u", s.port);

	close(fd);
	s.pid = run_openssl((const char *const[]){ "openssl", "s_server",
	    "-accept", at.p, "-cert", in_folder("cert").p, "-key",
	    in_folder("key").p, "-www", NULL });
	return s;
}

/* Asks until the server is there. */
static enum err
get_by_tls(const char *host, uint16_t port, struct http_reply *out)
{
	struct http_call call = { .method = "GET",
		.url = address("https", host, port) };
	enum err e;
	int i;

	for (i = 0; i < 200; i++) {
		e = http_call(&ctx, &call, out);
		if (e == ERR_OK || strstr(ctx.err.note, "connect") == NULL)
			return e;
		usleep(25000);
	}
	fail_msg("no TLS server");
	return e;
}

static void
test_s128_certificate_and_name_are_verified(void **state)
{
	struct http_reply out = { 0 };
	struct server s;

	(void)state;
	make_certificate();
	s = start_tls();
	trust("127.0.0.1");
	assert_int_equal(get_by_tls("127.0.0.1", s.port, &out),
	    ERR_DELIVERY);
	assert_has(ctx.err.note, "self-signed");
	cfg.outgoing_ca_file = in_folder("cert");
	assert_int_equal(get_by_tls("127.0.0.1", s.port, &out), ERR_OK);
	assert_int_equal(out.status, 200);
	trust("localhost");
	assert_int_equal(get_by_tls("localhost", s.port, &out),
	    ERR_DELIVERY);
	assert_has(ctx.err.note, "matches target host name");
	stop(s);
}

/* ---- */

static int
reset(void **state)
{
	(void)state;
	arena_reset(arena);
	memset(&cfg, 0, sizeof(cfg));
	cfg.outgoing_ca_file = STR("");
	ctx_init(&ctx, arena, &cfg);
	return 0;
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return mkdtemp(folder) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(in_folder("request").p);
	unlink(in_folder("cert").p);
	unlink(in_folder("key").p);
	rmdir(folder);
	arena_free(arena);
	return 0;
}

#define CLAIM(fn)	cmocka_unit_test_setup(fn, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM(test_a_call_carries_method_headers_body_and_login),
		CLAIM(test_every_status_is_the_callers_to_judge),
		CLAIM(
	    test_a_form_has_its_values_encoded_and_leaves_out_what_is_absent),
		CLAIM(test_headers_cannot_be_bent),
		CLAIM(test_s128_redirects_are_not_followed),
		CLAIM(test_s128_an_endless_answer_is_cut),
		CLAIM(test_s128_silence_ends_in_time),
		CLAIM(test_s128_rubbish_and_half_answers_are_failures),
		CLAIM(
		    test_s128_private_addresses_and_plain_http_need_a_listing),
		CLAIM(test_s128_no_proxy_of_the_environment),
		CLAIM(test_s128_public_addresses_are_those_that_are_routed),
		CLAIM(test_s128_certificate_and_name_are_verified),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
