# ./dev bench: Doorward beside yardsticks of plain C, in one run on one
# machine, as ratios.  Sourced.
#
# Time is never a test: a missed target is printed, and only a wrong answer or
# a server that fails ends the run with an error.  Each row runs the yardstick
# and Doorward in turn, BENCH_REPEAT times for BENCH_SECONDS each, and prints
# the median of the ratios.

BENCH=$VAR/bench
needs_bench="run lighttpd"
bench_rows="check guard bearer login profile registration cgi mixed import
    memory gc size sessions"
bench_small=10000
bench_large=1000000
bench_sessions=${BENCH_SESSIONS:-10000000}
bench_expired=${BENCH_EXPIRED:-1000000}
bench_password=cobalt-meadow-71
bench_key=$(</proc/sys/kernel/random/uuid)

bench_programs()
{
	build_options=(CFLAGS='-g -O2')
	BUILD=$ROOT/build-bench
	build_tree all
	build_tree bench_programs
}

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 }
	END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

least()
{
	printf '%s\n' "$@" | sort -g | head -n 1
}

greatest()
{
	printf '%s\n' "$@" | sort -g | tail -n 1
}

# calc EXPRESSION
calc()
{
	awk "BEGIN { printf \"%.3f\", $1 }"
}

# verdict RATIO at-least|at-most TARGET
verdict()
{
	local op='>='
	[ "$2" = at-most ] && op='<='
	awk "BEGIN { exit !($1 $op $3) }" && printf met || printf missed
}

# row NAME YARDSTICK DOORWARD RATIO SPREAD TARGET VERDICT
row()
{
	printf '%-26s %12s %12s %7s  %-13s %-8s %s\n' "$@" >>"$BENCH/table"
	say "$(tail -n 1 "$BENCH/table")"
}

# compared NAME at-least|at-most TARGET: from the lists of one row; with
# at-most, the ratio of times.
compared()
{
	local i ratios=() r word='>='
	for ((i = 0; i < ${#yard[@]}; i++)); do
		r="${door[i]} / ${yard[i]}"
		[ "$2" = at-most ] && r="${yard[i]} / ${door[i]}" word='<='
		ratios+=("$(calc "$r")")
	done
	r=$(median "${ratios[@]}")
	row "$1" "$(median "${yard[@]}")/s" "$(median "${door[@]}")/s" "$r" \
	    "$(least "${ratios[@]}")-$(greatest "${ratios[@]}")" "$word $3" \
	    "$(verdict "$r" "$2" "$3")"
}

# load PORT ACCOUNTS MS MAX { CONNECTIONS FILE MARK }...: lines of numbers
load()
{
	"$BUILD/tests/bench/load" "$@" 2>"$BENCH/log/load" ||
	    die "The load met an error:
$(head -c 2000 "$BENCH/log/load")
$(tail -n 3 "$BENCH"/*/log/doorward.log "$BENCH"/*/log/web.log 2>/dev/null)"
}

# rate PORT ACCOUNTS CONNECTIONS REQUEST MARK
rate()
{
	local out
	out=$(load "$1" "$2" "$bench_ms" 0 "$3" "$BENCH/$4" "$5") || exit 1
	printf '%s' "${out%% *}"
}

# in_turn A B: functions that add to the lists yard and door
in_turn()
{
	local i
	yard=() door=()
	for ((i = 0; i < bench_repeat; i++)); do
		if ((i % 2)); then
			"$2" && "$1"
		else
			"$1" && "$2"
		fi || exit 1
	done
}

# Requests, with the account's number to be put in.  Tokens of a filled site
# are its accounts' numbers.
bench_requests()
{
	local body='{"email":"user#######@example.com","password":"'
	body+=$bench_password'"}'
	request GET /identity/v2/auth/access_token/validate \
	    "Authorization: Bearer 00000000-0000-4000-8000-00000#######" \
	    >"$BENCH/check"
	request GET "/identity/v2/auth/access_token/validate?access_token=$(
	    )00000000-0000-4000-8000-00000#######" >"$BENCH/check_query"
	request GET /guarded/page.txt \
	    "Authorization: Bearer 00000000-0000-4000-8000-00000#######" \
	    >"$BENCH/guard"
	request GET /identity/v2/auth/account \
	    "Authorization: Bearer 00000000-0000-4000-8000-00000#######" \
	    >"$BENCH/profile"
	{
		request POST /identity/v2/auth/login \
		    "Content-Type: application/json" \
		    "Content-Length: ${#body}"
		printf '%s' "$body"
	} >"$BENCH/login"
}

request()
{
	local method=$1 path=$2
	shift 2
	printf '%s %s HTTP/1.1\r\nHost: localhost\r\n' "$method" "$path"
	printf '%s\r\n' "X-Doorward-ApiKey: $bench_key" "$@" ''
}

# fill NAME N: N verified accounts with one password, each with a session.
# seen_s lies ahead, so that no check writes when somebody was last seen.
fill()
{
	local conf=$BENCH/$1/etc/doorward.conf now
	now=$(date +%s)
	printf '%s' "$bench_password" | "${as_web[@]}" "$BUILD/doorwardctl" \
	    --config "$conf" user add first@example.com --verified \
	    >"$BENCH/log/user" 2>&1 || die "$(<"$BENCH/log/user")"
	fill_sql "$1" "$2" "$now" | database_sql "$bench_short/db" \
	    >"$BENCH/log/fill" || die "$1 could not be filled."
}

fill_sql()
{
	local now=$3
	cat <<-SQL
	USE dw_$1;
	SET autocommit = 1;
	SET @uid = (SELECT uid FROM dw_account);
	CREATE TEMPORARY TABLE n ENGINE=InnoDB
	    SELECT seq - 1 AS i, LPAD(seq - 1, 7, '0') AS digits,
	    CAST(UNHEX(CONCAT('0000000000004000800000000',
	    LPAD(seq - 1, 7, '0'))) AS BINARY(16)) AS uid
	    FROM seq_1_to_$2;
	INSERT INTO dw_account (uid, profile_id, created_s, modified_s,
	    email_verified_s, required_filled, profile)
	    SELECT n.uid, n.uid, $now, $now, $now, 1, a.profile
	    FROM n JOIN dw_account a ON a.uid = @uid;
	INSERT INTO dw_identifier (kind, canonical, uid, given, label,
	    position, verified_s, created_s)
	    SELECT f.kind, CONCAT('user', n.digits, '@example.com'), n.uid,
	    CONCAT('user', n.digits, '@example.com'), f.label, f.position,
	    $now, $now FROM n JOIN dw_identifier f ON f.uid = @uid;
	INSERT INTO dw_password (uid, phc, changed_s)
	    SELECT n.uid, p.phc, $now FROM n
	    JOIN dw_password p ON p.uid = @uid;
	INSERT INTO dw_session (token_hash, kind, uid, generation, family,
	    handle, created_s, auth_s, seen_s, expires_s, ends_s)
	    SELECT UNHEX(SHA2(n.uid, 256)), 1, n.uid, 1, n.uid, n.uid,
	    $now, $now, $now + 86400, $now + 86400, $now + 86400 FROM n;
	ANALYZE TABLE dw_account, dw_identifier, dw_password, dw_session;
	SQL
}

# bench_site NAME ACCOUNTS fcgi|cgi PORT [LIGHTTPD-TEXT]
bench_site()
{
	local site=$BENCH/$1 short=$bench_short/$1
	mkdir -p "$short"
	chmod 755 "$short"
	say "Making a site of $2 accounts..."
	site_make "$site" "http://localhost:$4" "$bench_short/db" "dw_$1" \
	    api.key="$bench_key" limits.requests_per_s=100000 \
	    limits.requests_per_process=1000000000 \
	    mail.per_hour_source=1000000 sott.max_registrations=1000000 \
	    guard.rules="/guarded signed_in"
	fill "$1" "$2"
	site_up "$site" lighttpd "$3" "" "$4" "$short" "${5:-}"
}

# The yardsticks stand behind the same lighttpd, each at a port of its own.
yard_environment()
{
	cat <<-TEXT
	"YARD_SOCKET" => "$bench_short/db", "YARD_DATABASE" => "dw_$1",
	"YARD_USER" => "dw_$1",
	"YARD_PASSWORD" => "$(<"$BENCH/$1/etc/password")"
	TEXT
}

yard_fcgi()
{
	cat <<-TEXT
	\$SERVER["socket"] == "127.0.0.1:$2" {
		fastcgi.server = ( "/" => ((
			"bin-path" => "$bench_short/$1",
			"socket" => "$bench_short/small/$1",
			"bin-environment" => ( $(yard_environment small) ),
			"max-procs" => 4,
			"check-local" => "disable"
		)) )
	}
	TEXT
}

# A static file behind an authorizer: of Doorward, and the yardstick of check,
# which says yes with what it says.
guarded()
{
	cat <<-TEXT
	fastcgi.server = ( "/" => ((
		"bin-path" => "$1", "socket" => "$2",
		"bin-environment" => ( $3 ), "max-procs" => 4,
		"mode" => "authorizer", "check-local" => "disable"
	)) )
	TEXT
}

yard_guard()
{
	mkdir -p "$BENCH/small/htdocs/guarded"
	echo "a guarded page" >"$BENCH/small/htdocs/guarded/page.txt"
	cat <<-TEXT
	\$SERVER["socket"] == "127.0.0.1:$1" {
		$(guarded "$bench_short/yard_check" \
		    "$bench_short/small/yard_guard" \
		    "$(yard_environment small)")
	}
	\$HTTP["url"] =~ "^/guarded/" {
		\$SERVER["socket"] != "127.0.0.1:$1" {
			$(guarded "$bench_short/small/bin/doorward.fcgi" \
			    "$bench_short/small/guard" "\"DOORWARD_CONFIG\" \
			    => \"$BENCH/small/etc/doorward.conf\"")
		}
	}
	TEXT
}

yard_cgi()
{
	cat <<-TEXT
	\$SERVER["socket"] == "127.0.0.1:$1" {
		alias.url = ( "/" => "$bench_short/yard_cgi/" )
		cgi.assign = ( "/yard_cgi" => "" )
		setenv.set-environment = ( $(yard_environment cgi) )
	}
	TEXT
}

bench_start()
{
	local name
	bench_short=$(mktemp -d /tmp/doorward.XXXXXX)
	chmod 755 "$bench_short"
	rm -rf "$BENCH"
	mkdir -p "$BENCH/log"
	for name in yard_check yard_login yard_register yard_cgi; do
		ln -s "$BUILD/tests/bench/$name" "$bench_short/$name"
	done
	database_up "$BENCH/db" "$bench_short/db" --max-connections=400 \
	    --innodb-buffer-pool-size=1G
	# The passwords stand in the text of the yardsticks' configuration.
	for name in small cgi; do
		mkdir -p "$BENCH/$name/etc"
		(umask 077 && random_word 16 >"$BENCH/$name/etc/password")
	done
	port_small=$(free_port) port_check=$(free_port)
	port_login=$(free_port) port_cgi=$(free_port)
	port_register=$(free_port) port_guard=$(free_port)
	port_yard_cgi=$(free_port) port_large=$(free_port)
	bench_site small $bench_small fcgi "$port_small" \
	    "$(yard_fcgi yard_check "$port_check"
	    yard_guard "$port_guard"
	    yard_fcgi yard_login "$port_login"
	    yard_fcgi yard_register "$port_register")"
	bench_requests
}

bench_end()
{
	stop_all "$BENCH"/*/run/*.pid
	[ -n "${bench_short:-}" ] && rm -rf "$bench_short"
	# A gigabyte of accounts is of no use to anybody.
	rm -rf "$BENCH/db/data"
}

# Rows

yard_check()
{
	r=$(rate "$port_check" $bench_small 8 check '"generation"') || exit 1
	yard+=("$r")
}

door_check()
{
	r=$(rate "$port_small" $bench_small 8 check '"expires_in"') || exit 1
	door+=("$r")
}

row_check()
{
	in_turn yard_check door_check
	compared "token check" at-least 0.85
}

yard_guard_once()
{
	r=$(rate "$port_guard" $bench_small 8 guard 'guarded') || exit 1
	yard+=("$r")
}

door_guard()
{
	r=$(rate "$port_small" $bench_small 8 guard 'guarded') || exit 1
	door+=("$r")
}

row_guard()
{
	in_turn yard_guard_once door_guard
	compared "guarded file" at-least 0.8
}

# By query and by header, which costs the same.
check_by_query()
{
	r=$(rate "$port_small" $bench_small 8 check_query '"expires_in"') ||
	    exit 1
	yard+=("$r")
}

row_bearer()
{
	in_turn check_by_query door_check
	compared "check, header : query" at-least 0.97
}

yard_login()
{
	r=$(rate "$port_login" $bench_small 8 login '"access_token"') || exit 1
	yard+=("$r")
	r=$("$BUILD/tests/bench/yard_rate" "$bench_ms") || exit 1
	raw+=("$r")
}

door_login()
{
	r=$(rate "$port_small" $bench_small 8 login '"access_token"') || exit 1
	door+=("$r")
}

row_login()
{
	raw=()
	in_turn yard_login door_login
	compared "password login" at-least 0.90
	# What web server, database and load leave of the processors.
	row "  raw hash rate" "$(median "${raw[@]}")/s" "" \
	    "$(calc "$(median "${door[@]}") / $(median "${raw[@]}")")" "" "" ""
}

yard_cgi_once()
{
	r=$(rate "$port_yard_cgi" $bench_small 1 check '"generation"') ||
	    exit 1
	yard+=("$r")
}

door_cgi_once()
{
	r=$(rate "$port_cgi" $bench_small 1 check '"expires_in"') || exit 1
	door+=("$r")
}

# Against the token check: what a whole profile costs beside a session.
yard_profile()
{
	r=$(rate "$port_small" $bench_small 8 check '"expires_in"') || exit 1
	yard+=("$r")
}

door_profile()
{
	r=$(rate "$port_small" $bench_small 8 profile '"Uid"') || exit 1
	door+=("$r")
}

row_profile()
{
	{
		printf 'USE dw_small; UPDATE dw_account SET profile = '
		sed "s/\\\\/&&/g; s/'/''/g; 1s/^/'/; \$s/\$/'/" \
		    "$ROOT/tests/bench/profile.json"
	} | database_sql "$bench_short/db" >"$BENCH/log/profile" ||
	    die "The profiles could not be filled."
	# Once each: what is kept of an account's rows is made by a first read.
	load "$port_small" $bench_small 0 $bench_small 8 "$BENCH/profile" \
	    '"Uid"' >"$BENCH/log/profile" || exit 1
	in_turn yard_profile door_profile
	compared "profile of 7 KB" at-least 0.70
}

# Of addresses that no run had before.
register_runs=0
request_register()
{
	local body
	register_runs=$((register_runs + 1))
	body='{"Email":"run'$register_runs
	body+='.#######@example.com","Password":"'$bench_password
	body+='","FirstName":"Ada"}'
	{
		request POST /identity/v2/auth/register \
		    "Content-Type: application/json" \
		    "X-Doorward-Sott: $bench_sott" \
		    "Content-Length: ${#body}"
		printf '%s' "$body"
	} >"$BENCH/register"
}

# Numbers are drawn from ten millions, so that hardly one comes twice.
yard_registration()
{
	request_register
	r=$(rate "$port_register" 10000000 8 register '"IsPosted":true') ||
	    exit 1
	yard+=("$r")
}

door_registration()
{
	request_register
	r=$(rate "$port_small" 10000000 8 register '"IsPosted":true') ||
	    exit 1
	door+=("$r")
}

row_registration()
{
	bench_sott=$("${as_web[@]}" "$BUILD/doorwardctl" --config \
	    "$BENCH/small/etc/doorward.conf" --json sott |
	    sed -n 's/.*"Sott":"\([^"]*\)".*/\1/p')
	[ -n "$bench_sott" ] || die "There is no SOTT."
	in_turn yard_registration door_registration
	compared "registration" at-least 0.85
}

row_cgi()
{
	bench_site cgi $bench_small cgi "$port_cgi" \
	    "$(yard_cgi "$port_yard_cgi")"
	in_turn yard_cgi_once door_cgi_once
	compared "token check by plain CGI" at-most 1.5
	process_end "$BENCH/cgi/run/web.pid"
}

logins_alone()
{
	r=$(rate "$port_small" $bench_small 32 login '"access_token"') ||
	    exit 1
	yard+=("$r")
}

logins_and_checks()
{
	local out
	out=$(load "$port_small" $bench_small "$bench_ms" 0 \
	    32 "$BENCH/login" '"access_token"' \
	    2 "$BENCH/check" '"expires_in"') || exit 1
	set -- $out
	door+=("$1")
	checks+=("$6") medians+=("$(calc "$7 / 1000")")
	tails+=("$(calc "$8 / 1000")")
}

row_mixed()
{
	local tail
	checks=() medians=() tails=()
	in_turn logins_alone logins_and_checks
	compared "32 logins, with 2 checks" at-least 0.55
	tail=$(median "${tails[@]}")
	row "  checks meanwhile" "" "$(median "${checks[@]}")/s" "" \
	    "p50 $(median "${medians[@]}") ms" "" ""
	row "  their 99th percentile" "" "$tail ms" "" \
	    "$(least "${tails[@]}")-$(greatest "${tails[@]}")" "<= 10 ms" \
	    "$(verdict "$tail" at-most 10)"
}

# Number, start and resident KiB of each worker of a site.
workers()
{
	local status pid server
	read -r server _ <"$BENCH/$1/run/web.pid"
	for status in /proc/[0-9]*/status; do
		pid=${status#/proc/}
		pid=${pid%/status}
		awk -v parent="$server" -v pid="$pid" '
		$1 == "Name:" { name = $2 }
		$1 == "PPid:" { mine = $2 == parent }
		$1 == "VmRSS:" && mine && name ~ /^doorward/ {
			print pid, $2
		}' "$status" 2>/dev/null
	done
}

# Growth is from the first look at a process to the last; that a process begins
# anew after limits.requests_per_process would hide it, so these do not.
row_memory()
{
	local i pid kib largest=0 growth=0
	local -A first=()
	process_end "$BENCH/small/run/web.pid"
	site_up "$BENCH/small" lighttpd fcgi "" "$port_small" \
	    "$bench_short/small" ""
	for ((i = 0; i < 25; i++)); do
		load "$port_small" $bench_small 0 4000 \
		    7 "$BENCH/check" '"expires_in"' \
		    1 "$BENCH/profile" '"Uid"' >"$BENCH/log/memory"
		while read -r pid kib; do
			[ "$kib" -gt "$largest" ] && largest=$kib
			[ -n "${first[$pid]:-}" ] || {
				first[$pid]=$kib
				continue
			}
			kib=$((kib - first[$pid]))
			[ "$kib" -gt "$growth" ] && growth=$kib
		done < <(workers small)
	done
	[ "$largest" -gt 0 ] || die "No worker was found."
	row "memory, 100 000 requests" "" "$largest KiB" "" "" "<= 12288" \
	    "$(verdict "$largest" at-most 12288)"
	row "  growth in one life" "" "$growth KiB" "" "" "<= 256" \
	    "$(verdict "$growth" at-most 256)"
}

# Seconds that a command takes, as a rate of accounts.
rate_of()
{
	local from to
	from=$(date +%s%N)
	"$@" >"$BENCH/log/import" 2>&1 </dev/null || die "$1 failed:
$(tail -n 5 "$BENCH/log/import")"
	to=$(date +%s%N)
	calc "$bench_import * 1000000000 / ($to - $from)"
}

import_tables="account identifier password"

import_clear()
{
	local table
	for table in $import_tables import; do
		echo "TRUNCATE dw_import.dw_$table;"
	done | database_sql "$bench_short/db"
}

import_sql()
{
	local table
	for table in $import_tables; do
		echo "$1 '$bench_short/rows/$table' $2 dw_import.dw_$table;"
	done | sed "$3" | database_sql "$bench_short/db"
}

load_data()
{
	import_sql "LOAD DATA INFILE" "INTO TABLE" \
	    's/;$/ CHARACTER SET binary;/'
}

# People of another system, each with a name, an address and a hash.
import_lines()
{
	awk -v n="$bench_import" 'BEGIN { for (i = 0; i < n; i++) printf \
	    "{\"emails\":[{\"address\":\"user%07d@example.com\"," \
	    "\"verified_s\":1700000000}],\"created_s\":%d," \
	    "\"profile\":{\"FirstName\":\"Ada\",\"LastName\":" \
	    "\"Example %d\",\"City\":\"London\"},\"password\":" \
	    "{\"hash\":" \
	    "\"$2y$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234" \
	    "\"}}\n", i, 1600000000 + i, i }'
}

import_lines_in()
{
	"${as_web[@]}" "$BUILD/doorwardctl" --config \
	    "$BENCH/import/etc/doorward.conf" user import "$bench_short/lines"
}

yard_import()
{
	import_clear
	r=$(rate_of load_data) || exit 1
	yard+=("$r")
}

door_import()
{
	import_clear
	r=$(rate_of import_lines_in) || exit 1
	door+=("$r")
}

# The rows for LOAD DATA are those that an import has made.
row_import()
{
	bench_import=100000
	site_make "$BENCH/import" http://localhost "$bench_short/db" dw_import
	mkdir -m 777 "$bench_short/rows"
	import_lines >"$bench_short/lines"
	door_import
	import_sql "SELECT * INTO OUTFILE" FROM ''
	in_turn yard_import door_import
	compared "import, 100 000 accounts" at-least 0.25
}

small_check()
{
	r=$(rate "$port_small" $bench_small 8 check '"expires_in"') || exit 1
	yard+=("$r")
}

large_check()
{
	r=$(rate "$port_large" $bench_large 8 check '"expires_in"') || exit 1
	door+=("$r")
}

small_login()
{
	r=$(rate "$port_small" $bench_small 8 login '"access_token"') || exit 1
	yard+=("$r")
}

large_login()
{
	r=$(rate "$port_large" $bench_large 8 login '"access_token"') || exit 1
	door+=("$r")
}

row_size()
{
	bench_site large $bench_large fcgi "$port_large"
	in_turn small_check large_check
	compared "check, 1 000 000 accounts" at-least 0.9
	in_turn small_login large_login
	compared "login, 1 000 000 accounts" at-least 0.9
}

# sessions_sql NAME N EXPIRES: N sessions of nobody, between which those of the
# accounts lie.  In the order of all their keys: it is their number that is to
# be felt, not how they got there.
sessions_sql()
{
	local step=500000 from
	cat <<-SQL
	USE dw_$1;
	SET autocommit = 1;
	SET unique_checks = 0;
	SQL
	for ((from = 0; from < $2; from += step)); do
		cat <<-SQL
		INSERT INTO dw_session (token_hash, kind, uid, generation,
		    family, handle, created_s, auth_s, seen_s, expires_s,
		    ends_s)
		    SELECT UNHEX(RPAD(LPAD(HEX((seq + $from)
		    * (0x7fffffffffffffff DIV $2) * 2), 16, '0'), 64, '1')),
		    1, n.id, 1, n.id, n.id, $3, $3, $3, $3, $3
		    FROM (SELECT seq, CAST(UNHEX(LPAD(HEX(seq + $from), 32,
		    '0')) AS BINARY(16)) AS id FROM seq_1_to_$step) AS n
		    WHERE seq + $from <= $2 ORDER BY seq;
		SQL
	done
	echo "ANALYZE TABLE dw_session;"
}

sessions_add()
{
	say "Making $2 sessions..."
	sessions_sql "$@" | database_sql "$bench_short/db" \
	    >"$BENCH/log/sessions" || die "There are no $2 sessions."
}

many_check()
{
	r=$(rate "$port_many" $bench_small 8 check '"expires_in"') || exit 1
	door+=("$r")
}

sessions_written()
{
	local dirty
	dirty=$(echo "SET GLOBAL innodb_max_dirty_pages_pct = 0;
	    SHOW STATUS LIKE 'Innodb_buffer_pool_pages_dirty'" |
	    database_sql "$bench_short/db" | awk 'NR == 2 { print $2 }')
	[ "$dirty" -lt 1000 ]
}

row_sessions()
{
	port_many=$(free_port)
	bench_site many $bench_small fcgi "$port_many"
	sessions_add many "$bench_sessions" $(($(date +%s) + 86400))
	# They are on the disk, and those in use in memory, as in a site's life.
	wait_for 120 sessions_written
	many_check
	door=()
	in_turn small_check many_check
	compared "check, $bench_sessions sessions" at-least 0.9
	process_end "$BENCH/many/run/web.pid"
	echo "TRUNCATE dw_many.dw_session" | database_sql "$bench_short/db"
}

# The 95th percentile of logins, in ms: quiet, and while expired sessions are
# removed.  An answer that is none ends the run.
login_tail()
{
	local out
	out=$(load "$port_small" $bench_small "$bench_ms" 0 8 \
	    "$BENCH/login" '"access_token"') || exit 1
	set -- $out
	calc "$5 / 1000"
}

row_gc()
{
	local i quiet=() swept=() tail before pid from left
	for ((i = 0; i < bench_repeat; i++)); do
		quiet+=("$(login_tail)") || exit 1
	done
	sessions_add small "$bench_expired" 1000
	from=$(date +%s%N)
	"${as_web[@]}" "$BUILD/doorwardctl" --config \
	    "$BENCH/small/etc/doorward.conf" gc --seconds 600 \
	    >"$BENCH/log/gc" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		swept+=("$(login_tail)") || exit 1
	done
	wait "$pid" || die "gc failed: $(<"$BENCH/log/gc")"
	left=$(echo "SELECT COUNT(*) FROM dw_small.dw_session
	    WHERE expires_s <= 1000" | database_sql "$bench_short/db" |
	    tail -n 1)
	[ "$left" = 0 ] || die "gc left $left expired sessions."
	before=$(median "${quiet[@]}")
	tail=$(median "${swept[@]}")
	row "p95 of logins, while gc" "$before ms" "$tail ms" \
	    "$(calc "$tail / $before")" \
	    "$(least "${swept[@]}")-$(greatest "${swept[@]}")" "<= 2" \
	    "$(verdict "$(calc "$tail / $before")" at-most 2)"
	row "  $bench_expired rows removed" "" "$(calc \
	    "$bench_expired * 1000000000 / ($(date +%s%N) - $from)")/s" \
	    "" "" "" ""
}

bench()
{
	local rows=${1:-$bench_rows} name
	bench_repeat=${BENCH_REPEAT:-5}
	bench_ms=$((${BENCH_SECONDS:-3} * 1000))
	for name in $rows; do
		declare -F "row_$name" >/dev/null || { usage >&2; exit 2; }
	done
	need build $needs_bench
	mkdir -p "$VAR/log"
	say "Building..."
	bench_programs
	trap 'trap - EXIT; bench_end; exit 1' INT TERM
	trap bench_end EXIT
	bench_start
	row "" yardstick Doorward ratio spread target verdict
	for name in $rows; do
		"row_$name"
	done
	printf '\nMedians of %d runs in turn, %s s each, on %s processors:\n' \
	    "$bench_repeat" "${BENCH_SECONDS:-3}" "$(nproc)"
	cat "$BENCH/table"
}
