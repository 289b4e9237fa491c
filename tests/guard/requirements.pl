#!/usr/bin/perl
# Which test proves which security requirement: prints docs/requirements.md.
#   perl tests/guard/requirements.pl TREE
# A C test names its requirement in the comment above it or in its own name
# (test_s017_...), a script's test in its title, a guard in its first comment.
# Exit 1: a requirement of weight 1 that applies has no test.
use strict;
use warnings;

my $tree = shift // '.';
my (%proofs, @lines, %open);

sub slurp
{
	my ($path) = @_;
	local $/;
	open my $in, '<', $path or die "$path: $!\n";
	return scalar <$in>;
}

sub proof
{
	my ($path, $name, $text) = @_;
	my %seen;
	$path =~ s{^\Q$tree\E/tests/}{};
	$name =~ s/\s+/ /g;
	$name =~ s/\|/\\|/g;
	push @{$proofs{"S-$_"}}, "$path: $name"
	    for grep { !$seen{$_}++ } $text =~ /(?<![A-Z])S-(\d{3})\b/g;
}

# The comment right above a test, and the numbers in its name.
sub c_tests
{
	my ($path) = @_;
	my $text = slurp($path);
	my $comment = qr{/\*(?:[^*]|\*(?!/))*\*/\n};
	while ($text =~ m{($comment)?static void\n(test_(\w+))\(}g) {
		my ($above, $name, $rest) = ($1 // '', $2, $3);
		my @own = "_$rest" =~ /_[sS]_?(\d{3})(?![0-9])/g;
		proof($path, $name, join ' ', $above, map { "S-$_" } @own);
	}
}

sub js_tests
{
	my ($path) = @_;
	my $text = slurp($path);
	my $string = qr{(['"`])(?:(?!\g{-1})[^\\]|\\.)*\g{-1}}s;
	# test('...'), and result(condition, '...')
	my $call = qr{\b(?:test\(|result\([^'"`;]*,)\s*};
	while ($text =~ m{$call((?:$string\s*\+?\s*)+)}g) {
		my ($all, $title) = ($1, '');
		$title .= substr $&, 1, -1 while $all =~ /$string/g;
		$title =~ s/\\(.)/$1/g;
		proof($path, $title, $title);
	}
}

sub guard_tests
{
	my ($path) = @_;
	my ($head) = slurp($path) =~ /^#!.*\n((?:#.*\n)+)/;
	proof($path, 'guard', $head // '');
}

my $files = `find '$tree/tests' -name node_modules -prune -o -type f -print`;
for my $path (sort split /\n/, $files) {
	c_tests($path) if $path =~ /\/test_\w+\.c$/;
	js_tests($path) if $path =~ /\.mjs$/;
	guard_tests($path) if $path =~ /\/guard\/\w+\.sh$/;
}

print <<'TEXT';
# Security requirements and their tests

Made by `tests/guard/requirements.pl` from `tests/requirements.txt` and the
names of the tests; `./dev lint` fails where it is not up to date, or where a
requirement of weight 1 that applies to what is built has no test. The paths
are below `tests/`.

| number | weight | requirement | tests |
| --- | --- | --- | --- |
TEXT
my (%is_known, $missing);
for (split /\n/, slurp("$tree/tests/requirements.txt")) {
	if (/^# (.*)/) {
		print "| | | **$1** | |\n";
		next;
	}
	my ($number, $weight, $title, $later) = split /\t/;
	$is_known{$number} = 1;
	my @tests = @{$proofs{$number} // []};
	my $cell = join '<br>', @tests;
	if (!@tests) {
		$cell = $later ? "comes $later" : 'none';
		if (!$later && $weight == 1) {
			print STDERR "$number ($title) has no test\n";
			$missing = 1;
		}
	}
	print "| $number | $weight | $title | $cell |\n";
}
for (sort keys %proofs) {
	next if $is_known{$_};
	print STDERR "$_ is no requirement: $proofs{$_}[0]\n";
	$missing = 1;
}
exit($missing ? 1 : 0);
