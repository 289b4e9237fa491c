/*
 * Stored hashes.  PHC strings of argon2: one spelling for one hash, within
 * the bounds; and libargon2 reads what we read.  Those of other systems:
 * within the bounds, and they run.
 */
#include "fuzz.h"

#include <argon2.h>

#include "codec/text.h"
#include "crypto/pwhash.h"
#include "crypto/pwhash_foreign.h"
#include "crypto/pwhash_internal.h"

const char fuzz_name[] = "phc";

static struct str
unpadded(struct arena *a, const unsigned char *p, size_t len)
{
	struct str s = base64_encode(a, p, len);

	while (s.len > 0 && s.p[s.len - 1] == '=')
		s.len--;
	return s;
}

/* Version 16 is what a string without one has. */
static struct str
written(struct arena *a, const struct phc *p, bool with_version)
{
	struct str salt = unpadded(a, p->salt, p->salt_len);
	struct str tag = unpadded(a, p->tag, p->tag_len);
	struct str version = with_version ? str_printf(a, "v=%d$",
	    (int)p->version) : STR("");

	return str_printf(a, "$argon2i%s$%.*sm=%d,t=%d,p=%d$%.*s$%.*s",
	    p->id ? "d" : "", STR_FMT(version), (int)p->memory_kib,
	    (int)p->passes, (int)p->lanes, STR_FMT(salt), STR_FMT(tag));
}

/* Dear ones are read, but not run. */
static void
foreign_one(struct arena *a, struct str s)
{
	struct foreign f = { .cost = 77 };
	bool same = true, partial = true;

	if (!foreign_parse(a, s, &f)) {
		claim(f.cost == 77);
		return;
	}
	claim(foreign_name(s) != NULL && s.len < PWHASH_MAX);
	claim(f.salt_len <= FOREIGN_SALT_MAX && f.tag_len <= FOREIGN_TAG_MAX);
	claim(f.tag_len >= 16 && f.cost >= 0 && f.cost <= 2000000);
	claim(f.r * f.cost * 128 <= 64 * 1024 * 1024 && f.p <= 16);
	if (f.cost > 64 || f.r * f.p > 64 || str_starts(s, STR("$")))
		return;
	claim(foreign_compare(a, &f, STR("x"), &same, &partial));
	claim(!same && !partial);
}

void
fuzz_one(struct arena *a, struct str s)
{
	struct phc p = { .lanes = 77 };
	int r;

	if (!phc_parse(a, s, &p)) {
		claim(p.lanes == 77);
		foreign_one(a, s);
		return;
	}
	claim(s.len < PWHASH_MAX);
	claim(p.version == 16 || p.version == 19);
	claim(p.memory_kib >= 8 * p.lanes && p.memory_kib <= PHC_MEMORY_MAX);
	claim(p.passes >= 1 && p.passes <= PHC_PASSES_MAX);
	claim(p.lanes >= 1 && p.lanes <= PHC_LANES_MAX);
	claim(p.salt_len >= PHC_SALT_MIN && p.salt_len <= PHC_SALT_MAX);
	claim(p.tag_len >= PHC_TAG_MIN && p.tag_len <= PHC_TAG_MAX);
	claim(str_eq(written(a, &p, true), s) || (p.version == 16 &&
	    str_eq(written(a, &p, false), s)));
	/* A hash costs time: only small ones are really made. */
	if (p.memory_kib > 64 || p.passes > 2)
		return;
	r = argon2_verify(str_cstr(a, s), "x", 1, p.id ? Argon2_id :
	    Argon2_i);
	claim(r == ARGON2_OK || r == ARGON2_VERIFY_MISMATCH);
}
