#!/usr/bin/env bash
# Every guard can fail: each is given a small tree with one fault in it, must
# complain of that fault, and must be content with the tree without it.
here=$1 build=$2 bad=0 tried=0 seen=0
tree=$(mktemp -d /tmp/doorward-guard.XXXXXX) || exit 1
trap 'rm -rf "$tree"' EXIT
(cd "$here" && tar --exclude=node_modules -cf - .ci .clang-tidy configure.ac \
    Makefile.am README.md cgi-bin dev docs lib schema templates tests) |
    tar -C "$tree" -xf - || exit 1

# plant GUARD WORD FILE TEXT: TEXT is added to FILE, and WORD is expected in
# what the guard says.  A guard that reads one file only is given that file.
plant()
{
	local guard=$1 word=$2 file=$3 text=$4 said status only=()
	case $guard in tidy | cppcheck) only=("$file") ;; esac
	tried=$((tried + 1))
	[ -e "$tree/$file" ] && cp "$tree/$file" "$tree/kept"
	printf "$text" >>"$tree/$file"
	said=$(bash "$here/tests/guard/$guard.sh" "$tree" "$build" \
	    "${only[@]}" 2>&1)
	status=$?
	rm "$tree/$file"
	[ -e "$tree/kept" ] && mv "$tree/kept" "$tree/$file"
	case $status/$said in
	0/*) echo "$guard.sh does not see: $text" ;;
	*"$word"*) seen=$((seen + 1)); return ;;
	*) echo "$guard.sh says of $text: $said" ;;
	esac
	bad=1
}

content()
{
	local guard
	for guard; do
		bash "$here/tests/guard/$guard.sh" "$tree" "$build" || {
			echo "$guard.sh does not like the tree as it is"
			bad=1
		}
	done
}

content format html layers secrets sources sql
plant format "carriage return" cgi-bin/web.c 'int x;\r\n'
plant format "blanks at the end" lib/base/str.h '/* x */ \n'
plant format "80 columns" dev '# %080d\n'
plant format "no line end" README.md 'x'
plant format "indent by tabs" lib/db/db.c 'int x[] = {\n        1 };\n'
plant format "starts its line" lib/db/db.c 'int x(void)\n{\n}\n'
plant format "empty lines" schema/0001_base.sql '\n'
plant format "JavaScript" tests/http/api.mjs '\tx;\n'
plant html "web.c" cgi-bin/web.c 'const char *x = "<p class=";\n'
plant layers "str.h includes" lib/base/str.h '#include "db/db.h"\n'
plant layers "openssl" lib/domain/login.c '#include <openssl/evp.h>\n'
plant secrets "guard.c" cgi-bin/guard.c 'int x = memcmp(a, b, 3);\n'
plant secrets "token.c" lib/crypto/token.c 'bool x = str_eq(mac, b);\n'
plant sources "new.c is in no" lib/base/new.c 'int x;\n'
plant sources "SCHEMA_NEWEST" schema/0999_new.sql 'SELECT 1;\n'
plant sql "login.c" lib/domain/login.c 'char *x = "SELECT a FROM b";\n'
plant sql "store_login.c" lib/store/store_login.c 'buf_printf(b, "x");\n'
plant sql "db.c" lib/db/db.c 'int x = mysql_query(my, text);\n'
plant sql "escape" lib/store/store.c 'mysql_real_escape_string(a);\n'
plant headers "new.h" lib/base/new.h 'struct str x;\n'
plant headers "http.h first" cgi-bin/http.c '#include "web.h"\n'
plant banned "diagnostic" lib/base/str.c '#pragma GCC diagnostic push\n'
plant banned "new.c is not built" lib/base/new.c 'int x;\n'
plant tidy "[bugprone-" lib/base/new.c \
    'int x(int s);\nint x(int s)\n{\n\treturn s > 4 ? 1 : 1;\n}\n'
plant tidy "[clang-analyzer-core.NullDereference" lib/base/new.c \
    'int x(void);\nint x(void)\n{\n\tint *p = 0;\n\n\treturn *p;\n}\n'
plant cppcheck "nullPointer" lib/base/new.c \
    'int x(void)\n{\n\tint *p = 0;\n\n\treturn *p;\n}\n'

# A program with none of the flags is not hardened.
cp "$build/doorward.fcgi" "$build/doorwardctl" "$tree" || exit 1
said=$(bash "$here/tests/guard/links.sh" "$here" "$tree") || {
	echo "links.sh does not like the programs as they are: $said"
	bad=1
}
printf '#include <stdio.h>\nint main(void) { char b[9];
return snprintf(b, 9, "%%s", gets); }\n' | sed 's/gets/"x"/' >"$tree/soft.c"
gcc -O1 -no-pie -fno-stack-protector -U_FORTIFY_SOURCE -Wl,-z,norelro,-z,lazy \
    -Wl,-z,execstack "$tree/soft.c" -o "$tree/doorwardctl" 2>/dev/null ||
    exit 1
said=$(bash "$here/tests/guard/links.sh" "$here" "$tree")
for word in "no PIE" "no RELRO" "no full RELRO" "executable stack" \
    "no stack protector" "no fortified"; do
	tried=$((tried + 1))
	case $said in
	*"doorwardctl "*"$word"*) seen=$((seen + 1)) ;;
	*) echo "links.sh does not see: $word"; bad=1 ;;
	esac
done
echo "$tried faults tried, $seen seen"
exit $bad
