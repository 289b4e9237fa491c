/*
 * The statements by name.  Only lib/store includes this, and site.c, which
 * hands the table to lib/db.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "db/db.h"

enum {
#define S(name, in, out, text)	STMT_##name,
#include "statements.def"
#undef S
	STMT_COUNT
};

extern const struct db_statement store_statements[STMT_COUNT];

#endif
