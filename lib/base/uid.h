/*
 * An account's name: 16 bytes, the first 6 a time in milliseconds, so that
 * rows stand in the order of their making; 32 hex digits outside.
 */
#ifndef BASE_UID_H
#define BASE_UID_H

#include "str.h"

struct uid { unsigned char b[16]; };

struct uid uid_new(int64_t now_ms);
bool uid_eq(struct uid a, struct uid b);
bool uid_is_zero(struct uid u);
int uid_order(struct uid a, struct uid b);	/* below, at, above 0 */
bool uid_parse(struct str s, struct uid *out);	/* 32 hex digits, any case */
struct str uid_hex(struct arena *a, struct uid u);

#endif
