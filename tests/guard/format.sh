#!/usr/bin/env bash
# The layout that a program can judge: line ends, blanks, tabs of 8, 80
# columns, and a function's name at the start of its line.  clang-format is
# not used: it cannot keep columns of comments and tables, nor lines that are
# filled, and would rewrite an eighth of the tree.  format.sh ROOT BUILD
# [FILE...]
cd "$1" || exit 1
shift 2
if [ $# = 0 ]; then
	while IFS= read -r file; do
		set -- "$@" "$file"
	done < <(find cgi-bin lib templates schema tests docs dev .ci \
	    -name node_modules -prune -o -name seeds -prune -o \
	    -type f ! -name '*.bloom' ! -name '*.png' -print | LC_ALL=C sort)
	set -- "$@" configure.ac Makefile.am README.md
fi
exec perl -CSD -Mutf8 - "$@" <<'PERL'
use strict;
use warnings;

# Longer lines: rows of tables that a reader looks up and never reads on
# (.def, .sql), generated tables (.inc), whole HTML tags, addresses and strings
# that JavaScript does not join, lists of one module, locked packages.
my $wide = qr/\.(def|inc|sql|html|mail|css|mjs|am|ac|json|md|txt|1)$|Makefile/;
my $one_word = qr/^\t+(T\(\w+\)|"[^" ]*"),$/;
my $bad = 0;
my ($file, $line);

sub wrong
{
	print "$file:$line: @_\n";
	$bad = 1;
}

sub columns
{
	my $n = 0;
	for my $c (split //, shift) {
		$n = $c eq "\t" ? $n + 8 - $n % 8 : $n + 1;
	}
	return $n;
}

# The lines above a "{" that stands alone: the name comes first in one, and
# the one before it ends with the type.
sub function
{
	my @l = @_;
	my $i = $#l;
	$i-- while $i > 0 && $l[$i] =~ /^\s/;
	$line = $i + 1;
	wrong("a function's name starts its line")
	    if $l[$i] !~ /^\w+\(/ && $l[$i] =~ /\(/;
}

sub c_lines
{
	my @l = @_;
	for my $i (0 .. $#l) {
		$line = $i + 1;
		wrong("indent by tabs, and four blanks where a line goes on")
		    if $l[$i] =~ /^\t* {8}/ || $l[$i] =~ /^\t* +\t/;
		wrong("no blank before a parenthesis of a call")
		    if $l[$i] =~ /^\t+(?!return\b|while\b)\w+ \([^*]*\);$/;
		wrong("a blank after if, for, while, switch")
		    if $l[$i] =~ /^\t*(\} else )?(if|for|while|switch)\(/;
		function(@l[0 .. $i - 1]) if $l[$i] eq "{" && $i > 0;
	}
}

for (@ARGV) {
	$file = $_;
	$line = 1;
	open(my $in, "<:encoding(UTF-8)", $file) or die "$file: $!\n";
	my $text = do { local $/; <$in> };
	next if !defined($text) || $text eq "";
	wrong("no line end at the end of the file") if $text !~ /\n\z/;
	wrong("empty lines at the end") if $text =~ /\n\n\z/;
	my @lines = split /\n/, $text;
	for (@lines) {
		wrong("a carriage return") if /\r/;
		wrong("blanks at the end of the line")
		    if /[ \t]$/ && $file !~ /\.mail$/;
		wrong("longer than 80 columns")
		    if $file !~ $wide && columns($_) > 80 && !/$one_word/;
		wrong("a tab in JavaScript") if $file =~ /\.mjs$/ && /\t/;
		$line++;
	}
	c_lines(@lines) if $file =~ /\.[ch]$/;
}
exit $bad;
PERL
