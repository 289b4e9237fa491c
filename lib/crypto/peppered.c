#include "peppered.h"

#include <stdio.h>

#include "codec/text.h"
#include "keys.h"
#include "keys_internal.h"

#define NUMBER_HEX	8
#define MAC_LEN		32

/* False: no master secret of this number. */
static bool
season(struct ctx *c, uint32_t number, const char *what, struct str secret,
    struct str *out)
{
	const struct str parts[] = { str_of(what), secret };
	unsigned char mac[MAC_LEN];

	if (!mac_parts_by_number(c->keys, number, KEY_PEPPER, parts,
	    COUNT(parts), mac))
		return false;
	*out = hex_encode(c->arena, mac, sizeof(mac));
	secret_wipe(mac, sizeof(mac));
	return true;
}

enum err
peppered_make(struct ctx *c, const char *what, struct str secret,
    char out[PEPPERED_MAX])
{
	uint32_t number = keys_number(c->keys);
	char hex[NUMBER_HEX + 1];
	struct str seasoned;
	enum err e;

	must(season(c, number, what, secret, &seasoned));
	e = pwhash_make(c, seasoned, out + NUMBER_HEX);
	snprintf(hex, sizeof(hex), "%08x", number);
	memcpy(out, hex, NUMBER_HEX);
	return e;
}

static bool
read_number(struct arena *a, const char *stored, uint32_t *out)
{
	struct str bytes;
	const unsigned char *b;

	if (strlen(stored) <= NUMBER_HEX ||
	    !hex_decode(a, (struct str){ stored, NUMBER_HEX }, &bytes))
		return false;
	b = (const unsigned char *)bytes.p;
	*out = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
	return true;
}

enum err
peppered_verify(struct ctx *c, const char *what, const char *stored,
    struct str secret)
{
	struct str seasoned;
	uint32_t number;
	bool weaker;

	if (!read_number(c->arena, stored, &number) ||
	    !season(c, number, what, secret, &seasoned))
		return ERR_MALFORMED;
	return pwhash_verify(c, stored + NUMBER_HEX, seasoned, &weaker);
}

enum err
peppered_dummy(struct ctx *c, struct str secret)
{
	struct str seasoned;

	must(season(c, keys_number(c->keys), "nothing", secret, &seasoned));
	return pwhash_dummy(c, seasoned);
}
