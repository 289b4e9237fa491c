#include "questions.h"


#include "arena.h"
#include "buf.h"

#define FILE_MAX	(64 * 1024)
#define TEXT_MAX	500	/* bytes of a question */

static bool
is_id(struct str s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
		    "WXYZ0123456789-_", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	return s.len > 0 && s.len <= QUESTION_ID_MAX;
}

const struct question *
questions_find(const struct questions *q, struct str id)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		if (str_eq(q->items[i].id, id))
			return &q->items[i];
	return NULL;
}

/* items has room for QUESTIONS_MAX. */
static const char *
add(struct question *items, size_t *n, struct str line)
{
	const struct questions have = { items, *n };
	struct str id;

	line = str_trim(line);
	if (line.len == 0 || line.p[0] == '#')
		return NULL;
	if (*n == QUESTIONS_MAX)
		return "there are too many questions";
	if (!str_has(line, '=') || !str_split(&line, '=', &id))
		return "id=text was expected";
	id = str_trim(id);
	line = str_trim(line);
	if (!is_id(id))
		return "an id of letters, digits, hyphens and underscores "
		    "was expected";
	if (line.len == 0 || line.len > TEXT_MAX)
		return "a question of at most 500 bytes was expected";
	if (questions_find(&have, id) != NULL)
		return "two questions have one id";
	items[(*n)++] = (struct question){ id, line };
	return NULL;
}

static const char *
add_all(struct question *items, size_t *n, struct str text, char sep)
{
	const char *wrong = NULL;
	struct str line;

	while (wrong == NULL && str_split(&text, sep, &line)) {
		if (line.len > 0 && line.p[line.len - 1] == '\r')
			line.len--;
		wrong = add(items, n, line);
	}
	return wrong;
}

static bool
read_file(struct arena *a, struct str path, struct str *out)
{
	struct buf b;

	buf_init(&b, a, FILE_MAX);
	if (!buf_add_file(&b, path.p) || !buf_ok(&b))
		return false;
	*out = buf_view(&b);
	return true;
}

bool
questions_read(struct arena *a, struct str list, struct str file,
    struct questions *out, bool *in_file_out, const char **wrong_out)
{
	struct question *items;
	struct str text;
	size_t n = 0;

	items = ARENA_ARRAY(a, struct question, QUESTIONS_MAX);
	*in_file_out = false;
	*wrong_out = add_all(items, &n, list, ';');
	if (*wrong_out == NULL && file.len > 0) {
		*in_file_out = true;
		*wrong_out = read_file(a, file, &text) ?
		    add_all(items, &n, text, '\n') :
		    "cannot be read, or has more than 64 KiB";
	}
	*out = (struct questions){ items, n };
	return *wrong_out == NULL;
}
