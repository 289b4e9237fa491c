# ./dev test area: the guard, through each server that can ask it.  Sourced.

needs_area="run node lighttpd apache servers browser php"

# What each guarded folder asks for.
area_rules()
{
	local name rules=
	local readme
	readme=$(sed -n '/^<!-- guard rules -->/,/^```$/s/^rules = //p' \
	    "$ROOT/README.md")
	for name in members shared authnz silent; do
		rules+="${readme//members/$name}; /$name/open anyone;"
		rules+=" /$name/verified verified; /$name/vault factor:10; "
	done
	printf '%s' "$rules"
}

php_snippet()
{
	sed -n '/^<!-- guard php -->/,/^```$/{/^<?php/,/;$/p}' "$ROOT/README.md"
}

# area_folder FOLDER: static files and PHP, the same in each part.
area_folder()
{
	local part
	for part in . open board verified vault; do
		mkdir -p "$1/$part"
		cp "$ROOT/docs/servers/guard-app/index.php" \
		    "$ROOT/tests/area/facts.php" "$1/$part/"
		php_snippet >"$1/$part/readme.php"
		echo '<title>A page</title><h1>Kept</h1>' >"$1/$part/page.html"
	done
	sed -i "s|^\$doorward = '';|\$doorward = '$2';|" "$1"/*/index.php \
	    "$1/index.php"
}

area_lighttpd()
{
	area_folder "$1/htdocs/members" "$3"
	render "$ROOT/docs/servers/guard-lighttpd.conf" "$1/etc/guard.conf" \
	    AREA=/members PROGRAM="$2/bin/doorward.fcgi" \
	    CONFIG="$1/etc/doorward.conf" GUARD="$2/guard" PHP="$2/php"
	cat >>"$1/etc/doorward-server.conf" <<-TEXT
	mimetype.assign = ( ".html" => "text/html" )
	include "$1/etc/guard.conf"
	server.modules += ( "mod_rewrite" )
	url.rewrite-once = ( "^/elsewhere/(.*)$" => "/members/\$1" )
	TEXT
}

# spawned FOLDER NAME COMMAND...: one FastCGI program of spawn-fcgi.
area_spawned()
{
	local site=$1 name=$2
	shift 2
	(cd / && DOORWARD_CONFIG=$site/etc/doorward.conf "${as_web[@]}" \
	    spawn-fcgi -P "$site/run/$name" "$@") \
	    >"$site/log/$name.log" 2>&1 || die "spawn-fcgi failed:
$(<"$site/log/$name.log")"
	process_note "$site" "$name" "$(<"$site/run/$name")"
}

# Within apache_up, of which override and gateway are.
area_apache()
{
	local name port
	port=$(free_port)
	for name in members shared authnz; do
		area_folder "$1/htdocs/$name" "$3"
	done
	render "$ROOT/docs/servers/guard-apache-fcgid.conf" \
	    "$1/etc/guard-fcgid.conf" FOLDER="$1/htdocs/members" \
	    PROGRAM="$2/bin/doorward.fcgi" BASE="$3"
	# As README.md says.
	(cd "$ROOT" && program=$2/bin/doorward.fcgi login=$3/login \
	    folder=$1/htdocs/shared bash -eu) < <(sed -n \
	    '/^<!-- guard htaccess -->/,/^```$/{/^sed/,/htaccess"$/p}' \
	    "$ROOT/README.md") || die "README.md's lines for .htaccess failed."
	area_folder "$1/htdocs/silent" "$3"
	render "$ROOT/docs/servers/guard-apache-authnz.conf" \
	    "$1/etc/guard-authnz.conf" FOLDER="$1/htdocs/authnz" PORT="$port"
	area_spawned "$1" authnz -a 127.0.0.1 -p "$port" -- \
	    "$2/bin/doorward.fcgi"
	override=All
	gateway+="
LoadModule headers_module $modules/mod_headers.so
LoadModule authnz_fcgi_module $modules/mod_authnz_fcgi.so"
	cat >>"$1/etc/doorward-server.conf" <<-TEXT
	AddType text/html .html
	Include "$1/etc/guard-fcgid.conf"
	Include "$1/etc/guard-authnz.conf"
	# As without mod_headers.
	<Directory "$1/htdocs/silent">
		Options +ExecCGI
		AddHandler fcgid-script .php
		FcgidWrapper /usr/bin/php-cgi .php
		FcgidAccessChecker "$2/bin/doorward.fcgi"
		FcgidAccessCheckerAuthoritative On
	</Directory>
	<Directory "$1/htdocs/shared">
		Options +ExecCGI
		DirectoryIndex index.php index.html
		AddHandler fcgid-script .php
		FcgidWrapper /usr/bin/php-cgi .php
	</Directory>
	RewriteEngine On
	RewriteRule "^/elsewhere/(.*)$" "/members/\$1"
	TEXT
}

# The guard's part stands in the server block, in front of what is there.
area_nginx()
{
	local conf=$1/etc/doorward-server.conf
	area_folder "$1/htdocs/members" "$3"
	area_spawned "$1" php -s "$2/php" -M 0600 -F 1 -- /usr/bin/php-cgi
	render "$ROOT/docs/servers/guard-nginx.conf" "$1/etc/guard.conf" \
	    AREA=/members ROOT="$1/htdocs" PHPSOCKET="$2/php"
	sed -i "/^	location ~ /i\\
types { text/html html; }\\
rewrite \"^/elsewhere/(.*)\$\" \"/members/\$1\" last;\\
include \"$1/etc/guard.conf\";" "$conf"
}

# area_site NAME BASE FOLDERS...
area_site()
{
	local name=$1 base=$2 site_more=area_$1
	shift 2
	say "  area behind $name: $*"
	variant "area-$name" "$name" fcgi "$base" proxy.trusted=127.0.0.1 \
	    registration.verification=optional guard.rules="$(area_rules)" \
	    guard.facts="roles email signed_in_s"
	DOORWARD_AREAS=$*
	export DOORWARD_AREAS
	node_tests "area-$name" "$ROOT"/tests/area/*.test.mjs
	site_end
}

part_area()
{
	tests_modules
	case lighttpd in *"${1:-}"*) area_site lighttpd "" members ;; esac
	case apache in *"${1:-}"*)
		area_site apache /auth members shared authnz ;;
	esac
	case nginx in *"${1:-}"*) area_site nginx "" members ;; esac
}
