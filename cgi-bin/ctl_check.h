/*
 * Between the files of doorwardctl check.  Each finding is one line: what was
 * looked at, whether it is well, and where it is not, what is wrong and the
 * mend.
 */
#ifndef CGI_CTL_CHECK_H
#define CGI_CTL_CHECK_H

#include "ctl.h"

enum { FINE, NOTE, WRONG };

struct check { struct ctl *t; struct json *all; int wrong; };

void found(struct check *k, int how, const char *what, const char *fmt, ...)
    PRINTF(4, 5);
/* guard.rules, with the database at hand; and from outside. */
void check_guard(struct check *k, const struct config *cfg);
void check_guard_web(struct check *k, const struct config *cfg);

#endif
