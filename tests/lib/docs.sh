# ./dev docs: the files of docs/ that a run makes.  Sourced.

# The tests of the Node SDK write their sheet, and fail while the one in docs/
# is an older one.
docs_sdk()
{
	local sheet=$VAR/test/log/sdk-compatibility.md
	rm -f "$sheet"
	(run_tests http sdk)
	[ -e "$sheet" ] || die "The tests of the SDK made no sheet."
	cp "$sheet" "$ROOT/docs/sdk-compatibility.md"
}

docs()
{
	docs_sdk
	(cd "$ROOT" && perl tests/guard/requirements.pl . \
	    >docs/requirements.md)
}
