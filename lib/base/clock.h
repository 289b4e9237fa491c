/*
 * The one source of time: UTC seconds since the epoch.  Tests shift it by a
 * file that holds a whole number of seconds (setting test.clock_file, obeyed
 * for loopback sites only).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "str.h"

void clock_set_shift_file(const char *path);	/* NULL: no shift */
int64_t clock_now_s(void);
int64_t clock_now_ms(void);	/* shifted alike */
int64_t clock_mono_ms(void);	/* for measuring and waiting; never shifted */
void clock_sleep_ms(int64_t ms);	/* less when a signal arrives */

struct clock_parts { int year, month, day, hour, minute, second; };
struct clock_parts clock_utc(int64_t t_s);
/* False unless a real date and time of the years 1 to 9999. */
bool clock_from_utc(const struct clock_parts *p, int64_t *t_s_out);
/* "2026-01-05T07:10:42.000Z"; of the years 0 to 9999, and what lies beyond is
 * shown as their end. */
struct str clock_iso(struct arena *a, int64_t t_s);
#define CLOCK_ISO	24
void clock_put_iso(char at[CLOCK_ISO], int64_t t_ms);	/* no NUL behind */
/* The reverse, in UTC: a date, or date and time with or without a fraction,
 * which does not count.  False: another form, or no real date. */
bool clock_from_iso(struct str s, int64_t *t_s_out);

#endif
