#!/usr/bin/perl
# docs/configuration.md, from what doorwardctl sample-config prints.
#
# configuration.pl <SAMPLE
use strict;
use warnings;

print <<'TEXT';
# Configuration

Made by `./dev docs` from `doorwardctl sample-config`. The configuration is one
INI file, mode 0600, outside of the web folders; `doorwardctl init` makes one,
`doorwardctl check` judges it. A word that is not understood stops the start,
with its line. Processes that run take changes up with their next request.
A list has blanks or commas between its words; a secret may be given as
`file:/path`.
TEXT

sub cell {
	my ($s) = @_;
	$s =~ s/([|<*\\])/\\$1/g;
	return $s;
}

my ($section, @help) = ('');
while (my $line = <STDIN>) {
	chomp $line;
	if ($line =~ /^\[(\w+)\]$/) {
		$section = $1;
		@help = ();
		print "\n## $section\n\n| setting | default | |\n",
		    "| --- | --- | --- |\n";
	} elsif ($line =~ /^# (.*)/) {
		push @help, $1;
	} elsif ($line =~ /^#(\w+) =(?: (.*))?$/ && $section ne '') {
		my ($key, $default) = ($1, $2 // '');
		printf "| `%s.%s` | %s | %s |\n", $section, $key,
		    $default eq '' ? '' : "`$default`",
		    join ' ', map { cell($_) } @help;
		@help = ();
	} elsif ($line ne '') {
		die "not understood: $line\n";
	} else {
		@help = ();
	}
}
