#include "ctx.h"

#include "clock.h"
#include "rand.h"

void
ctx_init(struct ctx *c, struct arena *a, const struct config *cfg)
{
	struct uid id = { { 0 } };

	*c = (struct ctx){ .arena = a, .config = cfg };
	c->now_ms = clock_now_ms();
	c->now_s = c->now_ms / 1000;
	rand_bytes(id.b, sizeof(id.b));
	memcpy(c->request_id, uid_hex(a, id).p, 33);
}
