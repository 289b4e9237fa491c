#include "store.h"

const struct db_statement store_statements[STMT_COUNT] = {
#define S(name, in, out, text)	{ #name, in, out, text },
#include "statements.def"
#undef S
};
