#!/usr/bin/env bash
# docs/requirements.md is what the tests say, and no requirement of weight 1
# that applies goes without a test.
made=$(mktemp) || exit 1
trap 'rm -f "$made"' EXIT
perl "$1/tests/guard/requirements.pl" "$1" >"$made" || exit 1
cmp -s "$made" "$1/docs/requirements.md" || {
	echo "docs/requirements.md is out of date:"
	echo "perl tests/guard/requirements.pl . >docs/requirements.md"
	exit 1
}
