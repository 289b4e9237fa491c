#include "url.h"

#include <arpa/inet.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "text.h"

/*
 * An address taken apart.  Only what RFC 3986 and the WHATWG reader see alike
 * comes as far as this.
 */
struct address {
	struct str scheme;	/* lower case */
	bool web;		/* http or https */
	bool slashes;		/* an authority follows the scheme */
	struct str host, port;	/* web: lower case; port absent if default */
	struct str path;	/* dot segments removed; web: begins with "/" */
	struct str query, fragment;	/* absent, or without their mark */
};

/* Schemes that run code, read files or start other things. */
static const char *const never[] = {
	"javascript", "vbscript", "data", "blob", "file", "filesystem",
	"about", "view-source", "intent", "mailto", "tel", "sms", "ftp",
	"ws", "wss", "chrome", "ms-settings", "jar", "res", "content"
};

static bool
is_alpha(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

static bool
is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool
is_hex(char ch)
{
	return is_digit(ch) || (ch >= 'a' && ch <= 'f') ||
	    (ch >= 'A' && ch <= 'F');
}

/* RFC 3986 §2, with each escape whole. */
static bool
characters_valid(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		char ch = s.p[i];

		if (ch == '%' && (s.len - i < 3 || !is_hex(s.p[i + 1]) ||
		    !is_hex(s.p[i + 2])))
			return false;
		if (!is_alpha(ch) && !is_digit(ch) && (ch == '\0' ||
		    strchr("-._~:/?#[]@!$&'()*+,;=%", ch) == NULL))
			return false;
	}
	return true;
}

/* Up to the first of marks; the rest begins with the mark. */
static struct str
take_until(struct str *rest, const char *marks)
{
	struct str taken;
	size_t n;

	for (n = 0; n < rest->len; n++)
		if (strchr(marks, rest->p[n]) != NULL)
			break;
	taken = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return taken;
}

/* Host and port */

static bool
label_valid(struct str label)
{
	size_t i;

	for (i = 0; i < label.len; i++)
		if (!is_alpha(label.p[i]) && !is_digit(label.p[i]) &&
		    label.p[i] != '-' && label.p[i] != '_')
			return false;
	return label.len > 0 && label.len <= 63;
}

static bool
host_valid(struct arena *a, struct str host)
{
	struct in6_addr v6;
	struct str label;

	if (host.len == 0 || host.len > 253)
		return false;
	if (host.p[0] == '[')
		return host.p[host.len - 1] == ']' && inet_pton(AF_INET6,
		    str_cstr(a, str_sub(host, 1, host.len - 2)), &v6) == 1;
	while (str_split(&host, '.', &label))
		if (!label_valid(label))
			return false;
	return true;
}

static bool
port_valid(struct str port)
{
	int64_t n;

	return port.len <= 5 && port.len > 0 && port.p[0] != '0' &&
	    str_to_int(port, 1, 65535, &n);
}

static bool
read_authority(struct arena *a, struct str s, struct address *out)
{
	bool https = str_eq(out->scheme, STR("https"));
	size_t n = 0;

	if (s.len > 0 && s.p[0] == '[')
		while (n < s.len && s.p[n] != ']')
			n++;
	while (n < s.len && s.p[n] != ':')
		n++;
	out->host = str_lower(a, str_sub(s, 0, n));
	if (!host_valid(a, out->host))
		return false;
	out->port = STR_NONE;
	if (n == s.len)
		return true;
	out->port = str_sub(s, n + 1, SIZE_MAX);
	if (!port_valid(out->port))
		return false;
	if (str_eq(out->port, https ? STR("443") : STR("80")))
		out->port = STR_NONE;
	return true;
}

static bool
host_is_loopback(struct arena *a, struct str host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, str_cstr(a, host), &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return str_eq(host, STR("localhost")) || str_eq(host, STR("[::1]"));
}

/* The path */

/* 1 for ".", 2 for "..", also where the dots are escaped; else 0. */
static int
dots(struct str segment)
{
	int n = 0;

	while (segment.len > 0 && n < 3) {
		if (segment.p[0] == '.')
			segment = str_sub(segment, 1, SIZE_MAX);
		else if (str_istarts(segment, STR("%2e")))
			segment = str_sub(segment, 3, SIZE_MAX);
		else
			return 0;
		n++;
	}
	return n < 3 ? n : 0;
}

/*
 * What servers behind the address may decode, cut or read in their own way:
 * an escaped slash, backslash, percent sign or control, "..;x", brackets.
 */
static bool
segment_valid(struct str s)
{
	struct str parameters = s, name;
	size_t i;

	str_split(&parameters, ';', &name);
	if (parameters.p != NULL && dots(name) > 0)
		return false;
	for (i = 0; i < s.len; i++) {
		if (s.p[i] == '[' || s.p[i] == ']')
			return false;
		if (s.p[i] != '%')
			continue;
		if (s.p[i + 1] < '2' || str_istarts(str_sub(s, i, 3),
		    STR("%2f")) || str_istarts(str_sub(s, i, 3),
		    STR("%5c")) || str_istarts(str_sub(s, i, 3),
		    STR("%7f")) || str_eq(str_sub(s, i, 3), STR("%25")))
			return false;
	}
	return true;
}

static void
drop_segment(struct buf *b)
{
	while (b->len > 0 && b->p[b->len - 1] != '/')
		b->len--;
	if (b->len > 0)
		b->len--;
	b->p[b->len] = '\0';
}

/* As browsers do it; path begins with "/" or is empty. */
static bool
read_path(struct arena *a, struct str path, struct str *out)
{
	struct str rest = str_sub(path, 1, SIZE_MAX), segment;
	struct buf b;
	int n = 0;

	buf_init(&b, a, path.len + 1);
	while (path.len > 0 && str_split(&rest, '/', &segment)) {
		if (!segment_valid(segment))
			return false;
		n = dots(segment);
		if (n == 2)
			drop_segment(&b);
		if (n == 0) {
			buf_char(&b, '/');
			buf_str(&b, segment);
		}
	}
	if (n > 0 || b.len == 0)
		buf_char(&b, '/');
	must(buf_ok(&b));
	*out = buf_view(&b);
	return true;
}

/* The whole */

static bool
read_scheme(struct arena *a, struct str *rest, struct address *out)
{
	struct str s = take_until(rest, ":/?#");
	size_t i;

	if (s.len == 0 || !is_alpha(s.p[0]) || rest->len == 0 ||
	    rest->p[0] != ':')
		return false;
	for (i = 0; i < s.len; i++)
		if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) &&
		    strchr("+-.", s.p[i]) == NULL)
			return false;
	out->scheme = str_lower(a, s);
	for (i = 0; i < COUNT(never); i++)
		if (str_eq(out->scheme, str_of(never[i])))
			return false;
	out->web = str_eq(out->scheme, STR("https")) ||
	    str_eq(out->scheme, STR("http"));
	*rest = str_sub(*rest, 1, SIZE_MAX);
	return true;
}

/* "//authority", which an app's address may lack. */
static bool
read_host(struct arena *a, struct str *rest, struct address *out)
{
	struct str part;

	out->slashes = str_starts(*rest, STR("//"));
	if (!out->slashes)
		return !out->web;
	*rest = str_sub(*rest, 2, SIZE_MAX);
	part = take_until(rest, "/?#");
	if (str_has(part, '@') || str_has(part, '%'))
		return false;
	if (out->web)
		return read_authority(a, part, out);
	/* An app's host is opaque: its case counts, it has no port. */
	out->host = part;
	return !str_has(part, ':') && !str_has(part, '[') &&
	    !str_has(part, ']');
}

static bool
address_read(struct arena *a, struct str url, struct address *out)
{
	struct str rest = url, path;

	*out = (struct address){ .path = STR("") };
	if (url.len == 0 || url.len > LIMIT_URL || !characters_valid(url) ||
	    !read_scheme(a, &rest, out) || !read_host(a, &rest, out))
		return false;
	path = take_until(&rest, "?#");
	if (path.len > 0 && path.p[0] != '/')
		return false;
	if ((out->web || path.len > 0) && !read_path(a, path, &out->path))
		return false;
	if (str_starts(rest, STR("?")))
		out->query = str_sub(take_until(&rest, "#"), 1, SIZE_MAX);
	if (rest.len > 0)
		out->fragment = str_sub(rest, 1, SIZE_MAX);
	return true;
}

bool
url_split(struct arena *a, struct str url, struct url_parts *out)
{
	struct address x;

	if (!address_read(a, url, &x) || !x.web)
		return false;
	*out = (struct url_parts){ x.scheme, x.host, x.port, x.path, x.query };
	return true;
}

/* Is path the prefix itself, or below it? */
static bool
path_below(struct str path, struct str prefix)
{
	if (prefix.len > 0 && prefix.p[prefix.len - 1] == '/')
		prefix.len--;
	return str_starts(path, prefix) && (path.len == prefix.len ||
	    path.p[prefix.len] == '/');
}

static bool
address_matches(struct arena *a, const struct address *x, struct str entry)
{
	struct address e;

	if (!address_read(a, entry, &e) || e.query.p != NULL ||
	    e.fragment.p != NULL || !str_eq(x->scheme, e.scheme))
		return false;
	/* "myapp:" and "myapp://": the scheme belongs to the app alone. */
	if (!e.web && e.host.len == 0 && e.path.len == 0)
		return x->slashes == e.slashes || !e.slashes;
	return x->slashes == e.slashes && str_eq(x->host, e.host) &&
	    str_eq(x->port, e.port) && path_below(x->path, e.path);
}

bool
url_admitted(struct arena *a, const struct config *cfg, struct str url)
{
	struct address x;
	size_t i;

	if (!address_read(a, url, &x))
		return false;
	if (str_eq(x.scheme, STR("http")) && !host_is_loopback(a, x.host))
		return false;
	if (address_matches(a, &x, url_site(a, cfg, "")))
		return true;
	for (i = 0; i < cfg->urls_allow.n; i++)
		if (address_matches(a, &x, cfg->urls_allow.items[i]))
			return true;
	return false;
}

/* "/shop?x=1": one slash, and nothing that leads to another host. */
static bool
own_path(struct arena *a, struct str url)
{
	struct str rest = url, path, clean;

	if (url.len == 0 || url.len > LIMIT_URL || url.p[0] != '/' ||
	    (url.len > 1 && url.p[1] == '/') || !characters_valid(url))
		return false;
	path = take_until(&rest, "?#");
	return read_path(a, path, &clean) && !str_starts(clean, STR("//"));
}

bool
url_return(struct arena *a, const struct config *cfg, struct str url,
    struct str *out)
{
	if (own_path(a, url)) {
		*out = str_printf(a, "%.*s%.*s", STR_FMT(cfg->site_origin),
		    STR_FMT(url));
		return true;
	}
	if (!url_admitted(a, cfg, url))
		return false;
	*out = str_dup(a, url);
	return true;
}

struct str
url_with(struct arena *a, struct str url, const char *name, struct str value)
{
	struct str rest = url, front, key, text;
	const char *mark = "?";

	front = take_until(&rest, "#");
	if (str_has(front, '?'))
		mark = front.p[front.len - 1] == '?' ||
		    front.p[front.len - 1] == '&' ? "" : "&";
	key = percent_encode(a, str_of(name));
	text = percent_encode(a, value);
	return str_printf(a, "%.*s%s%.*s=%.*s%.*s", STR_FMT(front), mark,
	    STR_FMT(key), STR_FMT(text), STR_FMT(rest));
}

struct str
url_site(struct arena *a, const struct config *cfg, const char *path)
{
	return str_printf(a, "%.*s%.*s%s", STR_FMT(cfg->site_origin),
	    STR_FMT(cfg->site_base), path);
}
