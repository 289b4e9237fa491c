/*
 * The configuration file.  What is accepted is within its bounds and, written
 * out again, the same; a refusal names a line that is there.
 */
#include "fuzz.h"

#include <ctype.h>

#include "base/config.h"
#include "codec/text.h"
#include "codec/url.h"

const char fuzz_name[] = "config";

static bool
is_choice(const char *choices, struct str value)
{
	struct str rest = str_of(choices), one;

	while (str_split(&rest, '|', &one))
		if (str_eq(one, value))
			return true;
	return false;
}

static void
claim_list(const struct list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		claim(l->items[i].len > 0 && utf8_valid(l->items[i]));
		claim(!fuzz_has_any(l->items[i], " \t,\n"));
	}
}

static void
claim_bounds(const struct config *c)
{
#define TEXT(s, k, d, h)	claim(utf8_valid(c->s##_##k) && \
				    !str_has(c->s##_##k, '\n') && \
				    !str_has(c->s##_##k, '\0'));
#define INT(s, k, d, lo, hi, h)	claim(c->s##_##k >= (lo) && \
				    c->s##_##k <= (hi));
#define BOOL(s, k, d, h)
#define LIST(s, k, d, h)	claim_list(&c->s##_##k);
#define CHOICE(s, k, d, ch, h)	claim(is_choice(ch, c->s##_##k));
#define SECRET(s, k, h)
#include "base/settings.def"
#undef TEXT
#undef INT
#undef BOOL
#undef LIST
#undef CHOICE
#undef SECRET
}

/* A secret may have come from a file, and hold what a line cannot. */
static void
put_secret(struct buf *b, const struct secret *secret)
{
	struct str s = secret_view(secret);

	if (secret_present(secret) && fuzz_clean(s))
		buf_str(b, s);
}

static void
put_list(struct buf *b, const struct list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		buf_cstr(b, i > 0 ? " " : "");
		buf_str(b, l->items[i]);
	}
}

static struct str
written(struct arena *a, const struct config *c)
{
	struct buf b;

	buf_init(&b, a, SIZE_MAX / 2);
#define LINE(s, k, put)		buf_cstr(&b, "[" #s "]\n" #k " = \""); \
				put; buf_cstr(&b, "\"\n");
#define TEXT(s, k, d, h)	LINE(s, k, buf_str(&b, c->s##_##k))
#define INT(s, k, d, lo, hi, h)	LINE(s, k, buf_printf(&b, "%lld", \
				    (long long)c->s##_##k))
#define BOOL(s, k, d, h)	LINE(s, k, buf_cstr(&b, c->s##_##k ? \
				    "yes" : "no"))
#define LIST(s, k, d, h)	LINE(s, k, put_list(&b, &c->s##_##k))
#define CHOICE(s, k, d, ch, h)	LINE(s, k, buf_str(&b, c->s##_##k))
#define SECRET(s, k, h)		LINE(s, k, put_secret(&b, &c->s##_##k))
#include "base/settings.def"
	return buf_view(&b);
}

static void
claim_site(struct arena *a, const struct config *c)
{
	struct url_parts p;

	claim(str_starts(c->site_origin, c->site_https ? STR("https://") :
	    STR("http://")));
	claim(c->site_https || c->site_loopback);
	claim(c->site_base.len == 0 || (c->site_base.p[0] == '/' &&
	    c->site_base.p[c->site_base.len - 1] != '/'));
	claim(url_split(a, url_site(a, c, "/login"), &p));
	claim(url_admitted(a, c, url_site(a, c, "")));
}

/* fuzz.conf:LINE: text, and the line is there; or no line at all. */
static void
claim_refusal(struct str text, const char *why)
{
	size_t line, lines = 1, i;

	claim(why != NULL && strncmp(why, "fuzz.conf:", 10) == 0);
	claim(utf8_valid(str_of(why)));
	for (i = 0; why[i] != '\0'; i++)
		claim((unsigned char)why[i] >= ' ' || why[i] == '\t');
	for (i = 0; i < text.len; i++)
		lines += text.p[i] == '\n';
	if (!isdigit((unsigned char)why[10]))
		return;
	line = strtoul(why + 10, NULL, 10);
	claim(line >= 1 && line <= lines);
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct config *c = NULL, *again;
	const char *why = NULL;
	struct str text;

	/* What lies in files is not the fuzzer's business. */
	if (fuzz_contains(s, STR("file:")))
		return;
	if (!config_parse(a, s, "fuzz.conf", &c, &why)) {
		claim(c == NULL);
		claim_refusal(s, why);
		return;
	}
	claim_bounds(c);
	claim_site(a, c);
	text = written(a, c);
	if (!config_parse(a, text, "fuzz.conf", &again, &why)) {
		fprintf(stderr, "%s\n", why);
		claim(false);
	}
	claim(str_eq(written(a, again), text));
	claim(str_eq(again->site_origin, c->site_origin));
	claim(str_eq(again->site_base, c->site_base));
}
