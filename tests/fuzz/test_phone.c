/*
 * Phone numbers: one canonical form, however the number was typed.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/identifier.h"

const char fuzz_name[] = "phone";

static void
claim_same(struct arena *a, struct str typed, struct str canonical)
{
	struct identifier again;

	claim(identifier_phone(a, typed, &again) == ERR_OK);
	claim(str_eq(again.canonical, canonical));
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct identifier id = { .given = STR("kept") };
	struct str digits;
	enum err e;
	size_t i;

	e = identifier_phone(a, s, &id);
	if (e != ERR_OK) {
		claim(e == ERR_PHONE_MALFORMED);
		claim(str_eq(id.given, STR("kept")));
		return;
	}
	claim(id.kind == IDENTIFIER_PHONE && str_eq(id.given, s));
	claim(id.canonical.len >= 8 && id.canonical.len <= LIMIT_PHONE);
	claim(id.canonical.p[0] == '+' && id.canonical.p[1] != '0');
	for (i = 1; i < id.canonical.len; i++)
		claim(id.canonical.p[i] >= '0' && id.canonical.p[i] <= '9');
	digits = str_sub(id.canonical, 1, SIZE_MAX);
	claim_same(a, id.canonical, id.canonical);
	claim_same(a, str_printf(a, "00%s", digits.p), id.canonical);
	claim_same(a, str_printf(a, " %s", digits.p), id.canonical);
	claim_same(a, str_printf(a, "+%.3s-(%.2s) . %s", digits.p,
	    digits.p + 3, digits.p + 5), id.canonical);
}
