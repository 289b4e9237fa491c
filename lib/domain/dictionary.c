/*
 * The file is read at a few places and never whole, so that a process that
 * serves one request pays for what it asks alone.
 */
#include "dictionary.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "crypto/keys.h"

#define HEAD		32	/* bytes before the bits */
#define MAGIC		"doorward bloom 1 "
#define BITS		(1u << 22)
#define PROBES		10	/* of 3 bytes each, from a SHA-256 */

static bool
read_head(int fd, int64_t *entries_out)
{
	struct str head, digits;
	char text[HEAD];
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_size != HEAD + BITS / 8 ||
	    pread(fd, text, HEAD, 0) != HEAD)
		return false;
	head = (struct str){ text, HEAD - 1 };
	if (!str_starts(head, STR(MAGIC)) || text[HEAD - 1] != '\n')
		return false;
	digits = str_trim(str_sub(head, sizeof(MAGIC) - 1, HEAD));
	return str_to_int(digits, 1, BITS, entries_out);
}

/* The file's descriptor; -1 with a note. */
static int
dictionary_open(struct ctx *c, int64_t *entries_out)
{
	const char *path = c->config->password_dictionary_file.p;
	int fd;

	fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1;
	if (fd < 0) {
		(void)err_set(c, ERR_CONFIG, NULL, "%s: %s",
		    path != NULL ? path : "password.dictionary_file",
		    path != NULL ? strerror(errno) : "no such file");
		return -1;
	}
	if (read_head(fd, entries_out))
		return fd;
	close(fd);
	(void)err_set(c, ERR_CONFIG, NULL,
	    "%s is no dictionary of this program", path);
	return -1;
}

/* 1, 0, or -1: it cannot be read. */
static int
bit(int fd, const unsigned char *three)
{
	unsigned at = ((unsigned)three[0] << 16 | (unsigned)three[1] << 8 |
	    three[2]) % BITS;
	unsigned char byte;

	if (pread(fd, &byte, 1, (off_t)(HEAD + at / 8)) != 1)
		return -1;
	return byte >> at % 8 & 1;
}

static bool
probe(int fd, struct str folded)
{
	unsigned char digest[32];
	size_t i;

	sha256(folded.p, folded.len, digest);
	for (i = 0; i < PROBES; i++)
		if (bit(fd, digest + 3 * i) != 1)
			return false;
	return true;
}

bool
dictionary_has(struct ctx *c, struct str folded)
{
	struct err_detail before = c->err;
	int64_t entries;
	bool has;
	int fd;

	fd = dictionary_open(c, &entries);
	if (fd < 0) {
		log_write(c, LOG_ERROR, "dictionary", "%s", c->err.note);
		c->err = before;
		return false;
	}
	has = probe(fd, folded);
	close(fd);
	return has;
}

enum err
dictionary_check(struct ctx *c, int64_t *entries_out)
{
	int fd;

	fd = dictionary_open(c, entries_out);
	if (fd < 0)
		return ERR_CONFIG;
	close(fd);
	return ERR_OK;
}
