/*
 * The redirect judge for other programs: judge SITE ALLOW, and on standard
 * input texts, each behind its length and a line end.  A line for each:
 * "admitted", "refused", or "return" and the address to go to.
 */
#include "base/arena.h"
#include "base/config.h"
#include "codec/url.h"

static struct config cfg;

static void
answer(struct arena *a, struct str url)
{
	struct str out;

	if (url_admitted(a, &cfg, url))
		puts("admitted");
	else if (url_return(a, &cfg, url, &out))
		printf("return %.*s\n", STR_FMT(out));
	else
		puts("refused");
}

static void
read_list(struct arena *a, struct str text)
{
	struct str *items = ARENA_ARRAY(a, struct str, text.len + 1);

	while (str_split(&text, ' ', &items[cfg.urls_allow.n]))
		cfg.urls_allow.n++;
	cfg.urls_allow.items = items;
}

int
main(int argc, char **argv)
{
	static char text[1 << 20];
	struct arena *process = arena_new(), *a = arena_new();
	struct url_parts site;
	unsigned len;

	must(argc == 3 && url_split(process, str_of(argv[1]), &site));
	cfg.site_origin = str_printf(process, "%.*s://%.*s",
	    STR_FMT(site.scheme), STR_FMT(site.host));
	cfg.site_base = site.path.len > 1 ? site.path : STR("");
	read_list(process, str_of(argv[2]));
	while (scanf("%u", &len) == 1) {
		must(len < sizeof(text) && getchar() == '\n');
		must(fread(text, 1, len, stdin) == len);
		answer(a, (struct str){ text, len });
		arena_reset(a);
	}
	arena_free(a);
	arena_free(process);
	return feof(stdin) ? 0 : 1;
}
