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

# The pages' tests take the picture, and fail while the one in docs/ shows
# something else.
docs_picture()
{
	local picture=$VAR/test/log/login.png
	rm -f "$picture"
	(run_tests pages frontend)
	[ -e "$picture" ] || die "The tests of the pages took no picture."
	cp "$picture" "$ROOT/docs/login.png"
}

docs()
{
	docs_picture
	docs_sdk
	"$BUILD/doorwardctl" sample-config |
	    perl "$ROOT/tests/guard/configuration.pl" \
	    >"$ROOT/docs/configuration.md"
	(cd "$ROOT" && perl tests/guard/requirements.pl . \
	    >docs/requirements.md)
}
