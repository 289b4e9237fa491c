#include "audit.h"

#include "codec/text.h"
#include "store/store_audit.h"

static struct store_audit
row_of(struct ctx *c, const struct audit_event *a)
{
	return (struct store_audit){
		.id = uid_new(c->now_ms),
		.uid = a->uid,
		.at_s = c->now_s,
		.event = str_of(a->event),
		.address = c->client.address.p != NULL ?
		    str_sub(c->client.address, 0, 64) : STR(""),
		.request_id = str_of(c->request_id),
		.detail = a->detail != NULL ?
		    utf8_cut(str_of(a->detail), 255) : STR("")
	};
}

enum err
audit_add(struct ctx *c, const char *event, struct uid uid,
    const char *detail)
{
	const struct audit_event a = { event, uid, detail };
	const struct store_audit row = row_of(c, &a);

	return store_audit_insert(c, &row);
}

enum err
audit_add_two(struct ctx *c, const struct audit_event *first,
    const struct audit_event *second)
{
	const struct store_audit rows[] = { row_of(c, first),
		row_of(c, second) };

	return store_audit_insert_two(c, rows);
}
