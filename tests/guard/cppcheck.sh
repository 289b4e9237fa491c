#!/usr/bin/env bash
# cppcheck finds nothing.  cppcheck.sh ROOT BUILD [FILE...]
cd "$1" || exit 1
kept=$1/var/lint/cppcheck
shift 2
[ $# -gt 0 ] || set -- cgi-bin lib tests/unit tests/store
mkdir -p "$kept"
# missingIncludeSystem: libraries' headers are not read; what cppcheck must
#     know of them it knows.
# internalAstError is no exception: a file that it cannot read is not checked.
exec cppcheck --quiet --std=c11 -j "$(nproc)" --error-exitcode=1 \
    --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --cppcheck-build-dir="$kept" \
    -D_GNU_SOURCE -DDW_FAULTS -Ilib -Icgi-bin -Itests/unit -Itests/store \
    --template='{file}:{line}: {severity} {id}: {message}' "$@"
