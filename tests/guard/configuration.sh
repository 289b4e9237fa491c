#!/usr/bin/env bash
# docs/configuration.md says what the program's table of settings says.
cd "$1" || exit 1
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$2/doorwardctl" sample-config | perl tests/guard/configuration.pl >"$made" ||
    exit 1
[ "$(grep -c '^| `' "$made")" = "$(grep -cE '^[A-Z]+\(' \
    lib/base/settings.def)" ] || {
	echo "not every setting is in it"
	exit 1
}
cmp -s "$made" docs/configuration.md || {
	echo "docs/configuration.md is stale: ./dev docs makes it anew"
	exit 1
}
