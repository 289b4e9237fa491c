#include "base.h"

#include <unistd.h>

void
must_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "doorward: %s:%d: this cannot be: %s\n", file, line,
	    what);
	abort();
}
