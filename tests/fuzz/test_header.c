/*
 * Headers that are lists: Accept-Language on the first line, X-Forwarded-For
 * on the second, addresses of trusted proxies on the third.
 */
#include "fuzz.h"

#include <sys/stat.h>

#include "base/config.h"
#include "codec/template.h"
#include "codec/text.h"
#include "source.h"

const char fuzz_name[] = "header";

static char folder[] = "/tmp/doorward-fuzz-XXXXXX";
static const char *const tongues[] = { "de", "pt-BR", "zh-Hant" };

static void
remove_folders(void)
{
	char path[64];
	size_t i;

	for (i = 0; i < COUNT(tongues); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, tongues[i]);
		remove(path);
	}
	remove(folder);
}

static void
make_folders(void)
{
	char path[64];
	size_t i;

	must(mkdtemp(folder) != NULL);
	atexit(remove_folders);
	for (i = 0; i < COUNT(tongues); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, tongues[i]);
		must(mkdir(path, 0700) == 0);
	}
}

/* One of those that are there, asked for in some form; else English. */
static void
judge_language(struct arena *a, struct str header)
{
	struct template_place at = { NULL, folder };
	struct str got, again;
	bool known = false;
	size_t i;

	got = template_language(a, &at, header);
	if (str_eq(got, STR("en")))
		return;
	for (i = 0; i < COUNT(tongues); i++)
		known |= str_eq(got, str_of(tongues[i]));
	claim(known);
	claim(fuzz_contains(str_lower(a, header), str_lower(a, got)));
	again = template_language(a, &at, got);
	claim(str_eq(again, got));
}

static void
judge_source(struct arena *a, const struct source *s)
{
	struct source again;
	struct str text = source_text(a, s), network = source_network(a, s);
	struct list one = { &network, 1 };

	claim(fuzz_clean(text) && text.len < 46);
	claim(source_parse(text, &again) && again.v6 == s->v6);
	claim(memcmp(again.b, s->b, s->v6 ? 16 : 4) == 0);
	claim(source_listed(&one, s));
	claim(s->v6 ? str_ends(network, STR("/64")) : str_eq(network, text));
}

static struct list
list_of(struct arena *a, struct str s)
{
	struct str *items = ARENA_ARRAY(a, struct str, s.len + 1);
	struct list l = { items, 0 };

	while (str_split(&s, ' ', &items[l.n]))
		l.n++;
	return l;
}

static bool
same(const struct source *x, const struct source *y)
{
	return x->v6 == y->v6 && memcmp(x->b, y->b, x->v6 ? 16 : 4) == 0;
}

/*
 * The client is the peer or an entry; and all that stand right of it are
 * trusted.
 */
static void
judge_forwarded(struct arena *a, struct str header, const struct list *trusted)
{
	struct str peer_text = STR("192.0.2.1"), rest = header, entry;
	struct source peer, got, one;
	bool found = false;

	claim(source_parse(peer_text, &peer));
	got = source_client(trusted, &peer, header);
	judge_source(a, &got);
	if (!source_listed(trusted, &peer)) {
		claim(same(&got, &peer));
		return;
	}
	while (str_split(&rest, ',', &entry))
		found |= source_parse(entry, &one) && same(&one, &got);
	claim(found || same(&got, &peer));
	/* What a visitor puts in front changes nothing behind it. */
	if (!source_listed(trusted, &got)) {
		one = source_client(trusted, &peer, str_printf(a,
		    "203.0.113.9, 192.0.2.1,%s", str_cstr(a, header)));
		claim(str_has(header, '\0') || same(&one, &got));
	}
}

void
fuzz_one(struct arena *a, struct str s)
{
	static bool made;
	struct str languages = fuzz_part(&s, '\n');
	struct str forwarded = fuzz_part(&s, '\n');
	struct str proxies = fuzz_part(&s, '\n');
	struct list trusted;

	if (!made)
		make_folders();
	made = true;
	/* As long as request.c lets a header be stored. */
	judge_language(a, str_sub(languages, 0, 512));
	trusted = list_of(a, proxies);
	judge_forwarded(a, forwarded, &trusted);
}
