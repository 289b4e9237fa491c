/*
 * A bar on standard error, where that is a terminal.
 */
#include "ctl.h"

#include <unistd.h>

#include "base/clock.h"

#define EVERY_MS	100
#define BAR		30

void
ctl_progress(struct ctl_progress *p, int64_t done, const char *text)
{
	int64_t now = clock_mono_ms();
	int full;

	if (!isatty(STDERR_FILENO) || now - p->shown_ms < EVERY_MS)
		return;
	p->shown_ms = now;
	if (p->total <= 0) {
		fprintf(stderr, "\r%s\033[K", text);
		return;
	}
	if (done > p->total)
		done = p->total;
	full = (int)(done * BAR / p->total);
	fprintf(stderr, "\r%3d%% [%.*s%*s] %s\033[K",
	    (int)(done * 100 / p->total), full,
	    "##############################", BAR - full, "", text);
}

void
ctl_progress_end(struct ctl_progress *p)
{
	if (p->shown_ms != 0)
		fputs("\r\033[K", stderr);
	p->shown_ms = 0;
}
