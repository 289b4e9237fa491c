#include "signature.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "codec/text.h"
#include "keys_internal.h"

#define MAC_BYTES	32

/* What each SDK's language leaves as it is, beside letters and digits. */
static const struct dialect {
	const char *kept;
	bool plus;		/* a blank becomes '+' */
	bool decoded;		/* the address is decoded first */
} dialects[] = {
	{ "-_.!*()", true, true },		/* .NET */
	{ "-_.*()", true, true },		/* PHP */
	{ "-_.*", true, false },		/* Java */
	{ "-_.!~*'()", false, true }		/* JavaScript */
};

static bool
is_kept(const struct dialect *d, unsigned char ch)
{
	return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
	    (ch >= 'A' && ch <= 'Z') ||
	    (ch != '\0' && strchr(d->kept, ch) != NULL);
}

/* In lower case, escapes included. */
static struct str
encode(struct arena *a, const struct dialect *d, struct str url)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, url.len * 3 + 1);
	for (i = 0; i < url.len; i++) {
		unsigned char ch = (unsigned char)url.p[i];

		if (is_kept(d, ch))
			buf_char(&b, (char)ch);
		else if (ch == ' ' && d->plus)
			buf_char(&b, '+');
		else
			buf_printf(&b, "%%%02x", ch);
	}
	return str_lower(a, buf_view(&b));
}

static bool
fits(struct str secret, struct str text, const unsigned char mac[MAC_BYTES])
{
	unsigned char want[MAC_BYTES];

	hmac_sha256(secret, text, want);
	return secret_equal(want, sizeof(want), mac, MAC_BYTES);
}

/* Where there is no body its colon may be missing; "{}" can mean none. */
static bool
fits_dialect(struct arena *a, const struct dialect *d, struct str secret,
    const struct signed_text *t, struct str url,
    const unsigned char mac[MAC_BYTES])
{
	struct str head, encoded = encode(a, d, url);
	bool empty = t->body.len == 0 || str_eq(t->body, STR("{}"));
	struct buf b;
	bool ok;

	head = str_printf(a, "%.*s:%.*s", STR_FMT(t->expires),
	    STR_FMT(encoded));
	buf_init(&b, a, head.len + t->body.len + 2);
	buf_add(&b, head.p, head.len);
	buf_char(&b, ':');
	buf_add(&b, t->body.p, t->body.len);
	ok = fits(secret, buf_view(&b), mac);
	if (empty) {
		ok |= fits(secret, head, mac);
		ok |= fits(secret, str_printf(a, "%.*s:", STR_FMT(head)),
		    mac);
	}
	return ok;
}

bool
signature_fits(struct arena *a, struct str secret,
    const struct signed_text *t, struct str digest)
{
	struct str raw, decoded;
	bool ok = false;
	size_t i;

	if (!base64_decode(a, digest, &raw) || raw.len != MAC_BYTES ||
	    !percent_decode(a, t->url, true, &decoded))
		return false;
	for (i = 0; i < COUNT(dialects); i++)
		ok |= fits_dialect(a, &dialects[i], secret, t,
		    dialects[i].decoded ? decoded : t->url,
		    (const unsigned char *)raw.p);
	return ok;
}

/* One or two digits (or four) up to the character that ends them. */
static bool
number(struct str *rest, char end, int64_t min, int64_t max, int64_t *out)
{
	struct str part;

	return str_split(rest, end, &part) && part.len <= 4 &&
	    str_to_int(part, min, max, out);
}

/* 12 AM is midnight, 12 PM noon. */
static bool
to_24(struct str half, int64_t *hour_io)
{
	bool pm = str_ieq(half, STR("PM"));

	if (*hour_io < 1 || *hour_io > 12 ||
	    (!pm && !str_ieq(half, STR("AM"))))
		return false;
	*hour_io = *hour_io % 12 + (pm ? 12 : 0);
	return true;
}

bool
signature_time(struct str s, int64_t *at_s_out)
{
	int64_t year, month, day, hour, minute, second;
	struct str seconds;

	if (!number(&s, '-', 1970, 9999, &year) ||
	    !number(&s, '-', 1, 12, &month) ||
	    !number(&s, ' ', 1, 31, &day) ||
	    !number(&s, ':', 0, 23, &hour) ||
	    !number(&s, ':', 0, 59, &minute) ||
	    !str_split(&s, ' ', &seconds) ||
	    !str_to_int(seconds, 0, 59, &second) || seconds.len > 2)
		return false;
	if (s.p != NULL && !to_24(s, &hour))
		return false;
	return clock_from_utc(&(struct clock_parts){ (int)year, (int)month,
	    (int)day, (int)hour, (int)minute, (int)second }, at_s_out);
}
