/*
 * Shows files to a target: those that are named, or its seeds.  So every run
 * of the tests replays them, without clang.
 */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static size_t shown;

static void
show_file(const char *path)
{
	struct stat st;
	char *data;
	FILE *f;

	f = fopen(path, "rb");
	if (f == NULL || fstat(fileno(f), &st) != 0) {
		perror(path);
		exit(1);
	}
	/* Of exactly that size, for the address sanitizer. */
	data = malloc((size_t)st.st_size + (st.st_size == 0));
	must(data != NULL);
	must(fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size);
	fclose(f);
	/* However this ends, the log names the input. */
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput((const uint8_t *)data, (size_t)st.st_size);
	free(data);
	shown++;
}

static void
show(const char *path)
{
	struct dirent **names;
	char inner[4096];
	struct stat st;
	int i, n;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		show_file(path);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	if (n < 0) {
		perror(path);
		exit(1);
	}
	for (i = 0; i < n; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path,
		    names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			show_file(inner);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	int i;

	printf("1..1\n");
	for (i = 1; i < argc; i++)
		show(argv[i]);
	if (argc == 1) {
		snprintf(path, sizeof(path), "%s/tests/fuzz/seeds/%s",
		    top != NULL ? top : ".", fuzz_name);
		show(path);
	}
	printf("%sok 1 - S-149: %s holds its claims on %zu inputs\n",
	    shown > 0 ? "" : "not ", fuzz_name, shown);
	return shown == 0;
}
