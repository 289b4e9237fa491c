/*
 * Small text forms: hex, base64, UTF-8, percent-encoding, GUIDs.
 * All decoders are strict: one spelling, nothing left over.
 */
#ifndef CODEC_TEXT_H
#define CODEC_TEXT_H

#include "base/str.h"

struct arena;

struct str hex_encode(struct arena *a, const void *p, size_t len);
bool hex_decode(struct arena *a, struct str s, struct str *out);
/* RFC 4648 §4 with padding, and §5 without. */
struct str base64_encode(struct arena *a, const void *p, size_t len);
bool base64_decode(struct arena *a, struct str s, struct str *out);
struct str base64url_encode(struct arena *a, const void *p, size_t len);
bool base64url_decode(struct arena *a, struct str s, struct str *out);

bool utf8_valid(struct str s);		/* no surrogates, no overlongs */
size_t utf8_length(struct str s);	/* code points of valid text */
bool utf8_has_control(struct str s);	/* C0, DEL, C1 */
/* Takes one code point off the front; false at the end or on bad UTF-8. */
bool utf8_next(struct str *rest, uint32_t *code_out);
/* The first n code points, whole. */
struct str utf8_cut(struct str s, size_t n);

/* %XX decoded once.  plus: '+' is a blank.  False on a broken escape. */
bool percent_decode(struct arena *a, struct str s, bool plus,
    struct str *out);
/* All but RFC 3986's unreserved characters. */
struct str percent_encode(struct arena *a, struct str s);

/* 8-4-4-4-12 hex digits, any case. */
bool guid_valid(struct str s);
/* 16 bytes to lower-case GUID form and back. */
struct str guid_encode(struct arena *a, const unsigned char b[16]);
bool guid_decode(struct str s, unsigned char b[16]);

#endif
