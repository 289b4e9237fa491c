/*
 * Phone numbers: for identifier.c.
 */
#ifndef CODEC_PHONE_H
#define CODEC_PHONE_H

#include "base/str.h"

struct arena;

/*
 * ITU-T E.164: "+", an assigned country code, 7 to 15 digits in all.  Blanks,
 * dots, hyphens and brackets fall away, "00" in front counts as "+", and so
 * does a blank (a "+" that a form decoder ate).  A trunk zero behind the
 * country code is dropped where national numbers never begin with zero.
 */
bool phone_canonical(struct arena *a, struct str s, struct str *out);

#endif
