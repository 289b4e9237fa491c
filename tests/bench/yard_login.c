/*
 * Yardstick of the login: libfcgi, one prepared read, one argon2id with the
 * fastest engine at hand, one session written and committed.
 */
#include "yard.h"

#include <fcgiapp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rand.h"
#include "yard_hash.h"

struct program {
	struct arena *arena;
	struct yard_read account;
	MYSQL_STMT *session;
	unsigned char token[32], handle[16];
};

static void
bind_bytes(MYSQL_BIND *b, void *p, unsigned long len)
{
	memset(b, 0, sizeof(*b));
	b->buffer_type = MYSQL_TYPE_BLOB;
	b->buffer = p;
	b->buffer_length = len;
}

static void
open_program(struct program *p)
{
	MYSQL *my = yard_connect();
	MYSQL_BIND in[2];

	p->arena = arena_new();
	yard_read_open(&p->account, my, "SELECT p.phc FROM dw_identifier i"
	    " JOIN dw_password p ON p.uid = i.uid"
	    " WHERE i.kind = 1 AND i.canonical = ?");
	p->session = yard_prepare(my, "INSERT INTO dw_session (token_hash,"
	    " kind, uid, generation, family, handle, created_s, auth_s,"
	    " seen_s, expires_s, ends_s) VALUES (?, 1, '0123456789012345', 1,"
	    " '0123456789012345', ?, 1, 1, 1, 4000000000, 4000000000)");
	bind_bytes(&in[0], p->token, sizeof(p->token));
	bind_bytes(&in[1], p->handle, sizeof(p->handle));
	if (mysql_stmt_bind_param(p->session, in) != 0)
		yard_fail("bind", mysql_error(my));
}

/* The text after "name":" up to the next quote. */
static bool
member(const char *json, const char *name, char *out, size_t max)
{
	const char *at = strstr(json, name), *end;

	if (at == NULL || (at = strstr(at, ":\"")) == NULL ||
	    (end = strchr(at + 2, '"')) == NULL ||
	    (size_t)(end - at - 2) >= max)
		return false;
	memcpy(out, at + 2, (size_t)(end - at - 2));
	out[end - at - 2] = '\0';
	return true;
}

static bool
log_in(struct program *p, const char *body)
{
	char password[256];
	bool right;

	if (!member(body, "\"email\"", p->account.key,
	    sizeof(p->account.key)) ||
	    !member(body, "\"password\"", password, sizeof(password)))
		return false;
	p->account.key_len = strlen(p->account.key);
	if (!yard_read_one(&p->account))
		return false;
	right = yard_hash_verify(p->arena, p->account.value, password);
	arena_reset(p->arena);
	if (!right)
		return false;
	rand_bytes(p->token, sizeof(p->token));
	rand_bytes(p->handle, sizeof(p->handle));
	if (mysql_stmt_execute(p->session) != 0)
		yard_fail("insert", mysql_stmt_error(p->session));
	return true;
}

static void
answer(FCGX_Request *q, struct program *p)
{
	char body[4096];
	int n;

	n = FCGX_GetStr(body, sizeof(body) - 1, q->in);
	body[n > 0 ? n : 0] = '\0';
	FCGX_PutS(log_in(p, body) ? "Content-Type: application/json\r\n\r\n"
	    "{\"access_token\":\"00000000-0000-4000-8000-000000000000\"}" :
	    "Status: 401 Unauthorized\r\n\r\n", q->out);
}

int
main(void)
{
	static struct program p;
	FCGX_Request q;

	open_program(&p);
	FCGX_Init();
	FCGX_InitRequest(&q, 0, 0);
	while (FCGX_Accept_r(&q) == 0) {
		answer(&q, &p);
		FCGX_Finish_r(&q);
	}
	return 0;
}
