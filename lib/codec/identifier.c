#include "identifier.h"

#include <idn2.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/secret.h"
#include "phone.h"
#include "text.h"

#define LOCAL_MAX	64	/* RFC 5321 §4.5.3.1.1 */
#define DOMAIN_MAX	253
#define LABEL_MAX	63
#define USERNAME_POINTS	32
#define GROWTH		12	/* UAX #15 §9: NFKC grows UTF-8 11 times */

/* Unicode forms, in the arena.  The texts are valid UTF-8. */

/* The library's copy, if it made one, may hold a password. */
static struct str
adopt(struct arena *a, uint8_t *got, const uint8_t *room, size_t len)
{
	struct str s;

	must(got != NULL);
	if (got == room)
		return (struct str){ (char *)got, len };
	s = str_dup(a, (struct str){ (char *)got, len });
	secret_wipe(got, len);
	free(got);
	return s;
}

static struct str
normalise(struct arena *a, uninorm_t form, struct str s)
{
	size_t len = s.len * GROWTH;
	uint8_t *room, *got;

	room = arena_alloc(a, len + 1);
	got = u8_normalize(form, (const uint8_t *)s.p, s.len, room, &len);
	return adopt(a, got, room, len);
}

static void
put_code(struct buf *b, uint32_t code)
{
	char p[4];

	if (code < 0x80) {
		buf_char(b, (char)code);
	} else if (code < 0x800) {
		p[0] = (char)(0xc0 | code >> 6);
		p[1] = (char)(0x80 | (code & 0x3f));
		buf_add(b, p, 2);
	} else if (code < 0x10000) {
		p[0] = (char)(0xe0 | code >> 12);
		p[1] = (char)(0x80 | (code >> 6 & 0x3f));
		p[2] = (char)(0x80 | (code & 0x3f));
		buf_add(b, p, 3);
	} else {
		p[0] = (char)(0xf0 | code >> 18);
		p[1] = (char)(0x80 | (code >> 12 & 0x3f));
		p[2] = (char)(0x80 | (code >> 6 & 0x3f));
		p[3] = (char)(0x80 | (code & 0x3f));
		buf_add(b, p, 4);
	}
}

/*
 * toLowerCase, character by character: neither the language nor what stands
 * beside a letter plays a part.  RFC 8265 §3.3.1; no folding, so that the
 * sharp s is not "ss" (S-011).
 */
static struct str
lower(struct arena *a, struct str s)
{
	struct buf b;
	uint32_t code;

	buf_init(&b, a, s.len * 3 + 1);
	while (utf8_next(&s, &code)) {
		/* The one letter whose lower case is two characters. */
		if (code == 0x130)
			buf_cstr(&b, "i\xcc\x87");
		else
			put_code(&b, uc_tolower(code));
	}
	must(s.len == 0 && buf_ok(&b));
	return buf_view(&b);
}

static struct str
nfc_lower(struct arena *a, struct str s)
{
	return normalise(a, UNINORM_NFC, lower(a, normalise(a, UNINORM_NFC,
	    s)));
}

static bool
has_category(uint32_t code, uint32_t mask)
{
	return uc_is_general_category_withtable(code, mask);
}

static bool
is_ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* Email */

static bool
local_char_valid(uint32_t code)
{
	if (code >= 0x80)
		return !has_category(code, UC_CATEGORY_MASK_C |
		    UC_CATEGORY_MASK_Z);
	return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') ||
	    (code >= '0' && code <= '9') ||
	    (code != 0 && strchr("!#$%&'*+-/=?^_`{|}~", (int)code) != NULL);
}

/* RFC 5322 §3.2.3 dot-atom-text, with the letters of RFC 6532. */
static bool
local_valid(struct str local)
{
	struct str atom;
	uint32_t code;

	if (local.len == 0 || local.len > LOCAL_MAX)
		return false;
	while (str_split(&local, '.', &atom)) {
		if (atom.len == 0)
			return false;
		while (utf8_next(&atom, &code))
			if (!local_char_valid(code))
				return false;
	}
	return true;
}

/*
 * Letters, digits, hyphens, dots and what is not ASCII.  Before libidn2,
 * which deletes or lets pass what it should refuse.
 */
static bool
domain_shape_valid(struct str domain)
{
	struct str label;
	size_t i, n;

	for (n = 0; str_split(&domain, '.', &label); n++) {
		if (label.len == 0)
			return false;
		for (i = 0; i < label.len; i++) {
			unsigned char ch = (unsigned char)label.p[i];

			if (ch < 0x80 && ch != '-' &&
			    !(ch >= '0' && ch <= '9') &&
			    !((ch | 32) >= 'a' && (ch | 32) <= 'z'))
				return false;
		}
	}
	return n > 1;
}

/* What came out of the conversion: RFC 1123 §2.1, and not an address. */
static bool
domain_ascii_valid(struct str domain)
{
	struct str label, last = STR_NONE;
	int64_t number;

	if (domain.len > DOMAIN_MAX || !domain_shape_valid(domain))
		return false;
	while (str_split(&domain, '.', &label)) {
		if (label.len > LABEL_MAX || label.p[0] == '-' ||
		    label.p[label.len - 1] == '-')
			return false;
		last = label;
	}
	return !str_to_int(last, 0, INT64_MAX, &number);
}

static bool
domain_to_ascii(struct arena *a, struct str domain, struct str *out)
{
	char *got = NULL;
	bool plain;

	if (domain.len > LIMIT_EMAIL || !domain_shape_valid(domain))
		return false;
	*out = str_lower(a, domain);
	plain = is_ascii(domain) && !str_starts(*out, STR("xn--")) &&
	    strstr(out->p, ".xn--") == NULL;
	if (!plain) {
		if (idn2_to_ascii_8z(str_cstr(a, domain), &got,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return false;
		*out = str_lower(a, str_of(got));
		idn2_free(got);
	}
	return is_ascii(*out) && domain_ascii_valid(*out);
}

static bool
split_email(struct str s, struct str *local, struct str *domain)
{
	size_t n = s.len;

	while (n > 0 && s.p[n - 1] != '@')
		n--;
	if (n == 0)
		return false;
	*local = str_sub(s, 0, n - 1);
	*domain = str_sub(s, n, SIZE_MAX);
	return true;
}

enum err
identifier_email(struct arena *a, struct str s, bool fold_local,
    struct identifier *out)
{
	struct str local, domain, ascii, canonical;

	if (s.len > LIMIT_EMAIL || !utf8_valid(s) ||
	    !split_email(s, &local, &domain) || !local_valid(local) ||
	    !domain_to_ascii(a, domain, &ascii))
		return ERR_EMAIL_MALFORMED;
	local = fold_local ? nfc_lower(a, local) :
	    normalise(a, UNINORM_NFC, local);
	canonical = str_printf(a, "%.*s@%.*s", STR_FMT(local),
	    STR_FMT(ascii));
	/* A letter can grow in lower case; the outcome is an address, too. */
	if (local.len > LOCAL_MAX || canonical.len > LIMIT_EMAIL)
		return ERR_EMAIL_MALFORMED;
	*out = (struct identifier){ IDENTIFIER_EMAIL, str_dup(a, s),
		canonical };
	return ERR_OK;
}

struct str
identifier_mailbox(struct arena *a, struct str email)
{
	struct str local, domain, ascii;

	if (!split_email(email, &local, &domain) ||
	    !domain_to_ascii(a, domain, &ascii))
		return STR_NONE;
	return str_printf(a, "%.*s@%.*s", STR_FMT(local), STR_FMT(ascii));
}

/* User name */

/* RFC 8264 §9.6, of what has a letter's category. */
static bool
is_exception(uint32_t code)
{
	return code == 0x640 || code == 0x7fa || code == 0x302e ||
	    code == 0x302f || (code >= 0x3031 && code <= 0x3035) ||
	    code == 0x303b;
}

/* RFC 8264 §9.17: it has another spelling. */
static bool
has_compat(struct arena *a, uint32_t code)
{
	struct str one, other;
	struct buf b;

	if (code < 0x80)
		return false;
	buf_init(&b, a, 4);
	put_code(&b, code);
	one = buf_view(&b);
	other = normalise(a, UNINORM_NFKC, one);
	return !str_eq(one, other);
}

static bool
is_letter(uint32_t code)
{
	return has_category(code, UC_CATEGORY_MASK_L);
}

static bool
is_mark(uint32_t code)
{
	return has_category(code, UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Mc);
}

/* RFC 8264 §4.2, IdentifierClass, less its symbols but for ". _ -". */
static bool
name_char_valid(struct arena *a, uint32_t code)
{
	if (code == '.' || code == '_' || code == '-')
		return true;
	if (!is_letter(code) && !is_mark(code) && uc_decimal_value(code) < 0)
		return false;
	return !is_exception(code) && !has_compat(a, code) &&
	    !uc_is_property_default_ignorable_code_point(code) &&
	    !(code >= 0x1100 && code <= 0x11ff);
}

/* RFC 8264 §5.2.1: fullwidth and halfwidth letters to their plain ones. */
static struct str
map_width(struct arena *a, struct str s)
{
	struct buf b, one;
	uint32_t code;

	buf_init(&b, a, s.len * GROWTH + 1);
	while (utf8_next(&s, &code)) {
		buf_init(&one, a, 4);
		put_code(&one, code);
		buf_str(&b, code >= 0xff00 && code <= 0xffef ?
		    normalise(a, UNINORM_NFKC, buf_view(&one)) :
		    buf_view(&one));
	}
	must(buf_ok(&b));
	return buf_view(&b);
}

/*
 * RFC 5893 §2, for a name that holds a letter written from the right; others
 * have nothing to obey.
 */
static bool
direction_valid(struct str s)
{
	bool any = false, good = true, european = false, arabic = false;
	int class, first = -1, last = -1;
	uint32_t code;

	while (utf8_next(&s, &code)) {
		class = uc_bidi_class(code);
		first = first < 0 ? class : first;
		any |= class == UC_BIDI_R || class == UC_BIDI_AL ||
		    class == UC_BIDI_AN;
		good &= class == UC_BIDI_R || class == UC_BIDI_AL ||
		    class == UC_BIDI_AN || class == UC_BIDI_EN ||
		    class == UC_BIDI_ES || class == UC_BIDI_CS ||
		    class == UC_BIDI_ET || class == UC_BIDI_ON ||
		    class == UC_BIDI_BN || class == UC_BIDI_NSM;
		european |= class == UC_BIDI_EN;
		arabic |= class == UC_BIDI_AN;
		last = class == UC_BIDI_NSM ? last : class;
	}
	return !any || (good && !(european && arabic) &&
	    (first == UC_BIDI_R || first == UC_BIDI_AL) &&
	    (last == UC_BIDI_R || last == UC_BIDI_AL || last == UC_BIDI_EN ||
	    last == UC_BIDI_AN));
}

/*
 * Valid characters, a letter or digit in front, a letter somewhere (so no
 * number, however it is written), digits of one kind.
 */
static bool
name_valid(struct arena *a, struct str s)
{
	struct str rest = s;
	uint32_t code, zero = 0;
	bool letter = false, first = true;
	int digit;

	while (utf8_next(&rest, &code)) {
		digit = uc_decimal_value(code);
		if (!name_char_valid(a, code) ||
		    (first && digit < 0 && !is_letter(code)))
			return false;
		if (digit >= 0 && zero != 0 && code - (uint32_t)digit != zero)
			return false;
		if (digit >= 0)
			zero = code - (uint32_t)digit;
		letter |= is_letter(code);
		first = false;
	}
	return letter && direction_valid(s);
}

static bool
has_blank(struct str s)
{
	uint32_t code;

	while (utf8_next(&s, &code))
		if (has_category(code, UC_CATEGORY_MASK_Z) ||
		    (code >= '\t' && code <= '\r'))
			return true;
	return false;
}

static bool
is_uid(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr("0123456789abcdefABCDEF", s.p[i]) == NULL)
			return false;
	return s.len == 32;
}

enum err
identifier_username(struct arena *a, struct str s, struct identifier *out)
{
	struct str canonical;
	size_t n;

	if (s.len == 0 || s.len > LIMIT_USERNAME)
		return ERR_USERNAME_SYNTAX;
	if (!utf8_valid(s))
		return ERR_USERNAME_FORMAT;
	if (has_blank(s) || utf8_length(s) > USERNAME_POINTS)
		return ERR_USERNAME_SYNTAX;
	canonical = nfc_lower(a, map_width(a, s));
	n = utf8_length(canonical);
	if (n > USERNAME_POINTS || canonical.len > LIMIT_USERNAME)
		return ERR_USERNAME_SYNTAX;
	if (is_uid(canonical) || !name_valid(a, canonical))
		return ERR_USERNAME_FORMAT;
	*out = (struct identifier){ IDENTIFIER_USERNAME, str_dup(a, s),
		canonical };
	return ERR_OK;
}

/* Phone */

enum err
identifier_phone(struct arena *a, struct str s, struct identifier *out)
{
	struct str canonical;

	if (!phone_canonical(a, s, &canonical))
		return ERR_PHONE_MALFORMED;
	*out = (struct identifier){ IDENTIFIER_PHONE, str_dup(a, s),
		canonical };
	return ERR_OK;
}

/* Texts that are no identifiers */

enum err
password_normalise(struct arena *a, struct str s, struct str *out)
{
	struct str rest = s;
	struct buf b;
	uint32_t code;

	if (s.len > LIMIT_PASSWORD_INPUT)
		return ERR_TOO_LONG;
	/* RFC 8265 §4.2.2: a password has at least one character. */
	if (s.len == 0 || !utf8_valid(s) || utf8_has_control(s))
		return ERR_MALFORMED;
	buf_init(&b, a, s.len);
	while (utf8_next(&rest, &code))
		put_code(&b, has_category(code, UC_CATEGORY_MASK_Zs) ? ' ' :
		    code);
	must(buf_ok(&b));
	*out = normalise(a, UNINORM_NFC, buf_view(&b));
	return ERR_OK;
}

size_t
password_spellings(struct arena *a, struct str typed,
    struct str out[PASSWORD_SPELLINGS])
{
	struct str decomposed;
	size_t n = 1;

	if (password_normalise(a, typed, &out[0]) != ERR_OK)
		return 0;
	if (!str_eq(typed, out[0]))
		out[n++] = str_dup(a, typed);
	decomposed = normalise(a, UNINORM_NFD, typed);
	if (!str_eq(decomposed, out[0]) && !str_eq(decomposed, typed))
		out[n++] = decomposed;
	return n;
}

struct str
text_fold(struct arena *a, struct str s)
{
	size_t len = s.len * GROWTH;
	uint8_t *room, *got;

	if (s.p == NULL || !utf8_valid(s))
		return str_dup(a, s);
	room = arena_alloc(a, len + 1);
	got = u8_casefold((const uint8_t *)s.p, s.len, NULL, UNINORM_NFKC,
	    room, &len);
	return adopt(a, got, room, len);
}
