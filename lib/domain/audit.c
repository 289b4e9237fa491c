#include "audit.h"

#include "codec/text.h"
#include "store/store_audit.h"

enum err
audit_add(struct ctx *c, const char *event, struct uid uid,
    const char *detail)
{
	struct store_audit a = {
		.id = uid_new(c->now_ms),
		.uid = uid,
		.at_s = c->now_s,
		.event = str_of(event),
		.address = c->client.address.p != NULL ?
		    str_sub(c->client.address, 0, 64) : STR(""),
		.request_id = str_of(c->request_id),
		.detail = detail != NULL ? str_of(detail) : STR("")
	};

	a.detail = utf8_cut(a.detail, 255);
	return store_audit_insert(c, &a);
}
