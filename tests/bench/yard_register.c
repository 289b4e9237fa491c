/*
 * Yardstick of the registration: libfcgi, one argon2id with the fastest
 * engine at hand, and one transaction that writes the account, its address
 * and its password.  They are of now: Doorward, beside it on one database,
 * would have accounts of long ago to remove that nobody ever proved.
 */
#include "yard.h"

#include <fcgiapp.h>
#include <string.h>

#include "base/arena.h"
#include "base/rand.h"
#include "yard_hash.h"

struct program {
	struct arena *arena;
	MYSQL *my;
	MYSQL_STMT *account, *identifier, *password;
	unsigned char uid[16], profile_id[16], salt[16];
	char email[256], phc[256];
	unsigned long email_len, phc_len;
};

static MYSQL_BIND
bytes(void *p, unsigned long max, unsigned long *len)
{
	MYSQL_BIND b;

	memset(&b, 0, sizeof(b));
	b.buffer_type = MYSQL_TYPE_BLOB;
	b.buffer = p;
	b.buffer_length = max;
	b.length = len;
	return b;
}

static void
bind(struct program *p, MYSQL_STMT *st, MYSQL_BIND *in)
{
	if (mysql_stmt_bind_param(st, in) != 0)
		yard_fail("bind", mysql_error(p->my));
}

static void
open_program(struct program *p)
{
	MYSQL_BIND uid = bytes(p->uid, 16, NULL), in[3];

	p->arena = arena_new();
	p->my = yard_connect();
	mysql_autocommit(p->my, 0);
	p->account = yard_prepare(p->my, "INSERT INTO dw_account (uid,"
	    " profile_id, created_s, modified_s, profile) VALUES (?, ?,"
	    " UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), '{}')");
	p->identifier = yard_prepare(p->my, "INSERT INTO dw_identifier (kind,"
	    " canonical, uid, given, label, position, created_s)"
	    " VALUES (1, ?, ?, ?, 'Primary', 0, UNIX_TIMESTAMP())");
	p->password = yard_prepare(p->my, "INSERT INTO dw_password (uid, phc,"
	    " changed_s) VALUES (?, ?, UNIX_TIMESTAMP())");
	in[0] = uid;
	in[1] = bytes(p->profile_id, 16, NULL);
	bind(p, p->account, in);
	in[0] = in[2] = bytes(p->email, sizeof(p->email), &p->email_len);
	in[1] = uid;
	bind(p, p->identifier, in);
	in[0] = uid;
	in[1] = bytes(p->phc, sizeof(p->phc), &p->phc_len);
	bind(p, p->password, in);
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

static void
execute(MYSQL_STMT *st)
{
	if (mysql_stmt_execute(st) != 0)
		yard_fail("insert", mysql_stmt_error(st));
}

static bool
enlist(struct program *p, const char *body)
{
	char password[256];

	if (!member(body, "\"Email\"", p->email, sizeof(p->email)) ||
	    !member(body, "\"Password\"", password, sizeof(password)))
		return false;
	p->email_len = strlen(p->email);
	rand_bytes(p->uid, sizeof(p->uid));
	rand_bytes(p->profile_id, sizeof(p->profile_id));
	rand_bytes(p->salt, sizeof(p->salt));
	yard_hash_make(p->arena, password, p->salt, p->phc, sizeof(p->phc));
	arena_reset(p->arena);
	p->phc_len = strlen(p->phc);
	execute(p->identifier);
	execute(p->account);
	execute(p->password);
	if (mysql_commit(p->my) != 0)
		yard_fail("commit", mysql_error(p->my));
	return true;
}

static void
answer(FCGX_Request *q, struct program *p)
{
	char body[4096];
	int n;

	n = FCGX_GetStr(body, sizeof(body) - 1, q->in);
	body[n > 0 ? n : 0] = '\0';
	FCGX_PutS(enlist(p, body) ? "Content-Type: application/json\r\n\r\n"
	    "{\"IsPosted\":true}" : "Status: 400 Bad Request\r\n\r\n",
	    q->out);
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
