/*
 * Answers: nobody else writes one.
 */
#ifndef CGI_RESPONSE_H
#define CGI_RESPONSE_H

#include "http.h"

/* A header; CR, LF and NUL in the value end the process (our mistake):
 * values from outside are judged before.  A name given again replaces the
 * former, but for Set-Cookie. */
void response_header(struct http *h, const char *name, struct str value);
/* 200 and JSON, projected by fields= where the row's reply holds a profile. */
enum err response_json(struct http *h, struct json *j);
/* The same of a text that is JSON already, its words guarded. */
enum err response_json_text(struct http *h, struct str text);
/* {"IsPosted":true} and its like. */
enum err response_flag(struct http *h, const char *name, bool value);
/* 303; target is one of our own paths ("/login", the base path is added) or
 * an absolute address that came from url_return. */
enum err response_redirect(struct http *h, struct str target);
/* A page: 200 or the given status. */
enum err response_page(struct http *h, int status, const char *template,
    struct values *v);
/* Bytes of a file that we ship (style sheet). */
enum err response_file(struct http *h, const char *content_type,
    struct str bytes, int64_t max_age_s);

/* Cookies by the rules of S-097: __Host- and Secure on https, HttpOnly,
 * Path=/.  life 0: for the browser's session; value absent: remove. */
void response_cookie(struct http *h, enum http_cookie which,
    struct str value, int64_t life_s);
void response_session_cookie(struct http *h, struct str value, int64_t life_s);

/* The headers that every answer has, by the kind of its row; then the whole
 * answer as the server expects it ("Status: ..."), without a body for HEAD. */
struct str response_text(struct http *h);

#endif
