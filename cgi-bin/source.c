#include "source.h"

#include <arpa/inet.h>

#include "base/arena.h"

/* "192.0.2.7:4711" and "[2001:db8::1]:4711" without their ports. */
static struct str
without_port(struct str s)
{
	const char *end;

	if (s.len > 0 && s.p[0] == '[') {
		end = memchr(s.p, ']', s.len);
		return end == NULL ? s :
		    str_sub(s, 1, (size_t)(end - s.p) - 1);
	}
	end = s.len > 0 ? memchr(s.p, ':', s.len) : NULL;
	if (end == NULL || memchr(end + 1, ':',
	    s.len - (size_t)(end + 1 - s.p)) != NULL)
		return s;
	return str_sub(s, 0, (size_t)(end - s.p));
}

static void
unmap(struct source *s)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xff };

	if (memcmp(s->b, mapped, sizeof(mapped)) != 0)
		return;
	memmove(s->b, s->b + 12, 4);
	memset(s->b + 4, 0, 12);
	s->v6 = false;
}

bool
source_parse(struct str s, struct source *out)
{
	struct source found = { .v6 = false };
	char text[INET6_ADDRSTRLEN];

	s = without_port(str_trim(s));
	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, found.b) != 1) {
		if (inet_pton(AF_INET6, text, found.b) != 1)
			return false;
		found.v6 = true;
		unmap(&found);
	}
	*out = found;
	return true;
}

struct str
source_text(struct arena *a, const struct source *s)
{
	char text[INET6_ADDRSTRLEN];

	must(inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->b, text,
	    sizeof(text)) != NULL);
	return str_dup(a, str_of(text));
}

struct str
source_network(struct arena *a, const struct source *s)
{
	struct source net = *s;

	if (!s->v6)
		return source_text(a, s);
	memset(net.b + 8, 0, 8);
	return str_printf(a, "%s/64", source_text(a, &net).p);
}

static bool
same_bits(const struct source *a, const struct source *b, size_t bits)
{
	size_t whole = bits / 8, rest = bits % 8;

	if (memcmp(a->b, b->b, whole) != 0)
		return false;
	return rest == 0 ||
	    ((a->b[whole] ^ b->b[whole]) >> (8 - rest)) == 0;
}

static bool
within(struct str entry, const struct source *s)
{
	struct str address, rest = entry;
	struct source net;
	int64_t bits;

	if (!str_split(&rest, '/', &address) || !source_parse(address, &net) ||
	    net.v6 != s->v6)
		return false;
	bits = s->v6 ? 128 : 32;
	if (str_has(entry, '/') && !str_to_int(rest, 0, bits, &bits))
		return false;
	return same_bits(&net, s, (size_t)bits);
}

bool
source_listed(const struct list *l, const struct source *s)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (within(l->items[i], s))
			return true;
	return false;
}

/* Cuts the last entry off. */
static bool
last_entry(struct str *rest, struct str *entry)
{
	size_t i = rest->len;

	if (rest->len == 0)
		return false;
	while (i > 0 && rest->p[i - 1] != ',')
		i--;
	*entry = str_sub(*rest, i, rest->len - i);
	rest->len = i > 0 ? i - 1 : 0;
	return true;
}

struct source
source_client(const struct list *trusted, const struct source *peer,
    struct str forwarded_for)
{
	struct source client = *peer, next;
	struct str entry;

	while (source_listed(trusted, &client) &&
	    last_entry(&forwarded_for, &entry) && source_parse(entry, &next))
		client = next;
	return client;
}
