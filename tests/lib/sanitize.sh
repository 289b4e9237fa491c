# ./dev test sanitize: the suite once more under the address and undefined-
# behaviour sanitizers, and a sample of it under valgrind (S-148).  Sourced.

packages_sanitize="valgrind"
needs_sanitize="run node lighttpd apache tls unit sanitize"

# Reports go to files: what is started with an empty environment and by a web
# server has no other way to tell of a fault.  So the options are built in.
sanitize_build()
{
	# Undefined behaviour becomes a trap, which the address sanitizer
	# reports: its own library has a log of its own.
	build_options=(--enable-faults --enable-sanitizers
	    CFLAGS="-g -O1 -fsanitize-undefined-trap-on-error"
	    CPPFLAGS="-include $BUILD/options.h")
	cat >"$TESTS/options.h" <<-C
	/* ${build_options[@]} */
	extern const char *__asan_default_options(void);
	__attribute__((weak, used)) const char *
	__asan_default_options(void)
	{
		return "log_path='$reports/san':halt_on_error=1:"
		    "detect_leaks=1:detect_stack_use_after_return=1:"
		    "strict_string_checks=1:allocator_may_return_null=1:"
		    "handle_sigill=1";
	}
	C
	if ! cmp -s "$TESTS/options.h" "$BUILD/options.h"; then
		rm -rf "$BUILD"
		mkdir -p "$BUILD"
		cp "$TESTS/options.h" "$BUILD/options.h"
	fi
	mkdir -p "$reports"
	chmod 1777 "$reports"
	rm -f "$reports"/*
	build_tree all
	build_tree tests/guard/canary
	build_tree check TESTS=
}

# reported TITLE: no report since the last call; servers have ended.
reported()
{
	local file found=
	for file in "$reports"/*; do
		[ -e "$file" ] || continue
		# A test of unit/base asks for more memory than there is.
		grep -qv 'WARNING: AddressSanitizer failed to allocate' \
		    "$file" || continue
		found=1
		say "    not ok - $1: ${file##*/}"
		head -n 60 "$file" | sed 's/^/      /' >&2
	done
	rm -f "$reports"/*
	if [ -z "$found" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

# Of the sites of part_http those that between them serve every operation:
# what others do again with other settings is left out.
sanitize_sites=(lighttpd-fcgi codes captcha consent gateway locked objects open
    passwordless phone pin pinless pinphone policy schema sdk sessions smtp
    tokens)

gone()
{
	local exe
	for exe in /proc/[0-9]*/exe; do
		[ "$exe" -ef "$1" ] && return 1
	done
	return 0
}

# canaries TITLE PROGRAM FAULT...: each fault leaves one report.
canaries()
{
	local title=$1 program=$2 fault seen=0 tried=0 file
	shift 2
	for fault; do
		tried=$((tried + 1))
		env -i "${as_web[@]}" "$program" "$fault" >/dev/null 2>&1
		file=$(find "$reports" -size +0 -type f)
		if [ -n "$file" ]; then
			seen=$((seen + 1))
		else
			say "    not ok - $title does not see $fault"
		fi
		rm -f "$reports"/*
	done
	say "  $title: $tried faults tried, $seen seen"
	if [ "$seen" = "$tried" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

# sanitized [NAME]: all, or that part or site of tests/http
sanitized()
{
	local BUILD=$ROOT/build-san build_options tag=san- VARIANT part
	local reports=$BUILD/reports start
	sanitize_build
	canaries sanitizers "$BUILD/tests/guard/canary" overrun_heap \
	    use_after_free overrun_arena use_after_reset overflow_number leak
	[ -z "${1:-}" ] || case " unit store cgi ${sanitize_sites[*]} " in
	*" $1 "*) ;;
	*)
		say "    not ok - nothing of sanitize is named so"
		failed=$((failed + 1))
		;;
	esac
	for part in unit store cgi; do
		case $part in "${1:-$part}") ;; *) continue ;; esac
		say "  $part under sanitizers"
		"part_$part"
	done
	local -x DOORWARD_SLOW=1	# fork costs ten times as much
	for VARIANT in "${sanitize_sites[@]}"; do
		case $VARIANT in "${1:-$VARIANT}") ;; *) continue ;; esac
		start=$SECONDS
		part_http
		say "    $((SECONDS - start)) s"
	done
	wait_for 20 gone "$BUILD/doorward.fcgi"
	reported "S-148: a sanitizer's report"
}

# Whatever is started in this folder runs under memcheck.
memcheck_wrap()
{
	local program
	for program; do
		mkdir -p "$(dirname "$BUILD/$program")"
		cat >"$BUILD/$program" <<-SH
		#!/bin/sh
		exec valgrind -q --error-exitcode=99 --leak-check=full \
		    --errors-for-leak-kinds=definite \
		    --show-leak-kinds=definite \
		    --log-file='$reports/memcheck.%p' \
		    '$built/$program' "\$@"
		SH
		chmod 755 "$BUILD/$program"
	done
}

memcheck()
{
	local built=$BUILD tag=mem- VARIANT=lighttpd-fcgi name
	build_tree tests/guard/canary
	build_tree check TESTS=
	local BUILD=$TESTS/memcheck reports=$TESTS/memcheck/reports
	rm -rf "$BUILD"
	mkdir -p "$reports"
	chmod 1777 "$reports"
	memcheck_wrap tests/guard/canary doorward.fcgi
	ln -s "$built/doorwardctl" "$BUILD/doorwardctl"
	canaries memcheck "$BUILD/tests/guard/canary" overrun_heap \
	    use_after_free leak use_unset
	for name in $1; do
		memcheck_wrap "tests/unit/test_$name"
		programs unit "test_$name"
	done
	say "  cgi under memcheck"
	part_cgi visit
	part_http session
	reported "S-148: a report of memcheck"
}

part_sanitize()
{
	tests_database
	case ${1:-} in
	"" | sanitized) sanitized ;;
	memcheck) ;;
	*) sanitized "$1" ;;
	esac
	case ${1:-} in "" | memcheck)
		memcheck "request form template url sott" ;;
	esac
}
