#include "store_migrate.h"

#include "base/buf.h"
#include "store.h"

enum err
store_migrate_prepare(struct ctx *c)
{
	db_be_patient(c->db);
	return db_ddl(c, STR("CREATE TABLE IF NOT EXISTS {}schema_version ("
	    "version BIGINT NOT NULL, applied_s BIGINT NOT NULL, "
	    "PRIMARY KEY (version)) ENGINE=InnoDB "
	    "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"));
}

/* MySQL's ALTER TABLE has no IF NOT EXISTS. */
static bool
is_there_already(unsigned number)
{
	return number == 1050 ||	/* table exists */
	    number == 1060 ||		/* column exists */
	    number == 1061 ||		/* index exists */
	    number == 1091;		/* nothing to drop */
}

static enum err
run(struct ctx *c, struct str sql)
{
	enum err e;

	e = db_ddl(c, sql);
	if (e != ERR_OK && is_there_already(db_last_errno(c->db)))
		e = ERR_OK;
	return e;
}

/* A statement ends with a line that ends with ";"; lines of "--" are notes. */
enum err
store_migrate_text(struct ctx *c, struct str text)
{
	struct str line;
	struct buf b;
	enum err e;

	buf_init(&b, c->arena, 256 * 1024);
	while (str_split(&text, '\n', &line)) {
		if (str_starts(line, STR("--")) ||
		    (b.len == 0 && str_trim(line).len == 0))
			continue;
		buf_str(&b, line);
		buf_char(&b, '\n');
		if (!str_ends(str_trim(line), STR(";")))
			continue;
		must(buf_ok(&b));
		while (b.len > 0 && (b.p[b.len - 1] == '\n' ||
		    b.p[b.len - 1] == ';' || b.p[b.len - 1] == ' '))
			b.len--;
		b.p[b.len] = '\0';
		e = run(c, buf_view(&b));
		if (e != ERR_OK)
			return e;
		buf_init(&b, c->arena, 256 * 1024);
	}
	if (b.len > 0)
		return err_set(c, ERR_CONFIG, NULL,
		    "the schema file ends inside a statement");
	return ERR_OK;
}
