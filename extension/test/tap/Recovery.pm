package Recovery;

# Waiting for a server that a test has killed. The cluster's own poll_query_until() hands its query to psql's
# standard input, and dies of a broken pipe where psql cannot even connect.
use strict;
use warnings;
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(usleep);
our @EXPORT = qw(await_recovery);

sub await_recovery
{
    my ($node, $database) = @_;
    my @psql = ($node->installed_command('psql'), '-XAtq', '-d', $node->connstr($database // 'postgres'), '-c', 'SELECT 1');
    for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default) {
        usleep(100_000);
        my ($out, $err) = ('', '');
        return if IPC::Run::run(\@psql, '>', \$out, '2>', \$err);
    }
    die 'the server does not come back';
}

1;
