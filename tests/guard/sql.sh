#!/usr/bin/env bash
# SQL stands in lib/store and schema/ alone (S-135).  Values go to the server
# as parameters: no text of SQL is put together, quoted or sent as text, but
# for the words by which lib/db sets up a connection and frames a transaction.
cd "$1" || exit 1
bad=0
begin='SELECT|INSERT( IGNORE)? INTO|UPDATE|DELETE FROM|REPLACE INTO'
begin="$begin|(CREATE|ALTER|DROP|TRUNCATE) TABLE|CALL"
grep -nE "\"($begin) |\"[^\"]*\bSELECT .* FROM\b" cgi-bin/*.[ch] \
    lib/{base,codec,crypto,net,domain}/*.[ch] && bad=1
grep -nE "\"($begin) " lib/db/*.[ch] | grep -v '"SELECT @@' && bad=1
grep -nE '\bmysql_(real_)?escape_string|\bmysql_hex_string' \
    cgi-bin/*.[ch] lib/*/*.[ch] && bad=1
grep -nE '\bmysql_(real_|send_)?query\(' cgi-bin/*.[ch] lib/*/*.[ch] |
    grep -v '^lib/db/db\.c:' && bad=1
[ "$(grep -cE '\bmysql_(real_|send_)?query\(' lib/db/db.c)" = 3 ] || {
	echo "lib/db/db.c sends text at other than the three places known"
	bad=1
}
# The store binds: it formats nothing, but reads the files of schema/.
grep -nE '\b(v?s?n?printf|str_printf|buf_printf|buf_(add|str|cstr))\(' \
    lib/store/*.[ch] | grep -v '^lib/store/store_migrate\.c:' && bad=1
exit $bad
