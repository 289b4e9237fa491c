/*
 * Where the visitor of a request is, as far as anybody says.
 */
#ifndef DOMAIN_PLACE_H
#define DOMAIN_PLACE_H

#include "base/ctx.h"

struct place { struct str city, country; };	/* names in English; absent:
						 * not known */

/* As a trusted proxy says, else by geo.database. */
struct place place_of(struct ctx *c);

#endif
