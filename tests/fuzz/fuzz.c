#include "fuzz.h"

#include "base/config.h"
#include "codec/text.h"

void
fuzz_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s: claim broken: %s (%s:%d)\n", fuzz_name, what,
	    file, line);
	abort();
}

struct str
fuzz_part(struct str *rest, char sep)
{
	struct str part = STR("");

	if (!str_split(rest, sep, &part))
		part = STR("");
	if (rest->p == NULL)
		*rest = STR("");
	return part;
}

bool
fuzz_clean(struct str s)
{
	return utf8_valid(s) && !utf8_has_control(s);
}

bool
fuzz_has_any(struct str s, const char *bytes)
{
	for (; *bytes != '\0'; bytes++)
		if (str_has(s, *bytes))
			return true;
	return false;
}

bool
fuzz_contains(struct str s, struct str part)
{
	return s.len > 0 && memmem(s.p, s.len, part.p, part.len) != NULL;
}

const struct config *
fuzz_config(struct arena *a, const char *lines)
{
	struct config *cfg;
	const char *why;

	if (!config_parse(a, str_printf(a, "%s\n[api]\nkey = " FUZZ_KEY "\n"
	    "secret = " FUZZ_SECRET "\n[keys]\nmaster = " FUZZ_MASTER "\n"
	    "[database]\nname = d\nuser = u\n[mail]\n"
	    "sender = site@example.com\n", lines), "fuzz.conf", &cfg, &why)) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	return cfg;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *a;

	if (a == NULL)
		a = arena_new();
	fuzz_one(a, (struct str){ (const char *)data, size });
	arena_reset(a);
	return 0;
}
