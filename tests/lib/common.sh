# What ./dev and tests/site share: messages, processes that are ended again,
# free ports, INI files.  Sourced by bash; ROOT is the top of the tree.

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Replace @NAME@ in a text file: render IN OUT NAME=VALUE...
render()
{
	local text out=$2 pair
	text=$(<"$1") || return 1
	shift 2
	for pair; do
		text=${text//"@${pair%%=*}@"/"${pair#*=}"}
	done
	printf '%s\n' "$text" >"$out"
}

# ini_get FILE SECTION KEY
ini_get()
{
	awk -v section="$2" -v key="$3" '
	/^[ \t]*\[/ { sub(/^[ \t]*\[/, ""); sub(/\].*/, ""); at = $0; next }
	at == section && match($0, "^[ \t]*" key "[ \t]*=[ \t]*") {
		value = substr($0, RLENGTH + 1)
	}
	END { print value }' "$1"
}

# ini_set FILE SECTION KEY VALUE: keeps the file's owner, mode and comments.
ini_set()
{
	local text
	text=$(VALUE=$4 awk -v section="$2" -v key="$3" '
	function put() { print key " = " ENVIRON["VALUE"]; done = 1 }
	/^[ \t]*\[/ {
		if (at == section && !done) put()
		at = $0; sub(/^[ \t]*\[/, "", at); sub(/\].*/, "", at)
		print; next
	}
	at == section && $0 ~ "^[ \t]*" key "[ \t]*=" {
		if (!done) put()
		next
	}
	{ print }
	END {
		if (done) exit
		if (at != section) print "[" section "]"
		put()
	}' "$1") || return 1
	printf '%s\n' "$text" >"$1"
}

# The start time of a process tells it from a later one of the same number.
process_start()
{
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
	stat=${stat##*) }
	set -- $stat
	printf '%s' "${20}"
}

# process_run FOLDER NAME COMMAND...: in the background, in its own session,
# output to FOLDER/log/NAME.log, noted in FOLDER/run/NAME.pid.
process_run()
{
	local folder=$1 name=$2 pid
	shift 2
	mkdir -p "$folder/log" "$folder/run" || return 1
	setsid "$@" </dev/null >>"$folder/log/$name.log" 2>&1 &
	process_note "$folder" "$name" $!
	disown $!
}

# process_note FOLDER NAME PID
process_note()
{
	printf '%s %s\n' "$3" "$(process_start "$3")" >"$1/run/$2.pid"
}

process_alive()
{
	local pid start
	read -r pid start 2>/dev/null <"$1" || return 1
	[ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ] &&
	    ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null
}

# process_end PIDFILE: SIGTERM, and SIGKILL after 20 s.
process_end()
{
	local pid start i
	[ -e "$1" ] || return 0
	read -r pid start <"$1"
	if process_alive "$1"; then
		kill -TERM "$pid" 2>/dev/null
		for ((i = 0; i < 400; i++)); do
			process_alive "$1" || break
			sleep 0.05
		done
		process_alive "$1" && kill -KILL -- "-$pid" "$pid" 2>/dev/null
	fi
	rm -f "$1"
}

# Is something listening there?  port_used PORT
port_used()
{
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null ||
	    (exec 3<>"/dev/tcp/::1/$1") 2>/dev/null
}

free_port()
{
	local port
	while :; do
		port=$((${ports_from:-20000} +
		    (RANDOM * 32768 + RANDOM) % 6000))
		port_used "$port" || break
	done
	printf '%s' "$port"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# Web servers and Doorward never run as root.  As root they get the user
# www-data, which every Debian has; where that user may not enter the folder
# of the tree, with the one capability that lets it.
as_web=()
web_user=$(id -un)
web_enters=1
web_user_find()
{
	[ "$(id -u)" = 0 ] || return 0
	web_user=www-data
	as_web=(setpriv --reuid=www-data --regid=www-data --clear-groups)
	"${as_web[@]}" test -r "$ROOT/dev" && return 0
	web_enters=
	as_web+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
}

web_owns()
{
	[ "$(id -u)" != 0 ] || chown -R "$web_user:" "$@"
}
