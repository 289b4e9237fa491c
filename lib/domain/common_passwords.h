/*
 * Passwords that everybody tries first.
 */
#ifndef DOMAIN_COMMON_PASSWORDS_H
#define DOMAIN_COMMON_PASSWORDS_H

#include "base/str.h"

/*
 * folded: text_fold of a normalised password.  True for an entry of the list,
 * a short piece repeated ("abcabcabc"), and a run ("abcdefgh", "87654321").
 */
bool password_is_common(struct str folded);
/* How many entries the list has; for the tests. */
size_t common_passwords_count(void);

#endif
