#include "place.h"

#include "base/config.h"
#include "codec/geo.h"
#include "codec/text.h"
#include "country.h"

static struct str
judged(struct str s)
{
	return str_present(s) && s.len <= 200 && utf8_valid(s) &&
	    !utf8_has_control(s) ? s : STR_NONE;
}

static struct str
named(struct ctx *c, struct str country)
{
	country = judged(country);
	return str_present(country) ? country_name(country_code(c->arena,
	    country)) : STR_NONE;
}

struct place
place_of(struct ctx *c)
{
	struct place p = { judged(c->client.city),
		named(c, c->client.country) };
	struct geo_place g;

	if (str_present(p.city) || str_present(p.country) ||
	    !str_present(c->config->geo_database))
		return p;
	g = geo_find(c->arena, c->config->geo_database.p, c->client.address);
	return (struct place){ judged(g.city), named(c, g.country) };
}
