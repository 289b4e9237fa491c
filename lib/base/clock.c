#include "clock.h"

#include <fcntl.h>
#include <unistd.h>

#include "arena.h"

static char *shift_file;

void
clock_set_shift_file(const char *path)
{
	free(shift_file);
	shift_file = path != NULL && *path != '\0' ? strdup(path) : NULL;
}

static int64_t
shift_ms(void)
{
	char text[32];
	ssize_t n;
	int fd;

	if (shift_file == NULL)
		return 0;
	fd = open(shift_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return (int64_t)(strtod(text, NULL) * 1000 +
	    (text[0] == '-' ? -0.5 : 0.5));
}

static int64_t
read_ms(clockid_t which)
{
	struct timespec t;

	must(clock_gettime(which, &t) == 0);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME) + shift_ms();
}

int64_t
clock_now_s(void)
{
	return clock_now_ms() / 1000;
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec nap = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&nap, NULL);
}

/*
 * Days since 1970-01-01 of a date in the proleptic Gregorian calendar, with
 * the year counted from March so that the leap day comes last.
 */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct clock_parts
clock_utc(int64_t t_s)
{
	struct clock_parts p;
	int64_t days, rest, era, doe, yoe, doy, mp;

	days = t_s / 86400;
	rest = t_s % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	p.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	p.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	p.year = (int)(yoe + era * 400 + (p.month <= 2));
	p.hour = (int)(rest / 3600);
	p.minute = (int)(rest / 60 % 60);
	p.second = (int)(rest % 60);
	return p;
}

bool
clock_from_utc(const struct clock_parts *p, int64_t *t_s_out)
{
	struct clock_parts back;
	int64_t t;

	if (p->year < 1 || p->year > 9999 || p->month < 1 || p->month > 12 ||
	    p->day < 1 || p->day > 31 || p->hour < 0 || p->hour > 23 ||
	    p->minute < 0 || p->minute > 59 || p->second < 0 ||
	    p->second > 59)
		return false;
	t = days_of(p->year, p->month, p->day) * 86400 + p->hour * 3600 +
	    p->minute * 60 + p->second;
	back = clock_utc(t);
	if (back.day != p->day || back.month != p->month)
		return false;
	*t_s_out = t;
	return true;
}

static void
put_two(char *at, int n)
{
	at[0] = (char)('0' + n / 10 % 10);
	at[1] = (char)('0' + n % 10);
}

#define FIRST_S	INT64_C(-62167219200)	/* of year 0 */
#define LAST_S	INT64_C(253402300799)	/* of year 9999 */

static int64_t
in_form(int64_t t, int64_t unit)
{
	if (t < FIRST_S * unit)
		return FIRST_S * unit;
	return t <= LAST_S * unit + unit - 1 ? t : LAST_S * unit + unit - 1;
}

void
clock_put_iso(char at[CLOCK_ISO], int64_t t_ms)
{
	int64_t t = in_form(t_ms, 1000) - FIRST_S * 1000;
	struct clock_parts p = clock_utc(t / 1000 + FIRST_S);

	put_two(at, p.year / 100);
	put_two(at + 2, p.year % 100);
	put_two(at + 5, p.month);
	put_two(at + 8, p.day);
	put_two(at + 11, p.hour);
	put_two(at + 14, p.minute);
	put_two(at + 17, p.second);
	put_two(at + 20, (int)(t % 1000 / 10));
	at[22] = (char)('0' + t % 10);
	at[4] = at[7] = '-';
	at[10] = 'T';
	at[13] = at[16] = ':';
	at[19] = '.';
	at[23] = 'Z';
}

struct str
clock_iso(struct arena *a, int64_t t_s)
{
	char *p = arena_alloc(a, CLOCK_ISO + 1);

	clock_put_iso(p, in_form(t_s, 1) * 1000);
	return (struct str){ p, CLOCK_ISO };
}

/* Digits of s at the places that have a '0' in form; all else as there. */
static bool
has_form(struct str s, const char *form)
{
	size_t i;

	if (s.len != strlen(form))
		return false;
	for (i = 0; i < s.len; i++)
		if (form[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' :
		    s.p[i] != form[i])
			return false;
	return true;
}

static int
two(struct str s, size_t at)
{
	return (s.p[at] - '0') * 10 + s.p[at + 1] - '0';
}

bool
clock_from_iso(struct str s, int64_t *t_s_out)
{
	struct clock_parts p = { .hour = 0 };

	if (!has_form(s, "0000-00-00") &&
	    !has_form(s, "0000-00-00T00:00:00Z") &&
	    !has_form(s, "0000-00-00T00:00:00.000Z"))
		return false;
	p.year = two(s, 0) * 100 + two(s, 2);
	p.month = two(s, 5);
	p.day = two(s, 8);
	if (s.len > 10) {
		p.hour = two(s, 11);
		p.minute = two(s, 14);
		p.second = two(s, 17);
	}
	return clock_from_utc(&p, t_s_out);
}
