#!/usr/bin/perl
# The demo's mailbox: every message that the demo site has sent, newest first.
# A plain CGI program of ./dev run; a real installation has nothing like it.
use strict;
use warnings;

my $dir = $ENV{DEMO_OUTBOX} // die "DEMO_OUTBOX is not set\n";

sub escape {
	my ($s) = @_;
	$s =~ s/&/&amp;/g;
	$s =~ s/</&lt;/g;
	$s =~ s/>/&gt;/g;
	$s =~ s/"/&quot;/g;
	return $s;
}

sub quoted {
	my ($s) = @_;
	$s =~ s/=\r?\n//g;
	$s =~ s/=([0-9A-F]{2})/chr hex $1/ge;
	return $s;
}

sub base64 {
	my ($s) = @_;
	$s =~ tr{A-Za-z0-9+/}{}cd;
	$s =~ tr{A-Za-z0-9+/}{ -_};
	return join '', map { unpack 'u', chr(32 + length($_) * 3 / 4) . $_ }
	    $s =~ /(.{1,60})/gs;
}

# The plain text of a message and its headers.
sub message {
	my ($raw) = @_;
	my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;
	my %h = (head => $head);
	$head =~ s/\r?\n[ \t]+/ /g;
	for (qw(Subject To Date Content-Type Content-Transfer-Encoding)) {
		$h{$_} = $head =~ /^\Q$_\E:[ \t]*(.*?)\r?$/mi ? $1 : '';
	}
	if ($h{'Content-Type'} =~ /boundary="?([^";]+)/) {
		my ($part) = grep { /text\/plain/i }
		    split /\r?\n?--\Q$1\E(?:--)?\r?\n/, $body;
		my $inner = message($part // '');
		return { %h, text => $inner->{text} };
	}
	my $how = lc $h{'Content-Transfer-Encoding'};
	$h{text} = $how eq 'base64' ? base64($body) :
	    $how eq 'quoted-printable' ? quoted($body) : $body;
	$h{Subject} =~ s/\?=\s+=\?/?==?/g;
	$h{Subject} =~ s/=\?utf-8\?b\?(.*?)\?=/base64($1)/gie;
	return \%h;
}

opendir my $d, $dir or die "$dir: $!\n";
my @names = reverse sort grep { /^\d+-/ } readdir $d;
splice @names, 100;

print "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n";
print "Content-Security-Policy: default-src 'none'; ",
    "style-src 'unsafe-inline'\r\n\r\n";
print <<'HTML';
<!DOCTYPE html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outbox of the demo</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem;
	margin: 2rem auto; padding: 0 1rem }
article { border: 1px solid #8886; border-radius: .5rem; padding: 1rem;
	margin: 1rem 0 }
h2 { font-size: 1.1rem; margin: 0 } small { opacity: .75 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style>
<h1>Outbox of the demo</h1>
<p>What this site would have sent, newest first. Reload to see more.
<a href="/">To the site</a></p>
HTML
print "<p>Nothing yet.</p>\n" unless @names;
for my $name (@names) {
	open my $f, '<', "$dir/$name" or next;
	local $/;
	my $m = $name =~ /\.eml$/ ? message(<$f>) :
	    { Subject => $name =~ /-voice-/ ? 'Call' : 'SMS',
		To => $name =~ /-(\+\d+)\.txt$/, Date => scalar gmtime
		    ((stat $f)[9]), text => <$f> };
	my $text = escape($m->{text});
	$text =~ s{(https?://[^\s&]+(?:&amp;[^\s&]+)*)}{<a href="$1">$1</a>}g;
	printf "<article><h2>%s</h2><small>to %s, %s</small><pre>%s</pre>" .
	    "</article>\n", escape($m->{Subject}), escape($m->{To}),
	    escape($m->{Date}), $text;
}
