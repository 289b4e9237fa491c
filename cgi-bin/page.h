/*
 * What pages have in common: the form token, the values that every template
 * may use, error texts beside fields, and where to go afterwards.
 */
#ifndef CGI_PAGE_H
#define CGI_PAGE_H

#include "http.h"

/* Where templates are, and the language chosen for this visitor ("" is the
 * shipped one).  For response_page. */
struct template_place page_place(const struct http *h);
const char *page_language(struct http *h);

/*
 * Values with everything that the frame (templates/_top.html, _head.html,
 * _foot.html) uses, and form_token; sets the form cookie where it is absent.
 */
struct values *page_values(struct http *h);
/* The account of the page's session, read once for a request.  Errors as of
 * account_get. */
MUST_CHECK enum err page_account(struct http *h,
    const struct account **out);
/*
 * Is the posted form ours?  Its form_token must fit this browser (for rows
 * with NEED_PAGE: this session, too), and Sec-Fetch-Site, Origin or Referer
 * must agree.  ERR_FORM_EXPIRED.  The guard calls it once the form is parsed.
 */
enum err page_form_check(struct http *h);
/* The text that a person is told for an error, in the visitor's language. */
const char *page_error_text(struct http *h, enum err e);
/* The "return" address to carry along, judged; absent when none or refused. */
struct str page_return(struct http *h, struct str wanted);

/*
 * Answer an error of a page: the form again where the row has one (the error
 * beside its field, what was typed kept, passwords never), else error.html.
 * problem.c calls it for rows with IS_PAGE, whoever met the error, and for
 * errors without a row unless the path is one of the API's.
 */
enum err page_problem(struct http *h, enum err e);
/* A row with NEED_PAGE and no session: 303 to the login page, which leads
 * back.  The guard calls it. */
enum err page_login_first(struct http *h);

#endif
