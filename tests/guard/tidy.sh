#!/usr/bin/env bash
# clang-tidy finds nothing; .clang-tidy tells what is asked, and why the rest
# is not.  The tests are left to cppcheck: they hold odd text on purpose, and
# the analyzer believes that they go on after a failure.
# tidy.sh ROOT BUILD [FILE...]
# What was clean is not looked at again while it, the headers and the
# questions stay as they are.  The analyzer follows a function through
# LINT_NODES states: a quarter of its own default, which takes twice as long.
cd "$1" || exit 1
kept=$1/var/lint
shift 2
if [ $# = 0 ]; then
	set -- cgi-bin/*.c lib/*/*.c
fi
mkdir -p "$kept"
flags="-std=gnu11 -D_GNU_SOURCE -DDW_FAULTS -Ilib -Icgi-bin
    $(pkg-config --cflags libmariadb json-c libidn2 libcurl)
    -Xclang -analyzer-config -Xclang max-nodes=${LINT_NODES:-56000}"
around=$(cat cgi-bin/*.h lib/*/*.h lib/*/*.def .clang-tidy |
    sha256sum)$flags
look()
{
	local key
	key=$(printf '%s\n' "$around" "$1" | cat - "$1" | sha256sum)
	key=$kept/${key%% *}
	if [ ! -e "$key" ]; then
		clang-tidy-14 --quiet "$1" -- $flags 2>/dev/null || return 1
		: >"$key"
	fi
}
export -f look
export kept flags around
find "$kept" -type f -mtime +14 -delete
printf '%s\0' "$@" |
    xargs -0 -P "$(nproc)" -n 1 bash -c 'look "$1"' look
