/*
 * The names of roles, and the roles of an account: names with one blank
 * between two, sorted.
 */
#ifndef BASE_ROLES_H
#define BASE_ROLES_H

#include "str.h"

#define ROLE_NAME_MAX	64	/* bytes */

/* A letter, then letters, digits, underscores, dots and hyphens. */
bool role_valid(struct str name);
bool roles_have(struct str roles, struct str name);

#endif
