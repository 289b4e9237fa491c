#include "country.h"

#include "base/arena.h"
#include "base/buf.h"
#include "codec/identifier.h"

static const struct country {
	const char *code, *name;
} countries[] = {
#include "country.inc"
};

/* Letter case and the kind of apostrophe do not matter. */
static struct str
comparable(struct arena *a, struct str name)
{
	struct str s = text_fold(a, str_trim(name));
	struct buf b;
	size_t i;

	buf_init(&b, a, s.len + 1);
	for (i = 0; i < s.len; i++) {
		if (s.len - i >= 3 && memcmp(s.p + i, "\xe2\x80\x99", 3) == 0) {
			buf_char(&b, '\'');
			i += 2;
		} else {
			buf_char(&b, s.p[i]);
		}
	}
	return buf_view(&b);
}

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* Only names that are not ASCII need folding on our side. */
static bool
is_named(struct arena *a, const struct country *k, struct str folded)
{
	if (is_ascii(k->name))
		return str_ieq(str_of(k->name), folded);
	return str_eq(text_fold(a, str_of(k->name)), folded);
}

struct str
country_code(struct arena *a, struct str name)
{
	struct str folded = comparable(a, name);
	size_t i;

	for (i = 0; i < COUNT(countries); i++)
		if (str_ieq(str_of(countries[i].code), folded) ||
		    is_named(a, &countries[i], folded))
			return str_of(countries[i].code);
	return STR_NONE;
}

struct str
country_name(struct str code)
{
	size_t i;

	for (i = 0; i < COUNT(countries); i++)
		if (str_ieq(str_of(countries[i].code), code))
			return str_of(countries[i].name);
	return STR_NONE;
}
