/*
 * What is done after the answer: messages that are due, and clean-up.
 */
#ifndef CGI_AFTERWORK_H
#define CGI_AFTERWORK_H

#include "base/ctx.h"

/*
 * In a process of its own, so that a slow mail server holds no worker and no
 * visitor: it has nothing of the web server's, is bounded in time, and at
 * most one runs while one more waits.  When the request queued a message,
 * and now and then besides.
 */
void afterwork(struct ctx *c);

#endif
