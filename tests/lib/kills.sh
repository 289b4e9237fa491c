# ./dev test kills: processes that die, clocks that jump, mail servers that
# fail, floods and races.  Sourced.

needs_kills="run node lighttpd"

# A front as site_up starts it: lighttpd before FastCGI processes that
# tests/kills/spawner.pl keeps.  $workers is their number, spawn_in a command
# that the spawner is started through.
workers=4
spawn_in=()
spawned_up()
{
	local site=$1 port=$4 short=$5 ipv6=
	ipv6_here && ipv6='$SERVER["socket"] == "[::1]:'$port'" { }'
	process_run "$site" spawner "${spawn_in[@]}" "${as_web[@]}" env \
	    DOORWARD_CONFIG="$site/etc/doorward.conf" perl \
	    "$ROOT/tests/kills/spawner.pl" "$short/fcgi" "$workers" \
	    "$short/bin/doorward.fcgi"
	cat >"$site/etc/doorward-server.conf" <<-TEXT
	server.modules += ( "mod_fastcgi" )
	fastcgi.server = ( "/" => ((
		"socket" => "$short/fcgi",
		"check-local" => "disable",
		"fix-root-scriptname" => "enable"
	)) )
	TEXT
	render "$ROOT/tests/lib/lighttpd.conf" "$site/etc/lighttpd.conf" \
	    PORT="$port" IPV6="$ipv6" SITE="$site" DEMO=""
	wait_for 20 test -S "$short/fcgi" ||
	    die "The spawner did not start: $(tail "$site/log/spawner.log")"
	process_run "$site" web "${as_web[@]}" lighttpd -D \
	    -f "$site/etc/lighttpd.conf"
}

# kills_site NAME WANTED FILE [section.key=value...]: FILE against such a site
kills_site()
{
	local name=$1 wanted=$2 file=$3
	shift 3
	[ -z "$wanted" ] || [ "$wanted" = "$name" ] || return 0
	kills_ran=1
	say "  kills/$name"
	variant "kills-$name" spawned fcgi "" mail.per_hour=10000 \
	    mail.per_day=10000 mail.per_hour_source=100000 "$@"
	export DOORWARD_SOCKET=$tests_short/db \
	    DOORWARD_DATABASE=dw_kills_$name \
	    DOORWARD_SHORT=$tests_short/kills-$name
	node_tests "kills-$name" "$ROOT/tests/kills/$file"
	process_end "$site/run/web.pid"
	process_end "$site/run/spawner.pid"
	grep '^# ' "$TESTS/log/kills-$name.tap" |
	    grep -E 'tried|median' | sed 's/^# /    /' >&2
}

part_kills()
{
	local wanted=${1:-} kills_ran=
	workers=16 kills_site races "$wanted" races.test.mjs
	workers=16 kills_site codes "$wanted" codes.test.mjs \
	    registration.verify_by=code password.reset_by=code \
	    sott.single_use=yes login.max_failures=3
	workers=4 kills_site kill "$wanted" kill.test.mjs
	spawn_in=(env TZ=CET-1CEST,M3.5.0,M10.5.0/3)
	workers=4 kills_site clock "$wanted" clock.test.mjs
	spawn_in=()
	smtp_port=$(free_port)
	export DOORWARD_SMTP_PORT=$smtp_port
	workers=4 kills_site smtp "$wanted" smtp.test.mjs \
	    mail.transport=smtp mail.host=127.0.0.1 mail.port="$smtp_port" \
	    mail.security=plain
	[ -n "$kills_ran" ] || {
		say "    not ok - no part of kills is named so"
		failed=$((failed + 1))
	}
}
