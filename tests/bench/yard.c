#include "yard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
yard_fail(const char *what, const char *more)
{
	fprintf(stderr, "yardstick: %s: %s\n", what, more);
	exit(1);
}

MYSQL *
yard_connect(void)
{
	MYSQL *my = mysql_init(NULL);

	if (my == NULL || mysql_real_connect(my, "localhost",
	    getenv("YARD_USER"), getenv("YARD_PASSWORD"),
	    getenv("YARD_DATABASE"), 0, getenv("YARD_SOCKET"), 0) == NULL)
		yard_fail("connect", my != NULL ? mysql_error(my) : "memory");
	return my;
}

MYSQL_STMT *
yard_prepare(MYSQL *my, const char *sql)
{
	MYSQL_STMT *st = mysql_stmt_init(my);

	if (st == NULL || mysql_stmt_prepare(st, sql, strlen(sql)) != 0)
		yard_fail("prepare", mysql_error(my));
	return st;
}

void
yard_read_open(struct yard_read *r, MYSQL *my, const char *sql)
{
	memset(r, 0, sizeof(*r));
	r->statement = yard_prepare(my, sql);
	r->in.buffer_type = MYSQL_TYPE_BLOB;
	r->in.buffer = r->key;
	r->in.length = &r->key_len;
	r->out.buffer_type = MYSQL_TYPE_STRING;
	r->out.buffer = r->value;
	r->out.buffer_length = sizeof(r->value) - 1;
	r->out.length = &r->value_len;
	if (mysql_stmt_bind_param(r->statement, &r->in) != 0 ||
	    mysql_stmt_bind_result(r->statement, &r->out) != 0)
		yard_fail("bind", mysql_error(my));
}

bool
yard_read_one(struct yard_read *r)
{
	int status;

	if (mysql_stmt_execute(r->statement) != 0)
		yard_fail("execute", mysql_stmt_error(r->statement));
	status = mysql_stmt_fetch(r->statement);
	if (status == 0)
		r->value[r->value_len] = '\0';
	mysql_stmt_free_result(r->statement);
	return status == 0;
}

static int
digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

bool
yard_unhex(const char *text, unsigned char *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; text += 2, i++) {
		if (*text == '-')
			text++;
		if (digit(text[0]) < 0 || digit(text[1]) < 0)
			return false;
		out[i] = (unsigned char)(digit(text[0]) << 4 | digit(text[1]));
	}
	return true;
}
