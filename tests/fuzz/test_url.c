/*
 * The redirect judge (S-036).  What it admits is read once more in the
 * plainest way; a reading that finds another place breaks the claim.  A
 * browser's own reading is asked in redirect.test.mjs.
 */
#include "fuzz.h"

#include "base/config.h"
#include "base/limits.h"
#include "codec/url.h"

const char fuzz_name[] = "url";

static const char lines[] = "[site]\nurl = https://example.com/auth\n"
    "[urls]\nallow = https://app.example.org/docs http://[::1]:9000/cb "
    "http://127.0.0.1:9000 https://port.example.org:8443/ myapp://auth "
    "anyapp:// com.example.app:/cb\n";

static const struct place {
	const char *front;	/* scheme, host, port as written by us */
	const char *path;
} places[] = {
	{ "https://example.com", "/auth" },
	{ "https://example.com:443", "/auth" },
	{ "https://app.example.org", "/docs" },
	{ "https://app.example.org:443", "/docs" },
	{ "https://port.example.org:8443", "" },
	{ "http://127.0.0.1:9000", "" },
	{ "http://[::1]:9000", "/cb" },
	{ "myapp://auth", "" },
	{ "com.example.app:", "/cb" },
};

static bool
boundary(struct str rest, const char *marks)
{
	return rest.len == 0 || strchr(marks, rest.p[0]) != NULL;
}

/* 1 for ".", 2 for "..", also where the dots are escaped; else 0. */
static int
dots(struct str s)
{
	int n = 0;

	for (; s.len > 0; n++)
		if (s.p[0] == '.')
			s = str_sub(s, 1, SIZE_MAX);
		else if (str_istarts(s, STR("%2e")))
			s = str_sub(s, 3, SIZE_MAX);
		else
			return 0;
	return n < 3 ? n : 0;
}

/* WHATWG URL, path state: ".." takes the last segment away. */
static struct str
without_dots(struct arena *a, struct str path)
{
	struct str *kept = ARENA_ARRAY(a, struct str, path.len + 1), part;
	struct buf b;
	size_t i, n = 0;
	int d = 0;

	path = str_sub(path, 1, SIZE_MAX);
	while (str_split(&path, '/', &part)) {
		d = dots(part);
		if (d == 0)
			kept[n++] = part;
		else if (d == 2 && n > 0)
			n--;
	}
	if (d > 0)
		kept[n++] = STR("");
	buf_init(&b, a, SIZE_MAX / 2);
	for (i = 0; i < n; i++) {
		buf_char(&b, '/');
		buf_str(&b, kept[i]);
	}
	return buf_view(&b);
}

static bool
below(struct arena *a, struct str rest, const char *prefix)
{
	size_t n;

	for (n = 0; n < rest.len && !boundary(str_sub(rest, n, SIZE_MAX),
	    "?#"); n++)
		;
	rest = str_sub(rest, 0, n);
	if (rest.len > 0)
		rest = without_dots(a, rest);
	return str_starts(rest, str_of(prefix)) &&
	    boundary(str_sub(rest, strlen(prefix), SIZE_MAX), "/");
}

/* Whoever stands in front of the host, or escapes, could be another. */
static void
claim_authority(struct str url)
{
	struct str rest = url, part;
	size_t n;

	str_split(&rest, ':', &part);
	for (n = 2; n < rest.len && !boundary(str_sub(rest, n, SIZE_MAX),
	    "/?#"); n++)
		;
	if (str_starts(rest, STR("//")))
		claim(!fuzz_has_any(str_sub(rest, 0, n), "@%"));
}

static bool
in_place(struct arena *a, struct str url)
{
	struct str lower = url, rest;
	size_t i;

	if (str_istarts(url, STR("anyapp:")))
		return true;
	for (i = 0; i < COUNT(places); i++) {
		lower = str_of(places[i].front);
		if (!str_istarts(url, lower))
			continue;
		rest = str_sub(url, lower.len, SIZE_MAX);
		if (boundary(rest, "/?#") && below(a, rest, places[i].path))
			return true;
	}
	return false;
}

static void
judge_admitted(struct arena *a, const struct config *cfg, struct str url)
{
	struct str more, out;
	size_t i;

	claim(url.len > 0 && url.len <= LIMIT_URL);
	for (i = 0; i < url.len; i++)
		claim((unsigned char)url.p[i] > 0x20 &&
		    (unsigned char)url.p[i] < 0x7f);
	claim(!fuzz_has_any(url, "\\\"<>^`{|}"));
	claim(in_place(a, url));
	claim_authority(url);
	/* The token that is put in leads nowhere else. */
	more = url_with(a, url, "vtoken", STR("a/../\\@#?&b"));
	claim(more.len > LIMIT_URL || url_admitted(a, cfg, more));
	claim(url_return(a, cfg, url, &out) && str_eq(out, url));
}

static void
judge_return(struct arena *a, const struct config *cfg, struct str url,
    struct str out)
{
	struct url_parts p;

	if (str_eq(out, url)) {
		claim(url_admitted(a, cfg, url));
		return;
	}
	claim(url.p[0] == '/' && !str_starts(url, STR("//")));
	claim(!str_has(url, '\\') && fuzz_clean(url));
	claim(str_eq(out, str_printf(a, "https://example.com%.*s",
	    STR_FMT(url))));
	claim(out.len > LIMIT_URL || url_split(a, out, &p));
	claim(out.len > LIMIT_URL || str_eq(p.host, STR("example.com")));
}

static void
judge_split(struct arena *a, struct str url)
{
	struct url_parts p, q;
	struct str again;

	if (!url_split(a, url, &p))
		return;
	claim(str_eq(p.scheme, STR("https")) || str_eq(p.scheme, STR("http")));
	claim(p.host.len > 0 && !fuzz_has_any(p.host, "/?#@\\% "));
	claim(p.path.len > 0 && p.path.p[0] == '/');
	claim(!fuzz_contains(p.path, STR("/../")));
	claim(!fuzz_contains(p.path, STR("/./")));
	again = str_printf(a, "%s://%s%s%s%s%s%.*s", p.scheme.p,
	    str_cstr(a, p.host), p.port.p != NULL ? ":" : "",
	    p.port.p != NULL ? str_cstr(a, p.port) : "",
	    str_cstr(a, p.path), p.query.p != NULL ? "?" : "",
	    STR_FMT(p.query));
	if (again.len > LIMIT_URL)
		return;
	claim(url_split(a, again, &q));
	claim(str_eq(p.scheme, q.scheme) && str_eq(p.host, q.host));
	claim(str_eq(p.port, q.port) && str_eq(p.path, q.path));
	claim(str_eq(p.query, q.query));
}

void
fuzz_one(struct arena *a, struct str s)
{
	static const struct config *cfg;
	struct str out = STR("kept");

	if (cfg == NULL)
		cfg = fuzz_config(arena_new(), lines);
	judge_split(a, s);
	if (url_admitted(a, cfg, s))
		judge_admitted(a, cfg, s);
	if (url_return(a, cfg, s, &out))
		judge_return(a, cfg, s, out);
	else
		claim(str_eq(out, STR("kept")));
}
