/*
 * User names, passwords, and texts that are compared: each has one form,
 * which is its own form; no user name can be taken for another identifier.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "base/uid.h"
#include "codec/identifier.h"
#include "codec/text.h"

const char fuzz_name[] = "name";

static bool
only_among(struct str s, const char *bytes)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr(bytes, s.p[i]) == NULL)
			return false;
	return true;
}

static void
judge_username(struct arena *a, struct str s)
{
	struct identifier id = { .given = STR("kept") }, other;
	enum err e;

	e = identifier_username(a, s, &id);
	if (e != ERR_OK) {
		claim(e == ERR_USERNAME_SYNTAX || e == ERR_USERNAME_FORMAT);
		claim(str_eq(id.given, STR("kept")));
		return;
	}
	claim(id.kind == IDENTIFIER_USERNAME && str_eq(id.given, s));
	claim(id.canonical.len > 0 && id.canonical.len <= LIMIT_USERNAME);
	claim(utf8_length(id.canonical) <= 32);
	claim(fuzz_clean(id.canonical));
	claim(!fuzz_has_any(id.canonical, " @/\\\"'<>&%?#:+,;()"));
	claim(!only_among(id.canonical, "0123456789._-"));
	claim(identifier_username(a, id.canonical, &other) == ERR_OK);
	claim(str_eq(other.canonical, id.canonical));
	claim(identifier_email(a, s, true, &other) != ERR_OK);
	claim(identifier_phone(a, s, &other) != ERR_OK);
	claim(identifier_email(a, id.canonical, true, &other) != ERR_OK);
	claim(identifier_phone(a, id.canonical, &other) != ERR_OK);
	claim(identifier_username(a, str_lower(a, s), &other) == ERR_OK);
	claim(str_eq(other.canonical, id.canonical));
}

static void
judge_password(struct arena *a, struct str s)
{
	struct str out = STR("kept"), again;
	enum err e;

	e = password_normalise(a, s, &out);
	if (e != ERR_OK) {
		claim(e == (s.len > LIMIT_PASSWORD_INPUT ? ERR_TOO_LONG :
		    ERR_MALFORMED));
		claim(str_eq(out, STR("kept")));
		return;
	}
	claim(out.len > 0 && fuzz_clean(out));
	/* Nothing is trimmed, and ASCII stays as it is. */
	claim(utf8_length(s) < s.len || str_eq(out, s));
	if (out.len > LIMIT_PASSWORD_INPUT)
		return;
	claim(password_normalise(a, out, &again) == ERR_OK);
	claim(str_eq(again, out));
}

static void
judge_fold(struct arena *a, struct str s)
{
	struct str out = text_fold(a, s);

	if (!utf8_valid(s)) {
		claim(str_eq(out, s));
		return;
	}
	claim(utf8_valid(out));
	claim(str_eq(text_fold(a, str_lower(a, s)), out));
	claim(str_eq(text_fold(a, out), out));
}

void
fuzz_one(struct arena *a, struct str s)
{
	judge_username(a, s);
	judge_password(a, s);
	if (s.len <= LIMIT_TEXT)
		judge_fold(a, s);
}
