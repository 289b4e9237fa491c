# Fuzzing: ./dev test fuzz replays the seeds of every target and asks the
# redirect judge against a browser's reading; ./dev fuzz searches.  Sourced.

packages_fuzz="clang llvm libclang-rt-14-dev"
needs_fuzz="node"

part_fuzz()
{
	programs fuzz "${1:-}"
	case redirect in *"${1:-}"*)
		build_tree tests/fuzz/judge
		DOORWARD_JUDGE=$BUILD/tests/fuzz/judge program fuzz/redirect \
		    node --test --test-reporter=tap \
		    "$ROOT/tests/fuzz/redirect.test.mjs"
		# Tried and held, for who reads along.
		sed -n 's/^# \(.*held.*\)/    \1/p' \
		    "$TESTS/log/fuzz_redirect.tap" >&2
	esac
}

# fuzz [TARGET] [SECONDS]: every target, or one, for so long each.
fuzz()
{
	local wanted= seconds=60 file name bad=0
	[[ ${1:-} == [a-z]* ]] && { wanted=$1; shift; }
	seconds=${1:-60}
	[[ $seconds == *[!0-9]* || -z $seconds ]] && { usage >&2; exit 2; }
	[ -z "$wanted" ] || [ -e "$ROOT/tests/fuzz/test_$wanted.c" ] ||
	    die "There is no target $wanted in tests/fuzz/."
	need build fuzz
	mkdir -p "$VAR/fuzz/build" "$VAR/fuzz/log"
	fuzz_build
	for file in "$ROOT"/tests/fuzz/test_*.c; do
		name=$(basename "$file" .c)
		name=${name#test_}
		[ "${wanted:-$name}" = "$name" ] || continue
		fuzz_search "$name" "$seconds" || bad=1
	done
	exit "$bad"
}

# Sanitizers and libFuzzer, in a tree apart from that of the tests.
fuzz_build()
{
	local folder=$VAR/fuzz/build log=$VAR/fuzz/log/build.log file names=()
	say "Building..."
	for file in "$ROOT"/tests/fuzz/test_*.c; do
		names+=("tests/fuzz/$(basename "$file" .c)")
	done
	{ { [ -e "$ROOT/configure" ] || (cd "$ROOT" && autoreconf -i); } &&
	    { [ -e "$folder/Makefile" ] || (cd "$folder" &&
	    ../../../configure --enable-fuzzing CFLAGS='-g -O1' CC=clang); } &&
	    make -C "$folder" -s -j"$(nproc)" "${names[@]}"; } \
	    >"$log" 2>&1 || die "The fuzz targets could not be built:
$(tail -n 30 "$log")"
}

# fuzz_search NAME SECONDS: what it learns stays in var/fuzz/corpus/NAME.
fuzz_search()
{
	local name=$1 log=$VAR/fuzz/log/$1.log status
	local corpus=$VAR/fuzz/corpus/$1 seeds=$ROOT/tests/fuzz/seeds/$1
	local words=$ROOT/tests/fuzz/$1.dict options=()
	mkdir -p "$corpus" "$VAR/fuzz/found"
	[ -e "$words" ] && options+=(-dict="$words")
	top_srcdir=$ROOT "$VAR/fuzz/build/tests/fuzz/test_$name" \
	    -max_total_time="$2" -timeout=10 -rss_limit_mb=1024 \
	    -print_final_stats=1 -max_len=8192 "${options[@]}" \
	    -artifact_prefix="$VAR/fuzz/found/$name-" "$corpus" "$seeds" \
	    </dev/null >"$log" 2>&1
	status=$?
	if [ "$status" != 0 ]; then
		say "  not ok - $name: $(grep -a -m 1 -E \
		    'claim broken|ERROR: |runtime error' "$log")"
		sed -n 's/.*Test unit written to /      /p' "$log" >&2
		say "      $log"
		return 1
	fi
	say "  ok - $name: $(sed -n \
	    's/^stat::number_of_executed_units: //p' "$log") executions, $(
	    grep -a -oE 'cov: [0-9]+' "$log" | tail -n 1 |
	    sed 's/cov: //') edges"
}
