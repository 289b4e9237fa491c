/*
 * The configuration: one INI file, found by DOORWARD_CONFIG, else
 * etc/doorward.conf beside the program's folder or in the user's home.  Read
 * once at start; a wrong value is an error that names the line.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "areas.h"
#include "questions.h"
#include "secret.h"
#include "str.h"

struct arena;

#define KEYS_EARLIER_MAX	16	/* secrets in keys.previous_master */

struct list { const struct str *items; size_t n; };

struct config {
#define TEXT(s, k, d, h)		struct str s##_##k;
#define INT(s, k, d, lo, hi, h)		int64_t s##_##k;
#define BOOL(s, k, d, h)		bool s##_##k;
#define LIST(s, k, d, h)		struct list s##_##k;
#define CHOICE(s, k, d, c, h)		struct str s##_##k;
#define SECRET(s, k, h)			struct secret s##_##k;
#include "settings.def"
#undef TEXT
#undef INT
#undef BOOL
#undef LIST
#undef CHOICE
#undef SECRET
	struct str file;	/* the file that was read */
	struct str site_origin;	/* "https://example.com[:port]", lower case */
	struct str site_base;	/* path of site.url without its end slash */
	bool site_https;
	bool site_loopback;	/* host localhost, 127.0.0.0/8 or [::1] */
	struct areas areas;	/* of guard.rules */
	struct questions questions;	/* of questions.list and .file */
	struct str program_dir;	/* folder that holds cgi-bin/ or bin/ */
};

/* A description of one setting, for sample file, manual and check. */
struct setting {
	const char *section, *key, *type, *def, *choices, *help;
	int64_t min, max;
};
extern const struct setting settings[];
extern const size_t settings_count;

/*
 * Where the configuration is: the given path if not NULL, else
 * DOORWARD_CONFIG, else etc/doorward.conf beside the folder of the file that
 * was started (AT_EXECFN; it may be a text file of which the first line is
 * "#!" and the program's path), else beside the program's own folder, else in
 * the user's home.  NULL when there is none.
 */
const char *config_find(struct arena *a, const char *given);
/*
 * Read and judge.  a lives as long as the process.  On failure *error_out
 * (in a) says "FILE:LINE: what is wrong and what was expected".  A file that
 * group or others can read, secrets that are short, defaults or samples, and
 * test settings on a site that is not loopback are failures too.
 */
MUST_CHECK bool config_read(struct arena *a, const char *file,
    struct config **out, const char **error_out);
/* The same from memory; for tests and fuzzing.  No file mode to judge. */
MUST_CHECK bool config_parse(struct arena *a, struct str text,
    const char *name, struct config **out, const char **error_out);
/* Where shipped data is ("templates", "schema"): below the program's folder,
 * or below share/doorward there. */
const char *config_data_dir(struct arena *a, const struct config *c,
    const char *name);
/* A commented sample of every setting. */
struct str config_sample(struct arena *a);

/* The words of keys.previous_master, newest first. */
struct list config_earlier_masters(struct arena *a, const struct config *c);
/* The file's text, not judged; its mode is.  For who changes it. */
MUST_CHECK bool config_file_text(struct arena *a, const char *file,
    struct str *out, const char **error_out);
/*
 * The text of a configuration with one setting changed; every other line, and
 * every comment, stays as it is.
 */
struct str config_with(struct arena *a, struct str text, const char *section,
    const char *key, struct str value);

/* What captcha.on may name; NULL ends it. */
extern const char *const captcha_operations[];
/* What an owner may do with custom objects of a name. */
enum object_client { OBJECT_CLIENT_NONE, OBJECT_CLIENT_READ,
	OBJECT_CLIENT_WRITE };
/* An item of objects.names: "colors:write".  False: not of that form. */
bool config_object(struct str item, struct str *name_out,
    enum object_client *client_out);
/* An item of privacy.versions: "1.0@2026-01-01".  False: not of that form. */
bool config_version(struct str item, struct str *version_out,
    int64_t *start_s_out);

bool list_has(const struct list *l, struct str item);	/* ASCII caseless */

#endif
