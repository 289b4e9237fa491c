#!/usr/bin/env bash
# Functions that cost others dearly are errors of the build, in every file:
# lib/base/banned.h names them, and everything that is compiled includes it.
cd "$1" || exit 1
bad=0
shopt -s nullglob
for file in cgi-bin/*.c lib/*/*.c; do
	deps=
	for deps in "$2/$(dirname "$file")/.deps/"*"$(basename "$file" .c).Po"
	do
		grep -q 'base/banned\.h' "$deps" ||
		    { echo "$file does not include lib/base/banned.h"; bad=1; }
	done
	[ "$deps" ] || { echo "$file is not built"; bad=1; }
done
grep -nE 'GCC diagnostic|clang diagnostic' cgi-bin/*.[ch] lib/*/*.[ch] |
    grep -v '^lib/base/banned\.h:' && bad=1
# Each of these must be refused; gets is in no header any more.
for name in strcpy strcat strncpy strncat stpcpy strtok sprintf vsprintf \
    gmtime localtime ctime asctime atoi atol atoll rand srand random srandom \
    drand48 lrand48 mrand48 system popen mktemp tmpnam tempnam setlocale \
    gets alloca; do
	printf '#include "base/base.h"\nvoid *use(void);\n%s\n' \
	    "void *use(void) { return (void *)$name(sizeof(int)); }" |
	    gcc -std=gnu11 -D_GNU_SOURCE -Ilib -Walloca -S -o /dev/null \
	    -x c - 2>&1 |
	    grep -qE "$name. is deprecated|implicit.*$name|alloca" ||
	    { echo "$name can be used"; bad=1; }
done
grep -q -e -Walloca configure.ac || { echo "no -Walloca"; bad=1; }
exit $bad
