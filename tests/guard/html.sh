#!/usr/bin/env bash
# HTML stands in templates alone.
cd "$1" || exit 1
tags='html|head|body|form|input|div|p|a|h1|h2|span|label|button|script|style'
! grep -nE "\"[^\"]*<($tags|img|link|meta|table|ul|li)[ >]" \
    cgi-bin/*.[ch] lib/*/*.[ch] | grep -v 'lib/codec/template'
