#include "ctx.h"

#include <unistd.h>

#include "clock.h"
#include "rand.h"

#define IDS	64

/*
 * A request's id guards nothing, so it need not be fresh from the kernel: that
 * was a sixth of what a token check costs a worker.  A forked process draws
 * its own.
 */
static struct uid
request_id(void)
{
	static struct uid pool[IDS];
	static size_t left;
	static pid_t owner;

	if (left == 0 || owner != getpid()) {
		rand_bytes(pool, sizeof(pool));
		left = IDS;
		owner = getpid();
	}
	return pool[--left];
}

void
ctx_init(struct ctx *c, struct arena *a, const struct config *cfg)
{
	*c = (struct ctx){ .arena = a, .config = cfg };
	c->now_ms = clock_now_ms();
	c->now_s = c->now_ms / 1000;
	memcpy(c->request_id, uid_hex(a, request_id()).p, 33);
}
