#!/usr/bin/env bash
# Arrows between layers point down only, judged by the #include lines.
cd "$1" || exit 1
bad=0
allowed()
{
	case $1 in
	cgi-bin) echo "domain codec base cgi-bin" ;;
	domain) echo "domain store crypto net codec base" ;;
	store) echo "store db codec base" ;;
	crypto) echo "crypto codec base" ;;
	net) echo "net codec base" ;;
	codec) echo "codec base" ;;
	db) echo "db base" ;;
	base) echo "base" ;;
	esac
}
for file in cgi-bin/*.[ch] lib/*/*.[ch] lib/*/*.def; do
	layer=$(dirname "$file")
	layer=${layer#lib/}
	while read -r name; do
		case $name in
		*/*) target=${name%%/*} ;;
		*) target=$layer ;;
		esac
		case " $(allowed "$layer") " in
		*" $target "*) ;;
		*) echo "$file includes $name"; bad=1 ;;
		esac
	done < <(sed -nE 's/^\s*#\s*include "([^"]*)".*/\1/p' "$file")
done
# Third-party headers keep to one place, so that they can be replaced.
one_place()
{
	local pattern=$1 place=$2 found
	found=$(grep -rlE "^[[:space:]]*#[[:space:]]*include <($pattern)" \
	    cgi-bin lib | grep -vE "^($place)")
	[ -z "$found" ] || { echo "<$pattern> is included by: $found"; bad=1; }
}
one_place 'mysql.*|errmsg.*|mysqld_error.*|mariadb.*' 'lib/db/'
one_place 'json\.h|json-c/.*|json_.*\.h' 'lib/codec/json\.c'
one_place 'fcgi.*' 'cgi-bin/transport\.c'
one_place 'curl/.*' 'lib/net/'
one_place 'argon2.*|sodium.*' 'lib/crypto/'
one_place 'idn2.*|uni(case|norm|ctype|str|conv|width|types)\.h' 'lib/codec/'
one_place 'openssl/.*' 'lib/crypto/|lib/base/(secret|arena|rand)\.c'
exit $bad
