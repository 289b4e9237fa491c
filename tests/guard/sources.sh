#!/usr/bin/env bash
# Every source file is built, and the newest schema is the one that the
# program expects.
cd "$1" || exit 1
bad=0
for file in cgi-bin/*.[ch] lib/*/*.[ch] lib/*/*.def tests/unit/test_*.c \
    tests/store/test_*.c tests/fuzz/test_*.c; do
	grep -qrF "$file" cgi-bin/sources.am lib/*/sources.am \
	    tests/{unit,store,fuzz}/sources.am ||
	    { echo "$file is in no sources.am"; bad=1; }
done
newest=$(ls schema/[0-9]*.sql | tail -n 1)
newest=$((10#$(basename "$newest" | cut -c1-4)))
grep -q "define SCHEMA_NEWEST[[:space:]]*$newest$" lib/domain/site.c ||
    { echo "SCHEMA_NEWEST in lib/domain/site.c is not $newest"; bad=1; }
exit $bad
