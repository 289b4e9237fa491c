#!/usr/bin/env bash
# Each header compiles alone; each .c includes its own header first.
cd "$1" || exit 1
bad=0
flags=$(pkg-config --cflags libmariadb json-c)
for file in cgi-bin/*.h lib/*/*.h; do
	[ "$file" = cgi-bin/routes_pages.h ] && continue
	gcc -std=gnu11 -D_GNU_SOURCE -Ilib -Icgi-bin $flags -fsyntax-only \
	    -x c "$file" 2>/tmp/doorward-header.$$ ||
	    { cat /tmp/doorward-header.$$; bad=1; }
done
rm -f /tmp/doorward-header.$$
for file in cgi-bin/*.c lib/*/*.c; do
	own=$(basename "${file%.c}.h")
	[ -e "$(dirname "$file")/$own" ] || continue
	first=$(sed -n 's/^#include ["<]\([^">]*\)[">].*/\1/p' "$file" |
	    head -n 1)
	[ "$(basename "$first")" = "$own" ] ||
	    { echo "$file does not include $own first"; bad=1; }
done
exit $bad
