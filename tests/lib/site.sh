# A site: configuration, database, web server, all in one folder.  Sourced.

# build_tree: out of tree, in $BUILD.
build_options=(--enable-faults CFLAGS='-g -O1')
build_tree()
{
	local cc=gcc
	command -v ccache >/dev/null && cc="ccache gcc"
	if [ ! -e "$ROOT/configure" ] ||
	    [ "$ROOT/configure.ac" -nt "$ROOT/configure" ]; then
		(cd "$ROOT" && autoreconf -i) >"$VAR/log/build.log" 2>&1 ||
		    die "autoreconf failed:
$(tail -n 30 "$VAR/log/build.log")"
	fi
	mkdir -p "$BUILD"
	if [ ! -e "$BUILD/Makefile" ]; then
		# By a relative path: the folder's own may have blanks.
		(cd "$BUILD" && ../configure --enable-werror \
		    "${build_options[@]}" CC="$cc") \
		    >>"$VAR/log/build.log" 2>&1 || die "configure failed:
$(tail -n 30 "$VAR/log/build.log")"
	fi
	make -C "$BUILD" -s -j"$(nproc)" "$@" >>"$VAR/log/build.log" 2>&1 ||
	    die "make failed:
$(tail -n 40 "$VAR/log/build.log")"
}

# site_make FOLDER URL DBSOCKET DBNAME [section.key=value...]
site_make()
{
	local site=$1 url=$2 socket=$3 name=$4 pair sets=() conf
	shift 4
	conf=$site/etc/doorward.conf
	mkdir -p "$site"/{etc,log,state,outbox,htdocs,tmp,run}
	[ -e "$site/etc/password" ] ||
	    (umask 077 && random_word 16 >"$site/etc/password")
	database_user "$socket" "$name" "$name" "$(<"$site/etc/password")" ||
	    die "The database user could not be made."
	for pair; do
		sets+=(--set "$pair")
	done
	[ -e "$conf" ] || "$BUILD/doorwardctl" --config "$conf" init \
	    --url "$url" --database-socket "$socket" \
	    --database-name "$name" --database-user "$name" \
	    --database-password-file "$site/etc/password" \
	    --mail-sender "no-reply@example.com" --mail-transport file \
	    --mail-dir "$site/outbox" --state-dir "$site/state" \
	    --log-file "$site/log/doorward.log" \
	    --templates-dir "$ROOT/templates" "${sets[@]}" \
	    >"$site/log/init.log" ||
	    die "doorwardctl init failed."
	# What differs when it is started again: port, socket, moved folder.
	ini_set "$conf" site url "$url"
	ini_set "$conf" database hosts "$socket"
	ini_set "$conf" database password "file:$site/etc/password"
	ini_set "$conf" state dir "$site/state"
	ini_set "$conf" log file "$site/log/doorward.log"
	ini_set "$conf" mail dir "$site/outbox"
	ini_set "$conf" sms dir "$site/outbox"
	ini_set "$conf" templates dir "$ROOT/templates"
	ini_set "$conf" password dictionary_file \
	    "$ROOT/lib/domain/dictionary.bloom"
	chmod 700 "$site/state"
	chmod 755 "$site"
	web_owns "$site"
	"${as_web[@]}" "$BUILD/doorwardctl" --config "$conf" migrate \
	    --schema-dir "$ROOT/schema" >"$site/log/migrate.log" ||
	    die "doorwardctl migrate failed."
	database_reduce "$socket" "$name" "$name"
}

ipv6_here()
{
	[ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6
}

lighttpd_up()
{
	local site=$1 mode=$2 base=$3 port=$4 short=$5 demo=$6 ipv6=
	ipv6_here && ipv6='$SERVER["socket"] == "[::1]:'$port'" { }'
	render "$ROOT/docs/servers/lighttpd-$mode.conf" \
	    "$site/etc/doorward-server.conf" BASE="$base" \
	    PREFIX="${base:-/}" PROGRAM="$short/bin/doorward.fcgi" \
	    CONFIG="$site/etc/doorward.conf" SOCKET="$short/fcgi" \
	    PROCESSES="${site_processes:-4}" ACCESSLOG="$site/log/access.log"
	${site_more:-:} "$site" "$short" "$base"
	render "$ROOT/tests/lib/lighttpd.conf" "$site/etc/lighttpd.conf" \
	    PORT="$port" IPV6="$ipv6" SITE="$site" DEMO="$demo"
	process_run "$site" web "${as_web[@]}" lighttpd -D \
	    -f "$site/etc/lighttpd.conf"
}

# spawn_up FOLDER SHORTFOLDER: the processes for a server that starts none,
# noted like all others, as worker1 to worker4.
spawn_up()
{
	local site=$1 short=$2 pid n=0
	(cd / && DOORWARD_CONFIG=$site/etc/doorward.conf "${as_web[@]}" \
	    spawn-fcgi -s "$short/fcgi" -M 0600 -F 4 -P "$short/pids" -- \
	    "$short/bin/doorward.fcgi") >"$site/log/spawn.log" 2>&1 ||
	    die "spawn-fcgi failed:
$(<"$site/log/spawn.log")"
	while read -r pid || [ -n "$pid" ]; do
		n=$((n + 1))
		process_note "$site" "worker$n" "$pid"
	done <"$short/pids"
}

nginx_up()
{
	local site=$1 base=$3 port=$4 short=$5 listen
	listen=127.0.0.1:$port
	ipv6_here && listen="$listen; listen [::1]:$port"
	spawn_up "$site" "$short"
	render "$ROOT/docs/servers/nginx.conf" \
	    "$site/etc/doorward-server.conf" LISTEN="$listen" \
	    HOST=localhost BASE="$base" SOCKET="$short/fcgi" \
	    ACCESSLOG="$site/log/access.log" \
	    ERRORLOG="$site/log/nginx-doorward.log"
	${site_more:-:} "$site" "$short" "$base"
	render "$ROOT/tests/lib/nginx.conf" "$site/etc/nginx.conf" SITE="$site"
	process_run "$site" web "${as_web[@]}" /usr/sbin/nginx -p "$site" \
	    -e "$site/log/nginx-error.log" -c "$site/etc/nginx.conf"
}

# Each way has its modules and its shipped file.  Where suEXEC starts the
# programs, Apache itself starts as root: mod_fcgid asks for that.
apache_up()
{
	local site=$1 mode=$2 base=$3 port=$4 short=$5 demo=$6 ipv6= gateway=
	local modules=/usr/lib/apache2/modules override=None environment=SetEnv
	local suexec="Suexec Off" login=$base/login file=
	local as_apache=("${as_web[@]}")
	ipv6_here && ipv6="Listen [::1]:$port"
	case $mode in
	*fcgi)
		environment=FcgidInitialEnv
		gateway="LoadModule fcgid_module $modules/mod_fcgid.so
FcgidIPCDir $short
FcgidProcessTableFile $short/fcgid.shm
FcgidMaxProcessesPerClass 4"
		file=apache-fcgid.conf
		;;
	*cgi)
		file=apache-cgid.conf
		;;
	proxy)
		gateway="LoadModule proxy_module $modules/mod_proxy.so
LoadModule proxy_fcgi_module $modules/mod_proxy_fcgi.so"
		file=apache-proxy-fcgi.conf
		spawn_up "$site" "$short"
		;;
	esac
	case $mode in suexec-*)
		suexec="LoadModule suexec_module $modules/mod_suexec.so
User www-data
Group www-data
SuexecUserGroup $web_user $web_user"
		as_apache=()
		chown www-data: "$short"
	esac
	case $mode in
	htaccess-* | suexec-*)
		# As on shared hosting: a web folder with the program in it.
		# suEXEC hands on no environment.
		override=All login=$base/doorward.fcgi/login
		mkdir -p "$site/htdocs$base"
		cp "$BUILD/doorward.fcgi" "$site/htdocs$base/"
		cp "$ROOT/docs/servers/htaccess" "$site/htdocs$base/.htaccess"
		web_owns "$site/htdocs"
		case $mode in
		suexec-*) : ;;
		*) printf '%s DOORWARD_CONFIG "%s"\n' "$environment" \
		    "$site/etc/doorward.conf" ;;
		esac >"$site/etc/doorward-server.conf"
		;;
	*)
		render "$ROOT/docs/servers/$file" \
		    "$site/etc/doorward-server.conf" BASE="$base" \
		    PREFIX="${base:-/}" \
		    PROGRAM="$short/bin/doorward.fcgi" \
		    FOLDER="$short/bin" SOCKET="$short/fcgi" \
		    CONFIG="$site/etc/doorward.conf" \
		    ACCESSLOG="$site/log/access.log" \
		    ERRORLOG="$site/log/apache-error.log"
		;;
	esac
	${site_more:-:} "$site" "$short" "$base"
	# The demo's mailbox is plain CGI.
	gateway="LoadModule cgid_module $modules/mod_cgid.so
ScriptSock $short/cgid
$gateway"
	render "$ROOT/tests/lib/apache.conf" "$site/etc/apache.conf" \
	    PORT="$port" IPV6="$ipv6" SITE="$site" MODULES="$modules" \
	    SUEXEC="$suexec" GATEWAY="$gateway" OVERRIDE="$override" \
	    LOGIN="$login" DEMO="$demo"
	process_run "$site" web "${as_apache[@]}" /usr/sbin/apache2 \
	    -f "$site/etc/apache.conf" -DFOREGROUND
}

# What is added to a server's configuration: a function of site_more, called
# with FOLDER, SHORTFOLDER and BASE.
# site_up FOLDER lighttpd|apache|nginx MODE BASE PORT SHORTFOLDER DEMO
# MODE: fcgi or cgi; of Apache also htaccess-fcgi, -cgi, suexec-fcgi, -cgi and
# proxy; of nginx fcgi.
site_up()
{
	local site=$1 server=$2
	shift 2
	port_used "$3" && die "Port $3 is in use: choose another by PORT=."
	web_owns "$4"
	# By a link: to lighttpd and mod_fcgid the program is a command line,
	# so its path has no blanks.
	mkdir -p "$4/bin"
	ln -sfn "$BUILD/doorward.fcgi" "$4/bin/doorward.fcgi"
	"${server}_up" "$site" "$@"
	site_answers()
	{
		process_alive "$site/run/web.pid" ||
		    die "The web server did not start:
$(tail -n 20 "$site/log/web.log" "$site"/log/*error.log 2>/dev/null)"
		[ "$(curl -s -o "$site/log/first" -w '%{http_code}' \
		    "http://localhost:$port$base/openapi.json")" = 200 ]
	}
	local base=$2 port=$3
	wait_for 30 site_answers || die "Doorward does not answer:
$(tail -n 5 "$site/log/first" "$site/log/doorward.log" \
    "$site"/log/*error.log 2>/dev/null)"
}

# site_env FOLDER URL: what clients of the site need.
site_env()
{
	local conf=$1/etc/doorward.conf
	printf 'DOORWARD_URL=%s\nDOORWARD_API_KEY=%s\n' "$2" \
	    "$(ini_get "$conf" api key)"
	printf 'DOORWARD_API_SECRET=%s\n' "$(ini_get "$conf" api secret)"
}
