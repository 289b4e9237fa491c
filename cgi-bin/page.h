/*
 * What pages have in common: the form token, the values that every template
 * may use, error texts beside fields, and where to go afterwards.
 */
#ifndef CGI_PAGE_H
#define CGI_PAGE_H

#include "http.h"

/* Values with everything that the frame (templates/_head.html, _foot.html)
 * uses, and form_token. */
struct values *page_values(struct http *h);
/* Is the posted form ours?  ERR_FORM_EXPIRED.  The guard calls it. */
enum err page_form_check(struct http *h);
/* The text that a person is told for an error. */
const char *page_error_text(struct http *h, enum err e);
/* The "return" address to carry along, judged; absent when none or refused. */
struct str page_return(struct http *h, struct str wanted);

#endif
