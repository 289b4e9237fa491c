/*
 * The Cookie header: pairs without blanks around, which put together again
 * are the same; a name that stands twice is no cookie.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/form.h"

const char fuzz_name[] = "cookie";

static struct str
together(struct arena *a, const struct pairs *p)
{
	struct buf b;
	size_t i;

	buf_init(&b, a, SIZE_MAX / 2);
	for (i = 0; i < p->n; i++) {
		buf_cstr(&b, i > 0 ? "; " : "");
		buf_str(&b, p->items[i].name);
		buf_char(&b, '=');
		buf_str(&b, p->items[i].value);
	}
	return buf_view(&b);
}

static void
judge_lookup(struct arena *a, const struct pairs *p, struct str name,
    struct str value)
{
	struct str got;
	size_t i, n = 0;

	if (str_has(name, '\0'))
		return;
	for (i = 0; i < p->n; i++)
		n += str_eq(p->items[i].name, name);
	got = cookie_get(p, str_cstr(a, name));
	claim(n == 1 ? got.p != NULL && str_eq(got, value) : got.p == NULL);
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct pairs p, again;
	struct str name, value;
	size_t i;

	p = cookie_parse(a, s);
	claim(p.n <= LIMIT_COOKIES);
	again = cookie_parse(a, together(a, &p));
	claim(again.n == p.n);
	for (i = 0; i < p.n; i++) {
		name = p.items[i].name;
		value = p.items[i].value;
		claim(!fuzz_has_any(name, ";="));
		claim(!str_has(value, ';'));
		claim(str_eq(str_trim(name), name));
		claim(str_eq(str_trim(value), value));
		claim(str_eq(again.items[i].name, name));
		claim(str_eq(again.items[i].value, value));
		judge_lookup(a, &p, name, value);
	}
}
