#!/usr/bin/env bash
# HTML stands in templates alone.
cd "$1" || exit 1
! grep -nE '"[^"]*<(html|head|body|form|input|div|p|a|h1|h2|span|label|button)[ >]' \
    cgi-bin/*.[ch] lib/*/*.[ch] | grep -v 'lib/codec/template'
