#include "gate.h"

#include "base/config.h"
#include "codec/json.h"

static enum err
stop_limited(struct ctx *c, const struct account *a, const struct gate *g,
    struct session_tokens *out)
{
	const struct session_options o = {
		.kind = SESSION_LIMITED, .remember = g->session.remember
	};

	return session_start(c, a, &o, out);
}

static enum err
stop_ticket(struct ctx *c, const struct account *a, const struct gate *g,
    enum ticket_purpose purpose, struct session_tokens *out)
{
	struct json *data = json_new_object(c->arena);
	struct ticket t = {
		.purpose = purpose, .uid = a->uid,
		.generation = a->generation, .address = STR(""),
		.expires_s = c->now_s + c->config->lifetime_interrupted_s
	};

	json_set_int(data, "kind", g->session.kind);
	json_set_bool(data, "remember", g->session.remember);
	json_set_cstr(data, "method", g->method);
	t.data = json_text(c->arena, data, false);
	out->expires_s = t.expires_s;
	return ticket_make_link(c, &t, &out->access_token);
}

enum err
gate_stop(struct ctx *c, const struct account *a, const struct gate *g,
    enum err why, enum ticket_purpose purpose)
{
	struct session_tokens t = { .access_token = STR_NONE };
	enum err e = ERR_OK;

	if (g->resumable) {
		e = why == ERR_PRIVACY_OUTSTANDING &&
		    g->session.kind == SESSION_API ?
		    stop_limited(c, a, g, &t) :
		    stop_ticket(c, a, g, purpose, &t);
	}
	if (e != ERR_OK)
		return e;
	c->err.token = t.access_token;
	c->err.token_until_s = t.expires_s;
	return err_set(c, why, NULL, "the sign-in stops here");
}

bool
gate_resume(struct ctx *c, const struct ticket *t, struct gate *g_io)
{
	enum json_fault fault;
	struct json *data;

	data = json_parse(c->arena, t->data, &fault);
	if (json_int(json_get(data, "kind")) != (int64_t)g_io->session.kind)
		return false;
	g_io->session.remember = json_bool(json_get(data, "remember"));
	g_io->method = str_cstr(c->arena,
	    json_string(json_get(data, "method")));
	g_io->resumable = true;
	return true;
}
