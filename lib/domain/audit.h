/*
 * The record of every decision, written in its transaction (S-131).
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include "base/ctx.h"
#include "base/err.h"

/* event is a constant word ("login", "login_refused", "password_changed").
 * detail never holds a secret.  uid zero: nobody known. */
MUST_CHECK enum err audit_add(struct ctx *c, const char *event,
    struct uid uid, const char *detail);
/* Two at once. */
struct audit_event {
	const char *event;
	struct uid uid;
	const char *detail;
};
MUST_CHECK enum err audit_add_two(struct ctx *c,
    const struct audit_event *first, const struct audit_event *second);

#endif
