/*
 * A whole request from the bytes that a web server hands over: lines
 * NAME=value as CGI variables, an empty line, the body.  First request.c
 * alone, then all of the web side, with the rows of tests/unit/web_ask.c.
 */
#include "../unit/web_ask.h"
#include "fuzz.h"

#include "base/limits.h"
#include "codec/text.h"
#include "request.h"
#include "web.h"

const char fuzz_name[] = "request";

#define VARIABLES_MAX	120

static const struct config *config;

static void
set_up(void)
{
	web_set_up(NULL);
	web_configure("[site]\nurl = http://localhost:8080/auth\n[proxy]\n"
	    "trusted = 192.0.2.0/24\n[cors]\norigins = "
	    "https://app.example.org\n");
	config = web_ctx()->config;
}

static bool
is_given(const char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env != NULL; env++)
		if (strncmp(*env, name, len) == 0)
			return true;
	return false;
}

/* What most inputs would lose stands by itself. */
static const char *const *
environment(struct arena *a, struct str *rest)
{
	static const char *const usual[] = { "REQUEST_METHOD=GET",
		"REMOTE_ADDR=192.0.2.1", "HTTP_HOST=localhost:8080",
		"HTTP_X_DOORWARD_APIKEY=" UNIT_KEY };
	const char **env = ARENA_ARRAY(a, const char *, VARIABLES_MAX +
	    COUNT(usual) + 1);
	struct str line, name;
	size_t n = 0, i;

	while ((line = fuzz_part(rest, '\n')).len > 0)
		if (n < VARIABLES_MAX)
			env[n++] = str_cstr(a, line);
	for (i = 0; i < COUNT(usual); i++) {
		line = str_of(usual[i]);
		str_split(&line, '=', &name);
		if (!is_given(env, str_printf(a, "%.*s=", STR_FMT(name)).p))
			env[n++] = usual[i];
	}
	return env;
}

/* A text of at most max bytes that may be stored and shown. */
static void
claim_printable(struct str s, size_t max)
{
	size_t i;

	claim(s.len <= max && utf8_valid(s));
	for (i = 0; i < s.len; i++)
		claim((unsigned char)s.p[i] >= 0x20 && s.p[i] != 0x7f);
}

static void
claim_path(struct arena *a, struct str path)
{
	struct str rest = str_sub(path, 1, SIZE_MAX), part, again;
	struct buf b;

	claim(path.len > 0 && path.len <= LIMIT_PATH && path.p[0] == '/');
	claim(path.len == 1 || path.p[path.len - 1] != '/');
	claim(fuzz_clean(path));
	buf_init(&b, a, SIZE_MAX / 2);
	while (path.len > 1 && str_split(&rest, '/', &part)) {
		claim(part.len > 0 && !str_eq(part, STR(".")) &&
		    !str_eq(part, STR("..")));
		buf_char(&b, '/');
		buf_str(&b, percent_encode(a, part));
	}
	if (path.len == 1)
		buf_char(&b, '/');
	/* Encoded and read once more: the same place. */
	claim(request_path(a, buf_view(&b), &again) == ERR_OK);
	claim(str_eq(again, path));
}

static void
judge_reading(struct arena *a, const char *const *env, struct str body)
{
	struct ctx c;
	struct http h = { .ctx = &c };
	struct transport *t = transport_memory(a, env, body);
	size_t i;
	enum err e;

	ctx_init(&c, a, config);
	e = request_read(&h, t);
	claim_printable(c.client.user_agent, LIMIT_USER_AGENT);
	claim_printable(c.client.language, LIMIT_USER_AGENT);
	claim_printable(c.client.referer, LIMIT_USER_AGENT);
	claim(c.client.network.len > 0 && fuzz_clean(c.client.network));
	claim(c.client.address.len < 46 && fuzz_clean(c.client.address));
	claim(!c.client.trusted && !h.has_secret && !h.has_session);
	for (i = 0; i < h.headers.n; i++) {
		claim(h.headers.items[i].value.len <= LIMIT_HEADER);
		claim(!fuzz_has_any(h.headers.items[i].value, "\r\n\x01\x7f"));
	}
	if (e != ERR_OK)
		return;
	claim(h.query.n <= LIMIT_PARAMS && h.body_announced >= -1);
	claim(!request_conflict(&h.query));
	if (h.redirect_status != 401 && h.protected_uri.p == NULL &&
	    is_given(env, "REQUEST_URI=/"))
		claim_path(a, h.path);
	e = request_body(&h, t, 1000);
	if (e != ERR_OK) {
		claim(e == ERR_BODY_TOO_LARGE);
		claim(body.len > 1000 || h.body_announced > 1000);
		return;
	}
	claim(str_eq(h.body, body));
	claim(h.body_truncated == ((int64_t)body.len < h.body_announced));
}

static bool
is_token(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= 'A' && s.p[i] <= 'Z') && s.p[i] != '-')
			return false;
	return s.len > 0;
}

/* "Name: value", without anything that would begin another. */
static void
claim_headers(struct str head, bool *json)
{
	struct str line, name;

	while (str_split(&head, '\n', &line) && head.p != NULL) {
		claim(line.len > 0 && line.p[line.len - 1] == '\r');
		line.len--;
		claim(str_split(&line, ':', &name) && line.p != NULL);
		claim(is_token(name));
		claim(fuzz_clean(line));
		if (str_ieq(name, STR("Content-Type")))
			*json = fuzz_contains(line, STR("json"));
	}
}

static void
judge_answer(struct arena *a, const char *const *env, struct str body)
{
	struct transport *t = transport_memory(a, env, body);
	struct str out, head, text;
	const char *end;
	bool json = false;
	struct ctx c;
	long status;

	ctx_init(&c, a, config);
	web_serve(&c, t);
	out = transport_written(t);
	end = memmem(out.p, out.len, "\r\n\r\n", 4);
	claim(end != NULL && str_starts(out, STR("Status: ")));
	status = strtol(out.p + 8, NULL, 10);
	claim(status >= 200 && status <= 599);
	/* 500 is for our own mistakes; one row makes one on purpose. */
	claim(status != 500 || c.err.code == ERR_NOT_FOUND);
	head = str_sub(out, 0, (size_t)(end - out.p) + 2);
	text = str_sub(out, head.len + 2, SIZE_MAX);
	claim_headers(head, &json);
	/* The row "act" of web_ask.c shows a token that nobody judged. */
	if (fuzz_contains(text, STR("\"row\":\"act\"")))
		return;
	claim(utf8_valid(text) && !str_has(text, '\0'));
	if (json && text.len > 0)
		claim(json_check(text, 64, 10000) == JSON_FINE);
}

void
fuzz_one(struct arena *a, struct str s)
{
	const char *const *env;

	if (config == NULL)
		set_up();
	env = environment(a, &s);
	judge_reading(a, env, s);
	judge_answer(a, env, s);
}
