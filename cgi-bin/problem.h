/*
 * From enum err to what a client is told.  The only reader of the status and
 * code columns of errors.def.
 */
#ifndef CGI_PROBLEM_H
#define CGI_PROBLEM_H

#include "http.h"

/* Makes the whole answer: the API's envelope, or a page. */
void problem_answer(struct http *h, enum err e);

int problem_status(enum err e);
int problem_code(enum err e);
const char *problem_message(enum err e);
const char *problem_description(enum err e);

#endif
