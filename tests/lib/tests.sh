# ./dev test: every part, its counts, and one closing line.  Sourced.

# In the order in which they run; the first ones beside the second ones, with
# what they have of their own: what waits leaves room for what computes.
tests_beside=(lint unit fuzz sanitize)
tests_first=(store cgi http pages area)
tests_last=(faults kills)
tests_parts=("${tests_beside[@]}" "${tests_first[@]}" "${tests_last[@]}")
passed=0 failed=0 skipped=0
needs_lint="lint"
needs_unit="unit"
needs_store="run"
needs_cgi="run node lighttpd"
needs_http="run node lighttpd apache servers tls"
needs_pages="run node lighttpd browser"
TESTS=$VAR/test
tag=	# before the name of a site and a log, where a part runs twice

# count FILE: TAP of one program; failures and skipped tests are named.  cmocka
# writes "not ok ... # SKIP" for a skipped one.
count()
{
	local p f s skip='^[[:space:]]*(not )?ok .*# *skip'
	s=$(grep -ciE "$skip" "$1")
	f=$(grep -viE "$skip" "$1" | grep -cE '^[[:space:]]*not ok ')
	p=$(grep -viE "$skip" "$1" | grep -cE '^[[:space:]]*ok ')
	grep -viE "$skip" "$1" | grep -E '^[[:space:]]*not ok ' |
	    sed 's/^/    /'
	grep -iE "$skip" "$1" |
	    sed -E 's/^.*# *skip */    skipped: /I'
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# program NAME COMMAND...: TAP on standard output, one result at least.
program()
{
	local name=$1 log=$TESTS/log/$tag${1//\//_}.tap status before=$failed
	local ran=$((passed + skipped))
	shift
	"$@" </dev/null >"$log" 2>"$log.err"
	status=$?
	count "$log"
	sed -n 's/^# \(vectors: \)/  \1/p' "$log" >&2
	if [ "$failed" = "$before" ]; then
		if [ "$status" != 0 ]; then
			say "    not ok - $name ended with $status"
			tail -n 15 "$log" "$log.err" | sed 's/^/      /' >&2
			failed=$((failed + 1))
		elif [ $((passed + skipped)) = "$ran" ]; then
			say "    not ok - $name ran no test"
			failed=$((failed + 1))
		fi
	else
		tail -n 40 "$log.err" | sed 's/^/      /' >&2
		[ "${VERBOSE:-}" ] && cat "$log" >&2
	fi
}

programs()
{
	local folder=$1 wanted=${2:-} path name
	for path in "$ROOT/tests/$folder"/test_*.c; do
		name=$(basename "$path" .c)
		case $name in *"$wanted"*)
			program "$folder/$name" env top_srcdir="$ROOT" \
			    DW_DATA="${DW_DATA:-$ROOT/../shared/data}" \
			    CMOCKA_MESSAGE_OUTPUT=TAP \
			    "$BUILD/tests/$folder/$name"
		esac
	done
}

part_lint()
{
	local script
	for script in "$ROOT"/tests/guard/*${1:-}*.sh; do
		if bash "$script" "$ROOT" "$BUILD" \
		    >"$TESTS/log/lint.log" 2>&1; then
			passed=$((passed + 1))
		else
			say "    not ok - $(basename "$script")"
			sed 's/^/      /' "$TESTS/log/lint.log" >&2
			failed=$((failed + 1))
		fi
	done
}

part_unit()
{
	programs unit "${1:-}"
}

tests_folder()
{
	[ -n "${tests_short:-}" ] && return
	tests_short=$(mktemp -d /tmp/doorward.XXXXXX)
	chmod 755 "$tests_short"
}

tests_database()
{
	tests_folder
	[ -e "$TESTS/db/run/mariadbd.pid" ] && return
	rm -rf "$TESTS/db"
	database_up "$TESTS/db" "$tests_short/db" \
	    --innodb-flush-log-at-trx-commit=0 --max-connections=400
}

part_store()
{
	local -x DOORWARD_FAILED=$TESTS/log/${tag}failed
	local -x DOORWARD_TEST_SOCKET
	tests_database
	DOORWARD_TEST_SOCKET=$tests_short/db
	: >"$DOORWARD_FAILED"
	programs store "${1:-}"
	[ -n "${1:-}" ] || program store/every statements_failed
}

# S-141: a statement that no fault walk has failed is not proven.
statements_failed()
{
	local missed
	missed=$(comm -23 <(grep -oP '^S\(\K\w+' \
	    "$ROOT/lib/store/statements.def" | sort -u) \
	    <(sort -u "$DOORWARD_FAILED"))
	if [ -z "$missed" ]; then
		echo "ok 1 - S-141: every statement has failed in a walk"
	else
		echo "not ok 1 - S-141: no walk fails" $missed
	fi
}

# variant NAME SERVER MODE BASE [section.key=value...]: a site to test, on the
# database of all, or on that of the socket own_database; at own_url, when its
# people know it by another address; own_front is for the web server.
variant()
{
	local name=$tag$1 server=$2 mode=$3 base=$4 short
	shift 4
	[ -n "${own_database:-}" ] || tests_database
	site=$TESTS/$name
	port=$(free_port)
	url=http://localhost:$port$base
	short=$tests_short/$name
	mkdir -p "$short"
	chmod 755 "$short"
	rm -rf "$site"
	if [ -n "${site_at:-}" ]; then
		ln -s "$site_at" "$site"
		site=$site_at
	fi
	site_make "$site" "${own_url:-$url}" \
	    "${own_database:-$tests_short/db}" \
	    "dw_${name//-/_}" "$@" \
	    login.username=yes mail.gap_s=0 limits.requests_per_s=2000 \
	    password.argon2_memory_kib=1024 password.argon2_passes=1 \
	    urls.allow="https://app.example.org/docs" \
	    cors.origins="https://app.example.org" \
	    test.clock_file="$site/etc/clock" \
	    test.fault_file="$site/etc/fault" \
	    sms.provider=file sms.dir="$site/outbox" sms.gap_s=0
	[ -z "${own_hosts:-}" ] ||
	    ini_set "$site/etc/doorward.conf" database hosts "$own_hosts"
	site_up "$site" "$server" "$mode" "$base" "$port" "$short" \
	    "${own_front:-}"
	export DOORWARD_SERVER=$server DOORWARD_MODE=$mode
	export DOORWARD_SHORT=$short DOORWARD_SOCKET=$tests_short/db
}

# The server, and the processes that stand alone.
site_end()
{
	stop_all "$site"/run/*.pid
}

# node_tests NAME FILE...: one after another, since they share a site's clock.
node_tests()
{
	local name=$1
	shift
	tests_modules
	set -a
	eval "$(site_env "$site" "$url")"
	DOORWARD_OUTBOX=$site/outbox DOORWARD_SITE=$site
	DOORWARD_CTL="$BUILD/doorwardctl --config $site/etc/doorward.conf"
	DOORWARD_PROGRAM=$BUILD/doorward.fcgi
	set +a
	program "$name" node --test --test-reporter=tap \
	    --test-concurrency=1 "$@"
}

# The locked packages that tests need, once.
tests_modules()
{
	cmp -s "$ROOT/tests/package-lock.json" \
	    "$ROOT/tests/node_modules/.installed" && return
	(cd "$ROOT/tests" && npm ci --no-audit --no-fund --ignore-scripts) \
	    >"$TESTS/log/npm.log" 2>&1 || die "npm ci failed:
$(tail -n 20 "$TESTS/log/npm.log")"
	cp "$ROOT/tests/package-lock.json" \
	    "$ROOT/tests/node_modules/.installed"
}

tests_named()
{
	local folder=$1 file
	files=()
	for file in "$ROOT/tests/$folder"/*"${2:-}"*.test.mjs; do
		[ -e "$file" ] && files+=("$file")
	done
	[ ${#files[@]} -gt 0 ] || {
		say "    not ok - no test in $folder is named so"
		failed=$((failed + 1))
		return 1
	}
}

# suexec_begin NAME: a user and a folder that suEXEC accepts; the site is that
# user's home.  suexec_end removes both.
suexec_begin()
{
	local root
	[ "$(id -u)" = 0 ] || {
		say "    skipped: $1 needs root"
		skipped=$((skipped + 1))
		return 1
	}
	read -r root </etc/apache2/suexec/www-data
	mkdir -p "$root" /var/log/apache2
	suexec_home=$(mktemp -d "$root/doorward-test.XXXXXX")
	suexec_user=dwtest$$
	useradd --system --user-group --no-create-home --no-log-init \
	    --home-dir "$suexec_home" --shell /usr/sbin/nologin "$suexec_user"
}

suexec_end()
{
	[ -n "${suexec_user:-}" ] || return 0
	wait_for 20 userdel "$suexec_user" 2>/dev/null ||
	    say "The user $suexec_user could not be removed."
	rm -rf "$suexec_home"
	suexec_user=
}

# Name, server, its mode, base path, and which files: all, or those named.
http_variants="lighttpd-fcgi lighttpd fcgi /
lighttpd-cgi lighttpd cgi /auth
apache-fcgid apache fcgi /
apache-fcgid-auth apache fcgi /auth conventions hosting
apache-cgid apache cgi /
apache-proxy apache proxy /auth
apache-proxy-root apache proxy / conventions hosting
nginx nginx fcgi /
nginx-auth nginx fcgi /auth conventions hosting
htaccess-fcgid apache htaccess-fcgi /auth
htaccess-cgid apache htaccess-cgi /auth
suexec-fcgid apache suexec-fcgi /auth
suexec-cgid apache suexec-cgi /auth"

# http_variant WANTED NAME SERVER MODE BASE [FILE...]
http_variant()
{
	local wanted=$1 name=$2 server=$3 mode=$4 base=${5%/} file only
	local as_web=("${as_web[@]}") web_user=$web_user site_at= life=
	shift 5
	only=" $* "
	case ${VARIANT:-$name} in "$name") ;; *) return ;; esac
	files=()
	for file in "$ROOT"/tests/http/*"$wanted"*.test.mjs; do
		[ -e "$file" ] || continue
		case $only in
		"  " | *" $(basename "$file" .test.mjs) "*) files+=("$file") ;;
		esac
	done
	case "$wanted$only" in "  " | life* | " "*" life "*)
		life=$ROOT/tests/http/life/life.test.mjs ;;
	esac
	[ ${#files[@]} -gt 0 ] || [ -n "$life" ] || return
	say "  http through $name at ${base:-/}"
	case $mode in suexec-*)
		suexec_begin "$name" || return
		web_user=$suexec_user site_at=$suexec_home
		as_web=(setpriv --reuid="$web_user" --regid="$web_user"
		    --clear-groups)
	esac
	variant "$name" "$server" "$mode" "$base" proxy.trusted=127.0.0.1 \
	    database.idle_close_s=2 limits.requests_per_process=150
	[ ${#files[@]} = 0 ] || node_tests "http-$name" "${files[@]}"
	# Where processes come and go; at its end the server is killed.
	[ -z "$life" ] || node_tests "http-$name-life" "$life"
	site_end
	suexec_end
}

# A site that asks by a schema, behind a proxy that knows places.
schema_settings=(registration.schema_file="$ROOT/tests/http/schema/schema.json"
    registration.verification=optional registration.minimum_age=16
    registration.deny_addresses=nobody@example.com
    registration.deny_domains=blocked.example.com
    registration.allow_addresses=friend@blocked.example.com
    proxy.trusted=127.0.0.1 proxy.city_header=X-Test-City
    proxy.country_header=X-Test-Country)

# A site that knows people by their numbers, too.
phone_settings=(login.phone=yes sms.voice=yes sms.site_per_day=100000
    login.phone_country=44 sms.countries="1,!1876,44")

part_http()
{
	local row
	# A name may be that of a folder whose tests have settings of their own.
	if [ "${1:-}" = life ] || [ ! -d "$ROOT/tests/http/${1:-/none}" ]; then
		while read -r row; do
			http_variant "${1:-}" $row
		done <<<"$http_variants"
	fi
	settings tokens "${1:-}"
	export DOORWARD_GEO=$TESTS/places.mmdb
	settings sessions "${1:-}" api.signature=preferred session.sliding=yes \
	    session.limit=2 session.at_limit=refuse session.impersonation=no \
	    lifetime.access_token_remember_s=7200 \
	    geo.database="$DOORWARD_GEO" compat.refresh_reuse=yes \
	    compat.logout_keeps_refresh=yes compat.sliding_grace_seconds=600 \
	    compat.validate_returns_refresh=yes \
	    compat.active_session_tokens=yes
	settings codes "${1:-}" registration.verify_by=code \
	    password.reset_by=code account.add_email_by=code \
	    account.delete_by=code passwordless.email=code \
	    one_touch.email=code
	settings consent "${1:-}"
	settings fields "${1:-}" login.phone=yes
	settings hold "${1:-}" account.hold_days=30 \
	    registration.deny_domains=denied.example \
	    registration.deny_addresses=denied@example.com
	settings memory "${1:-}"
	settings objects "${1:-}" objects.names="colors:write other:write \
notes:read rights:none" limits.requests_per_s=100000
	settings open "${1:-}" registration.verification=optional \
	    registration.login_on_verification=yes \
	    password.login_on_reset=yes compat.reveal_account_existence=yes
	settings phone "${1:-}" "${phone_settings[@]}" smart_login.enabled=yes
	settings gateway "${1:-}" login.phone=yes sott.required=no \
	    sms.site_per_day=100000 smart_login.enabled=yes
	settings schema "${1:-}" "${schema_settings[@]}"
	settings off "${1:-}" availability.enabled=no registration.enabled=no \
	    login.username=no
	local asked="school=What was your first school called?"
	asked="$asked; pet=What was your first pet called?"
	asked="$asked; street=In which street did you grow up?"
	settings pin "${1:-}" pin.enabled=yes pin.required=yes \
	    pin.ask_on_login=yes pin.login=yes questions.enabled=yes \
	    questions.list="$asked" questions.reset=yes login.lock=question
	settings pinphone "${1:-}" "${phone_settings[@]}" pin.enabled=yes \
	    pin.ask_on_registration=yes questions.enabled=yes \
	    questions.list="$asked" questions.reset=yes login.lock=question
	settings pinless "${1:-}" pin.enabled=yes pin.ask_on_login=yes \
	    pin.ask_on_registration=yes pin.alphanumeric=yes \
	    pin.min_length=4 pin.reset_by=code questions.enabled=yes \
	    questions.list="$asked" questions.ask_on_registration=yes \
	    registration.verification=optional login.lock=block \
	    passwordless.email=code \
	    compat.reveal_account_existence=yes
	tests_modules
	settings passwordless "${1:-}" "${phone_settings[@]}" \
	    passwordless.email=link passwordless.phone=yes \
	    one_touch.email=link one_touch.phone=yes jwt.enabled=yes \
	    smart_login.enabled=yes \
	    jwt.audiences="https://api.example.com,https://shop.example.com"
	settings policy "${1:-}" mail.per_hour=100 mail.per_day=1000 \
	    pin.enabled=yes pin.login=yes
	settings captcha "${1:-}" captcha.provider=altcha \
	    captcha.altcha_tries=100 captcha.on=register,forgot_email,\
forgot_phone,change_password,update_profile,availability,unlock \
	    login.phone=yes
	settings locked "${1:-}" "${phone_settings[@]}" login.lock=captcha \
	    captcha.provider=altcha captcha.altcha_tries=100 pin.enabled=yes \
	    pin.login=yes one_touch.email=code login.max_failures=3
	http_sdk "${1:-}"
	smtp_port=$(free_port)
	export DOORWARD_SMTP_PORT=$smtp_port
	settings smtp "${1:-}" mail.transport=smtp mail.host=127.0.0.1 \
	    mail.port="$smtp_port" mail.security=plain
}

# settings NAME WANTED [section.key=value...]: tests/http/NAME on such a site
settings()
{
	local name=$1 wanted=$2
	shift 2
	case ${VARIANT:-$name} in "$name") ;; *) return ;; esac
	[ -z "$wanted" ] || [ "$wanted" = "$name" ] || return
	say "  http/$name ${*:+with }$*"
	variant "$name" lighttpd fcgi "" "$@"
	node_tests "http-$name" "$ROOT/tests/http/$name"/*.test.mjs
	site_end
}

# The published Node SDK, on a site that has everything on.
http_sdk()
{
	case ${VARIANT:-sdk} in sdk) ;; *) return ;; esac
	case ${1:-sdk} in sdk) ;; *) return ;; esac
	say "  http/sdk over TLS"
	tls_variant sdk "${phone_settings[@]}" captcha.provider=altcha \
	    captcha.altcha_tries=100 questions.enabled=yes \
	    questions.list="school=What was your first school called?" \
	    questions.count=1 questions.reset=yes \
	    privacy.versions=1.0@2020-01-01 availability.per_hour=10000 \
	    mail.per_hour_source=10000 sms.per_hour_source=10000
	export DOORWARD_SHEET=$TESTS/log/sdk-compatibility.md
	node_tests http-sdk "$ROOT/tests/http/sdk/sdk.test.mjs"
	tls_end
}

part_cgi()
{
	tests_named cgi "${1:-}" || return
	variant cgi lighttpd cgi "" objects.names="colors:write rights:none"
	node_tests cgi "${files[@]}"
	site_end
}

pages_readme()
{
	variant pages-readme lighttpd fcgi ""
	node_tests pages-readme "$ROOT"/tests/pages/readme/*.test.mjs
	site_end
}

# A front end of another origin calls it.
pages_frontend()
{
	variant pages-frontend lighttpd fcgi "" sott.required=no \
	    login.phone=yes passwordless.email=link passwordless.phone=yes
	export DOORWARD_PICTURE=$TESTS/log/login.png
	node_tests pages-frontend "$ROOT"/tests/pages/frontend/*.test.mjs
	site_end
}

pages_consent()
{
	variant pages-consent lighttpd fcgi ""
	node_tests pages-consent "$ROOT"/tests/pages/consent/*.test.mjs
	site_end
}

part_pages()
{
	tests_modules
	case captcha in "${1:-captcha}") pages_captcha ;; esac
	case schema in "${1:-schema}") pages_schema ;; esac
	case consent in "${1:-consent}") pages_consent ;; esac
	case frontend in "${1:-frontend}") pages_frontend ;; esac
	case passwordless in "${1:-passwordless}") pages_passwordless ;; esac
	case readme in "${1:-readme}") pages_readme ;; esac
	case ${1:-} in
	captcha | schema | consent | frontend | passwordless | readme)
		return ;;
	esac
	tests_named pages "${1:-}" || return
	# All visitors come from one address.
	variant pages lighttpd fcgi "" mail.per_hour_source=200 \
	    smart_login.enabled=yes pin.enabled=yes pin.login=yes
	node_tests pages "${files[@]}"
	site_end
}

pages_passwordless()
{
	local asked="pet=What was your first pet called?"
	asked="$asked; street=In which street did you grow up?"
	variant pages-passwordless lighttpd fcgi "" "${phone_settings[@]}" \
	    passwordless.email=link passwordless.phone=yes \
	    one_touch.email=link login.lock=question login.max_failures=3 \
	    questions.enabled=yes questions.list="$asked"
	node_tests pages-passwordless \
	    "$ROOT"/tests/pages/passwordless/*.test.mjs
	site_end
}

pages_schema()
{
	variant pages-schema lighttpd fcgi "" "${schema_settings[@]}"
	node_tests pages-schema "$ROOT"/tests/pages/schema/*.test.mjs
	site_end
}

# A site for each kind of captcha; a port for the stand-in of its provider.
pages_captcha()
{
	local provider listens
	for provider in altcha turnstile qq; do
		listens=$(free_port)
		variant "pages-$provider" lighttpd fcgi "" \
		    captcha.provider="$provider" captcha.site_key=site-key \
		    captcha.on=register,forgot_email,change_password,\
update_profile login.lock=captcha login.max_failures=3 \
		    registration.schema_file="$ROOT/tests/pages/captcha/\
schema.json" \
		    captcha.secret=secret-key captcha.altcha_tries=200 \
		    captcha.verify_url="http://127.0.0.1:$listens/verify" \
		    outgoing.trusted_hosts=127.0.0.1
		export DOORWARD_CAPTCHA=$provider
		export DOORWARD_CAPTCHA_PORT=$listens
		node_tests "pages-$provider" \
		    "$ROOT/tests/pages/captcha/$provider.test.mjs"
		site_end
	done
}

# after_all: what must hold when http and pages have both run
after_all()
{
	local database
	say "after all"
	"$BUILD/doorwardctl" --config "$TESTS/pages/etc/doorward.conf" \
	    openapi >"$TESTS/openapi.json"
	mariadb-dump --no-defaults -S "$tests_short/db" --hex-blob \
	    --databases dw_lighttpd_fcgi dw_consent dw_phone dw_passwordless \
	    dw_pages \
	    >"$TESTS/dump.sql" 2>"$TESTS/log/dump.log"
	for database in $(echo 'SHOW DATABASES' | database_sql \
	    "$tests_short/db" | grep '^dw_'); do
		echo "SELECT DISTINCT event FROM $database.dw_audit" |
		    database_sql "$tests_short/db"
	done >"$TESTS/events"
	for database in $(echo 'SHOW DATABASES' | database_sql \
	    "$tests_short/db" | grep '^dw_'); do
		printf '%s ' "$database"
		{
			echo "USE $database;"
			cat "$ROOT/tests/lib/summaries.sql"
		} | database_sql "$tests_short/db" || echo failed
	done >"$TESTS/summaries"
	program after node "$ROOT/tests/http/after.mjs" \
	    "$TESTS/openapi.json" "$TESTS/dump.sql" "$TESTS/events" \
	    "$TESTS/summaries" \
	    "$TESTS"/{lighttpd-fcgi,consent,phone,pin,pinless,pinphone} \
	    "$TESTS"/{passwordless,objects,tokens,sessions} \
	    "$TESTS"/{schema,captcha,sdk,pages-schema,pages-frontend,pages}
}

# beside PART...: these go on at the same time; joined waits for them, shows
# what they said, and adds what they counted.
beside()
{
	beside_at=$TESTS/beside
	rm -rf "$beside_at"
	mkdir -p "$beside_at/log"
	(
		TESTS=$beside_at ports_from=26000 tests_short= beside_pid=
		passed=0 failed=0 skipped=0
		trap tests_end EXIT
		trap 'exit 1' INT TERM
		run_parts "$@"
		printf '%d %d %d\n' "$passed" "$failed" "$skipped" \
		    >"$beside_at/counts"
	) >"$beside_at/said" 2>&1 &
	beside_pid=$!
}

joined()
{
	local p=0 f=1 s=0
	wait "$beside_pid"
	beside_pid=
	cat "$beside_at/said" >&2
	cp "$beside_at"/log/* "$TESTS/log"
	read -r p f s <"$beside_at/counts" ||
	    say "    not ok - the parts beside did not end"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

tests_end()
{
	local file
	if [ -n "${beside_pid:-}" ]; then
		kill "$beside_pid"
		wait "$beside_pid"
	fi
	for file in "$TESTS"/*/run/*.pid; do
		[ -e "$file" ] && process_end "$file"
	done
	suexec_end
	memory_group_end
	[ -n "${tests_short:-}" ] && rm -rf "$tests_short"
}

# Tests act as root, as the web server's user and by shell words, so they run
# in a copy where that user may not enter the folder, or its name has blanks.
run_elsewhere()
{
	local child status
	copy=$(mktemp -d /tmp/doorward-tests.XXXXXX)
	chmod 755 "$copy"
	trap 'rm -rf "$copy"' EXIT
	tar -C "$ROOT" --exclude=./build --exclude=./build-san \
	    --exclude=./var --exclude=./.git \
	    --exclude=node_modules -cf - . | tar -C "$copy" -xf -
	DW_DATA=${DW_DATA:-$ROOT/../shared/data} "$copy/dev" test "$@" &
	child=$!
	trap 'kill "$child"; wait "$child"; exit 1' INT TERM
	wait "$child"
	status=$?
	mkdir -p "$TESTS"
	rm -rf "$TESTS/log"
	cp -r "$copy/var/test/log" "$TESTS/log"
	exit "$status"
}

# run_part PART [NAME]
run_part()
{
	local start=$SECONDS before=$((passed + failed + skipped))
	say "$1"
	"part_$1" "${@:2}"
	[ $((passed + failed + skipped)) -gt "$before" ] || {
		say "    not ok - $1 ran no test"
		failed=$((failed + 1))
	}
	say "  $1: $((SECONDS - start)) s"
}

run_parts()
{
	local part
	for part; do
		run_part "$part"
	done
}

run_tests()
{
	case ${web_enters:-no}$ROOT in
	no* | *[[:space:]]*) run_elsewhere "$@" ;;
	esac
	local parts=("${@:1:1}") part needs
	if [ $# = 0 ]; then
		parts=("${tests_parts[@]}")
	else
		declare -F "part_$1" >/dev/null || { usage >&2; exit 2; }
	fi
	need build
	for part in "${parts[@]}"; do
		needs=needs_$part
		need ${!needs:-}
	done
	mkdir -p "$TESTS/log"
	say "Building..."
	build_tree all
	case " ${parts[*]} " in
	*" unit "* | *" fuzz "* | *" store "*) build_tree check TESTS= ;;
	esac
	trap tests_end EXIT
	trap 'exit 1' INT TERM
	if [ $# = 0 ]; then
		tests_modules
		beside "${tests_beside[@]}"
		run_parts "${tests_first[@]}"
		joined
		after_all
		run_parts "${tests_last[@]}"
	else
		run_part "$@"
	fi
	tests_end
	trap - EXIT
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" \
	    "$skipped"
	[ "$failed" = 0 ]
}
