/*
 * What one request (or one command of doorwardctl) carries through all
 * layers.  It knows neither HTTP nor SQL.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "arena.h"
#include "err.h"
#include "secret.h"
#include "str.h"
#include "uid.h"

struct config;
struct db;
struct keys;
struct schema;

/* Who is asking, as far as it can be believed. */
struct client {
	struct str address;	/* text form of the source address, or absent */
	struct str network;	/* what limits count: IPv4 address, IPv6 /64 */
	struct str user_agent;	/* at most LIMIT_USER_AGENT bytes */
	struct str language;	/* Accept-Language as sent */
	struct str referer;
	struct str city, country;	/* as a trusted proxy says, or absent;
					 * any bytes */
	struct str host;	/* that the visitor asked */
	bool trusted;		/* the call carries the API secret */
};

struct ctx {
	struct arena *arena;
	const struct config *config;
	struct db *db;
	struct keys *keys;	/* lib/crypto/keys.h */
	const struct schema *schema;	/* lib/domain/schema.h */
	int64_t now_s, now_ms;	/* taken once, at the request's start */
	char request_id[33];
	struct client client;
	struct err_detail err;
	bool outbox_due;	/* a message was queued: deliver afterwards */
	unsigned statements;	/* executed so far, for the tests */
};

/* Sets now_s, now_ms and a fresh request id; the rest zero. */
void ctx_init(struct ctx *c, struct arena *a, const struct config *cfg);

#endif
