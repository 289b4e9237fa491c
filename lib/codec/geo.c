#include "geo.h"

#include "base/arena.h"
#include "base/base.h"
#include "base/load.h"

#ifdef HAVE_MAXMINDDB

#include <maxminddb.h>

static struct {
	int (*open)(const char *file, uint32_t flags, MMDB_s *db);
	MMDB_lookup_result_s (*lookup)(const MMDB_s *db, const char *address,
	    int *gai_error, int *mmdb_error);
	int (*value)(MMDB_entry_s *start, MMDB_entry_data_s *data,
	    const char *const *path);
	const char *(*text)(int error);
} mmdb;

static bool
load(void)
{
	static const struct load_symbol symbols[] = {
		{ &mmdb.open, "MMDB_open" },
		{ &mmdb.lookup, "MMDB_lookup_string" },
		{ &mmdb.value, "MMDB_aget_value" },
		{ &mmdb.text, "MMDB_strerror" }
	};
	static bool ready;

	if (!ready)
		ready = load_symbols("libmaxminddb.so.0", symbols,
		    COUNT(symbols));
	return ready;
}

/* One file for the life of a process, opened once, however that went. */
static const MMDB_s *
database(const char *file, const char **why_out)
{
	static MMDB_s db;
	static const char *tried;
	static int error;

	if (!load()) {
		*why_out = "libmaxminddb.so.0 is not installed";
		return NULL;
	}
	if (tried == NULL || strcmp(tried, file) != 0) {
		tried = file;
		error = mmdb.open(file, MMDB_MODE_MMAP, &db);
	}
	if (error != MMDB_SUCCESS) {
		*why_out = mmdb.text(error);
		return NULL;
	}
	return &db;
}

static struct str
text_at(struct arena *a, MMDB_entry_s *entry, const char *const *path)
{
	MMDB_entry_data_s d;

	if (mmdb.value(entry, &d, path) != MMDB_SUCCESS || !d.has_data ||
	    d.type != MMDB_DATA_TYPE_UTF8_STRING)
		return STR_NONE;
	return str_dup(a, (struct str){ d.utf8_string, d.data_size });
}

bool
geo_check(const char *file, const char **why_out)
{
	return database(file, why_out) != NULL;
}

struct geo_place
geo_find(struct arena *a, const char *file, struct str address)
{
	static const char *const city[] = { "city", "names", "en", NULL };
	static const char *const country[] = { "country", "iso_code", NULL };
	struct geo_place p = { STR_NONE, STR_NONE };
	int gai = 0, error = MMDB_SUCCESS;
	MMDB_lookup_result_s found;
	const MMDB_s *db;
	const char *why;

	db = database(file, &why);
	if (db == NULL || !str_present(address))
		return p;
	found = mmdb.lookup(db, str_cstr(a, address), &gai, &error);
	if (gai != 0 || error != MMDB_SUCCESS || !found.found_entry)
		return p;
	p.city = text_at(a, &found.entry, city);
	p.country = text_at(a, &found.entry, country);
	return p;
}

#else

bool
geo_check(const char *file, const char **why_out)
{
	(void)file;
	*why_out = "built without libmaxminddb";
	return false;
}

struct geo_place
geo_find(struct arena *a, const char *file, struct str address)
{
	(void)a;
	(void)file;
	(void)address;
	return (struct geo_place){ STR_NONE, STR_NONE };
}

#endif
