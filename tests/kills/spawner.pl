# Keeps a number of FastCGI processes at one Unix socket, and starts another
# one whenever one ends: what web servers do, but at once.
#
# spawner.pl SOCKET NUMBER PROGRAM
use strict;
use warnings;
use IO::Socket::UNIX;

my ($socket, $number, @program) = @ARGV;
my (%workers, $stop);

unlink $socket;
my $listener = IO::Socket::UNIX->new(Local => $socket, Listen => 1024)
    or die "$socket: $!\n";
$SIG{TERM} = sub { $stop = 1; kill 'TERM', keys %workers };
until ($stop && !%workers) {
	while (!$stop && keys %workers < $number) {
		my $pid = fork;
		die "fork: $!\n" unless defined $pid;
		if ($pid == 0) {
			$SIG{TERM} = 'DEFAULT';
			open STDIN, '<&', $listener or die "dup: $!\n";
			exec @program or die "$program[0]: $!\n";
		}
		$workers{$pid} = 1;
	}
	# A stop that came before the last fork saw no such worker.
	kill 'TERM', keys %workers if $stop;
	my $pid = wait;
	next if $pid <= 0;
	delete $workers{$pid};
	select undef, undef, undef, 0.2 if $? >> 8;	# it cannot start
}
