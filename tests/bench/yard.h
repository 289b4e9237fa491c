/*
 * What the yardsticks of ./dev bench share: the database connection, from
 * YARD_SOCKET, YARD_DATABASE, YARD_USER, YARD_PASSWORD, and one prepared
 * statement with a key in and a text out.
 */
#ifndef YARD_H
#define YARD_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>

struct yard_read {
	MYSQL_STMT *statement;
	MYSQL_BIND in, out;
	char key[256], value[256];
	unsigned long key_len, value_len;
};

void yard_fail(const char *what, const char *more);
MYSQL *yard_connect(void);
MYSQL_STMT *yard_prepare(MYSQL *my, const char *sql);
void yard_read_open(struct yard_read *r, MYSQL *my, const char *sql);
/* The row of r->key; false when there is none. */
bool yard_read_one(struct yard_read *r);
/* Hexadecimal digits, dashes between them; false: not n bytes. */
bool yard_unhex(const char *text, unsigned char *out, size_t n);

#endif
