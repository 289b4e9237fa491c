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

# A memory group below our own one, or above it where that may have no
# children: cgroup v1 or v2, as root.  Sets memory_group, or nothing.
memory_group_make()
{
	local bytes=$1 root path limit
	memory_group=
	[ "$(id -u)" = 0 ] || return 0
	if [ -d /sys/fs/cgroup/memory ]; then
		root=/sys/fs/cgroup/memory limit=memory.limit_in_bytes
		path=$(awk -F: '$2 ~ /(^|,)memory(,|$)/ { print $3 }' \
		    /proc/self/cgroup)
	else
		root=/sys/fs/cgroup limit=memory.max
		path=$(awk -F: '$1 == 0 { print $3 }' /proc/self/cgroup)
	fi
	while :; do
		memory_group=$root${path%/}/doorward-tests.$$
		if mkdir "$memory_group" 2>/dev/null; then
			{ printf '%s' "$bytes" >"$memory_group/$limit" &&
			    sh -c 'echo $$ >"$1/cgroup.procs"' sh \
			    "$memory_group"; } 2>/dev/null && break
			rmdir "$memory_group"
		fi
		memory_group=
		case $path in '' | /) return ;; esac
		path=${path%/*}
	done
	# No swap to flee to, where that can be said.
	for limit in memory.swappiness memory.swap.max; do
		[ -e "$memory_group/$limit" ] &&
		    printf 0 >"$memory_group/$limit"
	done
	return 0
}

memory_group_end()
{
	[ -n "${memory_group:-}" ] || return 0
	wait_for 10 rmdir "$memory_group" 2>/dev/null
	memory_group=
}

# flood_site WANTED: in a memory group, or with bounded address spaces
flood_site()
{
	local megabytes=512
	memory_group_make $((megabytes << 20))
	if [ -n "$memory_group" ]; then
		spawn_in=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"'
		    "$memory_group")
	else
		spawn_in=(prlimit --as=$((megabytes << 20)))
	fi
	export DOORWARD_GROUP=$memory_group
	workers=64 kills_site flood "$1" flood.test.mjs \
	    password.argon2_memory_kib=19456 password.argon2_passes=2
	spawn_in=()
	memory_group_end
}

# kills_site NAME WANTED FILE [section.key=value...]: FILE against such a site
kills_site()
{
	local name=$1 wanted=$2 file=$3
	shift 3
	[ -z "$wanted" ] || [ "$wanted" = "$name" ] || return 0
	kills_ran=1
	say "  kills/$name"
	variant "kills-$name" "${front:-spawned}" fcgi "" mail.per_hour=10000 \
	    mail.per_day=10000 mail.per_hour_source=100000 "$@"
	export DOORWARD_SOCKET=$tests_short/db \
	    DOORWARD_DATABASE="dw_kills_$name" \
	    DOORWARD_SHORT=$tests_short/kills-$name
	disown -a		# some are killed: bash need not say so
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
	workers=4 kills_site deeds "$wanted" deeds.test.mjs \
	    "${phone_settings[@]}" pin.enabled=yes pin.login=yes \
	    questions.enabled=yes questions.reset=yes questions.list="school=\
What was your first school called?; pet=What was your first pet called?" \
	    passwordless.email=link passwordless.phone=yes \
	    one_touch.email=link smart_login.enabled=yes \
	    objects.names=notes:write sms.per_hour=10 \
	    lifetime.phone_code_s=600 \
	    consent.file="$ROOT/tests/kills/consent.json"
	spawn_in=(env TZ=CET-1CEST,M3.5.0,M10.5.0/3)
	workers=4 kills_site clock "$wanted" clock.test.mjs
	spawn_in=()
	workers=4 kills_site workers "$wanted" workers.test.mjs \
	    database.idle_close_s=2
	export DOORWARD_OWN_WORKERS=yes
	front=lighttpd kills_site lighttpd "$wanted" workers.test.mjs \
	    database.idle_close_s=2
	export -n DOORWARD_OWN_WORKERS
	workers=4 kills_site keys "$wanted" keys.test.mjs \
	    password.reset_by=code
	flood_site "$wanted"
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
