/*
 * Queries and form bodies: what is taken apart is text, in order, and put
 * together again it is the same.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "codec/form.h"
#include "codec/text.h"
#include "request.h"

const char fuzz_name[] = "form";

static struct str
together(struct arena *a, const struct pairs *p)
{
	struct str name, value;
	struct buf b;
	size_t i;

	buf_init(&b, a, SIZE_MAX / 2);
	for (i = 0; i < p->n; i++) {
		name = percent_encode(a, p->items[i].name);
		value = percent_encode(a, p->items[i].value);
		buf_printf(&b, "%s%.*s=%.*s", i > 0 ? "&" : "", STR_FMT(name),
		    STR_FMT(value));
	}
	return buf_view(&b);
}

static void
judge_pairs(struct arena *a, const struct pairs *p)
{
	struct pairs again;
	size_t i;

	claim(p->n <= LIMIT_PARAMS);
	for (i = 0; i < p->n; i++) {
		claim(p->items[i].name.p != NULL);
		claim(p->items[i].value.p != NULL);
		claim(utf8_valid(p->items[i].name));
		claim(utf8_valid(p->items[i].value));
		claim(!str_has(p->items[i].name, '\0'));
		claim(!str_has(p->items[i].value, '\0'));
	}
	claim(form_parse(a, together(a, p), LIMIT_PARAMS, &again) ==
	    FORM_FINE);
	claim(again.n == p->n);
	for (i = 0; i < p->n; i++) {
		claim(str_eq(again.items[i].name, p->items[i].name));
		claim(str_eq(again.items[i].value, p->items[i].value));
	}
}

static void
judge_lookup(struct arena *a, const struct pairs *p)
{
	bool conflict, differs;
	struct str value;
	size_t i, k;

	for (i = 0; i < p->n && i < 8; i++) {
		value = pairs_get(p, str_cstr(a, p->items[i].name), &conflict);
		for (k = 0; !str_ieq(p->items[k].name, p->items[i].name); k++)
			;
		claim(str_eq(value, p->items[k].value));
		for (differs = false; k < p->n; k++)
			differs |= str_ieq(p->items[k].name,
			    p->items[i].name) &&
			    !str_eq(p->items[k].value, value);
		claim(conflict == differs);
	}
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct pairs p = { NULL, 77 };
	const char *bad;
	enum form_fault f;

	f = form_parse(a, s, LIMIT_PARAMS, &p);
	bad = request_bad_name(a, s);
	if (f == FORM_FINE) {
		judge_pairs(a, &p);
		judge_lookup(a, &p);
		claim(bad == NULL);
		return;
	}
	claim(p.n == 77);
	claim(f != FORM_ESCAPE || str_has(s, '%'));
	claim(bad == NULL || (fuzz_clean(str_of(bad)) && strlen(bad) <= 64));
}
